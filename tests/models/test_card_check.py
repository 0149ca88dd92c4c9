"""`phitui doctor --gpu`, as far as it can be tried without a card."""

import pytest

from phitui.models import card_check


@pytest.mark.parametrize("family", card_check.FAMILIES)
def test_ways_that_agree_are_found_right(family):
    right, message = card_check._compared(family, "cpu")
    assert right, message
    assert message.startswith(family) and "static cache" in message


def test_a_way_that_says_something_else_is_found_wrong(monkeypatch):
    from phitui.models.decode.runner import StaticRunner

    whole = StaticRunner.prepare

    def prepare(self, most=1):
        step = self.step
        self.step = lambda tokens, start: (step(tokens, start) + 1) % self.vocabulary
        return whole(self, most)

    monkeypatch.setattr(StaticRunner, "prepare", prepare)
    right, message = card_check._compared("phi", "cpu")
    assert not right and "recorded steps say something else" in message


def test_steps_that_are_not_the_models_own_are_found_wrong(monkeypatch):
    from phitui.models.decode.sampler import Sampler

    monkeypatch.setattr(Sampler, "choose", lambda self, logits, tokens, positions: logits.argmin(-1))
    right, message = card_check._compared("llama", "cpu")
    assert not right and "differ from transformers'" in message
