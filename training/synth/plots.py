"""Plots: lines, bars, scatter and heat maps, with axes, ticks, legends and titles. All lengths in em; data in the axes' units."""
import math

from .looks import MAPS, Look, luminance, mix, of_map
from .parts import Line, Part, Scene, label, run_width, text_part, union, wrap
from .words import Writer

STYLES = ('boxed', 'open', 'seaborn', 'minimal')


def nice_step(span, n):
    """A step of 1, 2, 2.5 or 5 times a power of ten that gives about n ticks over a span."""
    raw = span / max(1, n)
    power = 10 ** math.floor(math.log10(raw))
    return next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= raw * 0.999)


def ticks_between(low, high, n):
    """(values, decimals) of nice ticks in [low, high]."""
    step = nice_step(high - low, n)
    first = math.ceil(low / step - 1e-9)
    values = [round((first + i) * step, 10) for i in range(int(math.floor(high / step + 1e-9)) - first + 1)]
    decimals = next((d for d in range(5) if abs(step * 10 ** d - round(step * 10 ** d)) < 1e-6), 4)
    return values, decimals


class Axes:
    """The area of a plot and its two axes: maps data to em. `x`: (low, high) or a list of category names."""

    def __init__(self, rng, look, write, w, h, style):
        self.rng, self.look, self.write, self.w, self.h, self.style = rng, look, write, w, h, style
        self.parts = []
        face = {'seaborn': mix(look.paper, (234, 234, 242), 1) if not look.dark else mix(look.paper, (255, 255, 255), 0.1)}.get(style, look.paper)
        self.plot = Part('plot', [0, 0, w, h], colour=face, kind='axes', layer=1,
                         look=dict(fill=face if face != look.paper else None, style=style, ink=look.ink if style != 'minimal' else (150, 150, 150), width=rng.choice((0.05, 0.07, 0.1)), grid=[]))
        self.parts.append(self.plot)
        self.tick_size = rng.uniform(0.78, 0.95)
        self.label_size = rng.uniform(0.9, 1.1)

    def add(self, part):
        self.parts.append(part)
        return part

    def axis(self, side, values, names, at, low=None, high=None, name=None, grid=False, slanted=False):
        """The x axis (`side` 'x', below) or y axis (left). `at(value)` gives em along it; `names` are the texts of the ticks.
        @returns the axis' part"""
        rng, look, ts = self.rng, self.look, self.tick_size
        marks = self.style in ('boxed', 'open') and rng.random() < 0.9
        out = rng.choice((0.25, 0.25, -0.25)) if marks else 0
        role = f'{side}_axis'
        ink = look.ink
        tick_parts = []
        for value, text in zip(values, names):
            p = at(value)
            w = run_width([(text, 0)]) * ts
            if side == 'x':
                line = Line([(text, 0)], p, self.h + 0.35 + max(out, 0) + ts / 2, w * 1.3, ts, 'c', colour=ink)
            else:
                line = Line([(text, 0)], -0.35 - max(out, 0), p, w * 1.3, ts, 'r', colour=ink)
            tick_parts.append(text_part('tick', [line], value=value if isinstance(value, float) else None))
        if side == 'x' and len(tick_parts) > 1:  # names that would touch are turned
            gap = min(b.box[0] - a.box[2] for a, b in zip(tick_parts, tick_parts[1:]))
            if gap < 0.25:
                turn = rng.choice((90, 90, 30, 45, 60))
                for part, value in zip(tick_parts, values):
                    old = part.lines[0]
                    part.lines = [Line(old.runs, at(value) + (0 if turn == 90 else 0.25), self.h + (0.35 if turn == 90 else 0.55) + max(out, 0), old.width, ts, 'r', turn, colour=ink)]
                    part.box = part.lines[0].box
        line_box = [0, self.h, self.w, self.h + max(out, 0.1)] if side == 'x' else [-max(out, 0.1), 0, 0, self.h]
        axis = Part(role, union([line_box] + [t.box for t in tick_parts]), kind='axis', layer=3, colour=ink,
                    look=dict(side=side, at=[at(v) for v in values], out=out, ink=ink, width=self.plot.look['width'], line=self.style not in ('seaborn', 'minimal') or rng.random() < 0.3),
                    points=[(0, self.h), (self.w, self.h)] if side == 'x' else [(0, 0), (0, self.h)])
        axis.look['marks'] = marks
        # the places of the marks go with the part when it is scaled
        axis.points += [(at(v), self.h) if side == 'x' else (0, at(v)) for v in values]
        self.add(axis)
        for part in tick_parts:
            part.owner = axis
            self.add(part)
        if grid:
            for value in values:
                p = at(value)
                ends = [(p, 0), (p, self.h)] if side == 'x' else [(0, p), (self.w, p)]
                self.add(Part(None, union([(*e, *e) for e in ends]), kind='rule', points=ends, layer=1.2,
                              look=dict(width=0.05, colour=(255, 255, 255) if self.style == 'seaborn' and not look.dark else mix(look.paper, (128, 128, 128), 0.4), dash=rng.choice((None, (0.25, 0.2))) if self.style != 'seaborn' else None)))
        if name:
            size = self.label_size
            w = run_width([(name, 0)]) * size
            if side == 'x':
                lines = label([[(name, 0)]], self.w / 2, axis.box[3] + 0.3 + size / 2, max(self.w * 1.1, w) if w < self.w * 1.4 else self.w * 1.2, size, colour=look.ink)
            else:
                lines = label([[(name, 0)]], axis.box[0] - 0.4 - size / 2, self.h / 2, min(w, self.h * 1.15), size, angle=90, colour=look.ink)
            self.add(text_part('axis_label', lines, owner=axis))
        return axis

    def title(self, text):
        top = min([0.0] + [p.box[1] for p in self.parts if p.role in ('legend', 'text')])
        lines = label(wrap(text, self.w * 1.1), self.w / 2, top - 0.9, self.w * 1.2, self.rng.uniform(1.0, 1.25), weight=self.rng.choice(('regular', 'bold')), colour=self.look.ink)
        for line in lines:
            line.y -= (len(lines) - 1) * 0.6 * line.size
        part = text_part('title', lines, owner=self.plot)
        self.add(part)

    def legend(self, series, where):
        """A legend of (name, colour, swatch look) in, right of, above or below the plot. @returns the entries, in order"""
        rng, look = self.rng, self.look
        size = rng.uniform(0.78, 0.95)
        swatch_w = rng.uniform(1.2, 1.9)
        widths = [run_width([(name, 0)]) * size + swatch_w + 1.0 for name, _, _ in series]
        flat = where in ('above', 'below')
        high = 1.35 * size
        if flat:
            rows, now, room = [], [], max(self.w, max(widths))
            for i, w in enumerate(widths):
                if now and sum(widths[j] for j in now) + w > room:
                    rows.append(now)
                    now = []
                now.append(i)
            rows.append(now)
        else:
            rows = [[i] for i in range(len(series))]
        w, h = max(sum(widths[i] for i in r) for r in rows) + 0.3, high * len(rows) + 0.4
        below = max([p.box[3] for p in self.parts])
        above = min([p.box[1] for p in self.parts])
        m = 0.4
        spots = {'upper right': (self.w - w - m, m), 'upper left': (m, m), 'lower right': (self.w - w - m, self.h - h - m), 'lower left': (m, self.h - h - m), 'centre': ((self.w - w) / 2, m),
                 'right': (self.w + 0.8, rng.choice((0, (self.h - h) / 2))), 'above': ((self.w - w) / 2, above - h - 0.3), 'below': ((self.w - w) / 2, below + 0.5)}
        x, y = spots[where]
        outside = where in ('right', 'above', 'below')
        frame = Part('legend', [x, y, x + w, y + h], kind='frame', layer=6,
                     look=dict(shape='round' if rng.random() < 0.5 else 'rect', radius=0.2, fill=None if outside and rng.random() < 0.5 else look.paper, border=mix(look.paper, look.ink, rng.choice((0.2, 1.0))) if rng.random() < 0.7 else None,
                               border_width=0.05, dash=None))
        self.add(frame)
        entries = []
        for r, members in enumerate(rows):
            at, row = x + 0.3, y + 0.2 + high * (r + 0.5)
            for i in members:
                name, colour, swatch = series[i]
                line = Line([(name, 0)], at + swatch_w + 0.35, row, widths[i] - swatch_w - 0.6, size, 'l', colour=look.ink)
                half = 0.3 if swatch['kind'] == 'swatch' else 0.25
                box = [at, row - half, at + swatch_w, row + half]
                entry = Part('legend_entry', union([box, line.box]), name, colour=colour, kind='entry', layer=7, lines=[line], points=[(box[0], box[1]), (box[2], box[3])], look=dict(swatch, border=swatch.get('border')))
                self.add(entry)
                entries.append(entry)
                at += widths[i]
        return entries


def _frame(rng, split, chinese, look):
    look, write = look or Look(rng), Writer(rng, split, chinese)
    style = rng.choices(STYLES, (0.45, 0.25, 0.15, 0.15))[0]
    w = rng.uniform(14, 30)
    axes = Axes(rng, look, write, w, max(9, w * rng.uniform(0.5, 0.95)), style)
    return look, write, axes


def _grid(rng, style):
    """(x, y): are there grid lines?"""
    return (True, True) if style == 'seaborn' else rng.choices(((False, False), (False, True), (True, True)), (0.45, 0.3, 0.25))[0]


def _range_of_values(rng, unit):
    """(low, high, decimals) that values of a quantity lie in."""
    if unit == '%':
        return rng.choice(((0, 100, 1), (20, 90, 1), (55, 99, 1), (60, 80, 1)))
    return rng.choice(((0, 1, 3), (0, 1, 2), (0.2, 0.9, 3), (0, 10, 2), (0, 50, 1), (10, 400, 0), (100, 3000, 0), (0, 5, 2), (20, 40, 1)))


def _number(v, decimals):
    return f'{v:.{decimals}f}'.replace('-', '−')


def _finish(scene_kind, name, axes, look, rng):
    if rng.random() < 0.5:
        axes.title(axes.write.title())
    return Scene(scene_kind, name, axes.parts, look.for_scene())


def _inside_corner(axes, points):
    """The corner of the plot with the fewest points of the data around it; 'right', outside, where all are full."""
    corners = {'upper right': (1, 0), 'upper left': (0, 0), 'lower right': (1, 1), 'lower left': (0, 1)}
    near = lambda c: sum(1 for x, y in points if abs(x / axes.w - c[0]) < 0.45 and abs(y / axes.h - c[1]) < 0.4)
    best = min(corners, key=lambda k: near(corners[k]))
    return best if near(corners[best]) * 12 <= len(points) or axes.rng.random() < 0.1 else 'right'


def _y_axis(axes, low, high, decimals, name, grid, n=None):
    rng = axes.rng
    values, ds = ticks_between(low, high, n or rng.randint(3, 7))
    at = lambda v: axes.h * (1 - (v - low) / (high - low))
    axes.axis('y', [float(v) for v in values], [_number(v, ds) for v in values], at, name=name, grid=grid)
    return at


def line_plot(rng, split='train', chinese=False, look=None):
    look, write, axes = _frame(rng, split, chinese, look)
    n = rng.choices((1, 2, 3, 4, 5, 6), (1, 3, 4, 3, 2, 1))[0]
    n = min(n, len(look.series))
    y_name, unit = write.measure()
    x_name, x_unit = write.x_quantity()
    low, high, decimals = _range_of_values(rng, unit)
    log_x = rng.random() < 0.12
    x_high = rng.choice((1, 5, 10, 20, 50, 100, 200, 1000))
    few = rng.random() < 0.55
    m = rng.randint(4, 9) if few else rng.randint(40, 80)
    if log_x:
        xs = [2.0 ** i for i in range(m if few else 8)]
        few, m = True, len(xs)
        x_at = lambda v: axes.w * (0.04 + 0.92 * math.log(v, 2) / (m - 1))
    else:
        x_low = rng.choice((0, 0, 0.05 * x_high))
        xs = [x_low + (x_high - x_low) * i / (m - 1) for i in range(m)]
        pad = rng.choice((0.0, 0.04))
        x_at = lambda v: axes.w * (pad + (1 - 2 * pad) * (v - x_low) / (x_high - x_low))
    falls = rng.random() < 0.3
    curves = []
    for _ in range(n):
        a, b, rate, wave, noise = rng.uniform(0.05, 0.45), rng.uniform(0.5, 0.97), rng.uniform(1.5, 7), rng.uniform(0, 0.06), rng.choice((0.0, 0.006, 0.02))
        shape = rng.choices(('saturating', 'linear', 'wave', 'peak'), (0.6, 0.15, 0.15, 0.1))[0]
        phase, slow, curve = rng.uniform(0, 6.3), rng.uniform(2, 8), []
        for i in range(m):
            t = i / (m - 1)
            f = {'saturating': 1 - math.exp(-rate * t), 'linear': t, 'wave': 0.5 + 0.4 * math.sin(phase + slow * t), 'peak': math.exp(-((t - 0.55) / 0.3) ** 2)}[shape]
            v = a + (b - a) * f + wave * math.sin(phase + 9 * t) + rng.gauss(0, noise)
            v = min(0.99, max(0.01, 1 - v if falls else v))
            curve.append(round(low + (high - low) * v, decimals + 1))
        curves.append(curve)
    grid_x, grid_y = _grid(rng, axes.style)
    if log_x:
        names = [f'{int(x)}' for x in xs]
        axes.axis('x', xs, names, x_at, name=write.with_unit(x_name, x_unit) if rng.random() < 0.92 else None, grid=grid_x)
    else:
        values, ds = ticks_between(xs[0], xs[-1], rng.randint(3, 7))
        axes.axis('x', [float(v) for v in values], [_number(v, ds) for v in values], x_at, name=write.with_unit(x_name, x_unit) if rng.random() < 0.92 else None, grid=grid_x)
    y_at = _y_axis(axes, low, high, decimals, write.with_unit(y_name, unit) if rng.random() < 0.92 else None, grid_y)
    with_markers = rng.random() < (0.75 if few else 0.0)
    width = rng.choice((0.1, 0.13, 0.17, 0.22))
    dashed = rng.random() < 0.3
    smooth = rng.random() < 0.12
    ours = rng.randrange(n) if rng.random() < 0.4 else -1
    entries_of, series, all_points = [], [], []
    shapes = rng.sample('o s ^ d v * x +'.split(), n)
    for k, curve in enumerate(curves):
        points = [(x_at(x), y_at(y)) for x, y in zip(xs, curve)]
        all_points += points
        name, colour = write.series(k == ours), look.series[k]
        if luminance(colour) > 0.9 or (look.dark and luminance(colour) < 0.12):
            colour = mix(colour, look.ink, 0.5)
        dash = (None, (0.5, 0.25), (0.15, 0.2), (0.5, 0.2, 0.12, 0.2))[k % 4] if dashed else None
        marker = shapes[k] if with_markers else None
        keys = dict(width=width, dash=dash, marker=marker, marker_size=rng.uniform(0.5, 0.8) if marker else 0, hollow=rng.random() < 0.15, smooth=smooth, band=rng.uniform(0.2, 0.9) if rng.random() < 0.1 else 0)
        half = max(width, keys['marker_size']) / 2
        box = union([(x - half, y - half, x + half, y + half) for x, y in points])
        axes.add(Part('curve', box, colour=colour, kind='curve', points=points, layer=4 + 0.01 * k, look=dict(keys, data=list(zip(xs, curve)))))
        series.append((name, colour, dict(kind='line', width=width, dash=dash, marker=marker, marker_size=keys['marker_size'], hollow=keys['hollow'])))
    _name_series(axes, series, 'curve', all_points, few_ok=n == 1)
    return _finish('line', 'line', axes, look, rng)


def _name_series(axes, series, role, points, few_ok=False):
    """A legend for the series (mostly) and the ownership of their curves, bars or markers."""
    rng = axes.rng
    if few_ok and rng.random() < 0.6 or rng.random() < 0.04:
        return
    where = rng.choices(('inside', 'right', 'above', 'below'), (0.62, 0.18, 0.12, 0.08))[0]
    if where == 'inside':
        widest = max(run_width([(name, 0)]) for name, _, _ in series)
        where = _inside_corner(axes, points) if widest < axes.w * 0.6 and len(series) * 1.4 < axes.h * 0.6 else 'right'
    entries = axes.legend(series, where)
    for part in axes.parts:
        if part.role == role and part.look.get('series', None) is not None:
            part.owner = entries[part.look['series']]
    if role in ('curve', 'marker'):
        for part, entry in zip([p for p in axes.parts if p.role == role], entries):
            part.owner = entry


def scatter_plot(rng, split='train', chinese=False, look=None):
    look, write, axes = _frame(rng, split, chinese, look)
    n = min(rng.choices((1, 2, 3, 4, 5), (2, 3, 3, 2, 1))[0], len(look.series))
    y_name, y_unit = write.measure()
    x_name, x_unit = write.x_quantity() if rng.random() < 0.5 else write.measure()
    low, high, decimals = _range_of_values(rng, y_unit)
    x_low, x_high, x_decimals = _range_of_values(rng, x_unit)
    grid_x, grid_y = _grid(rng, axes.style)
    x_at = lambda v: axes.w * (v - x_low) / (x_high - x_low)
    values, ds = ticks_between(x_low, x_high, rng.randint(3, 6))
    bare = rng.random() < 0.12  # an embedding: no numbers
    if not bare:
        axes.axis('x', [float(v) for v in values], [_number(v, ds) for v in values], x_at, name=write.with_unit(x_name, x_unit), grid=grid_x)
        y_at = _y_axis(axes, low, high, decimals, write.with_unit(y_name, y_unit), grid_y)
    else:
        y_at = lambda v: axes.h * (1 - (v - low) / (high - low))
    trend = rng.random() < 0.4
    shapes = rng.sample('o s ^ d v * x +'.split(), n) if rng.random() < 0.4 else ['o'] * n
    size = rng.uniform(0.3, 0.8)
    series, everything = [], []
    for k in range(n):
        cx, cy, sx, sy = rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.8), rng.uniform(0.04, 0.14), rng.uniform(0.04, 0.14)
        slope, points, data = rng.uniform(-0.8, 0.8), [], []
        for _ in range(rng.randint(6, 45)):
            u = rng.uniform(0.06, 0.94) if trend else cx + rng.gauss(0, sx)
            v = cy + slope * (u - 0.5) + rng.gauss(0, 0.06) if trend else cy + rng.gauss(0, sy)
            u, v = min(0.96, max(0.04, u)), min(0.96, max(0.04, v))
            data.append((round(x_low + (x_high - x_low) * u, x_decimals + 1), round(low + (high - low) * v, decimals + 1)))
            points.append((x_at(data[-1][0]), y_at(data[-1][1])))
        everything += points
        colour = look.series[k] if luminance(look.series[k]) < 0.92 else mix(look.series[k], look.ink, 0.5)
        half = size / 2
        axes.add(Part('marker', union([(x - half, y - half, x + half, y + half) for x, y in points]), colour=colour, kind='markers', points=points, layer=4 + 0.01 * k,
                      look=dict(marker=shapes[k], size=size, hollow=rng.random() < 0.12, data=data)))
        series.append((write.series(), colour, dict(kind='marker', marker=shapes[k], marker_size=max(size, 0.45), hollow=False)))
    if bare:
        axes.plot.look['style'] = 'boxed'
    _name_series(axes, series, 'marker', everything, few_ok=n == 1)
    return _finish('scatter', 'scatter', axes, look, rng)


def bar_plot(rng, split='train', chinese=False, look=None):
    look, write, axes = _frame(rng, split, chinese, look)
    flat = rng.random() < 0.25  # bars from left to right
    stacked = rng.random() < 0.25
    n = min(rng.choices((1, 2, 3, 4), (3, 4, 3, 1))[0], len(look.series))
    if stacked:
        n = max(2, min(n, len(look.series)))
    m = rng.randint(2, 8 if n < 3 else 5)
    y_name, unit = write.measure()
    low, high, decimals = rng.choice(((0, 100, 1), (0, 1, 2), (0, 50, 1), (0, 10, 1), (0, 1000, 0))) if unit != '%' else (0, 100, 1)
    top = high * rng.uniform(0.6, 0.97)
    values = [[round(top * rng.uniform(0.15, 1.0) * (1 / n if stacked else 1), decimals) for _ in range(m)] for _ in range(n)]
    if not stacked and rng.random() < 0.2:  # the axis does not start at nought
        low = high * 0.4
        values = [[round(low + (top - low) * rng.uniform(0.1, 1.0), decimals) for _ in range(m)] for _ in range(n)]
        top = max(map(max, values))
    names = [(write.category if rng.random() < 0.6 else write.dataset if rng.random() < 0.5 else write.series)() for _ in range(m)]
    length, across = (axes.w, axes.h) if flat else (axes.h, axes.w)
    grid_x, grid_y = _grid(rng, axes.style)
    ticks, ds = ticks_between(low, high, rng.randint(3, 6))
    slot = across / m
    middle = lambda i: (i + 0.5) * slot
    if flat:
        along = lambda v: axes.w * (v - low) / (high - low)
        axes.axis('x', [float(v) for v in ticks], [_number(v, ds) for v in ticks], along, name=write.with_unit(y_name, unit) if rng.random() < 0.9 else None, grid=grid_y)
        axes.axis('y', list(range(m)), names, middle)
    else:
        along = lambda v: axes.h * (1 - (v - low) / (high - low))
        axes.axis('x', list(range(m)), names, middle, name=write.x_quantity()[0] if rng.random() < 0.3 else None)
        axes.axis('y', [float(v) for v in ticks], [_number(v, ds) for v in ticks], along, name=write.with_unit(y_name, unit) if rng.random() < 0.9 else None, grid=grid_y)
    share = rng.uniform(0.5, 0.88)
    thick = slot * share / (1 if stacked else n)
    space = rng.choice((0, 0, 0.06)) * thick
    edge = rng.choice((None, None, look.ink, (255, 255, 255)))
    hatches = rng.random() < 0.08
    numbered = rng.random() < 0.35 and (thick > 1.6 if not flat else thick > 0.9)
    single_colours = n == 1 and rng.random() < 0.4
    error = not stacked and rng.random() < 0.12
    parts = []
    for i in range(m):
        base = low
        for k in range(n):
            v = values[k][i]
            a = middle(i) - slot * share / 2 + (0 if stacked else k * thick) + space / 2
            p, q = along(base), along(base + v if stacked else v)
            box = [p, a, q, a + thick - space] if flat else [a, q, a + thick - space, p]
            if box[2] - box[0] < 0.1 or box[3] - box[1] < 0.1:
                continue
            colour = look.series[(i if single_colours else k) % len(look.series)]
            part = Part('bar', box, colour=colour, value=v, kind='bar', layer=3.5 + 0.01 * k, look=dict(series=k, fill=colour, border=edge, border_width=0.05, hatch=k if hatches else None))
            axes.add(part)
            parts.append(part)
            if stacked:
                base = round(base + v, decimals)
            if error:
                e = abs(p - q) * rng.uniform(0.02, 0.1)
                c = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
                ends = [(q - e, c[1]), (q + e, c[1])] if flat else [(c[0], q - e), (c[0], q + e)]
                axes.add(Part(None, union([(*x, *x) for x in ends]), kind='error', points=ends, layer=4, look=dict(width=0.06, colour=look.ink, cap=0.25)))
            elif numbered and not (stacked and abs(p - q) < 1.1):
                text, size = _number(v, decimals), 0.75
                w = run_width([(text, 0)]) * size
                if flat and not stacked:
                    line = Line([(text, 0)], q + 0.25, (box[1] + box[3]) / 2, w, size, 'l', colour=look.ink)
                elif stacked:
                    line = Line([(text, 0)], (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, min(w, box[2] - box[0]), size, colour=look.on(colour))
                else:
                    line = Line([(text, 0)], (box[0] + box[2]) / 2, q - 0.5, min(w, slot), size, colour=look.ink)
                axes.add(text_part('text', [line], owner=part))
    series = [(write.series(k == n - 1 and rng.random() < 0.4), look.series[k], dict(kind='swatch', fill=look.series[k], border=edge, hatch=k if hatches else None)) for k in range(n)]
    if n > 1 or (not single_colours and rng.random() < 0.15):
        tops = [(p.box[0] + (p.box[2] - p.box[0]) * i / 4, p.box[1] + (p.box[3] - p.box[1]) * j / 4) for p in parts for i in range(5) for j in range(5)]
        _name_series(axes, series, 'bar', tops)
    return _finish('bar', 'flat' if flat else 'stacked' if stacked else 'grouped', axes, look, rng)


def heat_map(rng, split='train', chinese=False, look=None):
    """A matrix of colours, with names of rows and columns (roles row_header and col_header) and, where they fit, the numbers as cells."""
    look, write = look or Look(rng), Writer(rng, split, chinese)
    rows, cols = rng.randint(3, 9), rng.randint(3, 9)
    if rng.random() < 0.35:
        cols = rows
    numbered = rows * cols <= 49 and rng.random() < 0.6
    cell_w, cell_h = (rng.uniform(2.4, 3.6), rng.uniform(1.7, 2.8)) if numbered else (rng.uniform(1.4, 3.2),) * 2
    axes = Axes(rng, look, write, cols * cell_w, rows * cell_h, 'boxed')
    low, high, decimals = rng.choice(((0, 1, 2), (0, 100, 0), (0, 100, 1), (-1, 1, 2)))
    stops = rng.choice(MAPS)
    if rng.random() < 0.3:
        stops = stops[::-1]
    diagonal = rows == cols and rng.random() < 0.6
    values = [[round(low + (high - low) * min(1, max(0, rng.betavariate(1.2, 2.2) * 0.8 + (0.55 if diagonal and r == c else 0))), decimals) for c in range(cols)] for r in range(rows)]
    colours = [[of_map(stops, (v - low) / (high - low)) for v in row] for row in values]
    axes.plot.look.update(fill=None, width=0.05)
    heat = axes.add(Part('heatmap', [0, 0, axes.w, axes.h], kind='heatmap', layer=2, parent=axes.plot, look=dict(colours=colours, rows=rows, cols=cols, gap=rng.choice((0, 0, 0.06)), line=look.paper)))
    same = diagonal and rng.random() < 0.7
    row_names = [write.category() if rng.random() < 0.6 else write.series() for _ in range(rows)]
    col_names = row_names if same else [write.category() if rng.random() < 0.6 else write.series() for _ in range(cols)]
    size = rng.uniform(0.8, 0.95)
    for r, name in enumerate(row_names):
        line = Line([(name, 0)], -0.4, (r + 0.5) * cell_h, run_width([(name, 0)]) * size, size, 'r', colour=look.ink)
        axes.add(text_part('row_header', [line], row=r, owner=heat))
    upright = max(run_width([(n, 0)]) for n in col_names) * size > cell_w - 0.3
    above = rng.random() < 0.25
    for c, name in enumerate(col_names):
        w = run_width([(name, 0)]) * size
        x, y = (c + 0.5) * cell_w, (-0.4 if above else axes.h + 0.4)
        line = Line([(name, 0)], x, y, w, size, 'l' if above else 'r', 90, colour=look.ink) if upright else Line([(name, 0)], x, y + (-size / 2 if above else size / 2), w, size, colour=look.ink)
        axes.add(text_part('col_header', [line], col=c, owner=heat))
    if numbered:
        for r in range(rows):
            for c in range(cols):
                text = _number(values[r][c], decimals)
                colour = colours[r][c]
                line = Line([(text, 0)], (c + 0.5) * cell_w, (r + 0.5) * cell_h, cell_w - 0.3, 0.8, colour=(255, 255, 255) if luminance(colour) < 0.5 else (0, 0, 0))
                axes.add(Part('cell', [c * cell_w, r * cell_h, (c + 1) * cell_w, (r + 1) * cell_h], text, colour=colour, row=r, col=c, value=values[r][c], parent=axes.plot, owner=heat, kind='text', layer=5, lines=[line]))
    x1, y1, x2, y2 = union(p.box for p in axes.parts)
    if rng.random() < 0.5:  # a bar of the colours, with ticks
        x, w = axes.w + 0.8, rng.uniform(0.7, 1.1)
        axes.add(Part(None, [x, 0, x + w, axes.h], kind='heatmap', layer=2, look=dict(colours=[[of_map(stops, 1 - i / 23)] for i in range(24)], rows=24, cols=1, gap=0, line=look.paper)))
        ticks, ds = ticks_between(low, high, 4)
        for v in ticks:
            text = _number(v, ds)
            axes.add(text_part('tick', [Line([(text, 0)], x + w + 0.35, axes.h * (1 - (v - low) / (high - low)), run_width([(text, 0)]) * 0.85, 0.85, 'l', colour=look.ink)], value=float(v)))
    for side in 'xy':
        if rng.random() < 0.4:
            name = write.part()
            w = run_width([(name, 0)])
            lines = label([[(name, 0)]], axes.w / 2, y2 + 0.9, max(w, axes.w), colour=look.ink) if side == 'x' else label([[(name, 0)]], x1 - 0.9, axes.h / 2, min(w, axes.h * 1.1), angle=90, colour=look.ink)
            axes.add(text_part('axis_label', lines, owner=axes.plot))
    if rng.random() < 0.4:
        text = write.title()
        lines = label(wrap(text, axes.w * 1.3), axes.w / 2, y1 - 1.6, axes.w * 1.4, 1.1, colour=look.ink)
        axes.add(text_part('title', lines, owner=axes.plot))
    return Scene('heatmap', 'heatmap', axes.parts, look.for_scene())
