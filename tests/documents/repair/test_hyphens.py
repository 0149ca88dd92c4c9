"""Hyphens at line ends: which stay, decided by the document and the language."""

import pytest

from phitui.documents.repair.hyphens import without_breaks


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("price-|determining", "price-determining"),
        ("well-|known", "well-known"),
        ("state-of-the-|art", "state-of-the-art"),
        ("mother-|in-law", "mother-in-law"),
        ("AB-|4471", "AB-4471"),
        ("COVID-|19", "COVID-19"),
        ("1990-|1995", "1990-1995"),
        ("Jean-|Paul", "Jean-Paul"),
        ("non-|European", "non-European"),
        ("info@harbour-|master.example", "info@harbour-master.example"),
        ("https://x.example/long-|path/page", "https://x.example/long-path/page"),
        ("pre-|and post-war", "pre- and post-war"),
        ("T-|cell", "T-cell"),
        ("demon-|strated", "demonstrated"),
        ("light-|house", "lighthouse"),
        ("com-|pany", "company"),
        ("GOVERN-|MENT", "GOVERNMENT"),
        ("Zeebrug-|ge", "Zeebrugge"),
        ("micro-|services", "microservices"),
    ],
)
def test_the_language_decides(broken, whole):
    for mark in ("\ufffe", "\x02", "-\n", "-\r\n"):
        text = f"The tide was seen by all of them, and {broken.replace('-|', mark)} it was, in the end."
        assert f" and {whole} it was" in without_breaks([text])[0]


def test_the_rest_of_the_document_decides_first():
    assert without_breaks(["co\ufffeoperation", "The co-operation of all, co-operation."])[0] == "co-operation"
    assert without_breaks(["light\ufffehouse", "The light-house is a light-house."])[0] == "light-house"
    assert without_breaks(["tide\ufffegauge", "A tidegauge, and one more tidegauge."])[0] == "tidegauge"


def test_german_compounds_are_joined_and_shared_ends_are_not():
    text = "Die Haus\ufffeboote und der Ein\ufffeund Ausgang sind nicht in der Stadt, die von dem Fluss ist. "
    assert without_breaks([text * 2])[0].startswith("Die Hausboote und der Ein- und Ausgang")


def test_a_dash_between_spaces_is_no_hyphen():
    assert without_breaks(["the end -\nbut not"]) == ["the end -\nbut not"]


def test_a_hyphen_at_the_end_of_a_page_stays():
    assert without_breaks(["the com\ufffe", "pany"])[0] == "the com-"
