/** What the preview's page and the programs that draw diagrams share. They are loaded when a diagram is first seen. */

export type DiagramKind = 'mermaid' | 'vega-lite' | 'vega';

/** The theme's colours, as CSS writes them. */
export interface DiagramColors {
  dark: boolean;
  highContrast: boolean;
  background: string;
  foreground: string;
  soft: string;
  accent: string;
  line: string;
  panel: string;
  /** A font family of this machine. */
  font: string;
}

export interface Drawn {
  svg: string;
  /** What the diagram says it is, or its kind. */
  label: string;
}

/** Draws a Mermaid diagram. `id` must be its own on the page. @throws Error with a sentence for the reader */
export type DrawMermaid = (source: string, id: string, colors: DiagramColors) => Promise<Drawn>;

export interface VegaRequest {
  source: string;
  kind: 'vega-lite' | 'vega';
  colors: DiagramColors;
  /** Room for a chart that asks for all of it, in CSS pixels. */
  width: number;
}

export type VegaAnswer = Drawn | { error: string };

declare global {
  interface Window {
    /** Set by mermaid.js. */
    groundnoteMermaid?: DrawMermaid;
    /** Set by vega.js: the whole program of the worker that draws. */
    groundnoteVega?: () => void;
  }
}
