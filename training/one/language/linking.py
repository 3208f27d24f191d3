"""Which tokens of a question may name which region: numbers that are computed, not learned (docs/figure-language.md)."""
from functools import lru_cache

import numpy as np

from ..parse import DATA
from .text import MAX_QUESTION, tokens

FEATURES = 3                      # whole, word, best
LONGEST_SPAN = 10                 # tokens
BEST_FROM = 0.5                   # `whole` from which a region can be the best for a token
_ENGLISH, _CHINESE = {}, {}                               # of several translations the first counts
for _en, _zh in DATA['translations']:
    _ENGLISH.setdefault(_zh, _en)
    _CHINESE.setdefault(_en, _zh)
_LONGEST_HAN = max(map(len, _ENGLISH))


def compact(words):
    """Tokens that have letters or digits, written together; all tokens where none has."""
    return ''.join(t.text for t in words if t.word) or ''.join(t.text for t in words)


def pairs(text):
    """The set of adjacent characters of '^' + text + '$'."""
    padded = '^' + text + '$'
    return {padded[i:i + 2] for i in range(len(padded) - 1)}


def translated(words):
    """A label's words in the other language, as far as `translations` in language.json has them; None where it has none of them.
    From Chinese: the longest entries from the left. From English: word by word."""
    out, found, i = [], False, 0
    while i < len(words):
        for n in range(min(_LONGEST_HAN, len(words) - i), 0, -1):
            text = ''.join(t.text for t in words[i:i + n])
            if text in _ENGLISH or n == 1:
                break
        other = _ENGLISH.get(text) or _CHINESE.get(text)
        found |= other is not None
        out.append(other or text)
        i += n
    return out if found else None


@lru_cache(50000)
def variants(text):
    """(ways to write a label, each a set of pairs; its words, as sets of pairs): as it is, translated, and its initials from three words on."""
    words = tokens(text)
    ways, single = [compact(words)], [t.text for t in words]
    other = translated(words)
    if other:
        ways.append(''.join(''.join(t.text for t in tokens(o) if t.word) for o in other))
        single += [t.text for o in other for t in tokens(o)]
    latin = [t.text for t in words if t.word and t.text.isascii() and t.text.isalpha()]
    if len(latin) >= 3:
        ways.append(''.join(w[0] for w in latin))
    ways = [w for w in dict.fromkeys(ways) if w]
    return tuple(frozenset(pairs(w)) for w in ways), tuple(frozenset(pairs(w)) for w in dict.fromkeys(single))


class Labels:
    """The texts of a parse's regions, ready for linking."""

    def __init__(self, texts):
        """@param texts one per region, None or '' where nothing is written"""
        self.count = len(texts)
        self.whole, self.word = _Table(), _Table()
        for r, text in enumerate(texts):
            if text:
                ways, single = variants(text)
                for w in ways:
                    self.whole.add(r, w)
                for w in single:
                    self.word.add(r, w)

    def link(self, question):
        """[Q, R, FEATURES] for the first MAX_QUESTION tokens of a question, each 0..1:
        `whole`: the greatest Dice coefficient of pairs between a span that holds the token (of at most LONGEST_SPAN tokens, beginning and
        ending with a word, or one token) and a way to write the label; `word`: the same between the token alone and a word of the
        label; `best`: 1 where `whole` is at least BEST_FROM and no other region's is greater."""
        words = tokens(question)[:MAX_QUESTION]
        out = np.zeros((len(words), self.count, FEATURES), np.float32)
        if not words or not self.count:
            return out
        spans, ranges = [], []
        for i, first in enumerate(words):
            for j in range(i, min(i + LONGEST_SPAN, len(words))):
                if i == j or first.word and words[j].word:
                    spans.append(pairs(compact(words[i:j + 1])))
                    ranges.append((i, j))
        whole = self.whole.dice(spans, self.count)
        for (i, j), row in zip(ranges, whole):
            if row.any():
                np.maximum(out[i:j + 1, :, 0], row, out=out[i:j + 1, :, 0])
        out[:, :, 1] = self.word.dice([pairs(t.text) for t in words], self.count)
        top = out[:, :, 0].max(1, keepdims=True)
        out[:, :, 2] = (out[:, :, 0] >= BEST_FROM) & (out[:, :, 0] > top - 1e-6)
        return out


class _Table:
    """Sets of pairs with the region that each belongs to."""

    def __init__(self):
        self.sizes, self.region, self.at = [], [], {}

    def add(self, region, found):
        for p in found:
            self.at.setdefault(p, []).append(len(self.sizes))
        self.sizes.append(len(found))
        self.region.append(region)

    def dice(self, sets, count):
        """[sets, count]: the greatest Dice coefficient with a set of each region."""
        out = np.zeros((len(sets), count), np.float32)
        if not self.sizes:
            return out
        known = {}
        for s in sets:
            for p in s:
                if p in self.at:
                    known.setdefault(p, len(known))
        if not known:
            return out
        table = np.zeros((len(known), len(self.sizes)), np.float32)
        for p, k in known.items():
            table[k, self.at[p]] = 1
        rows = np.zeros((len(sets), len(known)), np.float32)
        for i, s in enumerate(sets):
            for p in s:
                if p in known:
                    rows[i, known[p]] = 1
        sizes = np.array([len(s) for s in sets], np.float32)[:, None] + np.array(self.sizes, np.float32)
        dice = 2 * (rows @ table) / sizes
        # Sets of a region follow each other.
        region = np.array(self.region)
        first = np.flatnonzero(np.r_[True, region[1:] != region[:-1]])
        out[:, region[first]] = np.maximum.reduceat(dice, first, 1)
        return out
