"""From an instruction (and what the scratchpad holds) to code."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Event as ThreadEvent

from phitui.events import AnswerFinished, CodeGenerated, TokensArrived
from phitui.models.engine import Engine, Sampling
from phitui.scratchpad.fences import extract_code
from phitui.scratchpad.languages import Language, language_named

MARGIN_TOKENS = 8
"""Special tokens that the format may add."""
LONGEST_RESERVE = 0.5
"""Share of the window that the code may take."""


def generate_code(
    engine: Engine, instruction: str, language: str, sampling: Sampling, cancel: ThreadEvent, buffer: str = ""
) -> Iterator[TokensArrived | AnswerFinished | CodeGenerated]:
    """Streams the model's text, then yields the code in it. `buffer` is code to change or continue.

    Of a buffer that does not fit the window its end is kept. Raises UsageError for an unknown language, ModelError.
    """
    known = language_named(language)
    reserve = min(sampling.max_tokens, int(engine.context_window * LONGEST_RESERVE))
    limit = engine.context_window - reserve - MARGIN_TOKENS
    lines = buffer.splitlines()
    prompt = code_prompt(engine, instruction, known, lines)
    while lines and engine.count_tokens([prompt])[0] > limit:
        lines = lines[max(1, len(lines) // 8) :]
        prompt = code_prompt(engine, instruction, known, lines)
    chosen = replace(sampling, max_tokens=reserve, stop=(*sampling.stop, *engine.stops("code")))
    for event in engine.stream(prompt, chosen, cancel):
        yield event
        if isinstance(event, AnswerFinished):
            yield CodeGenerated(extract_code(event.text, known.prose), known.name, event.text, event.tokens_per_second)


def code_prompt(engine: Engine, instruction: str, language: Language, lines: list[str]) -> str:
    """The prompt in the engine's own format."""
    kind = language.name if language.prose else f"{language.name} code"
    content = f"Write {kind} only, without explanation. {instruction}"
    if lines:
        content += f"\n\nThe {'text' if language.prose else 'code'} so far:\n" + "\n".join(lines)
    return engine.wrap(content, "code")
