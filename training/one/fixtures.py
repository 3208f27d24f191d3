"""Writes test/fixtures/figure/programs.json (parses, programs and what running them gives) and reading.json (what the language model
reads) for the TypeScript side. `python -m one.fixtures` from training/."""
import json
import random
from pathlib import Path

from .language.features import Reader
from .language.text import fnv1a, tokens
from .parse import COLOURS, Parse, Region, colour_word
from .program import (ASKED_ROLES, LAST, NUMBERS, SETS, TOKENS, Executor, ProgramError, Situation, allowed, resolve_chips)

OUT = Path(__file__).resolve().parents[2] / 'test/fixtures/figure/programs.json'


def figures():
    """Small parses with every role and link between them."""
    B = lambda role, box, **k: Region(role, list(box), **k)
    diagram = Parse(600, 400, [
        B('title', (200, 4, 400, 24), text='Overview', colour=[0, 0, 0]),
        B('group', (20, 40, 300, 380), colour=[218, 232, 252], text='Stage 1'),                              # 1
        B('text', (30, 44, 90, 58), text='Stage 1', parent=1, owner=1, colour=[0, 0, 0]),
        B('snowflake', (280, 44, 296, 60), parent=1, owner=1, colour=[100, 180, 255]),
        B('block', (40, 80, 140, 130), text='Image Encoder', parent=1, colour=[255, 230, 204]),              # 4
        B('block', (180, 80, 280, 130), text='Text Encoder', parent=1, colour=[213, 232, 212]),              # 5
        B('flame', (262, 84, 276, 98), parent=5, owner=5, colour=[255, 90, 30]),
        B('block', (110, 200, 210, 250), text='Fusion', parent=1, colour=[255, 230, 204]),                   # 7
        B('arrow', (90, 130, 140, 200), parent=1, tail=4, head=7, colour=[0, 0, 0]),
        B('arrow', (180, 130, 230, 200), parent=1, tail=5, head=7, colour=[255, 0, 0]),
        B('block', (400, 200, 500, 250), text='Decoder', colour=[225, 213, 231]),                            # 10
        B('arrow', (210, 220, 400, 230), tail=7, head=10, colour=[0, 0, 0]),
        B('text', (320, 205, 350, 218), text='z', owner=11, colour=[0, 0, 0]),
        B('flame', (484, 204, 498, 218), parent=10, owner=10, colour=[255, 90, 30]),
        B('image', (400, 320, 480, 390), colour=[120, 120, 120]),                                             # 14
        B('arrow', (440, 250, 450, 320), tail=10, head=14, colour=[0, 0, 0]),
        B('formula', (510, 210, 590, 240), text='L = L1 + L2', colour=[0, 0, 0]),
        B('arrow', (300, 340, 400, 350), tail=1, head=14, colour=[0, 0, 255])])
    plot = Parse(640, 480, [
        B('panel', (0, 0, 640, 480)),
        B('panel_letter', (4, 4, 24, 20), text='(a)', owner=0, parent=0),
        B('plot', (80, 40, 600, 400), parent=0),                                                              # 2
        B('title', (200, 10, 400, 30), text='Accuracy', owner=2, parent=0),
        B('legend', (450, 50, 590, 110), parent=2, owner=2),                                                  # 4
        B('legend_entry', (455, 55, 585, 75), text='Ours', colour=[214, 39, 40], parent=4, owner=4),          # 5
        B('legend_entry', (455, 80, 585, 100), text='Base', colour=[31, 119, 180], parent=4, owner=4),        # 6
        B('bar', (120, 100, 160, 400), colour=[214, 39, 40], value=75.0, owner=5, parent=2),
        B('bar', (165, 200, 205, 400), colour=[31, 119, 180], value=50.5, owner=6, parent=2),
        B('bar', (300, 150, 340, 400), colour=[214, 39, 40], value=62.5, owner=5, parent=2),
        B('bar', (345, 250, 385, 400), colour=[31, 119, 180], value=37.5, owner=6, parent=2),
        B('curve', (80, 60, 600, 380), colour=[44, 160, 44], owner=6, parent=2),
        B('marker', (80, 60, 600, 380), colour=[44, 160, 44], owner=5, parent=2),
        B('x_axis', (80, 400, 600, 430), owner=2, parent=0),                                                  # 13
        B('y_axis', (40, 40, 80, 400), owner=2, parent=0),
        B('tick', (140, 405, 190, 425), text='2019', owner=13, parent=0),
        B('tick', (320, 405, 370, 425), text='2020', owner=13, parent=0),
        B('tick', (45, 200, 75, 215), text='50', owner=14, parent=0, value=50),
        B('axis_label', (280, 440, 380, 460), text='Year', owner=13, parent=0),
        B('heatmap', (610, 40, 638, 400), parent=0)])
    cells = []
    for row in range(3):
        for col in range(2):
            cells.append(B('cell', (120 + col * 80, 60 + row * 30, 190 + col * 80, 85 + row * 30), text=str(10 * row + col + 0.5),
                           row=row, col=col, value=10 * row + col + 0.5, bold=True if (row, col) in ((2, 0), (1, 1)) else None, parent=0))
    table = Parse(400, 200, [
        B('table', (10, 20, 300, 160)), B('title', (10, 2, 200, 18), text='Results', owner=0),
        B('col_header', (120, 30, 190, 55), text='Top-1', col=0, parent=0), B('col_header', (200, 30, 270, 55), text='Top-5', col=1, parent=0),
        B('row_header', (20, 60, 110, 85), text='A', row=0, parent=0), B('row_header', (20, 90, 110, 115), text='B', row=1, parent=0),
        B('row_header', (20, 120, 110, 145), text='C', row=2, parent=0), *cells])
    return [p.check() for p in (diagram, plot, table)]


def random_program(rng, parse, situation, first):
    """A program that the grammar allows, with the operator `first` in it."""
    program, used = [rng.choice(['SHOW'] * 3 + [r for r in TOKENS if TOKENS[r]['kind'] == 'root' and 'S' in TOKENS[r]['args']])], first is None
    while True:
        may = allowed(program, situation)
        if may.done:
            return program
        if may.regions:
            program.append(f'@{rng.randrange(situation.regions)}')
        elif not used and first in may.tokens:
            program.append(first)
            used = True
        else:
            here = {r.role for r in parse.regions} | {colour_word(r.colour) for r in parse.regions}
            leaves = [t for t in ('REF', 'ALL', 'IT', 'CHIP') if t in may.tokens]
            likely = [t for t in may.tokens if t in here]
            tokens = leaves if leaves and (len(program) > 5 or rng.random() < 0.6) else likely or list(may.tokens)
            program.append(rng.choice(tokens))


def cases(seed=6):
    rng, out = random.Random(seed), []
    parses = figures()
    for at, parse in enumerate(parses):
        seen, n = set(), len(parse.regions)
        chip = [dict(box=[v + 2 for v in parse.regions[4].box]), dict(point=[150, 210]), dict(point=[1, parse.height - 2])]
        for first in [None] + list(SETS) * 4:
            for _ in range(40):
                mine = Parse.from_json(parse.to_json())
                focus, chips = (sorted(rng.sample(range(n), rng.choice([1, 1, 2]))), chip) if rng.random() < 0.5 else ([], chip[:1])
                meant = resolve_chips(mine, chips)
                situation = Situation(len(mine.regions), 0, len(chips), bool(focus))
                program = random_program(rng, mine, situation, first)
                result = Executor(mine, focus, meant).run(program)
                if len(program) > 9 or tuple(program) in seen or not result.regions and rng.random() < 0.9:
                    continue
                seen.add(tuple(program))
                out.append(dict(parse=at, program=program, focus=focus, chips=chips, meant=meant, result=result.to_json()))
                break
        for program in (['CAPTION'], ['UNKNOWN'], ['OTHER'], ['ABSENT', '^1', '^2']):
            out.append(dict(parse=at, program=program, focus=[], chips=[], meant=[], positions=4,
                            result=Executor(parse).run(program, 4).to_json()))
    pairs = [dict(parse=0, a=a, b=b, relations=Executor(parses[0]).relations(a, b)) for a in range(0, 18, 1) for b in (1, 4, 7, 10, 14)]
    return parses, out, pairs


def broken(parses):
    """Prefixes with what may follow, and programs that are refused."""
    situation = Situation(5, 4, 2, True)
    follow = []
    for prefix in ([], ['SHOW'], ['SHOW', 'NEXT'], ['SHOW', 'NEXT', 'NEXT', 'NEXT'], ['SHOW', 'FROZEN'], ['SHOW', 'REF'], ['SHOW', 'IT'],
                   ['ABSENT'], ['ABSENT', '^2'], ['SHOW', 'COLOUR'], ['SHOW', 'NTH'], ['SHOW', 'CHIP'], ['RELATE', 'IT'],
                   ['SHOW'] + ['UNION', 'IT', 'MINUS', 'IT'] * 5, ['SHOW', *(['LEFT', 'NEXT'] * 10)]):
        may = allowed(prefix, situation)
        follow.append(dict(prefix=prefix, tokens=list(may.tokens), regions=may.regions, position=may.position, done=may.done))
    refused = [['SHOW'], ['SHOW', 'IT', 'IT'], ['NEXT', 'IT'], ['SHOW', 'REF', '@5'], ['SHOW', 'CHIP', '3'], ['SHOW', 'ALL', 'user'],
               ['ABSENT', '^3', '^1'], ['SHOW', 'NTH', '0', 'IT'], ['SHOW', 'FROZEN', 'FROZEN', 'IT'], ['SHOW', 'COLOUR', 'block', 'IT'], []]
    for program in refused:
        try:
            assert not allowed(program, situation).done, program
        except ProgramError:
            pass
    return dict(situation=vars(situation), follow=follow, refused=refused)


QUESTIONS = ('What comes after the Image Encoder?', '训练时不更新的是哪一部分？', 'colour of text-encodr', '图像编码器后面是什么', 'the arrow from Fusion to [1]',
             'ＡＢＣ ½ ﬁne 3.14.15 x_2', 'İstanbul ΑΣ naïve café', 'Wie heißt das?', 'Top-1 of B', '2020 ours', '', '?', 'é 🙂 ok', '第 3 个 Stage1')


def reading(parses):
    """Questions with their tokens and, for each parse, what a reader makes of them."""
    number = lambda v: round(float(v), 6)
    out = []
    for at, parse in enumerate(parses):
        reader = Reader(parse)
        ids, numbers = reader.situation([1, 4], [4, 2])
        questions = []
        for text in QUESTIONS:
            before = ['SHOW', 'NEXT', 'REF', '@4'] if len(text) % 2 else []
            grams, places, links = reader.question(text, before)
            questions.append(dict(text=text, before=before, grams=[[int(g) for g in row if g] for row in grams], places=places.tolist(),
                                  links=[[i, r, *map(number, links[i, r])] for i in range(links.shape[0]) for r in range(links.shape[1]) if links[i, r].any()]))
        out.append(dict(parse=at, focus=[1, 4], chips=[4, 2], region_ids=ids.tolist(), region_numbers=[[number(v) for v in row] for row in numbers],
                        region_grams=[[int(g) for g in row if g] for row in reader.grams], questions=questions))
    return dict(hashes=[[t, fnv1a(t)] for t in ('', 'a', '^中$', '=encoder')], tokens=[[q, [[t.text, t.start, t.end, t.word] for t in tokens(q)]] for q in QUESTIONS],
                readings=out)


def main():
    parses, found, pairs = cases()
    colours = [[r, g, b] for r in (0, 40, 128, 200, 255) for g in (0, 90, 180, 255) for b in (0, 100, 210, 255)]
    data = dict(parses=[p.to_json() for p in parses], cases=found, relations=pairs, grammar=broken(parses),
                colours=[dict(rgb=c, word=colour_word(c)) for c in colours])
    for path, what in ((OUT, data), (OUT.with_name('reading.json'), reading(parses))):
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = ',\n'.join(f'"{k}": [\n' + ',\n'.join(json.dumps(x, ensure_ascii=False, separators=(',', ':')) for x in v) + '\n]'
                           if isinstance(v, list) else f'"{k}": {json.dumps(v, separators=(",", ":"))}' for k, v in what.items())
        path.write_text('{\n' + lines + '\n}\n')
    used = {t for c in found for t in c['program']}
    print(len(found), 'cases;', OUT.stat().st_size, 'bytes; never used:', [t for t in TOKENS if t not in used])


if __name__ == '__main__':
    main()
