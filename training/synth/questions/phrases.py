"""A small language for phrasings: `(a|b|)` is one of several, `@name` a list of phrasings by name, `{x}` a slot that is filled in.

One phrasing a line. About one line in seven of every list is **held out**: training never sees it, tests of new phrasings always use one.
"""
import hashlib
import re


def _parse(text, at=0, inside=False):
    """(alternatives, place after them); an alternative is a list of str | ('list', name) | ('slot', name) | ('any', alternatives)."""
    out, now = [], []
    while at < len(text):
        c = text[at]
        if c == '(':
            inner, at = _parse(text, at + 1, True)
            now.append(('any', inner))
        elif c == '|' and inside:
            out.append(now)
            now, at = [], at + 1
        elif c == ')' and inside:
            return out + [now], at + 1
        elif m := re.compile(r'@(\w+)').match(text, at):
            now.append(('list', m[1]))
            at = m.end()
        elif m := re.compile(r'\{(\w+)\}').match(text, at):
            now.append(('slot', m[1]))
            at = m.end()
        else:
            m = re.compile(r'[^()|@{]+' if inside else r'[^(@{]+').match(text, at)
            if m is None:
                raise ValueError(f'cannot read {text!r} at {at}')
            now.append(m[0])
            at = m.end()
    if inside:
        raise ValueError(f'an open bracket in {text!r}')
    return out + [now], at


def held_out(name, line):
    """Whether a line of a list is for testing only."""
    return int.from_bytes(hashlib.blake2b(f'{name}:{line}'.encode(), digest_size=4).digest(), 'big') % 7 == 0


class Phrases:
    """Lists of phrasings by name. `lists`: {name: 'one a line'}. Lists of fewer than 4 lines hold nothing out."""

    def __init__(self, lists):
        self.known, self.new = {}, {}
        for name, text in lists.items():
            lines = [line.strip() for line in text.strip().split('\n') if line.strip()]
            out = [line for line in lines if held_out(name, line)] if len(lines) >= 4 else []
            self.known[name] = [_parse(line)[0] for line in lines if line not in out] or [_parse(line)[0] for line in lines]
            self.new[name] = [_parse(line)[0] for line in out]

    def __contains__(self, name):
        return name in self.known

    def names(self):
        return self.known.keys()

    def say(self, name, rng, slots, news=None):
        """One phrasing of a list. `slots`: {name: text or function that gives it}. `news`: None for training; for testing a list to which the
        name of each held-out line that was used is added."""
        lines = self.known[name]
        if news is not None and self.new[name] and rng.random() < 0.6:
            lines = self.new[name]
            news.append(name)
        out = []
        self._say(rng.choice(lines), rng, slots, news, out)
        return ''.join(out)

    def _say(self, alternatives, rng, slots, news, out):
        for piece in alternatives[0] if len(alternatives) == 1 else rng.choice(alternatives):
            if isinstance(piece, str):
                out.append(piece)
            elif piece[0] == 'any':
                self._say(piece[1], rng, slots, news, out)
            elif piece[0] == 'list':
                out.append(self.say(piece[1], rng, slots, news))
            else:
                value = slots[piece[1]]
                out.append(value() if callable(value) else value)
