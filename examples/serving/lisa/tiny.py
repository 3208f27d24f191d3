"""A model of LISA's form with tiny random weights, to try the server without a download. What it finds means nothing."""

import torch
from model import SEG, Lisa, projection
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    PreTrainedTokenizerFast,
    SamConfig,
    SamImageProcessor,
    SamMaskDecoderConfig,
    SamModel,
    SamPromptEncoderConfig,
    SamVisionConfig,
)

SPECIAL = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """Bytes as tokens."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: index for index, token in enumerate([*SPECIAL.values(), *alphabet])}
    inner = Tokenizer(models.BPE(vocabulary, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, clean_up_tokenization_spaces=False, **SPECIAL)
    tokenizer.add_tokens([SEG, "<im_start>", "<im_end>"], special_tokens=True)
    return tokenizer


def tiny_lisa(seed: int = 0) -> Lisa:
    torch.manual_seed(seed)
    tokenizer = tiny_tokenizer()
    size = 16
    text = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=size,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=4096,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    vision = CLIPVisionConfig(
        hidden_size=size, intermediate_size=32, num_hidden_layers=3, num_attention_heads=2, image_size=28, patch_size=14
    )
    vlm = LlavaForConditionalGeneration(LlavaConfig(vision, text, image_token_index=tokenizer.unk_token_id))
    sam = SamModel(
        SamConfig(
            SamVisionConfig(
                hidden_size=size,
                output_channels=size,
                num_hidden_layers=2,
                num_attention_heads=2,
                image_size=64,
                patch_size=8,
                global_attn_indexes=[1],
                window_size=4,
                num_pos_feats=size // 2,
                mlp_dim=32,
            ),
            SamPromptEncoderConfig(hidden_size=size, image_size=64, patch_size=8, mask_input_channels=4),
            SamMaskDecoderConfig(
                hidden_size=size, mlp_dim=32, num_hidden_layers=2, num_attention_heads=2, iou_head_hidden_dim=16
            ),
        )
    )
    joined = projection(size, size)
    # As they come, the weights are too small for any pixel to differ from another.
    for weights in [*sam.parameters(), *joined.parameters(), *vlm.parameters()]:
        if weights.dim() > 1:
            torch.nn.init.normal_(weights, std=0.3)
    return Lisa(
        vlm=vlm,
        tokenizer=tokenizer,
        image_processor=CLIPImageProcessor(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28}),
        sam=sam,
        sam_processor=SamImageProcessor(
            size={"longest_edge": 64}, pad_size={"height": 64, "width": 64}, mask_pad_size={"height": 16, "width": 16}
        ),
        projection=joined,
        around_image=("<im_start>", "<im_end>"),
        given_answer=f"Sure, it is {SEG} and {SEG}.",
    )
