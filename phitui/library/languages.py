"""Languages of documents against those that the embedder knows: what cannot be found by meaning, and what could."""

from collections.abc import Iterable
from dataclasses import replace

from phitui.documents.language import NAMES, script_languages
from phitui.library.embedder import Embedder, LanguageAware
from phitui.records import StoredDocument

MULTILINGUAL = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
"""The smallest embedder of many languages: 470 MB, 384 dimensions."""
_MULTILINGUAL_KNOWS = frozenset(
    "ar bg ca cs da de el en es et fa fi fr gu he hi hr hu hy id it ja ka ko lt lv my nl no pl pt ro ru sk sl sr sv th "
    "tr uk ur vi zh".split()
)
LARGER = "sentence-transformers/LaBSE"
"""Every language that phitui can tell, in 1.9 GB."""


def knows(embedder: Embedder | None, language: str) -> bool:
    """Whether an embedder knows a language; true where that cannot be told."""
    known = embedder.languages if isinstance(embedder, LanguageAware) else None
    return known is None or not language or language in known


def reads(embedder: Embedder, text: str) -> bool:
    """Whether an embedder knows a language of the script that a text is in."""
    languages = script_languages(text)
    return not languages or any(knows(embedder, each) for each in languages)


def with_better_embedders(documents: Iterable[StoredDocument], embedder: Embedder | None) -> list[StoredDocument]:
    """The documents, each in a language that the embedder does not know with one that does."""
    return [
        each
        if knows(embedder, each.language)
        else replace(each, better_embedder=MULTILINGUAL if each.language in _MULTILINGUAL_KNOWS else LARGER)
        for each in documents
    ]


def advice(documents: Iterable[StoredDocument]) -> str:
    """A sentence or two about documents that search by meaning does not find; empty where there is none."""
    better: dict[str, str] = {}
    for each in documents:
        if each.better_embedder:
            better[each.language] = each.better_embedder
    if not better:
        return ""
    names = sorted(NAMES.get(language, language) for language in better)
    spoken = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    model = LARGER if LARGER in better.values() else MULTILINGUAL
    them = "it" if len(names) == 1 else "them"
    return (
        f"The search model does not know {spoken}: it finds such documents by their words, hardly by meaning. "
        f"{model} knows {them} (`phitui models pull` gets it, --embedder uses it)."
    )
