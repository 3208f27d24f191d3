"""Makes the data once, so that training need not wait for it: arrays as the networks take them, and what is true of them.

    PYTHONPATH=training python -m one.encoder.pack [--kinds scenes videos sounds motions texts] [--share 1.0]

Per kind and part (`train`, `test`: other seeds; `held`: combinations never trained on) one file in .cache/training/modalities/data (or GROUNDNOTE_CACHE).
Questions are not kept: they are made when they are asked. Deterministic: sample k of a part comes from the seed (part, k).
"""
import argparse
import os
import pickle
import time
from pathlib import Path

import numpy as np

from . import sources

CACHE = Path(os.environ.get('GROUNDNOTE_CACHE', Path(__file__).resolve().parents[3] / '.cache' / 'training')) / 'modalities'
PARTS = {'train': (1, 1.0), 'test': (2, 0.05), 'held': (3, 0.05)}


def make(kind, part, count):
    """arrays {modality: {name: [count, ...]}} and truths."""
    source, arrays, truths = sources.module(kind), {}, []
    for k in range(count):
        made, truth = source.make(np.random.default_rng((PARTS[part][0], k)), part == 'held')
        for modality, values in made.items():
            for name, value in values.items():
                arrays.setdefault(modality, {}).setdefault(name, []).append(value)
        truths.append(truth)
    return {m: {n: np.stack(v) for n, v in values.items()} for m, values in arrays.items()}, truths


def write(kind, part, count):
    folder = CACHE / 'data'
    folder.mkdir(parents=True, exist_ok=True)
    arrays, truths = make(kind, part, count)
    with open(folder / f'{kind}-{part}.pkl', 'wb') as file:
        pickle.dump((arrays, truths), file, protocol=5)


def load(kind, part):
    """What `write` wrote."""
    with open(CACHE / 'data' / f'{kind}-{part}.pkl', 'rb') as file:
        return pickle.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--kinds', nargs='+', default=list(sources.COUNTS), choices=list(sources.COUNTS))
    parser.add_argument('--share', type=float, default=1.0, help='of the samples that there should be')
    options = parser.parse_args()
    for kind in options.kinds:
        for part, (_, share) in PARTS.items():
            count, start = max(8, int(sources.COUNTS[kind] * share * options.share)), time.time()
            write(kind, part, count)
            print(f'{kind} {part}: {count} samples, {count / (time.time() - start):.0f} a second', flush=True)


if __name__ == '__main__':
    main()
