"""
Reads models of LISA's form from a folder: one that `save` has written, or a checkpoint as LISA's authors publish them
(`LISA-7B-v1` and the like: LLaVA's own names, with Meta's SAM inside). No code of the folder is run.
"""

import json
import re
from pathlib import Path

import torch
from model import SEG, Lisa, projection
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import (
    AutoTokenizer,
    CLIPImageProcessor,
    CLIPVisionConfig,
    CLIPVisionModel,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    SamConfig,
    SamImageProcessor,
    SamModel,
    SamVisionConfig,
)
from transformers.models.llava.modeling_llava import LlavaMultiModalProjector


# LLaVA 1's way from patches to the language model, which transformers' LLaVA has no place for.
ONE_LAYER = "mm_projector.safetensors"


def save(lisa: Lisa, folder: str | Path) -> None:
    """`vlm/` and `sam/` as transformers has them, `projection.safetensors`, and `lisa.json`."""
    folder = Path(folder)
    for part in (lisa.vlm, lisa.tokenizer, lisa.image_processor):
        part.save_pretrained(folder / "vlm")
    for part in (lisa.sam, lisa.sam_processor):
        part.save_pretrained(folder / "sam")
    save_file(lisa.projection.state_dict(), folder / "projection.safetensors")
    if isinstance(lisa.vlm.model.multi_modal_projector, nn.Linear):
        save_file(lisa.vlm.model.multi_modal_projector.state_dict(), folder / ONE_LAYER)
    about = {"around_image": lisa.around_image, "given_answer": lisa.given_answer}
    (folder / "lisa.json").write_text(json.dumps(about, indent=2))


def load(folder: str | Path, vision_tower: str | None = None) -> Lisa:
    folder = Path(folder)
    if (folder / "lisa.json").exists():
        return load_saved(folder)
    if not (folder / "config.json").exists():
        raise SystemExit(f"{folder} has neither lisa.json nor config.json: it is no checkpoint of this form.")
    return load_published(folder, vision_tower)


def load_saved(folder: Path) -> Lisa:
    about = json.loads((folder / "lisa.json").read_text())
    vlm = LlavaForConditionalGeneration.from_pretrained(folder / "vlm")
    if (folder / ONE_LAYER).exists():
        vlm.model.multi_modal_projector = projector(load_file(folder / ONE_LAYER), vlm.config)
    sam = SamModel.from_pretrained(folder / "sam")
    joined = projection(vlm.config.text_config.hidden_size, sam.config.prompt_encoder_config.hidden_size)
    joined.load_state_dict(load_file(folder / "projection.safetensors"))
    return Lisa(
        vlm=vlm,
        tokenizer=AutoTokenizer.from_pretrained(folder / "vlm"),
        image_processor=CLIPImageProcessor.from_pretrained(folder / "vlm"),
        sam=sam,
        sam_processor=SamImageProcessor.from_pretrained(folder / "sam"),
        projection=joined,
        around_image=tuple(about["around_image"]),
        given_answer=about["given_answer"],
    )


def load_published(folder: Path, vision_tower: str | None) -> Lisa:
    config = json.loads((folder / "config.json").read_text())
    tower = vision_tower or config.get("vision_tower") or config["mm_vision_tower"]
    weights = published_weights(folder)
    parts = split(weights)

    tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=False)
    missing = [token for token in (SEG, "<im_start>", "<im_end>") if token not in tokenizer.get_vocab()]
    if missing:
        raise SystemExit(f"The tokenizer of {folder} has no {' and no '.join(missing)}.")
    text = LlamaConfig.from_dict(config)
    # Rows of the embedding may be fewer or more than the configuration says, because tokens were added.
    text.vocab_size = parts["text"]["model.embed_tokens.weight"].shape[0]
    vision = CLIPVisionModel.from_pretrained(tower)
    llava = LlavaConfig(
        CLIPVisionConfig.from_dict(vision.config.to_dict()),
        text,
        # A token that no text has: the tokenizer writes what it does not know as bytes.
        image_token_index=tokenizer.unk_token_id,
        vision_feature_layer=config.get("mm_vision_select_layer", -2),
        vision_feature_select_strategy="default",
    )
    with torch.device("meta"):
        vlm = LlavaForConditionalGeneration(llava)
    vlm.model.multi_modal_projector = projector(parts["mm_projector"], llava)
    fill(vlm.model.language_model, {name.removeprefix("model."): w for name, w in parts["text"].items() if name != "lm_head.weight"})
    fill(vlm.lm_head, {"weight": parts["text"]["lm_head.weight"]})
    vlm.model.vision_tower = vision
    vlm.generation_config.eos_token_id = tokenizer.eos_token_id

    hidden = config["hidden_size"]
    joined = projection(hidden, config.get("out_dim", 256))
    # 0: the first and only projection; 0 and 2 inside: its linear layers.
    fill(joined, {name.removeprefix("0."): weight for name, weight in parts["text_hidden_fcs"].items()})
    return Lisa(
        vlm=vlm,
        tokenizer=tokenizer,
        image_processor=CLIPImageProcessor.from_pretrained(tower),
        sam=sam_of(parts["visual_model"]),
        sam_processor=SamImageProcessor(),
        projection=joined,
        around_image=("<im_start>", "<im_end>") if config.get("mm_use_im_start_end", True) else ("", ""),
    )


def published_weights(folder: Path) -> dict[str, torch.Tensor]:
    files = sorted(folder.glob("*.safetensors"))
    if files:
        return {name: weight for file in files for name, weight in load_file(file).items()}
    files = sorted(folder.glob("pytorch_model*.bin"))
    if not files:
        raise SystemExit(f"There are no weights in {folder}.")
    # weights_only: a pickle of anything but tensors is refused.
    return {name: weight for file in files for name, weight in torch.load(file, map_location="cpu", weights_only=True).items()}


def split(weights: dict[str, torch.Tensor]) -> dict[str, dict[str, torch.Tensor]]:
    """The parts of a published checkpoint, by the beginnings of the names."""
    parts: dict[str, dict[str, torch.Tensor]] = {"text": {}, "mm_projector": {}, "visual_model": {}, "text_hidden_fcs": {}, "vision_tower": {}}
    for name, weight in weights.items():
        part = next((part for part in parts if name.startswith(f"model.{part}.")), "text")
        parts[part][name if part == "text" else name.removeprefix(f"model.{part}.")] = weight
    for part in ("text", "mm_projector", "visual_model", "text_hidden_fcs"):
        if not parts[part]:
            raise SystemExit(f'The checkpoint has no weights of "{part}": it is no LISA checkpoint, or its LoRA weights were not merged.')
    return parts


def projector(weights: dict[str, torch.Tensor], config: LlavaConfig) -> nn.Module:
    """From patches to the language model: one layer, or (LLaVA 1.5) two with GELU between."""
    if "weight" in weights:
        out, into = weights["weight"].shape
        return fill(nn.Linear(into, out), weights)
    names = {"0": "linear_1", "2": "linear_2"}
    renamed = {f"{names[name.split('.')[0]]}.{name.split('.')[1]}": weight for name, weight in weights.items()}
    return fill(LlavaMultiModalProjector(config), renamed)


def fill(module: nn.Module, weights: dict[str, torch.Tensor]) -> nn.Module:
    """Every weight finds its place, and every place its weight, or it is an error."""
    # Buffers that code computes are in older checkpoints.
    weights = {name: weight for name, weight in weights.items() if not name.endswith("rotary_emb.inv_freq")}
    on_meta = any(weight.is_meta for weight in module.parameters())
    module.load_state_dict(weights, strict=True, assign=on_meta)
    for name, buffer in list(module.named_buffers()):
        if buffer.is_meta and name.endswith(("inv_freq", "original_inv_freq")):
            owner = module.get_submodule(name.rpartition(".")[0])
            frequencies, owner.attention_scaling = owner.rope_init_fn(owner.config, "cpu")
            owner.register_buffer("inv_freq", frequencies, persistent=False)
            owner.original_inv_freq = owner.inv_freq
    return module


# Meta's names of SAM's parts (left) and those of transformers, replaced in this order.
SAM_NAMES = [
    (r"^image_encoder\.blocks\.", "vision_encoder.layers."),
    (r"^image_encoder\.", "vision_encoder."),
    (r"\.patch_embed\.proj\.", ".patch_embed.projection."),
    (r"\.neck\.0\.", ".neck.conv1."),
    (r"\.neck\.1\.", ".neck.layer_norm1."),
    (r"\.neck\.2\.", ".neck.conv2."),
    (r"\.neck\.3\.", ".neck.layer_norm2."),
    (r"\.norm(\d)\.", r".layer_norm\1."),
    (r"\.norm_final_attn\.", ".layer_norm_final_attn."),
    (r"^prompt_encoder\.pe_layer\.positional_encoding_gaussian_matrix$", "prompt_encoder.shared_embedding.positional_embedding"),
    (r"^prompt_encoder\.point_embeddings\.", "prompt_encoder.point_embed."),
    (r"^prompt_encoder\.mask_downscaling\.0\.", "prompt_encoder.mask_embed.conv1."),
    (r"^prompt_encoder\.mask_downscaling\.1\.", "prompt_encoder.mask_embed.layer_norm1."),
    (r"^prompt_encoder\.mask_downscaling\.3\.", "prompt_encoder.mask_embed.conv2."),
    (r"^prompt_encoder\.mask_downscaling\.4\.", "prompt_encoder.mask_embed.layer_norm2."),
    (r"^prompt_encoder\.mask_downscaling\.6\.", "prompt_encoder.mask_embed.conv3."),
    (r"^mask_decoder\.output_upscaling\.0\.", "mask_decoder.upscale_conv1."),
    (r"^mask_decoder\.output_upscaling\.1\.", "mask_decoder.upscale_layer_norm."),
    (r"^mask_decoder\.output_upscaling\.3\.", "mask_decoder.upscale_conv2."),
    (r"^(mask_decoder\.(?:output_hypernetworks_mlps\.\d+|iou_prediction_head))\.layers\.0\.", r"\1.proj_in."),
    (r"^(mask_decoder\.(?:output_hypernetworks_mlps\.\d+|iou_prediction_head))\.layers\.1\.", r"\1.layers.0."),
    (r"^(mask_decoder\.(?:output_hypernetworks_mlps\.\d+|iou_prediction_head))\.layers\.2\.", r"\1.proj_out."),
]


def sam_of(weights: dict[str, torch.Tensor]) -> SamModel:
    """Meta's SAM in transformers' form; the sizes are read from the weights."""
    renamed = {}
    for name, weight in weights.items():
        for pattern, replacement in SAM_NAMES:
            name = re.sub(pattern, replacement, name)
        renamed[name] = weight
    place = "prompt_encoder.shared_embedding.positional_embedding"
    renamed["shared_image_embedding.positional_embedding"] = renamed[place]
    width = renamed["vision_encoder.patch_embed.projection.weight"].shape[0]
    depth = 1 + max(int(name.split(".")[2]) for name in renamed if name.startswith("vision_encoder.layers."))
    # Heads and the layers that look at the whole picture are those of SAM ViT-B, ViT-L and ViT-H.
    known = {768: (12, [2, 5, 8, 11]), 1024: (16, [5, 11, 17, 23]), 1280: (16, [7, 15, 23, 31])}
    if width not in known:
        raise SystemExit(f"SAM's encoder is {width} wide, which is none of ViT-B, ViT-L and ViT-H.")
    heads, whole = known[width]
    vision = SamVisionConfig(
        hidden_size=width, num_hidden_layers=depth, num_attention_heads=heads, global_attn_indexes=whole, mlp_dim=4 * width
    )
    with torch.device("meta"):
        sam = SamModel(SamConfig(vision))
    return fill(sam, renamed)
