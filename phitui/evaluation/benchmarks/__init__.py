"""The benchmarks of the field, by lm-evaluation-harness on the engine of phitui."""
