/**
 * An extension of the tests: calls a language model tool as a chat agent's extension would. “Test: Call Tool” reads
 * `tool-call.json` of the workspace ({name, input}) and writes `tool-answer.json`; `tools.json` lists what there is.
 */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- VS Code loads it as CommonJS, unbuilt.
const vscode = require('vscode');

const file = (name) => vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, name);
const write = (name, value) =>
  vscode.workspace.fs.writeFile(file(name), new TextEncoder().encode(JSON.stringify(value)));

exports.activate = (context) => {
  const call = async () => {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file('tool-call.json')));
    const { name, input } = JSON.parse(text);
    await write(
      'tools.json',
      vscode.lm.tools.map((tool) => ({ name: tool.name, inputSchema: tool.inputSchema, tags: tool.tags })),
    );
    try {
      const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
      const parts = content.map((part) =>
        part instanceof vscode.LanguageModelTextPart
          ? { text: part.value }
          : { mime: part.mimeType, bytes: part.data ? Buffer.from(part.data).toString('base64') : undefined },
      );
      await write('tool-answer.json', { parts });
    } catch (error) {
      await write('tool-answer.json', { error: error.message });
    }
  };
  context.subscriptions.push(vscode.commands.registerCommand('toolCaller.call', call));
};
