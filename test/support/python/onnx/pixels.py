"""A class for each pixel (SegFormer) and one mask (a matting graph), tiny, with random weights."""

from pathlib import Path

import torch
from PIL import Image
from torch import nn
from transformers import SegformerConfig, SegformerForSemanticSegmentation, SegformerImageProcessor

from common import enliven, export, runs, write_pack

NAMES = ["wall", "sky", "tree", "person, human", "road"]


class Logits(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return self.model(pixel_values).logits


class Matting(nn.Module):
    """A soft map from the colours around each pixel."""

    def __init__(self, sigmoid: bool):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 8, 9, 4, 4), nn.Tanh(), nn.Conv2d(8, 1, 5, 1, 2))
        self.sigmoid = sigmoid

    def forward(self, x):
        x = nn.functional.interpolate(self.layers(x), scale_factor=4, mode="bilinear")
        return torch.sigmoid(3 * x) if self.sigmoid else 3 * x


def make(out: Path, pictures: dict[str, Path]) -> None:
    manifest = {"kind": "pixel-classifier", "tasks": ["ground"], "prompts": ["text"], "returns": ["mask"]}
    config = SegformerConfig(
        num_encoder_blocks=4,
        depths=[1, 1, 1, 1],
        hidden_sizes=[8, 16, 24, 32],
        num_attention_heads=[1, 2, 2, 2],
        sr_ratios=[8, 4, 2, 1],
        decoder_hidden_size=16,
        id2label=dict(enumerate(NAMES)),
        label2id={name: i for i, name in enumerate(NAMES)},
    )
    torch.manual_seed(0)
    model = enliven(SegformerForSemanticSegmentation(config), 1.2, 3)
    with torch.no_grad():
        # Patches by their colour: less of what resizing rounds.
        first = model.segformer.encoder.patch_embeddings[0].proj.weight
        first.copy_(first.mean((2, 3), keepdim=True).expand_as(first))
    processor = SegformerImageProcessor(size={"height": 192, "width": 192})
    folder = out / "segformer"
    pixels = processor(Image.open(pictures["wide"]), return_tensors="pt")["pixel_values"]
    export(
        Logits(model),
        (pixels,),
        folder / "onnx/model.onnx",
        ["pixel_values"],
        ["logits"],
        {"pixel_values": {2: "height", 3: "width"}},
    )
    cases = []
    for picture, path in pictures.items():
        image = Image.open(path)
        with torch.no_grad():
            answer = model(processor(image, return_tensors="pt")["pixel_values"])
        (kinds,) = processor.post_process_semantic_segmentation(answer, target_sizes=[(image.height, image.width)])
        kinds = kinds.numpy()
        present = {NAMES[i]: runs(kinds == i) for i in range(len(NAMES)) if (kinds == i).any()}
        cases.append({"picture": picture, "masks": present})
    files = {
        "config.json": {"model_type": "segformer", "id2label": {str(i): name for i, name in enumerate(NAMES)}},
        "preprocessor_config.json": {k: v for k, v in processor.to_dict().items() if not k.startswith("_")},
    }
    write_pack(folder, manifest, cases, files)

    for name, sigmoid in [("matting", True), ("matting-logits", False)]:
        torch.manual_seed(6)
        model = Matting(sigmoid).eval()
        with torch.no_grad():
            for layer in [model.layers[0], model.layers[2]]:
                layer.weight.copy_(layer.weight.mean((2, 3), keepdim=True).expand_as(layer.weight) * 8)
        processor = SegformerImageProcessor(size={"height": 160, "width": 160}, image_mean=[0.5] * 3, image_std=[0.5] * 3)
        folder = out / name
        export(model, (torch.randn(1, 3, 160, 160),), folder / "onnx/model.onnx", ["input"], ["output"])
        cases = []
        for picture, path in pictures.items():
            image = Image.open(path)
            with torch.no_grad():
                answer = model(processor(image, return_tensors="pt")["pixel_values"])
            answer = nn.functional.interpolate(answer, (image.height, image.width), mode="bilinear")[0, 0].numpy()
            cases.append({"picture": picture, "masks": {"foreground": runs(answer > (0.5 if sigmoid else 0))}})
        files = {"preprocessor_config.json": {k: v for k, v in processor.to_dict().items() if not k.startswith("_")}}
        write_pack(folder, manifest, cases, files)
