/** Diagrams drawn for the tests of grounding: each with its SVG, and where each label and its shape lie. */
import type { Box } from '../../src/protocol/geometry';

/** A phrase, and the boxes that answer it; none when it must be refused. */
export interface GroundCase {
  phrase: string;
  boxes: Box[];
}

export interface GroundFigure {
  name: string;
  svg: string;
  cases: GroundCase[];
  /** Needs a font with Chinese characters. */
  chinese?: boolean;
}

const family = "'DejaVu Sans','Noto Sans CJK SC',sans-serif";
const paints = {
  blue: 'fill="#dbe9fb" stroke="#3b6fb6"',
  green: 'fill="#dff3e3" stroke="#3d8b52"',
  orange: 'fill="#fdebd3" stroke="#c9802f"',
  white: 'fill="#ffffff" stroke="#333333"',
  dark: 'fill="#27364f" stroke="#27364f"',
};
type Paint = keyof typeof paints;

const svg = (width: number, height: number, ...parts: string[]) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="#ffffff"/>${parts.join('')}</svg>`;
const text = (x: number, y: number, words: string, size = 18, more = '') =>
  `<text x="${x}" y="${y}" font-family="${family}" font-size="${size}" text-anchor="middle" fill="#1a1a1a" ${more}>${words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')}</text>`;
/** A box [x, y, width, height] with centred lines. */
const node = ([x, y, w, h]: Box, lines: string[], paint: Paint = 'blue', radius = 8, size = 18) =>
  `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${radius}" ${paints[paint]} stroke-width="2"/>` +
  lines
    .map((line, i) =>
      text(
        x + w / 2,
        y + h / 2 + size * 0.36 + (i - (lines.length - 1) / 2) * size * 1.35,
        line,
        size,
        paint === 'dark' ? 'style="fill:#ffffff"' : '',
      ),
    )
    .join('');
const arrow = (x1: number, y1: number, x2: number, y2: number) =>
  `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="#333" stroke-width="2"/><circle cx="${x2}" cy="${y2}" r="4" fill="#333"/>`;
/** The outside of a drawn box. */
const at = ([x, y, w, h]: Box): Box => [x - 1, y - 1, x + w + 1, y + h + 1];

const encoder: Box = [40, 60, 180, 80];
const projector: Box = [300, 60, 180, 80];
const decoder: Box = [560, 60, 180, 80];

export const groundFigures: GroundFigure[] = [
  {
    name: 'a row of boxes with arrows',
    svg: svg(
      780,
      220,
      node(encoder, ['Vision encoder'], 'blue'),
      node(projector, ['Projector'], 'orange'),
      node(decoder, ['Mask decoder'], 'green'),
      arrow(221, 100, 296, 100),
      arrow(481, 100, 556, 100),
    ),
    cases: [
      { phrase: 'vision encoder', boxes: [at(encoder)] },
      { phrase: 'the box that says "Projector"', boxes: [at(projector)] },
      { phrase: 'mask decodr', boxes: [at(decoder)] },
      { phrase: 'vision decoder', boxes: [] },
      { phrase: 'the tokenizer', boxes: [] },
    ],
  },
  {
    name: 'white boxes on white, labels of two lines',
    svg: svg(
      640,
      260,
      node([40, 40, 160, 90], ['Language', 'model'], 'white'),
      node([260, 40, 160, 90], ['Region', 'sampler'], 'white', 0),
      node([480, 40, 120, 180], ['Output'], 'white', 20),
      arrow(201, 85, 256, 85),
    ),
    cases: [
      { phrase: 'language model', boxes: [at([40, 40, 160, 90])] },
      { phrase: 'Region sampler', boxes: [at([260, 40, 160, 90])] },
      { phrase: 'the output', boxes: [at([480, 40, 120, 180])] },
      { phrase: 'Region proposal', boxes: [] },
    ],
  },
  {
    name: 'the same label twice',
    svg: svg(
      700,
      240,
      node([40, 60, 140, 60], ['Attention']),
      node([240, 60, 140, 60], ['Attention'], 'green'),
      node([440, 60, 200, 60], ['Feed forward'], 'orange'),
    ),
    cases: [
      { phrase: 'attention', boxes: [at([40, 60, 140, 60]), at([240, 60, 140, 60])] },
      { phrase: 'feed-forward', boxes: [at([440, 60, 200, 60])] },
      { phrase: 'self attention', boxes: [] },
    ],
  },
  {
    name: 'numbers that differ',
    svg: svg(
      760,
      200,
      node([40, 60, 140, 70], ['Stage 2'], 'blue'),
      node([220, 60, 140, 70], ['Stage 3'], 'blue'),
      node([400, 60, 140, 70], ['Stage 4'], 'blue'),
      node([580, 60, 140, 70], ['Head'], 'orange'),
    ),
    cases: [
      { phrase: 'Stage 3', boxes: [at([220, 60, 140, 70])] },
      { phrase: 'stage 4', boxes: [at([400, 60, 140, 70])] },
      { phrase: 'Stage 7', boxes: [] },
    ],
  },
  {
    name: 'ellipses and a diamond',
    svg: svg(
      760,
      260,
      `<ellipse cx="140" cy="120" rx="100" ry="60" ${paints.green} stroke-width="2"/>${text(140, 126, 'Start here')}`,
      `<path d="M400 30L520 120L400 210L280 120Z" ${paints.orange} stroke-width="2"/>${text(400, 126, 'Frozen')}`,
      `<circle cx="640" cy="120" r="70" ${paints.white} stroke-width="3"/>${text(640, 126, 'Loss')}`,
    ),
    cases: [
      { phrase: 'start here', boxes: [[39, 59, 241, 181]] },
      { phrase: 'Frozen', boxes: [[279, 29, 521, 211]] },
      { phrase: 'the loss', boxes: [[568, 48, 712, 192]] },
      { phrase: 'stop here', boxes: [] },
    ],
  },
  {
    name: 'a panel with a title and boxes in it',
    svg: svg(
      760,
      420,
      '<rect x="60" y="40" width="500" height="340" rx="12" fill="#f1f3f7" stroke="#9aa3b2" stroke-width="2"/>',
      text(310, 70, 'Visual sampler', 20, 'font-weight="700"'),
      node([110, 110, 400, 60], ['Sampling'], 'blue'),
      node([110, 200, 400, 60], ['Gathering'], 'blue'),
      node([110, 290, 400, 60], ['Pooling'], 'blue'),
      arrow(310, 170, 310, 196),
      arrow(310, 260, 310, 286),
    ),
    cases: [
      { phrase: 'visual sampler', boxes: [[59, 39, 561, 381]] },
      { phrase: 'gathering', boxes: [at([110, 200, 400, 60])] },
      { phrase: 'pooling', boxes: [at([110, 290, 400, 60])] },
    ],
  },
  {
    name: 'free text: title, axes and a legend',
    svg: svg(
      680,
      460,
      text(340, 40, 'Accuracy over training', 22),
      '<path d="M90 70V380H640" fill="none" stroke="#333" stroke-width="2"/>',
      '<path d="M90 360C200 250 300 180 640 110" fill="none" stroke="#3b6fb6" stroke-width="3"/>',
      text(365, 430, 'Epochs'),
      text(40, 225, 'Accuracy', 18, 'transform="rotate(-90 40 225)"'),
      '<rect x="440" y="270" width="180" height="86" fill="#ffffff" stroke="#999"/><path d="M452 295h30" stroke="#3b6fb6" stroke-width="4"/><path d="M452 330h30" stroke="#c9802f" stroke-width="4"/>',
      text(530, 301, 'Ours', 16),
      text(548, 336, 'Baseline', 16),
    ),
    cases: [
      { phrase: 'epochs', boxes: [[330, 412, 400, 434]] },
      { phrase: 'accuracy', boxes: [[26, 182, 46, 268]] },
      { phrase: 'baseline', boxes: [[512, 322, 584, 340]] },
      { phrase: 'accuracy over training', boxes: [[213, 22, 467, 46]] },
      { phrase: 'precision', boxes: [] },
    ],
  },
  {
    name: 'white text on dark boxes, a grey page',
    svg: svg(
      620,
      220,
      '<rect width="620" height="220" fill="#e9ebee"/>',
      node([50, 60, 220, 90], ['Image features'], 'dark', 0),
      node([340, 60, 220, 90], ['Text features'], 'dark', 0),
    ),
    cases: [
      { phrase: 'text features', boxes: [at([340, 60, 220, 90])] },
      { phrase: 'image features', boxes: [at([50, 60, 220, 90])] },
      { phrase: 'audio features', boxes: [] },
    ],
  },
  {
    name: 'a table',
    svg: svg(
      560,
      260,
      ...[0, 1, 2, 3].map((i) => `<path d="M40 ${40 + i * 60}H520" stroke="#444" stroke-width="2"/>`),
      ...[0, 1, 2].map((i) => `<path d="M${40 + i * 240} 40V220" stroke="#444" stroke-width="2"/>`),
      text(160, 76, 'Method', 18, 'font-weight="700"'),
      text(400, 76, 'Score', 18, 'font-weight="700"'),
      text(160, 136, 'Ferret'),
      text(400, 136, '71.5'),
      text(160, 196, 'Shikra'),
      text(400, 196, '68.2'),
    ),
    cases: [
      { phrase: 'Shikra', boxes: [[40, 160, 280, 220]] },
      { phrase: '71.5', boxes: [[280, 100, 520, 160]] },
      { phrase: '71.6', boxes: [] },
    ],
  },
  {
    name: 'special tokens',
    svg: svg(
      620,
      160,
      node([40, 50, 140, 56], ['<SEG>'], 'orange'),
      node([220, 50, 140, 56], ['[CLS]'], 'blue'),
      node([400, 50, 180, 56], ['<region_fea>'], 'green'),
    ),
    cases: [
      { phrase: '<SEG>', boxes: [at([40, 50, 140, 56])] },
      { phrase: '[CLS]', boxes: [at([220, 50, 140, 56])] },
      { phrase: '<IMG>', boxes: [] },
    ],
  },
  {
    name: 'small text in a large figure',
    svg: svg(
      1800,
      900,
      node([100, 100, 260, 90], ['Point cloud tokenizer'], 'blue', 8, 20),
      node([1400, 700, 260, 90], ['Depth tokenizer'], 'green', 8, 20),
      arrow(360, 190, 1396, 696),
    ),
    cases: [
      { phrase: 'depth tokenizer', boxes: [at([1400, 700, 260, 90])] },
      { phrase: 'point cloud', boxes: [at([100, 100, 260, 90])] },
    ],
  },
  {
    name: 'stacked layers that share their borders',
    svg: svg(
      400,
      330,
      node([80, 40, 240, 80], ['Softmax'], 'green', 0),
      node([80, 120, 240, 80], ['Linear'], 'green', 0),
      node([80, 200, 240, 80], ['Layer norm'], 'green', 0),
    ),
    cases: [
      { phrase: 'linear', boxes: [at([80, 120, 240, 80])] },
      { phrase: 'layer norm', boxes: [at([80, 200, 240, 80])] },
      { phrase: 'non-linear', boxes: [] },
    ],
  },
  {
    name: '一个中文的流程图',
    chinese: true,
    svg: svg(
      760,
      240,
      node([40, 70, 180, 80], ['图像编码器'], 'blue'),
      node([290, 70, 180, 80], ['多模态大模型'], 'orange'),
      node([540, 70, 180, 80], ['掩码解码器'], 'green'),
      text(380, 210, '文本指令'),
    ),
    cases: [
      { phrase: '图像编码器', boxes: [at([40, 70, 180, 80])] },
      { phrase: '写着“多模态大模型”的框', boxes: [at([290, 70, 180, 80])] },
      { phrase: '图中的掩码解码器', boxes: [at([540, 70, 180, 80])] },
      { phrase: '文本指令', boxes: [[344, 194, 416, 214]] },
      { phrase: '图像解码器', boxes: [] },
      { phrase: '损失函数', boxes: [] },
    ],
  },
  {
    name: '中文与英文混排',
    chinese: true,
    svg: svg(
      640,
      200,
      node([40, 60, 220, 80], ['<SEG> 嵌入向量'], 'blue'),
      node([340, 60, 260, 80], ['BCE 损失', '权重 2.0'], 'orange'),
    ),
    cases: [
      { phrase: '嵌入向量', boxes: [at([40, 60, 220, 80])] },
      { phrase: 'BCE损失', boxes: [at([340, 60, 260, 80])] },
      { phrase: 'DICE 损失', boxes: [] },
    ],
  },
];
