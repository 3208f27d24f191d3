"""Videos: 4 frames at even times, each as a picture. A frame's tokens know what changed since the frame before and its place in time;
the encoder averages the frames behind the trunk, as OneLLM does (§3.1 of its paper)."""
import numpy as np
import torch
from torch import nn

from . import WIDTH, image
from .layers import PatchStem

COUNT = 4
FRAMES = True
CONFIG = dict(image.CONFIG, inputs=dict(pixels=[COUNT, 3, image.SIZE, image.SIZE]), frames=COUNT)


def prepare(frames):
    """uint8 [4, h, w, 3] → {pixels: uint8 [4, 3, 64, 64]}."""
    return dict(pixels=np.concatenate([image.prepare(f)['pixels'] for f in frames]))


scale = image.scale


class Tokeniser(nn.Module):
    """pixels [n * 4, 3, 64, 64], frames of a video after each other → [n * 4, 64, WIDTH]."""

    def __init__(self):
        super().__init__()
        self.stem = PatchStem(6)
        self.times = nn.Parameter(torch.randn(COUNT, 1, WIDTH) * .02)

    def forward(self, pixels):
        n = pixels.shape[0] // COUNT
        frames = pixels.view(n, COUNT, 3, *pixels.shape[2:])
        change = torch.cat([torch.zeros_like(frames[:, :1]), frames[:, 1:] - frames[:, :-1]], 1)
        tokens = self.stem(torch.cat([pixels, change.view_as(pixels)], 1))
        return tokens + self.times.repeat(n, 1, 1)
