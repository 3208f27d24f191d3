/** What the preview's page may run and load. */

/**
 * The page's policy: its own script, styles and fonts, and pictures of this machine. KaTeX writes style attributes,
 * hence 'unsafe-inline' for styles, here and nowhere else. Charts are drawn in a worker that the page makes of its own script.
 */
export const contentSecurityPolicy = (cspSource: string, nonce: string) =>
  [
    `default-src 'none'`,
    `img-src ${cspSource} data: blob:`,
    `style-src ${cspSource} 'unsafe-inline'`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
    `worker-src blob:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
