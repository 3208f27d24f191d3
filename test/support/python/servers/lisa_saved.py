"""Saves the tiny model of examples/serving/lisa, reads it again and compares the answers: lisa_saved.py FOLDER"""

import sys

import numpy as np
import torch
from checkpoints import load, save
from tiny import tiny_lisa

torch.set_num_threads(1)
image = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
first = tiny_lisa().to("cpu", torch.float32)
save(first, sys.argv[1])
again = load(sys.argv[1]).to("cpu", torch.float32)
a, b = (lisa.answer(image, "a cat?", [("What is it?", "A [SEG].")]) for lisa in (first, again))
print("the same" if a.text == b.text and a.masks.any() and np.array_equal(a.masks, b.masks) else f"{a} is not {b}")
