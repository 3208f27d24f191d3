/**
 * What can be done in the side panel by a key, a command or a menu: the one list. Each action is a VS Code command
 * `groundnote.annotator.<id>`, so that its key can be changed; `node scripts/contributions.mjs --write` puts commands and
 * default keys into package.json. Keys are those of LabelMe, X-AnyLabeling and CVAT where these agree.
 */
import * as z from 'zod';

export type ActionGroup =
  'Tools' | 'Drawing' | 'Regions' | 'Shapes' | 'View' | 'Folder' | 'Ask and export' | 'Help';

export interface ActionInfo {
  id: string;
  /** Words of the command palette, of menus and of the help. */
  title: string;
  group: ActionGroup;
  /** Default keys in VS Code's syntax, `ctrl` standing for Cmd on macOS. */
  keys?: readonly string[];
}

export const actions = [
  { id: 'tool.select', title: 'Select and Move', group: 'Tools', keys: ['v'] },
  { id: 'tool.point', title: 'Point', group: 'Tools', keys: ['p'] },
  { id: 'tool.box', title: 'Box', group: 'Tools', keys: ['b', 'r'] },
  { id: 'tool.polygon', title: 'Polygon', group: 'Tools', keys: ['g'] },
  { id: 'tool.brush', title: 'Brush', group: 'Tools', keys: ['k'] },
  { id: 'tool.eraser', title: 'Eraser', group: 'Tools', keys: ['e'] },
  { id: 'tool.stroke', title: 'Stroke', group: 'Tools', keys: ['s'] },
  { id: 'tool.lasso', title: 'Lasso', group: 'Tools', keys: ['o'] },
  { id: 'tool.measure', title: 'Measure', group: 'Tools', keys: ['m'] },
  { id: 'everything', title: 'Segment Everything', group: 'Tools', keys: ['y'] },

  { id: 'draft.accept', title: 'Accept', group: 'Drawing', keys: ['enter'] },
  { id: 'draft.reject', title: 'Give Up What Is Being Drawn', group: 'Drawing', keys: ['escape'] },
  { id: 'region.new', title: 'Begin a New Region', group: 'Drawing', keys: ['n'] },
  { id: 'polygon.hole', title: 'Cut a Hole into the Selected Region', group: 'Drawing', keys: ['shift+g'] },
  { id: 'candidate.next', title: 'Next Candidate Mask', group: 'Drawing', keys: ['c'] },
  { id: 'candidate.previous', title: 'Previous Candidate Mask', group: 'Drawing', keys: ['shift+c'] },
  { id: 'brush.smaller', title: 'Smaller Brush', group: 'Drawing', keys: ['['] },
  { id: 'brush.larger', title: 'Larger Brush', group: 'Drawing', keys: [']'] },
  { id: 'hoverPreview.toggle', title: 'Toggle Mask Under the Pointer', group: 'Drawing', keys: ['shift+p'] },

  { id: 'regions.selectAll', title: 'Select All Regions', group: 'Regions', keys: ['ctrl+a'] },
  { id: 'regions.selectNext', title: 'Select Next Region', group: 'Regions', keys: ['.'] },
  { id: 'regions.selectPrevious', title: 'Select Previous Region', group: 'Regions', keys: [','] },
  { id: 'regions.rename', title: 'Label Selected Regions', group: 'Regions', keys: ['f2'] },
  { id: 'regions.delete', title: 'Delete Selected Regions', group: 'Regions', keys: ['delete', 'backspace'] },
  { id: 'regions.duplicate', title: 'Duplicate Selected Regions', group: 'Regions', keys: ['ctrl+d'] },
  { id: 'regions.copy', title: 'Copy Selected Regions', group: 'Regions', keys: ['ctrl+c'] },
  { id: 'regions.cut', title: 'Cut Selected Regions', group: 'Regions', keys: ['ctrl+x'] },
  { id: 'regions.paste', title: 'Paste Regions', group: 'Regions', keys: ['ctrl+v'] },
  { id: 'regions.hide', title: 'Hide or Show Selected Regions', group: 'Regions', keys: ['h'] },
  { id: 'regions.lock', title: 'Lock or Unlock Selected Regions', group: 'Regions', keys: ['l'] },
  { id: 'regions.raise', title: 'Bring Forward', group: 'Regions', keys: ['ctrl+]'] },
  { id: 'regions.lower', title: 'Send Backward', group: 'Regions', keys: ['ctrl+['] },
  { id: 'regions.toFront', title: 'Bring to Front', group: 'Regions', keys: ['ctrl+shift+]'] },
  { id: 'regions.toBack', title: 'Send to Back', group: 'Regions', keys: ['ctrl+shift+['] },
  { id: 'regions.group', title: 'Group Selected Regions', group: 'Regions', keys: ['ctrl+g'] },
  { id: 'regions.ungroup', title: 'Ungroup Selected Regions', group: 'Regions', keys: ['ctrl+shift+g'] },
  { id: 'regions.search', title: 'Search Regions', group: 'Regions', keys: ['ctrl+f'] },

  { id: 'shapes.merge', title: 'Merge Selected Regions', group: 'Shapes', keys: ['shift+m'] },
  { id: 'shapes.split', title: 'Split into Parts', group: 'Shapes', keys: ['shift+s'] },
  { id: 'shapes.subtract', title: 'Subtract the Others from the First', group: 'Shapes', keys: ['shift+-'] },
  { id: 'shapes.intersect', title: 'Keep What Selected Regions Share', group: 'Shapes' },
  { id: 'shapes.toMask', title: 'Convert to Mask', group: 'Shapes', keys: ['shift+1'] },
  { id: 'shapes.toPolygon', title: 'Convert to Polygon', group: 'Shapes', keys: ['shift+2'] },
  { id: 'shapes.toBox', title: 'Convert to Box', group: 'Shapes', keys: ['shift+3'] },
  { id: 'shapes.fillHoles', title: 'Fill Holes', group: 'Shapes' },
  { id: 'shapes.simplify', title: 'Simplify Outline', group: 'Shapes' },

  { id: 'view.fit', title: 'Fit the Picture', group: 'View', keys: ['f'] },
  { id: 'view.actualSize', title: 'Actual Size', group: 'View', keys: ['1'] },
  { id: 'view.zoomIn', title: 'Zoom In', group: 'View', keys: ['=', 'shift+='] },
  { id: 'view.zoomOut', title: 'Zoom Out', group: 'View', keys: ['-'] },
  { id: 'view.zoomToSelection', title: 'Zoom to Selected Regions', group: 'View', keys: ['shift+f'] },
  { id: 'view.overlay', title: 'Next Overlay: Filled, Outline, Spotlight', group: 'View', keys: ['x'] },
  { id: 'view.labels', title: 'Show or Hide Labels', group: 'View', keys: ['t'] },
  { id: 'view.regions', title: 'Show or Hide All Regions', group: 'View', keys: ['shift+h'] },
  { id: 'view.before', title: 'Before and After', group: 'View', keys: ['z'] },
  { id: 'view.compare', title: 'Compare Two Packs', group: 'View', keys: ['\\'] },
  { id: 'view.list', title: 'Show or Hide the List of Regions', group: 'View', keys: ['shift+l'] },

  { id: 'folder.previous', title: 'Previous Image of the Folder', group: 'Folder', keys: ['a'] },
  { id: 'folder.next', title: 'Next Image of the Folder', group: 'Folder', keys: ['d'] },
  {
    id: 'folder.nextUnannotated',
    title: 'Next Image without Annotations',
    group: 'Folder',
    keys: ['shift+d'],
  },
  { id: 'folder.filmstrip', title: 'Show or Hide the Filmstrip', group: 'Folder', keys: ['shift+a'] },

  { id: 'ask.focus', title: 'Ask about the Picture', group: 'Ask and export', keys: ['/'] },
  { id: 'ask.stop', title: 'Stop the Answer', group: 'Ask and export' },
  { id: 'insertIntoNote', title: 'Insert into Note', group: 'Ask and export', keys: ['i'] },
  { id: 'copyCutout', title: 'Copy Region as Cut-Out', group: 'Ask and export', keys: ['ctrl+shift+c'] },
  { id: 'export', title: 'Export Annotations…', group: 'Ask and export' },
  { id: 'import', title: 'Import Annotations…', group: 'Ask and export' },

  { id: 'help', title: 'Keys of the Side Panel', group: 'Help', keys: ['shift+/'] },
] as const satisfies readonly ActionInfo[];

export type ActionId = (typeof actions)[number]['id'];
export const actionIdSchema = z.enum(actions.map(({ id }) => id) as [ActionId, ...ActionId[]]);

/** The command of an action. */
export const commandOf = (id: ActionId) => `groundnote.annotator.${id}`;

/** What a keyboard event says about its chord. */
export interface Chord {
  key: string;
  code?: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** Keys whose name in VS Code is not what the event calls them, by the code of the key on a US keyboard. */
const codes: Readonly<Record<string, string>> = {
  BracketLeft: '[',
  BracketRight: ']',
  Slash: '/',
  Backslash: '\\',
  Minus: '-',
  Equal: '=',
  Period: '.',
  Comma: ',',
};

/** A chord in VS Code's syntax; Cmd counts as ctrl. */
export function chordName({ key, code = '', ctrlKey, metaKey, shiftKey, altKey }: Chord): string {
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  const name = digit ?? codes[code] ?? key.toLowerCase();
  const held = [(ctrlKey || metaKey) && 'ctrl', shiftKey && 'shift', altKey && 'alt'].filter(
    (each) => each !== false,
  );
  return [...held, name].join('+');
}

/** The action whose default key this is. */
export function actionOfChord(chord: Chord): ActionId | undefined {
  const name = chordName(chord);
  return (actions as readonly (ActionInfo & { id: ActionId })[]).find(({ keys }) => keys?.includes(name))?.id;
}
