"""What reads texts beside one another: the embedder, or what stands in for it where it only embeds."""

import numpy as np
import pytest

from phitui.answers.evidence.answerable import RELEVANCE, UNREAD, evidence, is_abroad, signals
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


class Aligning(HashingEmbedder):
    """Takes passages with the word "Fels" for near."""

    def __init__(self):
        super().__init__("aligns")
        self.compared = []

    def aligned(self, question, texts, language):
        self.compared.append(list(texts))
        return [float("Fels" in text) for text in texts]


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


GERMAN = "Der Turm steht am Meer. Er ist hoch und alt. Im Fels darunter wohnt ein Paar. Es hat dort einen Garten."


def test_questions_in_other_languages_are_compared_word_by_word(library, tmp_path):
    embedder = Aligning()
    shelf = library(embedder)
    (tmp_path / "turm.txt").write_text(GERMAN, "utf-8")
    list(shelf.add([tmp_path / "turm.txt"]))
    for text in ("When was the tower built?", "How high is the tower?"):
        assert "aligned" not in shelf.search(shelf.query(text))[0].signals and not embedder.compared
    (literal,) = shelf.queries(["Wer wohnt dort in dem Turm?"], literal=True)
    assert "aligned" not in shelf.search(literal)[0].signals
    assert shelf.query("Turm im Fels").asked_in == shelf.query("Was wohnt im Turm?").asked_in == "de"
    query = shelf.query("Wer wohnt dort in dem Turm?")
    hits = shelf.search(query)
    assert "Fels" in hits[0].text and hits[0].signals["aligned"] == 1.0
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1)) and len(embedder.compared) == 1
    found = signals(query, hits, shelf)
    assert found["aligned"] == found["aligned ahead"] == 1.0 and is_abroad(query)
    assert "aligned" not in shelf.search(shelf.query("Wer wohnt dort in dem Turm?", by_words=True))[0].signals


def test_an_english_question_on_passages_in_another_language_is_weighed_as_one_in_another(library, tmp_path):
    shelf, reader = library(Aligning()), Reader()
    shelf.close_reader = lambda: reader
    (tmp_path / "turm.txt").write_text(GERMAN, "utf-8")
    list(shelf.add([tmp_path / "turm.txt"]))
    query = shelf.query("Who lives in the Fels, the Turm and the Garten?")
    hits = shelf.search(query)
    assert hits[0].language == "de" and hits[0].signals["aligned"] == 1.0
    assert is_abroad(query, hits) and not is_abroad(query)
    assert evidence(query, hits, shelf).relevance > 0 and not reader.asked
