"""A chat template as what it writes around a question. It is a program: it runs in the limited process alone."""

import json
import secrets
from collections.abc import Sequence
from typing import Any

from phitui.errors import ModelError
from phitui.models.inspection.inspector import rendered
from phitui.text import one_line

Conversation = Sequence[dict[str, str]]
MARK = f"question{secrets.token_hex(8)}"
"""Stands for the question: no template can know it."""


def template_of(tokenizer: Any) -> str:
    """The one for plain conversations, empty where there is none; some models have several, by name."""
    given = tokenizer.chat_template
    if isinstance(given, dict):
        given = given.get("default")
    return given if isinstance(given, str) else ""


def written(tokenizer: Any, conversations: Sequence[tuple[Conversation, bool]]) -> list[dict[str, str]]:
    """What the template makes of each (messages, whether the answer is to be begun): {"text"} or {"error"}.

    Raises ModelError where it takes too long or too much.
    """
    known = {key: str(value) for key, value in tokenizer.special_tokens_map.items() if isinstance(value, str)}
    asked = json.dumps([[list(messages), begun] for messages, begun in conversations])
    return list(rendered(template_of(tokenizer), json.dumps(known, sort_keys=True), asked))


class Frame:
    """What the template writes before and behind a question."""

    def __init__(self, tokenizer: Any):
        """Raises ModelError where the template takes too long or too much; where it fails, `around` says so."""
        spaced = f" {MARK} "
        (made,) = written(tokenizer, [([{"role": "user", "content": spaced}], True)])
        self._problem = made.get("error")
        text = made.get("text", "")
        self._trims = spaced not in text
        self._parts = text.split(MARK if self._trims else spaced)
        if self._problem is None and len(self._parts) < 2:
            self._problem = "it does not write the question"

    def around(self, content: str) -> str:
        """The whole prompt. Raises ModelError."""
        if self._problem is not None:
            raise ModelError(f"The model's chat template failed: {one_line(self._problem, 160)}")
        return (content.strip() if self._trims else content).join(self._parts)
