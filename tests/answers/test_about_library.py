"""Questions about the library itself are told from questions about what its documents say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.answers.question.about_library import about_library, documents_about, listed_topic
from phitui.records import StoredDocument


def document(key, title, path, pages=2, author=""):
    return StoredDocument(key, title, path, "indexed", None, pages, 0, 5, 5, "2026-01-02T03:04:05", "", author=author)


DOCUMENTS = [
    document(1, "Lease of the boathouse", "/a/lease.md"),
    document(2, "Monitoring", "/a/acronyms.md", 1, "Wren Abbot"),
    document(3, "Q3 report", "/a/report.pdf", 12),
]


def told(question, documents=DOCUMENTS):
    return about_library(question, lambda: documents)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many documents are in the library?", "3 documents with 15 pages"),
        ("how many files do I have", "3 documents"),
        ("Which documents do you have?", "1 “Lease of the boathouse”; 2 “Monitoring”"),
        ("list all documents", "“Q3 report”"),
        ("What is in my library?", "“Monitoring”"),
        ("Who wrote Monitoring?", "by Wren Abbot"),
        ("Who is the author of acronyms.md?", "by Wren Abbot"),
        ("How many pages has the lease?", "2 pages"),
        ("How many pages does report.pdf have?", "12 pages"),
        ("When was report.pdf added?", "2026-01-02"),
        ("Summarise this", "phitui read"),
        ("Can you summarize my documents?", "phitui list"),
        ("Give me an overview", "phitui read"),
        ("What is this about?", "phitui read"),
    ],
)
def test_what_phitui_knows_or_which_command_does_is_all_that_is_said(question, said):
    note = told(question)
    assert note is not None and note.whole and said in note.text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Summarise the lease of the boathouse", "phitui read 1"),
        ("What is the lease about?", "phitui read 1"),
        ("Give me a short summary of report.pdf", "phitui read 3"),
        ("Who wrote report.pdf?", "names no author"),
        ("How long is the lease?", "2 pages"),
    ],
)
def test_where_the_documents_may_say_more_they_are_searched_too(question, said):
    note = told(question)
    assert note is not None and not note.whole and said in note.text


@pytest.mark.parametrize(
    "question",
    [
        "How many stations has the network?",
        "How many papers did she publish?",
        "How many documents were destroyed in the fire?",
        "How many books are in the Bible?",
        "How many pages are burnt?",
        "What documents are required for a visa?",
        "Who is the queen?",
        "Who wrote Hamlet?",
        "What is monitoring?",
        "What is the rent about?",
        "Summarise what the lease says about rent",
        "How long is the Rhine?",
    ],
)
def test_what_documents_say_is_not_about_the_library(question):
    assert told(question) is None


def test_one_document_is_named_where_there_is_no_other():
    assert "phitui read 1" in told("Summarise this", DOCUMENTS[:1]).text


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("List the documents about tides", "tides"),
        ("Which papers discuss attention?", "attention"),
        ("Which documents are about the lease of boats?", "the lease of boats"),
        ("What do the documents say about whales?", None),
    ],
)
def test_a_topic_that_documents_are_to_be_about_is_told(question, topic):
    assert listed_topic(question) == topic


def test_documents_that_speak_of_a_topic_are_named():
    assert "2 documents speak of it" in documents_about([(1, "One"), (2, "Two")])


@given(st.text(max_size=300))
def test_any_question_is_read(question):
    note = told(question)
    assert note is None or note.text
