"""Writes the parity fixture for the TypeScript pipeline: a drawn picture, prompts, and what pipeline.py makes of them.

    python parity.py --pack ../../models/groundnote-segment --out ../../test/fixtures/parity

parity.json: `files` are the checksums of the pack it was made with; each case has the `prompt` (pixels of the picture),
`first` (view rectangle, resized size [H, W], what the decoder got and gave) and `final` (rectangle of the last view,
`mask` as uncompressed COCO RLE, `area`, `score`). Logits are of mask 0 at mask_stride; `samples` are [row, column, value].
Two resizers differ by rounding, so compare logits within about 0.05 and masks by IoU (0.98), not bit by bit.
"""
import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from pipeline import Prompt, Segmenter, rle


def draw():
    """A small figure: two boxes joined by an arrow, a disc on a soft background, a bar; 420 x 300 pixels."""
    ramp = np.linspace(235, 205, 300)[:, None, None] * np.array([1.0, 0.99, 0.95])
    image = Image.fromarray(np.repeat(ramp, 420, 1).astype(np.uint8))
    d = ImageDraw.Draw(image)
    font = ImageFont.load_default(15)
    d.rounded_rectangle((30, 40, 150, 110), 10, fill=(196, 214, 240), outline=(40, 60, 110), width=2)
    d.text((58, 65), 'Encoder', fill=(20, 30, 60), font=font)
    d.rounded_rectangle((260, 40, 390, 110), 10, fill=(250, 222, 190), outline=(140, 80, 20), width=2)
    d.text((292, 65), 'Decoder', fill=(70, 40, 10), font=font)
    d.line((152, 75, 250, 75), fill=(60, 60, 60), width=3)
    d.polygon([(258, 75), (246, 68), (246, 82)], fill=(60, 60, 60))
    d.ellipse((70, 160, 190, 270), fill=(46, 120, 78))
    d.ellipse((95, 180, 125, 205), fill=(96, 170, 120))
    d.rectangle((250, 170, 300, 280), fill=(178, 60, 70))
    d.rectangle((320, 210, 370, 280), fill=(90, 90, 160))
    return image.filter(ImageFilter.GaussianBlur(0.4))


CASES = dict(
    point=dict(points=[[130, 245, 1]]),
    box=dict(box=[260, 40, 391, 111]),
    stroke=dict(strokes=[[[265, 180], [275, 225], [285, 270]]]),
    points=dict(points=[[50, 90, 1], [200, 75, 0]]),
    box_and_point=dict(box=[70, 160, 191, 271], points=[[110, 192, 1]]),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--pack', required=True)
    parser.add_argument('--out', required=True)
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    draw().save(out / 'picture.png', optimize=True)
    picture = np.array(Image.open(out / 'picture.png').convert('RGB'))
    segmenter = Segmenter(args.pack)
    whole = segmenter.whole(picture)
    cases = {}
    for name, given in CASES.items():
        prompt = Prompt(**given)
        logits, quality, masks = segmenter.decode(whole, prompt)
        rows = np.linspace(4, logits.shape[0] - 5, 6).astype(int)
        cols = np.linspace(4, logits.shape[1] - 5, 6).astype(int)
        mask, score, view = segmenter.segment(picture, prompt, whole, with_view=True)
        cases[name] = dict(
            prompt=given,
            first=dict(rectangle=list(whole.rectangle), size=list(whole.size), logits_size=list(logits.shape),
                       mean=float(logits.mean()), min=float(logits.min()), max=float(logits.max()),
                       share=float((logits > 0).mean()), iou_prediction=quality,
                       samples=[[int(r), int(c), round(float(logits[r, c]), 4)] for r in rows for c in cols]),
            final=dict(rectangle=[int(v) for v in view.rectangle], size=list(view.size), mask=rle(mask), area=int(mask.sum()), score=score))
    pack = json.loads((Path(args.pack) / 'groundnote.json').read_text())
    files = {f['path']: f['sha256'] for f in pack['files']}
    (out / 'parity.json').write_text(json.dumps(dict(picture='picture.png', pack=pack['id'], files=files, cases=cases)) + '\n')
    print({k: v['final']['area'] for k, v in cases.items()}, (out / 'picture.png').stat().st_size, 'bytes')


if __name__ == '__main__':
    main()
