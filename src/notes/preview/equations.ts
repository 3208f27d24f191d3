/** Copies formulas of a note, as text or as pictures. Host only. */
import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { GroundnoteError, isCancelled, toWireError } from '../../protocol/errors';
import {
  copyEquation,
  copyPicture,
  equationSchema,
  type Equation,
  type EquationFormat,
} from '../../protocol/preview';
import type { Endpoint } from '../../protocol/rpc';

/** A picture of a formula has so many pixels for each CSS pixel. */
const pngScale = 3;

/** What the page writes for VS Code's menu. */
const menuContext = z.object({ groundnoteNote: z.string(), groundnoteEquation: equationSchema });

/** The preview of a note, as far as formulas need it. */
export interface EquationPreview {
  readonly endpoint: Endpoint;
  readonly note: vscode.Uri;
}

/** Answers the page's own menu. */
export function answerEquations(preview: EquationPreview): void {
  preview.endpoint.handle(copyEquation, async ({ equation, format }) => {
    await copy(preview, equation, format);
    return {};
  });
}

/** Registers the entries of VS Code's menu on a formula. `find` gives the open preview of a note. */
export function registerEquationCommands(
  find: (note: string) => EquationPreview | undefined,
): vscode.Disposable {
  const run = (format: EquationFormat) => async (argument: unknown) => {
    const context = menuContext.safeParse(argument);
    const preview = context.success ? find(context.data.groundnoteNote) : undefined;
    if (!context.success || !preview) {
      void vscode.window.showInformationMessage('Right-click a formula in a note preview to copy it.');
      return;
    }
    try {
      await copy(preview, context.data.groundnoteEquation, format);
    } catch (error) {
      if (!isCancelled(error)) void vscode.window.showErrorMessage(toWireError(error).message);
    }
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('groundnote.copyEquationTex', run('tex')),
    vscode.commands.registerCommand('groundnote.copyEquationMathMl', run('mathMl')),
    vscode.commands.registerCommand('groundnote.copyEquationSvg', run('svg')),
    vscode.commands.registerCommand('groundnote.copyEquationPng', run('png')),
  );
}

async function copy(preview: EquationPreview, equation: Equation, format: EquationFormat): Promise<void> {
  const names: Record<EquationFormat, string> = { tex: 'TeX', mathMl: 'MathML', svg: 'SVG', png: 'PNG' };
  const done = (where: string) =>
    vscode.window.setStatusBarMessage(`$(check) Formula ${where} as ${names[format]}`, 4000);
  if (format === 'tex' || format === 'mathMl') {
    await vscode.env.clipboard.writeText(format === 'tex' ? equation.tex : equation.mathMl);
    done('copied');
    return;
  }
  // Loaded for the first picture: MathJax and its font are large.
  const { equationSvg } = await import('../equations/equationSvg');
  const { svg } = await equationSvg(equation.tex, {
    display: equation.display,
    macros: await macrosOf(preview.note),
  });
  if (format === 'svg') {
    await vscode.env.clipboard.writeText(svg);
    done('copied');
    return;
  }
  const png = await drawPng(svg);
  const { copied } = await preview.endpoint.request(copyPicture, { png });
  if (copied) done('copied');
  else await savePng(preview.note, png);
}

/** The macros of a note's formulas: of the setting, and of the note's front matter. */
async function macrosOf(note: vscode.Uri): Promise<Readonly<Record<string, string>>> {
  const [{ noteMacros }, { splitFrontMatter }] = await Promise.all([
    import('../markdown/macros'),
    import('../render/frontMatter'),
  ]);
  const document = await vscode.workspace.openTextDocument(note);
  const setting = vscode.workspace.getConfiguration('groundnote.preview', note).get('macros');
  return noteMacros(splitFrontMatter(document.getText()).frontMatter, setting);
}

/** On transparent ground. */
async function drawPng(svg: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { default: sharp } = await import('sharp');
    // An SVG has 72 pixels an inch by itself.
    return new Uint8Array(
      await sharp(Buffer.from(svg), { density: 72 * pngScale })
        .png()
        .toBuffer(),
    );
  } catch (error) {
    throw new GroundnoteError(
      'unsupported',
      'The picture of the formula could not be made. Copy it as SVG.',
      {
        cause: error,
      },
    );
  }
}

/** Where the browser does not let a page write pictures to the clipboard. */
async function savePng(note: vscode.Uri, png: Uint8Array): Promise<void> {
  const folder = vscode.Uri.joinPath(note, '..');
  const base = path.posix.basename(note.path).replace(/\.[^.]*$/, '');
  let uri = vscode.Uri.joinPath(folder, `${base}-formula.png`);
  for (let count = 2; await exists(uri); count++)
    uri = vscode.Uri.joinPath(folder, `${base}-formula-${count}.png`);
  await vscode.workspace.fs.writeFile(uri, png);
  const show = 'Show';
  const answer = await vscode.window.showInformationMessage(
    `The clipboard takes no pictures here, so the formula was saved as ${path.posix.basename(uri.path)}, beside the note.`,
    show,
  );
  if (answer === show) await vscode.commands.executeCommand('vscode.open', uri);
}

const exists = (uri: vscode.Uri) =>
  vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
