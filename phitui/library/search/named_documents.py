"""Which document a question names ("according to the 1998 DMCA summary …"): its title, file name or opening words.

Soft: a document that is named brings its best passages in and lifts them; no other is shut out.
"""

import re
import threading
from collections import defaultdict
from collections.abc import Sequence

from phitui.library.search.ranking import Query
from phitui.library.store.documents import Store
from phitui.library.terms.words import apart, stems

OPENING_CHARACTERS = 200
"""Of the first page: where a title stands that the file's own metadata lack."""
OPENING_CREDIT = 0.5
"""What a word of the opening counts, against one of title or file name."""
FEWEST_SHARE = 0.12
"""Of the question's words, by rarity: a document with less shares a word with the question, but is not named by it."""
CLEAR_SHARE = 0.4
"""Of a question that clearly names a document: its name says no more about what is asked for inside it."""
CLEAR_LEAD = 0.2
"""Ahead of the next one."""
NAMED_DOCUMENTS = 2
"""Documents that one question may name."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Names:
    """The words by which documents are called, read again when documents have changed. May be used from any thread."""

    def __init__(self, store: Store):
        self._store = store
        self._lock = threading.Lock()
        self._level: object = None
        self._called: dict[str, dict[int, float]] = {}

    def named(self, query: Query) -> dict[int, float]:
        """Document id → how much of the question names it, 0 to 1: the NAMED_DOCUMENTS best. Raises LibraryError."""
        called = self._words()
        whole = sum(query.rarity.get(stem, 1.0) for stem in set(query.stems))
        shares: dict[int, float] = defaultdict(float)
        for stem in set(query.stems):
            for document_id, credit in called.get(stem, {}).items():
                shares[document_id] += credit * query.rarity.get(stem, 1.0) / whole
        best = sorted(shares.items(), key=lambda row: (-row[1], row[0]))[:NAMED_DOCUMENTS]
        return {document_id: share for document_id, share in best if share >= FEWEST_SHARE}

    def without_name(self, query: Query) -> str | None:
        """The question without the words of its document's title and file name, where it clearly names one.

        None where it names none, or has nothing else to say. Raises LibraryError.
        """
        ranked = [*self.named(query).items(), (0, 0.0), (0, 0.0)]
        (best, share), (_, next_share) = ranked[:2]
        if share < CLEAR_SHARE or share - next_share < CLEAR_LEAD:
            return None
        called = self._words()
        naming = {stem for stem in query.stems if called.get(stem, {}).get(best, 0.0) >= 1.0}

        def kept(word: re.Match[str]) -> str:
            found = set(stems(word.group()))
            return " " if found and found <= naming else word.group()

        text = " ".join(_WORD.sub(kept, query.text).split()).lstrip(" :;,.–—-)(’'\"")
        return text if stems(text) else None

    def _words(self) -> dict[str, dict[int, float]]:
        """Stem → document id → credit."""
        with self._lock:
            level = (self._store.library_id(), self._store.change())
            if level != self._level:
                self._called = self._read()
                self._level = level
            return self._called

    def _read(self) -> dict[str, dict[int, float]]:
        called: dict[str, dict[int, float]] = defaultdict(dict)
        for document_id, title, path, opening in self._store.openings(OPENING_CHARACTERS):
            name = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
            for credit, text in ((OPENING_CREDIT, opening), (1.0, f"{title} {name}")):
                for stem in _parts(text):
                    called[stem][document_id] = credit
        return called


def _parts(text: str) -> Sequence[str]:
    """Stems, of letters and digits that stand together ("21cfr1308") also one by one."""
    return [*stems(text), *stems(apart(text))]
