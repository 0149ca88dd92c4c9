"""What reads texts beside one another: the embedder, or what stands in for it where it only embeds."""

import numpy as np
import pytest

from phitui.answers.evidence.answerable import RELEVANCE, UNREAD, evidence, signals
from phitui.library.embedder import WordVectors
from tests.library.made import HashingEmbedder, open_library


class Reader:
    """Counts what it is asked."""

    def __init__(self):
        self.asked = []

    def words(self, texts):
        return [WordVectors(tuple(text.split()), np.eye(32, dtype=np.float32)[: len(text.split())]) for text in texts]

    def answers(self, question, sentences):
        self.asked.append(question)
        return [2.0] * len(sentences)


class ReadingEmbedder(HashingEmbedder, Reader):
    def __init__(self):
        HashingEmbedder.__init__(self, "reads too")
        Reader.__init__(self)


@pytest.fixture
def library(tmp_path):
    def made(embedder):
        (tmp_path / "tower.txt").write_text("The tower was built in 1874. It is 46 metres high.", "utf-8")
        opened.append(open_library(tmp_path / embedder.name, embedder))
        list(opened[-1].add([tmp_path / "tower.txt"]))
        return opened[-1]

    opened = []
    yield made
    for each in opened:
        each.close()


def test_what_reads_closely_serves_an_embedder_that_does_not(library):
    shelf, reader = library(HashingEmbedder()), Reader()
    assert shelf.answers("How high is it?", ["x"]) is None and shelf.words(["How high is it?", "x"]) is None
    shelf.close_reader = lambda: reader
    query = shelf.query("How high is the tower?")
    found = signals(query, shelf.search(query), shelf)
    assert found.keys() >= RELEVANCE.keys() and found["cross-encoder"] == 2.0 != UNREAD
    assert evidence(query, shelf.search(query), shelf).answer is not None
    assert reader.asked == ["How high is the tower?"] * 2


def test_it_reads_english_alone_and_only_where_the_embedder_does_not(library):
    reader, own = Reader(), ReadingEmbedder()
    shelf = library(own)
    shelf.close_reader = lambda: reader
    assert shelf.answers("How high is it?", ["x", "y"]) == [2.0, 2.0] and len(own.asked) == 1 and not reader.asked
    assert shelf.answers("Wie hoch ist der Turm?", ["x"]) is None and shelf.words(["Wie hoch ist der Turm?"]) is None
