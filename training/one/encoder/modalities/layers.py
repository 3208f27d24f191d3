"""Parts that tokenisers share."""
import torch
from torch import nn

from . import WIDTH


class Positions(nn.Module):
    """Learned positions of a modality's tokens."""

    def __init__(self, length):
        super().__init__()
        self.table = nn.Parameter(torch.randn(length, WIDTH) * .02)

    def forward(self, tokens):
        return tokens + self.table[:tokens.shape[1]]


class PatchStem(nn.Module):
    """Three convolutions of stride 2: [n, channels, 64, 64] → [n, 64, WIDTH], rows first, with positions."""

    def __init__(self, channels):
        super().__init__()
        self.convolutions = nn.Sequential(nn.Conv2d(channels, 48, 3, 2, 1), nn.GELU(), nn.Conv2d(48, 96, 3, 2, 1), nn.GELU(), nn.Conv2d(96, WIDTH, 3, 2, 1))
        self.positions = Positions(64)

    def forward(self, pixels):
        return self.positions(self.convolutions(pixels).flatten(2).transpose(1, 2))


class Slopes(nn.Module):
    """Adds the differences to the right and lower neighbour of channel 0, enlarged: [n, c, h, w] → [n, c + 2, h, w]."""

    def forward(self, x):
        first = x[:, :1]
        right = nn.functional.pad(first[..., 1:] - first[..., :-1], (0, 1))
        down = nn.functional.pad(first[..., 1:, :] - first[..., :-1, :], (0, 0, 0, 1))
        return torch.cat([x, (right * 12).clamp(-3, 3), (down * 12).clamp(-3, 3)], 1)
