"""Building blocks of the parser and the mask decoder. Dense convolutions only: they train fastest on a CPU under bf16 autocast."""
import torch
from torch import nn
from torch.nn import functional as F


class ConvNorm(nn.Sequential):
    """Convolution, batch normalisation, ReLU."""

    def __init__(self, c_in, c_out, stride=1, kernel=3):
        super().__init__(nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(c_out), nn.ReLU(inplace=True))


class Residual(nn.Module):
    """relu(x + bn(conv(relu(bn(conv(x)))))); the last normalisation starts at zero, so a new block starts as identity."""

    def __init__(self, c, dilation=1):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(c, c, 3, 1, dilation, dilation, bias=False), nn.BatchNorm2d(c), nn.ReLU(inplace=True))
        self.conv = nn.Conv2d(c, c, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(c)
        nn.init.zeros_(self.norm.weight)

    def forward(self, x):
        return F.relu(x + self.norm(self.conv(self.first(x))))


def upsample(x):
    """Twice the size, bilinear."""
    return F.interpolate(x, scale_factor=2.0, mode='bilinear', align_corners=False)


def join(*maps):
    """Concatenates channels in the first map's precision and memory layout (mixed layouts train several times slower)."""
    return torch.cat([m.to(maps[0].dtype).contiguous(memory_format=torch.channels_last) for m in maps], 1)
