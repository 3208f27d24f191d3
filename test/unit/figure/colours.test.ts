import { expect, test } from 'vitest';
import { colourWord, labOf, type Rgb } from '../../../src/inference/process/figure/colours';

test.each<[string, Rgb[]]>([
  [
    'black',
    [
      [0, 0, 0],
      [20, 22, 20],
    ],
  ],
  [
    'white',
    [
      [255, 255, 255],
      [250, 250, 250],
    ],
  ],
  [
    'grey',
    [
      [127, 127, 127],
      [200, 200, 200],
      [102, 102, 102],
    ],
  ],
  [
    'red',
    [
      [255, 0, 0],
      [214, 39, 40],
    ],
  ],
  [
    'orange',
    [
      [255, 165, 0],
      [255, 230, 204],
    ],
  ],
  [
    'yellow',
    [
      [255, 255, 0],
      [255, 242, 204],
    ],
  ],
  [
    'green',
    [
      [0, 128, 0],
      [213, 232, 212],
      [0, 255, 0],
    ],
  ],
  [
    'cyan',
    [
      [0, 255, 255],
      [23, 190, 207],
    ],
  ],
  [
    'blue',
    [
      [0, 0, 255],
      [31, 119, 180],
      [218, 232, 252],
    ],
  ],
  [
    'purple',
    [
      [128, 0, 128],
      [148, 103, 189],
      [225, 213, 231],
    ],
  ],
  [
    'pink',
    [
      [255, 192, 203],
      [227, 119, 194],
    ],
  ],
  [
    'brown',
    [
      [139, 69, 19],
      [140, 86, 75],
    ],
  ],
])('names shades of %s as drawing programs and plots have them', (word, shades) => {
  expect(shades.map((shade) => colourWord(shade))).toEqual(shades.map(() => word));
});

test('white is the white point of Lab', () => {
  const [l, a, b] = labOf([255, 255, 255]);
  expect(l).toBeCloseTo(100, 3);
  expect(Math.hypot(a, b)).toBeLessThan(0.02);
});
