"""Languages: text without spaces between words is found, and what the embedder does not know is said."""

import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.answers.evidence.answerable import evidence
from phitui.answers.evidence.quotes import quotes
from phitui.answers.evidence.unknown_names import unknown_name, written_in
from phitui.documents.language import language_among, language_of, language_of_question
from phitui.evaluation.questions import read_questions
from phitui.library.indexes import lexical
from phitui.library.languages import MULTILINGUAL, advice
from phitui.library.terms.grams import grams, indexed
from phitui.library.terms.words import count_words, stems
from phitui.text import fold, sentences
from tests.library import four_languages
from tests.library.made import HashingEmbedder, library_of, open_library

TEXTS = {
    "greatwall": "长城是中国古代的军事防御工程。\f明长城的修建始于1368年。砖块是用糯米浆粘合的，因此十分坚固。",
    "tea": "茶起源于中国西南地区。唐代陆羽所著的《茶经》是世界上第一部关于茶的专著。\f泡绿茶的水温应为八十摄氏度左右。",
    "kyoto": "京都は日本の古都であり、794年に平安京として建設された。\f金閣寺は1397年に足利義満によって建てられた。",
    "railway": "東海道新幹線は1964年10月1日に開業した。\f最高速度は時速285キロメートルである。",
    "bangkok": "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย\fแม่น้ำเจ้าพระยาไหลผ่านกลางเมือง วัดพระแก้วเป็นวัดที่สำคัญที่สุด",
    "rice": "ข้าวหอมมะลิปลูกมากในภาคตะวันออกเฉียงเหนือ\fชาวนาเก็บเกี่ยวข้าวในเดือนพฤศจิกายน",
    "seoul": "서울은 대한민국의 수도이다.\f한강이 도시를 가로질러 흐른다.",
}

QUESTIONS = {
    "长城是什么时候开始修建的？": ("greatwall", 2),
    "砖块用什么粘合": ("greatwall", 2),
    "谁写了《茶经》？": ("tea", 1),
    "泡绿茶的水温": ("tea", 2),
    "金閣寺は誰が建てましたか": ("kyoto", 2),
    "新幹線はいつ開業しましたか": ("railway", 1),
    "キロメートル": ("railway", 2),
    "แม่น้ำอะไรไหลผ่านเมือง": ("bangkok", 2),
    "ชาวนาเก็บเกี่ยวข้าวเมื่อไร": ("rice", 2),
    "도시 한강은 어디": ("seoul", 2),
}


class EnglishEmbedder(HashingEmbedder):
    languages = frozenset({"en"})


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    with library_of(tmp_path_factory.mktemp("languages"), TEXTS, EnglishEmbedder()) as library:
        yield library


def speaks(library, query) -> bool:
    """Whether the documents speak to the question."""
    return evidence(query, library.search(query), library).speaks


@pytest.mark.parametrize("question", QUESTIONS)
def test_text_without_spaces_is_found_on_its_page(shelf, question):
    query = shelf.query(question)
    hits = shelf.search(query)
    assert (hits[0].title, hits[0].span.page) == QUESTIONS[question]
    assert quotes(query, hits, shelf.sentences)[0].span.page == QUESTIONS[question][1]
    assert speaks(shelf, query)


@pytest.mark.parametrize("question", ["量子计算机的原理是什么？", "火星の大気の成分は何ですか", "ดาวอังคารหนักแค่ไหน"])
def test_what_no_document_speaks_of_is_not_in_the_documents(shelf, question):
    query = shelf.query(question)
    assert not speaks(shelf, query)


def test_a_question_in_german_is_weighed_by_its_topics(tmp_path):
    path = tmp_path / "leuchtturm.txt"
    path.write_text("Der Leuchtturm von Alda wurde im Jahr 1884 von Maria Vance gebaut. Er steht auf dem Kap.", "utf-8")
    library = open_library(tmp_path / "library")
    list(library.add([path]))
    query = library.query("Wer hat den Leuchtturm gebaut?", by_words=True)
    assert set(query.stems) == {"leuchtturm", "gebaut"}
    assert speaks(library, query)
    library.close()


def test_a_word_of_one_character_is_found(shelf):
    query = shelf.query("茶")
    assert shelf.search(query)[0].title == "tea" and speaks(shelf, query)


def test_a_question_in_letters_that_the_embedder_does_not_know_goes_by_words(shelf):
    assert shelf.query("新幹線").vector is None
    assert shelf.query("shinkansen").vector is not None


def test_a_word_that_a_line_end_cuts_is_found_whole():
    assert "防御" in set(indexed("军事防\n御工程")) & set(stems("军事防\n御工程"))


def test_latin_words_and_numbers_inside_keep_their_stems():
    assert stems("GPT-4の性能 benchmarks 2019年") == ["gpt", "4", "性能", "benchmark", "2019", "年"]


@given(st.text("長城万里新幹線カメラกำแพงเมือง서울", min_size=2, max_size=12), st.text("的一不が 。a", max_size=3))
def test_every_run_is_found_by_its_pieces(run, around):
    assert set(stems(run, keep_stop_words=True)) <= set(indexed(fold(f"{around} {run} {around}")))


@given(st.text(max_size=200))
def test_any_text_has_words_and_stems(text):
    assert count_words(text) >= 0 and all(stems(text, keep_stop_words=True))


def test_pieces_overlap_and_short_runs_stay_whole():
    assert grams("長城建設") == ["長城", "城建", "建設"] and grams("茶") == ["茶"]


def test_sentences_end_at_ideographic_stops_with_their_closing_brackets():
    text = "彼は「行く。」と言った。そして行った！"
    assert [text[a:b] for a, b in sentences(text)] == ["彼は「行く。」", "と言った。", "そして行った！"]


def test_an_index_of_an_older_layout_is_built_anew(shelf, monkeypatch):
    stamp = shelf._lexical._stamp
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {"layout": lexical.LAYOUT - 1}))
    assert shelf.search(shelf.query("金閣寺"))[0].title == "kyoto"
    assert json.loads(stamp.read_text())["layout"] == lexical.LAYOUT


def test_documents_name_their_language_and_an_embedder_that_knows_it(shelf):
    found = {each.title: (each.language, each.better_embedder) for each in shelf.documents()}
    assert found["kyoto"] == ("ja", MULTILINGUAL) and found["bangkok"] == ("th", MULTILINGUAL)
    said = advice(shelf.documents())
    assert "does not know Chinese, Japanese, Korean and Thai" in said and MULTILINGUAL in said


def test_an_embedder_of_which_nothing_is_known_is_trusted(tmp_path, shelf):
    path = tmp_path / "khmer.txt"
    path.write_text("ភ្នំពេញ គឺជារាជធានីនៃប្រទេសកម្ពុជា", "utf-8")
    trusted = open_library(tmp_path / "library")
    list(trusted.add([path]))
    assert [(each.language, each.better_embedder) for each in trusted.documents()] == [("km", "")]
    assert trusted.query("ភ្នំពេញ").vector is not None and not advice(trusted.documents())
    trusted.close()
    wary = open_library(tmp_path / "library", EnglishEmbedder())
    assert wary.documents()[0].better_embedder == MULTILINGUAL
    wary.close()


MIXED = {
    "haus": "Die Häuser in dem Ort sind alt, und die meisten von ihnen wurden mit Steinen aus dem Bach gebaut. Es gibt "
    "auch eine Mühle, die nicht mehr läuft.",
    "cheval": "Les chevaux de la ferme sont dans le pré, et ils ne sortent pas quand il pleut. On les monte pour aller "
    "au marché du village avec des paniers.",
    "school": "تقع المدرسة في وسط القرية وهي من أقدم المدارس في البلاد، وقد بناها أهل القرية من الحجر. "
    "كل طفل يمشي إليها مع إخوته في الصباح.",
    "house": "The houses of this town are old, and most of them were built with stones from the brook. There is also a "
    "mill that no longer runs.",
}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    with library_of(tmp_path_factory.mktemp("languages"), MIXED, EnglishEmbedder()) as library:
        yield library


@pytest.mark.parametrize(
    ("question", "title", "by"),
    [
        ("Haus", "haus", "de"),
        ("Wo steht das Haus?", "haus", "de"),
        ("Où est le cheval ?", "cheval", "fr"),
        ("cheval", "cheval", "fr"),
        ("أين المدرسة؟", "school", "ar"),
        ("مَدرَسة", "school", "ar"),
        ("Which house is old?", "house", ""),
    ],
)
def test_words_are_stemmed_by_the_language_of_their_document(mixed, question, title, by):
    query = mixed.query(question, by_words=True)
    assert set(query.own) <= ({"de", "fr", "ar"} if len(question.split()) == 1 else {by})
    hits = mixed.search(query)
    assert hits[0].title == title and query.beside(hits[0]).language == by
    assert hits[0].signals["words"] >= 0.5
    assert quotes(query, hits, mixed.sentences)[0].document_id == hits[0].document_id


def test_in_a_library_in_english_other_stemmers_have_no_part(tmp_path):
    (tmp_path / "house.txt").write_text(MIXED["house"], "utf-8")
    library = open_library(tmp_path / "library")
    list(library.add([tmp_path / "house.txt"]))
    for question in ("Haus", "Wo steht das Haus?", "Which house is old?"):
        query = library.query(question, by_words=True)
        assert not query.own and query.language == ""
    assert library._lexical.languages() == []
    library.close()


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wer hat den Leuchtturm gebaut?", "de"),
        ("Who built the lighthouse?", "en"),
        ("Consider Orchard's privacy policy; do I have choice?", "en"),
        ("Quand le phare a-t-il été construit ?", "fr"),
        ("متى بني البرج؟", "ar"),
        ("برج کجاست؟", ""),
        ("灯塔什么时候建的？", "zh"),
        ("lighthouse", ""),
        ("", ""),
    ],
)
def test_a_question_tells_its_language(question, language):
    assert language_of_question(question) == language


def test_german_nouns_are_no_names(mixed):
    def unknown(question):
        query = mixed.query(question, by_words=True)
        return unknown_name(query, written_in(mixed.search(query), mixed))

    assert unknown("Wo steht das Rathaus?") == "" and unknown("Where is Zentrix?") == "Zentrix"


def test_the_pages_that_languages_are_measured_on_are_written_with_their_questions(tmp_path):
    four_languages.write(tmp_path / "four")
    for language in ("de", "fr", "zh", "ar"):
        questions = read_questions(tmp_path / "four" / f"{language}.jsonl")
        known = [each for each in questions if each.in_documents]
        assert (len(known), len(questions)) == (65, 85)
        assert {language_among(each.question, partial(list, [language])) for each in known} <= {language, "", "pt"}
        pages = [(tmp_path / "four" / "pages" / each.path).read_text("utf-8") for each in known]
        told = [language_of([page]) for page in pages]
        assert set(told) == {language}


def test_words_of_other_languages_are_not_taken_for_misspelt(tmp_path):
    (tmp_path / "a.txt").write_text("Die Tage werden kurz, und die Leute werden bei der Arbeit müde. " * 3, "utf-8")
    library = open_library(tmp_path / "library")
    list(library.add([tmp_path / "a.txt"]))
    question = "Wo kann man das Papier werfen?"
    assert library.spelled(question) == question
    library.close()
