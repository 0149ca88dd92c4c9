"""Decoders in plain tensor operations, with the weights of transformers' models, and what they find likely."""
