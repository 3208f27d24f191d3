"""Sounds without samples: which events follow each other in a window of SECONDS."""
from dataclasses import dataclass

import numpy as np

SECONDS = 4.0
KINDS = ('low_tone', 'high_tone', 'rise', 'fall', 'clicks', 'beeps', 'noise', 'rumble', 'chord', 'siren', 'bell', 'voice', 'slow_drum', 'fast_drum')
COUNTED = {'clicks': 5, 'beeps': 4}                  # kinds with a number, and the greatest
# Pairs (first, then) that training never hears in this order; testing asks for them.
HELD_OUT = frozenset({('clicks', 'rise'), ('bell', 'voice'), ('noise', 'beeps'), ('fall', 'chord'), ('siren', 'clicks'), ('high_tone', 'slow_drum'),
                      ('rumble', 'bell'), ('voice', 'fall'), ('beeps', 'low_tone'), ('fast_drum', 'noise')})


@dataclass
class Event:
    """One sound: `count` for COUNTED kinds (else 0), times in seconds."""
    kind: str
    count: int
    start: float
    end: float


def sample_soundscape(rng, held_out=False):
    """One or two events after each other (none: silence); with `held_out` a pair of HELD_OUT, else never one."""
    if not held_out and rng.random() < .03:
        return []
    while True:
        kinds = [KINDS[rng.integers(len(KINDS))] for _ in range(2 if held_out or rng.random() < .55 else 1)]
        if len(set(kinds)) == len(kinds) and (tuple(kinds) in HELD_OUT) == held_out:
            break
    if len(kinds) == 1:
        length = rng.uniform(1.2, 3.6)
        start = rng.uniform(.05, SECONDS - length - .05)
        spans = [(start, start + length)]
    else:
        middle = rng.uniform(1.6, 2.4)
        gap = rng.uniform(.08, .25)
        spans = [(rng.uniform(.05, .3), middle - gap), (middle + gap, SECONDS - rng.uniform(.05, .3))]
    return [Event(k, int(rng.integers(1, COUNTED[k] + 1)) if k in COUNTED else 0, a, b) for k, (a, b) in zip(kinds, spans)]
