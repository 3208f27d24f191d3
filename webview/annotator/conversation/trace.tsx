/** What the model had in mind while it answered: its program, and which words fit which parts of the figure. */
import { useState } from 'preact/hooks';
import type { ConversationTurn } from '../../../src/protocol/conversation';
import type { Trace } from '../../../src/protocol/trace';
import { Button } from '../../ui/toolkit';
import { useConversation } from './hooks';
import './trace.css';

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** A button that asks for the trace of an answer, and the trace. */
export function TraceOfTurn({ turn }: { turn: ConversationTurn }) {
  const conversation = useConversation();
  const trace = conversation.traces.get(turn.id);
  const [asking, setAsking] = useState(false);
  if (!conversation.canTrace(turn)) return null;
  const toggle = async () => {
    if (trace) {
      conversation.hideTrace(turn.id);
      return;
    }
    setAsking(true);
    await conversation.showTrace(turn.id);
    setAsking(false);
  };
  return (
    <>
      <Button
        appearance="secondary"
        disabled={asking}
        aria-expanded={trace !== undefined}
        onClick={() => void toggle()}
      >
        {trace ? 'Hide Trace' : 'Show Trace'}
      </Button>
      {trace && <TraceView turnId={turn.id} trace={trace} />}
    </>
  );
}

function TraceView({ turnId, trace }: { turnId: string; trace: Trace }) {
  const { program, links, samples, router, similarity } = trace;
  const part = (index: number) => <PartName turnId={turnId} trace={trace} index={index} />;
  return (
    <section class="trace" aria-label="Trace">
      <h4>Program</h4>
      <table>
        <thead>
          <tr>
            <th scope="col">Token</th>
            <th scope="col">Sure</th>
            <th scope="col">Or else</th>
            <th scope="col">Words of the question</th>
          </tr>
        </thead>
        <tbody>
          {program.map((token, i) => (
            <tr key={i}>
              <th scope="row">{token.part === undefined ? token.token : part(token.part)}</th>
              <td>{percent(token.probability)}</td>
              <td>
                {token.alternatives.map((other, k) => (
                  <span key={k} class="other">
                    {other.part === undefined ? other.token : part(other.part)} {percent(other.probability)}
                  </span>
                ))}
              </td>
              <td>{token.attended?.map(({ word, weight }) => `${word} ${percent(weight)}`).join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {links.length > 0 && (
        <>
          <h4>Words and parts that fit</h4>
          <ul>
            {links.map(({ word, part: index, score }, i) => (
              <li key={i}>
                {word} – {part(index)} {percent(score)}
              </li>
            ))}
          </ul>
        </>
      )}
      {samples && (
        <>
          <h4>Sampled points</h4>
          <ul>
            {samples.map(({ part: index, points, chosen }, i) => (
              <li key={i}>
                {part(index)}: {[points.length, ...chosen.map(({ length }) => length)].join(' → ')}
              </li>
            ))}
          </ul>
        </>
      )}
      {router && (
        <>
          <h4>Experts</h4>
          <ul>
            {router.map(({ token, weights }, i) => (
              <li key={i}>
                {token}: {weights.map(percent).join(', ')}
              </li>
            ))}
          </ul>
        </>
      )}
      {similarity?.map((map, i) => (
        <figure key={i}>
          <Similarity map={map} />
          <figcaption>Likeness to {part(map.part)}</figcaption>
        </figure>
      ))}
    </section>
  );
}

/** The name of a part of the figure; pointed at, or with the keyboard on it, it lights the part. */
function PartName({ turnId, trace, index }: { turnId: string; trace: Trace; index: number }) {
  const conversation = useConversation();
  const ids = [conversation.tracePart(turnId, index)];
  return (
    <button
      type="button"
      class="part"
      onPointerEnter={() => conversation.light(ids)}
      onPointerLeave={() => conversation.light([])}
      onFocus={() => conversation.light(ids)}
      onBlur={() => conversation.light([])}
    >
      {trace.parts[index]?.name}
    </button>
  );
}

/** A map of likeness, white where it is greatest. */
function Similarity({ map }: { map: NonNullable<Trace['similarity']>[number] }) {
  const { width, height, values } = map;
  const draw = (canvas: HTMLCanvasElement | null) => {
    const context = canvas?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(width, height);
    values.forEach((value, i) => image.data.set([value * 255, value * 255, value * 255, 255], i * 4));
    context.putImageData(image, 0, 0);
  };
  return <canvas ref={draw} width={width} height={height} />;
}
