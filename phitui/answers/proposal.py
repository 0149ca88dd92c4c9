"""What a language model would search for instead: a proposal, which nobody uses without looking at it."""

from collections.abc import Sequence
from dataclasses import replace
from threading import Event as ThreadEvent

from phitui.answers.packing import MARGIN_TOKENS
from phitui.events import AnswerFinished
from phitui.models.engine import Engine, Sampling
from phitui.text import one_line

QUERY_TOKENS = 48
LONGEST_QUERY = 300
"""Characters."""
INSTRUCTIONS = (
    "Rewrite the last question so that it can be understood without the ones before it: name what its pronouns stand "
    "for. Keep its words otherwise. Answer with the question alone."
)


def propose(engine: Engine, question: str, history: Sequence[tuple[str, str]], cancel: ThreadEvent) -> str:
    """The question, rewritten by the model in view of (question, answer) pairs before it; empty where it says nothing.

    Greedy, so that the same conversation gives the same proposal. Raises ModelError.
    """
    past = list(history)
    prompt = _prompt(engine, question, past)
    while past and engine.count_tokens([prompt])[0] + QUERY_TOKENS + MARGIN_TOKENS > engine.context_window:
        past = past[1:]
        prompt = _prompt(engine, question, past)
    sampling = replace(Sampling(max_tokens=QUERY_TOKENS), stop=("\n\n", *engine.stops("documents")))
    said = ""
    for event in engine.stream(prompt, sampling, cancel):
        if isinstance(event, AnswerFinished):
            said = event.text
    first = next((line for line in said.splitlines() if line.strip()), "")
    return one_line(first, LONGEST_QUERY).strip(" \"'“”")


def _prompt(engine: Engine, question: str, past: Sequence[tuple[str, str]]) -> str:
    blocks = [INSTRUCTIONS, *(f"Question: {asked}\nAnswer: {answered}" for asked, answered in past)]
    return engine.wrap("\n\n".join([*blocks, f"Last question: {question}"]), "documents")
