"""Code generation: prompts, fences, languages. Nothing is run."""

from phitui.scratchpad.generator import generate_code

__all__ = ["generate_code"]
