/** The inference process: answers the channels of protocol/inference over the wire of child_process.fork. */
import {
  alive,
  ask,
  askEditorModel,
  checkServer,
  configure,
  describe,
  estimateDepth,
  everything,
  ground,
  hover,
  imageInfo,
  listPacks,
  logLine,
  processOptionsSchema,
  refer,
  renderImage,
  renderOverlay,
  segment,
  thumbnail,
} from '../../protocol/inference';
import { readFigure } from '../../protocol/figure';
import { askMedia, describeMedia, readMedia } from '../../protocol/media';
import { Endpoint, type Transport } from '../../protocol/rpc';
import { makeOverview, makeTile, makeTiles, openPyramid } from '../../protocol/tiles';
import { serveExportPixels } from './exportPixels/handlers';
import { createRuntime } from './runtime';
import type { Log } from './services';

/** A wire to the parent. Nothing is sent after it has gone. */
const transport: Transport = {
  post: (message) => {
    if (process.connected) process.send?.(message);
  },
  listen: (onMessage) => {
    process.on('message', onMessage);
    return () => process.off('message', onMessage);
  },
};

function start(): void {
  // The parent is gone: nobody waits for an answer, and nobody else would end this process.
  process.on('disconnect', () => process.exit(0));
  if (!process.send) throw new Error('The inference process is started by Groundnote, not by hand.');
  const options = processOptionsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
  const log: Log = (level, message) => endpoint.send(logLine, { level, message });
  const runtime = createRuntime({
    ...options,
    log,
    editorModels: { ask: (params, request) => endpoint.request(askEditorModel, params, request) },
  });
  const endpoint = new Endpoint(transport, {
    onInternalError: (error) =>
      log('error', error instanceof Error ? (error.stack ?? error.message) : String(error)),
  });
  endpoint.handle(alive, () => ({}));
  endpoint.handle(configure, (configuration) => {
    runtime.configure(configuration);
    return {};
  });
  endpoint.handle(segment, runtime.segment);
  endpoint.handle(hover, runtime.hover);
  endpoint.handle(everything, runtime.everything);
  endpoint.handle(ground, runtime.ground);
  endpoint.handle(ask, runtime.ask);
  endpoint.handle(refer, runtime.refer);
  endpoint.handle(describe, runtime.describe);
  endpoint.handle(estimateDepth, runtime.estimateDepth);
  endpoint.handle(readFigure, runtime.readFigure);
  endpoint.handle(imageInfo, runtime.imageInfo);
  endpoint.handle(renderImage, runtime.renderImage);
  endpoint.handle(renderOverlay, runtime.renderOverlay);
  endpoint.handle(openPyramid, runtime.openPyramid);
  endpoint.handle(makeOverview, runtime.makeOverview);
  endpoint.handle(makeTile, runtime.makeTile);
  endpoint.handle(makeTiles, runtime.makeTiles);
  endpoint.handle(thumbnail, runtime.thumbnail);
  serveExportPixels(endpoint, runtime);
  endpoint.handle(readMedia, runtime.readMedia);
  endpoint.handle(describeMedia, runtime.describeMedia);
  endpoint.handle(askMedia, runtime.askMedia);
  endpoint.handle(checkServer, runtime.checkServer);
  endpoint.handle(listPacks, async () => ({ packs: await runtime.listPacks() }));
}

try {
  start();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
