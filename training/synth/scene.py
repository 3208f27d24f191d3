"""Scenes: figures without pixels. `scene(seed)` gives one in about a millisecond, equal for equal seeds.

    PYTHONPATH=training python -m synth.scene --count 3        # parses as JSON lines
"""
import argparse
import json

from . import split as sides
from .diagrams import diagram
from .panels import panels
from .plots import bar_plot, heat_map, line_plot, scatter_plot
from .tables import table

KINDS = {'diagram': diagram, 'line': line_plot, 'bar': bar_plot, 'scatter': scatter_plot, 'heatmap': heat_map, 'table': table,
         'panels': panels([(diagram, 0.35), (line_plot, 0.4), (bar_plot, 0.3), (scatter_plot, 0.2), (heat_map, 0.15), (table, 0.15)])}
SHARES = {'diagram': 0.44, 'line': 0.12, 'bar': 0.1, 'scatter': 0.06, 'heatmap': 0.05, 'table': 0.11, 'panels': 0.12}


def scene(seed, split='train', kind=None, english=False):
    """A finished Scene (parts.py), in pixels, with at most as many regions as a parse may have.

    @param seed a whole number; @param split 'train' or 'test'; @param kind a key of KINDS, or None for any; @param english never Chinese:
    for machines without a font for it
    """
    rng = sides.generator(seed, split, 'scene')
    for _ in range(100):
        name = kind or rng.choices(list(SHARES), list(SHARES.values()))[0]
        made = KINDS[name](rng, split, chinese=rng.random() < 0.25 and not english)
        if not made.crowded and len(made.regions()) > 1 and made.finish(rng) is not None:
            return made
    raise RuntimeError(f'no scene of kind {kind} from seed {seed}')


def parse(seed, split='train', kind=None):
    """The Parse of a scene (one/parse.py)."""
    return scene(seed, split, kind).parse()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--count', type=int, default=1)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--split', choices=sides.SPLITS, default='train')
    parser.add_argument('--kind', choices=sorted(KINDS))
    args = parser.parse_args()
    for i in range(args.count):
        print(json.dumps(parse(args.seed + i, args.split, args.kind).to_json(), ensure_ascii=False))


if __name__ == '__main__':
    main()
