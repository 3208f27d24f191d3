"""What is true of a drawn picture, to the pixel: boxes, masks, the ends of arrows, the lines of text. Masks are drawn when asked for."""
from dataclasses import dataclass, field

import numpy as np

from one.parse import Parse


@dataclass
class TextLine:
    """A line of text: its box in pixels, what it says, the role of the region that it belongs to (`block`, `tick`, `cell`, ...),
    and the index of that region in the parse."""
    box: list
    text: str
    role: str
    region: int
    angle: int = 0


@dataclass
class Truth:
    """`parse`: regions in reading order; `paths[i]`: of an arrow or curve i, its points from tail to head, [N, 2] float32, else None;
    `lines`: the lines of text; `both`: indices of arrows with heads at both ends. All in pixels of the picture."""
    parse: Parse
    parts: list
    paths: list
    lines: list
    both: set
    painter: object = field(repr=False, default=None)
    matrix: np.ndarray | None = None

    @property
    def size(self):
        """(height, width)"""
        return self.parse.height, self.parse.width

    def mask(self, i, full=True):
        """The pixels of region i: uint8 0 or 255, [height, width]; with `full` False only those in its box: ([h, w], x, y).

        Arrows, curves, markers and icons are their ink; blocks, bars, groups and other frames their shape with the border; lines
        of text the boxes of their lines; axes, legends and entries their boxes.
        """
        crop, x, y = self.painter.mask(self.parts[i], self.parse.regions[i].box, self.matrix)
        if not full:
            return crop, x, y
        out = np.zeros(self.size, np.uint8)
        out[y:y + crop.shape[0], x:x + crop.shape[1]] = crop
        return out

    def ends(self, i):
        """Of arrow i: ((x, y) of its tail, (x, y) of its head)."""
        path = self.paths[i]
        return tuple(map(float, path[0])), tuple(map(float, path[-1]))


def moved(points, matrix):
    """Points [N, 2] under a 2 x 3 matrix (None: none)."""
    points = np.asarray(points, np.float32).reshape(-1, 2)
    return points if matrix is None else points @ matrix[:, :2].T.astype(np.float32) + matrix[:, 2].astype(np.float32)


def moved_box(box, matrix, width, height):
    """The upright box of a box under a matrix, within the picture, whole pixels."""
    x1, y1, x2, y2 = box
    p = moved([(x1, y1), (x2, y1), (x1, y2), (x2, y2)], matrix)
    low, high = np.floor(p.min(0) + 1e-3), np.ceil(p.max(0) - 1e-3)
    x1, y1 = min(max(0, int(low[0])), width - 1), min(max(0, int(low[1])), height - 1)
    return [x1, y1, max(x1 + 1, min(width, int(high[0]))), max(y1 + 1, min(height, int(high[1])))]
