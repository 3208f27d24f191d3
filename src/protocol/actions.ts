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
  /** Where it stands in the menu of a region, or in that of the picture: group and place in VS Code's syntax. */
  menu?: Partial<Record<'region' | 'picture', string>>;
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
  {
    id: 'everything',
    title: 'Segment Everything',
    group: 'Tools',
    keys: ['y'],
    menu: { picture: '1_edit@3' },
  },

  { id: 'draft.accept', title: 'Accept', group: 'Drawing', keys: ['enter'] },
  { id: 'draft.reject', title: 'Give Up What Is Being Drawn', group: 'Drawing', keys: ['escape'] },
  { id: 'region.new', title: 'Begin a New Region', group: 'Drawing', keys: ['n'] },
  { id: 'polygon.hole', title: 'Cut a Hole into the Selected Region', group: 'Drawing', keys: ['shift+g'] },
  { id: 'candidate.next', title: 'Next Candidate Mask', group: 'Drawing', keys: ['c'] },
  { id: 'candidate.previous', title: 'Previous Candidate Mask', group: 'Drawing', keys: ['shift+c'] },
  { id: 'brush.smaller', title: 'Smaller Brush', group: 'Drawing', keys: ['['] },
  { id: 'brush.larger', title: 'Larger Brush', group: 'Drawing', keys: [']'] },
  { id: 'hoverPreview.toggle', title: 'Toggle Mask Under the Pointer', group: 'Drawing', keys: ['shift+p'] },

  {
    id: 'regions.selectAll',
    title: 'Select All Regions',
    group: 'Regions',
    keys: ['ctrl+a'],
    menu: { picture: '1_edit@2' },
  },
  { id: 'regions.selectNext', title: 'Select Next Region', group: 'Regions', keys: ['.'] },
  { id: 'regions.selectPrevious', title: 'Select Previous Region', group: 'Regions', keys: [','] },
  {
    id: 'regions.rename',
    title: 'Label Selected Regions',
    group: 'Regions',
    keys: ['f2'],
    menu: { region: '1_region@1' },
  },
  {
    id: 'regions.delete',
    title: 'Delete Selected Regions',
    group: 'Regions',
    keys: ['delete', 'backspace'],
    menu: { region: '9_delete@1' },
  },
  {
    id: 'regions.duplicate',
    title: 'Duplicate Selected Regions',
    group: 'Regions',
    keys: ['ctrl+d'],
    menu: { region: '2_copy@3' },
  },
  {
    id: 'regions.copy',
    title: 'Copy Selected Regions',
    group: 'Regions',
    keys: ['ctrl+c'],
    menu: { region: '2_copy@2' },
  },
  {
    id: 'regions.cut',
    title: 'Cut Selected Regions',
    group: 'Regions',
    keys: ['ctrl+x'],
    menu: { region: '2_copy@1' },
  },
  {
    id: 'regions.paste',
    title: 'Paste Regions',
    group: 'Regions',
    keys: ['ctrl+v'],
    menu: { picture: '1_edit@1' },
  },
  { id: 'regions.pasteScaled', title: 'Paste Regions, Scaled to This Picture', group: 'Regions' },
  {
    id: 'regions.color',
    title: 'Change Colour of Selected Regions',
    group: 'Regions',
    keys: ['shift+k'],
    menu: { region: '1_region@2' },
  },
  {
    id: 'regions.hide',
    title: 'Hide or Show Selected Regions',
    group: 'Regions',
    keys: ['h'],
    menu: { region: '1_region@2' },
  },
  {
    id: 'regions.lock',
    title: 'Lock or Unlock Selected Regions',
    group: 'Regions',
    keys: ['l'],
    menu: { region: '1_region@3' },
  },
  { id: 'regions.raise', title: 'Bring Forward', group: 'Regions', keys: ['ctrl+]'] },
  { id: 'regions.lower', title: 'Send Backward', group: 'Regions', keys: ['ctrl+['] },
  {
    id: 'regions.toFront',
    title: 'Bring to Front',
    group: 'Regions',
    keys: ['ctrl+shift+]'],
    menu: { region: '3_group@3' },
  },
  {
    id: 'regions.toBack',
    title: 'Send to Back',
    group: 'Regions',
    keys: ['ctrl+shift+['],
    menu: { region: '3_group@4' },
  },
  {
    id: 'regions.group',
    title: 'Group Selected Regions',
    group: 'Regions',
    keys: ['ctrl+g'],
    menu: { region: '3_group@1' },
  },
  {
    id: 'regions.ungroup',
    title: 'Ungroup Selected Regions',
    group: 'Regions',
    keys: ['ctrl+shift+g'],
    menu: { region: '3_group@2' },
  },
  { id: 'regions.search', title: 'Search Regions', group: 'Regions', keys: ['ctrl+f'] },

  {
    id: 'shapes.merge',
    title: 'Merge Selected Regions',
    group: 'Shapes',
    keys: ['shift+m'],
    menu: { region: '4_shapes@1' },
  },
  {
    id: 'shapes.split',
    title: 'Split into Parts',
    group: 'Shapes',
    keys: ['shift+s'],
    menu: { region: '4_shapes@4' },
  },
  {
    id: 'shapes.subtract',
    title: 'Subtract the Others from the First',
    group: 'Shapes',
    keys: ['shift+-'],
    menu: { region: '4_shapes@2' },
  },
  {
    id: 'shapes.intersect',
    title: 'Keep What Selected Regions Share',
    group: 'Shapes',
    menu: { region: '4_shapes@3' },
  },
  {
    id: 'shapes.toMask',
    title: 'Convert to Mask',
    group: 'Shapes',
    keys: ['shift+1'],
    menu: { region: '5_convert@1' },
  },
  {
    id: 'shapes.toPolygon',
    title: 'Convert to Polygon',
    group: 'Shapes',
    keys: ['shift+2'],
    menu: { region: '5_convert@2' },
  },
  {
    id: 'shapes.toBox',
    title: 'Convert to Box',
    group: 'Shapes',
    keys: ['shift+3'],
    menu: { region: '5_convert@3' },
  },
  { id: 'shapes.fillHoles', title: 'Fill Holes', group: 'Shapes', menu: { region: '5_convert@4' } },
  { id: 'shapes.simplify', title: 'Simplify Outline', group: 'Shapes', menu: { region: '5_convert@5' } },

  { id: 'view.fit', title: 'Fit the Picture', group: 'View', keys: ['f'], menu: { picture: '2_view@1' } },
  { id: 'view.actualSize', title: 'Actual Size', group: 'View', keys: ['1'], menu: { picture: '2_view@2' } },
  { id: 'view.zoomIn', title: 'Zoom In', group: 'View', keys: ['=', 'shift+='] },
  { id: 'view.zoomOut', title: 'Zoom Out', group: 'View', keys: ['-'] },
  {
    id: 'view.zoomToSelection',
    title: 'Zoom to Selected Regions',
    group: 'View',
    keys: ['shift+f'],
    menu: { region: '1_region@4' },
  },
  {
    id: 'view.overlay',
    title: 'Next Overlay: Filled, Outline, Spotlight',
    group: 'View',
    keys: ['x'],
    menu: { picture: '2_view@3' },
  },
  {
    id: 'view.labels',
    title: 'Show or Hide Labels',
    group: 'View',
    keys: ['t'],
    menu: { picture: '2_view@4' },
  },
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

  {
    id: 'ask.focus',
    title: 'Ask about the Picture',
    group: 'Ask and export',
    keys: ['/'],
    menu: { region: '6_ask@1', picture: '3_ask@1' },
  },
  { id: 'ask.stop', title: 'Stop the Answer', group: 'Ask and export' },
  {
    id: 'insertIntoNote',
    title: 'Insert into Note',
    group: 'Ask and export',
    keys: ['i'],
    menu: { region: '6_ask@2', picture: '3_ask@2' },
  },
  {
    id: 'copyCutout',
    title: 'Copy Region as Cut-Out',
    group: 'Ask and export',
    keys: ['ctrl+shift+c'],
    menu: { region: '2_copy@4' },
  },
  { id: 'export', title: 'Export Annotations…', group: 'Ask and export', menu: { picture: '4_files@1' } },
  { id: 'import', title: 'Import Annotations…', group: 'Ask and export', menu: { picture: '4_files@2' } },

  {
    id: 'help',
    title: 'Keys of the Side Panel',
    group: 'Help',
    keys: ['shift+/'],
    menu: { picture: '9_help@1' },
  },
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
