"""Scenes in which a thing or the camera moves."""
from synth import scene3d, shapes3d
from synth.talk import shapes

from ..modalities import video


def make(rng, held_out=False):
    scene = scene3d.sample_scene(rng, held_out, moving=True)
    return dict(video=video.prepare(shapes3d.render_video(rng, scene))), scene


def talk(rng, modality, scene, language, share):
    return shapes.talk(rng, scene, language, True, share)


def simple(scene):
    """A single thing."""
    return len(scene.things) == 1
