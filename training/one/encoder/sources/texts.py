"""Written descriptions of motions and sounds: questions are answered from the words alone."""
from synth import activity, soundscape
from synth.talk import motion, sounds

from ..modalities import text


def make(rng, held_out=False):
    moving = rng.random() < .75
    truth = (activity.sample_activity if moving else soundscape.sample_soundscape)(rng, held_out)
    language = ('en', 'zh')[rng.integers(2)]
    written = (motion if moving else sounds).caption(rng, truth, language).answer
    return dict(text=text.prepare(written)), (moving, truth)


def talk(rng, modality, truth, language, share):
    return (motion if truth[0] else sounds).talk(rng, truth[1], language, share)


def simple(truth):
    """A single event."""
    return len(truth[1]) == 1
