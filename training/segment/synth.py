"""Synthetic pictures: composites of cut-outs on photos, and simple diagrams like those in papers.

Both return a picture, uint8 [H, W, 3] RGB, and a list of boolean masks [H, W] of its objects.
"""
import math

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

WORDS = ('Encoder Decoder Image Text Query Mask Token Embedding Linear MLP Attention LLM Router Projection Sampler Visual Prompt '
         'Output Input Answer Loss Frozen LoRA Vision Feature Concat Softmax Norm Conv Pool Score Head Backbone Adapter').split()


def jitter(picture, rng, strength=1.0):
    """Random brightness, contrast, saturation and tint; now and then grey."""
    x = picture.astype(np.float32)
    grey = (x @ np.full(3, 1 / 3, np.float32))[..., None]
    if rng.random() < 0.04:
        x = np.repeat(grey, 3, 2)
    else:
        x = grey + (x - grey) * rng.uniform(1 - 0.4 * strength, 1 + 0.4 * strength)
    x = (x - 128) * rng.uniform(1 - 0.3 * strength, 1 + 0.25 * strength) + 128 + rng.uniform(-30, 30) * strength
    x += rng.uniform(-12, 12, 3) * strength
    return np.clip(x, 0, 255).astype(np.uint8)


def spoil(picture, rng):
    """Sometimes blur, noise or JPEG artefacts."""
    kind = rng.random()
    if kind < 0.12:
        return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.2))
    if kind < 0.24:
        return cv2.imdecode(cv2.imencode('.jpg', picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 85))])[1], cv2.IMREAD_COLOR)
    if kind < 0.32:
        noise = rng.normal(0, rng.uniform(2, 9), picture.shape)
        return np.clip(picture + noise, 0, 255).astype(np.uint8)
    return picture


def paste(canvas, rgba, rng, side):
    """Pastes a turned and scaled cut-out in place; returns its alpha [H, W] in 0..1."""
    h, w = canvas.shape[:2]
    ch, cw = rgba.shape[:2]
    scale = side / math.sqrt(ch * cw)
    angle = math.radians(rng.uniform(-25, 25)) if rng.random() < 0.6 else 0.0
    flip = -1.0 if rng.random() < 0.5 else 1.0
    a, b = scale * math.cos(angle), scale * math.sin(angle)
    cx, cy = rng.uniform(0.08, 0.92) * w, rng.uniform(0.08, 0.92) * h
    matrix = np.array([[a * flip, -b, cx - a * flip * cw / 2 + b * ch / 2], [b * flip, a, cy - b * flip * cw / 2 - a * ch / 2]])
    if scale < 0.6:
        shrink = max(scale * 1.3, 0.05)
        small = cv2.resize(rgba, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        matrix[:, 0] *= cw / small.shape[1]
        matrix[:, 1] *= ch / small.shape[0]
        rgba = small
    warped = cv2.warpAffine(rgba, matrix, (w, h), flags=cv2.INTER_LINEAR, borderValue=(0, 0, 0, 0))
    alpha = warped[..., 3].astype(np.float32) / 255
    if rng.random() < 0.3:                                                      # shadow
        shift = np.float32([[1, 0, rng.uniform(-10, 10)], [0, 1, rng.uniform(2, 12)]])
        shadow = cv2.GaussianBlur(cv2.warpAffine(alpha, shift, (w, h)), (0, 0), rng.uniform(2, 8))
        canvas[:] = (canvas * (1 - rng.uniform(0.2, 0.6) * shadow[..., None])).astype(np.uint8)
    soft = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.4, 0.9)) if rng.random() < 0.5 else alpha
    colour = jitter(warped[..., :3], rng, 0.8)
    canvas[:] = (canvas * (1 - soft[..., None]) + colour * soft[..., None]).astype(np.uint8)
    return alpha


def composite(background, cutouts, rng):
    """1 to 4 cut-outs on a background [H, W, 3]; what a later one covers is cut from the earlier ones."""
    canvas = jitter(background, rng)
    h, w = canvas.shape[:2]
    masks = []
    count = int(rng.choice([1, 2, 3, 4], p=[0.3, 0.3, 0.25, 0.15]))
    for _ in range(count):
        rgba = cutouts[int(rng.integers(len(cutouts)))]
        alpha = paste(canvas, rgba, rng, rng.uniform(0.14, 0.62) * min(h, w)) > 0.5
        masks = [m & ~alpha for m in masks] + [alpha]
    return spoil(canvas, rng), masks


def colour(rng, light):
    low, high = (190, 256) if light else (0, 150)
    return tuple(int(v) for v in rng.integers(low, high, 3))


def font(rng, size):
    return ImageFont.load_default(max(7, int(size)))


def label(draw, box, rng, ink, size):
    """One or two words in the middle of a box, if they fit."""
    x1, y1, x2, y2 = box
    text = ' '.join(rng.choice(WORDS, int(rng.integers(1, 3))))
    f = font(rng, size)
    tw = draw.textlength(text, font=f)
    if tw > x2 - x1 - 4:
        text = str(rng.choice(WORDS))
        tw = draw.textlength(text, font=f)
    draw.text(((x1 + x2 - tw) / 2, (y1 + y2 - size) / 2 - 1), text, fill=ink, font=f)


def shape_of(kind, box, radius, size):
    """Filled mask of a rounded rectangle, ellipse or diamond."""
    mask = Image.new('1', size)
    d = ImageDraw.Draw(mask)
    if kind == 'ellipse':
        d.ellipse(box, fill=1)
    elif kind == 'diamond':
        d.polygon(diamond(box), fill=1)
    else:
        d.rounded_rectangle(box, radius, fill=1)
    return np.array(mask)


def diamond(box):
    x1, y1, x2, y2 = box
    return [((x1 + x2) // 2, y1), (x2, (y1 + y2) // 2), ((x1 + x2) // 2, y2), (x1, (y1 + y2) // 2)]


def arrow(draw, a, b, ink, width, size):
    """A straight arrow with a head; returns its mask."""
    mask = Image.new('1', size)
    for d, fill in ((draw, ink), (ImageDraw.Draw(mask), 1)):
        d.line([a, b], fill=fill, width=width)
        t = math.atan2(b[1] - a[1], b[0] - a[0])
        r = 4 + 2 * width
        d.polygon([b] + [(b[0] - r * math.cos(t + s), b[1] - r * math.sin(t + s)) for s in (0.5, -0.5)], fill=fill)
    return np.array(mask)


def diagram(h, w, rng):
    """Boxes with words in a loose grid, joined by arrows, sometimes in panels; each box with its border is an object."""
    page = colour(rng, True) if rng.random() < 0.3 else (255, 255, 255)
    image = Image.new('RGB', (w, h), page)
    draw, masks, centres = ImageDraw.Draw(image), [], []
    rows, cols = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    ch, cw = h / rows, w / cols
    if rng.random() < 0.35:
        box = (3, 3, w - 4, h - 4)
        draw.rounded_rectangle(box, int(rng.integers(0, 14)), fill=colour(rng, True), outline=colour(rng, False), width=int(rng.integers(1, 3)))
    for r in range(rows):
        for c in range(cols):
            if rng.random() < 0.2:
                continue
            bw, bh = cw * rng.uniform(0.45, 0.9), ch * rng.uniform(0.35, 0.85)
            x, y = (c + 0.5) * cw + rng.uniform(-0.04, 0.04) * cw, (r + 0.5) * ch + rng.uniform(-0.04, 0.04) * ch
            box = tuple(int(v) for v in (x - bw / 2, y - bh / 2, x + bw / 2, y + bh / 2))
            if box[2] - box[0] < 10 or box[3] - box[1] < 10:
                continue
            kind = str(rng.choice(['box', 'box', 'box', 'ellipse', 'diamond']))
            radius = int(rng.integers(0, max(1, min(box[2] - box[0], box[3] - box[1]) // 2)))
            light = rng.random() < 0.75
            fill = None if rng.random() < 0.35 else colour(rng, light)
            ink = colour(rng, False) if light or fill is None else colour(rng, True)
            line = None if fill is not None and rng.random() < 0.3 else ink
            width = int(rng.integers(1, 4))
            if kind == 'ellipse':
                draw.ellipse(box, fill=fill, outline=line, width=width)
            elif kind == 'diamond':
                draw.polygon(diamond(box), fill=fill, outline=line, width=width)
            else:
                draw.rounded_rectangle(box, radius, fill=fill, outline=line, width=width)
            masks.append(shape_of(kind, box, radius, (w, h)))
            centres.append((box, kind))
            if rng.random() < 0.8:
                label(draw, box, rng, ink, rng.uniform(0.18, 0.4) * min(bh, 60))
    ink, width = colour(rng, False), int(rng.integers(1, 4))
    for (a, _), (b, _) in zip(centres, centres[1:]):
        if rng.random() < 0.7:
            if b[0] > a[2]:
                ends = (a[2] + 2, (a[1] + a[3]) // 2), (b[0] - 2, (b[1] + b[3]) // 2)
            elif b[1] > a[3]:
                ends = ((a[0] + a[2]) // 2, a[3] + 2), ((b[0] + b[2]) // 2, b[1] - 2)
            else:
                continue
            if math.dist(*ends) > 14:
                mask = arrow(draw, *ends, ink, width, (w, h))
                if mask.mean() > 0.004:
                    masks.append(mask)
    return np.array(image), masks


def plot(h, w, rng):
    """Bars or curves in axes with a legend box; the bars, the legend and the plot area are objects."""
    image = Image.new('RGB', (w, h), (255, 255, 255))
    draw, masks = ImageDraw.Draw(image), []
    x1, y1, x2, y2 = int(w * rng.uniform(0.08, 0.2)), int(h * rng.uniform(0.06, 0.15)), int(w * rng.uniform(0.85, 0.97)), int(h * rng.uniform(0.78, 0.92))
    ink = colour(rng, False)
    draw.rectangle((x1, y1, x2, y2), fill=colour(rng, True) if rng.random() < 0.3 else None, outline=ink)
    area = np.zeros((h, w), bool)
    area[y1:y2 + 1, x1:x2 + 1] = True
    masks.append(area)
    for k in range(4):
        y = y1 + (y2 - y1) * k / 4
        draw.line([(x1 - 3, y), (x1, y)], fill=ink)
        draw.text((max(0, x1 - 18), y - 4), str(int(rng.integers(0, 99))), fill=ink, font=font(rng, 9))
    if rng.random() < 0.7:
        count = int(rng.integers(3, 8))
        step = (x2 - x1) / count
        tint = [colour(rng, False) for _ in range(int(rng.integers(1, 4)))]
        for i in range(count):
            top = y1 + (y2 - y1) * rng.uniform(0.1, 0.85)
            bar = (int(x1 + step * (i + 0.2)), int(top), int(x1 + step * (i + 0.8)), y2)
            draw.rectangle(bar, fill=tint[i % len(tint)])
            mask = np.zeros((h, w), bool)
            mask[bar[1]:bar[3] + 1, bar[0]:bar[2] + 1] = True
            masks.append(mask)
            masks[0] &= ~mask
    else:
        for _ in range(int(rng.integers(1, 4))):
            ys = y1 + (y2 - y1) * (0.5 + 0.4 * np.sin(np.linspace(0, rng.uniform(1, 7), 24) + rng.uniform(0, 6)) * rng.uniform(0.3, 1))
            draw.line(list(zip(np.linspace(x1, x2, 24), ys)), fill=colour(rng, False), width=int(rng.integers(1, 4)))
    if rng.random() < 0.6:
        lw, lh = int((x2 - x1) * rng.uniform(0.2, 0.4)), int((y2 - y1) * rng.uniform(0.12, 0.3))
        lx, ly = int(rng.uniform(x1 + 3, x2 - lw - 3)), int(rng.uniform(y1 + 3, y1 + (y2 - y1) * 0.4))
        draw.rectangle((lx, ly, lx + lw, ly + lh), fill=(255, 255, 255), outline=ink)
        label(draw, (lx + 8, ly, lx + lw, ly + lh), rng, ink, 9)
        legend = np.zeros((h, w), bool)
        legend[ly:ly + lh + 1, lx:lx + lw + 1] = True
        masks = [m & ~legend for m in masks] + [legend]
    return np.array(image), masks
