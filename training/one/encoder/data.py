"""Batches: arrays of one modality, questions and answers as numbers."""
import numpy as np
import torch

from . import modalities, pack, sources
from .model import MAX_ANSWER, MAX_QUESTION
from .vocabulary import BEGIN, END, PAD, UNKNOWN, VOCABULARY

LANGUAGES = ('en', 'zh')
QUESTIONS = 2                 # asked of each sample of a batch: encoding costs more than answering


class Dataset:
    """The packed samples of some modalities."""

    def __init__(self, names, part='train'):
        kinds = {sources.OF[name] for name in names}
        self.packs = {kind: pack.load(kind, part) for kind in sorted(kinds)}
        self.simple = {kind: np.flatnonzero([sources.module(kind).simple(truth) for truth in truths]) for kind, (_, truths) in self.packs.items()}

    def size(self, name):
        return len(self.packs[sources.OF[name]][1])

    def inputs(self, name, indices):
        """The tokeniser's inputs: one tensor per array, samples (and their frames) along the first axis."""
        arrays = modalities.module(name).scale({k: v[indices] for k, v in self.packs[sources.OF[name]][0][name].items()})
        return [torch.from_numpy(v.reshape(-1, *v.shape[2:])) for v in arrays.values()]

    def talk(self, rng, name, index, language, share):
        """Something said about a sample: a caption with probability `share`, else a question."""
        kind = sources.OF[name]
        return sources.module(kind).talk(rng, name, self.packs[kind][1][index], language, share)


def fill(rows, width):
    """Rows of numbers as one tensor, padded behind."""
    longest = min(max(map(len, rows)), width)
    out = np.full((len(rows), longest), PAD, np.int64)
    for i, row in enumerate(rows):
        out[i, :min(len(row), longest)] = row[:longest]
    return torch.from_numpy(out)


def numbers(rng, talks, drop):
    """question [n, q] and answer with BEGIN and END [n, a]; a share `drop` of the questions' words becomes unknown."""
    questions = [[UNKNOWN if rng.random() < drop else w for w in VOCABULARY.encode(said.question)] for said in talks]
    return fill(questions, MAX_QUESTION), fill([[BEGIN, *VOCABULARY.encode(said.answer), END] for said in talks], MAX_ANSWER)


def batch(rng, dataset, name, count, easy=0.0, drop=.04):
    """inputs of `count` samples, then (question, answer) of one caption a sample and of QUESTIONS questions a sample (those of one after each other).
    A share `easy` of the samples is of the simplest ones: a single thing or event."""
    indices = rng.integers(dataset.size(name), size=count)
    simple = dataset.simple[sources.OF[name]]
    indices[:round(count * easy)] = simple[rng.integers(len(simple), size=round(count * easy))]
    say = lambda index, share: dataset.talk(rng, name, int(index), LANGUAGES[rng.integers(2)], share)
    captions = numbers(rng, [say(i, 1) for i in indices], drop)
    return dataset.inputs(name, indices), captions, numbers(rng, [say(i, 0) for i in indices for _ in range(QUESTIONS)], drop)
