"""Renderer A, for training pictures: draws a scene with skia and says what is where.

    picture, truth = render(scene(seed))      # uint8 [H, W, 3] RGB, Truth
"""
import math

import numpy as np
import skia

from . import pictures
from .looks import mix
from .parts import union
from .truth import TextLine, Truth, moved, moved_box
from .typeset import typeset

#: Roles whose mask is the ink that is drawn.
INK = frozenset({'arrow', 'curve', 'marker', 'snowflake', 'flame'})
#: Roles whose mask is the lines of their text.
TEXT = frozenset({'text', 'title', 'formula', 'tick', 'axis_label', 'panel_letter', 'row_header', 'col_header'})


def colour_of(rgb, alpha=255):
    return (alpha << 24) | (int(rgb[0]) << 16) | (int(rgb[1]) << 8) | int(rgb[2])


def path_of(points, close=False):
    path = skia.Path()
    path.addPoly([skia.Point(float(x), float(y)) for x, y in points], close)
    return path


def smooth_path(points):
    """A curve through points (Catmull-Rom as cubic Bézier pieces)."""
    path = skia.Path()
    path.moveTo(*points[0])
    for i in range(len(points) - 1):
        p0, p1, p2, p3 = points[max(0, i - 1)], points[i], points[i + 1], points[min(len(points) - 1, i + 2)]
        path.cubicTo(p1[0] + (p2[0] - p0[0]) / 6, p1[1] + (p2[1] - p0[1]) / 6, p2[0] - (p3[0] - p1[0]) / 6, p2[1] - (p3[1] - p1[1]) / 6, *p2)
    return path


def head_shape(points, size, style):
    """(polygon of a head at the end of a path, how far its shaft stops short, closed)."""
    tip = points[-1]
    back = next((p for p in reversed(points[:-1]) if math.dist(p, tip) > size * 0.35), points[0])
    d = math.dist(back, tip) or 1.0
    ux, uy = (tip[0] - back[0]) / d, (tip[1] - back[1]) / d
    half = size * {'triangle': 0.4, 'stealth': 0.38, 'open': 0.36, 'slim': 0.24}[style]
    bx, by = tip[0] - ux * size, tip[1] - uy * size
    left, right = (bx - uy * half, by + ux * half), (bx + uy * half, by - ux * half)
    if style == 'open':
        return [left, tip, right], 0.0, False
    if style == 'stealth':
        return [left, tip, right, (tip[0] - ux * size * 0.72, tip[1] - uy * size * 0.72)], size * 0.6, True
    return [left, tip, right], size * 0.8, True


def shorten(points, by):
    """A path without its last `by` pixels."""
    points = list(points)
    while len(points) > 1:
        d = math.dist(points[-1], points[-2])
        if d > by:
            t = by / d
            (ax, ay), (bx, by_) = points[-2], points[-1]
            points[-1] = (bx + (ax - bx) * t, by_ + (ay - by_) * t)
            return points
        by -= d
        points.pop()
    return points


class Painter:
    """Draws the parts of one scene. With `flat` set, every part is drawn opaque: for masks."""

    def __init__(self, scene, sets):
        self.scene, self.em, self.sets = scene, scene.em, sets
        self.canvas, self.flat = None, False

    # ---- paints ---------------------------------------------------------------------------------------------------------------

    def fill(self, rgb, alpha=255):
        return skia.Paint(AntiAlias=True, Color=0xff000000 if self.flat else colour_of(rgb, alpha))

    def stroke(self, rgb, width, dash=None, join=True):
        paint = skia.Paint(AntiAlias=True, Color=0xff000000 if self.flat else colour_of(rgb), Style=skia.Paint.kStroke_Style, StrokeWidth=max(0.8, width))
        if join:
            paint.setStrokeJoin(skia.Paint.kRound_Join)
        if dash:
            paint.setPathEffect(skia.DashPathEffect.Make([max(1.0, d * self.em) for d in dash], 0))
        return paint

    # ---- kinds ----------------------------------------------------------------------------------------------------------------

    def draw(self, part):
        getattr(self, 'draw_' + part.kind)(part, part.look)

    def draw_table(self, part, look):
        if self.flat:
            self.canvas.drawRect(skia.Rect(*part.box), self.fill((0, 0, 0)))

    def draw_text(self, part, look):
        if not self.flat:
            self.texts(part)
            return
        if part.role == 'cell':
            self.canvas.drawRect(skia.Rect(*part.box), self.fill((0, 0, 0)))
            return
        for line in self.sets[id(part)]:
            x1, y1, x2, y2 = line.box
            self.canvas.drawRect(skia.Rect(math.floor(x1), math.floor(y1), math.ceil(x2), math.ceil(y2)), self.fill((0, 0, 0)))

    def texts(self, part):
        for line in self.sets.get(id(part), ()):
            paint = skia.Paint(AntiAlias=True, Color=colour_of(line.colour))
            self.canvas.save()
            self.canvas.translate(*line.origin)
            if line.angle:
                self.canvas.rotate(-line.angle)
            for text, font, x, y in line.pieces:
                self.canvas.drawString(text, x, y, font, paint)
            self.canvas.restore()

    def outline(self, part, look):
        """The shape of a block or frame as a path."""
        x1, y1, x2, y2 = part.box
        w, h, shape = x2 - x1, y2 - y1, look['shape']
        path = skia.Path()
        if shape in ('round', 'pill', 'stack'):
            r = min(h, w) / 2 if shape == 'pill' else min(look['radius'] * self.em, min(h, w) / 2) if shape == 'round' else 0
            path.addRoundRect(skia.Rect(x1, y1, x2, y2), r, r)
        elif shape in ('ellipse', 'circle'):
            path.addOval(skia.Rect(x1, y1, x2, y2))
        elif shape == 'diamond':
            path = path_of([((x1 + x2) / 2, y1), (x2, (y1 + y2) / 2), ((x1 + x2) / 2, y2), (x1, (y1 + y2) / 2)], True)
        elif shape == 'parallelogram':
            s = min(h * 0.4, self.em * 0.8)
            path = path_of([(x1 + s, y1), (x2, y1), (x2 - s, y2), (x1, y2)], True)
        elif shape == 'trapezoid':
            s = min(h * 0.2, self.em * 0.9)
            path = path_of([(x1, y1), (x2, y1 + s), (x2, y2 - s), (x1, y2)] if look['flip'] else [(x1, y1 + s), (x2, y1), (x2, y2), (x1, y2 - s)], True)
        elif shape == 'cylinder':
            c = min(h * 0.18, self.em * 0.5)
            path.moveTo(x1, y1 + c)
            path.arcTo(skia.Rect(x1, y1, x2, y1 + 2 * c), 180, 180, False)
            path.lineTo(x2, y2 - c)
            path.arcTo(skia.Rect(x1, y2 - 2 * c, x2, y2), 0, 180, False)
            path.close()
        elif shape == 'cube':
            d = min(h * 0.25, self.em * 0.5)
            path = path_of([(x1, y1 + d), (x1 + d, y1), (x2, y1), (x2, y2 - d), (x2 - d, y2), (x1, y2)], True)
        else:
            path.addRect(skia.Rect(x1, y1, x2, y2))
        return path

    def draw_block(self, part, look):
        canvas, em, path = self.canvas, self.em, self.outline(part, look)
        width = look['border_width'] * em
        x1, y1, x2, y2 = part.box
        if look['shadow'] and not self.flat:
            shadow = skia.Paint(AntiAlias=True, Color=0x55000000)
            shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, em * 0.12))
            canvas.save()
            canvas.translate(em * 0.18, em * 0.18)
            canvas.drawPath(path, shadow)
            canvas.restore()
        if look['shape'] == 'stack':  # sheets behind it
            for k in (2, 1):
                canvas.save()
                canvas.translate(k * em * 0.22, -k * em * 0.22)
                canvas.drawPath(path, self.fill(look['fill']))
                canvas.drawPath(path, self.stroke(look['border'] or mix(look['fill'], (0, 0, 0), 0.4), width))
                canvas.restore()
        paint = self.fill(look['fill'])
        if look['gradient'] and not self.flat:
            stops = [colour_of(mix(look['fill'], (255, 255, 255), 0.45)), colour_of(look['fill'])]
            paint.setShader(skia.GradientShader.MakeLinear([skia.Point(x1, y1), skia.Point(x1, y2)], stops))
        canvas.drawPath(path, paint)
        if look['border']:
            line = self.stroke(look['border'], width, None if self.flat else look['dash'])
            canvas.drawPath(path, line)
            if not self.flat and look['shape'] == 'cylinder':
                c = min((y2 - y1) * 0.18, em * 0.5)
                canvas.drawArc(skia.Rect(x1, y1, x2, y1 + 2 * c), 0, 180, False, line)
            if not self.flat and look['shape'] == 'cube':
                d = min((y2 - y1) * 0.25, em * 0.5)
                canvas.drawPath(path_of([(x1, y1 + d), (x2 - d, y1 + d), (x2, y1)]), line)
                canvas.drawLine(x2 - d, y1 + d, x2 - d, y2, line)
        if not self.flat:
            self.texts(part)

    def draw_frame(self, part, look):
        path = self.outline(part, look)
        if look['fill'] or self.flat:
            self.canvas.drawPath(path, self.fill(look['fill'] or (0, 0, 0)))
        if look['border']:
            self.canvas.drawPath(path, self.stroke(look['border'], look['border_width'] * self.em, None if self.flat else look['dash']))
        if not self.flat:
            self.texts(part)

    def draw_strip(self, part, look):
        x1, y1, x2, y2 = part.box
        n, rng = look['n'], np.random.default_rng(look['seed'])
        if look['slabs']:
            self.slabs(part, look)
            return
        for i in range(n):
            cell = (x1, y1 + (y2 - y1) * i / n, x2, y1 + (y2 - y1) * (i + 1) / n) if look['upright'] else (x1 + (x2 - x1) * i / n, y1, x1 + (x2 - x1) * (i + 1) / n, y2)
            fill = mix(look['fill'], look['border'], rng.random() * 0.8) if look['shades'] else look['fill']
            self.canvas.drawRect(skia.Rect(*cell), self.fill(fill))
            self.canvas.drawRect(skia.Rect(*cell), self.stroke(look['border'], look['border_width'] * self.em))

    def slabs(self, part, look):
        x1, y1, x2, y2 = part.box
        n, slant = look['n'], self.em * 0.7
        thick = (x2 - x1 - slant) / n * 0.75
        for i in range(n):
            t = i / max(1, n - 1)
            share = {'even': 1.0, 'falling': 1 - 0.55 * t, 'rising': 0.45 + 0.55 * t}[look['slabs']]
            x, h = x1 + (x2 - x1 - slant - thick) * t, (y2 - y1) * share
            top = (y1 + y2 - h) / 2
            front = [(x, top + slant), (x + thick, top + slant), (x + thick, top + h), (x, top + h)]
            for face, shade in (([front[0], (x + slant, top), (x + slant + thick, top), front[1]], 0.35), ([front[1], (x + slant + thick, top), (x + slant + thick, top + h - slant), front[2]], 0.2), (front, 0.0)):
                self.canvas.drawPath(path_of(face, True), self.fill(mix(look['fill'], look['border'], shade)))
                self.canvas.drawPath(path_of(face, True), self.stroke(look['border'], look['border_width'] * self.em * 0.8))

    def draw_image(self, part, look):
        x1, y1, x2, y2 = part.box
        if look['stack']:
            for k in (2, 1):
                d = k * self.em * 0.25
                self.canvas.drawRect(skia.Rect(x1 + d, y1 - d, x2 + d, y2 - d), self.fill((200, 200, 200)))
                self.canvas.drawRect(skia.Rect(x1 + d, y1 - d, x2 + d, y2 - d), self.stroke((90, 90, 90), 1))
        if self.flat:
            self.canvas.drawRect(skia.Rect(*part.box), self.fill((0, 0, 0)))
        else:
            small = pictures.picture(look['seed'], max(2, round(x2 - x1)), max(2, round(y2 - y1)))
            image = skia.Image.fromarray(np.dstack([small, np.full(small.shape[:2], 255, np.uint8)]), colorType=skia.kRGBA_8888_ColorType)
            self.canvas.drawImageRect(image, skia.Rect(*part.box))
        if look['border']:
            self.canvas.drawRect(skia.Rect(*part.box), self.stroke(look['border'], look['border_width'] * self.em))

    def draw_arrow(self, part, look):
        em, width, size = self.em, max(1.0, look['width'] * self.em), max(4.0, look['size'] * self.em)
        points = part.points
        if look['fat']:
            self.canvas.drawPath(path_of(fat_arrow(points, em), True), self.fill(part.colour))
            return
        ends = [(points, True)] + ([(points[::-1], False)] if look['both'] else [])
        shaft = list(points)
        for way, at_end in ends:
            shape, back, closed = head_shape(way, size, look['head'])
            if closed:
                self.canvas.drawPath(path_of(shape, True), self.fill(part.colour))
            else:
                self.canvas.drawPath(path_of(shape), self.stroke(part.colour, width))
            shaft = shorten(shaft, back) if at_end else shorten(shaft[::-1], back)[::-1]
        line = self.stroke(part.colour, width, look['dash'])
        if look['corner'] and len(points) > 2 and not look['dash']:
            line.setPathEffect(skia.CornerPathEffect.Make(em * 0.7))
        self.canvas.drawPath(path_of(shaft), line)

    def draw_snowflake(self, part, look):
        (cx, cy), r = part.centre, (part.box[2] - part.box[0]) / 2
        paint = self.stroke(part.colour, r * 0.17)
        paint.setStrokeCap(skia.Paint.kRound_Cap)
        for k in range(6):
            a = math.pi / 6 + k * math.pi / 3
            ux, uy = math.cos(a), math.sin(a)
            tip = (cx + ux * r * 0.92, cy + uy * r * 0.92)
            self.canvas.drawLine(cx, cy, *tip, paint)
            for turn in (-0.75, 0.75):
                vx, vy = math.cos(a + turn), math.sin(a + turn)
                for at, reach in ((0.5, 0.36), (0.72, 0.2))[:2 if look['seed'] < 0.5 else 1]:
                    self.canvas.drawLine(cx + ux * r * at, cy + uy * r * at, cx + ux * r * at + vx * r * reach, cy + uy * r * at + vy * r * reach, paint)

    def draw_flame(self, part, look):
        x1, y1, x2, y2 = part.box
        w, h = x2 - x1, y2 - y1

        def flame(scale, rgb):
            cx, base = (x1 + x2) / 2, y2 - h * 0.02
            at = lambda u, v: (cx + (u - 0.5) * w * scale, base - v * h * scale)
            path = skia.Path()
            path.moveTo(*at(0.5, 0))
            path.cubicTo(*at(0.05, 0), *at(0.02, 0.42), *at(0.25, 0.62))
            path.cubicTo(*at(0.28, 0.5), *at(0.34, 0.46), *at(0.38, 0.46))
            path.cubicTo(*at(0.3, 0.72), *at(0.46, 0.9), *at(0.58, 0.98))
            path.cubicTo(*at(0.54, 0.78), *at(0.7, 0.68), *at(0.8, 0.52))
            path.cubicTo(*at(1.0, 0.25), *at(0.9, 0), *at(0.5, 0))
            path.close()
            self.canvas.drawPath(path, self.fill(rgb))
        flame(1.0, part.colour)
        if not self.flat:
            flame(0.55, mix(part.colour, (255, 230, 60), 0.85))

    def draw_entry(self, part, look):
        if self.flat:
            self.canvas.drawRect(skia.Rect(*part.box), self.fill((0, 0, 0)))
            return
        (x1, y1), (x2, y2) = part.points
        y = (y1 + y2) / 2
        if look['kind'] == 'swatch':
            self.canvas.drawRect(skia.Rect(x1, y1, x2, y2), self.fill(look['fill']))
            self.hatch(skia.Rect(x1, y1, x2, y2), look.get('hatch'))
            if look.get('border'):
                self.canvas.drawRect(skia.Rect(x1, y1, x2, y2), self.stroke(look['border'], 0.05 * self.em))
        elif look['kind'] == 'line':
            self.canvas.drawLine(x1, y, x2, y, self.stroke(part.colour, look['width'] * self.em, look['dash']))
            if look['marker']:
                self.marker((x1 + x2) / 2, y, look['marker'], look['marker_size'] * self.em, part.colour, look['hollow'])
        elif look['kind'] == 'marker':
            self.marker((x1 + x2) / 2, y, look['marker'], look['marker_size'] * self.em, part.colour, look['hollow'])
        self.texts(part)

    def draw_axes(self, part, look):
        box = skia.Rect(*part.box)
        if look['fill'] or self.flat:
            self.canvas.drawRect(box, self.fill(look['fill'] or (0, 0, 0)))
        if look['style'] == 'boxed' and not self.flat:
            self.canvas.drawRect(box, self.stroke(look['ink'], look['width'] * self.em, join=False))

    def draw_axis(self, part, look):
        if self.flat:
            self.canvas.drawRect(skia.Rect(*part.box), self.fill((0, 0, 0)))
            return
        line = self.stroke(look['ink'], look['width'] * self.em)
        if look['line']:
            self.canvas.drawLine(*part.points[0], *part.points[1], line)
        if look['marks']:
            d = look['out'] * self.em
            for x, y in part.points[2:]:
                self.canvas.drawLine(x, y, x, y + d, line) if look['side'] == 'x' else self.canvas.drawLine(x, y, x - d, y, line)

    def draw_rule(self, part, look):
        (ax, ay), (bx, by) = part.points
        width = max(1.0, look['width'] * self.em)
        if look['dash'] is None and (ax == bx or ay == by):  # rules lie on pixels, as typesetters put them
            width = round(width)
            if ay == by:
                y = round(ay - width / 2)
                self.canvas.drawRect(skia.Rect(ax, y, bx, y + width), self.fill(look['colour']))
            else:
                x = round(ax - width / 2)
                self.canvas.drawRect(skia.Rect(x, ay, x + width, by), self.fill(look['colour']))
            return
        self.canvas.drawLine(ax, ay, bx, by, self.stroke(look['colour'], width, look['dash']))

    def draw_error(self, part, look):
        (ax, ay), (bx, by) = part.points
        line, cap = self.stroke(look['colour'], look['width'] * self.em), look['cap'] * self.em
        self.canvas.drawLine(ax, ay, bx, by, line)
        for x, y in part.points:
            self.canvas.drawLine(x - cap, y, x + cap, y, line) if ax == bx else self.canvas.drawLine(x, y - cap, x, y + cap, line)

    def draw_band(self, part, look):
        self.canvas.drawRect(skia.Rect(*part.box), self.fill(look['fill']))

    def marker(self, x, y, kind, size, rgb, hollow):
        r = max(1.5, size / 2)
        paint = self.stroke(rgb, max(1.0, r * 0.3)) if hollow or kind in 'x+' else self.fill(rgb)
        if kind == 'o':
            self.canvas.drawCircle(x, y, r, paint)
        elif kind == 's':
            self.canvas.drawRect(skia.Rect(x - r * 0.85, y - r * 0.85, x + r * 0.85, y + r * 0.85), paint)
        elif kind == 'x':
            self.canvas.drawLine(x - r * 0.8, y - r * 0.8, x + r * 0.8, y + r * 0.8, paint)
            self.canvas.drawLine(x - r * 0.8, y + r * 0.8, x + r * 0.8, y - r * 0.8, paint)
        elif kind == '+':
            self.canvas.drawLine(x - r, y, x + r, y, paint)
            self.canvas.drawLine(x, y - r, x, y + r, paint)
        else:
            if kind == '*':
                corners = [(x + r * (1.1 if i % 2 == 0 else 0.45) * math.sin(i * math.pi / 5), y - r * (1.1 if i % 2 == 0 else 0.45) * math.cos(i * math.pi / 5)) for i in range(10)]
            else:
                corners = {'^': [(x, y - r), (x + r, y + r * 0.8), (x - r, y + r * 0.8)], 'v': [(x, y + r), (x + r, y - r * 0.8), (x - r, y - r * 0.8)], 'd': [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]}[kind]
            self.canvas.drawPath(path_of(corners, True), paint)

    def draw_curve(self, part, look):
        em, points = self.em, part.points
        if look['band'] and not self.flat:
            b = look['band'] * em
            self.canvas.drawPath(path_of([(x, y - b) for x, y in points] + [(x, y + b) for x, y in points[::-1]], True), self.fill(part.colour, 50))
        path = smooth_path(points) if look['smooth'] and len(points) > 2 else path_of(points)
        self.canvas.drawPath(path, self.stroke(part.colour, look['width'] * em, look['dash']))
        if look['marker']:
            for x, y in points:
                if look['hollow'] and not self.flat:
                    self.canvas.drawCircle(x, y, look['marker_size'] * em / 2, self.fill(self.scene.look['paper']))
                self.marker(x, y, look['marker'], look['marker_size'] * em, part.colour, look['hollow'])

    def draw_markers(self, part, look):
        for x, y in part.points:
            self.marker(x, y, look['marker'], look['size'] * self.em, part.colour, look['hollow'])

    def hatch(self, rect, k):
        if k is None or self.flat:
            return
        self.canvas.save()
        self.canvas.clipRect(rect)
        line, step = self.stroke((0, 0, 0), 0.8), max(4.0, self.em * 0.5)
        at = rect.left() - rect.height()
        while at < rect.right() + rect.height() and k:
            if k % 2:
                self.canvas.drawLine(at, rect.bottom(), at + rect.height(), rect.top(), line)
            if k % 3 == 2 or k % 3 == 0:
                self.canvas.drawLine(at, rect.top(), at + rect.height(), rect.bottom(), line)
            at += step
        self.canvas.restore()

    def draw_bar(self, part, look):
        rect = skia.Rect(*part.box)
        self.canvas.drawRect(rect, self.fill(look['fill']))
        self.hatch(rect, look['hatch'])
        if look['border']:
            self.canvas.drawRect(rect, self.stroke(look['border'], look['border_width'] * self.em, join=False))

    def draw_heatmap(self, part, look):
        if self.flat:
            self.canvas.drawRect(skia.Rect(*part.box), self.fill((0, 0, 0)))
            return
        x1, y1, x2, y2 = part.box
        w, h, gap = (x2 - x1) / look['cols'], (y2 - y1) / look['rows'], look['gap'] * self.em
        for r, row in enumerate(look['colours']):
            for c, colour in enumerate(row):
                rect = skia.Rect(round(x1 + c * w), round(y1 + r * h), round(x1 + (c + 1) * w - gap), round(y1 + (r + 1) * h - gap))
                self.canvas.drawRect(rect, skia.Paint(Color=colour_of(colour)))

    # ---- masks ----------------------------------------------------------------------------------------------------------------

    def mask(self, part, box, matrix=None):
        """(uint8 [h, w] of 0 and 255, x, y): the part's own pixels within its box, whole pixels of the picture."""
        x1, y1, x2, y2 = box
        out = np.zeros((y2 - y1, x2 - x1), np.uint8)
        self.canvas = skia.Surface.MakeRasterDirect(skia.ImageInfo.MakeA8(x2 - x1, y2 - y1), out).getCanvas()
        self.canvas.translate(-x1, -y1)
        if matrix is not None:
            self.canvas.concat(skia.Matrix.MakeAll(*map(float, matrix.reshape(-1)), 0, 0, 1))
        self.flat = True
        try:
            self.draw(part)
        finally:
            self.canvas, self.flat = None, False
        return np.where(out > 127, np.uint8(255), np.uint8(0)), x1, y1


def fat_arrow(points, em):
    """The outline of a block arrow along a straight line."""
    (ax, ay), (bx, by) = points
    d = math.dist(points[0], points[1])
    ux, uy, w, h = (bx - ax) / d, (by - ay) / d, em * 0.32, em * 0.62
    neck = max(d * 0.35, d - em * 0.9)
    at = lambda along, across: (ax + ux * along - uy * across, ay + uy * along + ux * across)
    return [at(0, -w), at(neck, -w), at(neck, -h), at(d, 0), at(neck, h), at(neck, w), at(0, w)]


def exact_boxes(scene):
    """Makes the boxes of arrows, curves, stacks and bordered shapes those of what is drawn."""
    em = scene.em
    for part in scene.parts:
        look = part.look
        if part.kind == 'arrow':
            if look['fat']:
                points, reach = fat_arrow(part.points, em), 0.5
            else:
                width, size = max(1.0, look['width'] * em), max(4.0, look['size'] * em)
                points, reach = list(part.points), width / 2
                head = head_shape(part.points, size, look['head'])[0] + (head_shape(part.points[::-1], size, look['head'])[0] if look['both'] else [])
                pad = width / 2 if look['head'] == 'open' else 0.3
                part.box = union([[x - pad, y - pad, x + pad, y + pad] for x, y in head] + [[x - reach, y - reach, x + reach, y + reach] for x, y in points])
                continue
            part.box = union([[x - reach, y - reach, x + reach, y + reach] for x, y in points])
        elif part.kind == 'curve':
            reach = max(look['width'] * em, 0.8, look['marker_size'] * em) / 2
            part.box = union([[x - reach, y - reach, x + reach, y + reach] for x, y in part.points])
        elif part.kind in ('block', 'strip', 'frame', 'image', 'bar') and part.role:
            grow = look['border_width'] * em / 2 if look.get('border') else 0
            x1, y1, x2, y2 = part.box
            sheets = em * (0.44 if part.kind == 'block' else 0.5) if look.get('shape') == 'stack' or look.get('stack') else 0
            part.look = dict(look, inner=part.box)
            part.look['outer'] = [x1 - grow, y1 - grow - sheets, x2 + grow + sheets, y2 + grow]


def render(scene, split='train'):
    """Draws a finished scene. @returns (uint8 [H, W, 3] RGB, Truth); the scene's text boxes become exact."""
    sets = typeset(scene, split)
    exact_boxes(scene)
    painter = Painter(scene, sets)
    pixels = np.empty((scene.height, scene.width, 4), np.uint8)
    painter.canvas = skia.Surface.MakeRasterDirect(skia.ImageInfo.Make(scene.width, scene.height, skia.kRGBA_8888_ColorType, skia.kOpaque_AlphaType), pixels).getCanvas()
    painter.canvas.clear(colour_of(scene.look['paper']))
    for part in scene.parts:
        painter.draw(part)
    painter.canvas = None
    return np.ascontiguousarray(pixels[..., :3]), truth_of(scene, sets, painter)


def truth_of(scene, sets, painter, matrix=None):
    """The Truth of a drawn scene, under a 2 x 3 matrix of the picture."""
    parts = scene.regions()
    parse = scene.parse()
    boxes = [moved_box(p.look.get('outer', p.box), matrix, scene.width, scene.height) for p in parts]
    paths, lines, both = [], [], set()
    for i, part in enumerate(parts):
        parse.regions[i].box = boxes[i]
        paths.append(moved(part.points, matrix) if part.kind in ('arrow', 'curve') else None)
        if part.kind == 'arrow' and part.look['both']:
            both.add(i)
        for line, as_set in zip(part.lines, sets.get(id(part), ())):
            lines.append(TextLine(moved_box(as_set.box, matrix, scene.width, scene.height), ' '.join(line.text.split()), part.role, i, line.angle))
    return Truth(parse, parts, paths, lines, both, painter, matrix)
