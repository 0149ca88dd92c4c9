"""The scripted workbench has the real one's interface, as far as the app uses it."""

import ast
import inspect
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

import phitui.app
from phitui.answers.turn_log import Turns
from phitui.library.library import Library
from phitui.library.store.conversations import Conversations
from phitui.library.store.marks.marks import Marks
from phitui.models.host import ModelHost
from phitui.places import Places
from phitui.settings import Settings
from phitui.workbench import Workbench
from tests.app.fake import FakeConversations, FakeLibrary, FakeMarks, FakeModels, FakeTurns, FakeWorkbench

ROOM = Path(phitui.app.__file__).parent
PARTS = (
    (FakeWorkbench, Workbench),
    (FakeLibrary, Library),
    (FakeConversations, Conversations),
    (FakeMarks, Marks),
    (FakeModels, ModelHost),
    (FakeTurns, Turns),
)
METHODS = [
    (fake, real, name)
    for fake, real in PARTS
    for name, member in vars(fake).items()
    if inspect.isfunction(member) and name[0] != "_"
]


@cache
def asked_by_the_app() -> dict[str, set[str]]:
    """The attributes that the app reads, by what it reads them of, such as workbench or workbench.library."""
    found = defaultdict(set)
    for file in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                found[ast.unparse(node.value)].add(node.attr)
    return found


@pytest.mark.parametrize(("fake", "real", "name"), METHODS)
def test_a_scripted_method_takes_what_the_real_one_takes(fake, real, name):
    wanted = [(each.name, each.kind) for each in inspect.signature(getattr(real, name)).parameters.values()]
    given = inspect.signature(getattr(fake, name)).parameters.values()
    takes_any = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in given)

    named = [(each.name, each.kind) for each in given if each.kind is not inspect.Parameter.VAR_KEYWORD]
    assert [each for each in wanted if each in named or not takes_any] == named


@pytest.mark.parametrize(
    ("what", "some"),
    [
        ("workbench", {"ask", "add", "library", "models", "turns", "settings"}),
        ("workbench.library", {"documents", "page", "scope", "conversations"}),
        ("workbench.library.conversations", {"list", "search", "buffers", "save_buffer", "judge"}),
        ("workbench.library.marks", {"list", "search", "add", "write", "delete", "bring_back"}),
        ("workbench.models", {"engine", "load", "pull", "on_disk"}),
        ("workbench.turns", {"of"}),
    ],
)
def test_what_the_app_asks_of_a_workbench_both_of_them_have(what, some, tmp_path):
    workbench = Workbench(Settings(), Places.of(tmp_path))
    real = eval(what, {"workbench": workbench})
    fake = eval(what, {"workbench": FakeWorkbench()})
    used = asked_by_the_app()[what]

    assert some <= used
    assert [name for name in used if not hasattr(real, name)] == []
    assert [name for name in used if not hasattr(fake, name)] == []
    workbench.close()
