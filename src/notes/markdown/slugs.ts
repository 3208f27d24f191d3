/** Ids of headings as GitHub makes them, so that a note's `#links` work in both places. */
export class Slugger {
  private readonly used = new Map<string, number>();

  /** The id of the next heading with this text. */
  slug(text: string): string {
    return this.unique(slugOf(text));
  }

  /** The id of the next heading with this slug: a repeated one gets `-1`, `-2`, … */
  unique(base: string): string {
    let slug = base;
    for (let count = this.used.get(base) ?? 0; this.used.has(slug);) {
      slug = `${base}-${++count}`;
      this.used.set(base, count);
    }
    this.used.set(slug, this.used.get(slug) ?? 0);
    return slug;
  }
}

/** Lower case, no punctuation, hyphens for spaces. */
export const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replace(/ /g, '-');

/** A heading's source without its marks: images and links become their text. */
export const headingText = (source: string): string =>
  source
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`]|~~/g, '')
    .trim();
