"""Sets the text of a scene with real fonts: which glyphs go where, and the box that they fill. Uses skia."""
from dataclasses import dataclass
from functools import lru_cache

import skia

from . import fonts
from .parts import turned_box, union


@lru_cache(None)
def typeface(family, weight):
    """A family's face; the regular one where the weight is missing."""
    found = fonts.find(family, weight) or fonts.find(family, 'regular')
    return skia.Typeface.MakeFromFile(*found) if found else None


@lru_cache(1 << 16)
def _family_of(char, family, chinese, weight):
    """The family that has a character: the text's own, else that for Chinese, else a fallback."""
    order = [chinese, family] if char >= '⺀' and chinese else [family, chinese]
    for name in (*order, *fonts.FALLBACK):
        if name and (face := typeface(name, weight)) is not None and face.unicharToGlyph(ord(char)):
            return name
    return family


@lru_cache(4096)
def _font(family, weight, size):
    font = skia.Font(typeface(family, weight), size)
    font.setSubpixel(True)
    font.setLinearMetrics(True)
    font.setHinting(skia.FontHinting.kNone)
    font.setEdging(skia.Font.Edging.kAntiAlias)
    return font


@dataclass(slots=True)
class Set:
    """A line as set: pieces of (text, font, x, y of the baseline) in the line's own frame (turned by `angle` about `origin`),
    and the box of its ink in the picture."""
    pieces: list
    origin: tuple
    angle: int
    colour: tuple
    box: list


def _pieces(runs, size, family, chinese, weight):
    """(text, font, dx, dy) of each piece from x 0, the width, and the ink's [x1, y1, x2, y2] about the baseline at 0."""
    out, x, ink = [], 0.0, None
    for text, level in runs:
        s, dy = (size, 0.0) if level == 0 else (size * 0.7, -level * size * (0.36 if level > 0 else 0.2))
        now, name = '', None
        for char in text + '\0':
            mine = None if char == '\0' else name if char == ' ' and name else _family_of(char, family, chinese, weight)
            if now and mine != name:
                font = _font(name, weight, round(s * 4) / 4)
                bounds = skia.Rect()
                w = font.measureText(now, skia.TextEncoding.kUTF8, bounds)
                out.append((now, font, x, dy))
                if bounds.width() > 0:
                    box = [x + bounds.left(), dy + bounds.top(), x + bounds.right(), dy + bounds.bottom()]
                    ink = box if ink is None else union((ink, box))
                x += w
                now = ''
            if char != '\0':
                now, name = now + char, mine
    return out, x, ink or [0, -size * 0.5, max(x, 1), 0]


def set_line(line, family, chinese, least=6.0):
    """Sets a Line (in pixels) within its width, by a smaller size where it must be."""
    pieces, width, ink = _pieces(line.runs, line.size, family, chinese, line.weight)
    if width > line.width * 1.02:
        size = max(least, line.size * line.width / width)
        pieces, width, ink = _pieces(line.runs, size, family, chinese, line.weight)
        line.size = size
    shift = {'l': 0.0, 'c': 0.5, 'r': 1.0}[line.anchor] * width
    base = 0.35 * line.size  # the middle of capitals is at y
    pieces = [(text, font, x - shift, base + dy) for text, font, x, dy in pieces]
    x1, y1, x2, y2 = ink[0] - shift, base + ink[1], ink[2] - shift, base + ink[3]
    box = turned_box([x1, y1, x2, y2], line.angle, line.x, line.y)
    return Set(pieces, (line.x, line.y), line.angle, line.colour, box)


def typeset(scene, split='train'):
    """Sets all lines of a finished scene, and makes the boxes of the parts that are text exact. @returns {id(part): [Set, ...]}"""
    family, chinese = fonts.choose(split, scene.look['font'])
    out = {}
    for part in scene.parts:
        if not part.lines:
            continue
        before = [line.size for line in part.lines]
        sets = [set_line(line, family, chinese) for line in part.lines]
        shrunk = min(line.size / size for line, size in zip(part.lines, before))
        if len(part.lines) > 1 and shrunk < 0.99:  # the lines of one label become smaller together
            for line, size in zip(part.lines, before):
                line.size = size * shrunk
            sets = [set_line(line, family, chinese) for line in part.lines]
        out[id(part)] = sets
        if part.kind == 'text' and part.role != 'cell':
            part.box = union(s.box for s in sets)
        elif part.kind == 'entry':
            part.box = union([[*part.points[0], *part.points[1]], *(s.box for s in sets)])
    for part in scene.parts:
        if part.kind == 'axis':
            ticks = [p.box for p in scene.parts if p.owner is part and p.role == 'tick']
            ends = union([(x, y, x, y) for x, y in part.points[:2]])
            reach = max(part.look['out'], 0.1) * scene.em
            line = [ends[0], ends[1], ends[2], ends[3] + reach] if part.look['side'] == 'x' else [ends[0] - reach, ends[1], ends[2], ends[3]]
            part.box = union([line, *ticks])
    return out
