"""The parser: one pass of a convolutional network over a figure finds its parts, arrows, roles of text and ink.

Its trunk is the image encoder of the first pack (training/segment), all of it trained further: in two minutes it came further than dense
convolutions from scratch (README.md). Boxes are found by their centres as in CenterNet (Zhou et al. 2019), with distances to
the four sides as in FCOS (Tian et al. 2019); arrows by their two ends, each of which points at the other. Coordinates:
docs/figure-language.md, "The parser's graphs".
"""
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F

from .layers import ConvNorm, Residual, join, upsample
from .roles import BOX_ROLES, SETS, STROKES, TEXT_ROLES

sys.path.append(str(Path(__file__).resolve().parents[2] / 'segment'))       # its files import each other by bare names
from data import MEAN, STD  # noqa: E402
from model import WIDTHS, Encoder  # noqa: E402

FEATURES = 64                               # channels of `features`
OUTPUTS = ('centres', 'sizes', 'text_roles', 'ends', 'other_end', 'strokes', 'features')
PRIOR = -4.0                                # logit that rare things start from
UNIT = 64.0                                 # pixels of the view that the offsets between ends are counted in


class Trunk(nn.Module):
    """RGB 0..1 [B, 3, H, W] -> features [B, 64, H/4, W/4]. The dilated blocks at stride 32 see the whole figure."""

    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        w4, w8, _, w32 = WIDTHS
        self.context = nn.Sequential(Residual(w32, 2), Residual(w32, 4))
        self.out = ConvNorm(w4 + w8, FEATURES)
        self.register_buffer('mean', torch.tensor(MEAN).reshape(1, 3, 1, 1))
        self.register_buffer('deviation', torch.tensor(STD).reshape(1, 3, 1, 1))

    def forward(self, pixel_values):
        e = self.encoder
        s2, s4, p8, p16, p32 = e.backbone((pixel_values - self.mean) / self.deviation)
        f16 = e.in16(join(p16, upsample(e.to16(self.context(e.in32(p32))))))
        f8 = e.in8(join(p8, upsample(e.to8(f16))))
        f4 = e.in4(join(s4, e.detail(s2), upsample(e.to4(f8))))
        return self.out(join(f4, upsample(f8)))

    def start_from(self, path, pixels):
        """Copies the weights of the first pack's image_encoder.onnx. Its normalisations are folded into the convolutions; they
        are opened again around the mean and deviation that each convolution has on `pixels` [B, 3, H, W], so that training goes
        on from the same function."""
        graph = onnx.load(str(path)).graph
        weights = {i.name: numpy_helper.to_array(i).astype(np.float32) for i in graph.initializer}
        for node in graph.node:                                             # half-precision weights have a cast in front
            if node.op_type == 'Cast' and node.input[0] in weights:
                weights[node.output[0]] = weights[node.input[0]]
        stored = [[weights[n] for n in node.input[1:3]] for node in graph.node if node.op_type == 'Conv']
        e, taken = self.encoder, []
        blocks = [e.in32[0], e.in32[1], e.to16, e.in16[0], e.in16[1], e.to8, e.in8[0], e.in8[1], e.to4, e.detail, e.in4]
        for conv in e.backbone.convolutions():
            taken.append((conv, None))
        for block in blocks:
            taken += [(block.first[0], block.first[1]), (block.conv, block.norm)] if hasattr(block, 'first') else [(block[0], block[1])]
        left = list(stored)
        with torch.no_grad():
            for conv, norm in taken:
                k = next(i for i, (w, _) in enumerate(left) if w.shape == tuple(conv.weight.shape))
                w, b = left.pop(k)
                conv.weight.copy_(torch.from_numpy(w))
                (conv.bias if norm is None else norm.bias).copy_(torch.from_numpy(b))
        assert not left, 'the file has other convolutions'
        self.eval()
        handles = []
        for conv, norm in taken:
            if norm is not None:
                norm.weight.data.fill_((1.0 + norm.eps) ** 0.5)             # for now only the bias

                def open_up(_, __, output, norm=norm):
                    mean, var = output.mean((0, 2, 3)), output.var((0, 2, 3))
                    norm.running_mean.copy_(mean)
                    norm.running_var.copy_(var)
                    norm.weight.copy_((var + norm.eps).sqrt())
                    norm.bias.add_(mean)
                handles.append(conv.register_forward_hook(open_up))
        with torch.no_grad():
            self(pixels)
        for handle in handles:
            handle.remove()


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
