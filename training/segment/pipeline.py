"""The reference pipeline: prompts on a picture -> mask, with the exported ONNX files and numpy.

The extension runs the same steps in TypeScript; parity.py writes fixtures from this file. In short:

1. the whole picture is a view: resize, normalise, encode (once per picture), decode with the prompts;
2. if a second view pays: crop around the box, or around the first mask and the points, encode, decode again;
3. upsample the logits to the crop, refine, threshold, drop small islands and holes.

Coordinates: pixels of the picture, origin top left, boxes (x1, y1, x2, y2) with right and bottom exclusive; a point is a
continuous position, so the centre of pixel (3, 5) is (3.5, 5.5). A view is a whole-number rectangle of the picture.
"""
import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from PIL import Image

POSITIVE, NEGATIVE, TOP_LEFT, BOTTOM_RIGHT, STROKE, PADDING = 1, 0, 2, 3, 4, -1


@dataclass
class Prompt:
    """What the user gave: points (x, y, 1 or 0), one box or none, positive strokes, a previous mask or none."""
    points: list = field(default_factory=list)
    box: tuple = None
    strokes: list = field(default_factory=list)
    mask: np.ndarray = None                       # boolean [h, w], the whole picture


@dataclass
class View:
    """A rectangle of the picture and the features of it."""
    rectangle: tuple                              # x1, y1, x2, y2 in pixels of the picture
    size: tuple                                   # H, W of the resized view
    features: dict


def view_size(width, height, size):
    """(H, W): multiples of 32 with about size * size pixels and the aspect of width x height."""
    aspect = math.sqrt(width / height)
    side = lambda v: min(max(math.floor(v / 32 + 0.5) * 32, 64), 2 * size)
    return side(size / aspect), side(size * aspect)


def resample(line, count):
    """`count` points at equal distances along a polyline; a line of one point stays one point."""
    line = np.asarray(line, np.float64).reshape(-1, 2)
    steps = np.hypot(*np.diff(line, axis=0).T) if len(line) > 1 else np.zeros(0)
    if steps.sum() == 0:
        return line[:1]
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0, along[-1], count)
    return np.stack([np.interp(at, along, line[:, k]) for k in (0, 1)], 1)


class Segmenter:
    """A pack (folder with config.json, preprocessor_config.json and onnx/) ready to run."""

    def __init__(self, pack, threads=1, **overrides):
        pack = Path(pack)
        self.config = json.loads((pack / 'config.json').read_text()) | overrides
        pre = json.loads((pack / 'preprocessor_config.json').read_text())
        self.mean, self.std = (np.array(pre[k], np.float32) for k in ('image_mean', 'image_std'))
        self.size = overrides.get('size', pre['size']['longest_area_side'])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        load = lambda name: onnxruntime.InferenceSession(str(pack / 'onnx' / name), options, providers=['CPUExecutionProvider'])
        self.encoder, self.decoder = load('image_encoder.onnx'), load('mask_decoder.onnx')

    # ---- steps

    def encode(self, picture, rectangle):
        """Resizes a rectangle of the picture (uint8 [h, w, 3] RGB), normalises and encodes it."""
        x1, y1, x2, y2 = rectangle
        h, w = view_size(x2 - x1, y2 - y1, self.size)
        resized = Image.fromarray(np.ascontiguousarray(picture[y1:y2, x1:x2])).resize((w, h), Image.BILINEAR)
        pixels = (np.asarray(resized, np.float32) / 255 - self.mean) / self.std
        outputs = self.encoder.run(self.config['embeddings'], {'pixel_values': pixels.transpose(2, 0, 1)[None]})
        return View(rectangle, (h, w), dict(zip(self.config['embeddings'], outputs)))

    def decode(self, view, prompt, previous=None):
        """Logits [h, w] of mask 0 (at mask_stride of the view), the predicted IoU, and all masks [K, h, w].

        previous: logits [H/4, W/4] of an earlier mask in this view, or None.
        """
        h, w = view.size
        x1, y1, x2, y2 = view.rectangle
        scale, shift = np.array([w / (x2 - x1), h / (y2 - y1)]), np.array([x1, y1])
        rows = [((x, y), POSITIVE if positive else NEGATIVE) for x, y, positive in prompt.points]
        if prompt.box is not None:
            rows += [(prompt.box[:2], TOP_LEFT), (prompt.box[2:], BOTTOM_RIGHT)]
        for line in prompt.strokes:
            rows += [(p, STROKE) for p in resample(line, self.config['stroke_samples'])]
        rows = rows or [((0, 0), PADDING)]
        coords = np.array([(np.array(p, np.float64) - shift) * scale for p, _ in rows], np.float32)[None]
        labels = np.array([label for _, label in rows], np.float32)[None]
        mask = np.zeros((1, 1, h // 4, w // 4), np.float32) if previous is None else previous[None, None].astype(np.float32)
        masks, quality = self.decoder.run(['masks', 'iou_predictions'], view.features | {
            'point_coords': coords, 'point_labels': labels, 'mask_input': mask,
            'has_mask_input': np.array([previous is not None], np.float32)})
        return masks[0, 0], float(quality[0, 0]), masks[0]

    def crop(self, box, shape):
        """The second view: the box grown by crop_scale, not too thin or small, shifted and clamped into the picture."""
        c = self.config['second_view']
        h, w = shape[:2]
        bw, bh = box[2] - box[0], box[3] - box[1]
        cw, ch = bw * c['scale'], bh * c['scale']
        cw, ch = max(cw, ch / c['max_aspect'], c['min_side']), max(ch, cw / c['max_aspect'], c['min_side'])
        cw, ch = min(math.ceil(cw), w), min(math.ceil(ch), h)
        x = min(max(math.floor((box[0] + box[2] - cw) / 2 + 0.5), 0), w - cw)
        y = min(max(math.floor((box[1] + box[3] - ch) / 2 + 0.5), 0), h - ch)
        return x, y, x + cw, y + ch

    def focus(self, logits, view, prompt):
        """The box that the second view is made for: the prompt's box, else the first mask; always with the positive points."""
        xs, ys = [], []
        if prompt.box is not None:
            xs, ys = [prompt.box[0], prompt.box[2]], [prompt.box[1], prompt.box[3]]
        else:
            hit = logits > self.config['mask_threshold']
            if hit.any():
                x1, y1, x2, y2 = view.rectangle
                kx, ky = (x2 - x1) / hit.shape[1], (y2 - y1) / hit.shape[0]
                cols, rows = np.flatnonzero(hit.any(0)), np.flatnonzero(hit.any(1))
                xs = [x1 + cols[0] * kx, x1 + (cols[-1] + 1) * kx]
                ys = [y1 + rows[0] * ky, y1 + (rows[-1] + 1) * ky]
        for x, y in [p[:2] for p in prompt.points if p[2]] + [p for line in prompt.strokes for p in line]:
            xs.append(x), ys.append(y)
        return (min(xs), min(ys), max(xs), max(ys)) if xs else None

    def transfer(self, logits, view, rectangle, size):
        """Logits of one view seen in another one: [H/4, W/4] by bilinear sampling, -8 outside."""
        h, w = size[0] // 4, size[1] // 4
        x1, y1, x2, y2 = view.rectangle
        px = (rectangle[0] + (np.arange(w) + 0.5) * (rectangle[2] - rectangle[0]) / w - x1) * logits.shape[1] / (x2 - x1) - 0.5
        py = (rectangle[1] + (np.arange(h) + 0.5) * (rectangle[3] - rectangle[1]) / h - y1) * logits.shape[0] / (y2 - y1) - 0.5
        grid = np.meshgrid(px.astype(np.float32), py.astype(np.float32))
        return cv2.remap(logits, grid[0], grid[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def finish(self, logits, view, picture):
        """Logits of a view -> boolean mask [h, w] of the whole picture."""
        x1, y1, x2, y2 = view.rectangle
        large = cv2.resize(logits, (x2 - x1, y2 - y1), interpolation=cv2.INTER_LINEAR)
        refine = self.config.get('refine')
        if refine and refine['radius'] > 0:
            probability = 1 / (1 + np.exp(-large))
            large = guided_filter(picture[y1:y2, x1:x2], probability, refine['radius'], refine['eps']) - 0.5
        mask = np.zeros(picture.shape[:2], bool)
        mask[y1:y2, x1:x2] = large > (self.config['mask_threshold'] if not refine or refine['radius'] <= 0 else 0.0)
        return mask

    # ---- all of it

    def whole(self, picture):
        """The first view, encoded once per picture."""
        return self.encode(picture, (0, 0, picture.shape[1], picture.shape[0]))

    def segment(self, picture, prompt, whole=None, with_view=False):
        """picture uint8 [h, w, 3] RGB -> boolean mask [h, w], predicted IoU, and on request the last view."""
        h, w = picture.shape[:2]
        view = whole or self.whole(picture)
        previous = None
        if prompt.mask is not None:
            previous = given_logits(prompt.mask, view.rectangle, view.size)
        logits, quality, _ = self.decode(view, prompt, previous)
        box = self.focus(logits, view, prompt)
        c = self.config['second_view']
        if c and box:
            rectangle = self.crop(box, picture.shape)
            area = (rectangle[2] - rectangle[0]) * (rectangle[3] - rectangle[1])
            if area <= c['max_cover'] * h * w:
                second = self.encode(picture, rectangle)
                previous = None
                if prompt.mask is not None:
                    previous = given_logits(prompt.mask, second.rectangle, second.size)
                elif c['mask_input']:
                    previous = self.transfer(logits, view, second.rectangle, second.size)
                logits, quality, _ = self.decode(second, prompt, previous)
                view = second
        places = [p[:2] for p in prompt.points] + [p for line in prompt.strokes for p in line]
        result = tidy(self.finish(logits, view, picture), self.config.get('tidy_share', 0), places), quality
        return (*result, view) if with_view else result


def tidy(mask, share, keep):
    """Drops islands and fills holes smaller than a share of the largest piece, unless a point of `keep` lies in them.

    Pieces of the object hang together over edges, pieces of the background over edges and corners.
    """
    columns = np.flatnonzero(mask.any(0))
    if share <= 0 or len(columns) == 0:
        return mask
    part = mask[:, columns[0]:columns[-1] + 1].copy()
    inside = [(int(y), int(x) - columns[0]) for x, y in keep if 0 <= int(x) - columns[0] < part.shape[1] and 0 <= int(y) < len(part)]
    before, limit = part.copy(), 0.0
    for value, connectivity in ((True, 4), (False, 8)):
        count, ids, stats, _ = cv2.connectedComponentsWithStats((before == value).astype(np.uint8), connectivity=connectivity)
        areas = stats[:, cv2.CC_STAT_AREA]
        if value:
            limit = share * areas[1:].max()
        small = areas < limit
        small[0] = False
        small[[ids[y, x] for y, x in inside]] = False
        if not value:
            small[np.concatenate([ids[0], ids[-1], ids[:, 0], ids[:, -1]])] = False
        part[small[ids]] = not value
    out = mask.copy()
    out[:, columns[0]:columns[-1] + 1] = part
    return out


def given_logits(mask, rectangle, size):
    """Logits [H/4, W/4] of a mask that the user brings: -4 .. 4 by the share of each cell that it covers."""
    x1, y1, x2, y2 = rectangle
    part = mask[y1:y2, x1:x2].astype(np.float32)
    cover = np.asarray(Image.fromarray(part).resize((size[1] // 4, size[0] // 4), Image.BILINEAR))
    return (cover * 8 - 4).astype(np.float32)


def guided_filter(guide, source, radius, eps):
    """Grey guided filter (He et al. 2010): guide uint8 [h, w, 3], source float [h, w] in 0..1 -> float [h, w]."""
    grey = (guide.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)) / 255
    mean = lambda a: cv2.blur(a.astype(np.float32), (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REPLICATE)
    mg, ms = mean(grey), mean(source)
    a = (mean(grey * source) - mg * ms) / (mean(grey * grey) - mg * mg + eps)
    return mean(a) * grey + mean(ms - a * mg)


def rle(mask):
    """Uncompressed COCO run lengths of a boolean mask: column by column, the first run counts zeros."""
    flat = mask.flatten(order='F').astype(np.int8)
    change = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], change, [len(flat)]])).tolist()
    return dict(size=list(mask.shape), counts=([0] if flat[0] else []) + runs)
