"""The tour: five things to do on the handbook, ticked off when they have been done. The one key it takes is escape."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phitui.app import keys
from phitui.app.control.conversation import ConversationControl
from phitui.app.control.document_list import DocumentList
from phitui.app.control.intake import IntakeControl
from phitui.app.desk import Desk
from phitui.app.panes.chat import ChatPane
from phitui.app.requests import Answers, SendNothing
from phitui.values import dataclass

if TYPE_CHECKING:
    from phitui.answers.turn import Turn

STEPS = (
    ("ask", "{older} brings an example to ask, {send} sends it; or type your own."),
    ("open its page", "{previous-pane} goes up to the quotes, {open} opens the page, {back} comes back."),
    ("pin a passage", "{passages} shows all that was weighed. {pin} there: this one is always read."),
    ("add a folder", "{add}, then the path of one of yours: tab completes it, {send} adds it."),
    ("find any action", "{palette}, then part of its name, as theme. {help}: the keys where you are."),
)
"""The name of each, and how it is done; what stands in brackets are ids of keys."""
ASK, PAGE, PIN, ADD, FIND = range(len(STEPS))
OFFER = "{send} in the empty line: five things to do on phitui's handbook, which is added to this library for it."
LAST_OF_DEMO = "That was all of it. phitui FOLDER, in the shell, opens the workbench on documents of your own."
LAST = "That was all of it. The handbook stays in the library ({library}): {remove} on it there takes it out."
_KEY = re.compile(r"{([\w-]+)}")


@dataclass(frozen=True, slots=True)
class Told:
    """What the tour says now."""

    steps: tuple[tuple[str, bool], ...]
    """The name of each, and whether it was done; none while the tour is only offered."""
    words: Sequence[tuple[str, bool]]
    """What to do, in pieces, and whether a piece is a key."""
    leave: str
    """What escape does."""


class TourControl:
    """Looks on. It is offered at the very first start, and begun there or by its name."""

    def __init__(
        self,
        desk: Desk,
        chat: ChatPane,
        conversation: ConversationControl,
        documents: DocumentList,
        intake: IntakeControl,
        paths: Sequence[Path],
    ):
        """`paths` are those that are added at the start: with the handbook among them it is the demo."""
        self._desk, self._chat, self._conversation = desk, chat, conversation
        self._documents, self._intake, self._paths = documents, intake, paths
        self._offered = self._begun = False
        self.has_room = True
        """Whether its lines are in view: where they are not, it takes no key."""
        self._done: set[int] = set()
        self._turn: Turn | None = None
        self._pinned: frozenset[int] = frozenset()
        self._there: set[str] = set()
        """What there was when it began: a question, pins, paths of documents."""

    def answers(self) -> Answers:
        return {SendNothing: lambda request: self.begin() if self._offered and self.has_room else None}

    def offer(self) -> None:
        """At the very first start."""
        if self._is_demo:
            self.begin()
        else:
            self._offered = True
            self._desk.refresh_state()

    @property
    def _is_demo(self) -> bool:
        from phitui.handbook import HANDBOOK

        return HANDBOOK in self._paths

    def begin(self) -> None:
        """From its beginning, with a conversation of its own; or where it was left."""
        from phitui.handbook import EXAMPLE_QUESTIONS, HANDBOOK

        if len(self._done) == len(STEPS):
            self._done.clear()
        selection = self._conversation.selection
        self._turn, self._pinned = self._conversation.turn, selection.pinned
        self._there = {each.path for each in self._documents.known} | {str(HANDBOOK), str(HANDBOOK.resolve())}
        self._offered, self._begun = False, True
        if not self._is_demo:
            self._intake.add([HANDBOOK], quiet=True)
        if self._done or self._turn is None or self._conversation.busy:
            self._chat.offer(EXAMPLE_QUESTIONS)
        else:
            self._desk.call_later(self._apart)
        self._desk.show_pane("chat")
        self._desk.refresh_state()

    async def _apart(self) -> None:
        from phitui.handbook import EXAMPLE_QUESTIONS

        await self._conversation.begin()
        self._pinned = self._conversation.selection.pinned
        self._chat.offer(EXAMPLE_QUESTIONS)

    def leave(self) -> bool:
        """Escape; whether there was something to leave."""
        if not (self.has_room and (self._offered or self._begun)):
            return False
        if self._offered or len(self._done) < len(STEPS):
            self._desk.say(f"{self._sign('palette')}, then tour, {'begins' if self._offered else 'goes on with'} it.")
        self._offered = self._begun = False
        self._desk.refresh_state()
        return True

    # ── what has been done ───────────────────────────────────────────────────────────────────────────────────

    def look(self) -> None:
        """Something has changed."""
        turn = self._conversation.turn
        if self._offered and turn is not None:  # who asks has begun without it
            self._offered = False
        if not self._begun:
            return
        if turn is not None and turn is not self._turn and turn.in_documents and not self._conversation.busy:
            self._done.add(ASK)
        if self._conversation.selection.pinned - self._pinned:
            self._done.add(PIN)
        if any(each.path not in self._there for each in self._documents.known):
            self._done.add(ADD)

    def saw(self, screen: object) -> None:
        """A screen was opened."""
        step = {"PageReader": PAGE, "Help": FIND}.get(screen.__class__.__name__)
        if step is not None:
            self._tick(step)

    def named(self) -> None:
        """An action was found by its name."""
        self._tick(FIND)

    def _tick(self, step: int) -> None:
        if self._begun:
            self._done.add(step)
            self._desk.refresh_state()

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def told(self) -> Told | None:
        """None where there is no tour."""
        if self._offered:
            return Told((), self._words(OFFER), f"{self._sign('back')} not now")
        if not self._begun:
            return None
        steps = tuple((name, number in self._done) for number, (name, _) in enumerate(STEPS))
        left = [how for number, (_, how) in enumerate(STEPS) if number not in self._done]
        last = LAST_OF_DEMO if self._is_demo else LAST
        return Told(steps, self._words(left[0] if left else last), f"{self._sign('back')} leaves")

    def _words(self, text: str) -> list[tuple[str, bool]]:
        return [
            (self._sign(piece) if number % 2 else piece, bool(number % 2))
            for number, piece in enumerate(_KEY.split(text))
            if piece
        ]

    def _sign(self, name: str) -> str:
        return keys.shown(keys.BY_ID[name].bound(self._desk.settings.keys))
