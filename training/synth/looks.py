"""How a scene looks: theme, palette, borders, arrows. One Look a scene, so that its parts go together as in a real figure."""
import colorsys

SERIES = [  # palettes of common plotting tools and of papers, as hex
    '1f77b4 ff7f0e 2ca02c d62728 9467bd 8c564b e377c2 7f7f7f bcbd22 17becf', '4c72b0 dd8452 55a868 c44e52 8172b3 937860 da8bc3 8c8c8c ccb974 64b5cd',
    'e41a1c 377eb8 4daf4a 984ea3 ff7f00 a65628 f781bf 999999', '0072bd d95319 edb120 7e2f8e 77ac30 4dbeee a2142f',
    '4e79a7 f28e2b e15759 76b7b2 59a14f edc948 b07aa1 ff9da7 9c755f bab0ac', '0173b2 de8f05 029e73 d55e00 cc78bc ca9161 fbafe4 949494 56b4e9',
    '000000 e60000 0000e6 009900 cc00cc ff8800', '5470c6 91cc75 fac858 ee6666 73c0de 3ba272 fc8452 9a60b4', '264653 2a9d8f e9c46a f4a261 e76f51',
    '003f5c 58508d bc5090 ff6361 ffa600', '66c2a5 fc8d62 8da0cb e78ac3 a6d854 ffd92f e5c494 b3b3b3', '333333 777777 aaaaaa cccccc']
FILLS = [  # pairs of fill and border for blocks, as hex
    'dae8fc/6c8ebf d5e8d4/82b366 ffe6cc/d79b00 fff2cc/d6b656 f8cecc/b85450 e1d5e7/9673a6 f5f5f5/666666', 'e3f0fc/5b8fc9 e7f4e8/5fa463 fdf0e1/d9953f f9e3e3/c75c5c efe9f7/8a70b5',
    'bdd7ee/2f5597 c5e0b4/548235 f8cbad/c55a11 ffe699/bf9000 d9d9d9/7f7f7f', '9dc3e6/1f4e79 a9d18e/385723 f4b183/843c0c ffd966/7f6000 b4a7d6/351c75',
    'ffffff/000000 f2f2f2/000000 e0e0e0/000000', 'cfe2f3/000000 d9ead3/000000 fce5cd/000000 ead1dc/000000 fff2cc/000000',
    '4472c4/2f528f ed7d31/ae5a21 a5a5a5/787878 70ad47/507e32 ffc000/bc8c00', 'a8dadc/457b9d f1faee/457b9d ffb4a2/b5838d e5989b/6d6875', 'b3e2cd/1b9e77 fdcdac/d95f02 cbd5e8/7570b3 f4cae4/e7298a e6f5c9/66a61e',
    'ff6b6b/c92a2a 4dabf7/1864ab 69db7c/2b8a3e ffd43b/e67700 b197fc/5f3dc4 f783ac/a61e4d 66d9e8/0b7285', 'ffffff/c00000 ffffff/0070c0 ffffff/00b050 ffffff/7030a0']


def rgb(text):
    return tuple(int(text[i:i + 2], 16) for i in (0, 2, 4))


def luminance(colour):
    """0 (black) to 1 (white), as seen."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


def mix(a, b, t):
    return tuple(round(x + (y - x) * t) for x, y in zip(a, b))


#: Colour maps of heat maps and feature maps, as stops.
MAPS = [((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)), ((13, 8, 135), (126, 3, 168), (204, 71, 120), (248, 149, 64), (240, 249, 33)),
        ((255, 255, 255), (222, 235, 247), (158, 202, 225), (66, 146, 198), (8, 48, 107)), ((255, 255, 255), (254, 224, 210), (252, 146, 114), (222, 45, 38), (103, 0, 13)),
        ((59, 76, 192), (141, 176, 254), (221, 221, 221), (244, 154, 123), (180, 4, 38)), ((0, 0, 128), (0, 128, 255), (128, 255, 128), (255, 160, 0), (128, 0, 0)), ((255, 255, 255), (190, 190, 190), (120, 120, 120), (60, 60, 60), (0, 0, 0))]


def of_map(stops, t):
    t = min(0.9999, max(0.0, t)) * (len(stops) - 1)
    return mix(stops[int(t)], stops[int(t) + 1], t - int(t))


class Look:
    """What goes for a whole scene."""

    def __init__(self, rng):
        self.rng = rng
        self.dark = rng.random() < 0.06
        self.paper = rng.choice(((24, 26, 31), (0, 0, 0), (40, 42, 54))) if self.dark else rng.choices(((255, 255, 255), (250, 250, 250), (255, 253, 245), (244, 247, 251)), (0.84, 0.06, 0.05, 0.05))[0]
        self.ink = (235, 235, 235) if self.dark else rng.choices(((0, 0, 0), (34, 34, 34), (51, 51, 76)), (0.6, 0.3, 0.1))[0]
        self.series = [rgb(c) for c in rng.choice(SERIES).split()]
        if rng.random() < 0.5:
            rng.shuffle(self.series)
        self.fills = [tuple(map(rgb, pair.split('/'))) for pair in rng.choice(FILLS).split()]
        rng.shuffle(self.fills)
        if rng.random() < 0.15:  # colours of nobody's palette
            self.fills = [self._own(rng) for _ in range(rng.randint(2, 6))]
        if self.dark:
            self.fills = [(mix(f, self.paper, 0.6), b) for f, b in self.fills]
        self.border_width = rng.choice((0.06, 0.08, 0.1, 0.14, 0.18))
        self.borders = rng.random() < 0.88
        self.shadow = rng.random() < 0.12
        self.gradient = rng.random() < 0.12
        self.corner = rng.choices(('rect', 'round', 'pill'), (0.4, 0.52, 0.08))[0]
        self.radius = rng.uniform(0.2, 0.7)
        self.arrow_width = rng.choice((0.07, 0.09, 0.12, 0.16, 0.22))
        self.arrow_head = rng.choices(('triangle', 'stealth', 'open', 'slim'), (0.5, 0.2, 0.18, 0.12))[0]
        self.arrow_size = rng.uniform(0.5, 0.95)
        self.arrow_colour = self.ink if rng.random() < 0.8 else rng.choice(((90, 90, 90), (68, 114, 196), (192, 0, 0), (120, 120, 120)))
        self.font = rng.random()
        self.label_weight = rng.choices(('regular', 'bold'), (0.75, 0.25))[0]

    @staticmethod
    def _own(rng):
        h, s, v = rng.random(), rng.uniform(0.08, 0.8), rng.uniform(0.6, 1.0)
        fill = tuple(round(255 * c) for c in colorsys.hsv_to_rgb(h, s, v))
        return fill, mix(fill, (0, 0, 0), rng.uniform(0.3, 1.0))

    def on(self, fill):
        """The colour of text on a fill."""
        return (255, 255, 255) if luminance(fill) < (0.55 if self.dark else 0.45) else ((0, 0, 0) if self.dark else self.ink)

    def for_scene(self):
        return dict(paper=self.paper, ink=self.ink, dark=self.dark, font=self.font)
