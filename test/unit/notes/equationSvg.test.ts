import { describe, expect, it } from 'vitest';
import { equationSvg } from '../../../src/notes/equations/equationSvg';

const draw = (tex: string, macros = {}, display = true) => equationSvg(tex, { display, macros });

describe('a formula as SVG', () => {
  it('is a file of its own: outlines, no fonts, no references, a size in pixels', async () => {
    const { svg, width, height } = await draw('\\mathcal{L} = \\sum_{i=1}^n \\frac{x_i}{\\sqrt{1 + e^{-x}}}');
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain(`width="${width}px" height="${height}px"`);
    expect(svg).toContain('<path');
    expect(svg).not.toMatch(/<use|<text|href|url\(|font-face/);
    expect(width).toBeGreaterThan(60);
    expect(height).toBeGreaterThan(30);
  });

  it('is lower in a line of text', async () => {
    const tex = '\\sum_{i=1}^n x_i';
    expect((await draw(tex, {}, false)).height).toBeLessThan((await draw(tex)).height);
  });

  it('knows the macros of the note, environments, chemistry, and what KaTeX adds to TeX', async () => {
    const macros = { '\\RR': '\\mathbb{R}', '\\pair': '\\langle #1, #2 \\rangle' };
    for (const tex of [
      '\\RR^n \\ni \\pair{a}{b}',
      '\\begin{align} a &= b \\label{eq:a} \\\\ c &= d \\end{align}',
      'a = b \\tag{3}',
      '\\ce{SO4^2- + Ba^2+ -> BaSO4 v}',
      '\\ce{A <=>[above][below] B}',
      '\\R \\argmin_x \\ket{x} \\boldsymbol{\\theta} \\mathfrak{g} \\mathscr{F} \\mathsf{x} \\mathtt{y} \\cancel{z}',
      '\\text{掩码 é Привет}',
    ]) {
      const { svg, width } = await draw(tex, macros);
      expect(width, tex).toBeGreaterThan(10);
      expect(svg, tex).not.toContain('merror');
    }
  });

  it('says what MathJax cannot read', async () => {
    await expect(draw('\\unknown x')).rejects.toThrow(
      'MathJax cannot read this formula: Undefined control sequence',
    );
    await expect(draw('\\frac{1')).rejects.toMatchObject({ code: 'unsupported' });
    await expect(draw('\\def\\a{\\a\\a}\\a')).rejects.toMatchObject({ code: 'unsupported' });
    // What went wrong with one formula does not stay.
    expect((await draw('x')).width).toBeGreaterThan(4);
  });
});
