/**
 * What is written into the search of the list. Words are parted by spaces and all must hold: `cup`, `"coffee cup"`, `mask`,
 * `score>0.8`, `hidden`, `locked`, `group:2`, `label:box`, `kind:box`; a minus before a word turns it round.
 */
import type { Annotation } from '../../../src/protocol/annotator';
import type { Geometry } from '../../../src/protocol/geometry';

type Test = (annotation: Annotation, name: string) => boolean;

const kinds: readonly Geometry['type'][] = ['point', 'box', 'polygon', 'mask', 'stroke'];

const flags: Readonly<Record<string, Test>> = {
  hidden: ({ hidden }) => hidden === true,
  shown: ({ hidden }) => !hidden,
  visible: ({ hidden }) => !hidden,
  locked: ({ locked }) => locked === true,
  unlocked: ({ locked }) => !locked,
  grouped: ({ group }) => group !== undefined,
  unlabelled: ({ label }) => label === undefined,
};

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '=': (a, b) => Math.abs(a - b) < 0.005,
};

/** A search as a test of annotations and the names that they are shown with; undefined when it asks for nothing. */
export function parseQuery(query: string): Test | undefined {
  const tests = [...query.matchAll(/(-?)((?:[a-z]+:)?)("[^"]*"?|\S+)/gi)].flatMap(
    ([, minus, key = '', value = '']): Test[] => {
      const test = parseTerm(key.slice(0, -1).toLowerCase(), value);
      if (!test) return [];
      return [minus ? (annotation, name) => !test(annotation, name) : test];
    },
  );
  if (!tests.length) return undefined;
  return (annotation, name) => tests.every((test) => test(annotation, name));
}

function parseTerm(key: string, written: string): Test | undefined {
  const quoted = written.startsWith('"');
  const value = fold(quoted ? written.replace(/"/g, '') : written);
  if (!value) return undefined;
  const inName: Test = (_, name) => fold(name).includes(value);
  const ofKind: Test = ({ geometry }) => geometry.type.startsWith(value);
  if (key === 'label' || (quoted && !key)) return inName;
  if (key === 'kind') return ofKind;
  if (key === 'group') return ({ group }) => String(group) === value;
  const scored = /^score(>=|<=|>|<|=)(\d*\.?\d+)(%?)$/.exec(value);
  if (!key && scored) {
    const [, sign = '', number = '', percent] = scored;
    const limit = Number(number) / (percent ? 100 : 1);
    return ({ score }) => score !== undefined && (comparisons[sign]?.(score, limit) ?? false);
  }
  const whole = key ? fold(`${key}:${value}`) : value;
  const other = flags[whole] ?? (kinds.some((kind) => kind === whole) ? ofKind : undefined);
  // A word that is a kind or a state may be a label too.
  return (annotation, name) => fold(name).includes(whole) || (other?.(annotation, name) ?? false);
}

/** Text as it is compared: letters of one case, wide and narrow forms alike. */
export const fold = (text: string) => text.normalize('NFKC').toLocaleLowerCase();
