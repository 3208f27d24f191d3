"""
A language model that sees (LLaVA) and a segmenter (SAM), joined as in LISA (arXiv:2308.00692): where the language model says [SEG],
its last hidden state, put through a projection, takes the place of a prompt of SAM's mask decoder.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from transformers import LogitsProcessor, LogitsProcessorList

SEG = "[SEG]"
SYSTEM = (
    "A chat between a curious human and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the human's questions."
)


@dataclass
class Answer:
    # The n-th [SEG] in it stands for the n-th mask.
    text: str
    # [K, H, W] of the picture's size; 1: the object.
    masks: np.ndarray
    # [K], SAM's own estimate of the masks' IoU, 0 to 1.
    scores: np.ndarray


class QuestionTooLong(ValueError):
    pass


def projection(hidden: int, prompt: int) -> nn.Sequential:
    """From the language model's hidden state to an embedding of SAM's prompts."""
    return nn.Sequential(nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, prompt))


@dataclass
class Lisa:
    # A LlavaForConditionalGeneration, and its tokenizer and processor of images.
    vlm: nn.Module
    tokenizer: object
    image_processor: object
    # A SamModel and its SamImageProcessor.
    sam: nn.Module
    sam_processor: object
    projection: nn.Module
    # What stands around the picture in the text: <im_start> and <im_end> in the published models.
    around_image: tuple[str, str] = ("", "")
    # Words that the model says whatever it is asked, for one that has learnt none.
    given_answer: str | None = None

    def to(self, device: str, dtype: torch.dtype) -> "Lisa":
        for module in (self.vlm, self.sam, self.projection):
            module.to(device=device, dtype=dtype).eval()
        return self

    @property
    def seg_id(self) -> int:
        return self.tokenizer.convert_tokens_to_ids(SEG)

    @torch.inference_mode()
    def answer(self, image: np.ndarray, question: str, history: list[tuple[str, str]], max_new_tokens: int = 256) -> Answer:
        """`image`: UINT8 [H, W, 3]. `history`: questions and answers before, oldest first."""
        ids = self.prompt(question, history)
        longest = self.vlm.config.text_config.max_position_embeddings
        if len(ids) + max_new_tokens > longest:
            raise QuestionTooLong(
                f"The conversation has {len(ids)} tokens with the picture; {longest - max_new_tokens} are possible."
            )
        device, dtype = self.vlm.device, self.vlm.dtype
        pixels = self.image_processor(images=image, return_tensors="pt")["pixel_values"].to(device, dtype)
        prompt = torch.tensor([ids], device=device)
        generated = self.vlm.generate(
            input_ids=prompt,
            attention_mask=torch.ones_like(prompt),
            pixel_values=pixels,
            do_sample=False,
            max_new_tokens=max_new_tokens,
            output_hidden_states=True,
            return_dict_in_generate=True,
            pad_token_id=self.tokenizer.eos_token_id,
            **({"logits_processor": LogitsProcessorList([self.given()])} if self.given_answer is not None else {}),
        )
        new = generated.sequences[0, len(ids) :].tolist()
        # The state that a token was said from: the last layer's, at the position before the token.
        states = [step[-1][0, -1] for step, token in zip(generated.hidden_states, new) if token == self.seg_id]
        masks, scores = self.masks(image, states)
        return Answer(self.words(new), masks, scores)

    def prompt(self, question: str, history: list[tuple[str, str]]) -> list[int]:
        tokens = lambda text: self.tokenizer(text, add_special_tokens=False)["input_ids"]  # noqa: E731
        before, after = self.around_image
        turns = [*history, (question, None)]
        ids = [self.tokenizer.bos_token_id, *tokens(f"{SYSTEM} USER: {before}")]
        ids += [self.vlm.config.image_token_index] * self.image_tokens
        for index, (asked, said) in enumerate(turns):
            lead = f"{after}\n" if index == 0 else "USER: "
            ids += tokens(f"{lead}{asked} ASSISTANT:")
            if said is not None:
                ids += [*tokens(said), self.tokenizer.eos_token_id]
        return ids

    @property
    def image_tokens(self) -> int:
        """Places that the picture takes in the text: one for each of its patches."""
        vision = self.vlm.config.vision_config
        return (vision.image_size // vision.patch_size) ** 2

    def words(self, ids: list[int]) -> str:
        """The answer, in which [SEG] stands for nothing but the token."""
        parts: list[list[int]] = [[]]
        for token in ids:
            if token == self.seg_id:
                parts.append([])
            else:
                parts[-1].append(token)
        plain = [self.tokenizer.decode(part, skip_special_tokens=True).replace(SEG, "SEG").strip() for part in parts]
        text = plain[0]
        for part in plain[1:]:
            # A mark belongs to the word before it.
            text += (" " if text else "") + SEG + ("" if not part or part[0] in ".,;:!?" else " ") + part
        return text

    def masks(self, image: np.ndarray, states: list[torch.Tensor]) -> tuple[np.ndarray, np.ndarray]:
        height, width = image.shape[:2]
        if not states:
            return np.zeros((0, height, width), np.uint8), np.zeros(0, np.float32)
        sam, device, dtype = self.sam, self.sam.device, self.sam.dtype
        prepared = self.sam_processor(images=image, return_tensors="pt")
        embeddings = sam.get_image_embeddings(prepared["pixel_values"].to(device, dtype))
        prompts = self.projection(torch.stack(states).to(device, dtype))
        # No mask before it: SAM's own embedding of that, everywhere.
        dense = sam.prompt_encoder.no_mask_embed.weight.reshape(1, -1, 1, 1).expand_as(embeddings)
        # One sparse prompt for each mask: [1, K, 1, C].
        logits, scores, *_ = sam.mask_decoder(
            image_embeddings=embeddings,
            image_positional_embeddings=sam.get_image_wide_positional_embeddings().to(device, dtype),
            sparse_prompt_embeddings=prompts[None, :, None],
            dense_prompt_embeddings=dense,
            multimask_output=False,
        )
        (masks,) = self.sam_processor.post_process_masks(
            logits.float().cpu(), prepared["original_sizes"], prepared["reshaped_input_sizes"]
        )
        return masks[:, 0].numpy().astype(np.uint8), scores[0, :, 0].float().clamp(0, 1).cpu().numpy()

    def given(self) -> LogitsProcessor:
        ids = self.tokenizer(self.given_answer, add_special_tokens=False)["input_ids"] + [self.tokenizer.eos_token_id]
        return Given(ids)


class Given(LogitsProcessor):
    """Leaves one token possible at each step."""

    def __init__(self, ids: list[int]):
        self.ids, self.step = ids, 0

    def __call__(self, _: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        token = self.ids[min(self.step, len(self.ids) - 1)]
        self.step += 1
        only = torch.full_like(scores, float("-inf"))
        only[:, token] = 0
        return only
