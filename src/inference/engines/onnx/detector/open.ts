/** Opens a detector: its metadata, its configuration or its outputs tell which one it is. */
import { readFile } from 'node:fs/promises';
import type { PackModel } from '../../model';
import { readOnnxMetadata } from '../../../packs/onnxMetadata';
import { optionsOf, brokenPack, packFile, type Pack } from '../../../packs/registry';
import type { SessionStore } from '../../../process/services';
import { listOf } from '../labels';
import { graphFile, optionalJson } from '../packFiles';
import { processorSchema } from '../pixels/processor';
import type { GraphValue, OnnxSession } from '../session';
import { cocoNames } from './coco';
import { detectorModel, detectorOptionsSchema, type Detector, type DetectorOptions } from './detector';
import { detrConfigSchema, detrDetector } from './detr';
import { fastestdetDetector, nanodetDetector, yunetDetector } from './small';
import { ultralyticsDetector, ultralyticsMetadata, type UltralyticsMetadata } from './ultralytics';

/** @throws GroundnoteError broken-pack, saying which outputs it has where nothing fits */
export async function openDetector(pack: Pack, sessions: SessionStore): Promise<PackModel> {
  const options = optionsOf(pack, detectorOptionsSchema);
  const file = graphFile(pack, options.graphs?.model);
  const session = await sessions.open(pack, file);
  const { properties } = await readOnnxMetadata(await packFile(pack, file));
  const ultralytics = ultralyticsMetadata(properties);
  const detector = await detectorOf(pack, session, options, ultralytics);
  return detectorModel(pack.manifest.title, detector);
}

async function detectorOf(
  pack: Pack,
  session: OnnxSession,
  options: DetectorOptions,
  ultralytics: UltralyticsMetadata | undefined,
): Promise<Detector> {
  const { id } = pack.manifest;
  const format = options.format ?? (ultralytics ? 'ultralytics' : formatOf(session));
  const told = await namesOf(pack, options);
  switch (format) {
    case 'detr': {
      const config = await optionalJson(pack, 'config.json', detrConfigSchema);
      const names = told ?? listOf(config.id2label ?? {});
      const processor = await optionalJson(pack, 'preprocessor_config.json', processorSchema);
      return detrDetector(pack, session, { names, config, processor }, options);
    }
    case 'ultralytics': {
      const names = told ?? ultralytics?.names;
      if (!names?.length)
        throw brokenPack(id, 'its file names no classes: give them in "options.labels" of its manifest');
      return ultralyticsDetector(pack, session, { task: 'detect', ...ultralytics, names }, options);
    }
    case 'nanodet':
      return nanodetDetector(pack, session, told ?? cocoNames, options);
    case 'fastestdet':
      return fastestdetDetector(pack, session, told ?? cocoNames, options);
    case 'yunet':
      return yunetDetector(pack, session, options);
    default:
      throw brokenPack(
        id,
        `its outputs are those of no detector that Groundnote knows: ${session.outputs.map(describe).join(', ')}`,
      );
  }
}

/** By the outputs alone. */
function formatOf({ outputs }: Pick<OnnxSession, 'outputs'>): DetectorOptions['format'] {
  const names = new Set(outputs.map(({ name }) => name));
  if (names.has('logits') && names.has('pred_boxes')) return 'detr';
  if (['cls_8', 'obj_8', 'bbox_8'].every((name) => names.has(name))) return 'yunet';
  const [first] = outputs;
  if (outputs.length === 1 && first?.shape.length === 4 && first.shape[1] === 5 + cocoNames.length)
    return 'fastestdet';
  const ends = (length: number) => outputs.filter(({ shape }) => shape.at(-1) === length).length;
  const isPairs =
    outputs.length >= 6 && outputs.length % 2 === 0 && ends(cocoNames.length) * 2 === outputs.length;
  return isPairs ? 'nanodet' : undefined;
}

const describe = ({ name, shape }: GraphValue): string =>
  `"${name}" [${shape.map((each) => each || '?').join(', ')}]`;

/** Names that the manifest gives, itself or by a file with one a line. */
async function namesOf(pack: Pack, { labels }: DetectorOptions): Promise<string[] | undefined> {
  if (labels === undefined || Array.isArray(labels)) return labels;
  const lines = (await readFile(await packFile(pack, labels), 'utf8'))
    .split(/\r?\n/)
    .map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
