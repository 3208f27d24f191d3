"""Depth maps: distances, 0 (or not finite) where there is none; squashed to 64 x 64 by the nearest pixel; the distances between the 2nd and
the 98th percentile become -1 to 1 (clipped), nearest first; channel 1 is 1 where there is a distance. Where the mean of the lower quarter is greater than
that of the upper one, the file holds no distances but their reciprocals, and the sign is turned: what is low in a picture is near, mostly."""
import cv2
import numpy as np
from torch import nn

from .layers import PatchStem, Slopes

SIZE = 64
FRAMES = False
CONFIG = dict(inputs=dict(depth=['n', 2, SIZE, SIZE]), size=SIZE, resize='nearest, squashed', percentiles=[2, 98], range=[-1, 1], missing=1)


def prepare(depth):
    """float [h, w] → {depth: float16 [1, 2, 64, 64]}."""
    if depth.shape != (SIZE, SIZE):
        depth = cv2.resize(depth.astype(np.float32), (SIZE, SIZE), interpolation=cv2.INTER_NEAREST)
    valid = np.isfinite(depth) & (depth > 0)
    near, far = np.percentile(depth[valid], [2, 98]) if valid.any() else (0.0, 1.0)
    scaled = np.clip((depth - near) / max(far - near, 1e-6) * 2 - 1, -1, 1)
    quarter = SIZE // 4
    top, bottom = (depth[rows][valid[rows]] for rows in (slice(quarter), slice(-quarter, None)))
    if len(top) and len(bottom) and bottom.mean() > top.mean():
        scaled = -scaled
    return dict(depth=np.stack([np.where(valid, scaled, 1), valid])[None].astype(np.float16))


def scale(arrays):
    return dict(depth=arrays['depth'].astype(np.float32))


class Tokeniser(nn.Module):
    """depth [n, 2, 64, 64] → [n, 64, WIDTH]."""

    def __init__(self):
        super().__init__()
        self.slopes, self.stem = Slopes(), PatchStem(4)

    def forward(self, depth):
        return self.stem(self.slopes(depth))
