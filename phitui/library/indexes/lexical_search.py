"""What an open index of words says of a question's words."""

from collections.abc import Sequence
from functools import partial
from math import log
from typing import Any

from phitui.library.indexes.lexical_terms import counts, languages, term
from phitui.library.terms.grams import is_gram
from phitui.library.terms.words import searched, spoken

LONGEST_QUERY = 64
"""At most so many distinct stems are searched, the rarest: a pasted page would otherwise match every passage."""
ABSENT_GRAM = 0.3
"""Weight of a piece that stands nowhere: more often than not it straddles two words of the question."""


def best(index: Any, searcher: Any, query: str, k: int, documents: Sequence[int] | None) -> list[tuple[int, float]]:
    """The k best (passage id, BM25), of those documents if given; the query is plain words."""
    import tantivy

    schema = index.schema
    wanted = _terms(query, searcher)
    if not wanted:
        return []
    terms = [tantivy.Query.term_query(schema, field, term, "freq") for field, term in wanted]
    found = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
    if documents is not None:
        chosen = tantivy.Query.term_set_query(schema, "document_id", list(documents))
        free = tantivy.Query.const_score_query(chosen, 0.0)
        found = tantivy.Query.boolean_query([(tantivy.Occur.Must, found), (tantivy.Occur.Must, free)])
    hits = searcher.search(found, limit=k, count=False).hits
    ids = searcher.fast_field_values("passage_id", [address for _, address in hits])
    return [(int(key), float(score)) for key, (score, _) in zip(ids, hits, strict=True)]


def _terms(query: str, searcher: Any) -> list[tuple[str, str]]:
    """(field, term) of what is searched: the stems as of English, and those of the question's own language."""
    found: list[tuple[str, str]] = []
    for language in ("", *spoken(query, lambda: languages(searcher))):
        frequencies = partial(counts, searcher, language=language)
        there = frequencies(searched(query, frequencies, language))
        kept = list(there)
        if len(there) > LONGEST_QUERY:
            kept = sorted((stem for stem in there if there[stem]), key=there.__getitem__)[:LONGEST_QUERY]
        found += [term(stem, language) for stem in kept]
    return list(dict.fromkeys(found))


def rarity(searcher: Any, words: Sequence[str], language: str) -> dict[str, float]:
    """Stem → inverse document frequency, natural logarithm."""
    passages, found = searcher.num_docs, {}
    for word, count in counts(searcher, words, language).items():
        found[word] = log(1 + (passages + 0.5) / (min(passages, count) + 0.5))
        if not count and is_gram(word):
            found[word] *= ABSENT_GRAM
    return found
