"""Training pictures: a scene, drawn and damaged, from one number.

    picture, truth = figure(seed)             # uint8 [H, W, 3] RGB, Truth (truth.py); equal for equal seeds
"""
from . import fonts
from . import split as sides
from .degrade import degrade
from .render_a import render
from .scene import scene


def figure(seed, kind=None, clean=False):
    """One training picture with its truth, in 10 to 20 ms. @param kind a key of scene.KINDS, or None for any; @param clean not damaged"""
    picture, truth = render(scene(seed, 'train', kind, english=not fonts.available('train')[1]))
    return (picture, truth) if clean else degrade(picture, truth, sides.generator(seed, 'train', 'degrade'))
