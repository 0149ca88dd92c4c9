"""What language a document is in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.documents.language import NAMES, common_words, language_of, script_of

ARTICLES = {
    "en": "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience "
    "and should act towards one another in a spirit of brotherhood.",
    "de": "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt "
    "und sollen einander im Geist der Brüderlichkeit begegnen.",
    "fr": "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de "
    "conscience et doivent agir les uns envers les autres dans un esprit de fraternité.",
    "es": "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y "
    "conciencia, deben comportarse fraternalmente los unos con los otros.",
    "it": "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi sono dotati di ragione e di "
    "coscienza e devono agire gli uni verso gli altri in spirito di fratellanza.",
    "pt": "Todos os seres humanos nascem livres e iguais em dignidade e em direitos. Dotados de razão e de "
    "consciência, devem agir uns para com os outros em espírito de fraternidade.",
    "nl": "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren. Zij zijn begiftigd met verstand en "
    "geweten, en behoren zich jegens elkander in een geest van broederschap te gedragen.",
    "sv": "Alla människor är födda fria och lika i värde och rättigheter. De har utrustats med förnuft och samvete och "
    "bör handla gentemot varandra i en anda av gemenskap.",
    "pl": "Wszyscy ludzie rodzą się wolni i równi w swojej godności i w swoich prawach. Są oni obdarzeni rozumem i "
    "sumieniem i powinni postępować w stosunku do siebie w duchu braterstwa.",
    "hu": "Minden emberi lény szabadon születik és egyenlő méltósága és joga van. Az emberek, ésszel és "
    "lelkiismerettel bírván, egymással szemben testvéri szellemben kell hogy viseltessenek. "
    "Ez a jog nem csak egy ember joga.",
    "ru": "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и "
    "должны поступать в отношении друг друга в духе братства, что не зависит от того, как это делают на деле.",
    "uk": "Всі люди народжуються вільними і рівними у своїй гідності та правах. Вони наділені розумом і совістю і "
    "повинні діяти у відношенні один до одного в дусі братерства, що не залежить від того, як це є.",
    "ar": "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا وعليهم أن يعامل "
    "بعضهم بعضا بروح الإخاء. لكل إنسان حق التمتع في هذه الحقوق كل ما كان من ذلك على أن لا",
    "fa": "تمام افراد بشر آزاد به دنیا می آیند و از لحاظ حیثیت و حقوق با هم برابرند. همه دارای عقل و "
    "وجدان هستند و باید با یکدیگر با روح برادری رفتار کنند که این را از آن خود است.",
    "zh": "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
    "ja": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
    "ko": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
    "th": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "el": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    "he": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
    "hi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
}


@pytest.mark.parametrize("language", ARTICLES)
def test_a_few_sentences_tell_their_language(language):
    assert language_of([ARTICLES[language]]) == language


def test_a_japanese_paper_with_an_english_abstract_is_japanese():
    assert language_of([ARTICLES["en"], *[ARTICLES["ja"]] * 4]) == "ja"


@pytest.mark.parametrize("text", ["", "12 345 67.8 %", "Ag Au Cu Fe", "xyzzy plugh " * 40, "Total 41 37 Net 12 " * 20])
def test_what_is_not_certain_stays_untold(text):
    assert language_of([text]) == ""


@given(st.lists(st.text(max_size=300), max_size=30))
def test_any_text_has_a_known_language_or_none(pages):
    assert language_of(pages) in {"", *NAMES}


def test_scripts_of_one_language_tell_it_in_a_word():
    assert [script_of(word) for word in ("長城", "カメラ", "กรุงเทพ", "서울", "Rome", "Рим")] == [
        "zh", "ja", "th", "ko", "latin", "cyrillic"
    ]  # fmt: skip


def test_real_documents_are_in_english(shared_data):
    from phitui.documents.workers.reader import Readers

    readers = Readers()
    for name in ("dmca-summary-1998.pdf", "multicolumn.pdf", "census-domestic-trade.pdf"):
        document = readers.read(shared_data / "pdfs" / name)
        assert language_of([page.text for page in document.pages]) in ("en", "") and name
    readers.close()


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Wer hat den Leuchtturm gebaut?", {"leuchtturm", "gebaut"}),
        ("Quand la tour a-t-elle été construite ?", {"tour", "t", "elle", "construite"}),
        ("¿Quién fue el último guardián del faro?", {"último", "guardián", "faro"}),
        ("Когда был построен маяк?", {"построен", "маяк"}),
        ("Who was the man on the die?", {"who", "was", "the", "man", "on", "die"}),
        ("DER Vance", {"der", "vance"}),
        ("", set()),
    ],
)
def test_words_without_a_topic_are_known_of_the_language_of_a_question(question, left):
    words = set(question.lower().replace("-", " ").replace("?", "").replace("¿", "").split())
    assert words - common_words(question) == left
