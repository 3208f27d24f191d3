"""Trains the segmenter on the CPU: two single-threaded ranks over gloo, resumable, scheduled by the clock.

    OMP_NUM_THREADS=1 torchrun --nproc-per-node 2 train.py --minutes 89 --nanodet ../../../shared/data/weights/nanodet_m_416.onnx

Writes .cache/training/run/last.pt (everything, for resuming) and ema.pt (the averaged weights, for export.py).
"""
import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist

from data import ASPECTS, Source, view_size
from losses import next_click, segmentation_loss
from model import Segmenter
from prepare import ROOT

RUN = ROOT / '.cache' / 'training' / 'run'
ROUNDS = (0.45, 0.33, 0.22)             # probability of 0, 1, 2 corrective rounds
KEEP_MASK = 0.7                         # probability that a corrective round sees the mask of the round before
EMA = 0.998


def add_clicks(batch, logits):
    """Appends the next corrective click of every prompt and puts the mask in as the previous one."""
    predicted = (logits[:, 0] > 0).cpu().numpy()
    truth = batch['target'][:, 0].numpy() > 0.5
    coords = torch.zeros(len(truth), 1, 2)
    labels = torch.full((len(truth), 1), -1.0)
    for i in range(len(truth)):
        click = next_click(predicted[i], truth[i])
        if click:
            coords[i, 0] = torch.tensor([2.0 * click[0] + 1.0, 2.0 * click[1] + 1.0])
            labels[i, 0] = float(click[2])
    batch['coords'] = torch.cat([batch['coords'], coords], 1)
    batch['labels'] = torch.cat([batch['labels'], labels], 1)
    keep = (torch.rand(len(truth)) < KEEP_MASK).float()
    batch['mask'] = torch.nn.functional.avg_pool2d(logits[:, :1].float(), 2) * keep[:, None, None, None]
    batch['has_mask'] = keep


def forward(model, batch, prompts, rounds):
    """Loss averaged over the rounds, and the mean IoU of the first round."""
    with torch.autocast('cpu', torch.bfloat16):
        features = model.encoder(batch['pixels'].contiguous(memory_format=torch.channels_last))
        features = [f.repeat_interleave(prompts, 0) for f in features]
    total, first = 0.0, None
    for r in range(rounds + 1):
        with torch.autocast('cpu', torch.bfloat16):
            masks, quality, coarse = model.decoder(*features, batch['coords'], batch['labels'], batch['mask'], batch['has_mask'])
        loss, actual = segmentation_loss(masks, quality, coarse, batch['target'])
        total = total + loss
        first = actual if first is None else first
        if r < rounds:
            add_clicks(batch, masks.detach())
    return total / (rounds + 1), first


def synchronise(parameters):
    """Averages the gradients of all ranks."""
    if not dist.is_initialized():
        return
    flat = torch.cat([p.grad.reshape(-1) for p in parameters])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    start = 0
    for p in parameters:
        p.grad.copy_(flat[start:start + p.numel()].view_as(p))
        start += p.numel()


def groups(model, lr):
    """The pretrained part learns at a quarter of the rate; biases and norms are not decayed."""
    out = {}
    for name, p in model.named_parameters():
        scale, decay = (0.25 if name.startswith('encoder.backbone') else 1.0), (0.02 if p.ndim > 1 else 0.0)
        out.setdefault((scale, decay), []).append(p)
    return [dict(params=ps, lr=lr * s, scale=s, weight_decay=d) for (s, d), ps in out.items()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--nanodet', help='ONNX file whose backbone and neck the encoder starts from')
    parser.add_argument('--minutes', type=float, default=89, help='training time in all, resumed stretches included')
    parser.add_argument('--pictures', type=int, default=4, help='views per rank and step')
    parser.add_argument('--prompts', type=int, default=3, help='prompts per view')
    parser.add_argument('--size', type=int, default=256)
    parser.add_argument('--finish-size', type=int, default=320, help='size of half of the views of the last part')
    parser.add_argument('--finish-from', type=float, default=0.75, help='share of the time after which that begins')
    parser.add_argument('--lr', type=float, default=1.2e-3)
    parser.add_argument('--save-every', type=float, default=3, help='minutes between checkpoints')
    args = parser.parse_args()

    torch.set_num_threads(1)
    if dist.is_torchelastic_launched():
        dist.init_process_group('gloo')
    rank = dist.get_rank() if dist.is_initialized() else 0
    RUN.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model = Segmenter()
    if args.nanodet:
        model.encoder.backbone.load_nanodet(args.nanodet)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(groups(model, args.lr), betas=(0.9, 0.99))
    step, elapsed = 0, 0.0
    average = {k: v.clone() for k, v in model.state_dict().items()}
    if (RUN / 'last.pt').exists():
        saved = torch.load(RUN / 'last.pt', weights_only=True)
        model.load_state_dict(saved['model'])
        optimizer.load_state_dict(saved['optimizer'])
        average, step, elapsed = saved['average'], saved['step'], saved['elapsed']
    model = model.to(memory_format=torch.channels_last).train()
    source = Source(seed=1000 * step + rank)

    begun, saved_at, log = time.time() - elapsed, time.time(), []
    while True:
        clock = torch.tensor([(time.time() - begun) / (60 * args.minutes)], dtype=torch.float64)
        if dist.is_initialized():
            dist.broadcast(clock, 0)                                    # every rank acts on the same clock
        progress = float(clock)
        shared = np.random.default_rng(step)                            # the same shape and rounds on every rank
        rounds = int(shared.choice(3, p=ROUNDS))
        large = progress > args.finish_from and shared.random() < 0.5
        shape = view_size(args.finish_size if large else args.size, float(shared.choice(ASPECTS)))

        if progress >= 1 or time.time() - saved_at > 60 * args.save_every:
            saved_at = time.time()
            if rank == 0:
                state = dict(model=model.state_dict(), average=average, optimizer=optimizer.state_dict(), step=step, elapsed=saved_at - begun)
                torch.save(state, RUN / 'last.tmp')
                (RUN / 'last.tmp').replace(RUN / 'last.pt')
                torch.save(average, RUN / 'ema.pt')
        if progress >= 1:
            break

        rate = min(1.0, (step + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))
        for group in optimizer.param_groups:
            group['lr'] = args.lr * group['scale'] * rate
        batch = {k: torch.from_numpy(v) for k, v in source.batch(args.pictures, args.prompts, shape).items()}
        loss, first = forward(model, batch, args.prompts, rounds)
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        for p in parameters:
            if p.grad is None:
                p.grad = torch.zeros_like(p)
        synchronise(parameters)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        keep = min(EMA, (1 + step) / (10 + step))
        with torch.no_grad():
            for k, v in model.state_dict().items():
                average[k].lerp_(v, 1 - keep) if v.is_floating_point() else average[k].copy_(v)
        log.append((float(loss.detach()), float(first.mean())))
        if rank == 0 and step % 50 == 0:
            mean = np.mean(log[-50:], 0)
            print(f'step {step} minute {(time.time() - begun) / 60:.1f} loss {mean[0]:.4f} first IoU {mean[1]:.4f}', flush=True)
    if dist.is_initialized():
        dist.destroy_process_group()


if __name__ == '__main__':
    main()
