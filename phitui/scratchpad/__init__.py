"""From an instruction to code: prompts, fences, languages, passages to write from, proposals; `run` runs it."""

from phitui.scratchpad.generator import explain_code, generate_code

__all__ = ["explain_code", "generate_code"]
