/**
 * Where the pointer is in the picture, and the scale. They change with every frame of a gesture, so only the numbers are
 * drawn again.
 */
import type { Point } from '../../src/protocol/geometry';
import { useChanges } from './hooks';

export class Readout {
  private readonly listeners = new Set<() => void>();
  private pointer: Point | undefined;
  private scale: number | undefined;

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A place of the picture. */
  showPointer(place: Point | undefined): void {
    this.pointer = place;
    this.changed();
  }

  /** Screen pixels for a pixel of the picture. */
  showScale(scale: number): void {
    this.scale = scale;
    this.changed();
  }

  /** What is written. */
  get words(): { pointer: string | undefined; zoom: string | undefined } {
    const { pointer, scale } = this;
    return {
      pointer: pointer && `${Math.floor(pointer[0])}, ${Math.floor(pointer[1])}`,
      zoom: scale === undefined ? undefined : formatZoom(scale),
    };
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

export function Numbers({ readout }: { readout: Readout }) {
  useChanges(readout);
  const { pointer, zoom } = readout.words;
  return (
    <span class="numbers" aria-hidden="true">
      {pointer !== undefined && <span class="pointer">{pointer}</span>}
      {zoom !== undefined && <span class="zoom">{zoom}</span>}
    </span>
  );
}

const formatZoom = (scale: number) => {
  const percent = scale * window.devicePixelRatio * 100;
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
};
