"""Ferret's spatial-aware visual sampler (You et al. 2023, section 3.2), in small: a region of any form becomes one embedding.

512 points drawn at random in the region's mask take their features from the parser's map by bilinear interpolation.
Three blocks follow; each chooses fewer points by farthest-point sampling, gathers the nearest neighbours of each, mixes
them (PointMLP, Ma et al. 2022) and pools by the maximum. The last points together become the embedding.
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .parser import FEATURES
from .roles import HUES, REGION_ROLES, STATES

POINTS = 512
BLOCKS = ((128, 16), (32, 16), (8, 8))      # points chosen, neighbours of each
WIDTH = 64                                  # of the embedding and of h_seg
REACH = 64.0                                # pixels of the view that relative positions are counted in


def draw(mask, rng, count=POINTS):
    """Centres [count, 2] (x, y), in pixels of the view, of random pixels of a boolean mask [H, W]; repeated where it has fewer."""
    ys, xs = np.nonzero(mask)
    pick = rng.choice(len(ys), count, replace=len(ys) < count)
    return np.stack([xs[pick] + 0.5, ys[pick] + 0.5], 1).astype(np.float32)


@torch.jit.script
def farthest(points, count: int):
    """Farthest-point sampling from the first point: [R, N, 2] -> indices [R, count]."""
    best = torch.full_like(points[:, :, 0], 1e10)
    last = torch.zeros_like(points[:, :1, 0]).to(torch.int64)
    slots = torch.arange(count).unsqueeze(0)
    chosen = last.expand(-1, count)
    for i in range(1, count):
        origin = torch.gather(points, 1, last.unsqueeze(2).expand(-1, -1, 2))
        best = torch.minimum(best, ((points - origin) * (points - origin)).sum(2))
        last = best.argmax(1, keepdim=True)
        chosen = torch.where(slots == i, last, chosen)
    return chosen


def take(x, index):
    """x [R, N, C] at index [R, M] -> [R, M, C]."""
    return torch.gather(x, 1, index.unsqueeze(2).expand(-1, -1, x.shape[2]))


def interpolate(features, points, stride=4.0):
    """Bilinear values of features [1, C, h, w] at points [R, N, 2] of the view -> [R, N, C]."""
    h, w = features.shape[2], features.shape[3]
    size = torch.stack([torch.as_tensor(w), torch.as_tensor(h)]).to(points.dtype) * stride
    grid = (2.0 * points / size - 1.0).reshape(1, -1, 1, 2)
    values = F.grid_sample(features, grid, mode='bilinear', padding_mode='border', align_corners=False)
    return values[0, :, :, 0].t().reshape(points.shape[0], points.shape[1], features.shape[1])


class Block(nn.Module):
    """Chooses, gathers, mixes, pools: positions [R, N, 2] and values [R, N, C] -> those of the chosen points, and both index lists."""

    def __init__(self, count, near, c):
        super().__init__()
        self.count, self.near = count, near
        self.relative = nn.Linear(c + 2, c)
        self.mix = nn.Sequential(nn.Linear(2 * c, c), nn.ReLU(inplace=True))
        self.norm = nn.LayerNorm(c)

    def forward(self, points, values):
        chosen = farthest(points, self.count)
        centre, middle = take(points, chosen), take(values, chosen)
        apart = ((centre.unsqueeze(2) - points.unsqueeze(1)) ** 2).sum(3)                     # [R, M, N]
        near = apart.topk(self.near, 2, largest=False).indices                                # [R, M, k]
        r, m = chosen.shape[0], self.count
        flat = near.reshape(r, m * self.near)
        gathered = take(values, flat).reshape(r, m, self.near, -1) - middle.unsqueeze(2)
        moved = (take(points, flat).reshape(r, m, self.near, 2) - centre.unsqueeze(2)) / REACH
        local = self.relative(torch.cat([gathered, moved], 3))
        both = torch.cat([local, middle.unsqueeze(2).expand(-1, -1, self.near, -1)], 3)
        return centre, self.norm(self.mix(both).amax(2)), chosen, near


class Sampler(nn.Module):
    """features [1, 64, h, w] and points [R, 512, 2] -> embedding [R, 64] and, for the trace, what each block chose.

    With `average` it is the baseline instead: the mean of the features over a grid of 4 x 4 points spread over the region's box.
    """

    def __init__(self, average=False):
        super().__init__()
        self.average = average
        c = FEATURES
        if not average:
            self.blocks = nn.ModuleList(Block(count, near, c) for count, near in BLOCKS)
        self.out = nn.Sequential(nn.Linear((1 if average else BLOCKS[-1][0]) * c + 4, 2 * WIDTH), nn.ReLU(inplace=True), nn.Linear(2 * WIDTH, WIDTH))
        self.gamma = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(inplace=True), nn.Linear(WIDTH, WIDTH))
        self.classes = nn.Linear(WIDTH, len(STATES) + len(HUES) + len(REGION_ROLES))

    def forward(self, features, points):
        low, high = points.amin(1), points.amax(1)
        extent = torch.cat([torch.log1p(high - low) / 4.0, (high + low) / 1024.0], 1)          # size and place of the region
        picks = []
        if self.average:
            steps = (torch.arange(4, dtype=points.dtype) + 0.5) / 4.0
            lattice = torch.stack([steps.repeat(4), steps.repeat_interleave(4)], 1)
            x = interpolate(features, low.unsqueeze(1) + lattice * (high - low).unsqueeze(1)).mean(1)
        else:
            x = interpolate(features, points)
            for block in self.blocks:
                points, x, chosen, near = block(points, x)
                picks += [chosen, near]
            x = x.flatten(1)
        embedding = self.out(torch.cat([x, extent], 1))
        states, hues, roles = self.classes(embedding).split((len(STATES), len(HUES), len(REGION_ROLES)), 1)
        return (embedding, self.gamma(embedding), states, hues, roles, *picks)
