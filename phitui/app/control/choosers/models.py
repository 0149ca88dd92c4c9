"""The language models to choose from: what is on disk, the loaded one first, and what is worth a download."""

from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from phitui.app.widgets.chooser import Entry, matching
from phitui.app.widgets.texts import amount
from phitui.settings import SERVED, is_served
from phitui.text import one_line
from phitui.values import dataclass

if TYPE_CHECKING:
    from phitui.models.hub.catalogue import Choice, Room
    from phitui.models.hub.on_disk import ModelOnDisk
    from phitui.models.server.offer import ServedModel

LOAD, ADAPTER, PULL, DELETE, STOP = "load ", "adapter ", "pull ", "delete ", "stop"
COMPARE, MERGE = "compare ", "merge "
"""What an entry's value begins with: what is done with the model behind it."""
DELETING = ("delete", "remove")
"""What is typed to see what can be deleted."""


@dataclass(slots=True)
class Offered:
    """What was found. Empty until it is looked for."""

    current: str
    """The model in use: an id or path, or none."""
    adapters: tuple[str, ...] = ()
    """And its adapters."""
    pulling: str = ""
    """What is being downloaded."""
    on_disk: "Sequence[ModelOnDisk]" = field(default_factory=list)
    choices: "Sequence[Choice]" = ()
    room: "Room | None" = None
    served: "Sequence[ServedModel]" = ()
    """Models of the servers that were named."""

    def entries(self, text: str) -> list[Entry]:
        """Those that go with what is typed; a name that none of them has is a folder, a file or an id."""
        word, _, rest = text.strip().partition(" ")
        if word.lower() in DELETING:
            return matching(self._deletable(), rest)
        if word.lower() in (COMPARE.strip(), MERGE.strip()):
            return matching(self._with_base(word.lower()), rest)
        found = matching(self._all(), text)
        typed = text.strip()
        what = "a server with the OpenAI interface" if is_served(typed) else "folder, GGUF file or hub id on disk"
        return found or [Entry(LOAD + typed, f"load {typed}", what)]

    def _all(self) -> list[Entry]:
        models = [*map(self._on_server, self.served), *map(self._present, self.on_disk)]
        quoting = self.current == "none" and not self.adapters
        nothing = Entry(LOAD + "none", "none: answer by quotation", "in use" if quoting else "nothing to load")
        rows = [each for each in models if not each.note.startswith("in use")]
        in_use = [each for each in models if each.note.startswith("in use")]
        stop = [Entry(STOP, f"stop the download of {one_line(self.pulling)}")] if self.pulling else []
        there = {each.id for each in self.on_disk}
        more = [self._choice(each) for each in self.choices if each.id not in there]
        return [*stop, nothing, *rows, *more] if quoting else [*stop, *in_use, *rows, nothing, *more]

    def _present(self, model: "ModelOnDisk") -> Entry:
        names = {model.id, str(model.path)}
        if model.kind == "adapter":
            used = bool(names & set(self.adapters))
            base = one_line(model.base) or "a model that it does not name"
            note, what = f"adapter · {amount(model.bytes)}", f"A LoRA adapter for {base}, which is loaded with it."
            value = ADAPTER + model.id
        else:
            used = self.current in names and not self.adapters
            window = f", window of {model.context_window:,} tokens" if model.context_window else ""
            note = f"{amount(model.bytes)} · {model.source}"
            what, value = f"{one_line(model.architecture)}, {model.kind}{window}. {model.path}", LOAD + model.id
        return Entry(value, one_line(model.id), f"in use · {note}" if used else note, what)

    def _on_server(self, model: "ServedModel") -> Entry:
        note = f"on the server at {one_line(model.server)}"
        used = self.current == SERVED + model.id
        return Entry(LOAD + SERVED + model.id, one_line(model.id), f"in use · {note}" if used else note)

    def _choice(self, choice: "Choice") -> Entry:
        fits = self.room.verdict(choice.parameters) if self.room else ""
        short = "" if not self.room else "fits" if fits.startswith("fits") else "too large"
        sizes = ", ".join(f"{amount(choice.memory(each))} in {each}" for each in ("bfloat16", "int8", "int4"))
        where = f" {one_line(self.room.name)}: {fits}." if self.room else ""
        note = " · ".join(part for part in (amount(choice.bytes), short) if part)
        detail = f"{choice.facts}; {choice.why}. Memory: {sizes}.{where}"
        return Entry(PULL + choice.id, f"download {choice.id}", note, detail)

    def _with_base(self, word: str) -> list[Entry]:
        """What can be done with an adapter and its base."""
        told = "with its base" if word == COMPARE.strip() else "into its base"
        return [
            Entry(f"{word} {each.id}", f"{word} {one_line(each.id)} {told}", one_line(each.base, 40), str(each.path))
            for each in self.on_disk
            if each.kind == "adapter" and each.base
        ]

    def _deletable(self) -> list[Entry]:
        return [
            Entry(
                DELETE + each.id, f"delete {one_line(each.id)}", f"{amount(each.bytes)} · {each.source}", str(each.path)
            )
            for each in self.on_disk
            if each.source in ("phitui", "hub cache") and not self._present(each).note.startswith("in use")
        ]
