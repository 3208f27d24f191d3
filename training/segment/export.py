"""Writes the pack: two ONNX files, config.json, preprocessor_config.json and groundnote.json with checksums.

    python export.py --weights ../../.cache/training/run/ema.pt --out ../../models/groundnote-segment
"""
import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from data import MEAN, STD
from model import EMBEDDINGS, MASK_STRIDE, MASKS, WIDTHS, Segmenter
from packing import halve

SIZE = 256              # working size: a view has about SIZE * SIZE pixels; chosen on the held-back part of training
CONFIG = dict(
    model_type='groundnote-segmenter',
    embeddings=list(EMBEDDINGS),
    embedding_channels=list(WIDTHS),
    embedding_strides=[4, 8, 16, 32],
    view_multiple=32,
    mask_stride=MASK_STRIDE,
    mask_input_stride=4,
    masks=MASKS,
    best_mask=0,
    mask_threshold=0.0,
    stroke_samples=32,
    crop_scale=1.5,
    second_view=dict(scale=1.5, max_aspect=2.0, min_side=48, max_cover=0.85, mask_input=False),
    refine=dict(radius=2, eps=0.001),
    tidy_share=0.02,
)
PREPROCESSOR = dict(do_resize=True, resample='bilinear', size=dict(longest_area_side=SIZE), rescale_factor=1 / 255, do_normalize=True,
                    image_mean=[round(float(v), 6) for v in MEAN], image_std=[round(float(v), 6) for v in STD])


class MaskDecoder(torch.nn.Module):
    """The decoder without the coarse output, which only training looks at."""

    def __init__(self, decoder):
        super().__init__()
        self.decoder = decoder

    def forward(self, *inputs):
        return self.decoder(*inputs)[:2]


def example(encoder, h, w, points):
    """Inputs of both nets for a view of h x w pixels."""
    torch.manual_seed(h + w)
    pixels = torch.randn(1, 3, h, w)
    with torch.no_grad():
        features = encoder(pixels)
    coords = torch.rand(1, points, 2) * torch.tensor([w, h])
    labels = torch.tensor([[1.0, 2.0, 3.0, 0.0, 4.0, -1.0][:points]])
    return pixels, (*features, coords, labels, torch.randn(1, 1, h // 4, w // 4), torch.ones(1))


def write(model, folder):
    """Exports both graphs with dynamic view size and number of points."""
    pixels, inputs = example(model.encoder, 320, 256, 5)
    hw = {2: 'height', 3: 'width'}
    level = lambda s: {2: f'height_{s}', 3: f'width_{s}'}
    features = {name: level(s) for name, s in zip(EMBEDDINGS, (4, 8, 16, 32))}
    common = dict(opset_version=17, dynamo=False, do_constant_folding=True)
    torch.onnx.export(model.encoder, (pixels,), str(folder / 'image_encoder.onnx'), input_names=['pixel_values'],
                      output_names=list(EMBEDDINGS), dynamic_axes={'pixel_values': hw} | features, **common)
    names = [*EMBEDDINGS, 'point_coords', 'point_labels', 'mask_input', 'has_mask_input']
    torch.onnx.export(MaskDecoder(model.decoder).eval(), inputs, str(folder / 'mask_decoder.onnx'), input_names=names,
                      output_names=['masks', 'iou_predictions'],
                      dynamic_axes=features | {'point_coords': {1: 'points'}, 'point_labels': {1: 'points'}, 'mask_input': level(4),
                                               'masks': level(MASK_STRIDE)}, **common)


def check(model, folder):
    """Largest difference between PyTorch and ONNX Runtime over some sizes and numbers of points."""
    run = lambda name, feeds: onnxruntime.InferenceSession(str(folder / name), providers=['CPUExecutionProvider']).run(None, feeds)
    worst = 0.0
    for h, w, points in ((320, 320, 1), (256, 416, 6), (448, 224, 3)):
        pixels, inputs = example(model.encoder, h, w, points)
        got = run('image_encoder.onnx', {'pixel_values': pixels.numpy()})
        worst = max([worst] + [float(np.abs(a - b.numpy()).max()) for a, b in zip(got, inputs)])
        names = [*EMBEDDINGS, 'point_coords', 'point_labels', 'mask_input', 'has_mask_input']
        got = run('mask_decoder.onnx', {n: t.numpy() for n, t in zip(names, inputs)})
        with torch.no_grad():
            want = model.decoder(*inputs)[:2]
        worst = max([worst] + [float(np.abs(a - b.numpy()).max()) for a, b in zip(got, want)])
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--weights', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--half', action='store_true', help='store the weights in float16')
    args = parser.parse_args()
    folder = Path(args.out)
    (folder / 'onnx').mkdir(parents=True, exist_ok=True)
    model = Segmenter()
    model.load_state_dict(torch.load(args.weights, weights_only=True))
    model.eval()
    write(model, folder / 'onnx')
    print('largest difference to PyTorch', check(model, folder / 'onnx'))
    if args.half:
        for name in ('image_encoder.onnx', 'mask_decoder.onnx'):
            halve(folder / 'onnx' / name)
        print('with weights stored in float16', check(model, folder / 'onnx'))
    (folder / 'config.json').write_text(json.dumps(CONFIG, indent=2) + '\n')
    (folder / 'preprocessor_config.json').write_text(json.dumps(PREPROCESSOR, indent=2) + '\n')
    files = []
    for path in ('config.json', 'preprocessor_config.json', 'onnx/image_encoder.onnx', 'onnx/mask_decoder.onnx'):
        data = (folder / path).read_bytes()
        files.append(dict(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data)))
    pack = dict(
        id='groundnote-segment', version='0.1.0', title='Groundnote Segment',
        description='Masks from points, boxes, strokes and earlier masks; small enough to ship, runs on one CPU thread.',
        engine='onnx', kind='promptable-segmenter', tasks=['segment'], prompts=['point', 'box', 'stroke', 'mask'], returns=['mask'],
        license='Apache-2.0', source='training/', card='README.md', files=files)
    (folder / 'groundnote.json').write_text(json.dumps(pack, indent=2) + '\n')
    print('\n'.join(f"{f['size']:>9} {f['path']}" for f in files))


if __name__ == '__main__':
    main()
