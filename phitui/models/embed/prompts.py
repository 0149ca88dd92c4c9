"""What an embedder wants to stand before a text: another thing before a question than before a document.

Its own settings say it (`prompts` in config_sentence_transformers.json). Many models say it on their card alone: for
these there is a table by family.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phitui.models.inspection.model_files import read_json

SETTINGS = "config_sentence_transformers.json"
LONGEST = 2000
"""Characters of a prompt: a longer one would leave no room for the text."""
_QUESTIONS = (
    "query",
    "web_search_query",
    "search_query",
    "retrieval.query",
    "s2p_query",
    "question",
    "Retrieval-query",
)
_DOCUMENTS = ("document", "passage", "corpus", "search_document", "retrieval.passage", "Retrieval-document")
"""What models call these two in their settings, the first that is there counts."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """What goes before the text; empty where nothing does."""

    question: str = ""
    document: str = ""

    def of(self, asked: bool) -> str:
        """Before a question, or else before what stands in a document."""
        return self.question if asked else self.document

    @property
    def identity(self) -> str:
        """What tells vectors with these prompts from others; empty without prompts."""
        return f" {self.question!r} {self.document!r}" if self.question or self.document else ""


NONE = Prompts()
_TASK = "Given a web search query, retrieve relevant passages that answer the query"
_SEARCH = Prompts("Represent this sentence for searching relevant passages: ")

E5 = Prompts("query: ", "passage: ")

FAMILIES: tuple[tuple[str, Prompts], ...] = (
    (r"e5-\w+-instruct|e5-mistral", Prompts(f"Instruct: {_TASK}\nQuery: ")),  # intfloat, cards of both
    (r"\be5-(small|base|large)", E5),  # intfloat, "FAQ" of every card: never without
    (r"qwen3-(vl-)?embedding", Prompts(f"Instruct: {_TASK}\nQuery:")),  # Qwen, the card's own example
    (r"gte-qwen", Prompts(f"Instruct: {_TASK}\nQuery: ")),  # Alibaba-NLP
    (r"harrier", Prompts(f"Instruct: {_TASK}\nQuery: ")),  # microsoft, "web_search_query"
    (r"embeddinggemma", Prompts("task: search result | query: ", "title: none | text: ")),  # google, "Usage"
    (r"bge-(small|base|large)-zh", Prompts("为这个句子生成表示以用于检索相关文章：")),  # BAAI, "Model List"
    (r"bge-(small|base|large)-en", _SEARCH),  # BAAI, "Model List"; bge-m3 has none
    (r"mxbai-embed-(large|2d)", _SEARCH),  # mixedbread-ai
    (r"mxbai-embed-de", E5),  # mixedbread-ai and deepset
    (r"arctic-embed-[lm]-v2", Prompts("query: ")),  # Snowflake
    (r"arctic-embed", _SEARCH),  # Snowflake, the first series
    (r"nomic-embed-text", Prompts("search_query: ", "search_document: ")),  # nomic-ai, "Task instruction prefixes"
)
"""Pattern of a name → its prompts, from the cards of the models; the first that fits counts. Families without prompts
(gte of thenlper, granite-embedding, all-MiniLM, LaBSE, bge-m3) need none."""


def prompts_of(folder: Path, name: str) -> Prompts:
    """Of a sentence-transformers model that `--embedder` calls `name`."""
    settings = _read(folder / SETTINGS)
    given = settings.get("prompts")
    given = {key: text for key, text in given.items() if isinstance(text, str)} if isinstance(given, Mapping) else {}
    default = given.get(str(settings.get("default_prompt_name")), "")
    own = Prompts(_first(given, _QUESTIONS, default), _first(given, _DOCUMENTS, default))
    if own != NONE:
        return own
    config = _read(folder / "config.json")
    return prompts_named(name, folder.name, str(config.get("_name_or_path", "")))


def prompts_named(*names: str) -> Prompts:
    """Of a model that is known by its names alone: the first of a family that has prompts."""
    for known in names:
        for pattern, prompts in FAMILIES:
            if re.search(pattern, known[-200:].lower()):
                return prompts
    return NONE


def _first(given: Mapping[str, str], names: tuple[str, ...], default: str) -> str:
    found = next((given[name] for name in names if name in given), default)
    return found if len(found) <= LONGEST else ""


def _read(file: Path) -> Mapping[str, Any]:
    try:
        found = read_json(file)
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
