"""Batches: arrays of one modality, questions and answers as numbers."""
import numpy as np
import torch

from . import modalities, pack, sources
from .model import MAX_ANSWER, MAX_QUESTION
from .vocabulary import BEGIN, END, PAD, UNKNOWN, VOCABULARY

LANGUAGES = ('en', 'zh')


class Dataset:
    """The packed samples of some modalities."""

    def __init__(self, names, part='train'):
        kinds = {sources.OF[name] for name in names}
        self.packs = {kind: pack.load(kind, part) for kind in sorted(kinds)}

    def size(self, name):
        return len(self.packs[sources.OF[name]][1])

    def inputs(self, name, indices):
        """The tokeniser's inputs: one tensor per array, samples (and their frames) along the first axis."""
        arrays = modalities.module(name).scale({k: v[indices] for k, v in self.packs[sources.OF[name]][0][name].items()})
        return [torch.from_numpy(v.reshape(-1, *v.shape[2:])) for v in arrays.values()]

    def talk(self, rng, name, index, language):
        """Something said about a sample."""
        kind = sources.OF[name]
        return sources.module(kind).talk(rng, name, self.packs[kind][1][index], language)


def fill(rows, width):
    """Rows of numbers as one tensor, padded behind."""
    longest = min(max(map(len, rows)), width)
    out = np.full((len(rows), longest), PAD, np.int64)
    for i, row in enumerate(rows):
        out[i, :min(len(row), longest)] = row[:longest]
    return torch.from_numpy(out)


def batch(rng, dataset, name, count, drop=.04):
    """inputs, question [n, q], answer with BEGIN and END [n, a]; a share `drop` of the question's words becomes unknown."""
    indices = rng.integers(dataset.size(name), size=count)
    questions, answers = [], []
    for index in indices:
        said = dataset.talk(rng, name, int(index), LANGUAGES[rng.integers(2)])
        questions.append([UNKNOWN if rng.random() < drop else w for w in VOCABULARY.encode(said.question)])
        answers.append([BEGIN, *VOCABULARY.encode(said.answer), END])
    return dataset.inputs(name, indices), fill(questions, MAX_QUESTION), fill(answers, MAX_ANSWER)
