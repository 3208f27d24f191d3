/** A table of text: the first column to the left, numbers to the right. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => width(row[i] ?? ''))));
  return rows
    .map((row) => {
      const cells = row.map((cell, i) => {
        const space = ' '.repeat((widths[i] ?? 0) - width(cell));
        return i === 0 ? cell + space : space + cell;
      });
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

/** Columns of a terminal that a text takes: Chinese characters take two. */
const width = (text: string) => [...text].reduce((sum, char) => sum + (/[⺀-￦]/.test(char) ? 2 : 1), 0);
