"""The fixture that the extension's decoding is compared with: a small drawn figure and what decode.py makes of the shipped graphs' maps of it.

    PYTHONPATH=training python -m one.vision.parity --pack models/groundnote-one --out test/fixtures/figure

Writes parser.png and parser.json: view size; boxes, arrows (pixels of the view, scores); roles of text in some boxes; share of ink; the first
numbers of the embedding, h_seg and a mask of one box with its 512 points. The view is the picture itself (384 x 256), so resizing plays no part.
"""
import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .decode import decode_arrows, decode_boxes, text_role_in
from .evaluate import Graphs
from .roles import STROKES
from .sampler import draw

WIDTH, HEIGHT = 384, 256
BLOCKS = (('Encoder', (20, 40, 120, 90), '#dae8fc', '#6c8ebf'), ('Decoder', (250, 40, 350, 90), '#d5e8d4', '#82b366'), ('Loss', (250, 170, 350, 220), '#ffe6cc', '#d79b00'))


def paint():
    """A picture of three blocks and two arrows; the boxes of its words."""
    image = Image.new('RGB', (WIDTH, HEIGHT), 'white')
    pen, font, words = ImageDraw.Draw(image), ImageFont.load_default(14), []
    for word, box, fill, border in BLOCKS:
        pen.rounded_rectangle(box, 6, fill, border, 2)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        pen.text(middle, word, 'black', font, 'mm')
        words.append(list(pen.textbbox(middle, word, font, 'mm')))
    pen.line((122, 65, 242, 65), 'black', 2)
    pen.polygon(((248, 65), (238, 60), (238, 70)), 'black')
    pen.line((300, 92, 300, 162), 'black', 2)
    pen.polygon(((300, 168), (295, 158), (305, 158)), 'black')
    return image, words


def rounded(value, digits=4):
    """Floats of a structure of lists, dicts and arrays, rounded."""
    if isinstance(value, dict):
        return {k: rounded(v, digits) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [rounded(v, digits) for v in value]
    return round(float(value), digits) if isinstance(value, (float, np.floating)) else value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--pack', required=True)
    parser.add_argument('--out', required=True)
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    graphs = Graphs(args.pack)
    image, words = paint()
    pixels = np.ascontiguousarray(np.asarray(image, np.float32).transpose(2, 0, 1)[None] / 255)
    maps = graphs.parse(pixels)
    mask = np.zeros((HEIGHT, WIDTH), bool)
    x1, y1, x2, y2 = BLOCKS[0][1]
    mask[y1:y2, x1:x2] = True
    points = draw(mask, np.random.default_rng(1))[None]
    look = graphs.look(maps['features'], points)
    drawn = graphs.mask.run(None, dict(features=maps['features'], h_seg=look['h_seg'], boxes=np.array([BLOCKS[0][1]], np.float32)))[0]
    expected = dict(
        view=dict(width=WIDTH, height=HEIGHT), boxes=decode_boxes(maps['centres'][0], maps['sizes'][0], graphs.config),
        arrows=decode_arrows(maps['ends'][0], maps['other_end'][0], graphs.config),
        texts=[dict(box=box, role=role, score=score) for box in words for role, score in [text_role_in(maps['text_roles'][0], box, graphs.config)]],
        ink={kind: int((maps['strokes'][0, k] >= 0).sum()) for k, kind in enumerate(STROKES)},
        region=dict(points=points[0], embedding=look['embedding'][0, :8], h_seg=look['h_seg'][0, :8], chosen_3=look['chosen_3'][0].tolist(),
                    mask_pixels=int((drawn[0] > 0).sum())))
    image.save(out / 'parser.png', optimize=True)
    (out / 'parser.json').write_text(json.dumps(rounded(expected)) + '\n')
    print(len(expected['boxes']), 'boxes,', len(expected['arrows']), 'arrows,', [t['role'] for t in expected['texts']], expected['region']['mask_pixels'])


if __name__ == '__main__':
    main()
