/** A made-up note of a given length, with a formula for every four lines: for tests and benchmarks of long notes. */
export function longNote(lines: number): string {
  const text: string[] = ['# A long note', ''];
  for (let part = 1; text.length < lines; part++) {
    text.push(
      `## Part ${part}`,
      '',
      `Text with $x_{${part}}^2 + y_${part % 7}$ of some length, a **bold** word, a tag <SEG> and [a link](https://arxiv.org/abs/${part}).`,
      `The second line goes on with $\\alpha_{${part}} \\in \\mathbb{R}^{${part % 90}}$, with words in Chinese, 多模态模型 and **重点：**紧跟文字.`,
      '',
      `- item ${part} of a list that has \`code\` in it`,
      '- **对齐：**另一项，后面还有文字',
      '',
      '| name | value |',
      '|------|------:|',
      `| a${part} | $\\beta_{${part}}$ |`,
      '',
      '$$',
      `\\mathcal{L}_{${part}} = \\frac{1}{N} \\sum_{i=1}^{N} \\left( \\ell_i + \\lambda_{${part}} \\right)`,
      '$$',
      '',
    );
  }
  return text.slice(0, lines).join('\n');
}
