/** What the viewers have in common: kept choices, the theme, the size of a canvas. */
import { createContext } from 'preact';
import { useContext, useEffect, useReducer, useRef, useState, type MutableRef } from 'preact/hooks';
import type * as z from 'zod';
import type { PageLink } from './link';

export const LinkContext = createContext<PageLink | undefined>(undefined);

export function useLink(): PageLink {
  const link = useContext(LinkContext);
  if (!link) throw new Error('No wire above this component.');
  return link;
}

/** State that survives hiding the panel. */
export function useKept<T extends z.ZodType>(
  name: string,
  schema: T,
  first: z.output<T>,
): [z.output<T>, (value: z.output<T>) => void] {
  const link = useLink();
  const [value, set] = useState<z.output<T>>(() => link.load(name, schema) ?? first);
  return [
    value,
    (next) => {
      link.save(name, next);
      set(next);
    },
  ];
}

/** Grows when VS Code's theme changes: what is drawn in its colours is drawn again. */
export function useTheme(): number {
  const [count, grow] = useReducer((before: number) => before + 1, 0);
  useEffect(() => {
    const observer = new MutationObserver(() => grow(undefined));
    observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
    return () => observer.disconnect();
  }, []);
  return count;
}

/** A colour of the theme; the first name that it has. */
export function themeColor(fallback: string, ...names: string[]): string {
  const style = getComputedStyle(document.documentElement);
  for (const name of names) {
    const value = style.getPropertyValue(`--vscode-${name}`).trim();
    if (value) return value;
  }
  return fallback;
}

/** The size of an element in CSS pixels, followed as it changes. */
export function useSize(element: MutableRef<HTMLElement | null>): { width: number; height: number } {
  const [size, set] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const measure = () => set({ width: target.clientWidth, height: target.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    measure();
    return () => observer.disconnect();
  }, []);
  return size;
}

/**
 * A canvas's context with a pixel of the screen for each of its own, where one unit is a CSS pixel, and nothing drawn on it.
 * @returns undefined where it has no size
 */
export function beginPlot(
  canvas: HTMLCanvasElement | null,
  { width, height }: { width: number; height: number },
): CanvasRenderingContext2D | undefined {
  if (!canvas || width < 1 || height < 1) return undefined;
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Draws with the next frame, once for however many calls. */
export function useFrame(draw: () => void): () => void {
  const latest = useRef(draw);
  latest.current = draw;
  const waiting = useRef(0);
  useEffect(() => () => cancelAnimationFrame(waiting.current), []);
  return () => {
    if (waiting.current) return;
    waiting.current = requestAnimationFrame(() => {
      waiting.current = 0;
      latest.current();
    });
  };
}
