"""Every regular expression of phitui, and texts that bring the worst out of it. Run as a program: see `main`."""

import ast
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
CALLS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
CALLED = re.compile(rf"\.({'|'.join(sorted(CALLS))})\b")
FLAGS = {"IGNORECASE": re.I, "I": re.I, "MULTILINE": re.M, "M": re.M, "DOTALL": re.S, "S": re.S, "VERBOSE": re.X}


LENGTHS = (
    ("phitui/answers/check/draft.py", 100_000),
    ("phitui/answers/given_text.py", 100_000),
    ("phitui/answers/question/about_library.py", 300),  # what is longer is no such question
    ("phitui/answers/", 4_000),  # questions and claims are no longer, sentences of documents a tenth of it
    ("phitui/library/search/", 4_000),  # questions
    ("phitui/library/terms/", 4_000),  # questions and passages
    ("phitui/evaluation/", 4_000),
    ("phitui/bench/", 1_000),  # options
    ("phitui/workshop/", 1_000),  # what ships with phitui
    ("phitui/cli/", 4_000),
    ("phitui/", 100_000),
)
"""How long the texts of outside are that the patterns of a file or folder run on."""
SHORT = {
    ("phitui/documents/formats/inline.py", "_WORD"): 30,  # is shown so much of a text's end
    ("phitui/documents/formats/office/cells.py", ""): 255,  # codes of formats
    ("phitui/documents/repair/hyphens.py", "_LEFT"): 160,  # what stands on either side of a line's end
    ("phitui/documents/repair/hyphens.py", "_LAST"): 160,
    ("phitui/documents/repair/hyphens.py", "left"): 160,
    ("phitui/documents/formats/office/cells.py", "_LITERAL"): 255,
}
"""The same, by file and name, where a pattern gets to see less."""


def length_for(name: str) -> int:
    """Characters of the attacks on a pattern of `patterns()`."""
    file, _, own = name.partition(":")
    short = SHORT.get((file, own.partition(" ")[2]))
    return short or next(length for place, length in LENGTHS if name.startswith(place))


class Used(NamedTuple):
    """A pattern, and the methods that phitui uses of it."""

    pattern: re.Pattern
    methods: frozenset[str]


def patterns() -> dict[str, Used]:
    """`file:line` → every pattern that stands in the source as such, or is compiled when its module is imported."""
    found = {}
    files = {file: _nodes(file) for file in sorted((ROOT / "phitui").rglob("*.py"))}
    used = _methods(files)
    for file, nodes in files.items():
        calls = [node for node in nodes if isinstance(node, ast.Call) and _is_of_re(node)]
        if not calls:
            continue
        name = str(file.relative_to(ROOT))
        constants = _constants(file)
        names = {
            node.value: node.targets[0].id
            for node in nodes
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        direct = {
            node.value: node.attr
            for node in nodes
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call) and node.attr in CALLS
        }
        for node in calls:
            text = _text(node.args[0], constants)
            if text is not None:
                assert isinstance(node.func, ast.Attribute)
                flags = _flags([*node.args[1:], *(each.value for each in node.keywords)])
                own = names.get(node, "")
                called = used.get((name, own)) or used.get(("", own)) or CALLS
                called = {direct[node]} if node in direct else called
                methods = called if node.func.attr == "compile" else {node.func.attr}
                found[f"{name}:{node.lineno} {own}"] = Used(re.compile(text, flags), frozenset(methods))
    return found


def _nodes(file: Path) -> list[ast.AST]:
    """Those of its tree; none where it calls nothing that patterns have."""
    source = file.read_text("utf-8")
    return list(ast.walk(ast.parse(source))) if CALLED.search(source) else []


def _is_of_re(node: ast.Call) -> bool:
    of = node.func
    return (
        isinstance(of, ast.Attribute)
        and of.attr in CALLS
        and isinstance(of.value, ast.Name)
        and of.value.id == "re"
        and bool(node.args)
    )


def _methods(files: dict[Path, list[ast.AST]]) -> dict[tuple[str, str], set[str]]:
    """What is called of each name, by module; the module "" is all of them."""
    found: dict[tuple[str, str], set[str]] = {}
    for file, nodes in files.items():
        for node in nodes:
            if isinstance(node, ast.Attribute) and node.attr in CALLS:
                of = node.value
                name = of.id if isinstance(of, ast.Name) else of.attr if isinstance(of, ast.Attribute) else ""
                for module in ("", str(file.relative_to(ROOT))):
                    found.setdefault((module, name), set()).add(node.attr)
    return found


def _constants(file: Path) -> dict[str, str]:
    """Texts that the module builds others of, as they are once it is imported."""
    import importlib

    name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    if "phitui.workshop" in name or "__main__" in name or "phitui.bench" in name:
        return {}
    try:
        module = importlib.import_module(name)
    except ImportError:
        return {}
    return {key: value for key, value in vars(module).items() if isinstance(value, str)}


def _text(node: ast.expr, constants: dict[str, str]) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    try:
        value = eval(compile(ast.Expression(node), "", "eval"), {"__builtins__": {}, "re": re}, dict(constants))
    except Exception:
        return None
    return value if isinstance(value, str) else None


def _flags(nodes: list[ast.expr]) -> int:
    flags = 0
    for top in nodes:
        for node in ast.walk(top):
            if isinstance(node, ast.Attribute) and node.attr in FLAGS:
                flags |= FLAGS[node.attr]
    return flags


def attacks(pattern: re.Pattern, length: int) -> Iterator[str]:
    """Texts of about that length: what the pattern begins with, and each of its characters, over and over."""
    characters = _characters(_parser.parse(pattern.pattern, pattern.flags))
    wanted = list(dict.fromkeys([*characters, " ", "a", "0", "\n", "(", "."]))[:14]
    starts = _samples(pattern)
    for one in wanted:
        yield one * length
        yield "x" + one * length + "\x01"
    for start in starts:
        yield (start * (length // max(1, len(start))))[:length]
        for one in wanted[:10]:
            yield start + one * length + "\x01"
            yield ((start + one) * length)[:length] + "\x01"
    for one in wanted[:6]:
        for two in wanted[:6]:
            if one != two:
                yield (one + two) * (length // 2) + "\x01"


def _characters(tree) -> list[str]:
    """A character for each place of the pattern."""
    found: list[str] = []
    for operator, argument in tree:
        if operator in (sre.LITERAL, sre.NOT_LITERAL):
            found.append(chr(argument))
        elif operator is sre.IN:
            found += [chr(value) for kind, value in argument if kind is sre.LITERAL][:4]
            found += [chr(value[0]) for kind, value in argument if kind is sre.RANGE][:3]
            found += [
                {"CATEGORY_SPACE": " ", "CATEGORY_DIGIT": "7"}.get(str(value), "a")
                for kind, value in argument
                if kind is sre.CATEGORY
            ]
        elif operator is sre.SUBPATTERN:
            found += _characters(argument[-1])
        elif operator is sre.BRANCH:
            for branch in argument[1]:
                found += _characters(branch)
        elif operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            found += _characters(argument[2])
        elif operator in (sre.ASSERT, sre.ASSERT_NOT):
            found += _characters(argument[1])
        elif operator is sre.ATOMIC_GROUP:
            found += _characters(argument)
    return found


def _samples(pattern: re.Pattern) -> list[str]:
    """A text that the pattern finds, as short as it may be; and each beginning of it."""
    whole = _sample(_parser.parse(pattern.pattern, pattern.flags))
    return list(dict.fromkeys(whole[:cut] for cut in (1, 2, 3, len(whole) - 1, len(whole)) if 0 < cut <= len(whole)))


def _sample(tree) -> str:
    text = ""
    for operator, argument in tree:
        if operator is sre.LITERAL:
            text += chr(argument)
        elif operator is sre.NOT_LITERAL:
            text += "b" if argument != ord("b") else "c"
        elif operator is sre.ANY:
            text += "b"
        elif operator is sre.IN:
            kind, value = argument[0]
            if kind is sre.LITERAL:
                text += chr(value)
            elif kind is sre.RANGE:
                text += chr(value[0])
            elif kind is sre.NEGATE:
                text += "b"
            else:
                text += {"CATEGORY_SPACE": " ", "CATEGORY_DIGIT": "7"}.get(str(value), "b")
        elif operator is sre.SUBPATTERN:
            text += _sample(argument[-1])
        elif operator is sre.BRANCH:
            text += _sample(argument[1][0])
        elif operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            text += _sample(argument[2]) * max(1, min(argument[0], 5))
        elif operator is sre.ATOMIC_GROUP:
            text += _sample(argument)
    return text


class TooLong(Exception):
    """A pattern's time is up."""


def too_long(used: Used, length: int, seconds: float) -> str:
    """The beginning of the first attack that takes more computing time than that; "" where none does."""

    def stop(*_) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        for text in attacks(used.pattern, length):
            try:
                signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
                if used.methods - {"match", "fullmatch"}:
                    for _ in used.pattern.finditer(text):
                        pass
                if "match" in used.methods:
                    used.pattern.match(text)
                if "fullmatch" in used.methods:
                    used.pattern.fullmatch(text)
            except TooLong:
                return text[:40]
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    return ""


def main() -> None:
    """Prints each pattern with a text on which it takes longer than that many seconds."""
    for name, used in patterns().items():
        if text := too_long(used, length_for(name), float(sys.argv[1])):
            print(f"{name}: {text!r}: {used.pattern.pattern[:160]!r}", flush=True)


if __name__ == "__main__":
    main()
