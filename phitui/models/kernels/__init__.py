"""A step of up to eight rows in Triton's kernels, where a card has them and they say what plain torch says."""
