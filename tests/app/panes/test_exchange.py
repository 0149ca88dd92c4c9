"""An answer on the screen: what was replaced in it, what is folded away, and what it costs while it grows."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console
from textual._compositor import CompositorUpdate

from phitui.events import AnswerFinished, AnswerVerified, SentenceRevised, TokensArrived
from phitui.records import CheckedSentence
from tests.app.conftest import ask, opened, text_of, until
from tests.app.fake import ANSWER, answered


def scripted(sentences, *steps, reason="end"):
    """A script whose answer consists of these sentences, after those steps."""

    def script(query):
        events = [
            each for each in answered(query) if not isinstance(each, TokensArrived | AnswerFinished | AnswerVerified)
        ]
        text = " ".join(each.text for each in sentences)
        told = [*steps, AnswerFinished(text, reason, "phi-2", answer_tokens=9), AnswerVerified(tuple(sentences))]
        return [*events[:-1], *told, events[-1]]

    return script


def good():
    """The supported sentence of the usual script."""
    return next(each for each in answered("") if isinstance(each, AnswerVerified)).sentences[0]


async def test_what_was_replaced_is_counted_and_quotes_are_named_as_such(app, workbench):
    quoted = replace(good(), text="By the end of the embargo it had risen.", replaced=True)
    again = SentenceRevised(ANSWER[0], "It fell.", "resampled")
    taken = SentenceRevised(f"{ANSWER[0]} {quoted.text}", "It fell.", "replaced", quoted.text)
    workbench.script = scripted([good(), quoted], again, again, taken, reason="repeated")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("f2")
        screen = " ".join(text_of(app).split())
        assert "2 of 2 sentences supported" in screen and "1 sentence was replaced" in screen
        assert "[1] quoted" in screen
        assert "it began to repeat itself" in screen


async def test_an_answer_that_nothing_supports_is_folded_away_and_one_key_shows_it(app, workbench):
    wrong = CheckedSentence("The price fell to nothing.", False, 0.1, judged="unsupported")
    workbench.script = scripted([wrong])
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        assert "The price fell" not in text_of(app)
        assert "v shows what the model wrote" in text_of(app)
        await pilot.press("escape", "v")
        assert "The price fell to nothing." in text_of(app)
        await pilot.press("v")
        assert "The price fell" not in text_of(app)


async def test_what_is_said_twice_counts_once(app, workbench):
    workbench.script = scripted([good(), good()])
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        assert "1 of 1 sentences supported" in text_of(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_a_reader_who_follows_the_end_gets_few_bytes_a_token(app, workbench, size):
    console = Console(color_system="truecolor", force_terminal=True, file=StringIO())
    sent: list[int] = []

    def display(screen, update):
        if isinstance(update, CompositorUpdate):
            sent.append(len(app.painter.written(update, console)))

    workbench.hold = True
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        app.chat.composer.load_text("Tell me")
        await pilot.press("enter")
        await until(pilot, lambda: app.chat.transcript.turn and app.chat.transcript.turn.answer)
        transcript, words = app.chat.transcript, [f"w{number:07}" for number in range(225)]
        (exchange,) = transcript.exchanges
        exchange.take(TokensArrived(" ".join(words[:150])))
        transcript.grown(exchange)
        await pilot.pause()
        app._display = display
        await pilot.press("pagedown", "pagedown", "pagedown", "pagedown")
        await pilot.pause()
        assert transcript.follows
        sent.clear()
        for word in words[150:]:
            exchange.take(TokensArrived(f" {word}"))
            transcript.grown(exchange)
            await pilot.pause()
        assert transcript.follows and words[-1] in text_of(app)
        print(f"{sum(sent) / 75:.0f} bytes a token at {size[0]} columns")
        assert sum(sent) / 75 <= 200
        await pilot.press("escape", "escape")
        await until(pilot, lambda: not exchange.progress.stage)
        assert exchange.size.height == len(exchange._lines(exchange.size.width))
