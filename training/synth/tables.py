"""Tables: ruled, booktabs, striped or bare; the best value of a column bold. All lengths in em."""
from .looks import Look, mix
from .parts import Part, Scene, label, run_width, text_part, wrap
from .plots import _number, _range_of_values
from .words import Writer


def table(rng, split='train', chinese=False, look=None):
    look, write = look or Look(rng), Writer(rng, split, chinese)
    style = rng.choices(('booktabs', 'ruled', 'zebra', 'bare', 'rows'), (0.38, 0.24, 0.16, 0.06, 0.16))[0]
    rows, cols = rng.randint(2, 11), rng.randint(1, 7)
    while rows * cols > 66:
        rows -= 1
    size = 1.0
    of_words = rng.random() < 0.12  # a table that describes, not one of numbers
    heads, columns = [], []
    for _ in range(cols):
        if of_words:
            heads.append(write.fresh(lambda: write.measure()[0]))
            columns.append(None)
            continue
        name, unit = write.measure()
        first = name if rng.random() < 0.6 else write.dataset()
        heads.append(write.fresh(lambda: write.with_unit(first, unit)) if rng.random() < 0.8 else write.dataset())
        columns.append((unit, *_range_of_values(rng, unit), rng.random() < 0.75))
    if rng.random() < 0.25:  # arrows say which way is better
        heads = [h + (' ↑' if c and c[4] else ' ↓') for h, c in zip(heads, columns)]
    names = [write.series(ours=r == rows - 1 and rng.random() < 0.6) if rng.random() < 0.85 else write.dataset() for r in range(rows)]
    if rng.random() < 0.25 and not chinese:
        names = [n if 'ours' in n.lower() else f'{n} [{rng.randint(1, 79)}]' for n in names]
    signs = rng.random() < 0.06
    texts, values, bolds = [[''] * cols for _ in range(rows)], [[None] * cols for _ in range(rows)], [[False] * cols for _ in range(rows)]
    with_bold = rng.random() < 0.6 and rows > 2
    for c, spec in enumerate(columns):
        if spec is None:
            for r in range(rows):
                texts[r][c] = rng.choice(('✓', '–')) if signs else write.part() if rng.random() < 0.5 else write.dataset()
            continue
        unit, low, high, decimals, up = spec
        for r in range(rows):
            if rng.random() < 0.04:
                texts[r][c] = rng.choice(('–', '-', 'N/A'))
                continue
            v = round(rng.uniform(low + 0.05 * (high - low), high), decimals)
            values[r][c] = v
            texts[r][c] = _number(v, decimals) if rng.random() < 0.99 else f'{_number(v, decimals)} ± 0.{rng.randint(1, 9)}'
            if v >= 1000 and rng.random() < 0.5:
                texts[r][c] = f'{v:,.{decimals}f}'
        have = [values[r][c] for r in range(rows) if values[r][c] is not None]
        if with_bold and have:
            best = max(have) if up else min(have)
            for r in range(rows):
                bolds[r][c] = values[r][c] == best
    pad_x, pad_y = rng.uniform(0.4, 1.1), rng.uniform(0.15, 0.55)
    head_lines = [wrap(h, 7) for h in heads]
    first_head = (write.fresh(lambda: rng.choice(('Method', 'Model', 'Dataset', 'Setting', 'Variant', 'Backbone', 'Task')) if not chinese else rng.choice(('方法', '模型', '数据集', '设置', '任务')))) if rng.random() < 0.85 else ''
    widths = [max([run_width([(n, 0)]) for n in names] + [run_width([(first_head, 0)])]) * 1.06 + 2 * pad_x]
    for c in range(cols):
        inner = max([run_width([(texts[r][c], 0)]) * (1.1 if bolds[r][c] else 1.03) for r in range(rows)] + [run_width(runs) * 1.1 for runs in head_lines[c]])
        widths.append(inner + 2 * pad_x)
    if rng.random() < 0.3:
        widths[1:] = [max(widths[1:])] * cols
    line_h = 1.15 * size + 2 * pad_y
    head_h = 1.2 * max(len(h) for h in head_lines) + 2 * pad_y
    spans = cols >= 4 and rng.random() < 0.2  # names over several columns
    cut = rng.randint(2, cols - 2) if spans else 0
    span_h = line_h if spans else 0
    xs = [0.0]
    for w in widths:
        xs.append(xs[-1] + w)
    ys = [0.0, span_h + head_h]
    for r in range(rows):
        ys.append(ys[-1] + line_h)
    w, h = xs[-1], ys[-1]
    left_first = rng.random() < 0.75
    head_fill = rng.choice((None, None, mix(look.paper, look.ink, 0.1), rng.choice(look.fills)[0])) if style != 'booktabs' or rng.random() < 0.2 else None
    marked = rows - 1 if rng.random() < 0.15 else None
    mark_fill = rng.choice(((124, 252, 0), mix(look.paper, (70, 130, 255), 0.2), mix(look.paper, (255, 200, 0), 0.3), mix(look.paper, look.ink, 0.12)))
    parts = [Part('table', [0, 0, w, h], kind='table', layer=0, look={})]
    frame = parts[0]
    band = lambda x1, y1, x2, y2, fill: parts.append(Part(None, [x1, y1, x2, y2], kind='band', layer=0.5, look=dict(fill=fill)))
    rule = lambda x1, y1, x2, y2, thick: parts.append(Part(None, [x1, y1, x2, y2], kind='rule', points=[(x1, y1), (x2, y2)], layer=1, look=dict(width=thick, colour=rule_colour, dash=None)))
    rule_colour = look.ink if rng.random() < 0.8 else mix(look.paper, look.ink, 0.5)
    fine, thick = rng.uniform(0.04, 0.07), rng.uniform(0.1, 0.16)
    if head_fill:
        band(0, 0, w, ys[1], head_fill)
    stripe = mix(look.paper, rng.choice(((128, 128, 128), (70, 110, 200))), 0.14)
    fills = [None] * rows
    if style == 'zebra':
        for r in range(rng.randint(0, 1), rows, 2):
            fills[r] = stripe
    if marked is not None:
        fills[marked] = mark_fill
    for r, fill in enumerate(fills):
        if fill:
            band(0, ys[r + 1], w, ys[r + 2], fill)
    if style == 'booktabs':
        rule(0, 0, w, 0, thick)
        rule(0, ys[1], w, ys[1], fine * 1.3)
        rule(0, h, w, h, thick)
        if rng.random() < 0.2:
            rule(0, ys[-2], w, ys[-2], fine)
    elif style == 'ruled':
        for y in ys:
            rule(0, y, w, y, fine)
        for c, x in enumerate(xs):  # not through the names over several columns
            rule(x, span_h if spans and 1 < c < cols + 1 and c != cut + 1 else 0, x, h, fine)
        if spans:
            rule(xs[1], span_h, w, span_h, fine)
    elif style == 'rows':
        for y in ys[(0 if rng.random() < 0.5 else 1):]:
            rule(0, y, w, y, fine)
        if rng.random() < 0.5:
            rule(xs[1], 0, xs[1], h, fine)
    elif style == 'zebra' and rng.random() < 0.6:
        rule(0, 0, w, 0, fine)
        rule(0, h, w, h, fine)
    align = rng.choice(('c', 'c', 'c', 'r', 'l'))
    head_weight = rng.choice(('regular', 'bold'))
    head_ink = look.on(head_fill) if head_fill else look.ink

    def put(lines_of_runs, x1, x2, y, how, weight, colour):
        x = {'l': x1 + pad_x, 'c': (x1 + x2) / 2, 'r': x2 - pad_x}[how]
        return label(lines_of_runs, x, y, x2 - x1 - pad_x, size, how, weight=weight, colour=colour)

    if first_head:
        parts.append(text_part('text', put([[(first_head, 0)]], xs[0], xs[1], (span_h + ys[1]) / 2 if not spans else ys[1] / 2, 'l' if left_first else 'c', head_weight, head_ink), parent=frame))
    if spans:
        for a, b in ((0, cut), (cut, cols)):
            name = write.dataset()
            parts.append(text_part('text', put([[(name, 0)]], xs[a + 1], xs[b + 1], span_h / 2, 'c', head_weight, head_ink), parent=frame))
            if style == 'booktabs':
                rule(xs[a + 1] + pad_x, span_h, xs[b + 1] - pad_x, span_h, fine)
    for c in range(cols):
        parts.append(text_part('col_header', put(head_lines[c], xs[c + 1], xs[c + 2], (span_h + ys[1]) / 2, align, head_weight, head_ink), text=heads[c], col=c, parent=frame))
    coloured = rng.random() < 0.12
    for r in range(rows):
        y = (ys[r + 1] + ys[r + 2]) / 2
        ink = look.on(fills[r]) if fills[r] else look.ink
        header = text_part('row_header', put([[(names[r], 0)]], xs[0], xs[1], y, 'l' if left_first else 'c', 'bold' if 'ours' in names[r].lower() and rng.random() < 0.4 else 'regular', ink), row=r, parent=frame)
        parts.append(header)
        for c in range(cols):
            if texts[r][c]:
                lines = put([[(texts[r][c], 0)]], xs[c + 1], xs[c + 2], y, align, 'bold' if bolds[r][c] else 'regular', ink if not coloured or not bolds[r][c] else (200, 30, 30))
                cell = Part('cell', [xs[c + 1], ys[r + 1], xs[c + 2], ys[r + 2]], texts[r][c], colour=fills[r] or look.paper, parent=frame, row=r, col=c, value=values[r][c], bold=bolds[r][c] or None, kind='text', layer=5, lines=lines)
                parts.append(cell)
    if rng.random() < 0.35:
        text = write.title()
        if rng.random() < 0.6:
            text = (f'Table {rng.randint(1, 9)}. ' if not chinese else f'表 {rng.randint(1, 9)}：') + text
        y = -1.3 if rng.random() < 0.5 else h + 1.3
        lines = label(wrap(text, max(w * 1.1, 8)), w / 2, y, max(w * 1.2, 9), colour=look.ink)
        for line in lines:
            line.y += (len(lines) - 1) * 0.6 * (1 if y > 0 else -1)
        parts.append(text_part('title', lines, owner=frame))
    return Scene('table', style, parts, look.for_scene())
