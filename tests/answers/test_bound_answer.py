"""An answer that is held to its evidence while it is written, by an engine that says what a script tells it to."""

from dataclasses import replace
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phitui.answers.turn import Turn
from phitui.answers.writing.bound_answer import RESAMPLINGS, BoundAnswer
from phitui.answers.writing.repetition import claims, loop_start, words_of
from phitui.documents.document import Span
from phitui.events import AnswerFinished, AnswerVerified, SentenceRevised, SentencesChecked, TokensArrived
from phitui.models.engine import Sampling
from phitui.records import CheckedSentence, Citation
from phitui.wording import revised

PROMPT = "Instruct: what?\nOutput:"
GOOD = "The lamp was lit in 1824."
BETTER = "A keeper lit it each night."
FALSE = "The lamp burns 900 litres a day."


class ScriptedEngine:
    """Says what `script` makes of (what stands behind the prompt, the attempt), in batches of `batch` characters."""

    name = "scripted"
    context_window = 2048

    def __init__(self, script, batch=7, prompt=PROMPT):
        self.script, self.batch, self.prompt = script, batch, prompt
        self.samplings = []
        self.prompts = []

    def count_tokens(self, texts):
        return [len(text.split()) for text in texts]

    def stream(self, prompt, sampling, cancel):
        self.samplings.append(sampling)
        self.prompts.append(prompt)
        text = self.script(prompt.removeprefix(self.prompt), round(sampling.temperature / 0.3))
        words, told = text.split(" "), ""
        reason = "end" if len(words) <= sampling.max_tokens else "length"
        text = " ".join(words[: sampling.max_tokens])
        for at in range(0, len(text), self.batch):
            if cancel.is_set():
                reason = "cancelled"
                break
            told += text[at : at + self.batch]
            yield TokensArrived(text[at : at + self.batch])
        yield AnswerFinished(told, reason, self.name, prompt_tokens=len(prompt.split()), answer_tokens=len(words))


def events_of(engine, *how, **more):
    return BoundAnswer(engine, *how, **more).events()


def check(sentence):
    """Supported but for what speaks of litres; a question claims nothing."""
    verdict = "no claim" if sentence.endswith(("?", ":")) else "unsupported" if "litres" in sentence else "supported"
    return CheckedSentence(sentence, verdict == "supported", 0.5, judged=verdict)


def quote(text, number=1):
    cited = Citation(number, number, "/a.pdf", "A", Span(1, 10 * number, 1, 10 * number + 5), text)
    return CheckedSentence(text, True, 1.0, (cited,), judged="supported", replaced=True)


def answered(script, quotes=(), sampling=None, begun="", cancel=None, batch=7, **more):
    """(events, the turn that took them, the engine)."""
    said = script if callable(script) else lambda written, attempt: script
    engine = ScriptedEngine(said, batch, PROMPT + begun)
    sampling = sampling or Sampling(max_tokens=200, seed=7)
    told = events_of(engine, PROMPT + begun, sampling, cancel or Event(), check, quotes, begun)
    events, turn = [], Turn("what?")
    for event in told:
        events.append(event)
        turn.take(event)
        if more.get("after") and isinstance(event, TokensArrived) and more["after"] in turn.answer:
            cancel.set()
    return events, turn, engine


def steps(turn):
    return [each.step for each in turn.revisions]


def test_what_the_passages_say_passes_untouched():
    events, turn, engine = answered(f"{GOOD} {BETTER}")
    assert turn.answer == f"{GOOD} {BETTER}" and turn.finished.reason == "end"
    assert len(engine.samplings) == 1 and not turn.revisions
    assert [type(each) for each in events[-2:]] == [AnswerFinished, AnswerVerified]
    assert [turn.answer[each.start : each.end] for each in turn.sentences] == [GOOD, BETTER]


def test_a_sentence_without_support_is_written_anew_and_the_answer_goes_on_as_before():
    def script(written, attempt):
        if not written:
            return f"{GOOD} {FALSE} And much more."
        if written == GOOD:
            return f" {BETTER} Then it went on." if attempt else f" {FALSE}"
        return " It stands still."

    _, turn, engine = answered(script)
    assert turn.answer == f"{GOOD} {BETTER} It stands still."
    assert steps(turn) == ["resampled"] and revised(turn.revisions) == "1 sentence was written anew"
    first, anew, on = engine.samplings
    assert (first.temperature, first.seed) == (on.temperature, on.seed) == (0, 7)
    assert anew.temperature > 0 and anew.seed != 7
    assert engine.prompts[1] == PROMPT + GOOD


def test_after_two_tries_the_nearest_quote_stands_there():
    def script(written, attempt):
        return f" {FALSE} More." if not written else " That is all."

    near, far = quote("The lamp burns 9 pints a day.", 2), quote("Ships pass by.", 1)
    _, turn, engine = answered(script, [far, near])
    assert turn.answer == f"{near.text} That is all."
    assert steps(turn) == ["resampled", "resampled", "replaced"]
    assert revised(turn.revisions) == "1 sentence was replaced"
    assert [each.replaced for each in turn.sentences] == [True, False]
    assert len({sampling.seed for sampling in engine.samplings}) == 1 + RESAMPLINGS


def test_of_the_smallest_models_only_what_they_copy_stays():
    copied, said = CheckedSentence(GOOD, True, 1.0, judged="supported"), quote("Ships pass by.")
    engine = ScriptedEngine(lambda written, attempt: f" {BETTER} More." if written else f"{GOOD} {BETTER}")
    turn = Turn("what?")
    for event in events_of(
        engine,
        PROMPT,
        Sampling(max_tokens=200, seed=7),
        Event(),
        lambda text: copied if text == GOOD else check(text),
        [said],
        copies_only=True,
    ):
        turn.take(event)
    assert turn.answer == f"{GOOD} {said.text}"
    assert [each.copied for each in turn.sentences] == [True, True] and steps(turn)[0] == "replaced"


@pytest.mark.parametrize("text", ["The answer to this question is:", "", "What is lit?"])
def test_an_answer_that_says_nothing_is_the_best_quote(text):
    near = quote("The lamp was lit in 1824.")
    _, turn, _ = answered(text, [near])
    assert turn.answer == near.text and steps(turn) == ["replaced"] and turn.finished.text == near.text
    assert [each.replaced for each in turn.sentences] == [True] and turn.finished.tokens == ()


def test_that_the_passages_do_not_tell_is_an_answer():
    def told(sentence):
        return CheckedSentence(sentence, False, 0.0, judged="no claim", reason="about the text itself")

    text = "The passages do not say when it was lit."
    engine = ScriptedEngine(lambda written, attempt: text)
    turn = Turn("what?")
    for event in events_of(engine, PROMPT, Sampling(max_tokens=200, seed=7), Event(), told, [quote(GOOD)]):
        turn.take(event)
    assert turn.answer == text and not turn.revisions


def test_without_a_quote_left_the_sentence_is_dropped_and_the_answer_ends():
    said = quote("The lamp was lit in 1824.", 1)
    _, turn, _ = answered(lambda written, attempt: f" {FALSE}" if written else f"{GOOD} {FALSE}", [said])
    assert turn.answer == GOOD and turn.finished.reason == "unsupported"
    assert steps(turn)[-1] == "dropped" and revised(turn.revisions) == "1 sentence was left out"


def test_a_quote_that_the_answer_cites_already_does_not_stand_there_again():
    shown = quote(GOOD)
    cited = lambda sentence: replace(check(sentence), citations=shown.citations)  # noqa: E731
    engine = ScriptedEngine(lambda written, attempt: f" {FALSE}" if written else f"Lit in 1824. {FALSE}")
    turn = Turn("what?")
    other = quote("The lamp, lit in 1824, was new.", 1)
    for event in events_of(engine, PROMPT, Sampling(seed=1), Event(), cited, [shown, other]):
        turn.take(event)
    assert turn.answer == "Lit in 1824."


def test_no_sentence_of_a_quote_was_said_before_nor_is_said_again():
    def script(written, attempt):
        if not written:
            return f"{GOOD} {FALSE}"
        return f" {FALSE}" if written == GOOD else " The sea is near. Much more."

    held, free = quote(f"{GOOD} Ships pass by.", 2), quote("The lamp burns oil. The sea is near.", 3)
    _, turn, _ = answered(script, [held, free])
    assert turn.answer == f"{GOOD} {free.text}" and turn.finished.reason == "repeated"


def test_only_the_best_quote_stands_for_a_sentence_about_something_else():
    best, astray = quote("Ships pass the cape.", 2), quote("Bread is baked at five.", 3)
    _, turn, _ = answered(lambda written, attempt: f" {FALSE}" if written else FALSE, [best, astray])
    assert turn.answer == best.text and steps(turn)[-1] == "dropped"


def test_a_sentence_that_was_said_before_ends_the_answer():
    events, turn, _ = answered(f"{GOOD} {BETTER} 3. The lamp was lit in 1824! And so on.")
    assert turn.answer.startswith(f"{GOOD} {BETTER}") and turn.answer.count("lit in 1824") == 1
    assert turn.finished.reason == "repeated" and steps(turn) == ["repeated"]
    assert not any(isinstance(each, TokensArrived) for each in events[events.index(turn.revisions[0]) :])


def test_a_loop_inside_a_sentence_ends_the_answer_after_its_first_turn():
    _, turn, _ = answered(f"{GOOD} {'The keeper turns the key, ' * 40}")
    assert turn.finished.reason == "repeated"
    assert turn.answer.count("turns the key") == 1
    _, turn, _ = answered("litres " * 150)
    assert turn.finished.reason == "repeated" and turn.answer == ""


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_the_answer_is_the_same_however_its_text_arrives(batch):
    def script(written, attempt):
        if not written:
            return f"# Lamps\n\n- {GOOD}\n- {FALSE}\n- {BETTER}"
        return f"\n- {BETTER}\n- Lit again." if attempt else f"\n- {FALSE}\n- More."

    _, turn, engine = answered(script, [quote("It stands still.")], batch=batch)
    _, other, other_engine = answered(script, [quote("It stands still.")], batch=7)
    assert turn.answer == other.answer and turn.revisions == other.revisions
    assert [(each.seed, each.temperature) for each in engine.samplings] == [
        (each.seed, each.temperature) for each in other_engine.samplings
    ]


def test_stopping_keeps_what_was_written_so_far():
    cancel = Event()
    _, turn, _ = answered(f"{GOOD} {BETTER} And then it", cancel=cancel, after="keeper")
    assert turn.finished.reason == "cancelled"
    assert turn.answer.startswith(f"{GOOD} A keeper") and "And then" not in turn.answer


def test_an_answer_at_its_limit_keeps_the_sentence_that_was_cut():
    _, turn, _ = answered(f"{GOOD} A keeper lit it each", sampling=Sampling(max_tokens=8, seed=1))
    assert turn.finished.reason == "length" and turn.answer == f"{GOOD} A keeper"


def test_an_answer_that_goes_on_is_not_cut_back_behind_its_beginning():
    begun = "The lamp burns"
    _, turn, engine = answered(lambda written, attempt: " 900 litres a day. It is true.", begun=begun)
    assert turn.answer == "The lamp burns 900 litres a day. It is true."
    assert engine.prompts == [PROMPT + begun]


def test_questions_without_end_are_no_answer():
    _, turn, _ = answered(" ".join(f"What is number {n} here?" for n in range(40)))
    assert turn.finished.reason == "unsupported" and turn.answer.count("?") <= 4


def test_a_thought_that_the_prompt_begins_is_closed_before_the_answer_goes_on():
    engine = ScriptedEngine(lambda written, attempt: f" {FALSE}", prompt="x")
    list(events_of(engine, "Say.<think>\n", Sampling(seed=1), Event(), check, [quote(GOOD)]))
    assert engine.prompts[-1].startswith("Say.<think>\n\n</think>\n\nThe lamp was lit")


sentence = st.sampled_from([GOOD, BETTER, FALSE, "Why is that?", "It burns litres.", "The sea is near."])


@settings(deadline=None)
@given(st.lists(st.lists(sentence, max_size=5), min_size=1, max_size=8), st.integers(1, 12))
def test_no_answer_holds_a_false_or_a_repeated_sentence_and_all_of_them_end(texts, batch):
    calls = iter(range(10_000))

    def script(written, attempt):
        return " ".join(["", *texts[next(calls) % len(texts)]])

    _, turn, engine = answered(script, [quote("It stands still."), quote("Ships pass by.", 2)], batch=batch)
    told = [words_of(each.text) for each in turn.sentences]
    assert len(told) == len(set(told)) and not any(word in turn.answer for word in ("litres",))
    assert turn.answer == " ".join(each.text for each in turn.sentences)
    assert len(engine.samplings) < 40


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("and so on " * 12, "and so on "),
        ("The ring. " + "Round and round it goes, " * 3, None),
        ("a" * 80, "a"),
        ("very, very, very good", None),
        ("." * 70, None),
        ("." * 200, "."),
    ],
)
def test_a_loop_is_found_at_its_third_turn_and_cut_to_its_first(text, kept):
    at = loop_start(text)
    if kept is None:
        assert at is None or text[:at].count("Round") == 1
    else:
        assert text[:at].strip() == kept.strip()


def test_the_number_of_a_list_makes_no_other_sentence():
    assert words_of("2. Press the key.") == words_of("- Press the key [3].") == words_of("press the key")


def test_claims_are_counted_once_however_often_they_are_made():
    said = [check(GOOD), check(GOOD), check(FALSE), check("Why?")]
    assert claims(said) == (1, 2)


def test_revisions_survive_json():
    _, turn, _ = answered(lambda written, attempt: f" {FALSE}", [quote(GOOD)])
    assert turn.revisions and Turn.from_json(turn.to_json()) == turn


def test_each_settled_sentence_is_told_at_once():
    events, _, _ = answered(f"{GOOD} {BETTER} {FALSE}")
    counts = [len(each.sentences) for each in events if isinstance(each, SentencesChecked)]
    assert counts == [1, 2]
    assert any(isinstance(each, SentenceRevised) for each in events)
