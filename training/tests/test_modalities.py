"""Scenes, sounds and motions with what is said of them, and the universal encoder on them. PYTHONPATH=training python -m unittest tests.test_modalities"""
import tempfile
import unittest
from types import SimpleNamespace

import numpy as np
import torch

from one.encoder import modalities, sources
from one.encoder.data import numbers
from one.encoder.generate import answers
from one.encoder.model import CONTEXT, EXPERTS, QUERIES, UniversalEncoder
from one.encoder.modalities import TEXT, WIDTH
from one.encoder.train import Captioner, learning
from one.encoder.vocabulary import UNKNOWN, VOCABULARY
from synth import activity, motion, scene3d, shapes3d, soundscape, sounds
from synth.talk import shapes
from synth.talk import motion as motion_talk
from synth.talk import sounds as sound_talk
from synth.talk.slots import scene_slots
from synth.talk.text import join, tokens

torch.set_num_threads(1)
RNG = np.random.default_rng


class Data(unittest.TestCase):
    def test_same_seed_same_data(self):
        for kind in set(sources.OF.values()):
            a, b = (sources.module(kind).make(RNG(5)) for _ in range(2))
            for modality, arrays in a[0].items():
                for name, value in arrays.items():
                    np.testing.assert_array_equal(value, b[0][modality][name])

    def test_rendered_together(self):
        scene = scene3d.sample_scene(RNG(1))
        seen = shapes3d.render(RNG(1), scene)
        hit = seen['depth'] > 0
        np.testing.assert_allclose(np.linalg.norm(seen['normals'][hit], axis=1), 1, atol=1e-3)
        forward = (scene.target - scene.eye) / np.linalg.norm(scene.target - scene.eye)
        np.testing.assert_allclose((seen['points'][hit] - scene.eye) @ forward, seen['depth'][hit], rtol=1e-4)
        self.assertEqual(set(np.unique(seen['ids'][seen['ids'] >= 0])), set(range(len(scene.things))))

    def test_held_out_is_never_trained(self):
        rng = RNG(0)
        for _ in range(200):
            self.assertFalse({(t.colour, t.shape) for t in scene3d.sample_scene(rng).things} & scene3d.HELD_OUT)
            self.assertTrue({(t.colour, t.shape) for t in scene3d.sample_scene(rng, True).things} & scene3d.HELD_OUT)
            self.assertNotIn(tuple(e.kind for e in soundscape.sample_soundscape(rng)), soundscape.HELD_OUT)
            self.assertIn(tuple(e.kind for e in soundscape.sample_soundscape(rng, True)), soundscape.HELD_OUT)
            self.assertIn(tuple(a.kind for a in activity.sample_activity(rng, True)), activity.HELD_OUT)

    def test_sounds_and_motions_are_what_they_say(self):
        for kind, up in (('rise', True), ('fall', False)):
            wave = sounds.synthesise(RNG(3), [soundscape.Event(kind, 0, .2, 3.6)])
            peaks = [np.abs(np.fft.rfft(wave[int(t * 16000):][:4096])).argmax() for t in (.6, 3.0)]
            self.assertEqual(peaks[1] > peaks[0], up)
        for kind, sign in (('turn_left', 1), ('turn_right', -1)):
            self.assertGreater(sign * motion.synthesise(RNG(2), [activity.Act(kind, 0, 1, 4, 1)])[:, 5].sum(), 20)

    def test_all_words_are_known_and_facts_are_language_free(self):
        rng = RNG(4)
        for module in (shapes, sound_talk, motion_talk):
            for _ in range(150):
                for talk in module.examples(rng):
                    self.assertNotIn(UNKNOWN, VOCABULARY.encode(talk.question) + VOCABULARY.encode(talk.answer))
        for moving in (False, True):
            for _ in range(50):
                scene = scene3d.sample_scene(rng, moving=moving)
                said = [join(tokens(shapes.caption(rng, scene, language, True).answer)) for language in ('en', 'zh')]
                self.assertEqual(*map(scene_slots, said))


class Network(unittest.TestCase):
    def inputs(self, name):
        arrays = sources.module(sources.OF[name]).make(RNG(0))[0][name]
        return [torch.from_numpy(v) for v in modalities.module(name).scale(arrays).values()]

    def test_every_modality_gives_a_context(self):
        for router in ('soft', 'constant', 'hard'):
            encoder = UniversalEncoder(router=router).eval()
            for name in (*modalities.NAMES, TEXT):
                context, weights = encoder(name, self.inputs(name))
                self.assertEqual(tuple(context.shape), (1, CONTEXT, WIDTH))
                self.assertEqual(tuple(weights.shape[1:]), (QUERIES, EXPERTS))
                torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:2]))

    def test_a_further_modality_trains_its_own_parts_only(self):
        model = Captioner((*modalities.NAMES, TEXT))
        own = learning(model, SimpleNamespace(add='audio', train_all=False, freeze_language=False))
        self.assertEqual({id(p) for p in own}, {id(p) for n, p in model.named_parameters() if '.audio' in n})

    def test_learns_one_sample(self):
        torch.manual_seed(0)
        model, inputs = Captioner(('depth',)), self.inputs('depth')
        talk = SimpleNamespace(question='What is this?', answer='a large cube.')
        question, answer = numbers(RNG(0), [talk], 0)
        optimiser = torch.optim.AdamW(model.parameters(), 1e-3)
        for _ in range(25):
            logits = model.decoder(model.encoder('depth', inputs)[0], question, answer[:, :-1])
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), answer[:, 1:].flatten())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        self.assertEqual(answers(model.eval(), 'depth', inputs, [talk.question]), ['a large cube.'])


class Export(unittest.TestCase):
    def test_graphs_answer_as_the_model_does(self):
        from one.encoder.export import Exported, write
        from pathlib import Path
        torch.manual_seed(1)
        model, names = Captioner(modalities.NAMES).eval(), list(modalities.NAMES)
        with tempfile.TemporaryDirectory() as folder:
            write(model, names, Path(folder))
            exported = Exported(Path(folder), names)
            for name in names:
                inputs = Network().inputs(name)
                with torch.no_grad():
                    context, weights = model.encoder(name, inputs)
                got = exported.context(name, inputs)
                np.testing.assert_allclose(got[0], context.numpy(), atol=1e-4)
                np.testing.assert_allclose(got[1], weights.numpy(), atol=1e-5)


if __name__ == '__main__':
    unittest.main()
