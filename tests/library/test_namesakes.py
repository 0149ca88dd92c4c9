"""Two documents of one title are told apart wherever they are named."""

from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.answers.ask import ask
from phitui.answers.request import Request
from phitui.errors import UsageError
from phitui.events import AnswerVerified, QuotesFound
from phitui.library.store.namesakes import ends
from phitui.models.engines.quotation import QuotingEngine
from tests.library.made import added, open_library


@pytest.fixture
def library(tmp_path):
    for place, pier, budget in (("alder", "northern", 100), ("birch", "southern", 250)):
        (tmp_path / "files" / place).mkdir(parents=True)
        (tmp_path / "files" / place / "report.txt").write_text(f"The budget of the {pier} pier is {budget} euros.")
    (tmp_path / "files" / "notes.txt").write_text("Nothing is said of money here, or of any pier at all.")
    library = open_library(tmp_path / "library")
    added(library, tmp_path / "files")
    yield library
    library.close()


def test_documents_passages_pages_and_quotes_name_the_folder_where_the_title_does_not_do(library):
    names = {each.name for each in library.documents()}
    assert {"report (alder/report.txt)", "report (birch/report.txt)"} < names and "notes" in names
    hit = library.search(library.query("budget of the northern pier"))[0]
    assert hit.name == "report (alder/report.txt)" and hit.title == "report"
    assert library.page(hit.document_id, 1).name == hit.name
    events = list(ask(Request("What is the budget of the pier?"), library, QuotingEngine(), Event()))
    quoted = next(event.quotes for event in events if isinstance(event, QuotesFound))
    assert {"report (alder/report.txt)", "report (birch/report.txt)"} <= {quote.title for quote in quoted}
    cited = next(event.sentences for event in events if isinstance(event, AnswerVerified))
    assert {quote.title for quote in quoted} == {each.citations[0].title for each in cited}


def test_the_end_of_a_path_finds_its_document(library):
    assert library.find("birch/report.txt").path.endswith("birch/report.txt")
    with pytest.raises(UsageError, match="alder/report"):
        library.find("report")
    hits = library.search(library.query("budget in:birch"))
    assert {hit.apart for hit in hits} == {"birch/report.txt"}


def test_a_title_is_enough_again_when_the_other_document_has_gone(library):
    library.remove([library.find("birch/report.txt").document_id])
    assert library.find("report").name == "report"


@given(st.sets(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join), min_size=2, max_size=6))
def test_every_path_gets_an_end_of_its_own(paths):
    found = ends(dict(enumerate(sorted(paths))))
    for key, path in enumerate(sorted(paths)):
        assert path == found[key] or path.endswith(f"/{found[key]}")
    shorter = [key for key, path in enumerate(sorted(paths)) if found[key] != path]
    assert len({found[key] for key in shorter}) == len(shorter)
