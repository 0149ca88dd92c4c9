"""Keys in the order typed: each is handled by what the key before it chose, however quickly they follow each other."""

from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial

from textual import events
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump

ROUNDS = 2
"""A marker goes up behind the key, then another behind the messages that the key had widgets post."""
LOST_SECONDS = 0.3
"""A marker is lost with a screen that the key closed; the next key waits no longer than that."""

Typed = events.Key | events.Paste


class KeyHandled(Message):
    """Bubbles from where a key went to the app, behind all that the key made happen."""

    verbose = True

    def __init__(self, number: int, round_: int):
        super().__init__()
        self.number, self.round = number, round_


class TypeAhead:
    """Holds back what is typed while a key is under way. The app asks it, and tells it of markers.

    `handle` is given what was held back, when its turn has come; it calls `began`. All of it runs in the app's task.
    """

    def __init__(self, app: App[int], handle: Callable[[Typed], Awaitable[None]]):
        self._app, self._handle = app, handle
        self._waiting: deque[Typed] = deque()
        self._number = 0
        self._under_way = self._timed = False

    @property
    def target(self) -> MessagePump:
        """Where the app sends a key."""
        return self._app.focused or self._app.screen

    def holds(self, event: Typed) -> bool:
        """Whether it has to wait for its turn."""
        if not self._under_way:
            return False
        self._waiting.append(event)
        if not self._timed:
            self._watch()
        return True

    def _watch(self) -> None:
        self._timed = True
        self._app.set_timer(LOST_SECONDS, partial(self._lost, self._number))

    def began(self, target: MessagePump) -> None:
        """What was typed has gone to that widget or screen."""
        self._number += 1
        self._under_way = target.post_message(KeyHandled(self._number, 1))

    def arrived(self, marker: KeyHandled) -> None:
        """A marker has come up."""
        if marker.number != self._number or not self._under_way:
            return
        if marker.round < ROUNDS and self.target.post_message(KeyHandled(self._number, marker.round + 1)):
            return
        self._app.call_later(self._release, marker.number)  # behind a change of focus, which is called later, too

    async def _lost(self, number: int) -> None:
        self._timed = False
        await self._release(number)
        if self._waiting:
            self._watch()

    async def _release(self, number: int) -> None:
        if number == self._number and self._under_way:
            self._under_way = False
            while self._waiting and not self._under_way:
                await self._handle(self._waiting.popleft())
