"""Figures of several panels: a grid of smaller figures with letters, and mixtures."""
from .looks import Look
from .parts import Part, Scene, label, run_width, text_part, wrap
from .words import Writer


def _gallery(rng, split, chinese, look=None):
    """A panel of pictures: one, or a few side by side, as of qualitative results."""
    look, write = look or Look(rng), Writer(rng, split, chinese)
    n, w = rng.randint(1, 3), rng.uniform(5, 8)
    h, gap, parts = w * rng.uniform(0.6, 1.1), rng.uniform(0.2, 0.8), []
    for i in range(n):
        x = i * (w + gap)
        picture = Part('image', [x, 0, x + w, h], kind='image', look=dict(seed=rng.randrange(1 << 30), border=None, border_width=0.08, stack=False))
        parts.append(picture)
        if rng.random() < 0.5:
            parts.append(text_part('text', label([[(write.part(), 0)]], x + w / 2, h + 0.8, w, colour=look.ink), owner=picture))
    return Scene('gallery', 'gallery', parts, look.for_scene())


def panels(makers):
    """A maker of grids of panels. `makers`: (maker, share) of what a panel may hold."""
    def make(rng, split='train', chinese=False):
        look, write = Look(rng), Writer(rng, split, chinese)
        rows, cols = rng.choices(((1, 2), (1, 3), (2, 2), (2, 1), (1, 4), (2, 3), (3, 1)), (4, 3, 3, 2, 1, 1, 1))[0]
        choices = [*makers, (_gallery, 0.25)]
        pick = lambda: rng.choices([m for m, _ in choices], [s for _, s in choices])[0]
        alike, same_look = rng.random() < 0.6, rng.random() < 0.7
        maker = pick()
        subs = []
        for _ in range(rows * cols):
            for _ in range(20):
                sub = (maker if alike else pick())(rng, split, chinese, look if same_look else None)
                x1, y1, x2, y2 = sub.extent()
                if sum(1 for p in sub.parts if p.role) <= 150 // (rows * cols) and x2 - x1 < 40 and y2 - y1 < 30:
                    break
            for p in sub.parts:  # a panel of another theme is shown on its own paper
                p.layer += 1
            if sub.look['dark'] != look.dark:
                subs.append((sub, sub.look['paper']))
            else:
                subs.append((sub, None))
        style = rng.choice(('(a)', '(a)', 'a', 'A', '(A)', 'a)', '(i)'))
        below = rng.random() < 0.4
        with_text = rng.random() < 0.5
        letters = ['i', 'ii', 'iii', 'iv', 'v', 'vi'] if style == '(i)' else list('abcdef')
        boxed = rng.random() < 0.15
        margin = 0.5 if boxed else 0.15
        caps, parts = [], []
        for k, (sub, _) in enumerate(subs):
            x1, y1, x2, y2 = sub.extent()
            letter = letters[k].upper() if 'A' in style else letters[k]
            letter = style.replace('i' if style == '(i)' else 'A' if 'A' in style else 'a', letter, 1)
            caps.append((letter, write.title() if with_text else None))
        # heights of rows, widths of columns
        sizes = [(lambda e: (e[2] - e[0], e[3] - e[1]))(s.extent()) for s, _ in subs]
        wrapped = [wrap(t, max(6, sizes[k][0] - 3)) if t else [] for k, (_, t) in enumerate(caps)]
        head = [1.7 + 1.2 * max(0, len(wrapped[k]) - 1) for k in range(len(subs))]
        col_w = [max(sizes[r * cols + c][0] for r in range(rows)) + 2 * margin for c in range(cols)]
        row_h = [max(sizes[r * cols + c][1] + head[r * cols + c] for c in range(cols)) + 2 * margin for r in range(rows)]
        gap_x, gap_y = rng.uniform(0.8, 2.5), rng.uniform(0.8, 2)
        y = 0.0
        for r in range(rows):
            x = 0.0
            for c in range(cols):
                k = r * cols + c
                sub, own = subs[k]
                w, h = col_w[c], row_h[r]
                panel = Part('panel', [x, y, x + w, y + h], kind='frame', layer=0, look=dict(shape='rect', radius=0, fill=own, border=look.ink if boxed else None, border_width=0.06, dash=None))
                parts.append(panel)
                x1, y1, x2, y2 = sub.extent()
                top = y + margin + (0 if below else head[k])
                sub.shift(x + (w - (x2 - x1)) / 2 - x1, top + (row_h[r] - 2 * margin - head[k] - (y2 - y1)) * 0.5 - y1)
                parts += sub.parts
                letter, text = caps[k]
                middle = y + h - margin - head[k] / 2 if below else y + margin + head[k] / 2 - 0.1
                ink = look.ink if own is None else sub.look['ink']
                size = rng.uniform(1.0, 1.3) if not with_text else 1.0
                lw = run_width([(letter, 0)]) * size
                if wrapped[k]:
                    tw = max(map(run_width, wrapped[k]))
                    start = x + (w - tw - lw - 0.5) / 2
                    parts.append(text_part('panel_letter', label([[(letter, 0)]], start, middle - 0.6 * (len(wrapped[k]) - 1), lw, size, 'l', weight='regular', colour=ink), owner=panel, layer=9))
                    parts.append(text_part('title', label(wrapped[k], start + lw + 0.5, middle, tw * 1.05, 1.0, 'l', colour=ink), owner=panel, layer=9))
                else:
                    at, anchor = (x + w / 2, 'c') if below else (x + 0.2, 'l')
                    parts.append(text_part('panel_letter', label([[(letter, 0)]], at, middle, lw, size, anchor, weight='bold', colour=ink), owner=panel, layer=9))
                x += w + gap_x
            y += row_h[r] + gap_y
        return Scene('panels', f'{rows}x{cols}', parts, look.for_scene())
    return make
