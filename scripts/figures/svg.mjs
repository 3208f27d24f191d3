/** Small words for drawing figures as SVG: boxes, arrows, labels. Lengths in pixels, y down. */

export const ink = '#1f2937';
export const grey = '#6b7280';
const paint = {
  blue: ['#e3eefc', '#5b8fd6'],
  orange: ['#fdecd8', '#d9924a'],
  green: ['#e1f3e4', '#5ba36b'],
  violet: ['#ece6fa', '#8a72c9'],
  red: ['#fbe3e3', '#cf6a6a'],
  plain: ['#ffffff', '#9ca3af'],
  panel: ['#f7f8fa', '#c5cad3'],
};

const escape = (text) =>
  String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** `_{x}` becomes a subscript. */
const rich = (text) =>
  escape(text).replace(
    /_\{([^}]*)\}/g,
    '<tspan dy="4" font-size="70%">$1</tspan><tspan dy="-4">\u200b</tspan>',
  );

export function text(
  x,
  y,
  value,
  { size = 18, fill = ink, anchor = 'middle', weight = 400, italic, mono, turn } = {},
) {
  const family = mono ? "'DejaVu Sans Mono'" : "'DejaVu Sans','Noto Sans CJK SC',sans-serif";
  const rotate = turn ? ` transform="rotate(${turn} ${x} ${y})"` : '';
  const style = italic ? ' font-style="italic"' : '';
  return `<text x="${x}" y="${y}" font-family="${family}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}"${style}${rotate}>${rich(value)}</text>`;
}

/** A rounded box with centred lines; a line is a text or [text, options of text()]. */
export function box(x, y, w, h, lines, { color = 'plain', radius = 10, dash } = {}) {
  const [fill, stroke] = paint[color];
  const items = lines.map((line) => (Array.isArray(line) ? line : [line, {}]));
  const heights = items.map(([, o]) => (o.size ?? 18) * 1.35);
  let top = y + h / 2 - heights.reduce((a, b) => a + b, 0) / 2;
  const words = items.map(([value, o], i) => {
    top += heights[i];
    return text(x + w / 2, top - heights[i] * 0.29, value, o);
  });
  const dashes = dash ? ' stroke-dasharray="6 5"' : '';
  return `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${radius}" fill="${fill}" stroke="${stroke}" stroke-width="2"${dashes}/>${words.join('')}`;
}

export const small = (value, options = {}) => [value, { size: 14, fill: grey, ...options }];
export const bold = (value, options = {}) => [value, { weight: 700, ...options }];

/** A line through the points with a head at its end. */
export function arrow(points, { dash } = {}) {
  const dashes = dash ? ' stroke-dasharray="6 5"' : '';
  return `<polyline points="${points.map((p) => p.join(',')).join(' ')}" fill="none" stroke="#374151" stroke-width="2"${dashes} marker-end="url(#head)"/>`;
}

export const disc = (x, y, r, label, size = 22) =>
  `<circle cx="${x}" cy="${y}" r="${r}" fill="#fff" stroke="#374151" stroke-width="2"/>${text(x, y + size * 0.36, label, { size })}`;

export const photo = (x, y, w, h, data) =>
  `<image x="${x}" y="${y}" width="${w}" height="${h}" href="data:image/jpeg;base64,${data}"/><rect x="${x}" y="${y}" width="${w}" height="${h}" fill="none" stroke="#9ca3af"/>`;

export const page = (width, height, parts) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 10 5 0 10z" fill="#374151"/></marker></defs>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`;
