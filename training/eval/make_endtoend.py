"""Writes a set that measures the whole way from pixels to masks: figures of the second renderer with words and layouts that training
never shows, and questions about them in words of their own (queries.py), as `groundnote eval ground|ask|refer` reads them.

    PYTHONPATH=training python -m eval.make_endtoend --out DIR --seed 0 --count 120 --queries 500

Kinds come out about equally often, as far as the figures have them. Equal arguments give an equal set. Beside `index.jsonl` the same
questions are written over the true parses, in the form of phrasings.py: what `eval.language` gets wrong there is no fault of seeing.

    PYTHONPATH=training python -m eval.language --phrasings DIR/phrasings.jsonl --weights last.pt
"""
import argparse
import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from synth.render_b import figure
from synth.rle import rle

from .queries import queries


def free_form(mask, box, rng):
    """A scribble within a region, as the points of a stroke: across its box in a zigzag, where the mask is."""
    x1, y1, x2, y2 = box
    points = []
    for k in range(7):
        for _ in range(20):
            x, y = x1 + (x2 - x1) * (k + rng.random()) / 7, y1 + (y2 - y1) * rng.uniform(0.15, 0.85)
            if mask[min(int(y), mask.shape[0] - 1), min(int(x), mask.shape[1] - 1)]:
                points.append([round(x, 1), round(y, 1)])
                break
    return dict(type='stroke', points=points or [[(x1 + x2) / 2, (y1 + y2) / 2]])


def asked(truth, i, rng, form):
    """The user's region for region i: a point in it, its box drawn roughly, or a scribble."""
    x1, y1, x2, y2 = box = truth.parse.regions[i].box
    if form == 'point':
        return dict(type='point', point=[round(x1 + (x2 - x1) * rng.uniform(0.2, 0.8), 1), round(y1 + (y2 - y1) * rng.uniform(0.2, 0.8), 1)])
    if form == 'box':
        dx, dy = (x2 - x1) * 0.06, (y2 - y1) * 0.06
        return dict(type='box', box=[round(v + rng.uniform(-d, d), 1) for v, d in zip(box, (dx, dy, dx, dy))])
    return free_form(truth.mask(i), box, rng)


def line_of(query, truth, rng, lang, image, name, form):
    """A query as a line of the index."""
    line = dict(id=name, image=image, kind=query['kind'], lang=lang, text=query['text'])
    if 'regions' in query:
        line['boxes'] = [truth.parse.regions[i].box for i in query['regions']]
        line['mask'] = rle(np.maximum.reduce([truth.mask(i) for i in query['regions']]))
    for key in ('history', 'absent', 'answer', 'names', 'label'):
        if key in query:
            line[key] = query[key]
    if 'asked' in query:
        line['asked'] = [dict(name='[1]', geometry=asked(truth, query['asked'], rng, form))]
        if query['kind'] == 'refer':
            line['kind'] = f'refer {form}'
    return line


def phrasing_of(query, line, parse):
    """A query over its true parse, as a line of phrasings.py."""
    out = dict(id=line['id'], parse=parse, lang=line['lang'], kind=line['kind'], question=line['text'])
    if 'history' in query:
        out['history'] = [dict(question=query['history'][-1], program=query['before'])]
    if 'asked' in query:
        geometry = line['asked'][0]['geometry']
        xs, ys = zip(*geometry.get('points', [(0, 0)]))
        out['chips'] = [dict(point=geometry['point']) if 'point' in geometry else dict(box=geometry.get('box', [min(xs), min(ys), max(xs), max(ys)]))]
    answer = query.get('answer', {})
    said = {'count': answer.get('count'), 'yes': answer.get('yes'), 'texts': [answer['text']] if 'text' in answer else None}
    right = (dict(regions=query['regions']) if 'regions' in query else dict(absent=line['text']) if 'absent' in query
             else dict(regions=[query['asked']]) if 'asked' in query else {k: v for k, v in said.items() if v is not None})
    # What the programs of several kinds call one kind is one kind there.
    return dict(out, kind='lookalike' if line['kind'] == 'look-alike' else line['kind'], accept=[right])


def make(out, seed, count, total):
    """Writes pictures and index; returns how many lines there are of each kind."""
    folder = Path(out)
    (folder / 'images').mkdir(parents=True, exist_ok=True)
    made, forms = Counter(), ('point', 'box', 'free-form')
    parses, phrasings = {}, []
    with open(folder / 'index.jsonl', 'w', encoding='utf-8') as index:
        for n in range(count):
            picture, truth = figure(seed * 100_000 + n)
            rng = random.Random(f'queries:{seed}:{n}')
            image = f'images/{n:04d}.png'
            Image.fromarray(picture).save(folder / image)
            parses[f'{n:04d}'] = truth.parse.to_json()
            texts = ''.join(r.text or '' for r in truth.parse.regions)
            chinese = sum('一' <= c <= '鿿' for c in texts) > 0.15 * len(texts) or rng.random() < 0.15
            found = queries(truth.parse, truth.both, rng, chinese)
            room = round(total * (n + 1) / count) - sum(made.values())
            used = Counter()
            while room > 0 and found:
                # The kind that there is least of, so that rare ones are never left out; none more than three times a picture.
                kind = min(found, key=lambda k: (made[k], rng.random()))
                query = found[kind].pop(rng.randrange(len(found[kind])))
                used[kind] += 1
                if not found[kind] or used[kind] == 3:
                    del found[kind]
                line = line_of(query, truth, rng, 'zh' if chinese else 'en', image, f'{n:04d}-{sum(made.values()):04d}', forms[made['refer'] % 3])
                index.write(json.dumps(line, ensure_ascii=False) + '\n')
                phrasings.append(phrasing_of(query, line, f'{n:04d}'))
                made[kind] += 1
                room -= 1
    (folder / 'phrasings.jsonl').write_text(''.join(json.dumps(row, ensure_ascii=False) + '\n' for row in phrasings), encoding='utf-8')
    (folder / 'phrasings_parses.json').write_text(json.dumps(parses, ensure_ascii=False), encoding='utf-8')
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', required=True)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--count', type=int, default=120, help='pictures')
    parser.add_argument('--queries', type=int, default=500)
    args = parser.parse_args()
    made = make(args.out, args.seed, args.count, args.queries)
    print(sum(made.values()), json.dumps(dict(sorted(made.items())), ensure_ascii=False))


if __name__ == '__main__':
    main()
