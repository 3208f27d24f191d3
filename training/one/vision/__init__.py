"""What sees: the parser of figures, the region sampler, the mask decoder."""
