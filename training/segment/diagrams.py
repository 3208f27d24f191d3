"""Writes drawn diagrams and plots with their objects as an index for evaluate.py: a check of the working size on figures.

    python diagrams.py --out ../../.cache/training/diagrams --count 40

The drawings are larger than those of training (1100 x 700) and from another seed, but from the same renderer: the
figures say how the model does on what it was taught, not on figures of other hands.
"""
import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

import synth
from prepare import box_of, inner_most

HEIGHT, WIDTH = 700, 1100


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', required=True)
    parser.add_argument('--count', type=int, default=40)
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20261123)
    rows = []
    for i in range(args.count):
        kind = 'plot' if i % 4 == 3 else 'diagram'
        picture, masks = getattr(synth, kind)(HEIGHT, WIDTH, rng)
        Image.fromarray(picture).save(out / f'{i}.png')
        masks = [m for m in masks if m.sum() > 400]
        for k in rng.permutation(len(masks))[:3]:
            Image.fromarray(masks[k]).convert('L').save(out / f'{i}_{k}.png')
            rows.append(dict(image=f'{i}.png', mask=f'{i}_{k}.png', set=kind, point=inner_most(masks[k]), box=box_of(masks[k])))
    (out / 'index.jsonl').write_text(''.join(json.dumps(r) + '\n' for r in rows))


if __name__ == '__main__':
    main()
