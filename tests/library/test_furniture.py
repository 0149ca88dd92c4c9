"""Contents, references and menus are told by their form, and rank behind text unless a question asks for them."""

import pytest

from phitui.documents.document import Span
from phitui.library.search.furniture import furniture, is_running, points_elsewhere
from phitui.library.search.ranking import Query, rank
from phitui.records import Hit, StoredSentence

CONTENTS = "\n".join(f"{n}. Whales of the {sea} sea ............ {n * 7}" for n, sea in enumerate("NSEW", 1))
REFERENCES = "\n".join(
    f"{name}, A. B., Whales of the sea. Journal of Whales, {year}, pp. 1-9."
    for name, year in (("Smith", 1994), ("Jones", 2001), ("Meyer", 2007), ("Sears", 2011))
)
MENU = "\n".join(("Home", "About us", "Whales", "Seas", "Contact", "Site map", "News", "Careers", "Search"))
PRICES = "Krill 14\nSquid 3\nCod 120\nHerring 7\nPlaice 21"
CODES = "\n".join(f"({n}) Whale oil ........ {code}" for n, code in enumerate((9801, 9226, 9648, 9220), 1))
TEXT = "Whales of the sea were counted (Smith et al. 1994, Jones et al. 2001), and Meyer (2007) counted them again."


@pytest.mark.parametrize("text", [CONTENTS, REFERENCES, MENU])
def test_lists_that_lead_elsewhere_are_told(text):
    assert furniture(text) > 0.9
    assert furniture("\n".join([text, *[TEXT.lower()] * 5])) < 0.9


@pytest.mark.parametrize("text", [PRICES, CODES, TEXT, "", "Home\nAbout us\nWhales"])
def test_tables_and_running_text_are_none(text):
    assert furniture(text) == 0


@pytest.mark.parametrize(
    "source",
    (
        "In Proceedings of it; Proc. 3; Journal of it; arXiv 3; doi 3; ISBN 3; ISSN 3; pp. 3; Vol. 3; no. 3; "
        "ed. by it; Eds. of it; University Press; Smith, A. B.; A. B. Smith, 1994"
    ).split("; "),
)
def test_what_ends_like_a_sentence_and_names_a_source_is_an_entry(source):
    assert is_running('The whales of all seas were counted again (twice)." ')
    assert not is_running("The whales of all seas were counted again (twice)")
    assert not is_running(f"Whales of all seas were counted again, {source}, by them.")


def _order(question, *texts, documents=None):
    hits = [
        Hit(n, documents[n] if documents else 1, "", "/a", "", None, Span(1, 0, 1, 9), text, n, n, fused=0.5)
        for n, text in enumerate(texts)
    ]
    query = Query.of(question, lambda found: dict.fromkeys(found, 1.0), None)
    return [
        each.passage_id
        for each in rank(query, hits, lambda hits: [[StoredSentence(hit.text, hit.span)] for hit in hits])
    ]


def test_they_rank_behind_text_unless_they_are_asked_for():
    text = "Those whales live in every sea, north and south."
    assert _order("Whales of the sea?", CONTENTS, text) == [1, 0]
    assert _order("Which chapters tell of whales of the sea?", CONTENTS, text) == [0, 1]
    assert _order("Whales of the sea, Journal of Whales", REFERENCES, text) == [0, 1], "a title that is cited"


def test_a_sentence_of_many_documents_ranks_behind_one_that_a_single_one_says():
    common, own = "Whales may be watched in summer.", "In summer whales are watched from Husavik."
    found = _order("When are whales watched?", common, common, common, own, documents=(1, 2, 3, 4))
    assert found[0] == 3


@pytest.mark.parametrize(
    "pointing",
    [
        "For more information about how whales sleep, see Whales and Sleep.",
        "See also how whales sleep in the sea.",
        "This section describes how whales sleep.",
        "Our guide explains how whales sleep.",
    ],
)
def test_a_sentence_that_only_points_to_others_ranks_behind_one_that_tells(pointing):
    telling = "Whales sleep with half of their brain."
    assert points_elsewhere("How do whales sleep?", pointing) and not points_elsewhere("How do whales sleep?", telling)
    assert _order("How do whales sleep?", pointing, telling) == [1, 0]
    assert not points_elsewhere("Where is more on how whales sleep?", pointing)
