"""Which panes stand where."""

import pytest

from phitui.app.frame.layout import MAIN, SECOND, layout


@pytest.mark.parametrize("pane", [*MAIN, SECOND, "another"])
def test_eighty_columns_show_the_pane_in_use_and_tabs(pane):
    shown = layout(80, 24, pane, filled=False)
    assert shown.panes == (pane,)
    assert shown.tabs


def test_120_columns_show_library_chat_and_passages():
    assert layout(120, 40, "chat", False).panes == ("library", "chat", "passages")


@pytest.mark.parametrize("pane", [SECOND, "another"])
def test_120_columns_put_a_second_pane_beside_the_chat(pane):
    assert layout(120, 40, pane, False).panes == ("chat", pane)


def test_200_columns_show_all_four():
    assert layout(200, 60, "passages", False).panes == ("library", "chat", "passages", "scratchpad")


def test_200_columns_show_the_second_pane_that_is_in_use():
    assert layout(200, 60, "another", False).panes == ("library", "chat", "passages", "another")


def test_a_pane_can_fill_the_screen():
    assert layout(200, 60, "passages", True).panes == ("passages",)


def test_a_tiny_terminal_shows_no_pane():
    assert layout(20, 5, "chat", False).too_small
