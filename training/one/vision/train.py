"""Trains parser, sampler and mask decoder together on the CPU: one process, one thread, resumable, scheduled by the clock.

    PYTHONPATH=training python -m one.vision.pack --out .cache/training/vision/pack
    PYTHONPATH=training python -m one.vision.train --pack .cache/training/vision/pack --run .cache/training/vision/run \\
        --start models/groundnote-segment/onnx/image_encoder.onnx --minutes 48

Writes last.pt (everything, for resuming) and ema.pt (the averaged weights, for export.py and evaluate.py) into --run. Ablations:
`--encoder frozen` trains only what comes after the parser (start it with `--weights`); `--sampler average` pools a grid instead of sampling.
"""
import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch

from .data import Source
from .losses import mask_loss, parser_loss, region_losses
from .model import Vision

EMA = 0.998


def tensors(batch):
    """The arrays of a batch as tensors; rows of cells as [N, k] floats."""
    out = {k: torch.from_numpy(batch[k]) for k in ('pixels', 'heat', 'ends', 'text')}
    out['strokes'] = torch.from_numpy(batch['strokes'].astype(np.float32))
    out['rows'] = torch.tensor(batch['rows'], dtype=torch.float32).reshape(-1, 9)
    out['links'] = torch.tensor(batch['links'], dtype=torch.float32).reshape(-1, 6)
    return out


def forward(model, batch, frozen=False):
    """Dict of losses of one batch of data.Source."""
    data = tensors(batch)
    with torch.set_grad_enabled(not frozen), torch.autocast('cpu', torch.bfloat16):
        outputs = model.parser(data['pixels'].contiguous(memory_format=torch.channels_last))
    losses = {} if frozen else parser_loss(outputs, data)
    features, count = outputs[-1], sum(map(len, batch['regions']))
    for b, items in enumerate(batch['regions']):
        if not items:
            continue
        seen = features[b:b + 1].float().contiguous()
        _, h_seg, states, hues, roles = model.sampler(seen, torch.from_numpy(np.stack([i['points'] for i in items])))[:5]
        with torch.autocast('cpu', torch.bfloat16):
            masks = model.mask_decoder(features[b:b + 1], h_seg, torch.from_numpy(np.stack([i['box'] for i in items])))
        share = len(items) / count
        losses['classes'] = losses.get('classes', 0.0) + share * region_losses(states, hues, roles, items)
        losses['masks'] = losses.get('masks', 0.0) + share * mask_loss(masks.float(), torch.from_numpy(np.stack([i['mask'] for i in items])))
    return losses


def groups(model, lr):
    """The pretrained backbone learns at half the rate; biases and normalisations are not decayed."""
    out = {}
    for name, p in model.named_parameters():
        if p.requires_grad:
            key = 0.5 if '.backbone.' in name else 1.0, 0.02 if p.ndim > 1 else 0.0
            out.setdefault(key, []).append(p)
    return [dict(params=ps, lr=lr * scale, scale=scale, weight_decay=decay) for (scale, decay), ps in out.items()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--pack', required=True, help='folder that pack.py wrote')
    parser.add_argument('--run', required=True)
    parser.add_argument('--minutes', type=float, default=48, help='training time in all, resumed stretches included')
    parser.add_argument('--pictures', type=int, default=2, help='views per step')
    parser.add_argument('--referred', type=int, default=1, help='views of a step whose regions train the sampler and the mask decoder')
    parser.add_argument('--regions', type=int, default=8, help='regions of such a view')
    parser.add_argument('--size', type=int, default=416, help='views have about this many pixels squared ...')
    parser.add_argument('--finish-size', type=int, default=512, help='... and this many in the last part')
    parser.add_argument('--finish-from', type=float, default=0.6, help='share of the time after which that begins')
    parser.add_argument('--lr', type=float, default=1.5e-3)
    parser.add_argument('--save-every', type=float, default=2, help='minutes between checkpoints')
    parser.add_argument('--encoder', choices=('trained', 'frozen'), default='trained')
    parser.add_argument('--sampler', choices=('spatial', 'average'), default='spatial')
    parser.add_argument('--start', help="image_encoder.onnx of the first pack, for the trunk to start from")
    parser.add_argument('--weights', help='ema.pt to start from instead of at random')
    args = parser.parse_args()

    torch.set_num_threads(1)
    run = Path(args.run)
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model, frozen = Vision(args.sampler == 'average'), args.encoder == 'frozen'
    source = Source(args.pack, seed=1000)
    if args.start:
        model.parser.trunk.start_from(args.start, torch.from_numpy(source.batch(4, 352, 0)['pixels']))
    if args.weights:
        start = torch.load(args.weights, weights_only=True)
        model.load_state_dict({k: v for k, v in start.items() if args.sampler == 'spatial' or not k.startswith('sampler.')}, strict=args.sampler == 'spatial')
    if frozen:
        model.parser.requires_grad_(False)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(groups(model, args.lr), betas=(0.9, 0.98))
    step, elapsed = 0, 0.0
    average = {k: v.clone() for k, v in model.state_dict().items()}
    if (run / 'last.pt').exists():
        saved = torch.load(run / 'last.pt', weights_only=True)
        model.load_state_dict(saved['model'])
        optimizer.load_state_dict(saved['optimizer'])
        average, step, elapsed = saved['average'], saved['step'], saved['elapsed']
    model = model.to(memory_format=torch.channels_last).train()
    if frozen:
        model.parser.eval()
    source.rng = np.random.default_rng(1000 + step)

    begun, saved_at, log = time.time() - elapsed, time.time(), []
    while True:
        progress = (time.time() - begun) / (60 * args.minutes)
        if progress >= 1 or time.time() - saved_at > 60 * args.save_every:
            saved_at = time.time()
            state = dict(model=model.state_dict(), average=average, optimizer=optimizer.state_dict(), step=step, elapsed=saved_at - begun)
            torch.save(state, run / 'last.tmp')
            (run / 'last.tmp').replace(run / 'last.pt')
            torch.save(average, run / 'ema.tmp')
            (run / 'ema.tmp').replace(run / 'ema.pt')
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group['lr'] = args.lr * group['scale'] * min(1.0, (step + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        losses = forward(model, source.batch(args.pictures, args.finish_size if progress > args.finish_from else args.size, args.regions, args.referred), frozen)
        if not losses:
            continue
        optimizer.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 5.0)
        optimizer.step()
        step += 1
        keep = min(EMA, (1 + step) / (10 + step))
        with torch.no_grad():
            for k, v in model.state_dict().items():
                average[k].lerp_(v, 1 - keep) if v.is_floating_point() else average[k].copy_(v)
        log.append({k: float(v.detach()) for k, v in losses.items()})
        if step % 200 == 0:
            source.refresh()
        if step % 50 == 0:
            means = {k: np.mean([r[k] for r in log[-50:] if k in r]) for k in log[-1]}
            print(f'step {step} minute {(time.time() - begun) / 60:.1f} ' + ' '.join(f'{k} {v:.3f}' for k, v in means.items()), flush=True)


if __name__ == '__main__':
    main()
