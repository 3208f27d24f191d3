/** `- [ ] open` and `- [x] done`: list items with a box, as GFM has them. The note is the place to tick one. */
import type { MarkdownIt } from 'markdown-it';
import { tokenMaker } from './tokens';

/** @param plain GFM's own HTML, without what makes the box accessible */
export function useTaskLists(md: MarkdownIt, { plain }: { plain: boolean }): void {
  const makeToken = tokenMaker(md);
  md.core.ruler.after('inline', 'groundnote_tasks', ({ tokens }) => {
    // Lists around the token at hand.
    const lists: number[] = [];
    tokens.forEach((token, index) => {
      if (token.type === 'bullet_list_open' || token.type === 'ordered_list_open') lists.push(index);
      else if (token.type === 'bullet_list_close' || token.type === 'ordered_list_close') lists.pop();
      if (token.type !== 'inline' || tokens[index - 1]?.type !== 'paragraph_open') return;
      const item = tokens[index - 2];
      const box = /^\[([ xX])\](?=\s)/.exec(token.content);
      const first = token.children?.[0];
      if (item?.type !== 'list_item_open' || !box || !first?.content.startsWith(box[0])) return;
      first.content = first.content.slice(box[0].length);
      const checkbox = makeToken('task_box', 'input', 0);
      checkbox.meta = { done: box[1] !== ' ' };
      token.children?.unshift(checkbox);
      if (plain) return;
      item.attrJoin('class', 'gn-task');
      const list = tokens[lists.at(-1) ?? -1];
      if (list && !String(list.attrGet('class') ?? '').includes('gn-tasks'))
        list.attrJoin('class', 'gn-tasks');
    });
  });
  md.renderer.rules['task_box'] = (tokens, index) => {
    const done = tokens[index]?.meta?.['done'] === true;
    const checked = done ? 'checked="" ' : '';
    return plain
      ? `<input ${checked}disabled="" type="checkbox">`
      : `<input ${checked}disabled="" type="checkbox" aria-label="${done ? 'Done' : 'To do'}">`;
  };
}
