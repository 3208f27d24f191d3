/** Words for colours: that of the nearest prototype. Python reads the same prototypes (models/groundnote-one/language.json). */
import { colours } from '../../../../models/groundnote-one/language.json';

export type Rgb = readonly [number, number, number];
type Lab = readonly [number, number, number];

export const colourWords = [
  'black',
  'white',
  'grey',
  'red',
  'orange',
  'yellow',
  'green',
  'cyan',
  'blue',
  'purple',
  'pink',
  'brown',
] as const;
export type ColourWord = (typeof colourWords)[number];

const linear = (channel: number): number => {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};
const cubeRoot = (share: number): number =>
  share > 216 / 24389 ? Math.cbrt(share) : ((24389 / 27) * share + 16) / 116;

/** CIE L*a*b* (white D65) of an sRGB colour 0–255. */
export function labOf([red, green, blue]: Rgb): Lab {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const x = cubeRoot((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = cubeRoot(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = cubeRoot((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** Prototypes in Lab, in the order of the words; of equally near ones the first is taken. */
const prototypes: readonly { word: ColourWord; lab: Lab }[] = colourWords.flatMap((word) =>
  colours[word].map((lab) => ({ word, lab: lab as unknown as Lab })),
);

/** The word whose prototype is nearest in Lab (CIE76). */
export function colourWord(rgb: Rgb): ColourWord {
  const [l, a, b] = labOf(rgb);
  let best: ColourWord = 'black';
  let least = Infinity;
  for (const { word, lab } of prototypes) {
    const distance = (lab[0] - l) ** 2 + (lab[1] - a) ** 2 + (lab[2] - b) ** 2;
    if (distance < least) [least, best] = [distance, word];
  }
  return best;
}
