"""Questions to the library: `phitui ask`, `search`, `cite`."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.answers.writing.repetition import claims
from phitui.cli import options as shared
from phitui.cli import printing, rows
from phitui.cli.registry import Command, Family
from phitui.errors import UsageError
from phitui.events import AnswerFinished, Event, Failed, ModelLoaded, SentencesChecked, TokensArrived, TurnSaved
from phitui.records import Hit
from phitui.text import one_line
from phitui.wording import closest, ended, page_name, revised, unknown

if TYPE_CHECKING:
    from phitui.answers.given_text import GivenText
    from phitui.answers.turn import Turn
    from phitui.workbench import Workbench

WEAK = "Weak evidence: your documents are about this, but may not answer it."


# ── ask ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _ask_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", nargs="?", help="- reads stdin")
    shared.setting(parser, "-k", "passages", type=shared.count, metavar="K", help="passages looked at (default 10)")
    shared.scope(parser)
    shared.setting(
        parser, "--no-bound", "bound", nargs=0, const=False, help="leave sentences that no passage supports as they are"
    )
    parser.add_argument("--no-documents", action="store_true", help="ask the model alone")
    shared.several(parser)
    parser.add_argument(
        "--context", metavar="FILE", type=shared.path, help="a text that goes with the question alone; - reads stdin"
    )
    shared.sampling(parser)


def _ask(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.answers.request import Request
    from phitui.answers.turn import Turn
    from phitui.models.engine import Sampling

    if options.no_documents and not workbench.models.engine.writes:
        raise UsageError("--no-documents needs a language model: name one with --model.")
    if "-" in (options.question, str(options.queries)) and str(options.context) == "-":
        raise UsageError("Question and --context cannot both come from stdin: give one of them as it is.")
    queries = _queries(options.question, options.queries)
    context = _context(options.context)
    if not options.no_documents and not context and printing.is_empty(workbench):
        return 0
    single = options.queries is None
    failed = False
    for query_id, question in queries:
        turn = Turn(question)
        request = Request(
            question,
            use_documents=not options.no_documents,
            passages=workbench.settings.passages,
            evidence_tokens=workbench.settings.evidence_tokens,
            sampling=Sampling.of(workbench.settings),
            words_first=False,
            context=context,
            bound=workbench.settings.bound,
            save=single,
        )
        shown = _Shown(turn, request.bound and request.use_documents) if single and not options.json else None
        error = None
        for event in workbench.ask(request):
            turn.take(event)
            if isinstance(event, Failed):
                error = event.message
            if isinstance(event, ModelLoaded) and workbench.settings.server:
                printing.say(event.note)
            if isinstance(event, TurnSaved) and event.problem:
                printing.say(f"The answer is not kept. {event.problem}")
            if shown is not None:
                shown.take(event)
        if error is not None:
            printing.say(error)
            failed = True
            continue
        printing.line(rows.answer_row(turn, query_id) if options.json else _answer(turn, single))
    return 1 if failed else 0


class _Shown:
    """Prints an answer as it comes; of one that is bound to its evidence what will not be taken back."""

    def __init__(self, turn: "Turn", bound: bool):
        self._turn, self._bound, self._printed = turn, bound, 0

    def take(self, event: Event) -> None:
        """An event that the turn has taken."""
        if isinstance(event, TokensArrived) and not self._bound:
            printing.piece(event.text)
        elif self._bound and isinstance(event, SentencesChecked) and event.sentences:
            last, text = event.sentences[-1].text, self._turn.answer.lstrip()
            self._upto(text, text.rfind(last) + len(last))
        elif self._bound and isinstance(event, AnswerFinished) and not self._turn.by_quotation:
            self._upto(event.text, len(event.text))

    def _upto(self, text: str, end: int) -> None:
        if end > self._printed:
            printing.piece(text[self._printed : end])
            self._printed = end


def _answer(turn: Any, streamed: bool) -> str:
    """The answer for people: the quotes, and what was checked."""
    if turn.library_note and not turn.hits:
        return one_line(turn.library_note)
    left_out = [printing.left_out(turn.left_out)] if turn.left_out else []
    return "\n".join([*filter(None, [one_line(turn.library_note)]), *left_out, _told(turn, streamed)])


def _told(turn: Any, streamed: bool) -> str:
    if not turn.in_documents:
        head = closest(turn.evidence, turn.quotes) or "This is not in your documents. Nearest misses:"
        return "\n".join([head, *map(printing.quoted, turn.quotes)])
    weak = [*filter(None, [unknown(turn.evidence)]), *([WEAK] if turn.evidence and turn.evidence.weak else [])]
    if turn.finished is None or turn.by_quotation:
        return "\n".join([*weak, *map(printing.quoted, turn.quotes)]) if turn.quotes else "Nothing was found."
    lines = ["" if streamed else turn.answer, *weak]
    if turn.sentences:
        supported, counted = claims(turn.sentences)
        done = "".join(f", {each}" for each in (revised(turn.revisions), ended(turn.finished.reason)) if each)
        lines.append(f"{supported} of {counted} sentences supported{done}:")
        lines += [printing.checked(sentence) for sentence in turn.sentences]
    return "\n".join([*lines, *map(printing.quoted, turn.quotes)])


def _context(file: Path | None) -> "tuple[GivenText, ...]":
    """The text of `--context FILE|-`. Raises UsageError."""
    from phitui.answers.given_text import GivenText

    if file is None:
        return ()
    try:
        text = shared.text_of(file)
    except UsageError as error:
        raise UsageError(f"{error.message} `phitui add` reads documents.") from None
    return (GivenText.of(text) if str(file) == "-" else GivenText.of(text, file.name),)


# ── search ───────────────────────────────────────────────────────────────────────────────────────────────────


def _search_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", nargs="?", help="- reads stdin")
    shared.setting(parser, "-k", "passages", type=shared.count, metavar="K", help="passages a query (default 10)")
    shared.scope(parser)
    parser.add_argument(
        "--arm", choices=["fused", "dense", "lexical"], default="fused", help="by both, by meaning or by words alone"
    )
    shared.several(parser)


def _search(workbench: "Workbench", options: argparse.Namespace) -> int:
    queries = _queries(options.query, options.queries)
    if printing.is_empty(workbench):
        return 0
    spelled = [workbench.library.spelled(query) for _, query in queries]
    prepared = workbench.library.queries(spelled, by_words=options.arm == "lexical")
    for (query_id, typed), query, ready in zip(queries, spelled, prepared, strict=True):
        hits = workbench.library.search(ready, workbench.settings.passages, options.arm)
        if query != typed and not options.json:
            printing.say(f"searching for “{query}” (the library's spelling)")
        if ready.filters.left_out and not options.json:
            printing.say(printing.left_out(ready.filters.left_out))
        for hit in hits:
            printing.line({**rows.hit_row(hit, query_id), "query": query} if options.json else _found(hit))
    if workbench.library.problem:
        printing.say(f"New documents were not searched by words. {workbench.library.problem}")
    return 0


def _found(hit: Hit) -> str:
    page = page_name(hit.span.page, hit.page_label) + (" (OCR)" if hit.ocr else "")
    head = f"{hit.rank:>3}  {hit.score:6.3f}  {one_line(hit.cited_header, 80)}, {page}  [{hit.passage_id}]"
    return f"{head}\n     {one_line(hit.text)}"


def _queries(single: str | None, file: Path | None) -> list[tuple[Any, str]]:
    """(query_id, text) pairs: the one given (its id is null), or those of --queries FILE. Raises UsageError."""
    from phitui.answers.request import checked_question

    if (single is None) == (file is None):
        raise UsageError("Give either one question or --queries FILE.")
    if file is None:
        return [(None, checked_question(shared.typed(single or "")))]
    found = []
    for number, content in enumerate(shared.text_of(file).splitlines(), 1):
        if not content.strip():
            continue
        where = f"{one_line(str(file))}, line {number}"
        try:
            row = json.loads(content)
            query_id, query = row["id"], str(row["query"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise UsageError(f'{where}: expected {{"id": …, "query": "…"}}.') from None
        found.append((query_id, shared.checked(checked_question, query, where)))
    return found


# ── cite ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _cite_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "conversation", nargs="?", type=shared.count, metavar="ID", help="a conversation (default: the newest)"
    )
    parser.add_argument("--format", choices=["markdown", "bibtex", "csl-json"], default="markdown", help="of the text")
    parser.add_argument("--last", action="store_true", help="only the last answer")
    parser.add_argument("--list", action="store_true", help="list the conversations")
    parser.add_argument("--archived", action="store_true", help="with --list: those that are put away")


def _cite(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.answers.citations import write

    conversations = workbench.library.conversations.list()
    if options.list or options.archived:
        for each in conversations:
            if each.archived != options.archived:
                continue
            printing.line(
                f"{each.conversation_id:>5}  {each.updated[:10]}  {each.turns:>3} turns  {one_line(each.title)}"
            )
        return 0
    if not conversations:
        printing.say("There is no conversation in this library yet.")
        return 0
    chosen = options.conversation or conversations[0].conversation_id
    if all(each.conversation_id != chosen for each in conversations):
        raise UsageError("There is no such conversation: `phitui cite --list` shows what there is.")
    turns = workbench.turns.of(chosen)[-1:] if options.last else workbench.turns.of(chosen)
    text = write(turns, workbench.library.documents(), options.format)
    printing.line(text) if text else printing.say("Nothing was cited there.")
    return 0


FAMILY = Family(
    "questions",
    (
        Command(
            "ask",
            "answer a question from the documents",
            _ask,
            _ask_options,
            ('phitui ask "How tall is the lighthouse?"', "phitui ask --queries questions.jsonl --json"),
            of_documents=True,
        ),
        Command(
            "search",
            "find passages",
            _search,
            _search_options,
            ('phitui search "whale oil" -k 3', "phitui search --queries questions.jsonl --arm lexical --json"),
            of_documents=True,
        ),
        Command(
            "cite",
            "quotes and pages of a conversation, for a text or a reference manager",
            _cite,
            _cite_options,
            ("phitui cite", "phitui cite 3 --last --format bibtex"),
            json=False,
        ),
    ),
    place=2,
)
