/** What is known about a paper, wherever it came from. */
import * as z from 'zod';

export const paperDetailsSchema = z.object({
  title: z.string(),
  authors: z.array(z.string()),
  year: z.number().int().optional(),
  /** Journal, proceedings or a remark such as "CVPR 2024"; empty where unknown. */
  venue: z.string(),
  abstract: z.string(),
  /** The paper's page. */
  url: z.string(),
  /** Empty where unknown. */
  arxiv: z.string(),
  doi: z.string(),
  /** Who said so: `arXiv`, `Crossref`, or the name of a bibliography's file. */
  source: z.string(),
});
export type PaperDetails = z.infer<typeof paperDetailsSchema>;

/** The family name: `Lai, Xin` and `Xin Lai` → `Lai`, `Laurens van der Maaten` → `van der Maaten`, `张广益` → itself. */
export function familyName(author: string): string {
  const name = author.trim();
  const comma = name.indexOf(',');
  if (comma > 0) return name.slice(0, comma).trim();
  const words = name.split(/\s+/);
  const particle = words.findIndex(
    (word, index) => index > 0 && index < words.length - 1 && /^\p{Ll}/u.test(word),
  );
  return words.slice(particle > 0 ? particle : -1).join(' ');
}

/** `Lai`, `Lai and Chen`, `Lai et al.` */
export function shortAuthors(authors: readonly string[]): string {
  const [first, second] = authors.map(familyName);
  if (!first) return '';
  if (!second) return first;
  return authors.length === 2 ? `${first} and ${second}` : `${first} et al.`;
}
