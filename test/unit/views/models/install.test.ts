/** Installing with a played store: the licence first, pausing and going on, a failure with a way on, and what is offered then. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { InstallOptions, InstallPlan, PackStore, PartialInstall } from '../../../../src/inference/packs/install/types';
import { GroundnoteError } from '../../../../src/protocol/errors';
import type { PackSummary } from '../../../../src/protocol/packs';
import { installPack } from '../../../../src/views/models/installPack';

const played = vi.hoisted(() => ({
  /** Messages that were shown, and the answers to the next ones. */
  said: [] as string[],
  answers: [] as (string | undefined)[],
  opened: [] as string[],
  ran: [] as string[],
  progress: [] as (string | undefined)[],
  cancel: undefined as (() => void) | undefined,
}));
vi.mock('vscode', () => {
  const say = (message: string, ...rest: unknown[]) => {
    const options = rest.filter((each): each is { detail?: string } => typeof each === 'object');
    const buttons = rest.filter((each) => typeof each === 'string');
    played.said.push([message, ...options.map(({ detail = '' }) => detail), `[${buttons.join('|')}]`].join('\n'));
    return Promise.resolve(played.answers.shift());
  };
  return {
    ProgressLocation: { Notification: 15 },
    Uri: { parse: (text: string) => text },
    env: { openExternal: (uri: string) => Promise.resolve(played.opened.push(uri)) },
    commands: { executeCommand: (name: string) => Promise.resolve(played.ran.push(name)) },
    window: {
      showInformationMessage: say,
      showErrorMessage: say,
      withProgress: (_: unknown, work: (progress: unknown, token: unknown) => Promise<unknown>) =>
        work(
          { report: ({ message }: { message?: string }) => played.progress.push(message) },
          {
            onCancellationRequested: (listener: () => void) => {
              played.cancel = listener;
              return { dispose: () => undefined };
            },
          },
        ),
    },
  };
});

const plan: InstallPlan = {
  source: { from: 'hub', repo: 'them/it' },
  id: 'it',
  title: 'It',
  version: '1',
  license: 'Apache-2.0',
  licenseUrl: 'https://example.org/licence',
  needsConsent: true,
  bytes: 40_000_000,
  bytesHere: 0,
  bytesFree: 9e9,
  hosts: ['hub.example'],
  files: [],
};
const pack = { id: 'it', title: 'It', tasks: ['segment'] } as unknown as PackSummary;
const partial: PartialInstall = { ...plan, bytesHere: 10_000_000, running: false };

let log: string[];
let kept: PartialInstall[];
let install: (options: InstallOptions) => Promise<PackSummary>;
const services = () => ({
  store: () =>
    Promise.resolve({
      plan: () => Promise.resolve({ ...plan, ...(kept.length && { bytesHere: 10_000_000, needsConsent: false }) }),
      install: (_: InstallPlan, consent: boolean, options: InstallOptions) => {
        log.push(`install ${consent}`);
        return install(options);
      },
      partial: () => Promise.resolve(kept),
      discard: (id: string) => {
        log.push(`discard ${id}`);
        kept = [];
        return Promise.resolve();
      },
    } as unknown as PackStore),
  refresh: () => void log.push('refresh'),
  setDefault: ({ id }: PackSummary) => Promise.resolve(void log.push(`default ${id}`)),
});

beforeEach(() => {
  log = [];
  kept = [];
  Object.assign(played, { said: [], answers: [], opened: [], ran: [], progress: [], cancel: undefined });
  install = () => Promise.resolve(pack);
});

describe('installPack', () => {
  it('shows licence, size, room and hosts first, and the licence itself when it is asked for', async () => {
    played.answers = ['Show Licence', undefined];
    await installPack(services(), plan.source);
    expect(played.said[0]).toBe(
      'Install “It”?\nLicence: Apache-2.0\nDownload: 40 MB; 9.0 GB are free\nFrom: hub.example\n[Accept Licence and Install|Show Licence]',
    );
    expect(played.opened).toEqual(['https://example.org/licence']);
    // It was not accepted.
    expect(log).toEqual([]);
  });

  it('says how far it is, and offers to use what was installed', async () => {
    install = (options) => {
      options.onProgress?.({ phase: 'asking', bytes: 0, total: 40_000_000 });
      options.onProgress?.({
        phase: 'downloading',
        bytes: 10_000_000,
        total: 40_000_000,
        bytesPerSecond: 2_000_000,
        secondsLeft: 15,
      });
      return Promise.resolve(pack);
    };
    played.answers = ['Accept Licence and Install', 'Set as Default…'];
    await installPack(services(), plan.source);
    expect(played.progress.at(-1)).toMatch(/10 MB of 40 MB · 2\.0 MB\/s · about 15 s left/);
    expect(played.said[1]).toBe('“It” is installed.\n[Segment an Image|Set as Default…]');
    expect(log).toEqual(['install true', 'refresh', 'refresh', 'default it']);
  });

  it('pauses when it is cancelled, and goes on when that is wanted', async () => {
    let times = 0;
    install = ({ signal }) => {
      if (times++) return Promise.resolve(pack);
      kept = [partial];
      played.cancel?.();
      expect(signal.aborted).toBe(true);
      return Promise.reject(new GroundnoteError('cancelled', 'Cancelled.'));
    };
    played.answers = ['Accept Licence and Install', 'Resume', 'Install', 'Segment an Image'];
    await installPack(services(), plan.source);
    expect(played.said[1]).toMatch(/“It” is paused\. 10 MB of 40 MB are here.*\n\[Resume\|Discard\]/);
    expect(played.said[2]).toMatch(/Download: 30 MB \(10 MB are here already\)[^]*\[Install\|Show Licence\]/);
    expect(played.ran).toEqual(['groundnote.segmentImage']);
  });

  it('says why it failed and how to go on, or gives the bytes back', async () => {
    install = () => {
      kept = [partial];
      return Promise.reject(new GroundnoteError('timeout', 'hub.example does not answer.'));
    };
    played.answers = ['Accept Licence and Install', 'Discard'];
    await installPack(services(), plan.source);
    expect(played.said[1]).toBe(
      'hub.example does not answer. 10 MB of 40 MB are here.\n[Try Again|Discard]',
    );
    expect(log).toEqual(['install true', 'refresh', 'discard it', 'refresh']);
  });

  it('asks for a licence that is known only after the download', async () => {
    install = async ({ acceptLicense }) => {
      if (!(await acceptLicense?.({ id: 'it', license: 'CC-BY-NC-4.0' })))
        throw new GroundnoteError('invalid-params', 'The licence was not accepted.');
      return pack;
    };
    played.answers = ['Accept Licence and Install', undefined, undefined];
    await installPack(services(), plan.source);
    expect(played.said[1]).toMatch(/^The licence of “It” is CC-BY-NC-4\.0/);
    expect(played.said[2]).toMatch(/^The licence was not accepted\./);
  });
});
