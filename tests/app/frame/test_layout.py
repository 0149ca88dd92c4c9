"""Which panes stand where."""

import pytest

from phitui.app.frame.layout import PANES, layout


@pytest.mark.parametrize("pane", PANES)
def test_eighty_columns_show_the_pane_in_use_and_tabs(pane):
    shown = layout(80, 24, pane, filled=False)
    assert shown.panes == (pane,)
    assert shown.tabs


def test_120_columns_show_library_chat_and_passages():
    assert layout(120, 40, "chat", False).panes == ("library", "chat", "passages")


def test_120_columns_put_the_scratchpad_beside_the_chat():
    assert layout(120, 40, "scratchpad", False).panes == ("chat", "scratchpad")


def test_200_columns_show_all_four():
    assert layout(200, 60, "passages", False).panes == PANES


def test_a_pane_can_fill_the_screen():
    assert layout(200, 60, "passages", True).panes == ("passages",)


def test_a_tiny_terminal_shows_no_pane():
    assert layout(20, 5, "chat", False).too_small
