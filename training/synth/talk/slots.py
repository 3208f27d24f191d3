"""Facts in a caption, read back from its text, so that a caption can be scored without regard to how it is put together."""
import re
from collections import Counter

from synth.scene3d import COLOURS, SHAPES
from synth.talk.shapes import COLOUR_ZH, MOVES, MOVES_ZH, SHAPE_ZH

LINKS = {'on': 'on', 'behind': 'behind', 'touching': 'touching', '上面': 'on', '后面': 'behind', '挨着': 'touching'}
ENGLISH = re.compile(rf"(?P<size>large|small)(?: (?P<colour>{'|'.join(COLOURS)}))? (?P<shape>{'|'.join(SHAPES)})")
CHINESE = re.compile(rf"一个(?:(?P<colour>{'|'.join(COLOUR_ZH.values())})色的)?(?P<size>[大小])(?P<shape>{'|'.join(SHAPE_ZH.values())})")
BACK = {v: k for table in (COLOUR_ZH, SHAPE_ZH) for k, v in table.items()} | {'大': 'large', '小': 'small'}
MOVED = {v: k for table in (MOVES, MOVES_ZH) for k, v in table.items()}


def scene_slots(text):
    """Of scenes: a count, per thing its shape, size and colour, links between things, and what moves how."""
    found = [{k: BACK.get(v, v) for k, v in m.groupdict().items()} | {'span': m.span()} for m in (*ENGLISH.finditer(text), *CHINESE.finditer(text))]
    out = Counter({('count', len(found)): 1})
    for i, thing in enumerate(found):
        shape, end = thing['shape'], found[i + 1]['span'][0] if i + 1 < len(found) else len(text)
        out[('thing', shape)] += 1
        out[('size', shape, thing['size'])] += 1
        if thing['colour']:
            out[('colour', shape, thing['colour'])] += 1
        between = text[thing['span'][1]:end]
        for word, way in MOVED.items():
            if word in between:
                out[('moves', shape, way)] += 1
        if i + 1 < len(found) and '，' not in between and ',' not in between and ' and ' not in between:
            after = text[found[i + 1]['span'][1]:][:2]
            link = next((LINKS[w] for w in LINKS if w in between or w == after), None)
            if link:
                out[('link', shape, link, found[i + 1]['shape'])] += 1
    for word, way in MOVED.items():
        if text.startswith(('the camera ' + word, '镜头' + word)):
            out[('moves', 'camera', way)] += 1
    return out


def sequence_slots(text):
    """Of sounds and motions: what comes at which place."""
    parts = re.split(r', then |，然后是|，然后', text.rstrip('.。').removeprefix('someone ').removeprefix('有人'))
    return Counter({('count', len(parts)): 1}) + Counter((i, part) for i, part in enumerate(parts))


def f1(predicted, truth):
    """Hits, predicted and true facts of one caption."""
    return sum((predicted & truth).values()), sum(predicted.values()), sum(truth.values())
