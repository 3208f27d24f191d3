/** Pictures in the outputs of notebooks: they become files, beside the notebook where the user agrees, to be figures like any other. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { GroundnoteError } from '../../protocol/errors';
import { findPicture, outputPicture, storePicture, type OutputPicture } from './outputPictures';

/** What the menu of a notebook's output hands to a command. */
const menuContext = z.object({ webviewSection: z.literal('image'), outputId: z.string().min(1) });

/** An output as the editor holds it: its id is not part of the published interface. */
const identified = z.object({ id: z.string() });

/** Where the pictures of a notebook go, by the notebook's address. */
const chosenFolder = (notebook: vscode.NotebookDocument) => `notebookFigures:${notebook.uri}`;

export class NotebookFigures {
  constructor(
    private readonly context: Pick<vscode.ExtensionContext, 'workspaceState' | 'globalStorageUri'>,
  ) {}

  /**
   * The file of the picture that an output's menu was opened on; undefined for any other argument.
   * @throws GroundnoteError 'not-found' when the output is gone, 'cancelled', 'io'
   */
  async figureFromContext(argument: unknown): Promise<vscode.Uri | undefined> {
    const context = menuContext.safeParse(argument);
    if (!context.success) return undefined;
    const cell = findCell(context.data.outputId);
    const picture = cell && outputPicture(cell.output.items);
    if (!picture)
      throw new GroundnoteError(
        'not-found',
        'This picture was not found in the notebook any more. Run the cell again, then try once more.',
      );
    const folder = await this.folderFor(cell.notebook, picture);
    try {
      return vscode.Uri.file(await storePicture(folder, cell.index + 1, picture));
    } catch (cause) {
      throw new GroundnoteError('io', `The picture cannot be saved in ${folder}: ${String(cause)}.`, {
        cause,
      });
    }
  }

  /** Where the picture goes. Asks once for each notebook. @throws GroundnoteError 'cancelled' */
  private async folderFor(notebook: vscode.NotebookDocument, picture: OutputPicture): Promise<string> {
    const obstacle = await whyNotBeside(notebook);
    if (obstacle) {
      void vscode.window.showInformationMessage(
        `The picture and its annotations are kept in Groundnote's own storage, because ${obstacle}.`,
      );
      const name = createHash('sha256').update(notebook.uri.toString()).digest('hex').slice(0, 16);
      return vscode.Uri.joinPath(this.context.globalStorageUri, 'notebook-figures', name).fsPath;
    }
    const beside = besideNotebook(notebook);
    const chosen = this.context.workspaceState.get<string>(chosenFolder(notebook));
    if (chosen === beside || (chosen !== undefined && (await isFolder(chosen)))) return chosen;
    // The picture was saved before, perhaps on another machine: there is nothing to ask.
    if (await findPicture(beside, picture)) return beside;
    const folder = await askForFolder(notebook, beside);
    if (!folder) throw new GroundnoteError('cancelled', 'Cancelled.');
    await this.context.workspaceState.update(chosenFolder(notebook), folder);
    return folder;
  }
}

function findCell(outputId: string) {
  for (const notebook of vscode.workspace.notebookDocuments) {
    for (const cell of notebook.getCells()) {
      const output = cell.outputs.find((each) => identified.safeParse(each).data?.id === outputId);
      if (output) return { notebook, index: cell.index, output };
    }
  }
  return undefined;
}

/** `plots.ipynb` → `plots.figures` beside it. */
function besideNotebook({ uri }: vscode.NotebookDocument): string {
  const { dir, name } = path.parse(uri.fsPath);
  return path.join(dir, `${name}.figures`);
}

/** Why nothing can be put beside a notebook, as the end of a sentence. */
async function whyNotBeside(notebook: vscode.NotebookDocument): Promise<string | undefined> {
  if (notebook.isUntitled) return 'the notebook has not been saved yet';
  if (notebook.uri.scheme !== 'file') return 'the notebook is not a file on this machine';
  if (!vscode.workspace.isTrusted) return 'this workspace is not trusted';
  try {
    await access(path.dirname(notebook.uri.fsPath), constants.W_OK);
    return undefined;
  } catch {
    return "the notebook's folder cannot be written to";
  }
}

async function askForFolder(notebook: vscode.NotebookDocument, beside: string): Promise<string | undefined> {
  const [save, choose] = ['Save', 'Choose Folder…'];
  const answer = await vscode.window.showInformationMessage(
    'Save this picture beside the notebook to annotate it?',
    {
      modal: true,
      detail: `It goes into the folder ${path.basename(beside)}, with its annotations. Other pictures of this notebook follow without a question.`,
    },
    save,
    choose,
  );
  if (answer === save) return beside;
  if (answer !== choose) return undefined;
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      defaultUri: vscode.Uri.joinPath(notebook.uri, '..'),
      openLabel: 'Save Here',
      title: 'Folder for the pictures of this notebook',
    })) ?? [];
  return folder?.fsPath;
}

const isFolder = (folder: string) =>
  stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
