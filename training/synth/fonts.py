"""The fonts of this machine that scenes are written in: what `fc-list` knows, the `font-*` packages of requirements.txt and those inside
matplotlib. Training and testing have families of their own; a family that is missing is left out, and said once.
"""
import importlib.util
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

#: family → its files by weight, as endings of paths ('#n': the face of a collection).
FAMILIES = {
    'Roboto': dict(regular='font_roboto/files/Roboto-Regular.ttf', bold='font_roboto/files/Roboto-Bold.ttf', italic='font_roboto/files/Roboto-Italic.ttf'),
    'Lato': dict(regular='font_lato/files/Lato-Regular.ttf', bold='font_lato/files/Lato-Bold.ttf', italic='font_lato/files/Lato-Italic.ttf'),
    'STIX': dict(regular='ttf/STIXGeneral.ttf', bold='ttf/STIXGeneralBol.ttf', italic='ttf/STIXGeneralItalic.ttf'),
    'DejaVu Sans': dict(regular='/DejaVuSans.ttf', bold='/DejaVuSans-Bold.ttf', italic='/DejaVuSans-Oblique.ttf'),
    'DejaVu Sans Condensed': dict(regular='/DejaVuSansCondensed.ttf', bold='/DejaVuSansCondensed-Bold.ttf', italic='/DejaVuSansCondensed-Oblique.ttf'),
    'DejaVu Serif': dict(regular='/DejaVuSerif.ttf', bold='/DejaVuSerif-Bold.ttf', italic='/DejaVuSerif-Italic.ttf'),
    'Noto Sans CJK SC': dict(regular='NotoSansCJK-Regular.ttc#2', bold='NotoSansCJK-Bold.ttc#2', italic='NotoSansCJK-Regular.ttc#2'),
    'Noto Serif CJK SC': dict(regular='NotoSerifCJK-Regular.ttc#2', bold='NotoSerifCJK-Bold.ttc#2', italic='NotoSerifCJK-Regular.ttc#2'),
    'Source Sans Pro': dict(regular='SourceSansPro-Regular.ttf', bold='SourceSansPro-Bold.ttf', italic='SourceSansPro-It.ttf'),
    'Source Serif Pro': dict(regular='SourceSerifPro-Regular.ttf', bold='SourceSerifPro-Bold.ttf', italic='SourceSerifPro-It.ttf'),
    'Caladea': dict(regular='Caladea-Regular.ttf', bold='Caladea-Bold.ttf', italic='Caladea-Italic.ttf'),
    'Noto Sans CJK JP': dict(regular='NotoSansCJK-Regular.ttc#0', bold='NotoSansCJK-Bold.ttc#0', italic='NotoSansCJK-Regular.ttc#0'),
    'Noto Serif CJK JP': dict(regular='NotoSerifCJK-Regular.ttc#0', bold='NotoSerifCJK-Bold.ttc#0', italic='NotoSerifCJK-Regular.ttc#0'),
}
#: side → (families for Latin letters, with how often; families for Chinese).
SIDES = {
    'train': ({'Roboto': 4, 'Lato': 2, 'STIX': 4, 'DejaVu Sans': 3, 'DejaVu Sans Condensed': 1, 'DejaVu Serif': 1, 'Noto Sans CJK SC': 1}, ('Noto Sans CJK SC', 'Noto Serif CJK SC')),
    'test': ({'Source Sans Pro': 3, 'Source Serif Pro': 2, 'Caladea': 2}, ('Noto Sans CJK JP', 'Noto Serif CJK JP')),
}
#: What is asked for signs that a family lacks (∈, ⊕, ✓), in order.
FALLBACK = ('DejaVu Sans', 'Noto Sans CJK SC')


@lru_cache(None)
def _files():
    """Every font file that can be found, as absolute paths."""
    out = []
    try:
        listed = subprocess.run(['fc-list', '--format', '%{file}\n'], capture_output=True, text=True, timeout=20).stdout
        out += sorted(set(filter(None, listed.splitlines())))
    except (OSError, subprocess.TimeoutExpired):
        out += [str(p) for p in sorted(Path('/usr/share/fonts').rglob('*')) if p.suffix in ('.ttf', '.otf', '.ttc')]
    for module, folder in (('font_roboto', 'files'), ('font_lato', 'files'), ('font_source_sans_pro', 'files'), ('font_source_serif_pro', 'files'), ('font_caladea', 'files'), ('matplotlib', 'mpl-data/fonts/ttf')):
        spec = importlib.util.find_spec(module)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            out += [str(p) for p in sorted((Path(place) / folder).glob('*.[to]tf'))]
    return out


@lru_cache(None)
def find(family, weight='regular'):
    """(path, face) of a family's file, or None."""
    ending, _, face = FAMILIES[family][weight].partition('#')
    found = next((f for f in _files() if f.replace('\\', '/').endswith(ending)), None)
    return (found, int(face or 0)) if found else None


@lru_cache(None)
def available(split):
    """((Latin family, share) pairs, Chinese families) of a side that this machine has. @raises RuntimeError without any for Latin"""
    latin, chinese = SIDES[split]
    missing = [f for f in (*latin, *chinese) if not find(f)]
    have = [(f, n) for f, n in latin.items() if find(f)]
    if not have:  # better another side's letters than none
        have = [(f, 1) for f in FALLBACK if find(f)]
    if not have:
        raise RuntimeError('no font was found to write figures with: install fonts-dejavu or the font-* packages of training/requirements.txt')
    cjk = [f for f in chinese if find(f)] or [f for f in FAMILIES if 'CJK' in f and find(f)]
    if missing:
        print(f'fonts not found, and not used: {", ".join(dict.fromkeys(missing))}' + ('' if cjk else '; without a Chinese font, scenes are English only'), file=sys.stderr)
    return have, cjk


def choose(split, number):
    """(Latin family, Chinese family or None) for a number 0..1, the same for the same fonts."""
    have, cjk = available(split)
    at = number * sum(n for _, n in have)
    for family, n in have:
        at -= n
        if at < 0:
            break
    serif = family in ('STIX', 'DejaVu Serif', 'Source Serif Pro', 'Caladea')
    alike = [f for f in cjk if ('Serif' in f) == serif] or cjk
    return family, (alike[0] if alike else None)
