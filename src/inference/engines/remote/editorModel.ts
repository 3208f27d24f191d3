/** A language model of the editor, asked through the extension host in the way that servers are. */
import { GroundnoteError } from '../../../protocol/errors';
import type { ServerOf } from '../../../protocol/servers';
import { formatOf } from '../grounding/formats';
import type { Chat } from './chatModel';
import type { EditorModels } from './editorModels';

/** @throws GroundnoteError unsupported, outside an editor */
export function editorChat(server: ServerOf<'editor-model'>, editorModels: EditorModels | undefined): Chat {
  const name = server.title ?? server.id;
  if (!editorModels)
    throw new GroundnoteError(
      'unsupported',
      `“${name}” is a language model of the editor, and there is none here.`,
    );
  return {
    name,
    format: formatOf(server.format, server.model),
    tasks: server.tasks,
    async ask(messages, { signal }, onText) {
      const { text } = await editorModels.ask(
        {
          model: server.model,
          messages: messages.map(({ role, text: words, image }) => ({
            role,
            text: words,
            ...(image && { image: { bytes: new Uint8Array(image.bytes), mime: image.mime } }),
          })),
        },
        {
          signal,
          onProgress: ({ text: soFar }) => {
            if (soFar !== undefined) onText(soFar);
          },
        },
      );
      return text;
    },
    close: () => Promise.resolve(),
  };
}
