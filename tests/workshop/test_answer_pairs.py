"""What the cross-encoder learns from: questions, and sentences that do and do not answer them."""

from phitui.evaluation.questions import Question
from phitui.workshop.answer_pairs import pairs
from tests.library.made import added, open_library


def test_a_right_sentence_wrong_ones_beside_it_and_one_of_another_document(tmp_path):
    whales = tmp_path / "whales.txt"
    whales.write_text("The blue whale eats krill. It was hunted until 1966. Its heart weighs 180 kilograms.")
    towers = tmp_path / "towers.txt"
    towers.write_text("The tower of the harbour was built in 1887. Its lamp is seen from far away.")
    library = open_library(tmp_path / "library")
    added(library, whales, towers)
    asked = Question("Until when was the blue whale hunted?", "whales.txt", answers=("1966",))
    only_seems = Question("Until when was the harbour closed?", "towers.txt")
    found = pairs(library, [asked, only_seems])
    library.close()
    right = [sentence for question, sentence, good in found if good and question == asked.question]
    wrong = [sentence for question, sentence, good in found if not good and question == asked.question]
    assert right == ["It was hunted until 1966."]
    assert "The blue whale eats krill." in wrong and "The tower of the harbour was built in 1887." in wrong
    assert [good for question, _, good in found if question == only_seems.question] == [False]
