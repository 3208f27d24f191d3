"""Measures the exported graphs on figures with known truth: parts, arrows, roles of text, masks, referring classification.

    PYTHONPATH=training python -m one.vision.evaluate --pack models/groundnote-one --figures .cache/training/vision/chosen --choose   # thresholds, held-back seeds
    PYTHONPATH=training python -m one.vision.evaluate --pack models/groundnote-one --renderer b --count 120                           # to report

Per role: a true box is found with the IoU of the best found box of its role (gIoU: mean over all true boxes; acc: share at 0.5),
precision: share of found boxes with IoU >= 0.5 to a true one not yet taken. An arrow is right where both ends lie within `reach` (3 % of
the long side, at least 8 pixels) of the true ones and mask IoU plays no part; `arrow acc@0.5` asks IoU >= 0.5 of the drawn ink between the
ends. Referring classification is a choice of two, as Ferret's: the true class against another of those that the figure shows.
"""
import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from PIL import Image

from .data import FORMS, Source, View, region_item, view_size, whole_mask
from .decode import decode_arrows, decode_boxes, iou, text_role_in
from .pack import figure
from .roles import BOX_ROLES, HUES, REGION_ROLES, STATES, STROKES

GRID = tuple(0.1 + 0.05 * i for i in range(14))         # thresholds that --choose tries


class Graphs:
    """The three graphs of a pack and their configuration."""

    def __init__(self, folder):
        folder = Path(folder)
        self.config = json.loads((folder / 'config.json').read_text())['parser']
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        open_ = lambda path: onnxruntime.InferenceSession(str(folder / path), options, providers=['CPUExecutionProvider'])
        self.parser, self.sampler, self.mask = open_(self.config['graph']), open_(self.config['sampler']['graph']), open_(self.config['mask']['graph'])

    def parse(self, pixels):
        """pixel_values -> dict of the parser's outputs."""
        return dict(zip([o.name for o in self.parser.get_outputs()], self.parser.run(None, {'pixel_values': pixels})))

    def look(self, features, points):
        """-> dict of the sampler's outputs."""
        return dict(zip([o.name for o in self.sampler.get_outputs()], self.sampler.run(None, dict(features=features, points=points))))


def figures(args):
    """(picture, plane, record) triples: of a packed folder, or drawn now by a renderer."""
    if args.figures:
        source = Source(args.figures, 0)
        for record, (pictures, planes, row) in list(zip(source.records, source.index))[:args.count]:
            yield pictures[row], planes[row], record
        return
    for seed in range(args.seed, args.seed + args.count):
        yield figure(seed, 'test', args.renderer)


def whole_view(picture, plane, record, size):
    """The View of all of a picture, resized as the extension does."""
    h, w = view_size(size, record['width'] / record['height'])
    view = View(picture, plane, record['regions'], (0, 0, record['width'], record['height']), (h, w), cv2.INTER_AREA)
    view.pixels = np.asarray(Image.fromarray(picture).resize((w, h), Image.BILINEAR))
    return view


def match_boxes(found, truth):
    """Best IoU of each true box, and for each found one (score, right) where a true box may be taken once."""
    best, free, judged = [0.0] * len(truth), set(range(len(truth))), []
    for f in sorted(found, key=lambda f: -f['score']):
        ious = [iou(f['box'], t) for t in truth]
        best = [max(a, b) for a, b in zip(best, ious)]
        k = max(free, key=lambda j: ious[j], default=None)
        right = k is not None and ious[k] >= 0.5
        if right:
            free.discard(k)
        judged.append((f['score'], right))
    return best, judged


def right_arrow(found, tail, head, reach):
    return any(np.hypot(*np.subtract(f['tail'], tail)) <= reach and np.hypot(*np.subtract(f['head'], head)) <= reach for f in found)


def pieces(ink, arrows, own):
    """The ink (bool at stride 2) of each found arrow: of the connected pieces of ink, those near both of its ends; without, the nearest."""
    count, labels = cv2.connectedComponents(cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)))
    out = []
    for arrow in arrows:
        near = []
        for x, y in (arrow['tail'], arrow['head']):
            u, v = int(x / 2), int(y / 2)
            window = labels[max(0, v - own):v + own + 1, max(0, u - own):u + own + 1]
            near.append(set(np.unique(window)) - {0})
        chosen = near[0] & near[1] or near[1] or near[0]
        out.append(np.isin(labels, list(chosen)) & ink if chosen else np.zeros_like(ink))
    return out


def mask_iou(a, b):
    union = (a | b).sum()
    return float((a & b).sum() / union) if union else 1.0


def examine(graphs, picture, plane, record, rng, totals, regions):
    """Adds the figures of one picture to `totals` (lists by name)."""
    config = graphs.config
    view = whole_view(picture, plane, record, config['view_size'])
    pixels = np.ascontiguousarray(view.pixels.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    maps = graphs.parse(pixels)
    boxes = decode_boxes(maps['centres'][0], maps['sizes'][0], config)
    for role in BOX_ROLES:
        truth = [view.boxes[i] for i, r in enumerate(view.regions) if r['role'] == role]
        best, judged = match_boxes([b for b in boxes if b['role'] == role], truth)
        totals.setdefault(f'iou {role}', []).extend(best)
        totals.setdefault(f'judged {role}', []).extend(judged)
    arrows = decode_arrows(maps['ends'][0], maps['other_end'][0], config)
    true_arrows = [i for i, r in enumerate(view.regions) if r['role'] == 'arrow' and len(r['points']) >= 4]
    reach = max(8.0, 0.03 * max(view.shape))
    inks = pieces(maps['strokes'][0, STROKES.index('arrow')] >= 0, arrows, 5)
    size = (view.shape[1] // 2, view.shape[0] // 2)
    for i in true_arrows:
        points = view.to_view(view.regions[i]['points'])
        tail, head = points[:2], points[-2:]
        totals.setdefault('arrow ends', []).append(right_arrow(arrows, tail, head, reach))
        totals.setdefault('arrow head', []).append(any(np.hypot(*np.subtract(f['head'], head)) <= reach for f in arrows))
        want = cv2.resize(whole_mask(view, i).astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.2
        if want.sum() >= 4:
            mine = [m for m, f in zip(inks, arrows) if np.hypot(*np.subtract(f['head'], head)) <= reach]
            totals.setdefault('arrow iou', []).append(max([mask_iou(m, want) for m in mine], default=0.0))
    totals.setdefault('found arrows', []).append(len(arrows))
    totals.setdefault('true arrows', []).append(len(true_arrows))
    for k, kind in enumerate(STROKES):
        want = np.isin(view.plane_full, [i + 1 for i, r in enumerate(view.regions) if r['role'] == kind]).astype(np.float32)
        want = cv2.resize(want, size, interpolation=cv2.INTER_AREA) >= 0.2
        if want.any():
            totals.setdefault(f'ink {kind}', []).append(mask_iou(maps['strokes'][0, k] >= 0, want))
    for region in view.regions:
        for line in region['lines']:
            role, _ = text_role_in(maps['text_roles'][0], view.to_view(line), config)
            totals.setdefault(f"text {region['text_role']}", []).append(role == region['text_role'])
    refer(graphs, view, maps['features'], rng, totals, regions)


def refer(graphs, view, features, rng, totals, count):
    """Binary choices for random regions in each form, and the mask decoder's masks."""
    shown = [i for i, r in enumerate(view.regions) if r['role'] in REGION_ROLES]
    present = {key: {r[key] for r in view.regions if r.get(key)} for key in ('role', 'hue', 'state')}
    for form in FORMS:
        items = []
        for i in rng.permutation(shown)[:count]:
            item = region_item(view, int(i), form, rng)
            if item:
                items.append((int(i), item))
        if not items:
            continue
        out = graphs.look(features, np.stack([item['points'] for _, item in items]))
        for row, (i, item) in enumerate(items):
            for key, logits, names in (('role', out['roles'][row], REGION_ROLES), ('hue', out['hues'][row], HUES), ('state', out['states'][row], STATES)):
                if item[key] < 0:
                    continue
                others = sorted(present[key] - {names[item[key]]}) or [n for n in names if n != names[item[key]]]
                other = names.index(others[int(rng.integers(len(others)))])
                totals.setdefault(f'refer {form} {key}', []).append(logits[item[key]] > logits[other])
                totals.setdefault(f'class {form} {key}', []).append(int(logits.argmax()) == item[key])
        if form == 'free':
            boxes = np.stack([item['box'] for _, item in items])
            masks = graphs.mask.run(None, dict(features=features, h_seg=out['h_seg'], boxes=boxes))[0]
            for mask, (i, _) in zip(masks, items):
                want = cv2.resize(whole_mask(view, i).astype(np.float32), mask.shape[::-1], interpolation=cv2.INTER_AREA) > 0.5
                role = view.regions[i]['role']
                if want.any():
                    totals.setdefault('mask ' + (role if role in ('block', 'arrow', 'curve') else 'others'), []).append(mask_iou(mask > 0, want))


def choose(graphs, triples):
    """For each role the threshold of the best F1 over GRID, of boxes that overlap a true one by half."""
    base = graphs.config | dict(thresholds=[GRID[0]] * len(BOX_ROLES))
    judged = {role: [] for role in BOX_ROLES}
    count = dict.fromkeys(BOX_ROLES, 0)
    for picture, plane, record in triples:
        view = whole_view(picture, plane, record, base['view_size'])
        maps = graphs.parse(np.ascontiguousarray(view.pixels.transpose(2, 0, 1)[None].astype(np.float32) / 255))
        for role in BOX_ROLES:
            truth = [view.boxes[i] for i, r in enumerate(view.regions) if r['role'] == role]
            count[role] += len(truth)
            judged[role] += match_boxes([b for b in decode_boxes(maps['centres'][0], maps['sizes'][0], base) if b['role'] == role], truth)[1]
    out = []
    for role in BOX_ROLES:
        def f1(t):
            kept = [right for score, right in judged[role] if score >= t]
            return 2 * sum(kept) / max(1, len(kept) + count[role])
        out.append(round(max(GRID, key=lambda t: (f1(t), -abs(t - 0.3))), 2))
    return out


def summary(totals):
    """Printable lines, and the dict of figures."""
    mean = lambda values: float(np.mean(values)) if len(values) else float('nan')
    result, ious = {}, []
    for role in BOX_ROLES:
        best, judged = totals.get(f'iou {role}', []), totals.get(f'judged {role}', [])
        if best:
            ious += best
            result[role] = dict(n=len(best), gIoU=mean(best), acc=mean(np.array(best) >= 0.5), precision=mean([r for _, r in judged]))
    result['parts'] = dict(n=len(ious), gIoU=mean(ious), acc=mean(np.array(ious) >= 0.5))
    result['parts, mean over roles'] = dict(gIoU=mean([result[r]['gIoU'] for r in BOX_ROLES if r in result]), acc=mean([result[r]['acc'] for r in BOX_ROLES if r in result]))
    result['arrows'] = dict(n=len(totals.get('arrow ends', [])), ends=mean(totals.get('arrow ends', [])), heads=mean(totals.get('arrow head', [])),
                            found=sum(totals['found arrows']) / max(1, sum(totals['true arrows'])), acc=mean(np.array(totals.get('arrow iou', [])) >= 0.5))
    for prefix in ('ink', 'text', 'refer', 'class', 'mask'):
        for name in sorted(t for t in totals if t.startswith(prefix + ' ')):
            result[name] = dict(n=len(totals[name]), mean=mean(totals[name]))
    for prefix in ('text', 'refer'):
        every = [v for t in totals if t.startswith(prefix + ' ') for v in totals[t]]
        result[prefix] = dict(n=len(every), mean=mean(every))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--pack', required=True, help='folder with config.json and onnx/')
    parser.add_argument('--figures', help='folder of pack.py; else figures are drawn')
    parser.add_argument('--renderer', choices=('a', 'b'), default='b', help='b is for testing only')
    parser.add_argument('--seed', type=int, default=500000000)
    parser.add_argument('--count', type=int, default=120)
    parser.add_argument('--regions', type=int, default=8, help='regions of a figure to refer to, in each form')
    parser.add_argument('--choose', action='store_true', help='choose the thresholds on these figures and write them into config.json (needs --figures)')
    args = parser.parse_args()
    graphs, rng = Graphs(args.pack), np.random.default_rng(7)
    if args.choose:
        if not args.figures:
            parser.error('--choose needs --figures: thresholds are never chosen on test figures')
        path = Path(args.pack) / 'config.json'
        whole = json.loads(path.read_text())
        whole['parser']['thresholds'] = graphs.config['thresholds'] = choose(graphs, figures(args))
        path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + '\n')
        print('thresholds', graphs.config['thresholds'])
    totals = {}
    for picture, plane, record in figures(args):
        examine(graphs, picture, plane, record, rng, totals, args.regions)
    for name, row in summary(totals).items():
        print(f'{name:24}', ' '.join(f'{k} {v:.3f}' if isinstance(v, float) else f'{k} {v}' for k, v in row.items()))


if __name__ == '__main__':
    main()
