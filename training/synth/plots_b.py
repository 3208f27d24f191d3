"""Plots as matplotlib makes them, for renderer B: its layout, ticks, legends and styles; the truth is read from its artists."""
import matplotlib
import matplotlib.style
import numpy as np

from .parts import Line, Part, Scene, union
from .render_a import truth_of
from .sheet_b import Sheet, families, tone
from .words import Writer

STYLES = ('default', 'classic', 'bmh', 'ggplot', 'seaborn-v0_8-whitegrid', 'seaborn-v0_8-ticks', 'fivethirtyeight', 'Solarize_Light2', 'grayscale', 'seaborn-v0_8-darkgrid')
PALETTES = ('Dark2', 'Paired', 'tab20b', 'Accent', 'viridis', 'plasma', 'coolwarm', 'tab20c')
MAPS = ('cividis', 'magma', 'YlGn', 'RdPu', 'Spectral', 'PuOr', 'BuPu')


class Plotter:
    """One sheet with one or more axes; gathers parts from the artists."""

    def __init__(self, rng, chinese, rows=1, cols=1):
        self.rng, self.write = rng, Writer(rng, 'test', chinese)
        self.families = families(rng.random())
        self.context = matplotlib.rc_context()
        self.context.__enter__()
        matplotlib.style.use(rng.choice(STYLES))
        matplotlib.rcParams.update({'font.family': self.families, 'font.size': rng.choice((9, 10, 11, 12)), 'axes.unicode_minus': False, 'axes.titlesize': 'large' if rng.random() < 0.5 else 'medium', 'legend.fontsize': 'medium' if rng.random() < 0.6 else 'small',
                                    'axes.labelsize': 'medium', 'xtick.labelsize': 'medium', 'ytick.labelsize': 'medium'})
        w = rng.randint(440, 820) if cols == 1 else rng.randint(380, 460) * cols
        h = round(w * rng.uniform(0.55, 0.85)) if rows * cols == 1 else rng.randint(300, 360) * rows
        self.sheet = Sheet(w, h)
        self.sheet.ax.remove()
        self.sheet.figure.set_facecolor(matplotlib.rcParams['figure.facecolor'])
        self.figure = self.sheet.figure
        self.axes = [self.figure.add_subplot(rows, cols, i + 1) for i in range(rows * cols)]
        self.parts, self.artists, self.sets = [], {}, {}
        #: Axes with a legend where their title would stand.
        self.untitled = set()
        palette = matplotlib.colormaps[rng.choice(PALETTES)]
        self.colours = [tuple(round(255 * c) for c in palette(i / 7 if palette.N > 20 else i)[:3]) for i in range(8)]
        if palette.N > 20:
            self.colours = self.colours[::2] + self.colours[1::2]
        else:
            rng.shuffle(self.colours)

    def mask(self, part, box, matrix=None):
        from .render_b import mask_of
        return mask_of(self.sheet, part, box, self.artists.get(id(part), ()), self.sets.get(id(part), ()))

    # ---- parts ----------------------------------------------------------------------------------------------------------------

    def add(self, role, box, artists=(), kind='shape', **rest):
        part = Part(role, list(box), kind=kind, **rest)
        self.parts.append(part)
        self.artists[id(part)] = list(artists)
        return part

    def text(self, role, artist, **rest):
        """A part of a text artist: its ink. None where it says nothing or is not in the picture."""
        words = artist.get_text().strip()
        box = self.sheet.box([artist]) if words and artist.get_visible() else None
        if box is None or box[2] - box[0] < 2 or box[3] - box[1] < 2:
            return None
        from .render_b import Line as SetLine
        line = Line([(words, 0)], 0, 0, 0, angle=round(artist.get_rotation()))
        part = self.add(role, box, [artist], 'text', text=' '.join(words.split()).replace('\u2212', '−'), colour=rgb_of(artist.get_color()), lines=[line], **rest)
        self.sets[id(part)] = [SetLine(box)]
        return part

    def frame(self, ax, names=None):
        """Plot area, axes with their ticks, labels and the title of an Axes. `names`: {'x': [...], 'y': [...]} of categories."""
        place = self.sheet.place(ax.get_window_extent())
        x1, y1, x2, y2 = place
        plot = self.add('plot', place, colour=rgb_of(ax.get_facecolor()))
        for side in 'xy':
            axis = getattr(ax, side + 'axis')
            ticks = []
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                at = tick.get_loc()
                if not low - 1e-9 <= at <= high + 1e-9:
                    continue
                part = self.text('tick', tick.label1)
                if part is not None:
                    numeric = not (names or {}).get(side)
                    part.value = float(at) if numeric else None
                    ticks.append(part)
            line = [x1, y2 - 1, x2, y2 + 4] if side == 'x' else [x1 - 4, y1, x1 + 1, y2]
            if ticks:
                part = self.add(side + '_axis', union([line, *(t.box for t in ticks)]), colour=rgb_of(ax.spines['bottom' if side == 'x' else 'left'].get_edgecolor()))
                for tick in ticks:
                    tick.owner = part
                self.text('axis_label', axis.label, owner=part)
        self.text('title', ax.title, owner=plot)
        return plot

    def legend(self, ax, names, owned):
        """The parts of an axes' legend; `owned[i]`: parts of entry i."""
        legend = ax.get_legend()
        if legend is None:
            return
        self.add('legend', self.sheet.place(legend.get_window_extent()))
        for handle, text, parts in zip(legend.legend_handles, legend.get_texts(), owned):
            swatch = self.sheet.box([handle])
            entry = self.text('legend_entry', text)
            if entry is None:
                continue
            if swatch:
                entry.box = union([entry.box, swatch])
            entry.kind = 'entry'
            if parts:
                entry.colour = parts[0].colour
            for part in parts:
                part.owner = entry

    def done(self, kind):
        """(picture, Truth), or None where it is too much for a parse."""
        scene = Scene(kind, 'matplotlib', self.parts, dict(paper=(255, 255, 255)), self.sheet.width, self.sheet.height)
        pixels = self.sheet.pixels()
        return None if scene.crowded else (pixels, truth_of(scene, self.sets, self))

    def close(self):
        self.context.__exit__(None, None, None)


def rgb_of(colour):
    return tuple(round(255 * c) for c in matplotlib.colors.to_rgb(colour))


def _quantity(rng, unit):
    return rng.choice(((0, 100, 1), (30, 95, 1), (0, 1, 2), (0.3, 0.9, 3), (0, 40, 1), (5, 900, 0)))


def line(p, ax):
    rng, write = p.rng, p.write
    n, m = rng.randint(1, 5), rng.randint(5, 40)
    name, unit = write.measure()
    low, high, _ = _quantity(rng, unit)
    xs = np.linspace(0, rng.choice((1, 10, 30, 100, 500)), m)
    few = m < 14
    style, drawn, names = rng.choice(('plain', 'plain', 'steps', 'errors')) if few else 'plain', [], []
    marks = rng.sample(['o', 'P', 'X', 'D', '<', '>', 'h', 'p'], n)
    for k in range(n):
        a, b, r = rng.uniform(0.05, 0.5), rng.uniform(0.5, 0.98), rng.uniform(1, 6)
        noise = np.array([rng.gauss(0, 0.015) for _ in range(m)])
        ys = low + (high - low) * np.clip(a + (b - a) * (1 - np.exp(-r * xs / xs[-1])) + 0.05 * np.sin(xs / xs[-1] * rng.uniform(3, 9)) + noise, 0, 1)
        keys = dict(color=tone(p.colours[k]), linewidth=rng.choice((1.2, 1.8, 2.5)), linestyle=rng.choice(('-', '-', '--', '-.', ':')) if n > 1 else '-', marker=marks[k] if few and rng.random() < 0.7 else None, markersize=rng.uniform(4, 8), label=write.series())
        if style == 'steps':
            keys['drawstyle'] = 'steps-mid'
        (artist,) = ax.plot(xs, ys, **keys)
        names.append(keys['label'])
        drawn.append((artist, p.colours[k], ys))
        if style == 'errors' and rng.random() < 0.5:
            ax.errorbar(xs, ys, yerr=(high - low) * 0.04, fmt='none', ecolor=tone(p.colours[k]), capsize=3, elinewidth=1)
    ax.set_xlabel(write.with_unit(*write.x_quantity()))
    ax.set_ylabel(write.with_unit(name, unit))

    def gather():
        p.frame(ax)
        parts = []
        for artist, colour, ys in drawn:
            box = p.sheet.box([artist])
            path = artist.get_transform().transform(artist.get_xydata())
            part = p.add('curve', box, [artist], 'curve', colour=colour, points=[(float(x), p.sheet.height - float(y)) for x, y in path])
            parts.append([part])
        p.legend(ax, names, parts)
    if n > 1 or rng.random() < 0.4:
        _legend(p, ax, n)
    return gather


def _legend(p, ax, n):
    rng = p.rng
    where = rng.choices(('best', 'outside', 'top'), (0.7, 0.15, 0.15))[0]
    if where == 'best':
        ax.legend(loc='best', ncols=2 if n > 3 and rng.random() < 0.4 else 1)
    elif where == 'outside':
        ax.legend(loc='upper left', bbox_to_anchor=(1.01, 1.0), frameon=False)
    else:
        ax.legend(loc='lower center', bbox_to_anchor=(0.5, 1.0), ncols=min(n, 3), frameon=rng.random() < 0.4)
        p.untitled.add(ax)


def bar(p, ax):
    rng, write = p.rng, p.write
    n, m = rng.randint(1, 3), rng.randint(2, 6)
    flat, stacked = rng.random() < 0.3, rng.random() < 0.25
    name, unit = write.measure()
    high = rng.choice((1, 10, 100, 500))
    groups = [write.category() if rng.random() < 0.5 else write.dataset() for _ in range(m)]
    width, base, drawn, names = 0.8 / (1 if stacked else n), np.zeros(m), [], []
    edge = rng.choice(('none', 'black', 'white'))
    hatches = rng.choice((None, None, ('//', '..', 'xx')))
    for k in range(n):
        values = np.array([round(high * rng.uniform(0.15, 0.95) / (n if stacked else 1), 0 if high > 100 else 2) for _ in range(m)])
        label = write.series()
        at = np.arange(m) + (0 if stacked else (k - (n - 1) / 2) * width)
        keys = dict(color=tone(p.colours[k]), label=label, edgecolor=edge, hatch=hatches[k] if hatches else None)
        bars = ax.barh(at, values, width * 0.95, left=base if stacked else None, **keys) if flat else ax.bar(at, values, width * 0.95, bottom=base if stacked else None, **keys)
        if not stacked and n < 3 and rng.random() < 0.3:
            texts = ax.bar_label(bars, fmt='%g', padding=2, fontsize='small')
        else:
            texts = []
        if stacked:
            base = base + values
        drawn.append((bars, values, p.colours[k], texts))
        names.append(label)
    (ax.set_yticks if flat else ax.set_xticks)(range(m), groups)
    if not flat and max(map(len, groups)) * m > 46:
        ax.tick_params(axis='x', rotation=rng.choice((30, 45)))
    (ax.set_xlabel if flat else ax.set_ylabel)(write.with_unit(name, unit))
    if n > 1:
        _legend(p, ax, n)

    def gather():
        p.frame(ax, {'y' if flat else 'x': groups})
        owned = []
        for bars, values, colour, texts in drawn:
            parts = []
            for patch, value in zip(bars, values):
                part = p.add('bar', p.sheet.box([patch]) or p.sheet.place(patch.get_window_extent()), [patch], colour=colour, value=float(value))
                parts.append(part)
            for text, part in zip(texts, parts):
                p.text('text', text, owner=part)
            owned.append(parts)
        p.legend(ax, names, owned)
    return gather


def scatter(p, ax):
    rng, write = p.rng, p.write
    n, drawn, names = rng.randint(1, 4), [], []
    for k in range(n):
        cx, cy, s = rng.uniform(0, 10), rng.uniform(0, 10), rng.uniform(0.4, 1.6)
        m = rng.randint(8, 40)
        at = np.array([(cx + rng.gauss(0, s), cy + rng.gauss(0, s)) for _ in range(m)])
        label = write.series()
        artist = ax.scatter(at[:, 0], at[:, 1], s=rng.uniform(15, 60), color=tone(p.colours[k]), marker=rng.choice('oDPX<>hp'), label=label, edgecolors=rng.choice(('none', 'black', 'white')), linewidths=0.5)
        drawn.append((artist, at, p.colours[k]))
        names.append(label)
    ax.set_xlabel(write.with_unit(*write.measure()))
    ax.set_ylabel(write.with_unit(*write.measure()))
    if n > 1:
        _legend(p, ax, n)

    def gather():
        p.frame(ax)
        owned = []
        for artist, at, colour in drawn:
            path = ax.transData.transform(at)
            owned.append([p.add('marker', p.sheet.box([artist]), [artist], 'markers', colour=colour, points=[(float(x), p.sheet.height - float(y)) for x, y in path])])
        p.legend(ax, names, owned)
    return gather


def heat(p, ax):
    rng, write = p.rng, p.write
    rows, cols = rng.randint(3, 7), rng.randint(3, 8)
    values = np.array([[rng.betavariate(1.2, 1.6) for _ in range(cols)] for _ in range(rows)]).round(2)
    image = ax.imshow(values, cmap=rng.choice(MAPS), aspect='auto', vmin=0, vmax=1)
    row_names, col_names = [write.category() for _ in range(rows)], [write.category() for _ in range(cols)]
    ax.set_xticks(range(cols), col_names, rotation=rng.choice((0, 0, 45)) if max(map(len, col_names)) < 9 else 45)
    ax.set_yticks(range(rows), row_names)
    ax.grid(False)
    bar_ = p.figure.colorbar(image, ax=ax) if rng.random() < 0.6 else None
    numbered, texts = rng.random() < 0.6, {}
    colours = {(r, c): tuple(round(255 * v) for v in image.cmap(image.norm(values[r, c]))[:3]) for r in range(rows) for c in range(cols)}
    if numbered:
        for (r, c), rgb in colours.items():
            dark = 0.3 * rgb[0] + 0.59 * rgb[1] + 0.11 * rgb[2] < 130
            texts[r, c] = ax.text(c, r, f'{values[r, c]:.2f}', ha='center', va='center', color='white' if dark else 'black', fontsize='small')

    def gather():
        place = p.sheet.place(ax.get_window_extent())
        plot = p.add('plot', place, colour=(255, 255, 255))
        map_ = p.add('heatmap', place, parent=plot)
        p.text('title', ax.title, owner=plot)
        for role, axis, keys in (('col_header', ax.xaxis, 'col'), ('row_header', ax.yaxis, 'row')):
            for i, tick in enumerate(axis.get_major_ticks()):
                p.text(role, tick.label1, owner=map_, **{keys: i})
        w, h = (place[2] - place[0]) / cols, (place[3] - place[1]) / rows
        for (r, c), text in texts.items():
            part = p.text('cell', text, owner=map_, parent=plot, row=r, col=c, value=float(values[r, c]))
            if part is not None:
                part.colour = colours[r, c]
                part.box = [place[0] + c * w, place[1] + r * h, place[0] + (c + 1) * w, place[1] + (r + 1) * h]
        if bar_ is not None:
            for tick in bar_.ax.yaxis.get_major_ticks():
                if -1e-9 <= tick.get_loc() <= 1 + 1e-9:
                    part = p.text('tick', tick.label2) or p.text('tick', tick.label1)
                    if part is not None:
                        part.value = float(tick.get_loc())
    return gather


def _one(kind, make):
    def plot(rng, chinese):
        p = Plotter(rng, chinese)
        try:
            gather = make(p, p.axes[0])
            if p.axes[0] not in p.untitled and rng.random() < 0.6:
                p.axes[0].set_title(p.write.title())
            p.figure.tight_layout()
            p.sheet.canvas.draw()
            gather()
            return p.done(kind)
        finally:
            p.close()
    return plot


PLOTS = {'line': _one('line', line), 'bar': _one('bar', bar), 'scatter': _one('scatter', scatter), 'heatmap': _one('heatmap', heat)}


def plot_panels(rng, chinese):
    """Sub-plots with letters."""
    rows, cols = rng.choice(((1, 2), (1, 3), (2, 2), (2, 1)))
    p = Plotter(rng, chinese, rows, cols)
    try:
        style = rng.choice(('(a)', '[a]', 'A', '(A)'))
        makers = [rng.choice((line, bar, scatter)) for _ in p.axes]
        if rng.random() < 0.5:
            makers = [makers[0]] * len(makers)
        gathers, letters = [], []
        for i, (make, ax) in enumerate(zip(makers, p.axes)):
            gathers.append(make(p, ax))
            if ax not in p.untitled and rng.random() < 0.5:
                ax.set_title(p.write.title())
            letter = style.replace('a', 'abcd'[i]).replace('A', 'ABCD'[i])
            letters.append(ax.text(-0.12, 1.12, letter, transform=ax.transAxes, weight='bold', ha='right', va='bottom', fontsize='x-large'))
        p.figure.tight_layout()
        p.sheet.canvas.draw()
        for gather, text, ax in zip(gathers, letters, p.axes):
            before = len(p.parts)
            gather()
            letter = p.text('panel_letter', text)
            inside = p.parts[before:]
            panel = p.add('panel', union(part.box for part in inside))
            if letter is not None:
                letter.owner = panel
        return p.done('panels')
    finally:
        p.close()
