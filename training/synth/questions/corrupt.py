"""How people type: slips of the finger, missing articles and marks, other case and spacing."""
import random
import string

NEAR = {c: n for row in ('qwertyuiop', 'asdfghjkl', 'zxcvbnm') for c, n in zip(row, [row[max(0, i - 1):i] + row[i + 1:i + 2] for i in range(len(row))])}


def slip(text, rng):
    """One slip in a word of Latin letters: a neighbour, a letter twice, missing or changed places."""
    at = [i for i, c in enumerate(text) if c in string.ascii_letters]
    if len(at) < 4:
        return text
    i = rng.choice(at[1:])
    pick = rng.random()
    if pick < 0.3:
        return text[:i] + text[i + 1:]
    if pick < 0.5:
        return text[:i] + text[i] + text[i:]
    if pick < 0.75:
        return text[:i - 1] + text[i] + text[i - 1] + text[i + 1:]
    return text[:i] + rng.choice(NEAR.get(text[i].lower(), 'e') or 'e') + text[i + 1:]


def corrupt(pieces, rng, chinese, sought=None, slips=True):
    """Joins pieces (text, is a label) into a question.

    @param sought test of a label; @returns (question, (start, end) of the first label that passes it, or None)
    """
    pick = rng.random()
    case = 'lower' if pick < 0.45 else 'first' if pick < 0.85 else 'as is'
    bare = slips and rng.random() < 0.25                     # no marks at the end
    articles = slips and not chinese and rng.random() < 0.12
    slipped = slips and rng.random() < 0.10
    out, span = '', None
    for text, label in pieces:
        sought_here = label and sought is not None and span is None and sought(text)
        if label:
            if slips and rng.random() < 0.06 and len(text) >= 5:
                text = slip(text, rng)
            if out and chinese and rng.random() < 0.25 and text[:1].isascii() and not out.endswith((' ', '“', '"', '「', '[')):
                out += ' '
        else:
            if articles:
                text = text.replace('the ', '').replace(' a ', ' ')
            if slipped and rng.random() < 0.5:
                text = slip(text, rng)
            if case == 'lower':
                text = text.lower()
        if sought_here:
            span = (len(out), len(out) + len(text))
        out += text
    if bare:
        out = out.rstrip('?.!？。！')
    if not chinese and '  ' in out and rng.random() < 0.9 and span is None:
        out = ' '.join(out.split())
    if case == 'first' and out and out[0].islower():
        out = out[0].upper() + out[1:]
    if chinese and slips and rng.random() < 0.12 and not bare:
        out = out.replace('？', '?').replace('。', '.')
    if slips and rng.random() < 0.02:
        out = out.upper()
    return out, span
