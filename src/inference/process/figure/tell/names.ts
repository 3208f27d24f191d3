/** What regions of a figure are called in an answer. */
import type { Size } from '../../../../protocol/geometry';
import { thirdOf } from '../../ask/geometry';
import { labelRoles, type Links } from '../links';
import type { FigureRegion } from '../parse';
import type { FigureWords, Sentence } from './words';

/** Longer texts are cut in names. */
const longestText = 60;

export class Names {
  constructor(
    private readonly links: Links,
    private readonly size: Size,
    private readonly words: FigureWords,
    /** Names that the user gave to regions. */
    private readonly given: ReadonlyMap<number, string>,
  ) {}

  /** A name that stands in a sentence: “"Encoder"”, “the arrow from "A" to "B"”. */
  of(index: number): string {
    const region = this.links.at(index);
    const noun = this.words.nouns[region.role];
    const written = this.text(region.text);
    switch (region.role) {
      case 'user':
        return this.given.get(index) ?? noun.the;
      case 'block':
      case 'text':
        return written ?? this.placed(index);
      case 'arrow':
        return this.arrow(region);
      case 'cell':
        return this.cell(region);
      case 'panel': {
        const letter = this.label(index, 'panel_letter');
        return letter === undefined ? this.placed(index) : this.fill('panelNamed', { letter });
      }
      case 'bar':
      case 'curve':
      case 'marker':
      case 'snowflake':
      case 'flame': {
        const { owner } = region;
        return owner === undefined
          ? this.placed(index)
          : this.fill('of', { x: noun.the, y: this.short(owner) });
      }
      default: {
        const title = written ?? this.text(this.label(index, 'title') ?? this.label(index, 'axis_label'));
        return title === undefined ? this.placed(index) : this.words.titled(noun, title);
      }
    }
  }

  /** Where it lies in the picture. */
  position(index: number): string {
    return this.words.position(...thirdOf(this.links.at(index).box, this.size));
  }

  /** A text in quotes; undefined where there is none. */
  text(text: string | undefined): string | undefined {
    if (!text) return undefined;
    return this.words.quote(text.length > longestText ? `${text.slice(0, longestText).trimEnd()}…` : text);
  }

  /** What a region that names something else is called there: only its text, where it has one. */
  private short(index: number): string {
    return this.text(this.links.at(index).text) ?? this.of(index);
  }

  private placed(index: number): string {
    const { role } = this.links.at(index);
    const { the } = this.words.nouns[role];
    const alone = this.links.regions.filter((region) => region.role === role).length === 1;
    return alone ? the : this.fill('at', { x: the, position: this.position(index) });
  }

  private arrow({ tail, head }: FigureRegion): string {
    const { the } = this.words.nouns.arrow;
    // An arrow that starts or ends at another arrow has no name of its own there.
    const end = (index: number | undefined) =>
      index === undefined || this.links.at(index).role === 'arrow' ? undefined : this.of(index);
    const [a, b] = [end(tail), end(head)];
    if (a !== undefined && b !== undefined) return this.fill('arrowFromTo', { a, b });
    if (b !== undefined) return this.fill('arrowTo', { b });
    return a === undefined ? the : this.fill('arrowFrom', { a });
  }

  private cell({ text, row, col, parent }: FigureRegion): string {
    const x = this.text(text) ?? '';
    const header = (role: 'row_header' | 'col_header', line: 'row' | 'col', place: number | undefined) =>
      this.links.regions.find(
        (region) => region.role === role && region.parent === parent && region[line] === place,
      )?.text;
    const row_ = row === undefined ? undefined : (header('row_header', 'row', row) ?? String(row + 1));
    const column = col === undefined ? undefined : (header('col_header', 'col', col) ?? String(col + 1));
    if (row_ === undefined || column === undefined) return this.words.titled(this.words.nouns.cell, x).trim();
    return this.fill('cellAt', { x, row: row_, column }).replace(/ {2,}/gu, ' ');
  }

  private label(index: number, role: 'title' | 'axis_label' | 'panel_letter'): string | undefined {
    return this.links.regions.find(
      (region) => region.owner === index && region.role === role && labelRoles.has(role),
    )?.text;
  }

  private fill(sentence: Sentence, values: Readonly<Record<string, string>>): string {
    return this.words.sentences[sentence].replace(/\{(\w+)\}/gu, (_, name: string) => values[name] ?? '');
  }
}
