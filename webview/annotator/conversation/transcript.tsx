/** The turns of the conversation, above the box. */
import { useEffect, useRef } from 'preact/hooks';
import type { ConversationTurn } from '../../../src/protocol/conversation';
import { Button, IconButton, ProgressRing } from '../../ui/toolkit';
import { useStore } from '../hooks';
import './conversation.css';
import { asMarkdown, asText } from './copying';
import { GroundedWords } from './groundedText';
import { useConversation } from './hooks';
import { TraceOfTurn } from './trace';

export function Transcript() {
  useStore();
  const conversation = useConversation();
  const { turns, open } = conversation.view;
  const log = useRef<HTMLDivElement>(null);
  const last = turns.at(-1);
  useEffect(() => {
    const { current } = log;
    if (current) current.scrollTop = current.scrollHeight;
  }, [turns.length, last?.answer.text, last?.state, open]);
  if (!turns.length) return null;
  const all = (format: (turn: ConversationTurn) => string) => turns.map(format).join('\n');
  return (
    <section class={`conversation ${open ? 'open' : ''}`} aria-label="Conversation">
      <header>
        <button
          type="button"
          class="toggle"
          aria-expanded={open}
          onClick={() => conversation.set({ open: !open })}
        >
          <span class={`codicon codicon-chevron-${open ? 'down' : 'right'}`} aria-hidden="true" />
          Conversation <span class="count">{turns.length}</span>
        </button>
        <span class="stretch" />
        <IconButton
          icon="copy"
          label="Copy the conversation as text"
          onClick={() => void conversation.copy(all(asText), 'The conversation')}
        />
        <IconButton
          icon="markdown"
          label="Copy the conversation as Markdown"
          onClick={() => void conversation.copy(all(asMarkdown), 'The conversation')}
        />
        <IconButton
          icon="clear-all"
          label="Clear the conversation"
          onClick={() => void conversation.clear()}
        />
      </header>
      {open && (
        <div ref={log} class="turns" role="log" aria-label="Questions and answers" tabIndex={0}>
          {turns.map((turn) => (
            <Turn key={turn.id} turn={turn} isLast={turn === last} />
          ))}
        </div>
      )}
    </section>
  );
}

function Turn({ turn, isLast }: { turn: ConversationTurn; isLast: boolean }) {
  const conversation = useConversation();
  const { state, answer, question, refused, problem, explanation = [] } = turn;
  const answering = state === 'answering';
  return (
    <article class={`turn ${state} ${refused ? 'refused' : ''}`} aria-busy={answering}>
      <p class="question">
        <GroundedWords value={question} chips />
      </p>
      <p class="answer">
        {refused && <span class="codicon codicon-info" role="img" aria-label="Not answered" />}
        <GroundedWords value={answer} />
        {answering && (
          <span class="phase">
            <ProgressRing /> {conversation.view.phase ?? 'Waiting for the model…'}
          </span>
        )}
        {state === 'stopped' && <span class="note">Stopped.</span>}
        {state === 'failed' && (
          <span class="note error" role="alert">
            {problem}
          </span>
        )}
      </p>
      {explanation.length > 0 && (
        <details>
          <summary>How was this found?</summary>
          <ol>
            {explanation.map(({ text, regions = [] }, i) => (
              <li
                key={i}
                onPointerEnter={() => conversation.light(regions)}
                onPointerLeave={() => conversation.light([])}
              >
                {text}
              </li>
            ))}
          </ol>
        </details>
      )}
      {!answering && <Actions turn={turn} isLast={isLast} />}
    </article>
  );
}

function Actions({ turn, isLast }: { turn: ConversationTurn; isLast: boolean }) {
  const conversation = useConversation();
  const ghosts = conversation.ghostsOf(turn);
  return (
    <div class="actions">
      {turn.regions.length > 0 && (
        <Button
          appearance="secondary"
          disabled={!ghosts.length}
          onClick={() => void conversation.keep(turn.id)}
        >
          {ghosts.length ? (turn.regions.length === 1 ? 'Keep this region' : 'Keep these regions') : 'Kept'}
        </Button>
      )}
      {turn.answer.text !== '' && (
        <>
          <IconButton
            icon="copy"
            label="Copy as text"
            onClick={() => void conversation.copy(asText(turn), 'The answer')}
          />
          <IconButton
            icon="markdown"
            label="Copy as Markdown"
            onClick={() => void conversation.copy(asMarkdown(turn), 'The answer')}
          />
        </>
      )}
      {isLast && (
        <IconButton icon="refresh" label="Ask again" onClick={() => void conversation.retry(turn.id)} />
      )}
      <TraceOfTurn turn={turn} />
    </div>
  );
}
