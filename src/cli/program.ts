/** The commands, and what they end with: 0 done, 1 failed (one line says why), 2 wrong arguments. */
import { Command, CommanderError, Option } from 'commander';
import { version } from '../../package.json';
import { createRuntime, type Runtime } from '../inference/process/runtime';
import { configurationSchema } from '../protocol/inference';
import { GroundnoteError, toWireError } from '../protocol/errors';
import type { Box, Prompt } from '../protocol/geometry';
import { collect, parseBox, parseBoxes, parsePoint, parseStroke, parseView, wholeNumber } from './arguments';
import { addBatchCommand } from './batch';
import { runEvalSegment, type EvalOptions } from './eval/command';
import { runEvalFigures, type FigureEvalOptions } from './eval/figureCommand';
import { figureTasks } from './eval/figureIndex';
import { addExportCommands } from './exportCommands';
import { runFigure } from './figure';
import { clearProgress, type CliIo } from './io';
import { addPackCommands } from './packCommands';
import { packFolders } from './packs';
import { checkServers, configuredServers } from './servers';
import { runAsk, runRefer } from './conversation';
import { addPictureCommands } from './pictureCommands';
import { runEverything, runGround, runRender, runSegment, type ResultFiles } from './tasks';

/** Options that every command takes. */
interface SharedOptions {
  packs?: string[];
  servers?: string;
  threads: number;
  json?: boolean;
  verbose?: boolean;
}

interface SegmentOptions extends SharedOptions, ResultFiles {
  point?: Prompt[];
  box?: Prompt[];
  stroke?: Prompt[];
  everything?: boolean;
  pointsPerSide?: number;
  view?: Box;
  pack?: string;
}

interface ReferOptions extends SharedOptions, ResultFiles {
  point?: Prompt[];
  box?: Prompt[];
  stroke?: Prompt[];
  mask?: string[];
  ask?: string;
  trace?: boolean;
  pack?: string;
}

/**
 * Runs the program.
 * @param args arguments without the names of Node and of the script
 * @returns the exit code
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<0 | 1 | 2> {
  try {
    await buildProgram(io).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    clearProgress(io);
    // Commander has said what is wrong; help and version end this way too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    io.err(`${oneLine(toWireError(error).message)}\n`);
    return error instanceof GroundnoteError && error.code === 'invalid-params' ? 2 : 1;
  }
}

const oneLine = (message: string) => message.replace(/\s*\n\s*/g, ' ');

function buildProgram(io: CliIo): Command {
  const program = new Command('groundnote')
    .description('Point at figures and photos, ask for phrases, render notes: with models on this machine.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  const command = (name: string, description: string, parent: Command = program) =>
    parent.command(name).description(description).copyInheritedSettings(program);
  const shared = (each: Command) =>
    each
      .option('--json', 'print one JSON object and nothing else')
      .option('--packs <folder>', 'a folder with packs, looked at before the embedded ones', collect)
      .option(
        '--servers <file>',
        'servers, as a JSON list like the setting groundnote.servers; their ids are packs. Otherwise GROUNDNOTE_SERVERS',
      )
      .option('--threads <n>', 'threads of a model; 0: the cores less one', wholeNumber(0), 0)
      .option('--verbose', 'show the log on standard error');

  const runtimeOf = ({ packs, servers, threads, verbose }: SharedOptions, store?: string): Runtime => {
    const runtime = createRuntime({
      packFolders: packFolders(packs, store),
      threads,
      log: (level, message) => {
        if (verbose || level === 'warn' || level === 'error') io.err(`${level}: ${message}\n`);
      },
    });
    const known = configuredServers(servers);
    if (known.length) runtime.configure(configurationSchema.parse({ servers: known }));
    return runtime;
  };

  shared(command('segment <image>', 'prompts → a mask, or all there is'))
    .option('--point <x,y[,0|1]>', 'a point of the object (1) or outside it (0); repeatable', parsePoint)
    .option('--box <x1,y1,x2,y2>', 'a box around the object', parseBox)
    .option('--stroke <x,y;x,y;…>', 'a line over the object; repeatable', parseStroke)
    .addOption(
      new Option('--everything', 'all there is, by a grid of points').conflicts(['point', 'box', 'stroke']),
    )
    .option('--points-per-side <n>', 'points of the grid along the longer side', wholeNumber(2, 64))
    .option('--view <x1,y1,x2,y2>', 'the part of the picture that is looked at', parseView)
    .option('--mask-out <file>', "write the mask as PNG; of everything, each pixel's region number")
    .option('--overlay-out <file>', 'write the picture with the masks as PNG')
    .option('--pack <id>', 'the pack or server to use')
    .action(async (image: string, options: SegmentOptions, self: Command) => {
      if (options.everything) return runEverything(io, runtimeOf(options), image, options);
      if (options.pointsPerSide !== undefined) self.error('error: --points-per-side goes with --everything');
      const prompts = [...(options.box ?? []), ...(options.point ?? []), ...(options.stroke ?? [])];
      if (!prompts.length)
        self.error('error: give at least one of --point, --box and --stroke, or --everything');
      await runSegment(io, runtimeOf(options), image, prompts, options);
    });

  shared(command('ground <image>', 'a phrase → the regions it names'))
    .requiredOption('--text <phrase>', 'what to find')
    .option('--mask-out <file>', 'write the masks as PNG')
    .option('--overlay-out <file>', 'write the picture with the regions as PNG')
    .option('--pack <id>', 'the pack or server to use')
    .action(
      async (
        image: string,
        options: SharedOptions & ResultFiles & { text: string; pack?: string },
        self: Command,
      ) => {
        const text = options.text.trim();
        if (!text) self.error('error: --text is empty');
        await runGround(io, runtimeOf(options), image, text, options);
      },
    );

  shared(command('refer <image>', 'regions → what they are or say'))
    .option('--point <x,y>', 'a point; repeatable', parsePoint)
    .option('--box <x1,y1,x2,y2>', 'a box; repeatable', parseBoxes)
    .option('--stroke <x,y;x,y;…>', 'a line, or a loop around something; repeatable', parseStroke)
    .option('--mask <file>', 'a mask as PNG, non-zero is the region; repeatable', collect)
    .option('--ask <question>', 'a question about the regions')
    .option('--trace', 'tell what the model had in mind, too')
    .option('--overlay-out <file>', 'write the picture with the regions of the answer as PNG')
    .option('--pack <id>', 'the pack or server to use')
    .action(async (image: string, options: ReferOptions, self: Command) => {
      const { point = [], box = [], stroke = [], mask = [] } = options;
      if (![point, box, stroke, mask].some(({ length }) => length))
        self.error('error: give at least one of --point, --box, --stroke and --mask');
      await runRefer(
        io,
        runtimeOf(options),
        image,
        { prompts: [...point, ...box, ...stroke], masks: mask },
        options,
      );
    });

  shared(command('ask <image> <question>', 'a question about a picture → an answer with regions'))
    .option('--trace', 'tell what the model had in mind, too')
    .option('--history <file>', 'turns before, as JSON: an array of answers that "ask --json" has printed')
    .option('--overlay-out <file>', 'write the picture with the regions of the answer as PNG')
    .option('--pack <id>', 'the pack or server to use')
    .action(
      async (
        image: string,
        question: string,
        options: SharedOptions & ResultFiles & { history?: string; pack?: string; trace?: boolean },
        self: Command,
      ) => {
        if (!question.trim()) self.error('error: the question is empty');
        await runAsk(io, runtimeOf(options), image, question.trim(), options);
      },
    );

  shared(command('figure <image>', 'a figure → its parts, with roles, texts, arrows and values'))
    .option('--overlay-out <file>', 'write the picture with its parts as PNG')
    .option('--masks', 'with --json: the mask of each part too')
    .action((image: string, options: SharedOptions & ResultFiles & { masks?: boolean }) =>
      runFigure(io, runtimeOf(options), image, options),
    );

  addPictureCommands(io, (name, description) => shared(command(name, description)), runtimeOf);

  shared(command('render <note>', 'a Markdown note → a self-contained HTML page, or a PDF'))
    .option(
      '--out <file>',
      'the page, or note.pdf (by an installed Chrome, Chromium or Edge); otherwise a page beside the note',
    )
    .option('--run', 'run ground fences whose answers are missing or out of date, and keep the answers')
    .action((note: string, options: SharedOptions & { out?: string; run?: boolean }) =>
      runRender(io, note, { ...options, ...(options.run && { runtime: runtimeOf(options) }) }),
    );

  addExportCommands(io, (name, description) => shared(command(name, description)), runtimeOf);
  addBatchCommand(io, shared(command('batch <images...>', 'one question over a folder, a glob, or images')));

  const evaluation = command('eval', 'measure a pack on an index of test objects');
  shared(command('segment', 'one point, the box, corrective clicks', evaluation))
    .requiredOption('--index <file>', 'JSON lines: image, mask, point, box, set?')
    .option('--root <folder>', "what the index's paths are relative to; otherwise its folder")
    .option('--limit <n>', 'only the first n objects', wholeNumber(1))
    .option('--max-clicks <n>', 'corrective clicks at most', wholeNumber(1), 20)
    .option('--no-previous', 'give corrective clicks the clicks alone, not the mask before them')
    .option('--baselines', 'also the box as a mask, and GrabCut from the box')
    .option('--pack <id>', 'the pack or server to use')
    .action((options: SharedOptions & EvalOptions) => runEvalSegment(io, runtimeOf(options), options));
  const measured = {
    ground: 'phrases: gIoU, cIoU, accuracy at IoU 0.5, recall, refusals',
    ask: 'questions: the same, and what answers say',
    refer: 'regions: which of two names, what is written there',
  };
  for (const task of figureTasks)
    shared(command(task, measured[task], evaluation))
      .requiredOption('--index <file>', 'JSON lines: image, text, kind?, lang?, and what is right')
      .option('--root <folder>', "what the index's paths are relative to; otherwise its folder")
      .option('--limit <n>', 'only the first n questions', wholeNumber(1))
      .option('--kind <name>', 'only questions of one kind')
      .option('--wrong <file>', 'write what was not right, as JSON lines')
      .option('--pack <id>', 'the pack or server to use')
      .action((options: SharedOptions & FigureEvalOptions) =>
        runEvalFigures(io, runtimeOf(options), task, options),
      );

  const packs = command('packs', 'the packs of this machine');
  addPackCommands(
    io,
    (name, description) => shared(command(name, description, packs)),
    (options: SharedOptions, store) => runtimeOf(options, store),
  );
  const servers = command('servers', 'the servers of --servers or GROUNDNOTE_SERVERS');
  shared(command('check', 'whether each is there and has the model that it is named for', servers)).action(
    (options: SharedOptions) => checkServers(io, runtimeOf(options), options),
  );
  return program;
}
