"""Scenes of simple things in three dimensions, without pixels: what stands where, and what moves.

World frame: x to the right, y up, z towards the viewer; the ground is y = 0; lengths in units of about a large thing's radius. A scene is
one to three **items** from left to right, apart from each other; an item is one thing or a pair (`on`, `behind`, `touching`).
"""
from dataclasses import dataclass, field

import numpy as np

SHAPES = ('cube', 'ball', 'cylinder', 'cone', 'ring', 'pyramid')
COLOURS = {'red': (205, 40, 40), 'yellow': (235, 200, 40), 'green': (45, 150, 60), 'cyan': (60, 200, 210), 'blue': (45, 75, 205),
           'purple': (135, 60, 170), 'white': (235, 235, 235), 'black': (40, 40, 42)}
FLAT = ('cube', 'cylinder')                       # shapes that something can stand on
RADIUS = {'large': 0.82, 'small': 0.47}
HEIGHT = {'cube': 1.5, 'ball': 2.0, 'cylinder': 1.6, 'cone': 2.0, 'ring': 0.7, 'pyramid': 1.7}     # of the radius
MOTIONS = ('left', 'right', 'closer', 'away', 'up', 'still')
# Pairs of colour and shape that training never sees together; testing asks for them.
HELD_OUT = frozenset({('red', 'cone'), ('yellow', 'ring'), ('green', 'ball'), ('cyan', 'cube'), ('blue', 'pyramid'), ('purple', 'cylinder'),
                      ('white', 'cone'), ('black', 'ball')})


@dataclass
class Thing:
    """One thing. `at`: the middle of its base, [x, y, z]; `yaw` in radians about y; `radius` as in RADIUS with some jitter."""
    shape: str
    colour: str
    size: str
    shiny: bool
    at: np.ndarray
    radius: float
    yaw: float

    @property
    def height(self):
        return HEIGHT[self.shape] * self.radius

    @property
    def middle(self):
        return self.at + np.array([0.0, self.height / 2, 0.0])


@dataclass
class Scene:
    """`items`: lists of one or two things from left to right; `relations`: for each item None, 'on', 'behind' or 'touching' (first to second).
    `motion`: (index of the thing or -1 for the camera, word of MOTIONS), or None for a still."""
    items: list
    relations: list
    eye: np.ndarray
    target: np.ndarray
    light: np.ndarray
    ground: tuple
    motion: tuple | None = None
    things: list = field(init=False)

    def __post_init__(self):
        self.things = [thing for item in self.items for thing in item]


def sample_thing(rng, held_out=False, shape=None, size=None, taken=()):
    """A thing at the origin. With `held_out` its colour and shape are a pair of HELD_OUT, else never one. No pair in `taken` comes again."""
    while True:
        s = shape or SHAPES[rng.integers(len(SHAPES))]
        colour = list(COLOURS)[rng.integers(len(COLOURS))]
        if ((colour, s) in HELD_OUT) == held_out and (colour, s) not in taken:
            break
        if held_out and shape:
            return sample_thing(rng, False, shape, size, taken)
    size = size or ('large', 'small')[rng.integers(2)]
    return Thing(s, colour, size, bool(rng.random() < 0.5), np.zeros(3), RADIUS[size] * rng.uniform(0.93, 1.07), rng.uniform(0, 2 * np.pi))


def sample_scene(rng, held_out=False, moving=False):
    """A scene; with `held_out` at least one thing has a held-out pair; with `moving` one thing, or the camera, moves."""
    count = int(rng.integers(1, 3)) if moving else int(rng.choice([1, 2, 3], p=[.3, .45, .25]))
    special = int(rng.integers(count)) if held_out else -1
    items, relations, taken = [], [], set()
    for i in range(count):
        relation = None if moving or rng.random() < 0.5 else ('on', 'behind', 'touching')[rng.integers(3)]
        if relation == 'on':
            lower = sample_thing(rng, False, FLAT[rng.integers(2)], 'large', taken)
            taken.add((lower.colour, lower.shape))
            item = [sample_thing(rng, i == special, None, 'small', taken), lower]
        else:
            item = [sample_thing(rng, i == special, taken=taken)]
            taken.add((item[0].colour, item[0].shape))
            if relation:
                item.append(sample_thing(rng, False, None, 'small' if relation == 'behind' else None, taken))
        taken.update((t.colour, t.shape) for t in item)
        arrange(rng, item, relation)
        items.append(item)
        relations.append(relation)
    half = place(rng, items)
    angle = rng.uniform(0, 2 * np.pi)
    away = np.clip((half + (1.3 if moving else .35)) * 3.1 + 1.2, 6.4, 9.5) * rng.uniform(1, 1.06)
    scene = Scene(items, relations, np.array([rng.uniform(-.5, .5), away * rng.uniform(.36, .5), away]),
                  np.array([0.0, 0.7, 0.0]), np.array([np.cos(angle), rng.uniform(1.2, 2.4), abs(np.sin(angle)) + .4]),
                  tuple(int(v) for v in rng.integers(110, 215) + rng.integers(-14, 15, 3)))
    if moving:
        who = -1 if rng.random() < 0.2 else int(rng.integers(len(scene.things)))
        word = ('left', 'right')[rng.integers(2)] if who < 0 else MOTIONS[rng.integers(len(MOTIONS))]
        scene.motion = (who, word)
    return scene


def arrange(rng, item, relation):
    """Sets the places of an item's things about x = 0."""
    if relation == 'on':
        item[0].at[1] = item[1].height
    elif relation == 'behind':
        item[0].at[:] = [rng.choice([-1, 1]) * rng.uniform(.25, .5), 0, -(item[0].radius + item[1].radius + rng.uniform(.2, .6))]
    elif relation == 'touching':
        half = (item[0].radius + item[1].radius) * 0.96 / 2
        item[0].at[0], item[1].at[0] = -half, half


def place(rng, items):
    """Puts the items from left to right with gaps that leave no doubt about their order; gives half the row's width."""
    spans = [(min(t.at[0] - t.radius for t in item), max(t.at[0] + t.radius for t in item)) for item in items]
    width = sum(b - a for a, b in spans)
    gaps = rng.uniform(.35, .8, len(items) - 1)
    half = (width + gaps.sum()) / 2
    x = -half + rng.uniform(-.2, .2)
    for i, (item, (a, b)) in enumerate(zip(items, spans)):
        shift = np.array([x - a, 0.0, rng.uniform(-.9, 1.1)])
        for thing in item:
            thing.at = thing.at + shift
        x += b - a + (gaps[i] if i < len(gaps) else 0)
    return half


def at_time(scene, t):
    """The scene at time t from 0 to 1: a copy with its moving thing, or the camera, moved."""
    if scene.motion is None:
        return scene
    who, word = scene.motion
    way = {'left': (-1, 0, 0), 'right': (1, 0, 0), 'closer': (0, 0, 1), 'away': (0, 0, -1), 'up': (0, 1, 0), 'still': (0, 0, 0)}[word]
    step = np.array(way) * (t - .5 * (word != 'up')) * 2.2
    things = [Thing(**{**thing.__dict__, 'at': thing.at + step * (i == who)}) for i, thing in enumerate(scene.things)]
    camera = step if who < 0 else 0.0
    return Scene([[thing] for thing in things], [None] * len(things), scene.eye + camera, scene.target + camera, scene.light, scene.ground, scene.motion)
