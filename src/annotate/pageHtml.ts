/** The pages of the side panel and of the panels for other modalities, without VS Code. */
import { randomBytes } from 'node:crypto';

export interface PageParts {
  /** What VS Code lets this webview load from. */
  cspSource: string;
  /** Addresses of the bundle. */
  script: string;
  style: string;
  /** The file's URI; messages name it. */
  document: string;
  /** What the page shows. */
  view?: string;
}

/** HTML in which everything is forbidden but its own script and style, its icons, and in the side panel the picture. */
export function pageHtml({ cspSource, script, style, document, view = 'annotator' }: PageParts): string {
  // The controls look for the nonce in csp-nonce when they make a style element.
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    `default-src 'none'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    ...(view === 'annotator'
      ? [
          `img-src ${cspSource} data: blob:`,
          // Tiles of large pictures, whose loading can be given up.
          `connect-src ${cspSource}`,
          `font-src ${cspSource} data:`,
        ]
      : []),
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escapeAttribute(style)}">
<title>Groundnote</title>
</head>
<body data-groundnote-view="${escapeAttribute(view)}" data-document="${escapeAttribute(document)}">
<script nonce="${nonce}" src="${escapeAttribute(script)}"></script>
</body>
</html>`;
}

const escapeAttribute = (text: string) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
