"""Training batches: views of packed pictures, composites and diagrams, each with prompts and their masks.

Everything is in the frame of the view (H x W pixels); masks are at half its resolution, values 0..1.
"""
import json

import cv2
import numpy as np

import synth
from prepare import PACK, Store, box_of, inner_most

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)
MIX = dict(bsds500=0.26, ccp=0.20, photos=0.15, composite=0.28, diagram=0.11)     # photos: coco128seg and davis
ASPECTS = (1.0, 1.0, 1.5, 0.667, 1.333, 0.75, 0.667)                              # width / height of the views of a batch
PROMPTS = dict(point=0.43, box=0.29, stroke=0.10, box_point=0.05, mask_point=0.05, mask_box=0.05, mask=0.03)
MAX_POINTS = 12                                                                   # samples of a stroke in training


def view_size(size, aspect):
    """(H, W), multiples of 32, of about size * size pixels and about this width / height."""
    side = lambda v: int(np.clip(round(v / 32) * 32, 64, 2 * size))
    return side(size / aspect ** 0.5), side(size * aspect ** 0.5)


class Source:
    """Draws views and prompts at random; two ranks with different seeds see different streams."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.pictures, self.planes, self.cutouts = (Store(PACK / n) for n in ('pictures', 'planes', 'cutouts'))
        self.objects = json.loads((PACK / 'objects.json').read_text())
        self.of_plane, by_set = {}, {}
        for o in self.objects:
            self.of_plane.setdefault(o['plane'], []).append(o)
            key = o['set'] if o['set'] in MIX else 'photos'
            by_set.setdefault(key, {}).setdefault(o['picture'], []).append(o)
        self.by_set = {k: list(v.values()) for k, v in by_set.items()}

    def batch(self, pictures, prompts, shape):
        """`pictures` views with `prompts` prompts each -> dict of arrays, prompts of a view one after the other."""
        items = [self.item(prompts, shape) for _ in range(pictures)]
        flat = [p for _, ps in items for p in ps]
        n = max(1, *(len(p['labels']) for p in flat))
        coords = np.zeros((len(flat), n, 2), np.float32)
        labels = np.full((len(flat), n), -1, np.float32)
        for i, p in enumerate(flat):
            coords[i, :len(p['labels'])], labels[i, :len(p['labels'])] = np.reshape(p['coords'], (-1, 2)), p['labels']
        pixels = np.stack([((v.astype(np.float32) / 255 - MEAN) / STD).transpose(2, 0, 1) for v, _ in items])
        return dict(pixels=pixels, coords=coords, labels=labels, target=np.stack([p['target'] for p in flat])[:, None],
                    mask=np.stack([p['mask'] for p in flat])[:, None], has_mask=np.array([p['has_mask'] for p in flat], np.float32))

    def item(self, count, shape):
        """One view, uint8 [H, W, 3], and `count` prompts for objects in it."""
        rng = self.rng
        while True:
            kind = str(rng.choice(list(MIX), p=list(MIX.values())))
            if kind == 'composite':
                view, masks = synth.composite(self.background(shape), self.cutouts, rng)
                targets = [(m.astype(np.float32), 'object') for m in masks]
            elif kind == 'diagram':
                view, masks = (synth.diagram if rng.random() < 0.7 else synth.plot)(*shape, rng)
                view = synth.spoil(view, rng)
                targets = [(m.astype(np.float32), 'object') for m in masks]
            else:
                view, targets = self.photo(kind, shape)
            targets = [(m, k) for m, k in targets if (m > 0.5).sum() >= 0.0015 * m.size]
            if not targets:
                continue
            if len(targets) > count:
                first = [0] if kind not in ('composite', 'diagram') else []
                rest = rng.permutation(np.arange(len(first), len(targets)))[:count - len(first)]
                targets = [targets[i] for i in first + list(rest)]
            out = [self.prompt(*targets[i % len(targets)]) for i in range(count)]
            if all(out):
                return view, out

    def background(self, shape):
        picture = self.pictures[int(self.rng.integers(len(self.pictures)))]
        return self.cut(picture, self.rectangle(picture.shape, shape, self.rng.uniform(0.5, 1.0)), shape)

    def rectangle(self, size, shape, share, centre=None):
        """(x1, y1, x2, y2), float, inside the picture: `share` of the largest one of the shape's aspect (within 12 %)."""
        h, w = size[:2]
        aspect = shape[1] / shape[0] * np.exp(self.rng.uniform(-0.12, 0.12))
        rw = min(w, h * aspect) * share
        rh = rw / aspect
        if rh > h:
            rw, rh = rw * h / rh, h
        cx, cy = (self.rng.uniform(0, w), self.rng.uniform(0, h)) if centre is None else centre
        x, y = np.clip(cx - rw / 2, 0, w - rw), np.clip(cy - rh / 2, 0, h - rh)
        return x, y, x + rw, y + rh

    def cut(self, array, rectangle, shape, interpolation=cv2.INTER_LINEAR):
        x1, y1, x2, y2 = (int(round(v)) for v in rectangle)
        part = np.ascontiguousarray(array[y1:max(y2, y1 + 2), x1:max(x2, x1 + 2)])
        if part.shape[0] > shape[0]:
            interpolation = cv2.INTER_AREA
        return cv2.resize(part, (shape[1], shape[0]), interpolation=interpolation)

    def photo(self, kind, shape):
        """A view of a photo around one of its objects, from the whole picture down to a tight crop."""
        rng = self.rng
        group = self.by_set[kind]
        options = group[int(rng.integers(len(group)))]
        weight = np.array([o['share'] for o in options]) ** 0.35
        chosen = options[int(rng.choice(len(options), p=weight / weight.sum()))]
        picture, plane = self.pictures[chosen['picture']], self.planes[chosen['plane']]
        x1, y1, x2, y2 = chosen['box']
        h, w = plane.shape
        full = min(w, h * shape[1] / shape[0])
        need = max(x2 - x1, (y2 - y1) * shape[1] / shape[0]) / full                # share that just shows the object
        if rng.random() < 0.42:
            share = rng.uniform(0.85, 1.0)
        else:
            share = min(1.0, need * np.exp(rng.uniform(np.log(1.15), np.log(3.2))))
        slack = 0.35 * max(share - need, 0.05) * full
        centre = (x1 + x2) / 2 + rng.uniform(-slack, slack), (y1 + y2) / 2 + rng.uniform(-slack, slack)
        rectangle = self.rectangle(plane.shape, shape, share, centre)
        view = self.cut(picture, rectangle, shape)
        labels = self.cut(plane, rectangle, shape, cv2.INTER_NEAREST) if len(self.of_plane[chosen['plane']]) > 8 else None
        targets, flip = [], rng.random() < 0.5
        others = [o for o in self.of_plane[chosen['plane']] if o is not chosen]
        if chosen['set'] == 'coco128seg':                                          # one plane per object there
            others = [o for o in options if o is not chosen]
        picks = [chosen] + [others[i] for i in rng.permutation(len(others))[:4]]
        for o in picks:
            bx1, by1, bx2, by2 = o['box']
            if o is not chosen and (bx2 < rectangle[0] or by2 < rectangle[1] or bx1 > rectangle[2] or by1 > rectangle[3]):
                continue
            mask = (self.planes[o['plane']] == o['value']).astype(np.float32)
            mask = self.cut(mask, rectangle, shape)
            targets.append((mask[:, ::-1] if flip else mask, o['kind']))
        view = view[:, ::-1] if flip else view
        return synth.spoil(synth.jitter(view, rng), rng), targets

    # ---- prompts

    def prompt(self, mask, kind):
        """A prompt for one object: coords and labels, target [H/2, W/2], and perhaps a previous mask [H/4, W/4]."""
        rng = self.rng
        hard = mask > 0.5
        if not hard.any():
            return None
        name = str(rng.choice(list(PROMPTS), p=list(PROMPTS.values())))
        if kind == 'whole' and name == 'point':
            name = 'box'
        coords, labels = [], []
        if 'box' in name:
            x1, y1, x2, y2 = self.loosen(box_of(hard), hard.shape)
            coords += [(x1, y1), (x2, y2)]
            labels += [2, 3]
        if 'point' in name:
            coords.append(self.click(hard))
            labels.append(1)
        if name == 'stroke':
            samples = self.stroke(hard)
            coords += samples
            labels += [4] * len(samples)
        h, w = mask.shape
        previous = np.zeros((h // 4, w // 4), np.float32)
        has = name.startswith('mask')
        if has:
            previous = self.degrade(mask)
        target = cv2.resize(np.ascontiguousarray(mask), (w // 2, h // 2), interpolation=cv2.INTER_AREA)
        return dict(coords=coords, labels=labels, target=target, mask=previous, has_mask=float(has))

    def click(self, hard):
        """The inner-most pixel, or any pixel of the object, as (x, y) of the pixel's centre."""
        if self.rng.random() < 0.5:
            x, y = inner_most(hard)
        else:
            eroded = cv2.erode(hard.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=0)
            ys, xs = np.nonzero(eroded if eroded.any() else hard)
            i = int(self.rng.integers(len(xs)))
            x, y = xs[i], ys[i]
        return x + 0.5, y + 0.5

    def loosen(self, box, shape):
        """The tight box, half of the time with its sides moved by a few percent."""
        box = np.array(box, np.float32)
        if self.rng.random() < 0.5:
            size = np.tile(box[2:] - box[:2], 2)
            box += np.clip(self.rng.normal(0, 0.05, 4), -0.12, 0.12) * size
        limit = np.array([shape[1], shape[0]] * 2, np.float32)
        return np.clip(box, 0, limit)

    def stroke(self, hard):
        """Samples along a line of two to four random pixels of the object; those outside it are dropped."""
        ys, xs = np.nonzero(hard)
        picks = self.rng.integers(len(xs), size=int(self.rng.integers(2, 5)))
        corners = np.stack([xs[picks], ys[picks]], 1).astype(np.float32)
        t = np.linspace(0, len(corners) - 1, MAX_POINTS)
        line = np.stack([np.interp(t, np.arange(len(corners)), corners[:, k]) for k in (0, 1)], 1)
        inside = [(x + 0.5, y + 0.5) for x, y in line if hard[int(y), int(x)]]
        return inside or [(xs[picks[0]] + 0.5, ys[picks[0]] + 0.5)]

    def degrade(self, mask):
        """Logits of a mask as a coarser view would have given it: blurred, shifted, grown or shrunk."""
        rng = self.rng
        h, w = mask.shape
        small = cv2.resize(np.ascontiguousarray(mask), (w // 4, h // 4), interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.8, 4.0))
        small = cv2.warpAffine(small, np.float32([[1, 0, rng.normal(0, 1.5)], [0, 1, rng.normal(0, 1.5)]]), (w // 4, h // 4))
        small = np.clip(small + cv2.resize(rng.normal(0, 0.25, (5, 5)).astype(np.float32), (w // 4, h // 4), interpolation=cv2.INTER_CUBIC), 0.01, 0.99)
        bias = rng.normal(0, 0.7)
        return (np.log(small / (1 - small)) * rng.uniform(0.8, 2.0) + bias).astype(np.float32)
