"""The app over a scripted workbench, without a terminal."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual._styles_cache import StylesCache

from phitui.app.app import PhituiApp
from phitui.places import Places
from phitui.settings import Settings
from tests.app.fake import FakeWorkbench


@pytest.fixture(autouse=True)
def _same_terminal_everywhere(monkeypatch):
    for name in ("TMUX", "NO_COLOR", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture(autouse=True)
def _nothing_left_of_an_app():
    """Textual remembers the widgets of its last forty apps with all that they showed."""
    yield
    StylesCache.get_inner_outer.cache_clear()


@pytest.fixture
def workbench() -> FakeWorkbench:
    """A library of eight documents and a model."""
    return FakeWorkbench()


@pytest.fixture
def app(workbench: FakeWorkbench, tmp_path: Path) -> PhituiApp:
    """The app on that workbench; tests start it with `run_test`."""
    made: Any = workbench
    return PhituiApp(Settings(), Places.of(tmp_path), make=lambda: made)


def text_of(app: PhituiApp) -> str:
    """What stands on the screen, line by line."""
    height = app.size.height
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines[:height])


LIMIT = 60.0
"""Seconds; a machine so slow that this is not enough is broken."""


async def until(pilot, condition, seconds: float = LIMIT) -> None:
    """Lets the app work until the condition holds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not condition():
        assert loop.time() < end, "it did not happen"
        await pilot.pause()
        await asyncio.sleep(0.01)
    await pilot.pause()


async def opened(pilot) -> None:
    """Waits for the library."""
    await until(pilot, lambda: pilot.app.library.documents and pilot.app.scratchpad.is_mounted)


async def ask(pilot, question: str = "When did the 1973 oil crisis begin?") -> None:
    """Types a question, sends it, waits for its answer."""
    pilot.app.chat.composer.load_text(question)
    await pilot.press("enter")
    await until(
        pilot, lambda: not pilot.app.control.conversation.busy and pilot.app.control.conversation.turn is not None
    )
    await pilot.pause()
