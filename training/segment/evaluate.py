"""Measures a pack on an index of objects: one click, box, corrective clicks; overall and per set, as JSON.

    python evaluate.py --pack ../../models/groundnote-segment --index $GROUNDNOTE_DATA/val/index.jsonl --clicks 5 --baselines

Metrics: mean IoU after one point (inner-most pixel), after the tight box, after N corrective clicks (each next click in
the middle of the largest error). Baselines from the box: the box itself as the mask, and OpenCV's GrabCut.
"""
import argparse
import collections
import json
import time
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from losses import next_click
from pipeline import Prompt, Segmenter


def iou(a, b):
    return float((a & b).sum() / max((a | b).sum(), 1))


def grabcut(picture, box):
    """GrabCut from a box, 5 iterations; falls back to the box."""
    x1, y1, x2, y2 = box
    mask = np.zeros(picture.shape[:2], np.uint8)
    try:
        cv2.setRNGSeed(0)
        cv2.grabCut(np.ascontiguousarray(picture[..., ::-1]), mask, (x1, y1, x2 - x1, y2 - y1), np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_RECT)
    except cv2.error:
        mask[y1:y2, x1:x2] = 1
    return (mask == 1) | (mask == 3)


def measure(segmenter, rows, root, clicks, baselines, previous, times):
    """One dict of figures per row."""
    out, last = [], None
    for row in rows:
        path = root / row['image']
        if path != last:
            picture = np.array(Image.open(path).convert('RGB'))
            whole, last = segmenter.whole(picture), path
        truth = np.array(Image.open(root / row['mask']).convert('L')) > 0
        figures = dict(set=row['set'])
        point, box = row['point'], tuple(row['box'])
        begun = time.perf_counter()
        mask, quality = segmenter.segment(picture, Prompt(points=[(point[0] + 0.5, point[1] + 0.5, 1)]), whole)
        times.append((time.perf_counter() - begun) * 1000)
        figures['point'] = iou(mask, truth)
        figures['quality_error'] = abs(quality - figures['point'])
        figures['box'] = iou(segmenter.segment(picture, Prompt(box=box), whole)[0], truth)
        points = [(point[0] + 0.5, point[1] + 0.5, 1)]
        for n in range(2, clicks + 1):
            click = next_click(mask, truth)
            if click:
                points.append((click[0] + 0.5, click[1] + 0.5, click[2]))
                mask, _ = segmenter.segment(picture, Prompt(points=points, mask=mask if previous else None), whole)
            if n in (3, 5, 10):
                figures[f'clicks_{n}'] = iou(mask, truth)
        if baselines:
            boxed = np.zeros_like(truth)
            boxed[box[1]:box[3], box[0]:box[2]] = True
            figures['baseline_box'] = iou(boxed, truth)
            figures['baseline_grabcut'] = iou(grabcut(picture, box), truth)
        out.append(figures)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--pack', required=True)
    parser.add_argument('--index', required=True)
    parser.add_argument('--clicks', type=int, default=1, help='corrective clicks in all, 1 to skip them')
    parser.add_argument('--baselines', action='store_true')
    parser.add_argument('--previous', action='store_true', help='give each corrective click the mask of the one before')
    parser.add_argument('--limit', type=int, help='a fixed random sample of this many rows')
    parser.add_argument('--set', nargs='*', default=[], metavar='KEY=JSON', help='overrides of config.json, e.g. size=320')
    args = parser.parse_args()
    rows = [json.loads(line) for line in open(args.index)]
    if args.limit:
        rows = [rows[i] for i in sorted(np.random.default_rng(0).permutation(len(rows))[:args.limit])]
    overrides = {k: json.loads(v) for k, v in (item.split('=', 1) for item in args.set)}
    times = []
    results = measure(Segmenter(args.pack, **overrides), rows, Path(args.index).parent, args.clicks, args.baselines, args.previous, times)
    groups = collections.defaultdict(list)
    for r in results:
        groups['all'].append(r)
        groups[r['set']].append(r)
    table = {name: dict(n=len(rs)) | {k: round(float(np.mean([r[k] for r in rs])), 4) for k in rs[0] if k != 'set'} for name, rs in groups.items()}
    print(json.dumps(dict(figures=table, click_ms_median=round(float(np.median(times)), 1)), indent=1))


if __name__ == '__main__':
    main()
