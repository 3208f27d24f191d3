/** Changing one rule of a Markdown parser, ours or the one that VS Code's own preview hands over. */
import type { Ruler } from 'markdown-it';

type Wrap<Args extends unknown[]> = (original: (...args: Args) => boolean, ...args: Args) => boolean;

/**
 * Puts a function around one of the parser's rules. `alt` names the rules that this one may end, which the parser
 * forgets otherwise.
 * @throws Error when the parser has no such rule, or has it switched off
 */
export function wrapRule<Args extends unknown[]>(
  ruler: Ruler<Args, boolean>,
  name: string,
  alt: string[],
  wrap: Wrap<Args>,
): void {
  const all = ruler.getRules('');
  ruler.disable(name);
  const others = ruler.getRules('');
  ruler.enable(name);
  const original = all.find((rule) => !others.includes(rule));
  if (!original) throw new Error(`No rule "${name}".`);
  ruler.at(name, (...args) => wrap(original, ...args), { alt });
}
