"""Words as the lexical index sees them: lower case, stemmed by tantivy's own analyser; pieces where none has spaces."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from phitui.documents.language import WORD, common_words, language_of_question, topicless
from phitui.library.terms.grams import RUN, grams, has_grams, has_topic, is_gram, joined
from phitui.library.terms.periods import one_writing
from phitui.text import fold

if TYPE_CHECKING:
    from phitui.library.terms.related import Related

STOP_WORDS = frozenset(
    "a about above after again against all also am an and any are aren't as at be because been before being below "
    "between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each few "
    "for from further had hadn't has hasn't have haven't having he her here hers herself him himself his how i if in "
    "into is isn't it its itself just let's me more most mustn't my myself no nor not of off on once only or other "
    "ought our ours ourselves out over own same shan't she should shouldn't so some such than that the their theirs "
    "them themselves then there these they this those through to too under until up very was wasn't we were weren't "
    "what when where which while who whom whose why will with won't would wouldn't you your yours yourself s t "
    "re ve ll d m "
    "according many much may might must name named called".split()
)
"""Words that carry no topic; those of questions ("what", "called") among them."""

STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
"""Language (ISO 639-1) → its stemmer in tantivy (Snowball's), of those that have one beside English."""

_OPTION = re.compile(r"(?<![\w-])-{1,2}([a-z])(?![\w'’-])")
"""An option of a command: -s is not the end of a word."""
_VOWEL_SIGNS = re.compile("[\u0640\u064b-\u0655\u0670]")
"""Of Arabic, mostly left out, and the stroke that stretches a word."""
_BORDER = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|_")
"""Between letters and digits that are written as one word."""


@cache
def _analyzer(keep_stop_words: bool, language: str) -> Any:
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(40)).filter(tantivy.Filter.lowercase())
    if not keep_stop_words:
        stopped = topicless(language) if language else STOP_WORDS
        builder = builder.filter(tantivy.Filter.custom_stopword(sorted(stopped)))
    return builder.filter(tantivy.Filter.stemmer(STEMMERS.get(language, "english"))).build()


def normal(text: str) -> str:
    """A text as its words are told: folded, years and quarters in one writing."""
    text = one_writing(fold(text))
    return text if text.isascii() else _VOWEL_SIGNS.sub("", text)


def apart(text: str) -> str:
    """The text with a space between letters and digits that stand together: "21cfr1308" becomes "21 cfr 1308"."""
    return _BORDER.sub(" ", text)


def stems(text: str, keep_stop_words: bool = False, language: str = "") -> list[str]:
    """Stems in order of the text, stop words left out unless asked for. Equal to the terms of `en_stem`.

    `language` is one of STEMMERS, and its stemmer and stop words then take the place of English ones. For scripts
    without spaces, pieces (see `grams`) take the place of stems.
    """
    text = normal(text)
    analyze = _analyzer(keep_stop_words, language).analyze
    found: list[str] = []
    if not keep_stop_words and not language and "-" in text:
        found += [letter for letter in _OPTION.findall(text) if letter in STOP_WORDS]
    if not has_grams(text):
        found += analyze(text)
        return found
    text, at = joined(text), 0
    for match in RUN.finditer(text):
        found += analyze(text[at : match.start()])
        found += [gram for gram in grams(match.group()) if keep_stop_words or has_topic(gram)]
        at = match.end()
    found += analyze(text[at:])
    return found


def topics(question: str, language: str = "") -> list[str]:
    """The stems by which a question is searched: without words that carry no topic, where others remain."""
    common = common_words(question)
    kept = WORD.sub(lambda word: " " if word.group().lower() in common else word.group(), question) if common else ""
    return (
        stems(kept, language=language)
        or stems(question, language=language)
        or stems(question, keep_stop_words=True, language=language)
    )


def searched(
    question: str, frequency_of: Callable[[Sequence[str]], Mapping[str, int]], language: str = ""
) -> list[str]:
    """`topics` as a library has them: letters and digits that it never writes together stand apart.

    `frequency_of` tells of stems how many passages hold them.
    """
    found = topics(question, language)
    mixed = {stem: parts for stem in found if len(parts := stems(apart(stem), language=language)) > 1}
    if not mixed:
        return found
    counts = frequency_of([*mixed, *(part for parts in mixed.values() for part in parts)])
    split = {
        stem: parts
        for stem, parts in mixed.items()
        if counts and not counts.get(stem) and any(counts.get(part) for part in parts)
    }
    return [part for stem in found for part in split.get(stem, [stem])]


def spoken(question: str, known: Callable[[], Sequence[str]]) -> list[str]:
    """By which of the known languages' stems it is searched beside those of English.

    By its own; where it is too short to tell, by all of them. `known` gives those of the library.
    """
    language = language_of_question(question)
    return [] if language == "en" else [each for each in known() if language in ("", each)]


def count_words(text: str) -> int:
    """Words between spaces; of scripts without them about as many as their characters make."""
    if not has_grams(text):
        return len(text.split())
    runs = [match.group() for match in RUN.finditer(text)]
    return len(RUN.sub(" ", text).split()) + sum(len(grams(run)) + 1 for run in runs) // 2


def pairs(found: Iterable[str]) -> set[tuple[str, str]]:
    """Stems that stand side by side."""
    row = list(found)
    return set(pairwise(row))


def _inside(ideograph: str, present: set[str]) -> bool:
    """Whether a word of one character stands in a longer piece."""
    return any(ideograph in each for each in present)


def coverage(
    wanted: Iterable[str], present: set[str], weights: Mapping[str, float], related: "Related | None" = None
) -> float:
    """Share, 0 to 1, of the wanted stems that are present, each weighted by its rarity.

    With `related`, a stem that is missing counts as much as the closest of its related stems that is present.
    """
    whole = covered = 0.0
    for stem in set(wanted):
        weight = weights.get(stem, 1.0)
        whole += weight
        if stem in present or (len(stem) == 1 and is_gram(stem) and _inside(stem, present)):
            covered += weight
        elif related and stem in related:
            near = related[stem]
            covered += weight * max((near[each] for each in near.keys() & present), default=0.0)
    return covered / whole if whole else 0.0
