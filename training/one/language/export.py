"""Writes models/groundnote-one/onnx/language_encoder.onnx and language_decoder.onnx, and the pack's `"language"` part of config.json.

    PYTHONPATH=training python -m one.language.export --checkpoint .cache/training/language/last.pt

Weights are stored in half precision (computed in single) when `--half`; the check compares both graphs with PyTorch on real questions.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

from packing import halve, put_config

from ..parse import COLOURS, ROLES
from ..program import Situation, allowed
from .data import Source, collate
from .decode import ABSENT, name, permitted
from .evaluate import answers, load
from .features import HISTORY_FROM, IDS, REGION_NUMBERS, START, VOCABULARY
from .linking import BEST_FROM, FEATURES, LONGEST_SPAN
from .model import DECODER_LAYERS, HEADS, LOOKS, POINT_PLACE, SEG_PLACE, SEG_WIDTH, WIDTH
from .text import BUCKETS, GRAMS, MAX_HISTORY, MAX_QUESTION, REGION_GRAMS, tokens

PACK = Path(__file__).resolve().parents[3] / 'models/groundnote-one'
ENCODER_INPUTS = ('region_ids', 'region_numbers', 'region_grams', 'looks', 'has_looks', 'context', 'context_mask', 'question_grams', 'question_places', 'links')
DECODER_INPUTS = ('token', 'place', 'regions', 'question', 'links', 'memory_keys', 'memory_values', 'context_mask', 'past_keys', 'past_values')


def alone(region_ids, context_mask, question_places):
    """Parts of a batch of one figure and one question without padding."""
    return dict(per=1, regions_mask=torch.ones_like(region_ids[:, 0])[None].float(), context_mask=context_mask[None], question_mask=torch.ones_like(question_places)[None].float())


class EncoderGraph(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *inputs):
        b = dict(zip(ENCODER_INPUTS, (x[None] for x in inputs)))
        b.update(alone(b['region_ids'][0], b['context_mask'][0], b['question_places'][0]))
        encoded = self.model.encode(b)
        memory = self.model.memory(b, encoded)[0]
        return encoded[0][0], encoded[2][0], torch.cat([k for k, _ in memory]), torch.cat([v for _, v in memory])


class DecoderGraph(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, token, place, regions, question, links, memory_keys, memory_values, context_mask, past_keys, past_values):
        b = dict(links=links[None], **alone(regions[:, :1], context_mask, question[:, 0]))
        layers = range(DECODER_LAYERS)
        there = torch.cat([b['regions_mask'], b['context_mask'], b['question_mask']], 1)
        memory = ([(memory_keys[i:i + 1], memory_values[i:i + 1]) for i in layers], ((1.0 - there) * -1e4)[:, None, None])
        decoder = self.model.decoder
        x = decoder.embed(token[None], place[None], regions[None], question[None])
        nothing, present = x.new_zeros(1, 1, 1, 1), []
        for i, layer in enumerate(decoder.layers):
            x, kept = layer(x, nothing, memory[0][i], memory[1], (past_keys[i:i + 1], past_values[i:i + 1]))
            present.append(kept)
        h = decoder.norm(x)
        logits, attended = decoder.heads(h, regions[None], question[None], b['links'], b['regions_mask'], b['question_mask'])
        return logits[0, 0], attended[0, 0], self.model.seg(h)[0, 0], torch.cat([k for k, _ in present]), torch.cat([v for _, v in present])


def inputs_of(batch):
    """Encoder inputs, in order, of a batch of one figure with one question."""
    return [batch[k][0] for k in ENCODER_INPUTS]


def empty_past():
    return torch.zeros(DECODER_LAYERS, HEADS, 0, WIDTH // HEADS)


def write(model, folder, half):
    folder.mkdir(parents=True, exist_ok=True)
    batch = collate([Source(1, per=1).figure()], 1)
    given = inputs_of(batch)
    encoder, decoder = EncoderGraph(model).eval(), DecoderGraph(model).eval()
    encoder_path, decoder_path = folder / 'language_encoder.onnx', folder / 'language_decoder.onnx'
    dynamic = dict(region_ids={0: 'R'}, region_numbers={0: 'R'}, region_grams={0: 'R'}, looks={0: 'R'}, has_looks={0: 'R'}, context={0: 'C'}, context_mask={0: 'C'}, question_grams={0: 'Q'},
                   question_places={0: 'Q'}, links={0: 'Q', 1: 'R'}, regions={0: 'R'}, question={0: 'Q'}, memory_keys={2: 'M'}, memory_values={2: 'M'})
    with torch.no_grad():
        regions, question, keys, values = encoder(*given)
        past = torch.zeros(DECODER_LAYERS, HEADS, 3, WIDTH // HEADS)
        torch.onnx.export(encoder, tuple(given), str(encoder_path), input_names=ENCODER_INPUTS, output_names=('regions', 'question', 'memory_keys', 'memory_values'),
                          dynamic_axes=dynamic, opset_version=17, dynamo=False)
        torch.onnx.export(decoder, (torch.tensor([IDS[START]]), torch.tensor([0]), regions, question, batch['links'][0], keys, values, batch['context_mask'][0], past, past),
                          str(decoder_path), input_names=DECODER_INPUTS, output_names=('logits', 'attended', 'h_seg', 'present_keys', 'present_values'),
                          dynamic_axes=dict({k: v for k, v in dynamic.items() if k in DECODER_INPUTS}, past_keys={2: 'T'}, past_values={2: 'T'}, present_keys={2: 'S'}, present_values={2: 'S'},
                                            logits={0: 'N'}, attended={0: 'Q'}), opset_version=17, dynamo=False)
    if half:
        halve(encoder_path)
        halve(decoder_path)
    return encoder_path, decoder_path


class Graphs:
    """The exported graphs in onnxruntime, decoding as TypeScript does."""

    def __init__(self, folder):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.encoder, self.decoder = (onnxruntime.InferenceSession(str(folder / f'language_{n}.onnx'), options) for n in ('encoder', 'decoder'))

    def write(self, batch, situation):
        """(program, h_seg of region 0 after it)."""
        given = {k: v.numpy() for k, v in zip(ENCODER_INPUTS, inputs_of(batch))}
        regions, question, keys, values = self.encoder.run(None, given)
        still = dict(regions=regions, question=question, links=given['links'], memory_keys=keys, memory_values=values, context_mask=given['context_mask'])
        past = [empty_past().numpy()] * 2
        step = lambda token, place: self.decoder.run(None, dict(still, token=np.array([token]), place=np.array([place]), past_keys=past[0], past_values=past[1]))
        program, token = [], IDS[START]
        while True:
            logits, _, _, *past = step(token, len(program))
            if allowed(program, situation).done:
                break
            mask, _ = permitted(program, situation, len(regions), len(question))
            token = int(np.where(mask, logits, -np.inf).argmax())
            program.append(name(token, len(regions)))
        past = step(len(VOCABULARY), POINT_PLACE)[3:]
        return program, step(IDS['<seg>'], SEG_PLACE)[2]


def check(model, folder, count=40, seed=5):
    """Compares the graphs with PyTorch; (share of equal programs, greatest difference of an encoding)."""
    graphs, source, same, worst = Graphs(folder), Source(seed, 'test', 1), 0, 0.0
    for _ in range(count):
        figure = source.figure()
        batch = collate([figure], 1)
        (_, written), = answers(model, [figure], 1)
        situation = Situation(len(figure[1].regions), min(len(tokens(figure[3][0][0].question)), MAX_QUESTION), len(figure[5]), bool(figure[4]))
        program, _ = graphs.write(batch, situation)
        same += program == written
        with torch.no_grad():
            mine = EncoderGraph(model)(*inputs_of(batch))[0].numpy()
        theirs = graphs.encoder.run(['regions'], {k: v.numpy() for k, v in zip(ENCODER_INPUTS, inputs_of(batch))})[0]
        worst = max(worst, float(np.abs(mine - theirs).max()))
    return same / count, worst


def config(absent=ABSENT):
    return dict(vocabulary=VOCABULARY, roles=list(ROLES), colours=list(COLOURS), buckets=BUCKETS, grams=GRAMS, region_grams=REGION_GRAMS, max_question=MAX_QUESTION, max_history=MAX_HISTORY,
                history_place=HISTORY_FROM, longest_span=LONGEST_SPAN, best_from=BEST_FROM, link_features=FEATURES, region_numbers=REGION_NUMBERS, width=WIDTH, layers=DECODER_LAYERS, heads=HEADS,
                head_width=WIDTH // HEADS, looks=LOOKS, seg_width=SEG_WIDTH, point_place=POINT_PLACE, seg_place=SEG_PLACE, absent=absent)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--checkpoint', type=Path, required=True)
    parser.add_argument('--pack', type=Path, default=PACK)
    parser.add_argument('--single', action='store_true', help='weights in single precision')
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = load(args.checkpoint)
    paths = write(model, args.pack / 'onnx', not args.single)
    put_config(args.pack, 'language', config())
    same, worst = check(model, args.pack / 'onnx')
    print(json.dumps(dict(megabytes=round(sum(p.stat().st_size for p in paths) / 1e6, 2), same_programs=same, greatest_difference=worst)))


if __name__ == '__main__':
    main()
