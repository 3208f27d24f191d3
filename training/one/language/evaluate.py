"""How often the answer is exactly right, over a simulated parse with noise, with words of the test side; by known and new phrasings and by kind.

    PYTHONPATH=training python -m one.language.evaluate --checkpoint .cache/training/language/last.pt
    PYTHONPATH=training python -m one.language.evaluate --checkpoint … --questions questions.jsonl --parses parses.json

An answer is right when running its program on the noisy parse gives what running the right one on the true parse gives (same root, same
regions). Lines of `--questions`: {"parse": key or index, "question": …, "program": "…" or a list of tokens or of such programs, "focus", "chips"}.
"""
import argparse
import json
from collections import defaultdict
from pathlib import Path

import torch

from ..parse import Parse
from ..program import Executor, ProgramError, Situation, resolve_chips
from .data import Source, collate
from .decode import ABSENT, decide, decode_batch
from .model import LanguageModel
from .text import MAX_QUESTION, tokens

ASKING = ('ABSENT', 'UNKNOWN', 'OTHER')


def load(path):
    model = LanguageModel()
    model.load_state_dict(torch.load(path, weights_only=False)['model'])
    return model.eval()


def answers(model, figures, per, absent=ABSENT, without=()):
    """For each question of figures (data.Source.figure): (program after the rules about what is absent, program as written)."""
    batch = collate(figures, per, without)
    situations = []
    for _, seen, at, pairs, focus, chips, _ in figures:
        for pair, _ in pairs:
            situations.append(Situation(len(seen.regions), min(len(tokens(pair.question)), MAX_QUESTION), len(chips), bool(focus)))
    out = []
    for (program, references), figure, k in zip(decode_batch(model, batch, situations), [f for f in figures for _ in range(per)], range(10 ** 9)):
        pair = figure[3][k % per][0]
        words = [t.word for t in tokens(pair.question)[:MAX_QUESTION]]
        out.append((decide(program, references, batch['links'][k].numpy(), words, absent) if program[0] not in ASKING else program, program))
    return out


def outcome(parse, program, focus, chips, positions=64):
    """What an answer says, to compare: (root, regions, other regions)."""
    try:
        result = Executor(parse, focus, chips).run(program, positions)
    except (ProgramError, IndexError):
        return None
    if result.root == 'ABSENT':
        return 'ABSENT', tuple(result.facts['phrase']), ()
    other = result.other if result.root in ('RELATE', 'COMPARE') else []
    return ('SHOW' if result.root == 'EXPLAIN' else result.root), tuple(result.regions), tuple(other)


def right(figure, k, program):
    """Whether `program`, run on the noisy parse, gives the true answer."""
    true, seen, at, pairs, focus, chips, _ = figure
    pair = pairs[k][0]
    if pair.program[0] == 'ABSENT':
        return program[0] == 'ABSENT'
    if pair.program[0] in ('UNKNOWN', 'OTHER'):
        return program[0] in ('UNKNOWN', 'OTHER')
    want = outcome(true, pair.program, focus, chips)
    got = outcome(seen, program, [at[i] for i in focus], [at[i] for i in chips])
    move = lambda regions: {at.get(i) for i in regions} - {None}
    return got is not None and want[0] == got[0] and move(want[1]) == set(got[1]) and move(want[2]) == set(got[2])


def simulated(model, count, absent, seed=77, split='test', strength=1.0, without=()):
    """{measure: share}: over `count` figures for known and for new phrasings."""
    report = {}
    for new in (False, True):
        source, tally = Source(seed, split, 8, new, strength, without), defaultdict(lambda: [0, 0])
        for first in range(0, count, 8):
            figures = [source.figure() for _ in range(min(8, count - first))]
            for i, (program, written) in enumerate(answers(model, figures, 8, absent, without)):
                figure, k = figures[i // 8], i % 8
                pair, carried = figure[3][k]
                kind = pair.program[0] if pair.program[0] in ASKING else pair.kind
                names = ['absent' if kind == 'ABSENT' else 'not asked' if kind in ASKING else 'exact', 'zh' if pair.chinese else 'en', 'kind ' + kind]
                for n in names:
                    tally[n][0] += right(figure, k, program)
                    tally[n][1] += 1
                if kind not in ASKING:
                    for n, was in (('wrongly absent', program[0] == 'ABSENT'), ('wrongly not understood', program[0] in ('UNKNOWN', 'OTHER')),
                                   ('same program', written == carried), ('right program, noisy parse', right(figure, k, carried))):
                        tally[n][0] += was
                        tally[n][1] += 1
        report['new' if new else 'known'] = {n: [round(a / b, 4), b] for n, (a, b) in sorted(tally.items())}
    return report


def free(model, questions, parses, absent):
    """[(right or not, question, program)] of questions that were written by hand."""
    data = json.loads(Path(parses).read_text())
    data = data.get('parses', data) if isinstance(data, dict) else data
    out = []
    for line in Path(questions).read_text().splitlines():
        q = json.loads(line)
        parse = Parse.from_json(data[q['parse']])
        chips = resolve_chips(parse, q.get('chips', []))
        focus = q.get('focus', [])
        pair = type('Pair', (), dict(question=q['question'], program=['UNKNOWN']))()
        figure = (parse, parse, {i: i for i in range(len(parse.regions))}, [(pair, ['UNKNOWN'])], focus, chips, q.get('before', []))
        (program, _), = answers(model, [figure], 1, absent)
        wanted = q['program'] if isinstance(q['program'], list) else [q['program']]
        wanted = wanted if not wanted or isinstance(wanted[0], list) or ' ' in wanted[0] or len(wanted) == 1 else [wanted]
        results = [outcome(parse, w.split() if isinstance(w, str) else w, focus, chips) for w in wanted]
        got = outcome(parse, program, focus, chips)
        same = lambda w: w[0] == got[0] and (w[0] == 'ABSENT' or set(w[1]) == set(got[1]))
        out.append((got is not None and any(w is not None and same(w) for w in results), q['question'], program))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--checkpoint', type=Path, required=True)
    parser.add_argument('--count', type=int, default=60, help='figures, eight questions each')
    parser.add_argument('--reference', type=float, default=ABSENT['reference'])
    parser.add_argument('--strength', type=float, default=1.0)
    parser.add_argument('--split', default='test')
    parser.add_argument('--without', action='append', default=[])
    parser.add_argument('--questions', type=Path)
    parser.add_argument('--parses', type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model, absent = load(args.checkpoint), dict(ABSENT, reference=args.reference)
    if args.questions:
        found = free(model, args.questions, args.parses, absent)
        for ok, question, program in found:
            print('right' if ok else 'WRONG', question, '→', ' '.join(program))
        print(json.dumps(dict(right=round(sum(f[0] for f in found) / len(found), 4), of=len(found))))
    else:
        print(json.dumps(simulated(model, args.count, absent, split=args.split, strength=args.strength, without=args.without), indent=1))


if __name__ == '__main__':
    main()
