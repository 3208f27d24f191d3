"""Greedy decoding under the grammar, from PyTorch or from the exported graphs; how "not there" is decided."""
import numpy as np
import torch

from ..program import allowed
from .features import IDS, START, VOCABULARY

V = len(VOCABULARY)
#: Below `reference` what a REF points to counts as not there (chosen on the training side: refuses .04 more of what is absent and .01 more
#: of what is there). `phrase` is off: what the model calls absent was never linked so well that a veto helped.
ABSENT = dict(phrase=0.0, reference=0.5)


def permitted(prefix, situation, regions, positions):
    """([V + regions + positions] bool: what may come next, whether the program is complete)."""
    may = allowed(prefix, situation)
    mask = np.zeros(V + regions + positions, bool)
    mask[[IDS[t] for t in may.tokens]] = True
    if may.regions:
        mask[V:V + situation.regions] = True
    if may.position is not None:
        mask[V + regions + may.position:V + regions + situation.positions] = True
    return mask, may.done


def name(index, regions):
    """The token of an index of the logits."""
    return VOCABULARY[index] if index < V else f'@{index - V}' if index < V + regions else f'^{index - V - regions}'


def meant(attended, words):
    """(first, last) of the run of words around the largest `attended` [Q] in which each has at least a quarter of it."""
    at = int(np.argmax(attended))
    fits = lambda i: 0 <= i < len(words) and words[i] and attended[i] >= attended[at] / 4
    first = last = at
    while fits(first - 1):
        first -= 1
    while fits(last + 1):
        last += 1
    return first, last


def decide(program, references, links, words, absent=ABSENT):
    """The program after the rules about what is not there. `references`: (region, attended [Q]) of each REF, in order."""
    for region, attended in references:
        q = len(words)
        link = float((attended[:q] * links[:q, region, :2].max(-1)).sum())
        if link < absent['reference']:
            first, last = meant(attended[:q], words)
            return ['ABSENT', f'^{first}', f'^{last}']
    return program


@torch.no_grad()
def decode_batch(model, batch, situations):
    """For each question of a batch: (program, references). situations: one Situation a question."""
    encoded = model.encode(batch)
    memory = model.memory(batch, encoded)
    b, r, q = len(situations), encoded[0].shape[1], encoded[2].shape[1]
    programs, references, done = [[] for _ in range(b)], [[] for _ in range(b)], [False] * b
    tokens, past = torch.full((b, 1), IDS[START]), None
    for step in range(25):
        _, logits, attended, past = model.decode(batch, encoded, memory, tokens, torch.full((b, 1), step), past)
        logits = logits[:, 0].float().numpy()
        nexts = []
        for i in range(b):
            if done[i]:
                nexts.append(0)
                continue
            mask, _ = permitted(programs[i], situations[i], r, q)
            index = int(np.where(mask, logits[i], -np.inf).argmax())
            if V <= index < V + r:
                references[i].append((index - V, attended[i, 0].float().numpy()))
            programs[i].append(name(index, r))
            nexts.append(index)
            done[i] = allowed(programs[i], situations[i]).done
        if all(done):
            break
        tokens = torch.tensor(nexts)[:, None]
    return list(zip(programs, references))
