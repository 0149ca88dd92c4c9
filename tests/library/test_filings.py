"""Questions on filings: years and quarters in any writing, companies by their files' names, words nobody has."""

import math

import numpy as np
import pytest

from phitui.answers.evidence.unknown_names import missing_year
from phitui.library.search.called import OneWordNames, earlier_years
from phitui.library.search.named_documents import Names
from phitui.library.search.ranking import Query
from phitui.library.terms.periods import one_writing
from phitui.library.terms.words import searched, stems
from tests.library.made import library_of, open_library

REPORTS = {
    "BESTWARE_2022_10K": "Purchases of property and equipment were 412 in fiscal 2022. Stores were remodelled.",
    "BESTWARE_2021_10K": "Purchases of property and equipment were 398 in fiscal 2021. Stores were opened.",
    "JANSEN_JANSEN_2023Q2_10Q": "Dividends paid were 77. Purchases of property were 12.",
    "AMDOR_2022_10K": "Purchases of property and equipment were 527 in fiscal 2022. Plants were closed.",
}


@pytest.fixture(scope="module")
def filings(tmp_path_factory):
    with library_of(tmp_path_factory.mktemp("filings"), REPORTS) as library:
        yield library


@pytest.mark.parametrize("written", ["FY2022", "FY22", "FY'22", "FY 2022", "fiscal '22", "2022"])
def test_a_fiscal_year_has_one_writing(written):
    assert [stem for stem in stems(f"capital spent in {written}") if stem != "fiscal"] == stems("capital spent in 2022")


def test_quarters_and_spans_are_written_out_and_weeks_are_no_years():
    assert one_writing("q2 fy23") == one_writing("2q23") == one_writing("q2'23") == "second quarter 2023"
    assert one_writing("2023q2_10q") == "second quarter 2023_10q"
    assert one_writing("fy2021/22") == "2021 2022"
    for other in ("a fiscal year of 52 weeks", "fiscal 53-week years", "form 10q", "faq1", "financial 10%"):
        assert one_writing(other) == other


def test_letters_and_digits_stand_apart_where_the_library_has_no_such_word():
    counts = {"sr": 3, "71": 2, "10k": 1}
    assert searched("the SR71 in the 10K", lambda found: {stem: counts.get(stem, 0) for stem in found}) == [
        "sr",
        "71",
        "10k",
    ]


def test_what_the_library_lacks_does_not_outweigh_what_it_has():
    counts = {"capit": 50, "expenditur": 4}
    rarity = {"capit": 1.0, "expenditur": 4.0, "zentrix": 9.0}

    def query(question):
        return Query.of(question, lambda found: {stem: rarity[stem] for stem in found}, None, lambda found: counts)

    assert query("Zentrix capital expenditure").rarity["zentrix"] == 4.0
    assert query("Zentrix").rarity["zentrix"] == 9.0, "there is nothing to outweigh"


def test_a_name_in_one_word_is_called_by_its_parts_its_beginning_or_its_initials():
    files = ["BESTWARE_2022_10K", "JANSEN_JANSEN_2022_10K", "KVCHEALTH_2021", "wh1000xm4", "4D_2022_10K"]
    names = OneWordNames()
    for number, file in enumerate(files, 1):
        names.add(number, "Annual report", file)

    def surely(question):
        return {number for number, each in names.called(question).items() if each.surely}

    assert names.called("Best Ware's sales")[1].stems == {"best", "ware"}
    assert surely("Best Ware's sales") == {1} == surely("Bestware")
    assert surely("Does JnJ sell?") == {2} == surely("J&J") and not surely("the JJ rule"), "two letters are too little"
    assert surely("KVC's margin") == {3} and surely("the WH-1000XM4 manual") == {4} and surely("Is 4D large?") == {5}
    assert not surely("Which ware is best in the annual report?")
    files = ["Best_practices", "MARINE_2022_10K", "MARINE_2022Q1_10Q"]
    for number, file in enumerate(files, 11):
        names.add(number, "Annual report", file)
    assert surely("How large is Marine's fleet?") == {12, 13}, "a word of English that dated files bear as a name"
    assert not surely("Marine fleets are large.") and not surely("Is the Best fleet large?")
    called = names.called("How large is Marine's fleet by its 10-K?")
    assert called[12].form and not called[13].form
    names.remove({1, 3, 11, 12, 13})
    assert not surely("Best Ware's sales, KVC's margin") and surely("Does JnJ sell?") == {2}, "they are called no more"


def test_of_several_years_the_report_on_the_last_is_meant():
    assert earlier_years({"2021", "2022", "tax"}) == {"2021"}
    assert not earlier_years({"tax"})


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("What did Best Ware spend on property in FY22?", "BESTWARE_2022_10K"),
        ("How did Best Ware's purchases of property change between FY2021 and FY2022?", "BESTWARE_2022_10K"),
        ("What did JnJ purchase in Q2 of FY2023?", "JANSEN_JANSEN_2023Q2_10Q"),
        ("AMDOR: purchases of property in fiscal '22", "AMDOR_2022_10K"),
    ],
)
def test_the_right_filing_comes_first(filings, question, document):
    assert filings.search(filings.query(question))[0].path.endswith(f"{document}.txt")


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What did Best Ware spend on property in FY2015?", "Best Ware in 2015"),
        ("How large were Amdor's dividends in FY2024?", "Amdor in 2024"),
        ("What did Best Ware spend on property in FY2020?", ""),
        ("What did Best Ware spend on property?", ""),
        ("What was spent on property in FY2015?", ""),
    ],
)
def test_a_year_of_which_a_company_has_no_report_here_is_told(filings, question, missing):
    query = filings.query(question)
    assert missing_year(query, filings.search(query)) == missing


def test_where_a_document_is_clearly_named_its_name_says_no_more_inside_it(filings):
    query = filings.query("Bestware 2022 10K: purchases?")
    assert query.bare is not None and query.bare.text == "purchases?"
    assert query.bare.vector is not None and not np.allclose(query.bare.vector, query.vector)
    best = filings.search(query)[0]
    assert math.isclose(
        best.signals["meaning"],
        query.profile.scaled(float(query.bare.vector @ filings._vectors.of_passages([best.passage_id])[1][0])),
        abs_tol=1e-3,
    )
    compared = filings.query("Bestware 2022 10K: purchases of 2022 and 2021?").bare
    assert compared is not None and "2022 and 2021" in compared.text, "its columns bear them"
    assert filings.query("Which plants were closed?").bare is None
    assert filings.query("Bestware 2022 10K").bare is None, "nothing else is asked"


def test_names_are_read_again_where_documents_came_went_or_changed_and_tell_what_fresh_ones_tell(tmp_path):
    library = open_library(tmp_path / "library")
    folder = tmp_path / "filings"
    folder.mkdir()

    def told(names):
        queries = [library.query(text) for text in ("Best Ware's property in 2022", "JnJ dividends", "Amdor's plants")]
        return [(names.named(query), names.without_name(query)) for query in queries]

    def agree():
        list(library.add([folder]))
        assert told(library._names) == told(Names(library._store))

    for name, text in REPORTS.items():
        (folder / f"{name}.txt").write_text(text)
        agree()
    (folder / "AMDOR_2022_10K.txt").write_text("The plants of another company were sold.")
    agree()
    library.remove([library.documents()[0].document_id])
    assert told(library._names) == told(Names(library._store))
    library.close()
