import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  answerKey,
  answersPath,
  formatAnswers,
  imageHash,
  parseAnswers,
  putAnswers,
  readAnswers,
  type Answer,
} from '../../../src/notes/ground/answers';
import { findFences, parseFence } from '../../../src/notes/ground/fence';
import type { FenceQuestion } from '../../../src/notes/ground/question';
import { NoteDocument } from '../../../src/notes/render/noteDocument';

const folder = mkdtempSync(path.join(os.tmpdir(), 'groundnote-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const newNote = () => path.join(folder, `note ${++count} 笔记.md`);

describe('a ground fence', () => {
  it('is a picture with a query, or with prompts', () => {
    expect(parseFence('image: ./figures/图 1.png\nquery: Mask decoder\n')).toEqual({
      fence: {
        question: { image: 'figures/图 1.png', query: 'Mask decoder' },
        key: expect.stringMatching(/^[0-9a-f]{16}$/),
        show: 'fill',
        labels: true,
      },
    });
    expect(
      parseFence(
        'image: a.png\nprompts: [{point: [1.5, 2]}, {point: [3, 4], positive: false}, {box: [1, 2, 3, 4]}, {stroke: [[1, 2], [3, 4]]}]\n' +
          'pack: groundnote-segmenter\nshow: spotlight\nlabels: false\ncaption: "A: b"\nwidth: 60%\n',
      ),
    ).toEqual({
      fence: {
        question: {
          image: 'a.png',
          prompts: [
            { point: [1.5, 2] },
            { point: [3, 4], positive: false },
            { box: [1, 2, 3, 4] },
            { stroke: [[1, 2], [3, 4]] }, // prettier-ignore
          ],
          pack: 'groundnote-segmenter',
        },
        key: expect.any(String),
        show: 'spotlight',
        labels: false,
        caption: 'A: b',
        width: '60%',
      },
    });
  });

  it('takes phrases as they are written, also such as YAML reads otherwise', () => {
    for (const query of ['3.10', 'true', '512', 'null', '0x1F', '2026-01-01']) {
      const reading = parseFence(`image: a.png\nquery: ${query}`);
      expect('fence' in reading && reading.fence.question.query).toBe(query);
    }
    const windows = parseFence('image: C:\\papers\\a b.png\nquery: x');
    expect('fence' in windows && windows.fence.question.image).toBe('C:\\papers\\a b.png');
  });

  it.each<[string, number, RegExp]>([
    ['query: x', 0, /image: Name the picture/],
    ['image: a.png', 0, /Say what to find/],
    ['image: a.png\nquery: x\nprompts: [{point: [1, 2]}]', 2, /not both/],
    ['image: a.png\nquery:\n', 1, /query is empty/],
    ['image: a.png\nqeury: x', 1, /Unknown key "qeury"\. Did you mean "query"\?/],
    ['image: a.png\nquery: x\nshow: glow', 2, /show: .*outline, fill or spotlight/],
    ['image: a.png\nquery: x\nwidth: wide', 2, /width: .*percentage/],
    ['image: a.png\nprompts:\n  - point: [1, 2]\n  - point: [1]', 3, /prompt 2: A point is \[x, y\]/],
    ['image: a.png\nprompts:\n  - box: [5, 5, 1, 1]', 2, /prompt 1: The box is empty/],
    ['image: a.png\nprompts:\n  - circle: [5, 5]', 2, /Unknown key "circle"/],
    ['image: a.png\nprompts: []', 1, /There are no prompts/],
    ['image: https://e.org/a.png\nquery: x', 0, /Only pictures on this machine/],
    ['image: a.png\nquery: "x', 1, /not valid YAML/],
    ['- a\n- b', 0, /holds keys and values/],
    ['', 0, /Name the picture/],
    ['image: a.png\nimage: b.png\nquery: x', 1, /not valid YAML/],
  ])('that cannot be read says what to do, and where: %j', (source, line, message) => {
    const reading = parseFence(source);
    const problems = 'problems' in reading ? reading.problems : [];
    expect(
      problems.some((each) => each.line === line && message.test(each.message)),
      JSON.stringify(problems),
    ).toBe(true);
  });

  it('is found in lists and quotes, not inside other code', () => {
    const note = [
      '# a',
      '```ground',
      'image: a.png',
      '```',
      '- item',
      '',
      '  ~~~~ ground',
      '  image: b.png',
      '  ~~~~',
      '> ```ground title',
      '> image: c.png',
      '> ```',
      '````md',
      '```ground',
      'image: no.png',
      '```',
      '````',
      '```groundwork',
      '```',
      '```ground',
      'image: open.png',
    ].join('\r\n');
    expect(findFences(note)).toEqual([
      { source: 'image: a.png\n', line: 2, endLine: 3 },
      { source: 'image: b.png\n', line: 7, endLine: 8 },
      { source: 'image: c.png\n', line: 10, endLine: 11 },
      { source: 'image: open.png\n', line: 20, endLine: 21 },
    ]);
  });
});

const question: FenceQuestion = { image: 'a.png', query: 'Mask decoder' };
const answer = (more: Partial<Answer> = {}): Answer => ({
  question,
  imageHash: 'none',
  size: { width: 20, height: 10 },
  packs: [{ id: 'groundnote-ocr', version: '1.0.0' }],
  when: '2026-11-05T10:00:00.000Z',
  regions: [{ id: '1', label: 'Mask decoder', score: 0.98, box: [2, 2, 8, 6] }],
  text: 'Found "Mask decoder".',
  spans: [{ start: 7, end: 19, regions: ['1'] }],
  ...more,
});

describe('the answers beside a note', () => {
  it('come back as they were written, sorted, and only those that are asked for', async () => {
    const note = newNote();
    expect(answersPath(note)).toBe(note.replace('.md', '.ground.json'));
    const other = answer({ question: { image: 'b.png', query: '图例' } });
    const old = answer({ question: { image: 'a.png', query: 'Mask' } });
    await putAnswers(note, [other, old], new Set([answerKey(other.question), answerKey(old.question)]));
    const used = new Set([answerKey(other.question), answerKey(question)]);
    await Promise.all([
      putAnswers(note, [answer()], used),
      putAnswers(note, [answer({ text: 'new' })], used),
    ]);
    const { answers, problem } = readAnswers(note);
    expect(problem).toBeUndefined();
    expect(answers).toEqual({
      [answerKey(question)]: answer({ text: 'new' }),
      [answerKey(other.question)]: other,
    });
    const text = readFileSync(answersPath(note), 'utf8');
    expect(formatAnswers(parseAnswers(text, 'x'))).toBe(text);
    const keys = Object.keys((JSON.parse(text) as { answers: object }).answers);
    expect(keys).toEqual([...keys].sort());
  });

  it.each([
    ['broken', '{', /broken JSON/],
    ['of another kind', '{"name": "x"}', /holds no answers/],
    ['of a newer version', '{"groundnote": "ground-answers/2"}', /newer version/],
    ['wrong inside', '{"groundnote": "ground-answers/1", "answers": {"a": {}}}', /holds no answers/],
  ])('are never written over a file that is %s', async (_, text, why) => {
    const note = newNote();
    writeFileSync(answersPath(note), text);
    const { answers, problem } = readAnswers(note);
    expect(answers).toEqual({});
    expect(problem).toMatch(why);
    await expect(putAnswers(note, [answer()], new Set())).rejects.toThrow(/will not be overwritten/);
    expect(readFileSync(answersPath(note), 'utf8')).toBe(text);
  });
});

describe('a ground fence in a note', () => {
  const fence = '```ground\nimage: a.png\nquery: Mask decoder\n```\n';
  /** A note with a picture beside it, and a way to render it again and again. */
  const noteWithPicture = (text = fence) => {
    const note = newNote();
    const picture = note.replace('.md', '.png');
    writeFileSync(picture, 'first');
    const document = new NoteDocument({
      interactive: true,
      note: 'file:///n.md',
      notePath: note,
      resolveImage: (name) =>
        name === 'a.png' ? { uri: `u${changes}`, exists: true, path: picture } : { uri: '', exists: false },
    });
    let changes = 0;
    return {
      note,
      picture,
      change: () => {
        changes++;
        writeFileSync(picture, `changed ${changes} ${'x'.repeat(changes)}`);
      },
      html: (source = text) => {
        document.setText(source);
        document.refresh();
        return document.units.map((unit) => document.html(unit)).join('');
      },
    };
  };
  const used = new Set([answerKey(question)]);

  it('is not yet run without an answer, and offers to run', () => {
    const html = noteWithPicture().html();
    expect(html).toContain('data-state="missing"');
    expect(html).toContain('Not yet run.');
    expect(html).toContain('>Run</button>');
    expect(html).toContain('data-figure-source="a.png"');
    expect(html).toContain(`data-ground="${answerKey(question)}"`);
  });

  it('shows the answer, its text tied to the regions, and who gave it', async () => {
    const { note, picture, html } = noteWithPicture();
    await putAnswers(note, [answer({ imageHash: imageHash(picture) as string })], used);
    const shown = html();
    expect(shown).toContain('data-state="answered"');
    expect(shown).toContain('viewBox="0 0 20 10"');
    expect(shown).toContain('d="M2,2H8V6H2Z"');
    expect(shown).toContain('data-region="1"');
    expect(shown).toContain('data-regions="1" tabindex="0">Mask decoder</span>');
    expect(shown).toMatch(/Answered by groundnote-ocr 1\.0\.0 on <time datetime="[^"]*">2026-11-05/);
  });

  it('is out of date when the picture changes, and when the question does', async () => {
    const { note, picture, html, change } = noteWithPicture();
    await putAnswers(note, [answer({ imageHash: imageHash(picture) as string })], used);
    expect(html()).toContain('data-state="answered"');
    change();
    expect(html()).toContain('Out of date: the image has changed.');
    expect(html()).toContain('gn-region');
    const asked = fence.replace('Mask decoder', 'Encoder');
    const other = html(asked);
    expect(other).toContain('Out of date: the question has changed.');
    expect(other).toContain('“Encoder”');
    expect(other).toContain('>Run again</button>');
    // Beside the fence that it answers, the answer is no other one's.
    expect(html(`${fence}\n${asked}`)).toContain('Not yet run.');
  });

  it('says what is wrong with it, with its image and with the file of answers', () => {
    const { note, html } = noteWithPicture();
    const broken = html('```ground\nimage: a.png\nquerry: x <b>\n```');
    expect(broken).toContain('Line 2');
    expect(broken).toContain('Did you mean "query"?');
    expect(broken).not.toContain('<b>');
    const missing = html(fence.replace('a.png', 'gone.png'));
    expect(missing).toContain('Its image is missing.');
    expect(missing).not.toContain('gn-ground-run');
    writeFileSync(answersPath(note), 'broken');
    expect(html()).toContain('will not be overwritten');
    expect(html()).not.toContain('gn-ground-run');
  });

  it('is code where nobody draws it, and keeps the rest of the note', () => {
    const { html } = noteWithPicture('- a\n\n  ```ground\n  image: a.png\n  query: x\n  ```\n\n<SEG> text');
    expect(html()).toMatch(/<li[^>]*>.*data-state="missing".*<\/li>.*&lt;SEG&gt; text/s);
  });
});
