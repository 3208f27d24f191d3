/** Which items of a long row are on the screen. */

/** Pixels of one item, its gap included. */
export const itemWidth = 112;
/** Items that are drawn on each side of what is seen. */
const spare = 4;

/** First and one behind the last of the items that are drawn. */
export function shownItems(scrollLeft: number, width: number, total: number): [number, number] {
  const first = Math.max(0, Math.floor(scrollLeft / itemWidth) - spare);
  const end = Math.min(total, Math.ceil((scrollLeft + width) / itemWidth) + spare);
  return [Math.min(first, end), end];
}

/** Where to scroll so that an item is seen: nowhere when it is, else as little as possible. */
export function scrollToItem(index: number, scrollLeft: number, width: number): number {
  const left = index * itemWidth;
  if (left < scrollLeft) return left;
  if (left + itemWidth > scrollLeft + width) return left + itemWidth - width;
  return scrollLeft;
}
