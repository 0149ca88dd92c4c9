"""Servers on the command line: what they answer is printed and kept, and a key is nowhere."""

import os
from pathlib import Path

import pytest

from phitui.cli.main import main
from phitui.models.server import engine as server_engine
from tests.cli.test_cli import NOTES, run
from tests.models.server.made import LISTS, MODEL, MadeServer, cuts_off, refuses, says, serving

KEY = "sk-a-key-nobody-may-see"
QUESTION = "How tall is the lighthouse of Alda?"
TRUE = ("It stands 41 metres tall", " on the northern cape.")


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setattr(server_engine, "BACKOFF_SECONDS", 0.0)
    monkeypatch.setenv("PHITUI_SERVER_KEY", KEY)
    monkeypatch.setenv("PHITUI_CHECKER", "off")  # words suffice here, and are quick


@pytest.fixture
def library(capsys, tmp_path):
    file = tmp_path / "alda.md"
    file.write_text(NOTES)
    assert run(capsys, "add", file, "--words-only", "--json")[0] == 0


def stored():
    """All that phitui has written, its logs too."""
    folder = Path(os.environ["PHITUI_DATA_DIR"])
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def test_a_server_answers_from_the_passages_and_its_key_is_nowhere(capsys, library):
    with serving(MadeServer(answers=[says(*TRUE)])) as made:
        code, (row,), err = run(capsys, "ask", QUESTION, "--server", made.address, "--json")
    assert code == 0 and row["model"] == MODEL and row["answer"] == "".join(TRUE)
    assert row["sentences"][0]["supported"]
    assert made.texts[0].headers["Authorization"] == f"Bearer {KEY}"
    assert "1884" in made.texts[0].body["messages"][0]["content"]
    assert "nothing leaves it" in err
    written = stored()
    assert QUESTION.encode() in written and KEY.encode() not in written and KEY not in f"{row}{err}"


@pytest.mark.parametrize("answer", [cuts_off("The lantern room"), refuses(401, {"error": f"wrong key {KEY}"})])
def test_a_fault_is_a_sentence_and_the_question_is_kept(capsys, library, answer):
    with serving(MadeServer(answers=[answer])) as made:
        code, out, err = run(capsys, "ask", QUESTION, "--server", made.address)
    assert code == 1 and "The server at 127.0.0.1:" in err and KEY not in f"{out}{err}"
    written = stored()
    assert QUESTION.encode() in written and KEY.encode() not in written


def test_where_a_server_begins_every_answer_anew_a_quote_stands_in(capsys, library):
    wrong = says("It stands 41 metres tall on the northern cape. ", "It was moved to Oslo in 1999. ", "It is blue.")
    with serving(MadeServer("other", [wrong])) as made:
        code, (row,), _ = run(capsys, "ask", QUESTION, "--server", made.address, "--json")
    assert code == 0 and len(made.texts) == 1
    assert row["answer"].startswith("It stands 41 metres tall") and "Oslo" not in row["answer"]


def test_a_sentence_is_written_anew_from_the_one_before_where_the_server_can(capsys, library):
    answers = [says("It stands 41 metres tall on the northern cape. It was moved to Oslo in 1999. Then"), says(" So.")]
    with serving(MadeServer("vllm", answers)) as made:
        run(capsys, "ask", QUESTION, "--server", made.address, "--json")
    begun = made.texts[1].body["messages"][1]
    assert begun == {"role": "assistant", "content": "It stands 41 metres tall on the northern cape."}


def test_the_models_of_servers_are_listed(capsys):
    rows = [LISTS["llamacpp"], {"id": "other\x1b[2J"}, {"id": "Qwen3-8B", "owned_by": "vllm", "max_model_len": 9000}]
    with serving(MadeServer(models=rows), MadeServer(status=500)) as (made, broken):
        code, found, err = run(capsys, "models", "--server", made.address, "--server", broken.address, "--json")
        assert main(["models", "--server", made.address]) == 0
    assert [(row["id"], row["program"], row["context_window"], row["parameters"]) for row in found] == [
        (MODEL, "llama.cpp", None, 10**9),
        ("Qwen3-8B", "vLLM", 9000, 8 * 10**9),
    ]
    assert code == 1 and "failed (500: no)" in err
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{MODEL}  1 B  window not told  llama.cpp at 127.0.0.1:")
    assert second.startswith("Qwen3-8B  8 B  9,000 tokens  vLLM at ")


@pytest.mark.parametrize("address", ["ftp://host", "http://me:%s@host:1", "http://host/v1?key=%s", "a b"])
def test_what_is_no_address_is_refused_and_not_repeated(capsys, monkeypatch, address):
    secret = "hunter2secret"
    given = address.replace("%s", secret)
    code, _, err = run(capsys, "ask", QUESTION, "--server", given)
    assert code == 2 and "http://HOST:PORT" in err and secret not in err
    monkeypatch.setenv("PHITUI_SERVER", given)
    code, _, err = run(capsys, "list")
    assert code in (0, 2) and secret not in err
