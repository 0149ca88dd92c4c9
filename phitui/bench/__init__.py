"""Every speed that phitui claims, as a command: `phitui bench NAME`."""

from collections.abc import Callable, Iterator
from typing import Any

Row = dict[str, Any]
"""{"bench", "case", "value", "unit", "ratio"}: `ratio` is to the row it is compared with, null for that one."""


def _startup() -> Iterator[Row]:
    from phitui.bench.startup import startup

    return startup()


def _search(passages: int = 10_000) -> Iterator[Row]:
    from phitui.bench.search import search

    return search(passages)


BENCHES: dict[str, Callable[..., Iterator[Row]]] = {"startup": _startup, "search": _search}
