"""Trains the language model on questions made on the fly. Resumable; the learning rate follows the clock.

    PYTHONPATH=training python -m one.language.train --minutes 40 --out .cache/training/language
"""
import argparse
import json
import math
import multiprocessing
import os
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from .data import KIND_IDS, Source
from .model import KINDS, LanguageModel, kind_masks

SAVE_EVERY = 120                  # seconds
PER = 24                          # questions about a figure
WITHOUT = ('ocr', 'linking', 'paraphrase', 'negatives')
DROP_TOKEN, FALSE_LOOKS, FALSE_CONTEXT = 0.04, 0.1, 0.05


def slot_bias(kinds, masks, regions, positions):
    """[B, T, V + R + Q]: 0 where the kind of slot [B, T] takes a word, region or position, else -1e4."""
    words = masks.to(kinds.device)[kinds.clamp(max=len(KINDS) - 1)] & (kinds < len(KINDS))[..., None]
    of = lambda kind, n: (kinds == KIND_IDS[kind])[..., None].expand(-1, -1, n)
    return (1 - torch.cat([words, of('region', regions), of('position', positions)], 2).float()) * -1e4


def losses(model, batch, masks):
    """(cross entropy of the program under the grammar, loss of h_seg: L1 of the region's box and cross entropy of its role)."""
    encoded = model.encode(batch)
    h, logits, _, _ = model.decode(batch, encoded, model.memory(batch, encoded), batch['tokens'], batch['places'])
    bias = slot_bias(batch['kinds'], masks, encoded[0].shape[1], encoded[2].shape[1])
    program = F.cross_entropy((logits.float() + bias).flatten(0, 1), batch['targets'].flatten(), ignore_index=-1)
    seg = model.seg(h[torch.arange(len(h)), batch['seg_at']]).float()
    where = (model.seg_box(seg) - batch['seg_box']).abs().mean()
    return program, where + 0.1 * F.cross_entropy(model.seg_role(seg), batch['seg_role'])


def disturb(batch):
    """Forgets some tokens of the questions, and shows looks and context that mean nothing, so that nothing is expected of them yet."""
    lost = torch.rand(batch['question_mask'].shape) < DROP_TOKEN
    batch['question_grams'] = batch['question_grams'].masked_fill(lost[..., None], 0)
    chosen = (torch.rand(len(batch['looks']), 1) < FALSE_LOOKS).float() * batch['regions_mask']
    batch['has_looks'], batch['looks'] = chosen, torch.randn_like(batch['looks']) * chosen[..., None]
    context = (torch.rand(len(batch['context']), 1) < FALSE_CONTEXT).float()
    batch['context_mask'], batch['context'] = context, torch.randn_like(batch['context']) * context[..., None]
    return batch


def produce(queue, seed, figures, without):
    """Makes batches in a process of its own, at low priority; ends with its parent."""
    os.nice(5)
    torch.set_num_threads(1)
    source, parent = Source(seed, per=PER, without=without), os.getppid()
    while os.getppid() == parent:
        for batch in source.batches(figures):
            queue.put({k: v.numpy() if torch.is_tensor(v) else v for k, v in batch.items()})


def stream(seed, figures, without, beside):
    """Batches, made here or in a process beside."""
    if not beside:
        source = Source(seed, per=PER, without=without)
        while True:
            yield from source.batches(figures)
    context = multiprocessing.get_context('fork')
    queue = context.Queue(24)
    context.Process(target=produce, args=(queue, seed, figures, without), daemon=True).start()
    while True:
        yield {k: v if isinstance(v, int) else torch.from_numpy(v) for k, v in queue.get().items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--minutes', type=float, default=40, help='of training in all, over all stretches')
    parser.add_argument('--figures', type=int, default=12, help='of a batch, eight questions each')
    parser.add_argument('--rate', type=float, default=1.6e-3)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--without', action='append', default=[], choices=WITHOUT)
    parser.add_argument('--beside', action='store_true', help='make the data in a second process')
    parser.add_argument('--start', type=Path, help='a checkpoint whose weights to begin with')
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    last = args.out / 'last.pt'
    torch.manual_seed(args.seed)
    model, masks = LanguageModel(), kind_masks()
    decayed = [p for p in model.parameters() if p.dim() > 1]
    optimiser = torch.optim.AdamW([{'params': decayed}, {'params': [p for p in model.parameters() if p.dim() <= 1], 'weight_decay': 0.0}], args.rate,
                                  betas=(0.9, 0.98), weight_decay=0.02)
    step, spent = 0, 0.0
    if last.exists():
        state = torch.load(last, weights_only=False)
        model.load_state_dict(state['model'])
        optimiser.load_state_dict(state['optimiser'])
        step, spent = state['step'], state['spent']
    elif args.start:
        model.load_state_dict(torch.load(args.start, weights_only=False)['model'])
    batches = stream(args.seed * 1000003 + step, args.figures, args.without, args.beside)
    began, saved, shown = time.time(), time.time(), [0.0, 0.0, 0]

    def save():
        state = dict(model=model.state_dict(), optimiser=optimiser.state_dict(), step=step, spent=spent + time.time() - began, args=vars(args))
        torch.save(state, last.with_suffix('.new'))
        last.with_suffix('.new').replace(last)

    while (done := (spent + time.time() - began) / (60 * args.minutes)) < 1:
        rate = args.rate * min(1, (step + 1) / 150) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        for group in optimiser.param_groups:
            group['lr'] = rate
        batch = disturb(next(batches))
        with torch.autocast('cpu', torch.bfloat16):
            program, seg = losses(model, batch, masks)
        optimiser.zero_grad(set_to_none=True)
        (program + 0.5 * seg).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        shown = [shown[0] + float(program.detach()), shown[1] + float(seg.detach()), shown[2] + 1]
        if step % 50 == 0:
            line = dict(step=step, minutes=round((spent + time.time() - began) / 60, 2), program=round(shown[0] / shown[2], 4), seg=round(shown[1] / shown[2], 4), rate=round(rate, 6),
                        questions=step * args.figures * 8)
            print(json.dumps(line), flush=True)
            with open(args.out / 'log.jsonl', 'a') as log:
                log.write(json.dumps(line) + '\n')
            shown = [0.0, 0.0, 0]
        if time.time() - saved > SAVE_EVERY:
            save()
            saved = time.time()
    save()


if __name__ == '__main__':
    main()
