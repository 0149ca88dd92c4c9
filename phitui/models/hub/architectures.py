"""What transformers knows of an architecture, read from its source: importing it would cost seconds."""

import ast
import importlib.util
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from phitui.models.decode.dynamic import CACHE_ARGUMENTS, RECOMPUTES
from phitui.models.transformer.forward import why_not
from phitui.text import one_line


def how_it_runs(config: dict[str, Any]) -> str:
    """In words, as far as the model's config.json tells; raises TypeError or AttributeError where that is nonsense."""
    reason = why_not(SimpleNamespace(**{"max_position_embeddings": 0, **config}))
    if reason is None:
        return "with a static cache"
    kinds = config.get("architectures") or [""]
    if offers_cache(str(kinds[0])) is False:
        return f"without a cache, it {RECOMPUTES}: {one_line(reason)}"
    return f"with a dynamic cache: {one_line(reason)}"


@lru_cache(maxsize=16)
def offers_cache(architecture: str) -> bool | None:
    """Whether the class's forward takes a cache, such as "Qwen3ForCausalLM"; None where its source is not found.

    What a runner says after loading is tried and counts for more; this is for saying it beforehand.
    """
    found = importlib.util.find_spec("transformers") if architecture.isidentifier() else None
    if found is None or found.origin is None:
        return None
    for file in sorted(Path(found.origin).parent.glob("models/*/modeling_*.py")):
        try:
            text = file.read_text("utf-8")
        except (OSError, ValueError):
            continue
        if f"class {architecture}(" in text:
            return _takes_cache(text, architecture)
    return None


def _takes_cache(text: str, architecture: str) -> bool | None:
    try:
        classes = [each for each in ast.parse(text).body if isinstance(each, ast.ClassDef)]
    except (SyntaxError, RecursionError):
        return None
    for each in classes:
        if each.name == architecture:
            forwards = [part for part in each.body if isinstance(part, ast.FunctionDef) and part.name == "forward"]
            names = {argument.arg for part in forwards for argument in (*part.args.args, *part.args.kwonlyargs)}
            return bool(names & set(CACHE_ARGUMENTS)) if forwards else None
    return None
