/** Which files are pictures, and the order in which people expect them. */

/** Extensions of the pictures that the side panel opens, in lower case. */
export const imageExtensions = [
  'png',
  'jpg',
  'jpeg',
  'webp',
  'gif',
  'bmp',
  'avif',
  'tif',
  'tiff',
  'svg',
] as const;

const pictureName = new RegExp(`[^/\\\\]\\.(${imageExtensions.join('|')})$`, 'i');

/** True for a name or path that ends like a picture's; `.png` alone is a hidden file. */
export const isPictureName = (name: string): boolean => pictureName.test(name);

/** What names are compared by: accents and case count for nothing, and a number by its length before its digits. */
const naturalKey = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\d+/g, (run) => {
      const digits = run.replace(/^0+(?=\d)/, '');
      return `0${String.fromCharCode(digits.length)}${digits}`;
    });

/**
 * Names (or what has them) as people count: `img2` before `img10`, in one order on every machine. Keys are made once, because
 * a folder may have 10,000 pictures and an Intl.Collator would hold the thread for 100 ms.
 */
export function naturallySorted<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return items
    .map((item) => ({ item, name: nameOf(item), key: naturalKey(nameOf(item)) }))
    .sort((a, b) => compare(a.key, b.key) || compare(a.name, b.name))
    .map(({ item }) => item);
}
