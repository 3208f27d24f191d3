"""The grammar and the executor: `python -m unittest discover -s tests` from training/."""
import random
import unittest

from one import fixtures
from one.parse import Parse, ParseError, colour_word
from one.program import Executor, ProgramError, Situation, allowed, resolve_chips


class TestParse(unittest.TestCase):
    def test_round_trip(self):
        for parse in fixtures.figures():
            self.assertEqual(Parse.from_json(parse.to_json()), parse)

    def test_refuses(self):
        for region in (dict(role='nonsense', box=[0, 0, 1, 1]), dict(role='block', box=[3, 0, 3, 1]), dict(role='block', box=[0, 0, 1, 1], parent=4)):
            with self.assertRaises(ParseError):
                Parse.from_json(dict(width=9, height=9, regions=[region]))

    def test_colours(self):
        for rgb, word in (((255, 255, 255), 'white'), ((218, 232, 252), 'blue'), ((31, 119, 180), 'blue'), ((90, 90, 90), 'grey'), ((255, 0, 0), 'red')):
            self.assertEqual(colour_word(rgb), word)


class TestProgram(unittest.TestCase):
    def setUp(self):
        self.diagram, self.plot, self.table = fixtures.figures()

    def run_on(self, parse, text, **more):
        return Executor(parse, **more).run(text.split())

    def test_operators(self):
        for text, regions in (('SHOW NEXT REF @4', [7]), ('SHOW PREV REF @7', [4, 5]), ('SHOW ARROW REF @4 REF @7', [8]),
                              ('SHOW INSIDE REF @1', [4, 5, 7]), ('SHOW FROZEN ALL block', [4, 7]), ('SHOW TRAINED ALL block', [5, 10]),
                              ('SHOW RIGHT REF @4', [5]), ('SHOW SAME REF @4 ALL block', [7]), ('SHOW NTH LAST ALL block', [10]),
                              ('SHOW NEXT NEXT REF @4', [10]), ('SHOW NEXT REF @1', [10, 14])):
            self.assertEqual(self.run_on(self.diagram, text).regions, regions, text)
        self.assertEqual(self.run_on(self.table, 'READ CELL REF @4 REF @3').facts, {'texts': ['1.5']})
        self.assertEqual(self.run_on(self.plot, 'COMPARE REF @5 REF @6').facts, {'values': [75.0, 50.5]})
        self.assertEqual(self.run_on(self.diagram, 'RELATE REF @4 REF @10').facts['relations'], ['path', 'left'])

    def test_empty_and_focus(self):
        result = self.run_on(self.diagram, 'SHOW NEXT REF @14')
        self.assertEqual((result.empty, result.focus), (1, [14]))
        self.assertEqual(self.run_on(self.diagram, 'SHOW PREV IT', focus=[7]).regions, [4, 5])

    def test_chips(self):
        self.assertEqual(resolve_chips(self.diagram, [dict(point=[50, 90]), dict(box=[0, 390, 5, 399])]), [4, 18])
        self.assertEqual(self.diagram.regions[18].role, 'user')

    def test_random_programs_run(self):
        rng, situation = random.Random(1), Situation(len(self.diagram.regions), 0, 0, True)
        for _ in range(300):
            program = fixtures.random_program(rng, self.diagram, situation, None)
            self.assertLessEqual(len(program), 24)
            Executor(self.diagram, [4]).run(program)

    def test_refused(self):
        for text in ('SHOW', 'SHOW IT', 'SHOW REF @99', 'SHOW FROZEN FROZEN ALL block', 'NEXT REF @1'):
            with self.assertRaises(ProgramError):
                self.run_on(self.diagram, text)
        self.assertTrue(allowed('ABSENT ^1 ^1'.split(), Situation(0, 2)).done)


if __name__ == '__main__':
    unittest.main()
