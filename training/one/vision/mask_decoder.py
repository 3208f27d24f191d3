"""The mask decoder F_dec(h_seg, f): the mask of one `<SEG>`, its filters written by h_seg.

LISA (Lai et al. 2024) sends h_seg = gamma(last hidden state) into the decoder of Segment Anything; here h_seg writes the
parameters of three small convolutions, as in conditional convolutions (CondInst, Tian et al. 2020), that run over the
parser's features and over coordinates relative to the region's box. For a region that is given rather than said, h_seg is
gamma of its own embedding (sampler.py), so a language model's gamma learns towards the same space.
"""
import torch
from torch import nn
from torch.nn import functional as F

from .layers import ConvNorm
from .parser import FEATURES
from .sampler import WIDTH

BASE, HIDDEN, PLACES = 12, 8, 3             # channels of the shared maps, of the written layers, of relative coordinates
LAYERS = ((BASE + PLACES, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, 1))
MASK_STRIDE = 2


class MaskDecoder(nn.Module):
    """features [1, 64, h, w], h_seg [R, 64], boxes [R, 4] of the view -> mask logits [R, 2h, 2w]."""

    def __init__(self):
        super().__init__()
        self.base = nn.Sequential(ConvNorm(FEATURES, FEATURES), nn.Conv2d(FEATURES, 4 * BASE, 1), nn.PixelShuffle(2))
        total = sum((a + 1) * b for a, b in LAYERS)
        self.write = nn.Sequential(nn.Linear(WIDTH + 4, 128), nn.ReLU(inplace=True), nn.Linear(128, total))

    def places(self, boxes, h, w):
        """Relative coordinates [R, 3, h, w] at stride 2: x and y in half boxes from the centre, and how deep inside the box, in 8 pixels."""
        x = (torch.arange(w, device=boxes.device, dtype=boxes.dtype) + 0.5) * MASK_STRIDE
        y = (torch.arange(h, device=boxes.device, dtype=boxes.dtype) + 0.5) * MASK_STRIDE
        left, top, right, bottom = (v.unsqueeze(1) for v in boxes.unbind(1))
        dx = (2.0 * x - left - right) / (right - left).clamp(min=4.0)
        dy = (2.0 * y - top - bottom) / (bottom - top).clamp(min=4.0)
        deep = torch.minimum(torch.minimum(x - left, right - x).unsqueeze(1), torch.minimum(y - top, bottom - y).unsqueeze(2)) / 8.0
        ones = torch.ones_like(deep)
        return torch.stack([dx.clamp(-2.0, 2.0).unsqueeze(1) * ones, dy.clamp(-2.0, 2.0).unsqueeze(2) * ones, deep.clamp(-2.0, 2.0)], 1)

    def forward(self, features, h_seg, boxes):
        base = self.base(features).float()
        r, (h, w) = h_seg.shape[0], base.shape[2:]
        sides = torch.log1p((boxes[:, 2:] - boxes[:, :2]).clamp(min=0.0)) / 4.0
        middle = (boxes[:, 2:] + boxes[:, :2]) / 1024.0
        parameters = self.write(torch.cat([h_seg, sides, middle], 1))
        x = torch.cat([base.expand(r, -1, -1, -1), self.places(boxes, h, w)], 1).flatten(2)
        start = 0
        for i, (a, b) in enumerate(LAYERS):
            weight = parameters[:, start:start + a * b].reshape(r, b, a)
            bias = parameters[:, start + a * b:start + (a + 1) * b].unsqueeze(2)
            start += (a + 1) * b
            x = torch.matmul(weight, x) + bias
            if i + 1 < len(LAYERS):
                x = F.relu(x)
        return x.reshape(r, h, w)
