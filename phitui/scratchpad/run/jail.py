"""Runs one command shut in and watched. Started by its path, it is a program of its own and imports nothing of phitui.

It gets a job as JSON, and tells on a pipe, one JSON object a line, which protection is on and at last how it ended. It
ends, and with it everything that it started, once its standard input is closed: as when phitui is gone, however.
"""

import json
import os
import resource
import select
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phitui.scratchpad.run import walls
else:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import walls

POLL_SECONDS = 0.025
"""So often processes and memory are counted: a fork bomb makes some hundred processes in that time."""
FOLDER_POLLS = 16
"""In every so many of them the size of the folder is added up."""
SPARE_PROCESSES = 128
"""RLIMIT_NPROC counts what else the user runs: the limit that ends the run is the one that is counted here."""
FILES_OPEN = 256
BROKEN = 70
"""The exit code where the walls could not be put up (sysexits.h: an internal error)."""


def main() -> None:
    """Tries each protection in turn; the first that holds runs the command."""
    job = json.loads(sys.argv[1])
    status = int(job["status"])
    os.set_inheritable(status, False)
    walls.adopt_orphans()
    for protection in job["protections"]:
        child, ready = _start(job, protection)
        if ready:
            _tell(status, {"protection": protection})
            _tell(status, _watch(job, child))
            return
    _tell(status, {"protection": None})


def _tell(status: int, message: dict[str, Any]) -> None:
    with suppress(OSError):  # nobody listens any more
        os.write(status, json.dumps(message).encode() + b"\n")


def _start(job: dict[str, Any], protection: str) -> tuple[int, bool]:
    """The process that runs the command, and whether its walls stand."""
    heard, told = os.pipe()  # closed by exec
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            os.close(heard)
            os.setsid()
            walls.die_with(parent)
            command = walls.WALLS[protection](job, lambda: _limit(job))
            os.write(told, b"+")
            os.execvpe(command[0], command, walls.environment(job, protection))
        except BaseException:
            os._exit(BROKEN)
    os.close(told)
    with open(heard, "rb") as pipe:
        ready = pipe.read() == b"+"
    if not ready:
        _end(child)
    return child, ready


def _limit(job: dict[str, Any]) -> None:
    """What the kernel itself holds each process to."""
    hard = {
        resource.RLIMIT_CPU: job["seconds"] + 1,
        resource.RLIMIT_FSIZE: job["folder_bytes"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: FILES_OPEN,
    }
    if job["address_space"]:
        hard[resource.RLIMIT_AS] = job["address_space"]
    if hasattr(resource, "RLIMIT_NPROC"):
        hard[resource.RLIMIT_NPROC] = _threads_of_user() + SPARE_PROCESSES
    for kind, limit in hard.items():
        with suppress(ValueError, OSError):  # a lower one holds already
            resource.setrlimit(kind, (limit, limit))
    os.nice(10)


def _threads_of_user() -> int:
    count, uid = 0, os.getuid()
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        with suppress(OSError):
            if name.isdecimal() and os.stat(f"/proc/{name}").st_uid == uid:
                count += os.stat(f"/proc/{name}/task").st_nlink - 2
    return count


# ── watching ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _watch(job: dict[str, Any], child: int) -> dict[str, Any]:
    """Waits until the command has ended or gone over a limit: its exit code as shells count, and which limit."""
    deadline = time.monotonic() + job["seconds"]
    polls = 0
    while True:
        gone = bool(select.select([0], [], [], POLL_SECONDS)[0])
        code = _ended(child)
        if code is not None:
            limit = "time" if code == 128 + signal.SIGXCPU else "folder" if code == 128 + signal.SIGXFSZ else None
        else:
            polls += 1
            limit = _exceeded(job, deadline, polls)
        if gone or code is not None or limit:
            _end(child)
            return {"code": code, "limit": limit, "cancelled": gone}


def _ended(child: int) -> int | None:
    """The exit code of the command, 128 and the signal's number where one ended it; collects orphans meanwhile."""
    code = None
    with suppress(ChildProcessError):
        while True:
            pid, state = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid == child:
                code = os.waitstatus_to_exitcode(state)
    return code if code is None or code >= 0 else 128 - code


def _exceeded(job: dict[str, Any], deadline: float, polls: int) -> str | None:
    if time.monotonic() > deadline:
        return "time"
    running = _descendants()
    if len(running) > job["processes"]:
        return "processes"
    if sum(_resident(pid) for pid in running) > job["memory_bytes"]:
        return "memory"
    if polls % FOLDER_POLLS == 0 and _size(job["folder"], job["folder_bytes"]) > job["folder_bytes"]:
        return "folder"
    return None


def _descendants() -> list[int]:
    """Everything that this process has started, by whatever way; orphans are its children."""
    found, left = [], [os.getpid()]
    while left:
        pid = left.pop()
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
                    children = [int(each) for each in file.read().split()]
                found += children
                left += children
    return found


def _resident(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0


def _size(folder: str, most: int) -> int:
    """Bytes on the disk, added up until they are more than `most`; each name counts as well."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += 512 * os.lstat(os.path.join(place, name)).st_blocks + 512
        if total > most:
            break
    return total


def _end(child: int) -> None:
    """Kills the command and all that it has started; returns when nothing is left."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        with suppress(OSError):
            os.killpg(child, signal.SIGKILL)
        running = _descendants()
        for pid in running:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        _ended(child)
        try:
            os.kill(child, 0)
        except OSError:
            if not running:
                return
        time.sleep(0.005)


if __name__ == "__main__":
    main()
