"""All that sees, as it is trained together: parser, region sampler, mask decoder."""
from torch import nn

from .mask_decoder import MaskDecoder
from .parser import Parser
from .sampler import Sampler


class Vision(nn.Module):
    """`average`: the sampler is the baseline, mean of a grid."""

    def __init__(self, average=False):
        super().__init__()
        self.parser, self.sampler, self.mask_decoder = Parser(), Sampler(average), MaskDecoder()
