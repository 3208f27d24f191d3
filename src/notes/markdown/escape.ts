/** Text that goes into HTML passes through here. */
const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text between tags. */
export const escapeHtml = (text: string) =>
  text.replace(/[&<>]/g, (character) => entities[character] ?? character);

/** Escapes the value of a quoted attribute. */
export const escapeAttribute = (text: string) =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

/** Undoes both of the above. */
export const unescapeHtml = (html: string) =>
  html.replace(
    /&(?:amp|lt|gt|quot|#39);/g,
    (entity) => Object.keys(entities).find((character) => entities[character] === entity) ?? entity,
  );
