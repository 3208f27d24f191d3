"""What the references share: pictures, masks as runs, packs in the Hugging Face layout."""

import json
import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image

warnings.filterwarnings("ignore")
torch.set_num_threads(1)


def enliven(model, factor: float = 1.0, seed: int = 0):
    """Random weights of a size that lets what goes in reach what comes out, and biases that are not all nought."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                fan = parameter[0].numel()
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * factor / fan**0.5)
            elif parameter.abs().max() == 0:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)
    return model.eval()


def pictures(photos: Path, out: Path) -> dict[str, Path]:
    """Small pictures of several aspects, as PNG so that every reader sees the same pixels."""
    out.mkdir(parents=True, exist_ok=True)
    made = {}
    for name, photo, box, size in [
        ("wide", "cat.jpg", None, (301, 200)),
        ("tall", "coffee.jpg", (100, 0, 320, 400), (143, 260)),
        ("large", "rocket.jpg", None, (640, 427)),
        ("square", "coins.jpg", (0, 0, 160, 160), (160, 160)),
    ]:
        image = Image.open(photos / photo).convert("RGB")
        image = (image.crop(box) if box else image).resize(size, Image.Resampling.BILINEAR)
        made[name] = out / f"{name}.png"
        image.save(made[name])
    return made


def runs(mask: np.ndarray) -> list[int]:
    """COCO's runs: zeros first, down the columns."""
    flat = np.asarray(mask, dtype=np.uint8).flatten(order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    bounds = np.concatenate([[0], edges, [flat.size]])
    lengths = np.diff(bounds).tolist()
    return lengths if flat[0] == 0 else [0, *lengths]


def export(model, args, path: Path, inputs: list[str], outputs: list[str], dynamic=None, opset: int = 17) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # The exporter leaves parts in the mode of the whole.
    model.eval()
    with torch.no_grad():
        torch.onnx.export(
            model,
            args,
            str(path),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=dynamic,
            opset_version=opset,
            dynamo=False,
        )


def write_pack(folder: Path, manifest: dict, expected: object, files: dict | None = None) -> None:
    """`pack.json` becomes the manifest (the test adds the files and their checksums); `files` are written as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (files or {}).items():
        (folder / name).write_text(json.dumps(content), "utf-8")
    manifest = {"version": "1", "license": "none", "engine": "onnx", "prompts": [], "returns": [], **manifest}
    (folder / "pack.json").write_text(json.dumps({"id": folder.name, "title": folder.name, **manifest}), "utf-8")
    (folder.parent / f"{folder.name}.expected.json").write_text(json.dumps(expected), "utf-8")
