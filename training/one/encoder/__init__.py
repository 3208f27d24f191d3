"""The universal encoder: any modality becomes a few context tokens, from which a small decoder writes captions and answers."""
