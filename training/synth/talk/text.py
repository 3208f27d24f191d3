"""Words of captions: tokens, joining, numbers, and the shared vocabulary.

A token is an English word in lower case, one Chinese character, or a punctuation mark. `synth/caption_words.json` lists every token
that an answer or a question here can have; the language model takes them into its own vocabulary. `python -m synth.talk.text` writes it.
"""
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

WORDS = Path(__file__).resolve().parent.parent / 'caption_words.json'
LANGUAGES = ('en', 'zh')
TOKEN = re.compile(r'[a-z]+|[0-9]|[\u4e00-\u9fff]|[.,:?!，。：？！、]')
NUMBERS = {'en': ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'],
           'zh': ['没有', '一', '两', '三', '四', '五', '六', '七', '八', '九', '十']}
CLOSE = set('.,:?!')


@dataclass
class Talk:
    """One question and its answer. `kind` groups questions for the evaluation; `slots` are the facts in the answer."""
    question: str
    answer: str
    kind: str
    language: str
    slots: list = field(default_factory=list)


def tokens(text):
    """Tokens of a text; what is neither a word, a digit, a Chinese character nor punctuation is dropped."""
    return TOKEN.findall(text.lower())


def join(parts):
    """Text of tokens: spaces between English words only, and none before punctuation."""
    out = ''
    for part in parts:
        latin = part.isascii() and part not in CLOSE
        out += (' ' if out and latin and out[-1].isascii() else '') + part
    return out


def number(n, language):
    """The word for 1–10 (0: `no`, 没有)."""
    return NUMBERS[language][n]


def listing(parts, language):
    """`a, b and c`; 一个…，一个… in Chinese."""
    if language == 'zh':
        return '，'.join(parts)
    return parts[0] if len(parts) == 1 else ', '.join(parts[:-1]) + ' and ' + parts[-1]


def pick(rng, options):
    """One of a list."""
    return options[int(rng.integers(len(options)))]


def load_words():
    """The shared list of tokens, in a fixed order."""
    return json.loads(WORDS.read_text('utf8'))['words']


def collect(samples):
    """All tokens of an iterable of Talk."""
    found = set()
    for talk in samples:
        found.update(tokens(talk.question))
        found.update(tokens(talk.answer))
    return found


def main():
    import numpy as np
    from synth.talk import motion, shapes, sounds
    rng = np.random.default_rng(0)
    found = set()
    for module in (shapes, sounds, motion):
        found |= collect(talk for _ in range(6000) for talk in module.examples(rng))
    for names in NUMBERS.values():
        found |= collect([Talk(' '.join(names), '', '', '')])
    found |= collect([Talk('0 1 2 3 4 5 6 7 8 9 . , : ? ! ，。：？！、', '', '', '')])
    latin = sorted(w for w in found if w.isascii())
    WORDS.write_text(json.dumps({'words': latin + sorted(found - set(latin))}, ensure_ascii=False, indent=1) + '\n', 'utf8')
    print(len(latin), 'English tokens,', len(found) - len(latin), 'Chinese')


if __name__ == '__main__':
    main()
