import type { Geometry } from '../../../src/protocol/geometry';

/** On a square of 16. */
const paths: Record<Geometry['type'], string> = {
  mask: 'M5.2 2.6c2.5-1.2 4.2.3 6 .9s3.1 2.3 2.4 4.5-1.3 2.2-1.4 3.7-2.8 2.7-4.6 1.8-3.6-.2-4.7-2.4.5-3.1.1-4.8.4-2.7 2.2-3.7z',
  box: 'M2.5 3.5h11v9h-11z',
  polygon: 'M8 2.2 14 6.7 11.7 13.6H4.3L2 6.7z',
  point: 'M8 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 1 1 0-7z',
  stroke: 'M2.5 11.5c1.5-7 4-8 5-4.5s2.8 4.5 6-1.5',
};

/** What kind of region it is, in its colour. */
export function ShapeIcon({ kind, color }: { kind: Geometry['type']; color: string }) {
  const filled = kind === 'mask' || kind === 'point';
  return (
    <svg class="shape-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={paths[kind]}
        fill={kind === 'stroke' ? 'none' : color}
        fill-opacity={filled ? 1 : 0.3}
        stroke={color}
        stroke-width={kind === 'stroke' ? 2 : 1.5}
        stroke-linejoin="round"
        stroke-linecap="round"
      />
    </svg>
  );
}
