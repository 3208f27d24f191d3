/**
 * Phrases and the names of classes that a pack was trained on. A phrase names a class when it says the same in other words
 * (plural, article, a common synonym); what says more or something else (“the red car”) is no class, and the pack says so.
 */
import type { Findings } from '../model';

/** Words for the same thing; the first of a row is any of them. */
const synonyms: readonly (readonly string[])[] = [
  ['person', 'human', 'human being'],
  ['airplane', 'aeroplane', 'plane', 'aircraft'],
  ['motorcycle', 'motorbike'],
  ['bicycle', 'bike', 'cycle'],
  ['car', 'automobile'],
  ['truck', 'lorry'],
  ['couch', 'sofa', 'settee'],
  ['tv', 'television', 'tv monitor', 'tvmonitor', 'television set'],
  ['cell phone', 'cellphone', 'mobile phone', 'mobile', 'phone', 'smartphone', 'telephone'],
  ['refrigerator', 'fridge'],
  ['potted plant', 'houseplant', 'pottedplant', 'pot plant'],
  ['dining table', 'diningtable'],
  ['hair drier', 'hair dryer', 'hairdryer'],
  ['donut', 'doughnut'],
  ['remote', 'remote control'],
  ['backpack', 'rucksack'],
  ['traffic light', 'traffic signal', 'stoplight'],
  ['tie', 'necktie'],
  ['laptop', 'laptop computer', 'notebook computer'],
  ['mouse', 'computer mouse'],
  ['keyboard', 'computer keyboard'],
  ['microwave', 'microwave oven'],
  ['cup', 'mug'],
  ['sports ball', 'ball'],
  ['cow', 'cattle'],
  ['rabbit', 'bunny'],
  ['ship', 'vessel'],
  ['road', 'street'],
  ['sidewalk', 'pavement', 'footpath'],
];

const irregular: Readonly<Record<string, string>> = {
  people: 'person',
  persons: 'person',
  men: 'man',
  women: 'woman',
  children: 'child',
  mice: 'mouse',
  knives: 'knife',
  wolves: 'wolf',
  leaves: 'leaf',
  shelves: 'shelf',
  loaves: 'loaf',
  geese: 'goose',
  feet: 'foot',
  teeth: 'tooth',
};
/** Words that end as a plural does and are none. */
const singular = new Set([
  'bus',
  'skis',
  'scissors',
  'gas',
  'glass',
  'grass',
  'dress',
  'canvas',
  'series',
  'bus stop',
]);

const article =
  /^(?:(?:please\s+)?(?:find|show|segment|detect|select|mark)\s+)?(?:all\s+(?:of\s+)?|every\s+|each\s+|any\s+|some\s+)?(?:the\s+|a\s+|an\s+|these\s+|those\s+|this\s+|that\s+)?/;

/** A phrase or name in the form in which they are compared. */
export function plainName(text: string): string {
  const words = text
    .toLowerCase()
    .replaceAll(/[_-]+/g, ' ')
    .replaceAll(/[.,;:!?"“”'’]+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(article, '')
    .split(' ');
  const last = words.pop() ?? '';
  const name = [...words, singularOf(last)].join(' ');
  return synonyms.find((row) => row.includes(name))?.[0] ?? name;
}

function singularOf(word: string): string {
  if (irregular[word]) return irregular[word];
  if (singular.has(word) || !word.endsWith('s') || word.endsWith('ss') || word.length < 4) return word;
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:ch|sh|ss|x|z|bus|gas)es$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}

/** The parts of a phrase that names several things: “cats and dogs”. */
const partsOf = (phrase: string): string[] => phrase.split(/\s*(?:,|;|\band\b|\bor\b|&)\s*/i).filter(Boolean);

export interface Named {
  /** Numbers of the classes that were named. */
  kinds: number[];
  /** Parts of the phrase that name no class. */
  unknown: string[];
}

/** @param names by number of class */
export function classesNamed(phrase: string, names: readonly string[]): Named {
  const byName = new Map<string, number[]>();
  names.forEach((name, kind) => {
    // “sky, heavens”: some vocabularies give several words for one class.
    for (const each of new Set([name, ...name.split(/[,;/]/)].map(plainName)))
      byName.set(each, [...(byName.get(each) ?? []), kind]);
  });
  const whole = byName.get(plainName(phrase));
  if (whole) return { kinds: whole, unknown: [] };
  const kinds = new Set<number>();
  const unknown: string[] = [];
  for (const part of partsOf(phrase)) {
    const found = byName.get(plainName(part));
    if (found) for (const kind of found) kinds.add(kind);
    else unknown.push(part);
  }
  return { kinds: [...kinds], unknown };
}

const shown = 12;

/** What is said where nothing of a phrase is a class. @param title of the pack @param names all that it knows */
export function noSuchClass(title: string, phrase: string, names: readonly string[]): Findings {
  const words = phrase.split(/\s+/);
  // “the red car”: what it cannot know is the colour.
  const head = words.length > 1 ? classesNamed(words.at(-1) ?? '', names).kinds[0] : undefined;
  const hint = head === undefined ? '' : ` It can look for “${names[head]}”.`;
  const known = [...new Set(names.filter(Boolean))];
  const list = known.slice(0, shown).join(', ');
  const more = known.length > shown ? ` and ${known.length - shown} more` : '';
  return {
    found: [],
    refused: true,
    text:
      `“${title}” looks for what it was trained on, and “${phrase}” is none of it.${hint} It knows: ${list}${more}. ` +
      'Packs like Grounding DINO and OWLv2 find any phrase: see the Models view.',
  };
}

/** What is said beside the answer where a part of the phrase is no class. */
export const partlyUnknown = (unknown: readonly string[]): string | undefined =>
  unknown.length
    ? `Not looked for, as it is no class of this pack: ${unknown.map((each) => `“${each}”`).join(', ')}.`
    : undefined;
