"""
Tiny models with random weights, exported as transformers.js wants them, and what PyTorch answers for them: the reference
of test/models/parity/transformers*.test.ts.

    python transformersModels.py FOLDER [NAME...]

FOLDER/picture.png is what they are asked about; FOLDER/NAME is a pack without its groundnote.json, FOLDER/NAME.json what
PyTorch answers.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from torch import nn

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
torch.set_grad_enabled(False)

WIDTH, HEIGHT = 150, 100
WORDS = "a photo of the red green blue disc bar box find where is it says what user assistant system : . , ? ! and in on".split()


def picture() -> Image.Image:
    """A smooth ground with a disc, a bar and a box."""
    x, y = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))
    ground = np.stack([80 + 120 * x, 200 - 100 * y, 120 + 60 * x * y], -1)
    image = Image.fromarray(ground.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 60, 60), fill=(220, 30, 40))
    draw.rectangle((80, 15, 140, 35), fill=(30, 60, 210))
    draw.rectangle((95, 55, 125, 90), fill=(30, 180, 60))
    return image


def randomized(model: nn.Module, scale: float = 0.25, seed: int = 0) -> nn.Module:
    """Weights large enough that answers differ from place to place."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.dim() >= 2:
            parameter.copy_(noise * scale)
        elif "norm" in name.lower() and name.endswith("weight"):
            parameter.copy_(1 + noise * 0.1)
        elif parameter.dim() == 1:
            parameter.copy_(noise * 0.1)
    return model.eval().requires_grad_(False)


def export(model: nn.Module, inputs: dict, file: Path, outputs: list[str], dynamic: dict) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model,
        tuple(inputs.values()),
        str(file),
        input_names=list(inputs),
        output_names=outputs,
        dynamic_axes=dynamic,
        opset_version=17,
        dynamo=False,
    )


def write(folder: Path, name: str, value) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = value if isinstance(value, str) else json.dumps(value, indent=1)
    (folder / name).write_text(text, encoding="utf-8")


def word_tokenizer(folder: Path, special: list[str], template: str | None, extra: list[str] = (), **config):
    """A tokenizer that knows WORDS, in small letters. `special` stand first, then the others."""
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: i for i, word in enumerate(dict.fromkeys([*special, *extra, *WORDS]))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=config["unk_token"]))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex(r"[.,:?!]"), "isolated")]
    )
    # Words stand apart in what is decoded.
    tokenizer.decoder = decoders.Fuse() if config.pop("fused", False) else None
    if template:
        ids = [(word, vocabulary[word]) for word in special if word in template]
        tokenizer.post_processor = processors.TemplateProcessing(single=template, special_tokens=ids)
    tokenizer.add_special_tokens([*special, *extra])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_input_names=["input_ids", "attention_mask"], **config)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    write(folder, "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False, **config})
    return fast


def named(image_size, resample=2, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5), **more) -> dict:
    """A preprocessor_config.json that resizes to a fixed size."""
    height, width = image_size
    return {
        "do_resize": True,
        "size": {"height": height, "width": width},
        "resample": resample,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": list(mean),
        "image_std": list(std),
        **more,
    }


CLIP_SPECIAL = ["<pad>", "<unk>", "<|startoftext|>", "<|endoftext|>"]


def clip_tokenizer(folder: Path):
    return word_tokenizer(
        folder,
        CLIP_SPECIAL,
        "<|startoftext|> $A <|endoftext|>",
        pad_token="<pad>",
        unk_token="<unk>",
        bos_token="<|startoftext|>",
        eos_token="<|endoftext|>",
        model_max_length=16,
    )


def clip_configs(image_size: int, patch_size: int, layers: int = 2) -> dict:
    tower = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4, "num_hidden_layers": layers}
    return {
        "text_config": {**tower, "vocab_size": 64, "max_position_embeddings": 16, "bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0},
        "vision_config": {**tower, "image_size": image_size, "patch_size": patch_size},
        "projection_dim": 32,
    }


class Outputs(nn.Module):
    """A model that takes its inputs by position and gives the named outputs."""

    def __init__(self, model: nn.Module, inputs: list[str], outputs: list[str]):
        super().__init__()
        self.model, self.inputs, self.outputs = model, inputs, outputs

    def forward(self, *values):
        result = self.model(**dict(zip(self.inputs, values)))
        return tuple(result[name] for name in self.outputs)


def clipseg(folder: Path, image: Image.Image) -> dict:
    from transformers import CLIPSegConfig, CLIPSegForImageSegmentation, ViTImageProcessor

    config = CLIPSegConfig(**clip_configs(64, 16, 3), extract_layers=[0, 1, 2], reduce_dim=16, decoder_num_attention_heads=4, decoder_intermediate_size=32, conditional_layer=0)
    model = randomized(CLIPSegForImageSegmentation(config), 0.2, 3)
    tokenizer = clip_tokenizer(folder)
    preprocessor = named((64, 64), image_processor_type="ViTFeatureExtractor", processor_class="CLIPSegProcessor")
    write(folder, "preprocessor_config.json", preprocessor)
    write(folder, "config.json", config.to_dict() | {"architectures": ["CLIPSegForImageSegmentation"]})
    pixels = ViTImageProcessor(**{k: v for k, v in preprocessor.items() if "_type" not in k and k != "processor_class"})(image, return_tensors="pt")["pixel_values"]
    answers = {}
    for phrase in ("the red disc", "blue bar"):
        text = tokenizer([phrase], return_tensors="pt")
        logits = model(input_ids=text["input_ids"], attention_mask=text["attention_mask"], pixel_values=pixels).logits
        heat = logits.sigmoid().reshape(1, 1, 64, 64)
        whole = nn.functional.interpolate(heat, size=(HEIGHT, WIDTH), mode="bilinear", align_corners=False)[0, 0]
        threshold = round(whole.quantile(0.7).item(), 4)
        mask = whole > threshold
        answers[phrase] = {
            "heat": heat.flatten().tolist(),
            "threshold": threshold,
            "mask": "".join(map(str, mask.int().flatten().tolist())),
            "score": whole[mask].mean().item(),
        }
    names = ["input_ids", "pixel_values", "attention_mask"]
    export(
        Outputs(model, names, ["logits"]),
        {"input_ids": text["input_ids"], "pixel_values": pixels, "attention_mask": text["attention_mask"]},
        folder / "onnx/model.onnx",
        ["logits"],
        {"input_ids": {0: "batch_size", 1: "sequence"}, "attention_mask": {0: "batch_size", 1: "sequence"}, "pixel_values": {0: "batch_size"}},
    )
    return {"answers": answers}


def owl(folder: Path, image: Image.Image, squared: bool) -> dict:
    from transformers import Owlv2Config, Owlv2ForObjectDetection, OwlViTConfig, OwlViTForObjectDetection

    size = 96
    config_class, model_class = (Owlv2Config, Owlv2ForObjectDetection) if squared else (OwlViTConfig, OwlViTForObjectDetection)
    config = config_class(**clip_configs(size, 16))
    model = randomized(model_class(config), 0.25, 5)
    tokenizer = clip_tokenizer(folder)
    mean, std = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
    kind = "Owlv2" if squared else "OwlViT"
    preprocessor = named((size, size), 2 if squared else 3, mean, std, image_processor_type=f"{kind}ImageProcessor", processor_class=f"{kind}Processor", **({"do_pad": True} if squared else {}))
    write(folder, "preprocessor_config.json", preprocessor)
    write(folder, "config.json", config.to_dict() | {"architectures": [model_class.__name__]})
    seen = image
    if squared:
        side = max(image.size)
        seen = Image.new("RGB", (side, side), (128, 128, 128))
        seen.paste(image, (0, 0))
    array = np.asarray(seen.resize((size, size), preprocessor["resample"]), np.float32) / 255
    if squared:
        # Padding is half of white, which no byte is; two rows and columns still mix it with the picture.
        x, y = (int(np.ceil(s / side * size)) + 2 for s in image.size)
        array[y:, :] = 0.5
        array[:, x:] = 0.5
    pixels = torch.tensor((array - np.array(mean, np.float32)) / np.array(std, np.float32)).permute(2, 0, 1)[None].float()
    phrases = ["the red disc", "blue bar"]
    text = tokenizer(phrases, padding=True, return_tensors="pt")
    outputs = model(pixel_values=pixels, input_ids=text["input_ids"], attention_mask=text["attention_mask"])
    names = ["pixel_values", "input_ids", "attention_mask"]
    export(
        Outputs(model, names, ["logits", "pred_boxes"]),
        {"pixel_values": pixels, "input_ids": text["input_ids"], "attention_mask": text["attention_mask"]},
        folder / "onnx/model.onnx",
        ["logits", "pred_boxes"],
        {"input_ids": {0: "texts", 1: "sequence"}, "attention_mask": {0: "texts", 1: "sequence"}, "logits": {2: "queries"}},
    )
    whole = max(image.size) if squared else None
    sizes = torch.tensor([whole or WIDTH, whole or HEIGHT] * 2)
    x, y, w, h = outputs.pred_boxes[0].unbind(-1)
    boxes = torch.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], -1) * sizes
    scores = outputs.logits[0].sigmoid()
    return {"phrases": phrases, "scores": scores.tolist(), "boxes": boxes.tolist()}


def owlv2(folder, image):
    return owl(folder, image, True)


def owlvit(folder, image):
    return owl(folder, image, False)


def grounding_dino(folder: Path, image: Image.Image) -> dict:
    from transformers import BertConfig, GroundingDinoConfig, GroundingDinoForObjectDetection, GroundingDinoImageProcessor, GroundingDinoProcessor, SwinConfig

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    tokenizer = word_tokenizer(folder, special, "[CLS] $A [SEP]", pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", model_max_length=64)
    config = GroundingDinoConfig(
        backbone_config=SwinConfig(image_size=64, embed_dim=16, depths=[1, 1, 1, 1], num_heads=[2, 2, 2, 2], window_size=4, out_features=["stage2", "stage3", "stage4"]),
        text_config=BertConfig(vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, max_position_embeddings=64),
        num_queries=30,
        encoder_layers=1,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        d_model=32,
        disable_custom_kernels=True,
        fusion_dropout=0.0,
        fusion_droppath=0.0,
        use_pretrained_backbone=False,
    )
    # The tokens that end a phrase, by their numbers in BERT's own vocabulary.
    import transformers.models.grounding_dino.modeling_grounding_dino as module

    ends = tokenizer.convert_tokens_to_ids(["[CLS]", "[SEP]", ".", "?"])
    module.SPECIAL_TOKENS = ends
    model = randomized(GroundingDinoForObjectDetection(config), 0.15, 7)
    preprocessor = {"do_resize": True, "size": {"shortest_edge": 64, "longest_edge": 128}, "resample": 2, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "do_pad": True, "image_processor_type": "GroundingDinoImageProcessor", "processor_class": "GroundingDinoProcessor"}
    write(folder, "preprocessor_config.json", preprocessor)
    write(folder, "config.json", config.to_dict() | {"architectures": ["GroundingDinoForObjectDetection"]})
    processor = GroundingDinoImageProcessor(**{k: v for k, v in preprocessor.items() if not k.startswith(("image_processor", "processor"))})
    inputs = processor(image, return_tensors="pt")
    answers = {}
    for phrase in ("the red disc", "a blue bar"):
        text = tokenizer([f"{phrase}."], return_tensors="pt")
        outputs = model(pixel_values=inputs["pixel_values"], pixel_mask=inputs["pixel_mask"], input_ids=text["input_ids"], attention_mask=text["attention_mask"], token_type_ids=torch.zeros_like(text["input_ids"]))
        both = GroundingDinoProcessor.post_process_grounded_object_detection(type("P", (), {"tokenizer": tokenizer, "batch_decode": tokenizer.batch_decode})(), outputs, text["input_ids"], threshold=0.0, text_threshold=0.0, target_sizes=[(HEIGHT, WIDTH)])[0]
        answers[phrase] = {"scores": both["scores"].tolist(), "boxes": both["boxes"].tolist()}
    names = ["pixel_values", "input_ids", "token_type_ids", "attention_mask", "pixel_mask"]
    export(
        Outputs(model, names, ["logits", "pred_boxes"]),
        {"pixel_values": inputs["pixel_values"], "input_ids": text["input_ids"], "token_type_ids": torch.zeros_like(text["input_ids"]), "attention_mask": text["attention_mask"], "pixel_mask": inputs["pixel_mask"]},
        folder / "onnx/model.onnx",
        ["logits", "pred_boxes"],
        {},
    )
    return {"answers": answers}


def depth_anything(folder: Path, image: Image.Image) -> dict:
    from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config

    backbone = Dinov2Config(hidden_size=32, num_hidden_layers=4, num_attention_heads=4, image_size=56, patch_size=14, out_features=["stage1", "stage2", "stage3", "stage4"], reshape_hidden_states=False)
    config = DepthAnythingConfig(backbone_config=backbone, patch_size=14, reassemble_hidden_size=32, neck_hidden_sizes=[8, 16, 16, 16], fusion_hidden_size=16, head_hidden_size=16, use_pretrained_backbone=False)
    model = randomized(DepthAnythingForDepthEstimation(config), 0.2, 11)
    preprocessor = named((56, 84), 3, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), image_processor_type="DPTImageProcessor")
    write(folder, "preprocessor_config.json", preprocessor)
    write(folder, "config.json", config.to_dict() | {"architectures": ["DepthAnythingForDepthEstimation"]})
    pixels = normalized(image, preprocessor)
    depth = model(pixel_values=pixels).predicted_depth
    export(Outputs(model, ["pixel_values"], ["predicted_depth"]), {"pixel_values": pixels}, folder / "onnx/model.onnx", ["predicted_depth"], {})
    whole = nn.functional.interpolate(depth[:, None], size=(HEIGHT, WIDTH), mode="bilinear", align_corners=False)[0, 0]
    nearness = (whole - whole.min()) / (whole.max() - whole.min()) * 255
    return {"nearness": nearness.flatten().tolist()}


def normalized(image: Image.Image, preprocessor: dict) -> torch.Tensor:
    """What `named` describes."""
    size = preprocessor["size"]
    array = np.asarray(image.resize((size["width"], size["height"]), preprocessor["resample"]), np.float32) / 255
    mean, std = (np.array(preprocessor[name], np.float32) for name in ("image_mean", "image_std"))
    return torch.tensor((array - mean) / std).permute(2, 0, 1)[None].float()


def cache_of(values: tuple):
    """Keys and values by layer, as the inputs of a graph have them, as a cache of PyTorch's models."""
    from transformers.cache_utils import DynamicCache, DynamicLayer

    cache = DynamicCache()
    for keys, vals in zip(values[::2], values[1::2]):
        layer = DynamicLayer()
        layer.lazy_initialization(keys)
        layer.keys, layer.values = keys, vals
        cache.layers.append(layer)
    return cache


def causal(new: torch.Tensor, past: torch.Tensor) -> torch.Tensor:
    """What may be looked at: everything up to oneself. Shapes [1, new, …] and [1, heads, past, …] → [1, 1, new, past + new]."""
    length, before = new.shape[1], past.shape[2]
    rows = torch.arange(length)[:, None] + before
    columns = torch.arange(before + length)[None]
    return torch.where(columns <= rows, 0.0, torch.finfo(torch.float32).min)[None, None]


def kept(cache) -> list[torch.Tensor]:
    return [each for layer in cache.layers for each in (layer.keys, layer.values)]


def cache_names(prefix: str, layers: int, part: str = "") -> list[str]:
    return [f"{prefix}.{i}{part}.{kind}" for i in range(layers) for kind in ("key", "value")]


def empty_cache(layers: int, heads: int, size: int, length: int = 2) -> list[torch.Tensor]:
    return [torch.zeros(1, heads, length, size) for _ in range(2 * layers)]


def cache_axes(layers: int, part: str = "") -> dict:
    past = {name: {0: "batch_size", 2: "past_sequence_length"} for name in cache_names("past_key_values", layers, part)}
    present = {name: {0: "batch_size", 2: "total_sequence_length"} for name in cache_names("present", layers, part)}
    return past | present


def captioner(folder: Path, image: Image.Image) -> dict:
    from transformers import GPT2Config, GPT2LMHeadModel, VisionEncoderDecoderConfig, VisionEncoderDecoderModel, ViTConfig, ViTModel
    from transformers.cache_utils import DynamicCache, EncoderDecoderCache

    tokenizer = word_tokenizer(folder, ["<|endoftext|>", "<unk>"], None, unk_token="<unk>", bos_token="<|endoftext|>", eos_token="<|endoftext|>")
    encoder = ViTModel(ViTConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, image_size=48, patch_size=16), add_pooling_layer=False)
    gpt = GPT2Config(vocab_size=len(tokenizer), n_positions=32, n_embd=32, n_layer=2, n_head=4, add_cross_attention=True, is_decoder=True, bos_token_id=0, eos_token_id=0, attn_implementation="eager")
    decoder = GPT2LMHeadModel(gpt)
    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder.config, gpt)
    config.decoder_start_token_id = config.pad_token_id = config.eos_token_id = 0
    model = VisionEncoderDecoderModel(encoder=encoder, decoder=decoder, config=config)
    randomized(model, 0.35, 13)
    # Places in the sentence count for much: otherwise one word would be said again and again.
    decoder.transformer.wpe.weight.mul_(6)
    preprocessor = named((48, 48), image_processor_type="ViTImageProcessor")
    write(folder, "preprocessor_config.json", preprocessor)
    write(folder, "config.json", config.to_dict() | {"architectures": ["VisionEncoderDecoderModel"]})
    write(folder, "generation_config.json", {"decoder_start_token_id": 0, "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0})
    pixels = normalized(image, preprocessor)
    ids = model.generate(pixel_values=pixels, max_new_tokens=10, do_sample=False, num_beams=1)[0, 1:]

    class Decoder(nn.Module):
        def forward(self, input_ids, encoder_hidden_states, *past):
            cache = EncoderDecoderCache(cache_of(past), DynamicCache())
            length = past[0].shape[2]
            positions = torch.arange(input_ids.shape[1]) + length
            result = decoder(input_ids=input_ids, encoder_hidden_states=encoder_hidden_states, attention_mask=causal(input_ids, past[0]), past_key_values=cache, position_ids=positions[None], cache_position=positions, use_cache=True)
            return result.logits, *kept(cache.self_attention_cache)

    hidden = encoder(pixels).last_hidden_state
    export(Outputs(encoder, ["pixel_values"], ["last_hidden_state"]), {"pixel_values": pixels}, folder / "onnx/encoder_model.onnx", ["last_hidden_state"], {"pixel_values": {0: "batch_size"}})
    names = cache_names("past_key_values", 2)
    export(
        Decoder(),
        {"input_ids": torch.tensor([[3, 4]]), "encoder_hidden_states": hidden, **dict(zip(names, empty_cache(2, 4, 8)))},
        folder / "onnx/decoder_model_merged.onnx",
        ["logits", *cache_names("present", 2)],
        {"input_ids": {0: "batch_size", 1: "sequence"}, "encoder_hidden_states": {0: "batch_size"}, **cache_axes(2)},
    )
    return {"tokens": len(ids), "text": tokenizer.decode(ids, skip_special_tokens=True)}


def florence(folder: Path, image: Image.Image) -> dict:
    from transformers import BartConfig, Florence2Config, Florence2ForConditionalGeneration
    from transformers.cache_utils import DynamicCache, EncoderDecoderCache

    places = [f"<loc_{i}>" for i in range(1000)]
    words = sorted({*"what does the image describe ? locate objects with category name in . phrases caption : is region text".split()})
    tokenizer = word_tokenizer(folder, ["<s>", "<pad>", "</s>", "<unk>"], "<s> $A </s>", [*places, *words], unk_token="<unk>", pad_token="<pad>", bos_token="<s>", eos_token="</s>")
    vision = {"depths": [1, 1, 1, 1], "embed_dim": [8, 16, 24, 32], "num_heads": [2, 2, 2, 2], "num_groups": [2, 2, 2, 2], "window_size": 4, "projection_dim": 32, "drop_path_rate": 0.0}
    text = BartConfig(vocab_size=len(tokenizer), d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=128, forced_eos_token_id=None, attn_implementation="eager")
    config = Florence2Config(text_config=text.to_dict(), vision_config=vision, image_token_id=1, attn_implementation="eager")
    model = randomized(Florence2ForConditionalGeneration(config), 0.3, 17)
    model.tie_weights()
    # Words stand out among a thousand places.
    model.model.language_model.shared.weight[4 + len(places) :].mul_(2)
    preprocessor = named((64, 64), 3, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), image_processor_type="CLIPImageProcessor", processor_class="Florence2Processor")
    write(folder, "preprocessor_config.json", preprocessor)
    write(folder, "config.json", config.to_dict() | {"architectures": ["Florence2ForConditionalGeneration"]})
    start = {"decoder_start_token_id": 2, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}
    write(folder, "generation_config.json", start)
    pixels = normalized(image, preprocessor)
    language = model.model.language_model
    embed = language.shared
    features = model.get_image_features(pixels)
    features = torch.cat(list(features), 0)[None] if isinstance(features, (list, tuple)) else features.reshape(1, -1, 32)

    class Vision(nn.Module):
        def forward(self, pixel_values):
            found = model.get_image_features(pixel_values)
            return torch.cat(list(found), 0)[None] if isinstance(found, (list, tuple)) else found.reshape(1, -1, 32)

    class Embed(nn.Module):
        def forward(self, input_ids):
            return embed(input_ids)

    class Encoder(nn.Module):
        def forward(self, inputs_embeds, attention_mask):
            mask = (1.0 - attention_mask[:, None, None].float()) * torch.finfo(torch.float32).min
            mask = mask.expand(1, 1, inputs_embeds.shape[1], inputs_embeds.shape[1])
            hidden = inputs_embeds + language.encoder.embed_positions(inputs_embeds[:, :, 0])
            hidden = language.encoder.layernorm_embedding(hidden)
            for layer in language.encoder.layers:
                hidden = layer(hidden, mask, layer_head_mask=None)[0]
            return hidden

    class Decoder(nn.Module):
        def forward(self, inputs_embeds, encoder_hidden_states, *past):
            cache = EncoderDecoderCache(cache_of(past), DynamicCache())
            positions = torch.arange(inputs_embeds.shape[1]) + past[0].shape[2]
            hidden = inputs_embeds + language.decoder.embed_positions(inputs_embeds[:, :, 0], 0, position_ids=positions)
            hidden = language.decoder.layernorm_embedding(hidden)
            mask = causal(inputs_embeds, past[0])
            for layer in language.decoder.layers:
                hidden = layer(hidden, attention_mask=mask, encoder_hidden_states=encoder_hidden_states, past_key_values=cache, use_cache=True, cache_position=positions)[0]
            return model.lm_head(hidden), *kept(cache.self_attention_cache)

    answers = {}
    prompts = {"CAPTION": "What does the image describe?", "OD": "Locate the objects with category name in the image.", "disc": "Locate the phrases in the caption: the red disc"}
    for name, prompt in prompts.items():
        ids = tokenizer([prompt], return_tensors="pt")["input_ids"]
        inputs = torch.cat([features, embed(ids)], 1)
        # The real model's own way, without a cache and without the graphs' parts: what it would answer token by token.
        encoded = language.encoder(inputs_embeds=inputs, attention_mask=torch.ones(inputs.shape[:2], dtype=torch.long))
        said = [2]
        for _ in range(24):
            hidden = language.decoder(input_ids=torch.tensor([said]), encoder_hidden_states=encoded.last_hidden_state, use_cache=False).last_hidden_state
            said.append(model.lm_head(hidden)[0, -1].argmax().item())
            if said[-1] == 2:
                break
        answers[name] = tokenizer.decode(said[1:], skip_special_tokens=False)
    export(Vision(), {"pixel_values": pixels}, folder / "onnx/vision_encoder.onnx", ["image_features"], {})
    export(Embed(), {"input_ids": ids}, folder / "onnx/embed_tokens.onnx", ["inputs_embeds"], {"input_ids": {1: "sequence"}})
    export(Encoder(), {"inputs_embeds": inputs, "attention_mask": torch.ones(inputs.shape[:2], dtype=torch.long)}, folder / "onnx/encoder_model.onnx", ["last_hidden_state"], {"inputs_embeds": {1: "sequence"}, "attention_mask": {1: "sequence"}})
    names = cache_names("past_key_values", 2, ".decoder")
    export(
        Decoder(),
        {"inputs_embeds": embed(torch.tensor([[5, 6]])), "encoder_hidden_states": encoded.last_hidden_state, **dict(zip(names, empty_cache(2, 4, 8)))},
        folder / "onnx/decoder_model_merged.onnx",
        ["logits", *cache_names("present", 2, ".decoder")],
        {"inputs_embeds": {0: "batch_size", 1: "sequence"}, "encoder_hidden_states": {0: "batch_size", 1: "encoded"}, **cache_axes(2, ".decoder")},
    )
    return {"answers": answers, "tokens": 24}


def export_language(folder: Path, language: nn.Module, head: nn.Module, positions: torch.Tensor) -> None:
    """The language model behind a vision encoder: its embeddings, and its decoder with a cache. Two layers, two heads of 8."""

    class Embed(nn.Module):
        def forward(self, input_ids):
            return language.embed_tokens(input_ids)

    class Decoder(nn.Module):
        def forward(self, inputs_embeds, attention_mask, position_ids, *past):
            cache = cache_of(past)
            # The mask of ones is an input of the published graphs.
            mask = causal(inputs_embeds, past[0]) + 0 * attention_mask.sum()
            place = torch.arange(inputs_embeds.shape[1]) + past[0].shape[2]
            hidden = language(inputs_embeds=inputs_embeds, attention_mask=mask, position_ids=position_ids, past_key_values=cache, cache_position=place, use_cache=True).last_hidden_state
            return head(hidden), *kept(cache)

    export(Embed(), {"input_ids": torch.tensor([[2, 3, 4]])}, folder / "onnx/embed_tokens.onnx", ["inputs_embeds"], {"input_ids": {1: "sequence"}})
    names = cache_names("past_key_values", 2)
    axes = positions.dim() - 2
    export(
        Decoder(),
        {"inputs_embeds": torch.randn(1, 3, 32), "attention_mask": torch.ones(1, 5, dtype=torch.long), "position_ids": positions, **dict(zip(names, empty_cache(2, 2, 8)))},
        folder / "onnx/decoder_model_merged.onnx",
        ["logits", *cache_names("present", 2)],
        {"inputs_embeds": {0: "batch_size", 1: "sequence"}, "attention_mask": {0: "batch_size", 1: "total"}, "position_ids": {axes: "batch_size", axes + 1: "sequence"}, **cache_axes(2)},
    )


def conversation(turns: list[tuple[str, str]]) -> list[dict]:
    """Words of both sides as messages, with a picture before the first."""
    return [{"role": role, "content": [*([{"type": "image"}] if i == 0 else []), {"type": "text", "text": words}]} for i, (role, words) in enumerate(turns)]


def two_turns(ask) -> dict:
    """What a model says to a question, and to the next one."""
    question = ("user", "What is the red disc?")
    first = ask(conversation([question]))
    return {"tokens": 16, "first": first, "second": ask(conversation([question, ("assistant", first), ("user", "where is the bar?")]))}


def said(model: nn.Module, tokenizer, inputs: dict) -> str:
    ids = model.generate(**inputs, max_new_tokens=16, do_sample=False)[0, inputs["input_ids"].shape[1] :]
    return tokenizer.decode(ids, skip_special_tokens=True)


CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}: {% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)


def idefics(folder: Path, image: Image.Image) -> dict:
    from transformers import Idefics3Config, Idefics3ForConditionalGeneration, Idefics3ImageProcessor, Idefics3Processor

    special = ["<pad>", "<unk>", "<|im_start|>", "<end_of_utterance>", "<fake_token_around_image>", "<image>", "<global-img>"]
    tokenizer = word_tokenizer(folder, special, None, unk_token="<unk>", pad_token="<pad>", bos_token="<|im_start|>", eos_token="<end_of_utterance>", chat_template=CHAT)
    text = {"model_type": "llama", "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 256, "bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0}
    vision = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "image_size": 32, "patch_size": 8}
    config = Idefics3Config(text_config=text, vision_config=vision, image_token_id=5, scale_factor=2, pad_token_id=0, tie_word_embeddings=False, attn_implementation="eager")
    model = randomized(Idefics3ForConditionalGeneration(config), 0.3, 19)
    settings = {"do_convert_rgb": True, "do_resize": True, "size": {"longest_edge": 64}, "resample": 1, "do_image_splitting": False, "max_image_size": {"longest_edge": 32}, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "do_pad": True}
    write(folder, "preprocessor_config.json", settings | {"image_processor_type": "Idefics3ImageProcessor", "processor_class": "Idefics3Processor"})
    write(folder, "processor_config.json", {"image_seq_len": 4, "processor_class": "Idefics3Processor"})
    write(folder, "config.json", config.to_dict() | {"architectures": ["Idefics3ForConditionalGeneration"]})
    write(folder, "generation_config.json", {"bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0})
    processor = Idefics3Processor(Idefics3ImageProcessor(**settings), tokenizer, image_seq_len=4, chat_template=CHAT)

    places, seen = [], []
    model.model.vision_model.embeddings.position_embedding.register_forward_hook(lambda module, given, result: places.append(given[0]))

    def ask(messages: list[dict]) -> str:
        prompt = processor.apply_chat_template(messages, add_generation_prompt=True)
        inputs = processor(text=[prompt], images=[[image]], return_tensors="pt", add_special_tokens=False)
        seen.append(inputs["pixel_values"])
        return said(model, tokenizer, inputs)

    answers = two_turns(ask)
    inner = model.model

    class Vision(nn.Module):
        """Of a picture that fills its square: its patches have the places that the model itself gives them."""

        def forward(self, pixel_values):
            tower = inner.vision_model
            patches = tower.embeddings.patch_embedding(pixel_values.flatten(0, 1)).flatten(2).transpose(1, 2)
            hidden = tower.encoder(inputs_embeds=patches + tower.embeddings.position_embedding(places[0])).last_hidden_state
            return inner.connector(tower.post_layernorm(hidden))

    export(Vision(), {"pixel_values": seen[0]}, folder / "onnx/vision_encoder.onnx", ["image_features"], {})
    export_language(folder, inner.text_model, model.lm_head, torch.tensor([[2, 3, 4]]))
    return answers


QWEN_CHAT = CHAT.replace("<image>", "<|vision_start|><|image_pad|><|vision_end|>")


def qwen(folder: Path, image: Image.Image) -> dict:
    from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration, Qwen2VLImageProcessor

    special = ["<pad>", "<unk>", "<|im_start|>", "<end_of_utterance>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"]
    tokenizer = word_tokenizer(folder, special, None, unk_token="<unk>", pad_token="<pad>", bos_token="<|im_start|>", eos_token="<end_of_utterance>", chat_template=QWEN_CHAT)
    text = {"vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 512, "bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0, "rope_scaling": {"type": "mrope", "mrope_section": [2, 1, 1]}, "tie_word_embeddings": False}
    vision = {"depth": 2, "embed_dim": 32, "num_heads": 4, "hidden_size": 32, "mlp_ratio": 2, "patch_size": 4, "spatial_merge_size": 2, "temporal_patch_size": 2, "in_channels": 3}
    tokens = {"image_token_id": 6, "video_token_id": 7, "vision_start_token_id": 4, "vision_end_token_id": 5}
    config = Qwen2VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=False, attn_implementation="eager", **tokens)
    model = randomized(Qwen2VLForConditionalGeneration(config), 0.3, 23)
    settings = {"do_resize": True, "resample": 3, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "patch_size": 4, "merge_size": 2, "temporal_patch_size": 2, "min_pixels": 256, "max_pixels": 2048}
    write(folder, "preprocessor_config.json", settings | {"image_processor_type": "Qwen2VLImageProcessor", "processor_class": "Qwen2VLProcessor"})
    # The library reads the numbers of the text's part from the top, as the published configurations have them.
    write(folder, "config.json", config.to_dict() | text | {"architectures": ["Qwen2VLForConditionalGeneration"], "model_type": "qwen2_vl"})
    write(folder, "generation_config.json", {"bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0})
    seen = Qwen2VLImageProcessor(**settings)(image, return_tensors="pt")
    count = int(seen["image_grid_thw"].prod()) // 4

    def ask(messages: list[dict]) -> str:
        prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        inputs = tokenizer([prompt.replace("<|image_pad|>", "<|image_pad|>" * count)], return_tensors="pt")
        return said(model, tokenizer, {**inputs, **seen})

    class Vision(nn.Module):
        def forward(self, pixel_values):
            return model.model.visual(pixel_values, grid_thw=seen["image_grid_thw"])

    export(Vision(), {"pixel_values": seen["pixel_values"]}, folder / "onnx/vision_encoder.onnx", ["image_features"], {})
    export_language(folder, model.model.language_model, model.lm_head, torch.arange(2, 5).expand(3, 1, 3).contiguous())
    return two_turns(ask)


def llava(folder: Path, image: Image.Image) -> dict:
    from transformers import LlavaConfig, LlavaForConditionalGeneration

    special = ["<pad>", "<unk>", "<|im_start|>", "<end_of_utterance>", "<image>"]
    tokenizer = word_tokenizer(folder, special, None, unk_token="<unk>", pad_token="<pad>", bos_token="<|im_start|>", eos_token="<end_of_utterance>", chat_template=CHAT)
    text = {"model_type": "llama", "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 256, "bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0}
    vision = {"model_type": "siglip_vision_model", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "image_size": 48, "patch_size": 16, "vision_use_head": False}
    config = LlavaConfig(text_config=text, vision_config=vision, image_token_id=4, vision_feature_layer=-1, vision_feature_select_strategy="full", image_seq_length=9, tie_word_embeddings=False, attn_implementation="eager")
    model = randomized(LlavaForConditionalGeneration(config), 0.3, 29)
    preprocessor = named((48, 48), 3, image_processor_type="SiglipImageProcessor", processor_class="LlavaProcessor")
    write(folder, "preprocessor_config.json", preprocessor)
    write(folder, "processor_config.json", {"image_token": "<image>", "patch_size": 16, "num_additional_image_tokens": 0, "vision_feature_select_strategy": "full", "processor_class": "LlavaProcessor"})
    write(folder, "config.json", config.to_dict() | {"architectures": ["LlavaForConditionalGeneration"]})
    write(folder, "generation_config.json", {"bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0})
    pixels = normalized(image, preprocessor)

    def ask(messages: list[dict]) -> str:
        prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        inputs = tokenizer([prompt.replace("<image>", "<image>" * 9)], return_tensors="pt")
        return said(model, tokenizer, {**inputs, "pixel_values": pixels})

    class Vision(nn.Module):
        def forward(self, pixel_values):
            found = model.model.get_image_features(pixel_values, vision_feature_layer=-1, vision_feature_select_strategy="full")
            return torch.stack(list(found)) if isinstance(found, (list, tuple)) else found

    export(Vision(), {"pixel_values": pixels}, folder / "onnx/vision_encoder.onnx", ["image_features"], {})
    export_language(folder, model.model.language_model, model.lm_head, torch.tensor([[2, 3, 4]]))
    return two_turns(ask)


MODELS = {
    "clipseg": clipseg,
    "owlv2": owlv2,
    "owlvit": owlvit,
    "grounding-dino": grounding_dino,
    "depth": depth_anything,
    "captioner": captioner,
    "florence": florence,
    "idefics": idefics,
    "qwen": qwen,
    "llava": llava,
}


def main() -> None:
    folder, *names = sys.argv[1:]
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    image = picture()
    image.save(root / "picture.png")
    for name in names or MODELS:
        write(root, f"{name}.json", MODELS[name](root / name, image))


if __name__ == "__main__":
    main()
