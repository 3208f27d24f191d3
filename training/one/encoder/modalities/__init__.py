"""One file per modality: `prepare` (raw data → the arrays that the network takes) and `Tokeniser` (arrays → tokens [n, length, WIDTH]).

Adding a modality is a file here, a file in `sources/`, and its name in NAMES. The order of NAMES is the index that the exported encoder takes.
"""
from importlib import import_module

WIDTH = 192
NAMES = ('image', 'video', 'depth', 'normals', 'points', 'audio', 'imu')
TEXT = 'text'                         # written descriptions: only in training, so that the decoder knows words of modalities to come


def module(name):
    """The modality's module."""
    return import_module(f'{__name__}.{name}')
