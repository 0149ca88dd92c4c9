"""The scripted workbench has the real one's interface, as far as the app uses it."""

import ast
import inspect
from pathlib import Path

import pytest

import phitui.app
from phitui.places import Places
from phitui.settings import Settings
from phitui.workbench import Workbench
from tests.app.fake import FakeWorkbench

ROOM = Path(phitui.app.__file__).parent
METHODS = [name for name, member in vars(FakeWorkbench).items() if inspect.isfunction(member) and name[0] != "_"]


def used_by_the_app() -> set[str]:
    """The attributes that the app reads of a workbench."""
    trees = [ast.parse(file.read_text("utf-8")) for file in ROOM.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    loads = [node for node in nodes if isinstance(node.ctx, ast.Load)]
    return {node.attr for node in loads if isinstance(node.value, ast.Name) and node.value.id == "workbench"}


@pytest.mark.parametrize("name", METHODS)
def test_a_scripted_method_takes_what_the_real_one_takes(name):
    real = inspect.signature(getattr(Workbench, name)).parameters
    fake = inspect.signature(getattr(FakeWorkbench, name)).parameters
    takes_any = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in fake.values())

    named = [(each.name, each.kind) for each in fake.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    wanted = [(each.name, each.kind) for each in real.values()]
    assert [each for each in wanted if each in named or not takes_any] == named


def test_what_the_app_asks_of_a_workbench_both_of_them_have(tmp_path):
    used = used_by_the_app()
    real = Workbench(Settings(), Places.of(tmp_path))

    assert {"ask", "add", "documents", "engine", "save_buffer", "scope", "settings"} <= used
    assert [name for name in used if name not in vars(real) and not hasattr(Workbench, name)] == []
    assert [name for name in used if not hasattr(FakeWorkbench(), name)] == []
