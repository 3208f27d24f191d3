"""Sounds: mono, 16 kHz, windows of 4 s (the rest is silence), scaled to a greatest amplitude of 0.8. Logarithmic mel spectrogram:

frames of 512 samples every 400, frame k begins at sample 400 k (zeros behind the end), Hann window 0.5 - 0.5 cos(2 pi i / 512), power |FFT|^2 of
bins 0 to 256, summed under the triangles of `filters`; value (log10(e + 1e-4) + 1) / 2."""
import numpy as np
from torch import nn

from . import WIDTH
from .layers import Positions

RATE, SECONDS, WINDOW, HOP, BANDS, LOW, HIGH = 16000, 4, 512, 400, 64, 40.0, 8000.0
COUNT = RATE * SECONDS // HOP                            # frames: 160
FRAMES = False
CONFIG = dict(inputs=dict(mel=['n', 1, BANDS, COUNT]), rate=RATE, seconds=SECONDS, peak=.8, window=WINDOW, hop=HOP, frames=COUNT, bands=BANDS, low=LOW,
              high=HIGH, floor=1e-4, offset=1, scale=.5)


def filters():
    """Triangles [64, 257] of height 1 over the FFT's bins: corners at 66 even steps of m = 2595 log10(1 + f / 700) from LOW to HIGH hertz, between
    them linear in f. A band that no bin falls into takes the bin nearest to its middle."""
    mel = np.linspace(2595 * np.log10(1 + LOW / 700), 2595 * np.log10(1 + HIGH / 700), BANDS + 2)
    f = 700 * (10 ** (mel / 2595) - 1)
    bins = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
    up = (bins - f[:-2, None]) / (f[1:-1] - f[:-2])[:, None]
    down = (f[2:, None] - bins) / (f[2:] - f[1:-1])[:, None]
    out = np.maximum(0, np.minimum(up, down))
    for band in np.flatnonzero(out.max(1) == 0):
        out[band, np.rint(f[band + 1] * WINDOW / RATE).astype(int)] = 1
    return out


FILTERS = filters()
HANN = .5 - .5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)


def prepare(samples):
    """float [n] at 16 kHz, at most 4 s → {mel: float16 [1, 1, 64, 160]}."""
    wave = np.zeros(RATE * SECONDS + WINDOW)
    wave[:min(len(samples), RATE * SECONDS)] = samples[:RATE * SECONDS]
    wave *= .8 / max(np.abs(wave).max(), 1e-3)
    frames = np.stack([wave[k * HOP:k * HOP + WINDOW] for k in range(COUNT)]) * HANN
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    return dict(mel=((np.log10(power @ FILTERS.T + 1e-4) + 1) / 2).T[None, None].astype(np.float16))


def scale(arrays):
    return dict(mel=arrays['mel'].astype(np.float32))


class Tokeniser(nn.Module):
    """mel [n, 1, 64, 160] → [n, 80, WIDTH]: 2 ranges of pitch (low first) x 40 moments of 0.1 s."""

    def __init__(self):
        super().__init__()
        self.convolutions = nn.Sequential(nn.Conv2d(1, 48, 3, 2, 1), nn.GELU(), nn.Conv2d(48, 96, 3, 2, 1), nn.GELU(), nn.Conv2d(96, WIDTH, (8, 3), (8, 1), (0, 1)))
        self.positions = Positions(80)

    def forward(self, mel):
        return self.positions(self.convolutions(mel).flatten(2).transpose(1, 2))
