"""Block diagrams: what is in them, where it lies, and which arrows join it. All lengths in em."""
from . import routes
from . import split as sides
from .looks import Look, luminance, mix
from .parts import Line, Part, Scene, joined, label, run_width, text_part, union, wrap
from .words import Writer, plain


#: Is (u, v), -1 to 1 across a shape's box, inside it? `s`: half the slant of a parallelogram, as a share of half its width.
OUTLINES = {
    'ellipse': lambda u, v, s: u * u + v * v <= 1,
    'circle': lambda u, v, s: u * u + v * v <= 1,
    'diamond': lambda u, v, s: abs(u) + abs(v) <= 1,
    'parallelogram': lambda u, v, s: abs(v) <= 1 and abs(u + s * v) <= 1 - s,
}


class Item:
    """Something to lay out: a leaf (a part to be), a row or column of items, or a group around one item."""

    def __init__(self, kind, children=(), **rest):
        self.kind, self.children, self.part, self.rest = kind, list(children), None, rest
        self.w = self.h = self.x = self.y = 0.0

    def leaves(self):
        return [self] if not self.children else [leaf for child in self.children for leaf in child.leaves()]

    def entries(self, last=False, flow='col'):
        """The parts that an arrow from (or, `last`, to) the neighbour in a row or column may end on."""
        if self.rest.get('tokens') and flow == 'row':
            return [self.children[-1 if last else 0].part]
        if self.part is not None and (not self.children or self.rest.get('as_whole') or self.rest.get('tokens')):
            return [self.part]
        if self.kind == 'group':
            return self.children[0].entries(last, flow)
        if self.kind == self.rest.get('flow', self.kind) and self.rest.get('chained'):
            return self.children[-1 if last else 0].entries(last, flow)
        return [part for child in self.children for part in child.entries(last, flow)]


    def outside(self):
        """The frames of groups, where entries would be inside them."""
        if self.part is not None:
            return [self.part]
        return [part for child in self.children for part in child.outside()]


class Draughtsman:
    """Draws up one diagram."""

    def __init__(self, rng, split, chinese, look=None):
        self.rng, self.split, self.look = rng, split, look or Look(rng)
        self.write = Writer(rng, split, chinese)
        self.parts, self.arrows = [], []
        #: Boxes for arrows to end on, of parts whose caption belongs to them.
        self.whole = {}
        self.has_icons = rng.random() < 0.4
        self.image_share, self.formula_share, self.text_share, self.strip_share = rng.choice((0, 0, 0.1, 0.22)), rng.choice((0, 0.06, 0.12)), rng.choice((0, 0.06, 0.15)), rng.choice((0, 0, 0.08, 0.14))
        self.token_share, self.slabs, self.subtitles = rng.choice((0, 0, 0, 0.1)), rng.random() < 0.25, rng.random() < 0.15
        self.path = rng.choices(('elbow', 'slant', 'curve'), (0.55, 0.25, 0.2))[0]
        self.same_size = rng.random() < 0.45
        self.room = rng.choice((5.0, 6.5, 8.0, 11.0))
        self.padding = (rng.uniform(0.5, 1.2), rng.uniform(0.35, 0.9))
        self.upright = rng.random() < 0.05
        self.shapes = rng.choice((('rect',), ('rect',), ('rect', 'ellipse'), ('rect', 'trapezoid'), ('rect', 'cylinder', 'parallelogram'), ('rect', 'cube'), ('rect', 'stack'), ('rect', 'pill', 'diamond')))
        self.fill_of = {}

    # ---- leaves -------------------------------------------------------------------------------------------------------------

    def tokens(self):
        """A row of small blocks with a word or sign each, as of a sentence."""
        rng, children = self.rng, []
        fill = rng.choice(self.look.fills)
        for i in range(rng.randint(3, 7)):
            text = rng.choice((f't{i + 1}', '…', '[CLS]', '[SEP]', '<SEG>', '<s>', '[MASK]', f'x{i}', f'{i + 1}')) if rng.random() < 0.4 else self.write.token()
            item = Item('leaf', make='block', lines=[[(text, 0)]], shape='rect', icon=None, icon_place=None, upright=False, text=text, fill=fill if rng.random() < 0.8 else None)
            item.w, item.h = max(1.2, run_width([(text, 0)]) + 0.6), 1.5
            children.append(item)
        return Item('row', children, gap=rng.choice((0.0, 0.15, 0.3)), flow='none', tokens=True)

    def leaf(self, ends=False):
        """One leaf; at the ends of a chain more often an image, a formula or bare text."""
        rng, share = self.rng, 2.5 if ends else 1.0
        if self.token_share and rng.random() < self.token_share:
            return self.tokens()
        kind = rng.choices(('block', 'image', 'formula', 'text', 'strip'),
                           (1.0, self.image_share * share, self.formula_share * share, self.text_share * share, self.strip_share))[0]
        return getattr(self, '_' + kind)()

    def _fill(self, key=None):
        fill, border = self.fill_of.setdefault(key, self.rng.choice(self.look.fills)) if key else self.rng.choice(self.look.fills)
        return fill, border

    def _block(self, text=None, small=False):
        rng, look = self.rng, self.look
        text = text or self.write.part()
        lines = wrap(text, self.room)
        first = len(lines)
        under = self.subtitles and not small and len(lines) < 3 and rng.random() < 0.7
        if under:
            lines += wrap(self.write.remark(), self.room * 1.3)[:2]
        elif rng.random() < 0.07 and len(lines) == 1 and not small:
            lines.append([(f'{2 ** rng.randint(4, 10)}-d' if rng.random() < 0.5 else f'{rng.randint(2, 24)} layers', 0)])
        size = 1.0
        shape = rng.choice(self.shapes) if rng.random() < 0.6 else 'rect'
        pad_x, pad_y = self.padding
        if shape in ('ellipse', 'diamond', 'trapezoid', 'parallelogram', 'cylinder'):
            pad_x, pad_y = pad_x + 1.0, pad_y + (0.5 if shape in ('ellipse', 'cylinder', 'diamond') else 0)
        w = max(run_width(runs) for runs in lines) * 1.08 * size + 2 * pad_x
        h = 1.2 * len(lines) * size + 2 * pad_y
        if shape == 'diamond':
            w, h = w * 1.3, h * 1.4
        icon = None
        if self.has_icons and not small and rng.random() < 0.6:
            icon = rng.choice(('snowflake', 'flame'))
        place = rng.choice(('corner', 'corner', 'right', 'above')) if icon else None
        if place == 'right':
            w += 1.5
        elif place == 'above':
            h += 1.4
        upright = self.upright and shape == 'rect' and not icon and not small
        if upright:
            w, h = h, w
        item = Item('leaf', make='block', lines=lines, shape=shape, icon=icon, icon_place=place, upright=upright, text=joined(lines), under=first if under else None)
        item.w, item.h = max(w, 1.6), max(h, 1.5)
        return item

    def _op(self):
        text = self.rng.choice('+×C⊕⊗S⊙·*')
        item = Item('leaf', make='block', lines=[[(text, 0)]], shape='circle', icon=None, icon_place=None, upright=False, text=text)
        item.w = item.h = self.rng.uniform(1.4, 1.8)
        return item

    def _image(self):
        rng = self.rng
        w = rng.uniform(3.5, 7)
        caption = None
        h = w * rng.uniform(0.65, 1.1)
        if rng.random() < 0.65:
            caption = self.write.symbol() if rng.random() < 0.2 else [(self.write.part(), 0)]
        item = Item('leaf', make='image', caption=caption, picture=h, above=rng.random() < 0.3, stack=rng.random() < 0.15)
        item.w, item.h = max(w, run_width(caption) + 0.2 if caption else 0), h + (1.5 if caption else 0)
        item.rest['width'] = w
        return item

    def _formula(self):
        runs = self.write.formula() if self.rng.random() < 0.6 else self.write.symbol()
        item = Item('leaf', make='formula', lines=[runs])
        item.w, item.h = run_width(runs) + 0.4, 1.4
        return item

    def _text(self):
        text = self.write.part()
        lines = wrap(text, self.room + 2)
        item = Item('leaf', make='text', lines=lines, text=text)
        item.w, item.h = max(map(run_width, lines)) + 0.3, 1.25 * len(lines)
        return item

    def _strip(self):
        """A vector or a row of tokens: small squares side by side, one block."""
        n = self.rng.randint(3, 7)
        if self.slabs and self.rng.random() < 0.7:  # layers of a network as slabs, aslant
            item = Item('leaf', make='strip', n=n, upright=False, slabs=self.rng.choice(('even', 'falling', 'rising')))
            item.w, item.h = n * self.rng.uniform(0.7, 1.1) + 0.8, self.rng.uniform(2.5, 5)
            return item
        upright = self.rng.random() < 0.4
        item = Item('leaf', make='strip', n=n, upright=upright)
        a, b = n * 0.9, 0.9
        item.w, item.h = (b, a) if upright else (a, b)
        return item

    # ---- layout -------------------------------------------------------------------------------------------------------------

    def gaps(self):
        return self.rng.uniform(1.3, 3.2)

    def chain(self, n, flow, depth=0):
        """n items in a row or column, some of them branches or groups."""
        rng, children = self.rng, []
        for i in range(n):
            kind = rng.random()
            if depth < 2 and kind < 0.16 and 0 < i:
                lanes = Item('col' if flow == 'row' else 'row', [self.leaf() if rng.random() < 0.75 else self.chain(2, flow, 2) for _ in range(rng.randint(2, 4 - depth))], gap=rng.uniform(0.6, 1.6), flow='none')
                children.append(lanes)
            elif depth < 2 and kind < 0.30 and n > 2:
                children.append(self.group(self.chain(rng.randint(2, 3), rng.choice((flow, 'col' if flow == 'row' else 'row')), depth + 1)))
            elif kind < 0.36 and 0 < i < n - 1:
                children.append(self._op())
            else:
                children.append(self.leaf(ends=i in (0, n - 1)))
        return Item(flow, children, gap=self.gaps(), chained=True)

    def group(self, inner, name=None):
        rng = self.rng
        text = name if name is not None else (self.write.group() if rng.random() < 0.85 else None)
        where = rng.choices(('top', 'bottom', 'top-left'), (0.6, 0.2, 0.2))[0]
        return Item('group', [inner], text=text, where=where, pad=rng.uniform(0.7, 1.4), as_whole=rng.random() < 0.35,
                    icon=rng.choice(('snowflake', 'flame')) if self.has_icons and rng.random() < 0.25 else None)

    def measure(self, item):
        for child in item.children:
            self.measure(child)
        if item.kind in ('row', 'col'):
            along, across = ('w', 'h') if item.kind == 'row' else ('h', 'w')
            leaves = [c for c in item.children if c.rest.get('make') == 'block' and c.rest['shape'] != 'circle']
            if self.same_size and len(leaves) > 1:
                for c in leaves:
                    setattr(c, across, max(getattr(d, across) for d in leaves))
                    if item.kind == 'row' and len(leaves) < 5 and max(d.w for d in leaves) < 9:
                        c.w = max(d.w for d in leaves)
            gap = item.rest['gap']
            setattr(item, along, sum(getattr(c, along) for c in item.children) + gap * (len(item.children) - 1))
            setattr(item, across, max(getattr(c, across) for c in item.children))
        elif item.kind == 'group':
            pad, inner = item.rest['pad'], item.children[0]
            item.rest['lines'] = wrap(item.rest['text'], max(inner.w, 4)) if item.rest['text'] else []
            head = 1.35 * len(item.rest['lines']) + (0.2 if item.rest['lines'] else 0) + (0.8 if item.rest['icon'] and not item.rest['lines'] else 0)
            item.rest['head'] = head
            item.w, item.h = inner.w + 2 * pad, inner.h + 2 * pad + head
            widest = max(map(run_width, item.rest['lines']), default=0) + 1 + (2.2 if item.rest['icon'] else 0)
            item.w = max(item.w, widest)

    def put(self, item, x, y, layer=0):
        """Places an item with its top left at (x, y) and makes its parts."""
        item.x, item.y = x, y
        if item.kind in ('row', 'col'):
            reverse = item.rest.get('reverse')
            at = x if item.kind == 'row' else y
            for child in reversed(item.children) if reverse else item.children:
                if item.kind == 'row':
                    self.put(child, at, y + (item.h - child.h) / 2, layer)
                    at += child.w + item.rest['gap']
                else:
                    self.put(child, x + (item.w - child.w) / 2, at, layer)
                    at += child.h + item.rest['gap']
            if item.rest.get('tokens'):  # arrows end at the one in the middle
                item.part = item.children[len(item.children) // 2].part
        elif item.kind == 'group':
            self._put_group(item, layer)
        else:
            getattr(self, '_put_' + item.rest['make'])(item)

    def _put_group(self, item, layer):
        rng, look, x, y = self.rng, self.look, item.x, item.y
        fill, border = rng.choice(look.fills)
        pale = mix(fill, look.paper, rng.uniform(0.5, 0.9)) if rng.random() < 0.6 else None
        dash = rng.choices((None, (0.35, 0.25), (0.12, 0.16)), (0.45, 0.45, 0.1))[0]
        if pale is None or rng.random() < 0.75:
            line = rng.choice((border, look.ink, (128, 128, 128)))
        else:
            line = None
        lines, below = item.rest['lines'], item.rest['where'] == 'bottom'
        part = Part('group', [x, y, x + item.w, y + item.h], joined(lines) or None, colour=pale or look.paper, kind='frame', layer=layer,
                    look=dict(shape=rng.choice(('rect', 'round', 'round')), radius=rng.uniform(0.3, 0.9), fill=pale, border=line, border_width=look.border_width, dash=dash))
        head, ink = item.rest['head'], look.on(pale) if pale else look.ink
        if rng.random() < 0.12:
            ink = border if luminance(border) < 0.55 or look.dark else ink
        middle = y + item.h - head / 2 - 0.25 if below else y + head / 2 + 0.3
        if item.rest['where'] == 'top-left':
            part.lines = label(lines, x + 0.5, middle, item.w - 1, anchor='l', weight=self.look.label_weight, colour=ink)
        else:
            part.lines = label(lines, x + item.w / 2, middle, item.w - 1 - (2.2 if item.rest['icon'] else 0), weight=self.look.label_weight, colour=ink)
        self.parts.append(part)
        item.part = part
        if item.rest['icon']:
            self._icon(item.rest['icon'], x + item.w - 1.0, middle if lines else y + 0.9, part)
        inner = item.children[0]
        self.put(inner, x + (item.w - inner.w) / 2, y + item.rest['pad'] + (0 if below else head), layer + 0.1)

    def _icon(self, kind, cx, cy, owner):
        size = self.rng.uniform(1.0, 1.35)
        colour = self.rng.choice(((74, 144, 226), (0, 112, 192), (91, 155, 213), (41, 182, 246)) if kind == 'snowflake' else ((255, 87, 34), (230, 60, 20), (255, 140, 0)))
        self.parts.append(Part(kind, [cx - size / 2, cy - size / 2, cx + size / 2, cy + size / 2], colour=colour, owner=owner, kind=kind, layer=6, look=dict(seed=self.rng.random())))

    def _put_block(self, item):
        rng, look, rest = self.rng, self.look, item.rest
        fill, border = rest.get('fill') or self._fill(rest['text'] if rng.random() < 0.5 else None)
        if rest['shape'] == 'circle' and rng.random() < 0.7:
            fill, border = look.paper, look.ink
        shape = rest['shape']
        if shape == 'rect':
            shape = look.corner
        box = [item.x, item.y, item.x + item.w, item.y + item.h]
        keys = dict(shape=shape, radius=look.radius, fill=fill, border=border if look.borders or luminance(fill) > 0.93 else None, border_width=look.border_width, dash=(0.3, 0.22) if rng.random() < 0.03 else None,
                    shadow=look.shadow, gradient=look.gradient, flip=rng.random() < 0.5)
        part = Part('block', box, rest['text'], colour=fill, kind='block', look=keys)
        cx, cy = part.centre
        width = item.w - 0.6
        if rest['icon_place'] == 'right':
            cx, width = cx - 0.7, width - 1.4
        elif rest['icon_place'] == 'above':
            cy += 0.65
        angle = 90 if rest['upright'] else 0
        part.lines = label(rest['lines'], cx, cy, item.h - 0.6 if angle else width, angle=angle, weight=look.label_weight if shape != 'circle' else 'regular', colour=look.on(fill))
        if rest.get('under'):  # the lines below the name: smaller and paler
            for i, line in enumerate(part.lines):
                if i < rest['under']:
                    line.weight = 'bold'
                else:
                    line.size, line.colour, line.weight = 0.72, mix(line.colour, fill, 0.35), 'regular'
        self.parts.append(part)
        item.part = part
        if rest['icon']:
            where = {'corner': (box[2] - 0.25, box[1] + 0.15), 'right': (box[2] - 1.0, (box[1] + box[3]) / 2), 'above': (cx, box[1] + 0.95)}[rest['icon_place']]
            self._icon(rest['icon'], *where, part)

    def _put_image(self, item):
        rest, caption, look = item.rest, item.rest['caption'], self.look
        top = item.y + (1.5 if caption and rest['above'] else 0)
        left = item.x + (item.w - rest['width']) / 2
        part = Part('image', [left, top, left + rest['width'], top + rest['picture']], kind='image', look=dict(seed=self.rng.randrange(1 << 30), border=look.ink if self.rng.random() < 0.4 else None, border_width=look.border_width, stack=rest['stack']))
        self.parts.append(part)
        item.part = part
        if caption:
            y = item.y + 0.7 if rest['above'] else item.y + item.h - 0.65
            name = text_part('text', label([caption], item.x + item.w / 2, y, item.w, colour=look.ink), text=plain(caption), owner=part)
            self.parts.append(name)
            x1, y1, x2, y2 = part.box
            self.whole[id(part)] = [x1, min(y1, name.box[1]), x2, max(y2, name.box[3])]

    def _put_formula(self, item):
        lines = label(item.rest['lines'], item.x + item.w / 2, item.y + item.h / 2, item.w, colour=self.look.ink, weight='italic')
        item.part = text_part('formula', lines, text=plain(item.rest['lines'][0]))
        self.parts.append(item.part)

    def _put_text(self, item):
        lines = label(item.rest['lines'], item.x + item.w / 2, item.y + item.h / 2, item.w, colour=self.look.ink, weight=self.rng.choice(('regular', 'bold', 'italic')))
        item.part = text_part('text', lines)
        self.parts.append(item.part)

    def _put_strip(self, item):
        fill, border = self.rng.choice(self.look.fills)
        item.part = Part('block', [item.x, item.y, item.x + item.w, item.y + item.h], colour=fill, kind='strip',
                         look=dict(n=item.rest['n'], upright=item.rest['upright'], slabs=item.rest.get('slabs'), fill=fill, border=border, border_width=self.look.border_width, shades=self.rng.random() < 0.4, seed=self.rng.randrange(1 << 30)))
        self.parts.append(item.part)

    # ---- arrows -------------------------------------------------------------------------------------------------------------

    def join(self, item):
        """Arrows along every chain."""
        for child in item.children:
            self.join(child)
        if item.rest.get('chained'):
            for a, b in zip(item.children, item.children[1:]):
                self.connect_all(a.entries(True, item.kind), b.entries(False, item.kind)) or self.connect_all(a.outside(), b.outside())

    def connect_all(self, tails, heads):
        """Arrows from each of some parts to each of others, or one to one. @returns how many could be drawn"""
        if len(tails) == len(heads) > 1 and self.rng.random() < 0.6:
            pairs = list(zip(tails, heads))
        else:
            pairs = [(a, b) for a in tails for b in heads]
            if len(pairs) > 6:
                pairs = list(zip(tails, heads))
        return sum(self.connect(a, b) is not None for a, b in pairs)

    def box_of(self, part):
        return self.whole.get(id(part), part.box)

    def obstacles(self, *but):
        """Boxes that an arrow must not cross: what has a name or a picture, but for some parts and their captions."""
        out = []
        for p in self.parts:
            if p.role in ('block', 'image', 'formula', 'text') and p not in but and p.owner not in but:
                x1, y1, x2, y2 = p.box
                out.append((x1 + 0.05, y1 + 0.05, x2 - 0.05, y2 - 0.05))
            elif p.role == 'group':  # its name
                out += [tuple(line.box) for line in p.lines]
        return out

    def connect(self, a, b, named=None, dash=None):
        """An arrow from a to b where there is a free way. @returns the part, or None"""
        rng, look = self.rng, self.look
        blocked = self.obstacles(a, b)
        shift = rng.choice((0, 0, 0, rng.uniform(-0.25, 0.25)))
        found = routes.candidates(self.box_of(a), self.box_of(b), shift)
        order = ('straight', 'elbow', 'slant') if self.path == 'elbow' else ('straight', 'slant', 'elbow')
        for key in order:
            ways = [w for w in found[key] if routes.free(w, blocked) and not self._on_arrow(w, a, b)]
            if ways:
                way = min(ways, key=routes.length)
                break
        else:
            return None
        curve = self.path == 'curve' and key != 'straight'
        return self.arrow(a, b, way, curve, named, dash)

    def _on_arrow(self, way, a, b):
        """Does a way run along an arrow that is there? It may where both leave the same part or arrive at the same."""
        return any(routes.along(way, arrow.points) for arrow in self.arrows if arrow.tail is not a and arrow.head is not b)

    def arrow(self, a, b, way, curve=False, named=None, dash=None):
        rng, look = self.rng, self.look
        points = routes.bend(way) if curve else way
        both = rng.random() < 0.025
        colour = look.arrow_colour if rng.random() < 0.9 else rng.choice((look.ink, (200, 30, 30), (30, 80, 200), (100, 100, 100)))
        if dash is None and rng.random() < 0.08:
            dash = (0.3, 0.22)
        points = self.reach(self.reach(points, b)[::-1], a)[::-1]
        total = routes.length(points)
        if total < 0.5:
            return None
        width = look.arrow_width * (1.6 if rng.random() < 0.04 else 1)
        straight = len(points) == 2 and (abs(points[0][0] - points[1][0]) < 0.1 or abs(points[0][1] - points[1][1]) < 0.1)
        fat = total > 1.4 and straight and rng.random() < 0.03
        size = min(look.arrow_size, total * 0.6)
        x1, y1, x2, y2 = union([(x, y, x, y) for x, y in points])
        half = size * 0.4
        part = Part('arrow', [x1 - half, y1 - half, x2 + half, y2 + half], colour=colour, tail=a, head=b, kind='arrow', points=points, layer=4,
                    look=dict(width=width, head=look.arrow_head, size=size, both=both, dash=dash, fat=fat, corner=not curve and rng.random() < 0.2))
        self.parts.append(part)
        self.arrows.append(part)
        if named if named is not None else rng.random() < 0.14:
            self._name(part, way)
        return part

    @staticmethod
    def reach(points, part):
        """A path that ends at the box of a part, led on to the part's own outline where that is not its box."""
        shape = part.look.get('shape') if part is not None and part.kind == 'block' else None
        if shape not in OUTLINES:
            return points
        (ax, ay), (bx, by) = points[-2:]
        far = max(abs(bx - ax), abs(by - ay)) or 1.0
        dx, dy, (cx, cy) = (bx - ax) / far * 0.05, (by - ay) / far * 0.05, part.centre
        half_w, half_h = (part.box[2] - part.box[0]) / 2, (part.box[3] - part.box[1]) / 2
        steps = int(routes.GAP / 0.05)
        for k in range(80):
            x, y = bx + dx * (k + steps), by + dy * (k + steps)
            if OUTLINES[shape]((x - cx) / half_w, (y - cy) / half_h, min(0.4 * half_h, 0.4) / half_w):
                return [*points[:-1], (bx + dx * k, by + dy * k)]
        return points

    def _name(self, arrow, way):
        """A label beside the longest segment of an arrow, where there is room."""
        runs = self.write.edge()
        size, w = 0.8, run_width(runs) * 0.8
        (ax, ay), (bx, by) = max(zip(way, way[1:]), key=lambda s: abs(s[1][0] - s[0][0]) + abs(s[1][1] - s[0][1]))
        if abs(ax - bx) > 0.3 and abs(ay - by) > 0.3:
            return
        mx, my = (ax + bx) / 2, (ay + by) / 2
        if abs(ay - by) <= 0.3:
            if w > abs(bx - ax) + 0.4:
                return
            spots = [(mx, my - 0.65, 'c'), (mx, my + 0.65, 'c')]
        else:
            spots = [(mx + 0.35, my, 'l'), (mx - 0.35, my, 'r')]
        taken = self.obstacles(arrow.tail, arrow.head) + [tuple(p.box) for p in self.parts if p.role in ('text', 'snowflake', 'flame')] + [tuple(arrow.tail.box), tuple(arrow.head.box)]
        for x, y, anchor in spots:
            lines = label([runs], x, y, w + 0.1, size, anchor, colour=self.look.ink)
            bx1, by1, bx2, by2 = lines[0].box
            clear = not any(bx1 < b[2] and bx2 > b[0] and by1 < b[3] and by2 > b[1] for b in taken)
            if clear and all(routes.free(other.points, [lines[0].box]) for other in self.arrows):
                self.parts.append(text_part('text', lines, text=plain(runs), owner=arrow))
                return

    def skip(self, leaves, flow):
        """An arrow over one or more of a chain's members: a short cut or a loop back."""
        rng = self.rng
        parts = [leaf.part for leaf in leaves]
        if len(parts) < 3:
            return
        i = rng.randrange(len(parts) - 2)
        j = rng.randrange(i + 2, len(parts))
        a, b = (parts[i], parts[j]) if rng.random() < 0.7 else (parts[j], parts[i])
        for side in (('above', 'below') if flow == 'row' else ('right', 'left')):
            span = [p.box for p in parts[i:j + 1]]
            top = union(span)
            clearance = rng.uniform(0.8, 1.4) + {'above': min(a.box[1], b.box[1]) - top[1], 'below': top[3] - max(a.box[3], b.box[3]), 'left': min(a.box[0], b.box[0]) - top[0], 'right': top[2] - max(a.box[2], b.box[2])}[side]
            way = routes.around(a.box, b.box, side, clearance)
            if routes.free(way, self.obstacles(a, b)) and self._apart(way):
                self.arrow(a, b, way, self.path == 'curve' and rng.random() < 0.5, dash=(0.3, 0.22) if rng.random() < 0.25 else None)
                return

    def _apart(self, way):
        """Does the long part of a way keep clear of the arrows that are there, and of their labels?"""
        x1, y1, x2, y2 = union([(x - 0.25, y - 0.25, x + 0.25, y + 0.25) for x, y in way[1:-1]])
        texts = [p.box for p in self.parts if p.role in ('text', 'snowflake', 'flame')]
        return all(routes.free(arrow.points, [(x1, y1, x2, y2)]) for arrow in self.arrows) and not any(x1 < b[2] and x2 > b[0] and y1 < b[3] and y2 > b[1] for b in texts)

    # ---- what stands around -------------------------------------------------------------------------------------------------

    def key(self):
        """A legend below: what the colours of blocks or the icons mean."""
        rng, look = self.rng, self.look
        icons = [k for k in ('snowflake', 'flame') if any(p.role == k for p in self.parts)]
        entries = []
        if icons:
            names = {'snowflake': ('Frozen', 'frozen', 'Frozen weights') if not self.write.chinese else ('冻结', '参数冻结'), 'flame': ('Trainable', 'trained', 'Tuned', 'Learnable') if not self.write.chinese else ('可训练', '训练')}
            entries = [(kind, rng.choice(names[kind]), None) for kind in icons]
        else:
            fills = list(dict.fromkeys(p.colour for p in self.parts if p.role == 'block' and p.text and p.look.get('shape') != 'circle'))[:5]
            entries = [('swatch', self.write.part(), fill) for fill in fills]
        if not entries:
            return
        x1, y1, x2, y2 = union(p.box for p in self.parts)
        widths = [run_width([(name, 0)]) * 0.9 + 3.2 for _, name, _ in entries]
        upright = sum(widths) > x2 - x1 + 6
        w, h = (max(widths), 1.5 * len(entries)) if upright else (sum(widths), 1.5)
        x = x1 + max(0, (x2 - x1 - w) * rng.random())
        y = y2 + rng.uniform(0.8, 1.8)
        frame = Part('legend', [x - 0.2, y, x + w, y + h + 0.2], kind='frame', layer=3, look=dict(shape='rect', radius=0, fill=None, border=look.ink if rng.random() < 0.5 else None, border_width=0.06, dash=None))
        self.parts.append(frame)
        at, row = x + 0.3, y + h / 2 + 0.1 if not upright else y + 0.85
        for (kind, name, fill), width in zip(entries, widths):
            line = Line([(name, 0)], at + 1.6, row, width - 2, 0.9, 'l', colour=look.ink)
            swatch = [at, row - 0.45, at + 1.2, row + 0.45]
            entry = Part('legend_entry', union([swatch, line.box]), name, colour=fill, kind='entry', layer=5, lines=[line], look=dict(kind=kind, fill=fill, swatch=None, border=look.ink), points=[(swatch[0], swatch[1]), (swatch[2], swatch[3])])
            self.parts.append(entry)
            if kind != 'swatch':
                cx, cy = at + 0.6, row
                self.parts.append(Part(kind, [cx - 0.55, cy - 0.55, cx + 0.55, cy + 0.55], colour=(74, 144, 226) if kind == 'snowflake' else (255, 87, 34), owner=entry, kind=kind, layer=6, look=dict(seed=rng.random())))
                entry.colour = None
            if upright:
                row += 1.5
            else:
                at += width

    def loose(self):
        """An arrow that comes from nowhere, or goes nowhere: into the left-most or out of the right-most block."""
        rng = self.rng
        blocks = [p for p in self.parts if p.role == 'block']
        if not blocks:
            return
        comes, length = rng.random() < 0.6, rng.uniform(1.5, 3)
        part = min(blocks, key=lambda p: p.box[0]) if comes else max(blocks, key=lambda p: p.box[2])
        y = part.centre[1]
        way = [(part.box[0] - length, y), (part.box[0] - routes.GAP, y)] if comes else [(part.box[2] + routes.GAP, y), (part.box[2] + length, y)]
        if routes.free(way, self.obstacles(part)) and not any(routes.along(way, arrow.points) for arrow in self.arrows):
            self.arrow(None if comes else part, part if comes else None, way, named=False)

    def title(self):
        x1, y1, x2, _ = union(p.box for p in self.parts)
        text = self.write.title()
        lines = label(wrap(text, max(x2 - x1, 8)), (x1 + x2) / 2, y1 - 1.6, max(x2 - x1, 8) * 1.2, 1.15, weight='bold', colour=self.look.ink)
        self.parts.append(text_part('title', lines))


# ---- layouts ----------------------------------------------------------------------------------------------------------------

def _chain(d, flow):
    top = d.chain(d.rng.randint(3, 6), flow)
    d.measure(top)
    d.put(top, 0, 0)
    d.join(top)
    for _ in range(d.rng.choices((0, 1, 2), (0.6, 0.3, 0.1))[0]):
        d.skip([leaf for leaf in top.children if leaf.part is not None], flow)


def row(d):
    _chain(d, 'row')


def column(d):
    rng = d.rng
    if rng.random() < 0.4:  # upwards
        top = d.chain(rng.randint(3, 6), 'col')
        top.rest['reverse'] = True
        d.measure(top)
        d.put(top, 0, 0)
        d.join(top)
    else:
        _chain(d, 'col')


def lanes(d):
    """Several chains one below the other that meet in a last block (or start from one)."""
    rng = d.rng
    n = rng.randint(2, 4)
    chains = [d.chain(rng.randint(1, 3), 'row', 1) for _ in range(n)]
    meet = d.leaf()
    tail = [d.leaf(ends=True) for _ in range(rng.randint(0, 2))]
    lanes_item = Item('col', chains, gap=rng.uniform(1.0, 2.2), flow='none')
    fused = Item('row', [lanes_item, meet, *tail], gap=d.gaps() + 0.5, chained=True)
    if meet.rest.get('make') == 'block' and meet.rest['shape'] == 'rect' and rng.random() < 0.5:
        d.measure(fused)
        meet.h = lanes_item.h
    d.measure(fused)
    d.put(fused, 0, 0)
    d.join(fused)


def nested(d):
    """Groups side by side (or stacked), joined as wholes or by their ends."""
    rng = d.rng
    flow = rng.choice(('row', 'row', 'col'))
    groups = []
    for _ in range(rng.randint(2, 3)):
        inner = d.chain(rng.randint(2, 4), rng.choice(('col', 'row')), 1)
        groups.append(d.group(inner))
    items = ([d.leaf(ends=True)] if rng.random() < 0.5 else []) + groups + ([d.leaf(ends=True)] if rng.random() < 0.5 else [])
    top = Item(flow, items, gap=d.gaps(), chained=True)
    if rng.random() < 0.15:
        top = d.group(top)
    d.measure(top)
    d.put(top, 0, 0)
    d.join(top)


def layers(d):
    """Rows of blocks, each joined to some of the next row."""
    rng = d.rng
    rows = [Item('row', [d.leaf() for _ in range(rng.randint(1, 4))], gap=rng.uniform(1.2, 2.5), flow='none') for _ in range(rng.randint(2, 5))]
    top = Item('col', rows, gap=d.gaps() + 0.4)
    d.measure(top)
    d.put(top, 0, 0)
    for upper, lower in zip(rows, rows[1:]):
        a, b = [c.part for c in upper.children], [c.part for c in lower.children]
        for part in a:
            near = sorted(b, key=lambda p: abs(p.centre[0] - part.centre[0]))
            for other in near[:rng.choice((1, 1, 2))]:
                d.connect(part, other)
        for part in b:
            if not any(arrow.head is part for arrow in d.arrows):
                d.connect(min(a, key=lambda p: abs(p.centre[0] - part.centre[0])), part)


def grid(d):
    """Blocks on a grid, joined along a path that turns."""
    rng = d.rng
    columns, n = rng.randint(2, 4), rng.randint(4, 10)
    leaves = [d.leaf() for _ in range(n)]
    rows = [Item('row', leaves[i:i + columns], gap=d.gaps(), flow='none') for i in range(0, n, columns)]
    w, h = max(leaf.w for leaf in leaves), max(leaf.h for leaf in leaves)
    for leaf in leaves:
        if leaf.rest.get('make') == 'block' and leaf.rest['shape'] not in ('circle', 'diamond'):
            leaf.w, leaf.h = w, h
    top = Item('col', rows, gap=d.gaps())
    d.measure(top)
    d.put(top, 0, 0)
    snake = columns == 2 or rng.random() < 0.8
    order = [leaf for i, r in enumerate(rows) for leaf in (r.children[::-1] if snake and i % 2 else r.children)]
    for a, b in zip(order, order[1:]):
        d.connect(a.part, b.part)


def hub(d):
    """One block in the middle with others around it."""
    rng = d.rng
    left = Item('col', [d.leaf(ends=True) for _ in range(rng.randint(1, 4))], gap=rng.uniform(0.8, 1.8), flow='none')
    right = Item('col', [d.leaf(ends=True) for _ in range(rng.randint(1, 4))], gap=rng.uniform(0.8, 1.8), flow='none')
    middle = d._block()
    if rng.random() < 0.5:
        middle.h += 3
    above = [d.leaf() for _ in range(rng.randint(0, 2))]
    column_item = Item('col', [*above, middle], gap=d.gaps(), chained=True)
    top = Item('row', [left, column_item, right], gap=d.gaps() + 0.8)
    d.measure(top)
    d.put(top, 0, 0)
    d.join(column_item)
    for leaf in left.children:
        d.connect(leaf.part, middle.part)
    for leaf in right.children:
        d.connect(middle.part, leaf.part)


def ladder(d):
    """An encoder down on the left, a decoder up on the right, rungs across."""
    rng = d.rng
    n = rng.randint(3, 5)
    a = Item('col', [d._block() for _ in range(n)], gap=rng.uniform(1.2, 2.2), chained=True)
    b = Item('col', [d._block() for _ in range(n)], gap=a.rest['gap'], chained=True, reverse=True)
    for x, y in zip(a.children, b.children[::-1]):
        x.h = y.h = max(x.h, y.h)
    bottom = d._block()
    top = Item('col', [Item('row', [a, b], gap=rng.uniform(4, 7)), bottom], gap=rng.uniform(1.5, 2.5))
    d.measure(top)
    d.put(top, 0, 0)
    d.join(a)
    d.join(b)
    d.connect(a.children[-1].part, bottom.part)
    d.connect(bottom.part, b.children[0].part)
    for x, y in zip(a.children, b.children[::-1]):
        if rng.random() < 0.8:
            d.connect(x.part, y.part, dash=(0.3, 0.22) if rng.random() < 0.5 else None)


def tree(d):
    rng = d.rng
    leaves = [[d.leaf() for _ in range(rng.randint(1, 3))] for _ in range(rng.randint(2, 3))]
    middles = [d._block() for _ in leaves]
    subs = [Item('col', [m, Item('row', ls, gap=rng.uniform(0.8, 1.6), flow='none')], gap=d.gaps() + 0.5, chained=True) for m, ls in zip(middles, leaves)]
    root = d._block()
    top = Item('col', [root, Item('row', subs, gap=rng.uniform(1.2, 2.2), flow='none')], gap=d.gaps() + 0.5)
    d.measure(top)
    d.put(top, 0, 0)
    for sub in subs:
        d.join(sub)
    d.connect_all([root.part], [m.part for m in middles])


def ring(d):
    """Blocks around a loop, as for a training loop or an agent and its environment."""
    rng = d.rng
    top_row = Item('row', [d._block() for _ in range(rng.randint(2, 3))], gap=d.gaps() + 1, chained=True)
    bottom = Item('row', [d._block() for _ in range(len(top_row.children))], gap=top_row.rest['gap'], chained=True, reverse=True)
    for x, y in zip(top_row.children, bottom.children[::-1]):
        x.w = y.w = max(x.w, y.w)
    whole = Item('col', [top_row, bottom], gap=d.gaps() + 1)
    d.measure(whole)
    d.put(whole, 0, 0)
    d.join(whole)
    d.connect(top_row.children[-1].part, bottom.children[0].part)
    d.connect(bottom.children[-1].part, top_row.children[0].part)


LAYOUTS = {f.__name__: f for f in (row, column, lanes, nested, layers, grid, hub, ladder, tree, ring)}


def diagram(rng, split='train', chinese=False, look=None):
    """A Scene of kind 'diagram', in em; tests also show layouts that training never does."""
    names = [n for n in LAYOUTS if n not in sides.TEST_LAYOUTS] if split == 'train' else list(LAYOUTS)
    name = rng.choice(names)
    d = Draughtsman(rng, split, chinese, look)
    LAYOUTS[name](d)
    if rng.random() < 0.07:
        d.loose()
    if rng.random() < (0.3 if d.has_icons else 0.07):
        d.key()
    if rng.random() < 0.1:
        d.title()
    return Scene('diagram', name, d.parts, d.look.for_scene())
