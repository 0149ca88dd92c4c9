"""Fine-tuning: records of a file become examples, a plan that fits the memory, an adapter or a whole model."""
