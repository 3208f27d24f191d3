"""Writes pictures with their truth drawn on them, to look at.

    PYTHONPATH=training python -m synth.preview --out DIR --count 12 --renderer a

Boxes have the colour of their role; arrows, curves, markers and icons are covered by their mask; a green dot is an arrow's tail, a red
one its head; thin lines lead from a part to its owner.
"""
import argparse
import colorsys
import hashlib
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from .write import draw

INK = ('arrow', 'curve', 'marker', 'snowflake', 'flame')


def colour_of(role):
    hue = hashlib.blake2b(role.encode(), digest_size=2).digest()
    return tuple(round(255 * c) for c in colorsys.hsv_to_rgb(int.from_bytes(hue, 'big') / 65536, 0.9, 0.8))


def overlay(picture, truth, names=True):
    """A copy of a picture, twice as large, with its truth."""
    out = cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    at = lambda p: tuple(round(2 * float(v)) for v in p)
    for i, region in enumerate(truth.parse.regions):
        colour = colour_of(region.role)
        if region.role in INK:
            mask = cv2.resize(truth.mask(i), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST) > 0
            out[mask] = (out[mask] * 0.3 + np.array(colour) * 0.7).astype(np.uint8)
        else:
            x1, y1, x2, y2 = region.box
            cv2.rectangle(out, (2 * x1, 2 * y1), (2 * x2 - 1, 2 * y2 - 1), colour, 1)
            if names and region.role not in ('tick', 'cell'):
                cv2.putText(out, region.role, (2 * x1, max(8, 2 * y1 - 2)), cv2.FONT_HERSHEY_SIMPLEX, 0.34, colour, 1, cv2.LINE_AA)
        if region.owner is not None:
            cv2.line(out, at(region.centre), at(truth.parse.regions[region.owner].centre), colour, 1, cv2.LINE_AA)
        if region.role == 'arrow':
            tail, head = truth.ends(i)
            cv2.circle(out, at(tail), 4, (0, 160, 0), -1)
            cv2.circle(out, at(head), 4, (220, 0, 0), -1)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', required=True)
    parser.add_argument('--count', type=int, default=12)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--renderer', choices=('a', 'b'), default='a')
    parser.add_argument('--kind', help='only figures of this kind')
    parser.add_argument('--plain', action='store_true', help='without the truth')
    args = parser.parse_args()
    folder = Path(args.out)
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(args.count):
        picture, truth = draw(args.renderer, args.seed + i, args.kind)
        Image.fromarray(picture if args.plain else overlay(picture, truth)).save(folder / f'{args.renderer}{args.seed + i:05d}.png')


if __name__ == '__main__':
    main()
