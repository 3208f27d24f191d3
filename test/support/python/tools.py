"""Reads and writes annotations with the real labelme and pycocotools, for test/models/otherTools.test.ts.

    tools.py read-labelme FOLDER    shapes of FOLDER/*.json as labelme loads them, to FOLDER/labelme.out
    tools.py read-coco FILE         masks, boxes and areas as pycocotools computes them, to FILE.out
    tools.py write FOLDER           documents of both packages with the truth beside them
"""

import json
import pathlib
import random
import sys
import types


class Stub(types.ModuleType):
    """Stands for a module that labelme imports and its reader and writer do not use."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


for name in ["onnxruntime", "PyQt5", "PyQt5.QtCore", "PyQt5.QtGui", "PyQt5.QtWidgets"]:
    sys.modules[name] = Stub(name)

import numpy as np  # noqa: E402
import PIL.Image  # noqa: E402
import PIL.ImageDraw  # noqa: E402
from loguru import logger  # noqa: E402

logger.remove()

import labelme  # noqa: E402
from labelme._label_file import read_label_file, write_label_file  # noqa: E402
from labelme.utils import img_arr_to_b64  # noqa: E402
from pycocotools import mask as coco_mask  # noqa: E402
from pycocotools.coco import COCO  # noqa: E402

LABELS = ["cup", "杯子", "Größe", "кошка", "🙂 face", 'a "b" <c> & d', "кот/пёс", "  spaces  "]


def rle_of(mask):
    """A mask as compressed run lengths in text."""
    rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": list(rle["size"]), "counts": rle["counts"].decode()}


def read_labelme(folder):
    """What labelme makes of each file: its shapes, and each region's polygons as pycocotools fills them."""
    out = {}
    for file in sorted(folder.glob("*.json")):
        data = read_label_file(str(file))
        height, width = np.array(PIL.Image.open(folder / data.image_path)).shape[:2]
        exif = PIL.Image.open(folder / data.image_path).getexif().get(0x0112, 1)
        if exif >= 5:
            height, width = width, height
        shapes = []
        for shape in data.shapes:
            filled = None
            if shape["shape_type"] == "polygon":
                points = [float(value) for point in shape["points"] for value in point]
                filled = coco_mask.frPyObjects([points], height, width)[0]
                filled = {"size": filled["size"], "counts": filled["counts"].decode()}
            shapes.append(
                {
                    "label": shape["label"],
                    "points": shape["points"],
                    "shape_type": shape["shape_type"],
                    "group_id": shape["group_id"],
                    "filled": filled,
                    "groundnote": shape["other_data"].get("groundnote"),
                }
            )
        out[file.name] = {"height": height, "width": width, "shapes": shapes, "other": data.other_data}
    (folder / "labelme.out").write_text(json.dumps(out, ensure_ascii=False), encoding="utf-8")


def read_coco(file):
    """What pycocotools makes of each annotation."""
    coco = COCO(str(file))
    out = []
    for annotation in coco.dataset["annotations"]:
        rle = coco.annToRLE(annotation)
        counts = rle["counts"]
        out.append(
            {
                "image": coco.imgs[annotation["image_id"]]["file_name"],
                "region": annotation["groundnote"]["id"],
                "label": coco.cats[annotation["category_id"]]["name"],
                "area": float(coco_mask.area(rle)),
                "bbox": [float(value) for value in coco_mask.toBbox(rle)],
                "mask": {"size": rle["size"], "counts": counts.decode() if isinstance(counts, bytes) else counts},
            }
        )
    pathlib.Path(f"{file}.out").write_text(json.dumps(out, ensure_ascii=False), encoding="utf-8")


def random_mask(rng, width, height):
    """Discs and boxes, some with holes, some that touch the edge or each other, some of no pixel."""
    image = PIL.Image.new("L", (width, height))
    draw = PIL.ImageDraw.Draw(image)
    for _ in range(rng.randint(0, 4)):
        x, y = rng.randint(-5, width), rng.randint(-5, height)
        w, h = rng.randint(1, 40), rng.randint(1, 40)
        shape = draw.ellipse if rng.random() < 0.6 else draw.rectangle
        shape((x, y, x + w, y + h), fill=1)
        if rng.random() < 0.5:
            shape((x + w // 3, y + h // 3, x + 2 * w // 3, y + 2 * h // 3), fill=0)
    return np.array(image, dtype=bool)


def picture(rng, folder, name, orientation):
    """A picture whose oriented size is told back; it is stored turned and mirrored as `orientation` says."""
    width, height = rng.randint(30, 120), rng.randint(30, 120)
    stored = (height, width) if orientation >= 5 else (width, height)
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    PIL.Image.new("RGB", stored, (90, 120, 150)).save(folder / name, exif=exif)
    return width, height


def write(folder):
    rng = random.Random(20261124)
    truth = {}
    images, annotations, categories = [], [], [{"id": 7 + i, "name": name} for i, name in enumerate(LABELS)]
    for number in range(50):
        name = f"doc {number} é.jpg"
        width, height = picture(rng, folder, name, 1 + number % 8)
        shapes, regions = [], []
        for _ in range(rng.randint(1, 6)):
            label = rng.choice(LABELS)
            group = rng.choice([None, None, 0, 3])
            shape = {"label": label, "group_id": group, "flags": {"sure": True}, "description": "é", "mask": None}
            kind = rng.choice(["polygon", "rectangle", "mask", "mask", "circle", "line", "linestrip", "point", "oriented_rectangle"])
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            if kind == "mask":
                mask = random_mask(rng, width, height)
                rows, columns = np.where(mask)
                if not len(rows):
                    continue
                x1, x2, y1, y2 = columns.min(), columns.max(), rows.min(), rows.max()
                shape["points"] = [[int(x1), int(y1)], [int(x2), int(y2)]]
                shape["mask"] = img_arr_to_b64(mask[y1 : y2 + 1, x1 : x2 + 1].astype(np.uint8) * 255)
                regions.append({"label": label, "group": group, "kind": "mask", "mask": rle_of(mask)})
            else:
                count = {"polygon": rng.randint(3, 9), "linestrip": rng.randint(2, 6), "point": 1, "oriented_rectangle": 4}.get(kind, 2)
                points = [[rng.uniform(0, width), rng.uniform(0, height)] for _ in range(count)]
                if kind == "oriented_rectangle":
                    points = [[x, y], [x + 10, y + 5], [x + 5, y + 15], [x - 5, y + 10]]
                shape["points"] = points
                regions.append({"label": label, "group": group, "kind": kind, "points": points})
            shapes.append({**shape, "shape_type": kind})
        write_label_file(
            str(folder / f"doc {number} é.json"),
            shapes=shapes,
            image_path=name,
            image_height=height,
            image_width=width,
            other_data={"checked": True},
        )
        images.append({"id": number, "file_name": name, "width": width, "height": height})
        masks = []
        for _ in range(rng.randint(0, 5)):
            mask = random_mask(rng, width, height)
            rle = rle_of(mask)
            category = rng.choice(categories)
            form = rng.choice(["rle", "uncompressed", "polygon"])
            segmentation = rle
            if form == "uncompressed":
                flat = np.concatenate([[0], mask.flatten(order="F").astype(int), [0]])
                edges = np.flatnonzero(np.diff(flat))
                ends = np.append(edges, mask.size) if not edges.size or edges[-1] != mask.size else edges
                counts = np.diff(ends, prepend=0).tolist()
                segmentation = {"size": [height, width], "counts": counts}
            elif form == "polygon":
                segmentation = [[rng.uniform(0, side) for _ in range(rng.randint(3, 8)) for side in (width, height)]]
                encoded = coco_mask.merge(coco_mask.frPyObjects(segmentation, height, width))
                rle = {"size": encoded["size"], "counts": encoded["counts"].decode()}
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": category["id"],
                    "segmentation": segmentation,
                    "area": float(coco_mask.area(rle)),
                    "bbox": coco_mask.toBbox(rle).tolist(),
                    "iscrowd": int(form != "polygon"),
                }
            )
            masks.append({"label": category["name"], "form": form, "mask": rle})
        truth[name] = {"labelme": regions, "coco": masks}
    (folder / "coco").mkdir()
    dump = json.dumps({"images": images, "annotations": annotations, "categories": categories}, ensure_ascii=False)
    (folder / "coco" / "instances.json").write_text(dump, encoding="utf-8")
    # pycocotools reads its own.
    COCO(str(folder / "coco" / "instances.json"))
    (folder / "truth.out").write_text(json.dumps(truth, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    command, place = sys.argv[1:]
    {"read-labelme": read_labelme, "read-coco": read_coco, "write": write}[command](pathlib.Path(place))
    print(labelme.__version__)
