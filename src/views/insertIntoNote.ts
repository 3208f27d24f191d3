/** "Insert Regions into Note…": a ground fence, or a picture with the regions on it, in the note that shows the figure. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { AnnotatorApi } from '../annotate/annotator';
import { answered } from '../annotate/dialogs';
import type { InferenceApi } from '../annotate/inferenceApi';
import { figureUri } from '../notes/preview/figureUris';
import type { FencePlan } from '../notes/ground/insertText';
import type { Annotation, InsertResult } from '../protocol/annotator';
import { colorOf, hexColor } from '../protocol/colors';
import { GroundnoteError, isCancelled, toWireError } from '../protocol/errors';
import type { Size } from '../protocol/geometry';
import { renderOverlay } from '../protocol/inference';

export interface InsertServices {
  annotator: Pick<AnnotatorApi, 'regionsOf' | 'activePicture'>;
  inference: InferenceApi;
  /** Notes whose previews are open. */
  previewedNotes(): vscode.Uri[];
}

/** What the side panel hands over: the picture, and the regions that are meant. */
const argumentSchema = z.object({ image: z.string(), regionIds: z.array(z.string()) });

/** Registers `groundnote.insertIntoNote`. For the side panel its result says what was done; otherwise a message does. */
export function registerInsertIntoNote(services: InsertServices): vscode.Disposable {
  return vscode.commands.registerCommand(
    'groundnote.insertIntoNote',
    async (argument: unknown): Promise<InsertResult> => {
      const given = argumentSchema.safeParse(argument).data;
      try {
        const image = given ? vscode.Uri.parse(given.image) : services.annotator.activePicture();
        if (!image) throw new GroundnoteError('not-found', 'Open a picture in the side panel first.');
        const message = await insert(services, image, given?.regionIds);
        if (!given) vscode.window.setStatusBarMessage(message, 5000);
        return { message };
      } catch (error) {
        if (isCancelled(error)) return {};
        const { message } = toWireError(error);
        if (!given) void vscode.window.showErrorMessage(message);
        return { problem: message };
      }
    },
  );
}

/** @returns what was inserted where, in one sentence. @throws GroundnoteError 'cancelled' when a question was not answered */
async function insert(
  { annotator, inference, previewedNotes }: InsertServices,
  image: vscode.Uri,
  regionIds: readonly string[] | undefined,
): Promise<string> {
  const open = annotator.regionsOf(image);
  if (!open) throw new GroundnoteError('not-found', 'Open the picture in the side panel first.');
  if (image.scheme !== 'file')
    throw new GroundnoteError('unsupported', 'Only pictures on this machine are inserted into notes.');
  const regions = await chooseRegions(open.annotations, regionIds);
  const note = await chooseNote(image, previewedNotes());
  const text = (await vscode.workspace.openTextDocument(note)).getText();
  const tools = await import('../notes/ground/insertText');
  const plan = tools.planFences(regions);
  const form = await chooseForm(plan.fences, image);
  const size = await open.size();
  const blocks =
    form === 'fences'
      ? await writeFences(note, text, image, size, plan.fences)
      : [await writePicture(note, image, regions, inference)];
  await insertBlocks(note, text, image, blocks);
  const what =
    form === 'picture'
      ? 'A picture'
      : blocks.length > 1
        ? `${blocks.length} ground fences`
        : 'A ground fence';
  return `${what} ${blocks.length > 1 ? 'were' : 'was'} inserted into ${path.basename(note.fsPath)}.`;
}

async function chooseRegions(
  annotations: readonly Annotation[],
  ids: readonly string[] | undefined,
): Promise<Annotation[]> {
  const meant = annotations.filter(({ id, hidden }) => (ids ? ids.includes(id) : !hidden));
  if (!meant.length) throw new GroundnoteError('not-found', 'This picture has no regions to insert.');
  if (ids || meant.length === 1) return meant;
  const items = meant.map((annotation, index) => ({
    label: annotation.label ?? `Region ${index + 1}`,
    picked: true,
    annotation,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    placeHolder: 'Choose the regions to insert',
  });
  return answered(picked?.length ? picked : undefined).map(({ annotation }) => annotation);
}

/** The note that shows the picture, where there is one that is open; else the user is asked. */
async function chooseNote(image: vscode.Uri, previewed: readonly vscode.Uri[]): Promise<vscode.Uri> {
  const visible = vscode.window.visibleTextEditors
    .filter(({ document }) => document.languageId === 'markdown')
    .map(({ document }) => document.uri);
  const open = new Map([...visible, ...previewed].map((uri) => [uri.toString(), uri]));
  const showing: vscode.Uri[] = [];
  for (const uri of open.values()) {
    const document = await vscode.workspace.openTextDocument(uri).then(
      (each) => each,
      () => undefined,
    );
    if (document && uri.scheme === 'file' && (await figureLine(uri, document.getText(), image)) !== undefined)
      showing.push(uri);
  }
  const [only] = showing;
  if (only && showing.length === 1) return only;
  const found = await vscode.workspace.findFiles('**/*.{md,markdown}', '**/{node_modules,.git}/**', 1000);
  const others = found.filter(
    (uri) => uri.scheme === 'file' && !showing.some((each) => each.toString() === uri.toString()),
  );
  const item = (description: string) => (uri: vscode.Uri) => ({
    label: path.basename(uri.fsPath),
    description: [vscode.workspace.asRelativePath(uri), description].filter(Boolean).join(' · '),
    uri,
  });
  const items = [
    ...showing.map(item('shows this picture')),
    ...others.sort((a, b) => Number(open.has(b.toString())) - Number(open.has(a.toString()))).map(item('')),
  ];
  if (!items.length) throw new GroundnoteError('not-found', 'The workspace has no Markdown notes.');
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: `Choose the note for ${path.basename(image.fsPath)}`,
    matchOnDescription: true,
  });
  return answered(picked).uri;
}

/** The first line of a note that shows the picture. */
async function figureLine(note: vscode.Uri, text: string, image: vscode.Uri): Promise<number | undefined> {
  const [{ imageReferences }, { decodeSource }] = await Promise.all([
    import('../notes/ground/insertText'),
    import('../notes/markdown/figures'),
  ]);
  return imageReferences(text).find(({ address, encoded }) => {
    const source = encoded ? decodeSource(address) : address;
    if (/^(?:[a-z][a-z0-9+.-]+:|\/\/)/i.test(source) && !/^file:/i.test(source)) return false;
    return figureUri(note, source).uri.fsPath === image.fsPath;
  })?.line;
}

async function chooseForm(fences: readonly FencePlan[], image: vscode.Uri): Promise<'fences' | 'picture'> {
  // Regions that were drawn by hand answer no question.
  if (!fences.length) return 'picture';
  const asked = fences.map(({ query }) => (query === undefined ? 'prompts' : `“${query}”`)).join(', ');
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: fences.length > 1 ? `$(search) ${fences.length} ground fences` : '$(search) A ground fence',
        description: asked,
        detail: 'The figure with the answer on it; it can be run again.',
        form: 'fences' as const,
      },
      {
        label: '$(file-media) A picture with the regions',
        description: `${stemOf(image)}.regions.png`,
        detail: 'A copy of the figure with the regions drawn on it, with their labels as alternative text.',
        form: 'picture' as const,
      },
    ],
    { placeHolder: 'What to insert' },
  );
  return answered(picked).form;
}

/** The texts of fences, whose answers are put beside the note first, so that they show at once. */
async function writeFences(
  note: vscode.Uri,
  text: string,
  image: vscode.Uri,
  size: Size,
  plans: readonly FencePlan[],
): Promise<string[]> {
  const [{ answerOf, fenceText, relativeAddress }, { imageHash, putAnswers }, { noteFences }] =
    await Promise.all([
      import('../notes/ground/insertText'),
      import('../notes/ground/answers'),
      import('../notes/ground/states'),
    ]);
  const hash = imageHash(image.fsPath);
  if (hash === undefined)
    throw new GroundnoteError('not-found', `${path.basename(image.fsPath)} cannot be read.`);
  const address = relativeAddress(note.fsPath, image.fsPath);
  const written = plans.map((plan) => ({ plan, ...fenceText(address, plan) }));
  await putAnswers(
    note.fsPath,
    written.map(({ plan, fence }) => answerOf(fence, plan, { size, hash })),
    new Set([...noteFences(text, note.fsPath).keys, ...written.map(({ fence }) => fence.key)]),
  );
  return written.map(({ text: block }) => block);
}

/** Draws the regions on a copy of the picture, beside it. @returns the image as Markdown */
async function writePicture(
  note: vscode.Uri,
  image: vscode.Uri,
  regions: readonly Annotation[],
  inference: InferenceApi,
): Promise<string> {
  const { altText, imageText, relativeAddress } = await import('../notes/ground/insertText');
  const { png } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: 'Drawing the regions' },
    () =>
      inference.request(renderOverlay, {
        image: { path: image.fsPath },
        regions: regions.map((region) => ({
          ...(region.label !== undefined && { label: region.label }),
          color: hexColor(colorOf(region)),
          geometry: region.geometry,
        })),
      }),
  );
  const file = await writeNew(path.join(path.dirname(image.fsPath), `${stemOf(image)}.regions`), png);
  return imageText(altText(regions, path.basename(image.fsPath)), relativeAddress(note.fsPath, file));
}

/** Writes `STEM.png`, or `STEM-2.png` and so on where a file of that name holds something else. */
async function writeNew(stem: string, bytes: Uint8Array): Promise<string> {
  for (let n = 1; ; n++) {
    const file = n === 1 ? `${stem}.png` : `${stem}-${n}.png`;
    try {
      await writeFile(file, bytes, { flag: 'wx' });
      return file;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code !== 'EEXIST')
        throw new GroundnoteError(
          'io',
          `${path.basename(file)} cannot be written (${code ?? String(cause)}).`,
          {
            cause,
          },
        );
      const there = await readFile(file).catch(() => undefined);
      if (there?.equals(bytes)) return file;
    }
  }
}

/** At the cursor of the note's editor, else after the block that shows the figure, else at the end. One step of undo. */
async function insertBlocks(
  note: vscode.Uri,
  text: string,
  image: vscode.Uri,
  blocks: readonly string[],
): Promise<void> {
  const { insertionAt } = await import('../notes/ground/insertText');
  const editor = vscode.window.visibleTextEditors.find(
    ({ document }) => document.uri.toString() === note.toString(),
  );
  const cursor = editor?.selection.active;
  // A cursor at the very start is where nobody has put it.
  const placed = cursor && (cursor.line > 0 || cursor.character > 0) ? cursor.line : undefined;
  const at = placed ?? (await figureLine(note, text, image));
  const insertion = insertionAt(text, blocks, at);
  const document = await vscode.workspace.openTextDocument(note);
  const position = document.validatePosition(new vscode.Position(insertion.line, 0));
  const edit = new vscode.WorkspaceEdit();
  edit.insert(
    note,
    insertion.line >= document.lineCount ? document.lineAt(document.lineCount - 1).range.end : position,
    insertion.text,
  );
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new GroundnoteError('io', `${path.basename(note.fsPath)} was not changed.`);
  const first = insertion.text.split('\n').findIndex((line) => line.trim() !== '');
  const line = Math.min(document.lineCount - 1, insertion.line + Math.max(0, first));
  editor?.revealRange(
    new vscode.Range(line, 0, line, 0),
    vscode.TextEditorRevealType.InCenterIfOutsideViewport,
  );
}

const stemOf = (image: vscode.Uri) => path.basename(image.fsPath, path.extname(image.fsPath));
