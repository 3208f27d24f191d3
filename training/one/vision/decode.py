"""From the parser's maps to boxes, arrows and roles of text: the reference that src/inference/process/figure/decode.ts follows.

Everything is in pixels of the view, then scaled to the picture (docs/figure-language.md, "The parser's graphs").
"""
import numpy as np

from .roles import BOX_ROLES, SIZE_SETS, STROKES, TEXT_ROLES

STRIDE = 4
VIEW_SIZE = 512
CONFIG = dict(
    graph='onnx/figure_parser.onnx', view_size=VIEW_SIZE, box_roles=list(BOX_ROLES), size_sets=list(SIZE_SETS), text_roles=list(TEXT_ROLES),
    strokes=list(STROKES), thresholds=[0.3] * len(BOX_ROLES), nms_iou=0.5, end_threshold=0.3, pair_floor=24, pair_cost=0.9)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def view_of(picture, size=VIEW_SIZE):
    """A PIL picture -> pixel_values [1, 3, H, W] in 0..1 of its view; transparency on white."""
    from PIL import Image

    from .data import view_size
    if picture.mode not in ('RGB', 'L'):
        rgba = picture.convert('RGBA')
        picture = Image.alpha_composite(Image.new('RGBA', rgba.size, (255, 255, 255, 255)), rgba)
    picture = picture.convert('RGB')
    h, w = view_size(size, picture.width / picture.height)
    pixels = np.asarray(picture.resize((w, h), Image.BILINEAR), np.float32) / 255
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def peaks(logits, threshold, reach):
    """(v, u, probability) of the cells of logits [h, w] that are the largest of (2 reach + 1)^2 and reach the threshold, in order of rows."""
    h, w = logits.shape
    padded = np.pad(logits, reach, constant_values=-np.inf)
    highest = np.max([padded[i:i + h, j:j + w] for i in range(2 * reach + 1) for j in range(2 * reach + 1)], 0)
    vs, us = np.nonzero((logits >= highest) & (logits >= np.log(threshold / (1 - threshold))))
    return [(int(v), int(u), float(sigmoid(logits[v, u]))) for v, u in zip(vs, us)]


def iou(a, b):
    """IoU of two boxes."""
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    area = lambda s: (s[2] - s[0]) * (s[3] - s[1])
    return w * h / (area(a) + area(b) - w * h)


def decode_boxes(centres, sizes, config):
    """centres [K, h, w], sizes [4 S, h, w] -> dicts with role, box, score, of each role the surest first."""
    h, w = STRIDE * centres.shape[1], STRIDE * centres.shape[2]
    out = []
    for k, role in enumerate(config['box_roles']):
        found, first = [], 4 * config['size_sets'][k]
        for v, u, score in sorted(peaks(centres[k], config['thresholds'][k], 1), key=lambda p: -p[2]):
            x, y = STRIDE * (u + 0.5), STRIDE * (v + 0.5)
            left, top, right, bottom = (float(d) for d in sizes[first:first + 4, v, u])
            box = [max(0.0, x - left), max(0.0, y - top), min(float(w), x + right), min(float(h), y + bottom)]
            if box[2] > box[0] and box[3] > box[1] and all(iou(box, f['box']) <= config['nms_iou'] for f in found):
                found.append(dict(role=role, box=box, score=score))
        out += found
    return out


def decode_arrows(ends, other_end, config):
    """ends [2, h, w] and other_end [4, h, w] -> dicts with tail, head (x, y) and score, one for each head."""
    def found(channel, first):
        out = []
        for v, u, score in peaks(ends[channel], config['end_threshold'], 2):
            here = np.array([STRIDE * (u + 0.5), STRIDE * (v + 0.5)])
            out.append((here, here + other_end[first:first + 2, v, u], score))
        return out
    tails, heads = found(0, 2), found(1, 0)
    pairs = []
    for i, (head, back, _) in enumerate(heads):
        for j, (tail, on, _) in enumerate(tails):
            missed = (np.linalg.norm(back - tail) + np.linalg.norm(on - head)) / 2
            pairs.append((missed / max(config['pair_floor'], np.linalg.norm(head - tail)), i, j))
    arrows = {}
    for cost, i, j in sorted(pairs):
        if cost > config['pair_cost']:
            break
        if i not in arrows:
            arrows[i] = dict(tail=tails[j][0].tolist(), head=heads[i][0].tolist(), score=min(heads[i][2], tails[j][2]))
    return [arrows.get(i) or dict(tail=back.tolist(), head=head.tolist(), score=score) for i, (head, back, score) in enumerate(heads)]


def text_role_in(text_roles, box, config):
    """(role, probability) of the text in a box of the view; text_roles [T, h, w] logits."""
    _, h, w = text_roles.shape

    def cells(low, high, length):
        first, last = int(np.ceil(low / STRIDE - 0.5)), int(np.ceil(high / STRIDE - 0.5)) - 1
        if last < first:
            first = last = int(np.floor((low + high) / 2 / STRIDE))
        return min(max(first, 0), length - 1), min(max(last, 0), length - 1)
    (u1, u2), (v1, v2) = cells(box[0], box[2], w), cells(box[1], box[3], h)
    logits = text_roles[:, v1:v2 + 1, u1:u2 + 1].reshape(len(text_roles), -1).astype(np.float64)
    logits -= logits.max(0)
    means = (logits - np.log(np.exp(logits).sum(0))).mean(1)
    shares = np.exp(means - means.max())
    best = int(means.argmax())
    return config['text_roles'][best], float(shares[best] / shares.sum())
