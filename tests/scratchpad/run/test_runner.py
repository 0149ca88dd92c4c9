"""A program that is run is shut in and ended, whatever it does."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from phitui.errors import UsageError
from phitui.events import OutputArrived, RunFinished, RunStarted
from phitui.scratchpad.run.commands import command_for
from phitui.scratchpad.run.runner import PROTECTIONS, WALLED, Limits, RunError, run


def ran(code, language="python", *, limits=Limits(20, 300, 20), protections=PROTECTIONS):
    """How it started and ended, and all that it said."""
    events = list(run(code, language, limits, Event(), protections))
    assert isinstance(events[0], RunStarted) and isinstance(events[-1], RunFinished)
    return events[0], "".join(each.text for each in events if isinstance(each, OutputArrived)), events[-1]


def test_what_it_says_comes_without_control_characters_and_with_its_exit_code():
    started, said, ended = ran("import sys\nprint('a\\x1b[31mred\\x1b]0;t\\x07\\x07 end\\rb')\nsys.exit('no')")
    assert said == "ared end\nb\nno\n" and (ended.code, ended.limit) == (1, None)
    assert started.command.endswith(" -I -B -u main.py")


@pytest.mark.parametrize(
    ("language", "code", "said"),
    [
        ("c", '#include <stdio.h>\nint main(void) { puts("C"); return 3; }', "C\n"),
        ("c++", '#include <cstdio>\nint main() { puts("C++"); return 3; }', "C++\n"),
        ("bash", "echo sh; exit 3", "sh\n"),
        ("javascript", "console.log('js'); process.exit(3)", "js\n"),
    ],
)
def test_each_language_runs_where_its_tool_is(language, code, said):
    try:
        command_for(language)
    except UsageError as error:
        pytest.skip(error.message)
    _, output, ended = ran(code, language)
    assert (output, ended.code) == (said, 3)


def test_a_language_that_is_not_run_and_a_tool_that_is_not_there_are_said(monkeypatch):
    with pytest.raises(UsageError, match="Code in rust is not run here; python, bash, javascript, c and cpp are"):
        command_for("rust")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(UsageError, match="Running c needs cc or gcc or clang: install it"):
        command_for("c")


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("import os\nwhile True: os.fork()", "processes"),
        ("import os\nwhile True: os.write(1, b'x' * 100_000)", "output"),
        ("while True: pass", "time"),
        ("x = []\nwhile True: x.append(bytearray(10**7))", "memory"),
        ("import os\nfor n in range(9): open(str(n), 'wb').write(b'x' * 10**7)\nwhile True: pass", "folder"),
    ],
)
def test_a_program_that_takes_too_much_is_ended_and_the_limit_is_named(code, limit):
    _, said, ended = ran(code, limits=Limits(1 if limit == "time" else 20, 200 if limit == "memory" else 2000, 20))
    assert (ended.limit, ended.code) == (limit, None)
    assert len(said) <= 2**20


SPY = """
import os, socket
def says(what, does):
    try: print(what, does())
    except OSError as error: print(what, 'refused')
says('home', lambda: os.listdir(HOME))
says('secret', lambda: open(SECRET).read())
says('system', lambda: open('/proc/sys/kernel/core_pattern', 'w'))
says('usr', lambda: open('/usr/of-mine', 'w'))
says('tcp', lambda: socket.create_connection(('127.0.0.1', PORT), 2))
says('udp', lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9)))
os.system('rm -rf "$HOME" 2>/dev/null')
print('own', os.listdir('.'))
if os.fork() == 0:
    os.setsid()
    os.closerange(0, 9)
    os.execvp('sleep', ['sleep', '31536000'])
"""


@pytest.mark.parametrize("protection", WALLED)
def test_it_sees_no_home_folder_and_no_network_and_leaves_nothing_running(protection, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    secret = tmp_path / "secret"
    secret.write_text("42")
    with socket.create_server(("127.0.0.1", 0)) as server:
        names = {"HOME": str(Path.home()), "SECRET": str(secret), "PORT": server.getsockname()[1]}
        code = "\n".join(f"{name} = {value!r}" for name, value in names.items()) + SPY
        try:
            started, said, ended = ran(code, protections=(protection,))
        except RunError:
            pytest.skip(f"this system does not allow {protection}")
    assert started.protection == protection
    refused = [f"{each} refused" for each in ("home", "secret", "system", "usr", "tcp", "udp")]
    assert said.splitlines() == [*refused, "own []"] and ended.code == 0
    assert secret.read_text() == "42"
    assert not sleeping()


def sleeping():
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return "sleep 31536000" in found


def test_cancelling_ends_it():
    cancel = Event()
    events = run("while True: pass", "python", Limits(), cancel)
    assert isinstance(next(events), RunStarted)
    cancel.set()
    (ended,) = events
    assert isinstance(ended, RunFinished) and ended.limit == "cancelled"


def test_it_ends_when_the_program_that_started_it_is_killed(tmp_path):
    code = "import time\nopen('begun', 'w')\nprint('begun', flush=True)\ntime.sleep(31536001)"
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from threading import Event\nfrom phitui.scratchpad.run.runner import Limits, run\n"
            f"for each in run({code!r}, 'python', Limits(60, 300), Event()): print(each, flush=True)",
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        text=True,
    )
    assert parent.stdout is not None
    assert any("begun" in line for line in iter(parent.stdout.readline, ""))
    parent.kill()
    parent.wait()
    end = time.monotonic() + 20
    while any("main.py" in command_of(each) and str(tmp_path) in folder_of(each) for each in processes()):
        assert time.monotonic() < end
        time.sleep(0.02)


def processes():
    return [each for each in Path("/proc").iterdir() if each.name.isdecimal()]


def command_of(process):
    try:
        return (process / "cmdline").read_text()
    except OSError:
        return ""


def folder_of(process):
    try:
        return os.readlink(process / "cwd")
    except OSError:
        return ""
