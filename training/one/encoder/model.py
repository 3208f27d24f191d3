"""The universal encoder and the caption decoder (method: OneLLM §3.1 and §3.2, at a small width).

Tokeniser (per modality) → trunk (shared) → [modality tokens | tokens] through three projection experts that a router (per modality) mixes token
by token → the modality tokens (only these are kept, so only these leave an expert's last layer), between learned start and end tags: the context [n, CONTEXT, WIDTH] of the decoder.
"""
import torch
from torch import nn

from .modalities import NAMES, TEXT, WIDTH, module
from .vocabulary import PAD, VOCABULARY

HEADS = 4
TRUNK = 4
EXPERTS, EXPERT_LAYERS = 3, 2
QUERIES = 12
CONTEXT = QUERIES + 2
ROUTERS = ('soft', 'constant', 'hard')
MAX_QUESTION, MAX_ANSWER = 24, 72


class Attention(nn.Module):
    """Attention of x [n, a, WIDTH] to y [n, b, WIDTH]; mask: [.., a, b], True where to look."""

    def __init__(self):
        super().__init__()
        self.query, self.key_value, self.out = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x, y, mask=None):
        split = lambda v: v.unflatten(2, (HEADS, WIDTH // HEADS)).transpose(1, 2)
        k, v = self.key_value(y).chunk(2, -1)
        scores = split(self.query(x)) * (WIDTH // HEADS) ** -.5 @ split(k).transpose(2, 3)      # on one core faster than torch's fused attention
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e4)
        return self.out((scores.softmax(-1).to(scores.dtype) @ split(v)).transpose(1, 2).flatten(2))


class Block(nn.Module):
    """A transformer layer, norms first; with `cross` it also attends to a memory, with `keep` it gives only the first tokens."""

    def __init__(self, cross=False):
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(WIDTH), Attention()
        self.cross = Attention() if cross else None
        self.norm2 = nn.LayerNorm(WIDTH) if cross else None
        self.norm3 = nn.LayerNorm(WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH))

    def forward(self, x, mask=None, memory=None, memory_mask=None, keep=None):
        y = self.norm1(x)
        x = x[:, :keep] + self.attention(y[:, :keep], y, mask)
        if self.cross is not None:
            x = x + self.cross(self.norm2(x), memory, memory_mask)
        return x + self.mlp(self.norm3(x))


class Router(nn.Module):
    """Weights of the experts for each token [n, length, WIDTH] → [n, length, EXPERTS], summing to 1.

    soft: sigmoid of an MLP, normalised; constant: equal; hard: the greatest alone (straight-through in training)."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.mlp = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, EXPERTS))

    def forward(self, tokens):
        if self.kind == 'constant':
            return torch.full((*tokens.shape[:2], EXPERTS), 1 / EXPERTS)
        weights = self.mlp(tokens).float().sigmoid()
        weights = weights / weights.sum(-1, keepdim=True)
        if self.kind == 'hard':
            one = nn.functional.one_hot(weights.argmax(-1), EXPERTS).to(weights.dtype)
            weights = one + weights - weights.detach() if self.training else one
        return weights


class UniversalEncoder(nn.Module):
    """Everything up to the context. `names`: the modalities that it has."""

    def __init__(self, names=(*NAMES, TEXT), router='soft'):
        super().__init__()
        self.tokenisers = nn.ModuleDict({name: module(name).Tokeniser() for name in names})
        self.frames = {name: module(name).COUNT if module(name).FRAMES else 1 for name in names}
        self.trunk = nn.ModuleList(Block() for _ in range(TRUNK))
        self.norm = nn.LayerNorm(WIDTH)
        self.queries = nn.ParameterDict({name: nn.Parameter(torch.randn(QUERIES, WIDTH) * .05) for name in names})
        self.routers = nn.ModuleDict({name: Router(router) for name in names})
        self.experts = nn.ModuleList(nn.ModuleList(Block() for _ in range(EXPERT_LAYERS)) for _ in range(EXPERTS))
        self.out = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WIDTH))
        self.tags = nn.Parameter(torch.randn(2, WIDTH) * .05)

    def own(self, name):
        """The parameters that only this modality uses."""
        return [*self.tokenisers[name].parameters(), self.queries[name], *self.routers[name].parameters()]

    def forward(self, name, inputs):
        """inputs: the tokeniser's → context [n, CONTEXT, WIDTH] and the router's weights [n, QUERIES, EXPERTS]."""
        return self.project(self.tokenisers[name](*inputs), self.frames[name], self.queries[name], self.routers[name])

    def project(self, tokens, frames, queries, router):
        """Trunk, mean over frames, experts."""
        for block in self.trunk:
            tokens = block(tokens)
        tokens = self.norm(tokens)
        if frames > 1:
            tokens = tokens.unflatten(0, (-1, frames)).mean(1)
        x = torch.cat([queries.expand(tokens.shape[0], -1, -1).to(tokens.dtype), tokens], 1)
        return self.mix(x, router(x[:, :QUERIES]))

    def mix(self, x, weights):
        """x: queries, then tokens; weights [n, QUERIES, EXPERTS] → context and the weights."""
        mixed = 0
        for i, expert in enumerate(self.experts):
            y = x
            for block in expert[:-1]:
                y = block(y)
            mixed = mixed + weights[..., i:i + 1].to(y.dtype) * expert[-1](y, keep=QUERIES)
        context = self.out(mixed)
        tag = lambda i: self.tags[i].to(context.dtype).expand(len(context), 1, WIDTH)
        return torch.cat([tag(0), context, tag(1)], 1), weights


class CaptionDecoder(nn.Module):
    """Writes an answer from the context and a question: two layers read the question beside the context, three write."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(len(VOCABULARY), WIDTH)
        self.question_places = nn.Parameter(torch.randn(MAX_QUESTION, WIDTH) * .02)
        self.answer_places = nn.Parameter(torch.randn(MAX_ANSWER, WIDTH) * .02)
        self.reader = nn.ModuleList(Block() for _ in range(2))
        self.writer = nn.ModuleList(Block(cross=True) for _ in range(3))
        self.norm = nn.LayerNorm(WIDTH)
        nn.init.normal_(self.words.weight, std=.05)

    def read(self, context, question):
        """context [n, c, WIDTH], question ids [n, q] (PAD behind) → memory [n, c + q, WIDTH] and its mask [n, 1, 1, c + q]."""
        asked = self.words(question) + self.question_places[:question.shape[1]]
        mask = torch.cat([torch.ones(question.shape[0], context.shape[1], dtype=torch.bool, device=question.device), question != PAD], 1)[:, None, None]
        memory = torch.cat([context, asked.to(context.dtype)], 1)
        for block in self.reader:
            memory = block(memory, mask)
        return memory, mask

    def write(self, memory, mask, answer):
        """answer ids [n, a], BEGIN first → logits [n, a, words]."""
        x = self.words(answer) + self.answer_places[:answer.shape[1]]
        causal = torch.ones(answer.shape[1], answer.shape[1], dtype=torch.bool, device=answer.device).tril()
        for block in self.writer:
            x = block(x, causal, memory, mask)
        return nn.functional.linear(self.norm(x), self.words.weight)

    def forward(self, context, question, answer):
        return self.write(*self.read(context, question), answer)
