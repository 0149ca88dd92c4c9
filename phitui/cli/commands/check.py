"""`phitui check`: the sentences of a draft, or single claims, against the library."""

import argparse
import json
import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.cli import options as shared
from phitui.cli import printing
from phitui.cli.registry import Command, Family
from phitui.errors import UsageError
from phitui.reading import read_given
from phitui.records import CheckedSentence, Citation
from phitui.signals import stopping
from phitui.text import clean, one_line, system_reason
from phitui.wording import VERDICTS, page_name, remark, sums

if TYPE_CHECKING:
    from phitui.answers.check.library_check import Asked
    from phitui.workbench import Workbench

FAILING = ("contradicted", "unsupported")
"""With --strict any of these is a failure."""


def _check(workbench: "Workbench", options: argparse.Namespace) -> int:
    """Prints a line a sentence, and the sums. Raises PhituiError."""
    if (options.file is None) == (options.claims is None):
        raise UsageError("Name a draft, or claims with --claims FILE. `phitui check --help` shows the usage.")
    ids, asked, spans = _claims(workbench, options.claims) if options.claims else _draft(workbench, options.file)
    if not workbench.library.documents():
        printing.say("The library is empty: `phitui add PATH…` indexes the documents to check against.")
        return 0
    if any(not each.reason for each in asked):
        printing.say(f"Checking {len(asked)} {'claims' if options.claims else 'sentences'} …")
    counted: Counter[str] = Counter()
    with stopping() as cancel:
        for name, span, each in zip(ids, spans, workbench.check(asked, cancel), strict=False):
            counted[each.verdict] += 1
            printing.line(check_row(name, each, span) if options.json else check_text(each))
    if sum(counted.values()) < len(asked):
        printing.say(f"Stopped: {len(asked) - sum(counted.values())} were not checked.")
        return 130
    reader = workbench.models.checker()
    checker = reader.name if reader else "words"
    if reader is not None and reader.fitted is None and checker != "bundled":
        printing.say("This reader has no thresholds of its own: `phitui eval --claims FILE` finds them.")
    if options.json:
        counts = {verdict: counted[verdict] for verdict in VERDICTS}
        printing.line({"checked": sum(counted.values()) - counted["no claim"], **counts, "checker": checker})
    else:
        printing.line(f"\n{sums(counted)}. Read by: {checker}.")
    return 1 if options.strict and any(counted[verdict] for verdict in FAILING) else 0


def _draft(workbench: "Workbench", given: str) -> "tuple[list[Any], list[Asked], list[tuple[int, int]]]":
    """Sentence numbers, sentences and their places. Raises UsageError, DocumentError."""
    from phitui.answers.check.draft import MARKDOWN, parts, read_draft, to_check

    if given == "-":
        text, kind = clean(shared.typed(given)), MARKDOWN
    else:
        path = Path(given).expanduser()
        if not os.path.isfile(path):  # which takes a name that no disk could hold for one that is not there
            raise UsageError(f"There is no file {one_line(given, 200)}.")
        text, kind = read_draft(path, workbench.settings.reader)
    found = parts(text, kind)
    if not found:
        raise UsageError("The draft holds no text to check.")
    return list(range(1, len(found) + 1)), to_check(found), [(each.start, each.end) for each in found]


def _claims(workbench: "Workbench", given: str) -> "tuple[list[Any], list[Asked], list[tuple[int, int]]]":
    """Ids and claims of JSON lines. Raises UsageError naming the line."""
    from phitui.answers.check.library_check import Asked

    try:
        text = shared.typed(given) if given == "-" else read_given(Path(given).expanduser()).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{one_line(given, 200)} cannot be read: {system_reason(error)}.") from None
    documents: dict[str, int] = {}
    ids, asked = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or not isinstance(row.get("claim"), str):
            raise UsageError(
                f'{one_line(given, 200)}, line {number}: a claim is a JSON object with "claim" as a string.'
            )
        question, document = row.get("question"), row.get("document")
        if document is not None and str(document) not in documents:
            documents[str(document)] = _document(workbench, document)
        ids.append(row.get("id", number))
        where = None if document is None else documents[str(document)]
        asked.append(Asked(clean(row["claim"]), clean(question) if isinstance(question, str) else None, where))
    if not asked:
        raise UsageError(f"{one_line(given, 200)} holds no claims.")
    return ids, asked, [(0, len(each.text)) for each in asked]


def _document(workbench: "Workbench", reference: Any) -> int:
    """By file name, or what `phitui page` takes. Raises UsageError."""
    named = [each for each in workbench.library.documents() if Path(each.path).name == reference]
    return (named[0] if len(named) == 1 else workbench.library.find(str(reference))).document_id


def check_row(name: Any, sentence: CheckedSentence, span: tuple[int, int]) -> dict[str, Any]:
    """The line that `phitui check --json` prints (handbook, "The command line")."""
    citations = [_citation(each) for each in sentence.citations]
    opposed = sentence.verdict == "contradicted"
    said = sentence.conflicts or (
        ((sentence.text, sentence.citations[0].quote),) if opposed and sentence.citations else ()
    )
    cited = citations[0] if citations else None
    return {
        "id": name,
        "sentence": sentence.text,
        "verdict": sentence.verdict,
        "score": sentence.score,
        "citations": citations,
        "conflicts": [{"claim": own, "source": other, "citation": cited} for own, other in said] if opposed else [],
        "lacking": list(sentence.unsupported_words),
        "reason": remark(sentence) or None,
        "start": span[0],
        "end": span[1],
    }


def _citation(citation: Citation) -> dict[str, Any]:
    span = asdict(citation.span)
    return {"passage_id": citation.passage_id, "path": citation.path, **span, "quote": citation.quote}


def check_text(sentence: CheckedSentence) -> str:
    """The same for people: the verdict, the sentence, and what the source says."""
    verdict = sentence.verdict
    lines = [f"{verdict.upper() if verdict in FAILING else verdict:12}  {one_line(sentence.text)}"]
    if verdict == "no claim":
        return lines[0]
    if not sentence.supported:
        lines.append(f"{'':14}{one_line(remark(sentence))}")
    for each in sentence.citations:
        lead = "" if sentence.supported else "but: " if verdict == "contradicted" else "nearest: "
        where = f"{one_line(each.title, 60)}, {page_name(each.span.page, each.page_label)}"
        lines.append(f"{'':14}{lead}“{one_line(each.quote, 300)}” {where}")
    return "\n".join(lines)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", metavar="FILE", help="Markdown, text, LaTeX, DOCX or PDF; - reads stdin")
    parser.add_argument("--claims", metavar="FILE", help='one JSON {"id","claim","question"?,"document"?} a line')
    parser.add_argument("--strict", action="store_true", help="exit 1 where anything is contradicted or unsupported")
    shared.scope(parser)
    shared.setting(
        parser,
        "--checker",
        "checker",
        metavar="C",
        help="what reads: bundled, model (the language model), an id or a folder",
    )


FAMILY = Family(
    "questions",
    (
        Command(
            "check",
            "check the sentences of a draft against the documents",
            _check,
            _options,
            ("phitui check report.md", "phitui check --strict thesis.tex", "phitui check --claims claims.jsonl --json"),
            of_documents=True,
        ),
    ),
    place=2,
)
