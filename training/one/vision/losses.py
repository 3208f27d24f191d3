"""Losses of the parser, the sampler and the mask decoder."""
import torch
from torch.nn import functional as F

from .parser import UNIT
from .roles import TEXT_ROLES

WEIGHTS = dict(centres=1.0, sizes=1.0, texts=0.6, ends=1.0, links=0.5, strokes=0.6, classes=0.35, masks=1.0)
BCE, DICE = 2.0, 0.5                        # of a mask, as LISA weighs them


def focal(logits, heat):
    """Penalty-reduced focal loss over Gaussian peaks (CenterNet), per peak."""
    p = torch.sigmoid(logits)
    peak = (heat > 0.999).float()
    right = F.logsigmoid(logits) * (1 - p) ** 2 * peak
    wrong = F.logsigmoid(-logits) * p ** 2 * (1 - heat) ** 4 * (1 - peak)
    return -(right + wrong).sum() / peak.sum().clamp(min=1.0)


def box_loss(got, want):
    """1 - generalised IoU, plus the difference of the logarithms of the sides, per row of left, top, right, bottom."""
    inter = (torch.minimum(got[:, 0], want[:, 0]) + torch.minimum(got[:, 2], want[:, 2])) * (torch.minimum(got[:, 1], want[:, 1]) + torch.minimum(got[:, 3], want[:, 3]))
    area = lambda s: (s[:, 0] + s[:, 2]) * (s[:, 1] + s[:, 3])
    union = area(got) + area(want) - inter
    hull = (torch.maximum(got[:, 0], want[:, 0]) + torch.maximum(got[:, 2], want[:, 2])) * (torch.maximum(got[:, 1], want[:, 1]) + torch.maximum(got[:, 3], want[:, 3]))
    iou = inter / union.clamp(min=1e-3)
    giou = iou - (hull - union) / hull.clamp(min=1e-3)
    apart = F.smooth_l1_loss(torch.log(got + 1.0), torch.log(want + 1.0), beta=0.1, reduction='none').mean(1)
    return 1 - giou + apart


def at(maps, rows, first, width):
    """Values [N, width] of maps [B, C, h, w] at rows (b, v, u), from channel first [N] on."""
    b, v, u = rows.unbind(1)
    channels = first.unsqueeze(1) + torch.arange(width)
    return maps[b.unsqueeze(1), channels, v.unsqueeze(1), u.unsqueeze(1)]


def parser_loss(outputs, batch):
    """Dict of weighted losses of the parser's OUTPUTS."""
    centres, sizes, texts, ends, other, strokes, _ = outputs
    out = dict(centres=focal(centres, batch['heat']), ends=focal(ends, batch['ends']))
    if len(batch['rows']):
        where, wanted = batch['rows'][:, [0, 2, 3]].long(), batch['rows'][:, 4:8]
        weight = batch['rows'][:, 8]
        out['sizes'] = (box_loss(at(sizes, where, 4 * batch['rows'][:, 1].long(), 4), wanted) * weight).sum() / weight.sum()
    if len(batch['links']):
        where = batch['links'][:, [0, 2, 3]].long()
        got = at(other, where, 2 * (1 - batch['links'][:, 1].long()), 2)
        out['links'] = F.smooth_l1_loss(got / UNIT, batch['links'][:, 4:6] / UNIT, beta=0.1)
    weight = torch.ones(len(TEXT_ROLES))
    weight[TEXT_ROLES.index('none')] = 0.1
    out['texts'] = F.cross_entropy(texts, batch['text'].long(), weight, ignore_index=255)
    p = torch.sigmoid(strokes)
    bce = F.binary_cross_entropy_with_logits(strokes, batch['strokes'], pos_weight=torch.tensor(3.0))
    both = (2 * (p * batch['strokes']).sum((0, 2, 3)) + 1) / (p.sum((0, 2, 3)) + batch['strokes'].sum((0, 2, 3)) + 1)
    out['strokes'] = 3 * bce + 1 - both.mean()
    return {k: WEIGHTS[k] * v for k, v in out.items()}


def region_losses(states, hues, roles, items):
    """Cross-entropies of what regions show; -1 where a region has no such thing."""
    total = 0.0
    for logits, key in ((states, 'state'), (hues, 'hue'), (roles, 'role')):
        target = torch.tensor([i[key] for i in items])
        if (target >= 0).any():
            total = total + F.cross_entropy(logits, target, ignore_index=-1)
    return WEIGHTS['classes'] * total


def mask_loss(logits, target):
    """LISA's 2.0 BCE + 0.5 DICE, mean over masks [R, h, w]."""
    bce = F.binary_cross_entropy_with_logits(logits, target, reduction='none').mean((1, 2))
    p = torch.sigmoid(logits)
    dice = 1 - (2 * (p * target).sum((1, 2)) + 1) / (p.sum((1, 2)) + target.sum((1, 2)) + 1)
    return WEIGHTS['masks'] * (BCE * bce + DICE * dice).mean()
