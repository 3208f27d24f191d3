#!/usr/bin/env node
/** The command line: the same pipeline without VS Code. Its contract is in docs/architecture.md. */
import { runCli } from './cli/program';

const controller = new AbortController();
process.once('SIGINT', () => {
  controller.abort();
  // A graph that is running cannot be interrupted; a second Ctrl+C ends the program at once.
  process.once('SIGINT', () => process.exit(1));
});
// A reader that has gone (`groundnote … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

void runCli(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  signal: controller.signal,
  interactive: process.stderr.isTTY === true,
}).then((code) => {
  process.exitCode = code;
});
