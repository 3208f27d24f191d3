/** What the index knows about one note. No VS Code here. Lines are 0-based lines of the note's text. */
import type { PaperReference } from '../papers/reference';

export interface NoteHeading {
  /** 1–6; 7 for a paragraph that is only a few bold words, which many notes use instead of a heading. */
  level: number;
  /** Without marks and links. */
  text: string;
  line: number;
  /** The id that the preview gives it; empty for bold words. */
  slug: string;
}

export interface NoteLink {
  kind: 'link' | 'wiki';
  /** The address as the note writes it, decoded; for a wiki link what stands before `|`. Without the `#` part. */
  target: string;
  /** What stands after `#`; empty without one. */
  fragment: string;
  line: number;
  /** The line that it stands in, shortened. */
  context: string;
}

export interface NoteFigure {
  /** The address as the note writes it, decoded. */
  source: string;
  alt: string;
  line: number;
}

export interface NoteEquation {
  /** The first line of its TeX that says something. */
  tex: string;
  /** From `\label`; empty without one. */
  label: string;
  /** What the preview shows beside it: `1`, `2–3`, or the text of a `\tag`; empty without a number. */
  number: string;
  line: number;
}

export interface PaperMention {
  reference: PaperReference;
  line: number;
  context: string;
}

/** A part of a note that is about a paper: a section, or the whole note. */
export interface PaperPart {
  reference: PaperReference;
  /** Other names of the same paper (the front matter may give an arXiv id and a DOI). */
  also: PaperReference[];
  /** The heading's text; for a whole note its title. */
  title: string;
  /** First line of the part, and the first line after it. */
  line: number;
  endLine: number;
  /** From the front matter. */
  whole: boolean;
  /** From the front matter: what is known without asking anybody. */
  authors: string[];
}

export interface NoteFacts {
  /** From the front matter, else the first heading, else empty. */
  title: string;
  aliases: string[];
  headings: NoteHeading[];
  links: NoteLink[];
  figures: NoteFigure[];
  equations: NoteEquation[];
  /** All places that name a paper, those in the parts included. */
  mentions: PaperMention[];
  papers: PaperPart[];
}
