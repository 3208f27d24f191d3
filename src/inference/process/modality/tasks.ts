/** The tasks of files of other modalities: reading them for a panel, describing them, questions about them. */
import path from 'node:path';
import { GroundnoteError } from '../../../protocol/errors';
import {
  modalityWords,
  type AskMediaParams,
  type DescribeMediaParams,
  type MediaAnswer,
  type MediaSource,
  type MediaView,
  type ShownModality,
} from '../../../protocol/media';
import type { Modality } from '../../../protocol/modalities';
import type { PackSummary } from '../../../protocol/packs';
import type { HandlerContext } from '../../../protocol/rpc';
import type { Pack } from '../../packs/registry';
import { throwIfCancelled } from '../cancel';
import { isMediaModality } from '../media/media';
import { modalityOfFile, readMediaFile } from '../media/read';
import { mediaView } from '../media/views';
import type { RuntimeServices } from '../services';
import { Stopwatch } from '../stopwatch';
import { describers, type Describers, type MediaQuestion } from './describers';

/** One handler for each channel of protocol/media, and what the command line needs. */
export interface MediaHandlers {
  readMedia(
    params: { media: MediaSource; modality: ShownModality },
    context: HandlerContext,
  ): Promise<MediaView>;
  describeMedia(params: DescribeMediaParams, context: HandlerContext): Promise<MediaAnswer>;
  askMedia(params: AskMediaParams, context: HandlerContext): Promise<MediaAnswer>;
  /** By the file's name, or what is in it; undefined where nothing tells. @throws GroundnoteError as reading it does */
  modalityOf(params: { media: MediaSource }): Promise<Modality | undefined>;
}

/** @param known what describes, by the kind of a pack */
export function mediaHandlers(services: RuntimeServices, known: Describers = describers): MediaHandlers {
  const answer = async (
    { media: source, modality, pack: wanted }: DescribeMediaParams,
    question: MediaQuestion | undefined,
    context: HandlerContext,
  ): Promise<MediaAnswer> => {
    if (!isMediaModality(modality))
      throw new GroundnoteError('invalid-params', 'A picture is described by the task “describe”.');
    const stopwatch = new Stopwatch();
    const pack = await packFor(services, modality, wanted);
    const load = known[pack.manifest.kind];
    if (!load)
      throw new GroundnoteError(
        'unsupported',
        `The pack "${pack.manifest.id}" names ${modalityWords[modality]} among its modalities, but packs of the kind "${pack.manifest.kind}" describe pictures only.`,
      );
    context.progress({ phase: 'Reading the file' });
    const media = await stopwatch.time('read', () => readMediaFile(source, modality));
    await throwIfCancelled(context.signal);
    const describe = await load();
    const { text, refused } = await services.inTurn(context, () =>
      describe(services, pack, media, question, { ...context, stopwatch }),
    );
    const place =
      'path' in source ? { name: path.basename(source.path), path: source.path } : { name: source.name };
    const { id, version } = pack.manifest;
    return {
      media: { ...place, modality },
      pack: { id, version },
      text,
      ...(refused && { refused }),
      timings: stopwatch.timings(),
    };
  };
  return {
    async readMedia({ media, modality }, { signal }) {
      await throwIfCancelled(signal);
      return mediaView(await readMediaFile(media, modality));
    },
    describeMedia: (params, context) => answer(params, undefined, context),
    askMedia: (params, context) =>
      answer(params, { text: params.question, history: params.history }, context),
    modalityOf: ({ media }) => modalityOfFile(media),
  };
}

/** The pack that is named, or the first one that knows the modality. @throws GroundnoteError no-pack, broken-pack, unsupported */
async function packFor(
  { packs }: Pick<RuntimeServices, 'packs'>,
  modality: Modality,
  wanted: string | undefined,
): Promise<Pack> {
  const words = modalityWords[modality];
  if (wanted !== undefined) {
    const pack = await packs.find({ id: wanted });
    if (pack.manifest.modalities?.includes(modality)) return pack;
    throw new GroundnoteError(
      'unsupported',
      `The pack "${wanted}" cannot describe ${words}: its groundnote.json does not name "${modality}" among its modalities.`,
    );
  }
  const all = await packs.list();
  const fitting = all.filter((pack) => pack.modalities?.includes(modality));
  const sound = fitting.find(({ state }) => state === 'ready') ?? fitting[0];
  if (sound) return packs.find({ id: sound.id });
  throw new GroundnoteError('no-pack', noPackMessage(all, modality));
}

/** What is missing, in two sentences. */
export function noPackMessage(packs: readonly Pick<PackSummary, 'modalities'>[], modality: Modality): string {
  const others = [...new Set(packs.flatMap(({ modalities = [] }) => modalities))].map(
    (each) => modalityWords[each],
  );
  const instead = others.length ? ` The installed packs describe ${others.join(', ')}.` : '';
  return `No installed pack can describe ${modalityWords[modality]}: missing is a pack whose groundnote.json names the modality "${modality}" and that holds an encoder for it.${instead}`;
}
