/** The language models of the editor, which only the extension host can ask: the process asks the host. */
import type { z } from 'zod';
import type { askEditorModel } from '../../../protocol/inference';
import type { RequestOptions } from '../../../protocol/rpc';

export interface EditorModels {
  /** @throws GroundnoteError unsupported (no such model, no consent), cancelled */
  ask(params: z.output<typeof askEditorModel.params>, options: RequestOptions): Promise<{ text: string }>;
}
