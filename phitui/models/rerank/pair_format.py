"""How a reranker that is a language model, or was one, wants question and passage to be put before it.

Its chat template says it: one for the roles "query" and "document", or one for chats, which then gets the words that
Qwen3-Reranker was trained with (arXiv:2506.05176). The template is rendered once, around marks, in the limited process:
no text of a document ever runs through it.
"""

import secrets
from typing import Any

from phitui.models.inspection.chat_template import template_of, written

TASK = "Given a web search query, retrieve relevant passages that answer the query"
JUDGE = (
    "Judge whether the Document meets the requirements based on the Query and the Instruct provided. Note that the "
    'answer can only be "yes" or "no".'
)
ASKED = "<Instruct>: {task}\n<Query>: {question}\n<Document>: {text}"
PLAIN = f"{JUDGE}\n\n{ASKED}\n\nAnswer:"
QUESTION, TEXT = (f"{name}{secrets.token_hex(8)}" for name in ("question", "document"))
"""Stand for the two: no template can know them."""


class PairFormat:
    """Tokens of a question and a passage with what stands before, between and behind them."""

    def __init__(self, tokenizer: Any):
        """Raises ModelError where the template takes too long or too much."""
        self._tokenizer = tokenizer
        around = _rendered(tokenizer) or PLAIN.format(task=TASK, question=QUESTION, text=TEXT)
        before, _, rest = around.partition(QUESTION)
        between, _, behind = rest.partition(TEXT)
        self._before, self._between, self._behind = (self._ids(part) for part in (before, between, behind))

    def ids(self, question: str, text: str, longest_question: int, longest: int) -> list[int]:
        """Question and passage are cut to so many tokens; marks of the template inside them are plain text."""
        asked, said = self._said(question)[:longest_question], self._said(text)[:longest]
        return [*self._before, *asked, *self._between, *said, *self._behind]

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _said(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"])


def has_pair_template(tokenizer: Any) -> bool:
    """Whether its template is written for these two roles."""
    return _pair(tokenizer) != ""


def _pair(tokenizer: Any) -> str:
    if not template_of(tokenizer):
        return ""
    roles = [{"role": "query", "content": QUESTION}, {"role": "document", "content": TEXT}]
    return _with_both(written(tokenizer, [(roles, True)]))


def _rendered(tokenizer: Any) -> str:
    """Empty where there is no template, or it does not write both."""
    if not template_of(tokenizer):
        return ""
    asked = ASKED.format(task=TASK, question=QUESTION, text=TEXT)
    chat = [{"role": "system", "content": JUDGE}, {"role": "user", "content": asked}]
    alone = [{"role": "user", "content": f"{JUDGE}\n\n{asked}"}]
    return _pair(tokenizer) or _with_both(written(tokenizer, [(chat, True), (alone, True)]))


def _with_both(made: list[dict[str, str]]) -> str:
    """The first that holds both marks once, the question's first."""
    for each in made:
        text = each.get("text", "")
        if text.count(QUESTION) == text.count(TEXT) == 1 and text.index(QUESTION) < text.index(TEXT):
            return text
    return ""
