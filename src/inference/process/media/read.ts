/** Reads a file of a modality by what is in it, whatever its name ends with. */
import { modalityOfArray, modalityOfName, type Modality } from '../../../protocol/modalities';
import type { MediaSource } from '../../../protocol/media';
import { readPicture } from '../images';
import { isPfm, maxDepthPixels, readDepthPicture, readPfm } from './depthMap';
import type { DepthMap, Media, MediaModality, NormalMap, PointCloud } from './media';
import { readMotion } from './motion';
import { isNpy, npyShape, readNpyDepth, readNpyPoints } from './npy';
import { isPcd, readPcd } from './pcd';
import { isPly, readPly } from './ply';
import { badFile, loadMedia, type MediaBytes } from './source';
import { readVideo } from './video';
import { readWav } from './wav';

/** @throws GroundnoteError not-found, io, bad-file, bad-image, file-too-large, image-too-large */
export async function readMediaFile<M extends MediaModality>(
  source: MediaSource,
  modality: M,
): Promise<Extract<Media, { modality: M }>> {
  return (await readers[modality](source)) as Extract<Media, { modality: M }>;
}

const readers: { readonly [M in MediaModality]: (source: MediaSource) => Promise<Media> } = {
  points: async (source) => readPoints(await loadMedia(source)),
  depth: async (source) => readDepth(await loadMedia(source)),
  normal: async (source) => readNormal(await loadMedia(source)),
  audio: async (source) => readWav(await loadMedia(source)),
  imu: async (source) => readMotion(await loadMedia(source)),
  video: readVideo,
};

function readPoints(file: MediaBytes): PointCloud {
  if (isPly(file.bytes)) return readPly(file);
  if (isNpy(file.bytes)) return readNpyPoints(file);
  if (isPcd(file.bytes)) return readPcd(file);
  throw badFile(file.name, 'is no point cloud that is read: these are PLY, PCD and NumPy files');
}

async function readDepth(file: MediaBytes): Promise<DepthMap> {
  if (isNpy(file.bytes)) return readNpyDepth(file);
  if (isPfm(file.bytes)) return readPfm(file);
  return readDepthPicture(file);
}

async function readNormal({ name, bytes }: MediaBytes): Promise<NormalMap> {
  const { width, height, data } = await readPicture({ name, bytes }, { maxPixels: maxDepthPixels });
  return { modality: 'normal', name, format: 'picture', width, height, rgb: data };
}

/** The modality of a file, by its name and, of a NumPy array, by its shape; undefined where nothing tells. @throws GroundnoteError as reading it does */
export async function modalityOfFile(source: MediaSource): Promise<Modality | undefined> {
  const name = 'path' in source ? source.path : source.name;
  if (!/\.npy$/i.test(name)) return modalityOfName(name);
  return modalityOfArray(npyShape(await loadMedia(source)));
}
