"""Questions on policies: whose one is meant, what is looked for in it, and what is said where it is not there."""

import pytest

from phitui.answers.evidence.unknown_names import missing_year, unknown_name, unknown_owner, written_in
from phitui.library.search.ranking import CLEARLY
from tests.library.made import library_of

SHARES = "We share your address with partners who deliver parcels."
POLICIES = {
    "orchard.com": f"Orchard sells apples.\n\n{SHARES} You can close your account by letter.",
    "natural-tools.com": "Natural Tools rents ladders, Natural Tools of London Storage too.\n\n"
    "We never share your address. Accounts are closed in May.",
    "themeadow.themeadow.com": "We keep cookies for a year.",
    "Zentrix Privacy Policy": "This policy is about privacy.\n\nCookies are kept for a day. Zentrix shares nothing.",
}


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    with library_of(tmp_path_factory.mktemp("policies"), POLICIES) as library:
        yield library


@pytest.mark.parametrize(
    ("question", "document", "inside"),
    [
        ("Consider Orchard's privacy policy; do you share my address?", "orchard.com", "do you share my address?"),
        ("Orchard: how do I close my account?", "orchard.com", "how do I close my account?"),
        ("How does Orchard share my address?", "orchard.com", "How does share my address?"),
        ("How is an account closed at Natural Tools?", "natural-tools.com", "How is an account closed?"),
        ("Are cookies kept, according to Zentrix's policy?", "Zentrix Privacy Policy", "Are cookies kept"),
        ("How do I share my address in natural tools?", None, None),
        ("how do i share my address in natural tools", "natural-tools.com", "how do i share my address"),
        ("Do you share my address? (Orchard)", "orchard.com", "Do you share my address?"),
        ("Does The Meadow keep cookies?", "themeadow.themeadow.com", "Does The keep cookies?"),
        ("Orchard", None, None),
    ],
)
def test_of_a_clearly_named_document_only_what_is_asked_is_looked_for(policies, question, document, inside):
    query = policies.query(question)
    assert (query.bare and query.bare.text) == inside
    best = policies.search(query)[0]
    assert (best.signals["named"] >= CLEARLY) == bool(document)
    if document:
        assert best.path.endswith(f"{document}.txt")


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Consider Natural News's privacy policy; do you share my address?", "Natural News"),
        ("Does The Morning Star share my address?", "Morning Star"),
        ("Meadow: how do I close my account?", "Meadow"),
        ("How is an account closed at High Gear Media?", "High Gear Media"),
        ("What does the privacy policy of Style say on cookies?", "Style"),
        ("Meadow - how do I close my account?", "Meadow"),
        ("How do I close my account? (High Gear Media)", "High Gear Media"),
        ("According to Mossford, how is an account closed?", "Mossford"),
        ("Cookies: how long are they kept?", ""),
        ("Question: how long are cookies kept?", ""),
        ("What are Riverbank's rules on cookies?", "Riverbank"),
        ("To whom does RVB rent ladders?", "RVB"),
        ("Natural Tools - how do I close my account?", ""),
        ("According to Natural Tools, how is an account closed?", ""),
        ("To whom does NTLS rent ladders?", ""),
        ("Here's the question: what are cookies for in FY2022?", ""),
        ("Consider Orchard's privacy policy; do you share my address?", ""),
        ("Does Zentrix share my address?", ""),
        ("What did President Alder promise?", ""),
        ("Does Sharing need my consent?", ""),
        ("How do I close my account?", ""),
    ],
)
def test_whose_policy_is_missing_is_told(policies, question, name):
    query = policies.query(question)
    hits = policies.search(query)
    assert unknown_owner(query, hits, written_in(hits, policies))[0] == name


HOUSE = {
    "hotel": "Wi-Fi is in the price of a room. We take PayPal for the bill. An SSD that is left behind is kept.",
    "lease": "ACME must mend the heating. JavaScript runs in it, and BLUETOOTH reaches ten metres.",
    "PEPSAN_2023_10K": "PEPSAN had 83,700 people and 1,032 shops.",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with library_of(tmp_path_factory.mktemp("house"), HOUSE) as library:
        yield library


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Does Paypal work for the bill?", ""),
        ("Is Wifi in the price?", ""),
        ("WiFi: is it in the price?", ""),
        ("Are SSDs kept?", ""),
        ("What is Acme's duty?", ""),
        ("Does Javascript run in it?", ""),
        ("How far does Bluetooth reach?", ""),
        ("What was Pepsa's revenue?", ""),
        ("Does Pepsan have more than 2000 people?", ""),
        ("Does Pepsan have 2000 shops?", ""),
        ("What did Pepsan sell in 2000?", "Pepsan in 2000"),
        ("What were Pepsan's 2000 sales?", "Pepsan in 2000"),
        ("What is in the statement for March?", ""),
        ("Let's say I leave early: what then?", ""),
        ("Explain Acme's duty", ""),
        ("Explain Globex's duty", "Globex"),
        ("Does Venmo work for the bill?", "Venmo"),
    ],
)
def test_a_name_in_another_spelling_is_there_and_a_number_of_things_is_no_year(house, question, missing):
    query = house.query(question)
    hits = house.search(query)
    written = written_in(hits, house)
    told = unknown_owner(query, hits, written)[0] or missing_year(query, hits) or unknown_name(query, written)
    assert told == missing
