"""Synthetic figures: equal for equal seeds, with a truth that is in the picture. `PYTHONPATH=training python -m unittest tests.test_figures`"""
import importlib.util
import json
import tempfile
import time
import unittest
from pathlib import Path

import numpy as np
from PIL import Image

from one.parse import ROLES, Parse
from synth import split as sides
from synth.degrade import degrade
from synth.figures import figure
from synth.render_a import render
from synth.rle import rle
from synth.scene import KINDS, scene
from synth.words import vocabulary


def distance(point, box):
    """From a point to a box, 0 inside."""
    dx = max(box[0] - point[0], 0, point[0] - box[2])
    dy = max(box[1] - point[1], 0, point[1] - box[3])
    return (dx * dx + dy * dy) ** 0.5


class Scenes(unittest.TestCase):
    def test_equal_seeds_give_equal_scenes(self):
        for seed in range(12):
            self.assertEqual(scene(seed).parse().to_json(), scene(seed).parse().to_json())
        self.assertNotEqual(scene(1).parse().to_json(), scene(1, 'test').parse().to_json())

    def test_parses_keep_to_the_format(self):
        seen = set()
        for kind in KINDS:
            for seed in range(15):
                parse = scene(seed, 'train', kind).parse()
                self.assertEqual(Parse.from_json(parse.to_json()).to_json(), parse.to_json())
                self.assertTrue(400 <= max(parse.width, parse.height) <= 1401, (parse.width, parse.height))
                seen |= {r.role for r in parse.regions}
                for region in parse.regions:
                    self.assertTrue(0 <= region.box[0] and region.box[2] <= parse.width and 0 <= region.box[1] and region.box[3] <= parse.height)
                    if region.role == 'arrow':
                        self.assertFalse(region.tail is None and region.head is None)
        self.assertEqual(set(ROLES) - seen, {'user'})

    def test_bars_are_as_high_as_the_ticks_say(self):
        checked = 0
        for seed in range(40):
            drawn = scene(seed, 'train', 'bar')
            if drawn.layout != 'grouped':
                continue
            ticks = [p for p in drawn.parts if p.role == 'tick' and p.owner.role == 'y_axis']
            low, high = ticks[0], ticks[-1]
            per_pixel = (high.value - low.value) / (low.lines[0].y - high.lines[0].y)
            for bar in (p for p in drawn.parts if p.role == 'bar'):
                says = low.value + (low.lines[0].y - bar.box[1]) * per_pixel
                self.assertAlmostEqual(says, bar.value, delta=0.02 * high.value)
                checked += 1
        self.assertGreater(checked, 50)

    def test_training_and_testing_share_no_word_and_no_test_layout(self):
        train, test = vocabulary('train'), vocabulary('test')
        for name in ('nouns', 'modifiers', 'chinese_nouns', 'datasets', 'measures'):
            self.assertFalse(set(getattr(train, name)) & set(getattr(test, name)))
            self.assertTrue(getattr(test, name))
        layouts = {scene(seed, 'train', 'diagram').layout for seed in range(60)}
        self.assertFalse(layouts & sides.TEST_LAYOUTS)
        self.assertTrue({scene(seed, 'test', 'diagram').layout for seed in range(60)} & sides.TEST_LAYOUTS)


@unittest.skipUnless(importlib.util.find_spec('matplotlib'), 'matplotlib is not installed')
class OtherRenderer(unittest.TestCase):
    def test_its_truth_is_whole(self):
        from synth.render_b import figure as other
        for seed, kind in ((0, 'diagram'), (3, 'diagram'), (1, 'table'), (2, 'line'), (4, 'bar')):
            picture, truth = other(seed, kind)
            again, _ = other(seed, kind)
            np.testing.assert_array_equal(picture, again)
            self.assertEqual(picture.shape, (*truth.size, 3))
            truth.parse.check()
            for i, region in enumerate(truth.parse.regions):
                mask, x, y = truth.mask(i, full=False)
                self.assertTrue(mask.any(), region)
            for role in {'diagram': ('block', 'arrow'), 'table': ('table', 'cell'), 'line': ('plot', 'curve', 'tick'), 'bar': ('bar', 'axis_label')}[kind]:
                self.assertTrue(any(r.role == role for r in truth.parse.regions), (kind, role))

    def test_a_set_as_files(self):
        from synth.write import write
        with tempfile.TemporaryDirectory() as folder:
            made = write(folder, 2, 5, 'b', 'diagram')
            rows = [json.loads(line) for line in (Path(folder) / 'index.jsonl').read_text(encoding='utf-8').splitlines()]
            self.assertGreater(made['block'], 1)
            for row in rows:
                mask = np.asarray(Image.open(Path(folder) / row['mask']))
                x, y = row['point']
                self.assertTrue(mask[y, x])
                ys, xs = np.nonzero(mask)
                x1, y1, x2, y2 = row['box']
                self.assertTrue(x1 <= xs.min() and xs.max() < x2 and y1 <= ys.min() and ys.max() < y2)


class Pictures(unittest.TestCase):
    def test_truth_lies_in_the_picture_and_arrows_end_at_their_parts(self):
        arrows = 0
        for seed in range(24):
            drawn = scene(seed)
            picture, truth = render(drawn)
            self.assertEqual(picture.shape, (*truth.size, 3))
            for i, region in enumerate(truth.parse.regions):
                mask, x, y = truth.mask(i, full=False)
                self.assertEqual((x, y, x + mask.shape[1], y + mask.shape[0]), tuple(region.box))
                self.assertTrue(mask.any(), region)
                if region.role != 'arrow':
                    continue
                arrows += 1
                near = 1.6 * drawn.em
                for point, end in zip(truth.ends(i), (region.tail, region.head)):
                    if end is None:  # it comes from nowhere
                        continue
                    part = truth.parse.regions[end]
                    names = [r.box for r in truth.parse.regions if r.owner == end and r.role == 'text']
                    self.assertLess(min(distance(point, box) for box in (part.box, *names)), near, (seed, region, part))
                # the mask is ink: it is thin in its box, or the arrow is short
                self.assertTrue(mask.mean() < 200 or max(mask.shape) < 3 * drawn.em)
            for line in truth.lines:
                x1, y1, x2, y2 = line.box
                self.assertGreater(int(np.ptp(picture[y1:y2, x1:x2].astype(int), axis=(0, 1)).max()), 25, line)
        self.assertGreater(arrows, 30)

    def test_colours_are_those_of_the_pixels(self):
        for seed in range(10):
            picture, truth = render(scene(seed, 'train', 'bar'))
            for i, region in enumerate(truth.parse.regions):
                if region.role == 'bar' and truth.parts[i].look['hatch'] is None and min(region.box[2] - region.box[0], region.box[3] - region.box[1]) > 8:
                    x1, y1, x2, y2 = region.box
                    inside = picture[y1 + 3:y2 - 3, x1 + 3:x2 - 3].reshape(-1, 3)
                    self.assertLess(np.abs(np.median(inside, 0) - region.colour).max(), 3)

    def test_damage_is_the_same_again_and_the_truth_follows(self):
        turned = 0
        for seed in range(30):
            clean, plain = figure(seed, clean=True)
            one = degrade(clean, plain, sides.generator(seed, 'train', 'degrade'))
            two = figure(seed)
            np.testing.assert_array_equal(one[0], two[0])
            self.assertEqual(one[1].parse.to_json(), two[1].parse.to_json())
            if one[1].matrix is None:
                continue
            turned += 1
            for i, region in enumerate(one[1].parse.regions):
                if region.role in ('arrow', 'bar', 'image', 'curve'):
                    a, b = plain.mask(i) > 0, one[1].mask(i) > 0
                    self.assertAlmostEqual(b.sum() / a.sum(), 1.0, delta=0.35)
        self.assertGreater(turned, 1)

    def test_runs_of_masks(self):
        mask = np.zeros((4, 3), np.uint8)
        mask[1:3, 1] = 255
        self.assertEqual(rle(mask), {'size': [4, 3], 'counts': '525'})

    def test_rates(self):
        scene(0)
        start = time.perf_counter()
        for seed in range(60):
            scene(seed)
        middle = time.perf_counter()
        for seed in range(60):
            figure(seed)
        end = time.perf_counter()
        print(f'scenes: {1000 * (middle - start) / 60:.1f} ms each; pictures: {60 / (end - middle):.0f} a second')


if __name__ == '__main__':
    unittest.main()
