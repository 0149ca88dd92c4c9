"""What language a text is in: told by its letters, and in the Latin and Cyrillic alphabets by its commonest words.

A document is long enough for that to be certain; packages that can tell a tweet's language weigh 1 to 100 MB or are not
kept up.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

SAMPLE_CHARACTERS = 20_000
SAMPLE_PAGES = 20
"""Looked at of a document, evenly spread."""
FEWEST_WORDS = 20
"""With fewer words in an alphabet of many languages it stays untold."""
COMMON_SHARE = 0.12
"""Of the words of a text in running sentences at least so many are among its language's commonest; a table or a text
in a language that is not listed has fewer."""
MARGIN = 1.25
"""So many times as many as of the next language."""
SCRIPT_SHARE = 0.3
"""Of the letters that the other script must make up: a Japanese paper holds many Latin ones."""
KANA_SHARE = 0.05
"""Of the letters of a Japanese text at least so many are kana; a Chinese one may quote a word."""

NAMES = {
    "am": "Amharic", "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech",
    "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
    "ka": "Georgian", "km": "Khmer", "kn": "Kannada", "ko": "Korean", "lo": "Lao", "lt": "Lithuanian",
    "lv": "Latvian", "ml": "Malayalam", "my": "Burmese", "nl": "Dutch", "no": "Norwegian", "pa": "Punjabi",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala", "sk": "Slovak",
    "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "ta": "Tamil", "te": "Telugu", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""ISO 639-1 code → name in English, of every language that can be told."""

_SCRIPTS = {
    "latin": "a-zA-Z\u00c0-\u024f\u1e00-\u1eff",
    "cyrillic": "\u0400-\u052f",
    "arabic": "\u0620-\u064a\u0671-\u06d3",
    "kana": "\u3041-\u3096\u30a1-\u30fa",
    "han": "\u3400-\u4dbf\u4e00-\u9fff",
    "ko": "\uac00-\ud7a3",
    "th": "\u0e01-\u0e3a\u0e40-\u0e4e",
    "lo": "\u0e81-\u0ecd",
    "km": "\u1780-\u17d3",
    "my": "\u1000-\u103f",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "he": "\u05d0-\u05ea",
    "hy": "\u0531-\u0587",
    "ka": "\u10a0-\u10ff",
    "am": "\u1200-\u137f",
    "hi": "\u0904-\u0963",
    "bn": "\u0985-\u09e3",
    "pa": "\u0a05-\u0a74",
    "gu": "\u0a85-\u0ae3",
    "ta": "\u0b85-\u0bd7",
    "te": "\u0c05-\u0c63",
    "kn": "\u0c85-\u0ce3",
    "ml": "\u0d05-\u0d63",
    "si": "\u0d85-\u0df3",
}
"""Script, or the language that is alone in it → its letters."""
_LETTERS = re.compile("|".join(f"(?P<{name}>[{letters}]+)" for name, letters in _SCRIPTS.items()))

_COMMON = {
    "latin": {
        "en": "the of and to in is that for it with as was on are be this by from or which have at not were an",
        "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden "
        "aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum",
        "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec "
        "ou son aux d l c n s qu cette ses mais comme",
        "es": "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me "
        "si sin sobre este ya entre cuando todo son",
        "it": "di e il la che in a per un è del non sono una con le si da i della al come più dei ma gli nel alla "
        "lo ha o delle su anche dal questo l d",
        "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua "
        "ou quando muito nos já eu também só pelo pela",
        "nl": "de van het een en in is dat op te zijn met voor niet aan er om ook als die bij door maar uit naar "
        "worden heeft werd wordt of tot over deze dit",
        "sv": "och i att det som en på är av för med den till inte om har de ett han men var jag från vi så kan "
        "när år säger under också efter eller nu sin där vid mot ska",
        "da": "og i at det er en til af på for med den de som ikke der et har han var jeg fra vi om kan men sig "
        "efter eller blev ved skal også så hun havde være bliver",
        "no": "og i det er en til på som for med av at den de ikke et har han var jeg fra vi om kan men seg etter "
        "eller ble ved skal også så hun hadde være blir hva",
        "fi": "ja on ei se että oli hän ovat mutta kun myös tai joka sen mukaan kuin ole niin hänen jos jo sekä "
        "olla vain siitä jotka tämä nyt ollut vielä kanssa sitä",
        "et": "ja on ei ta et see oli kui ka ning aga mis oma või ma nii siis kes välja veel nagu pole selle mida "
        "seda olid siin need kuid",
        "pl": "i w na z się nie że do to jest o jak po co ale od za przez są dla tym był tak być może już lub "
        "oraz ze jego jej czy które który która",
        "cs": "a se v na je že s z do o i to jako za by ale pro jsou od po které podle však nebo jeho být byl už "
        "jsem také jen které ve k který",
        "sk": "a sa v na je že s z do o aj to ako za by ale pre sú od po ktoré podľa však alebo jeho byť bol už "
        "som tiež len vo k ktorý ktorá nie",
        "sl": "in je v na se da za so ki z s pa tudi ne ali po od bi kot do še o pri ko le ni lahko med bil kar",
        "hr": "i u je se na da su za od s koji o a kao ne što bi iz do ili ali te koja koje će biti nije prema "
        "samo kako",
        "hu": "a az és hogy nem is egy ez meg de volt csak már mint van ha vagy el még azt kell ki lehet után "
        "minden pedig több amely",
        "ro": "și de în a la cu că nu pe o un din este se care mai să pentru sunt au fost ce le dar al prin sau "
        "după lui ei ca este ale",
        "tr": "ve bir bu da de için ile olarak çok daha en olan gibi kadar sonra ne var ama o mi değil ya her "
        "veya olduğu tarafından ise",
        "id": "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke karena ada adalah saya bisa "
        "oleh atau telah kata mereka sebagai lebih dapat",
        "vi": "và của là có được cho trong một các không những với người này đã khi đó từ để ra đến như cũng "
        "năm về vào ông tại nhiều",
        "ca": "de la i a que el en les l els per un d amb una del es no al dels són és més com ha aquest seva "
        "també o pel va",
        "lt": "ir kad į su yra iš bet tai kaip ne o už dėl buvo nuo apie jis jo jau tik ar prie po taip arba gali",
        "lv": "un ir ka uz no ar par tas bet kā arī lai nav ja pie pēc bija vai tikai gan šo jau tiek viņš līdz",
    },
    "cyrillic": {
        "ru": "и в не на что с он по это как а к у из за от но для его то о все так же было только бы был или "
        "при если",
        "uk": "і в не на що з та у до як за це від про але його для є по ми або був були також які який якщо при",
        "bg": "и на да се в не за от е с че по са до като но или си това при който които през има му бе",
        "sr": "и у је се на да су за од са који о а као не што би из до или али те која које ће бити није",
    },
    "arabic": {
        "ar": "في من على أن إلى التي عن مع هذا ما كان الذي هذه لا بين كل بعد أو ذلك قد كما و هو هي تم لم",
        "fa": "و در به از که این را با است برای آن یک شده بود می تا خود بر هم شد نیز یا ها اما کرد",
        "ur": "کے کی میں ہے اور سے کا کو اس ہیں نے پر کہ یہ بھی ایک تھا کر گیا جو وہ ہو نہیں لیے",
    },
}  # fmt: skip
"""Script → language → its commonest words."""
_ASKED = {
    "en": "what who whom whose when where which how why did do does done many much were had has been a can could would "
    "should there their his her its they he she into between during after before than more most one two "
    "people name type year i you your my we our us if will any does about",
    "de": "wer wen wem wessen was wann wo woher wohin wie warum wieso welche welcher welches welchen wieviel viele "
    "wurde wurden hatte hatten gibt",
    "fr": "qui que quoi quand où comment pourquoi quel quelle quels quelles combien était est-ce a-t-il fut été",
    "es": "quién quiénes qué cuándo dónde cómo cuál cuáles cuánto cuántos cuántas por fue fueron era hay",
    "it": "chi che cosa quando dove come perché quale quali quanto quanti quante fu furono era c'è",
    "pt": "quem que quando onde como porque qual quais quanto quantos quantas foi foram era há",
    "nl": "wie wat wanneer waar hoe waarom welke welk hoeveel was waren had",
    "sv": "vem vad när var hur varför vilken vilket vilka många",
    "da": "hvem hvad hvornår hvor hvordan hvorfor hvilken hvilket hvilke mange",
    "no": "hvem hva når hvor hvordan hvorfor hvilken hvilket hvilke mange",
    "fi": "kuka mikä milloin missä miten miksi kuinka mitä monta oli",
    "pl": "kto co kiedy gdzie jak dlaczego jaki jaka jakie ile",
    "cs": "kdo co kdy kde jak proč jaký jaká jaké kolik",
    "hu": "ki mi mikor hol hogyan miért melyik hány mennyi",
    "tr": "kim ne zaman nerede nasıl neden hangi kaç",
    "ru": "кто что когда где как почему какой какая какие сколько был была было",
    "uk": "хто що коли де як чому який яка які скільки був була",
    "ar": "كيف متى أين ماذا لماذا كم هل أي أية بكم بأي لدى كانت كانوا يكون تكون",
    "ro": "cine ce când unde cum care câți câte cât",
    "el": "ποιος ποια ποιο τι πότε πού πώς γιατί πόσο πόσα",
}  # fmt: skip
"""Language → further words of questions, which carry no topic."""
_ARABIC = re.compile("[يكةى]")
_NOT_ARABIC = re.compile("[پچژگکیےٹڈڑںھہۀ]")
_OWN = re.compile(r"['’]s\b")
"""Of English, where "s" is no word, as it is of others."""
FEWEST_ASKED = 2
"""A question with fewer words of a language is not taken to be in it."""

_WORDS = {
    script: {language: frozenset(words.split()) for language, words in languages.items()}
    for script, languages in _COMMON.items()
}
WORD = re.compile(r"[^\W\d_]+")


def language_of(pages: Sequence[str]) -> str:
    """ISO 639-1 code of most of the text, empty where it is not certain."""
    chosen = pages[:: max(1, len(pages) // SAMPLE_PAGES)]
    sample = " ".join(page[: SAMPLE_CHARACTERS // len(chosen)] for page in chosen)
    script = script_of(sample)
    if script not in _WORDS:
        return script
    if script == "arabic" and _arabic(sample):
        return "ar"
    words = WORD.findall(sample.lower())
    if len(words) < FEWEST_WORDS:
        return ""
    counts = Counter(words)
    shares = sorted(
        ((sum(counts[word] for word in common) / len(words), language) for language, common in _WORDS[script].items()),
        reverse=True,
    )
    (best, language), (second, _) = shares[:2]
    return language if best >= COMMON_SHARE and best >= MARGIN * second else ""


@lru_cache(maxsize=64)  # each part of an answer asks it of the same question
def language_of_question(question: str) -> str:
    """ISO 639-1 code, by its script or by the words of questions; empty where it is too short to tell."""
    found = set(WORD.findall(_OWN.sub("", question.lower())))
    counts = {language: len(found & words) for language, words in _topicless().items()}
    best = max(counts, key=lambda language: counts[language])
    if counts[best] > max(counts["en"], FEWEST_ASKED - 1):
        return best
    script = script_of(question)
    if script not in _WORDS:
        return script
    if script == "arabic":
        return "ar" if _arabic(question) else ""
    others = max(count for language, count in counts.items() if language != "en")
    return "en" if counts["en"] > others else ""


def language_among(question: str, known: Callable[[], Sequence[str]]) -> str:
    """`language_of_question`; where it is too short to tell, the one of the known languages that has most of its words.

    `known` gives other languages than English: where English has as many of the words, the known one counts.
    """
    told = language_of_question(question)
    if told:
        return told
    found = set(WORD.findall(question.lower()))
    counts = {language: len(found & topicless(language)) for language in known()}
    best = max(counts, key=lambda language: counts[language], default="")
    return best if best and counts[best] >= max(1, len(found & topicless("en"))) else ""


def _arabic(text: str) -> bool:
    """Whether the letters are those of Arabic and not of Persian or Urdu, which write some of them otherwise."""
    return bool(_ARABIC.search(text)) and not _NOT_ARABIC.search(text)


def common_words(question: str) -> frozenset[str]:
    """The words without a topic of the question's language; none where it is English or not told."""
    language = language_of_question(question)
    return frozenset() if language == "en" else topicless(language)


def topicless(language: str) -> frozenset[str]:
    """Words of a language that carry no topic, those of questions among them; none where it has no list."""
    return _topicless().get(language, frozenset())


@cache
def _topicless() -> dict[str, frozenset[str]]:
    spaced = {language: words for script in _WORDS.values() for language, words in script.items()}
    asked = {language: frozenset(words.split()) for language, words in _ASKED.items()}
    return {
        language: spaced.get(language, frozenset()) | asked.get(language, frozenset()) for language in spaced | asked
    }


def common_share(text: str) -> float:
    """Of its words of two and more letters so many are among the commonest of one language; 0 without words."""
    counts = Counter(word for word in WORD.findall(text.lower()) if len(word) > 1)
    found = [
        sum(counts[word] for word in counts.keys() & common)
        for languages in _WORDS.values()
        for common in languages.values()
    ]
    return max(found) / counts.total() if counts else 0.0


def script_languages(text: str) -> frozenset[str]:
    """The languages that are written in the script of a text; empty where it has no letters."""
    script = script_of(text)
    return frozenset(_WORDS.get(script, (script,) if script else ()))


def script_of(text: str) -> str:
    """The language where the script tells it, else the script (latin, cyrillic, arabic), empty where there is none."""
    if text.isascii():
        return "latin" if _LETTERS.search(text) else ""
    counts: Counter[str] = Counter()
    for match in _LETTERS.finditer(text):
        counts[match.lastgroup or ""] += len(match.group())
    letters = counts.total()
    kana = counts.pop("kana", 0)
    counts["han"] += kana
    if letters - counts["latin"] >= SCRIPT_SHARE * letters:
        del counts["latin"]
    script = max(counts, key=lambda name: counts[name], default="") if letters else ""
    if script == "han":
        return "ja" if kana >= KANA_SHARE * counts["han"] else "zh"
    return script
