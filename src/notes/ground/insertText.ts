/** What "Insert into note" writes, and where. Pure: no files and no VS Code. */
import path from 'node:path';
import { stringify } from 'yaml';
import type { Annotation } from '../../protocol/annotator';
import type { PackRef, Size } from '../../protocol/geometry';
import type { ResultRegion } from '../../protocol/inference';
import { rleBox } from '../../protocol/rle';
import { hasArea, maskOfGeometry } from '../../regions/geometry';
import type { Answer } from './answers';
import { findFences, parseFence, type GroundFence } from './fence';
import { fromPrompts, type FencePrompt } from './question';

/** A fence that asks what some regions were the answer to. */
export interface FencePlan {
  query?: string;
  prompts?: FencePrompt[];
  packs: PackRef[];
  regions: Annotation[];
}

/** Regions by what a fence can ask for them: a phrase found several, prompts give one. The rest no fence can ask for. */
export function planFences(annotations: readonly Annotation[]): { fences: FencePlan[]; rest: Annotation[] } {
  const fences: FencePlan[] = [];
  const rest: Annotation[] = [];
  for (const annotation of annotations) {
    const { provenance, geometry } = annotation;
    const drawable = geometry.type === 'mask' || geometry.type === 'box' || geometry.type === 'polygon';
    if (provenance.by !== 'pack' || !drawable) {
      rest.push(annotation);
      continue;
    }
    const words = provenance.prompts.find((prompt) => prompt.type === 'text')?.text.trim();
    const prompts = fromPrompts(provenance.prompts);
    if (words && provenance.prompts.length === 1) {
      const query = words.replace(/\s+/g, ' ');
      const same = fences.find((fence) => fence.query === query);
      if (same) same.regions.push(annotation);
      else fences.push({ query, packs: provenance.packs, regions: [annotation] });
    } else if (prompts) {
      fences.push({ prompts, packs: provenance.packs, regions: [annotation] });
    } else {
      rest.push(annotation);
    }
  }
  return { fences, rest };
}

/** A value as YAML in one line, in quotes where it needs them. */
export const yamlText = (value: string) => stringify(value.replace(/\s+/g, ' '), { lineWidth: 0 }).trimEnd();

/**
 * The fence as text, and as it is read from that text. @param image the picture's address relative to the note
 */
export function fenceText(
  image: string,
  { query, prompts = [] }: Pick<FencePlan, 'query' | 'prompts'>,
): { text: string; fence: GroundFence } {
  const numbers = (values: readonly number[]) => `[${values.join(', ')}]`;
  const written = prompts.map((prompt) => {
    if ('box' in prompt) return `  - {box: ${numbers(prompt.box)}}`;
    const positive = prompt.positive === false ? ', positive: false' : '';
    return 'point' in prompt
      ? `  - {point: ${numbers(prompt.point)}${positive}}`
      : `  - {stroke: [${prompt.stroke.map(numbers).join(', ')}]${positive}}`;
  });
  const source = [
    `image: ${yamlText(image)}`,
    ...(query === undefined ? ['prompts:', ...written] : [`query: ${yamlText(query)}`]),
    '',
  ].join('\n');
  const reading = parseFence(source);
  if ('problems' in reading) throw new Error(`A fence was written that cannot be read: ${source}`);
  return { text: `\`\`\`ground\n${source}\`\`\``, fence: reading.fence };
}

/** The regions as the answer to a fence, so that it is answered from the start. */
export function answerOf(
  fence: GroundFence,
  { packs, regions }: Pick<FencePlan, 'packs' | 'regions'>,
  picture: { size: Size; hash: string },
  now = new Date(),
): Answer {
  return {
    question: fence.question,
    imageHash: picture.hash,
    size: picture.size,
    packs,
    when: now.toISOString(),
    regions: regions.flatMap(({ geometry, label, score }, index): ResultRegion[] => {
      const shared = {
        id: String(index + 1),
        ...(label !== undefined && { label }),
        ...(score !== undefined && { score }),
      };
      if (geometry.type === 'box') return [{ ...shared, box: geometry.box }];
      if (!hasArea(geometry)) return [];
      const mask = geometry.type === 'mask' ? geometry.mask : maskOfGeometry(geometry, picture.size);
      return [{ ...shared, box: rleBox(mask), mask }];
    }),
  };
}

/**
 * `![alt](address)`; what would end either of them early is escaped, other characters stay as they are. Brackets become
 * entities: with a backslash they would be a formula.
 */
export function imageText(alt: string, address: string): string {
  const words = alt
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_<$&]/g, '\\$&')
    .replace(/[[\]]/g, (char) => `&#${char.charCodeAt(0)};`);
  const encoded = address.replace(/[\s%()<>?#]/g, (char) =>
    char === '(' || char === ')' ? `%${char.charCodeAt(0).toString(16)}` : encodeURIComponent(char),
  );
  return `![${words}](${encoded})`;
}

/** What a picture with regions shows: `Cup, spoon (2 regions) in coffee.jpg`. */
export function altText(regions: readonly Annotation[], imageName: string): string {
  const counts = new Map<string, number>();
  for (const { label } of regions) {
    const name = label?.trim() || 'region';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const names = [...counts].map(([name, count]) => (count > 1 ? `${name} (${count} regions)` : name));
  return `${names.join(', ')} in ${imageName}`;
}

/** From a note to a file, with forward slashes; on another drive of Windows the whole path. */
export function relativeAddress(notePath: string, file: string, paths: path.PlatformPath = path): string {
  const relative = paths.relative(paths.dirname(notePath), file);
  return paths.isAbsolute(relative) ? relative : relative.split(paths.sep).join('/');
}

/** A picture that a note names. `encoded`: as a link writes it, with %20 and the like. */
export interface ImageReference {
  address: string;
  encoded: boolean;
  /** 0-based. */
  line: number;
}

/** The pictures that a note names: in Markdown, in HTML and in ground fences. */
export function imageReferences(noteText: string): ImageReference[] {
  const references: ImageReference[] = [];
  const patterns = [
    /!\[(?:\\.|[^\]\\])*\]\(\s*(?:<([^>\n]+)>|((?:\\.|[^\s()\\]|\([^\s()]*\))+))/g,
    /<img\b[^>]*?\ssrc\s*=\s*["']?([^"'>\s]+)/gi,
    /^[ \t]{0,3}\[[^\]\n]+\]:\s*(?:<([^>\n]+)>|(\S+))/g,
  ];
  noteText.split(/\r\n?|\n/).forEach((text, line) => {
    for (const pattern of patterns)
      for (const match of text.matchAll(pattern)) {
        const address = match[1] ?? match[2];
        if (address) references.push({ address, encoded: true, line });
      }
  });
  for (const { source, line } of findFences(noteText)) {
    const reading = parseFence(source);
    if ('fence' in reading) references.push({ address: reading.fence.question.image, encoded: false, line });
  }
  return references.sort((a, b) => a.line - b.line);
}

/** A place between two lines, and what makes a block of its own there. */
export interface Insertion {
  /** Before this line; the number of lines for the end. */
  line: number;
  text: string;
}

/**
 * Where new blocks go: at the cursor's line when it is empty, else after the block that the line `at` is in; without one
 * at the end. Blocks keep an empty line around them, and none is cut in two.
 */
export function insertionAt(noteText: string, blocks: readonly string[], at: number | undefined): Insertion {
  const lines = noteText.split(/\r\n?|\n/);
  const content = blocks.join('\n\n');
  const isBlank = (line: number) => (lines[line] ?? '').trim() === '';
  const inside = at === undefined ? undefined : topBlocks(lines).find(([from, to]) => at >= from && at < to);
  let line = at === undefined ? lines.length : inside ? inside[1] : at;
  // An empty last line is where the end is.
  if (line >= lines.length && lines.at(-1) === '') line = lines.length - 1;
  const atEnd = line >= lines.length;
  const before = line === 0 || isBlank(line - 1) ? '' : '\n';
  const after = atEnd || (line === lines.length - 1 && isBlank(line)) ? '' : isBlank(line) ? '' : '\n';
  return { line, text: `${atEnd ? '\n' : ''}${before}${content}\n${after}` };
}

/**
 * The blocks of a note as [first, end) lines: parted by empty lines, but fences, formulas and the front matter are whole,
 * and so is a list with what is indented under it.
 */
function topBlocks(lines: readonly string[]): [number, number][] {
  const chunks: [number, number][] = [];
  let start: number | undefined;
  let closing: RegExp | undefined;
  lines.forEach((line, index) => {
    if (closing) {
      if (closing.test(line)) closing = undefined;
      return;
    }
    if (line.trim() === '') {
      if (start !== undefined) chunks.push([start, index]);
      start = undefined;
      return;
    }
    start ??= index;
    const fence = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})[^`]*$/.exec(line)?.[1];
    if (index === 0 && /^(?:---|\+\+\+)[ \t]*$/.test(line)) closing = /^(?:---|\.\.\.|\+\+\+)[ \t]*$/;
    else if (fence) closing = new RegExp(`^[ \\t>]*\\${fence[0]}{${fence.length},}[ \\t]*$`);
    else if (/^[ \t>]*\$\$(?!.*\$\$)/.test(line)) closing = /\$\$[ \t]*$/;
  });
  if (start !== undefined) chunks.push([start, lines.length]);
  const blocks: [number, number][] = [];
  const isItem = (line: number) => /^ {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]/.test(lines[line] ?? '');
  for (const [from, to] of chunks) {
    const last = blocks.at(-1);
    const belongs = last && (/^(?: {2,}|\t)\S/.test(lines[from] ?? '') || (isItem(last[0]) && isItem(from)));
    if (belongs) last[1] = to;
    else blocks.push([from, to]);
  }
  return blocks;
}
