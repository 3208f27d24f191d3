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
    return model.eval()


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

    vocabulary = {word: i for i, word in enumerate([*special, *extra, *WORDS])}
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
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **config)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    write(folder, "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", **config})
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


MODELS = {"clipseg": clipseg, "owlv2": owlv2, "owlvit": owlvit, "grounding-dino": grounding_dino}


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
