/** The host's end of exports, imports and cut-outs: it notes what is asked for, and cuts with the real code. */
import sharp from 'sharp';
import { cutoutPng } from '../../../src/inference/process/exportPixels/cutout';
import type { Annotation } from '../../../src/protocol/annotator';
import { cutOutRegion, exportRequested, importRequested, saveCutout } from '../../../src/protocol/exchange';
import type { Endpoint } from '../../../src/protocol/rpc';

export class FakeExchange {
  /** The regions that were selected, one list for each export. */
  readonly exports: string[][] = [];
  imports = 0;
  /** Regions that were to be saved as files. */
  readonly saved: string[] = [];

  constructor(endpoint: Endpoint, picture: Buffer, annotations: () => readonly Annotation[]) {
    const cut = async (id: string) => {
      const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const region = annotations().find((each) => each.id === id) as Annotation;
      return cutoutPng({ width: info.width, height: info.height, data, contentHash: '' }, region.geometry);
    };
    endpoint.on(exportRequested, ({ regionIds }) => this.exports.push(regionIds));
    endpoint.on(importRequested, () => this.imports++);
    endpoint.handle(cutOutRegion, async ({ regionId }) => ({ png: (await cut(regionId)).png }));
    endpoint.handle(saveCutout, ({ regionId }) => {
      this.saved.push(regionId);
      return { saved: 'photos/picture.cup.png' };
    });
  }
}
