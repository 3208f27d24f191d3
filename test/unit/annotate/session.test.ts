import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Draft } from '../../../src/annotate/drafts';
import { AnnotationSession, type ConflictChoice } from '../../../src/annotate/session';
import { DiskFile } from '../../../src/annotate/textFile';
import type { Annotation, Edit } from '../../../src/protocol/annotator';

let folder: string;
let sidecar: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'groundnote-'));
  sidecar = path.join(folder, 'photo.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const uri = 'file:///pictures/photo.png';
const put = (id: string, label = id): Edit => ({
  title: 'Point',
  put: [{ id, label, geometry: { type: 'point', point: [1, 2] }, provenance: { by: 'user' } }],
  remove: [],
});
const ids = (session: AnnotationSession) => session.annotations.map(({ id }: Annotation) => id);
const labelsOnDisk = () =>
  (JSON.parse(readFileSync(sidecar, 'utf8')) as { shapes: { label: string }[] }).shapes.map(
    ({ label }) => label,
  );
const newDraft = () =>
  new Draft(path.join(folder, 'drafts'), uri, (error) => {
    throw error;
  });
const open = (options: { draft?: Draft; file?: string } = {}) =>
  AnnotationSession.open({
    imageName: 'photo.png',
    sidecar: new DiskFile(options.file ?? sidecar),
    draft: options.draft ?? newDraft(),
    imageSize: () => Promise.resolve({ width: 40, height: 30 }),
    exists: () => Promise.resolve(false),
    onChange: () => undefined,
  });
const never = () => Promise.reject<ConflictChoice>(new Error('asked'));

describe('AnnotationSession', () => {
  it('opens a picture without a sidecar, saves, and reads the same again', async () => {
    const session = await open();
    session.apply(put('a'));
    expect(session.dirty).toBe(true);
    expect(await session.save(never)).toBe(true);
    expect(session.dirty).toBe(false);
    expect(ids(await open())).toEqual(['a']);
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['photo.json']));
    expect((await readdir(folder)).filter((name) => name.startsWith('photo.json.'))).toEqual([]);
  });

  it('is clean again after an undo, and dirty after a redo', async () => {
    const session = await open();
    const edit = session.apply(put('a'));
    edit?.undo();
    expect(session.dirty).toBe(false);
    edit?.redo();
    expect(ids(session)).toEqual(['a']);
    expect(session.dirty).toBe(true);
  });

  it('keeps unknown keys of a region that was deleted, saved, and brought back', async () => {
    writeFileSync(
      sidecar,
      JSON.stringify({
        imagePath: 'photo.png',
        shapes: [{ label: 'a', points: [[1, 1]], shape_type: 'point', tool: { x: 1 } }],
      }),
    );
    const session = await open();
    const edit = session.apply({ title: 'Delete', put: [], remove: [session.annotations[0]?.id as string] });
    await session.save(never);
    expect(labelsOnDisk()).toEqual([]);
    edit?.undo();
    await session.save(never);
    expect(readFileSync(sidecar, 'utf8')).toContain('"tool"');
  });

  it.each(['{"broken', '{"name": "npm"}', ''])('never overwrites what is no sidecar: %s', async (text) => {
    writeFileSync(sidecar, text);
    const session = await open();
    expect(session.problem).toMatch(/photo\.json is not used/);
    session.apply(put('a'));
    await expect(session.save(never)).rejects.toMatchObject({ code: 'bad-sidecar' });
    expect(readFileSync(sidecar, 'utf8')).toBe(text);
    expect(session.dirty).toBe(true);
  });

  it('takes up a broken sidecar that was repaired, and asks because it is not what was opened', async () => {
    writeFileSync(sidecar, '{"broken');
    const session = await open();
    session.apply(put('mine'));
    writeFileSync(sidecar, JSON.stringify({ imagePath: 'photo.png', shapes: [], mine: 1 }));
    await session.sidecarChanged();
    expect(session.problem).toBeUndefined();
    const ask = vi.fn(() => Promise.resolve<ConflictChoice>('overwrite'));
    expect(await session.save(ask)).toBe(true);
    expect(ask).toHaveBeenCalledOnce();
    expect(labelsOnDisk()).toEqual(['mine']);
    expect(readFileSync(sidecar, 'utf8')).toContain('"mine": 1');
  });

  it('refuses a sidecar of another size of picture', async () => {
    writeFileSync(
      sidecar,
      JSON.stringify({ imagePath: 'photo.png', shapes: [], imageWidth: 41, imageHeight: 30 }),
    );
    const session = await open();
    await session.checkPicture();
    expect(session.problem).toMatch(/41 × 30/);
    session.apply(put('a'));
    await expect(session.save(never)).rejects.toMatchObject({ code: 'bad-sidecar' });
  });

  describe('when another program changes the sidecar', () => {
    const theirs = JSON.stringify({
      imagePath: 'photo.png',
      shapes: [{ label: 'theirs', points: [[1, 1]], shape_type: 'point' }],
    });

    it('reads it again while nothing is unsaved', async () => {
      const session = await open();
      writeFileSync(sidecar, theirs);
      await session.sidecarChanged();
      expect(session.annotations.map(({ label }) => label)).toEqual(['theirs']);
      expect(session.dirty).toBe(false);
    });

    it.each([
      ['overwrite', ['mine'], false],
      ['reload', ['theirs'], false],
      ['cancel', ['theirs'], true],
    ] as const)('asks before a save: %s', async (choice, onDisk, dirty) => {
      const session = await open();
      session.apply(put('mine'));
      writeFileSync(sidecar, theirs);
      await session.sidecarChanged();
      expect(session.annotations.map(({ label }) => label)).toEqual(['mine']);
      expect(await session.save(() => Promise.resolve(choice))).toBe(choice !== 'cancel');
      expect(labelsOnDisk()).toEqual(onDisk);
      expect(session.dirty).toBe(dirty);
    });

    it('does not ask about its own writing', async () => {
      const session = await open();
      session.apply(put('a'));
      await session.save(never);
      session.apply(put('b'));
      await session.sidecarChanged();
      expect(await session.save(never)).toBe(true);
    });
  });

  it('says why a write failed and keeps everything', async () => {
    await mkdir(path.join(folder, 'taken'));
    writeFileSync(path.join(folder, 'file'), '');
    const session = await open({ file: path.join(folder, 'file', 'photo.json') }).catch(() => undefined);
    // A path below a file can neither be read nor written.
    expect(session?.problem).toMatch(/cannot be read/);
  });

  it.skipIf(process.getuid?.() === 0)('says that a folder is read-only', async () => {
    const session = await open();
    session.apply(put('a'));
    await chmod(folder, 0o500);
    await expect(session.save(never)).rejects.toMatchObject({ code: 'io', message: /read-only/ });
    await chmod(folder, 0o700);
    expect(session.dirty).toBe(true);
  });

  it('says that a folder is read-only, also to a superuser', async () => {
    const file = new DiskFile(sidecar);
    const { writeError } = await import('../../../src/annotate/textFile');
    vi.spyOn(file, 'write').mockImplementation(() =>
      Promise.reject(writeError('photo.json', folder, Object.assign(new Error(), { code: 'EROFS' }))),
    );
    const session = await AnnotationSession.open({
      imageName: 'photo.png',
      sidecar: file,
      draft: newDraft(),
      imageSize: () => Promise.resolve({ width: 40, height: 30 }),
      exists: () => Promise.resolve(false),
      onChange: () => undefined,
    });
    session.apply(put('a'));
    await expect(session.save(never)).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('read-only') as string,
    });
    expect(session.dirty).toBe(true);
  });
});

describe('drafts', () => {
  it('bring unsaved edits back, as an edit that VS Code can undo', async () => {
    const draft = newDraft();
    const first = await open({ draft });
    first.apply(put('a'));
    await first.save(never);
    first.apply(put('b'));
    first.apply({ title: 'Delete', put: [], remove: ['a'] });
    await draft.flush();

    const second = await open();
    expect(ids(second)).toEqual(['b']);
    expect(second.dirty).toBe(true);
    const restored = second.takeRestored();
    expect(second.takeRestored()).toBeUndefined();
    restored?.undo();
    expect(ids(second)).toEqual(['a']);
    restored?.redo();
    expect(await second.save(never)).toBe(true);
    expect(ids(await open())).toEqual(['b']);
  });

  it('are written soon after an edit, without being asked', async () => {
    const session = await open();
    session.apply(put('a'));
    await vi.waitFor(async () => expect(ids(await open())).toEqual(['a']), { timeout: 1000 });
  });

  it.each(['save', 'revert', 'undo'] as const)('are gone after %s', async (how) => {
    const draft = newDraft();
    const session = await open({ draft });
    const edit = session.apply(put('a'));
    await draft.flush();
    if (how === 'save') await session.save(never);
    if (how === 'revert') await session.revert();
    if (how === 'undo') edit?.undo();
    await draft.flush();
    expect(await newDraft().read()).toBeUndefined();
  });

  it('are not deleted by the backup of an older generation', async () => {
    const draft = newDraft();
    const first = draft.write({ base: 'none', annotations: [] });
    await draft.flush();
    draft.write({ base: 'none', annotations: put('a').put });
    await draft.removeUpTo(first);
    await draft.flush();
    expect(await newDraft().read()).toMatchObject({ annotations: [{ id: 'a' }] });
    await draft.removeUpTo(draft.currentGeneration);
    expect(await newDraft().read()).toBeUndefined();
  });

  it('remember which sidecar they started from: saving over a newer one asks', async () => {
    const draft = newDraft();
    const session = await open({ draft });
    session.apply(put('a'));
    await draft.flush();
    writeFileSync(sidecar, JSON.stringify({ imagePath: 'photo.png', shapes: [] }));
    const later = await open();
    expect(ids(later)).toEqual(['a']);
    const ask = vi.fn(() => Promise.resolve<ConflictChoice>('cancel'));
    await later.save(ask);
    expect(ask).toHaveBeenCalledOnce();
  });

  it('that cannot be read are put aside', async () => {
    const errors: unknown[] = [];
    const draft = new Draft(path.join(folder, 'drafts'), uri, (error) => errors.push(error));
    await mkdir(path.dirname(draft.path));
    writeFileSync(draft.path, 'nonsense');
    expect(await draft.read()).toBeUndefined();
    expect(errors).toHaveLength(1);
    expect(readFileSync(`${draft.path}.broken`, 'utf8')).toBe('nonsense');
  });
});
