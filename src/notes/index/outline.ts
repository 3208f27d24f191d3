/** What a part of a note holds, as a tree: sections, and in them their figures and equations. */
import type { NoteFacts, PaperPart } from './noteFacts';

export interface OutlineEntry {
  kind: 'section' | 'figure' | 'equation';
  /** A heading's text, a figure's words or file, the first line of an equation. */
  label: string;
  /** Beside the label: the figure's file, the equation's number or label. */
  detail: string;
  line: number;
  /** The figure's address as the note writes it. */
  source?: string;
  children: OutlineEntry[];
}

/** Sections, figures and equations of a part in order; each stands under its section. */
export function outlineOf(facts: NoteFacts, { line: first, endLine, whole }: PaperPart): OutlineEntry[] {
  const inside = ({ line }: { line: number }) => (whole ? line >= first : line > first) && line < endLine;
  const entries: { entry: OutlineEntry; level: number }[] = [];
  for (const { level, text, line } of facts.headings.filter(inside))
    entries.push({ level, entry: { kind: 'section', label: text, detail: '', line, children: [] } });
  for (const { source, alt, line } of facts.figures.filter(inside)) {
    const file = source.startsWith('data:') ? 'data' : (source.split(/[\\/]/).at(-1) ?? source);
    // `img` is what editors write when nobody says anything.
    const label = /^(?:img|image|图片?|)$/i.test(alt.trim()) ? file : alt.trim();
    const detail = label === file ? '' : file;
    entries.push({ level: 9, entry: { kind: 'figure', label, detail, line, source, children: [] } });
  }
  for (const { tex, label, number, line } of facts.equations.filter(inside)) {
    const detail = [number && `(${number})`, label].filter(Boolean).join(' ');
    entries.push({ level: 9, entry: { kind: 'equation', label: tex, detail, line, children: [] } });
  }
  entries.sort((a, b) => a.entry.line - b.entry.line || a.level - b.level);
  const top: OutlineEntry[] = [];
  const above: { entry: OutlineEntry; level: number }[] = [];
  for (const each of entries) {
    while ((above.at(-1)?.level ?? 0) >= each.level) above.pop();
    (above.at(-1)?.entry.children ?? top).push(each.entry);
    if (each.entry.kind === 'section') above.push(each);
  }
  return top;
}

/** All entries, those inside others included. */
export const flatten = (entries: readonly OutlineEntry[]): OutlineEntry[] =>
  entries.flatMap((entry) => [entry, ...flatten(entry.children)]);
