/** Servers with OpenAI's chat interface: vLLM, SGLang, Ollama, LM Studio, llama.cpp, `transformers serve` and others. */
import { GroundnoteError } from '../../../protocol/errors';
import type { ServerOf } from '../../../protocol/servers';
import { formatOf } from '../grounding/formats';
import type { Chat, ChatMessage } from './chatModel';
import { PictureTooLarge } from './chatModel';
import { errorText, Refusal, type HttpAnswer, type HttpClient } from './http';
import { chunkSchema, completionSchema } from './openaiWire';
import { eventsOf } from './serverSentEvents';

/** Fields that not every server takes, by what a server that denies one calls it; and what is sent in its place. */
const deniable = {
  stream: /\bstream(?:ing)?\b/i,
  temperature: /\btemperature\b/i,
  max_tokens: /\bmax_tokens\b/i,
} as const;
type Deniable = keyof typeof deniable;

/** Longer answers are refused. */
const maxBytes = 32_000_000;
const refusedStatuses = new Set([400, 422, 500, 501]);

export function openaiChat(client: HttpClient, settings: ServerOf<'openai-chat'>): Chat {
  const { model, max_tokens } = settings;
  /** What this server has denied. */
  const denied = new Set<Deniable>();

  const bodyOf = (messages: readonly ChatMessage[]) => ({
    model,
    messages: messages.map(wireMessage),
    ...(!denied.has('stream') && { stream: true }),
    ...(!denied.has('temperature') && { temperature: 0 }),
    [denied.has('max_tokens') ? 'max_completion_tokens' : 'max_tokens']: max_tokens,
  });

  const askOnce = (messages: readonly ChatMessage[], signal: AbortSignal, onText: (text: string) => void) =>
    client.stream(
      {
        method: 'POST',
        path: '/v1/chat/completions',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream, application/json' },
        body: JSON.stringify(bodyOf(messages)),
        maxBytes,
      },
      signal,
      (answer) => readAnswer(client, answer, onText),
    );

  return {
    name: client.name,
    format: formatOf(settings.format, model),
    tasks: settings.tasks,
    async ask(messages, { signal }, onText) {
      for (;;) {
        try {
          const { text, finish } = await askOnce(messages, signal, onText);
          if (finish === 'content_filter' && !text)
            throw client.problem('has kept its answer back, by its rules for contents');
          if (finish !== 'length') return text;
          client.log('warn', `was stopped after ${max_tokens} tokens; “max_tokens” sets the limit`);
          return text && `${text} …`;
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          const field = deniedField(error, denied);
          if (!field) throw told(client, settings, error);
          denied.add(field);
          client.log('info', `does not take “${field}”`);
        }
      }
    },
    close: () => client.close(),
  };
}

const wireMessage = ({ role, text, image }: ChatMessage) => ({
  role,
  content: image
    ? [
        { type: 'image_url', image_url: { url: dataUri(image) } },
        { type: 'text', text },
      ]
    : text,
});

const dataUri = ({ mime, bytes }: NonNullable<ChatMessage['image']>) =>
  `data:${mime};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;

/** Text that is there, and why it ended. */
interface Completion {
  text: string;
  finish?: string;
}

/** An answer in pieces or in one; servers that do not stream send the second whatever they are asked for. */
async function readAnswer(
  client: HttpClient,
  { headers, body }: HttpAnswer,
  onText: (text: string) => void,
): Promise<Completion> {
  if (!/event-stream/i.test(headers['content-type'] ?? '')) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const whole = Buffer.concat(chunks).toString('utf8');
    // A stream that is not called one.
    if (/^\s*data:/.test(whole)) return readEvents(client, [Buffer.from(whole)], onText);
    const problem = problemIn(whole);
    if (problem !== undefined) throw client.problem(`could not answer: ${client.quote(problem, 300)}`);
    const [choice] = client.parse(whole, completionSchema).choices;
    const text = choice?.message.content || choice?.message.refusal || '';
    onText(text);
    return { text, ...(choice?.finish_reason && { finish: choice.finish_reason }) };
  }
  return readEvents(client, body, onText);
}

async function readEvents(
  client: HttpClient,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  onText: (text: string) => void,
): Promise<Completion> {
  let text = '';
  let finish: string | undefined;
  let isDone = false;
  let count = 0;
  try {
    for await (const event of eventsOf(iterable(body))) {
      if (event.trim() === '[DONE]') {
        isDone = true;
        break;
      }
      const { choices, error } = client.parse(event, chunkSchema);
      if (error !== undefined && error !== null) {
        const words = errorText(event) ?? event;
        throw client.problem(`broke off its answer: ${client.quote(words, 300)}`);
      }
      count++;
      const [choice] = choices;
      const more = choice?.delta?.content || choice?.delta?.refusal || '';
      finish = choice?.finish_reason ?? finish;
      if (!more) continue;
      text += more;
      onText(text);
    }
  } catch (error) {
    if (error instanceof RangeError) throw client.unexpected(error.message);
    throw error;
  }
  if (!count && !isDone) throw client.unexpected('it holds no piece of an answer');
  return { text, ...(finish !== undefined && { finish }) };
}

async function* iterable(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* body;
}

/** An error that came with the status of success. */
function problemIn(text: string): string | undefined {
  if (!/^\s*\{/.test(text) || text.includes('"choices"')) return undefined;
  return errorText(text);
}

/** The field that a refusal is about, where it can be left out and has not been yet. */
function deniedField({ status, said }: Refusal, denied: ReadonlySet<Deniable>): Deniable | undefined {
  if (!refusedStatuses.has(status) || aboutLength.test(said)) return undefined;
  const isAboutField =
    /unsupported|not (?:supported|allowed|permitted)|unknown|unrecognized|unexpected|extra|invalid|forbidden/i;
  if (!isAboutField.test(said)) return undefined;
  return (Object.keys(deniable) as Deniable[]).find(
    (field) => !denied.has(field) && deniable[field].test(said),
  );
}

const aboutLength =
  /context (?:size|length|window)|exceed_context|maximum context|max_model_len|longer than the (?:maximum )?model|too many tokens|prompt is too long|input is too long/i;
const aboutPicture = /image|picture|mmproj|multimodal|vision|base64|media/i;

/** What servers say in many ways, in one. */
function told(client: HttpClient, { model }: ServerOf<'openai-chat'>, error: Refusal): Error {
  const { status, said } = error;
  const cause = { cause: error };
  if (aboutLength.test(said))
    return new PictureTooLarge(
      new GroundnoteError(
        'bad-server',
        `The picture and the conversation are too long for “${client.name}” (${client.quote(said, 200)}): begin a new conversation, or start the server with a longer context.`,
        cause,
      ),
    );
  if (status === 413)
    return new PictureTooLarge(
      new GroundnoteError('bad-server', `The picture is too large for “${client.name}” (413).`, cause),
    );
  if (status === 404)
    return new GroundnoteError(
      'bad-server',
      /model/i.test(said)
        ? `The server “${client.name}” has no model named “${model}”: correct “model” in “groundnote.servers” (${client.quote(said, 200)}).`
        : `The server “${client.name}” answers no chat at its address (404): correct “url” in “groundnote.servers”.`,
      cause,
    );
  if (aboutPicture.test(said) && (status === 400 || status === 422 || status === 500))
    return new GroundnoteError(
      'bad-server',
      `The server “${client.name}” cannot take the picture (${status}): ${client.quote(said, 300)}; its model must be one that sees pictures.`,
      cause,
    );
  return error;
}
