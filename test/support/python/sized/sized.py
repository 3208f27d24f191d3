"""A Segment Anything of MobileSAM's cost with random weights, for measuring what lies around such a model: `sized.py OUT`."""

import sys
from pathlib import Path

import torch
from transformers import SamConfig, SamImageProcessor, SamModel

sys.path.insert(0, str(Path(__file__).parents[1] / "onnx"))
import sam
from common import enliven, export, write_pack

SIDE = 1024


def main(out: Path) -> None:
    sam.SIDE = SIDE
    torch.manual_seed(0)
    # Encoder: 6 million parameters, as TinyViT's. Prompt encoder and decoder: Segment Anything's own sizes.
    vision = dict(
        hidden_size=192,
        num_hidden_layers=10,
        num_attention_heads=6,
        image_size=SIDE,
        mlp_dim=768,
        global_attn_indexes=[4, 9],
        window_size=14,
    )
    model = sam.calm(enliven(SamModel(SamConfig(vision_config=vision)), seed=11))
    processor = SamImageProcessor()
    files = {"config.json": model.config.to_dict() | {"torch_dtype": None}, "preprocessor_config.json": processor.to_dict()}
    files = {name: {k: v for k, v in content.items() if not k.startswith("_")} for name, content in files.items()}
    pixels = torch.randn(1, 3, SIDE, SIDE)
    with torch.no_grad():
        embedding, positions = sam.VisionEncoder(model)(pixels)
    folder = out / "sam-sized"
    embeddings = ["image_embeddings", "image_positional_embeddings"]
    export(sam.VisionEncoder(model), (pixels,), folder / "onnx/vision_encoder.onnx", ["pixel_values"], embeddings)
    export(
        sam.PointDecoder(model),
        (torch.rand(1, 1, 2, 2) * SIDE, torch.ones(1, 1, 2, dtype=torch.int64), embedding, positions),
        folder / "onnx/prompt_encoder_mask_decoder.onnx",
        ["input_points", "input_labels", *embeddings],
        ["iou_scores", "pred_masks"],
        {"input_points": {2: "n"}, "input_labels": {2: "n"}},
    )
    segment = {"kind": "segment-anything", "tasks": ["segment"], "prompts": ["point", "box"], "returns": ["mask"]}
    write_pack(folder, segment, {}, files)


main(Path(sys.argv[1]))
