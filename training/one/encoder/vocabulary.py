"""Tokens of questions and captions as numbers: 4 special ones, then `synth/caption_words.json`."""
from synth.talk.text import join, load_words, tokens

PAD, BEGIN, END, UNKNOWN = range(4)
SPECIAL = ('<pad>', '<begin>', '<end>', '<unknown>')


class Vocabulary:
    """Words ↔ numbers."""

    def __init__(self, words):
        self.words = [*SPECIAL, *words]
        self.index = {w: i for i, w in enumerate(self.words)}

    def __len__(self):
        return len(self.words)

    def encode(self, text):
        """Numbers of a text; UNKNOWN for words that no caption has."""
        return [self.index.get(t, UNKNOWN) for t in tokens(text)]

    def decode(self, ids):
        """The text of numbers, up to END."""
        ids = list(ids)
        ids = ids[:ids.index(END)] if END in ids else ids
        return join([self.words[i] for i in ids if i >= len(SPECIAL)])


VOCABULARY = Vocabulary(load_words())
