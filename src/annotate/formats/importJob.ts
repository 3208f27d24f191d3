/** Imports: files of a format to the sidecars of pictures. For the command line and for VS Code. */
import path from 'node:path';
import type { Annotation } from '../../protocol/annotator';
import { GroundnoteError, isCancelled } from '../../protocol/errors';
import type { Size } from '../../protocol/geometry';
import { formatSidecar, newSidecar, parseSidecar, sidecarConflict, sidecarPath } from '../sidecar';
import { DiskFile } from '../textFile';
import { isFile, type FoundFile } from './disk';
import type { ImportContext, ImportedPicture, InputFile } from './format';
import type { ImportFormatId } from './formatList';
import { importers } from './formats';
import { mergeRegions } from './merge';
import { withoutExtension } from './names';
import { counted, Report } from './report';

export interface ImportJob {
  format: ImportFormatId;
  files: readonly InputFile[];
  /** The pictures that may be meant. */
  pictures: readonly FoundFile[];
  /** Size with the orientation applied. */
  size(picture: FoundFile): Promise<Size>;
  maskShapes: ImportContext['maskShapes'];
  /** Takes the regions of a picture that is open; false for one that is not. */
  applyOpen?(file: string, regions: readonly Annotation[]): boolean;
  /** There is one picture, and it is meant: a file that is about one picture is taken for it whatever its name. */
  only?: boolean;
  /** Adds to sidecars that are there already; else these are left alone. */
  merge: boolean;
  signal?: AbortSignal;
  /** Told before each picture that was found. */
  onPicture?(picture: FoundFile): void;
}

/** What an import did. */
export interface ImportSummary {
  pictures: number;
  regions: number;
  notes: string[];
}

/** @throws GroundnoteError 'cancelled', and what keeps the whole file from being read */
export async function runImport(job: ImportJob): Promise<ImportSummary> {
  const report = new Report();
  const index = new PictureIndex(job.pictures);
  let [pictures, regions] = [0, 0];
  const take = async (picture: ImportedPicture, found: FoundFile) => {
    job.onPicture?.(found);
    const size = await job.size(found);
    const added = await regionsFor(picture, found, size);
    if (!added.length) return;
    if (!job.applyOpen?.(found.file, added)) await addToSidecar(found.file, size, added, job.merge);
    pictures++;
    regions += added.length;
  };
  const goingOn = (error: unknown) => {
    if (!(error instanceof GroundnoteError) || isCancelled(error)) throw error;
    report.failed('picture', error.message);
  };
  const others: ImportedPicture[] = [];
  for await (const picture of importers[job.format](job.files, { report, maskShapes: job.maskShapes })) {
    if (job.signal?.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
    const found = index.find(picture);
    if (found) await take(picture, found).catch(goingOn);
    else if (job.only && others.length < 2) others.push(picture);
  }
  const [single, second] = others;
  const [target] = job.pictures;
  if (job.only && target && single && !second && !pictures) {
    await take(single, target).catch(goingOn);
    return { pictures, regions, notes: report.sentences };
  }
  if (job.only && !pictures && second)
    report.failed('file', 'The file has annotations of several images, and none of this name.');
  return { pictures, regions, notes: [...(job.only ? [] : index.sentences), ...report.sentences] };
}

/** `12 regions were imported into 3 images.` */
export function importSentence({ pictures, regions }: ImportSummary): string {
  if (!regions) return 'No region was imported.';
  return `${counted(regions, 'region')} ${regions === 1 ? 'was' : 'were'} imported into ${counted(pictures, 'image')}.`;
}

async function regionsFor(picture: ImportedPicture, found: FoundFile, size: Size): Promise<Annotation[]> {
  const told = picture.size;
  if (told && (told.width !== size.width || told.height !== size.height))
    throw new GroundnoteError(
      'invalid-params',
      `${found.path} has ${size.width} × ${size.height} pixels, and its annotations are for ${told.width} × ${told.height}.`,
    );
  return picture.regions(size);
}

async function addToSidecar(
  file: string,
  size: Size,
  added: readonly Annotation[],
  merge: boolean,
): Promise<void> {
  const sidecar = new DiskFile(sidecarPath(file));
  const image = { ...size, name: path.basename(file) };
  const text = await sidecar.read();
  if (text !== undefined && !merge)
    throw new GroundnoteError(
      'io',
      `${sidecar.name} is there already and was left alone: merge to add to it.`,
    );
  const before = text === undefined ? undefined : parseSidecar(text, sidecar.name, size);
  const conflict =
    before &&
    (await sidecarConflict(before, sidecar.name, image, (other) =>
      isFile(path.join(path.dirname(file), other)),
    ));
  if (conflict) throw new GroundnoteError('bad-sidecar', conflict);
  const { put, all } = mergeRegions(before?.annotations ?? [], added);
  if (put.length) await sidecar.write(formatSidecar(before?.content ?? newSidecar, all, image));
}

/** Finds the pictures that files name by path, by name or by name without extension. */
export class PictureIndex {
  private readonly byName = new Map<string, FoundFile[]>();
  private readonly byStem = new Map<string, FoundFile[]>();
  private readonly missing: string[] = [];
  private readonly ambiguous: string[] = [];

  constructor(pictures: readonly FoundFile[]) {
    for (const picture of pictures) {
      const name = path.posix.basename(picture.path);
      add(this.byName, name, picture);
      add(this.byStem, withoutExtension(name), picture);
    }
  }

  /** The only picture of this name, or of several the one whose folders agree the most; undefined, and noted, where there is none. */
  find({ name, stemOnly }: Pick<ImportedPicture, 'name' | 'stemOnly'>): FoundFile | undefined {
    const wanted = partsOf(name);
    const candidates = (stemOnly ? this.byStem : this.byName).get(wanted[0] ?? '') ?? [];
    const [best, second] = candidates
      .map((picture) => {
        const parts = partsOf(stemOnly ? withoutExtension(picture.path) : picture.path);
        const same = parts.findIndex((part, i) => part !== wanted[i]);
        return { picture, agreed: same < 0 ? parts.length : same, parts: parts.length };
      })
      .sort((a, b) => b.agreed - a.agreed || a.parts - b.parts);
    if (!best) this.missing.push(name);
    else if (second && second.agreed === best.agreed && second.parts === best.parts)
      this.ambiguous.push(name);
    else return best.picture;
    return undefined;
  }

  get sentences(): string[] {
    const say = (names: readonly string[], one: string, many: string) =>
      names.length
        ? [
            names.length === 1
              ? `${names[0]} ${one}.`
              : `${names.length} names ${many}, the first of them ${names[0]}.`,
          ]
        : [];
    return [
      ...say(this.missing, 'was not found among the images', 'were not found among the images'),
      ...say(this.ambiguous, 'stands for several images', 'stand for several images each'),
    ];
  }
}

/** The parts of a path, the last one first. */
const partsOf = (name: string) =>
  name
    .split(/[\\/]/)
    .filter((part) => part !== '' && part !== '.')
    .reverse();

function add(map: Map<string, FoundFile[]>, key: string, picture: FoundFile): void {
  const list = map.get(key);
  if (list) list.push(picture);
  else map.set(key, [picture]);
}
