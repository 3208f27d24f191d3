"""Pictures: squashed to 64 x 64, RGB, (v / 255 - 0.5) / 0.25."""
import cv2
import numpy as np
from torch import nn

from .layers import PatchStem

SIZE = 64
FRAMES = False
CONFIG = dict(inputs=dict(pixels=['frames', 3, SIZE, SIZE]), size=SIZE, resize='area, squashed', mean=.5, std=.25)


def prepare(image):
    """uint8 [h, w, 3] → {pixels: uint8 [1, 3, 64, 64]}; `scale` makes floats of it."""
    if image.shape[:2] != (SIZE, SIZE):
        image = cv2.resize(image, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return dict(pixels=np.ascontiguousarray(image.transpose(2, 0, 1)[None]))


def scale(arrays):
    """What lies on disk → what the network takes."""
    return dict(pixels=(arrays['pixels'].astype(np.float32) / 255 - .5) / .25)


class Tokeniser(nn.Module):
    """pixels [n, 3, 64, 64] → [n, 64, WIDTH]."""

    def __init__(self):
        super().__init__()
        self.stem = PatchStem(3)

    def forward(self, pixels):
        return self.stem(pixels)
