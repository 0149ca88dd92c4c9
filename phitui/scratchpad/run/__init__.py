"""Running what stands in the scratchpad: the command of its language, shut in as far as the kernel allows it."""
