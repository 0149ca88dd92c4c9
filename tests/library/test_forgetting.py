"""Whatever was done before, in whatever order: what is forgotten stands in no file that phitui writes."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from phitui.answers.request import Request
from phitui.answers.turn import Turn
from phitui.app.terminal.clipboard import copy
from phitui.app.terminal.drafts import write_draft
from phitui.documents.document import Span
from phitui.errors import UsageError
from phitui.evaluation.comparison.votes import Votes
from phitui.library.care.restore import restore
from phitui.places import Places
from phitui.settings import Settings
from phitui.workbench import Workbench
from tests.library.made import HashingEmbedder, plain_sources

MARKER = "quagglefrint"
NAME = "zumbovia"
"""Words of the document's text and of its name that nothing else has."""
TEXT = f"The {MARKER} of the old king was sold in secret for nineteen opals. Nobody was to know what the {MARKER} was."
OTHER = "Whales sing in the deep sea. Their songs travel far and wide. Nobody knows what they sing of."
ORDERS = int(os.environ.get("PHITUI_TEST_ORDERS", "6"))
"""Orders of operations that are tried; 200 for the whole of it."""


def carriers(base: Path) -> list[str]:
    """Files under the folder that hold either word in any usual encoding; compressed databases are looked into."""
    found = []
    for path in sorted(each for each in base.rglob("*") if each.is_file()):
        content = path.read_bytes().lower()
        forms = [word[:8].encode(code) for word in (MARKER, NAME) for code in ("utf-8", "utf-16-le", "utf-16-be")]
        if any(form in content for form in forms) or _in_bin(path):
            found.append(str(path.relative_to(base)))
    return found


def _in_bin(path: Path) -> bool:
    if not path.read_bytes().startswith(b"SQLite format 3\0"):
        return False
    from phitui.library.store.bin import unpacked

    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
        rows = connection.execute("SELECT data FROM bin").fetchall()
    return any(MARKER in str(unpacked(data)) for (data,) in rows)


class Shelf:
    """A workbench on a folder of its own, with the cheapest embedder and readers."""

    def __init__(self, base: Path):
        self.base, self.home, self.files = base, base / "home", base / "files"
        self.files.mkdir(parents=True)
        self.places = Places.of(self.home)
        self.secret, self.other = self.files / f"{NAME}.txt", self.files / "whales.txt"
        self.secret.write_text(TEXT)
        self.other.write_text(OTHER)
        self.open()

    def open(self) -> None:
        self.bench = Workbench(Settings(), self.places)
        self.bench.models.embedder = lambda name: HashingEmbedder()
        self.bench.models.checker = self.bench.models.close_reader = lambda: None
        self.bench.library._indexer._sources = plain_sources
        self.library = self.bench.library

    def close(self) -> None:
        self.bench.close()

    def add(self, *files: Path) -> None:
        list(self.library.add(list(files)))

    def held(self) -> list[int]:
        return [each.document_id for each in self.library.documents() if each.title == NAME]

    def forget(self, reference: str) -> list[Path]:
        return self.library.forget([], self.library.find_forgettable(reference))


class Orders(RuleBasedStateMachine):
    """Everything that can happen to a document before it is forgotten."""

    @initialize()
    def begin(self):
        self.base = Path(mkdtemp(prefix="phitui-orders-"))
        self.shelf = Shelf(self.base)
        self.shelf.add(self.shelf.other)
        self.numbers = 0
        self.forgotten = True

    @rule()
    def add(self):
        self.shelf.add(self.shelf.secret)
        self.forgotten = False

    @rule()
    def change(self):
        self.numbers += 1
        self.shelf.secret.write_text(f"{TEXT} This is version {self.numbers} of it, and it says a little more.")

    @rule(question=st.sampled_from([f"What was the {MARKER}?", "What was sold in secret?", "What do whales sing of?"]))
    def ask(self, question):
        list(self.shelf.bench.ask(Request(question, words_first=True)))

    @rule()
    def judge(self):
        hits = self.shelf.library.search(self.shelf.library.query("sold in secret for opals", by_words=True), 1)
        for hit in hits:
            self.shelf.library.conversations.judge("What was sold?", hit.passage_id)

    @rule()
    def note(self):
        if self.shelf.held():
            self.shelf.library.conversations.save_buffer(f"# mine\n{TEXT}\n# more", "text", "notes")
            copy(TEXT, self.shelf.places.data, lambda text: None)
            write_draft(self.shelf.places, "default", f"And what of {NAME}.txt?")

    @rule()
    def mark(self):
        for document in self.shelf.library.documents():
            text = self.shelf.library.page(document.document_id, 1).text
            self.shelf.library.marks.add(document.document_id, Span(1, 0, 1, len(text)), f"as {TEXT} says of {MARKER}")

    @rule()
    def copy_over(self):
        self.shelf.secret.write_text(OTHER)
        self.shelf.add(self.shelf.secret)
        self.shelf.secret.write_text(TEXT)

    @rule()
    def find_right(self):
        bench, turn = self.shelf.bench, Turn("What was sold in secret?")
        for event in bench.ask(Request(turn.question, words_first=True, save=False)):
            turn.take(event)
        bench.pairs.keep_answer(turn)
        if turn.in_documents:
            bench.pairs.keep_code("Write python code only.", f"# {turn.answer}")
        Votes(self.shelf.places.data / "evals").add(f"Who had the {MARKER}?", ["a", "b"], "a", True)

    @rule()
    def remove(self):
        self.shelf.library.remove(self.shelf.held())

    @rule()
    def bring_back(self):
        for each in self.shelf.library.bin.all():
            with suppress(UsageError):  # it may be there again
                self.shelf.library.bring_back([each.document_id])

    @rule()
    def empty_bin(self):
        self.shelf.library.bin.empty()

    @rule()
    def back_up(self):
        self.shelf.library.make_backup()

    @rule()
    def export(self):
        self.numbers += 1
        self.shelf.library.export(self.shelf.places.data / "libraries" / "default" / f"copy{self.numbers}.phitui")

    @rule()
    def restore(self):
        if self.shelf.library._backups.newest() is not None:
            self.shelf.close()
            restore(self.shelf.places.library_folder("default"), although_sound=True)
            self.shelf.open()

    @rule()
    def open_again(self):
        self.shelf.close()
        self.shelf.open()

    @precondition(lambda self: not self.forgotten)
    @rule(by=st.sampled_from(["name", "title"]))
    def forget(self, by):
        reference = f"{NAME}.txt" if by == "name" else NAME
        left = self.shelf.forget(reference)
        assert carriers(self.shelf.home) == []
        assert not any(MARKER in f"{pair.prompt} {pair.response}" for pair in self.shelf.bench.pairs.all())
        assert left == []
        assert self.shelf.held() == []
        assert [each.title for each in self.shelf.library.documents()] in (["whales"], [])
        self.forgotten = True

    def teardown(self):
        if hasattr(self, "shelf"):
            self.shelf.close()
            shutil.rmtree(self.base, ignore_errors=True)


Orders.TestCase.settings = settings(
    max_examples=ORDERS,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.hostile
class TestOrders(Orders.TestCase):  # type: ignore[misc, valid-type]
    """Named, so that pytest finds it with its mark."""
