"""Writes answers greedily."""
import torch

from .data import fill
from .model import MAX_ANSWER, MAX_QUESTION
from .vocabulary import BEGIN, END, PAD, UNKNOWN, VOCABULARY


@torch.no_grad()
def answers(model, name, inputs, questions, most=MAX_ANSWER):
    """One answer to each question about the sample of the same index. Words that are no words are never written."""
    context = model.encoder(name, inputs)[0]
    memory, mask = model.decoder.read(context, fill([VOCABULARY.encode(q) or [UNKNOWN] for q in questions], MAX_QUESTION))
    written = torch.full((len(questions), 1), BEGIN)
    ended = torch.zeros(len(questions), dtype=torch.bool)
    for _ in range(most - 1):
        logits = model.decoder.write(memory, mask, written)[:, -1].float()
        logits[:, [PAD, BEGIN, UNKNOWN]] = -torch.inf
        word = torch.where(ended, END, logits.argmax(-1))
        written = torch.cat([written, word[:, None]], 1)
        ended |= word == END
        if ended.all():
            break
    return [VOCABULARY.decode(row[1:].tolist()) for row in written]
