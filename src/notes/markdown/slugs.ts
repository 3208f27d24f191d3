/** Ids of headings as GitHub makes them, so that a note's `#links` work in both places. */
export class Slugger {
  private readonly used = new Map<string, number>();

  /** Lower case, no punctuation, hyphens for spaces; a repeated one gets `-1`, `-2`, … */
  slug(text: string): string {
    const base = text
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replace(/ /g, '-');
    let slug = base;
    for (let count = this.used.get(base) ?? 0; this.used.has(slug);) {
      slug = `${base}-${++count}`;
      this.used.set(base, count);
    }
    this.used.set(slug, this.used.get(slug) ?? 0);
    return slug;
  }
}
