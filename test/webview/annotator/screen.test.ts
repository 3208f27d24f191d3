/** Random sequences of edits, undo and redo: what the page shows is what the model holds. GROUNDNOTE_RUNS says how many. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Annotation, Edit } from '../../../src/protocol/annotator';
import { usePanel } from './usePanel';

const runs = Number(process.env['GROUNDNOTE_RUNS'] ?? 2000);

const openPanel = usePanel();

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const coordinate = fc.integer({ min: 0, max: 150 });
const annotation: fc.Arbitrary<Annotation> = fc.record(
  {
    id,
    geometry: fc.tuple(coordinate, coordinate).map(([x, y]) => ({
      type: 'box' as const,
      box: [x, y, x + 40, y + 30] as [number, number, number, number],
    })),
    provenance: fc.constant({ by: 'user' as const }),
    label: fc.constantFrom('cat', '编码器', 'x "y" <z>'),
    hidden: fc.constant(true),
    locked: fc.constant(true),
  },
  { requiredKeys: ['id', 'geometry', 'provenance'] },
);
const edit: fc.Arbitrary<Edit> = fc.record(
  {
    title: fc.constant('Edit'),
    put: fc.array(annotation, { maxLength: 3 }),
    remove: fc.array(id, { maxLength: 2 }),
    order: fc.uniqueArray(id, { maxLength: 5 }),
  },
  { requiredKeys: ['title', 'put', 'remove'] },
);
const step = fc.oneof(
  { weight: 4, arbitrary: edit },
  { weight: 2, arbitrary: fc.constant('undo' as const) },
  { weight: 1, arbitrary: fc.constant('redo' as const) },
);

it(`shows what the model holds (${runs} sequences)`, { timeout: 600_000 }, async () => {
  const panel = await (await openPanel({})).ready();
  const { page, host } = panel;
  const shown = () =>
    page.evaluate<{ id: string; name: string }[]>(
      `[...document.querySelectorAll('[data-region]')].map((row) => ({ id: row.dataset.region, name: row.getAttribute('aria-label') }))`,
    );
  let reversed: boolean | undefined;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      for (const each of steps) {
        if (each === 'undo') host.undo();
        else if (each === 'redo') host.redo();
        else host.edit(each);
      }
      const { annotations } = host.model;
      const wanted = annotations.map((each) => each.id);
      await expect
        .poll(async () => (await shown()).map((row) => row.id).sort(), { interval: 5, timeout: 10_000 })
        .toEqual([...wanted].sort());
      // The last snapshot may be under way while the ids are right already.
      await expect
        .poll(
          async () => {
            const rows = await shown();
            const ids = rows.map((row) => row.id);
            if (reversed === undefined && ids.length > 1) reversed = ids[0] !== wanted[0];
            const inOrder = reversed ? [...ids].reverse() : ids;
            return (
              inOrder.join() === wanted.join() &&
              rows.every(({ id: row, name }) => {
                const { label, hidden, locked } = annotations.find((one) => one.id === row) as Annotation;
                return (
                  (label === undefined || name.startsWith(label)) &&
                  /hidden/.test(name) === (hidden ?? false) &&
                  /locked/.test(name) === (locked ?? false)
                );
              })
            );
          },
          { interval: 5, timeout: 10_000 },
        )
        .toBe(true);
    }),
    { numRuns: runs },
  );
  expect(panel.errors).toEqual([]);
});
