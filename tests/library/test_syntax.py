"""What a question may say beside its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.errors import UsageError
from phitui.library.terms.syntax import NO_FILTERS, parse
from phitui.library.terms.words import stems
from tests.library.made import added, open_library


@pytest.mark.parametrize(
    "question",
    [
        "What is 3 - 2?",
        "Who was first-born?",
        "What did he call 'it'?",
        'Who is called "Bess"?',
        "When was the well-known in-house page written?",
        "Is -5 degrees cold?",
        "What does e.g. in: mean?",
        "What does the -v option do?",
        "What is -f for?",
        "tar -x",
        "What does seek -type d do?",
        "What does the seek -mtime option take?",
        "How do I use the option -name?",
    ],
)
def test_plain_questions_stay_as_they_are(question):
    assert parse(question) == (question, NO_FILTERS)


def test_all_that_can_be_said_is_taken_out_of_the_words():
    words, filters = parse('what is krill in:"Blue Whales" in:fish page:10-20 after:2019 -Tiny? "very small animals"')
    assert words == 'what is krill ? "very small animals"'
    assert filters.names == ("blue whales", "fish")
    assert (filters.pages, filters.since) == ((10, 20), 2019)
    assert filters.without == ("tini",) and filters.phrases == ("very small animals",)


@pytest.mark.parametrize(("question", "named"), [("x page:twelve", "page:twelve"), ("x after:soon", "after:soon")])
def test_a_field_that_makes_no_sense_is_said(question, named):
    with pytest.raises(UsageError, match=named):
        parse(question)


def test_a_word_behind_a_hyphen_is_left_out_unless_the_documents_write_it_so():
    assert parse("rope -granny")[1].left_out == ("granny",)
    assert parse("Which knots are good? -granny")[1].without == ("granni",)
    assert parse("How do I use seek -name?")[1].left_out == ("name",)
    assert parse("How do I use seek -name?", lambda word: word == "name") == ("How do I use seek -name?", NO_FILTERS)
    assert parse('rope "-granny"') == ('rope "-granny"', NO_FILTERS)


def test_an_option_of_a_command_is_a_word_though_its_letter_is_none():
    assert "s" in stems("The -s option is quiet.") and "s" not in stems("The cat's tail.")


@given(st.text())
def test_any_text_is_a_question_or_one_clear_error(text):
    try:
        words, _ = parse(text)
    except UsageError:
        return
    assert len(words) <= len(text)


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "report-2018.txt").write_text("Krill is tiny. Blue whales eat krill.\fKrill swims in cold seas.")
    (folder / "report-2021.txt").write_text("Krill grows slowly. Whales that are blue eat krill.")
    library = open_library(tmp_path / "library")
    added(library, folder)
    yield library
    library.close()


def found(library, question):
    return {(hit.path[-8:-4], hit.span.page) for hit in library.search(library.query(question))}


def test_filters_narrow_what_is_searched(library):
    everything = {("2018", 1), ("2018", 2), ("2021", 1)}
    assert found(library, "krill") == everything
    assert found(library, "krill in:report-2021") == {("2021", 1)}
    assert found(library, "krill in:2018 page:2") == {("2018", 2)}
    assert found(library, "krill page:1-9") == everything
    assert found(library, "krill after:2019") == {("2021", 1)}
    assert found(library, "krill -tiny") == {("2018", 2), ("2021", 1)}
    assert found(library, 'krill "blue whales"') == {("2018", 1)}


def test_an_option_that_the_documents_have_is_searched(library, tmp_path):
    (tmp_path / "files" / "seek.txt").write_text("Use seek -name PATTERN to find files by their name.")
    added(library, tmp_path / "files")
    assert library.query("How do I use seek -name?").filters == NO_FILTERS
    assert library.query("How do I use seek -krill?").filters.left_out == ("krill",)
    assert library.search(library.query("How do I use seek -name?"))[0].path.endswith("seek.txt")


def test_a_phrase_that_stands_nowhere_counts_by_its_words(library):
    assert ("2018", 1) in found(library, 'krill "purple whales"')


def test_a_year_by_hand_wins_over_that_of_the_name(library):
    library.describe(library.find("2018").document_id, year=2020)
    assert found(library, "krill after:2020") == {("2018", 1), ("2018", 2), ("2021", 1)}


def test_tags_and_scope_narrow_together(library):
    ids = {each.path[-8:-4]: each.document_id for each in library.documents()}
    library.tag([ids["2018"]], ["seas"])
    assert found(library, "krill in:seas") == {("2018", 1), ("2018", 2)}
    library.scope = ("seas",)
    assert found(library, "krill in:report") == {("2018", 1), ("2018", 2)}
    with pytest.raises(UsageError, match="seas"):
        found(library, "krill in:2021")


def test_names_and_years_that_no_document_has_are_said(library):
    with pytest.raises(UsageError, match="walrus"):
        found(library, "krill in:walrus")
    with pytest.raises(UsageError, match="2030"):
        found(library, "krill after:2030")


def test_a_document_is_named_by_title_file_name_or_opening_and_by_parts_of_its_name(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "21cfr1308.txt").write_text("Schedules of controlled substances. Applications are filed.")
    (folder / "notes.txt").write_text("Applications are filed at the office. Applications are many.")
    library = open_library(tmp_path / "library")
    added(library, folder)
    query = library.query("In 21 CFR 1308, which applications are filed?")
    assert library.search(query)[0].path.endswith("21cfr1308.txt")
    assert library.search(query)[0].signals["named"] > 0.3
    assert library.search(library.query("applications"))[0].signals["named"] < 0.9
    library.close()
