"""Segment Anything by Meta's and Hugging Face's names, SAM 2 and EdgeTAM: tiny, with random weights."""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn
from transformers import (
    Sam2Config,
    Sam2Model,
    SamConfig,
    SamImageProcessor,
    SamModel,
)

from common import enliven, export, runs, write_pack

SIDE = 256
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]

# In shares of the picture.
PROMPTS = {
    "click": {"points": [(0.4, 0.5, 1)]},
    "clicks": {"points": [(0.4, 0.5, 1), (0.7, 0.3, 1), (0.1, 0.9, 0)]},
    "box": {"box": (0.2, 0.15, 0.8, 0.7)},
    "box and clicks": {"points": [(0.5, 0.4, 1), (0.25, 0.6, 0)], "box": (0.2, 0.15, 0.8, 0.7)},
}


class VisionEncoder(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return self.model.vision_encoder(pixel_values)[0], self.model.get_image_wide_positional_embeddings()


class ImageEncoder(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixels):
        return self.model.vision_encoder(pixels)[0]


class PointDecoder(nn.Module):
    """As optimum exports SAM: points alone."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_points, input_labels, image_embeddings, image_positional_embeddings):
        sparse, dense = self.model.prompt_encoder(input_points, input_labels, None, None)
        masks, scores = self.model.mask_decoder(
            image_embeddings, image_positional_embeddings, sparse, dense, multimask_output=True
        )
        return scores, masks


class MetaDecoder(nn.Module):
    """Meta's signature: corners of boxes as points with labels 2 and 3, an earlier mask, masks of the picture's size."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image_embeddings, point_coords, point_labels, mask_input, has_mask_input, orig_im_size):
        prompts = self.model.prompt_encoder
        points = prompts.shared_embedding((point_coords + 0.5)[:, None], (SIDE, SIDE))
        labels = point_labels[:, None, :, None]
        points = points * (labels != -1) + prompts.not_a_point_embed.weight * (labels == -1)
        for index, embed in enumerate(prompts.point_embed):
            points = points + embed.weight * (labels == index)
        none = prompts.no_mask_embed.weight.reshape(1, -1, 1, 1)
        dense = has_mask_input * prompts.mask_embed(mask_input) + (1 - has_mask_input) * none
        positions = self.model.get_image_wide_positional_embeddings()
        made = [self.model.mask_decoder(image_embeddings, positions, points, dense, many) for many in (False, True)]
        low = torch.cat([masks[:, 0] for masks, _ in made], dim=1)
        scores = torch.cat([scores[:, 0] for _, scores in made], dim=1)
        size = orig_im_size.to(torch.int64)
        masks = F.interpolate(low, (SIDE, SIDE), mode="bilinear", align_corners=False)
        scale = SIDE / torch.max(orig_im_size)
        inner = torch.floor(scale * orig_im_size + 0.5).to(torch.int64)
        masks = masks[..., : inner[0], : inner[1]]
        masks = F.interpolate(masks, (size[0], size[1]), mode="bilinear", align_corners=False)
        return masks, scores, low


class SizedDecoder(nn.Module):
    """The same without the masks before they are resized."""

    def __init__(self, decoder):
        super().__init__()
        self.decoder = decoder

    def forward(self, *args):
        return self.decoder(*args)[:2]


class LevelsEncoder(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        levels, _, _, _ = self.model.get_image_features(pixel_values)
        levels[-1] = levels[-1] + self.model.no_memory_embedding
        return tuple(
            level.permute(1, 2, 0).reshape(1, -1, *size)
            for level, size in zip(levels, self.model.backbone_feature_sizes)
        )


class BoxDecoder(nn.Module):
    """As onnx-community exports SAM 2: points and boxes, either of which may be none."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_points, input_labels, input_boxes, low, middle, high):
        corners = input_boxes.reshape(1, 1, -1, 2)
        marks = torch.tensor([2, 3]).repeat(input_boxes.shape[1]).reshape(1, 1, -1)
        points = torch.cat([input_points, corners], dim=2)
        labels = torch.cat([input_labels, marks], dim=2)
        sparse, dense = self.model.prompt_encoder(points, labels, None, None)
        masks, scores, _, objects = self.model.mask_decoder(
            image_embeddings=high,
            image_positional_embeddings=self.model.get_image_wide_positional_embeddings(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=True,
            high_resolution_features=[low, middle],
        )
        return scores, masks, objects


def calm(model):
    """Masks of areas and not of single cells, and scores between 0 and 1 that tell them apart."""
    decoder = model.mask_decoder
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for upscale in [decoder.upscale_conv1, decoder.upscale_conv2]:
            upscale.weight.copy_(upscale.weight.mean((2, 3), keepdim=True).expand_as(upscale.weight))
        for name, parameter in model.vision_encoder.named_parameters():
            # Patches by their colour: less of what resizing rounds.
            if name.endswith("patch_embed.projection.weight"):
                parameter.copy_(parameter.mean((2, 3), keepdim=True).expand_as(parameter))
            if name == "pos_embed":
                _, height, width, channels = parameter.shape
                x = torch.linspace(0, 1, width)[None, :, None]
                y = torch.linspace(0, 1, height)[:, None, None]
                across, down, phase = torch.randn(3, channels, generator=generator)
                parameter.copy_(2 * torch.cos(4 * (x * across + y * down) + 3 * phase)[None])
        last = decoder.iou_prediction_head.proj_out
        last.weight.mul_(0.02)
        last.bias.copy_(torch.linspace(0.5, 0.8, last.bias.numel()))
    return model


def tiny_sam():
    torch.manual_seed(0)
    config = SamConfig(
        vision_config=dict(
            hidden_size=32,
            output_channels=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=SIDE,
            mlp_dim=64,
            num_pos_feats=16,
            global_attn_indexes=[1],
            window_size=7,
        ),
        prompt_encoder_config=dict(
            hidden_size=32, image_size=SIDE, image_embedding_size=SIDE // 16, mask_input_channels=8
        ),
        mask_decoder_config=dict(
            hidden_size=32, mlp_dim=64, num_attention_heads=2, iou_head_hidden_dim=32, num_hidden_layers=2
        ),
    )
    return calm(enliven(SamModel(config), seed=11))


def tiny_levels(kind: str):
    torch.manual_seed(0)
    shared = dict(
        backbone_channel_list=[64, 32, 16, 8],
        backbone_feature_sizes=[[SIDE // 4] * 2, [SIDE // 8] * 2, [SIDE // 16] * 2],
        fpn_hidden_size=32,
    )
    prompt_encoder_config = dict(hidden_size=32, image_size=SIDE, mask_input_channels=8)
    mask_decoder_config = dict(
        hidden_size=32, mlp_dim=64, num_attention_heads=2, iou_head_hidden_dim=32, num_hidden_layers=2
    )
    if kind == "sam2":
        backbone = dict(
            hidden_size=8,
            image_size=[SIDE, SIDE],
            window_positional_embedding_background_size=[7, 7],
            blocks_per_stage=[1, 1, 2, 1],
            embed_dim_per_stage=[8, 16, 32, 64],
            num_attention_heads_per_stage=[1, 1, 2, 2],
            window_size_per_stage=[8, 4, 8, 4],
            global_attention_blocks=[3],
        )
        config = Sam2Config(
            vision_config=dict(backbone_config=backbone, **shared),
            prompt_encoder_config=prompt_encoder_config,
            mask_decoder_config=mask_decoder_config,
        )
        return calm(enliven(Sam2Model(config), seed=5))
    return tiny_edgetam(shared, prompt_encoder_config, mask_decoder_config)


def tiny_edgetam(shared, prompt_encoder_config, mask_decoder_config):
    """EdgeTAM's own backbone comes from another package; a few convolutions take its place, behind the same names."""
    from types import SimpleNamespace

    from transformers import EdgeTamConfig, EdgeTamModel, PretrainedConfig
    from transformers.models.edgetam import modeling_edgetam

    class Backbone(nn.Module):
        def __init__(self):
            super().__init__()
            sizes = [(3, 8, 4), (8, 16, 2), (16, 32, 2), (32, 64, 2)]
            self.stages = nn.ModuleList(nn.Conv2d(a, b, s + 1, s, (s + 1) // 2 if s == 2 else 1) for a, b, s in sizes)

        def forward(self, pixels):
            maps = []
            for stage in self.stages:
                pixels = torch.nn.functional.gelu(stage(pixels))
                maps.append(pixels)
            return SimpleNamespace(last_hidden_state=maps)

    auto = modeling_edgetam.AutoModel
    original = auto.from_config
    vision = modeling_edgetam.EdgeTamVisionConfig(backbone_config=PretrainedConfig(), **shared)
    auto.from_config = lambda config, **_: (
        modeling_edgetam.EdgeTamVisionModel(config) if hasattr(config, "fpn_hidden_size") else Backbone()
    )
    try:
        config = EdgeTamConfig(
            vision_config=vision,
            prompt_encoder_config=prompt_encoder_config,
            mask_decoder_config=mask_decoder_config,
        )
        model = EdgeTamModel(config)
    finally:
        auto.from_config = original
    return calm(enliven(model, seed=7))


def prompts_in(name: str, width: int, height: int):
    prompt = PROMPTS[name]
    points = [(x * width, y * height, label) for x, y, label in prompt.get("points", [])]
    box = prompt.get("box")
    return points, box and [box[0] * width, box[1] * height, box[2] * width, box[3] * height]


def case(picture: str, prompt: str, points, box, masks, scores) -> dict:
    """Masks over the whole picture, with their scores, and the one that the prompts are best met by."""
    masks = np.asarray(masks)
    satisfied = [sum(bool(mask[int(y), int(x)]) == (label == 1) for x, y, label in points) for mask in masks]
    chosen = max(range(len(masks)), key=lambda i: (satisfied[i], scores[i]))
    return {
        "picture": picture,
        "prompt": prompt,
        "points": points,
        "box": box,
        "masks": [{"score": float(score), "runs": runs(mask)} for mask, score in zip(masks, scores)],
        "chosen": chosen,
    }


def sam_cases(model, processor, pictures, prompts, given=None) -> list[dict]:
    cases = []
    for picture, path in pictures.items():
        image = Image.open(path)
        inputs = processor(image, return_tensors="pt")
        original, resized = inputs["original_sizes"], inputs["reshaped_input_sizes"]
        scale = [resized[0, 1] / original[0, 1], resized[0, 0] / original[0, 0]]
        embeddings = model.get_image_embeddings(inputs["pixel_values"])
        for prompt in prompts:
            points, box = prompts_in(prompt, *image.size)
            asked = {}
            if points:
                asked["input_points"] = torch.tensor([[[[x * scale[0], y * scale[1]] for x, y, _ in points]]])
                asked["input_labels"] = torch.tensor([[[label for _, _, label in points]]])
            if box:
                asked["input_boxes"] = torch.tensor(
                    [[[box[0] * scale[0], box[1] * scale[1], box[2] * scale[0], box[3] * scale[1]]]]
                )
            with torch.no_grad():
                out = model(image_embeddings=embeddings, multimask_output=True, **asked)
            masks = processor.post_process_masks(out.pred_masks, original, resized)[0][0]
            cases.append(case(picture, prompt, points, box, masks.numpy(), out.iou_scores[0, 0].tolist()))
    return cases


def level_cases(model, pictures) -> list[dict]:
    cases = []
    for picture, path in pictures.items():
        image = Image.open(path)
        width, height = image.size
        # What torchvision's resize does to bytes.
        pixels = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)[None]
        pixels = F.interpolate(pixels, (SIDE, SIDE), mode="bilinear", antialias=True, align_corners=False) / 255
        pixels = (pixels - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)
        embeddings = model.get_image_embeddings(pixels)
        for prompt in PROMPTS:
            points, box = prompts_in(prompt, width, height)
            asked = {}
            if points:
                asked["input_points"] = torch.tensor([[[[x * SIDE / width, y * SIDE / height] for x, y, _ in points]]])
                asked["input_labels"] = torch.tensor([[[label for _, _, label in points]]])
            if box:
                across, down = SIDE / width, SIDE / height
                asked["input_boxes"] = torch.tensor(
                    [[[box[0] * across, box[1] * down, box[2] * across, box[3] * down]]]
                )
            with torch.no_grad():
                out = model(image_embeddings=embeddings, multimask_output=True, **asked)
            masks = F.interpolate(out.pred_masks[0], (height, width), mode="bilinear", align_corners=False)[0] > 0
            cases.append(case(picture, prompt, points, box, masks.numpy(), out.iou_scores[0, 0].tolist()))
    return cases


def make(out: Path, pictures: dict[str, Path]) -> None:
    segment = {"kind": "segment-anything", "tasks": ["segment"], "prompts": ["point", "box"], "returns": ["mask"]}
    model = tiny_sam()
    processor = SamImageProcessor(
        size={"longest_edge": SIDE},
        pad_size={"height": SIDE, "width": SIDE},
        mask_size={"longest_edge": SIDE // 4},
        mask_pad_size={"height": SIDE // 4, "width": SIDE // 4},
    )
    files = {"config.json": model.config.to_dict() | {"torch_dtype": None}, "preprocessor_config.json": processor.to_dict()}
    files = {name: {k: v for k, v in content.items() if not k.startswith("_")} for name, content in files.items()}
    pixels = torch.randn(1, 3, SIDE, SIDE)
    with torch.no_grad():
        embedding, positions = VisionEncoder(model)(pixels)
    point_inputs = (torch.rand(1, 1, 2, 2) * SIDE, torch.ones(1, 1, 2, dtype=torch.int64))

    folder = out / "sam-hugging-face"
    export(
        VisionEncoder(model),
        (pixels,),
        folder / "onnx/vision_encoder.onnx",
        ["pixel_values"],
        ["image_embeddings", "image_positional_embeddings"],
    )
    export(
        PointDecoder(model),
        (*point_inputs, embedding, positions),
        folder / "onnx/prompt_encoder_mask_decoder.onnx",
        ["input_points", "input_labels", "image_embeddings", "image_positional_embeddings"],
        ["iou_scores", "pred_masks"],
        {"input_points": {2: "n"}, "input_labels": {2: "n"}},
    )
    write_pack(folder, segment, sam_cases(model, processor, pictures, ["click", "clicks"]), files)

    # Meta's names: the encoder has no name for anything in particular, and there is no file beside the graphs.
    decoder = MetaDecoder(model)
    args = (
        embedding,
        torch.rand(1, 3, 2) * SIDE,
        torch.ones(1, 3),
        torch.zeros(1, 1, SIDE // 4, SIDE // 4),
        torch.zeros(1),
        torch.tensor([200.0, 300.0]),
    )
    names = ["image_embeddings", "point_coords", "point_labels", "mask_input", "has_mask_input", "orig_im_size"]
    for name, graph, outputs in [
        ("sam-meta", decoder, ["masks", "iou_predictions", "low_res_masks"]),
        ("sam-meta-sized", SizedDecoder(decoder), ["masks", "iou_predictions"]),
    ]:
        folder = out / name
        export(ImageEncoder(model), (pixels,), folder / "tiny.encoder.onnx", ["x"], ["out"])
        export(
            graph, args, folder / "tiny.decoder.onnx", names, outputs, {"point_coords": {1: "n"}, "point_labels": {1: "n"}}
        )
        write_pack(folder, segment, sam_cases(model, processor, pictures, PROMPTS))

    for kind in ["sam2", "edgetam"]:
        model = tiny_levels(kind)
        folder = out / kind
        with torch.no_grad():
            levels = LevelsEncoder(model)(pixels)
        level_names = [f"image_embeddings.{i}" for i in range(3)]
        export(LevelsEncoder(model), (pixels,), folder / "onnx/vision_encoder.onnx", ["pixel_values"], level_names)
        export(
            BoxDecoder(model),
            (*point_inputs, torch.rand(1, 1, 4) * SIDE, *levels),
            folder / "onnx/prompt_encoder_mask_decoder.onnx",
            ["input_points", "input_labels", "input_boxes", *level_names],
            ["iou_scores", "pred_masks", "object_score_logits"],
            {"input_points": {2: "n"}, "input_labels": {2: "n"}, "input_boxes": {1: "boxes"}},
        )
        processor_config = {
            "image_processor_type": "Sam2ImageProcessorFast",
            "do_resize": True,
            "do_rescale": True,
            "do_normalize": True,
            "resample": 2,
            "rescale_factor": 1 / 255,
            "image_mean": MEAN,
            "image_std": STD,
            "size": {"height": SIDE, "width": SIDE},
            "mask_size": {"height": SIDE // 4, "width": SIDE // 4},
        }
        files = {"config.json": {"model_type": kind}, "preprocessor_config.json": processor_config}
        write_pack(folder, segment, level_cases(model, pictures), files)
