"""LaTeX sources as text: sections, items, tables, notes; formulas stay as they are written."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import decode
from phitui.documents.formats.numerals import letters
from phitui.documents.formats.tables import cell_text, row_blocks
from phitui.documents.formats.text.latex_macros import expanded
from phitui.documents.formats.text.latex_signs import ACCENTS, DROPPED, SIGNS, formula_text, unit

_TOKEN = re.compile(r"\\([a-zA-Z@]+)\*?|\\(.)|([{}$~&])|\n[ \t]*\n\s*|[^\\{}$~&\n]+|\n", re.DOTALL)
_INPUT_ENCODING = re.compile(rb"\\usepackage\s*\[([\w-]+)\]\s*\{inputenc\}")
_LEVELS = {
    "part": 1,
    "chapter": 1,
    "section": 2,
    "subsection": 3,
    "subsubsection": 4,
    "paragraph": 5,
    "subparagraph": 6,
}
_VERBATIM = re.compile(
    r"\\begin\{(verbatim\*?|Verbatim|lstlisting|minted|comment|filecontents\*?)\}(?:\[[^\]]{0,300}\])?(.{0,10000}?)\\end\{\1\}",
    re.DOTALL,
)
_FORMULA = re.compile(
    r"\\begin\{(equation|align|gather|multline|eqnarray|displaymath|math|alignat|flalign)(\*?)\}"
    r"(.{0,5000}?)\\end\{\1\2\}|\\\[(.{0,5000}?)\\\]|\$\$(.{0,5000}?)\$\$",
    re.DOTALL,
)
_AUTHOR = re.compile(r"\\author\s*(?:\[[^\]]*\])?\{")
_TABLES = frozenset("tabular tabularx tabular* longtable array tabu tabulary supertabular".split())
_SPECIFIED = {
    "tabular": 1, "tabularx": 2, "tabular*": 2, "longtable": 1, "array": 1, "tabu": 1, "tabulary": 2, "minipage": 1,
    "thebibliography": 1, "multicols": 1, "wrapfigure": 2, "supertabular": 1, "adjustbox": 1, "spacing": 1,
}  # fmt: skip
DEPTH = 60
_KEPT = "\ue000{}\ue001"
"""Stands for what must not be read as commands."""


def read(source: Source) -> Flow:
    """The text of one file; files that it takes in are named."""
    data = source.read()
    found = _INPUT_ENCODING.search(data[:20_000])
    decoded = decode(data, found[1].decode("ascii") if found else None)
    flow = Flow()
    flow.note(decoded.note)
    flow.blocks = latex_blocks(decoded.text, flow)
    return flow


def latex_blocks(text: str, flow: Flow | None = None) -> Iterator[Block]:
    """Blocks in their order; footnotes after their paragraph."""
    reader = _Reader(text, flow or Flow())
    return reader.blocks()


class _Reader:
    def __init__(self, text: str, flow: Flow) -> None:
        self._flow = flow
        self._kept: list[tuple[str, bool]] = []
        self._date = ""
        text = text.replace("\r\n", "\n").replace("\ue000", "").replace("\ue001", "")
        text = _VERBATIM.sub(
            lambda found: self._keep(
                "" if found[1] in ("comment", "filecontents", "filecontents*") else found[2].strip("\n"), True
            ),
            text,
        )
        text = re.sub(r"\\(?:verb|lstinline)\*?([^\sa-zA-Z*{])(.*?)\1", lambda found: self._keep(found[2], False), text)
        text = re.sub(r"(?<!\\)((?:\\\\)*)%[^\n]*(?:\n[ \t]*(?=\S))?", r"\1", text)
        text = expanded(re.sub(r"(\\[A-Za-z]+)<[\d\s,+|@:a-z*-]{1,30}>", r"\1", text))
        preamble, begin, body = text.partition("\\begin{document}")
        if begin:
            title = re.search(r"\\title\s*(?:\[[^\]]*\])?\{", preamble)
            if title:
                flow.title = cell_text(self._inline(_group(preamble, title.end() - 1)[0]))
            flow.author = ", ".join(self._authors(preamble))
            date = re.search(r"\\date\s*\{", preamble)
            self._date = cell_text(self._inline(_group(preamble, date.end() - 1)[0])) if date else ""
            text = body.partition("\\end{document}")[0]
        text = _FORMULA.sub(self._formula, text)
        self._text = re.sub(
            r"(?<!\\)\$([^$\n]{1,500}?)(?<!\\)\$|\\\((.{1,500}?)\\\)",
            lambda found: self._keep(cell_text(formula_text(found[1] or found[2])), False),
            text,
        )
        self._notes = 0
        self._after: list[Block] = []
        self._lists: list[list[str | int]] = []

    def _keep(self, text: str, block: bool) -> str:
        if not text:
            return ""
        self._kept.append((text, block))
        mark = _KEPT.format(len(self._kept) - 1)
        return f"\n\n{mark}\n\n" if block else mark

    def _formula(self, found: re.Match[str]) -> str:
        inner = next((each for each in found.groups()[2:] if each), "")
        inner = re.sub(r"\\label\{[^}]*\}|\\nonumber|\\notag|&", "", inner)
        return self._keep(
            " ".join(cell_text(formula_text(line)) for line in inner.replace("\\\\", "\n").split("\n") if line.strip()),
            True,
        )

    def _restored(self, text: str) -> str:
        return re.sub("\ue000(\\d+)\ue001", lambda found: self._kept[int(found[1])][0], text)

    def _authors(self, preamble: str) -> Iterator[str]:
        """The names, without what stands below them."""
        for found in _AUTHOR.finditer(preamble):
            named = _group(preamble, found.end() - 1)[0]
            named = re.sub(r"\\(?:thanks|footnote|inst|email|orcid)\{[^{}]*\}", "", named)
            for each in re.split(r"\\(?:and|And|AND)\b|\\quad\b", named):
                name = cell_text(self._inline(re.split(r"\\\\|\\newline\b", each)[0]))
                if name:
                    yield name

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────────────────

    def blocks(self) -> Iterator[Block]:
        """Of the whole document."""
        if self._flow.title and "\\maketitle" in self._text:
            yield Block(self._flow.title, 1)
            if self._flow.author:
                yield Block(f"By {self._flow.author}")
            if any(map(str.isdigit, self._date)):
                yield Block(f"Date: {self._date}")
        yield from self._blocks(self._text, 0)

    def _blocks(self, text: str, depth: int) -> Iterator[Block]:
        pattern = re.compile(
            r"\\(part|chapter|section|subsection|subsubsection|paragraph|subparagraph)\*?\s*(?:\[[^\]]*\])?\s*\{|"
            r"\\begin\s*\{([\w*]+)\}|\\(item)\b\s*|\\(caption)\*?\s*(?:\[[^\]]*\])?\{|\\(?:input|include|subfile)\s*\{([^}]*)\}|\\(bibitem)(?:\[[^\]]*\])?\{([^}]*)\}"
        )
        at = 0
        lead = ""
        while found := pattern.search(text, at):
            yield from self._paragraphs(text[at : found.start()], lead)
            lead = ""
            at = found.end()
            if found[1]:
                title, at = _group(text, at - 1)
                yield Block(cell_text(self._inline(title)), _LEVELS[found[1]])
                yield from self._told()
            elif found[2]:
                inner, at = _environment(text, found[2], at)
                if depth < DEPTH:
                    yield from self._environment(found[2], inner, depth + 1)
            elif found[3]:
                label, at = _optional(text, at)
                lead = self._lead(label)
            elif found[4]:
                caption, at = _group(text, at - 1)
                yield Block(cell_text(self._inline(caption)))
                yield from self._told()
            elif found[6]:
                lead = f"[{found[7]}] "
            elif found[5]:
                self._flow.note(
                    f"Parts of it stand in other files, such as {found[5][:60]}, which have to be added by themselves."
                )
        yield from self._paragraphs(text[at:], lead)

    def _lead(self, label: str) -> str:
        if not self._lists:
            return "• "
        kind, number = self._lists[-1]
        self._lists[-1][1] = int(number) + 1
        if label:
            said = cell_text(self._inline(label))
            return f"{said} " if said[-1:] in ":.)" or not said else f"{said}: "
        if kind != "enumerate":
            return "• "
        deep = sum(each[0] == "enumerate" for each in self._lists)
        return f"({letters(int(number) + 1)}) " if deep == 2 else f"{int(number) + 1}. "

    def _environment(self, name: str, inner: str, depth: int) -> Iterator[Block]:
        bare = name.rstrip("*")
        for _ in range(_SPECIFIED.get(name, _SPECIFIED.get(bare, 0))):
            _, at = _optional(inner, 0)
            _, end = _group(inner, _skip_white(inner, at))
            inner = inner[end:]
        if name in _TABLES or bare in _TABLES:
            yield from self._table(inner)
            return
        if bare in ("tikzpicture", "pgfpicture", "picture"):
            return
        title, at = _optional(inner, 0)
        inner = inner[at:]
        if bare in ("itemize", "enumerate", "description", "list", "trivlist"):
            self._lists.append([bare, 0])
            yield from self._blocks(inner, depth)
            self._lists.pop()
            return
        if bare == "abstract":
            yield Block("Abstract", 2)
        elif bare in ("theorem", "lemma", "definition", "corollary", "proposition", "proof", "remark", "example"):
            said = cell_text(self._inline(title))
            yield Block(bare.capitalize() + (f" ({said})" if said else "") + ".")
        yield from self._blocks(inner, depth)

    def _table(self, inner: str) -> Iterator[Block]:
        inner = re.sub(r"\\(?:endfirsthead|endhead|endfoot|endlastfoot)\b", r"\\\\", inner)
        caption = re.search(r"\\caption\*?\s*(?:\[[^\]]*\])?\{", inner)
        if caption:
            said, end = _group(inner, caption.end() - 1)
            yield Block(cell_text(self._inline(said)))
            inner = inner[: caption.start()] + inner[end:]
        ruled = re.split(r"\\(?:hline|toprule|midrule|bottomrule)\b", inner)
        rows, first_rule = [], None
        for part in ruled:
            for line in re.split(r"\\\\(?:\[[^\]]{0,300}\])?|\\tabularnewline", part):
                cells = [
                    cell_text(self._inline(part))
                    for cell in re.split(r"(?<!\\)&", line)
                    for part in self._spanned(cell)
                ]
                if any(cells):
                    rows.append(cells)
            if rows and first_rule is None:
                first_rule = len(rows)
        if first_rule == 1 and len(rows) > 1 and len(rows[0]) > 1:
            yield from row_blocks(rows[1:], rows[0])
        else:
            from phitui.documents.formats.tables import split_heads

            heads, body = split_heads(rows)
            yield from row_blocks(body, heads)
        yield from self._told()

    @staticmethod
    def _spanned(cell: str) -> list[str]:
        """The text of a cell, and empty ones for the other columns that it takes."""
        found = re.search(r"\\multi(column|row)\s*\{([^}]*)\}\s*\{[^}]*\}\s*\{", cell)
        if not found:
            return [cell]
        count = int(found[2]) if found[1] == "column" and found[2].isdigit() and len(found[2]) < 3 else 1
        return [cell[: found.start()] + _group(cell, found.end() - 1)[0]] + [""] * (count - 1)

    def _paragraphs(self, text: str, lead: str) -> Iterator[Block]:
        for raw in re.split(r"\n[ \t]*\n", self._inline(text, restore=False)):
            kept = re.fullmatch("\\s*\ue000(\\d+)\ue001\\s*", raw)
            words = self._kept[int(kept[1])][0] if kept else self._restored(raw)
            if not kept:
                words = re.sub(r"[ \t]*\n[ \t]*", "\n", re.sub(r"[ \t]+", " ", words)).strip()
            if words.strip():
                yield Block(lead + words)
                lead = ""
            yield from self._told()

    def _told(self) -> list[Block]:
        after, self._after = self._after, []
        return after

    # ── text ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _inline(self, text: str, depth: int = 0, *, restore: bool = True) -> str:
        if depth > DEPTH:
            return ""
        parts: list[str] = []
        at = 0
        while found := _TOKEN.match(text, at):
            at = found.end()
            name, sign, brace = found[1], found[2], found[3]
            if name:
                words, at = self._command(name, text, at, depth)
                parts.append(words)
            elif sign:
                if sign in ACCENTS:
                    letter, at = self._accented(sign, text, at)
                    parts.append(letter)
                elif sign == "\\":
                    _, at = _optional(text, at)
                    parts.append("\n")
                else:
                    parts.append(sign if sign in "%&_#${}" else " " if sign in " ,;:!\n" and sign != "!" else "")
            elif brace:
                parts.append(" " if brace == "~" else "" if brace in "{}" else brace)
            else:
                parts.append(found.group())
        words = "".join(parts).replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”")
        words = re.sub(r"(?<!\w)`(?=\w)", "‘", words)
        return self._restored(words) if restore else words

    def _command(self, name: str, text: str, at: int, depth: int) -> tuple[str, int]:
        if name in SIGNS:
            return SIGNS[name], _skip_white(text, at) if text[at : at + 1] in " \t" else at
        if name in ACCENTS and len(name) == 1 and re.match(r"\s*\{|\s+[a-zA-Z]", text[at : at + 3]):
            return self._accented(name, text, at)
        arguments: list[str] = []
        for _ in range(DROPPED.get(name, 0)):
            _, at = _optional(text, at)
            _, at = _group(text, _skip_white(text, at))
        if name in DROPPED:
            return "", at
        _, at = _optional(text, at)
        while text[at : at + 1] == "{" and len(arguments) < 9:
            inner, at = _group(text, at)
            arguments.append(inner)
        if not arguments:
            at = _skip_white(text, at) if text[at : at + 1] in " \t" else at
            return "", at

        def said(which: int) -> str:
            return self._inline(arguments[which], depth + 1) if which < len(arguments) else ""

        make: dict[str, Callable[[], str]] = {
            "href": lambda: said(1),
            "footnote": lambda: self._footnote(said(0)),
            "footnotetext": lambda: self._footnote(said(0)),
            "begin": lambda: "",
            "end": lambda: "",
            "ref": lambda: f"({arguments[0]})",
            "eqref": lambda: f"({arguments[0]})",
            "SI": lambda: f"{arguments[0]} {unit(arguments[-1])}",
            "qty": lambda: f"{arguments[0]} {unit(arguments[-1])}",
            "si": lambda: unit(arguments[0]),
            "num": lambda: arguments[0],
            "textsuperscript": lambda: "^" + said(0) if said(0).isdigit() else said(0),
            "enquote": lambda: f"“{said(0)}”",
            "cite": lambda: f"[{', '.join(each.strip() for each in arguments[0].split(','))}]",
        }
        if name in make:
            return make[name](), at
        if name.lower().startswith(("cite", "parencite", "textcite", "autocite", "footcite")):
            return make["cite"](), at
        if name in ("autoref", "cref", "Cref", "pageref", "nameref", "vref"):
            return make["ref"](), at
        return " ".join(said(number) for number in range(len(arguments))), at

    def _footnote(self, text: str) -> str:
        self._notes += 1
        self._after.append(Block(f"[{self._notes}] {cell_text(text)}"))
        return f"[{self._notes}]"

    def _accented(self, accent: str, text: str, at: int) -> tuple[str, int]:
        at = _skip_white(text, at) if accent.isalpha() else at
        if text[at : at + 1] == "{":
            inner, at = _group(text, at)
            letter = inner.replace("\\i", "i").replace("\\j", "j").strip()
        else:
            found = re.match(r"\\[ij]\b ?|.", text[at:], re.DOTALL)
            if not found:
                return "", at
            letter, at = found.group().strip("\\ "), at + found.end()
        return unicodedata.normalize("NFC", letter[:1] + ACCENTS[accent] + letter[1:]) if letter else "", at


def _skip_white(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n") and at < len(text):
        at += 1
    return at


def _group(text: str, at: int) -> tuple[str, int]:
    """What stands in the braces that open at `at`, and where it goes on; a single letter without braces."""
    if text[at : at + 1] != "{":
        if text[at : at + 1] == "\\":
            found = re.match(r"\\[A-Za-z]+|\\.", text[at:], re.DOTALL)
            return (found.group(), at + found.end()) if found else ("", at)
        return text[at : at + 1], at + 1
    depth = 0
    for found in re.finditer(r"\\.|[{}]", text[at:], re.DOTALL):
        if found.group() == "{":
            depth += 1
        elif found.group() == "}":
            depth -= 1
            if not depth:
                return text[at + 1 : at + found.start()], at + found.end()
    return text[at + 1 :], len(text)


def _optional(text: str, at: int) -> tuple[str, int]:
    """What stands in brackets, where there are any."""
    start = _skip_white(text, at)
    if text[start : start + 1] != "[":
        return "", at
    end = re.compile(r"(?:[^\[\]{}]|\{[^{}]*\}|\[[^\[\]]*\])*+\]").match(text, start + 1)
    return (text[start + 1 : end.end() - 1], end.end()) if end else ("", at)


def _environment(text: str, name: str, at: int) -> tuple[str, int]:
    """The inside of an environment, and where it goes on; one that is never closed ends with the text."""
    depth = 1
    for found in re.compile(rf"\\(begin|end)\s*\{{{re.escape(name)}\}}").finditer(text, at):
        depth += 1 if found[1] == "begin" else -1
        if not depth:
            return text[at : found.start()], found.end()
    return text[at:], len(text)
