"""Writes figures with their truth as files.

    PYTHONPATH=training python -m synth.write --out DIR --count 100 --seed 0 --renderer b

    DIR/pictures/00000.png
    DIR/parses/00000.json     the parse (docs/figure-language.md), `masks`: runs of each region (src/protocol/rle.ts), `paths`: of arrows and
                              curves, points from tail to head, `lines`: the lines of text with their boxes and regions
    DIR/masks/00000_12.png    1 bit, of the regions in index.jsonl
    DIR/index.jsonl           one region a line, as `groundnote eval segment` reads it: image, mask, class (its role), text, point, box, set
    DIR/labels.jsonl          one label a line, as `groundnote eval ground` reads it: image, text, kind, boxes, mask

Renderer b is for testing only: nothing that it drew is trained on. Renderer a draws training figures, for looking at.
"""
import argparse
import json
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from . import split as sides
from .rle import rle

#: Roles of index.jsonl, and how many of each a picture gives at most.
PARTS = {'block': 3, 'group': 1, 'arrow': 2, 'image': 1, 'snowflake': 1, 'flame': 1, 'bar': 2, 'curve': 2, 'marker': 1, 'plot': 1, 'table': 1, 'panel': 1, 'legend': 1, 'heatmap': 1, 'x_axis': 1, 'y_axis': 1}
#: Roles that are asked for by their labels.
LABELLED = ('block', 'group', 'legend_entry', 'axis_label', 'title', 'row_header', 'col_header', 'text')
LEAST_AREA = 40


def draw(renderer, seed, kind=None):
    """(picture, Truth) of a seed by renderer 'a' or 'b'."""
    if renderer == 'a':
        from .figures import figure
        return figure(seed, kind)
    from .render_b import figure
    return figure(seed, kind)


def inner_most(mask):
    """(x, y) of the pixel of a mask that is furthest from its border."""
    distance = cv2.distanceTransform(np.pad(np.asarray(mask > 0, np.uint8), 1), cv2.DIST_L2, 5)
    y, x = np.unravel_index(int(distance.argmax()), distance.shape)
    return [int(x) - 1, int(y) - 1]


def write_one(folder, n, seed, renderer, kind=None):
    """Writes one picture. @returns (lines of index.jsonl, lines of labels.jsonl)"""
    picture, truth = draw(renderer, seed, kind)
    name, parse = f'{n:05d}', truth.parse
    Image.fromarray(picture).save(folder / 'pictures' / f'{name}.png')
    masks = [truth.mask(i) for i in range(len(parse.regions))]
    round_ = lambda path: [[round(float(v), 1) for v in p] for p in path]
    data = parse.to_json()
    data['masks'] = [rle(m) for m in masks]
    data['paths'] = {str(i): round_(path) for i, path in enumerate(truth.paths) if path is not None}
    data['lines'] = [dict(box=line.box, text=line.text, role=line.role, region=line.region, **({'angle': line.angle} if line.angle else {})) for line in truth.lines]
    (folder / 'parses' / f'{name}.json').write_text(json.dumps(data, ensure_ascii=False), encoding='utf-8')
    rng, image = sides.generator(seed, 'test', 'write'), f'pictures/{name}.png'
    rows, labels = [], []
    order = list(range(len(masks)))
    rng.shuffle(order)
    left, kind_of = Counter(PARTS), parse_kind(truth)
    for i in order:
        region, mask = parse.regions[i], masks[i]
        if left[region.role] > 0 and int((mask > 0).sum()) >= LEAST_AREA:
            left[region.role] -= 1
            Image.fromarray(mask).convert('1').save(folder / 'masks' / f'{name}_{i}.png')
            rows.append(dict(image=image, mask=f'masks/{name}_{i}.png', **{'class': region.role}, **({'text': region.text} if region.text else {}), point=inner_most(mask), box=region.box, set=region.role, figure=kind_of, region=i))
    texts = Counter((r.text or '').lower() for r in parse.regions)
    asked = 0
    for i in order:
        region = parse.regions[i]
        if region.role in LABELLED and region.text and len(region.text) > 1 and texts[region.text.lower()] == 1 and asked < 6:
            asked += 1
            labels.append(dict(id=f'{name}-{i}', image=image, text=region.text, kind=f'label {region.role}', lang='zh' if any('一' <= c <= '鿿' for c in region.text) else 'en', boxes=[region.box], mask=rle(masks[i])))
    return rows, labels


def parse_kind(truth):
    return truth.painter.scene.kind if hasattr(truth.painter, 'scene') else 'plot'


def write(out, count, seed=0, renderer='b', kind=None):
    """Writes a set; equal arguments give equal files. @returns Counter of the lines of both indexes"""
    folder, made = Path(out), Counter()
    for sub in ('pictures', 'parses', 'masks'):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    with open(folder / 'index.jsonl', 'w', encoding='utf-8') as index, open(folder / 'labels.jsonl', 'w', encoding='utf-8') as labels:
        for n in range(count):
            rows, names = write_one(folder, n, seed * 1_000_000 + n, renderer, kind)
            for file, lines, key in ((index, rows, 'class'), (labels, names, 'kind')):
                for line in lines:
                    file.write(json.dumps(line, ensure_ascii=False) + '\n')
                    made[line[key]] += 1
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', required=True)
    parser.add_argument('--count', type=int, default=100)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--renderer', choices=('a', 'b'), default='b')
    parser.add_argument('--kind', help='only figures of this kind')
    args = parser.parse_args()
    print(json.dumps(dict(sorted(write(args.out, args.count, args.seed, args.renderer, args.kind).items()))))


if __name__ == '__main__':
    main()
