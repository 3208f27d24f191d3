/** Exports, imports and cut-outs as the panel asks for them. */
import { describe, expect, it } from 'vitest';
import sharp from 'sharp';
import type { Annotation } from '../../../src/protocol/annotator';
import type { PanelPage } from './panelPage';
import { usePanel } from './usePanel';

const regions: Annotation[] = [
  {
    id: 'cup',
    label: 'cup',
    geometry: { type: 'polygon', polygons: [[[100, 50], [200, 50], [200, 150]]] }, // prettier-ignore
    provenance: { by: 'user' },
  },
  { id: 'spot', label: 'spot', geometry: { type: 'point', point: [20, 20] }, provenance: { by: 'user' } },
];

let panel: PanelPage;
const openPanel = usePanel();

async function open(): Promise<void> {
  panel = await openPanel({
    annotations: regions,
    paint: (x, y) => [x % 256, y, 90],
  });
  await panel.ready();
  await panel.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
}
const select = (name: string) => panel.page.getByRole('option', { name }).click();
const notice = (text: RegExp) => panel.page.locator('.notice .message').filter({ hasText: text }).waitFor();

describe('export and import', () => {
  it('tell the host which regions are selected', async () => {
    await open();
    panel.host.act('export');
    await select('cup');
    panel.host.act('export');
    panel.host.act('import');
    await expect.poll(() => panel.host.exchange.imports).toBe(1);
    expect(panel.host.exchange.exports).toEqual([[], ['cup']]);
  });
});

describe('a cut-out', () => {
  it('is on the clipboard in full size, with nothing around it', async () => {
    await open();
    await select('cup');
    await panel.canvas.focus();
    await panel.press('Control+Shift+C');
    await notice(/cup was copied as a picture/);
    const base64 = await panel.page.evaluate<string>(`(async () => {
      const [item] = await navigator.clipboard.read();
      const bytes = new Uint8Array(await (await item.getType('image/png')).arrayBuffer());
      return btoa(String.fromCharCode(...bytes));
    })()`);
    const { data, info } = await sharp(Buffer.from(base64, 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([100, 100, 4]);
    const at = (x: number, y: number) => [...data.subarray((y * 100 + x) * 4, (y * 100 + x) * 4 + 4)];
    expect(at(80, 20)).toEqual([180, 70, 90, 255]);
    expect(at(20, 80)[3]).toBe(0);
  });

  it('is saved as a file where the browser refuses', async () => {
    await open();
    await panel.page.evaluate(
      `navigator.clipboard.write = () => Promise.reject(new DOMException('No', 'NotAllowedError'))`,
    );
    await select('cup');
    panel.host.act('copyCutout');
    await notice(/lets no picture onto the clipboard, so cup was saved as photos\/picture\.cup\.png/);
    expect(panel.host.exchange.saved).toEqual(['cup']);
  });

  it('says what is missing: a region, or pixels in it', async () => {
    await open();
    panel.host.act('copyCutout');
    await notice(/Select a region first/);
    await select('spot');
    panel.host.act('copyCutout');
    await notice(/nothing to cut out/);
    expect(panel.host.exchange.saved).toEqual([]);
  });
});
