/** What a batch did, as a Markdown document. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BatchJob, BatchProgress, Outcome } from '../protocol/batch';
import { durationInWords } from '../protocol/words';
import { serverStats } from './serverStats';

/** At most this many lines of one kind: a report is read by people. The journal has all. */
const maxLines = 1000;

export function reportOf(
  job: BatchJob,
  counts: BatchProgress,
  outcomes: ReadonlyMap<string, Outcome>,
): string {
  const { total, done, skipped, failed, regions } = counts;
  const of = <S extends Outcome['state']>(state: S) =>
    [...outcomes].flatMap(([image, outcome]) =>
      outcome.state === state ? [{ image, ...(outcome as Extract<Outcome, { state: S }>) }] : [],
    );
  const link = (image: string) =>
    `[${escapeMarkdown(image)}](<${pathToFileURL(path.join(job.folder, image)).toString()}>)`;
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0
      ? []
      : [
          `## ${title}`,
          '',
          ...lines.slice(0, maxLines),
          ...(lines.length > maxLines ? [`- … and ${lines.length - maxLines} more`] : []),
          '',
        ];
  const question = job.task === 'ground' ? `Find “${escapeMarkdown(job.text ?? '')}”` : 'Segment everything';
  const left = total - done - skipped - failed;
  return [
    `# ${question} in ${escapeMarkdown(path.basename(job.folder))}`,
    '',
    `| Images | Number |`,
    `|---|---:|`,
    `| Segmented | ${done} |`,
    `| Skipped | ${skipped} |`,
    `| Failed | ${failed} |`,
    ...(left > 0 ? [`| Not reached | ${left} |`] : []),
    `| **All** | **${total}** |`,
    '',
    ...serverTable(job, outcomes),
    `${regions} ${regions === 1 ? 'region' : 'regions'} in all. Folder: \`${job.folder}\``,
    '',
    ...section(
      'Failed',
      of('failed').map(({ image, reason }) => `- ${link(image)}: ${escapeMarkdown(reason)}`),
    ),
    ...section(
      'Nothing found',
      of('done').flatMap(({ image, regions: count, note }) =>
        count === 0 ? [`- ${link(image)}${note === undefined ? '' : `: ${escapeMarkdown(note)}`}`] : [],
      ),
    ),
    ...section(
      'Skipped',
      of('skipped').map(({ image, reason }) => `- ${link(image)}: ${escapeMarkdown(reason)}`),
    ),
  ].join('\n');
}

/** Who answered, where there were servers. */
function serverTable(job: BatchJob, outcomes: ReadonlyMap<string, Outcome>): string[] {
  if (!job.servers) return [];
  const name = (id: string | undefined) => (id === undefined ? 'This machine' : escapeMarkdown(id));
  return [
    '| Server | Images | Failures | Mean time |',
    '|---|---:|---:|---:|',
    ...serverStats(job, outcomes).map(
      ({ id, images, failures, mean_ms }) =>
        `| ${name(id)} | ${images} | ${failures} | ${mean_ms === undefined ? '' : shortTime(mean_ms)} |`,
    ),
    '',
  ];
}

const shortTime = (ms: number) =>
  ms < 1000 ? `${ms} ms` : ms < 90_000 ? `${(ms / 1000).toFixed(1)} s` : durationInWords(ms);

const escapeMarkdown = (text: string) => text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|]/g, '\\$&');
