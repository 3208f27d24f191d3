/** Who is asked about before a batch: nobody is where there is no choice, and one pack of this machine at most is taken. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { QuickPickItem } from 'vscode';
import { askAnswerers } from '../../../src/annotate/folder/askAnswerers';
import { packSummarySchema, type PackSummary } from '../../../src/protocol/packs';

type Listener = (items: readonly QuickPickItem[]) => void;

/** A quick pick that is played. */
class Pick {
  items: QuickPickItem[] = [];
  selectedItems: readonly QuickPickItem[] = [];
  private readonly listeners: Record<string, Listener> = {};
  private readonly on = (name: string) => (listener: Listener) => {
    this.listeners[name] = listener;
    return { dispose: () => undefined };
  };
  onDidChangeSelection = this.on('change');
  onDidAccept = this.on('accept');
  onDidHide = this.on('hide');
  show = () => undefined;
  dispose = () => undefined;
  hide = () => this.listeners.hide?.([]);
  accept = () => this.listeners.accept?.([]);
  /** Ticks these, by their places in the list, one after the other. */
  tick(...places: number[]) {
    for (const place of places) {
      this.selectedItems = [...this.selectedItems, this.items[place] as QuickPickItem];
      this.listeners.change?.(this.selectedItems);
    }
  }
}
const { fake } = vi.hoisted(() => ({ fake: { single: vi.fn(), pick: undefined as Pick | undefined } }));
vi.mock('vscode', () => ({
  window: { showQuickPick: fake.single, createQuickPick: () => (fake.pick = new Pick()) },
}));
afterEach(() => {
  fake.single.mockReset();
  fake.pick = undefined;
});

const pack = (id: string, more: Partial<PackSummary> = {}): PackSummary =>
  packSummarySchema.parse({
    id,
    version: '1',
    title: id.toUpperCase(),
    tasks: ['ground'],
    engine: 'onnx',
    kind: 'ocr',
    prompts: ['text'],
    returns: ['box'],
    license: '',
    folder: '',
    bytes: 0,
    state: 'ready',
    ...more,
  });
const server = (id: string) =>
  pack(id, { engine: 'remote', kind: 'x-anylabeling', url: `http://${id}.lab:8000` });

describe('who answers a batch', () => {
  it('is not asked where one pack can, and asked where several can', async () => {
    expect(await askAnswerers('t', 'ground', [pack('a'), pack('b', { tasks: ['segment'] })])).toEqual({});
    fake.single.mockImplementationOnce((items: QuickPickItem[]) => Promise.resolve(items[1]));
    expect(await askAnswerers('t', 'ground', [pack('a'), pack('b')])).toEqual({ pack: 'b' });
    fake.single.mockResolvedValueOnce(undefined);
    expect(await askAnswerers('t', 'ground', [pack('a'), pack('b')])).toBeUndefined();
  });

  it('is several servers, with one pack of this machine or none', async () => {
    const all = [pack('a'), pack('b'), server('one'), server('two')];
    const asked = askAnswerers('t', 'ground', all);
    await vi.waitUntil(() => fake.pick);
    const pick = fake.pick as Pick;
    expect(pick.items.map(({ description }) => description)).toEqual([
      'on this machine',
      'on this machine',
      'http://one.lab:8000',
      'http://two.lab:8000',
    ]);
    // The first is ticked; a second pack takes its place.
    pick.tick(2, 1, 3);
    pick.accept();
    expect(await asked).toEqual({ pack: 'b', servers: ['one', 'two'] });
  });

  it('is servers alone where no pack is ticked, and nobody who gives up', async () => {
    const alone = askAnswerers('t', 'everything', [pack('a'), server('one')]);
    await vi.waitUntil(() => fake.pick);
    fake.pick?.accept();
    expect(await alone).toEqual({ servers: ['one'] });
    fake.pick = undefined;
    const given = askAnswerers('t', 'ground', [server('one')]);
    await vi.waitUntil(() => fake.pick);
    (fake.pick as Pick | undefined)?.hide();
    expect(await given).toBeUndefined();
  });
});
