"""Synthesised sounds."""
from synth import sounds as synth
from synth import soundscape
from synth.talk import sounds as words

from ..modalities import audio


def make(rng, held_out=False):
    scape = soundscape.sample_soundscape(rng, held_out)
    return dict(audio=audio.prepare(synth.synthesise(rng, scape))), scape


def talk(rng, modality, scape, language, share):
    return words.talk(rng, scape, language, share)


def simple(scape):
    """A single event."""
    return len(scape) == 1
