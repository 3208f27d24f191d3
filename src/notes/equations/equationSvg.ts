/**
 * TeX → a picture of its own, by MathJax: KaTeX makes HTML that needs its style sheet and fonts, MathJax draws outlines.
 * This module is a file of its own in the build (dist/equationSvg.cjs), loaded when the first formula is copied.
 */
import { liteAdaptor } from '@mathjax/src/js/adaptors/liteAdaptor.js';
import { RegisterHTMLHandler } from '@mathjax/src/js/handlers/html.js';
import { TeX } from '@mathjax/src/js/input/tex.js';
import { mathjax } from '@mathjax/src/js/mathjax.js';
import { SVG } from '@mathjax/src/js/output/svg.js';
import type { LiteElement } from '@mathjax/src/js/adaptors/lite/Element.js';
import '@mathjax/src/js/input/tex/base/BaseConfiguration.js';
import '@mathjax/src/js/input/tex/ams/AmsConfiguration.js';
import '@mathjax/src/js/input/tex/amscd/AmsCdConfiguration.js';
import '@mathjax/src/js/input/tex/bbox/BboxConfiguration.js';
import '@mathjax/src/js/input/tex/boldsymbol/BoldsymbolConfiguration.js';
import '@mathjax/src/js/input/tex/braket/BraketConfiguration.js';
import '@mathjax/src/js/input/tex/bussproofs/BussproofsConfiguration.js';
import '@mathjax/src/js/input/tex/cancel/CancelConfiguration.js';
import '@mathjax/src/js/input/tex/cases/CasesConfiguration.js';
import '@mathjax/src/js/input/tex/centernot/CenternotConfiguration.js';
import '@mathjax/src/js/input/tex/color/ColorConfiguration.js';
import '@mathjax/src/js/input/tex/configmacros/ConfigMacrosConfiguration.js';
import '@mathjax/src/js/input/tex/empheq/EmpheqConfiguration.js';
import '@mathjax/src/js/input/tex/enclose/EncloseConfiguration.js';
import '@mathjax/src/js/input/tex/extpfeil/ExtpfeilConfiguration.js';
import '@mathjax/src/js/input/tex/gensymb/GensymbConfiguration.js';
import '@mathjax/src/js/input/tex/mathtools/MathtoolsConfiguration.js';
import '@mathjax/src/js/input/tex/mhchem/MhchemConfiguration.js';
import '@mathjax/src/js/input/tex/newcommand/NewcommandConfiguration.js';
import '@mathjax/src/js/input/tex/textcomp/TextcompConfiguration.js';
import '@mathjax/src/js/input/tex/textmacros/TextMacrosConfiguration.js';
import '@mathjax/src/js/input/tex/unicode/UnicodeConfiguration.js';
import '@mathjax/src/js/input/tex/upgreek/UpgreekConfiguration.js';
import '@mathjax/src/js/input/tex/verb/VerbConfiguration.js';
import { GroundnoteError } from '../../protocol/errors';
import { EquationFont } from './mathjaxFont';

/** A number at the margin is the note's, not the formula's: a picture has no margin. */
const tagPattern = /\\tag\*?\s*\{[^{}]*\}/g;
/** CSS pixels of one em: the size of text that a picture of a formula goes with. */
const emSize = 16;
/** MathJax counts in thousandths of an em. */
const unitsPerEm = 1000;

const packages = [
  ...['base', 'ams', 'amscd', 'bbox', 'boldsymbol', 'braket', 'bussproofs', 'cancel', 'cases', 'centernot'],
  ...[
    'color',
    'configmacros',
    'empheq',
    'enclose',
    'extpfeil',
    'gensymb',
    'mathtools',
    'mhchem',
    'newcommand',
  ],
  ...['textcomp', 'textmacros', 'unicode', 'upgreek', 'verb'],
];

/** A macro as MathJax takes it: with the number of its arguments, and what an optional first one is otherwise. */
type Macro = string | [string, number] | [string, number, string];

/** Commands that KaTeX has and MathJax lacks. */
const katexCommands: Record<string, Macro> = {
  argmax: '\\operatorname*{arg\\,max}',
  argmin: '\\operatorname*{arg\\,min}',
  bra: ['\\mathinner{\\langle{#1}|}', 1],
  ket: ['\\mathinner{|{#1}\\rangle}', 1],
  N: '\\mathbb{N}',
  R: '\\mathbb{R}',
  Z: '\\mathbb{Z}',
  Reals: '\\mathbb{R}',
  reals: '\\mathbb{R}',
  Complex: '\\mathbb{C}',
  cnums: '\\mathbb{C}',
  natnums: '\\mathbb{N}',
  infin: '\\infty',
  empty: '\\emptyset',
  exist: '\\exists',
  isin: '\\in',
  lang: '\\langle',
  rang: '\\rangle',
  larr: '\\leftarrow',
  rarr: '\\rightarrow',
  lrarr: '\\leftrightarrow',
  plusmn: '\\pm',
  sdot: '\\cdot',
  sub: '\\subset',
  sube: '\\subseteq',
  supe: '\\supseteq',
  thetasym: '\\vartheta',
  weierp: '\\wp',
  bold: ['\\mathbf{#1}', 1],
  Bbb: ['\\mathbb{#1}', 1],
  htmlClass: ['#2', 2],
  htmlData: ['#2', 2],
  htmlId: ['#2', 2],
  htmlStyle: ['#2', 2],
};

/** Arrows of mhchem, which MathJax has in a font of their own. */
const mhchemArrows: Record<string, Macro> = Object.fromEntries(
  [
    ['rightarrow', 'rightarrow'],
    ['leftarrow', 'leftarrow'],
    ['leftrightarrow', 'leftrightarrow'],
    ['leftrightarrows', 'leftrightarrow'],
    ['rightleftharpoons', 'rightleftharpoons'],
    ['Rightleftharpoons', 'rightleftharpoons'],
    ['Leftrightharpoons', 'rightleftharpoons'],
  ].flatMap(([name = '', arrow = '']): [string, Macro][] => [
    [`mhchem${name}`, `\\${arrow}`],
    [`mhchemlong${name}`, `\\mathrel{\\x${arrow}{\\hspace{1.2em}}}`],
    [`mhchemx${name}`, [`\\mathrel{\\x${arrow}[#1]{\\;#2\\;}}`, 2, '']],
  ]),
);

export interface EquationOptions {
  /** It stands by itself: large operators and limits above and below. */
  display: boolean;
  /** Macros of the note: `\RR` → `\mathbb{R}`; `#1` to `#9` stand for arguments. */
  macros?: Readonly<Record<string, string>>;
}

export interface EquationSvg {
  /** A whole SVG file; what is drawn has the colour of the text around it, black by itself. */
  svg: string;
  /** Size in CSS pixels, for text of 16 pixels. */
  width: number;
  height: number;
}

/** A macro as KaTeX takes it → as MathJax does. */
function macroOf(tex: string): Macro {
  const count = Math.max(0, ...[...tex.matchAll(/#([1-9])/g)].map(([, digit]) => Number(digit)));
  return count > 0 ? [tex, count] : tex;
}

/**
 * Draws a formula.
 * @throws GroundnoteError 'unsupported' with MathJax's words, where it cannot read the formula
 */
export async function equationSvg(
  tex: string,
  { display, macros = {} }: EquationOptions,
): Promise<EquationSvg> {
  const adaptor = liteAdaptor();
  const handler = RegisterHTMLHandler(adaptor);
  const own = Object.fromEntries(
    Object.entries(macros).map(([name, value]) => [name.replace(/^\\/, ''), macroOf(value)]),
  );
  const input = new TeX<LiteElement, LiteElement, LiteElement>({
    packages,
    macros: { ...katexCommands, ...mhchemArrows, ...own },
    // Bounds macro expansion, as KaTeX's limit does.
    maxMacros: 1000,
    maxBuffer: 50 * 1024,
    // A formula is read again when a piece of the font has come.
    ignoreDuplicateLabels: true,
    formatError: (_jax: unknown, error: Error) => {
      throw new GroundnoteError('unsupported', `MathJax cannot read this formula: ${error.message}`);
    },
  });
  const output = new SVG<LiteElement, LiteElement, LiteElement>({
    fontData: EquationFont,
    fontCache: 'none',
    mtextInheritFont: false,
    displayOverflow: 'overflow',
    linebreaks: { inline: false },
  });
  try {
    const document = mathjax.document('', { InputJax: input, OutputJax: output });
    const node = (await document.convertPromise(tex.replace(tagPattern, ''), {
      display,
      em: emSize,
      ex: emSize / 2,
      containerWidth: 1_000_000,
    })) as LiteElement;
    const svg = adaptor.firstChild(node) as LiteElement;
    return finish(adaptor, svg);
  } finally {
    mathjax.handlers.unregister(handler);
  }
}

/** Sizes in pixels: other programs read `ex` each in its own way. */
function finish(adaptor: ReturnType<typeof liteAdaptor>, svg: LiteElement): EquationSvg {
  const [, , w = 0, h = 0] = (adaptor.getAttribute(svg, 'viewBox') ?? '').split(/\s+/).map(Number);
  const pixels = (units: number) => Math.max(1, Math.round((units / unitsPerEm) * emSize * 100) / 100);
  const [width, height] = [pixels(w), pixels(h)];
  adaptor.setAttribute(svg, 'width', `${width}px`);
  adaptor.setAttribute(svg, 'height', `${height}px`);
  adaptor.setAttribute(svg, 'xmlns', 'http://www.w3.org/2000/svg');
  return { svg: adaptor.serializeXML(svg), width, height };
}
