"""Questions in other words than the documents': meaning has to find what words cannot."""

import json
import re

import pytest

from phitui.library.terms.words import stems
from tests.library.paraphrases import PARAPHRASES


def own_words(question):
    """Content stems that are no names."""
    names = {stem for name in re.findall(r"(?<!^)\b[A-Z][\w&’'-]*", question) for stem in stems(name)}
    return set(stems(question)) - names


def test_they_share_no_content_word_but_names_with_the_paragraph_that_answers_them(shared_data):
    lines = (shared_data / "squad" / "paragraphs.jsonl").read_text("utf-8").splitlines()
    paragraphs = [json.loads(line) for line in lines]
    assert len(PARAPHRASES) >= 60
    for question, document, answer in PARAPHRASES:
        told = [
            set(stems(each["text"]))
            for each in paragraphs
            if each["document"] == f"{document}.pdf" and answer.lower() in each["text"].lower()
        ]
        assert told, f"nothing in {document} says {answer}"
        assert any(not own_words(question) & row for row in told), question


@pytest.mark.long
def test_they_are_found_better_than_by_the_plain_recipe(shared_data, tmp_path, monkeypatch):
    from phitui.library.search import ranking
    from phitui.places import Places
    from phitui.settings import Settings
    from phitui.workbench import Workbench

    bench = Workbench(Settings(), Places.of(tmp_path))
    list(bench.add([shared_data / "squad" / "documents"]))

    def recall(cut):
        queries = bench.library.queries([bench.library.spelled(question) for question, _, _ in PARAPHRASES])
        found = [bench.library.search(query, cut) for query in queries]
        right = 0
        for (_, document, answer), hits in zip(PARAPHRASES, found, strict=True):
            right += any(document in hit.path and answer.lower() in " ".join(hit.text.split()).lower() for hit in hits)
        return right / len(PARAPHRASES)

    ours = [recall(cut) for cut in (1, 3, 5)]
    monkeypatch.setattr(ranking, "rank", lambda query, hits, *rest: hits)
    plain = [recall(cut) for cut in (1, 3, 5)]
    bench.close()
    assert all(one >= other for one, other in zip(ours, plain, strict=True)), (ours, plain)
