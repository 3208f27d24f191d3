"""What scanning, saving and rescaling do to a figure. The truth follows where the picture moves or loses its colours.

    picture, truth = degrade(picture, truth, split.generator(seed, salt='degrade'))
"""
import copy
from dataclasses import replace

import cv2
import numpy as np

from .looks import luminance
from .render_a import truth_of


def degrade(picture, truth, rng):
    """A damaged copy of a drawn picture and its truth; about a third of pictures stay clean.

    @param picture uint8 [H, W, 3] RGB; @param truth of render_a.render; @param rng random.Random
    @returns (picture of the same size, Truth); what was passed stays as it is
    """
    if rng.random() < 0.33:
        return picture, truth
    scan = rng.random() < 0.22
    if (scan and rng.random() < 0.7) or rng.random() < 0.06:
        picture, truth = turned(picture, truth, rng.uniform(-1, 1))
    if scan:
        picture, grey = scanned(picture, rng)
        if grey:
            truth = without_colour(truth)
    elif rng.random() < 0.2:
        picture = shifted(picture, rng)
    if rng.random() < 0.3:
        picture = resampled(picture, rng)
    if rng.random() < 0.15:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 0.9))
    if rng.random() < 0.12:
        picture = noisy(picture, rng, rng.uniform(1, 7))
    if rng.random() < 0.45:
        picture = as_jpeg(picture, rng.randint(30, 92))
    return picture, truth


def turned(picture, truth, degrees):
    """Turned about its middle by at most 1 degree; what comes in from outside has the colour of the paper."""
    h, w = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1.0)
    scene = truth.painter.scene
    out = cv2.warpAffine(picture, matrix, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=scene.look['paper'])
    return out, truth_of(scene, truth.painter.sets, truth.painter, matrix)


def without_colour(truth):
    """A truth whose colours are greys."""
    parse = copy.copy(truth.parse)
    grey = lambda colour: None if colour is None else [round(255 * luminance(colour))] * 3
    parse.regions = [replace(region, colour=grey(region.colour)) for region in parse.regions]
    return replace(truth, parse=parse)


def scanned(picture, rng):
    """Paper that is not quite white, ink that is not quite black, uneven light, specks. @returns (picture, is it grey?)"""
    h, w = picture.shape[:2]
    x, grey = picture.astype(np.float32), rng.random() < 0.35
    if grey:
        x = np.repeat((x @ np.array([0.299, 0.587, 0.114], np.float32))[..., None], 3, 2)
    low, high = rng.uniform(0, 45), rng.uniform(215, 255)
    x = low + x * ((high - low) / 255)
    if not grey:
        x *= np.array([1, rng.uniform(0.96, 1), rng.uniform(0.85, 1)], np.float32)
    light = np.array([[rng.uniform(0.86, 1.04) for _ in range(3)] for _ in range(2)], np.float32)
    x *= cv2.resize(light, (w, h), interpolation=cv2.INTER_LINEAR)[..., None]
    for _ in range(rng.randint(0, 40)):
        cv2.circle(x, (rng.randint(0, w - 1), rng.randint(0, h - 1)), rng.choice((0, 0, 1)), (rng.uniform(0, 255),) * 3, -1)
    return noisy(np.clip(x, 0, 255).astype(np.uint8), rng, rng.uniform(1, 6)), grey


def shifted(picture, rng):
    """Brightness, contrast, tint and gamma of another screen."""
    levels = np.arange(256, dtype=np.float32) / 255
    gamma, gain = rng.uniform(0.8, 1.25), rng.uniform(0.85, 1.0)
    tables = [np.clip((levels ** gamma * gain + rng.uniform(0, 1 - gain)) * 255 + rng.uniform(-6, 6), 0, 255).astype(np.uint8) for _ in range(3)]
    return cv2.merge([cv2.LUT(picture[..., c], tables[c]) for c in range(3)])


def resampled(picture, rng):
    """Made smaller and large again."""
    h, w = picture.shape[:2]
    scale = rng.uniform(0.55, 0.95)
    small = cv2.resize(picture, (max(1, round(w * scale)), max(1, round(h * scale))), interpolation=rng.choice((cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)))
    return cv2.resize(small, (w, h), interpolation=rng.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC)))


def noisy(picture, rng, spread):
    noise = np.empty(picture.shape[:2], np.int16)
    cv2.setRNGSeed(rng.randrange(1 << 30))
    cv2.randn(noise, 0, spread)
    return np.clip(picture + noise[..., None], 0, 255).astype(np.uint8)


def as_jpeg(picture, quality):
    ok, data = cv2.imencode('.jpg', picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])
