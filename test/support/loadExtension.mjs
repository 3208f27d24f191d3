/** Loads a bundle of the extension as VS Code would, and prints the milliseconds of processor time that this took. */
import Module, { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const load = Module._load;
// Nothing of `vscode` is called while the code is loaded; classes are extended.
const vscode = new Proxy({}, { get: () => class {} });
Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));

const before = process.cpuUsage();
require(process.argv[2]);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000);
