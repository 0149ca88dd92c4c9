"""Files are written in one place, and none of its writers can be led to a file of somebody else's."""

import ast
import os
import re
import stat
from pathlib import Path

import pytest

from phitui.errors import LibraryError, UsageError
from phitui.library import atomic
from tests.library.made import open_library

PACKAGE = Path(__file__).resolve().parents[2] / "phitui"
WRITES = frozenset(
    """write_text write_bytes touch mkstemp NamedTemporaryFile TemporaryFile mktemp symlink symlink_to link hardlink_to
    copyfile copy copy2 copytree move mkfifo save savez savez_compressed tofile write_index save_file
    save_pretrained save_model""".split()
)
"""Names of functions and methods that make or change a file by name."""
NAMED = re.compile(rf"\b(open|{'|'.join(WRITES)})\b")
"""A file without any of them need not be parsed."""
MODULES = frozenset({"os", "shutil", "tempfile", "np", "numpy", "torch", "faiss"})
SHARED = frozenset({"copy", "move", "link", "save", "touch"})
"""Those that also mean something harmless: counted where they are a module's own."""
ELSEWHERE = {
    ("documents/workers/worker.py", "write_text"): "the system's own file about the process",
    ("library/indexes/lexical.py", "symlink"): "into a temporary folder of its own",
    ("library/indexes/groups.py", "write_index"): "a file that `fresh` has made",
    ("scratchpad/run/walls.py", "open"): "the system's own file about the process",
    ("scratchpad/run/walls.py", "symlink"): "into a folder system of its own",
    ("library/intake/made_vectors.py", "savez_compressed"): "into memory",
    ("models/hub/gguf.py", "symlink"): "into a temporary folder of its own",
    ("models/tuning/merge.py", "save_pretrained"): "into a temporary folder of its own",
    ("models/tuning/trainer.py", "save_pretrained"): "into a folder that was made anew",
    ("models/hub/packaged.py", "save_pretrained"): "into a temporary folder of its own",
    ("bench/search.py", "savez"): "into a temporary folder of its own",
    ("bench/index.py", "write_index"): "into a temporary folder of its own",
}
"""Writers by name that are safe, and why. `phitui.workshop` makes shipped files on a developer's machine."""


def written(file):
    """(name, line) of each call in the file that may open a file for writing."""
    source = file.read_text("utf-8")
    if not NAMED.search(source):
        return
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        of = function.value.id if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) else ""
        if (
            (name in WRITES and (name not in SHARED or of in MODULES))
            or (name == "open" and of == "os" and _changes(node))
            or (name == "open" and of != "os" and any(_is_mode(each) for each in _modes(node)))
        ):
            yield name, node.lineno


def _changes(node):
    text = ast.unparse(node)
    return "devnull" not in text and any(flag in text for flag in ("O_WRONLY", "O_RDWR", "O_CREAT", "O_APPEND"))


def _modes(node):
    return [*node.args, *(each.value for each in node.keywords if each.arg == "mode")]


def _is_mode(argument):
    value = argument.value if isinstance(argument, ast.Constant) else None
    return isinstance(value, str) and 0 < len(value) <= 3 and set(value) <= set("rwxabt+") and set(value) & set("wxa+")


def test_no_other_place_opens_a_file_for_writing():
    found = []
    for file in sorted(PACKAGE.rglob("*.py")):
        name = file.relative_to(PACKAGE).as_posix()
        if name != "library/atomic.py" and not name.startswith("workshop/"):
            found += [(name, *each) for each in written(file) if (name, each[0]) not in ELSEWHERE]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "open('x', 'w')",
        "path.open('ab')",
        "open(x, mode='r+')",
        "path.write_text('x')",
        "os.open(x, os.O_RDWR)",
        "shutil.copy(a, b)",
        "shutil.copyfile(a, b)",
        "tempfile.NamedTemporaryFile()",
    ],
)
def test_the_search_for_writers_sees_this(line, tmp_path):
    (tmp_path / "a.py").write_text(line)
    assert list(written(tmp_path / "a.py"))


# ── the helper ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def victim(tmp_path):
    """A file of the user's that an attacker would have overwritten."""
    file = tmp_path / "victim"
    file.write_text("precious")
    return file


@pytest.mark.hostile
def test_a_link_in_the_goals_place_is_replaced_and_not_followed(tmp_path, victim):
    goal = tmp_path / "goal"
    goal.symlink_to(victim)
    atomic.replace_file(goal, b"new")
    assert victim.read_text() == "precious"
    assert not goal.is_symlink() and goal.read_bytes() == b"new"


@pytest.mark.hostile
def test_a_new_file_never_takes_the_place_of_one_that_is_there(tmp_path, victim):
    goal = tmp_path / "goal"
    for make in (lambda: goal.symlink_to(victim), lambda: goal.symlink_to("nowhere"), lambda: goal.write_text("x")):
        make()
        with pytest.raises(FileExistsError):
            atomic.create_file(goal, b"new")
        goal.unlink()
    assert victim.read_text() == "precious"
    assert os.listdir(tmp_path) == ["victim"]


@pytest.mark.hostile
def test_links_in_the_place_of_files_that_stay_are_refused(tmp_path, victim):
    goal = tmp_path / "goal"
    goal.symlink_to(victim)
    for opened in (atomic.open_to_append, atomic.open_to_change, atomic.open_private, atomic.try_to_change):
        with pytest.raises(OSError, match="symbolic|Too many"):
            opened(goal)
    goal.unlink()
    goal.symlink_to(tmp_path / "made")
    for opened in (atomic.open_to_append, atomic.open_to_change):
        with pytest.raises(OSError, match="symbolic|Too many"):
            opened(goal)
    assert victim.read_text() == "precious" and not (tmp_path / "made").exists()


def test_names_beside_the_goal_cannot_be_guessed_and_are_the_users_alone(tmp_path):
    names = {atomic.fresh(tmp_path / "goal") for _ in range(20)}
    assert len(names) == 20
    assert all(stat.S_IMODE(each.stat().st_mode) == 0o600 for each in names)
    assert not any("goal" in each.name or str(os.getpid()) in each.name for each in names)


def test_what_goes_wrong_while_writing_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "goal").write_text("old")

    def break_off():
        with atomic.replacing(tmp_path / "goal") as file:
            file.write(b"half")
            raise ValueError("broke")

    with pytest.raises(ValueError, match="broke"):
        break_off()
    assert os.listdir(tmp_path) == ["goal"] and (tmp_path / "goal").read_text() == "old"


def test_the_permissions_of_a_file_of_the_users_stay_and_those_of_a_new_one_are_private(tmp_path):
    script = tmp_path / "run"
    script.write_text("old")
    script.chmod(0o755)
    atomic.replace_file(script, b"new", atomic.mode_of(script))
    assert stat.S_IMODE(script.stat().st_mode) == 0o755
    assert atomic.mode_of(tmp_path / "none") == 0o600


def test_a_new_file_is_copied_where_links_cannot_be_made(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    (tmp_path / "made").write_bytes(b"content")

    def refuse(*_, **__):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    atomic.put_new(tmp_path / "made", tmp_path / "there" / "goal")
    assert (tmp_path / "there" / "goal").read_bytes() == b"content"
    assert os.listdir(tmp_path / "there") == ["goal"]


@pytest.mark.hostile
def test_in_a_folder_that_all_may_write_nothing_is_made_by_a_name_that_others_can_follow(tmp_path):
    shared, own = tmp_path / "shared", tmp_path / "own"
    shared.mkdir()
    own.mkdir(mode=0o700)
    shared.chmod(0o777)
    with atomic.private_folder_for(shared / "export", own) as folder:
        assert folder.parent == own and stat.S_IMODE(folder.stat().st_mode) == 0o700
    shared.chmod(0o1777)
    with atomic.private_folder_for(shared / "export", own) as folder:
        assert folder.parent == shared and stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert os.listdir(shared) == [] and os.listdir(own) == []


# ── its users ────────────────────────────────────────────────────────────────────────────────────────────────


def guesses(folder, name):
    """What phitui might once have called its files there."""
    for ending in ("new", "part", "tmp"):
        for middle in (str(os.getpid()), str(os.getpid() + 1)):
            yield folder / f"{name}.{middle}.{ending}"
        yield folder / f"{name}.{ending}"


@pytest.mark.hostile
@pytest.mark.parametrize("mode", [0o1777, 0o777])
def test_an_export_into_a_shared_folder_reaches_nobody_else(filled, tmp_path, victim, mode):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(mode)
    traps = list(guesses(shared, "library.phitui"))
    for trap in traps:
        trap.symlink_to(victim)
    filled.export(shared / "library.phitui")
    assert victim.read_text() == "precious"
    made = shared / "library.phitui"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600 and made.read_bytes().startswith(b"SQLite format 3")
    assert sorted(os.listdir(shared)) == sorted([*(trap.name for trap in traps), made.name])


@pytest.mark.hostile
def test_an_export_does_not_follow_a_link_that_leads_nowhere_yet(filled, tmp_path):
    (tmp_path / "out").symlink_to(tmp_path / "made")
    with pytest.raises(UsageError, match="is there already"):
        filled.export(tmp_path / "out")
    assert not (tmp_path / "made").exists()


@pytest.mark.hostile
def test_a_library_that_is_a_link_to_another_file_is_not_written_through(tmp_path, victim):
    for name in ("data", "cache"):
        (tmp_path / name).mkdir()
    (tmp_path / "data" / "library.db").symlink_to(tmp_path / "nowhere")
    with pytest.raises(LibraryError, match="cannot be opened"):
        open_library(tmp_path)
    assert not (tmp_path / "nowhere").exists()
