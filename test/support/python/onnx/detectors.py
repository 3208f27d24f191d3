"""The DETR family with tiny random weights, a graph in Ultralytics' form, and a reference for the small real detectors."""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from transformers import (
    DetrConfig,
    DetrForObjectDetection,
    DetrImageProcessor,
    DFineConfig,
    DFineForObjectDetection,
    ResNetConfig,
    RTDetrConfig,
    RTDetrForObjectDetection,
    RTDetrImageProcessor,
    RTDetrResNetConfig,
    YolosConfig,
    YolosForObjectDetection,
    YolosImageProcessor,
)

from common import enliven, export, write_pack

NAMES = ["person", "bicycle", "wine glass", "sheep", "bus"]
THRESHOLD = 0.3


class Detector(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        out = self.model(pixel_values)
        return out.logits, out.pred_boxes


class MaskedDetector(Detector):
    def forward(self, pixel_values, pixel_mask):
        out = self.model(pixel_values, pixel_mask=pixel_mask)
        return out.logits, out.pred_boxes


LABELS = dict(id2label=dict(enumerate(NAMES)), label2id={name: i for i, name in enumerate(NAMES)})


def tiny_detr():
    backbone = ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 16, 16, 32], depths=[1, 1, 1, 1], out_features=["stage4"]
    )
    config = DetrConfig(
        use_timm_backbone=False,
        use_pretrained_backbone=False,
        backbone=None,
        backbone_config=backbone,
        d_model=32,
        num_queries=12,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        **LABELS,
    )
    return DetrForObjectDetection(config), DetrImageProcessor(size={"shortest_edge": 160, "longest_edge": 240})


def tiny_yolos():
    config = YolosConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        image_size=[160, 240],
        num_detection_tokens=12,
        use_mid_position_embeddings=False,
        **LABELS,
    )
    processor = YolosImageProcessor(size={"shortest_edge": 160, "longest_edge": 240}, do_pad=False)
    return YolosForObjectDetection(config), processor


def rt_parts():
    backbone = RTDetrResNetConfig(
        embedding_size=8, hidden_sizes=[8, 16, 32, 64], depths=[1, 1, 1, 1], out_features=["stage2", "stage3", "stage4"]
    )
    return dict(
        backbone_config=backbone,
        encoder_hidden_dim=32,
        encoder_in_channels=[16, 32, 64],
        encoder_ffn_dim=32,
        encoder_attention_heads=2,
        encoder_layers=1,
        d_model=32,
        num_queries=20,
        decoder_in_channels=[32, 32, 32],
        decoder_ffn_dim=32,
        decoder_layers=2,
        decoder_attention_heads=2,
        num_denoising=0,
        anchor_image_size=None,
        **LABELS,
    )


def tiny_rt_detr():
    return RTDetrForObjectDetection(RTDetrConfig(**rt_parts())), RTDetrImageProcessor(size={"height": 160, "width": 160})


def tiny_d_fine():
    config = DFineConfig(**rt_parts(), hidden_expansion=0.5)
    return DFineForObjectDetection(config), RTDetrImageProcessor(size={"height": 160, "width": 160})


def bold(model):
    """Scores on both sides of the threshold."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.startswith(("class_embed", "class_labels_classifier", "model.decoder.class_embed")):
                parameter.copy_(2 * parameter if parameter.dim() > 1 else torch.zeros_like(parameter))
    return model


def make_detr(out: Path, pictures: dict[str, Path]) -> None:
    for name, tiny, factor, seed in [
        ("detr", tiny_detr, 1, 2),
        ("yolos", tiny_yolos, 1, 2),
        ("rt-detr", tiny_rt_detr, 1.5, 7),
        ("d-fine", tiny_d_fine, 1.8, 4),
    ]:
        torch.manual_seed(0)
        model, processor = tiny()
        model = bold(enliven(model, factor, seed))
        folder = out / name
        masked = name == "detr"
        pixels = processor(Image.open(pictures["wide"]), return_tensors="pt")["pixel_values"]
        free = {2: "height", 3: "width"}
        export(
            MaskedDetector(model) if masked else Detector(model),
            (pixels, torch.ones(1, 64, 64, dtype=torch.int64)) if masked else (pixels,),
            folder / "onnx/model.onnx",
            ["pixel_values", "pixel_mask"] if masked else ["pixel_values"],
            ["logits", "pred_boxes"],
            {"pixel_values": free, "pixel_mask": {1: "rows", 2: "columns"}} if masked else {"pixel_values": free},
            opset=17,
        )
        cases = []
        # Which queries are taken changes with the last bit of a resized picture where weights are random.
        squares = {"square": pictures["square"]} if name in ("rt-detr", "d-fine") else pictures
        for picture, path in squares.items():
            image = Image.open(path)
            inputs = processor(image, return_tensors="pt")
            with torch.no_grad():
                answer = model(inputs["pixel_values"])
            sizes = torch.tensor([[image.height, image.width]])
            found = processor.post_process_object_detection(answer, threshold=THRESHOLD, target_sizes=sizes)[0]
            cases.append(case(picture, image.size, found["boxes"].tolist(), found["scores"].tolist(), found["labels"].tolist()))
        files = {
            "config.json": {"model_type": model.config.model_type, "id2label": {str(i): n for i, n in enumerate(NAMES)}},
            "preprocessor_config.json": {k: v for k, v in processor.to_dict().items() if not k.startswith("_")},
        }
        write_pack(folder, pack({"threshold": THRESHOLD}), cases, files)


def case(picture, size, boxes, scores, kinds, names=NAMES) -> dict:
    """What is in the picture, best first; what lies beside it is left out."""
    edges = np.array([size[0], size[1]] * 2)
    found = []
    for i in np.argsort(-np.asarray(scores, dtype=float), kind="stable"):
        box = np.clip(np.asarray(boxes[i], dtype=float), 0, edges)
        if box[2] > box[0] and box[3] > box[1]:
            found.append({"box": box.tolist(), "score": float(scores[i]), "label": names[int(kinds[i])], "index": int(i)})
    return {"picture": picture, "found": found}


def pack(options: dict) -> dict:
    return {
        "kind": "detector",
        "tasks": ["ground"],
        "prompts": ["text"],
        "returns": ["box"],
        "options": options,
    }


# Ultralytics


class Yolo(nn.Module):
    """Boxes, classes and mask coefficients on a grid, in the form of YOLOv8, YOLOv5 or of models without suppression."""

    def __init__(self, form: str, masks: int):
        super().__init__()
        self.form, self.masks = form, masks
        self.stem = nn.Conv2d(3, 24, 16, 16)
        self.head = nn.Conv2d(24, 5 + len(NAMES) + masks, 1)
        self.prototypes = nn.Conv2d(3, max(masks, 1), 20, 4, 8)

    def forward(self, images):
        cells = self.head(torch.tanh(2 * self.stem(images - 0.45)))
        rows, columns = cells.shape[2:]
        y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
        flat = cells.flatten(2)
        middle = (torch.sigmoid(flat[:, :2]) * 2 - 0.5 + torch.stack([x, y]).reshape(1, 2, -1)) * 16
        sides = (torch.sigmoid(flat[:, 2:4]) * 2) ** 2 * 32
        classes = torch.sigmoid(3 * flat[:, 5 : 5 + len(NAMES)])
        coefficients = flat[:, 5 + len(NAMES) :]
        prototypes = self.prototypes(images - 0.45)
        if self.form == "v8":
            answer = torch.cat([middle, sides, classes, coefficients], dim=1)
        elif self.form == "v5":
            objects = torch.sigmoid(3 * flat[:, 4:5])
            answer = torch.cat([middle, sides, objects, classes, coefficients], dim=1).transpose(1, 2)
        else:
            best, kind = classes.max(dim=1, keepdim=True)
            corners = torch.cat([middle - sides / 2, middle + sides / 2], dim=1)
            rows = torch.cat([corners, best, kind.float(), coefficients], dim=1).transpose(1, 2)
            order = best[:, 0].topk(20).indices[0]
            answer = rows[:, order]
        return (answer, prototypes) if self.masks else answer


def letterboxed(image: Image.Image, width: int, height: int, fill: int):
    scale = min(width / image.width, height / image.height)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    left = round((width - size[0]) / 2 - 0.1)
    top = round((height - size[1]) / 2 - 0.1)
    canvas = np.full((height, width, 3), fill, np.uint8)
    canvas[top : top + size[1], left : left + size[0]] = np.asarray(image.resize(size, Image.Resampling.BILINEAR))
    return canvas, scale, left, top


def overlaps(box, boxes):
    x1, y1 = np.maximum(box[0], boxes[:, 0]), np.maximum(box[1], boxes[:, 1])
    x2, y2 = np.minimum(box[2], boxes[:, 2]), np.minimum(box[3], boxes[:, 3])
    shared = np.clip(x2 - x1, 0, None) * np.clip(y2 - y1, 0, None)
    area = lambda b: (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])  # noqa: E731
    return shared / (area(box) + area(boxes) - shared)


def suppressed(boxes, scores, kinds, iou):
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        same = [j for j in kept if kinds[j] == kinds[i]]
        if not same or overlaps(boxes[i], boxes[same]).max() <= iou:
            kept.append(i)
    return kept


def make_ultralytics(out: Path, pictures: dict[str, Path]) -> None:
    import onnx

    from common import runs

    side = (192, 256)
    for name, form, masks in [
        ("yolo-v8", "v8", 0),
        ("yolo-v8-segment", "v8", 8),
        ("yolo-v5", "v5", 0),
        ("yolo-v10", "v10", 0),
    ]:
        torch.manual_seed(4)
        model = Yolo(form, masks).eval()
        with torch.no_grad():
            for layer in [model.stem, model.head, model.prototypes]:
                layer.weight.mul_(3)
            # Areas of colour, so that objects are larger than a cell.
            model.stem.weight.copy_(model.stem.weight.mean((2, 3), keepdim=True).expand_as(model.stem.weight))
            model.prototypes.weight.copy_(
                model.prototypes.weight.mean((2, 3), keepdim=True).expand_as(model.prototypes.weight)
            )
            model.prototypes.bias.zero_()
        path = out / name / "best.onnx"
        outputs = ["output0", "output1"] if masks else ["output0"]
        export(model, (torch.rand(1, 3, *side),), path, ["images"], outputs)
        graph = onnx.load(path)
        facts = {
            "author": "Ultralytics",
            "task": "segment" if masks else "detect",
            "imgsz": str(list(side)),
            "names": str(dict(enumerate(NAMES))),
        }
        for key, value in facts.items():
            graph.metadata_props.add(key=key, value=value)
        onnx.save(graph, path)
        cases = []
        for picture, place in pictures.items():
            image = Image.open(place)
            canvas, scale, left, top = letterboxed(image, side[1], side[0], 114)
            pixels = torch.from_numpy(canvas).permute(2, 0, 1)[None].float() / 255
            with torch.no_grad():
                answer = model(pixels)
            answer, prototypes = answer if masks else (answer, None)
            rows = answer[0].T.numpy() if form == "v8" else answer[0].numpy()
            if form == "v10":
                boxes, scores, kinds = rows[:, :4], rows[:, 4], rows[:, 5].astype(int)
            else:
                skip = 5 if form == "v5" else 4
                classes = rows[:, skip : skip + len(NAMES)] * (rows[:, 4:5] if form == "v5" else 1)
                half = rows[:, 2:4] / 2
                boxes = np.concatenate([rows[:, :2] - half, rows[:, :2] + half], axis=1)
                scores, kinds = classes.max(1), classes.argmax(1)
            good = np.flatnonzero(scores > 0.25)
            boxes, scores, kinds, rows = boxes[good], scores[good], kinds[good], rows[good]
            kept = np.argsort(-scores, kind="stable") if form == "v10" else suppressed(boxes, scores, kinds, 0.7)
            whole = [(boxes[i] - [left, top, left, top]) / scale for i in kept]
            found = case(picture, image.size, whole, [scores[i] for i in kept], [kinds[i] for i in kept])
            if masks:
                for each in found["found"]:
                    i, box = kept[each["index"]], np.array(each["box"])
                    logits = (torch.from_numpy(rows[i][-masks:]) @ prototypes[0].flatten(1)).reshape(prototypes.shape[2:])
                    logits = nn.functional.interpolate(logits[None, None], side, mode="bilinear")[0, 0]
                    size = (max(1, round(image.height * scale)), max(1, round(image.width * scale)))
                    logits = logits[top : top + size[0], left : left + size[1]]
                    mask = nn.functional.interpolate(
                        logits[None, None], (image.height, image.width), mode="bilinear"
                    )[0, 0].numpy() > 0
                    inside = np.zeros_like(mask)
                    x1, y1 = np.floor(box[:2]).astype(int)
                    x2, y2 = np.ceil(box[2:]).astype(int)
                    inside[y1:y2, x1:x2] = True
                    each["runs"] = runs(mask & inside)
            cases.append(found)
        write_pack(out / name, pack({}), cases)


def make(out: Path, pictures: dict[str, Path]) -> None:
    make_detr(out, pictures)
    make_ultralytics(out, pictures)


# The small real detectors, by numpy and ONNX Runtime.


def softmax(values):
    values = np.exp(values - values.max(-1, keepdims=True))
    return values / values.sum(-1, keepdims=True)


def planes(pixels, mean, std):
    return ((pixels[..., ::-1].astype(np.float32) - mean) / std).transpose(2, 0, 1)[None].astype(np.float32)


def nanodet(session, image):
    side = session.get_inputs()[0].shape[2]
    canvas, scale, left, top = letterboxed_floor(image, side)
    answers = session.run(None, {session.get_inputs()[0].name: planes(canvas, MEANS, STDS)})
    answers = [a.reshape(-1, a.shape[-1]) for a in answers]
    boxes, scores, kinds = [], [], []
    for score in [a for a in answers if a.shape[1] == 80]:
        distance = next(a for a in answers if a.shape[1] == 32 and len(a) == len(score))
        columns = int(len(score) ** 0.5)
        stride = side / columns
        distance = (softmax(distance.reshape(-1, 4, 8)) @ np.arange(8)) * stride
        middle = np.stack([np.arange(len(score)) % columns, np.arange(len(score)) // columns], 1) * stride
        middle = middle + 0.5 * (stride - 1)
        good = score.max(1) > 0.4
        box = np.concatenate([middle - distance[:, :2], middle + distance[:, 2:]], 1)
        boxes.append(np.clip(box[good], 0, side))
        scores.append(score.max(1)[good])
        kinds.append(score.argmax(1)[good])
    boxes, scores, kinds = np.concatenate(boxes), np.concatenate(scores), np.concatenate(kinds)
    kept = suppressed(boxes, scores, kinds, 0.5)
    return (boxes[kept] - [left, top, left, top]) / scale, scores[kept], kinds[kept]


MEANS, STDS = np.array([103.53, 116.28, 123.675]), np.array([57.375, 57.12, 58.395])


def letterboxed_floor(image, side):
    scale = min(side / image.width, side / image.height)
    size = (round(image.width * scale), round(image.height * scale))
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    canvas = np.zeros((side, side, 3), np.uint8)
    canvas[top : top + size[1], left : left + size[0]] = np.asarray(image.resize(size, Image.Resampling.BILINEAR))
    across, down = size[0] / image.width, size[1] / image.height
    return canvas, np.array([across, down, across, down]), left, top


def fastestdet(session, image):
    side = session.get_inputs()[0].shape[2]
    pixels = np.asarray(image.resize((side, side), Image.Resampling.BILINEAR))
    (answer,) = session.run(None, {session.get_inputs()[0].name: planes(pixels, 0, 255)})
    answer = answer[0]
    _, rows, columns = answer.shape
    y, x = np.mgrid[:rows, :columns]
    score = answer[0] ** 0.6 * answer[5:].max(0) ** 0.4
    sides = 1 / (1 + np.exp(-answer[3:5]))
    middle = np.stack([(x + np.tanh(answer[1])) / columns, (y + np.tanh(answer[2])) / rows])
    boxes = np.concatenate([middle - sides / 2, middle + sides / 2]).reshape(4, -1).T
    boxes = boxes * np.array([image.width, image.height] * 2)
    good = score.reshape(-1) > 0.65
    boxes, scores, kinds = boxes[good], score.reshape(-1)[good], answer[5:].argmax(0).reshape(-1)[good]
    kept = suppressed(boxes, scores, kinds, 0.45)
    return boxes[kept], scores[kept], kinds[kept]


def yunet(session, image):
    scale = 640 / max(image.size)
    size = [int(length * scale + 0.5) for length in image.size]
    canvas = np.zeros((-(-size[1] // 32) * 32, -(-size[0] // 32) * 32, 3), np.uint8)
    canvas[: size[1], : size[0]] = np.asarray(image.resize(size, Image.Resampling.BILINEAR))
    names = [output.name for output in session.get_outputs()]
    answers = dict(zip(names, session.run(None, {"input": planes(canvas, 0, 1)})))
    boxes, scores = [], []
    for stride in [8, 16, 32]:
        kind, thing, box = (answers[f"{part}_{stride}"][0] for part in ["cls", "obj", "bbox"])
        score = np.sqrt(np.clip(kind[:, 0], 0, 1) * np.clip(thing[:, 0], 0, 1))
        columns = canvas.shape[1] // stride
        grid = np.stack([np.arange(len(box)) % columns, np.arange(len(box)) // columns], 1)
        middle, half = (grid + box[:, :2]) * stride, np.exp(box[:, 2:]) * stride / 2
        boxes.append(np.concatenate([middle - half, middle + half], 1)[score > 0.6])
        scores.append(score[score > 0.6])
    boxes, scores = np.concatenate(boxes), np.concatenate(scores)
    kept = suppressed(boxes, scores, np.zeros(len(boxes), int), 0.3)
    across, down = size[0] / image.width, size[1] / image.height
    return boxes[kept] / [across, down, across, down], scores[kept], np.zeros(len(kept), int)


def real(weights: Path, out: Path, photos: list[Path]) -> dict:
    import onnxruntime

    pictures = []
    for photo in photos:
        # Decoders of JPEG differ by a grey level.
        pictures.append(out / f"{photo.stem}.png")
        Image.open(photo).convert("RGB").save(pictures[-1], compress_level=1)

    names = (weights / "coco80.names").read_text("utf-8").split("\n")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    told = {}
    for file, read in [
        ("nanodet_m_416", nanodet),
        ("nanodet_m_320", nanodet),
        ("fastestdet_352", fastestdet),
        ("yunet_n_dynamic", yunet),
        ("yunet_s_dynamic", yunet),
    ]:
        session = onnxruntime.InferenceSession(str(weights / f"{file}.onnx"), options)
        told[file] = []
        for path in pictures:
            image = Image.open(path).convert("RGB")
            boxes, scores, kinds = read(session, image)
            labels = ["face"] if read is yunet else names
            told[file].append(case(str(path), image.size, boxes.tolist(), scores.tolist(), kinds.tolist(), labels))
    return told


if __name__ == "__main__":
    weights, out, *photos = map(Path, sys.argv[1:])
    print(json.dumps(real(weights, out, photos)))
