"""Motions without samples: what somebody who carries the sensor does in a window of SECONDS."""
from dataclasses import dataclass

import numpy as np

SECONDS = 6.0
KINDS = ('still', 'walk', 'run', 'jump', 'turn_left', 'turn_right', 'fall', 'shake', 'drive')
RATES = {'walk': (1.6, 2.1), 'run': (2.5, 3.1), 'jump': (.9, 1.3)}     # steps or jumps a second
COUNTED = ('walk', 'jump')
# Pairs (first, then) that training never sees in this order; testing asks for them.
HELD_OUT = frozenset({('walk', 'turn_left'), ('run', 'fall'), ('jump', 'walk'), ('turn_right', 'run'), ('still', 'shake'), ('turn_left', 'jump'), ('shake', 'still')})


@dataclass
class Act:
    """One activity: `count` of steps or jumps (0 for other kinds), times in seconds, `rate` per second."""
    kind: str
    count: int
    start: float
    end: float
    rate: float


def sample_activity(rng, held_out=False):
    """One or two acts; standing still fills what is left."""
    while True:
        kinds = [KINDS[rng.integers(len(KINDS))] for _ in range(2 if held_out or rng.random() < .55 else 1)]
        if len(set(kinds)) == len(kinds) and (tuple(kinds) in HELD_OUT) == held_out and not (kinds[0] == 'drive' and len(kinds) > 1) and 'drive' not in kinds[1:] \
                and not (kinds[0] == 'fall' and len(kinds) > 1):
            break
    if len(kinds) == 1:
        length = SECONDS - .4 if kinds[0] in ('still', 'drive') else rng.uniform(2.4, 5.2)
        start = rng.uniform(.1, SECONDS - length - .1)
        spans = [(start, start + length)]
    else:
        middle = rng.uniform(2.6, 3.4)
        spans = [(rng.uniform(.1, .4), middle - .1), (middle + .1, SECONDS - rng.uniform(.1, .4))]
    acts = []
    for kind, (a, b) in zip(kinds, spans):
        low, high = RATES.get(kind, (1.0, 1.0))
        rate = rng.uniform(low, high)
        count = max(1, int((b - a) * rate)) if kind in RATES else 0
        acts.append(Act(kind, count, a, a + count / rate if kind in RATES else b, rate))
    return acts
