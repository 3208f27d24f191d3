"""A sheet of matplotlib for renderer B: artists in pixels of the picture, and the ink of each alone."""
import matplotlib

matplotlib.use('Agg')
import numpy as np
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure

from . import fonts

DPI = 100


def families(number):
    """The names of the test side's fonts for a number 0..1, in order of fallback, as matplotlib takes them."""
    latin, chinese = fonts.choose('test', number)
    names = []
    for family in (latin, chinese, 'DejaVu Sans'):
        if family is None:
            continue
        for weight in ('regular', 'bold', 'italic'):
            found = fonts.find(family, weight)
            if found:
                _register(found[0])
        names.append(family)
    return names


_registered = set()


def _register(path):
    if path not in _registered:
        _registered.add(path)
        font_manager.fontManager.addfont(path)


class Sheet:
    """A figure of `width` x `height` pixels. `ax`: axes over all of it, whose data are pixels with y down."""

    def __init__(self, width, height, paper=(255, 255, 255)):
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=tone(paper))
        self.canvas = FigureCanvasAgg(self.figure)
        self.ax = self.overlay()

    def overlay(self):
        ax = self.figure.add_axes((0, 0, 1, 1), zorder=5)
        ax.set_xlim(0, self.width)
        ax.set_ylim(self.height, 0)
        ax.axis('off')
        return ax

    def pixels(self):
        """uint8 [H, W, 3] RGB"""
        self.canvas.draw()
        return np.ascontiguousarray(np.asarray(self.canvas.buffer_rgba())[..., :3])

    def ink(self, artists):
        """bool [H, W]: the pixels that artists cover, each drawn alone."""
        renderer = RendererAgg(self.width, self.height, DPI)
        for artist in artists:
            artist.draw(renderer)
        return np.asarray(renderer.buffer_rgba())[..., 3] > 127

    def box(self, artists):
        """[x1, y1, x2, y2] of the ink of artists, None where there is none."""
        renderer = RendererAgg(self.width, self.height, DPI)
        for artist in artists:
            artist.draw(renderer)
        ink = np.asarray(renderer.buffer_rgba())[..., 3] > 25
        ys, xs = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
        return [int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1] if len(xs) else None

    def place(self, bbox):
        """[x1, y1, x2, y2] with y down of a matplotlib Bbox in display pixels."""
        return [bbox.x0, self.height - bbox.y1, bbox.x1, self.height - bbox.y0]


def tone(rgb, alpha=1.0):
    return (*(c / 255 for c in rgb[:3]), alpha)


def points(pixels):
    """Sizes in points of lengths in pixels."""
    return pixels * 72 / DPI


def mathtext(runs):
    """Runs as matplotlib's mathtext where they have marks, else plain."""
    if all(level == 0 for _, level in runs):
        text = ''.join(t for t, _ in runs)
        return text.replace('$', r'\$')
    out = ''
    for text, level in runs:
        safe = ''.join({'Σ': r'\Sigma ', 'λ': r'\lambda ', 'θ': r'\theta ', 'φ': r'\phi ', 'ψ': r'\psi ', 'α': r'\alpha ', 'β': r'\beta ', 'γ': r'\gamma ', 'μ': r'\mu ', 'σ': r'\sigma ', 'ε': r'\epsilon ', '∈': r'\in ',
                        '·': r'\cdot ', '×': r'\times ', '−': '-', '~': r'\sim ', ' ': r'\ ', "'": r'\prime ', '*': r'\ast ', '_': r'\_'}.get(c, c) for c in text)
        if level == 0:
            out += safe.replace('softmax', r'\mathrm{softmax}').replace('log', r'\mathrm{log}')
        else:
            out += ('_' if level < 0 else '^') + '{' + (rf'\mathrm{{{safe}}}' if len(text) > 1 and text.isalpha() else safe) + '}'
    return f'${out}$'
