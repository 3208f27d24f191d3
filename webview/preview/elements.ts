/** Makes elements of the page. Text goes in as text, never as HTML. */

/** An element with a class and content. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  ...content: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/** A button with words on it. */
export function button(words: string, onClick: () => void, primary = false): HTMLButtonElement {
  const made = element('button', primary ? 'gn-primary' : '', words);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}
