"""What adding and deleting cost in a library that is there, and what searches cost meanwhile."""

import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from threading import Event
from time import perf_counter
from typing import TYPE_CHECKING

from phitui.bench.made import Maker, fill

if TYPE_CHECKING:
    from phitui.library.library import Library


def one_added_and_deleted(library: "Library", maker: Maker, number: int) -> Iterator[tuple[str, float]]:
    """(what was done, seconds): document `number` of the maker, which the library lacks, put in and taken out again.

    Its vectors are at hand; both count until a search would see the change in words and in meaning.
    """
    began = perf_counter()
    _add(library, maker, number)
    yield "adding one document", perf_counter() - began
    newest = max(each.document_id for each in library.documents())
    began = perf_counter()
    library.remove([newest])
    _follow(library)
    yield "deleting one document", perf_counter() - began


def while_adding(library: "Library", maker: Maker, first: int, asking: Callable[[], "subprocess.Popen[str]"]) -> str:
    """What a process that asks has printed at its end; documents from `first` on are added as long as it runs."""
    asker = asking()
    for number in count(first):
        if asker.poll() is not None:
            break
        _add(library, maker, number)
    return asker.communicate()[0]


def _add(library: "Library", maker: Maker, number: int) -> None:
    with library._lexical.kept_up():  # as `add` does
        fill(library, maker, number, number + 1)
        library._lexical.catch_up(library._store)
    list(library._indexer.embed_missing(Event()))


def _follow(library: "Library") -> None:
    library._lexical.catch_up(library._store)
    list(library._indexer.embed_missing(Event()))
