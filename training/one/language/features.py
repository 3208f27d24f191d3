"""What the language model reads: a parse and a question as arrays, and the vocabulary of what it writes."""
import json
from pathlib import Path

import numpy as np

from ..parse import COLOURS, ROLES, colour_word
from ..program import LAST, NUMBERS, TOKENS
from .linking import Labels
from .text import GRAMS, MAX_QUESTION, REGION_GRAMS, grams, history, region_grams, tokens

WORDS = json.loads((Path(__file__).resolve().parents[2] / 'synth/caption_words.json').read_text())['words']
START, SEG, SAY, END = '<start>', '<seg>', 'SAY', 'END'
VOCABULARY = [START, SEG, SAY, END, *TOKENS, *ROLES, *COLOURS, *NUMBERS, LAST, *('=' + w for w in WORDS)]
IDS = {t: i for i, t in enumerate(VOCABULARY)}
REGION_IDS = 6                    # role, colour, role of the parent, role of the owner, icons, chip
REGION_NUMBERS = 10
HISTORY_FROM = MAX_QUESTION       # place of the first token of the program before


class Reader:
    """The arrays of a parse, made once, and of questions about it."""

    def __init__(self, parse):
        rs = self.regions = parse.regions
        self.labels = Labels([r.text for r in rs])
        self.ids = np.zeros((len(rs), REGION_IDS), np.int64)
        self.numbers = np.zeros((len(rs), REGION_NUMBERS), np.float32)
        self.grams = np.zeros((len(rs), REGION_GRAMS), np.int64)
        role = lambda i: 0 if i is None else 1 + ROLES.index(rs[i].role)
        for i, r in enumerate(rs):
            word = colour_word(r.colour)
            self.ids[i, :4] = 1 + ROLES.index(r.role), 0 if word is None else 1 + COLOURS.index(word), role(r.parent), role(r.owner)
            if r.role in ('snowflake', 'flame') and r.owner is not None:
                self.ids[r.owner, 4] |= 1 if r.role == 'snowflake' else 2
            x1, y1, x2, y2 = (v / s for v, s in zip(r.box, (parse.width, parse.height) * 2))
            self.numbers[i, :9] = x1, y1, x2, y2, x2 - x1, y2 - y1, (max(x2 - x1, 0) * max(y2 - y1, 0)) ** 0.5, bool(r.text), bool(r.bold)
            if r.text:
                g = region_grams(r.text)
                self.grams[i, :len(g)] = g

    def situation(self, focus=(), chips=()):
        """(region_ids, region_numbers) with what IT and CHIP 1, 2, ... mean."""
        if not len(focus) and not len(chips):
            return self.ids, self.numbers
        ids, numbers = self.ids.copy(), self.numbers.copy()
        numbers[list(focus), 9] = 1
        for n, i in reversed(list(enumerate(chips[:9], 1))):
            ids[i, 5] = n
        return ids, numbers

    def question(self, text, before=()):
        """(question_grams [Q, GRAMS], question_places [Q], links [Q, R, FEATURES]); `before`: the program of the turn before."""
        links = self.labels.link(text)
        past = history(before)
        q = len(links)
        out, places = np.zeros((q + len(past), GRAMS), np.int64), np.zeros(q + len(past), np.int64)
        for i, t in enumerate(tokens(text)[:MAX_QUESTION]):
            g = grams(t.text)
            out[i, :len(g)], places[i] = g, i
        for k, g in enumerate(past):
            out[q + k, 0], places[q + k] = g, HISTORY_FROM + k
        return out, places, np.concatenate([links, np.zeros((len(past),) + links.shape[1:], np.float32)])
