/**
 * Random sequences of edits, undo, redo, save and opening again: the model, the sidecar on the disk and what a panel is
 * sent agree with a plain list of states. GROUNDNOTE_RUNS says how many.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnnotationModel, sameAnnotations, type AppliedEdit } from '../../../src/annotate/document';
import { Draft } from '../../../src/annotate/drafts';
import { AnnotationSession, type ConflictChoice } from '../../../src/annotate/session';
import { parseSidecar } from '../../../src/annotate/sidecar';
import { DiskFile } from '../../../src/annotate/textFile';
import { annotationSchema, type Annotation, type Edit } from '../../../src/protocol/annotator';
import type { Geometry, Point, Prompt } from '../../../src/protocol/geometry';
import { encodeRle } from '../../../src/protocol/rle';

const runs = Number(process.env['GROUNDNOTE_RUNS'] ?? 2000);
const size = { width: 24, height: 16 };

const place = fc.tuple(fc.integer({ min: 0, max: size.width }), fc.integer({ min: 0, max: size.height }));
const box = fc
  .tuple(place, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .map(([[x, y], w, h]): [number, number, number, number] => [x, y, x + w, y + h]);
const mask = fc
  .array(fc.tuple(place, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })), { maxLength: 3 })
  .map((rectangles) => {
    const data = new Uint8Array(size.width * size.height);
    for (const [[x, y], w, h] of rectangles)
      for (let row = y; row < Math.min(y + h, size.height); row++)
        data.fill(1, row * size.width + x, row * size.width + Math.min(x + w, size.width));
    return encodeRle({ ...size, data });
  });
const triangle = place.map(([x, y]): Point[] => [
  [x, y],
  [x + 6, y],
  [x + 3, y + 5],
]);
const geometry: fc.Arbitrary<Geometry> = fc.oneof(
  place.map((point): Geometry => ({ type: 'point', point })),
  box.map((each): Geometry => ({ type: 'box', box: each })),
  mask.map((each): Geometry => ({ type: 'mask', mask: each })),
  fc.array(place, { minLength: 2, maxLength: 4 }).map((points): Geometry => ({ type: 'stroke', points })),
  fc
    .array(triangle, { minLength: 1, maxLength: 2 })
    .map((polygons): Geometry => ({ type: 'polygon', polygons })),
  place.map(([x, y]): Geometry => ({
    type: 'polygon',
    polygons: [
      [
        [x, y],
        [x + 9, y],
        [x + 9, y + 9],
        [x, y + 9],
      ],
    ],
    holes: [
      [
        [x + 3, y + 3],
        [x + 6, y + 3],
        [x + 6, y + 6],
      ],
    ],
  })),
);
const prompt: fc.Arbitrary<Prompt> = fc.oneof(
  place.map((point): Prompt => ({ type: 'point', point, label: 1 })),
  box.map((each): Prompt => ({ type: 'box', box: each })),
);
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const annotation: fc.Arbitrary<Annotation> = fc
  .record(
    {
      id,
      geometry,
      provenance: fc.oneof(
        fc.constant({ by: 'user' as const }),
        fc.array(prompt, { maxLength: 2 }).map((prompts) => ({
          by: 'pack' as const,
          packs: [{ id: 'groundnote-segment', version: '1.0.0' }],
          prompts,
        })),
      ),
      label: fc.constantFrom('cat', '编码器', 'a "b" <c>', 'object', ''),
      score: fc.constantFrom(0, 0.5, 1),
      color: fc.constantFrom('#ff0000', '#00ff00'),
      hidden: fc.constant(true),
      locked: fc.constant(true),
      group: fc.constantFrom(1, 2),
    },
    { requiredKeys: ['id', 'geometry', 'provenance'] },
  )
  .map((each) => annotationSchema.parse(each));
const edit: fc.Arbitrary<Edit> = fc.record(
  {
    title: fc.constant('Edit'),
    put: fc.array(annotation, { maxLength: 3 }),
    remove: fc.array(id, { maxLength: 2 }),
    order: fc.uniqueArray(id, { maxLength: 6 }),
  },
  { requiredKeys: ['title', 'put', 'remove'] },
);
const step = fc.oneof(
  { weight: 6, arbitrary: edit },
  { weight: 3, arbitrary: fc.constant('undo' as const) },
  { weight: 2, arbitrary: fc.constant('redo' as const) },
  { weight: 1, arbitrary: fc.constant('save' as const) },
  { weight: 1, arbitrary: fc.constant('open again' as const) },
);

const never = () => Promise.reject<ConflictChoice>(new Error('Nobody else has changed the sidecar.'));

describe('a session', () => {
  it(
    `keeps the model, the sidecar and the panel in agreement (${runs} sequences)`,
    { timeout: 600_000 },
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-'));
      let run = 0;
      try {
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
            const sidecar = path.join(folder, `${run++}.json`);
            const drafts = path.join(folder, 'drafts');
            let draft: Draft | undefined;
            const open = () => {
              draft = new Draft(drafts, sidecar, (error) => {
                throw error;
              });
              return AnnotationSession.open({
                imageName: 'photo.png',
                sidecar: new DiskFile(sidecar),
                draft,
                imageSize: () => Promise.resolve(size),
                exists: () => Promise.resolve(false),
                onChange: () => undefined,
              });
            };
            let session = await open();
            let stack: AppliedEdit[] = [];
            let states: (readonly Annotation[])[] = [[]];
            let at = 0;
            for (const each of steps) {
              if (each === 'undo') {
                if (at > 0) stack[--at]?.undo();
              } else if (each === 'redo') {
                if (at < stack.length) stack[at++]?.redo();
              } else if (each === 'save') {
                expect(await session.save(never)).toBe(true);
                expect(session.dirty).toBe(false);
                const { annotations } = parseSidecar(readFileSync(sidecar, 'utf8'), 'photo.json', size);
                expect(annotations).toEqual(states[at]);
              } else if (each === 'open again') {
                // As after a reload of the window: what was not saved comes from the draft.
                await draft?.flush();
                const dirty = session.dirty;
                session = await open();
                expect(session.dirty).toBe(dirty);
                const restored = session.takeRestored();
                const now = states[at] as readonly Annotation[];
                stack = restored ? [restored] : [];
                states = restored ? [await onDisk(sidecar), now] : [now];
                at = stack.length;
              } else {
                const applied = session.apply(each);
                if (!applied) continue;
                const plain = new AnnotationModel(states[at]);
                plain.apply(each);
                stack = [...stack.slice(0, at), applied];
                states = [...states.slice(0, at + 1), plain.annotations];
                at++;
              }
              expect(session.annotations).toEqual(states[at]);
              // What is sent to a panel comes out as it went in.
              const sent: unknown = JSON.parse(JSON.stringify(session.annotations));
              expect(annotationSchema.array().parse(sent)).toEqual(states[at]);
              expect(session.dirty).toBe(!sameAnnotations(await onDisk(sidecar), session.annotations));
            }
            await draft?.remove();
          }),
          { numRuns: runs },
        );
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

async function onDisk(sidecar: string): Promise<readonly Annotation[]> {
  const text = await new DiskFile(sidecar).read();
  return text === undefined ? [] : parseSidecar(text, 'photo.json', size).annotations;
}
