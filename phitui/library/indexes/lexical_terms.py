"""What the lexical index holds of a passage: stems as of English, those of its own language, and pieces of scripts."""

from collections.abc import Iterable
from typing import Any

from phitui.library.terms.grams import RUN, has_grams, indexed, is_gram
from phitui.library.terms.words import STEMMERS, normal, stems


def term(stem: str, language: str) -> tuple[str, str]:
    """(field, term) of a stem: those of other languages than English have a field of their own."""
    if is_gram(stem):
        return "grams", stem
    return ("own", f"{language}:{stem}") if language else ("text", stem)


def counts(searcher: Any, found: Iterable[str], language: str = "") -> dict[str, int]:
    """Stem → passages that hold it."""
    return {stem: searcher.doc_freq(*term(stem, language)) for stem in found}


def languages(searcher: Any) -> list[str]:
    """Those with a stemmer that passages are in: each such passage has the bare name of its language as a term."""
    return [language for language in STEMMERS if searcher.doc_freq(*term("", language))]


def add(writer: Any, document_id: int, passages: Iterable[tuple[int, str]], language: str) -> None:
    """Adds passages (id, text under its header) of a document in that language to an open writer."""
    import tantivy

    for passage_id, text in passages:
        document = tantivy.Document()
        document.add_unsigned("passage_id", passage_id)
        document.add_unsigned("document_id", document_id)
        # One field for both: measured as good as a field of its own for the header at any boost, and faster.
        folded = normal(text)
        if has_grams(folded):
            document.add_text("grams", " ".join(indexed(folded)))
            folded = RUN.sub(" ", folded)
        document.add_text("text", folded)
        if language in STEMMERS:
            own = stems(folded, keep_stop_words=True, language=language)
            document.add_text("own", " ".join(f"{language}:{stem}" for stem in ("", *own) if " " not in stem))
        writer.add_document(document)
