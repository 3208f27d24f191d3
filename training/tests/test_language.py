"""Tokens, linking and features of the language model."""
import unittest

import numpy as np

from one import fixtures
from one.language.features import GRAMS, Reader
from one.language.linking import Labels
from one.language.text import fnv1a, tokens


class TestReading(unittest.TestCase):
    def test_tokens(self):
        self.assertEqual([t.text for t in tokens('Was ResNet-50 (v1.5) ½？训练 Ｔext')],
                         ['was', 'resnet', '-', '50', '(', 'v', '1.5', ')', '1', '⁄', '2', '?', '训', '练', 'text'])
        self.assertEqual([(t.start, t.end) for t in tokens(' ab  训')], [(1, 3), (5, 6)])
        self.assertEqual(fnv1a('a'), 0xE40C292C)

    def test_links(self):
        links = Labels(['Image Encoder', 'Text Encoder', None, '文本编码器']).link('where is the image  encodr?')
        self.assertEqual(links.shape, (6, 4, 3))
        self.assertEqual(int(links[3, :, 0].argmax()), 0)
        self.assertGreater(links[3, 0, 0], 0.8)
        self.assertEqual(links[:, 2].max(), 0)
        self.assertEqual(list(Labels(['Text Encoder']).link('文本编码器')[2, 0, :1]), [1])

    def test_question(self):
        reader = Reader(fixtures.figures()[0])
        grams, places, links = reader.question('and after that?', ['SHOW', 'NEXT', 'REF', '@4'])
        self.assertEqual((grams.shape, list(places), links.shape), ((7, GRAMS), [0, 1, 2, 3, 64, 65, 66], (7, 18, 3)))
        ids, numbers = reader.situation([4], [7])
        self.assertEqual((ids[7, 5], numbers[4, 9], int(np.sum(reader.numbers[:, 9]))), (1, 1, 0))


if __name__ == '__main__':
    unittest.main()
