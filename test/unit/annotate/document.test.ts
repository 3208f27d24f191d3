import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnnotationModel, type AppliedEdit } from '../../../src/annotate/document';
import type { Annotation, Edit } from '../../../src/protocol/annotator';

const annotation = (id: string, label: string): Annotation => ({
  id,
  label,
  geometry: { type: 'point', point: [1, 2] },
  provenance: { by: 'user' },
});

describe('AnnotationModel', () => {
  it('replaces in place, appends what is new, and counts revisions', () => {
    const model = new AnnotationModel([annotation('a', '1'), annotation('b', '1')]);
    const edit = model.apply({
      title: 'Edit',
      put: [annotation('a', '2'), annotation('c', '1')],
      remove: ['b'],
    });
    expect(model.annotations.map(({ id, label }) => id + label)).toEqual(['a2', 'c1']);
    expect(model.revision).toBe(1);
    edit?.undo();
    expect(model.annotations.map(({ id, label }) => id + label)).toEqual(['a1', 'b1']);
    expect(model.revision).toBe(2);
  });

  it('makes no undo step of an edit that changes nothing', () => {
    const model = new AnnotationModel([annotation('a', '1')]);
    expect(model.apply({ title: 'Same', put: [annotation('a', '1')], remove: ['nobody'] })).toBeUndefined();
    expect(model.revision).toBe(0);
  });

  it('leaves lists that were handed out as they were', () => {
    const model = new AnnotationModel([annotation('a', '1')]);
    const before = model.annotations;
    model.apply({ title: 'Delete', put: [], remove: ['a'] });
    expect(before).toHaveLength(1);
  });

  it('undoes and redoes any sequence of edits like a list of whole states', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const edit = fc.record({
      title: fc.constant('Edit'),
      put: fc.array(
        fc.tuple(id, fc.constantFrom('x', 'y', 'z')).map(([key, label]) => annotation(key, label)),
        { maxLength: 3 },
      ),
      remove: fc.array(id, { maxLength: 2 }),
      order: fc.option(fc.uniqueArray(id, { maxLength: 5 }), { nil: undefined }),
    });
    const step = fc.oneof(
      { weight: 3, arbitrary: edit.map((value) => ({ do: 'edit' as const, edit: value as Edit })) },
      { weight: 2, arbitrary: fc.constant({ do: 'undo' as const }) },
      { weight: 1, arbitrary: fc.constant({ do: 'redo' as const }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const model = new AnnotationModel();
        const stack: AppliedEdit[] = [];
        const states: (readonly Annotation[])[] = [[]];
        let at = 0;
        for (const each of steps) {
          if (each.do === 'edit') {
            const applied = model.apply(each.edit);
            if (!applied) continue;
            stack.splice(at, Infinity, applied);
            states.splice(at + 1, Infinity, naive(states[at] as Annotation[], each.edit));
            at++;
          } else if (each.do === 'undo' && at > 0) {
            stack[--at]?.undo();
          } else if (each.do === 'redo' && at < stack.length) {
            stack[at++]?.redo();
          }
          expect(model.annotations).toEqual(states[at]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** What an edit means, written down plainly. */
function naive(list: readonly Annotation[], edit: Edit): Annotation[] {
  const last = new Map(edit.put.map((each) => [each.id, each]));
  const kept = list.filter(({ id }) => !edit.remove.includes(id) || last.has(id));
  const replaced = kept.map((each) => last.get(each.id) ?? each);
  const all = [...replaced, ...[...last.values()].filter(({ id }) => !kept.some((each) => each.id === id))];
  const named = (edit.order ?? []).flatMap((id) => all.find((each) => each.id === id) ?? []);
  return [...named, ...all.filter((each) => !named.includes(each))];
}
