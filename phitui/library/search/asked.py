"""A question beside a library: its words by the stems of every language that both have."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from phitui.library.indexes.lexical import LexicalIndex
from phitui.library.search.profile import Profile
from phitui.library.search.ranking import Query
from phitui.library.terms.words import spoken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def asked(text: str, vector: "NDArray[np.float32] | None", lexical: LexicalIndex, profile: Profile) -> Query:
    """`vector` is the text's, `profile` that of the embedder which made it, in the text's language."""
    query = Query.of(text, lexical.rarity, vector, lexical.frequencies, profile)
    own = {}
    for language in spoken(text, lexical.languages):
        rarity = partial(lexical.rarity, language=language)
        frequencies = partial(lexical.frequencies, language=language)
        own[language] = Query.of(text, rarity, vector, frequencies, profile, language)
    return replace(query, own=own) if own else query
