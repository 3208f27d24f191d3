"""What a parser and a reader of characters get wrong, put on a true parse: for training and testing without pixels."""
from ..parse import MAX_REGIONS, Parse, Region

LIKE = {'o': '0', '0': 'O', 'l': '1', '1': 'l', 'I': 'l', 'i': 'l', 's': '5', '5': 'S', 'm': 'rn', 'n': 'ri', 'e': 'c', 'c': 'e', 'a': 'o', 'u': 'v', 'v': 'y', 'B': '8', '8': 'B', 'g': 'q', 'Z': '2', 't': 'f',
        '未': '末', '入': '人', '间': '问', '大': '太', '目': '日', '块': '快', '码': '玛', '图': '圈', '令': '今', '器': '嚣'}
CONFUSED = {'block': ('group', 'image', 'text'), 'group': ('block', 'panel'), 'text': ('block', 'title', 'formula', 'axis_label'), 'title': ('text', 'axis_label'), 'formula': ('text',), 'image': ('block',),
            'axis_label': ('text', 'title'), 'tick': ('text',), 'row_header': ('cell', 'text'), 'col_header': ('cell', 'text'), 'cell': ('text',), 'panel_letter': ('text',), 'legend_entry': ('text',)}


def misread(text, rng):
    """A text with one error of a reader: a similar character, a lost one, a lost or extra space, a lost end."""
    pick, at = rng.random(), rng.randrange(len(text))
    if pick < 0.35:
        places = [i for i, c in enumerate(text) if c in LIKE]
        if places:
            at = rng.choice(places)
            return text[:at] + LIKE[text[at]] + text[at + 1:]
    if pick < 0.5 and len(text) > 2:
        return text[:at] + text[at + 1:]
    if pick < 0.8 and ' ' in text:
        return text.replace(' ', '', 1) if rng.random() < 0.6 else text.replace(' ', '')
    if pick < 0.9 and len(text) > 3:
        return text[:at] + ' ' + text[at:]
    return text[:-1] if len(text) > 4 else text


def noisy(parse, rng, strength=1.0):
    """(a parse with errors, for each region of the true one its index in it or None). Strength 1 is about what the shipped parser does; 0 changes nothing."""
    share = lambda p: rng.random() < p * strength
    lost = dict(arrow=0.06, snowflake=0.05, flame=0.05, tick=0.06, formula=0.08, text=0.05, marker=0.05, curve=0.04)
    keep = [not share(lost.get(r.role, 0.012)) for r in parse.regions]
    at, n = {}, 0
    for i, k in enumerate(keep):
        if k:
            at[i], n = n, n + 1
    size, regions = (parse.width, parse.height), []
    index = lambda i: None if i is None else at.get(i)
    for i, r in enumerate(parse.regions):
        if not keep[i]:
            continue
        x1, y1, x2, y2 = r.box
        dx, dy = 0.03 * strength * (x2 - x1), 0.03 * strength * (y2 - y1)
        box = [x1 + rng.gauss(0, dx), y1 + rng.gauss(0, dy), x2 + rng.gauss(0, dx), y2 + rng.gauss(0, dy)]
        box = [min(max(round(v), 0), size[k % 2]) for k, v in enumerate(box)]
        box = [box[0], box[1], max(box[2], box[0] + 1), max(box[3], box[1] + 1)]
        text = r.text
        if text and share(0.10):
            text = misread(text, rng)
        if text and share(0.015):
            text = None
        role = rng.choice(CONFUSED[r.role]) if r.role in CONFUSED and share(0.02) else r.role
        colour = r.colour
        if colour is not None and strength:
            spread = 60 if share(0.04) else 6
            colour = [min(255, max(0, round(c + rng.gauss(0, spread * strength)))) for c in colour]
        tail, head = index(r.tail), index(r.head)
        if r.role == 'arrow':
            tail, head = (None if share(0.04) else tail), (None if share(0.04) else head)
            if share(0.02):
                tail, head = head, tail
        parent = None if share(0.02) else index(r.parent)
        value = r.value
        if value is not None and r.role == 'bar' and strength:
            value = round(value * (1 + rng.gauss(0, 0.01 * strength)), 3)
        regions.append(Region(role, box, text or None, colour, parent, tail, head, None if share(0.02) else index(r.owner), r.row, r.col, value,
                              None if share(0.05) else r.bold, round(rng.uniform(0.5, 1), 2)))
    if share(0.25) and n < MAX_REGIONS - 2:
        x, y = rng.randrange(size[0]), rng.randrange(size[1])
        regions.append(Region(rng.choice(('text', 'block', 'arrow', 'image')), [x, y, x + rng.randint(5, 60), y + rng.randint(5, 30)], rng.choice((None, 'x', 'lI', '-'))))
    return Parse(parse.width, parse.height, regions), at


def carried(program, at):
    """A program for the true parse with its pointers in the noisy one; None where what it points to was lost."""
    out = []
    for token in program:
        if token[0] == '@':
            to = at.get(int(token[1:]))
            if to is None:
                return None
            token = f'@{to}'
        out.append(token)
    return out
