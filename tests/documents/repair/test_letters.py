"""Text whose letters are known, can be worked out, or cannot."""

import random
import string

import pytest

from phitui.documents.repair.letters import checked

ENGLISH = (
    "The contract ends on the first of May and may be renewed by either of the parties for one further year if notice "
    "is given in time. The rent is due on the third of each month."
)


def moved(text, offset):
    return "".join(chr(ord(char) + offset) for char in text)


@pytest.mark.parametrize("offset", [-29, -31, 1, 3, 0xF000])
def test_letters_that_are_all_moved_by_one_number_are_put_back(offset):
    found = checked(moved(ENGLISH, offset))
    assert found.restored and found.text == ENGLISH


def test_letters_without_an_order_are_no_text():
    letters = list(string.ascii_letters)
    random.Random(5).shuffle(letters)
    made = ENGLISH.translate(str.maketrans(string.ascii_letters, "".join(letters)))
    signs = ENGLISH.translate(str.maketrans(string.ascii_lowercase, "!\"#$%&'()*+,-./:;<=>?@[\\]^_"[:26]))
    controls = "".join(chr(1 + ord(char) % 23) for char in ENGLISH)
    replaced = ENGLISH.replace("e", "\ufffd").replace("t", "\ufffd").replace("n", "\ufffd").replace("o", "\ufffd")
    for text in (made, signs, controls, replaced, "\ufffd" * 30):
        assert checked(text).text == ""


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        "",
        "42",
        "Port\tDepth (m)\tBerths\nOstend\t8.5\t12\nGhent\t13.5\t40\nZeebrugge\t16.0\t77",
        "Η σύμβαση λήγει την πρώτη Μαΐου και μπορεί να ανανεωθεί για ένα έτος.",
        "المنارة بنيت في عام ألف وثمانمائة",
        "灯台は石工によって建てられた灯台守は毎日天気を記録した",
        "Contents ........................ 3\nIndex ........................ 41\nNotes .................. 77",
        "def draw(self, page): return self.canvas[page].render(scale=2.0)\nfor k in range(10): print(k)",
        "Siku moja mvuvi alikwenda baharini kuvua samaki mkubwa sana na rafiki yake mpendwa",
        "x = a^2 + b^2; y = (c - d) / 2; z = 3.14 * r; w < 5 && v > 7",
        "\uf0b7 First point of the list\n\uf0b7 Second point of the list, and so on",
        "NASDAQ NYSE IBM CSCO MSFT AAPL GOOG XRX HPQ DELL 12.3 4.5",
    ],
)
def test_what_is_text_stays_as_it_is(text):
    assert checked(text).text == text
