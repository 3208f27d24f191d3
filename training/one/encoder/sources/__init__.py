"""One file per kind of data: `make(rng, held_out)` gives `(arrays per modality, truth)`, and `talk(rng, modality, truth, arrays)` a Talk about it."""
from importlib import import_module

OF = {'image': 'scenes', 'depth': 'scenes', 'normals': 'scenes', 'points': 'scenes', 'video': 'videos', 'audio': 'sounds', 'imu': 'motions', 'text': 'texts'}
COUNTS = {'scenes': 10000, 'videos': 7000, 'sounds': 9000, 'motions': 9000, 'texts': 8000}


def module(kind):
    """The source's module."""
    return import_module(f'{__name__}.{kind}')
