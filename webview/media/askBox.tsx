/** “Describe”, “Ask about this…”, and what was asked and answered. */
import { useEffect, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import { isCancelled, toWireError } from '../../src/protocol/errors';
import { mediaTurnSchema } from '../../src/protocol/media';
import { askHere, showModels } from '../../src/protocol/mediaPanel';
import { Button } from './controls';
import { useKept, useLink } from './hooks';

const turnSchema = mediaTurnSchema.extend({
  /** Who answered; absent where nobody could. */
  pack: z.string().optional(),
  /** Why there is no answer: a code for the program. */
  problem: z.string().optional(),
});
type Turn = z.infer<typeof turnSchema>;

/** Turns that are kept. */
const most = 50;

/** @param subject what the file is, in the middle of a sentence */
export function AskBox({ subject }: { subject: string }) {
  const link = useLink();
  const [turns, keep] = useKept('turns', z.array(turnSchema), [] as Turn[]);
  const [text, setText] = useState('');
  const [running, setRunning] = useState<{ question: string; said: string; stop: AbortController }>();
  const log = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [turns.length, running?.said]);
  document.body.dataset['busy'] = String(running !== undefined);

  const ask = async (question?: string) => {
    const words = question ?? 'Describe it.';
    const stop = new AbortController();
    const show = (said: string) => setRunning({ question: words, said, stop });
    show('');
    const end = (turn: Omit<Turn, 'question'>) => keep([...turns, { question: words, ...turn }].slice(-most));
    try {
      const history = turns
        .filter(({ problem }) => problem === undefined)
        .map(({ question, answer }) => ({ question, answer }));
      const answer = await link.endpoint.request(
        askHere,
        { ...(question !== undefined && { question }), history },
        { signal: stop.signal, onProgress: ({ phase, text }) => show(text ?? `${phase} …`) },
      );
      end({ answer: answer.text, pack: answer.pack.id });
    } catch (error) {
      const { code, message } = toWireError(error);
      end({ answer: isCancelled(error) ? 'Stopped.' : message, problem: code });
    } finally {
      setRunning(undefined);
    }
  };
  const submit = () => {
    const question = text.trim();
    if (!question || running) return;
    setText('');
    void ask(question);
  };
  const unanswered = turns.at(-1)?.problem === 'no-pack' && !running;
  return (
    <section class="ask" aria-label="Questions">
      {(turns.length > 0 || running) && (
        <div class="turns" role="log" aria-label="Questions and answers" tabIndex={0} ref={log}>
          {turns.map((turn, i) => (
            <article key={i}>
              <p class="question">{turn.question}</p>
              <p class={turn.problem ? 'answer problem' : 'answer'}>
                {turn.answer}
                {turn.pack && <span class="pack"> ({turn.pack})</span>}
              </p>
            </article>
          ))}
          {running && (
            <article aria-busy="true">
              <p class="question">{running.question}</p>
              <p class="answer">{running.said || '…'}</p>
            </article>
          )}
        </div>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <input
          class="text"
          type="text"
          aria-label={`Ask about this ${subject}`}
          placeholder={`Ask about this ${subject}…`}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            // VS Code would undo the document instead of the text.
            if ((event.ctrlKey || event.metaKey) && /^[zy]$/i.test(event.key)) event.stopPropagation();
          }}
        />
        {running ? (
          <Button label="Stop" onClick={() => running.stop.abort()} />
        ) : (
          <>
            <Button label="Ask" primary disabled={!text.trim()} onClick={submit} />
            <Button label="Describe" onClick={() => void ask()} />
          </>
        )}
        {unanswered && <Button label="Show Models" onClick={() => link.endpoint.send(showModels, {})} />}
        {turns.length > 0 && !running && <Button label="Clear" onClick={() => keep([])} />}
      </form>
    </section>
  );
}
