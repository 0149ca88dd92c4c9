"""Models side by side: the same passages, one load of the base, and who wins by how much."""

import json
import sys
from collections import Counter
from io import StringIO
from threading import Barrier
from types import SimpleNamespace

import pytest

from phitui.answers.turn import Turn
from phitui.cli.main import main
from phitui.errors import ModelError, UsageError
from phitui.evaluation.benchmarks.kept import Answers
from phitui.evaluation.comparison.kept_turns import KeptTurns
from phitui.evaluation.comparison.side_by_side import Answered, answers, in_order, pairs
from phitui.evaluation.comparison.variants import Variant
from phitui.evaluation.comparison.word_diff import word_diff
from phitui.evaluation.questions import Question
from phitui.events import AnswerFinished, Failed, TokensArrived
from phitui.models import weights
from phitui.records import CheckedSentence
from phitui.settings import Settings
from tests.answers.hand_claims import LIGHTHOUSE
from tests.models.server.made import MadeServer, refuses, says, serving
from tests.models.test_adapters import make_adapter

ASKED = "When was the lighthouse of Alda built?"
QUESTIONS = [
    {"question": ASKED, "answer": "1884"},
    {"question": "What is the boiling point of tungsten carbide?", "in_documents": False},
]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    (folder / "alda.md").write_text(f"# Alda\n\n{LIGHTHOUSE}\n")
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)))
    assert main(["--data-dir", str(folder / "data"), "add", str(folder / "alda.md")]) == 0
    return folder


def run(shelf, capsys, *arguments, code=0):
    assert main(["--data-dir", str(shelf / "data"), "--device", "cpu", *arguments]) == code
    return capsys.readouterr()


def test_a_base_and_its_adapter_answer_from_the_same_passages_and_are_loaded_once(
    shelf, capsys, monkeypatch, tiny_phi, tmp_path
):
    adapter = make_adapter(tiny_phi, tmp_path / "adapter")
    loads: Counter[str] = Counter()
    real = weights.read_weights

    def counted(folder, *more, **named):
        loads[str(folder)] += 1
        return real(folder, *more, **named)

    monkeypatch.setattr("phitui.models.engines.loader.read_weights", counted)
    names = [f"{tiny_phi}+{adapter},max_tokens=8", f"{tiny_phi},max_tokens=8"]
    file = str(shelf / "questions.jsonl")
    rows = [
        json.loads(line)
        for line in run(shelf, capsys, "compare", "--models", *names, "--questions", file, "--json").out.splitlines()
    ]

    answers, sums, (pair,) = rows[:4], rows[4:6], rows[6:]
    assert loads == {str(tiny_phi): 1}
    assert [row["model"] for row in answers] == [names[1]] * 2 + [names[0]] * 2
    assert answers[0]["passages"] == answers[2]["passages"] != []
    assert [row["in_documents"] for row in answers] == [True, False] * 2
    assert [row["right"] for row in answers[1::2]] == [True, True] and answers[1]["answer"] is None
    assert answers[0]["tokens_per_second"] and answers[0]["time_to_first_token"]
    assert [row["model"] for row in sums] == names and sums[0]["answered"] == 1
    assert pair["pair"] == names and pair["wins"] + pair["losses"] + pair["ties"] == 2
    assert pair["low"] <= pair["lead"] <= pair["high"]

    told = run(
        shelf, capsys, "compare", "When was it built at Alda?", "--models", "none", f"{tiny_phi},max_tokens=8"
    ).out
    assert "── none" in told and "sentences supported" in told and ("{+" in told or "[-" in told)
    judged = run(
        shelf, capsys, "--model", str(tiny_phi), "compare", "--judge", "model", "--models", *names, "--questions", file
    )
    assert "won" in judged.out


def test_a_run_that_is_cut_off_goes_on_and_loads_no_model_whose_answers_are_there(tmp_path):
    asked, loaded, most = list[tuple[str, float]](), list[str](), 3

    def ask(request):
        if len(asked) == most:
            raise KeyboardInterrupt
        asked.append((request.question, request.sampling.temperature))
        if request.question == "fails":
            yield Failed("It does.")
        else:
            yield AnswerFinished(f"It is {len(asked)}.", "end", "made")

    def change(model, adapters):
        loaded.append(model)
        return iter(())

    def run(files="files", *questions, models=("one", "two,temperature=0.5")):
        asked.clear(), loaded.clear()
        kept = KeptTurns(Answers(tmp_path, "a library"), lambda variant: f"{files} {variant.model}")
        variants = [Variant.of(each, Settings()) for each in models]
        wanted = [Question(each) for each in questions or ("a", "fails")]
        events = answers(variants, wanted, ask, change, None, kept)
        return kept, [each.turn.answer for each in events if isinstance(each, Answered)]

    with pytest.raises(KeyboardInterrupt):
        run()
    assert asked == [("a", 0), ("fails", 0), ("a", 0.5)]
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text()[:-9])  # the last line was being written
    most = 9
    assert run()[1] == ["It is 1.", "", "It is 2.", ""]
    assert asked == [("fails", 0), ("a", 0.5), ("fails", 0.5)]
    assert run("files", "a")[1] == ["It is 1.", "It is 2."] and not asked and not loaded
    run("files", "b", "a", models=("one", "two,temperature=0.6"))
    assert asked == [("b", 0), ("b", 0.6), ("a", 0.6)] and loaded == ["one", "two"]
    kept, _ = run("other files", "a", models=("one",))
    assert asked == [("a", 0)]
    kept.forget()
    run("files", "a", models=("one",))
    assert asked == [("a", 0)] and loaded == ["one"]


def test_votes_are_given_blind_by_one_key_each_kept_and_summed(shelf, capsys, monkeypatch, tiny_phi):
    file = str(shelf / "questions.jsonl")
    asked = ("compare", "--models", "none", f"{tiny_phi},max_tokens=4", "--questions", file, "--vote")
    assert "Votes are given in a terminal" in run(shelf, capsys, *asked, code=2).err
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("sys.stderr", Terminal())
    monkeypatch.setattr("phitui.cli.vote.random.shuffle", lambda given: None)
    keys = iter("xba")
    monkeypatch.setattr("phitui.cli.vote._key", lambda: next(keys))
    told = run(shelf, capsys, *asked)
    assert sys.stderr.getvalue().count("better: A B") == 1 and "All say the same" in sys.stderr.getvalue()
    assert "A  " in sys.stderr.getvalue() and "A  none" not in sys.stderr.getvalue()
    assert "none against " in told.out and "0 won, 1 lost, 1 alike" in told.out and list(keys) == ["a"]
    kept = [json.loads(line) for line in (shelf / "data/data/evals/votes.jsonl").read_text().splitlines()]
    assert [(row["best"], row["blind"]) for row in kept] == [(f"{tiny_phi},max_tokens=4", True)]
    keys = iter("q")
    told = run(shelf, capsys, *asked, "--named", "--json")
    assert "A  none" in sys.stderr.getvalue() and json.loads(told.out.splitlines()[-1])["questions"] == 1
    assert not list(keys)


class Terminal(StringIO):
    """Where people read."""

    def isatty(self):
        return True


def test_models_of_servers_answer_at_the_same_time_from_the_same_passages(shelf, capsys, monkeypatch):
    monkeypatch.setenv("PHITUI_CHECKER", "off")
    both = Barrier(2, timeout=20)

    def together(self, asked):
        both.wait()
        says("It was built in 1884.")(self, asked)

    with serving(MadeServer(answers=[together]), MadeServer("other", [together])) as servers:
        names = [each.address for each in servers]
        told = run(shelf, capsys, "compare", ASKED, "--models", *names, "none", "--json").out
        rows = {row["model"]: row for row in map(json.loads, told.splitlines())}
    assert sorted(rows) == sorted([*names, "none"]) and len({tuple(row["passages"]) for row in rows.values()}) == 1
    assert [rows[name]["memory"] for name in names] == [None, None] and rows["none"]["memory"]
    assert rows[names[0]]["answer"] == "It was built in 1884."
    with serving(MadeServer(answers=[refuses(401)])) as server:
        wrong = run(shelf, capsys, "compare", ASKED, "--models", server.address, "none", code=1)
    assert "refuses the key" in wrong.err


def test_answers_that_come_together_are_told_apart_and_a_fault_of_one_is_raised():
    variants = [Variant.of(name, Settings()) for name in ("http://a:1", "http://b:1", "none")]
    turns = Barrier(2, timeout=20)

    def asks(name):
        def ask(request):
            for number in range(3):
                turns.wait()
                yield TokensArrived(f"{name}{number} ")

        return ask

    def fails(request):
        raise ModelError("It cannot be reached.")
        yield

    def told(**beside):
        said, current = {each.name: "" for each in variants}, None
        for event in answers(variants, [Question("q")], lambda request: iter([TokensArrived("n")]), change, beside):
            if isinstance(event, Variant):
                current = event.name
            elif isinstance(event, TokensArrived):
                said[current] += event.text
        return said

    def change(model, adapters):
        yield from ()

    beside = {"http://a:1": asks("a"), "http://b:1": asks("b")}
    assert told(**beside) == {"http://a:1": "a0 a1 a2 ", "http://b:1": "b0 b1 b2 ", "none": "n"}
    with pytest.raises(ModelError, match="cannot be reached"):
        told(**{"http://a:1": fails})


def answered(name, number, text, supported=True, known="41"):
    turn = Turn("How tall?", answer=text, sentences=(CheckedSentence(text, supported, 1.0, ()),))
    question = Question("How tall?", answers=(known,) if known else ())
    return Answered(number, question, Variant(name, name, (), Settings()), turn, None)


def test_who_wins_is_told_with_the_interval_of_the_lead():
    good = [answered("good", number, "It is 41 metres tall.") for number in range(20)]
    bad = [answered("bad", number, "It is 41 metres tall.", supported=number > 14) for number in range(20)]
    variants = [good[0].variant, bad[0].variant]
    (row,) = pairs([*good, *bad], variants, None)
    assert (row["wins"], row["losses"], row["ties"], row["lead"]) == (15, 0, 5, 0.75)
    assert 0.5 < row["low"] < 0.75 < row["high"] < 1 and row["p"] < 0.01
    assert good[0].right and not answered("x", 0, "It is 12 metres tall.").right
    assert answered("x", 0, "It is tall.", known="").right is None

    # One that favours the first place names no winner; one that knows does, in whichever order.
    (row,) = pairs([*good, *[answered("bad", n, "No.") for n in range(20)]], variants, lambda question, a, b: 1.0)
    assert row["ties"] == 20
    (row,) = pairs(
        [*good, *[answered("bad", n, "No.") for n in range(20)]], variants, lambda question, a, b: float("41" in a)
    )
    assert row["wins"] == 20


def test_a_variant_names_a_model_its_adapters_and_its_settings(tmp_path):
    made = Variant.of("base+one+two,temperature=0.7,passages=5", Settings())
    assert (made.model, made.adapters, made.settings.temperature, made.settings.passages) == (
        "base",
        ("one", "two"),
        0.7,
        5,
    )
    odd = tmp_path / "a+b"
    odd.mkdir()
    assert Variant.of(str(odd), Settings()).adapters == ()
    for wrong in ("base,colour=red", "base,library=x", "base,temperature=hot", "+one", "base+"):
        with pytest.raises(UsageError):
            Variant.of(wrong, Settings())
    order = in_order([Variant.of(each, Settings()) for each in ("a+x", "b", "a", "b+y", "a,seed=2")])
    assert [each.name for each in order] == ["a", "a,seed=2", "a+x", "b", "b+y"]


def test_words_that_differ_are_marked():
    assert word_diff("It is 41 metres tall.", "It is 12 metres tall indeed.") == (
        "It is [-41-] {+12+} metres [-tall.-] {+tall indeed.+}"
    )
