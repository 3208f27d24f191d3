"""Losses of the masks and of the predicted IoU, and the next corrective click."""
import cv2
import numpy as np
import torch
from torch.nn import functional as F

COARSE, ALTERNATIVES, QUALITY = 0.4, 0.15, 0.3        # weights next to the main mask's 1


def dice(logits, target):
    """1 - DICE per mask; logits and target [..., H, W] -> [...]."""
    p = torch.sigmoid(logits)
    inter, total = (p * target).sum((-2, -1)), p.sum((-2, -1)) + target.sum((-2, -1))
    return 1.0 - (2.0 * inter + 1.0) / (total + 1.0)


def mask_loss(logits, target):
    """Twice the mean binary cross-entropy plus DICE, per mask."""
    bce = F.binary_cross_entropy_with_logits(logits, target, reduction='none').mean((-2, -1))
    return 2.0 * bce + dice(logits, target)


def iou(logits, target):
    """IoU of the thresholded masks, [..., H, W] -> [...]."""
    a, b = logits > 0, target > 0.5
    return (a & b).sum((-2, -1)).float() / (a | b).sum((-2, -1)).clamp(min=1).float()


def segmentation_loss(masks, quality, coarse, target):
    """The main mask always pays; of the alternatives only the better one does (Guzman-Rivera et al. 2012, as in SAM).

    masks [B, 3, h, w], quality [B, 3], coarse [B, 1, h/4, w/4], target [B, 1, h, w] -> mean loss, IoU of mask 0 [B].
    """
    masks, quality, coarse = masks.float(), quality.float(), coarse.float()
    main = mask_loss(masks[:, 0], target[:, 0])
    others = mask_loss(masks[:, 1:], target.expand_as(masks[:, 1:])).amin(1)
    rough = mask_loss(coarse, F.avg_pool2d(target, 4))[:, 0]
    with torch.no_grad():
        actual = iou(masks, target.expand_as(masks))
    score = F.mse_loss(quality, actual)
    return (main + ALTERNATIVES * others + COARSE * rough).mean() + QUALITY * score, actual[:, 0]


def next_click(predicted, truth):
    """(x, y, label) in the middle of the largest error, as in evaluation; None where there is no error.

    predicted, truth: boolean [h, w]. The middle is the maximum of the distance transform of the false negatives or of
    the false positives, whichever is larger.
    """
    best = (0.0, None)
    for error, label in ((truth & ~predicted, 1), (predicted & ~truth, 0)):
        distance = cv2.distanceTransform(np.pad(error.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
        peak = float(distance.max())
        if peak > best[0]:
            y, x = np.unravel_index(distance.argmax(), distance.shape)
            best = (peak, (int(x), int(y), label))
    return best[1]
