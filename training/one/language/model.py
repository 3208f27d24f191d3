"""The language model: reads the regions of a parse and a question, writes a program with pointers to both.

Regions and question are encoded once; a decoder with cached keys writes. Width 192, about 4 million numbers.
"""
import torch
import torch.nn.functional as F
from torch import nn

from ..parse import COLOURS, ROLES
from ..program import ASKED_ROLES, LAST, MAX_PROGRAM, NUMBERS, ROOTS, SETS
from .features import IDS, REGION_NUMBERS, VOCABULARY
from .linking import FEATURES
from .text import BUCKETS, MAX_HISTORY, MAX_QUESTION

WIDTH, HEADS, HIDDEN = 192, 6, 512
QUESTION_LAYERS, DECODER_LAYERS = 3, 2
LOOKS, SEG_WIDTH = 64, 64
PLACES = 64                                   # of the decoder: a token of a program or caption each, then the two below
POINT_PLACE, SEG_PLACE = PLACES - 2, PLACES - 1
KINDS = ('root', 'S', 'role', 'colour', 'number', 'ordinal')          # slots that a word of the vocabulary fills


def kind_masks():
    """[len(KINDS), V] bool: which words fill which slot."""
    words = dict(root=ROOTS, S=SETS, role=ASKED_ROLES, colour=COLOURS, number=NUMBERS, ordinal=NUMBERS + (LAST,))
    mask = torch.zeros(len(KINDS), len(VOCABULARY), dtype=torch.bool)
    for k, kind in enumerate(KINDS):
        # A colour word or role is one word of the vocabulary, whatever the slot.
        mask[k, [IDS[w] for w in words[kind]]] = True
    return mask


class Attention(nn.Module):
    """Multi-head attention; keys and values of the memory can be made beforehand."""

    def __init__(self):
        super().__init__()
        self.query, self.key_value, self.out = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(WIDTH, WIDTH)

    def memory(self, x):
        """Keys and values [B, HEADS, M, WIDTH / HEADS] each of x [B, M, WIDTH]."""
        b, m, _ = x.shape
        kv = self.key_value(x).view(b, m, 2, HEADS, WIDTH // HEADS)
        return kv[:, :, 0].transpose(1, 2), kv[:, :, 1].transpose(1, 2)

    def forward(self, x, keys, values, bias):
        """x [B, N, WIDTH]; bias [B, 1 or HEADS, 1 or N, M], added to the scores, -1e4 where there is nothing."""
        b, n, _ = x.shape
        q = self.query(x).view(b, n, HEADS, WIDTH // HEADS).transpose(1, 2)
        scores = q @ keys.transpose(2, 3) * (WIDTH // HEADS) ** -0.5
        weights = (scores + bias).softmax(-1)
        return self.out((weights @ values).transpose(1, 2).reshape(b, n, WIDTH))


class Layer(nn.Module):
    """Pre-norm: attention to itself, to a memory (where `cross`), feed-forward."""

    def __init__(self, cross):
        super().__init__()
        self.own, self.own_norm = Attention(), nn.LayerNorm(WIDTH)
        if cross:
            self.cross, self.cross_norm = Attention(), nn.LayerNorm(WIDTH)
        self.feed = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, WIDTH))

    def forward(self, x, bias, memory=None, memory_bias=None, past=None):
        """@returns (x, (keys, values)) with those of `past` before its own."""
        h = self.own_norm(x)
        keys, values = self.own.memory(h)
        if past is not None:
            keys, values = torch.cat([past[0], keys], 2), torch.cat([past[1], values], 2)
        x = x + self.own(h, keys, values, bias)
        if memory is not None:
            x = x + self.cross(self.cross_norm(x), *memory, memory_bias)
        return x + self.feed(x), (keys, values)


def fan(x, per):
    """x [F, ...] for each of `per` questions about a figure: [F · per, ...]."""
    return x if per == 1 else x[:, None].expand(-1, per, *x.shape[1:]).reshape(-1, *x.shape[1:])


def none_where(mask):
    """Additive bias of a mask that is true (or 1) where there is something."""
    return (1.0 - mask.float()) * -1e4


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.grams = nn.Embedding(BUCKETS, WIDTH, padding_idx=0)
        self.role = nn.Embedding(len(ROLES) + 1, WIDTH)
        self.parent_role = nn.Embedding(len(ROLES) + 1, WIDTH)
        self.owner_role = nn.Embedding(len(ROLES) + 1, WIDTH)
        self.colour = nn.Embedding(len(COLOURS) + 1, WIDTH)
        self.icons, self.chip = nn.Embedding(4, WIDTH), nn.Embedding(10, WIDTH)
        self.numbers, self.looks, self.has_looks = nn.Linear(REGION_NUMBERS, WIDTH), nn.Linear(LOOKS, WIDTH), nn.Linear(1, WIDTH, bias=False)
        self.region_norm, self.region_layer, self.region_out = nn.LayerNorm(WIDTH), Layer(False), nn.LayerNorm(WIDTH)
        self.context = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WIDTH))
        self.place = nn.Embedding(MAX_QUESTION + MAX_HISTORY, WIDTH)
        self.linked, self.question_norm = nn.Linear(FEATURES, WIDTH), nn.LayerNorm(WIDTH)
        self.bias = nn.ModuleList(nn.Linear(FEATURES, HEADS, bias=False) for _ in range(QUESTION_LAYERS))
        self.layers = nn.ModuleList(Layer(True) for _ in range(QUESTION_LAYERS))
        self.question_out = nn.LayerNorm(WIDTH)
        for e in (self.grams, self.role, self.parent_role, self.owner_role, self.colour, self.icons, self.chip, self.place):
            nn.init.normal_(e.weight, std=0.3 if e is self.grams else 0.1)
        with torch.no_grad():
            self.grams.weight[0] = 0
            for b in self.bias:
                b.weight.uniform_(0, 3)

    def bag(self, ids):
        """Mean of the embeddings of n-grams [..., G], which are 0 where there is none."""
        found = self.grams(ids).sum(-2)
        return found / (ids > 0).sum(-1, keepdim=True).clamp(min=1).to(found.dtype) ** 0.5

    def regions(self, ids, numbers, grams, looks, has_looks, mask):
        """[F, R, WIDTH]: ids [F, R, 6], numbers [F, R, 10], grams [F, R, 32], looks [F, R, 64], has_looks [F, R], mask [F, R]."""
        x = (self.role(ids[..., 0]) + self.colour(ids[..., 1]) + self.parent_role(ids[..., 2]) + self.owner_role(ids[..., 3]) + self.icons(ids[..., 4])
             + self.chip(ids[..., 5]) + self.numbers(numbers) + self.bag(grams)
             + self.looks(looks) * has_looks[..., None] + self.has_looks(has_looks[..., None]))
        x, _ = self.region_layer(self.region_norm(x), none_where(mask)[:, None, None])
        return self.region_out(x)

    def question(self, grams, places, links, mask, regions, context, regions_mask, context_mask, per):
        """[B, Q, WIDTH]: grams [B, Q, 12], places [B, Q], links [B, Q, R, FEATURES]; of the figures, B = F · per: regions [F, R, WIDTH],
        context [F, C, WIDTH]."""
        x = self.question_norm(self.bag(grams) + self.place(places) + self.linked(links.amax(2)))
        memory, nothing = torch.cat([regions, context], 1), fan(none_where(torch.cat([regions_mask, context_mask], 1)), per)[:, None, None]
        room = torch.zeros(links.shape[0], HEADS, links.shape[1], context.shape[1], dtype=links.dtype, device=links.device)
        own = none_where(mask)[:, None, None]
        for layer, bias in zip(self.layers, self.bias):
            linked = torch.cat([bias(links).permute(0, 3, 1, 2), room], 3)
            x, _ = layer(x, own, [fan(m, per) for m in layer.cross.memory(memory)], linked + nothing)
        return self.question_out(x)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.place = nn.Embedding(len(VOCABULARY), WIDTH), nn.Embedding(PLACES, WIDTH)
        self.region_in, self.question_in = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.layers = nn.ModuleList(Layer(True) for _ in range(DECODER_LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.word_out = nn.Linear(WIDTH, len(VOCABULARY))
        self.point, self.point_key = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.attend, self.attend_key = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.position, self.position_key = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.pointing = nn.Linear(FEATURES, 1, bias=False)
        self.gamma = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, SEG_WIDTH))
        nn.init.normal_(self.words.weight, std=0.1)
        nn.init.normal_(self.place.weight, std=0.1)
        nn.init.constant_(self.pointing.weight, 3.0)

    def embed(self, tokens, places, regions, question):
        """tokens [B, T]: a word's id; V + r for region r; V + R + q for position q of the question."""
        v, r, q = len(VOCABULARY), regions.shape[1], question.shape[1]
        table = torch.cat([self.region_in(regions), self.question_in(question)], 1)
        point = (tokens - v).clamp(0, r + q - 1)[..., None].expand(-1, -1, WIDTH)
        x = torch.where((tokens < v)[..., None], self.words(tokens.clamp(max=v - 1)), table.gather(1, point))
        return x + self.place(places)

    def heads(self, h, regions, question, links, regions_mask, question_mask):
        """Logits [B, T, V + R + Q], and `attended` [B, T, Q]: the part of the question that a pointer to a region stands for."""
        scale = WIDTH ** -0.5
        attended = (self.attend(h) @ self.attend_key(question).transpose(1, 2) * scale + none_where(question_mask)[:, None]).softmax(-1)
        linked = attended @ self.pointing(links)[..., 0]
        region = self.point(h) @ self.point_key(regions).transpose(1, 2) * scale + linked + none_where(regions_mask)[:, None]
        position = self.position(h) @ self.position_key(question).transpose(1, 2) * scale + none_where(question_mask)[:, None]
        return torch.cat([self.word_out(h), region, position], 2), attended


class LanguageModel(nn.Module):
    """See docs/figure-language.md for what goes in and out. A batch holds F figures and B = F · per questions about them, padded; masks are true
    where there is something."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()
        # For training h_seg only: it shall say where a region is and what it is.
        self.seg_box, self.seg_role = nn.Linear(SEG_WIDTH, 4), nn.Linear(SEG_WIDTH, len(ROLES))

    def encode(self, b):
        """(regions [F, R, WIDTH], context [F, C, WIDTH], question [B, Q, WIDTH]) of a batch (data.py)."""
        regions = self.encoder.regions(b['region_ids'], b['region_numbers'], b['region_grams'], b['looks'], b['has_looks'], b['regions_mask'])
        context = self.encoder.context(b['context'])
        question = self.encoder.question(b['question_grams'], b['question_places'], b['links'], b['question_mask'], regions, context, b['regions_mask'],
                                         b['context_mask'], b['per'])
        return regions, context, question

    def memory(self, b, encoded):
        """Keys and values [B, HEADS, R + C + Q, WIDTH / HEADS] of what each layer of the decoder looks at, and their bias [B, 1, 1, R + C + Q]."""
        regions, context, question = encoded
        figure, out = torch.cat([regions, context], 1), []
        for layer in self.decoder.layers:
            out.append(tuple(torch.cat([fan(f, b['per']), q], 2) for f, q in zip(layer.cross.memory(figure), layer.cross.memory(question))))
        there = torch.cat([fan(torch.cat([b['regions_mask'], b['context_mask']], 1), b['per']), b['question_mask']], 1)
        return out, none_where(there)[:, None, None]

    def decode(self, b, encoded, memory, tokens, places, past=None):
        """(hidden [B, T, WIDTH], logits [B, T, V + R + Q], attended [B, T, Q], keys and values a layer) after tokens [B, T]; each sees those
        before it, and `past`: keys and values a layer of earlier ones."""
        regions, question = fan(encoded[0], b['per']), encoded[2]
        x = self.decoder.embed(tokens, places, regions, question)
        t, before = tokens.shape[1], 0 if past is None else past[0][0].shape[2]
        bias = none_where(torch.ones(t, before + t, device=tokens.device).tril(before))[None, None]
        present = []
        for i, layer in enumerate(self.decoder.layers):
            x, kept = layer(x, bias, memory[0][i], memory[1], None if past is None else past[i])
            present.append(kept)
        h = self.decoder.norm(x)
        logits, attended = self.decoder.heads(h, regions, question, b['links'], fan(b['regions_mask'], b['per']), b['question_mask'])
        return h, logits, attended, present

    def seg(self, h):
        """h_seg [..., SEG_WIDTH] of the hidden state at `<seg>`: Linear, ReLU, Linear (LISA's text_hidden_fcs)."""
        return self.decoder.gamma(h)
