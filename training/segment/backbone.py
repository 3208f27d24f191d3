"""ShuffleNetV2 1.0x and the light path-aggregation neck of NanoDet-m, in PyTorch.

The layout follows the published NanoDet-m (ShuffleNetV2, Ma et al. 2018; PAN, Liu et al. 2018) with the batch
normalisation already folded into the convolutions, so that the weights of `nanodet_m_416.onnx` can be copied in
one by one. All of it is trained further (train.py).

Coordinates: feature maps are [B, C, H/s, W/s] for a view of H x W pixels, both multiples of 32, and s the stride.
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def act(x):
    """The activation NanoDet-m was trained with."""
    return F.leaky_relu(x, 0.1)


def depthwise(channels, stride=1):
    return nn.Conv2d(channels, channels, 3, stride, 1, groups=channels)


def shuffle(x):
    """Interleaves the two halves of the channels: a0 b0 a1 b1 ..."""
    b, c, h, w = x.shape
    return x.reshape(b, 2, c // 2, h, w).transpose(1, 2).reshape(b, c, h, w)


class ShuffleUnit(nn.Module):
    """One unit of ShuffleNetV2; with stride 2 both branches convolve, else the first half passes through."""

    def __init__(self, c_in, c_out, stride):
        super().__init__()
        half = c_out // 2
        self.stride = stride
        if stride == 2:
            self.left_dw, self.left_pw = depthwise(c_in, 2), nn.Conv2d(c_in, half, 1)
        self.pw1 = nn.Conv2d(c_in if stride == 2 else half, half, 1)
        self.dw = depthwise(half, stride)
        self.pw2 = nn.Conv2d(half, half, 1)

    def forward(self, x):
        if self.stride == 2:
            left, right = act(self.left_pw(self.left_dw(x))), x
        else:
            left, right = x.chunk(2, 1)
        right = act(self.pw2(self.dw(act(self.pw1(right)))))
        return shuffle(torch.cat([left, right], 1))


class ShufflePan(nn.Module):
    """RGB view [B, 3, H, W] -> (stem at stride 2, stem at stride 4, three PAN levels at strides 8, 16 and 32).

    Channels: 24, 24, 96, 96, 96.
    """

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 24, 3, 2, 1)
        stages, c = [], 24
        for c_out, depth in ((116, 4), (232, 8), (464, 4)):
            stages.append(nn.Sequential(ShuffleUnit(c, c_out, 2), *[ShuffleUnit(c_out, c_out, 1) for _ in range(depth - 1)]))
            c = c_out
        self.stages = nn.ModuleList(stages)
        self.laterals = nn.ModuleList(nn.Conv2d(c, 96, 1) for c in (116, 232, 464))

    def forward(self, x):
        s2 = act(self.stem(x))
        s4 = F.max_pool2d(s2, 3, 2, 1)
        taps, y = [], s4
        for stage, lateral in zip(self.stages, self.laterals):
            y = stage(y)
            taps.append(lateral(y))
        up = dict(mode='bilinear', align_corners=False)
        t8, t16, t32 = taps
        t16 = t16 + F.interpolate(t32, scale_factor=2.0, **up)
        p8 = t8 + F.interpolate(t16, scale_factor=2.0, **up)
        p16 = t16 + F.interpolate(p8, scale_factor=0.5, **up)
        p32 = t32 + F.interpolate(p16, scale_factor=0.5, **up)
        return s2, s4, p8, p16, p32

    def convolutions(self):
        """The convolutions in the order in which the ONNX graph runs them."""
        yield self.stem
        for stage in self.stages:
            for unit in stage:
                if unit.stride == 2:
                    yield from (unit.left_dw, unit.left_pw)
                yield from (unit.pw1, unit.dw, unit.pw2)
        yield from self.laterals

    def load_nanodet(self, path):
        """Copies the weights of NanoDet-m's ONNX file; its BGR input order becomes RGB."""
        import onnx
        from onnx import numpy_helper
        graph = onnx.load(path).graph
        weights = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
        nodes = [n for n in graph.node if n.op_type == 'Conv']
        with torch.no_grad():
            for i, (conv, node) in enumerate(zip(self.convolutions(), nodes)):
                w, b = (np.array(weights[name]) for name in node.input[1:3])
                if i == 0:
                    w = np.ascontiguousarray(w[:, ::-1])
                conv.weight.copy_(torch.from_numpy(w))
                conv.bias.copy_(torch.from_numpy(b))
