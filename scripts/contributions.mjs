/**
 * What package.json has from the sources: the commands, default keys and menus of the side panel's actions, from
 * src/protocol/actions.ts, the schema of `groundnote.servers`, from src/protocol/servers.ts, and the tools for agents, from
 * src/views/agents/toolList.ts. `--write` puts them into package.json; without it, says what differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from './lib/process.mjs';

const prefix = 'groundnote.annotator.';
const manifest = path.join(root, 'package.json');
/** Some keys are VS Code's elsewhere: these hold only while the keyboard is in the panel's page. */
const inPanel = "groundnote.annotatorFocus && activeCustomEditorId == 'groundnote.annotator'";

/** What a line of code in src/protocol exports. */
async function read(code) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: path.join(root, 'src/protocol'), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  const source = Buffer.from(outputFiles[0].text).toString('base64');
  return import(`data:text/javascript;base64,${source}`);
}

/** JSON Schema of one server, as the settings have it. */
async function serverSettings() {
  const { toSchema } = await read(`
    import { toJSONSchema } from 'zod';
    import { serverSchema } from './servers';
    export const toSchema = () => toJSONSchema(serverSchema, { io: 'input' });
  `);
  const schema = toSchema();
  delete schema.$schema;
  return schema;
}

/** package.json with what comes from the sources in it. */
export async function withContributions(text) {
  const json = JSON.parse(text);
  const { actions } = await read("export { actions } from './actions';");
  const { contributedTools } = await read("export { contributedTools } from '../views/agents/toolList';");
  const { contributes } = json;
  contributes.languageModelTools = contributedTools();
  contributes.configuration.properties['groundnote.servers'].items = await serverSettings();
  const isOurs = ({ command }) => command?.startsWith(prefix);
  contributes.commands = [
    ...contributes.commands.filter((each) => !isOurs(each)),
    ...actions.map(({ id, title }) => ({ command: prefix + id, title, category: 'Groundnote' })),
  ];
  contributes.menus.commandPalette = [
    ...contributes.menus.commandPalette.filter((each) => !isOurs(each)),
    ...actions.map(({ id }) => ({
      command: prefix + id,
      when: "activeCustomEditorId == 'groundnote.annotator'",
    })),
  ];
  contributes.menus['webview/context'] = [
    ...contributes.menus['webview/context'].filter((each) => !isOurs(each)),
    ...actions.flatMap(({ id, menu = {} }) =>
      Object.entries(menu).map(([section, group]) => ({
        command: prefix + id,
        when: `webviewId == 'groundnote.annotator' && webviewSection == '${section}'`,
        group,
      })),
    ),
  ];
  contributes.keybindings = [
    ...contributes.keybindings.filter((each) => !isOurs(each)),
    ...actions.flatMap(({ id, keys = [] }) =>
      keys.map((key) => ({
        command: prefix + id,
        key,
        ...(key.includes('ctrl') && { mac: key.replace('ctrl', 'cmd') }),
        when: inPanel,
      })),
    ),
  ];
  return JSON.stringify(json, null, 2) + '\n';
}

if (process.argv[1] === import.meta.filename) {
  const before = readFileSync(manifest, 'utf8');
  const after = await withContributions(before);
  if (process.argv.includes('--write')) writeFileSync(manifest, after);
  else if (after !== before) {
    console.error('package.json is behind the sources: run “node scripts/contributions.mjs --write”.');
    process.exitCode = 1;
  }
}
