"""Measures captions and answers per modality, on samples of other seeds (`test`) and on combinations never trained on (`held`).

    PYTHONPATH=training python -m one.encoder.evaluate [--run base] [--names image …] [--count 150] [--json FILE]

caption_f1: facts in captions (things, sizes, colours, counts, links, order), micro-averaged; caption_exact: the whole caption; questions: exact
answers, overall, per kind; refuse: questions about what is absent, answered by a refusal; wrong_refusals: others answered by one.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch

from synth.talk.slots import f1, scene_slots, sequence_slots
from synth.talk.text import join, tokens

from . import pack, sources
from .data import LANGUAGES, Dataset
from .generate import answers
from .train import Captioner

REFUSALS = ('there is no ', 'there are no ', 'nobody ', '没有')


def load(run):
    """The averaged weights of a run."""
    state = torch.load(pack.CACHE / run / 'ema.pt', map_location='cpu', weights_only=True)
    model = Captioner(state['names'], state['router'])
    model.load_state_dict(state['model'])
    return model.eval(), state['names']


def refuses(text):
    """A refusal has a full stop; the answers `no` and 没有 have none."""
    return text.startswith(REFUSALS) and text.endswith(('.', '。'))


def measure(ask, dataset, name, count, seed=7):
    """`ask(name, inputs, questions)` gives answers. → the figures of one modality."""
    rng, scenes = np.random.default_rng(seed), sources.OF[name] in ('scenes', 'videos')
    read = scene_slots if scenes else sequence_slots
    hits, exact, kinds, wrong = np.zeros(3), 0, {}, 0
    count = min(count, dataset.size(name))
    for start in range(0, count, 25):
        indices = np.arange(start, min(start + 25, count))
        for share in (1, 0, 0):
            told = [dataset.talk(rng, name, int(i), LANGUAGES[rng.integers(2)], share) for i in indices]
            said = ask(name, dataset.inputs(name, indices), [t.question for t in told])
            for talk, answer in zip(told, said):
                truth = join(tokens(talk.answer))
                if share:
                    hits += f1(read(answer), read(truth))
                    exact += answer == truth
                else:
                    kinds.setdefault(talk.kind, []).append(answer == truth if talk.kind != 'refuse' else refuses(answer))
                    wrong += talk.kind != 'refuse' and refuses(answer)
    plain = [v for kind, values in kinds.items() if kind != 'refuse' for v in values]
    out = dict(n=count, caption_f1=2 * hits[0] / (hits[1] + hits[2]), caption_exact=exact / count, questions=np.mean(plain), wrong_refusals=wrong / len(plain))
    out |= {f'q_{kind}': np.mean(values) for kind, values in sorted(kinds.items())}
    return {k: round(float(v), 3) for k, v in out.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--run', default='base')
    parser.add_argument('--names', nargs='+')
    parser.add_argument('--count', type=int, default=150)
    parser.add_argument('--json')
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, names = load(options.run)
    ask = lambda name, inputs, questions: answers(model, name, inputs, questions)
    out = {}
    for part in ('test', 'held'):
        dataset = Dataset(options.names or names, part)
        for name in options.names or names:
            out[f'{name} {part}'] = measure(ask, dataset, name, options.count)
            print(name, part, json.dumps(out[f'{name} {part}']), flush=True)
    if options.json:
        Path(options.json).write_text(json.dumps(out, indent=1) + '\n')


if __name__ == '__main__':
    main()
