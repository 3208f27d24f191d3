"""Training batches: views of packed pictures with the targets of the parser, the sampler and the mask decoder.

A record (pack.py) is a picture, a plane (uint8 [h, w]: 1 + index of the region that is seen there, 0 none) and its regions. A view is a
crop of it, resized to H x W; all targets are in pixels of the view.
"""
import json
from pathlib import Path

import cv2
import numpy as np

from .pack import Store
from .roles import BOX_ROLES, HUES, REGION_ROLES, SIZE_SETS, STATES, STROKES, TEXT_ROLES
from .sampler import draw

STRIDE = 4
ASPECTS = (1.0, 1.25, 1.5, 1.9, 2.5, 0.8, 0.62)         # width / height of the views of a batch
IGNORE = 255                                            # text role of cells that teach nothing
INK = 0.2                                               # share of a cell of `strokes` that makes it ink
POINT = 5                                               # a point is the square of so many pixels to each side (Ferret)
FORMS = ('point', 'box', 'free')


def view_size(size, aspect):
    """(H, W), multiples of 32, of about size * size pixels and about this width / height."""
    side = lambda v: int(np.clip(round(v / 32) * 32, 64, 2 * size))
    return side(size / aspect ** 0.5), side(size * aspect ** 0.5)


def blob(heat, x, y, sx, sy):
    """Raises heat [h, w] to a Gaussian of peak 1 at the cell (x, y)."""
    h, w = heat.shape
    rx, ry = int(3 * sx) + 1, int(3 * sy) + 1
    x1, x2, y1, y2 = max(0, x - rx), min(w, x + rx + 1), max(0, y - ry), min(h, y + ry + 1)
    gx = np.exp(-0.5 * ((np.arange(x1, x2) - x) / sx) ** 2)
    gy = np.exp(-0.5 * ((np.arange(y1, y2) - y) / sy) ** 2)
    np.maximum(heat[y1:y2, x1:x2], (gy[:, None] * gx).astype(np.float32), out=heat[y1:y2, x1:x2])


def around(x, y, shape):
    """The cells of the 3 x 3 around the cell of a place in pixels of the view."""
    h, w = shape
    cx, cy = min(max(int(x // STRIDE), 0), w - 1), min(max(int(y // STRIDE), 0), h - 1)
    return (cx, cy), [(i, j) for j in range(max(0, cy - 1), min(h, cy + 2)) for i in range(max(0, cx - 1), min(w, cx + 2))]


def free_form(mask, rng):
    """A random piece of a mask: a thick scribble or blob in it; the mask itself where it is thin."""
    ys, xs = np.nonzero(mask)
    if len(ys) < 60:
        return mask
    piece = np.zeros(mask.shape, np.uint8)
    x1, x2, y1, y2 = xs.min(), xs.max(), ys.min(), ys.max()
    count = int(rng.integers(2, 6))
    pick = rng.choice(len(ys), count)
    path = np.stack([xs[pick], ys[pick]], 1).astype(np.int32)
    thick = int(max(2, rng.uniform(0.05, 0.35) * min(x2 - x1 + 1, y2 - y1 + 1)))
    if rng.random() < 0.3 and count >= 3:
        cv2.fillPoly(piece, [path], 1)
    cv2.polylines(piece, [path], False, 1, thick)
    piece = (piece > 0) & mask
    return piece if piece.sum() >= 12 else mask


class View:
    """One view: pixels and where the regions of the record lie in it."""

    def __init__(self, picture, plane, regions, box, shape, shrink):
        x1, y1, x2, y2 = box
        h, w = shape
        self.shape, self.sx, self.sy = shape, w / (x2 - x1), h / (y2 - y1)
        self.pixels = cv2.resize(picture[y1:y2, x1:x2], (w, h), interpolation=shrink if self.sx < 1 else cv2.INTER_LINEAR)
        self.crop, self.plane_full = box, plane[y1:y2, x1:x2]
        self.plane = cv2.resize(self.plane_full, (w, h), interpolation=cv2.INTER_NEAREST)
        self.regions = regions
        self.boxes = [self.to_view(r['box']) for r in regions]

    def to_view(self, flat):
        """x, y, x, y, ... of the picture -> of the view."""
        x1, y1 = self.crop[:2]
        return [(v - x1) * self.sx if i % 2 == 0 else (v - y1) * self.sy for i, v in enumerate(flat)]

    def seen(self, i, share=0.75):
        """The box of region i clipped to the view, or None where less than `share` of it is in the view."""
        h, w = self.shape
        x1, y1, x2, y2 = self.boxes[i]
        c = [max(0.0, x1), max(0.0, y1), min(float(w), x2), min(float(h), y2)]
        if c[2] <= c[0] or c[3] <= c[1] or (c[2] - c[0]) * (c[3] - c[1]) < share * max((x2 - x1) * (y2 - y1), 1e-6):
            return None
        return c


def parser_targets(view):
    """Targets of the parser's outputs; lists of rows for what is learnt in single cells."""
    h, w = view.shape[0] // STRIDE, view.shape[1] // STRIDE
    heat, ends = np.zeros((len(BOX_ROLES), h, w), np.float32), np.zeros((2, h, w), np.float32)
    text = np.full((h, w), TEXT_ROLES.index('none'), np.uint8)
    rows, links, lines = [], [], []
    for i, region in enumerate(view.regions):
        role = region['role']
        if role in BOX_ROLES and (box := view.seen(i, 0.6)):
            x1, y1, x2, y2 = box
            k = BOX_ROLES.index(role)
            (cx, cy), cells = around((x1 + x2) / 2, (y1 + y2) / 2, (h, w))
            blob(heat[k], cx, cy, max(0.6, 0.07 * (x2 - x1) / STRIDE), max(0.6, 0.07 * (y2 - y1) / STRIDE))
            for u, v in cells:
                px, py = STRIDE * (u + 0.5), STRIDE * (v + 0.5)
                sides = [px - x1, py - y1, x2 - px, y2 - py]
                if (u, v) == (cx, cy) or min(sides) > 0:
                    rows.append((SIZE_SETS[k], v, u, *[max(0.25, s) for s in sides], 3.0 if (u, v) == (cx, cy) else 1.0))
        if role == 'arrow' and len(region['points']) >= 4:
            flat = view.to_view(region['points'])
            tail, head = flat[:2], flat[-2:]
            for channel, (here, there) in enumerate(((tail, head), (head, tail))):
                if 0 <= here[0] < view.shape[1] and 0 <= here[1] < view.shape[0]:
                    (cx, cy), cells = around(*here, (h, w))
                    blob(ends[channel], cx, cy, 0.9, 0.9)
                    if 0 <= there[0] < view.shape[1] and 0 <= there[1] < view.shape[0]:
                        links += [(channel, v, u, there[0] - STRIDE * (u + 0.5), there[1] - STRIDE * (v + 0.5)) for u, v in cells]
        for line in region['lines']:
            lines.append((TEXT_ROLES.index(region['text_role']), view.to_view(line)))
    cells = []
    for kind, (x1, y1, x2, y2) in lines:
        u1, v1 = int(np.ceil(x1 / STRIDE - 0.5)), int(np.ceil(y1 / STRIDE - 0.5))
        u2, v2 = max(u1 + 1, int(np.ceil(x2 / STRIDE - 0.5))), max(v1 + 1, int(np.ceil(y2 / STRIDE - 0.5)))
        if u2 <= 0 or v2 <= 0 or u1 >= w or v1 >= h:
            continue
        cells.append((kind, max(0, u1), max(0, v1), u2, v2))
        text[max(0, v1 - 1):v2 + 1, max(0, u1 - 1):u2 + 1] = IGNORE
    for kind, u1, v1, u2, v2 in cells:
        text[v1:v2, u1:u2] = kind
    kinds = np.zeros(256, np.uint8)
    for i, region in enumerate(view.regions):
        if region['role'] in STROKES:
            kinds[i + 1] = 1 + STROKES.index(region['role'])
    drawn = kinds[view.plane_full]
    size = (view.shape[1] // 2, view.shape[0] // 2)
    strokes = np.stack([cv2.resize((drawn == 1 + k).astype(np.float32), size, interpolation=cv2.INTER_AREA) >= INK for k in range(len(STROKES))])
    return dict(heat=heat, ends=ends, text=text, rows=rows, links=links, strokes=strokes)


def whole_mask(view, i):
    """The mask of region i, bool [H, W]: ink of what is drawn as lines, the shape with all that lies in it of a block, else the box."""
    role = view.regions[i]['role']
    if role in STROKES:
        return view.plane == i + 1
    h, w = view.shape
    x1, y1, x2, y2 = (int(round(v)) for v in view.boxes[i])
    inside = np.zeros(view.shape, bool)
    inside[max(0, y1):max(0, y2), max(0, x1):max(0, x2)] = True
    if role != 'block':
        return inside
    own = np.zeros(256, bool)
    own[[i + 1] + [j + 1 for j, r in enumerate(view.regions) if r['within'] is not None and i in r['within']]] = True
    return own[view.plane] & inside


def region_item(view, i, form, rng, jitter=0.0):
    """What the sampler and the mask decoder see of region i, or None where it cannot be pointed at."""
    region, shown = view.regions[i], view.plane == i + 1
    box = view.seen(i, 0.6)
    if box is None or shown.sum() < 6:
        return None
    h, w = view.shape
    if form == 'box':
        mask = np.zeros(view.shape, bool)
        mask[int(box[1]):int(np.ceil(box[3])), int(box[0]):int(np.ceil(box[2]))] = True
    elif form == 'point':
        if region['role'] not in STROKES:
            core = cv2.erode(np.pad(shown.astype(np.uint8), 1), np.ones((5, 5), np.uint8))[1:-1, 1:-1] > 0
            shown = core if core.any() else shown
        ys, xs = np.nonzero(shown)
        k = int(rng.integers(len(ys)))
        mask = np.zeros(view.shape, bool)
        mask[max(0, ys[k] - POINT):ys[k] + POINT + 1, max(0, xs[k] - POINT):xs[k] + POINT + 1] = True
    else:
        mask = free_form(shown, rng)
    sides = np.array([box[2] - box[0], box[3] - box[1]] * 2) * jitter
    return dict(points=draw(mask, rng), box=(np.array(box) + rng.normal(0, 1, 4) * sides).astype(np.float32), role=REGION_ROLES.index(region['role']),
                hue=HUES.index(region['hue']) if region['hue'] else -1, state=STATES.index(region['state']) if region['state'] else -1)


def jitter_colour(pixels, rng):
    """Small changes of brightness, contrast and hue balance; now and then grey or inverted."""
    x = pixels.astype(np.float32)
    chance = rng.random()
    if chance < 0.02:
        x = 255.0 - x
    if rng.random() < 0.5:
        x = (x - 128.0) * rng.uniform(0.85, 1.1) + 128.0 + rng.uniform(-10, 10) + rng.uniform(-4, 4, 3)
    return np.clip(x, 0, 255)


class Source:
    """Draws batches at random from a pack; equal seeds give equal streams."""

    def __init__(self, folder, seed):
        self.folder, self.rng = Path(folder), np.random.default_rng(seed)
        self.shards, self.index, self.records = {}, [], []
        self.refresh()

    def refresh(self):
        """Takes up the shards that have come since."""
        for path in sorted(self.folder.glob('*/records.jsonl')):
            if path.parent not in self.shards:
                stores = self.shards[path.parent] = Store(path.parent / 'pictures'), Store(path.parent / 'planes')
                rows = [json.loads(line) for line in path.read_text().splitlines()]
                self.records += rows
                self.index += [(*stores, i) for i in range(len(rows))]
        aspects = np.array([r['width'] / r['height'] for r in self.records])
        nearest = np.abs(np.log(aspects)[:, None] - np.log(ASPECTS)).argmin(1)
        self.buckets = [np.nonzero(nearest == k)[0] for k in range(len(ASPECTS))]
        self.shares = np.array([len(b) for b in self.buckets]) / len(self.records)

    def view(self, index, shape):
        """A random view of record `index`: mostly all of it, else a crop of its middle size."""
        rng, record, (pictures, planes, row) = self.rng, self.records[index], self.index[index]
        w, h = record['width'], record['height']
        zoom = 1.0 if rng.random() < 0.6 else rng.uniform(0.5, 1.0)
        cw, ch = (max(32, int(v * zoom * rng.uniform(0.92, 1.0))) for v in (w, h))
        if zoom == 1.0 and rng.random() < 0.5:
            cw, ch = w, h
        cw, ch = min(cw, w), min(ch, h)
        x, y = int(rng.integers(0, w - cw + 1)), int(rng.integers(0, h - ch + 1))
        shrink = cv2.INTER_AREA if rng.random() < 0.7 else cv2.INTER_LINEAR
        return View(pictures[row], planes[row], record['regions'], (x, y, x + cw, y + ch), shape, shrink)

    def batch(self, pictures, size, regions, referred=1):
        """`pictures` views of one shape, with up to `regions` regions of the first `referred` of them for the sampler and the mask decoder."""
        rng = self.rng
        bucket = int(rng.choice(len(ASPECTS), p=self.shares))
        shape = view_size(size, ASPECTS[bucket])
        out = dict(pixels=[], heat=[], ends=[], text=[], strokes=[], rows=[], links=[], regions=[])
        for b in range(pictures):
            view = self.view(int(rng.choice(self.buckets[bucket])), shape)
            targets = parser_targets(view)
            for key in ('heat', 'ends', 'text', 'strokes'):
                out[key].append(targets[key])
            out['rows'] += [(b, *r) for r in targets['rows']]
            out['links'] += [(b, *r) for r in targets['links']]
            out['pixels'].append(jitter_colour(view.pixels, rng))
            out['regions'].append(self.some_regions(view, regions if b < referred else 0))
        pixels = np.stack(out['pixels']).transpose(0, 3, 1, 2) / np.float32(255)
        return out | dict(pixels=np.ascontiguousarray(pixels, np.float32), **{k: np.stack(out[k]) for k in ('heat', 'ends', 'text', 'strokes')})

    def some_regions(self, view, count):
        """Regions of a view, rare roles as likely as common ones, each in a random form and with its mask at stride 2."""
        rng, by_role, items = self.rng, {}, []
        for i, region in enumerate(view.regions):
            if region['role'] in REGION_ROLES:
                by_role.setdefault(region['role'], []).append(i)
        roles = list(by_role)
        for _ in range(3 * count):
            if len(items) == count or not roles:
                break
            i = int(rng.choice(by_role[roles[int(rng.integers(len(roles)))]])) if rng.random() < 0.6 else int(rng.integers(len(view.regions)))
            if view.regions[i]['role'] not in REGION_ROLES:
                continue
            item = region_item(view, i, FORMS[int(rng.integers(3))], rng, 0.03)
            if item:
                size = (view.shape[1] // 2, view.shape[0] // 2)
                item['mask'] = cv2.resize(whole_mask(view, i).astype(np.float32), size, interpolation=cv2.INTER_AREA)
                items.append(item)
        return items
