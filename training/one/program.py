"""Programs over a parse: the tokens, the grammar that decoding follows, and the executor (docs/figure-language.md).

A program is a list of strings in prefix notation: names of operators, roles, colour words, numbers `1`..`9` and `LAST`, `@5` for a
pointer to region 5 and `^3` for position 3 (a token) of the question. The TypeScript twin is src/inference/process/figure/program.ts.
"""
from dataclasses import dataclass, field

from .parse import COLOURS, DATA, ROLES, Region, colour_word

TOKENS = DATA['program']                                  # name → {args, kind: 'root' | 'S', nest?: times that it may follow itself}
MAX_PROGRAM = DATA['max_program']
ROOTS = tuple(t for t, d in TOKENS.items() if d['kind'] == 'root')
SETS = tuple(t for t, d in TOKENS.items() if d['kind'] == 'S')
ASKED_ROLES = tuple(r for r in ROLES if r != 'user')
NUMBERS = tuple(str(n) for n in range(1, DATA['numbers'] + 1))
LAST = 'LAST'
SHORTEST = dict(root=1, S=2, region=1, position=1, role=1, colour=1, number=1, ordinal=1)       # tokens that a slot needs at least
LABELS = ('text', 'title', 'panel_letter', 'axis_label')
ICONS = ('snowflake', 'flame')


class ProgramError(ValueError):
    """A program that the grammar does not allow."""


@dataclass
class Situation:
    """What a program may speak of: regions of the parse, tokens of the question, chips of the user, and whether there is an IT."""
    regions: int
    positions: int = 0
    chips: int = 0
    focus: bool = False


@dataclass
class Allowed:
    """What may come next: `tokens` by name, `regions` (any pointer), `position` (pointers to the question from this one on, or None).
    `done` where the program is complete."""
    tokens: tuple = ()
    regions: bool = False
    position: int | None = None
    done: bool = False


def allowed(prefix, situation):
    """What the grammar allows after `prefix`. Raises ProgramError where the prefix itself is not allowed."""
    slots = [('root', None, 0, None)]                     # (kind, operator around it, how often that has followed itself, first position)
    for at, token in enumerate(prefix):
        if not slots:
            raise ProgramError(f'{token} follows a complete program')
        kind, around, times, after = slots.pop()
        here = _allowed_in(kind, around, times, after, situation, MAX_PROGRAM - at - 1 - sum(SHORTEST[s[0]] for s in slots))
        if not _has(here, token, situation):
            raise ProgramError(f'{token} at {at} is not allowed')
        if kind in ('root', 'S'):
            times = times + 1 if token == around else 1
            slots += [(a, token, times, None) for a in reversed(TOKENS[token]['args'])]
        elif kind == 'position' and after is None:
            slots[-1] = ('position', None, 0, int(token[1:]))
    if not slots:
        return Allowed(done=True)
    kind, around, times, after = slots.pop()
    return _allowed_in(kind, around, times, after, situation, MAX_PROGRAM - len(prefix) - 1 - sum(SHORTEST[s[0]] for s in slots))


def _allowed_in(kind, around, times, after, situation, room):
    """What a slot takes; `room` is how many tokens may still come after this one for its own arguments."""
    if kind == 'region':
        return Allowed(regions=True)
    if kind == 'position':
        return Allowed(position=after or 0)
    if kind == 'role':
        return Allowed(ASKED_ROLES)
    if kind == 'colour':
        return Allowed(COLOURS)
    if kind == 'number':
        return Allowed(NUMBERS[:situation.chips])
    if kind == 'ordinal':
        return Allowed(NUMBERS + (LAST,))
    fits = lambda t: sum(SHORTEST[a] for a in TOKENS[t]['args']) <= room and not (t == around and times >= TOKENS[t].get('nest', 1))
    there = dict(REF=situation.regions > 0, IT=situation.focus, CHIP=situation.chips > 0, ABSENT=situation.positions > 0)
    return Allowed(tuple(t for t in (ROOTS if kind == 'root' else SETS) if fits(t) and there.get(t, True)))


def _has(here, token, situation):
    if token[0] == '@':
        return here.regions and int(token[1:]) < situation.regions
    if token[0] == '^':
        return here.position is not None and here.position <= int(token[1:]) < situation.positions
    return token in here.tokens


@dataclass
class Result:
    """`regions`: the answer's; `other`: the second set of RELATE and COMPARE; `steps`: for each operator of a set, innermost first,
    [its place in the program, its regions]; `empty`: the place of the first step without regions, where the answer has none;
    `facts`: what else the root says (count, yes, texts, values, hues, relations, phrase), see `run`."""
    root: str
    regions: list = field(default_factory=list)
    other: list = field(default_factory=list)
    steps: list = field(default_factory=list)
    empty: int | None = None
    facts: dict = field(default_factory=dict)
    focus: list = field(default_factory=list)

    def to_json(self):
        data = dict(root=self.root, regions=self.regions, steps=self.steps, facts=self.facts, focus=self.focus)
        if self.other:
            data['other'] = self.other
        if self.empty is not None:
            data['empty'] = self.empty
        return data


def resolve_chips(parse, chips):
    """Indices that chips stand for. A chip is {'box': [...]} or {'point': [x, y]}: the region of greatest IoU of at least 0.5, or the
    smallest around the point. A chip that means none is appended to the parse as a `user` region (of a point: 11 x 11 pixels)."""
    given, out = len(parse.regions), []
    for chip in chips:
        best, best_score = None, -1.0
        for i, r in enumerate(parse.regions[:given]):
            if 'point' in chip:
                (x, y), (x1, y1, x2, y2) = chip['point'], r.box
                score = 1 / r.area if x1 <= x < x2 and y1 <= y < y2 else -1.0
            else:
                score = iou(chip['box'], r.box)
                score = score if score >= 0.5 else -1.0
            if score > best_score:
                best, best_score = i, score
        if best is None:
            x, y = chip.get('point', (0, 0))
            parse.regions.append(Region('user', list(chip.get('box', (x - 5, y - 5, x + 6, y + 6)))))
            best = len(parse.regions) - 1
        out.append(best)
    return out


def iou(a, b):
    """Intersection over union of two boxes."""
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(w, 0) * max(h, 0)
    area = lambda r: (r[2] - r[0]) * (r[3] - r[1])
    return both / (area(a) + area(b) - both) if both else 0.0


def reading(parse, i):
    """What is written at region i: its text; else that of the labels that it owns; else that of what lies in it; joined by a space."""
    rs = parse.regions
    for texts in ([rs[i].text], [r.text for r in rs if r.owner == i and r.role in LABELS],
                  [r.text for r in rs if r.parent == i and r.role != 'arrow']):
        texts = [t for t in texts if t]
        if texts:
            return ' '.join(texts)
    return ''


class Executor:
    """Runs programs over one parse. `focus`: regions that IT means; `chips`: regions that CHIP 1, 2, ... mean."""

    def __init__(self, parse, focus=(), chips=()):
        self.parse, self.rs = parse, parse.regions
        self.focus, self.chips = sorted(set(focus)), list(chips)

    # Relations of single regions.

    def ancestors(self, i, links=('parent',)):
        """All that i lies in (with 'owner' among the links: or belongs to), nearest first; ends at a loop."""
        seen, queue = [], [i]
        while queue:
            r = self.rs[queue.pop(0)]
            for link in links:
                to = getattr(r, link)
                if to is not None and to != i and to not in seen:
                    seen.append(to)
                    queue.append(to)
        return seen

    def covers(self, s, i):
        """Whether i is s or lies in it."""
        return i is not None and (i == s or s in self.ancestors(i))

    def state(self, i):
        """Icons that region i owns, or else the nearest region around it that owns any."""
        for s in [i] + self.ancestors(i):
            icons = {r.role for r in self.rs if r.owner == s and r.role in ICONS}
            if icons:
                return icons
        return set()

    def table_of(self, i):
        return self.rs[i].parent

    def where(self, test):
        return [i for i, r in enumerate(self.rs) if test(i, r)]

    # Operators: lists of indices in, list of indices out, in reading order.

    def op_REF(self, pointer):
        return [pointer]

    def op_IT(self):
        return self.focus

    def op_CHIP(self, number):
        return [self.chips[int(number) - 1]]

    def op_ALL(self, role):
        return self.where(lambda i, r: r.role == role)

    def op_PART(self, role, s):
        owners = {self.rs[x].owner for x in s}
        both = ('parent', 'owner')
        return self.where(lambda i, r: r.role == role and (i in owners or any(x in s for x in self.ancestors(i, both))))

    def _arrows(self, s, leaving):
        """(arrow, region at its other end) for arrows between a region of s, or one inside it, and one outside that region."""
        for i, r in enumerate(self.rs):
            if r.role == 'arrow':
                near, far = (r.tail, r.head) if leaving else (r.head, r.tail)
                for x in s:
                    if self.covers(x, near) and not self.covers(x, far):
                        yield i, far

    def op_NEXT(self, s):
        return sorted({far for _, far in self._arrows(s, True) if far is not None})

    def op_PREV(self, s):
        return sorted({far for _, far in self._arrows(s, False) if far is not None})

    def op_OUT(self, s):
        return sorted({i for i, _ in self._arrows(s, True)})

    def op_IN(self, s):
        return sorted({i for i, _ in self._arrows(s, False)})

    def op_ARROW(self, a, b):
        return sorted({i for i, far in self._arrows(a, True) if any(self.covers(y, far) for y in b)})

    def op_INSIDE(self, s):
        label = lambda r: r.owner in s and r.role in LABELS + ICONS
        return self.where(lambda i, r: r.parent in s and r.role != 'arrow' and not label(r))

    def op_AROUND(self, s):
        return sorted({self.rs[x].parent for x in s} - {None})

    def op_OWNER(self, s):
        return sorted({self.rs[x].owner for x in s} - {None})

    def op_OWNED(self, s):
        return self.where(lambda i, r: r.owner in s)

    def _beside(self, s, axis, sign):
        out = set()
        for x in s:
            here, best, nearest = self.rs[x].centre, None, float('inf')
            for i, r in enumerate(self.rs):
                d = (r.centre[0] - here[0], r.centre[1] - here[1])
                if i != x and r.role == self.rs[x].role and d[axis] * sign > abs(d[1 - axis]):
                    far = d[0] * d[0] + d[1] * d[1]
                    if far < nearest:
                        best, nearest = i, far
            if best is not None:
                out.add(best)
        return sorted(out)

    def op_LEFT(self, s):
        return self._beside(s, 0, -1)

    def op_RIGHT(self, s):
        return self._beside(s, 0, 1)

    def op_ABOVE(self, s):
        return self._beside(s, 1, -1)

    def op_BELOW(self, s):
        return self._beside(s, 1, 1)

    def op_FROZEN(self, s):
        return [x for x in s if 'snowflake' in self.state(x)]

    def op_TRAINED(self, s):
        return [x for x in s if 'flame' in self.state(x)]

    def op_PLAIN(self, s):
        return [x for x in s if not self.state(x)]

    def word(self, i):
        return colour_word(self.rs[i].colour)

    def op_COLOUR(self, word, s):
        return [x for x in s if self.word(x) == word]

    def op_SAME(self, a, b):
        words = {self.word(x) for x in a} - {None}
        return [x for x in b if self.word(x) in words and x not in a]

    def op_NTH(self, number, s):
        at = len(s) - 1 if number == LAST else int(number) - 1
        return s[at:at + 1] if s else []

    def _most(self, s, key):
        """The first region of greatest key, which is None where it does not apply."""
        best = None
        for x in s:
            k = key(self.rs[x])
            if k is not None and (best is None or k > best[0]):
                best = (k, x)
        return [best[1]] if best else []

    def op_LEFTMOST(self, s):
        return self._most(s, lambda r: -r.centre[0])

    def op_RIGHTMOST(self, s):
        return self._most(s, lambda r: r.centre[0])

    def op_TOPMOST(self, s):
        return self._most(s, lambda r: -r.centre[1])

    def op_BOTTOMMOST(self, s):
        return self._most(s, lambda r: r.centre[1])

    def op_LARGEST(self, s):
        return self._most(s, lambda r: r.area)

    def op_SMALLEST(self, s):
        return self._most(s, lambda r: -r.area)

    def op_HIGHEST(self, s):
        return self._most(s, lambda r: r.value)

    def op_LOWEST(self, s):
        return self._most(s, lambda r: None if r.value is None else -r.value)

    def _cells(self, test):
        return self.where(lambda i, r: r.role == 'cell' and test(i, r))

    def op_ROW(self, s):
        keys = {(self.table_of(x), self.rs[x].row) for x in s if self.rs[x].row is not None}
        return self._cells(lambda i, r: (r.parent, r.row) in keys)

    def op_COL(self, s):
        keys = {(self.table_of(x), self.rs[x].col) for x in s if self.rs[x].col is not None}
        return self._cells(lambda i, r: (r.parent, r.col) in keys)

    def op_CELL(self, a, b):
        keys = set()
        for x in a:
            for y in b:
                p, q = self.rs[x], self.rs[y]
                if p.role == 'col_header' or q.role == 'row_header':
                    p, q = q, p
                if p.row is not None and q.col is not None and p.parent == q.parent:
                    keys.add((p.parent, p.row, q.col))
        return self._cells(lambda i, r: (r.parent, r.row, r.col) in keys)

    def op_SERIES(self, s):
        return self.where(lambda i, r: r.role in ('bar', 'curve', 'marker') and r.owner in s)

    def op_BOLD(self, s):
        return [x for x in s if self.rs[x].bold]

    def op_UNION(self, a, b):
        return sorted(set(a) | set(b))

    def op_MINUS(self, a, b):
        return [x for x in a if x not in b]

    # Programs.

    def _run(self, program, at, steps):
        """(regions or plain argument, place after it) of the argument that starts at `at`."""
        token = program[at]
        if token[0] == '@':
            return int(token[1:]), at + 1
        if token not in SETS:
            return token, at + 1
        args, end = [], at + 1
        for _ in TOKENS[token]['args']:
            value, end = self._run(program, end, steps)
            args.append(value)
        out = getattr(self, 'op_' + token)(*args)
        steps.append([at, list(out)])
        return out, end

    def run(self, program, positions=0):
        """The Result of a complete program; ProgramError where the grammar does not allow it.

        `facts` by root: COUNT `count`; EXISTS `yes`; READ `texts`; VALUE `values` (null where there is none); HUE `hues`; RELATE
        `relations` of the first regions of both sets; COMPARE `values`, two numbers or null; ABSENT `phrase`, two positions."""
        situation = Situation(len(self.rs), positions, len(self.chips), bool(self.focus))
        if not allowed(program, situation).done:
            raise ProgramError('the program is not complete')
        root, steps = program[0], []
        result = Result(root, steps=steps)
        if root == 'ABSENT':
            result.facts = dict(phrase=[int(t[1:]) for t in program[1:]])
        if 'S' not in TOKENS[root]['args']:
            return result
        a, end = self._run(program, 1, steps)
        b = self._run(program, end, steps)[0] if end < len(program) else []
        result.regions, result.other = list(a), list(b)
        if not a or end < len(program) and not b:
            result.empty = next(at for at, out in steps if not out)
        result.focus = sorted(set(a) | set(b)) or next((list(out) for at, out in steps if out), [])
        result.facts = getattr(self, 'facts_' + root, lambda a, b: {})(a, b)
        return result

    def facts_COUNT(self, a, _):
        return dict(count=len(a))

    def facts_EXISTS(self, a, _):
        return dict(yes=bool(a))

    def facts_READ(self, a, _):
        return dict(texts=[reading(self.parse, i) for i in a])

    def facts_VALUE(self, a, _):
        return dict(values=[self.rs[i].value for i in a])

    def facts_HUE(self, a, _):
        return dict(hues=[self.word(i) for i in a])

    def number(self, s):
        """The first value among s; else the greatest of what they own; else None."""
        values = [self.rs[i].value for i in s if self.rs[i].value is not None]
        owned = [r.value for r in self.rs if r.owner in s and r.value is not None]
        return values[0] if values else max(owned, default=None)

    def facts_COMPARE(self, a, b):
        return dict(values=[self.number(a), self.number(b)])

    def facts_RELATE(self, a, b):
        return dict(relations=self.relations(a[0], b[0]) if a and b else [])

    def relations(self, a, b):
        """How a stands to b: same | inside | contains | arrow (a to b) | arrow_back | path (over others) | path_back, then one side
        of left | right | above | below where neither contains the other."""
        if a == b:
            return ['same']
        out = []
        inside, contains = b in self.ancestors(a), a in self.ancestors(b)
        out += ['inside'] if inside else []
        out += ['contains'] if contains else []
        for name, x, y in (('arrow', a, b), ('arrow_back', b, a)):
            if self.op_ARROW([x], [y]):
                out.append(name)
            elif self.reaches(x, y):
                out.append('path' + name[5:])
        if not inside and not contains:
            (ax, ay), (bx, by) = self.rs[a].centre, self.rs[b].centre
            dx, dy = ax - bx, ay - by
            if dx or dy:
                out.append(('left' if dx < 0 else 'right') if abs(dx) > abs(dy) else ('above' if dy < 0 else 'below'))
        return out

    def reaches(self, a, b):
        """Whether arrows lead from a to b."""
        seen, queue = {a}, [a]
        while queue:
            for i in self.op_NEXT([queue.pop(0)]):
                if self.covers(b, i):
                    return True
                if i not in seen:
                    seen.add(i)
                    queue.append(i)
        return False
