"""More pairs made by rule: each is what its label says, and none is the pair it was made of."""

from phitui.answers.check.statement import statement
from phitui.workshop.claims.claim_pairs import mixed
from phitui.workshop.claims.pair import LABELS, Pair

PAIRS = [
    Pair(
        f"In {1900 + n} the Orrin Trust may sell the marsh unless Alda objects. The river is long.",
        claim,
        label,
        source,
    )
    for n in range(40)
    for claim, label, source in (
        (f"In {1900 + n} the Orrin Trust may sell the marsh unless Alda objects.", "entailment", "synth_same"),
        ("Who may sell the marsh? Orrin Trust.", "entailment", "synth_fragment"),
    )
]


def test_made_pairs_have_labels_and_say_something_else_than_the_text():
    made = [pair for pair in mixed(PAIRS, None, 1) if pair.source.startswith("made")]
    assert made and {pair.label for pair in made} <= set(LABELS)
    assert all(pair.hypothesis not in pair.premise for pair in made if pair.source == "made_edit")
    assert any("if Alda objects" in pair.hypothesis and pair.label == "contradiction" for pair in made)


def test_the_same_seed_makes_the_same_pairs():
    assert mixed(PAIRS, None, 5) == mixed(PAIRS, None, 5) != mixed(PAIRS, None, 6)


def test_a_right_short_answer_is_exchanged_for_another_of_its_kind():
    found = [pair for pair in mixed(PAIRS, None, 1) if pair.source == "made_other_of_kind"]
    assert {pair.hypothesis for pair in found} == {"Who may sell the marsh? Alda."}
    assert {pair.label for pair in found} == {"not"}


def test_question_and_answer_become_a_statement():
    assert statement("When was the bridge built?", "1908.") == "The bridge was built 1908."
    assert statement("Who wrote it?", "Vance") == "Vance wrote it."
    assert statement("What is the fee?", "5%.") == "5% is the fee."
    assert statement("Pin a passage", "x") == ""
