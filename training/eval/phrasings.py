"""Questions written by hand over parses made by hand (test/fixtures/figure/phrasings*), and what counts as a right answer.

A question has `accept`, a list of answers of which any one is right, each with one key:

- `regions`: these regions, all of them and no other, in any order
- `count`, `yes`, `texts`, `hues`, `values`: what COUNT, EXISTS, READ, HUE and VALUE say
- `relate`, `compare`: the two regions that RELATE and COMPARE are about, in either order
- `absent`: the words for what the figure does not have; the answer may also be that nothing was found, or "no"
- `unknown`, `other`: UNKNOWN and OTHER

`program` is one program that answers so (of `ABSENT` without its positions, which depend on the tokeniser). `history` holds the
turns before, each with its program; `chips` the user's regions.

    PYTHONPATH=training python -m eval.phrasings        # runs every program and compares
"""
import argparse
import json
from copy import deepcopy
from pathlib import Path

from one.parse import Parse
from one.program import Executor, ProgramError, resolve_chips

FOLDER = Path(__file__).resolve().parents[2] / 'test/fixtures/figure'
QUESTIONS = FOLDER / 'phrasings.jsonl'
SHOWING = ('SHOW', 'EXPLAIN', 'WHAT', 'READ', 'VALUE')


def load_questions(path=QUESTIONS):
    return [json.loads(line) for line in Path(path).read_text(encoding='utf-8').splitlines() if line.strip()]


def load_parses(path=None):
    """Name → Parse. `path`: absent, the parses beside the questions."""
    data = json.loads((path or FOLDER / 'phrasings_parses.json').read_text(encoding='utf-8'))
    return {name: Parse.from_json(parse) for name, parse in data.items()}


class Asked:
    """A question on its parse: `parse` with the user's regions in it, `chips` that they mean, `focus` that IT means."""

    def __init__(self, row, parses):
        self.row, self.parse = row, deepcopy(parses[row['parse']])
        self.chips = resolve_chips(self.parse, row.get('chips', ()))
        self.focus = []
        for turn in row.get('history', ()):
            self.focus = self.executor().run(turn['program']).focus

    def executor(self):
        return Executor(self.parse, self.focus, self.chips)

    def run(self, program, positions=0):
        """The Result of a program; None where the grammar does not allow it."""
        try:
            return self.executor().run(program, positions)
        except ProgramError:
            return None

    def right(self, result):
        """Whether a result is one of those that are accepted; no result never is."""
        return result is not None and any(agrees(answer, result) for answer in self.row['accept'])


def agrees(answer, result):
    """Whether a Result says what one accepted answer says."""
    (kind, value), = answer.items()
    root, facts = result.root, result.facts
    if kind == 'regions':
        return root in SHOWING and sorted(result.regions) == sorted(value)
    if kind == 'count':
        return root == 'COUNT' and facts['count'] == value
    if kind == 'yes':
        return root == 'EXISTS' and facts['yes'] == value
    if kind == 'texts':
        return root == 'READ' and [plain(t) for t in facts['texts']] == [plain(t) for t in value]
    if kind == 'hues':
        return root == 'HUE' and set(facts['hues']) == set(value)
    if kind == 'values':
        said = facts['values'] if root == 'VALUE' else [number(t) for t in facts['texts']] if root == 'READ' else []
        return said == value
    if kind in ('relate', 'compare'):
        return root == kind.upper() and sorted([result.regions, result.other]) == sorted([[v] for v in value])
    if kind == 'absent':
        return root == 'ABSENT' or root in SHOWING + ('EXISTS',) and not result.regions
    return root == kind.upper()


def plain(text):
    """A text without differences of case and space."""
    return ''.join(text.split()).casefold()


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


def check(questions, parses):
    """What is wrong with the set itself: ids of questions whose own program does not give an accepted answer."""
    wrong = []
    for row in questions:
        asked, program = Asked(row, parses), row['program']
        result = asked.run(['ABSENT', '^0', '^0'], 1) if program == ['ABSENT'] else asked.run(program)
        if not asked.right(result):
            wrong.append((row['id'], result and result.to_json()))
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--phrasings', default=QUESTIONS)
    questions = load_questions(parser.parse_args().phrasings)
    wrong = check(questions, load_parses())
    for id, result in wrong:
        print(id, result)
    print(f'{len(questions)} questions, {len(wrong)} whose program does not give what is expected')
    raise SystemExit(bool(wrong))


if __name__ == '__main__':
    main()
