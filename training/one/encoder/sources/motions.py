"""Synthesised recordings of inertial sensors."""
from synth import activity
from synth import motion as synth
from synth.talk import motion as words

from ..modalities import imu


def make(rng, held_out=False):
    acts = activity.sample_activity(rng, held_out)
    return dict(imu=imu.prepare(synth.synthesise(rng, acts))), acts


def talk(rng, modality, acts, language, share):
    return words.talk(rng, acts, language, share)


def simple(acts):
    """A single act."""
    return len(acts) == 1
