/** Annotations between sidecars and other tools' files, on the disk. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { formatSidecar, newSidecar, parseSidecar } from '../../../src/annotate/sidecar';
import { runCli } from '../../../src/cli/program';
import type { Annotation } from '../../../src/protocol/annotator';

const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...parts: string[]) => path.join(folder, ...parts);

async function run(...args: string[]) {
  let [out, err] = ['', ''];
  const code = await runCli(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    signal: new AbortController().signal,
    interactive: false,
  });
  return { code, out, err };
}

const size = { width: 60, height: 40 };
const cup: Annotation = {
  id: 'cup',
  label: '杯子',
  geometry: { type: 'box', box: [1, 2, 30, 20] },
  provenance: { by: 'user' },
};
const lane: Annotation = {
  id: 'lane',
  label: 'lane',
  geometry: { type: 'stroke', points: [[1, 1], [9, 9]] }, // prettier-ignore
  provenance: { by: 'user' },
};

async function picture(name: string, annotations?: readonly Annotation[]): Promise<void> {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  await sharp({ create: { ...size, channels: 3, background: '#446688' } }).toFile(at(name));
  if (annotations)
    writeFileSync(
      at(name.replace(/\.\w+$/, '.json')),
      formatSidecar(newSidecar, annotations, { ...size, name: path.basename(name) }),
    );
}
const sidecar = (name: string) => parseSidecar(readFileSync(at(name), 'utf8'), name);

beforeEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await picture('in/a.png', [cup, lane]);
  await picture('in/sub/b.jpg', [cup]);
  await picture('in/plain.png');
});

describe('export', () => {
  it('takes the annotated pictures of folders, and says what was left out', async () => {
    const { code, out, err } = await run('export', at('in'), '--format', 'voc', '--out', at('voc'));
    expect({ code, out, err }).toEqual({
      code: 0,
      out: '2 regions of 2 images were exported as Pascal VOC.\n',
      err: '1 stroke was left out: Pascal VOC holds boxes only.\n',
    });
    expect(readdirSync(at('voc'), { recursive: true }).sort()).toEqual(
      ['Annotations', 'Annotations/a.xml', 'Annotations/sub', 'Annotations/sub/b.xml'].map(path.normalize),
    );
  });

  it('names a broken sidecar and goes on', async () => {
    writeFileSync(at('in/plain.json'), '{');
    const { code, err, out } = await run('export', at('in'), at('in/a.png'), '--format', 'csv', '--out', at('csv'), '--json'); // prettier-ignore
    expect(code).toBe(0);
    expect(err).toMatch(/plain\.json is not used/);
    expect(JSON.parse(out)).toMatchObject({ pictures: 2, regions: 3, files: ['annotations.csv'] });
  });

  it.each(['coco', 'yolo', 'mask', 'overlay', 'svg'])('writes %s for a picture', async (format) => {
    const { code, err } = await run('export', at('in/a.png'), '--format', format, '--out', at(format));
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(readdirSync(at(format)).length).toBeGreaterThan(0);
  });

  it('never writes over a picture or its annotations', async () => {
    await picture('in/annotations.png', [cup]);
    const before = readFileSync(at('in/annotations.json'), 'utf8');
    for (const format of ['coco', 'csv'])
      await run('export', at('in/annotations.png'), '--format', format, '--out', at('in'));
    expect(readFileSync(at('in/annotations.json'), 'utf8')).toBe(before);
  });

  it('fails where there is nothing, and for wrong arguments', async () => {
    expect((await run('export', at('in/plain.png'), '--format', 'coco', '--out', at('o'))).code).toBe(1);
    expect((await run('export', at('none.png'), '--format', 'coco', '--out', at('o'))).code).toBe(1);
    expect((await run('export', at('in/a.json'), '--format', 'coco', '--out', at('o'))).code).toBe(2);
    expect((await run('export', at('in/a.png'), '--format', 'bmp', '--out', at('o'))).code).toBe(2);
    expect((await run('export', at('in/a.png'), '--format', 'coco')).code).toBe(2);
  });
});

describe('import', () => {
  it.each(['coco', 'voc', 'yolo', 'csv'])('brings %s back beside the pictures', async (format) => {
    await run('export', at('in'), '--format', format, '--out', at('out'), ...(format === 'yolo' ? ['--shapes', 'boxes'] : [])); // prettier-ignore
    rmSync(at('in/a.json'));
    rmSync(at('in/sub/b.json'));
    const { code, err } = await run('import', at('out'), '--format', format, '--images', at('in'));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [region] = sidecar('in/sub/b.json').annotations;
    expect(region).toMatchObject({ label: '杯子', geometry: cup.geometry });
    expect(sidecar('in/a.json').size).toEqual(size);
  });

  it('leaves sidecars alone without --merge, and keeps what is in them with it', async () => {
    await run('export', at('in'), '--format', 'csv', '--out', at('out'));
    await picture('in/a.png', [
      { ...cup, label: 'old' },
      { ...lane, id: 'mine' },
    ]);
    const before = readFileSync(at('in/a.json'), 'utf8');
    const alone = await run('import', at('out/annotations.csv'), '--format', 'csv', '--images', at('in'));
    expect(alone.code).toBe(1);
    expect(alone.err).toMatch(/2 pictures were left out, the first because: a\.json is there already/);
    expect(readFileSync(at('in/a.json'), 'utf8')).toBe(before);
    const merged = await run('import', at('out/annotations.csv'), '--format', 'csv', '--images', at('in'), '--merge'); // prettier-ignore
    expect(merged.code).toBe(0);
    expect(sidecar('in/a.json').annotations.map(({ id, label }) => [id, label])).toEqual([
      ['cup', '杯子'],
      ['mine', 'lane'],
      ['lane', 'lane'],
    ]);
  });

  it('never touches a file that is no LabelMe file, and says which pictures are missing or of another size', async () => {
    await run('export', at('in'), '--format', 'csv', '--out', at('out'));
    writeFileSync(at('in/a.json'), '{"my": "data"}');
    rmSync(at('in/sub/b.json'));
    await sharp({ create: { width: 40, height: 60, channels: 3, background: '#fff' } }).toFile(
      at('in/sub/b.jpg'),
    );
    writeFileSync(at('out/more.csv'), 'image,id,geometry\nz.png,1,"{""type"":""point"",""point"":[1,1]}"\n');
    const { code, err } = await run('import', at('out'), '--format', 'csv', '--images', at('in'), '--merge');
    expect(code).toBe(1);
    expect(err).toMatch(/z\.png was not found among the images/);
    expect(err).toMatch(/2 pictures were left out/);
    expect(readFileSync(at('in/a.json'), 'utf8')).toBe('{"my": "data"}');
    expect(readdirSync(at('in/sub'))).toEqual(['b.jpg']);
  });

  it('finds a picture by its folders where several have its name', async () => {
    await picture('in/sub/a.png');
    writeFileSync(at('x.csv'), 'image,id,geometry\nsub/a.png,1,"{""type"":""point"",""point"":[1,1]}"\n');
    await run('import', at('x.csv'), '--format', 'csv', '--images', at('in'));
    expect(sidecar('in/sub/a.json').annotations).toHaveLength(1);
  });
});
