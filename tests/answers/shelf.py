"""A shelf of made passages, and an engine that counts words and says what it is told to."""

import math

from phitui.documents.document import Span
from phitui.events import AnswerFinished, TokensArrived
from phitui.library.search.ranking import Query, rank
from phitui.library.terms.words import stems
from phitui.records import Hit, StoredDocument, StoredPage, StoredSentence
from phitui.text import sentences


class MadeShelf:
    """Texts become passages of one page each; ids count from 1."""

    embedder_ready = True
    threshold = None

    def __init__(self, *texts):
        self.hits = []
        for number, text in enumerate(texts, 1):
            count = len(sentences(text))
            self.hits.append(
                Hit(
                    number,
                    number,
                    f"Paper {number}",
                    f"/p{number}.pdf",
                    "",
                    None,
                    Span(1, 0, 1, len(text)),
                    text,
                    0,
                    count - 1,
                )
            )

    def documents(self):
        return [
            StoredDocument(hit.document_id, hit.title, hit.path, "indexed", None, 1, 0, 1, 1, "2026-01-02", "")
            for hit in self.hits
        ]

    def query(self, text, *, by_words=False):
        return Query.of(text, self.rarity, None)

    def queries(self, texts, *, by_words=False, literal=False):
        return [self.query(text) for text in texts]

    def rarity(self, found):
        frequency = {stem: sum(stem in stems(hit.text) for hit in self.hits) for stem in found}
        return {stem: math.log(1 + len(self.hits) / (1 + n)) for stem, n in frequency.items()}

    def spelled(self, text):
        return text

    def words(self, texts):
        return None

    def answers(self, question, sentences):
        return None

    def claim_reader(self):
        return None

    def claim_fit(self):
        return None

    def whole(self, document_id):
        return [hit for hit in self.hits if hit.document_id == document_id]

    def search(self, query, k, *_, **__):
        return rank(query, self.hits, lambda hits: [self.sentences(hit) for hit in hits])[:k]

    def page(self, document_id, number):
        hit = self.hits[document_id - 1]
        return StoredPage(document_id, hit.path, hit.title, number, None, hit.text)

    def passages(self, ids):
        return [hit for hit in self.hits if hit.passage_id in ids]

    def sentences(self, hit):
        return [StoredSentence(hit.text[a:b], Span(1, a, 1, b)) for a, b in sentences(hit.text)]


class WordEngine:
    """A token is a word. Streams `says`, word by word, until cancelled, or to the last token that it may use."""

    name = "words"
    writes = True
    device = "cpu"
    loaded = True
    parameters = 2_700_000_000
    path = ""

    def __init__(self, says="", window=2048):
        self.says, self.context_window, self.prompts = says, window, []

    def load(self, report):
        return "words"

    def wrap(self, content, kind):
        return f"Instruct: {content}\nOutput:"

    def stops(self, kind):
        return ("Instruct:",)

    def count_tokens(self, texts):
        return [len(text.split()) for text in texts]

    def stream(self, prompt, sampling, cancel):
        self.prompts.append(prompt)
        told = ""
        for number, word in enumerate(self.says.split(" ")):
            if number == sampling.max_tokens:
                yield AnswerFinished(told, "length", self.name)
                return
            if cancel.is_set():
                yield AnswerFinished(told, "cancelled", self.name)
                return
            told += word + " "
            yield TokensArrived(word + " ")
        yield AnswerFinished(told, "end", self.name, prompt_tokens=len(prompt.split()))

    def close(self):
        pass


class PieceEngine(WordEngine):
    """A token is three characters: a text costs other than the sum of its parts, as with real tokenizers."""

    name = "pieces"

    def count_tokens(self, texts):
        return [-(-len(text) // 3) for text in texts]
