"""The parser: one pass of a dense convolutional network over a figure finds its parts, arrows, roles of text and ink.

Boxes are found by their centres as in CenterNet (Zhou et al. 2019), with distances to the four sides as in FCOS (Tian et
al. 2019); arrows by their two ends, each of which points at the other. Trained from scratch: on drawn figures a
pretrained start brought nothing (training/one/README.md). Coordinates: docs/figure-language.md, "The parser's graphs".
"""
import torch
from torch import nn
from torch.nn import functional as F

from .layers import ConvNorm, Residual, upsample
from .roles import BOX_ROLES, SETS, STROKES, TEXT_ROLES

FEATURES = 64                               # channels of `features`
OUTPUTS = ('centres', 'sizes', 'text_roles', 'ends', 'other_end', 'strokes', 'features')
PRIOR = -4.0                                # logit that rare things start from
UNIT = 64.0                                 # pixels of the view that the offsets between ends are counted in


class Trunk(nn.Module):
    """RGB 0..1 [B, 3, H, W] -> features [B, 64, H/4, W/4]. The dilated blocks at stride 32 see the whole figure."""

    def __init__(self, w2=24, w4=48, w8=96, w16=160, w32=224):
        super().__init__()
        self.down2 = ConvNorm(3, w2, 2)
        self.down4 = nn.Sequential(ConvNorm(w2, w4, 2), Residual(w4))
        self.down8 = nn.Sequential(ConvNorm(w4, w8, 2), Residual(w8), Residual(w8))
        self.down16 = nn.Sequential(ConvNorm(w8, w16, 2), Residual(w16), Residual(w16), Residual(w16))
        self.down32 = nn.Sequential(ConvNorm(w16, w32, 2), Residual(w32), Residual(w32, 2), Residual(w32, 4))
        self.lateral32, self.up16 = nn.Conv2d(w32, w16, 1), ConvNorm(w16, w16)
        self.lateral16, self.up8 = nn.Conv2d(w16, w8, 1), ConvNorm(w8, w8)
        self.lateral8, self.lateral4, self.up4 = nn.Conv2d(w8, FEATURES, 1), nn.Conv2d(w4, FEATURES, 1), ConvNorm(FEATURES, FEATURES)

    def forward(self, pixel_values):
        x4 = self.down4(self.down2(2.0 - 4.0 * pixel_values))               # white paper, the commonest value, is far from none
        x8 = self.down8(x4)
        x16 = self.down16(x8)
        x32 = self.down32(x16)
        x16 = self.up16(x16 + upsample(self.lateral32(x32)))
        x8 = self.up8(x8 + upsample(self.lateral16(x16)))
        return self.up4(self.lateral4(x4) + upsample(self.lateral8(x8)))


class Parser(nn.Module):
    """Trunk and heads; returns OUTPUTS in their order."""

    def __init__(self):
        super().__init__()
        self.trunk = Trunk()
        self.tower = ConvNorm(FEATURES, FEATURES)
        self.widths = (len(BOX_ROLES), 4 * SETS, len(TEXT_ROLES), 2, 4, 4 * len(STROKES))
        self.heads = nn.Conv2d(FEATURES, sum(self.widths), 1)
        with torch.no_grad():
            for start, width, value in self.starts():
                self.heads.bias[start:start + width] = value

    def starts(self):
        """(first channel, channels, bias at the start) of the heads of rare things and of sizes."""
        k, s, t, e, o, i = self.widths
        yield 0, k, PRIOR
        yield k, s, 2.5                                                     # a distance of exp(2.5), 12 pixels
        yield k + s + t, e, PRIOR
        yield k + s + t + e, o, 0.0
        yield k + s + t + e + o, i, PRIOR

    def forward(self, pixel_values):
        features = self.trunk(pixel_values)
        centres, sizes, texts, ends, other, strokes = self.heads(self.tower(features)).float().split(self.widths, 1)
        sizes = torch.exp(sizes.clamp(-2.0, 7.0))
        return centres, sizes, texts, ends, UNIT * other, F.pixel_shuffle(strokes, 2), features
