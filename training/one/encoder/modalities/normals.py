"""Normal maps: unit vectors in the camera's frame (x right, y up, z to the viewer), 0 where there is none; squashed to 64 x 64 by the nearest pixel."""
import cv2
import numpy as np
from torch import nn

from .layers import PatchStem

SIZE = 64
FRAMES = False
CONFIG = dict(inputs=dict(normals=['n', 3, SIZE, SIZE]), size=SIZE, resize='nearest, squashed', axes='x right, y up, z to the viewer')


def prepare(normals):
    """float [h, w, 3] → {normals: int8 [1, 3, 64, 64]}, 127 for 1."""
    if normals.shape[:2] != (SIZE, SIZE):
        normals = cv2.resize(normals.astype(np.float32), (SIZE, SIZE), interpolation=cv2.INTER_NEAREST)
    return dict(normals=np.rint(normals * 127).astype(np.int8).transpose(2, 0, 1)[None])


def scale(arrays):
    return dict(normals=arrays['normals'].astype(np.float32) / 127)


class Tokeniser(nn.Module):
    """normals [n, 3, 64, 64] → [n, 64, WIDTH]."""

    def __init__(self):
        super().__init__()
        self.stem = PatchStem(3)

    def forward(self, normals):
        return self.stem(normals)
