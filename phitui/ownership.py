"""Whether a file or folder is the user's alone: on a shared machine what others could write is not obeyed.

A settings file says which programs and models are used, a library what is searched: whoever can write them decides what
phitui does in the user's name.
"""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from phitui.text import one_line

try:
    import grp
    import pwd
except ImportError:  # Windows: its permissions are of another kind
    grp = pwd = None  # type: ignore[assignment]

ACCESS_LIST = "system.posix_acl_access"
"""The extended attribute in which Linux keeps who else may do what."""


def of_others(path: Path) -> str:
    """Why what lies there may be somebody else's doing, in a sentence without an end; empty where it is not, or is not
    there.

    A file must belong to the user and be writable by nobody else, the user's own private group excepted (see
    `_is_private`). What a link leads to counts, and whose the link is.
    """
    if pwd is None:
        return ""
    try:
        link, state = os.lstat(path), os.stat(path)
    except OSError:
        return ""
    shown = one_line(str(path))
    me = os.geteuid()
    what = "The folder" if stat.S_ISDIR(state.st_mode) else "The file"
    if link.st_uid not in (me, 0) or state.st_uid != me:
        owner = link.st_uid if link.st_uid not in (me, 0) else state.st_uid
        return f"{what} {shown} belongs to {_user(owner)}, and you are {_user(me)}"
    mode = stat.S_IMODE(state.st_mode)
    if mode & stat.S_IWOTH:
        return f"{what} {shown}, which belongs to {_user(me)}, can be written by every account (mode {mode:04o})"
    if mode & stat.S_IWGRP and not _is_private(state.st_gid, path):
        return (
            f"{what} {shown}, which belongs to {_user(me)}, can be written by the group {_group(state.st_gid)}"
            f" (mode {mode:04o})"
        )
    return ""


def first_of_others(paths: Iterable[Path]) -> str:
    """What `of_others` says of the first of them that is not the user's alone, and what to do; empty where all are."""
    for path in paths:
        why = of_others(path)
        if why:
            todo = "take it over" if " belongs to " in why and "can be written" not in why else "`chmod go-w` it"
            return (
                f"{why}: phitui uses nothing that others can change. If all in it is yours, {todo}; "
                "else choose another place with --data-dir."
            )
    return ""


def _is_private(group: int, path: Path) -> bool:
    """Whether the group is the user's alone: his name, his main group, no members. With it come umask 002 and files
    that such a group may write, as a settings file made in an editor. Never root's: containers put any user in it."""
    me = os.geteuid()
    if me == 0:
        return False
    with suppress(OSError, AttributeError):
        if ACCESS_LIST in os.listxattr(path):  # the group's bits then speak for others too
            return False
    try:
        user, named = pwd.getpwuid(me), grp.getgrgid(group)
    except KeyError:
        return False
    return user.pw_gid == group and named.gr_name == user.pw_name and set(named.gr_mem) <= {user.pw_name}


def _user(number: int) -> str:
    with suppress(KeyError):
        return one_line(pwd.getpwuid(number).pw_name, 40)
    return f"user {number}"


def _group(number: int) -> str:
    with suppress(KeyError):
        return one_line(grp.getgrgid(number).gr_name, 40)
    return str(number)
