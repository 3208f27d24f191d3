"""Trains the universal encoder and the caption decoder; resumable, scheduled by the clock.

    PYTHONPATH=training python -m one.encoder.train --minutes 34                       the modalities of SHARES
    PYTHONPATH=training python -m one.encoder.train --add imu --minutes 6              a further modality: only its own parts learn
    … --router soft|constant|hard · --separate MODALITY · --freeze-language · --without replay · --seed N · --run NAME

Writes .cache/training/modalities/RUN/last.pt (everything, for resuming) and ema.pt (averaged weights). `--separate` trains one modality
alone; `--freeze-language` keeps the decoder as `--start` has it; `--add` starts from `--start` (default: ema.pt of run `base`), and with
`--train-all` lets everything learn while a modality is added, with replay of the others unless `--without replay`.
"""
import argparse
import math
import time

import numpy as np
import torch

from . import pack
from .data import Dataset, batch
from .model import ROUTERS, CaptionDecoder, UniversalEncoder
from .vocabulary import PAD

SHARES = {'image': .17, 'video': .12, 'depth': .15, 'normals': .14, 'points': .17, 'audio': .17, 'text': .08}
RATE, WARM, DECAY, EMA = 1.2e-3, 150, .02, .998
SAVE_SECONDS = 120
EASY, EASY_UNTIL = .7, .8                # share of the simplest samples at the beginning; none after this part of the training


class Captioner(torch.nn.Module):
    """Encoder and decoder."""

    def __init__(self, names, router='soft'):
        super().__init__()
        self.encoder, self.decoder = UniversalEncoder(names, router), CaptionDecoder()


def loss_of(model, name, made):
    """Cross-entropy per token of the answers: captions and answers to questions count the same."""
    inputs, *told = made
    with torch.autocast('cpu', torch.bfloat16):
        context = model.encoder(name, inputs)[0]
        logits = [model.decoder(context.repeat_interleave(len(q) // len(context), 0), q, a[:, :-1]) for q, a in told]
    return sum(torch.nn.functional.cross_entropy(y.float().flatten(0, 1), a[:, 1:].flatten(), ignore_index=PAD) for y, (_, a) in zip(logits, told)) / 2


def learning(model, options):
    """The parameters that learn."""
    if options.add and not options.train_all:
        return model.encoder.own(options.add)
    parts = [model.encoder] if options.freeze_language else [model.encoder, model.decoder]
    return [p for part in parts for p in part.parameters()]


def shares(options):
    """Names and probabilities of the modalities in a step."""
    if options.add:
        others = {} if not options.train_all or options.without_replay else {n: s * .5 for n, s in SHARES.items()}
        chosen = {options.add: 1 - sum(others.values()), **others}
    else:
        chosen = {n: s for n, s in SHARES.items() if options.separate in (None, n)}
    p = np.array([*chosen.values()])
    return [*chosen], p / p.sum()


def load_weights(model, path):
    """Weights of another run; a modality that it lacks keeps its own start."""
    state = torch.load(path, map_location='cpu', weights_only=True)
    missing, unexpected = model.load_state_dict(state['model'], strict=False)
    if unexpected:
        raise SystemExit(f'{path} has weights of unknown parts: {unexpected[:3]}')
    return missing


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--minutes', type=float, default=34)
    parser.add_argument('--steps', type=int, help='instead of minutes')
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--run', default=None)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--router', choices=ROUTERS, default='soft')
    parser.add_argument('--separate', metavar='MODALITY')
    parser.add_argument('--freeze-language', action='store_true')
    parser.add_argument('--add', metavar='MODALITY')
    parser.add_argument('--train-all', action='store_true')
    parser.add_argument('--without', choices=['replay'])
    parser.add_argument('--start', help='weights to start from')
    options = parser.parse_args()
    options.without_replay = options.without == 'replay'
    options.run = options.run or (f'add-{options.add}' if options.add else 'base')
    return options


def main():
    options = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    names, probabilities = shares(options)
    known = [n for n in SHARES if n != options.add] + ([options.add] if options.add else [])
    model, folder = Captioner(known, options.router), pack.CACHE / options.run
    folder.mkdir(parents=True, exist_ok=True)
    if options.add or options.start:
        load_weights(model, options.start or pack.CACHE / 'base' / 'ema.pt')
    model.requires_grad_(False)
    parameters = learning(model, options)
    for p in parameters:
        p.requires_grad_(True)
    optimiser = torch.optim.AdamW([dict(params=[p for p in parameters if p.ndim > 1], weight_decay=DECAY),
                                   dict(params=[p for p in parameters if p.ndim < 2], weight_decay=0)], RATE, betas=(.9, .98))
    average = {k: v.clone() for k, v in model.state_dict().items()}
    step, spent = 0, 0.0
    if (folder / 'last.pt').exists():
        state = torch.load(folder / 'last.pt', map_location='cpu', weights_only=True)
        model.load_state_dict(state['model'])
        optimiser.load_state_dict(state['optimiser'])
        average, step, spent = state['average'], state['step'], state['spent']
    dataset = Dataset(names)

    def save():
        temporary = folder / 'last.tmp'
        torch.save(dict(model=model.state_dict(), optimiser=optimiser.state_dict(), average=average, step=step, spent=spent), temporary)
        temporary.replace(folder / 'last.pt')
        torch.save(dict(model=average, names=known, router=options.router, step=step), folder / 'ema.pt')

    began, saved, losses = time.time() - spent, time.time(), {}
    while True:
        spent = time.time() - began
        done = step / options.steps if options.steps else spent / (60 * options.minutes)
        if done >= 1:
            break
        rng = np.random.default_rng((options.seed, step))
        name = str(rng.choice(names, p=probabilities))
        rate = RATE * min(1, (step + 1) / WARM) * (.02 + .98 * .5 * (1 + math.cos(math.pi * done)))
        for group in optimiser.param_groups:
            group['lr'] = rate
        model.train()
        loss = loss_of(model, name, batch(rng, dataset, name, options.batch, easy=EASY * max(0, 1 - done / EASY_UNTIL)))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        keep = min(EMA, (step + 1) / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.values()), list(model.state_dict().values()), 1 - keep)
        losses.setdefault(name, []).append(loss.item())
        step += 1
        if step % 100 == 0:
            print(f'{step} {spent / 60:.1f} min', {n: round(float(np.mean(v[-30:])), 3) for n, v in losses.items()}, flush=True)
        if time.time() - saved > SAVE_SECONDS:
            saved = time.time()
            save()
    save()
    print(f'done: {step} steps in {spent / 60:.1f} min', {n: round(float(np.mean(v[-50:])), 3) for n, v in losses.items()}, flush=True)


if __name__ == '__main__':
    main()
