"""Kernels are used where a trial finds them right, and nowhere else; no fault of theirs makes an answer wrong."""

from subprocess import CalledProcessError

import pytest

from phitui.models.kernels.verdicts import BEGUN, EARLY, RIGHT, TRYING, Verdicts
from tests.models import plain_kernels
from tests.models.engines import random_prompt
from tests.models.fake_cards import Stream, fake_cards
from tests.models.test_graphs import runner, said

ON, OFF = "Triton kernels", "without kernels: "


@pytest.fixture
def cards(monkeypatch):
    """A card that computes as the CPU does, with Triton; kernels are plain torch, and quicker than it."""
    from phitui.models.kernels import step, trial

    with fake_cards(monkeypatch) as made:
        monkeypatch.setattr(step, "launch", plain_kernels.launch)
        monkeypatch.setattr(trial, "card", lambda forward: "a card")
        monkeypatch.setattr(trial, "unsuitable", lambda forward: None)
        monkeypatch.setattr(trial, "launches_early", lambda forward: False)
        monkeypatch.setattr(trial, "seconds_a_step", lambda of: 1.0 if of.forward.kernels else 2.0)
        monkeypatch.setattr(trial, "PROMPTS", (5, 140))
        yield made


def tried(tmp_path, family="phi", **more):
    from phitui.models.kernels.trial import Trial

    made = runner(family, **more)
    trial = Trial(made, "a model", Verdicts(tmp_path))
    trial.decide()
    return made, trial


def test_kernels_that_are_right_are_used_and_tried_once(cards, tmp_path, monkeypatch):
    made, trial = tried(tmp_path)
    assert made.path == f"static cache, CUDA graphs (0 of 10 steps recorded), {ON}"
    assert Verdicts(tmp_path).of(trial.key) == RIGHT
    assert trial.key == "a card | a model float32 | kernels 2"
    made.prepare(2)  # one row and eight: for every length
    plain = runner(recorded=False)
    replays = cards.replays
    for length in (9, 640):
        prompt = random_prompt(length, length, repeated=True)
        wanted = said(plain, prompt, 12)
        assert said(made, prompt, 12) == said(made, prompt, 12, draft=True) == wanted
    made._graphs._shapes = [each for each in made._graphs._shapes if each.rows <= 8]  # the others take long here
    made.prepare(100)
    drawn = {"temperature": 0.9, "top_p": 0.9, "top_k": 40, "repetition_penalty": 1.2}
    wanted = said(plain, prompt, 12, **drawn)
    assert said(made, prompt, 12, **drawn) == said(made, prompt, 12, draft=True, **drawn) == wanted
    assert cards.replays > replays + 24
    monkeypatch.setattr("phitui.models.kernels.trial.judged", lambda *_: pytest.fail("tried again"))
    assert tried(tmp_path)[0].path.endswith(ON)


@pytest.mark.parametrize(("kernel", "what"), [("combine", 2), ("add_norm", 5), ("product", 4)])
def test_a_kernel_that_says_something_else_is_not_used(kernel, what, cards, tmp_path, monkeypatch):
    whole = getattr(plain_kernels, kernel)

    def wrong(grid, *given, **sizes):
        whole(grid, *given, **sizes)
        given[what].mul_(1.5)

    monkeypatch.setattr(plain_kernels, kernel, wrong)
    made, trial = tried(tmp_path)
    assert f"{OFF}they differ from plain torch by " in made.path
    assert made.forward.kernels is None
    assert "differ" in Verdicts(tmp_path).of(trial.key)
    assert said(made, random_prompt(30, 1)) == said(runner(recorded=False), random_prompt(30, 1))


def test_kernels_that_draw_something_else_are_not_used(cards, tmp_path, monkeypatch):
    whole = plain_kernels.race

    def wrong(grid, scores, limits, *given, **sizes):
        whole(grid, scores, limits * 0 - 100, *given, **sizes)

    monkeypatch.setattr(plain_kernels, "race", wrong)
    made, _ = tried(tmp_path)
    assert f"{OFF}they draw other tokens" in made.path and made.sampler.quick is None


def test_a_kernel_whose_rows_depend_on_each_other_is_not_used(cards, tmp_path, monkeypatch):
    whole = plain_kernels.combine

    def leaking(grid, parts, logs, out, rows, stride, **sizes):
        whole(grid, parts, logs, out, rows, stride, **sizes)
        out[: rows - 1] += 1e-6

    monkeypatch.setattr(plain_kernels, "combine", leaking)
    assert f"{OFF}several rows at once differ" in tried(tmp_path)[0].path


def test_a_kernel_that_cannot_be_recorded_or_replayed_is_not_used(cards, tmp_path, monkeypatch):
    whole = plain_kernels.combine
    monkeypatch.setattr(
        plain_kernels, "combine", lambda *given, **sizes: (whole(*given, **sizes), given[2].sum().item())
    )
    assert f"{OFF}their steps cannot be recorded" in tried(tmp_path / "1")[0].path

    calls = []

    def forgets(grid, parts, logs, out, rows, stride, **sizes):
        calls.append(rows)
        whole(grid, parts, logs, out + 0 if cards.recording else out, rows, stride, **sizes)

    monkeypatch.setattr(plain_kernels, "combine", forgets)
    assert f"{OFF}recorded steps say something else" in tried(tmp_path / "2")[0].path


def test_slower_kernels_are_not_used(cards, tmp_path, monkeypatch):
    monkeypatch.setattr("phitui.models.kernels.trial.seconds_a_step", lambda of: 2e-3 if of.forward.kernels else 1e-3)
    assert f"{OFF}they are slower here (2000 against 1000 µs a token)" in tried(tmp_path)[0].path


@pytest.mark.parametrize("kind", [ValueError, RuntimeError])
def test_a_kernel_that_fails_makes_no_model_unloadable(kind, cards, tmp_path, monkeypatch):
    def fails(*given, **sizes):
        raise kind("no such instruction\nand more")

    monkeypatch.setattr(plain_kernels, "place", fails)
    made, _ = tried(tmp_path)
    assert f"{OFF}they fail here (no such instruction)" in made.path
    assert said(made, random_prompt(9, 1)) == said(runner(recorded=False), random_prompt(9, 1))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            FileNotFoundError(2, "No such file", "/home/me/.triton"),
            "they cannot be kept (No such file: /home/me/.triton)",
        ),
        (PermissionError(13, "Permission denied", "/cache"), "they cannot be kept (Permission denied: /cache)"),
        (CalledProcessError(1, ["gcc", "main.c"]), "a C compiler and Python's headers are needed"),
        (RuntimeError("Failed to find C compiler. Please"), "a C compiler and Python's headers are needed"),
        (ImportError("libcuda.so cannot be opened"), "they fail here (libcuda.so cannot be opened)"),
    ],
)
def test_what_the_machine_lacks_makes_no_model_unloadable_and_is_no_verdict_on_kernels(
    error, said, cards, tmp_path, monkeypatch
):
    def fails(*given, **sizes):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(plain_kernels, "attend_many", fails)
        made, trial = tried(tmp_path)
        assert f"{OFF}" in made.path and said in made.path
        assert Verdicts(tmp_path).of(trial.key) is None
    assert ON in tried(tmp_path)[0].path
    with monkeypatch.context() as patch:
        patch.setattr(plain_kernels, "attend_many", fails)
        assert said in tried(tmp_path)[0].path
    with monkeypatch.context() as patch:
        patch.setattr("phitui.models.kernels.trial.card", fails)
        assert said in tried(tmp_path)[0].path
    assert ON in tried(tmp_path)[0].path


@pytest.mark.parametrize("fault", ["", "slow", "wrong", "fails"])
def test_kernels_that_are_right_are_tried_launched_early_and_used_so_where_that_is_quicker(
    fault, cards, tmp_path, monkeypatch
):
    from phitui.models.kernels import step, trial

    monkeypatch.setattr(trial, "launches_early", lambda forward: True)
    early = {"slow": 1.5}.get(fault, 0.5)
    monkeypatch.setattr(
        trial,
        "seconds_a_step",
        lambda of: 2.0 if not of.forward.kernels else early if of.forward.kernels._early else 1.0,
    )
    begun = []

    def launch(name, grid, *given, early=False, **more):
        if early and fault == "fails":
            raise RuntimeError("Triton Error [CUDA]: invalid argument")
        plain_kernels.launch(name, grid, *given, early=early, **more)
        begun.append(early)
        if early and fault == "wrong" and name == "add_norm":
            given[5].mul_(1.5)

    monkeypatch.setattr(step, "launch", launch)
    made, tried_one = tried(tmp_path)
    assert made.path.endswith(f", {ON}" if fault else f", {ON}, launched early")
    assert Verdicts(tmp_path).of(tried_one.key) == (RIGHT if fault else EARLY)
    begun.clear()
    monkeypatch.setattr(trial, "judged", lambda *_: pytest.fail("tried again"))
    again, _ = tried(tmp_path)
    assert again.path == made.path and set(begun) == {not fault}
    assert made.forward.kernels and tried_one.give_up(RuntimeError("no")) and ON not in made.path


@pytest.mark.parametrize(("wrong", "said"), [("always", "they fail here (no)"), ("early", "")])
def test_a_look_at_kernels_that_fail_tells_why_and_goes_on(wrong, said, cards, monkeypatch):
    from phitui.models.kernels import step, trial

    def launch(name, grid, *given, early=False, **more):
        if early or wrong == "always":
            raise RuntimeError("no")
        plain_kernels.launch(name, grid, *given, **more)

    monkeypatch.setattr(trial, "launches_early", lambda forward: True)
    monkeypatch.setattr(step, "launch", launch)
    made = runner()
    assert trial.equipped(made) == said
    assert (made.forward.kernels is None) is bool(said) and (made.notes == [ON]) is not bool(said)
    assert made.sampler.quick is made.forward.kernels


def test_want_of_memory_is_no_verdict(cards, tmp_path, monkeypatch):
    import torch

    monkeypatch.setattr(plain_kernels, "place", lambda *_, **__: (_ for _ in ()).throw(torch.OutOfMemoryError("no")))
    made, trial = tried(tmp_path)
    assert f"{OFF}no memory was left" in made.path and Verdicts(tmp_path).of(trial.key) is None


def test_want_of_memory_while_a_step_is_recorded_is_no_verdict_either(cards, tmp_path, monkeypatch):
    whole = plain_kernels.combine

    def fills(*given, **sizes):
        whole(*given, **sizes)
        cards.full = 1

    monkeypatch.setattr(plain_kernels, "combine", fills)
    made, trial = tried(tmp_path)
    assert f"{OFF}no memory was left" in made.path and Verdicts(tmp_path).of(trial.key) is None


def test_a_trial_that_takes_the_process_along_is_not_tried_again(cards, tmp_path, monkeypatch):
    def gone(*given):
        raise RuntimeError(cards.dead)

    def dies(*given, **sizes):
        monkeypatch.setattr("torch.cuda.Stream", gone)
        cards.dead = "CUDA error: an illegal memory access was encountered"
        raise RuntimeError(cards.dead)

    monkeypatch.setattr(plain_kernels, "place", dies)
    with pytest.raises(RuntimeError, match="illegal memory access"):
        tried(tmp_path)
    cards.dead = ""
    monkeypatch.setattr("torch.cuda.Stream", Stream)
    made, trial = tried(tmp_path)
    assert f"{OFF}they fail here" in made.path
    Verdicts(tmp_path).keep(trial.key, BEGUN)  # a kill, or a kernel that hung
    assert f"{OFF}their last two trials here did not end" in tried(tmp_path)[0].path


def test_a_first_trial_that_nobody_waited_for_is_made_once_more(cards, tmp_path, monkeypatch):
    _, trial = tried(tmp_path)
    kept, marks = Verdicts(tmp_path), []
    kept.keep(trial.key, TRYING)
    monkeypatch.setattr(
        "phitui.models.kernels.trial.judged", lambda *_: (marks.append(kept.of(trial.key)), ("", 1.0))[1]
    )
    assert tried(tmp_path)[0].path.endswith(ON)
    assert marks == [BEGUN] and kept.of(trial.key) == RIGHT


def test_kernels_that_fail_in_an_answer_are_left_alone_from_then_on(cards, tmp_path):
    made, trial = tried(tmp_path)
    assert trial.give_up(RuntimeError("no")) and made.forward.kernels is None
    assert not trial.give_up(RuntimeError("no"))
    assert f"{OFF}they failed in use (no)" in made.path and ON not in made.path
    assert "failed in use" in tried(tmp_path)[0].path


def test_kernels_are_off_by_a_setting_and_where_they_do_not_fit(cards, tmp_path, monkeypatch):
    from phitui.models.kernels import trial
    from phitui.models.kernels.step import why_not

    monkeypatch.undo()
    made = runner(recorded=False)
    assert trial.unsuitable(made.forward) in ("the package triton is missing", "they are for 16-bit numbers")
    assert why_not(made.forward) is None
    assert "activation relu" in why_not(runner(recorded=False, hidden_act="relu").forward)
    off = trial.Trial(made, "a model", None)
    off.decide()
    assert made.path == "static cache"  # nothing to be said on a CPU
    monkeypatch.setattr(trial, "on_card", lambda runner: True)
    off.decide()
    assert made.path == f"static cache, {OFF}they are switched off"


def test_verdicts_are_kept_in_one_file_and_a_damaged_one_tells_nothing(tmp_path):
    kept = Verdicts(tmp_path / "cache")
    assert kept.of("a") is None and kept.keep("a", RIGHT) and kept.keep("b", "no")
    kept.forget("b")
    assert (kept.of("a"), kept.of("b")) == (RIGHT, None)
    (tmp_path / "cache" / "kernels.json").write_text("[")
    assert kept.of("a") is None
    (tmp_path / "file").write_text("")
    assert not Verdicts(tmp_path / "file").keep("a", RIGHT)
