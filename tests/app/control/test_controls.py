"""What panes ask for, and who answers."""

from phitui.app import requests
from phitui.app.requests import PaneRequest


def test_every_request_is_answered_by_one_part_of_control(app):
    control = app.control
    parts = (
        control.documents,
        control.intake,
        control.scans,
        control.conversation,
        control.code,
        control.session,
    )
    answered = [kind for part in parts for kind in part.answers()]

    assert len(answered) == len(set(answered))
    assert set(control.answers()) == set(PaneRequest.__subclasses__())


def test_every_request_says_in_one_sentence_what_it_asks_for():
    for kind in PaneRequest.__subclasses__():
        assert kind.__module__ == requests.__name__
        assert kind.__doc__.rstrip().endswith(".")
