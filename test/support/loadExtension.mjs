/** Loads a bundle of the extension as VS Code would, and prints the milliseconds of processor time that this took. */
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const load = Module._load;
// Nothing of `vscode` is called while the code is loaded; classes are extended, and members of enums are read.
const types = readFileSync(require.resolve('@types/vscode/index.d.ts'), 'utf8');
const names = [...types.matchAll(/^\texport (?:abstract )?(?:class|enum|namespace|const|function) (\w+)/gm)];
const vscode = Object.fromEntries(names.map(([, name]) => [name, class {}]));
Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));

const before = process.cpuUsage();
require(process.argv[2]);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000);
