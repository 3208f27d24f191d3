"""Writes test/fixtures/modalities/inputs.json: what `prepare` makes of files given by formulas, so that the other side can be compared.

    PYTHONPATH=training python -m one.encoder.fixtures
"""
import json
from pathlib import Path

import numpy as np

from .modalities import audio, depth, imu, normals, points

FILE = Path(__file__).resolve().parents[3] / 'test' / 'fixtures' / 'modalities' / 'inputs.json'
PUBLIC = {'normals': 'normal'}


def samples():
    """The files: the same formulas are in test/unit/inference/media/inputs.test.ts."""
    y, x = np.mgrid[:96, :128]
    distance = 3 + np.sin(x / 9) + (95 - y) / 30
    distance[:10] = np.nan
    t = np.arange(64000) / 16000
    k = np.arange(1500)
    cloud = np.stack([np.cos(k * .7) * (1 + k / 900), np.sin(k * .31), np.sin(k * .11) * .6], 1)
    rows = np.arange(300)[:, None]
    return {'depth': (depth, (distance,)), 'audio': (audio, (.5 * np.sin(2 * np.pi * (300 + 200 * t) * t),)), 'points': (points, (cloud.astype(np.float32),)),
            'imu': (imu, (np.sin(rows * np.arange(1, 7) / 20) * 3,))}


def main():
    out = {'config': {PUBLIC.get(m.__name__.split('.')[-1], m.__name__.split('.')[-1]): m.CONFIG for m in (depth, normals, points, audio, imu)}, 'expected': {}}
    for name, (module, raw) in samples().items():
        arrays = module.scale(module.prepare(*raw))
        out['expected'][name] = {key: dict(shape=list(value.shape), every=997, values=[round(float(v), 3) for v in value.reshape(-1)[::997]])
                                 for key, value in arrays.items()}
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(out, indent=1) + '\n', 'utf8')


if __name__ == '__main__':
    main()
