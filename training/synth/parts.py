"""What a scene is made of: parts with their geometry, text and looks, first in em, then in pixels, and the parse that they give.

Frame: origin top left, x right, y down. While a scene is laid out, lengths are in em of its ordinary text; `Scene.finish` scales all to
pixels once. A part without a role is drawn and is no region (rules of a table, grid lines, a background).
"""
import math
from dataclasses import dataclass, field

from one.parse import MAX_REGIONS, Parse, Region

CONTAINERS = frozenset({'group', 'panel', 'plot', 'legend', 'table', 'block'})

_WIDE = set('mwMWQOGD@%—→∑Σ')
_SLIM = set("iljtfrI.,:;'|!()[] -/·")


def em_width(text):
    """About how wide a text is in em, in an ordinary sans-serif: enough to lay out by; a renderer measures its own font."""
    total = 0.0
    for c in text:
        total += 1.0 if c >= '⺀' else 0.82 if c in _WIDE else 0.33 if c in _SLIM else 0.66 if c.isupper() else 0.55
    return total


@dataclass(slots=True)
class Line:
    """One line of text. `x`, `y`: its anchor ('l', 'c' or 'r' of it, always its middle in height); `width`: room along its direction, which
    a renderer keeps to by a smaller size; `angle`: turned so many degrees against the clock about its anchor (90: read from bottom to top).
    `runs`: (text, level), level -1 lowered, 1 raised."""
    runs: list
    x: float
    y: float
    width: float
    size: float = 1.0
    anchor: str = 'c'
    angle: int = 0
    weight: str = 'regular'
    colour: tuple = (0, 0, 0)

    @property
    def text(self):
        return ''.join(text for text, _ in self.runs)

    @property
    def box(self):
        """[x1, y1, x2, y2] by the estimate of em_width."""
        w, h = min(self.width, run_width(self.runs) * self.size), self.size
        shift = {'l': 0.0, 'c': 0.5, 'r': 1.0}[self.anchor]
        return turned_box([-w * shift, -h / 2, w * (1 - shift), h / 2], self.angle, self.x, self.y)


def turned_box(box, degrees, x, y):
    """The upright box of a box around (0, 0), turned against the clock and put at (x, y)."""
    if degrees == 0:
        return [box[0] + x, box[1] + y, box[2] + x, box[3] + y]
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    corners = [(x + u * c + v * s, y - u * s + v * c) for u in (box[0], box[2]) for v in (box[1], box[3])]
    return [min(p[0] for p in corners), min(p[1] for p in corners), max(p[0] for p in corners), max(p[1] for p in corners)]


def run_width(runs):
    """Width of runs in em: raised and lowered ones are 0.7 as large."""
    return sum(em_width(text) * (1.0 if level == 0 else 0.7) for text, level in runs)


@dataclass(eq=False, slots=True)
class Part:
    """One part. Links (`parent`, `owner`, `tail`, `head`) are parts. `points`: the path of an arrow or curve, the places of markers.
    `look`: how it is drawn, by kind (draw.py says which keys a kind has); lengths in it are in em."""
    role: str | None
    box: list
    text: str | None = None
    colour: tuple | None = None
    parent: object = None
    owner: object = None
    tail: object = None
    head: object = None
    row: int | None = None
    col: int | None = None
    value: float | None = None
    bold: bool | None = None
    kind: str = ''
    points: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    look: dict = field(default_factory=dict)
    layer: int = 2

    @property
    def centre(self):
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2

    def place(self, scale, dx, dy):
        """p becomes p · scale + (dx, dy), for all that it has."""
        x1, y1, x2, y2 = self.box
        self.box = [x1 * scale + dx, y1 * scale + dy, x2 * scale + dx, y2 * scale + dy]
        self.points = [(x * scale + dx, y * scale + dy) for x, y in self.points]
        for line in self.lines:
            line.x, line.y = line.x * scale + dx, line.y * scale + dy
            line.width *= scale
            line.size *= scale


def union(boxes):
    boxes = list(boxes)
    return [min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)]


def label(lines_of_runs, x, y, width, size=1.0, anchor='c', angle=0, weight='regular', colour=(0, 0, 0), leading=1.2):
    """Lines one below the other around a middle (x, y). With an angle they go from left to right."""
    out, first = [], -(len(lines_of_runs) - 1) / 2
    for i, runs in enumerate(lines_of_runs):
        off = (first + i) * leading * size
        out.append(Line(runs, x + (off if angle else 0), y + (0 if angle else off), width, size, anchor, angle, weight, colour))
    return out


def wrap(text, room):
    """A text in lines of at most about `room` em, broken at spaces (and anywhere in Chinese); each a list of one run."""
    if em_width(text) <= room:
        return [[(text, 0)]]
    words, lines, now = [], [], ''
    for word in text.split(' '):
        if word and all(c >= '⺀' for c in word) and em_width(word) > room:
            words += [word[i:i + max(2, int(room))] for i in range(0, len(word), max(2, int(room)))]
        else:
            words.append(word)
    for word in words:
        joint = '' if not now or (now[-1] >= '⺀' and word[:1] >= '⺀') else ' '
        if now and em_width(now + joint + word) > room:
            lines.append(now)
            now = word
        else:
            now += joint + word
    return [[(line, 0)] for line in lines + [now]]


def joined(lines_of_runs):
    """The text of a label of several lines: joined by a space, or by nothing between Chinese ones."""
    out = ''
    for runs in lines_of_runs:
        text = ''.join(t for t, _ in runs)
        out += text if not out or (out[-1] >= '⺀' and text[:1] >= '⺀') else ' ' + text
    return ' '.join(out.split())


def text_part(role, lines, **rest):
    """A part that is nothing but its text. `rest['text']` overrides what its lines say (a label broken within Chinese)."""
    text = rest.pop('text', None) or joined([line.runs for line in lines])
    return Part(role, union(line.box for line in lines), text, colour=lines[0].colour, lines=lines, kind='text', layer=rest.pop('layer', 5), **rest)


def reading_order(boxes, height):
    """Indices of boxes from top to bottom and, within a line of middles, from left to right. A line is as high as 2 % of the picture."""
    order = sorted(range(len(boxes)), key=lambda i: boxes[i][1] + boxes[i][3])
    out, line, top = [], [], None
    for i in order:
        middle = (boxes[i][1] + boxes[i][3]) / 2
        if line and middle - top > 0.02 * height:
            out += sorted(line, key=lambda j: boxes[j][0])
            line = []
        if not line:
            top = middle
        line.append(i)
    return out + sorted(line, key=lambda j: boxes[j][0])


@dataclass
class Scene:
    """A laid-out figure. After `finish`, all in pixels. `look`: what goes for the whole picture (theme, fonts)."""
    kind: str
    layout: str
    parts: list
    look: dict
    width: int = 0
    height: int = 0
    em: float = 1.0

    def extent(self):
        return union(p.box for p in self.parts)

    def shift(self, dx, dy):
        for p in self.parts:
            p.place(1.0, dx, dy)

    def finish(self, rng, shortest=400, longest=1400):
        """Chooses the size of the picture and scales to pixels. @returns itself, or None where no size of text between 8 and 26 px
        gives a long side between `shortest` and `longest`."""
        x1, y1, x2, y2 = self.extent()
        left, top, right, bottom = (rng.uniform(0.3, 2.0) for _ in range(4))
        w, h = x2 - x1 + left + right, y2 - y1 + top + bottom
        low, high = max(8.0, shortest / max(w, h)), min(26.0, longest / max(w, h))
        if low > high or min(w, h) * low < 60:
            return None
        em = low + (high - low) * rng.random() ** 1.3
        self.em, self.width, self.height = em, math.ceil(w * em), math.ceil(h * em)
        for p in self.parts:
            p.place(em, (left - x1) * em, (top - y1) * em)
        self.parts.sort(key=lambda p: p.layer)
        return self

    def regions(self):
        """Parts that are regions, in reading order."""
        parts = [p for p in self.parts if p.role]
        return [parts[i] for i in reading_order([p.box for p in parts], self.height)]

    def parse(self):
        """The Parse of the scene as laid out. @raises one.parse.ParseError where it has too many regions."""
        parts = self.regions()
        at = {id(p): i for i, p in enumerate(parts)}
        index = lambda p: None if p is None else at.get(id(p))
        boxes = []
        for p in parts:
            x1, y1 = max(0, math.floor(p.box[0])), max(0, math.floor(p.box[1]))
            boxes.append([x1, y1, max(x1 + 1, min(self.width, math.ceil(p.box[2]))), max(y1 + 1, min(self.height, math.ceil(p.box[3])))])
        holders = sorted((_area(boxes[i]), i) for i, p in enumerate(parts) if p.role in CONTAINERS)
        regions = []
        for i, p in enumerate(parts):
            parent = index(p.parent) if p.parent is not None else _holder(i, boxes, holders)
            regions.append(Region(p.role, boxes[i], p.text or None, list(p.colour) if p.colour is not None else None, parent, index(p.tail), index(p.head),
                                  index(p.owner), p.row, p.col, p.value, p.bold))
        return Parse(self.width, self.height, regions).check()

    @property
    def crowded(self):
        return sum(1 for p in self.parts if p.role) > MAX_REGIONS


def _area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def _holder(i, boxes, holders):
    """Index of the smallest container that holds box i: nine tenths of it, and larger than it."""
    x1, y1, x2, y2 = boxes[i]
    own = (x2 - x1) * (y2 - y1)
    for area, j in holders:
        if area <= own or j == i:
            continue
        b = boxes[j]
        w, h = min(x2, b[2]) - max(x1, b[0]), min(y2, b[3]) - max(y1, b[1])
        if w > 0 and h > 0 and w * h >= 0.9 * own:
            return j
    return None
