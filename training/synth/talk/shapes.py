"""Captions, questions and answers about scenes of things (`synth/scene3d.py`), for images, depth maps, normal maps, points and videos.

Colours and shine are only spoken of where the modality shows them. Answers are canonical (one way to say a fact), questions vary.
"""
import numpy as np

from synth.scene3d import COLOURS, SHAPES, sample_scene
from synth.talk.text import LANGUAGES, Talk, listing, number, pick

SHAPE_ZH = dict(zip(SHAPES, ('方块', '球', '圆柱', '圆锥', '圆环', '棱锥')))
COLOUR_ZH = dict(zip(COLOURS, ('红', '黄', '绿', '青', '蓝', '紫', '白', '黑')))
SIZE_ZH = {'large': '大', 'small': '小'}
PLURAL = {'cube': 'cubes', 'ball': 'balls', 'cylinder': 'cylinders', 'cone': 'cones', 'ring': 'rings', 'pyramid': 'pyramids'}
RELATION = {'on': 'on', 'behind': 'behind', 'touching': 'touching'}
SYNONYM = {'cube': ('cube', 'box'), 'ball': ('ball', 'sphere'), 'cylinder': ('cylinder',), 'cone': ('cone',), 'ring': ('ring', 'torus'),
           'pyramid': ('pyramid',)}
MOVES = {'left': 'moves left', 'right': 'moves right', 'closer': 'comes closer', 'away': 'moves away', 'up': 'rises', 'still': 'stands still'}
MOVES_ZH = {'left': '向左移动', 'right': '向右移动', 'closer': '靠近', 'away': '远离', 'up': '上升', 'still': '不动'}
WAYS = {'en': {'left': 'to the left', 'right': 'to the right', 'closer': 'towards the viewer', 'away': 'away', 'up': 'up', 'still': 'it stands still'},
        'zh': {'left': '向左', 'right': '向右', 'closer': '靠近', 'away': '远离', 'up': '向上', 'still': '不动'}}
DESCRIBE = {'en': ('Describe this.', 'What is there?', 'What do you see?', 'Describe the scene.', 'What is this?', 'Give a caption.', 'Say what is shown here.'),
            'zh': ('描述一下。', '这里有什么？', '你看到了什么？', '描述这个场景。', '这是什么？', '写一句说明。')}


def noun(thing, language, colour, article=True):
    """`a large red cube`, 一个红色的大方块."""
    if language == 'zh':
        return ('一个' if article else '') + (f'{COLOUR_ZH[thing.colour]}色的' if colour else '') + SIZE_ZH[thing.size] + SHAPE_ZH[thing.shape]
    return ('a ' if article else 'the ') + thing.size + (f' {thing.colour}' if colour else '') + f' {thing.shape}'


def slots(things, colour):
    """Facts of an answer that names things: one per property and thing, in order."""
    out = [('count', len(things))]
    for i, thing in enumerate(things):
        out += [(i, 'shape', thing.shape), (i, 'size', thing.size)] + ([(i, 'colour', thing.colour)] if colour else [])
    return out


def item_text(item, relation, language, colour):
    """One item: `a small ball on a large cube`; 一个大方块上有一个小球 in Chinese keeps the order of things."""
    first = noun(item[0], language, colour)
    if not relation:
        return first
    second = noun(item[1], language, colour)
    if language == 'zh':
        return {'on': f'{first}在{second}上面', 'behind': f'{first}在{second}后面', 'touching': f'{first}挨着{second}'}[relation]
    return f'{first} {RELATION[relation]} {second}'


def caption(rng, scene, language, colour):
    """The whole scene, items from left to right."""
    text = listing([item_text(i, r, language, colour) for i, r in zip(scene.items, scene.relations)], language)
    if scene.motion:
        text = motion_caption(scene, language, colour)
    facts = slots(scene.things, colour) + [('relation', i, r) for i, r in enumerate(scene.relations) if r] + ([('motion', *scene.motion)] if scene.motion else [])
    return Talk(pick(rng, DESCRIBE[language]), text + ('。' if language == 'zh' else '.'), 'caption', language, facts)


def motion_caption(scene, language, colour):
    """`a large red cube moves left and a small blue ball stands still`."""
    who, word = scene.motion
    table = MOVES_ZH if language == 'zh' else MOVES
    if who < 0:
        named = listing([noun(t, language, colour) for t in scene.things], language)
        return f'镜头{table[word]}，{named}' if language == 'zh' else f'the camera {table[word]}, {named}'
    join = '' if language == 'zh' else ' '
    return listing([noun(t, language, colour) + join + table[word if i == who else 'still'] for i, t in enumerate(scene.things)], language)


def ask_count(rng, scene, language, colour):
    n = len(scene.things)
    by = rng.integers(3 if colour else 2)
    if by == 0:
        q = {'en': ('How many things are there?', 'How many objects do you see?', 'Count the objects.'), 'zh': ('有几个物体？', '一共有多少个东西？', '数一数物体。')}
        return Talk(pick(rng, q[language]), answer_number(n, language), 'count', language, [n])
    if by == 1:
        shape = pick(rng, [t.shape for t in scene.things]) if rng.random() < .6 else pick(rng, SHAPES)
        n = sum(t.shape == shape for t in scene.things)
        q = {'en': (f'How many {PLURAL[shape]} are there?', f'Count the {PLURAL[shape]}.'), 'zh': (f'有几个{SHAPE_ZH[shape]}？', f'一共有多少个{SHAPE_ZH[shape]}？')}
        return Talk(pick(rng, q[language]), answer_number(n, language), 'count', language, [n])
    hue = pick(rng, [t.colour for t in scene.things]) if rng.random() < .6 else pick(rng, list(COLOURS))
    n = sum(t.colour == hue for t in scene.things)
    q = {'en': (f'How many {hue} things are there?', f'How many objects are {hue}?'), 'zh': (f'有几个{COLOUR_ZH[hue]}色的物体？', f'{COLOUR_ZH[hue]}色的东西有多少个？')}
    return Talk(pick(rng, q[language]), answer_number(n, language), 'count', language, [n])


def answer_number(n, language):
    if language == 'zh':
        return number(n, language) + ('个' if n else '')
    return number(n, language) if n else 'none'


def ask_colour(rng, scene, language, colour):
    """The colour of the only thing of a shape, or a refusal where there is none."""
    if not colour:
        return None
    shape = absent_shape(rng, scene) if rng.random() < .2 else pick(rng, [t.shape for t in scene.things])
    found = [t for t in scene.things if t.shape == shape]
    if len(found) > 1 or shape is None:
        return None
    s, z = pick(rng, SYNONYM[shape]), SHAPE_ZH[shape]
    q = {'en': (f'What colour is the {s}?', f'Which colour does the {s} have?', f'The colour of the {s}?'), 'zh': (f'{z}是什么颜色？', f'{z}的颜色是什么？')}
    if not found:
        return Talk(pick(rng, q[language]), no_such(shape, language), 'refuse', language, [('absent', shape)])
    hue = found[0].colour
    return Talk(pick(rng, q[language]), hue if language == 'en' else COLOUR_ZH[hue] + '色', 'colour', language, [hue])


def no_such(shape, language):
    return f'there is no {shape}.' if language == 'en' else f'没有{SHAPE_ZH[shape]}。'


def absent_shape(rng, scene):
    left = [s for s in SHAPES if all(t.shape != s for t in scene.things)]
    return pick(rng, left) if left else None


def ask_shape(rng, scene, language, colour):
    """The shape of the only thing of a colour, or of a size where there is no colour."""
    key = 'colour' if colour else 'size'
    value = getattr(pick(rng, scene.things), key)
    found = [t for t in scene.things if getattr(t, key) == value]
    if len(found) > 1:
        return None
    z = COLOUR_ZH[value] + '色' if colour else SIZE_ZH[value]
    q = {'en': (f'What shape is the {value} thing?', f'What is the {value} object?'), 'zh': (f'{z}的物体是什么形状？', f'{z}的东西是什么？')}
    return Talk(pick(rng, q[language]), f'a {found[0].shape}' if language == 'en' else SHAPE_ZH[found[0].shape], 'shape', language, [found[0].shape])


def ask_size(rng, scene, language, colour):
    shape = absent_shape(rng, scene) if rng.random() < .2 else pick(rng, [t.shape for t in scene.things])
    found = [t for t in scene.things if t.shape == shape]
    if shape is None or len(found) > 1:
        return None
    s, z = pick(rng, SYNONYM[shape]), SHAPE_ZH[shape]
    q = {'en': (f'Is the {s} large or small?', f'How big is the {s}?'), 'zh': (f'{z}是大是小？', f'{z}有多大？')}
    if not found:
        return Talk(pick(rng, q[language]), no_such(shape, language), 'refuse', language, [('absent', shape)])
    return Talk(pick(rng, q[language]), found[0].size if language == 'en' else SIZE_ZH[found[0].size], 'size', language, [found[0].size])


def ask_exists(rng, scene, language, colour):
    present = rng.random() < .5
    shape = pick(rng, [t.shape for t in scene.things]) if present else absent_shape(rng, scene)
    if shape is None:
        return None
    hue, z, s = None, SHAPE_ZH[shape], pick(rng, SYNONYM[shape])
    if colour and rng.random() < .5:
        hue = pick(rng, [t.colour for t in scene.things if t.shape == shape] or list(COLOURS)) if rng.random() < .6 else pick(rng, list(COLOURS))
        s, z = f'{hue} {s}', f'{COLOUR_ZH[hue]}色的{z}'
    yes = any(t.shape == shape and hue in (None, t.colour) for t in scene.things)
    q = {'en': (f'Is there a {s}?', f'Do you see a {s}?', f'Is a {s} in the scene?'), 'zh': (f'有{z}吗？', f'这里有没有{z}？')}
    return Talk(pick(rng, q[language]), ('yes' if yes else 'no') if language == 'en' else ('有' if yes else '没有'), 'exists', language, [yes])


def ask_nearest(rng, scene, language, colour):
    """The nearest or farthest thing, where the order is clear."""
    if len(scene.things) < 2 or scene.motion:
        return None
    far = bool(rng.integers(2))
    order = sorted(scene.things, key=lambda t: np.linalg.norm(scene.eye - t.middle), reverse=far)
    d = [np.linalg.norm(scene.eye - t.middle) for t in order]
    if abs(d[1] - d[0]) < .35:
        return None
    w, z = ('farthest', '最远') if far else ('nearest', '最近')
    q = {'en': (f'Which object is {w}?', f'What is {w}?', f'Which thing is the {w}?'), 'zh': (f'哪个物体{z}？', f'{z}的是什么？')}
    return Talk(pick(rng, q[language]), noun(order[0], language, colour, False), 'nearest', language, slots(order[:1], colour)[1:])


def ask_side(rng, scene, language, colour):
    """The thing at one end of the row."""
    if len(scene.items) < 2 or scene.motion:
        return None
    left = bool(rng.integers(2))
    end = scene.items[0 if left else -1]
    if len(end) > 1:
        return None
    w, z = ('left', '左') if left else ('right', '右')
    q = {'en': (f'What is on the {w}?', f'Which object is {w}most?', f'What stands on the far {w}?'), 'zh': (f'最{z}边是什么？', f'{z}边的物体是什么？')}
    return Talk(pick(rng, q[language]), noun(end[0], language, colour, False), 'side', language, slots(end, colour)[1:])


def ask_related(rng, scene, language, colour):
    """What is on, behind or touching a thing; nothing where nothing is."""
    pairs = [(item, r) for item, r in zip(scene.items, scene.relations) if r]
    if not pairs:
        return None
    item, relation = pairs[int(rng.integers(len(pairs)))]
    if sum(t.shape == item[1].shape for t in scene.things) > 1:
        return None
    s, z = pick(rng, SYNONYM[item[1].shape]), SHAPE_ZH[item[1].shape]
    q = {'on': {'en': (f'What is on the {s}?', f'What stands on top of the {s}?'), 'zh': (f'{z}上面是什么？', f'什么在{z}上面？')},
         'behind': {'en': (f'What is behind the {s}?', f'What is hidden behind the {s}?'), 'zh': (f'{z}后面是什么？', f'什么在{z}后面？')},
         'touching': {'en': (f'What touches the {s}?', f'What is touching the {s}?'), 'zh': (f'什么挨着{z}？', f'{z}挨着什么？')}}[relation][language]
    return Talk(pick(rng, q), noun(item[0], language, colour, False), 'relation', language, slots(item[:1], colour)[1:])


def ask_shine(rng, scene, language, colour):
    shape = pick(rng, [t.shape for t in scene.things])
    found = [t for t in scene.things if t.shape == shape]
    if not colour or len(found) > 1:
        return None
    s, z = pick(rng, SYNONYM[shape]), SHAPE_ZH[shape]
    q = {'en': (f'Is the {s} shiny or matte?', f'What is the surface of the {s} like?'), 'zh': (f'{z}是光亮的还是哑光的？', f'{z}的表面怎么样？')}
    shiny = found[0].shiny
    return Talk(pick(rng, q[language]), ('shiny' if shiny else 'matte') if language == 'en' else ('光亮' if shiny else '哑光'), 'shine', language, [shiny])


def ask_motion(rng, scene, language, colour):
    """What moves, and which way."""
    if not scene.motion:
        return None
    who, word = scene.motion
    if rng.random() < .4:
        q = {'en': ('What moves?', 'Which object is moving?', 'What is in motion?'), 'zh': ('什么在动？', '哪个物体在移动？')}[language]
        if word == 'still':
            return Talk(pick(rng, q), 'nothing' if language == 'en' else '没有', 'motion', language, ['nothing'])
        if who < 0:
            return Talk(pick(rng, q), 'the camera' if language == 'en' else '镜头', 'motion', language, ['camera'])
        return Talk(pick(rng, q), noun(scene.things[who], language, colour, False), 'motion', language, slots([scene.things[who]], colour)[1:])
    if who < 0:
        q = {'en': ('Which way does the camera move?', 'Where does the camera go?'), 'zh': ('镜头向哪边移动？', '镜头怎么动？')}
    else:
        shape = scene.things[who].shape
        if sum(t.shape == shape for t in scene.things) > 1:
            return None
        s, z = pick(rng, SYNONYM[shape]), SHAPE_ZH[shape]
        q = {'en': (f'Which way does the {s} move?', f'How does the {s} move?', f'Where does the {s} go?'), 'zh': (f'{z}向哪边移动？', f'{z}怎么动？')}
    return Talk(pick(rng, q[language]), WAYS[language][word], 'direction', language, [word])


QUESTIONS = (ask_count, ask_colour, ask_shape, ask_size, ask_exists, ask_nearest, ask_side, ask_related, ask_shine, ask_motion)


def talk(rng, scene, language, colour, share=.45, shiny=True):
    """A caption (with probability `share`) or a question that the scene answers; about shine only where it can be seen."""
    while True:
        if rng.random() < share:
            return caption(rng, scene, language, colour)
        made = (ask_motion if scene.motion and rng.random() < .5 else pick(rng, QUESTIONS))(rng, scene, language, colour)
        if made and (shiny or made.kind != 'shine'):
            return made


def examples(rng):
    """For the vocabulary: everything that can be said of one sampled scene."""
    scene = sample_scene(rng, bool(rng.integers(2)), bool(rng.integers(2)))
    for language in LANGUAGES:
        for colour in (True, False):
            yield talk(rng, scene, language, colour)
