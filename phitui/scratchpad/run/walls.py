"""The walls around a command: namespaces by bubblewrap or by hand, else Landlock, else none but limits.

Part of the program in `jail.py`: it imports nothing of phitui. Each way gets the job and `limit`, which sets the limits
of this process, and returns the command to execute. Raises OSError where the system does not allow it.
"""

import ctypes
import os
import platform
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

Job = dict[str, Any]
Limit = Callable[[], None]

INSIDE = "/work"
"""Where the folder of the run stands, for the command."""
SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
    "/etc/alternatives", "/etc/localtime",
)  # fmt: skip
"""What programs need to be read; beside it only the folders of the tools themselves."""
DEVICES = ("null", "zero", "full", "random", "urandom")
SCRATCH_BYTES = 64 * 2**20
"""Of /tmp and /dev/shm inside."""

_NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000
"""CLONE_NEWUSER, NEWNS, NEWPID, NEWNET, NEWIPC, NEWUTS."""
_NOSUID, _NODEV, _NOEXEC, _READ_ONLY, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 2, 4, 8, 1, 32, 4096, 16384, 1 << 18
_SET_PDEATHSIG, _SET_CHILD_SUBREAPER, _SET_NO_NEW_PRIVS, _SET_SECCOMP = 1, 36, 38, 22
_SIGKILL = 9
_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _prctl(option: int, value: int) -> None:
    if sys.platform != "linux":
        raise OSError("no prctl")
    _checked(_libc.prctl(option, value, 0, 0, 0))


def adopt_orphans() -> None:
    """What the command leaves behind becomes a child of this process, which can end it."""
    if sys.platform == "linux":
        _prctl(_SET_CHILD_SUBREAPER, 1)


def die_with(parent: int) -> None:
    """Ends this process when its parent ends, however that happens."""
    if sys.platform == "linux":
        _prctl(_SET_PDEATHSIG, _SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def environment(job: Job, protection: str) -> dict[str, str]:
    """Nothing of the user's own."""
    home = INSIDE if protection in ("bubblewrap", "namespaces") else job["folder"]
    return {**job["environment"], "HOME": home, "TMPDIR": "/tmp" if home == INSIDE else home}


# ── bubblewrap ───────────────────────────────────────────────────────────────────────────────────────────────────


def bubblewrap(job: Job, limit: Limit) -> list[str]:
    """By the tool of that name, where it is installed and allowed to."""
    tool = shutil.which("bwrap")
    if tool is None:
        raise OSError("bubblewrap is not installed")
    command = [tool, "--unshare-all", "--die-with-parent", "--new-session", "--uid", "1000", "--gid", "1000"]
    command += ["--cap-drop", "ALL", "--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev"]
    for path in _readable(job):
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        else:
            command += ["--ro-bind", path, path]
    command += ["--bind", job["folder"], INSIDE, "--remount-ro", "/", "--chdir", INSIDE]
    # Its files are the system's, and one who is root outside would own them.
    command += ["--remount-ro", "/proc", "--"]
    subprocess.run([*command, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=10)
    limit()
    return [*command, *job["command"]]


# ── namespaces by hand ───────────────────────────────────────────────────────────────────────────────────────────


def namespaces(job: Job, limit: Limit) -> list[str]:
    """The same without that tool. This process stays outside and waits; the command is the grandchild."""
    root = job["root"]
    # Nobody is root inside: whoever runs an ordinary program there has no power over the walls.
    user, group = os.geteuid() or 1000, os.getegid() or 1000
    maps = (("setgroups", "deny"), ("uid_map", f"{user} {os.geteuid()} 1"), ("gid_map", f"{group} {os.getegid()} 1"))
    _checked(_libc.unshare(_NAMESPACES))
    for name, text in maps:
        _write_about_self(name, text)
    _fork_and_wait()  # the first process of the new namespace: all in it end with it
    _mount(None, "/", None, _RECURSIVE | _PRIVATE)
    _mount("tmpfs", root, "tmpfs", _NOSUID | _NODEV, f"size={SCRATCH_BYTES}")
    for path in ("/tmp", "/dev/shm"):
        os.makedirs(root + path)
        _mount("tmpfs", root + path, "tmpfs", _NOSUID | _NODEV, f"size={SCRATCH_BYTES}")
    for path in _readable(job):
        if os.path.islink(path):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(os.readlink(path), root + path)
        else:
            _bind(path, root + path, read_only=True)
    for name in DEVICES:
        _bind(f"/dev/{name}", f"{root}/dev/{name}", read_only=False)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{number}", f"{root}/dev/{name}")
    os.symlink("/proc/self/fd", f"{root}/dev/fd")
    os.makedirs(f"{root}/proc")
    with suppress(OSError):  # refused inside many containers; few programs need it
        _mount("proc", f"{root}/proc", "proc", _NOSUID | _NODEV | _NOEXEC | _READ_ONLY)  # read only, as above
    _bind(job["folder"], root + INSIDE, read_only=False)
    _mount(None, root, None, _REMOUNT | _BIND | _READ_ONLY | _NOSUID | _NODEV)
    os.chroot(root)
    os.chdir(INSIDE)
    _fork_and_wait()  # the first process has no signals of its own, so it is not the command
    limit()
    _prctl(_SET_NO_NEW_PRIVS, 1)
    return list(job["command"])


def _write_about_self(name: str, text: str) -> None:
    with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
        file.write(text)


def _fork_and_wait() -> None:
    """Goes on in a child; this process waits for it and ends as it ended, whatever else there is to collect."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        # Whose parent stands outside of its namespace sees 0 as its number.
        _prctl(_SET_PDEATHSIG, _SIGKILL)
        if os.getppid() not in (0, parent):
            os._exit(1)
        return
    os.closerange(3, 1024)  # the pipe that tells that the walls stand: only the command may hold it
    while True:
        pid, state = os.waitpid(-1, 0)
        if pid == child:
            code = os.waitstatus_to_exitcode(state)
            os._exit(code if code >= 0 else 128 - code)


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    words = [None if each is None else os.fsencode(each) for each in (source, target, kind)]
    _checked(_libc.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), data.encode() or None))


class _Attributes(ctypes.Structure):
    """mount_setattr(2)."""

    _fields_ = [("set", ctypes.c_uint64), ("clear", ctypes.c_uint64), ("more", ctypes.c_uint64 * 2)]


def _bind(source: str, target: str, *, read_only: bool) -> None:
    """The same file or folder at another place."""
    if stat.S_ISDIR(os.stat(source).st_mode):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.mknod(target)
    _mount(source, target, None, _BIND | _RECURSIVE)
    if not read_only:
        return
    wanted = _Attributes(set=_READ_ONLY | _NOSUID)
    size = ctypes.c_size_t(ctypes.sizeof(wanted))
    all_below = 0x8000
    call = _libc.syscall(442, -100, os.fsencode(target), all_below, ctypes.byref(wanted), size)
    if call < 0:  # Linux before 5.12: what is mounted below stays as it is
        kept = os.statvfs(target).f_flag & (_NOSUID | _NODEV | _NOEXEC)
        _mount(None, target, None, _REMOUNT | _BIND | _READ_ONLY | kept)


# ── Landlock ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _Ruleset(ctypes.Structure):
    """landlock_create_ruleset(2)."""

    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    """landlock_add_rule(2)."""

    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


class _Filter(ctypes.Structure):
    """struct sock_filter."""

    _fields_ = [("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32)]


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_uint16), ("filters", ctypes.POINTER(_Filter))]


_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ = 1 << 0 | 1 << 2 | 1 << 3
"""Execute, read a file, read a folder."""
_ON_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14
_SOCKETS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""Of each machine: its number for seccomp, and that of the call `socket`."""


def landlock(job: Job, limit: Limit) -> list[str]:
    """Where there are no namespaces, as in most containers: other files and sockets are refused by the kernel."""
    version = _checked(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1))
    every = (1 << (13 if version < 2 else 14 if version < 3 else 15)) - 1
    rules = _Ruleset(every, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _checked(_libc.syscall(_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0))
    _prctl(_SET_NO_NEW_PRIVS, 1)
    open_to = [(path, _READ) for path in (*_readable(job), "/proc")]
    open_to += [(f"/dev/{name}", 1 << 1 | 1 << 2) for name in DEVICES]
    for path, allowed in (*open_to, (job["folder"], every)):
        handle = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            allowed &= _ON_FILES
        rule = _Beneath(allowed & every, handle)
        _checked(_libc.syscall(_ADD_RULE, ruleset, 1, ctypes.byref(rule), 0))
        os.close(handle)
    _refuse_sockets()
    _checked(_libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.chdir(job["folder"])
    limit()
    return list(job["command"])


def _refuse_sockets() -> None:
    """The call `socket` fails with EACCES, but for those within the machine."""
    machine, number = _SOCKETS[platform.machine()]
    load, equal, back = 0x20, 0x15, 0x06
    refused, allowed, killed = 0x00050000 | 13, 0x7FFF0000, 0x80000000
    lines: Sequence[tuple[int, int, int, int]] = (
        (load, 0, 0, 4),
        (equal, 1, 0, machine),
        (back, 0, 0, killed),
        (load, 0, 0, 0),
        (equal, 0, 3, number),
        (load, 0, 0, 16),
        (equal, 1, 0, 1),  # AF_UNIX
        (back, 0, 0, refused),
        (back, 0, 0, allowed),
    )
    filters = (_Filter * len(lines))(*(_Filter(*line) for line in lines))
    program = _Program(len(lines), filters)
    _checked(_libc.prctl(_SET_SECCOMP, 2, ctypes.byref(program), 0, 0))


def limits(job: Job, limit: Limit) -> list[str]:
    """No walls: the command may read what the user may read."""
    os.chdir(job["folder"])
    limit()
    return list(job["command"])


def _readable(job: Job) -> list[str]:
    return [path for path in (*SYSTEM, *job["readable"]) if os.path.lexists(path)]


WALLS: dict[str, Callable[[Job, Limit], list[str]]] = {
    "bubblewrap": bubblewrap,
    "namespaces": namespaces,
    "landlock": landlock,
    "limits": limits,
}
"""In the order in which they are tried."""
