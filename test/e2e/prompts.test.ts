/** A point, a box and a stroke each give a mask that lies on the thing. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Point } from '../../src/protocol/geometry';
import type { AnnotatorFrame, Color } from '../support/frames';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode();

/** How far the mask's colour moves a pixel of the picture, in grey levels. */
const visibleChange = 25;

describe('prompts in the side panel', () => {
  let annotator: AnnotatorFrame;
  beforeAll(async () => {
    await vscode().workbench.explorerMenu('photos/coins.jpg', 'Segment Image');
    annotator = await vscode().annotator();
  });

  it('a point gives a mask on the coin and not beside it', async () => {
    const on: Point = [345, 60];
    const beside: Point = [300, 78];
    const before = await annotator.colors([on, beside]);
    await annotator.clickImage(334, 44);
    await annotator.waitForRegions(1);
    const after = await annotator.colors([on, beside]);
    expect(distance(before[0], after[0])).toBeGreaterThan(visibleChange);
    expect(distance(before[1], after[1])).toBeLessThan(visibleChange);
  });

  it('a second point refines the same region, a negative one takes away', async () => {
    await annotator.clickImage(326, 60);
    await annotator.waitUntilIdle();
    expect(await annotator.regions()).toBe(1);
    await annotator.clickImage(300, 78, { button: 'right' });
    await annotator.waitUntilIdle();
    expect(await annotator.regions()).toBe(1);
  });

  it('a box gives a mask', async () => {
    await annotator.finishRegion();
    await annotator.tool('box');
    const [before] = await annotator.colors([[44, 126]]);
    await annotator.dragImage([22, 104], [67, 147]);
    await annotator.waitForRegions(2);
    const [after] = await annotator.colors([[44, 126]]);
    expect(distance(before, after)).toBeGreaterThan(visibleChange);
  });

  it('a stroke gives a mask', async () => {
    await annotator.finishRegion();
    await annotator.tool('stroke');
    const onTheCoin: Point = [165, 115];
    const [before] = await annotator.colors([onTheCoin]);
    await annotator.dragImage([148, 118], [164, 132], 8);
    await annotator.waitForRegions(3);
    const [after] = await annotator.colors([onTheCoin]);
    expect(distance(before, after)).toBeGreaterThan(visibleChange);
  });
});

function distance(a: Color | undefined, b: Color | undefined): number {
  if (!a || !b) throw new Error('A colour is missing.');
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))));
}
