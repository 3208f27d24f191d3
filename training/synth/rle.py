"""Masks as COCO's compressed run-length encoding, as src/protocol/rle.ts reads it."""
import numpy as np


def runs_of(mask):
    """Runs of zeros and ones down the columns, zeros first. @param mask [H, W], non-zero is the object"""
    flat = np.concatenate([[0], (np.asarray(mask) > 0).T.reshape(-1).astype(np.int8), [2]])
    ends = np.flatnonzero(np.diff(flat))
    return np.diff(np.concatenate([[0], ends])).tolist()


def rle(mask):
    """COCO's compressed run-length encoding of a mask [H, W]."""
    out, runs = [], runs_of(mask)
    for i, run in enumerate(runs):
        value = run - runs[i - 2] if i > 2 else run
        more = True
        while more:
            bits = value & 31
            value >>= 5
            more = value != (-1 if bits & 16 else 0)
            out.append(chr(48 + bits + (32 if more else 0)))
    return {'size': [int(n) for n in np.shape(mask)], 'counts': ''.join(out)}
