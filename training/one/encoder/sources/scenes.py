"""Still scenes, seen as picture, depth map, normal map and point cloud."""
from synth import scene3d, shapes3d
from synth.talk import shapes

from ..modalities import depth, image, normals, points


def make(rng, held_out=False):
    scene = scene3d.sample_scene(rng, held_out)
    seen = shapes3d.render(rng, scene)
    xyz, colours = shapes3d.cloud(rng, seen)
    scene.coloured = bool(rng.random() < .6)               # whether the cloud has colours
    arrays = dict(image=image.prepare(seen['image']), depth=depth.prepare(seen['depth']), normals=normals.prepare(seen['normals']),
                  points=points.prepare(xyz, colours if scene.coloured else None))
    return arrays, scene


def talk(rng, modality, scene, language, share):
    return shapes.talk(rng, scene, language, modality == 'image' or (modality == 'points' and scene.coloured), share, modality == 'image')


def simple(scene):
    """A single thing."""
    return len(scene.things) == 1
