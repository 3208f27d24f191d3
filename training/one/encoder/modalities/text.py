"""Written descriptions as a modality of training: they teach the decoder the words of what it has no senses for yet. Never exported."""
import numpy as np
from torch import nn

from . import WIDTH
from .layers import Positions
from ..vocabulary import VOCABULARY

LENGTH = 40
FRAMES = False


def prepare(text):
    """A text → {ids: int64 [1, 40]}, padded with 0."""
    ids = VOCABULARY.encode(text)[:LENGTH]
    return dict(ids=np.array([ids + [0] * (LENGTH - len(ids))]))


def scale(arrays):
    return arrays


class Tokeniser(nn.Module):
    """ids [n, 40] → [n, 40, WIDTH]."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(len(VOCABULARY), WIDTH)
        self.positions = Positions(LENGTH)

    def forward(self, ids):
        return self.positions(self.words(ids))
