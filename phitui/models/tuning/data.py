"""Records to learn from, as JSON lines or a JSON list: which format they have, and by line what is wrong with them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from phitui.errors import UsageError
from phitui.reading import read_given
from phitui.text import one_line

Kind = Literal["pairs", "texts", "chats"]
PAIRS = (
    ("prompt", "response"),
    ("prompt", "completion"),
    ("instruction", "response"),
    ("instruction", "output"),
    ("question", "answer"),
    ("input", "output"),
)
"""Names of what is asked and what is to be said, as data sets have them; the first pair that a record has counts."""
CHATS = ("messages", "conversations")
ROLES = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "model": "assistant",
}
"""What data sets call who speaks, and what chat templates call them."""
SHOWN = 12
"""Bad records that are named; the rest are counted."""
FORMATS = '{"prompt", "response"}, {"text"} or {"messages": [{"role", "content"}]}'


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `messages` are (role, text): of a text one whose role is text, of a pair the user and the answer."""

    line: int
    kind: Kind
    messages: tuple[tuple[str, str], ...]


class _Bad(Exception):
    """What is wrong with one record, as the second half of a sentence."""


def read_records(file: Path) -> tuple[list[Record], str]:
    """All records of a file, and the keys by which their format was told. Nothing is written.

    Raises UsageError that names each bad record by its line.
    """
    shown = one_line(str(file), 120)
    found: list[Record] = []
    bad: list[tuple[int, str]] = []
    keys: tuple[str, ...] = ()
    for line, given in _values(_text(file, shown), bad):
        try:
            if not isinstance(given, Mapping):
                raise _Bad(f"it is {_kind(given)}, not an object with keys")
            keys = keys or _keys(given)
            found.append(_record(line, given, keys))
        except _Bad as error:
            bad.append((line, str(error)))
    refuse(bad, file)
    if not found:
        raise UsageError(f"{shown} holds no records: write one JSON object a line, as {FORMATS}.")
    return found, " and ".join(keys)


def own_records(pairs: Iterable[tuple[str, str]]) -> tuple[Record, ...]:
    """Pairs that no file holds, as records: (what is asked, what is to be said)."""
    return tuple(
        Record(number, "pairs", (("user", asked), ("assistant", said))) for number, (asked, said) in enumerate(pairs, 1)
    )


def refuse(bad: Sequence[tuple[int, str]], file: Path) -> None:
    """Raises UsageError where there are any (line, what is wrong)."""
    if not bad:
        return
    named = "; ".join(f"line {line}: {why}" for line, why in sorted(bad)[:SHOWN])
    more = f"; and {len(bad) - SHOWN} more" if len(bad) > SHOWN else ""
    count = f"{len(bad)} bad record{'s' if len(bad) > 1 else ''}"
    raise UsageError(f"{one_line(str(file), 120)} has {count}, and nothing was written: {named}{more}.")


def _text(file: Path, shown: str) -> str:
    try:
        content = read_given(file)
    except OSError as error:
        why = one_line(error.strerror or str(error)).lower()
        raise UsageError(f"{shown} cannot be read ({why}): name a file of JSON lines.") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError(f"{shown}, line {line}: it is not UTF-8 text, and nothing was written.") from None


def _values(text: str, bad: list[tuple[int, str]]) -> Iterator[tuple[int, Any]]:
    """(line, value) of a list's members or of each line; what is no JSON goes to `bad`."""
    if text.lstrip().startswith("["):
        yield from _members(text, bad)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                bad.append((number, _no_json(error)))


def _members(text: str, bad: list[tuple[int, str]]) -> Iterator[tuple[int, Any]]:
    decoder, at = json.JSONDecoder(), text.index("[") + 1
    line, counted = 1 + text.count("\n", 0, at), at

    def skip(at: int) -> int:
        while at < len(text) and text[at] in " \t\r\n":
            at += 1
        return at

    at = skip(at)
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            bad.append((line, _no_json(error)))
            return
        yield line, value
        at = skip(at)
        if text[at : at + 1] == ",":
            at = skip(at + 1)
        elif text[at : at + 1] != "]":
            bad.append((line, "the list goes on without a comma, or is not closed"))
            return


def _no_json(error: Exception) -> str:
    why = "it is nested too deeply" if isinstance(error, RecursionError) else getattr(error, "msg", str(error))
    return f"it is no JSON ({one_line(why, 80)})"


def _kind(given: object) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(given), "null")


def _keys(given: Mapping[str, Any]) -> tuple[str, ...]:
    """By which a record's format is told."""
    for name in CHATS:
        if name in given:
            return (name,)
    for pair in PAIRS:
        if all(name in given for name in pair):
            return pair
    if "text" in given:
        return ("text",)
    named = one_line(", ".join(map(str, given)), 80) or "none"
    raise _Bad(f"its format is not known (its keys: {named}; known are {FORMATS})")


def _record(line: int, given: Mapping[str, Any], keys: tuple[str, ...]) -> Record:
    lacking = [name for name in keys if name not in given]
    if lacking:
        raise _Bad(f"it has no {lacking[0]}, by which the first record's format was told")
    if keys[0] in CHATS:
        return Record(line, "chats", _messages(given[keys[0]]))
    if keys == ("text",):
        return Record(line, "texts", (("text", _words(given["text"], "text")),))
    asked = _words(given[keys[0]], keys[0])
    if keys[0] == "instruction" and given.get("input"):
        asked += f"\n\n{_words(given['input'], 'input')}"
    return Record(line, "pairs", (("user", asked), ("assistant", _words(given[keys[1]], keys[1]))))


def _messages(given: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, list) or not given:
        raise _Bad("its messages are no list, or an empty one")
    made = []
    for number, each in enumerate(given, 1):
        if not isinstance(each, Mapping):
            raise _Bad(f"its message {number} is {_kind(each)}, not an object with role and content")
        named = each.get("role", each.get("from"))
        role = ROLES.get(named) if isinstance(named, str) else None
        if role is None:
            raise _Bad(f"the role of its message {number} is none of system, user and assistant")
        made.append((role, _words(each.get("content", each.get("value")), f"message {number}")))
    if made[-1][0] != "assistant":
        raise _Bad("its last message is not the assistant's, so there is nothing to learn")
    return tuple(made)


def _words(given: object, name: str) -> str:
    if not isinstance(given, str):
        raise _Bad(f"its {name} is {_kind(given)}, not a text")
    if not given.strip():
        raise _Bad(f"its {name} is empty")
    try:
        given.encode("utf-8")
    except UnicodeEncodeError:
        raise _Bad(f"its {name} holds half a character (a lone surrogate)") from None
    return given
