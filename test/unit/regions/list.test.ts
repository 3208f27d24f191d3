/** The pure parts of the list: the search, the order, the selection, what the clipboard holds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../../src/protocol/annotator';
import type { Box } from '../../../src/protocol/geometry';
import { clipText, paste, readClip } from '../../../webview/annotator/regions/clipboard';
import { relabel, ungroup } from '../../../webview/annotator/regions/edits';
import { moveBefore, moveInOrder } from '../../../webview/annotator/regions/order';
import { parseQuery } from '../../../webview/annotator/regions/query';
import { clickSelection, rangeSelection } from '../../../webview/annotator/regions/selection';
import { simplify, split } from '../../../webview/annotator/regions/shapeEdits';

const size = { width: 100, height: 80 };
const region = (id: string, more: Partial<Annotation> = {}): Annotation => ({
  id,
  label: id,
  geometry: { type: 'box', box: [10, 10, 40, 40] },
  provenance: { by: 'user' },
  ...more,
});

describe('the search', () => {
  const all = [
    region('Coffee Cup', { score: 0.85 }),
    region('mailbox', { geometry: { type: 'point', point: [1, 1] }, hidden: true, group: 2 }),
    region('plate', { score: 0.3, locked: true }),
  ];
  it.each([
    ['coffee', 'Coffee Cup'],
    ['"coffee c"', 'Coffee Cup'],
    ['box', 'Coffee Cup, mailbox, plate'],
    ['kind:box', 'Coffee Cup, plate'],
    ['label:box', 'mailbox'],
    ['score>0.8', 'Coffee Cup'],
    ['score<=85%', 'Coffee Cup, plate'],
    ['score=.3', 'plate'],
    ['hidden', 'mailbox'],
    ['-hidden -locked', 'Coffee Cup'],
    ['group:2', 'mailbox'],
    ['plate box', 'plate'],
    ['http://x', ''],
    ['"', 'Coffee Cup, mailbox, plate'],
    ['  ', 'Coffee Cup, mailbox, plate'],
  ])('%s', (query, names) => {
    const test = parseQuery(query);
    const found = all.filter((annotation) => !test || test(annotation, annotation.label ?? ''));
    expect(found.map(({ label }) => label).join(', ')).toBe(names);
  });
});

describe('the order', () => {
  const cases = fc
    .uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 })
    .chain((ids) => fc.record({ ids: fc.constant(ids), chosen: fc.subarray(ids), at: fc.nat(ids.length) }));

  it('loses nobody, and what moves and what stays keep their order among themselves', () => {
    fc.assert(
      fc.property(cases, ({ ids, chosen, at }) => {
        const set = new Set(chosen);
        const results = [
          ...(['raise', 'lower', 'front', 'back'] as const).map((how) => moveInOrder(ids, set, how)),
          moveBefore(ids, set, ids[at]),
        ];
        for (const order of results) {
          expect([...order].sort()).toEqual([...ids].sort());
          expect(order.filter((id) => set.has(id))).toEqual(ids.filter((id) => set.has(id)));
          expect(order.filter((id) => !set.has(id))).toEqual(ids.filter((id) => !set.has(id)));
        }
      }),
    );
  });

  it('raises and lowers by one, together', () => {
    expect(moveInOrder(['a', 'b', 'c', 'd'], new Set(['a', 'b']), 'raise')).toEqual(['c', 'a', 'b', 'd']);
    expect(moveInOrder(['a', 'b', 'c', 'd'], new Set(['a', 'c']), 'lower')).toEqual(['a', 'c', 'b', 'd']);
    expect(moveBefore(['a', 'b', 'c', 'd'], new Set(['a', 'c']), 'c')).toEqual(['b', 'a', 'c', 'd']);
  });
});

describe('selecting', () => {
  const all = [region('a', { group: 1 }), region('b'), region('c', { group: 1 })];
  it('takes groups, adds and takes out, and spans ranges', () => {
    expect(clickSelection(all, ['b'], 'a')).toEqual(['c', 'a']);
    expect(clickSelection(all, ['b'], 'a', { alone: true })).toEqual(['a']);
    expect(clickSelection(all, ['b'], 'c', { toggle: true })).toEqual(['b', 'a', 'c']);
    expect(clickSelection(all, ['b', 'a', 'c'], 'c', { toggle: true })).toEqual(['b']);
    expect(rangeSelection(['a', 'b', 'c'], 'c', 'a')).toEqual(['c', 'b', 'a']);
    expect(rangeSelection(['a', 'b', 'c'], 'gone', 'b')).toEqual(['b']);
  });
});

describe('edits', () => {
  it('a label brings the colour that its regions have; without one a region keeps its own', () => {
    const all = [region('cup', { color: '#111111' }), region('x', { label: undefined, color: '#222222' })];
    const [cup, other] = all as [Annotation, Annotation];
    expect(relabel({ all, selected: [other], size }, 'cup')).toMatchObject({
      edit: { put: [{ id: 'x', label: 'cup', color: '#111111' }] },
    });
    expect(relabel({ all, selected: [other], size }, 'new')).toMatchObject({
      edit: { put: [{ color: undefined }] },
    });
    expect(relabel({ all, selected: [cup], size }, undefined)).toMatchObject({
      edit: { put: [{ color: '#111111' }] },
    });
  });

  it('locked regions are left as they are, and it is said', () => {
    const all = [region('a'), region('b', { locked: true })];
    expect(relabel({ all, selected: all, size }, 'x')).toMatchObject({
      edit: { title: 'Label Region', put: [{ id: 'a' }] },
      status: '1 locked region was left as it is.',
    });
    expect(split({ all, selected: all.slice(1), size })).toEqual({
      refusal: '“b” is locked. Unlock it first.',
    });
    expect(ungroup({ all, selected: all, size })).toEqual({
      refusal: 'None of these regions is in a group.',
    });
  });

  it('outlines get simpler step by step, until they are as simple as can be', () => {
    const ring = Array.from({ length: 90 }, (_, i): [number, number] => [
      50 + 30 * Math.cos((i * Math.PI) / 45),
      40 + 30 * Math.sin((i * Math.PI) / 45),
    ]);
    let annotation = region('a', { geometry: { type: 'polygon', polygons: [ring] } });
    const counts: number[] = [];
    for (let step = 0; step < 20; step++) {
      const outcome = simplify({ all: [annotation], selected: [annotation], size });
      if ('refusal' in outcome) break;
      annotation = outcome.edit.put[0] as Annotation;
      if (annotation.geometry.type === 'polygon') counts.push(annotation.geometry.polygons[0]?.length ?? 0);
    }
    expect(counts[0]).toBeLessThan(68);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(counts.at(-1)).toBeLessThan(8);
  });
});

describe('the clipboard', () => {
  const image = { name: 'a.png', ...size };
  const pasted = (box: Box, into: { width: number; height: number }, scaled = false) => {
    const clip = readClip(clipText([region('a', { geometry: { type: 'box', box } })], image, []));
    const outcome = clip && paste(clip, { all: [], size: into }, scaled);
    if (!outcome || 'refusal' in outcome) return outcome?.refusal;
    const { geometry } = outcome.edit.put[0] as Annotation;
    return geometry.type === 'box' ? geometry.box : undefined;
  };

  it('keeps the place, moves inside, cuts what is too large, and scales on request', () => {
    expect(pasted([10, 10, 40, 40], { width: 500, height: 500 })).toEqual([10, 10, 40, 40]);
    expect(pasted([60, 50, 90, 75], { width: 50, height: 60 })).toEqual([20, 35, 50, 60]);
    expect(pasted([20, 20, 90, 70], { width: 50, height: 60 })).toEqual([0, 0, 50, 50]);
    expect(pasted([10, 10, 40, 40], { width: 200, height: 80 }, true)).toEqual([20, 10, 80, 40]);
  });

  it('reads nothing from other texts', () => {
    for (const text of ['', 'groundnote-regions', '{"type":"groundnote-regions","version":1}', '[]'])
      expect(readClip(text)).toBeUndefined();
  });

  it('keeps groups together under new numbers, and says who is who for people', () => {
    const regions = [region('a', { group: 4 }), region('b', { group: 4, locked: true }), region('c')];
    const text = clipText(regions, image, regions);
    expect(text).toContain('3 Regions of a.png (100 × 80 px): a, b, c');
    const outcome = paste(readClip(text) as never, { all: [region('d', { group: 1 })], size }, false);
    if ('refusal' in outcome) throw new Error(outcome.refusal);
    expect(outcome.edit.put.map(({ group, locked }) => [group, locked])).toEqual([
      [2, undefined],
      [2, undefined],
      [undefined, undefined],
    ]);
    expect(new Set(outcome.edit.put.map(({ id }) => id)).size).toBe(3);
    expect(outcome.edit.title).toBe('Paste 3 Regions');
  });
});
