/** The three systems as diagrams. */
import { samplePhoto } from './samplePhoto.mjs';
import { arrow, bold, box, disc, grey, ink, page, photo, small, text } from './svg.mjs';

/** OneLLM: modality tokenizers → one encoder → projection experts under a router → language model. */
export function onellm() {
  const rows = [
    ['Image, video', 'Conv 2D', '257 tokens'],
    ['Audio', 'Conv 2D, stride 10', '1213 tokens'],
    ['Point cloud', 'Point patches', '1025 tokens'],
    ['Depth, normals', 'Conv 2D', '257 tokens'],
    ['IMU', 'Conv 1D', '392 tokens'],
    ['fMRI', 'Linear', '9 tokens'],
  ];
  const parts = [text(320, 52, 'Modality tokenizers', { weight: 700 })];
  rows.forEach(([modality, tokenizer, tokens], i) => {
    const y = 76 + i * 84;
    parts.push(box(30, y, 160, 62, [modality], { color: 'plain' }));
    parts.push(box(228, y, 184, 62, [[tokenizer, { size: 16 }], small(tokens)], { color: 'blue' }));
    parts.push(
      arrow([
        [190, y + 31],
        [226, y + 31],
      ]),
      arrow([
        [412, y + 31],
        [462, y + 31],
      ]),
    );
  });
  parts.push(
    box(464, 76, 140, 482, [bold('Universal'), bold('encoder'), small('CLIP ViT-L/14'), small('❄ frozen')], {
      color: 'green',
    }),
    box(650, 76, 440, 482, [], { color: 'panel', radius: 16 }),
    text(870, 106, 'Universal projection module', { weight: 700 }),
    box(668, 126, 164, 66, [['Modality tokens', { size: 16 }], small('30 queries q_{m}')], {
      color: 'violet',
    }),
    box(900, 126, 170, 66, [['Modality router', { size: 16 }], small('soft weights w_{1} w_{2} w_{3}')], {
      color: 'red',
    }),
    disc(692, 372, 18, '‖', 18),
    arrow([
      [604, 372],
      [672, 372],
    ]),
    arrow([
      [692, 192],
      [692, 352],
    ]),
    arrow(
      [
        [726, 372],
        [726, 214],
        [985, 214],
        [985, 194],
      ],
      { dash: true },
    ),
  );
  ['1', '2', '3'].forEach((k, i) => {
    const y = 250 + i * 92;
    parts.push(box(766, y, 140, 60, [`Expert P_{${k}}`, small('8 blocks')], { color: 'orange' }));
    parts.push(
      arrow([
        [710, 372],
        [764, y + 30],
      ]),
      arrow([
        [906, y + 30],
        [1010, 372 + (i - 1) * 12],
      ]),
    );
  });
  parts.push(
    disc(1032, 372, 22, '+', 26),
    arrow(
      [
        [1032, 192],
        [1032, 348],
      ],
      { dash: true },
    ),
    arrow([
      [1054, 372],
      [1128, 372],
    ]),
    box(1130, 196, 130, 352, [bold('LLM'), small('LLaMA-2 7B')], { color: 'blue' }),
    box(1120, 76, 150, 60, ['Text prompt']),
    arrow([
      [1195, 136],
      [1195, 194],
    ]),
    arrow([
      [1260, 372],
      [1298, 372],
    ]),
    box(1300, 336, 110, 72, ['Text', small('answer')]),
    text(
      720,
      606,
      'One encoder and one projection for all modalities: only the tokenizer, the queries and the router know which one it is.',
      { size: 16, fill: grey, italic: true },
    ),
  );
  return page(1440, 632, parts);
}

/** Ferret: a region of any shape becomes one token through the spatial-aware visual sampler. */
export async function ferret() {
  const parts = [
    photo(30, 66, 252, 168, await samplePhoto('cat', 504)),
    '<path d="M106 118q8-14 30-13 24 6 30 32 0 18-16 24-22 4-38-10-10-12-6-33z" fill="none" stroke="#ff5a36" stroke-width="3"/>',
    text(156, 52, 'Image', { weight: 700 }),
    photo(30, 330, 252, 168, await samplePhoto('cat', 504, 'cat-left-eye', 'mask')),
    text(156, 316, 'Region mask', { weight: 700 }),
    text(156, 524, 'point, box or free-form', { size: 14, fill: grey }),
    box(330, 108, 146, 84, [bold('Image encoder', { size: 16 }), small('CLIP ViT-L/14')], { color: 'green' }),
    arrow([
      [282, 150],
      [328, 150],
    ]),
    arrow([
      [476, 150],
      [516, 150],
    ]),
  ];
  for (let i = 0; i < 36; i++) {
    const shade = 205 + ((i * 7919) % 47) - (i === 14 || i === 15 || i === 20 ? 70 : 0);
    parts.push(
      `<rect x="${520 + (i % 6) * 20}" y="${90 + Math.floor(i / 6) * 20}" width="20" height="20" fill="rgb(${shade - 40},${shade - 10},${shade})" stroke="#fff"/>`,
    );
  }
  parts.push(
    text(580, 234, 'Feature map', { size: 14, fill: grey }),
    box(690, 42, 386, 490, [], { color: 'panel', radius: 16 }),
    text(883, 74, 'Spatial-aware visual sampler', { weight: 700 }),
    box(716, 96, 334, 66, ['Sample points in the mask', small('512 points, bilinear features')], {
      color: 'violet',
    }),
    box(716, 198, 334, 246, [], { color: 'plain', dash: true, radius: 14 }),
    text(1036, 222, '× 2', { anchor: 'end', weight: 700, fill: grey }),
    box(736, 212, 250, 60, ['Sampling', small('farthest points: 128, then 32')], { color: 'blue' }),
    box(736, 292, 250, 60, ['Gathering', small('24 nearest neighbours each')], { color: 'blue' }),
    box(736, 372, 250, 60, ['Pooling', small('one feature per group')], { color: 'blue' }),
    box(716, 470, 334, 48, ['Flatten and project'], { color: 'orange' }),
    arrow([
      [861, 162],
      [861, 210],
    ]),
    arrow([
      [861, 272],
      [861, 290],
    ]),
    arrow([
      [861, 352],
      [861, 370],
    ]),
    arrow([
      [861, 432],
      [861, 468],
    ]),
    arrow([
      [640, 118],
      [714, 118],
    ]),
    arrow([
      [282, 414],
      [664, 414],
      [664, 144],
      [714, 144],
    ]),
    arrow([
      [1050, 494],
      [1104, 494],
      [1104, 400],
      [1128, 400],
    ]),
    text(1116, 524, '<SPE>', { mono: true, weight: 700, fill: '#b4491f', size: 16, anchor: 'start' }),
    box(1130, 130, 130, 340, [bold('LLM'), small('Vicuna')], { color: 'blue' }),
    arrow([
      [580, 90],
      [580, 26],
      [1195, 26],
      [1195, 128],
    ]),
    arrow([
      [1260, 300],
      [1290, 300],
    ]),
    box(1292, 238, 198, 124, [
      ['It is a green eye', { size: 17 }],
      ['[308, 286, 454, 483]', { size: 14, mono: true, fill: '#b4491f' }],
      small('of 1000 × 1000'),
    ]),
  );
  const tokens = [
    ['What', 74],
    ['is', 44],
    ['<region_name>', 164],
    ['<coordinates>', 164],
    ['<SPE>', 84],
    ['?', 36],
  ];
  let x = 330;
  for (const [token, w] of tokens) {
    const special = token.startsWith('<');
    parts.push(
      box(x, 562, w, 42, [[token, { size: 16, mono: special, fill: special ? '#b4491f' : ink }]], {
        color: special ? 'orange' : 'plain',
        radius: 6,
      }),
    );
    x += w + 10;
  }
  parts.push(
    text(156, 589, 'Question', { weight: 700 }),
    arrow([
      [x, 583],
      [1195, 583],
      [1195, 472],
    ]),
  );
  return page(1510, 632, parts);
}

/** LISA: the embedding of <SEG> becomes a mask through a decoder. */
export async function lisa() {
  const parts = [
    photo(30, 76, 270, 180, await samplePhoto('coffee', 540)),
    text(165, 60, 'Image x_{img}', { weight: 700 }),
    box(30, 396, 270, 96, [
      ['“What would you stir', { size: 17 }],
      ['the coffee with?”', { size: 17 }],
    ]),
    text(165, 380, 'Question x_{txt}', { weight: 700 }),
    box(372, 106, 190, 120, [bold('Vision backbone'), small('SAM ViT-H'), small('❄ frozen')], {
      color: 'green',
    }),
    box(372, 384, 190, 120, [bold('Multimodal LLM'), small('LLaVA with LoRA'), small('trained')], {
      color: 'blue',
    }),
    box(884, 106, 190, 120, [bold('Mask decoder'), small('SAM’s, fully trained')], { color: 'orange' }),
    box(919, 300, 120, 60, ['MLP γ', small('2 layers')], { color: 'violet' }),
    arrow([
      [300, 166],
      [370, 166],
    ]),
    arrow([
      [334, 166],
      [334, 420],
      [370, 420],
    ]),
    arrow([
      [300, 456],
      [370, 456],
    ]),
    arrow([
      [562, 166],
      [882, 166],
    ]),
    text(722, 154, 'f', { size: 22, italic: true }),
    arrow([
      [562, 444],
      [618, 444],
    ]),
    arrow([
      [979, 300],
      [979, 228],
    ]),
    text(994, 270, 'h_{seg}', { size: 20, italic: true, anchor: 'start' }),
    arrow([
      [1074, 166],
      [1138, 166],
    ]),
    photo(1140, 76, 270, 180, await samplePhoto('coffee', 540, 'coffee-spoon')),
    text(1275, 60, 'Mask', { weight: 700 }),
  ];
  const tokens = [
    ['You', 60],
    ['can', 60],
    ['use', 60],
    ['the', 56],
    ['spoon', 78],
    ['<SEG>', 92],
    ['.', 34],
  ];
  let x = 620;
  for (const [token, w] of tokens) {
    const seg = token === '<SEG>';
    parts.push(
      box(
        x,
        422,
        w,
        44,
        [[token, { size: 16, mono: seg, weight: seg ? 700 : 400, fill: seg ? '#b4491f' : ink }]],
        { color: seg ? 'orange' : 'plain', radius: 6 },
      ),
    );
    if (seg)
      parts.push(
        arrow([
          [x + w / 2, 422],
          [x + w / 2, 362],
        ]),
        text(x + w / 2 - 12, 398, 'last-layer embedding', { size: 14, fill: grey, anchor: 'end' }),
      );
    x += w + 4;
  }
  parts.push(
    text(830, 500, 'Text answer', { size: 16, fill: grey }),
    box(
      1140,
      384,
      270,
      120,
      [
        ['L = λ_{txt} L_{txt} + λ_{mask} L_{mask}', { size: 18, italic: true }],
        small('cross entropy on the text'),
        small('BCE and DICE on the mask'),
      ],
      { color: 'red' },
    ),
  );
  return page(1440, 540, parts);
}
