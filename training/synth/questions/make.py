"""Makes questions about a parse: a program that fits the parse, and a way to ask for what it gives.

    rng = random.Random(1)
    pair = Maker(parse, rng).pair()        # Pair(question, program, ...)
"""
import random
from dataclasses import dataclass, field

from one.parse import colour_word
from one.program import Executor, LAST

from . import chinese, english
from .corrupt import corrupt
from .phrases import Phrases

ENGLISH, CHINESE = Phrases(english.LISTS), Phrases(chinese.LISTS)
OPEN, CLOSE = '\x02', '\x03'               # around a label in a question, until it is finished
NAMED = ('block', 'group', 'text', 'image', 'formula', 'title', 'row_header', 'col_header', 'legend_entry', 'axis_label', 'tick', 'panel_letter', 'table', 'plot')
NODES = ('block', 'text', 'image', 'formula', 'group')
COUNTED = ('block', 'arrow', 'bar', 'curve', 'legend_entry', 'panel', 'group', 'snowflake', 'flame', 'image', 'row_header', 'col_header', 'cell', 'formula', 'tick', 'plot', 'table', 'marker')
SINGLE = ('legend', 'title', 'x_axis', 'y_axis', 'table', 'plot', 'heatmap', 'formula', 'image')


@dataclass
class Pair:
    """A question and the program that answers it. `focus`: what IT means; `chips`: what [1], [2], ... mean; `before`: the program of the turn
    before; `kind`: what it practises; `new`: held-out lists that were used."""
    question: str
    program: list
    kind: str
    chinese: bool
    focus: list = field(default_factory=list)
    chips: list = field(default_factory=list)
    before: list = field(default_factory=list)
    new: list = field(default_factory=list)


class NoFit(Exception):
    """The parse has nothing to ask this about."""


def flat(tree):
    """The tokens of a tree of tuples (operator, arguments ...)."""
    out = []
    for part in tree:
        out += flat(part) if isinstance(part, tuple) else [part]
    return out


class Maker:
    """Asks about one parse. `strange`: texts that may be elsewhere but are not here; `new`: only questions with held-out phrasings."""

    def __init__(self, parse, rng, strange=(), new=False, focus=(), chips=(), before=(), negatives=True, paraphrase=True):
        self.parse, self.rs, self.rng = parse, parse.regions, rng
        self.focus, self.chips, self.before = list(focus), list(chips), list(before)
        self.new, self.negatives, self.paraphrase = new, negatives, paraphrase
        self.run = Executor(parse, self.focus, self.chips)
        texts = {}
        for i, r in enumerate(self.rs):
            if r.text:
                texts.setdefault(key(r.text), []).append(i)
        self.named = [i for found in texts.values() if len(found) == 1 for i in found if self.rs[i].role in NAMED and 0 < len(self.rs[i].text) <= 40]
        self.texts = texts
        self.strange = [s for s in strange if s and len(s) <= 30 and key(s) not in texts and key(s)]
        self.by_role = {}
        for i, r in enumerate(self.rs):
            self.by_role.setdefault(r.role, []).append(i)
        self.used = []

    # Picking things of the parse.

    def any(self, found):
        found = sorted(found) if isinstance(found, set) else list(found)      # sets of words have no order of their own
        if not found:
            raise NoFit
        return self.rng.choice(found)

    def label(self, *roles):
        """A reference to a region by its label, sometimes by IT or by a chip."""
        if self.focus and self.rng.random() < 0.18 and (not roles or all(self.rs[i].role in roles for i in self.focus)):
            return ('IT',)
        if self.chips and self.rng.random() < 0.45:
            fits = [n for n, i in enumerate(self.chips, 1) if not roles or self.rs[i].role in roles]
            if fits:
                return ('CHIP', str(self.rng.choice(fits)))
        return self.ref(self.any(i for i in self.named if not roles or self.rs[i].role in roles))

    def ref(self, i):
        return ('REF', f'@{i}')

    def roles(self, *roles, least=1):
        return self.any(r for r in (roles or self.by_role) if len(self.by_role.get(r, ())) >= least and r != 'user')

    def container(self):
        """A region that has something inside."""
        holders = {r.parent for r in self.rs if r.parent is not None and r.role != 'arrow'}
        i = self.any(i for i in self.named if i in holders)
        return self.ref(i)

    def arrow(self):
        """(tail, head) of an arrow between two labelled regions."""
        named = set(self.named)
        r = self.any(r for r in self.rs if r.role == 'arrow' and r.tail in named and r.head in named and r.tail != r.head)
        return r.tail, r.head

    def coloured(self, role):
        """A colour word that some but not all of a role have."""
        words = [colour_word(self.rs[i].colour) for i in self.by_role.get(role, ())]
        return self.any({w for w in words if w and len(words) > 1})

    def around_node(self):
        """A reference to a node that arrows touch, or IT or a chip."""
        if self.rng.random() < 0.3:
            return self.label(*NODES)
        ends = {x for r in self.rs if r.role == 'arrow' for x in (r.tail, r.head)}
        return self.ref(self.any(i for i in self.named if i in ends))

    # Sets: each gives a tree of a set.

    def set_label(self):
        return self.label()

    def set_role(self):
        rng = self.rng
        if rng.random() < 0.45:
            return ('ALL', self.roles())
        if rng.random() < 0.5:
            box = self.container()
            inside = {self.rs[i].role for i in self.run.op_INSIDE([int(box[1][1:])])}
            return ('PART', self.any(inside), box)
        return ('ALL', self.roles(*SINGLE))

    def set_part_of(self):
        """Parts of plots, axes, panels that are found through their owner: the title of a panel, the label of the y axis."""
        rng = self.rng
        pick = rng.random()
        if pick < 0.4 and 'axis_label' in self.by_role:
            axis = self.any(a for a in ('x_axis', 'y_axis') if a in self.by_role)
            return ('PART', rng.choice(('axis_label', 'axis_label', 'tick')), ('ALL', axis))
        if pick < 0.7 and 'panel_letter' in self.by_role:
            letters = [i for i in self.by_role['panel_letter'] if i in self.named and self.rs[i].owner is not None]
            panel = ('OWNER', self.ref(self.any(letters)))
            return rng.choice((panel, ('PART', rng.choice(('title', 'legend', 'plot', 'block', 'arrow', 'curve', 'bar', 'table')), panel)))
        holder = self.any(h for h in ('legend', 'plot', 'table', 'group', 'panel') if len(self.by_role.get(h, ())) == 1)
        i = self.by_role[holder][0]
        inside = {self.rs[x].role for x in range(len(self.rs)) if i in self.run.ancestors(x, ('parent', 'owner'))} - {'user'}
        return ('PART', self.any(inside), ('ALL', holder))

    def set_arrow(self):
        op = self.rng.choice(('NEXT', 'PREV', 'NEXT', 'PREV', 'OUT', 'IN'))
        return (op, self.around_node())

    def set_between(self):
        tail, head = self.arrow()
        return ('ARROW', self.ref(tail), self.ref(head))

    def set_two_hop(self):
        rng = self.rng
        inner = self.rng.choice((self.set_arrow, self.set_side, self.set_arrow, self.set_inside))()
        op = rng.choice(('NEXT', 'PREV', 'AROUND', 'LEFT', 'RIGHT', 'ABOVE', 'BELOW', 'NEXT', 'PREV', 'INSIDE', 'OUT', 'IN'))
        if inner[0] in ('OUT', 'IN') or inner[0] == op and op not in ('NEXT', 'PREV', 'LEFT', 'RIGHT'):
            raise NoFit
        return (op, inner)

    def set_inside(self):
        if self.rng.random() < 0.5:
            return ('INSIDE', self.container())
        return ('AROUND', self.ref(self.any(i for i in self.named if self.rs[i].parent is not None)))

    def set_owner(self):
        i = self.any(i for i in self.named if self.rs[i].owner is not None)
        return ('OWNER', self.ref(i)) if self.rng.random() < 0.7 else ('OWNED', self.label('block', 'group', 'image'))

    def set_side(self):
        return (self.rng.choice(('LEFT', 'RIGHT', 'ABOVE', 'BELOW')), self.label('block', 'row_header', 'col_header', 'group', 'image', 'text', 'legend_entry', 'table', 'plot'))

    def set_state(self):
        rng = self.rng
        if not ('snowflake' in self.by_role or 'flame' in self.by_role) and rng.random() < 0.85:
            raise NoFit
        op = rng.choice(('FROZEN', 'TRAINED', 'FROZEN', 'TRAINED', 'FROZEN', 'TRAINED', 'PLAIN'))
        pick = rng.random()
        if pick < 0.5:
            return (op, ('ALL', rng.choice(('block', 'block', 'block', 'group')) if 'group' in self.by_role else 'block'))
        if pick < 0.65:
            return (op, ('PART', 'block', self.label('group')))
        if pick < 0.85:
            return (op, self.set_arrow_nodes())
        return (op, self.set_inside())

    def set_arrow_nodes(self):
        return (self.rng.choice(('NEXT', 'PREV')), self.around_node())

    def set_colour(self):
        rng = self.rng
        role = self.roles('block', 'bar', 'curve', 'arrow', 'legend_entry', 'marker', 'group', 'cell', 'block', least=2)
        if rng.random() < 0.2:
            return ('SAME', self.label('block', 'legend_entry', 'group'), ('ALL', role))
        word = self.coloured(role)
        if rng.random() < 0.75:
            return ('COLOUR', word, ('ALL', role))
        return ('COLOUR', word, ('PART', role, self.label('group', 'plot', 'table', 'title')))

    def set_nth(self):
        rng = self.rng
        role = self.roles(least=2)
        n = len(self.by_role[role])
        k = rng.choice([str(k) for k in range(1, min(n, 9) + 1)] + [LAST])
        if rng.random() < 0.7:
            return ('NTH', k, ('ALL', role))
        inner = rng.choice((self.set_arrow, self.set_state, self.set_colour, self.set_row))()
        return ('NTH', rng.choice(('1', '2', '3', LAST)), inner)

    def set_most(self):
        rng = self.rng
        op = rng.choice(('LEFTMOST', 'RIGHTMOST', 'TOPMOST', 'BOTTOMMOST', 'LARGEST', 'SMALLEST'))
        if rng.random() < 0.6:
            return (op, ('ALL', self.roles('block', 'group', 'image', 'bar', 'panel', 'plot', 'formula', 'arrow', 'cell', 'title', 'table', least=2)))
        return (op, rng.choice((self.set_colour, self.set_state, self.set_arrow, self.set_inside_only, self.set_part_role))())

    def set_inside_only(self):
        return ('INSIDE', self.container())

    def set_part_role(self):
        return ('PART', self.roles('block', 'arrow', 'bar', 'cell', 'image'), self.container())

    def set_value_most(self):
        rng = self.rng
        op = rng.choice(('HIGHEST', 'LOWEST'))
        pick = rng.random()
        if 'cell' in self.by_role and (pick < 0.6 or 'bar' not in self.by_role):
            return (op, rng.choice((('COL', self.label('col_header')), ('COL', self.label('col_header')), ('ROW', self.label('row_header')), ('ALL', 'cell'))))
        if 'bar' in self.by_role:
            inner = (op, rng.choice((('ALL', 'bar'), ('ALL', 'bar'), ('SERIES', self.label('legend_entry')))))
            return ('OWNER', inner) if rng.random() < 0.35 and inner[1][0] == 'ALL' and 'legend_entry' in self.by_role else inner
        raise NoFit

    def set_row(self):
        if self.rng.random() < 0.5:
            return ('ROW', self.label('row_header'))
        return ('COL', self.label('col_header'))

    def set_cell(self):
        row = self.label('row_header')
        if row[0] == 'REF':
            table = self.rs[int(row[1][1:])].parent
            return ('CELL', row, self.ref(self.any(i for i in self.named if self.rs[i].role == 'col_header' and self.rs[i].parent == table)))
        return ('CELL', row, self.label('col_header'))

    def set_bold(self):
        if self.rng.random() < 0.5:
            return ('BOLD', ('ALL', 'cell')) if 'cell' in self.by_role else self.any(())
        return ('BOLD', self.set_row())

    def set_series(self):
        return ('SERIES', self.label('legend_entry'))

    def set_legend(self):
        role = self.any(r for r in ('curve', 'bar', 'marker') if r in self.by_role and 'legend_entry' in self.by_role)
        return ('OWNER', ('COLOUR', self.coloured(role), ('ALL', role)))

    def set_union(self):
        simple = self.rng.choice((self.set_label, self.set_label, self.set_arrow, self.set_series, self.set_cell, self.set_colour, self.set_state))
        return ('UNION', simple(), simple())

    def set_minus(self):
        return ('MINUS', ('ALL', self.roles('block', 'legend_entry', 'curve', 'arrow', 'group', 'image', least=2)), self.rng.choice((self.set_label, self.set_state, self.set_colour, self.set_arrow))())

    def set_ends(self):
        if 'arrow' not in self.by_role:
            raise NoFit
        return ('MINUS', ('ALL', 'block'), (self.rng.choice(('NEXT', 'PREV')), ('ALL', 'block')))

    SETS = dict(label=1.5, role=1.0, part_of=0.6, arrow=1.8, between=0.9, two_hop=1.3, inside=0.9, owner=0.3, side=0.9, state=1.3, colour=1.0, nth=0.8, most=0.8,
                value_most=0.9, row=0.5, cell=1.0, bold=0.35, series=0.7, legend=0.5, union=0.4, minus=0.25, ends=0.3)

    def set(self, **weights):
        """A tree of a set of a random kind, with the kind's name; of the first kind drawn that the parse has."""
        weights = weights or self.SETS
        for _ in range(6):
            name = self.rng.choices(list(weights), list(weights.values()))[0]
            for _ in range(2):
                try:
                    return name, getattr(self, 'set_' + name)()
                except NoFit:
                    pass
        raise NoFit

    # Whole programs: (kind, root tree, frames: names of lists, best first).

    def program(self):
        rng = self.rng
        root = rng.choices(('SHOW', 'EXPLAIN', 'COUNT', 'EXISTS', 'READ', 'WHAT', 'VALUE', 'HUE', 'RELATE', 'COMPARE'), (55, 4, 6, 6, 5, 6, 5, 4, 5, 4))[0]
        if root in ('SHOW', 'EXPLAIN'):
            kind, tree = self.set()
            return kind, (root, tree)
        if root == 'COUNT':
            if rng.random() < 0.4:
                return 'count', (root, ('ALL', self.roles(*COUNTED) if rng.random() < 0.8 else rng.choice(COUNTED)))
            return 'count', (root, self.set(arrow=1, inside=0.5, state=1, colour=1, role=1, row=0.3, bold=0.3, part_of=0.5)[1])
        if root == 'EXISTS':
            pick = rng.random()
            if pick < 0.35:
                return 'exists', (root, ('ALL', rng.choice(COUNTED + SINGLE)))
            if pick < 0.6:
                return 'exists', (root, (rng.choice(('FROZEN', 'TRAINED')), self.label('block', 'group')))
            if pick < 0.85:
                tail, head = self.arrow() if rng.random() < 0.6 else rng.sample([i for i in self.named if self.rs[i].role in NODES] or self.any(()), 2)
                return 'exists', (root, ('ARROW', self.ref(tail), self.ref(head)))
            if pick < 0.95:
                i = self.label('block', 'legend_entry', 'group')
                return 'exists', (root, ('COLOUR', self.any({colour_word(r.colour) for r in self.rs} - {None}), i))
            return 'exists', (root, self.set(state=1, colour=1, bold=0.5)[1])
        if root == 'READ':
            return 'read', (root, self.set(part_of=2, arrow=0.7, side=0.7, cell=1, legend=1, role=0.7, label_chip=1.2, nth=0.5, most=0.5)[1])
        if root == 'WHAT':
            return 'what', (root, self.set(label=2, label_chip=2, side=0.4, most=0.4)[1])
        if root == 'VALUE':
            return 'value', (root, self.set(cell=2, series=1, value_most=1.5, bar=1.5)[1])
        if root == 'HUE':
            return 'hue', (root, self.set(label_coloured=3, arrow=0.5, side=0.5, series=1, between=0.5)[1])
        if root == 'RELATE':
            a, b = self.label(*NODES), self.label(*NODES)
            if a == b:
                raise NoFit
            return 'relate', (root, a, b)
        pick = rng.random()
        if pick < 0.5 and 'cell' in self.by_role:
            a, b = self.set_cell(), self.set_cell()
        else:
            a, b = self.label('legend_entry'), self.label('legend_entry')
        if a == b:
            raise NoFit
        return 'compare', (root, a, b)

    def set_label_chip(self):
        if self.chips and self.rng.random() < 0.7:
            return ('CHIP', str(self.rng.randint(1, len(self.chips))))
        return self.label()

    def set_label_coloured(self):
        i = self.label('block', 'group', 'legend_entry')
        return i

    def set_bar(self):
        role = self.roles('bar')
        if self.rng.random() < 0.5:
            return ('COLOUR', self.coloured(role), ('ALL', role))
        return (self.rng.choice(('LEFTMOST', 'RIGHTMOST')), ('ALL', role))

    # Saying it.

    def say(self, name, **slots):
        return self.lists.say(name, self.rng, slots, self.used if self.new else None)

    def noun(self, role, many):
        return self.say(('roles_' if many else 'role_') + role)

    def phrase(self, tree):
        """A noun phrase for a tree of a set."""
        say, rng, op = self.say, self.rng, tree[0]
        if op == 'REF':
            return self.say_ref(int(tree[1][1:]))
        if op == 'CHIP':
            alone = len(self.chips) == 1 and rng.random() < 0.5
            return say('np_CHIP_only') if alone else say('np_CHIP', n=tree[1])
        if op == 'IT':
            return say('np_IT')
        if op == 'ALL':
            one = len(self.by_role.get(tree[1], ())) <= 1 if rng.random() < 0.85 else rng.random() < 0.5
            return say('np_ALL_one' if one else 'np_ALL', n=lambda: self.noun(tree[1], False), ns=lambda: self.noun(tree[1], True))
        if op == 'PART':
            return say('np_PART_one' if tree[1] in SINGLE and rng.random() < 0.8 or rng.random() < 0.25 else 'np_PART', n=lambda: self.noun(tree[1], False),
                       ns=lambda: self.noun(tree[1], True), x=lambda: self.phrase(tree[2]))
        if op == 'MINUS' and self.is_ends(tree):
            return say('np_sources' if tree[2][0] == 'NEXT' else 'np_sinks')
        if op in ('UNION', 'MINUS', 'ARROW', 'CELL', 'SAME'):
            a, b = tree[1:]
            if op == 'UNION' and rng.random() < 0.5:
                a, b = b, a
            return say('np_' + op, x=lambda: self.phrase(a), y=lambda: self.phrase(b))
        inner = tree[-1]
        role = dict(n=lambda: self.noun(inner[1], False), ns=lambda: self.noun(inner[1], True)) if inner[0] == 'ALL' else {}
        x = lambda: self.phrase(inner)
        if op in ('FROZEN', 'TRAINED', 'PLAIN'):
            extra = dict(state=lambda: say('state_' + op), state_adj=lambda: say('state_' + op + '_adj'))
            return say('np_state_role', **role, **extra) if role and rng.random() < 0.85 else say('np_state', x=x, **extra)
        if op == 'COLOUR':
            c = lambda: say('colour_' + tree[1])
            return say('np_COLOUR_role', c=c, **role) if role and rng.random() < 0.9 else say('np_COLOUR', c=c, x=x)
        if op == 'NTH':
            slots = dict(k=lambda: say('nth_' + tree[1]), d=tree[1], **role)
            end = '_LAST' if tree[1] == LAST else ''
            if role:
                return say('np_NTH_role' + end, **slots)
            return say('np_NTH' + (end if 'np_NTH' + end in self.lists else ''), x=x, **slots)
        if op.endswith('MOST') or op in ('LARGEST', 'SMALLEST', 'HIGHEST', 'LOWEST'):
            slots = dict(m=lambda: say('most_' + op), **({'at': lambda: say('at_' + op)} if 'at_' + op in self.lists else {}))
            return say('np_most_role', **slots, **role) if role else say('np_most', x=x, **slots)
        if op == 'BOLD' and inner == ('ALL', 'cell'):
            return say('np_BOLD_all')
        if op == 'OWNER' and inner[0] == 'COLOUR' and rng.random() < 0.8:
            return say('np_legend', c=lambda: say('colour_' + inner[1]))
        if op == 'OWNER' and inner[0] == 'REF' and self.rs[int(inner[1][1:])].role == 'panel_letter':
            letter = self.mark(self.rs[int(inner[1][1:])].text if rng.random() < 0.4 else self.rs[int(inner[1][1:])].text.strip('()（）.'))
            return (rng.choice(('', '图', '子图', '第')) + letter + rng.choice(('', '子图', '部分', '图')) if self.chinese
                    else rng.choice(('panel ', 'subfigure ', 'part ', 'figure ', 'the panel ', 'subplot ', 'panel ')) + letter)
        return say('np_' + op, x=x, role=lambda: self.noun(self.role_of(inner), False))

    def role_of(self, tree):
        """The role of the regions of a tree, as far as it is plain."""
        if tree[0] == 'REF':
            return self.rs[int(tree[1][1:])].role
        return 'block' if not (found := self.run._run(flat(tree), 0, [])[0]) else self.rs[found[0]].role

    @staticmethod
    def is_ends(tree):
        return tree[1] == ('ALL', 'block') and tree[2] in (('NEXT', tree[1]), ('PREV', tree[1]))

    def say_ref(self, i):
        r = self.rs[i]
        text = self.written(r.text)
        quote = self.any(('"{}"', "'{}'", '“{}”', '"{}"') if not self.chinese else ('“{}”', '"{}"', '「{}」', '“{}”'))
        return self.say('np_REF', t=lambda: self.mark(text), q=lambda: quote.format(self.mark(text)) if self.rng.random() < 0.7 else self.mark(text),
                        role=lambda: self.noun(r.role, False))

    def mark(self, text):
        return OPEN + text + CLOSE

    def written(self, text):
        """A label as a person types it: other case, without marks, in part, or in the other language."""
        rng = self.rng
        pick = rng.random()
        if pick < 0.35:
            text = text.lower()
        elif pick < 0.40:
            text = text.upper() if len(text) > 2 else text
        elif pick < 0.45:
            text = text.title()
        if rng.random() < 0.06:
            text = text.replace('-', ' ')
        if rng.random() < 0.07:
            words = text.split(' ')
            if len(words) >= 2:
                part = ' '.join(words[:-1] if rng.random() < 0.4 else words[1:])
                if len(part) >= 3 and not any(key(part) in k for k, found in self.texts.items() if k != key(text)):
                    text = part
        elif rng.random() < (0.12 if self.chinese != any(c >= '一' for c in text) else 0.0):
            text = in_other_language(text) or text
        return text

    def question(self, program, news=None):
        """How a whole program is asked."""
        say, rng = self.say, self.rng
        root = program[0]
        if root in ('CAPTION', 'OTHER', 'UNKNOWN'):
            return say({'CAPTION': 'root_CAPTION'}.get(root, root))
        tree = program[1]
        x = lambda: self.phrase(tree)
        if root in ('RELATE', 'COMPARE'):
            return say('root_' + root, x=x, y=lambda: self.phrase(program[2]))
        if root in ('SHOW', 'EXPLAIN'):
            direct = self.direct(tree) if rng.random() < 0.55 else None
            if root == 'EXPLAIN':
                return say('q_EXPLAIN', s=lambda: direct or say('root_SHOW', x=x, p=x)) if direct or rng.random() < 0.3 else say('root_EXPLAIN', x=x)
            return direct or say('root_SHOW', x=x)
        if root == 'EXISTS' and tree[0] in ('FROZEN', 'TRAINED', 'ARROW', 'COLOUR') and tree[-1][0] in ('REF', 'IT', 'CHIP') and rng.random() < 0.9:
            if tree[0] == 'ARROW':
                return say('exists_ARROW', x=lambda: self.phrase(tree[1]), y=lambda: self.phrase(tree[2]))
            extra = dict(c=lambda: say('colour_' + tree[1])) if tree[0] == 'COLOUR' else {}
            return say('exists_' + tree[0], x=lambda: self.phrase(tree[-1]), **extra)
        if root == 'READ' and tree[0] == 'PART' and rng.random() < 0.5:
            return say('read_title', x=x)
        if root == 'VALUE' and tree[0] == 'CELL' and rng.random() < 0.6:
            return say('q_CELL', x=lambda: self.phrase(tree[1]), y=lambda: self.phrase(tree[2]))
        return say('root_' + root, x=x, p=lambda: self.bare(tree), bare='')

    def bare(self, tree):
        """A noun phrase without an article for "how many ..."."""
        if tree[0] == 'ALL':
            return self.noun(tree[1], True)
        phrase = self.phrase(tree)
        for article in ('the ', 'all the ', 'all ', 'every ', 'each '):
            if phrase.startswith(article):
                return phrase[len(article):]
        return phrase

    def direct(self, tree):
        """A question that asks for a tree's regions without a frame around a noun phrase; None where there is none."""
        say, op, inner, rng = self.say, tree[0], tree[-1], self.rng
        role = dict(n=lambda: self.noun(inner[1], False), ns=lambda: self.noun(inner[1], True)) if isinstance(inner, tuple) and inner[0] == 'ALL' else {}
        x = lambda: self.phrase(inner)
        if op in ('FROZEN', 'TRAINED', 'PLAIN') and role:
            if op != 'PLAIN' and inner[1] == 'block' and rng.random() < 0.4:
                return say('implicit_' + op)
            return say('q_state_role', **role, state=lambda: say('state_' + op), state_adj=lambda: say('state_' + op + '_adj'))
        if op == 'COLOUR' and role:
            return say('q_COLOUR_role', c=lambda: say('colour_' + tree[1]), **role)
        if op in ('HIGHEST', 'LOWEST') and inner[0] == 'COL':
            return say('q_best_col' if op == 'HIGHEST' else 'q_worst_col', x=lambda: self.phrase(inner[1]))
        if (op.endswith('MOST') or op in ('LARGEST', 'SMALLEST', 'HIGHEST', 'LOWEST')) and role:
            return say('q_most_role', m=lambda: say('most_' + op), at=lambda: say('at_' + op), **role)
        if op == 'OWNER' and inner[0] == 'COLOUR':
            return say('q_legend', c=lambda: say('colour_' + inner[1]))
        if op == 'OWNER' and inner[0] in ('HIGHEST', 'LOWEST'):
            return say('q_top_series' if inner[0] == 'HIGHEST' else 'q_bottom_series')
        if op == 'OWNER' and inner[0] == 'REF' and self.role_of(inner) == 'panel_letter':
            return None
        if op == 'BOLD' and inner == ('ALL', 'cell'):
            return say('q_BOLD_all')
        if op == 'MINUS' and self.is_ends(tree):
            return say('q_sources' if tree[2][0] == 'NEXT' else 'q_sinks')
        if op == 'SAME' and role:
            return say('q_SAME', x=lambda: self.phrase(tree[1]), y=lambda: self.phrase(inner), **role)
        if op in ('ARROW', 'CELL'):
            return say('q_' + op, x=lambda: self.phrase(tree[1]), y=lambda: self.phrase(tree[2]))
        if 'q_' + op in self.lists:
            return say('q_' + op, x=x, role=lambda: self.noun(self.role_of(inner), False))
        return None

    # Pairs.

    ELLIPSES = (('NEXT', ('SHOW', ('NEXT', ('IT',)))), ('PREV', ('SHOW', ('PREV', ('IT',)))), ('HUE', ('HUE', ('IT',))), ('COUNT', ('COUNT', ('IT',))), ('READ', ('READ', ('IT',))),
                ('VALUE', ('VALUE', ('IT',))), ('INSIDE', ('SHOW', ('INSIDE', ('IT',)))), ('EXPLAIN', ('EXPLAIN', ('IT',))), ('WHAT', ('WHAT', ('IT',))), ('SHOW', ('SHOW', ('IT',))))

    def pair(self):
        """One Pair, of any kind; with `new`, one that uses a held-out phrasing."""
        for _ in range(400):
            self.used = []
            self.chinese = self.rng.random() < 0.42
            self.lists = CHINESE if self.chinese else ENGLISH
            try:
                kind, program, question = self.attempt()
            except (NoFit, ValueError):
                continue
            if len(program) > 20 or self.new and not self.used:
                continue
            question, program = self.finished(question, program)
            if question is None or len(question) > 240:
                continue
            return Pair(question, program, kind, self.chinese, self.focus, self.chips, self.before, list(self.used))
        raise NoFit

    def attempt(self):
        """(kind, program, question with labels marked)."""
        rng = self.rng
        pick = rng.random()
        if pick < 0.02:
            return 'caption', ['CAPTION'], self.question(('CAPTION',))
        if pick < 0.045 and self.negatives:
            return 'other', ['OTHER'], self.question(('OTHER',))
        if pick < 0.065 and self.negatives:
            return 'unknown', ['UNKNOWN'], self.question(('UNKNOWN',)) if self.new or rng.random() < 0.75 else gibberish(rng, self.chinese)
        if self.focus and self.before and pick < 0.14:
            return self.next_turn()
        kind, program = self.program()
        refs = [t for t in flat(program) if t[0] == '@']
        if self.negatives and refs and self.strange and rng.random() < 0.13:
            return self.negative(program, refs)
        if not self.sensible(program):
            raise NoFit
        return kind, flat(program), self.question(program)

    def sensible(self, program):
        """Whether a program is worth asking: most that give nothing are not."""
        result = self.run.run(flat(program))
        if program[0] in ('EXISTS', 'COUNT'):
            return True
        if result.empty is not None:
            return self.rng.random() < 0.06
        return True

    def next_turn(self):
        rng = self.rng
        refs = [t for t in self.before if t[0] == '@']
        if len(refs) == 1 and rng.random() < 0.5:
            old = self.rs[int(refs[0][1:])].role
            i = self.any(i for i in self.named if f'@{i}' != refs[0] and (self.rs[i].role == old or old in NODES and self.rs[i].role in NODES))
            program = [f'@{i}' if t[0] == '@' else t for t in self.before]
            return 'turn', program, self.say('ellipsis_REF', x=lambda: self.phrase(('REF', f'@{i}')))
        name, program = rng.choice(self.ELLIPSES)
        if not self.sensible(program):
            raise NoFit
        return 'turn', flat(program), self.say('ellipsis_' + name)

    def negative(self, program, refs):
        """A question about a label that is not there: one from elsewhere, or one that only looks like one that is."""
        rng = self.rng
        at = int(rng.choice(refs)[1:])
        text = rng.choice(self.strange)
        if rng.random() < 0.5:
            text = look_alike(self.rs[at].text, self.strange, rng)
            # What is part of a label, or holds one, could be meant for it.
            if text is None or not key(text) or any(key(text) in k or k in key(text) and len(k) > 3 for k in self.texts):
                raise NoFit
        real, self.false = self.rs[at].text, text
        self.rs[at].text = text
        written, self.written = self.written, lambda t: (t.lower() if rng.random() < 0.4 else t) if t == text else Maker.written(self, t)
        try:
            question = self.question(program)
        finally:
            self.rs[at].text, self.written = real, written
        return 'absent', ['ABSENT', OPEN + text], question

    def finished(self, question, program):
        """(question, program): typing slips, marks of labels gone, places of the missing phrase filled in."""
        pieces = question.replace(OPEN, '\0' + OPEN).replace(CLOSE, '\0').split('\0')
        wanted = key(program[1][1:]) if program[0] == 'ABSENT' else None
        question, span = corrupt([(p[1:], True) if p.startswith(OPEN) else (p, False) for p in pieces if p], self.rng, self.chinese,
                                 (lambda label: key(label) == wanted) if wanted else None, slips=self.paraphrase)
        if wanted is None:
            return question, program
        if span is None:
            return None, program
        from one.language.text import MAX_QUESTION, tokens
        inside = [i for i, t in enumerate(tokens(question)[:MAX_QUESTION]) if t.start < span[1] and t.end > span[0]]
        return (question, ['ABSENT', f'^{inside[0]}', f'^{inside[-1]}']) if inside else (None, program)


def key(text):
    """A label without case, spaces and marks."""
    return ''.join(c for c in text.lower() if c.isalnum())


def in_other_language(text):
    """A label translated as a whole, or None."""
    from one.language.linking import translated
    from one.language.text import tokens
    words = tokens(text)
    if not words or not all(t.word for t in words):
        return None
    out = translated(words)
    if out is None:
        return None
    joined = ''.join(out) if any(c >= '一' for o in out for c in o) else ' '.join(out)
    mixed = any(c >= '一' for c in joined) and any(c.isascii() and c.isalpha() for c in joined)
    return None if mixed else joined


def look_alike(text, strange, rng):
    """A label like this one that is not this one: one of its words is another, or its number is."""
    words = text.split(' ')
    digits = [i for i, w in enumerate(words) if w.isdigit()]
    if digits and rng.random() < 0.5:
        i = rng.choice(digits)
        words[i] = str(int(words[i]) + rng.randint(1, 5))
        return ' '.join(words)
    others = [w for s in strange for w in s.split(' ') if len(w) > 2]
    if len(words) >= 2 and others:
        words[rng.randrange(len(words))] = rng.choice(others)
        return ' '.join(words)
    if text and all(c >= '一' for c in text) and len(text) >= 4:
        long = [s for s in strange if len(s) >= 2 and all(c >= '一' for c in s)]
        return rng.choice(long)[:2] + text[2:] if long else None
    return None


def gibberish(rng, chinese):
    if chinese:
        return ''.join(rng.choice('天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏云腾致雨露结为霜') for _ in range(rng.randint(2, 9)))
    word = lambda: ''.join(rng.choice('abcdefghijklmnopqrstuvwxyz') for _ in range(rng.randint(2, 8)))
    return ' '.join(word() for _ in range(rng.randint(1, 5)))
