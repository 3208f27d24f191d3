/**
 * Python with the packages of others, for tests against the real ones: virtual environments in `.cache/python`, each made
 * once for its list of packages.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface Environment {
  packages: readonly string[];
  /** The list is complete: nothing that the packages ask for is installed beside it. */
  exact?: boolean;
}

/** Environments by name. Each is a folder of its own: what they need does not go together. */
export const environments = {
  /** LabelMe's own requirements bring Qt and a runtime for models: these are what its reader and writer of files import. */
  tools: {
    exact: true,
    packages: [
      'labelme==6.3.1',
      'pycocotools==2.0.11',
      'numpy==2.4.6',
      'pillow==13.0.0',
      'imgviz==2.1.0',
      'cmap==0.8.0',
      'loguru==0.7.3',
      'tifffile==2026.3.3',
      'typing_extensions==4.16.0',
    ],
  },
  /** The reference of models: makes tiny ones with random weights, exports them, and says what they answer. */
  models: {
    packages: [
      'torch==2.13.0',
      'transformers==4.57.6',
      'pillow==13.0.0',
      'onnx==1.23.2',
      'onnxruntime==1.32.0',
      'onnxscript==0.7.2',
      'numpy==2.4.6',
    ],
  },
  /** Draws synthetic figures (training/synth), with fonts of its own. */
  figures: {
    packages: [
      'numpy==2.4.6',
      'pillow==13.0.0',
      'opencv-python-headless==5.0.0.93',
      'skia-python==144.1',
      'matplotlib==3.11.2',
      'font-roboto==0.0.1',
      'font-source-sans-pro==0.0.1',
    ],
  },
  kserve: { packages: ['kserve==0.21.0', 'onnxruntime==1.32.0'] },
  mlserver: { packages: ['mlserver==1.7.1', 'onnxruntime==1.32.0'] },
  llamacpp: { packages: ['xllamacpp==2026.10.11549', 'gguf==0.19.0'] },
  serve: { packages: ['torch==2.13.0', 'transformers[serving]==5.23.0', 'pillow==13.0.0'] },
  ray: { packages: ['ray[serve]==2.60.0', 'onnxruntime==1.32.0'] },
} as const satisfies Record<string, Environment>;
export type EnvironmentName = keyof typeof environments;

/** numpy 2.4 needs it. */
const leastMinor = 11;

/** The name of an installed Python that is new enough, or undefined. */
export function findPython(): string | undefined {
  const candidates = [process.env.GROUNDNOTE_PYTHON, 'python3', 'python'].filter(
    (each) => each !== undefined,
  );
  return candidates.find((name) => {
    const { status, stdout } = spawnSync(name, ['-c', 'import sys; print(*sys.version_info[:2])'], {
      encoding: 'utf8',
    });
    const [major, minor] = (stdout ?? '').trim().split(' ').map(Number);
    return status === 0 && major === 3 && (minor ?? 0) >= leastMinor;
  });
}

/**
 * Makes an environment where it is not there yet.
 * @param python see findPython
 * @returns the environment's own Python. @throws Error with the end of pip's output
 */
export function preparePython(python: string, name: EnvironmentName): string {
  const { packages, exact }: Environment = environments[name];
  const folder = path.resolve('.cache/python', name);
  const inVenv = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const stamp = path.join(folder, 'packages.txt');
  const wanted = packages.join('\n');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return inVenv;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  run(python, ['-m', 'venv', folder]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  run(inVenv, [...pip, ...(exact ? ['--no-deps'] : []), ...packages]);
  writeFileSync(stamp, wanted);
  return inVenv;
}

/** Runs a script with arguments. @returns its standard output. @throws Error with the end of what it said */
export function runPython(python: string, script: string, ...args: string[]): string {
  return run(python, ['-X', 'utf8', script, ...args]);
}

function run(command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (status !== 0)
    throw new Error(
      `${command} ${args[0]} ended with ${status}: ${error ?? ''}${(stderr ?? '').slice(-2000)}`,
    );
  return stdout;
}
