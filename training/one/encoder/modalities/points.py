"""Point clouds: x right, y up, z to the viewer. 1024 points evenly over the file's order; moved and scaled so that the bounding box's longest
side goes from -1 to 1; 64 centres by farthest-point sampling that starts with point 0; the 16 nearest points of each make a group.

Per point of a group 8 numbers: (xyz - centre) x 4, colour -1 to 1 (0 without colour), 1 if there is colour, the logarithm of half the longest
side before scaling, clipped to -0.7 to 1.6."""
import numpy as np
import torch
from torch import nn

from . import WIDTH

COUNT, CENTRES, NEIGHBOURS = 1024, 64, 16
FRAMES = False
CONFIG = dict(inputs=dict(groups=['n', CENTRES, NEIGHBOURS, 8], centres=['n', CENTRES, 3]), points=COUNT, centres=CENTRES, neighbours=NEIGHBOURS,
              zoom=4, log_scale=[-.7, 1.6], axes='x right, y up, z to the viewer')


def farthest(xyz, count):
    """Indices of `count` points, each the farthest from those before, beginning with point 0."""
    chosen = np.zeros(count, np.int64)
    distance = np.full(len(xyz), np.inf, np.float32)
    for i in range(1, count):
        distance = np.minimum(distance, ((xyz - xyz[chosen[i - 1]]) ** 2).sum(1))
        chosen[i] = distance.argmax()
    return chosen


def prepare(xyz, colours=None):
    """float [n, 3] and uint8 [n, 3] or None → {groups: float16 [1, 64, 16, 8], centres: float16 [1, 64, 3]}."""
    take = np.arange(COUNT) * len(xyz) // COUNT
    xyz = xyz[take].astype(np.float32)
    low, high = xyz.min(0), xyz.max(0)
    half = max(float((high - low).max()) / 2, 1e-6)
    xyz = (xyz - (low + high) / 2) / half
    centres = xyz[farthest(xyz, CENTRES)]
    squared = ((centres[:, None] - xyz[None]) ** 2).sum(2)
    nearest = np.argsort(squared, 1, kind='stable')[:, :NEIGHBOURS]
    rest = np.zeros((CENTRES, NEIGHBOURS, 5), np.float32)
    if colours is not None:
        rest[..., :3] = colours[take][nearest] / 127.5 - 1
        rest[..., 3] = 1
    rest[..., 4] = np.clip(np.log(half), -.7, 1.6)
    groups = np.concatenate([(xyz[nearest] - centres[:, None]) * 4, rest], 2)
    return dict(groups=groups[None].astype(np.float16), centres=centres[None].astype(np.float16))


def scale(arrays):
    return {k: v.astype(np.float32) for k, v in arrays.items()}


class Tokeniser(nn.Module):
    """groups [n, 64, 16, 8] and centres [n, 64, 3] → [n, 64, WIDTH]: a small PointNet per group; its place is its position."""

    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Linear(8, 64), nn.GELU(), nn.Linear(64, 96))
        self.second = nn.Sequential(nn.Linear(192, 192), nn.GELU(), nn.Linear(192, WIDTH))
        self.place = nn.Sequential(nn.Linear(3, 96), nn.GELU(), nn.Linear(96, WIDTH))

    def forward(self, groups, centres):
        each = self.first(groups)
        whole = each.max(2, keepdim=True).values.expand_as(each)
        return self.second(torch.cat([each, whole], 3)).max(2).values + self.place(centres)
