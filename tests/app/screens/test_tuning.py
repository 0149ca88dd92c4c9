"""Tuning from the screen: the records are shown, then the loss while it falls; it goes on when the screen is closed."""

import pytest

from phitui.app.screens.comparison import Comparison
from phitui.app.screens.tuning.screen import Tuning
from tests.app.conftest import ask, opened, text_of, until


async def form(pilot, data="records.jsonl"):
    """Opens the screen and fills in what is learnt from; the model is the one in use."""
    app = pilot.app
    await opened(pilot)
    await pilot.press("alt+t")
    await until(pilot, lambda: isinstance(app.screen, Tuning))
    await pilot.press("enter")
    await until(pilot, lambda: "judged answers and accepted code" in text_of(app))
    app.screen.field.value = str(data)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, Tuning))


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_records_are_shown_as_the_model_reads_them_and_the_loss_is_drawn(app, workbench, tmp_path, size):
    workbench.model_in_use = ("phi-2", ())
    async with app.run_test(size=size) as pilot:
        await form(pilot)
        await until(pilot, lambda: "About 0.9 GB of memory" in text_of(app))
        assert workbench.orders[-1].dry and "trains 28,672 numbers" in text_of(app)
        await pilot.press(*"dddd")
        await until(pilot, lambda: "Tomas [b]Reyes.<|endoftext|>" in text_of(app))
        assert "esc goes back" in text_of(app)
        await pilot.press("s")
        await until(pilot, lambda: app.control.tuning.finished is not None)
        await until(pilot, lambda: "o measured on" in text_of(app))
        order = workbench.orders[-1]
        assert not order.dry and order.output == app.places.models_folder / "phi-2-records" and order.plan.batch == 8
        said = " ".join(text_of(app).replace("▌", " ").split())
        assert "validation loss 6.000 → 3.000 (-50 %)" in said and "step" in said
        await pilot.press("l")
        await until(pilot, lambda: workbench.model_in_use == ("phi-2", (str(order.output),)))


async def test_it_goes_on_when_the_screen_is_closed_and_is_stopped_from_it(app, workbench):
    workbench.hold, workbench.model_in_use = True, ("phi-2", ())
    async with app.run_test(size=(120, 40)) as pilot:
        await form(pilot, "judged")
        await until(pilot, lambda: "Nothing was found right yet" in text_of(app))
        workbench.pairs.keep_code("Write python code only.", "print(1)")
        await pilot.press("s")
        await until(pilot, lambda: app.control.tuning.last is not None and app.control.tuning.last.step == 4)
        assert [record.messages[1][1] for record in workbench.orders[-1].given] == ["print(1)"]
        await pilot.press("escape")
        await until(pilot, lambda: "tuning 44%" in text_of(app))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: "A model is being tuned." in text_of(app))
        await pilot.press("n")
        await pilot.press("ctrl+t", "t")
        await until(pilot, lambda: isinstance(app.screen, Tuning) and "step 4 of 9" in text_of(app))
        await pilot.press("x")
        await until(pilot, lambda: app.control.tuning.job is None)
        await until(pilot, lambda: "stopped at step 4" in text_of(app))
        workbench.hold = False
        await pilot.press("s")
        await until(pilot, lambda: app.control.tuning.finished is not None)
        assert workbench.orders[-1].output == workbench.orders[-2].output


async def test_what_is_wrong_is_named_and_choices_are_those_of_the_run(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await form(pilot, "bad.jsonl")
        assert "choose" in text_of(app)
        await pilot.press("j", "enter")
        await until(pilot, lambda: "tiny-phi" in text_of(app) and "keeper" not in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: "line 3: it is no JSON; line 7: use longest record 9" in text_of(app))
        await pilot.press("j", "j", "j", "enter", "j", "enter")
        app.screen.field.value = "-2"
        await pilot.press("enter")
        await until(pilot, lambda: "Epochs: -2 is no such number." in app.messages[-1])
        await pilot.press("j", "enter")
        app.screen.field.value = "4"
        await pilot.press("enter")
        await until(pilot, lambda: "4" in text_of(app) and "default 1" in text_of(app))
        plan = app.control.tuning.draft.plan()
        assert (plan.batch, plan.learning_rate, plan.epochs) == (4, 5e-5, 3.0)


async def test_an_adapter_is_compared_with_its_base(app, workbench):
    workbench.model_in_use = ("phi-2", ())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await form(pilot)
        await pilot.press("s")
        await until(pilot, lambda: app.control.tuning.finished is not None)
        await pilot.press("c")
        await until(pilot, lambda: "Compare models" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Comparison) and app.screen.job is None)
        output = str(workbench.orders[-1].output)
        assert sorted(workbench.changed[:2]) == [("phi-2", ()), ("phi-2", (output,))]
