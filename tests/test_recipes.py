"""The recipes of the handbook, followed word for word: in a copy of the package, their code does what they say."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from phitui.handbook import HANDBOOK
from phitui.workshop.handbook_markdown import Block, Code, Heading, Paragraph, blocks

ROOT = Path(__file__).resolve().parents[1]
NEW = re.compile(r"A new module, `([^`]+)`:$")
INSERTED = re.compile(r"[Ii]n `([^`]+)`, below `([^`]+)`:$")


def recipe(title: str) -> list[Block]:
    """What stands under that heading."""
    found: list[Block] = []
    inside = False
    for block in blocks(HANDBOOK.with_name("14-inside-phitui.md").read_text("utf-8")):
        if isinstance(block, Heading):
            inside = block.text == f"Recipe: {title}"
        elif inside:
            found.append(block)
    return found


def follow(title: str, package: Path) -> Iterator[str]:
    """Does in that copy of the package what a recipe says; yields the files that it touches, from the package."""
    said = ""
    for block in recipe(title):
        if isinstance(block, Paragraph):
            said = block.text
        elif isinstance(block, Code):
            text = "\n".join(block.lines) + "\n"
            if new := NEW.search(said):
                assert not (package / new[1]).exists()
                (package / new[1]).write_text(text, "utf-8")
                yield new[1]
            else:
                into = INSERTED.search(said)
                assert into is not None, f"no one can tell where this goes: {said}"
                lines = (package / into[1]).read_text("utf-8").splitlines(keepends=True)
                (place,) = (number for number, line in enumerate(lines) if line.strip() == into[2])
                (package / into[1]).write_text("".join([*lines[: place + 1], text, *lines[place + 1 :]]), "utf-8")
                yield into[1]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with a copy of the package in it; what is no code, or compiled code, is linked."""
    package = tmp_path / "copy" / "phitui"
    shutil.copytree(
        ROOT / "phitui",
        package,
        copy_function=lambda old, new: shutil.copy2(old, new) if old.endswith(".py") else os.symlink(old, new),
    )
    return package.parent


def run(copy: Path, program: str, *arguments: str) -> str:
    """What a program prints that imports phitui from the copy."""
    paths = os.pathsep.join([str(copy), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": paths, "PHITUI_DATA_DIR": str(copy.parent / "data")}
    told = 'import sys, phitui; assert phitui.__file__.startswith(sys.argv[1]), "not the copy"\n'
    command = [sys.executable, "-c", told + program, str(copy), *arguments]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


COMMANDS = """
import shlex
from phitui.cli.main import main
for line in sys.argv[2:]:
    print(f"{line}: {main(shlex.split(line))}", flush=True)
"""

SUBTITLES = """1
00:00:01,000 --> 00:00:04,000
The harbour freezes in January.

2
00:00:05,500 --> 00:00:08,250
Nobody sails before April.
"""


def test_a_document_format_is_two_pieces_in_the_folder_of_documents(copy: Path, tmp_path: Path) -> None:
    touched = list(follow("a document format", copy / "phitui"))
    assert touched == ["documents/formats/text/subtitles.py", "documents/formats/registry.py"]

    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "north.srt").write_text(SUBTITLES)
    (tmp_path / "films" / "north.xyz").write_text("The harbour freezes in vain.")
    said = run(copy, COMMANDS, f"add --words-only {tmp_path / 'films'}", "search --arm lexical harbour", "page 1 1")

    assert "add --words-only" in said and said.count("north") == 2 and "north.xyz" not in said
    assert "The harbour freezes in January." in said and "-->" not in said
    assert "page 1 1: 0" in said


RANKED = """
from phitui.documents.document import Span
from phitui.library.search.ranking import SIGNALS, Query, rank
from phitui.records import Hit, StoredSentence

text = "Krill is eaten by whales."
def hit(number, page, fused):
    return Hit(number, number, "", f"/{number}.pdf", "", None, Span(page, 0, page, 9), text, 0, 0, fused=fused)
query = Query.of("What eats krill?", lambda found: dict.fromkeys(found, 1.0), None)
hits = [hit(1, 50, 0.55), hit(2, 1, 0.5)]
for each in rank(query, hits, lambda hits: [[StoredSentence(text, hit.span)] for hit in hits]):
    print(each.passage_id, each.signals.get("early"))
"""


def test_a_ranking_signal_is_one_line_in_the_folder_of_the_library(copy: Path) -> None:
    before = run(copy, RANKED)
    touched = list(follow("a ranking signal", copy / "phitui"))
    assert touched == ["library/search/ranking.py"]

    assert before == "1 None\n2 None\n"
    assert run(copy, RANKED) == "2 1.0\n1 0.02\n"


def test_a_command_is_one_file_in_the_folder_of_commands(copy: Path, tmp_path: Path) -> None:
    touched = list(follow("a command", copy / "phitui"))
    assert touched == ["cli/commands/longest.py"]

    texts = tmp_path / "texts"
    texts.mkdir()
    for name, pages in (("short", 1), ("long", 3)):
        (texts / f"{name}.txt").write_text("\n\n".join([f"What is {name} enough to be read. " * 80] * pages))
    said = run(
        copy, COMMANDS, f"add --words-only {texts}", "longest", "longest -n 1 --json", "--help", "longest --help"
    )

    listed = said.partition("longest: 0")[0]
    assert listed.index("title long") < listed.index("title short")
    assert '{"title": "long", "pages": ' in said and '{"title": "short"' not in said
    assert re.search(r"documents:\n(.*\n)*  longest +list the documents with most pages\n", said)
    assert "phitui longest -n 3" in said and said.rstrip().endswith("longest --help: 0")


SHOWN = """
import asyncio, pathlib
from phitui.app.app import PhituiApp
from phitui.places import Places
from phitui.settings import Settings
from tests.app.conftest import opened, text_of
from tests.app.fake import FakeWorkbench

async def look():
    app = PhituiApp(Settings(), Places.of(pathlib.Path(sys.argv[2])), make=FakeWorkbench)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        for size, keys in [((120, 40), ["f11", *"Ask Mary"]), ((80, 24), ["f2", "ctrl+t", "5"]), ((200, 60), ["f1"])]:
            await pilot.resize_terminal(*size)
            await pilot.press(*keys)
            await pilot.pause()
            print("==", app.view.pane, [name for name, pane in app.panes.named.items() if pane.display])
            print(text_of(app))

asyncio.run(look())
"""


def test_a_pane_is_a_file_and_three_lines_in_the_folder_of_the_app(copy: Path, tmp_path: Path) -> None:
    touched = list(follow("a pane", copy / "phitui"))
    assert touched == ["app/panes/notes.py", "app/panes/panes.py", "app/panes/panes.py", "app/keys.py"]

    beside, alone, with_help = run(copy, SHOWN, str(tmp_path)).split("== ")[1:]

    assert "notes ['chat', 'notes']" in beside
    assert "▸ Notes" in beside and "Ask Mary" in beside
    assert "notes ['notes']" in alone
    assert "▸5 Notes" in alone and "Ask Mary" in alone
    assert "notes ['library', 'chat', 'passages', 'notes']" in with_help
    assert re.search(r"F11 · \^t 5 +Notes; again: fill the screen", with_help)
