/** Tables in a chart's data. The package makes code out of their column names (`new Function`), which the page forbids. */
import { dsvFormat as original } from 'd3-dsv';

/** As d3-dsv's, but `parse` makes objects without making code. */
export function dsvFormat(delimiter: string) {
  const format = original(delimiter);
  return {
    ...format,
    parse(text: string): Record<string, string>[] & { columns: string[] } {
      const [columns = [], ...rows] = format.parseRows(text);
      const values = rows.map((row) => {
        const value = Object.create(null) as Record<string, string>;
        columns.forEach((column, at) => (value[column] = row[at] ?? ''));
        return value;
      });
      return Object.assign(values, { columns });
    },
  };
}
