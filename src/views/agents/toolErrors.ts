/** What a model is told when a tool fails: what is wrong, and what to do instead. Without VS Code. */
import { toWireError, type ErrorCode } from '../../protocol/errors';

const advice: Partial<Record<ErrorCode, string>> = {
  'invalid-params': 'Correct the input and call the tool again.',
  'bad-image': 'Do not try this file again; ask the user for another one.',
  'bad-file': 'Do not try this file again; ask the user for another one.',
  'file-too-large': 'Ask the user for a smaller file.',
  'image-too-large': 'Ask the user for a smaller copy of the picture.',
  'bad-sidecar': 'Tell the user; call the tool without "save" to get the regions alone.',
  'no-pack': "Tell the user that packs are installed in Groundnote's Models view; do not retry.",
  'broken-pack': "Tell the user to verify the pack in Groundnote's Models view; do not retry.",
  unauthorized: 'Tell the user to enter the credential of the server again; do not retry.',
  'bad-server': 'Tell the user; a pack on this machine may answer instead (leave "pack" out).',
  offline: 'Tell the user; packs on this machine can still be used.',
  timeout: 'Try once more; if it fails again, tell the user.',
  'process-crashed': 'Try once more; if it fails again, tell the user.',
  internal: 'Tell the user that Groundnote\'s log (command "Groundnote: Show Log") says more.',
};

/** One line for the model. @param fitting packs that can do the task, when none could be found for it */
export function errorForModel(error: unknown, fitting: readonly string[] = []): string {
  const { code, message } = toWireError(error);
  const sentence = /[.!?”"]$/.test(message.trim()) ? message.trim() : `${message.trim()}.`;
  if (code === 'no-pack' && fitting.length)
    return `${sentence} These can: ${fitting.map((id) => `"${id}"`).join(', ')}; give one of them as "pack".`;
  return [sentence, advice[code]].filter(Boolean).join(' ');
}
