"""Synthesises sounds (`soundscape.py`): mono float32 [RATE * SECONDS] between -1 and 1, deterministic from the generator."""
import numpy as np

from synth.soundscape import SECONDS

RATE = 16000


def envelope(n, attack, release):
    """Rises and falls over so many samples."""
    out = np.ones(n, np.float32)
    a, r = min(attack, n // 2), min(release, n // 2)
    out[:a] = np.linspace(0, 1, a)
    out[n - r:] *= np.linspace(1, 0, r)
    return out


def oscillate(rng, frequency):
    """A wave with some harmonics whose frequency is given per sample."""
    phase = 2 * np.pi * np.cumsum(frequency) / RATE
    out = np.sin(phase)
    for k in range(2, 2 + int(rng.integers(4))):
        out = out + rng.uniform(0, .5) / k * np.sin(k * phase)
    return out


def burst(rng, n, low, high):
    """Noise of n samples between two frequencies."""
    spectrum = np.fft.rfft(rng.normal(size=n))
    f = np.fft.rfftfreq(n, 1 / RATE)
    spectrum[(f < low) | (f > high)] = 0
    out = np.fft.irfft(spectrum, n)
    return out / (np.abs(out).max() + 1e-9)


def tone(rng, n, frequency):
    return oscillate(rng, np.full(n, frequency)) * envelope(n, 400, 800)


def sweep(rng, n, up):
    low, high = rng.uniform(200, 450), rng.uniform(1100, 2600)
    f = low * (high / low) ** np.linspace(0, 1, n)
    return oscillate(rng, f if up else f[::-1]) * envelope(n, 400, 800)


def strikes(rng, n, count, make, jitter=.12):
    """`count` short sounds at about even distances; `make` gives one."""
    out = np.zeros(n)
    gap = n / count
    if count > 1:
        gap = min(gap, rng.uniform(.2, .5) * RATE if count < 4 else rng.uniform(.22, .34) * RATE)
    start = rng.uniform(0, max(1, n - gap * count))
    for k in range(count):
        one = make()
        at = int(start + gap * (k + rng.uniform(0, jitter)))
        m = min(len(one), n - at)
        out[at:at + m] += one[:m]
    return out


def clicks(rng, n, count):
    """Dry broadband knocks of a few milliseconds."""
    decay = rng.uniform(60, 160)
    return strikes(rng, n, count, lambda: burst(rng, 900, 400, 7000) * np.exp(-np.arange(900) / decay))


def beeps(rng, n, count):
    f, m = rng.uniform(700, 1500), int(rng.uniform(.09, .14) * RATE)
    return strikes(rng, n, count, lambda: tone(rng, m, f))


def drum(rng, n, fast):
    """Thuds with a falling pitch, at an even beat."""
    beat = RATE * (rng.uniform(.14, .19) if fast else rng.uniform(.42, .55))
    m = int(.13 * RATE)
    t = np.arange(m)
    thud = np.sin(2 * np.pi * np.cumsum(55 + 110 * np.exp(-t / 500)) / RATE) * np.exp(-t / 600)
    out = np.zeros(n)
    for k in range(max(2, int(n / beat))):
        at = int(k * beat)
        out[at:at + m] += thud[:max(0, n - at)]
    return out


def chord(rng, n):
    """Three notes of a major or minor triad."""
    root = rng.uniform(180, 360)
    third = rng.choice([1.1892, 1.2599])
    return sum(tone(rng, n, root * k) for k in (1.0, third, 1.4983)) / 3


def siren(rng, n):
    low, high = rng.uniform(450, 650), rng.uniform(1000, 1500)
    wave = .5 + .5 * np.sin(2 * np.pi * rng.uniform(1.3, 2.5) * np.arange(n) / RATE + rng.uniform(0, 6))
    return oscillate(rng, low + (high - low) * wave) * envelope(n, 400, 800)


def bell(rng, n):
    """Inharmonic partials that die away."""
    f, t = rng.uniform(500, 1100), np.arange(n) / RATE
    return sum(a * np.sin(2 * np.pi * f * k * t) * np.exp(-t * d) for a, k, d in
               ((1, 1, 2.2), (.6, 2.0, 3), (.5, 2.76, 3.6), (.35, 5.4, 6), (.25, 8.93, 9))) * envelope(n, 20, 200)


VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410), (660, 1720, 2410))


def voice(rng, n):
    """Syllables: a buzzing source through three formants of vowels, with short consonants of noise before them."""
    out, at = np.zeros(n), 0
    pitch = rng.uniform(95, 230)
    while at < n - 1600:
        m = int(min(rng.uniform(.13, .28) * RATE, n - at))
        f0 = pitch * (1 + .12 * np.sin(np.linspace(0, np.pi, m) + rng.uniform(0, 3)))
        phase = 2 * np.pi * np.cumsum(f0) / RATE
        formants = VOWELS[rng.integers(len(VOWELS))]
        syllable = np.zeros(m)
        for k in range(1, int(3600 / pitch)):
            gain = sum(1 / (1 + ((k * pitch - f) / (70 + .05 * f)) ** 2) / (1 + i) for i, f in enumerate(formants)) + .02
            syllable += gain / np.sqrt(k) * np.sin(k * phase)
        if rng.random() < .5:
            c = min(int(.05 * RATE), m)
            syllable[:c] = syllable[:c] * .2 + burst(rng, c, 2500, 7000) * .5
        out[at:at + m] = syllable * envelope(m, 500, 700)
        at += m + int(rng.uniform(.01, .09) * RATE)
    return out


def synthesise_event(rng, event):
    """The samples of one event."""
    n, kind = int((event.end - event.start) * RATE), event.kind
    if kind in ('low_tone', 'high_tone'):
        return tone(rng, n, rng.uniform(110, 240) if kind == 'low_tone' else rng.uniform(1500, 3000))
    if kind in ('rise', 'fall'):
        return sweep(rng, n, kind == 'rise')
    if kind in ('clicks', 'beeps'):
        return (clicks if kind == 'clicks' else beeps)(rng, n, event.count)
    if kind in ('noise', 'rumble'):
        return (burst(rng, n, 1800, 7800) if kind == 'noise' else burst(rng, n, 40, 170)) * envelope(n, 800, 800)
    if kind in ('slow_drum', 'fast_drum'):
        return drum(rng, n, kind == 'fast_drum')
    return {'chord': chord, 'siren': siren, 'bell': bell, 'voice': voice}[kind](rng, n)


def synthesise(rng, scape):
    """All events at their times, some noise of the room, a random level."""
    out = rng.normal(0, 10 ** rng.uniform(-4.5, -3), int(RATE * SECONDS))
    for event in scape:
        wave = synthesise_event(rng, event)
        at = int(event.start * RATE)
        wave = wave / (np.abs(wave).max() + 1e-9) * rng.uniform(.4, .9)
        out[at:at + len(wave)] += wave
    return (np.clip(out, -1, 1) * rng.uniform(.3, 1)).astype(np.float32)
