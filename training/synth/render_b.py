"""Renderer B, for testing only: another library, other fonts, colours, arrows and pictures than those of training; never train on it.

Diagrams and tables are scenes of the test side (words, layouts) drawn with matplotlib's patches and its way of setting text and formulas;
plots are matplotlib's own (plots_b.py).

    picture, truth = figure(seed)             # uint8 [H, W, 3] RGB, Truth
"""
import numpy as np
from matplotlib.image import BboxImage
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, FancyArrowPatch, FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import Bbox, TransformedBbox

from . import fonts
from . import split as sides
from .diagrams import diagram
from .looks import luminance, mix, rgb
from .panels import panels
from .parts import union
from .render_a import truth_of
from .sheet_b import Sheet, families, mathtext, points, tone
from .tables import table

#: Palettes that training does not have: fills of blocks.
FILLS = ['e8f5e9 fff8e1 fce4ec e1f5fe ede7f6', 'cce5df f6e7cb efd0ca d8c3d9 c9d7f2', 'fdebd3 d5e8d4 cdd9ea f2c6c6', '8ecae6 ffb703 fb8500 a3b18a d0a5c0', 'eef0f2 dfe3e8 c6ccd4 f9f9fb', 'ffd6a5 fdffb6 caffbf 9bf6ff bdb2ff ffc6ff',
         '355070 6d597a b56576 e56b6f eaac8b', 'ffffff']
SHARES = {'diagram': 0.44, 'table': 0.12, 'line': 0.13, 'bar': 0.11, 'scatter': 0.06, 'heatmap': 0.05, 'panels': 0.09}
INK = frozenset({'arrow', 'curve', 'marker', 'snowflake', 'flame', 'block', 'bar'})


class Line:
    """What truth_of wants to know of a line as set."""

    def __init__(self, box):
        self.box = box


class PainterB:
    """Draws a scene on a sheet; remembers the artists of each part, for masks."""

    def __init__(self, scene, rng):
        self.scene, self.em, self.rng = scene, scene.em, rng
        self.sheet = Sheet(scene.width, scene.height, scene.look['paper'])
        self.artists, self.sets = {}, {}
        self.families = families(scene.look['font'])
        self.fills, self.palette = {}, [rgb(c) for c in rng.choice(FILLS).split()]
        self.border = rng.choice(('darker', 'ink', 'none', 'darker'))
        self.width = rng.choice((0.8, 1.2, 1.8, 2.4))
        self.corner = rng.choice(('square', 'round', 'round4', 'roundtooth' if rng.random() < 0.1 else 'round'))
        self.arrow = rng.choice(('-|>', '->', 'simple', '-|>', 'fancy'))
        self.join = rng.choice(('arc3,rad=0', 'arc3,rad=0', 'arc3,rad=0.18', 'arc3,rad=-0.15'))
        self.arrow_scale = rng.uniform(0.75, 1.25)
        self.arrow_tone = rng.choice(((60, 60, 60), (20, 40, 90), (0, 0, 0), (110, 80, 60), (90, 110, 130)))
        self.math = rng.choice(('cm', 'stix', 'dejavusans'))
        self.ax = self.sheet.ax
        for part in scene.parts:
            self._z = part.layer
            getattr(self, 'put_' + part.kind)(part, part.look)

    def keep(self, part, *artists, add=True):
        for artist in artists:
            artist.set_zorder(self._z)
            if add:
                self.ax.add_artist(artist)
            artist.set_clip_on(False)
        self.artists.setdefault(id(part), []).extend(artists)

    def restyled(self, fill):
        """Another palette's colour for a fill: the same for the same fill. White stays white."""
        if fill not in self.fills:
            self.fills[fill] = fill if min(fill) > 243 and self.rng.random() < 0.8 else self.rng.choice(self.palette)
        return self.fills[fill]

    def edge(self, fill):
        if self.border == 'none' and luminance(fill) < 0.93:
            return 'none'
        return tone(mix(fill, (0, 0, 0), 0.55) if self.border == 'darker' and luminance(fill) < 0.97 else self.scene.look['ink'])

    # ---- text -----------------------------------------------------------------------------------------------------------------

    def texts(self, part, colour=None):
        lines = []
        for line in part.lines:
            ink = colour if colour is not None else line.colour
            size = line.size
            artist = self.ax.text(line.x, line.y, mathtext(line.runs), fontsize=points(size), family=self.families, color=tone(ink), ha={'l': 'left', 'c': 'center', 'r': 'right'}[line.anchor] if not line.angle else 'center',
                                  va='center' if not line.angle else {'l': 'bottom', 'c': 'center', 'r': 'top'}[line.anchor], rotation=line.angle, weight='bold' if line.weight == 'bold' else 'normal',
                                  style='italic' if line.weight == 'italic' else 'normal', math_fontfamily=self.math, zorder=self._z + 0.05)
            box = artist.get_window_extent(self.sheet.canvas.get_renderer())
            length = box.height if line.angle else box.width
            if length > line.width:
                artist.set_fontsize(max(4.5, points(size) * line.width / length))
            lines.append((artist, Line(self.sheet.box([artist]) or [int(v) for v in line.box])))
        self.sets[id(part)] = [line for _, line in lines]
        return [artist for artist, _ in lines]

    def put_text(self, part, look):
        artists = self.texts(part)
        if part.role == 'cell':
            return
        self.artists[id(part)] = artists
        part.box = union(line.box for line in self.sets[id(part)])

    # ---- shapes ---------------------------------------------------------------------------------------------------------------

    def put_block(self, part, look):
        x1, y1, x2, y2 = part.box
        w, h = x2 - x1, y2 - y1
        fill = self.restyled(look['fill'])
        part.colour = fill
        keys = dict(facecolor=tone(fill), edgecolor=self.edge(fill), linewidth=self.width, linestyle=(0, (4, 2)) if look['dash'] else '-')
        shape = look['shape']
        if shape in ('ellipse', 'circle'):
            patch = Ellipse(((x1 + x2) / 2, (y1 + y2) / 2), w, h, **keys)
        elif shape == 'diamond':
            patch = Polygon([((x1 + x2) / 2, y1), (x2, (y1 + y2) / 2), ((x1 + x2) / 2, y2), (x1, (y1 + y2) / 2)], closed=True, **keys)
        elif shape == 'parallelogram':
            s = min(h * 0.5, self.em)
            patch = Polygon([(x1 + s, y1), (x2, y1), (x2 - s, y2), (x1, y2)], closed=True, **keys)
        elif shape == 'trapezoid':
            s = h * 0.22
            patch = Polygon([(x1, y1), (x2, y1 + s), (x2, y2 - s), (x1, y2)] if look['flip'] else [(x1, y1 + s), (x2, y1), (x2, y2), (x1, y2 - s)], closed=True, **keys)
        elif shape in ('cylinder', 'cube', 'stack'):  # as a hexagon: a shape of B alone
            s = min(h * 0.3, self.em * 0.6)
            patch = Polygon([(x1 + s, y1), (x2 - s, y1), (x2, (y1 + y2) / 2), (x2 - s, y2), (x1 + s, y2), (x1, (y1 + y2) / 2)], closed=True, **keys)
        else:
            style = {'square': 'square,pad=0', 'round': f'round,pad=0,rounding_size={min(w, h) * 0.2:.2f}', 'round4': f'round4,pad=0,rounding_size={min(w, h) * 0.08:.2f}', 'roundtooth': f'roundtooth,pad=0,tooth_size={max(3.0, min(w, h) * 0.1):.2f}'}[self.corner]
            patch = FancyBboxPatch((x1, y1), w, h, boxstyle=style, **keys)
        self.keep(part, patch)
        self.texts(part, (255, 255, 255) if luminance(fill) < 0.45 else (20, 20, 20))

    def put_frame(self, part, look):
        x1, y1, x2, y2 = part.box
        face = None
        if look['fill']:
            face = mix(self.restyled(look['fill']), self.scene.look['paper'], 0.55) if part.role == 'group' else look['fill']
        if part.role == 'group':
            part.colour = face or self.scene.look['paper']
        if look['border'] or face:
            self.keep(part, Rectangle((x1, y1), x2 - x1, y2 - y1, facecolor=tone(face) if face else 'none', edgecolor=tone(look['border']) if look['border'] else 'none', linewidth=self.width, linestyle=(0, (1, 1.5)) if look['dash'] else '-'))
        ink = (255, 255, 255) if face and luminance(face) < 0.45 else None
        self.texts(part, ink)

    def put_strip(self, part, look):
        x1, y1, x2, y2 = part.box
        fill = self.restyled(look['fill'])
        part.colour = fill
        for i in range(look['n']):
            cell = (x1, y1 + (y2 - y1) * i / look['n'], x2 - x1, (y2 - y1) / look['n']) if look['upright'] else (x1 + (x2 - x1) * i / look['n'], y1, (x2 - x1) / look['n'], y2 - y1)
            self.keep(part, Rectangle(cell[:2], cell[2], cell[3], facecolor=tone(fill), edgecolor=tone((255, 255, 255) if luminance(fill) < 0.7 else (90, 90, 90)), linewidth=1))

    def put_image(self, part, look):
        x1, y1, x2, y2 = part.box
        w, h = max(2, round(x2 - x1)), max(2, round(y2 - y1))
        image = BboxImage(TransformedBbox(Bbox([[x1, y2], [x2, y1]]), self.ax.transData), interpolation='bilinear')
        image.set_data(picture_b(look['seed'], w, h))
        image.set_zorder(self._z)
        self.ax.add_artist(image)

    def put_arrow(self, part, look):
        em, rng = self.em, self.rng
        part.colour = self.arrow_tone
        style, scale = self.arrow, em * 0.9 * self.arrow_scale
        straight = len(part.points) == 2
        if style in ('simple', 'fancy'):
            arrowstyle = f'{style},head_length=0.7,head_width=0.6,tail_width=0.14' if style == 'simple' else f'{style},head_length=0.7,head_width=0.6,tail_width=0.2'
            keys = dict(linewidth=0.4)
            if not straight or look['both']:
                style = '-|>'
        if style in ('-|>', '->'):
            arrowstyle = ('<' if look['both'] else '') + ('|' if look['both'] and style == '-|>' else '') + style + ',head_length=0.5,head_width=0.26'
            keys = dict(linewidth=max(0.8, points(em * 0.1)), linestyle=(0, (2, 1.2)) if look['dash'] else '-')
        keys.update(mutation_scale=scale, color=tone(part.colour), shrinkA=0, shrinkB=0, joinstyle='miter')
        if straight:
            slant = abs(part.points[0][0] - part.points[1][0]) > em and abs(part.points[0][1] - part.points[1][1]) > em
            patch = FancyArrowPatch(part.points[0], part.points[1], arrowstyle=arrowstyle, connectionstyle=self.join if slant else 'arc3,rad=0', **keys)
        else:
            patch = FancyArrowPatch(path=Path(part.points), arrowstyle=arrowstyle, **keys)
        self.keep(part, patch)
        part.box = self.sheet.box([patch]) or part.box

    def put_snowflake(self, part, look):
        part.colour = (30, 136, 229)
        (cx, cy), size = part.centre, part.box[2] - part.box[0]
        self.keep(part, self.ax.text(cx, cy, '❄', fontsize=points(size * 1.15), family='DejaVu Sans', color=tone(part.colour), ha='center', va='center_baseline'), add=False)
        part.box = self.sheet.box(self.artists[id(part)]) or part.box

    def put_flame(self, part, look):
        x1, y1, x2, y2 = part.box
        part.colour = (244, 81, 30)

        def drop(scale, colour):
            w, h, cx = (x2 - x1) * scale, (y2 - y1) * scale, (x1 + x2) / 2
            at = lambda u, v: (cx + u * w, y2 - v * h)
            path = Path([at(0, 0), at(-0.6, 0.05), at(-0.5, 0.5), at(-0.1, 0.6), at(0.0, 0.75), at(-0.05, 0.85), at(0.12, 1.0), at(0.3, 0.7), at(0.65, 0.15), at(0, 0)],
                        [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.CURVE4])
            return PathPatch(path, facecolor=tone(colour), edgecolor='none')
        self.keep(part, drop(1.0, part.colour), drop(0.5, (255, 202, 40)))
        part.box = self.sheet.box(self.artists[id(part)]) or part.box

    def put_entry(self, part, look):
        (x1, y1), (x2, y2) = part.points
        if look['kind'] == 'swatch':
            fill = self.restyled(look['fill'])
            part.colour = fill
            self.keep(part, Rectangle((x1, y1), x2 - x1, y2 - y1, facecolor=tone(fill), edgecolor=self.edge(fill), linewidth=self.width * 0.6))
        self.texts(part)
        part.box = union([[x1, y1, x2, y2], *(line.box for line in self.sets[id(part)])])

    def put_table(self, part, look):
        pass

    def put_rule(self, part, look):
        (ax_, ay), (bx, by) = part.points
        self.keep(part, Line2D([ax_, bx], [ay, by], color=tone(look['colour']), linewidth=points(max(1.0, look['width'] * self.em)), solid_capstyle='butt'))

    def put_band(self, part, look):
        x1, y1, x2, y2 = part.box
        self.keep(part, Rectangle((x1, y1), x2 - x1, y2 - y1, facecolor=tone(look['fill']), edgecolor='none'))

    # ---- masks ----------------------------------------------------------------------------------------------------------------

    def mask(self, part, box, matrix=None):
        """As Painter.mask of renderer A: the ink of arrows, icons and shapes of blocks; boxes for what is a frame or text."""
        return mask_of(self.sheet, part, box, self.artists.get(id(part), ()), self.sets.get(id(part), ()))


def mask_of(sheet, part, box, artists, lines):
    x1, y1, x2, y2 = box
    if part.role in INK and artists:
        ink = sheet.ink(artists)[y1:y2, x1:x2]
    elif part.kind == 'text' and part.role != 'cell' and lines:
        ink = np.zeros((y2 - y1, x2 - x1), bool)
        for line in lines:
            a, b, c, d = (round(v) for v in line.box)
            ink[max(0, b - y1):max(0, d - y1), max(0, a - x1):max(0, c - x1)] = True
    else:
        ink = np.ones((y2 - y1, x2 - x1), bool)
    return np.where(ink, np.uint8(255), np.uint8(0)), x1, y1


def picture_b(seed, width, height):
    """A picture inside a figure: a mosaic of cells or bands of waves. uint8 [height, width, 3]"""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    if seed % 3:
        n = int(rng.integers(5, 30))
        centres = rng.random((n, 2)) * (width, height)
        colours = rng.integers(20, 240, (n, 3)).astype(np.uint8)
        nearest = ((x[..., None] - centres[:, 0]) ** 2 + (y[..., None] - centres[:, 1]) ** 2).argmin(-1)
        return colours[nearest]
    a, b, c = rng.uniform(2, 9, 3)
    wave = np.sin(x / width * a + np.sin(y / height * b) * 2) * np.cos(y / height * c + x / width)
    low, high = rng.integers(0, 120, 3), rng.integers(130, 256, 3)
    t = ((wave + 1) / 2)[..., None]
    return (low * (1 - t) + high * t).astype(np.uint8)


_MIXED = panels([(diagram, 0.6), (table, 0.4)])


def figure(seed, kind=None):
    """One test picture with its truth. @param kind a key of SHARES, or None for any"""
    from .plots_b import PLOTS, plot_panels
    rng = sides.generator(seed, 'test', 'figure')
    for _ in range(60):
        name = kind or rng.choices(list(SHARES), list(SHARES.values()))[0]
        chinese = rng.random() < 0.25 and bool(fonts.available('test')[1])
        if name in PLOTS:
            made = PLOTS[name](rng, chinese)
        elif name == 'panels' and rng.random() < 0.6:
            made = plot_panels(rng, chinese)
        else:
            scene = {'diagram': diagram, 'table': table, 'panels': _MIXED}[name](rng, 'test', chinese)
            if scene.crowded or len(scene.regions()) < 3 or scene.finish(rng) is None:
                continue
            painter = PainterB(scene, rng)
            made = painter.sheet.pixels(), truth_of(scene, painter.sets, painter)
        if made is not None:
            return made
    raise RuntimeError(f'no picture of kind {kind} from seed {seed}')
