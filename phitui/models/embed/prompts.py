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
    (r"e5-\w+-instruct|e5-mistral", Prompts(f"Instruct: {_TASK}\nQuery: ")),  # e5_instruct.py
    (r"\be5-(small|base|large)", E5),  # e5_models.py
    (r"(qwen3-(vl-)?|octen-)embedding", Prompts(f"Instruct: {_TASK}\nQuery:")),  # qwen3_models.py, octen_models.py
    (r"gte-qwen|inf-retriever", Prompts(f"Instruct: {_TASK}\nQuery: ")),  # gte_models.py, inf_models.py
    (r"sfr-embedding|linq-embed|f2llm", Prompts(f"Instruct: {_TASK}\nQuery: ")),  # salesforce_, linq_, codefuse_…
    (r"kalm-embedding.*(instruct|gemma)", Prompts(f"Instruct: {_TASK} \n Query: ")),  # kalm_models.py
    (r"harrier", Prompts(f"Instruct: {_TASK}\nQuery: ")),  # microsoft; harrier_models.py has no space at the end
    (r"embeddinggemma", Prompts("task: search result | query: ", "title: none | text: ")),  # google, the model's config
    (r"bge-(small|base|large)-zh", Prompts("为这个句子生成表示以用于检索相关文章：")),  # bge_models.py
    (r"bge-(small|base|large)-en|uae-large", _SEARCH),  # bge_models.py, uae_models.py; bge-m3 has none
    (r"bge-multilingual-gemma", Prompts(f"<instruct>{_TASK}\n<query>")),  # FlagOpen/FlagEmbedding
    (r"mxbai-embed-(large|2d)", _SEARCH),  # mixedbread_ai_models.py
    (r"mxbai-embed-de", E5),  # mixedbread-ai and deepset
    (r"arctic-embed-[lm]-v2", Prompts("query: ")),  # Snowflake-Labs/arctic-embed, README
    (r"arctic-embed", _SEARCH),  # the same, the first series; arctic_models.py
    (r"(nomic|modernbert)-embed-(text|base)", Prompts("search_query: ", "search_document: ")),  # nomic_models.py
    (r"ruri-v3", Prompts("検索クエリ: ", "検索文書: ")),  # ruri_models.py
    (r"ruri-(small|base|large)", Prompts("クエリ: ", "文章: ")),  # the same
    (r"jina-embeddings-v5", Prompts("Query: ", "Document: ")),  # jina_models.py
)
"""Pattern of a name → its prompts; the first that fits counts. Families without prompts (gte of thenlper and of
Alibaba-NLP, granite-embedding, all-MiniLM, LaBSE, bge-m3) need none.

The files named are those of mteb (github.com/embeddings-benchmark/mteb, mteb/models/model_implementations, a905523),
with which the makers of most models have measured them."""


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
