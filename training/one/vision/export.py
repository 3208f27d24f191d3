"""Writes the three graphs of vision and their part of the pack's config.json.

    PYTHONPATH=training python -m one.vision.export --weights .cache/training/vision/run/ema.pt --out models/groundnote-one

Large weights are stored in half precision; ONNX Runtime widens them when it loads the graph. Other keys of an existing config.json stay.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from packing import halve, put_config

from .decode import CONFIG
from .model import Vision
from .parser import FEATURES, OUTPUTS
from .roles import HUES, REGION_ROLES, STATES
from .sampler import BLOCKS, POINTS, WIDTH

SAMPLER_OUTPUTS = ('embedding', 'h_seg', 'states', 'hues', 'roles', *(f'{name}_{i + 1}' for i in range(len(BLOCKS)) for name in ('chosen', 'neighbours')))
SAMPLER = dict(graph='onnx/region_sampler.onnx', points=POINTS, blocks=[dict(points=p, neighbours=k) for p, k in BLOCKS], width=WIDTH,
               states=list(STATES), hues=list(HUES), roles=list(REGION_ROLES), point_reach=5)
MASK = dict(graph='onnx/figure_mask.onnx', stride=2, threshold=0.0)


def example(h, w, regions):
    """Inputs of the three graphs for a view of h x w pixels."""
    make = torch.Generator().manual_seed(h + w)
    size = torch.tensor([float(w), float(h)])
    points = torch.rand(regions, POINTS, 2, generator=make) * size
    corners = torch.rand(regions, 2, 2, generator=make) * size
    boxes = torch.cat([corners.amin(1), corners.amax(1) + 8], 1)
    return torch.rand(1, 3, h, w, generator=make), points, torch.randn(regions, WIDTH, generator=make), boxes


def write(model, folder):
    """Exports the graphs with dynamic sizes of the view and numbers of regions."""
    pixels, points, h_seg, boxes = example(256, 320, 3)
    with torch.no_grad():
        features = model.parser(pixels)[-1]
    hw = lambda s: {2: f'height_{s}', 3: f'width_{s}'}
    row = {0: 'regions'}
    common = dict(opset_version=17, dynamo=False, do_constant_folding=True)
    torch.onnx.export(model.parser, (pixels,), str(folder / 'figure_parser.onnx'), input_names=['pixel_values'], output_names=list(OUTPUTS),
                      dynamic_axes={'pixel_values': hw(1)} | {o: hw(2 if o == 'strokes' else 4) for o in OUTPUTS}, **common)
    torch.onnx.export(model.sampler, (features, points), str(folder / 'region_sampler.onnx'), input_names=['features', 'points'],
                      output_names=list(SAMPLER_OUTPUTS), dynamic_axes={'features': hw(4), 'points': row} | {o: row for o in SAMPLER_OUTPUTS}, **common)
    torch.onnx.export(model.mask_decoder, (features, h_seg, boxes), str(folder / 'figure_mask.onnx'), input_names=['features', 'h_seg', 'boxes'],
                      output_names=['masks'], dynamic_axes={'features': hw(4), 'h_seg': row, 'boxes': row, 'masks': row | {1: 'height_2', 2: 'width_2'}}, **common)


def check(model, folder):
    """Largest difference between PyTorch and ONNX Runtime, per graph, relative to the spread of each output."""
    sessions = {n: onnxruntime.InferenceSession(str(folder / f'{n}.onnx'), providers=['CPUExecutionProvider']) for n in ('figure_parser', 'region_sampler', 'figure_mask')}
    worst = dict.fromkeys(sessions, 0.0)
    for h, w, regions in ((256, 384, 2), (512, 320, 1), (352, 352, 5)):
        pixels, points, h_seg, boxes = example(h, w, regions)
        with torch.no_grad():
            want = {'figure_parser': model.parser(pixels)}
            features = want['figure_parser'][-1]
            want |= {'region_sampler': model.sampler(features, points), 'figure_mask': (model.mask_decoder(features, h_seg, boxes),)}
        feeds = {'figure_parser': dict(pixel_values=pixels), 'region_sampler': dict(features=features, points=points),
                 'figure_mask': dict(features=features, h_seg=h_seg, boxes=boxes)}
        for name, session in sessions.items():
            got = session.run(None, {k: v.numpy() for k, v in feeds[name].items()})
            for a, b in zip(got, want[name]):
                b = b.float().numpy()
                worst[name] = max(worst[name], float(np.abs(a - b).max() / (b.std() + 1e-6)))
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--weights', required=True)
    parser.add_argument('--out', required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    folder = Path(args.out)
    (folder / 'onnx').mkdir(parents=True, exist_ok=True)
    model = Vision()
    model.load_state_dict(torch.load(args.weights, weights_only=True))
    model.eval()
    write(model, folder / 'onnx')
    print('largest difference to PyTorch', check(model, folder / 'onnx'))
    for name in ('figure_parser', 'region_sampler', 'figure_mask'):
        halve(folder / 'onnx' / f'{name}.onnx')
    print('with weights stored in float16', check(model, folder / 'onnx'))
    path = folder / 'config.json'
    kept = json.loads(path.read_text('utf8')).get('parser', {}) if path.exists() else {}
    chosen = {k: kept[k] for k in ('thresholds', 'end_threshold', 'nms_iou', 'pair_cost', 'pair_floor') if k in kept}      # evaluate.py --choose wrote these
    put_config(folder, 'parser', CONFIG | chosen | dict(features=FEATURES, sampler=SAMPLER, mask=MASK))
    for name in ('figure_parser', 'region_sampler', 'figure_mask'):
        print((folder / 'onnx' / f'{name}.onnx').stat().st_size, name)


if __name__ == '__main__':
    main()
