/** Draws Mermaid diagrams, in a file of its own (dist/webview/mermaid.js). */
import mermaid from 'mermaid';
import type { DiagramColors, DrawMermaid } from './drawing';
import { checkMermaid } from './mermaidLimits';

const kinds: Record<string, string> = {
  flowchart: 'Flowchart',
  'flowchart-v2': 'Flowchart',
  sequence: 'Sequence diagram',
  class: 'Class diagram',
  classDiagram: 'Class diagram',
  state: 'State diagram',
  stateDiagram: 'State diagram',
  er: 'Entity relationship diagram',
  gantt: 'Gantt chart',
  pie: 'Pie chart',
  mindmap: 'Mind map',
  timeline: 'Timeline',
  gitGraph: 'Git graph',
  xychart: 'Chart',
  quadrantChart: 'Quadrant chart',
};

/** What a note may not change by a directive or front matter of a diagram. */
const secure = [
  ...['secure', 'securityLevel', 'startOnLoad', 'maxTextSize', 'maxEdges', 'suppressErrorRendering'],
  ...['themeCSS', 'fontFamily', 'altFontFamily', 'htmlLabels', 'dompurifyConfig', 'deterministicIDSeed'],
];

/** Fills for pies, mind maps, branches and the like, which the editor's themes have no colours for. */
const fills = {
  light: ['#cfe2f7', '#fbdcc4', '#d3ecd4', '#f3d3e3', '#e4dbf4', '#f7ebbd', '#cdeceb', '#e5e0d8'],
  dark: ['#1f4468', '#6b3f1e', '#2a5a30', '#6a2f4d', '#4a3a72', '#665a1c', '#1f5a59', '#504a40'],
};

/** The names that Mermaid has for such fills and for the texts on them. */
function fillVariables({ dark, foreground, line, highContrast }: DiagramColors): Record<string, string> {
  const palette = dark ? fills.dark : fills.light;
  const stroke = highContrast ? foreground : line;
  const variables: Record<string, string> = {
    pieStrokeColor: stroke,
    pieOuterStrokeColor: stroke,
    pieOpacity: '1',
  };
  for (let at = 0; at < 12; at++) {
    const fill = palette[at % palette.length] ?? '';
    for (const [name, value] of [
      [`pie${at + 1}`, fill],
      [`cScale${at}`, fill],
      [`cScaleLabel${at}`, foreground],
      [`cScalePeer${at}`, foreground],
      [`git${at}`, fill],
      [`gitBranchLabel${at}`, foreground],
      [`fillType${at}`, fill],
    ] as const)
      variables[name] = value;
  }
  return variables;
}

const maxEdges = 500;

function configure(colors: DiagramColors): void {
  const { background, foreground, soft, accent, line, panel, font, dark } = colors;
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    secure,
    maxTextSize: 20_000,
    maxEdges,
    suppressErrorRendering: true,
    deterministicIds: true,
    htmlLabels: false,
    layout: 'dagre',
    look: 'classic',
    logLevel: 'fatal',
    fontFamily: font,
    theme: 'base',
    darkMode: dark,
    themeVariables: {
      darkMode: dark,
      background,
      fontFamily: font,
      fontSize: '14px',
      primaryColor: panel,
      primaryTextColor: foreground,
      primaryBorderColor: colors.highContrast ? foreground : accent,
      secondaryColor: background,
      secondaryTextColor: foreground,
      secondaryBorderColor: line,
      tertiaryColor: background,
      tertiaryTextColor: foreground,
      tertiaryBorderColor: line,
      lineColor: colors.highContrast ? foreground : soft,
      textColor: foreground,
      titleColor: foreground,
      noteBkgColor: panel,
      noteTextColor: foreground,
      noteBorderColor: line,
      edgeLabelBackground: background,
      clusterBkg: background,
      clusterBorder: line,
      errorTextColor: foreground,
      errorBkgColor: background,
      pieSectionTextColor: foreground,
      pieTitleTextColor: foreground,
      pieLegendTextColor: foreground,
      ...fillVariables(colors),
    },
  });
}

/** Tags in labels are words of the note, such as `<SEG>`; only `<br>` means something. (`<<interface>>` is no tag.) */
const withVisibleTags = (source: string) => source.replace(/(?<!<)<(?=\/?[a-z])(?!br\s*\/?>)/gi, '#lt;');

const draw: DrawMermaid = async (source, id, colors) => {
  checkMermaid(source);
  configure(colors);
  // Mermaid measures what it draws, so it needs a place on the page; out of sight, and without a size of its own.
  const place = document.createElement('div');
  place.style.cssText = 'position:absolute;left:-10000px;top:0;width:800px;visibility:hidden';
  document.body.append(place);
  try {
    const { svg, diagramType } = await mermaid.render(id, withVisibleTags(source.trimEnd()), place);
    const title = new DOMParser().parseFromString(svg, 'text/html').querySelector('svg > title');
    const name = source.match(/^---\s*\n[\s\S]*?^title:\s*(.+)$/m)?.[1]?.trim();
    return { svg, label: title?.textContent?.trim() || name || kinds[diagramType] || 'Diagram' };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(
      message.startsWith('Edge limit exceeded')
        ? `This diagram has more than ${maxEdges} edges, too many to be drawn here.`
        : message,
    );
  } finally {
    place.remove();
  }
};

window.groundnoteMermaid = draw;
