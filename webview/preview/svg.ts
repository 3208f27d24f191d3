/** Makes a drawn picture safe to put into the page: it runs nothing, loads nothing and leads nowhere. */

const forbidden =
  'script, iframe, object, embed, audio, video, animate, animateMotion, animateTransform, set, handler, listener';

/** True for an address that stays inside the picture. */
const isInside = (address: string) => /^\s*(?:#|data:image\/(?:png|jpeg|gif|webp);)/i.test(address);

/** Any `url(…)` that is not a part of the same picture. */
const outerUrl = /url\(\s*(?!["']?#)|@import|expression\(/i;

/** @throws Error when this is no picture */
export function cleanSvg(source: string): string {
  // An inert document: nothing in it is loaded or run.
  const { body } = new DOMParser().parseFromString(source, 'text/html');
  const svg = body.querySelector('svg');
  if (!svg) throw new Error('The diagram gave no picture.');
  for (const element of svg.querySelectorAll(forbidden)) element.remove();
  for (const link of svg.querySelectorAll('a')) link.replaceWith(...link.childNodes);
  for (const style of svg.querySelectorAll('style'))
    if (outerUrl.test(style.textContent ?? ''))
      style.textContent = (style.textContent ?? '').replace(/@import[^;]*;?|url\(\s*(?!["']?#)[^)]*\)/gi, '');
  for (const element of [svg, ...svg.querySelectorAll('*')]) {
    for (const { name, value } of [...element.attributes]) {
      const lower = name.toLowerCase();
      const isAddress = /(?:^|:)href$|^src$|^action$|^formaction$/.test(lower);
      if (lower.startsWith('on') || (isAddress && !isInside(value)) || (!isAddress && outerUrl.test(value)))
        element.removeAttribute(name);
    }
  }
  // The place around it has the role and the name.
  svg.removeAttribute('role');
  svg.removeAttribute('aria-roledescription');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  return svg.outerHTML;
}
