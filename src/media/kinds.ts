/** The panels of the modalities: their view types, the commands that open them, and the names of their pages. */
import type { ShownModality } from '../protocol/media';

export interface MediaKind {
  readonly modality: ShownModality;
  readonly viewType: string;
  /** “Open as …” */
  readonly command: string;
  /** Of the page's bundle. */
  readonly page: string;
  /** In a dialog that asks for a file. */
  readonly filter: { readonly name: string; readonly extensions: readonly string[] };
}

const kind = (
  modality: ShownModality,
  page: string,
  command: string,
  name: string,
  extensions: readonly string[],
): MediaKind => ({
  modality,
  viewType: `groundnote.${page}`,
  command: `groundnote.${command}`,
  page,
  filter: { name, extensions },
});

export const mediaKinds: readonly MediaKind[] = [
  kind('points', 'points', 'openAsPointCloud', 'Point Clouds', ['ply', 'pcd', 'npy']),
  kind('depth', 'depth', 'openAsDepthMap', 'Depth Maps', ['png', 'tif', 'tiff', 'npy', 'pfm']),
  kind('normal', 'normal', 'openAsNormalMap', 'Normal Maps', [
    'png',
    'jpg',
    'jpeg',
    'webp',
    'tif',
    'tiff',
    'bmp',
  ]),
  kind('audio', 'sound', 'openAsSound', 'Sounds', ['wav', 'wave']),
  kind('imu', 'motion', 'openAsMotion', 'Motion', ['csv', 'tsv', 'txt']),
];
