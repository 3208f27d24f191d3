"""A parse of a figure: its regions and how they hang together (docs/figure-language.md). The TypeScript twin is
src/inference/process/figure/parse.ts; both read the words and colours from models/groundnote-one/language.json.
"""
import json
from dataclasses import dataclass, field, fields
from pathlib import Path

DATA = json.loads((Path(__file__).resolve().parents[2] / 'models/groundnote-one/language.json').read_text())
ROLES = tuple(DATA['roles'])
COLOURS = tuple(DATA['colours'])
MAX_REGIONS = DATA['max_regions']
LINKS = ('parent', 'tail', 'head', 'owner')


class ParseError(ValueError):
    """A parse that breaks a rule of the format."""


@dataclass
class Region:
    """One region of a figure. `box` is [x1, y1, x2, y2] in pixels, right and bottom exclusive; links are indices into the parse."""
    role: str
    box: list
    text: str | None = None
    colour: list | None = None
    parent: int | None = None
    tail: int | None = None
    head: int | None = None
    owner: int | None = None
    row: int | None = None
    col: int | None = None
    value: float | None = None
    bold: bool | None = None
    score: float | None = None

    @property
    def centre(self):
        """(x, y) in pixels."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2

    @property
    def area(self):
        return (self.box[2] - self.box[0]) * (self.box[3] - self.box[1])

    def to_json(self):
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name)) is not None}


@dataclass
class Parse:
    """`regions` in reading order, at most MAX_REGIONS; `width` and `height` in pixels."""
    width: int
    height: int
    regions: list = field(default_factory=list)

    @classmethod
    def from_json(cls, data):
        try:
            parse = cls(data['width'], data['height'], [Region(**r) for r in data['regions']])
        except (KeyError, TypeError) as error:
            raise ParseError(f'not a parse: {error}') from error
        return parse.check()

    def to_json(self):
        return {'width': self.width, 'height': self.height, 'regions': [r.to_json() for r in self.regions]}

    def check(self):
        """Itself, or ParseError with the first rule that it breaks."""
        n = len(self.regions)
        if n > MAX_REGIONS:
            raise ParseError(f'{n} regions, at most {MAX_REGIONS}')
        for i, r in enumerate(self.regions):
            if r.role not in ROLES:
                raise ParseError(f'region {i}: no role {r.role}')
            if len(r.box) != 4 or not (r.box[0] < r.box[2] and r.box[1] < r.box[3]):
                raise ParseError(f'region {i}: an empty box {r.box}')
            for link in LINKS:
                to = getattr(r, link)
                if to is not None and not (0 <= to < n and to != i):
                    raise ParseError(f'region {i}: {link} points to {to}')
        return self


def lab(rgb):
    """CIE Lab (D65) of an sRGB colour 0..255."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in rgb)]
    rows = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
    xyz = [sum(a * b for a, b in zip(row, linear)) / w for row, w in zip(rows, (0.95047, 1.0, 1.08883))]
    f = [v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in xyz]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


_words = {}


def colour_word(rgb):
    """The word whose nearest prototype in Lab is nearest (of two as near, the one that comes first in the list); None for None."""
    if rgb is None:
        return None
    key = tuple(rgb)
    if key not in _words:
        here = lab(key)
        distance = lambda p: sum((a - b) ** 2 for a, b in zip(here, p))
        _words[key] = min(COLOURS, key=lambda w: min(map(distance, DATA['colours'][w])))
    return _words[key]
