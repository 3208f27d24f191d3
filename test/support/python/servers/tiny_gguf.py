"""A language model that sees pictures, with random weights, in llama.cpp's format: tiny_gguf.py FOLDER."""

import sys

import gguf
import numpy as np

VOCABULARY, WIDTH, HEADS, FEED, LAYERS, CONTEXT = 384, 32, 2, 64, 2, 8192
PICTURE, PATCH, SIGHT = 28, 14, 32
rng = np.random.default_rng(7)


def weights(*shape):
    return (rng.standard_normal(shape) * 0.2).astype(np.float32)


def ones(size):
    return np.ones(size, dtype=np.float32)


def language(path):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(VOCABULARY)
    tokens = [b"<unk>", b"<s>", b"</s>"] + [b"<0x%02X>" % byte for byte in range(256)]
    types = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL] + [gguf.TokenType.BYTE] * 256
    while len(tokens) < VOCABULARY:
        tokens.append(b"w%d" % len(tokens))
        types.append(gguf.TokenType.NORMAL)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * VOCABULARY)
    writer.add_token_types(types)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_chat_template(
        "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant:"
    )
    writer.add_tensor("token_embd.weight", weights(VOCABULARY, WIDTH))
    writer.add_tensor("output_norm.weight", ones(WIDTH))
    head = weights(VOCABULARY, WIDTH)
    head[:259] = 0.0  # Words, never an end or a broken character.
    writer.add_tensor("output.weight", head)
    for layer in range(LAYERS):
        name = f"blk.{layer}"
        writer.add_tensor(f"{name}.attn_norm.weight", ones(WIDTH))
        writer.add_tensor(f"{name}.ffn_norm.weight", ones(WIDTH))
        for part in ("q", "k", "v", "output"):
            writer.add_tensor(f"{name}.attn_{part}.weight", weights(WIDTH, WIDTH))
        writer.add_tensor(f"{name}.ffn_gate.weight", weights(FEED, WIDTH))
        writer.add_tensor(f"{name}.ffn_up.weight", weights(FEED, WIDTH))
        writer.add_tensor(f"{name}.ffn_down.weight", weights(WIDTH, FEED))
    finish(writer)


def eyes(path):
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.has_llava_projector", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", False)
    writer.add_uint32("clip.vision.image_size", PICTURE)
    writer.add_uint32("clip.vision.patch_size", PATCH)
    writer.add_uint32("clip.vision.embedding_length", SIGHT)
    writer.add_uint32("clip.vision.feed_forward_length", 2 * SIGHT)
    writer.add_uint32("clip.vision.projection_dim", WIDTH)
    writer.add_uint32("clip.vision.block_count", 2)
    writer.add_uint32("clip.vision.attention.head_count", 2)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-5)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    writer.add_tensor("v.patch_embd.weight", weights(SIGHT, 3, PATCH, PATCH))
    writer.add_tensor("v.class_embd", weights(SIGHT))
    writer.add_tensor("v.position_embd.weight", weights((PICTURE // PATCH) ** 2 + 1, SIGHT))
    for place in ("pre", "post"):
        writer.add_tensor(f"v.{place}_ln.weight", ones(SIGHT))
        writer.add_tensor(f"v.{place}_ln.bias", weights(SIGHT))
    for layer in range(2):
        name = f"v.blk.{layer}"
        for part in ("q", "k", "v", "out"):
            writer.add_tensor(f"{name}.attn_{part}.weight", weights(SIGHT, SIGHT))
            writer.add_tensor(f"{name}.attn_{part}.bias", weights(SIGHT))
        for norm in ("ln1", "ln2"):
            writer.add_tensor(f"{name}.{norm}.weight", ones(SIGHT))
            writer.add_tensor(f"{name}.{norm}.bias", weights(SIGHT))
        writer.add_tensor(f"{name}.ffn_up.weight", weights(2 * SIGHT, SIGHT))
        writer.add_tensor(f"{name}.ffn_up.bias", weights(2 * SIGHT))
        writer.add_tensor(f"{name}.ffn_down.weight", weights(SIGHT, 2 * SIGHT))
        writer.add_tensor(f"{name}.ffn_down.bias", weights(SIGHT))
    writer.add_tensor("mm.0.weight", weights(WIDTH, SIGHT))
    writer.add_tensor("mm.0.bias", weights(WIDTH))
    writer.add_tensor("mm.2.weight", weights(WIDTH, WIDTH))
    writer.add_tensor("mm.2.bias", weights(WIDTH))
    finish(writer)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    language(f"{sys.argv[1]}/model.gguf")
    eyes(f"{sys.argv[1]}/mmproj.gguf")
