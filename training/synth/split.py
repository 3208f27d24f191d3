"""What is for training and what is for testing: one rule by hash, the same on every machine.

Words, layouts and looks have names; a name belongs to one side for ever. A scene of a side is drawn from that side's names only,
and its seed is salted with the side, so that the two sides never share a scene either.
"""
import hashlib
import random

SPLITS = ('train', 'test')

#: Layouts of diagrams that only tests show (diagrams.py); those of training are all others.
TEST_LAYOUTS = frozenset({'ladder', 'tree', 'ring'})


def side(name, share=0.3):
    """'test' for about `share` of all names, else 'train'. The case and the spaces around a name do not matter."""
    digest = hashlib.blake2b(name.strip().lower().encode(), digest_size=4, key=b'groundnote').digest()
    return 'test' if int.from_bytes(digest, 'big') < share * 2 ** 32 else 'train'


def of(names, split, share=0.3):
    """The names of a sequence that belong to a side, in order."""
    return [name for name in names if side(name, share) == split]


def generator(seed, split='train', salt=''):
    """A random.Random for a seed of a side: equal for equal arguments on every machine and version of Python 3."""
    if split not in SPLITS:
        raise ValueError(f'no split {split!r}: {" or ".join(SPLITS)}')
    return random.Random(f'{split}:{salt}:{seed}')
