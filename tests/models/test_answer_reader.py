"""The cross-encoder: the bundled embedder with an adapter that reads question and sentence together."""

import random

import numpy as np
import pytest
import torch

from phitui.models.embed.embedder import MiniLMEmbedder, bundled_folder
from phitui.models.embed.minilm import MiniLM
from phitui.models.thread import ModelThread
from phitui.workshop.answer_training import BATCH, RANK, train


@pytest.fixture(scope="module")
def embedder():
    thread = ModelThread(spare_cores=0)
    yield MiniLMEmbedder(thread, "cpu")
    thread.close()


def test_a_sentence_that_answers_scores_above_one_that_only_looks_like_it(embedder):
    question = "When did the observatory on the hill open?"
    right, near, other = embedder.answers(
        question,
        [
            "The observatory on the hill was opened in 1887 by the mayor.",
            "The observatory on the hill has a dome of copper.",
            "Krill is eaten by whales in the cold months.",
        ],
    )
    assert right > near > other


def test_a_score_does_not_depend_on_what_is_read_beside_it(embedder):
    sentences = ["It opened in 1887.", "Copper lasts long, and the dome was made of it by smiths of the town."]
    alone = [embedder.answers("When did it open?", [each])[0] for each in sentences]
    embedder.answers("Why?", [])  # what was told of the last question is kept
    assert embedder.answers("When did it open?", sentences) == pytest.approx(alone, abs=0.1)
    assert embedder.answers("When did it open?", []) == []


def test_a_question_whose_sentences_are_asked_for_again_is_read_with_new_ones_alone(embedder, monkeypatch):
    first = embedder.answers("Who came?", ["Ida came.", "Una left."])
    read, scores = [], embedder._cross.scores
    monkeypatch.setattr(embedder._cross, "scores", lambda _, some: read.append(some) or scores(_, some))
    again = embedder.answers("Who came?", ["Una left.", "Bo came.", "Ida came.", "Bo came."])
    assert read == [["Bo came."]] and [again[2], again[0]] == first and again[1] == again[3]


def test_texts_beyond_the_window_are_cut(embedder):
    assert len(embedder.answers("word " * 3000, ["sentence " * 3000, ""])) == 2


def test_training_learns_and_keeps_only_a_few_directions_of_each_change():
    made = random.Random(0)
    things = ["krill", "copper", "harbour", "comet", "barley", "granite"]
    pairs = []
    for _ in range(BATCH // 2):
        one, other = made.sample(things, 2)
        pairs += [(f"What about {one}?", f"It is {one}.", True), (f"What about {one}?", f"It is {other}.", False)]
    told = []
    with torch.no_grad():  # as where a model has run on this thread before
        adapter = train(pairs, bundled_folder(), 0, told.append)
    assert len(told) == 2 and told[0].startswith("epoch 1 of 2")
    name = "encoder.layer.0.intermediate.dense.weight"
    assert tuple(adapter[f"{name}.a"].shape) == (RANK, 384) and tuple(adapter[f"{name}.b"].shape) == (1536, RANK)
    plain, changed = MiniLM(bundled_folder(), "cpu"), MiniLM(bundled_folder(), "cpu", adapter)
    cosine = float(np.sum(plain.encode(["krill"]) * changed.encode(["krill"])))
    assert 0.5 < cosine < 0.9999
