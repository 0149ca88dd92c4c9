"""The texts of the scratchpad: each has a name, a language and versions; one of them stands in the editor."""

from collections.abc import Iterable
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from phitui.app.control.scratchpad.versions import NAME, Version, Versions
from phitui.app.desk import Desk
from phitui.app.panes.scratchpad import ScratchpadPane
from phitui.app.terminal.drafts import PAD
from phitui.text import one_line
from phitui.values import dataclass

if TYPE_CHECKING:
    from phitui.library.store.conversations import Buffer
    from phitui.workbench import Workbench

OTHERS = f"{PAD}: "
"""Begins the name of a buffer that holds another text than the first."""
LONGEST_NAME = 40


@dataclass(slots=True)
class Text:
    """One text; what is in the editor may be newer."""

    text: str = ""
    language: str = "python"
    versions: Versions = field(default_factory=Versions)
    file: Path | None = None
    """What it was saved to or opened from in this session."""


class Buffers:
    """By name, in the order in which they were begun; the first is there from the beginning."""

    def __init__(self, desk: Desk, pad: ScratchpadPane):
        self._desk, self._pad = desk, pad
        self.named: dict[str, Text] = {PAD: Text()}
        self.name = PAD
        """The one in the editor."""

    @property
    def here(self) -> Text:
        """The one in the editor."""
        return self.named[self.name]

    @property
    def versions(self) -> Versions:
        """Of the text in the editor."""
        return self.named[self.name].versions

    @property
    def stored(self) -> str:
        """The buffer of the library that keeps the text in the editor."""
        return stored_name(self.name)

    def restore(self, buffers: "Iterable[Buffer]", shown: str) -> bool:
        """Those of an earlier session, `shown` in the editor; whether its text was put there."""
        versions: dict[str, list[Buffer]] = {}
        for each in sorted(buffers, key=lambda each: each.updated):
            of, _, number = each.name.rpartition(NAME)
            if number.isdecimal() and (of == PAD or of.startswith(OTHERS)):
                versions.setdefault(of, []).append(each)
            elif each.name == PAD or (each.name.startswith(OTHERS) and each.text.strip()):
                name = each.name.removeprefix(OTHERS)
                self.named[name] = Text(each.text, each.language, Versions(each.name))
        for name, kept in self.named.items():
            found = versions.get(stored_name(name), [])
            kept.versions.restore(
                Version(each.text, each.language, int(each.name.rpartition(NAME)[2]), stored_name(name))
                for each in found
            )
        if self._pad.text:
            return False
        self.name = shown if shown in self.named else PAD
        self._show()
        return True

    def begin(self, name: str, language: str) -> None:
        """Another text, which is empty; a name that is taken gets a number."""
        name = one_line(name.strip(), LONGEST_NAME) or language
        free = name
        number = 2
        while free in self.named:
            free, number = f"{name} {number}", number + 1
        self.named[free] = Text("", language, Versions(stored_name(free)))
        self.switch(free)

    def switch(self, name: str) -> None:
        """Another of them goes into the editor; what stands there is kept."""
        if name != self.name:
            here = self.named[self.name]
            text, language, stored = self._pad.text, self._pad.language, self.stored
            here.text, here.language = text, language
            self._desk.jobs.do(lambda workbench: workbench.library.conversations.save_buffer(text, language, stored))
            self.name = name
            self._show()

    def _show(self) -> None:
        kept = self.named[self.name]
        self._pad.name_shown = "" if self.name == PAD else self.name
        self._pad.load(kept.text, kept.language)

    def delete(self, name: str) -> Text:
        """Takes one out, with its versions; of the first, which is always there, only what stands in it."""
        gone = self.named[name]
        if name == self.name:
            gone.text, gone.language = self._pad.text, self._pad.language
        names = [stored_name(name), *(each.name for each in gone.versions.kept)]
        self._desk.jobs.do(lambda workbench: workbench.library.conversations.delete_buffers(names))
        if name == PAD:
            self.named[PAD] = Text("", gone.language)
        else:
            del self.named[name]
        if name == self.name:
            self.name = PAD
            self._show()
        return gone

    def bring_back(self, name: str, text: Text) -> None:
        """Puts back what `delete` took out; where it stood in the first one, in its place."""
        self.named[name] = text
        if name == self.name:
            self._show()
        stored = stored_name(name)

        def keep(workbench: "Workbench") -> None:
            save = workbench.library.conversations.save_buffer
            save(text.text, text.language, stored)
            for each in text.versions.kept:
                save(each.text, each.language, each.name)

        self._desk.jobs.do(keep)


def stored_name(name: str) -> str:
    """The buffer of the library that keeps the text of that name."""
    return PAD if name == PAD else OTHERS + name
