"""Small pictures inside figures: made up from a seed (scenes of sky and shapes, textures, feature maps, masks, depth maps), or photos.

With GROUNDNOTE_FIGURE_PHOTOS set to a folder of data sets as training/segment/prepare.py reads them, half of the pictures are crops of their
training photos; figures are then the same again only with the same photos.
"""
import json
import os
import random
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from .looks import MAPS, of_map

KINDS = ('scene', 'scene', 'scene', 'texture', 'features', 'mask', 'depth', 'pixels')


#: Data sets whose photos a shipped model may be trained on.
SETS = ('bsds500', 'ccp', 'coco128seg', 'davis')


@lru_cache(None)
def photos():
    """Paths of the training photos; none without GROUNDNOTE_FIGURE_PHOTOS."""
    folder = os.environ.get('GROUNDNOTE_FIGURE_PHOTOS')
    out = []
    for name in SETS if folder else ():
        for line in (Path(folder) / name / 'index.jsonl').read_text(encoding='utf-8').splitlines():
            row = json.loads(line)
            if row['split'] == 'train':
                out.append(str(Path(folder) / name / row['image']))
    return sorted(out)


@lru_cache(200)
def _photo(path):
    return np.ascontiguousarray(cv2.imread(path, cv2.IMREAD_COLOR)[..., ::-1])


def _crop(rng, width, height):
    """A piece of a photo, of the wanted shape."""
    photo = _photo(rng.choice(photos()))
    h, w = photo.shape[:2]
    scale = min(w / width, h / height) * rng.uniform(0.6, 1.0)
    cw, ch = max(2, int(width * scale)), max(2, int(height * scale))
    x, y = rng.randint(0, w - cw), rng.randint(0, h - ch)
    return cv2.resize(photo[y:y + ch, x:x + cw], (width, height), interpolation=cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR)


def picture(seed, width, height):
    """uint8 [height, width, 3] RGB."""
    rng = random.Random(seed)
    if photos() and rng.random() < 0.5:
        return _crop(rng, width, height)
    kind = rng.choice(KINDS)
    w, h = min(width, 160), max(2, round(min(width, 160) * height / width))
    made = globals()['_' + kind](rng, np.random.default_rng(seed), w, h)
    return made if (w, h) == (width, height) else cv2.resize(made, (width, height), interpolation=cv2.INTER_NEAREST if kind in ('features', 'pixels') else cv2.INTER_LINEAR)


def _colour(rng, low=20, high=235):
    return tuple(rng.randint(low, high) for _ in range(3))


def _smooth(noise, w, h, n, spread=1.0):
    """Smooth noise: n x n colours spread out."""
    return cv2.resize((noise.random((n, n, 3)) * 255 * spread).astype(np.uint8), (w, h), interpolation=cv2.INTER_CUBIC)


def _scene(rng, noise, w, h):
    top, low, ground = _colour(rng, 90), _colour(rng, 120), _colour(rng, 10, 170)
    t = np.linspace(0, 1, h, dtype=np.float32)[:, None, None]
    out = np.ascontiguousarray(np.broadcast_to(np.array(top, np.float32) * (1 - t) + np.array(low, np.float32) * t, (h, w, 3))).astype(np.uint8)
    horizon = round(h * rng.uniform(0.4, 0.8))
    edge = [(x, horizon + round(h * 0.05 * rng.uniform(-1, 1))) for x in np.linspace(0, w, 6).astype(int).tolist()]
    cv2.fillPoly(out, [np.array(edge + [(w, h), (0, h)], np.int32)], ground, cv2.LINE_AA)
    for _ in range(rng.randint(1, 4)):
        c, centre = _colour(rng), (rng.randint(0, w), rng.randint(round(h * 0.3), h))
        size = max(3, round(min(w, h) * rng.uniform(0.08, 0.3)))
        shape = rng.choice(('ellipse', 'box', 'triangle', 'blob'))
        if shape == 'ellipse':
            cv2.ellipse(out, centre, (size, max(2, round(size * rng.uniform(0.5, 1)))), rng.uniform(0, 180), 0, 360, c, -1, cv2.LINE_AA)
        elif shape == 'box':
            cv2.rectangle(out, centre, (centre[0] + size, centre[1] + size * 2), c, -1)
        else:
            n = 3 if shape == 'triangle' else 8
            corners = [(centre[0] + size * rng.uniform(0.5, 1.2) * np.cos(6.283 * i / n), centre[1] + size * rng.uniform(0.5, 1.2) * np.sin(6.283 * i / n)) for i in range(n)]
            cv2.fillPoly(out, [np.array(corners, np.int32)], c, cv2.LINE_AA)
    grain = noise.integers(-14, 15, (h, w, 1), dtype=np.int16)
    out = np.clip(out + grain, 0, 255).astype(np.uint8)
    return cv2.addWeighted(out, 0.8, _smooth(noise, w, h, 5), 0.2, 0)


def _texture(rng, noise, w, h):
    out = cv2.addWeighted(_smooth(noise, w, h, 4), 0.6, _smooth(noise, w, h, rng.choice((9, 16, 24))), 0.4, 0)
    return out


def _features(rng, noise, w, h):
    stops, n = rng.choice(MAPS), rng.randint(5, 12)
    table = np.array([of_map(stops, i / 31) for i in range(32)], np.uint8)
    values = cv2.GaussianBlur(noise.random((n, n)).astype(np.float32), (0, 0), rng.choice((0.4, 0.9)))
    values = (values - values.min()) / (np.ptp(values) + 1e-6)
    return cv2.resize(table[(values * 31).astype(int)], (w, h), interpolation=cv2.INTER_NEAREST)


def _pixels(rng, noise, w, h):
    n = rng.randint(4, 9)
    return cv2.resize(noise.integers(0, 256, (n, n, 3)).astype(np.uint8), (w, h), interpolation=cv2.INTER_NEAREST)


def _mask(rng, noise, w, h):
    out = np.zeros((h, w, 3), np.uint8)
    n, cx, cy, r = 12, w * rng.uniform(0.35, 0.65), h * rng.uniform(0.35, 0.65), min(w, h) * 0.36
    corners = [(cx + r * rng.uniform(0.5, 1.1) * np.cos(6.283 * i / n), cy + r * rng.uniform(0.5, 1.1) * np.sin(6.283 * i / n)) for i in range(n)]
    cv2.fillPoly(out, [np.array(corners, np.int32)], (255, 255, 255) if rng.random() < 0.7 else _colour(rng), cv2.LINE_AA)
    return out


def _depth(rng, noise, w, h):
    return cv2.cvtColor(cv2.cvtColor(_scene(rng, noise, w, h), cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
