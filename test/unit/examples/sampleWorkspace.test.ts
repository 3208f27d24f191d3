/** The sample workspace and the free test objects hold what they promise. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { modalityOfFile, readMediaFile } from '../../../src/inference/process/media/read';
import { mediaView } from '../../../src/inference/process/media/views';
import { boxSchema, pointSchema } from '../../../src/protocol/geometry';
import { shownModalities, type ShownModality } from '../../../src/protocol/media';
import { renderPage } from '../../../src/notes/render/page';

const examples = path.resolve('examples');
const fixtures = path.resolve('test/fixtures/photos');

describe('sample notes', () => {
  const notes = readdirSync(path.join(examples, 'notes'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(examples, 'notes', name));

  it.each(notes.map((note) => [path.basename(note), note]))('%s renders', (_, note) => {
    const page = renderPage(readFileSync(note, 'utf8'), { path: note });
    expect(page.formulaErrors).toBe(0);
    expect(page.formulas).toBeGreaterThan(10);
    const missing = page.figures.filter(({ state }) => state !== 'present');
    expect(missing, 'one figure is missing on purpose').toHaveLength(1);
    const text = page.html.replace(/<style[\s\S]*?<\/style>/g, '').replace(/<[^>]*>/g, '');
    for (const tag of ['&lt;SEG&gt;', '&lt;IMAGE&gt;', '&lt;region_name&gt;&lt;coordinates&gt;&lt;SPE&gt;'])
      expect(text).toContain(tag);
    expect(text, 'emphasis beside Chinese text').not.toContain('**');
  });

  it('has figures of less than 200 KB', () => {
    for (const name of readdirSync(path.join(examples, 'figures')))
      expect(statSync(path.join(examples, 'figures', name)).size, name).toBeLessThan(200_000);
  });
});

describe('files of other modalities', () => {
  const folder = path.join(examples, 'media');
  const files = readdirSync(folder).filter((name) => !name.endsWith('.md'));

  it.each(files)('%s is what its name tells', async (name) => {
    const media = { path: path.join(folder, name) };
    const modality = await modalityOfFile(media);
    expect(shownModalities).toContain(modality);
    const view = mediaView(await readMediaFile(media, modality as ShownModality));
    expect(view.modality).toBe(modality);
    expect(readFileSync(path.join(folder, 'README.md'), 'utf8')).toContain(`\`${name}\``);
  });

  it('take less than 300 KB together', () => {
    expect(files.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0)).toBeLessThan(300_000);
  });
});

describe('the jobs of npm start -- --headless', () => {
  const jobs = z
    .array(
      z.discriminatedUnion('task', [
        z.strictObject({ task: z.literal('render'), note: z.string() }),
        z.strictObject({ task: z.literal('ground'), image: z.string(), text: z.string().min(1) }),
        z.strictObject({
          task: z.literal('segment'),
          image: z.string(),
          point: pointSchema.optional(),
          box: boxSchema.optional(),
          stroke: z.array(pointSchema).optional(),
        }),
      ]),
    )
    .parse(JSON.parse(readFileSync(path.resolve('scripts/headless.json'), 'utf8')));

  it('points into pictures that are there', async () => {
    for (const job of jobs) {
      const file = path.join(examples, job.task === 'render' ? job.note : job.image);
      expect(existsSync(file), file).toBe(true);
      if (job.task !== 'segment') continue;
      const { width, height } = await sharp(file).metadata();
      const [x1, y1, x2, y2] = job.box ?? [0, 0, 0, 0];
      for (const [x, y] of [...(job.point ? [job.point] : []), ...(job.stroke ?? []), [x1, y1], [x2, y2]]) {
        expect(x).toBeLessThanOrEqual(width);
        expect(y).toBeLessThanOrEqual(height);
      }
    }
  });
});

describe('free test objects', () => {
  const rows = readFileSync(path.join(fixtures, 'index.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) =>
      z
        .object({ image: z.string(), mask: z.string(), point: pointSchema, box: boxSchema })
        .parse(JSON.parse(line)),
    );

  it('has tight boxes, and points inside the objects', async () => {
    expect(rows.length).toBeGreaterThanOrEqual(12);
    for (const { image, mask, point, box } of rows) {
      const picture = await sharp(path.join(fixtures, image)).metadata();
      const { data, info } = await sharp(path.join(fixtures, mask))
        .extractChannel(0)
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height], mask).toEqual([picture.width, picture.height]);
      const tight: number[] = [info.width, info.height, 0, 0];
      data.forEach((value, index) => {
        if (value === 0) return;
        const [x, y] = [index % info.width, Math.floor(index / info.width)];
        tight[0] = Math.min(tight[0]!, x);
        tight[1] = Math.min(tight[1]!, y);
        tight[2] = Math.max(tight[2]!, x + 1);
        tight[3] = Math.max(tight[3]!, y + 1);
      });
      expect(box, mask).toEqual(tight);
      expect(data[point[1] * info.width + point[0]], mask).toBeGreaterThan(0);
    }
  });
});
