"""Embedders and rerankers of servers: in batches, held to what they were, and every fault one sentence."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from phitui.errors import ModelError, UsageError
from phitui.models.server.search import asked
from phitui.models.server.search.asked import sent_to
from phitui.models.server.search.embedder import PROBE, ServedEmbedder
from phitui.models.server.search.reranker import ServedReranker
from tests.cli.test_cli import NOTES, run
from tests.models.server.made import LISTS, MODEL, MadeServer, hashed, ranks, refuses, serving, streams, vectors

KEY = "sk-a-key-nobody-may-see"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(asked, "BACKOFF_SECONDS", 0.0)
    monkeypatch.setenv("PHITUI_SERVER_KEY", KEY)


def embedder(made, data, name=""):
    return ServedEmbedder(f"{made.address}{name}", (), 5, data)


def requests(made):
    return [each.body["input"] for each in made.asked if each.path == "/v1/embeddings"]


def test_vectors_come_in_batches_in_order_and_the_server_is_asked_what_it_is_only_once(tmp_path):
    with serving(MadeServer()) as made:
        found = embedder(made, tmp_path)
        assert (found.identity, found.dimension) == (f"server {MODEL} 16 0", 16)
        texts = [f"word{number} and more" for number in range(70)]
        rows = found.embed(texts)
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5) and rows.dtype == np.float32
        for row, text in zip(rows, texts, strict=True):
            wanted = np.array(hashed(text, 16, 0))
            assert row @ wanted / np.linalg.norm(wanted) > 0.999
        assert sorted(map(len, requests(made)[1:])) == [6, 32, 32]
        body = next(each.body for each in made.asked if each.path == "/v1/embeddings")
        assert body["model"] == MODEL and body["encoding_format"] == "float"
        assert next(each for each in made.asked if each.body).headers["Authorization"] == f"Bearer {KEY}"
        found.embed(["one"], urgent=True)
        before = len(made.asked)
        assert np.array_equal(found.embed(["one"], urgent=True), found.embed(["one"], urgent=True))
        again = embedder(made, tmp_path)
        assert again.identity == found.identity and len(made.asked) == before
        again.embed(["two"])
        assert requests(made)[-2:] == [[PROBE], ["two"]]
        assert KEY not in (tmp_path / "served.json").read_text()


def test_the_prompts_of_a_models_family_stand_before_the_texts(tmp_path):
    with serving(MadeServer()) as made:
        found = embedder(made, tmp_path, "#intfloat/e5-small-v2")
        found.embed(["whales"])
        found.embed(["what sings?"], urgent=True, asked=True)
        assert requests(made)[1:] == [["passage: whales"], ["query: what sings?"]] and "'query: '" in found.identity


def test_what_is_too_large_is_sent_in_parts_and_a_long_text_by_its_beginning(tmp_path):
    with serving(MadeServer()) as made:
        made.embeds = [vectors(most=3, longest=500)]
        rows = embedder(made, tmp_path).embed(["a b", "c", "d", "e", "f " * 900])
        assert rows.shape == (5, 16) and all(len(each) <= 3 or len(each) == 5 for each in requests(made))
        wanted = np.array(hashed("f " * 225, 16, 0))
        assert rows[4] @ wanted / np.linalg.norm(wanted) > 0.999


def test_another_model_under_the_same_name_is_not_mixed_in(tmp_path):
    with serving(MadeServer()) as made:
        first = embedder(made, tmp_path, "#mine")
        made.embeds = [vectors(turned=5)]
        again = embedder(made, tmp_path, "#mine")
        with pytest.raises(ModelError, match="has another model under the name mine than before: start phitui anew"):
            again.embed(["a text"])
        third = embedder(made, tmp_path, "#mine")
        assert third.identity != first.identity and third.embed(["a text"]).shape == (1, 16)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refuses(401), "refuses the key"),
        (refuses(429), "has too much to do"),
        (refuses(500, {"error": f"no {KEY}"}), "failed (500"),
        (refuses(404), "does not know what it was asked"),
        (streams(b"<html>", "text/html"), "text/html instead of JSON"),
        (streams(b"{", "application/json"), "no JSON"),
        (streams(b'{"data": [{"embedding": ["x"]}]}', "application/json"), "not lists of numbers"),
        (streams(b'{"data": [{"embedding": [1e999]}]}', "application/json"), "not lists of numbers"),
        (streams(b'{"data": []}', "application/json"), "not the vectors of 1 texts"),
    ],
)
def test_a_fault_is_a_sentence_without_the_key(tmp_path, answer, said):
    with serving(MadeServer()) as made:
        made.embeds = [answer]
        with pytest.raises(ModelError) as error:
            embedder(made, tmp_path)
    assert said in error.value.message and KEY not in error.value.message and error.value.message[-1] in ".?"


def test_a_fault_that_passes_is_waited_for_and_the_next_server_has_the_model(tmp_path):
    with serving(MadeServer(), MadeServer()) as (one, two):
        one.embeds = [refuses(503), vectors()]
        assert embedder(one, tmp_path).dimension == 16
        one.embeds = [refuses(404)]
        found = ServedEmbedder("server:mine", (one.address, two.address), 5, tmp_path)
        assert found.dimension == 16 and two.asked[-1].body["model"] == "mine"
    two.models = [LISTS["vllm"], {"id": "other"}]
    with serving(two), pytest.raises(ModelError, match=f"several models: name the one .*#{MODEL}"):
        embedder(two, tmp_path / "new")
    with pytest.raises(UsageError, match="No server is named"):
        ServedEmbedder("server:mine", (), 5, tmp_path)


@pytest.mark.parametrize("tei", [False, True])
def test_passages_are_scored_in_either_way_that_servers_speak(tei):
    texts = ["the weather", "the keeper of the light", "nothing"]
    with serving(MadeServer()) as made:
        made.reranks = [ranks(tei)]
        made.status = 404 if tei else None  # it lists no models
        found = ServedReranker(made.address, (), 5)
        assert found.scores("who is the keeper of the light", texts) == [1.0, 4.0, 0.0] and found.scores("x", []) == []
        found.scores("again", texts)
        paths = ["/v1/rerank", "/rerank", "/rerank"] if tei else ["/v1/rerank"] * 2
        assert [each.path for each in made.asked if each.body] == paths
        made.reranks = [streams(b'{"results": [{"index": 7, "relevance_score": 1}]}', "application/json")]
        with pytest.raises(ModelError, match="not the scores of 3 passages"):
            found.scores("again", texts)


def test_a_library_is_searched_by_a_server_and_says_so(capsys, tmp_path, monkeypatch):
    file = tmp_path / "alda.md"
    file.write_text(NOTES)
    with serving(MadeServer()) as made:
        search = ["--embedder", f"{made.address}#{MODEL}", "--rerank", made.address]
        code, _, err = run(capsys, "add", file, "--json", *search)
        assert code == 0 and "leave this machine" not in err  # a server of this machine
        code, rows, _ = run(capsys, "search", "How tall is the lighthouse?", "--json", *search)
        assert code == 0 and rows[0]["dense"] is not None and rows[0]["rerank"] is not None
        code, out, _ = run(capsys, "doctor", "--json", *search)
        assert "can be found by meaning" not in str(out) and "the database is sound" in str(out)
        opened = len(made.asked)
        assert run(capsys, "library", "stats", "--json", *search)[0] in (0, 2) and len(made.asked) == opened
    code, _, err = run(capsys, "search", "How tall?", *search)
    assert code == 1 and "cannot be reached" in err
    folder = Path(os.environ["PHITUI_DATA_DIR"])
    assert not any(KEY.encode() in each.read_bytes() for each in folder.rglob("*") if each.is_file())
    assert json.loads((folder / "data" / "served.json").read_text()).keys() == {f"{made.address}#{MODEL}"}
    assert sent_to((f"{made.address}#x", "minilm", "https://gpu.example/v1#m"), ()) == "gpu.example"
