"""Tokens of questions and labels, and their hashed character n-grams (docs/figure-language.md, "The language model's graphs")."""
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

BUCKETS = 8192                    # of the table of n-grams; 0 is padding
GRAMS = 12                        # of a token
REGION_GRAMS = 32                 # of a region's text
MAX_QUESTION = 64                 # tokens of a question that are read
MAX_HISTORY = 12                  # tokens of the program before that are read
HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FA1F))


@dataclass(frozen=True)
class Token:
    """`text`: normalised; `start`, `end`: code points of the original text; `word`: has letters or digits, is not punctuation."""
    text: str
    start: int
    end: int
    word: bool


def _kind(c):
    """'han' | 'letter' | 'digit' | 'space' | 'mark' (all else) of a normalised character."""
    code = ord(c)
    if any(a <= code <= b for a, b in HAN):
        return 'han'
    category = unicodedata.category(c)
    if category[0] in 'LM':
        return 'letter'
    if category[0] == 'N':
        return 'digit'
    return 'space' if category[0] == 'Z' or category == 'Cc' else 'mark'


@lru_cache(100000)
def tokens(text):
    """Tokens of a text. Each code point is normalised by itself (NFKC, then lower case). A Han character is a token; letters in a row are
    one; digits in a row are one, with a single '.' between digits; any other character that is no space is one."""
    chars = [(n, i) for i, c in enumerate(text) for n in unicodedata.normalize('NFKC', c).lower()]
    out, k = [], 0
    while k < len(chars):
        kind, j = _kind(chars[k][0]), k + 1
        if kind == 'letter':
            while j < len(chars) and _kind(chars[j][0]) == 'letter':
                j += 1
        elif kind == 'digit':
            point = False
            while j < len(chars):
                if _kind(chars[j][0]) == 'digit':
                    j += 1
                elif chars[j][0] == '.' and not point and j + 1 < len(chars) and _kind(chars[j + 1][0]) == 'digit':
                    point, j = True, j + 2
                else:
                    break
        if kind != 'space':
            out.append(Token(''.join(c for c, _ in chars[k:j]), chars[k][1], chars[j - 1][1] + 1, kind != 'mark'))
        k = j
    return tuple(out)


def fnv1a(text):
    """FNV-1a, 32 bits, over UTF-8."""
    h = 0x811C9DC5
    for b in text.encode('utf-8'):
        h = (h ^ b) * 0x01000193 & 0xFFFFFFFF
    return h


def bucket(gram):
    return 1 + fnv1a(gram) % (BUCKETS - 1)


@lru_cache(200000)
def grams(token):
    """Buckets of a token's text: of '=' + text, then of the trigrams of '^' + text + '$', at most GRAMS in all."""
    padded = '^' + token + '$'
    return tuple(bucket(g) for g in (['=' + token] + [padded[i:i + 3] for i in range(len(padded) - 2)])[:GRAMS])


@lru_cache(100000)
def region_grams(text):
    """Buckets of a region's text: those of its tokens one after the other, at most REGION_GRAMS."""
    return tuple(g for t in tokens(text) for g in grams(t.text))[:REGION_GRAMS]


def history(program):
    """Buckets, one a token, of the program before: its tokens without pointers, at most MAX_HISTORY, each as '«' + token + '»'."""
    return [bucket(f'«{t}»') for t in program if t[0] not in '@^'][:MAX_HISTORY]
