/**
 * Opens a session in a process whose environment says nothing about telemetry, and prints what
 * ORT_DISABLE_TELEMETRY was each time that ONNX Runtime's native part was loaded: at import, and at the first session.
 */
import { Providers } from '../../src/inference/engines/onnx/providers';
import { openSession } from '../../src/inference/engines/onnx/session';
import { readPack } from '../../src/inference/packs/registry';

const loads: (string | undefined)[] = [];
const dlopen = process.dlopen;
process.dlopen = (module: object, filename: string, ...rest: []) => {
  if (filename.includes('onnxruntime')) loads.push(process.env.ORT_DISABLE_TELEMETRY);
  return dlopen.call(process, module, filename, ...rest);
};

async function main(): Promise<void> {
  const atImport = [...loads];
  const { pack } = await readPack(process.argv[2] ?? '');
  if (!pack) throw new Error('There is no sound pack.');
  const contract = { inputs: ['pixel_values'], outputs: [] };
  const session = await openSession(pack, 'onnx/image_encoder.onnx', contract, {
    threads: 1,
    providers: new Providers(() => {}),
  });
  await session.release();
  console.log(JSON.stringify({ atImport, loadedWith: loads }));
}

void main();
