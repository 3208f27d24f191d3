/** How far an installation is: bytes, speed and time left. */
import type { InstallProgress } from './types';

/** The speed is that of about the last so many milliseconds. */
const memoryMs = 4000;
/** Progress is told at most this often. */
const intervalMs = 100;

export interface Meter {
  /** A file begins. */
  begin(phase: InstallProgress['phase'], file?: string): void;
  /**
   * So many more bytes are done; a negative number takes back what must be done again.
   * @param isOld they were here before, which says nothing about the speed
   */
  add(bytes: number, isOld?: boolean): void;
  /** Tells now. */
  flush(): void;
}

/**
 * @param total bytes of all files @param here bytes that were done before, which say nothing about the speed
 * @param now milliseconds of a clock that only goes forward
 */
export function createMeter(
  total: number,
  here: number,
  tell: ((progress: InstallProgress) => void) | undefined,
  now: () => number = () => performance.now(),
): Meter {
  let phase: InstallProgress['phase'] = 'asking';
  let file: string | undefined;
  let bytes = here;
  let told = -Infinity;
  /** Bytes per millisecond, with the newest weighing most. */
  let speed: number | undefined;
  let last = now();
  let fresh = 0;

  /** Takes what has come since the last time into the speed. */
  const measure = (time: number) => {
    const span = time - last;
    if (span < intervalMs) return;
    const share = 1 - Math.exp(-span / memoryMs);
    const current = fresh / span;
    speed = speed === undefined ? current : speed + (current - speed) * share;
    last = time;
    fresh = 0;
  };

  const send = () => {
    const time = now();
    measure(time);
    told = time;
    const isMoving = speed !== undefined && speed > 0 && phase !== 'done';
    tell?.({
      phase,
      ...(file !== undefined && { file }),
      bytes,
      total,
      ...(isMoving && {
        bytesPerSecond: Math.round((speed as number) * 1000),
        secondsLeft: Math.ceil(Math.max(0, total - bytes) / (speed as number) / 1000),
      }),
    });
  };

  return {
    begin(nextPhase, nextFile) {
      phase = nextPhase;
      file = nextFile;
      send();
    },
    add(more, isOld = false) {
      bytes += more;
      if (more > 0 && !isOld) fresh += more;
      if (now() - told >= intervalMs) send();
    },
    flush: send,
  };
}
