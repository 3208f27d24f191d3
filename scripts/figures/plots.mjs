/** Plots, a table, and small diagrams. */
import { arrow, bold, box, grey, ink, page, small, text } from './svg.mjs';

/** OneLLM's token counts: grouped bars on a logarithmic axis, with a legend. Counts as in its released code. */
export function tokensPlot() {
  const groups = [
    ['image', 257],
    ['audio', 1213],
    ['point', 1025],
    ['IMU', 392],
    ['fMRI', 9],
  ];
  const [left, right, top, bottom] = [110, 870, 80, 470];
  const y = (v) => bottom - (Math.log10(v) / 3.5) * (bottom - top);
  const parts = [text(490, 44, 'Tokens per modality in OneLLM', { size: 22, weight: 700 })];
  for (const v of [1, 10, 100, 1000])
    parts.push(
      `<line x1="${left}" x2="${right}" y1="${y(v)}" y2="${y(v)}" stroke="#e5e7eb"/>`,
      text(left - 12, y(v) + 6, v, { size: 16, anchor: 'end', fill: grey }),
    );
  groups.forEach(([name, count], i) => {
    const cx = left + 76 + i * 152;
    for (const [k, v, fill] of [
      [0, count, '#4c78a8'],
      [1, 30, '#f58518'],
    ]) {
      const x = cx - 50 + k * 52;
      parts.push(
        `<rect x="${x}" y="${y(v)}" width="48" height="${bottom - y(v)}" fill="${fill}"/>`,
        text(x + 24, y(v) - 8, v, { size: 15 }),
      );
    }
    parts.push(text(cx, bottom + 28, name));
  });
  parts.push(
    `<path d="M${left} ${top - 10}V${bottom}H${right}" fill="none" stroke="${ink}" stroke-width="2"/>`,
    text(40, 275, 'number of tokens (log scale)', { turn: -90 }),
    text(490, 534, 'modality', {}),
    `<rect x="618" y="66" width="252" height="72" rx="6" fill="#fff" stroke="#c5cad3"/><rect x="634" y="80" width="24" height="16" fill="#4c78a8"/><rect x="634" y="110" width="24" height="16" fill="#f58518"/>`,
    text(670, 94, 'after the tokenizer', { size: 16, anchor: 'start' }),
    text(670, 124, 'after the projection', { size: 16, anchor: 'start' }),
  );
  return page(920, 556, parts);
}

/** Three curves with a legend. The values are invented, and the picture says so. */
export function clicksPlot() {
  const series = [
    ['point', '#e45756', [0.41, 0.52, 0.59, 0.64, 0.67, 0.69]],
    ['stroke', '#54a24b', [0.53, 0.6, 0.65, 0.685, 0.71, 0.725]],
    ['box', '#4c78a8', [0.68, 0.715, 0.74, 0.755, 0.765, 0.77]],
  ];
  const [left, right, top, bottom] = [110, 860, 80, 450];
  const x = (i) => left + 30 + i * 138;
  const y = (v) => bottom - ((v - 0.3) / 0.6) * (bottom - top);
  const parts = [text(485, 44, 'Mask quality over corrective clicks', { size: 22, weight: 700 })];
  for (const v of [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    parts.push(
      `<line x1="${left}" x2="${right}" y1="${y(v)}" y2="${y(v)}" stroke="#e5e7eb"/>`,
      text(left - 12, y(v) + 6, v.toFixed(1), { size: 16, anchor: 'end', fill: grey }),
    );
  for (const [, color, values] of series) {
    parts.push(
      `<polyline points="${values.map((v, i) => `${x(i)},${y(v)}`).join(' ')}" fill="none" stroke="${color}" stroke-width="3.5"/>`,
    );
    values.forEach((v, i) => parts.push(`<circle cx="${x(i)}" cy="${y(v)}" r="6" fill="${color}"/>`));
  }
  series.forEach(([name, color], i) => {
    const ly = 352 + i * 28;
    parts.push(
      `<line x1="640" x2="680" y1="${ly}" y2="${ly}" stroke="${color}" stroke-width="3.5"/><circle cx="660" cy="${ly}" r="6" fill="${color}"/>`,
      text(694, ly + 6, `first prompt: ${name}`, { size: 15, anchor: 'start' }),
    );
  });
  for (let i = 0; i <= 5; i++) parts.push(text(x(i), bottom + 28, i, { size: 16, fill: grey }));
  parts.push(
    `<path d="M${left} ${top - 10}V${bottom}H${right}" fill="none" stroke="${ink}" stroke-width="2"/><rect x="624" y="330" width="230" height="100" rx="6" fill="none" stroke="#c5cad3"/>`,
    text(40, 265, 'mean IoU', { turn: -90 }),
    text(485, 514, 'corrective clicks after the first prompt'),
    text(485, 544, 'Illustrative values, not measured.', { size: 15, fill: grey, italic: true }),
  );
  return page(900, 564, parts);
}

/** A booktabs table: what LISA is trained on. Shares and templates as in its released code. */
export function dataTable() {
  const columns = [
    [40, 'Training data'],
    [380, 'Share'],
    [480, 'Question'],
    [1000, 'Supervised by'],
  ];
  const rows = [
    ['Semantic segmentation', '9', 'Can you segment the {class_name} in this image?', 'text, mask'],
    ['Referring segmentation', '3', 'Please segment the {description} in this image.', 'text, mask'],
    ['Visual question answering', '3', 'questions about the whole picture', 'text'],
    ['Reasoning segmentation', '1', '{sentence} Please output segmentation mask.', 'text, mask'],
  ];
  const rule = (y, w) => `<line x1="30" x2="1170" y1="${y}" y2="${y}" stroke="${ink}" stroke-width="${w}"/>`;
  const parts = [rule(36, 3), rule(92, 1.5), rule(310, 3)];
  for (const [x, name] of columns) parts.push(text(x, 72, name, { anchor: 'start', weight: 700 }));
  rows.forEach((row, i) =>
    row.forEach((cell, k) =>
      parts.push(
        text(columns[k][0], 130 + i * 52, cell, {
          anchor: 'start',
          size: k === 2 ? 17 : 18,
          italic: k === 2,
        }),
      ),
    ),
  );
  parts.push(
    text(600, 346, 'LISA: how often each kind of data is drawn in training.', { size: 16, fill: grey }),
  );
  return page(1200, 370, parts);
}

/** LISA's losses, labelled in Chinese. */
export function lossZh() {
  const parts = [
    box(40, 70, 170, 74, ['输入图像'], { color: 'plain' }),
    box(40, 236, 170, 74, ['文本指令'], { color: 'plain' }),
    box(280, 150, 200, 80, [bold('多模态大模型')], { color: 'blue' }),
    box(560, 70, 180, 74, ['<SEG> 嵌入向量'], { color: 'violet' }),
    box(560, 236, 180, 74, ['文本回答'], { color: 'plain' }),
    box(810, 70, 160, 74, [bold('掩码解码器')], { color: 'orange' }),
    box(1040, 70, 150, 74, ['预测掩码'], { color: 'plain' }),
    box(560, 370, 180, 80, [bold('文本损失'), small('交叉熵 · 权重 1.0')], { color: 'red' }),
    box(1010, 236, 210, 96, [bold('掩码损失'), small('BCE · 权重 2.0'), small('DICE · 权重 0.5')], {
      color: 'red',
    }),
    box(810, 370, 410, 80, [bold('总损失')], { color: 'red' }),
    arrow([
      [210, 107],
      [245, 107],
      [245, 174],
      [278, 174],
    ]),
    arrow([
      [210, 273],
      [245, 273],
      [245, 206],
      [278, 206],
    ]),
    arrow([
      [480, 174],
      [518, 174],
      [518, 107],
      [558, 107],
    ]),
    arrow([
      [480, 206],
      [518, 206],
      [518, 273],
      [558, 273],
    ]),
    arrow([
      [740, 107],
      [808, 107],
    ]),
    arrow([
      [970, 107],
      [1038, 107],
    ]),
    arrow([
      [1115, 144],
      [1115, 234],
    ]),
    arrow([
      [650, 310],
      [650, 368],
    ]),
    arrow([
      [740, 410],
      [808, 410],
    ]),
    arrow([
      [1115, 332],
      [1115, 368],
    ]),
    arrow([
      [125, 70],
      [125, 34],
      [890, 34],
      [890, 68],
    ]),
    text(500, 24, '图像特征 f', { size: 15, fill: grey }),
  ];
  return page(1250, 480, parts);
}

/** The three kinds of region that Ferret takes; kept as SVG. */
export function regions() {
  const parts = [];
  ['Point', 'Box', 'Free-form'].forEach((name, i) => {
    const x = 30 + i * 290;
    parts.push(`<rect x="${x}" y="30" width="250" height="190" fill="#f1f5fb" stroke="#9ca3af"/>`);
    for (let k = 1; k < 10; k++) parts.push(`<path d="M${x + k * 25} 30v190" stroke="#dbe3ef"/>`);
    for (let k = 1; k < 8; k++) parts.push(`<path d="M${x} ${30 + k * 23.75}h250" stroke="#dbe3ef"/>`);
    parts.push(
      `<path d="M${x + 70} 130q10-60 70-62 70 6 62 66-10 48-66 46-60-4-66-50z" fill="#c9b79c" stroke="#8a744f" stroke-width="2"/>`,
    );
    parts.push(text(x + 125, 252, name, { weight: 700 }));
  });
  parts.push(
    '<circle cx="160" cy="125" r="10" fill="#ff5a36" stroke="#fff" stroke-width="3"/>',
    '<rect x="386" y="64" width="142" height="120" fill="#ff5a36" fill-opacity=".22" stroke="#ff5a36" stroke-width="3"/>',
    '<path d="M694 150q0-52 30-62 30-6 44 16 24 40-14 62-44 16-60-16z" fill="#ff5a36" fill-opacity=".35" stroke="#ff5a36" stroke-width="3"/>',
    text(155, 278, '[x, y]', { mono: true, size: 15, fill: grey }),
    text(445, 278, '[x1, y1, x2, y2]', { mono: true, size: 15, fill: grey }),
    text(735, 278, 'its box, and the drawn mask', { size: 15, fill: grey }),
  );
  return page(890, 300, parts);
}
