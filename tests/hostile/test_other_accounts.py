"""On a machine that others share: what they own or can write is not used, and they are told from the user himself."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from phitui import ownership
from phitui.cli.main import main
from phitui.ownership import of_others

STRANGER = 65534
ROOT = os.geteuid() == 0
pytestmark = pytest.mark.hostile
as_root = pytest.mark.skipif(not ROOT, reason="only root may give files to other accounts")


def run(capsys, *arguments):
    """(exit code, stdout, stderr)."""
    code = main([str(each) for each in arguments])
    return (code, *capsys.readouterr())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A data folder that holds a library and a settings file."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "a.md").write_text("Herons stand in shallow water and wait for fish.")
    assert main(["--data-dir", str(folder / "home"), "add", "--words-only", str(folder / "a.md")]) == 0
    (folder / "home" / "config").mkdir(exist_ok=True)
    (folder / "home" / "config" / "config.toml").write_text("passages = 3\n")
    return folder / "home"


@pytest.fixture
def home(made, tmp_path):
    """A copy of it."""
    return shutil.copytree(made, tmp_path / "home")


KEPT = [
    ".",
    "data",
    "data/libraries",
    "data/libraries/default",
    "data/libraries/default/library.db",
    "cache",
    "cache/libraries/default",
    "config",
    "config/config.toml",
]


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("bits", [stat.S_IWOTH, stat.S_IWGRP])
def test_what_others_can_write_is_refused_by_every_command_and_shown_by_the_doctor(
    home, capsys, monkeypatch, name, bits
):
    monkeypatch.setattr(ownership, "_is_private", lambda *_: False)
    place = home / name
    place.chmod(place.stat().st_mode | bits)
    for command in (["search", "heron", "--arm", "lexical"], ["add", home]):
        code, out, err = run(capsys, "--data-dir", home, *command)
        assert code == 1 and out == "" and err.count("\n") == 1
        assert "can be written by" in err and str(place) in err and ownership._user(os.geteuid()) in err
    code, out, _ = run(capsys, "--data-dir", home, "doctor")
    if not name.startswith("cache/"):  # a cache is made anew
        assert code == 1 and "can be written by" in out
    place.chmod(place.stat().st_mode & ~0o022)
    assert run(capsys, "--data-dir", home, "list")[0] == 0


@as_root
@pytest.mark.parametrize("name", KEPT)
def test_what_belongs_to_somebody_else_is_refused_by_name_even_for_root(home, capsys, name):
    os.chown(home / name, STRANGER, -1)
    for command in (["search", "heron"], ["list"], ["models"]):
        if command == ["models"] and "libraries/default" in name:
            continue
        if command == ["list"] and name.startswith("cache/"):
            continue
        code, out, err = run(capsys, "--data-dir", home, *command)
        assert code == 1 and out == "" and f"belongs to {ownership._user(STRANGER)}" in err
    if not name.startswith("cache/"):
        code, out, _ = run(capsys, "--data-dir", home, "doctor")
        assert code == 1 and f"belongs to {ownership._user(STRANGER)}" in out


@as_root
def test_a_settings_file_of_somebody_else_decides_nothing_even_for_the_doctor(home, capsys):
    (home / "config" / "config.toml").write_text("passages = 'nonsense'\n")
    os.chown(home / "config" / "config.toml", STRANGER, -1)
    code, out, err = run(capsys, "--data-dir", home, "doctor")
    assert code == 1 and "nonsense" not in out + err and "config.toml belongs to" in out


@as_root
def test_a_link_counts_by_what_it_leads_to_and_by_who_made_it(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "mine").mkdir()
    os.chown(tmp_path / "theirs", STRANGER, -1)
    (tmp_path / "to-theirs").symlink_to(tmp_path / "theirs")
    (tmp_path / "to-mine").symlink_to(tmp_path / "mine")
    assert of_others(tmp_path / "to-theirs") and not of_others(tmp_path / "to-mine")
    os.chown(tmp_path / "to-mine", STRANGER, -1, follow_symlinks=False)
    assert of_others(tmp_path / "to-mine")


def test_the_app_refuses_as_well(home, capsys):
    (home / "config").chmod(0o777)
    code, _, err = run(capsys, "--data-dir", home)
    assert code == 1 and "can be written by every account" in err


@pytest.mark.parametrize(
    ("user", "group", "members", "private"),
    [
        (("ann", 1000), ("ann", 1000), [], True),
        (("ann", 1000), ("ann", 1000), ["ann"], True),
        (("ann", 1000), ("ann", 1000), ["bob"], False),
        (("ann", 1000), ("staff", 50), [], False),
        (("ann", 50), ("staff", 50), [], False),
    ],
)
def test_the_users_own_group_may_write_as_under_umask_002(tmp_path, monkeypatch, user, group, members, private):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(
        ownership,
        "pwd",
        SimpleNamespace(getpwuid=lambda _: SimpleNamespace(pw_name=user[0], pw_gid=user[1])),
    )
    monkeypatch.setattr(
        ownership, "grp", SimpleNamespace(getgrgid=lambda _: SimpleNamespace(gr_name=group[0], gr_mem=members))
    )
    assert ownership._is_private(group[1], tmp_path) is private


def test_what_phitui_makes_under_umask_002_it_uses_again(tmp_path, capsys):
    before = os.umask(0o002)
    try:
        (tmp_path / "a.md").write_text("Herons wait.")
        for command in (["add", "--words-only", tmp_path / "a.md"], ["search", "herons"], ["list"]):
            assert run(capsys, "--data-dir", tmp_path / "home", *command)[0] == 0
    finally:
        os.umask(before)


@pytest.fixture(scope="module")
def open_folder(tmp_path_factory):
    """A folder that every account can reach, which pytest's own are not."""
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="phitui-accounts-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def as_stranger(*command):
    """Runs a command as another account, or skips the test with the reason."""
    setpriv = shutil.which("setpriv")
    if not ROOT or setpriv is None:
        pytest.skip("two accounts need root and setpriv")
    done = subprocess.run(
        [setpriv, "--reuid", str(STRANGER), "--regid", str(STRANGER), "--clear-groups", *command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "setpriv" in done.stderr:
        pytest.skip(f"setpriv is not allowed here: {done.stderr.strip()}")
    return done


def test_another_account_reads_nothing_of_an_export_in_a_shared_folder(filled, open_folder):
    shared = open_folder / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    me = os.getpid()
    for name in (f"out.{me}.part", f"out.{me}.part.{me}.new", "out.part", "out.new"):
        assert as_stranger("sh", "-c", f"umask 0; : > {shared}/{name}").returncode == 0
    filled.export(shared / "out")
    read = as_stranger("sh", "-c", f"cat {shared}/out {shared}/out.* {shared}/.phitui*/* 2>/dev/null | wc -c")
    assert read.stdout.strip() == "0"
    assert (shared / "out").stat().st_size > 0 and (shared / "out").stat().st_uid == os.geteuid()


def test_another_account_that_starts_phitui_on_a_users_folder_is_refused(home, open_folder, capsys):
    if not os.access(sys.executable, os.X_OK):
        pytest.skip("python cannot be run by another account")
    shutil.copytree(home, open_folder / "home")
    subprocess.run(["chmod", "-R", "a+rX", str(open_folder / "home")], check=True)
    done = as_stranger(
        "env",
        f"PYTHONPATH={os.pathsep.join([str(Path(ownership.__file__).parents[1]), *sys.path])}",
        f"PHITUI_DATA_DIR={open_folder / 'home'}",
        "PYTHONDONTWRITEBYTECODE=1",
        sys.executable,
        "-m",
        "phitui",
        "list",
    )
    if done.returncode in (126, 127) or "No module named" in done.stderr:
        pytest.skip("another account cannot read this Python")
    assert done.returncode == 1 and "belongs to root" in done.stderr and done.stdout == ""
