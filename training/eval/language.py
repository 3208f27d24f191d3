"""How many questions of a hand-written set the language model understands: its program, run on the parse, gives an accepted answer.

    PYTHONPATH=training python -m eval.language --weights last.pt           # PyTorch: a checkpoint of one.language.train
    PYTHONPATH=training python -m eval.language --pack models/groundnote-one # the exported graphs
    PYTHONPATH=training python -m eval.language --weights last.pt --pack ... # both, and how often their programs are the same

Programs are written greedily under the grammar, as the product does; thresholds for what is not there come from the pack's config.json
(--phrase, --reference without one).
"""
import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from one.language.features import IDS, START, VOCABULARY, Reader
from one.language.model import LOOKS, WIDTH, LanguageModel
from one.language.text import MAX_QUESTION, tokens
from one.program import Situation, allowed

from .phrasings import QUESTIONS, Asked, load_parses, load_questions


class TorchGraphs:
    """The model of a checkpoint: `encode(arrays)` gives a memory, `step(memory, token, place, past)` logits, attended and the new past."""

    def __init__(self, weights):
        state = torch.load(weights, map_location='cpu', weights_only=False)
        self.model = LanguageModel()
        self.model.load_state_dict(state.get('model', state))
        self.model.eval()

    def encode(self, arrays):
        one = {k: torch.from_numpy(v)[None] for k, v in arrays.items()}
        q, r = one['links'].shape[1:3]
        batch = dict(one, per=1, regions_mask=torch.ones(1, r), question_mask=torch.ones(1, q))
        encoded = self.model.encode(batch)
        return batch, encoded, self.model.memory(batch, encoded)

    def step(self, memory, token, place, past):
        batch, encoded, keys = memory
        _, logits, attended, past = self.model.decode(batch, encoded, keys, torch.tensor([[token]]), torch.tensor([[place]]), past)
        return logits[0, -1].numpy(), attended[0, -1].numpy(), past


class OnnxGraphs:
    """The exported graphs of a pack, with the same two calls."""

    def __init__(self, folder):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        open_ = lambda name: onnxruntime.InferenceSession(str(Path(folder) / 'onnx' / name), options, providers=['CPUExecutionProvider'])
        self.encoder, self.decoder = open_('language_encoder.onnx'), open_('language_decoder.onnx')
        self.past = {i.name: i.shape for i in self.decoder.get_inputs() if i.name.startswith('past_')}

    def encode(self, arrays):
        names = [o.name for o in self.encoder.get_outputs()]
        given = {i.name for i in self.encoder.get_inputs()}
        out = dict(zip(names, self.encoder.run(names, {k: v for k, v in arrays.items() if k in given})))
        return dict(out, links=arrays['links'], context_mask=arrays['context_mask'])

    def step(self, memory, token, place, past):
        if past is None:
            past = {n: np.zeros([d if isinstance(d, int) else 0 for d in shape], np.float32) for n, shape in self.past.items()}
        given = {i.name for i in self.decoder.get_inputs()}
        inputs = dict({k: v for k, v in memory.items() if k in given}, token=np.array([token]), place=np.array([place]), **past)
        names = [o.name for o in self.decoder.get_outputs()]
        out = dict(zip(names, self.decoder.run(names, inputs)))
        return out['logits'], out['attended'], dict(past_keys=out['present_keys'], past_values=out['present_values'])


class Writer:
    """Writes programs. `phrase`, `reference`: the thresholds of “not there” (docs/figure-language.md)."""

    def __init__(self, graphs, phrase=0.0, reference=0.0):
        self.graphs, self.phrase, self.reference = graphs, phrase, reference

    @torch.no_grad()
    def write(self, parse, text, focus=(), chips=(), before=()):
        reader = Reader(parse)
        ids, numbers = reader.situation(focus, chips)
        grams, places, links = reader.question(text, before)
        count, asked = len(ids), tokens(text)[:MAX_QUESTION]
        memory = self.graphs.encode(dict(
            region_ids=ids, region_numbers=numbers, region_grams=reader.grams, looks=np.zeros((count, LOOKS), np.float32), has_looks=np.zeros(count, np.float32),
            context=np.zeros((1, WIDTH), np.float32), context_mask=np.zeros(1, np.float32), question_grams=grams, question_places=places,
            links=links.astype(np.float32)))
        situation = Situation(count, len(asked), len(chips), bool(len(focus)))
        number = lambda t: len(VOCABULARY) + int(t[1:]) if t[0] == '@' else len(VOCABULARY) + count + int(t[1:]) if t[0] == '^' else IDS[t]
        program, (logits, attended, past) = [], self.graphs.step(memory, IDS[START], 0, None)
        while not (may := allowed(program, situation)).done:
            choices = list(may.tokens) + ([f'@{i}' for i in range(count)] if may.regions else [])
            choices = [t for t in choices if t != 'ABSENT' or any(self.begins(links, i, len(asked)) for i in range(len(asked)))]
            if may.position is not None:
                first = int(program[1][1:]) if len(program) > 1 else None
                choices += [f'^{i}' for i in range(may.position, len(asked))
                            if (self.begins(links, i, len(asked)) if first is None else self.is_absent(links, first, i))]
            best = max(choices, key=lambda t: logits[number(t)])
            program.append(best)
            if best[0] == '@' and (phrase := self.unnamed(links, asked, attended, int(best[1:]))):
                return ['ABSENT', f'^{phrase[0]}', f'^{phrase[1]}'], len(asked)
            logits, attended, past = self.graphs.step(memory, number(best), len(program), past)
        return program, len(asked)

    def is_absent(self, links, first, last):
        """Whether no region is linked to tokens first..last of the question, both included."""
        return not self.phrase or float(links[first:last + 1, :, 0].mean(0).max()) < self.phrase

    def begins(self, links, first, count):
        return any(self.is_absent(links, first, last) for last in range(first, count))

    def unnamed(self, links, asked, attended, region):
        """(first, last) of the words that a pointer stands for, where its region is not linked to them; else None."""
        link = float((attended[:len(links)] * links[:, region, :2].max(1)).sum())
        if link >= self.reference or not asked:
            return None
        most = int(np.argmax(attended[:len(asked)]))
        belongs = lambda i: 0 <= i < len(asked) and asked[i].word and attended[i] >= attended[most] / 4
        first = last = most
        while belongs(first - 1):
            first -= 1
        while belongs(last + 1):
            last += 1
        return first, last


def text_of(row):
    """The question as the model reads it: the user's regions stand in it as [1], [2], ...; behind it where it names none."""
    marks = [f'[{i}]' for i in range(1, len(row.get('chips', ())) + 1)]
    return row['question'] if any(m in row['question'] for m in marks) else ' '.join([row['question'], *marks])


def measure(writer, questions, parses):
    """Rows of dict(id, kind, lang, question, program, right)."""
    out = []
    for row in questions:
        asked = Asked(row, parses)
        before = row['history'][-1]['program'] if row.get('history') else ()
        program, positions = writer.write(asked.parse, text_of(row), asked.focus, asked.chips, before)
        out.append(dict(id=row['id'], kind=row['kind'], lang=row['lang'], question=row['question'], program=program, right=asked.right(asked.run(program, positions))))
    return out


def summary(rows):
    """Shares that are right: all, by language, by kind; wrong refusals of what can be answered; refusals of what is not there."""
    groups = defaultdict(list)
    for r in rows:
        for group in ('all', 'lang ' + r['lang'], 'kind ' + r['kind']):
            groups[group].append(r['right'])
    refused = lambda r: r['program'][0] in ('ABSENT', 'UNKNOWN', 'OTHER')
    there = [r for r in rows if r['kind'] not in ('absent', 'lookalike', 'unknown', 'other')]
    gone = [r for r in rows if r['kind'] in ('absent', 'lookalike')]
    shares = {g: dict(n=len(v), right=round(sum(v) / len(v), 4)) for g, v in sorted(groups.items())}
    if there:
        shares['answerable'] = dict(n=len(there), right=round(sum(r['right'] for r in there) / len(there), 4), wrongly_refused=round(sum(map(refused, there)) / len(there), 4))
    if gone:
        shares['absent'] = dict(n=len(gone), refused=round(sum(r['right'] for r in gone) / len(gone), 4))
    return shares


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--phrasings', default=QUESTIONS, help='a set in the form of phrasings.py, its parses beside it')
    parser.add_argument('--weights', help='a checkpoint')
    parser.add_argument('--pack', help='a folder with onnx/language_*.onnx and config.json')
    parser.add_argument('--phrase', type=float, default=0.0)
    parser.add_argument('--reference', type=float, default=0.0)
    parser.add_argument('--wrong', help='write what was not right, as JSON lines')
    args = parser.parse_args()
    if not (args.weights or args.pack):
        parser.error('--weights, --pack or both')
    torch.set_num_threads(1)
    config = Path(args.pack or '') / 'config.json'
    absent = json.loads(config.read_text())['language']['absent'] if args.pack else dict(phrase=args.phrase, reference=args.reference)
    questions, parses = load_questions(args.phrasings), load_parses(Path(args.phrasings).with_name(Path(args.phrasings).stem + '_parses.json'))
    measured = {}
    for name, graphs in (('pytorch', args.weights and TorchGraphs(args.weights)), ('onnx', args.pack and OnnxGraphs(args.pack))):
        if graphs:
            measured[name] = measure(Writer(graphs, **absent), questions, parses)
            print(name, json.dumps(summary(measured[name]), ensure_ascii=False, indent=1))
    if len(measured) == 2:
        same = [a['program'] == b['program'] for a, b in zip(*measured.values())]
        print(f'the same program: {sum(same)} of {len(same)}')
    if args.wrong:
        lines = [json.dumps(r, ensure_ascii=False) for r in list(measured.values())[-1] if not r['right']]
        Path(args.wrong).write_text(''.join(line + '\n' for line in lines), encoding='utf-8')


if __name__ == '__main__':
    main()
