/** The synthetic figures that the embedded model learns from (training/synth): tested in Python, with its own packages. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { findPython, preparePython } from '../support/python/environment';

const python = findPython();

const reason =
  python === undefined ? ' (skipped: there is no Python 3.11 or newer; set GROUNDNOTE_PYTHON)' : '';

it.skipIf(!python)(`have a truth that is in the picture, the same again for the same seed${reason}`, () => {
  const { status, stdout, stderr } = spawnSync(
    preparePython(python as string, 'figures'),
    ['-X', 'utf8', '-m', 'unittest', 'tests.test_figures'],
    { cwd: 'training', encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } },
  );
  console.info(/^.*a second$/m.exec(stdout)?.[0]);
  expect(status, stderr.slice(-3000)).toBe(0);
});
