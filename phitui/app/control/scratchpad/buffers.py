"""The texts of the scratchpad: each has a name, a language and versions; one of them stands in the editor."""

from collections.abc import Iterable
from dataclasses import field
from typing import TYPE_CHECKING

from phitui.app.control.scratchpad.versions import NAME, Version, Versions
from phitui.app.desk import Desk
from phitui.app.panes.scratchpad import ScratchpadPane
from phitui.app.terminal.drafts import PAD
from phitui.text import one_line
from phitui.values import dataclass

if TYPE_CHECKING:
    from phitui.library.store.conversations import Buffer

OTHERS = f"{PAD}: "
"""Begins the name of a buffer that holds another text than the first."""
LONGEST_NAME = 40


@dataclass(slots=True)
class Text:
    """One text; what is in the editor may be newer."""

    text: str = ""
    language: str = "python"
    versions: Versions = field(default_factory=Versions)


class Buffers:
    """By name, in the order in which they were begun; the first is there from the beginning."""

    def __init__(self, desk: Desk, pad: ScratchpadPane):
        self._desk, self._pad = desk, pad
        self.named: dict[str, Text] = {PAD: Text()}
        self.name = PAD
        """The one in the editor."""

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

    def choose(self) -> None:
        """Lists them; a name that none has begins another."""
        from phitui.app.widgets.chooser import Chooser, Entry, matching

        here = self.named[self.name]
        here.text, here.language = self._pad.text, self._pad.language
        entries = [
            Entry(name, name, f"{each.language} · {each.text.count(chr(10))} lines" + " *" * (name == self.name))
            for name, each in self.named.items()
        ]

        def find(text: str) -> list[Entry]:
            found = matching(entries, text)
            new = one_line(text.strip(), LONGEST_NAME)
            return found if not new or new in self.named else [*found, Entry(f"+{new}", f"begin {new}", "new")]

        def then(value: str | None) -> None:
            if value and value in self.named:
                self.switch(value)
            elif value:
                self.begin(value[1:], self._pad.language)

        self._desk.put_over(Chooser("Texts of the scratchpad", find, placeholder="type to find, or a new name"), then)


def stored_name(name: str) -> str:
    """The buffer of the library that keeps the text of that name."""
    return PAD if name == PAD else OTHERS + name
