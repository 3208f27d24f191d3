/** What a part of a figure is, and what a figure shows. */
import type { Executor } from '../execute';
import type { Role } from '../parse';
import type { FigureTeller, Value } from './teller';

/** Roles whose colour tells something. */
const colouredRoles: ReadonlySet<Role> = new Set([
  'block',
  'group',
  'arrow',
  'bar',
  'curve',
  'marker',
  'legend_entry',
  'cell',
]);
/** A list in a description has at most so many names. */
const mostListed = 8;

/** What one region is: role, text, place, state, colour, links. */
export function describeRegion(teller: FigureTeller, executor: Executor, index: number): void {
  const { links, words } = teller;
  const region = links.at(index);
  const noun = words.nouns[region.role].one;
  const position = teller.names.position(index);
  if (region.role === 'user') {
    describeUserRegion(teller, index);
    return;
  }
  if (region.text)
    teller.say('isA', { x: teller.tied(teller.names.text(region.text) ?? '', [index]), noun, position });
  else if (region.role === 'arrow' || region.owner !== undefined)
    teller.say('isNamed', { x: teller.named(index), position });
  else teller.say('isAlone', { noun: teller.tied(noun, [index]), position });
  const icons = links.icons(index);
  const isPart = region.role === 'block' || region.role === 'group' || region.role === 'image';
  if (isPart && icons.has('snowflake')) teller.say('isFrozen');
  if (isPart && icons.has('flame')) teller.say('isTrained');
  const colour = links.word(index);
  const isPlain = colour === 'black' || colour === 'white';
  if (colour && !isPlain && colouredRoles.has(region.role))
    teller.say('isColour', { colour: words.colours[colour] });
  if (region.value !== undefined && region.role !== 'tick')
    teller.say('standsFor', { value: words.number(region.value) });
  const { owner, parent } = region;
  if (owner !== undefined) teller.say('belongsTo', { y: teller.named(owner) });
  else if (parent !== undefined) teller.say('liesIn', { y: teller.named(parent) });
  if (region.role === 'arrow') return;
  const said = (sentence: 'leadsTo' | 'comesFrom' | 'holds', set: readonly number[]) => {
    if (set.length) teller.say(sentence, { list: teller.listOf(set.slice(0, mostListed)) });
  };
  said('comesFrom', executor.apply('PREV', [index]));
  said('leadsTo', executor.apply('NEXT', [index]));
  said(
    'holds',
    executor.apply('INSIDE', [index]).filter((each) => links.at(each).text),
  );
}

/** What lies in a region that is no part of the figure itself. */
export function describeUserRegion(teller: FigureTeller, index: number): void {
  const held = teller.links.within(index);
  const x = teller.named(index);
  if (held.length) teller.say('userHolds', { x, list: teller.listOf(held) });
  else teller.say('isUser', { x });
}

/** What kind of figure it is, and of what parts. */
export function caption(teller: FigureTeller): void {
  const { links } = teller;
  const all = (...roles: Role[]) => links.where(({ role }) => roles.includes(role));
  const panels = all('panel');
  const parts = [
    ...all('plot', 'heatmap')
      .filter((index) => !isInPlot(teller, index))
      .map((index) => chart(teller, index)),
    ...all('table').map((index) => table(teller, index)),
    ...diagram(teller),
  ];
  if (panels.length > 1)
    teller.say('captionPanels', {
      count: panels.length,
      list: teller.joined(parts.length ? parts : [teller.listOf(panels)]),
    });
  else if (parts.length) teller.say('caption', { list: teller.joined(parts) });
  const titles = links.where(({ role, owner }) => role === 'title' && owner === undefined);
  if (titles.length) teller.say('titles', { list: texts(teller, titles) });
  const labels = all('block', 'group', 'legend_entry', 'col_header', 'row_header').filter(
    (index) => links.at(index).text,
  );
  if (labels.length) teller.say('labels', { list: texts(teller, labels) });
}

/** A heat map that lies in a plot is told with it. */
const isInPlot = ({ links }: FigureTeller, index: number): boolean =>
  links.at(index).role === 'heatmap' && links.ancestors(index).some((each) => links.at(each).role === 'plot');

const texts = (teller: FigureTeller, set: readonly number[]): Value =>
  teller.joined([
    ...set
      .slice(0, mostListed)
      .map((index) => teller.tied(teller.names.text(teller.links.at(index).text) ?? '', [index])),
    ...(set.length > mostListed
      ? [teller.tied(teller.plain('more', { count: set.length - mostListed }), set.slice(mostListed))]
      : []),
  ]);

function chart(teller: FigureTeller, index: number): Value {
  const { links, words } = teller;
  const within = (role: Role) =>
    links.where(
      (region, each) => region.role === role && links.ancestors(each, ['parent', 'owner']).includes(index),
    );
  const [bars, curves, markers] = [within('bar'), within('curve'), within('marker')];
  const isHeat = links.at(index).role === 'heatmap' || within('heatmap').length > 0;
  const kind = teller.plain(
    isHeat
      ? 'heatMap'
      : bars.length
        ? 'barChart'
        : curves.length
          ? 'linePlot'
          : markers.length
            ? 'scatterPlot'
            : 'plot',
  );
  const counted = [
    ...(['bar', 'curve', 'marker', 'legend_entry'] as const).flatMap((role) => {
      const set = within(role);
      return set.length ? [teller.tied(words.counted(set.length, words.nouns[role]), set)] : [];
    }),
  ];
  const values = { kind: teller.tied(kind, [index]), about: about(teller, index) };
  return counted.length
    ? teller.phrase('chart', { ...values, parts: teller.joined(counted) })
    : teller.phrase('bare', values);
}

function table(teller: FigureTeller, index: number): Value {
  const cells = teller.links.regions.filter(({ role, parent }) => role === 'cell' && parent === index);
  const lines = (line: 'row' | 'col') => new Set(cells.flatMap((cell) => cell[line] ?? [])).size;
  return teller.phrase('table', {
    about: about(teller, index),
    rows: teller.tied(String(lines('row')), [index]),
    columns: lines('col'),
  });
}

function about(teller: FigureTeller, index: number): Value {
  const { links } = teller;
  const [title] = links.where(({ role, owner, text }) => role === 'title' && owner === index && !!text);
  return title === undefined
    ? ''
    : teller.phrase('about', { title: teller.tied(teller.names.text(links.at(title).text) ?? '', [title]) });
}

function diagram(teller: FigureTeller): Value[] {
  const { links, words } = teller;
  const roles = ['block', 'group', 'arrow', 'image', 'formula'] as const;
  if (!links.regions.some(({ role }) => role === 'block' || role === 'arrow' || role === 'group')) return [];
  const parts = roles.flatMap((role) => {
    const set = links.where((region) => region.role === role);
    return set.length ? [teller.tied(words.counted(set.length, words.nouns[role]), set)] : [];
  });
  return [teller.phrase('diagram', { parts: teller.joined(parts) })];
}
