"""Packs rendered figures with what the parser is to find in them into memory-mapped arrays, for training and for choosing.

    PYTHONPATH=training python -m one.vision.pack --out .cache/training/vision/pack --count 4000
    PYTHONPATH=training python -m one.vision.pack --out .cache/training/vision/chosen --count 150 --seed 900000000   # held back, to choose by

Writes folders of SHARD figures: pictures (uint8 [h, w, 3]), planes (uint8 [h, w]: 1 + index of the region that is seen there) and records.jsonl, one line per figure:
width, height and regions with role, box, points (of an arrow, from tail to head), lines (boxes of its lines of text), text_role, hue, state,
within (indices of the blocks, groups, ... that hold it).
"""
import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from one.parse import colour_word
from segment.prepare import Store
from synth.degrade import degrade
from synth.render_a import render
from synth.scene import scene
from synth.split import generator

from .roles import TEXT_ROLES

SHARD = 200                                  # figures of a folder; training takes up new folders as they come
LABELLED = frozenset({'block', 'group', 'image', 'panel', 'plot', 'table', 'heatmap', 'legend'})
"""Roles whose own lines are labels."""


def holders(index, parse):
    """Indices of all regions that hold region `index`, by parents and, of an icon or label, by owners."""
    found, next_up = [], [index]
    while next_up:
        region = parse.regions[next_up.pop()]
        for up in (region.parent, region.owner if region.role in ('snowflake', 'flame', 'image', 'formula', 'text') else None):
            if up is not None and up != index and up not in found:
                found.append(up)
                next_up.append(up)
    return found


def state_of(index, parse):
    """plain, frozen or trained of a block or group, by the icon that it or a group around it owns; None of others."""
    if parse.regions[index].role not in ('block', 'group'):
        return None
    around = {index, *(j for j in holders(index, parse) if parse.regions[j].role == 'group')}
    icons = {r.role for r in parse.regions if r.role in ('snowflake', 'flame') and r.owner in around}
    return {frozenset(): 'plain', frozenset({'snowflake'}): 'frozen', frozenset({'flame'}): 'trained'}.get(frozenset(icons))


def text_role(role):
    return role if role in TEXT_ROLES else 'label' if role in LABELLED else 'text'


def record(parse, points, lines):
    """One line of records.jsonl. `points[i]`, `lines[i]`: path and boxes of lines of region i in pixels of the picture."""
    short = lambda values: [round(float(v), 1) for v in values]
    regions = [dict(role=r.role, box=short(r.box), points=short(v for p in points[i] for v in p) if r.role == 'arrow' else [],
                    lines=[short(b) for b in lines[i]], text_role=text_role(r.role), hue=colour_word(r.colour) if r.colour else None,
                    state=state_of(i, parse), within=holders(i, parse)) for i, r in enumerate(parse.regions)]
    return dict(width=parse.width, height=parse.height, regions=regions)


def plane_of(truth):
    """uint8 [h, w]: 1 + index of the region that is seen at each pixel, 0 none; what is drawn later covers what was drawn before."""
    plane = np.zeros(truth.size, np.uint8)
    for i in sorted(range(len(truth.parts)), key=lambda i: truth.parts[i].layer):
        crop, x, y = truth.mask(i, full=False)
        plane[y:y + crop.shape[0], x:x + crop.shape[1]][crop > 127] = i + 1
    return plane


def figure(seed, split='train', renderer='a'):
    """(picture, plane, record) of one figure of renderer A, spoilt as scans and JPEGs are, or of renderer B, which is for testing only."""
    if renderer == 'b':
        from synth import render_b
        picture, truth = render_b.figure(seed)
    else:
        picture, truth = degrade(*render(scene(seed, split), split), generator(seed, split, 'degrade'))
    lines = [[] for _ in truth.parts]
    for line in truth.lines:
        lines[line.region].append(line.box)
    return picture, plane_of(truth), record(truth.parse, truth.paths, lines)


def write(folder, figures):
    """Writes (picture, plane, record) triples; records.jsonl last, so a folder with one is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures, planes = Store(folder / 'pictures', True), Store(folder / 'planes', True)
    rows = []
    for picture, plane, row in figures:
        pictures.add(picture)
        planes.add(plane)
        rows.append(json.dumps(row) + '\n')
    pictures.close()
    planes.close()
    (folder / 'records.jsonl').write_text(''.join(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', required=True)
    parser.add_argument('--count', type=int, default=4000)
    parser.add_argument('--seed', type=int, default=0, help='seed of the first figure; the others follow')
    args = parser.parse_args()
    cv2.setNumThreads(1)
    for start in range(args.seed, args.seed + args.count, SHARD):
        folder = Path(args.out) / f'{start:09d}'
        if not (folder / 'records.jsonl').exists():
            write(folder, (figure(seed) for seed in range(start, min(start + SHARD, args.seed + args.count))))


if __name__ == '__main__':
    main()
