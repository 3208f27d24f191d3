"""Synthesises what an inertial sensor at the waist measures (`activity.py`): float32 [RATE * SECONDS, 6], deterministic from the generator.

Channels: acceleration x, y, z in m/s^2 with gravity (a sensor at rest shows +9.81 on the axis that points up), then angular rate about x, y, z in
rad/s. Axes of the body: x forward, y left, z up; the sensor is tilted by some degrees. Turning left is a positive rate about z.
"""
import numpy as np

from synth.activity import SECONDS

RATE = 50
GRAVITY = 9.81


def pulses(t, start, rate, count, width, phase=.5):
    """Bumps of height 1 at the middle of each of `count` periods."""
    out = np.zeros_like(t)
    for k in range(count):
        out += np.exp(-((t - start - (k + phase) / rate) / width) ** 2)
    return out


def step_motion(rng, t, act, strength, width):
    """Steps of walking or running: impacts upwards, sway to the sides at half the rate, some push forward."""
    acc, gyro = np.zeros((len(t), 3)), np.zeros((len(t), 3))
    side = np.sin(np.pi * act.rate * (t - act.start))
    acc[:, 2] = strength * (pulses(t, act.start, act.rate, act.count, width) - .45 * pulses(t, act.start, act.rate, act.count, width * 1.6, .15))
    acc[:, 0] = .35 * strength * pulses(t, act.start, act.rate, act.count, width, .4) - .2 * strength * pulses(t, act.start, act.rate, act.count, width, .7)
    inside = (t >= act.start) & (t < act.end)
    acc[:, 1] = .2 * strength * side * inside
    gyro[:, 2] = .12 * strength * side * inside * rng.uniform(.5, 1)
    gyro[:, 1] = .06 * strength * np.cos(2 * np.pi * act.rate * (t - act.start)) * inside
    return acc, gyro


def jump_motion(rng, t, act):
    """Each jump: crouch, push, flight without weight, landing."""
    acc, gyro = np.zeros((len(t), 3)), np.zeros((len(t), 3))
    push, land = rng.uniform(8, 13), rng.uniform(15, 24)
    acc[:, 2] = (-3 * pulses(t, act.start, act.rate, act.count, .07, .15) + push * pulses(t, act.start, act.rate, act.count, .07, .32)
                 - GRAVITY * pulses(t, act.start, act.rate, act.count, .13, .56) + land * pulses(t, act.start, act.rate, act.count, .04, .8))
    acc[:, 0] = .15 * acc[:, 2] * rng.uniform(-1, 1)
    gyro[:, 1] = 1.2 * (pulses(t, act.start, act.rate, act.count, .08, .2) - pulses(t, act.start, act.rate, act.count, .08, .8))
    return acc, gyro


def turn_motion(rng, t, act):
    """A turn by 70 to 200 degrees; turning left is positive about z."""
    length = min(act.end - act.start, rng.uniform(1.0, 2.2))
    middle = (act.start + act.end) / 2
    angle = np.radians(rng.uniform(70, 200)) * (1 if act.kind == 'turn_left' else -1)
    acc, gyro = np.zeros((len(t), 3)), np.zeros((len(t), 3))
    shape = np.exp(-((t - middle) / (length / 3.2)) ** 2)
    gyro[:, 2] = angle * shape / (shape.sum() / RATE)
    acc[:, 1] = .3 * gyro[:, 2]
    acc[:, 2] = .5 * pulses(t, act.start, 1.6, max(1, int(length * 1.6)), .08)
    return acc, gyro


def fall_motion(rng, t, act):
    """Loses weight, hits the ground, lies tilted."""
    acc, gyro = np.zeros((len(t), 3)), np.zeros((len(t), 3))
    at = act.start + rng.uniform(.4, .9)
    acc[:, 2] -= 8 * np.exp(-((t - at + .25) / .16) ** 2)
    hit = np.exp(-((t - at) / .05) ** 2) * rng.uniform(25, 45)
    acc[:, 0] += hit * .7
    acc[:, 2] += hit * .7
    gyro[:, 1] += rng.uniform(3, 5) * np.exp(-((t - at + .2) / .18) ** 2)
    lying = 1 / (1 + np.exp(-(t - at) / .05))
    acc[:, 2] -= GRAVITY * lying
    acc[:, 0] -= GRAVITY * lying
    return acc, gyro


def shake_motion(rng, t, act):
    """Shaken by hand at 3 to 6 Hz about all axes."""
    window = 1 / (1 + np.exp(-(t - act.start) / .06)) - 1 / (1 + np.exp(-(t - act.end) / .06))
    wave = lambda a: a * np.sin(2 * np.pi * rate * t + rng.uniform(0, 6))
    rate = rng.uniform(3.2, 6)
    acc = np.stack([wave(rng.uniform(5, 14)), wave(rng.uniform(5, 14)), wave(rng.uniform(2, 6))], 1) * window[:, None]
    gyro = np.stack([wave(rng.uniform(1, 4)) for _ in range(3)], 1) * window[:, None]
    return acc, gyro


def drive_motion(rng, t, act):
    """A vehicle: hum of the engine, and bumps at random times."""
    acc, gyro = rng.normal(0, .35, (len(t), 3)), rng.normal(0, .02, (len(t), 3))
    for _ in range(int(rng.integers(3, 8))):
        at, size = rng.uniform(act.start, act.end), rng.uniform(2, 7)
        ring = np.where(t >= at, np.exp(-(t - at) / .18) * np.sin(2 * np.pi * 4.5 * (t - at)), 0)
        acc[:, 2] += size * ring
        gyro[:, 1] += .06 * size * ring
    return acc, gyro


def tilt(rng):
    """A rotation by a few degrees, as a sensor is never level."""
    a, b, c = rng.normal(0, .09, 3)
    return np.array([[1, -c, b], [c, 1, -a], [-b, a, 1]])


def synthesise(rng, acts):
    """The whole window."""
    t = np.arange(int(RATE * SECONDS)) / RATE
    acc, gyro = rng.normal(0, rng.uniform(.03, .15), (len(t), 3)), rng.normal(0, rng.uniform(.005, .03), (len(t), 3))
    acc[:, 2] += GRAVITY
    for act in acts:
        if act.kind == 'walk':
            a, g = step_motion(rng, t, act, rng.uniform(3, 5.5), .07)
        elif act.kind == 'run':
            a, g = step_motion(rng, t, act, rng.uniform(11, 18), .05)
        elif act.kind == 'still':
            continue
        else:
            make = {'jump': jump_motion, 'turn_left': turn_motion, 'turn_right': turn_motion, 'fall': fall_motion, 'shake': shake_motion, 'drive': drive_motion}
            a, g = make[act.kind](rng, t, act)
        acc, gyro = acc + a, gyro + g
    turn = tilt(rng)
    return np.concatenate([acc @ turn.T, gyro @ turn.T], 1).astype(np.float32)
