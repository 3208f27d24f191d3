/** Colours for values between 0 and 1. */

export const colorMapNames = ['turbo', 'grey'] as const;
export type ColorMapName = (typeof colorMapNames)[number];

/** Coefficients of the polynomial by which Google's Turbo map is approximated, from x⁰ to x⁵, for red, green and blue. */
const turbo = [
  [0.13572138, 4.6153926, -42.66032258, 132.13108234, -152.94239396, 59.28637943],
  [0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604],
  [0.1066733, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973],
];

const tables = new Map<ColorMapName, Uint8Array>();

/** 256 colours, red, green and blue of each. */
export function colorTable(name: ColorMapName): Uint8Array {
  let table = tables.get(name);
  if (!table) {
    table = new Uint8Array(256 * 3);
    for (let i = 0; i < 256; i++)
      for (let part = 0; part < 3; part++) {
        const x = i / 255;
        const value =
          name === 'grey' ? x : (turbo[part] as number[]).reduceRight((sum, factor) => sum * x + factor, 0);
        table[i * 3 + part] = Math.round(Math.min(1, Math.max(0, value)) * 255);
      }
    tables.set(name, table);
  }
  return table;
}

/** The place of a colour in a table. @param share 0–1; what lies outside takes the colour of the end */
export const colorIndex = (share: number): number =>
  (share <= 0 ? 0 : share >= 1 ? 255 : Math.round(share * 255)) * 3;
