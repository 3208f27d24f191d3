"""Questions, noise and batches of the language model's training."""
import random
import unittest

from one.language.data import Source, kinds_of
from one.language.features import VOCABULARY
from one.language.noise import noisy
from one.program import Executor
from synth.questions import chinese, english
from synth.questions.make import ENGLISH, Maker
from synth.questions.phrases import Phrases
from synth.scene import parse


class TestQuestions(unittest.TestCase):
    def test_lists(self):
        for lists in (english.LISTS, chinese.LISTS):
            phrases = Phrases(lists)
            for name in phrases.names():
                self.assertTrue(phrases.known[name], name)
        self.assertFalse(any(line in ENGLISH.known['root_SHOW'] for line in ENGLISH.new['root_SHOW']))

    def test_pairs_run(self):
        strange, questions = ['Audio Tokenizer', 'Foo 3'], set()
        for seed in range(40):
            true, rng = parse(seed), random.Random(seed)
            for new in (False, True):
                maker = Maker(true, rng, strange, new)
                for _ in range(4):
                    pair = maker.pair()
                    result = Executor(true).run(pair.program, 64)
                    self.assertEqual(result.root, pair.program[0])
                    self.assertFalse(set('\x02\x03{}@') & set(pair.question.replace('Hit@1', '')), pair.question)
                    self.assertEqual(bool(pair.new), new)
                    questions.add(pair.question)
        self.assertGreater(len(questions), 290)

    def test_same_seed(self):
        self.assertEqual([p.question for p, _ in Source(3).figure()[3]], [p.question for p, _ in Source(3).figure()[3]])

    def test_noise(self):
        true = parse(4)
        same, at = noisy(true, random.Random(1), 0)
        self.assertEqual([r.box for r in same.regions][:len(true.regions)], [r.box for r in true.regions])
        self.assertEqual(at, {i: i for i in range(len(true.regions))})
        for seed in range(30):
            noisy(parse(seed), random.Random(seed), 2)[0].check()

    def test_batch(self):
        batch = next(Source(2, per=16).batches(2))
        self.assertEqual(batch['tokens'].shape[0], 16)
        self.assertLess(int(batch['targets'].max()), len(VOCABULARY) + batch['links'].shape[2] + batch['links'].shape[1])
        self.assertEqual(kinds_of('SHOW ARROW REF @1 REF @2'.split()), ['root', 'S', 'S', 'region', 'S', 'region'])


if __name__ == '__main__':
    unittest.main()
