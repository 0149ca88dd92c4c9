"""Markdown as the pages that it stands for: parsed as CommonMark with tables, read as HTML."""

import html
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import decode
from phitui.documents.formats.pictures import without_pictures
from phitui.documents.formats.web.html import html_blocks

CHUNK_CHARACTERS = 1 << 16
"""So much is parsed at a time, ended before a heading or at a blank line: pages arrive while a long file is read."""
MOST_MATTER_LINES = 60
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_PICTURE = re.compile(r"!\[([^\]\n]{0,300})\]\(\s*<?data:[^)\n]*\)?")
_DEFINED_PICTURE = re.compile(r"^ {0,3}\[[^\]\n]{1,300}\]:[ \t]*\n?[ \t]*<?data:[^\n]*$", re.MULTILINE)
_UNDEFINED_PICTURE = re.compile(r"!\[([^\]\n]{0,300})\]\[[^\]\n]{0,300}\]")
_DEFINITION = re.compile(r"^ {0,3}\[(?!\^)[^\]\n]{1,300}\]:[ \t]*\S[^\n]*$", re.MULTILINE)
_NOTE = re.compile(r"\[\^([^\]\s]{1,40})\]")
_NOTE_BEGINS = re.compile(r"^ {0,3}\[\^([^\]\s]{1,40})\]:", re.MULTILINE)
_MATTER = re.compile(r"(title|authors?):[ \t]*(.*?)[ \t]*", re.IGNORECASE)
_TAG_NAME = re.compile(r"</?([A-Za-z][\w-]*)(?=[\s/>])|<(?=[!?])")
_TAGS = frozenset(
    "a abbr address article aside b bdi bdo big blockquote body br button caption center cite code col colgroup dd del "
    "details dfn div dl dt em figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img "
    "input ins kbd label legend li link main map mark math meta nav noscript object ol optgroup option p picture pre q "
    "rp rt ruby s samp script section select small source span strike strong style sub summary sup svg table tbody td "
    "template textarea tfoot th thead time title tr track tt u ul var video wbr mi mn mo mrow mfrac msup msub msqrt "
    "mtext semantics annotation".split()
)


def read(source: Source) -> Flow:
    """The blocks of a Markdown file."""
    decoded = decode(source.read())
    flow = Flow(markdown_blocks(decoded.text))
    flow.title, flow.author = _named_in_front(decoded.text)
    flow.note(decoded.note)
    return flow


def markdown_blocks(text: str) -> Iterator[Block]:
    """Headings, paragraphs, list items, table rows and code, without the marks. Lines stay lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if lines[0].strip() == "---":
        text = "\n".join(_without_front_matter(lines))
    text, defined = _DEFINED_PICTURE.subn("", _PICTURE.sub(r"\1", text))
    if defined:
        text = _UNDEFINED_PICTURE.sub(r"\1", text)
    text = _NOTE_BEGINS.sub(r"\[\1\]", without_pictures(text))
    definitions = "\n".join(found.group().strip() for found in _DEFINITION.finditer(text))
    renderer = _renderer()
    for chunk in _chunks(text):
        chunk = chunk + "\n\n" + definitions if definitions and len(definitions) < CHUNK_CHARACTERS else chunk
        yield from html_blocks(renderer.render(chunk))


def _renderer() -> Any:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # links are never followed
    parser.add_render_rule("html_inline", _known_tag)
    parser.add_render_rule("html_block", _known_tag)
    parser.add_render_rule("text", _text)
    return parser


def _known_tag(renderer: Any, tokens: Sequence[Any], number: int, options: Any, env: Any) -> str:
    """HTML as it is; what only looks like it (`<name>`, `List<String>`) as the text that its writer meant."""
    content: str = tokens[number].content
    return _TAG_NAME.sub(
        lambda found: found.group() if not found[1] or found[1].lower() in _TAGS else html.escape(found.group()),
        content,
    )


def _text(renderer: Any, tokens: Sequence[Any], number: int, options: Any, env: Any) -> str:
    """Text, with the marks of notes as they read on paper."""
    return html.escape(_NOTE.sub(r"[\1]", tokens[number].content), quote=False)


def _chunks(text: str) -> Iterator[str]:
    """Stretches that end outside of fenced code."""
    pending: list[str] = []
    size, fence = 0, ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and line.strip() == mark[1] and mark[1].startswith(fence):
            fence = ""
        heading = line.startswith("#") and size > CHUNK_CHARACTERS // 2
        if not fence and pending and (heading or (size > CHUNK_CHARACTERS and not line.strip())):
            yield "\n".join(pending)
            pending, size = [], 0
        pending.append(line)
        size += len(line) + 1
    yield "\n".join(pending)


def _named_in_front(text: str) -> tuple[str, str]:
    """Title and author that the matter before the text names."""
    lines = text.removeprefix("\ufeff")[:20_000].splitlines()[:MOST_MATTER_LINES]
    if not lines or lines[0].strip() != "---":
        return "", ""
    known: dict[str, str] = {}
    for number, line in enumerate(lines[1:], 1):
        found = _MATTER.fullmatch(line)
        if line.strip() in ("---", "..."):
            break
        if found:
            below = (re.fullmatch(r"\s+-\s+(?:name:\s*)?(.+)", each) for each in lines[number + 1 :])
            several = [each[1] for each in takewhile(bool, below) if each] if not found[2] else []
            named = ", ".join(several) or found[2].strip("[] ")
            known.setdefault(found[1].lower(), re.sub(r"(?:(?<=, )|^)[\"']|[\"'](?=,|$)", "", named))
    return known.get("title", ""), known.get("author", "") or known.get("authors", "")


def _without_front_matter(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines[1:MOST_MATTER_LINES], 1):
        if line.strip() in ("---", "..."):
            return lines[number + 1 :]
    return lines
