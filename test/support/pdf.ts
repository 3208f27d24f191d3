/** What a PDF of Chromium holds: its pages, its text and its outline. Knows no more of the format than that takes. */
import { inflateSync } from 'node:zlib';

export interface PdfFacts {
  pages: number;
  /** Text as it is drawn, without spaces: a PDF places words, it need not write the gaps. */
  text: string;
  /** Titles of the outline, in order. */
  outline: string[];
}

/** Reads a PDF. @throws when it is none */
export function readPdf(bytes: Buffer): PdfFacts {
  const source = bytes.toString('latin1');
  if (!source.startsWith('%PDF-')) throw new Error('This is no PDF.');
  const objects = new Map<number, string>();
  for (const [, id, body] of source.matchAll(/(?:^|\n)(\d+) 0 obj\s*([\s\S]*?)\s*endobj/g))
    objects.set(Number(id), body as string);
  const streamOf = (id: number): string => {
    const body = objects.get(id) ?? '';
    const data = /stream\r?\n([\s\S]*?)\r?\nendstream/.exec(body)?.[1];
    if (data === undefined) return '';
    const raw = Buffer.from(data, 'latin1');
    return /FlateDecode/.test(body) ? inflateSync(raw).toString('latin1') : data;
  };
  const referenced = (body: string, key: string) =>
    Number(new RegExp(`/${key} (\\d+) 0 R`).exec(body)?.[1] ?? -1);
  const fonts = new Map<number, Map<number, string>>();
  const letters = (font: number) => {
    let map = fonts.get(font);
    if (!map) fonts.set(font, (map = readCMap(streamOf(referenced(objects.get(font) ?? '', 'ToUnicode')))));
    return map;
  };
  let pages = 0;
  let text = '';
  for (const body of objects.values()) {
    if (!/\/Type\s*\/Page\b(?!s)/.test(body)) continue;
    pages++;
    const resources = /\/Resources (\d+) 0 R/.test(body)
      ? (objects.get(referenced(body, 'Resources')) ?? '')
      : body;
    const names = new Map(
      [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name, id]) => [name as string, Number(id)]),
    );
    let font = -1;
    for (const [, name, hex] of streamOf(referenced(body, 'Contents')).matchAll(
      /\/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>/g,
    )) {
      if (name) font = names.get(name) ?? -1;
      else if (hex)
        for (let at = 0; at < hex.length; at += 4)
          text += letters(font).get(parseInt(hex.slice(at, at + 4), 16)) ?? '';
    }
  }
  const outline = [...objects.values()]
    .filter((body) => /\/Parent /.test(body) && /\/Title/.test(body) && !/\/Type/.test(body))
    .map((body) => titleOf(body));
  return { pages, text: text.replace(/\s+/g, ''), outline };
}

/** Glyph → letters. */
function readCMap(cmap: string): Map<number, string> {
  const map = new Map<number, string>();
  const letters = (hex: string) => Buffer.from(hex, 'hex').swap16().toString('utf16le');
  for (const [, block] of cmap.matchAll(/beginbfchar([\s\S]*?)endbfchar/g))
    for (const [, from, to] of (block as string).matchAll(/<(\w+)>\s*<(\w+)>/g))
      map.set(parseInt(from as string, 16), letters(to as string));
  for (const [, block] of cmap.matchAll(/beginbfrange([\s\S]*?)endbfrange/g))
    for (const [, from, end, to] of (block as string).matchAll(/<(\w+)>\s*<(\w+)>\s*<(\w+)>/g))
      for (
        let glyph = parseInt(from as string, 16), i = 0;
        glyph <= parseInt(end as string, 16);
        glyph++, i++
      )
        map.set(glyph, String.fromCodePoint(parseInt(to as string, 16) + i));
  return map;
}

function titleOf(body: string): string {
  const [, plain, hex] = /\/Title\s*(?:\(((?:\\.|[^\\)])*)\)|<([0-9A-Fa-f]*)>)/.exec(body) ?? [];
  const raw =
    hex === undefined
      ? Buffer.from((plain ?? '').replace(/\\(.)/gs, '$1'), 'latin1')
      : Buffer.from(hex, 'hex');
  return raw[0] === 0xfe && raw[1] === 0xff
    ? Buffer.from(raw.subarray(2)).swap16().toString('utf16le')
    : raw.toString('latin1');
}
