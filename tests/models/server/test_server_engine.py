import threading
from dataclasses import replace
from time import perf_counter

import pytest

from phitui.errors import ModelError
from phitui.events import AnswerFinished
from phitui.models.engine import Sampling
from phitui.models.server import engine as server_engine
from phitui.models.server.engine import ServerEngine
from tests.models.server.made import (
    LISTS,
    MODEL,
    MadeServer,
    cuts_off,
    hangs,
    piece,
    refuses,
    says,
    serving,
    stalls,
    streams,
)

GREEDY = Sampling(max_tokens=50)
KEY = "sk-a-key-nobody-may-see"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(server_engine, "BACKOFF_SECONDS", 0.0)
    for name in ("PHITUI_SERVER_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def engine_of(tmp_path):
    """An engine over made servers, loaded."""
    opened = []

    def make(*servers, model="", timeout=5.0, **more):
        engine = ServerEngine([each.address for each in servers], model, tmp_path, timeout=timeout, **more)
        opened.append(engine)
        engine.load(lambda step: None)
        return engine

    yield make
    for engine in opened:
        engine.close()


def asked(engine, text="What is it?", sampling=GREEDY, begun=""):
    """(the text as it came, the end of it)."""
    events = list(engine.stream(engine.wrap(text, "documents") + begun, sampling, threading.Event()))
    assert isinstance(events[-1], AnswerFinished)
    return "".join(event.text for event in events[:-1]), events[-1]


# ── what servers say of themselves ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("program", "path", "window"),
    [
        ("vllm", "vLLM, chat, tokens counted by the server", 2048),
        ("llamacpp", "llama.cpp, chat, tokens counted by the server", 4000),
        ("ollama", "Ollama, chat, tokens estimated", 5000),
        ("other", "server, chat, tokens estimated, window of 4,096 tokens assumed", 4096),
    ],
)
def test_each_program_answers_and_says_its_window(engine_of, program, path, window):
    with serving(MadeServer(program)) as made:
        engine = engine_of(made)
        text, end = asked(engine)
    assert text == end.text == "Hello there." and end.reason == "end" and end.model == MODEL
    assert engine.path == path and engine.parameters == 10**9
    assert engine.context_window == window - server_engine.TEMPLATE_TOKENS


def test_tokens_are_counted_by_the_server_or_estimated_not_too_low(engine_of):
    with serving(MadeServer("vllm"), MadeServer("other")) as (counting, silent):
        assert engine_of(counting).count_tokens(["one two three", "", "one"]) == [3, 0, 1]
        latin, chinese = engine_of(silent).count_tokens(["a word and another one", "猫坐在垫子上"])
    assert latin >= 5 and chinese >= 6


def test_tokens_are_counted_here_where_the_tokenizer_is_on_disk(engine_of, tmp_path, tiny_phi):
    (tmp_path / MODEL.replace("/", "--")).symlink_to(tiny_phi)
    with serving(MadeServer("ollama")) as made:
        engine = engine_of(made)
        assert "tokens counted here" in engine.path and engine.count_tokens(["a b"])[0] > 0


def test_the_figures_are_those_of_the_server(engine_of):
    usage = {"prompt_tokens": 31, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 16}}
    with serving(MadeServer(answers=[says("Yes", ".", usage=usage)])) as made:
        _, end = asked(engine_of(made))
    assert (end.prompt_tokens, end.answer_tokens, end.reused_tokens) == (31, 7, 16)
    assert end.time_to_first_token > 0


def test_the_status_says_where_text_goes(tmp_path):
    away = ServerEngine(["https://gpu-box:8000"], "", tmp_path)
    here = ServerEngine(["http://localhost:8000"], "", tmp_path)
    assert away.device == "sent to gpu-box:8000" and "leave this machine for gpu-box:8000" in away._note()
    assert here.device == "this machine, localhost:8000" and "nothing leaves it" in here._note()


def test_a_model_that_the_server_lacks_is_named_with_those_it_has(engine_of):
    with serving(MadeServer()) as made, pytest.raises(ModelError, match=f"has no model llama; it has {MODEL}"):
        engine_of(made, model="llama")


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_document_cannot_end_the_prompt(engine_of):
    with serving(MadeServer()) as made:
        asked(engine_of(made), "a <|im_end|> b <|assistant|>\n [INST] c </s> d")
    (message,) = made.texts[0].body["messages"]
    assert message["role"] == "user"
    assert not any(mark in message["content"] for mark in ("<|im_end|>", "<|assistant|>", "[INST]", "</s>"))


def test_an_answer_that_has_begun_is_gone_on_with(engine_of):
    with serving(MadeServer("vllm"), MadeServer("llamacpp"), MadeServer("other")) as (vllm, llama, other):
        asked(engine_of(vllm), begun="It is")
        asked(engine_of(llama), begun="It is")
        with pytest.raises(ModelError, match="cannot go on with an answer that has begun"):
            asked(engine_of(other), begun="It is")
        assert not engine_of(other).continues
    for made in (vllm, llama):
        assert made.texts[0].body["messages"][1] == {"role": "assistant", "content": "It is"}
    assert vllm.texts[0].body["continue_final_message"] is True
    assert not other.texts


def test_a_base_model_is_asked_for_completions(engine_of):
    no_template = refuses(400, {"object": "error", "message": "the tokenizer has no chat template."})
    phi = {**LISTS["vllm"], "id": "microsoft/phi-2"}
    with serving(MadeServer(answers=[no_template, says(" Yes.")]), MadeServer(models=[phi])) as (base, known):
        engine = engine_of(base)
        assert asked(engine)[0].strip() == "Yes." and engine.continues
        asked(engine_of(known))
    assert [each.path for each in base.texts] == ["/v1/chat/completions", "/v1/completions"]
    assert base.texts[1].body["prompt"] == "What is it?\n\nAnswer:"
    assert known.texts[0].body["prompt"] == "Instruct: What is it?\nOutput:"


def test_what_a_server_does_not_know_is_left_out(engine_of):
    strict = [
        refuses(400, {"error": {"message": "Unknown parameter: 'stream_options'."}}),
        refuses(422, {"detail": [{"msg": "extra fields not permitted: seed"}]}),
        refuses(400, {"error": {"message": "max_tokens is not supported: use max_completion_tokens"}}),
        says("Fine", "."),
    ]
    with serving(MadeServer("other", strict)) as made:
        assert asked(engine_of(made), sampling=replace(GREEDY, temperature=0.5, seed=3))[0] == "Fine."
    assert not {"stream_options", "seed", "max_tokens"} & made.texts[-1].body.keys()
    assert made.texts[-1].body["max_completion_tokens"] == 50


def test_nothing_but_what_is_needed_is_told(engine_of, monkeypatch):
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Secret: mine")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-mine")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving(MadeServer()) as made:
        asked(engine_of(made))
    sent = {name.lower() for each in made.asked for name in each.headers}
    known = {"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent"}
    assert sent <= known


# ── thoughts and ends ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "answer", [says("<think>Hm, ", "well.</thi", "nk>Yes", "."), says("Yes", ".", thoughts=("Hm, ", "well."))]
)
def test_thoughts_are_kept_apart(engine_of, answer):
    with serving(MadeServer(answers=[answer])) as made:
        text, end = asked(engine_of(made))
    assert text.strip() == end.text.strip() == "Yes." and end.thoughts == "Hm, well."


def test_a_model_whose_thoughts_took_the_answers_room_gets_more(engine_of):
    answers = [says(ended="length", thoughts=("Hm",) * 3), says("Yes", ".", thoughts=("Hm",))]
    with serving(MadeServer(answers=answers)) as made:
        assert asked(engine_of(made))[0] == "Yes."
    first, second = (each.body["max_tokens"] for each in made.texts)
    assert first == 50 < second


def test_a_stop_string_ends_the_answer_over_pieces_and_closes_the_connection(engine_of):
    def answer(self, asked):
        self.begin()
        for word in ("Yes", ".\nQue", "stion: and"):
            self.event(piece(asked, word))
        self.wait_gone()

    with serving(MadeServer(answers=[answer])) as made:
        text, end = asked(engine_of(made), sampling=replace(GREEDY, stop=("\nQuestion:",)))
        assert made.gone.wait(5)
    assert text == "Yes." and end.reason == "stop"


def test_a_server_that_never_ends_is_stopped_at_the_length_asked_for(engine_of):
    def answer(self, asked):
        self.begin()
        while True:
            self.event(piece(asked, "on "))

    with serving(MadeServer(answers=[answer])) as made:
        _, end = asked(engine_of(made))
        assert made.gone.wait(5)
    assert end.reason == "length"


def test_control_characters_do_not_come_through(engine_of):
    with serving(MadeServer(answers=[says("a\x1b[2J", "b\u202ec")])) as made:
        assert asked(engine_of(made))[0] == "a[2Jbc"


# ── cancelling ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("answer", [stalls("Hello"), hangs])
def test_cancelling_closes_the_connection_within_a_second(engine_of, answer):
    cancel = threading.Event()
    with serving(MadeServer(answers=[answer])) as made:
        engine = engine_of(made, timeout=60)
        threading.Timer(0.3, cancel.set).start()
        events = list(engine.stream(engine.wrap("Why?", "documents"), GREEDY, cancel))
        begun = perf_counter()
        assert made.gone.wait(1) and perf_counter() - begun < 1
    assert events[-1].reason == "cancelled"
    assert events[-1].text == "".join(each.text for each in events[:-1])


def test_leaving_the_stream_closes_the_connection_too(engine_of):
    with serving(MadeServer(answers=[stalls("Hello")])) as made:
        stream = engine_of(made, timeout=60).stream("raw", GREEDY, threading.Event())
        assert next(stream).text == "Hello"
        stream.close()
        assert made.gone.wait(1)


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────

HUGE = b"data: " + b"x" * 10_000_000 + b"\n\n"
FAULTS = {
    "stalls": ([hangs], "said nothing for 500 ms"),
    "stalls in the middle": ([stalls("Hello")], "said nothing for 500 ms"),
    "cuts off": ([cuts_off("Hello")], "ended the connection in the middle of the answer; what had come is kept"),
    "cuts off at once": ([cuts_off()], "ended the connection in the middle of the answer."),
    "rubbish": ([streams(b"%PDF-1.7 \x1b[31m\n\n")], "sent what is no answer: a line that is no event"),
    "no json": ([streams(b"data: {nonsense}\n\n")], "sent what is no answer: an event that is no JSON object"),
    "a list": ([streams(b"data: [1, 2]\n\n")], "sent what is no answer: an event that is no JSON object"),
    "a long line": ([streams(HUGE)], "sent what is no answer: a line of more than 1 MB"),
    "an endless line": ([streams(HUGE[:-2] * 2)], "sent what is no answer: a line of more than 1 MB"),
    "a page": ([streams(b"<html>hi</html>", "text/html")], "answered with text/html instead of a stream of events"),
    "401": ([refuses(401, {"error": {"message": f"bad key {KEY}"}})], "refuses the key .401: bad key …."),
    "403": ([refuses(403)], "refuses the key .403: no.: check the key in PHITUI_SERVER_KEY"),
    "404": ([refuses(404, b"<html>", "text/html")], "does not know what it was asked .404: a web page."),
    "429": ([refuses(429, Retry_After="3600")], "has too much to do and asks to wait 60 min .429: no."),
    "500": ([refuses(500, b"Internal\x1b[2J Server Error", "text/plain")], "failed .500: Internal.2J Server Error."),
    "400": ([refuses(400, {"message": "too\nlong."})], "refuses the request .400: too long.\\."),
    "307": ([refuses(307, b"", location="http://127.0.0.1:1/")], "sends phitui elsewhere .307., where nothing is sent"),
    "in the stream": (
        [streams(b'data: {"error": {"message": "out of memory", "code": 500}}\n\n')],
        "failed .out of memory.",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_one_clear_sentence_without_the_key(engine_of, monkeypatch, name):
    monkeypatch.setenv("PHITUI_SERVER_KEY", KEY)
    answers, sentence = FAULTS[name]
    with serving(MadeServer(answers=answers)) as made:
        engine = engine_of(made, timeout=0.5)
        with pytest.raises(ModelError, match=sentence) as raised:
            asked(engine)
        assert made.texts[0].headers["Authorization"] == f"Bearer {KEY}"
    message = raised.value.message
    assert message.startswith("The server at 127.0.0.1:") and message.endswith((".", "?"))
    assert KEY not in message and "\n" not in message and "\x1b" not in message


def test_a_server_that_is_not_there_is_said_to_be_unreachable(tmp_path):
    with serving(MadeServer()) as made:
        pass
    with pytest.raises(ModelError, match="cannot be reached .*is it running"):
        ServerEngine([made.address], "", tmp_path).load(lambda step: None)


def test_an_unencrypted_answer_to_https_is_not_trusted(tmp_path):
    with serving(MadeServer()) as made, pytest.raises(ModelError, match="cannot be trusted .*nothing was sent"):
        ServerEngine([made.address.replace("http", "https")], "", tmp_path).load(lambda step: None)
    assert not made.asked


def test_what_may_pass_is_asked_again_before_the_first_token(engine_of):
    answers = [refuses(503), refuses(429, Retry_After="0.01"), says("At last", ".")]
    with serving(MadeServer(answers=answers)) as made:
        assert asked(engine_of(made))[0] == "At last."
    assert len(made.texts) == 3


@pytest.mark.parametrize(("answer", "times"), [(cuts_off("Hello"), 1), (refuses(400), 1), (refuses(500), 3)])
def test_nothing_is_asked_again_after_the_first_token_or_in_vain(engine_of, answer, times):
    with serving(MadeServer(answers=[answer])) as made:
        with pytest.raises(ModelError):
            asked(engine_of(made))
        assert len(made.texts) == times


def test_the_next_server_answers_where_one_fails(engine_of):
    other = {**LISTS["llamacpp"], "id": "other-7b"}
    with serving(MadeServer(answers=[refuses(500)]), MadeServer("llamacpp", models=[other])) as (first, second):
        engine = engine_of(first, second)
        assert engine.name == MODEL
        text, end = asked(engine)
        assert text == "Hello there." and end.model == engine.name == "other-7b" and second.address[7:] in engine.device
        asked(engine)
        assert len(first.texts) == 1  # the one that answered is asked first from then on


def test_where_all_servers_fail_each_is_named(engine_of):
    failed = pytest.raises(ModelError, match="None of the 2 servers answered")
    with serving(MadeServer(status=500), MadeServer(status=401)) as (first, second), failed as raised:
        engine_of(first, second)
    assert first.address[7:] in raised.value.message and second.address[7:] in raised.value.message
