"""Writes the graphs of the other modalities into the pack, and "modalities" in its config.json (docs/modalities.md).

    PYTHONPATH=training python -m one.encoder.export --run base --out models/groundnote-one [--fixture test/fixtures/modalities]

onnx/modality_NAME.onnx: a tokeniser's inputs → tokens [frames, length, width]
onnx/universal_encoder.onnx: tokens, modality [1] → context [1, 14, width], router [1, 12, 3]
onnx/caption_decoder.onnx: context, question [1, q], answer [1, a] → logits [1, words] of the next word
Weights are stored as float16. The fixture holds what each modality's network gives for a fixed input, for tests on the other side.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from packing import halve, put_config

from . import modalities
from .data import Dataset
from .evaluate import load
from .generate import answers
from .model import CONTEXT, EXPERTS, MAX_ANSWER, MAX_QUESTION, QUERIES
from .modalities import TEXT, WIDTH
from .vocabulary import BEGIN, END, SPECIAL, UNKNOWN, VOCABULARY

LEAST_CONFIDENCE = .5                                 # answers of less probable words are withheld (geometric mean of their probabilities)
PUBLIC = {'normals': 'normal'}                        # names of modalities in the pack where they are others
OPTIONS = dict(opset_version=17, dynamo=False, do_constant_folding=True)


class Universal(torch.nn.Module):
    """The shared part: the modality's own queries and router are chosen by its index."""

    def __init__(self, encoder, names):
        super().__init__()
        self.encoder = encoder
        routers = [encoder.routers[n].mlp for n in names]
        stack = lambda get: torch.nn.Parameter(torch.stack([get(r) for r in routers]))
        self.queries = torch.nn.Parameter(torch.stack([encoder.queries[n] for n in names]))
        self.w1, self.b1 = stack(lambda r: r[0].weight), stack(lambda r: r[0].bias)
        self.w2, self.b2 = stack(lambda r: r[2].weight), stack(lambda r: r[2].bias)
        self.kind = encoder.routers[names[0]].kind

    def route(self, x, modality):
        if self.kind == 'constant':
            return torch.full((1, QUERIES, EXPERTS), 1 / EXPERTS)
        y = torch.nn.functional.gelu(x @ self.w1[modality].transpose(1, 2) + self.b1[modality])
        weights = (y @ self.w2[modality].transpose(1, 2) + self.b2[modality]).sigmoid()
        weights = weights / weights.sum(-1, keepdim=True)
        return torch.nn.functional.one_hot(weights.argmax(-1), EXPERTS).to(x.dtype) if self.kind == 'hard' else weights

    def forward(self, tokens, modality):
        for block in self.encoder.trunk:
            tokens = block(tokens)
        tokens = self.encoder.norm(tokens).mean(0, keepdim=True)
        queries = self.queries[modality]
        return self.encoder.mix(torch.cat([queries, tokens], 1), self.route(queries, modality))


class Decoder(torch.nn.Module):
    """Logits of the word after `answer`."""

    def __init__(self, decoder):
        super().__init__()
        self.decoder = decoder

    def forward(self, context, question, answer):
        return self.decoder(context, question, answer)[:, -1]


def write(model, names, folder):
    """Exports all graphs; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []

    def export(name, module, inputs, names_in, names_out, axes):
        paths.append(folder / f'{name}.onnx')
        torch.onnx.export(module, inputs, str(paths[-1]), input_names=names_in, output_names=names_out, dynamic_axes=axes, **OPTIONS)

    for name in names:
        wanted = modalities.module(name).CONFIG['inputs']
        inputs = tuple(torch.randn([1 if isinstance(d, str) else d for d in shape]) for shape in wanted.values())
        export(f'modality_{PUBLIC.get(name, name)}', model.encoder.tokenisers[name], inputs, [*wanted], ['tokens'], {})
    export('universal_encoder', Universal(model.encoder, names), (torch.randn(1, 64, WIDTH), torch.tensor([0])), ['tokens', 'modality'], ['context', 'router'],
           {'tokens': {0: 'frames', 1: 'length'}})
    export('caption_decoder', Decoder(model.decoder), (torch.randn(1, CONTEXT, WIDTH), torch.tensor([[5, 6, 7]]), torch.tensor([[1, 5]])),
           ['context', 'question', 'answer'], ['logits'], {'question': {1: 'asked'}, 'answer': {1: 'written'}})
    return paths


class Exported:
    """The graphs in ONNX Runtime, asked as the Python model is."""

    def __init__(self, folder, names):
        open_ = lambda name: onnxruntime.InferenceSession(str(folder / f'{name}.onnx'), providers=['CPUExecutionProvider'])
        self.names = names
        self.tokenisers = {n: open_(f'modality_{PUBLIC.get(n, n)}') for n in names}
        self.universal, self.decoder = open_('universal_encoder'), open_('caption_decoder')

    def context(self, name, inputs):
        """Of one sample: context and the router's weights."""
        graph = self.tokenisers[name]
        tokens = graph.run(None, {i.name: np.asarray(v) for i, v in zip(graph.get_inputs(), inputs)})[0]
        return self.universal.run(None, {'tokens': tokens, 'modality': np.array([self.names.index(name)])})

    def answer(self, name, inputs, question):
        """Written greedily, as `generate.answers` does."""
        context = self.context(name, inputs)[0]
        asked = np.array([(VOCABULARY.encode(question) or [UNKNOWN])[:MAX_QUESTION]])
        written = [BEGIN]
        while len(written) < MAX_ANSWER:
            logits = self.decoder.run(None, {'context': context, 'question': asked, 'answer': np.array([written])})[0][0]
            logits[[0, BEGIN, UNKNOWN]] = -np.inf
            written.append(int(logits.argmax()))
            if written[-1] == END:
                break
        return VOCABULARY.decode(written[1:])


def compare(model, exported, names, count=6):
    """Largest difference of contexts, and the share of equal answers, over test samples."""
    worst, same = 0.0, []
    for name in names:
        dataset, rng = Dataset([name], 'test'), np.random.default_rng(0)
        for i in range(count):
            inputs = dataset.inputs(name, np.array([i]))
            question = dataset.talk(rng, name, i, 'en', .5).question
            with torch.no_grad():
                worst = max(worst, float(np.abs(model.encoder(name, inputs)[0].numpy() - exported.context(name, inputs)[0]).max()))
            same.append(answers(model, name, inputs, [question])[0] == exported.answer(name, inputs, question))
    return worst, float(np.mean(same))


def fixture(exported, names, folder):
    """What the graphs answer about the first test sample of each modality; the sample itself as plain arrays for the reader's tests."""
    folder.mkdir(parents=True, exist_ok=True)
    out = {}
    for name in names:
        dataset, rng = Dataset([name], 'test'), np.random.default_rng(1)
        inputs = dataset.inputs(name, np.array([0]))
        context, router = exported.context(name, inputs)
        asked = [dataset.talk(rng, name, 0, language, 1).question for language in ('en', 'zh')]
        out[PUBLIC.get(name, name)] = dict(
            inputs={k: dict(shape=list(v.shape), sum=round(float(v.double().sum()), 4)) for k, v in zip(modalities.module(name).CONFIG['inputs'], inputs)},
            context_sum=round(float(context.sum()), 3), router=[round(float(v), 4) for v in router[0, 0]], answers={q: exported.answer(name, inputs, q) for q in asked})
    (folder / 'expected.json').write_text(json.dumps(out, indent=1, ensure_ascii=False) + '\n', 'utf8')


def config(names):
    """"modalities" of config.json."""
    return dict(names=[PUBLIC.get(n, n) for n in names], width=WIDTH, context=CONTEXT, experts=EXPERTS, max_question=MAX_QUESTION, max_answer=MAX_ANSWER, least_confidence=LEAST_CONFIDENCE,
                special=list(SPECIAL), words=VOCABULARY.words[len(SPECIAL):], inputs={PUBLIC.get(n, n): modalities.module(n).CONFIG for n in names})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--run', default='base')
    parser.add_argument('--out', type=Path, default=Path('models/groundnote-one'))
    parser.add_argument('--fixture', type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, known = load(options.run)
    names = [n for n in known if n != TEXT]
    paths = write(model, names, options.out / 'onnx')
    print('float32: largest difference, equal answers', *compare(model, Exported(options.out / 'onnx', names), names))
    for path in paths:
        halve(path)
    exported = Exported(options.out / 'onnx', names)
    print('float16 weights: largest difference, equal answers', *compare(model, exported, names))
    put_config(options.out, 'modalities', config(names))
    if options.fixture:
        fixture(exported, names, options.fixture)
    print('\n'.join(f'{p.stat().st_size:>9} {p.name}' for p in paths))


if __name__ == '__main__':
    main()
