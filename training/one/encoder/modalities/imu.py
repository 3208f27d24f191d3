"""Recordings of inertial sensors: 50 Hz, windows of 6 s; acceleration / 9.81 m/s^2, angular rate / 2 rad/s."""
import numpy as np
from torch import nn

from . import WIDTH
from .layers import Positions

RATE, SECONDS, GRAVITY, TURNING = 50, 6, 9.81, 2.0
FRAMES = False
CONFIG = dict(inputs=dict(motion=['n', 6, RATE * SECONDS]), rate=RATE, seconds=SECONDS, gravity=GRAVITY, turning=TURNING,
              axes='x forward, y left, z up; turning left is positive about z')


def prepare(motion):
    """float [300, 6] in m/s^2 and rad/s → {motion: float16 [1, 6, 300]}."""
    return dict(motion=(motion / np.repeat([GRAVITY, TURNING], 3)).T[None].astype(np.float16))


def scale(arrays):
    return dict(motion=arrays['motion'].astype(np.float32))


class Tokeniser(nn.Module):
    """motion [n, 6, 300] → [n, 50, WIDTH], one token for 0.12 s."""

    def __init__(self):
        super().__init__()
        self.convolutions = nn.Sequential(nn.Conv1d(6, 96, 9, 3, 4), nn.GELU(), nn.Conv1d(96, WIDTH, 4, 2, 1))
        self.positions = Positions(50)

    def forward(self, motion):
        return self.positions(self.convolutions(motion).transpose(1, 2))
