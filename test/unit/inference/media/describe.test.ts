/** Who describes a file of another modality: a pack that names it, or nobody, which is said. */
import { describe, expect, it } from 'vitest';
import { mediaHandlers } from '../../../../src/inference/process/modality/tasks';
import type { Describers } from '../../../../src/inference/process/modality/describers';
import type { RuntimeServices } from '../../../../src/inference/process/services';
import { quietContext } from '../../../../src/inference/process/cancel';
import { packManifestSchema } from '../../../../src/protocol/packs';
import { bytesOf, wavOf } from '../../../support/mediaFiles';

const media = { name: 'bell.wav', bytes: wavOf({}, bytesOf(Int16Array.from([1, 2, 3]))) };

function handlersWith(modalities: string[] | undefined, known: Describers = {}) {
  const manifest = packManifestSchema.parse({
    id: 'test-one',
    version: '1',
    title: 'Test',
    tasks: ['describe'],
    engine: 'onnx',
    kind: 'ocr',
    prompts: [],
    returns: ['text'],
    license: 'MIT',
    files: [],
    modalities,
  });
  const pack = { manifest, folder: '/nowhere' };
  const services = {
    packs: {
      list: () => Promise.resolve([{ ...manifest, state: 'ready' }]),
      find: () => Promise.resolve(pack),
    },
    inTurn: (_context: unknown, work: () => Promise<unknown>) => work(),
  } as unknown as RuntimeServices;
  return mediaHandlers(services, known);
}

describe('files of other modalities', () => {
  it('are described by the pack that names the modality', async () => {
    const handlers = handlersWith(['audio'], {
      ocr: () =>
        Promise.resolve((_services, pack, file, question) =>
          Promise.resolve({
            text: `${pack.manifest.id}: ${file.modality} ${question?.text ?? 'described'} ${question?.history.length ?? 0}`,
          }),
        ),
    });
    const described = await handlers.describeMedia({ media, modality: 'audio' }, quietContext());
    expect(described).toMatchObject({
      text: 'test-one: audio described 0',
      pack: { id: 'test-one', version: '1' },
      media: { name: 'bell.wav', modality: 'audio' },
    });
    const history = [{ question: 'a', answer: 'b' }];
    const asked = await handlers.askMedia(
      { media, modality: 'audio', question: 'how long?', history },
      quietContext(),
    );
    expect(asked.text).toBe('test-one: audio how long? 1');
  });
  it('are described by nobody where no pack names it, and what is missing is said', async () => {
    await expect(
      handlersWith(['imu']).describeMedia({ media, modality: 'audio' }, quietContext()),
    ).rejects.toMatchObject({
      code: 'no-pack',
      message:
        'No installed pack can describe sounds: missing is a pack whose groundnote.json names the modality "audio" and that holds an encoder for it. The installed packs describe motion recordings.',
    });
    await expect(
      handlersWith(undefined).askMedia(
        { media, modality: 'audio', question: 'what?', history: [], pack: 'test-one' },
        quietContext(),
      ),
    ).rejects.toMatchObject({ code: 'unsupported' });
  });
  it('are not described by a pack whose kind cannot', async () => {
    await expect(
      handlersWith(['audio']).describeMedia({ media, modality: 'audio' }, quietContext()),
    ).rejects.toThrow(/packs of the kind "ocr" describe pictures only/);
  });
  it('fail by their reader before a model sees them', async () => {
    const never: Describers = { ocr: () => Promise.reject(new Error('never asked')) };
    const broken = { name: 'bell.wav', bytes: bytesOf('no sound') };
    await expect(
      handlersWith(['audio'], never).describeMedia({ media: broken, modality: 'audio' }, quietContext()),
    ).rejects.toMatchObject({ code: 'bad-file' });
  });
});
