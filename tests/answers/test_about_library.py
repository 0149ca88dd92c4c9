"""Questions about the library itself are told from questions about what its documents say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.answers.question.about_library import about_library, documents_about, listed_topic
from phitui.records import StoredDocument


def document(key, title, path, pages=2, author="", tags=()):
    added = "2026-01-02T03:04:05"
    return StoredDocument(
        key, title, path, "indexed", None, pages, 0, 5, 5, added, "", author, tags=tags, language="en"
    )


DOCUMENTS = [
    document(1, "Lease of the boathouse", "/a/lease.md"),
    document(2, "Monitoring", "/a/acronyms.md", 1, "Wren Abbot", ("tides",)),
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


ABOUT_THE_LIBRARY = """
Summarise this
Summarize everything
Can you sum up these documents?
Give me a summary of all documents
Give me the key points
What are the main points of this document?
What is this document about?
What are these documents about?
What is this?
Describe my library
Tell me about my documents
tl;dr
Explain this document
Overview of the library
How many documents are there?
How many documents do I have in my library?
number of documents
What is the number of files in the library?
How many files have been indexed so far?
How big is my library?
How many pages are there in total?
How many pages do I have altogether?
What is in my library?
What's in the library?
Which documents do you know?
List all my documents
Show me the titles
What files are indexed?
Which documents are there?
What documents can you answer from?
Who wrote report.pdf?
Who is the author of Monitoring?
Who wrote this?
Who are the authors?
Which authors are in my library?
What has Wren Abbot written?
Which documents are by Wren Abbot?
List the documents written by Abbot
Who is Monitoring by?
By whom was report.pdf written?
How many pages has report.pdf?
How many pages does the lease of the boathouse have?
What is the page count of report.pdf?
How long is report.pdf?
When was report.pdf added?
When did I add the lease?
When was acronyms.md indexed?
What did I add last?
Which documents were added recently?
What's new?
Which is the longest document?
Which document has the most pages?
What is the newest document?
Where is report.pdf stored?
What is the path of report.pdf?
In which folder is lease.md?
What is the title of report.pdf?
In which language is report.pdf written?
Is report.pdf in my library?
Do I have report.pdf?
Which documents could not be read?
Which documents are scans?
What kinds of files are there?
What tags do I have?
Which documents are tagged tides?
""".split("\n")[1:-1]

WHAT_DOCUMENTS_SAY = """
How many pages does the contract require?
Who wrote the first report on tungsten?
Who wrote Hamlet?
Who is the author of the constitution?
How many documents were destroyed in the fire?
How many documents are needed for a visa?
How many files does the archive keep?
How many papers did she publish?
How many reports must the tenant submit each year?
How many pages may an application have?
How many pages are in the second report on tungsten?
What documents are required for a visa?
Which documents must be signed?
What documents does the tenant have to bring?
List the documents that the applicant must submit
List the documents needed for the visa
Which files does the program delete?
What is in the box?
What is in the first chapter?
What is in the appendix of the lease?
Who is the queen?
Who was the first director?
Who are the owners?
Who are the authors of the treaty?
When was the bridge added?
When was the clause added to the contract?
When did the company add the second line?
When was the station indexed?
Where is the bridge?
Where is the boathouse stored in winter?
Where is the key kept?
What is the path of the river?
What is the location of the station?
What is the title of the first song?
What is the title of the queen?
In which language is the treaty written?
What is the language of the court?
What is the longest river?
What is the oldest document in the archive of the abbey?
What is the largest station?
Which is the newest station?
Which document proves ownership?
Is the boat in the boathouse?
Is the deposit part of the rent?
Do I have to pay a deposit?
Do you have to sign?
Have I got a right to repairs?
What kinds of boats are there?
What types of files does the scanner write?
What does the lease say about rent?
What does the report cover in chapter 2?
What is the rent about?
What is monitoring?
Summarise what the lease says about rent
Describe the harbour
Explain the tide tables
Tell me about the bowline
Give me the price of the boat
Give me the number of stations
What are the main points of contact?
What are the key findings on zinc?
What has the committee written about zinc?
What did the tenant write?
Which books are by the window?
What is new in version 3?
What's new in the second edition?
How long is the Rhine?
How big is the boathouse?
How large is the collection of butterflies?
The number of documents seized was what?
Who is this written for?
Which tags are attached to the crates?
""".split("\n")[1:-1]


def test_many_wordings_are_told_from_questions_that_only_look_like_them():
    assert [question for question in ABOUT_THE_LIBRARY if told(question) is None] == []
    assert [question for question in WHAT_DOCUMENTS_SAY if told(question) or listed_topic(question)] == []


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Which documents are by Wren Abbot?", "1 of 3: 2 “Monitoring”"),
        ("Which documents are tagged tides?", "2 “Monitoring”"),
        ("Which is the longest document?", "“Q3 report” has 12 pages"),
        ("Where is report.pdf stored?", "/a/report.pdf"),
        ("In which language is report.pdf written?", "English"),
        ("What kinds of files are there?", "2 md, 1 pdf"),
        ("Who are the authors?", "Wren Abbot (1 document)"),
        ("Which documents could not be read?", "Every document has text"),
    ],
)
def test_facts_of_documents_are_told(question, said):
    note = told(question)
    assert note is not None and note.whole and said in note.text


def test_one_document_is_named_where_there_is_no_other():
    assert "phitui read 1" in told("Summarise this", DOCUMENTS[:1]).text


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("List the documents about tides", "tides"),
        ("Which papers discuss attention?", "attention"),
        ("Which documents are about the lease of boats?", "the lease of boats"),
        ("In which documents is the bowline mentioned?", "the bowline"),
        ("Do I have anything about tides?", "tides"),
        ("How many documents mention whales?", "whales"),
        ("Which files contain the word tungsten?", "tungsten"),
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
