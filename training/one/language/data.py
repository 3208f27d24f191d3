"""Batches of questions about noisy parses, made on the fly; the same for the same seed."""
import random

import numpy as np
import torch

from synth.questions.make import Maker, NoFit
from synth.scene import parse as scene_parse

from ..program import TOKENS
from .features import IDS, REGION_IDS, REGION_NUMBERS, SEG, START, VOCABULARY, Reader
from .linking import FEATURES
from .model import KINDS, LOOKS, POINT_PLACE, SEG_PLACE, WIDTH
from .noise import carried, noisy
from .text import GRAMS, REGION_GRAMS

STRANGE = 120                                  # labels of other figures that are kept for questions about what is not there
STRANGE_ROLES = ('block', 'group', 'row_header', 'col_header', 'legend_entry', 'text', 'image')
OF_A_FIGURE = 8                                # questions about a figure in a batch of training
LONGEST = 36                                   # tokens, about, of a question
MOST_REGIONS = 80                              # of a figure of a batch of training: larger ones cost more than they teach


def weight(question):
    """About how many tokens a question has."""
    return sum(1.0 if c >= '⺀' else 0.2 for c in question)


def kinds_of(program):
    """The kind of slot that each token fills."""
    slots, out = ['root'], []
    for token in program:
        kind = slots.pop()
        out.append(kind)
        if kind in ('root', 'S'):
            slots += reversed(TOKENS[token]['args'])
    return out


class Source:
    """An endless stream of figures with `per` questions each. `without`: parts left out for an ablation."""

    def __init__(self, seed, split='train', per=OF_A_FIGURE, new=False, strength=1.0, without=()):
        self.rng, self.split, self.per, self.new, self.strength, self.without = random.Random(f'{seed}:{split}:language'), split, per, new, strength, without
        self.strange = []

    def figure(self):
        """(true parse, noisy parse, where regions went, [(Pair, program in the noisy parse)], focus, chips), all of a situation."""
        rng = self.rng
        while True:
            true = scene_parse(rng.randrange(1 << 40), self.split)
            strength = self.strength * rng.choice((0, 0.5, 1, 1, 1.5)) if self.strength else 0
            seen, at = noisy(true, rng, strength)
            if not 1 < len(seen.regions) <= MOST_REGIONS:
                continue
            focus, chips, before = self.situation(true, at)
            maker = Maker(true, rng, self.strange, self.new, focus, chips, before, 'negatives' not in self.without, 'paraphrase' not in self.without)
            pairs = []
            for _ in range(self.per * 3):
                try:
                    pair = maker.pair()
                except NoFit:
                    break
                program = carried(pair.program, at)
                if program is not None and weight(pair.question) <= LONGEST:
                    pairs.append((pair, program))
                if len(pairs) == self.per:
                    break
            texts = [r.text for r in true.regions if r.text and r.role in STRANGE_ROLES]
            self.strange = (self.strange + rng.sample(texts, min(len(texts), 6)))[-STRANGE:]
            if len(pairs) == self.per:
                return true, seen, at, pairs, focus, chips, before

    def situation(self, true, at):
        """(focus, chips, program before) in the true parse, of regions that the noisy one has."""
        rng, n = self.rng, len(true.regions)
        there = [i for i in range(n) if i in at]
        focus, before = [], []
        if rng.random() < 0.35:
            first = Maker(true, rng, (), False, (), (), (), False)
            for _ in range(20):
                try:
                    pair = first.pair()
                    result = first.run.run(pair.program)
                except NoFit:
                    break
                if result.focus and len(result.focus) <= 6 and all(i in at for i in result.focus):
                    focus, before = result.focus, pair.program
                    break
        likely = [i for i in there if true.regions[i].role not in ('tick', 'arrow')] or there
        chips = rng.sample(likely, min(len(likely), rng.choice((1, 1, 1, 2, 2, 3)))) if rng.random() < 0.25 else []
        return focus, chips, before

    def batches(self, figures):
        """Batches of the model (model.py) with what to write: `tokens`, `places`, `targets` [B, T], `kinds` [B, T], and for h_seg `seg_box`, `seg_role`.
        Each figure gives its shorter questions to one batch and its longer ones to another, so that little is padded."""
        drawn = [self.figure() for _ in range(figures)]
        for i in range(0, self.per, OF_A_FIGURE):
            yield collate([(*f[:3], sorted(f[3], key=lambda p: weight(p[0].question))[i:i + OF_A_FIGURE], *f[4:]) for f in drawn], OF_A_FIGURE, self.without)


def read(seen, at, pairs, focus, chips, before, without=()):
    """Arrays of one figure and its questions."""
    if 'ocr' in without:
        for r in seen.regions:
            r.text = None
    reader = Reader(seen)
    ids, numbers = reader.situation([at[i] for i in focus], [at[i] for i in chips])
    past = carried(before, at) or []
    questions = [reader.question(pair.question, past) for pair, _ in pairs]
    if 'linking' in without:
        questions = [(g, p, np.zeros_like(l)) for g, p, l in questions]
    return reader, ids, numbers, questions


def collate(figures, per, without=()):
    arrays = [read(seen, at, pairs, focus, chips, before, without) for _, seen, at, pairs, focus, chips, before in figures]
    f, b = len(figures), len(figures) * per
    r = max(len(a[1]) for a in arrays)
    q = max(len(x[0]) for a in arrays for x in a[3])
    programs = [program for fig in figures for _, program in fig[3]]
    t, v = max(map(len, programs)) + 3, len(VOCABULARY)
    z = np.zeros
    out = dict(region_ids=z((f, r, REGION_IDS), np.int64), region_numbers=z((f, r, REGION_NUMBERS), np.float32), region_grams=z((f, r, REGION_GRAMS), np.int64),
               looks=z((f, r, LOOKS), np.float32), has_looks=z((f, r), np.float32), regions_mask=z((f, r), np.float32), context=z((f, 1, WIDTH), np.float32), context_mask=z((f, 1), np.float32),
               question_grams=z((b, q, GRAMS), np.int64), question_places=z((b, q), np.int64), question_mask=z((b, q), np.float32), links=z((b, q, r, FEATURES), np.float32),
               tokens=z((b, t), np.int64), places=z((b, t), np.int64), targets=np.full((b, t), -1), kinds=z((b, t), np.int64), seg_at=z(b, np.int64), seg_box=z((b, 4), np.float32),
               seg_role=np.full(b, -1))
    for i, (reader, ids, numbers, questions) in enumerate(arrays):
        n = len(ids)
        out['region_ids'][i, :n], out['region_numbers'][i, :n], out['region_grams'][i, :n], out['regions_mask'][i, :n] = ids, numbers, reader.grams, 1
        for k, (grams, places, links) in enumerate(questions):
            j, m = i * per + k, len(grams)
            out['question_grams'][j, :m], out['question_places'][j, :m], out['question_mask'][j, :m], out['links'][j, :m, :n] = grams, places, 1, links
            program = programs[j]
            number = lambda token: v + int(token[1:]) if token[0] == '@' else v + r + int(token[1:]) if token[0] == '^' else IDS[token]
            written, length = [number(x) for x in program], len(program)
            out['targets'][j, :length] = written
            out['kinds'][j, :length] = [KIND_IDS[k] for k in kinds_of(program)]
            # One region after the program, and <seg>: for h_seg.
            region = (k * 7 + length) % n
            out['tokens'][j, :length + 3] = [IDS[START], *written, v + region, IDS[SEG]]
            out['places'][j, :length + 3] = [*range(length + 1), POINT_PLACE, SEG_PLACE]
            out['seg_at'][j], out['seg_box'][j], out['seg_role'][j] = length + 2, numbers[region, :4], ids[region, 0] - 1
    return {'per': per, **{k: torch.from_numpy(x) for k, x in out.items()}}


KIND_IDS = {k: i for i, k in enumerate((*KINDS, 'region', 'position'))}
