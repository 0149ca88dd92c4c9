import pytest

from phitui.errors import UsageError
from tests.library.made import open_library


@pytest.fixture
def conversations(library):
    return library.conversations


def test_a_question_is_on_disk_before_its_answer(conversations, tmp_path):
    conversation = conversations.create("What is krill?")
    turn = conversations.begin_turn(conversation, "What is krill?")
    other = open_library(tmp_path / "library").conversations
    (stored,) = other.turns(conversation)
    assert (stored.turn_id, stored.question, stored.answer, stored.state) == (turn, "What is krill?", "", "asking")


def test_an_answer_grows_and_is_finished(conversations):
    conversation = conversations.create("q")
    turn = conversations.begin_turn(conversation, "q")
    conversations.update_turn(turn, "Kri", '{"a": 1}', "asking")
    conversations.update_turn(turn, "Krill is tiny.", '{"a": 2}', "done")
    (stored,) = conversations.turns(conversation)
    assert (stored.answer, stored.data, stored.state) == ("Krill is tiny.", '{"a": 2}', "done")


def test_turns_form_a_tree(conversations):
    conversation = conversations.create("q")
    root = conversations.begin_turn(conversation, "first")
    left = conversations.begin_turn(conversation, "left", root)
    right = conversations.begin_turn(conversation, "right", root)
    assert [(turn.turn_id, turn.parent_id) for turn in conversations.turns(conversation)] == [
        (root, None),
        (left, root),
        (right, root),
    ]


def test_the_last_questions_are_told_each_once_the_oldest_first(conversations):
    one, two = conversations.create("one"), conversations.create("two")
    for conversation, question in ((one, "a"), (two, "b"), (one, "c"), (two, "a")):
        conversations.begin_turn(conversation, question)
    assert conversations.asked(10) == ["b", "c", "a"] and conversations.asked(1) == ["a"]


def test_the_newest_conversation_stands_first(conversations):
    first, second = conversations.create("first"), conversations.create("second")
    assert [each.conversation_id for each in conversations.list()] == [second, first]
    assert [each.turns for each in conversations.list()] == [0, 0]


def test_conversations_are_found_by_title_question_and_answer(conversations):
    one, two = conversations.create("About whales"), conversations.create("Other")
    turn = conversations.begin_turn(two, "100% of krill_eaters?")
    conversations.update_turn(turn, "Baleen whales.", "", "done")
    assert {each.conversation_id for each in conversations.search("WHALES")} == {one, two}
    assert [each.conversation_id for each in conversations.search("krill_")] == [two]
    assert [each.conversation_id for each in conversations.search("0%")] == [two]
    assert conversations.search("%%%") == []


def test_titles_are_one_clean_line(conversations):
    conversations.create("What\nis \x1b[31mred?" + "x" * 500)
    (stored,) = conversations.list()
    assert stored.title.startswith("What is [31mred?")
    assert len(stored.title) == 80


def test_a_question_for_a_conversation_that_is_not_there_is_one_sentence(conversations):
    assert conversations.turns(7) == []
    with pytest.raises(UsageError, match="no conversation 7"):
        conversations.begin_turn(7, "too late")


def test_text_that_is_no_text_is_kept_all_the_same(conversations):
    conversation = conversations.create("\ud800 odd")
    turn = conversations.begin_turn(conversation, "odd \ud800 question")
    conversations.update_turn(turn, "odd \udfff answer", '"\ud800"', "done")
    assert conversations.turns(conversation)[0].answer == "odd  answer"


def test_a_buffer_of_the_same_name_replaces_the_old_one(conversations):
    first = conversations.save_buffer("print(1)", "python", "hello.py")
    assert conversations.save_buffer("print(2)", "python", "hello.py") == first
    conversations.save_buffer("ls", "bash", "list.sh")
    assert {(each.name, each.text) for each in conversations.buffers()} == {
        ("hello.py", "print(2)"),
        ("list.sh", "ls"),
    }


def test_a_judgment_outlives_its_document(filled):
    hit = filled.search(filled.query("tiny krill"))[0]
    filled.conversations.judge("How large is krill?", hit.passage_id)
    filled.conversations.judge("How large is krill?", hit.passage_id)
    filled.remove([hit.document_id])
    (judgment,) = filled.conversations.judgments()
    assert (judgment.question, judgment.text, judgment.page) == ("How large is krill?", hit.text, 2)
    with pytest.raises(UsageError, match="no longer in the library"):
        filled.conversations.judge("How large is krill?", hit.passage_id)


def test_a_conversation_outlives_the_documents(filled):
    conversation = filled.conversations.create("q")
    filled.conversations.begin_turn(conversation, "q")
    filled.remove([document.document_id for document in filled.documents()])
    assert len(filled.conversations.turns(conversation)) == 1


def test_the_newest_conversation_is_first_although_the_clock_went_back(conversations, monkeypatch):
    old = conversations.create("old")
    conversations.begin_turn(old, "old")
    monkeypatch.setattr("phitui.library.store.conversations.now", lambda: "1999-01-01T00:00:00+00:00")
    new = conversations.create("new")
    conversations.begin_turn(new, "new")
    assert [each.conversation_id for each in conversations.list()] == [new, old]
    conversations.begin_turn(old, "again")
    assert [each.conversation_id for each in conversations.search("o")] == [old]
    assert [each.conversation_id for each in conversations.list()] == [old, new]
