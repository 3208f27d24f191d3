import { expect, it } from 'vitest';
import { isPictureName, naturallySorted } from '../../../src/protocol/pictureNames';

it('knows pictures by their extension, of any case', () => {
  expect(['a.png', 'A.JPEG', 'b.c.tif', 'sub/a.svg'].every(isPictureName)).toBe(true);
  expect(['a.json', 'png', '.png', 'sub/.png', 'a.png.txt', ''].some(isPictureName)).toBe(false);
});

it('sorts as people count, whatever the case, accents and leading zeros', () => {
  const names = [
    'img10.png',
    'Img2.png',
    'img1.png',
    'img02.png',
    'éclair.png',
    'eclipse.png',
    'a1b10',
    'a1b9',
  ];
  expect(naturallySorted(names, (name) => name)).toEqual([
    'a1b9',
    'a1b10',
    'éclair.png',
    'eclipse.png',
    'img1.png',
    'Img2.png',
    'img02.png',
    'img10.png',
  ]);
  const long = ['t20261124120000000001', 't20261124120000000000', 't9'];
  expect(naturallySorted(long, (name) => name)).toEqual([long[2], long[1], long[0]]);
});

it('sorts one way only: the order does not depend on what came first', () => {
  const names = ['a1', 'a01', 'A1', 'a001', 'á1'];
  const sorted = naturallySorted(names, (name) => name);
  expect(naturallySorted([...names].reverse(), (name) => name)).toEqual(sorted);
});
