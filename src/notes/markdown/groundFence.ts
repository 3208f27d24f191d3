/** Fences with the info string `ground` are drawn by whoever knows their answers (`NoteEnv.renderGround`). */
import type { MarkdownIt } from 'markdown-it';
import { isGround } from '../ground/fence';
import type { NoteEnv } from './markdown';

/** Without `renderGround` in the environment a ground fence is code like any other. */
export function useGroundFence(md: MarkdownIt): void {
  const previous = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, options, env, renderer) => {
    const token = tokens[index];
    const note = env as NoteEnv;
    if (token && note.renderGround && isGround(token.info))
      return note.renderGround(token.content, (token.map?.[0] ?? note.firstLine) - note.firstLine, note);
    return previous ? previous(tokens, index, options, env, renderer) : '';
  };
}
