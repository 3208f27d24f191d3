/**
 * Plays the inference process for tests of the client: answers `imageInfo` by what the picture's path says.
 * `block:MS` holds the thread as a graph does, `wait:MS` waits without holding it, `die` ends the process, and
 * anything else is answered at once with the process's id as the width.
 *
 * `ask` is answered by what the question says: `stream MS` says a word each so many milliseconds and never ends, `hold MS` says
 * one and holds the thread, and anything else is answered with the process's id and how many streams were stopped.
 */
import { alive, ask, configure, imageInfo } from '../../src/protocol/inference';
import { GroundnoteError } from '../../src/protocol/errors';
import { Endpoint } from '../../src/protocol/rpc';

process.on('disconnect', () => process.exit(0));
const endpoint = new Endpoint({
  post: (message) => void process.send?.(message),
  listen: (onMessage) => {
    process.on('message', onMessage);
    return () => process.off('message', onMessage);
  },
});
let turn: Promise<unknown> = Promise.resolve();
endpoint.handle(alive, () => ({}));
endpoint.handle(imageInfo, ({ image }, { signal }) => {
  const work = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
    const [word, ms] = 'path' in image ? image.path.split(':') : [];
    if (word === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
    if (word === 'wait')
      await new Promise((resolve, reject) => {
        setTimeout(resolve, Number(ms));
        signal.addEventListener('abort', () => reject(new GroundnoteError('cancelled', 'Cancelled.')));
      });
    if (word === 'die') {
      console.error('dying as asked');
      process.exit(7);
    }
    return { format: 'png', displayable: true, large: false, width: process.pid, height: 1 };
  };
  const answer = turn.then(work, work);
  turn = answer.catch(() => {});
  return answer;
});

let stopped = 0;
endpoint.handle(configure, () => ({}));
endpoint.handle(ask, async ({ question }, { signal, progress }) => {
  const [word, ms] = question.text.split(' ');
  let text = '';
  const say = () => progress({ phase: 'Answering', text: (text += 'word ') });
  if (word === 'stream')
    await new Promise((_, reject) => {
      const timer = setInterval(say, Number(ms));
      signal.addEventListener('abort', () => {
        clearInterval(timer);
        stopped++;
        reject(new GroundnoteError('cancelled', 'Cancelled.'));
      });
    });
  if (word === 'hold') {
    say();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
  }
  return {
    image: { width: 1, height: 1 },
    pack: { id: 'played', version: '1' },
    regions: [],
    text: `${process.pid} ${stopped}`,
    timings: { load_ms: 0, encode_ms: 0, decode_ms: 0, total_ms: 0 },
  };
});
