"""Headers and footers go, lines that carry data stay, whatever their numbers do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.documents.cleaner import tidy_page
from phitui.documents.repair.running_lines import without_running_lines

BODY = "abcdefghijklmnop"


def pages_under(header, count=8):
    """Pages of one sentence each below a line that depends on the page."""
    return [f"{header(number)}\nBody {BODY[number]} text here." for number in range(count)]


def test_running_headers_and_page_numbers_are_removed():
    pages = [
        f"Annual report\nPage {n} of 9\nText of page {chr(64 + n)}.\nMore {chr(64 + n)}.\n{n}" for n in range(1, 10)
    ]
    assert without_running_lines(pages).texts[4] == "Text of page E.\nMore E."


def test_headers_that_differ_on_left_and_right_pages_are_removed():
    pages = [f"{'The Author' if n % 2 else 'The Book'}\nWords {chr(65 + n)} here." for n in range(12)]
    texts = without_running_lines(pages).texts
    assert texts[:2] == ["The Book\nWords A here.", "The Author\nWords B here."]
    assert texts[2:] == [f"Words {chr(65 + n)} here." for n in range(2, 12)]


def test_three_pages_are_too_few_to_tell_a_header():
    pages = ["Same\na", "Same\nb", "Same\nc"]
    assert without_running_lines(pages).texts == pages


def test_a_title_that_stands_under_the_header_is_not_said_twice():
    pages = ["Rivers\n1\nRivers\nThey flow."] + [f"Rivers\n{n}\nText {chr(60 + n)}." for n in range(2, 8)]
    assert without_running_lines(pages).texts[0] == "Rivers\nThey flow."


def test_pages_that_say_the_same_are_not_emptied():
    assert without_running_lines(["Same."] * 6).texts == ["Same."] * 6


@pytest.mark.parametrize(
    "header",
    [
        lambda n: f"Page {n + 1} of 8",
        lambda n: f"Seite {n + 1} von 8",
        lambda n: f"- {n + 5} -",
        lambda n: f"{n + 1}/8",
        lambda n: "i ii iii iv v vi vii viii".split()[n],
        lambda n: f"3-{n + 1}",
        lambda n: f"Page {n % 4 + 1} of 4",
        lambda n: f"OF LAMPS AND OIL          {n + 12}",
        lambda n: f"{n + 12} THE KEEPER'S BOOK" if n % 2 else f"OF LAMPS AND OIL {n + 12}",
        lambda n: f"H. R. 1904—{n + 2}",
        lambda n: f"{n + 3} | Harbour",
        lambda n: f"Copyright Office Summary December 1998 Page {n + 1}",
        lambda n: f"VerDate 27<APR>2000 10:56 Apr 28, 2000 Jkt 190069 PO 00000 Frm {n + 79:05} Fmt 8010",
    ],
)
def test_a_line_whose_number_counts_the_pages_is_taken_out(header):
    tidied = without_running_lines(pages_under(header))
    assert tidied.texts == [f"Body {BODY[number]} text here." for number in range(8)]
    assert tidied.count == 8 and "8 lines" in tidied.note


@pytest.mark.parametrize(
    "header",
    [
        lambda n: f"Invoice no. 2024-{113 + 7 * n}",
        lambda n: f"Invoice no. {124 + n}",
        lambda n: f"Article {n + 1}",
        lambda n: f"Chapter {'I II III IV V VI VII VIII'.split()[n]}",
        lambda n: f"{n + 1} May 1868",
        lambda n: f"Tide station {n + 1}",
        lambda n: f"Case report {n + 1}",
        lambda n: f"{n + 1}/2024",
        lambda n: f"Lead: 0.8{n} mg/l",
        lambda n: f"Total due: {n + 1}.50 EUR",
        lambda n: f"{n + 3} tonnes landed",
        lambda n: f"Sum {100 + 7 * n}",
        lambda n: f"{n + 1}. Sitting of the board",
        lambda n: f"Fee: ${n + 1}",
        lambda n: f"Rechnung Nr. {n + 1}",
    ],
)
def test_a_line_whose_number_counts_something_else_stays(header):
    pages = pages_under(header)
    assert without_running_lines(pages).texts == pages
    footers = ["\n".join(reversed(page.split("\n"))) for page in pages]
    assert without_running_lines(footers).texts == footers


def test_a_line_that_is_the_same_everywhere_stays_once():
    tidied = without_running_lines(pages_under(lambda n: "Northshore Chandlery Ltd, account 4471"))
    assert tidied.texts[:2] == ["Northshore Chandlery Ltd, account 4471\nBody a text here.", "Body b text here."]
    assert tidied.count == 7 and "Northshore Chandlery" in tidied.note


def test_a_number_that_is_the_printed_label_of_its_page_is_taken_out():
    labels = ["1", "2", "4", "7", "9", "12", "15", "20"]
    tidied = without_running_lines(pages_under(lambda n: labels[n]), labels)
    assert tidied.texts[3] == "Body d text here."


@given(st.lists(st.text(st.sampled_from("ab1\n ."), max_size=60).map(tidy_page), max_size=8))
def test_nothing_is_added_and_the_order_stays(texts):
    for before, after in zip(texts, without_running_lines(texts).texts, strict=True):
        lines = iter(before.split("\n"))
        assert all(line in lines for line in after.split("\n"))


def test_the_head_that_names_a_page_s_section_runs_where_the_section_s_own_heading_stands_nearby():
    sections = ["§ 12.4", "§ 12.7", "§ 12.7", "§ 12.11", "§ 13.2", "§ 13.2"]
    pages = [f"Harbour Rules {name}\n{name} Ships that lie at the quay {n} pay." for n, name in enumerate(sections)]
    tidied = without_running_lines(pages)
    assert tidied.texts == [f"{name} Ships that lie at the quay {n} pay." for n, name in enumerate(sections)]

    alone = [f"Harbour Rules {name}\nShips that lie at the quay {n} pay." for n, name in enumerate(sections)]
    assert without_running_lines(alone).texts == alone
