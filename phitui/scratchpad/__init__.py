"""From an instruction to code: prompts, fences, languages, passages to write from, proposals; `run` runs it."""

from phitui.scratchpad.generator import generate_code

__all__ = ["generate_code"]
