"""Packs pictures, their object masks and cut-outs into flat memory-mapped arrays.

    GROUNDNOTE_DATA=../../../shared/data python prepare.py --clipart DIR --emoji DIR

Writes .cache/training/pack/ : pictures (RGB), planes (label maps), cutouts (RGBA), objects.json, and
holdout/index.jsonl, the held-back part of the *training* splits in the form that evaluate.py reads.
Only the `train` part of bsds500, ccp, coco128seg and davis is read; data/val and camvid never are.
"""
import argparse
import glob
import hashlib
import json
import os
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get('GROUNDNOTE_DATA', ROOT.parent / 'shared' / 'data'))
PACK = ROOT / '.cache' / 'training' / 'pack'
SETS = ('bsds500', 'ccp', 'coco128seg', 'davis')
HOLDOUT = 0.08          # share of pictures (of whole sequences for davis) kept out of training
CUTOUT_SIDE = 224       # longest side of a cut-out, pixels
MIN_AREA = 0.002        # objects below this share of the picture are left out


class Store:
    """Arrays of uint8 of any shape in one flat file; written by `add`, read back through a memory map."""

    def __init__(self, path, write=False):
        self.path = Path(path)
        if write:
            self.file, self.table, self.end = open(f'{path}.bin', 'wb'), [], 0
        else:
            self.table = json.loads(Path(f'{path}.json').read_text())
            self.data = np.memmap(f'{path}.bin', np.uint8, 'r')

    def add(self, array):
        array = np.ascontiguousarray(array, np.uint8)
        self.table.append([self.end, list(array.shape)])
        self.file.write(array.tobytes())
        self.end += array.nbytes
        return len(self.table) - 1

    def close(self):
        self.file.close()
        Path(f'{self.path}.json').write_text(json.dumps(self.table))

    def __len__(self):
        return len(self.table)

    def __getitem__(self, i):
        start, shape = self.table[i]
        return self.data[start:start + int(np.prod(shape))].reshape(shape)


def held_back(name):
    """A stable choice of pictures that does not depend on order or seeds."""
    return int(hashlib.sha1(name.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF < HOLDOUT


def components(labels, skip=()):
    """Label map -> map of connected components (1..255) of equal labels, the largest first come."""
    out = np.zeros(labels.shape, np.uint8)
    found = []
    for value in np.unique(labels):
        if value in skip:
            continue
        n, ids, stats, _ = cv2.connectedComponentsWithStats((labels == value).astype(np.uint8), connectivity=4)
        found += [(stats[k, cv2.CC_STAT_AREA], ids == k) for k in range(1, n)]
    found.sort(key=lambda f: -f[0])
    for i, (area, mask) in enumerate(found[:255]):
        if area >= MIN_AREA * labels.size:
            out[mask] = i + 1
    return out


def planes_of(name, row):
    """[(plane, kind)] of a picture; kind `whole` marks objects that only boxes and strokes may ask for."""
    read = lambda p: cv2.imread(str(DATA / name / p), cv2.IMREAD_GRAYSCALE)
    if name == 'bsds500':
        return [(components(read(m['mask'])), 'region') for m in row['masks']]
    mask = read(row['mask'])
    if name == 'ccp':
        return [(components(mask, skip=(0,)), 'object'), ((mask > 0).astype(np.uint8), 'whole')]
    if name == 'davis':
        return [((mask > 0).astype(np.uint8), 'object')]
    size = np.array([row['width'], row['height']])
    planes = []
    for instance in row['instances']:
        plane = np.zeros(mask.shape, np.uint8)
        polygon = np.round(np.array(instance['polygon']).reshape(-1, 2) * size - 0.5).astype(np.int32)
        planes.append((cv2.fillPoly(plane, [polygon], 1), 'object'))
    return planes


def inner_most(mask):
    """(x, y) of the pixel farthest from the mask's edge; the picture's border counts as an edge."""
    distance = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(distance.argmax(), distance.shape)
    return int(x), int(y)


def box_of(mask):
    """Tight (x1, y1, x2, y2), right and bottom exclusive."""
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1


def cut_out(rgb, alpha):
    """RGBA of the smallest rectangle around alpha, at most CUTOUT_SIDE pixels long."""
    x1, y1, x2, y2 = box_of(alpha > 127)
    rgba = np.dstack([rgb, alpha])[y1:y2, x1:x2]
    scale = CUTOUT_SIDE / max(rgba.shape[:2])
    if scale < 1:
        rgba = cv2.resize(rgba, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return rgba


def pack_pictures(cutouts):
    pictures, planes = Store(PACK / 'pictures', True), Store(PACK / 'planes', True)
    objects, holdout = [], []
    (PACK / 'holdout').mkdir(parents=True, exist_ok=True)
    for name in SETS:
        for line in open(DATA / name / 'index.jsonl'):
            row = json.loads(line)
            if row['split'] != 'train':
                continue
            held = held_back(row.get('sequence', row['image']))
            bgr = cv2.imread(str(DATA / name / row['image']))
            picture = None if held else pictures.add(bgr[..., ::-1])
            for plane, kind in planes_of(name, row):
                plane_id = None if held else planes.add(plane)
                for value in np.unique(plane[plane > 0]):
                    mask = plane == value
                    share = float(mask.mean())
                    if share < MIN_AREA:
                        continue
                    if held:
                        if kind != 'whole' and 0.01 <= share <= 0.6 and len(holdout) < 2000:
                            file = f'{len(holdout):04d}.png'
                            cv2.imwrite(str(PACK / 'holdout' / file), mask.astype(np.uint8) * 255)
                            holdout.append(dict(image=str(DATA / name / row['image']), mask=file, set=name,
                                                point=inner_most(mask), box=box_of(mask)))
                        continue
                    box = box_of(mask)
                    objects.append(dict(set=name, picture=picture, plane=plane_id, value=int(value), box=box, share=share, kind=kind))
                    if name != 'bsds500' and share > 0.01 and (name != 'ccp' or len(objects) % 3 == 0):
                        cutouts.add(cut_out(bgr[..., ::-1], mask.astype(np.uint8) * 255))
    pictures.close(), planes.close()
    (PACK / 'objects.json').write_text(json.dumps(objects))
    # a fixed sample of the held-back objects: at most 60 a set
    rng = np.random.default_rng(0)
    keep = [h for s in SETS for h in rng.permutation([r for r in holdout if r['set'] == s])[:60]]
    (PACK / 'holdout' / 'index.jsonl').write_text(''.join(json.dumps(h) + '\n' for h in keep))
    print(len(pictures.table), 'pictures', len(objects), 'objects', len(keep), 'held back')


def pack_drawings(cutouts, folder, limit):
    """Clip art and emoji with a transparent background."""
    files = sorted(f for ext in ('png', 'webp') for f in glob.glob(f'{folder}/**/*.{ext}', recursive=True))
    files = [f for f in files if '1f3f' not in Path(f).name]                  # no skin tones: near copies
    for file in np.random.default_rng(1).permutation(files):
        if limit <= 0:
            break
        image = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        if image is None or image.ndim != 3 or image.shape[2] != 4 or min(image.shape[:2]) < 40 or max(image.shape) > 3000:
            continue
        if not 0.05 < (image[..., 3] > 127).mean() < 0.9:
            continue
        cutouts.add(cut_out(image[..., 2::-1], image[..., 3]))
        limit -= 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--clipart', required=True, help='folder with PNGs of the Debian package openclipart-png')
    parser.add_argument('--emoji', required=True, help='folder with the npm package @lobehub/fluent-emoji-3d')
    args = parser.parse_args()
    PACK.mkdir(parents=True, exist_ok=True)
    cutouts = Store(PACK / 'cutouts', True)
    pack_pictures(cutouts)
    pack_drawings(cutouts, args.clipart, 2500)
    pack_drawings(cutouts, args.emoji, 1000)
    cutouts.close()
    print(len(cutouts.table), 'cut-outs')


if __name__ == '__main__':
    main()
