"""Answers made from a public question set: true ones reworded, and false ones that look like them.

True: a crowd worker's question turned into a statement by its answer; a sentence of the passage reworded (synonyms,
number forms, framing, order of clauses). False: the same with a number changed, a name swapped, another question's
answer in place of the right one, or a sentence of another place.
"""

import json
import random
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from phitui.answers.evidence.claims import names
from phitui.answers.evidence.quantities import quantities
from phitui.text import sentences

SYNONYMS = dict(
    pair.split("/")
    for pair in (
        "began/started located/situated known/called large/big many/numerous used/employed made/produced "
        "important/significant often/frequently built/constructed became/turned_into several/some created/established "
        "helped/assisted people/persons city/town country/nation rise/growth increase/rise around/about "
        "include/contain includes/contains included/contained died/passed_away main/principal major/chief "
        "shows/demonstrates states/declares said/stated however/yet also/too while/whereas because/since "
        "area/region areas/regions began/commenced ended/finished allowed/permitted required/obliged needed/required "
        "large/sizeable small/little whole/entire first/initial next/following different/distinct parts/portions "
        "part/portion job/position jobs/positions war/conflict fight/battle home/house children/kids "
        "founded/set_up formed/founded caused/brought_about led/resulted showed/revealed different/various "
        "usually/typically primarily/mainly mostly/largely nearly/almost "
        "method/technique problem/difficulty problems/difficulties goal/aim power/might help/aid choose/select "
        "famous/well-known rich/wealthy poor/needy believe/think believed/thought big/large fast/quick "
        "purchase/buy purchased/bought obtained/got received/got given/granted considered/regarded "
        "argued/contended claimed/asserted suggested/proposed reported/noted".split()
    )
)
_WH = re.compile(r"^(who|what|which(?:\s\w+)?|what\s(?:\w+))\s+(?=(?:\w+(?:ed|s)|was|were|is|are|had|has|led|won|"
                 r"became|made|began|gave|took|wrote|built|held|ran|found)\b)", re.IGNORECASE)  # fmt: skip
_WHEN = re.compile(r"^(?:when|in (?:what|which) year|on what date)\s+(did|was|were)\s+(.*)\?$", re.IGNORECASE)
_SPELLED = "zero one two three four five six seven eight nine ten eleven twelve".split()


@dataclass(frozen=True, slots=True)
class Made:
    """One sentence of an answer, with the passages that the model would have seen."""

    kind: str
    sentence: str
    passages: tuple[str, ...]
    true: bool


def made_claims(shared_data: Path, documents: list[str], each: int, seed: int = 7) -> list[Made]:
    """About `each` claims of each kind, from these documents (by file name without suffix)."""
    rng = random.Random(seed)
    paragraphs = [json.loads(line) for line in (shared_data / "squad/paragraphs.jsonl").read_text().splitlines()]
    questions = [json.loads(line) for line in (shared_data / "squad/questions.jsonl").read_text().splitlines()]
    by_document: dict[str, list[dict]] = {}
    for row in paragraphs:
        by_document.setdefault(Path(row["document"]).stem, []).append(row)
    texts = {row["paragraph"]: row["text"] for row in paragraphs}
    asked = [row for row in questions if Path(row["path"]).stem in documents]
    rng.shuffle(asked)
    makers = {
        "answered": lambda row: _answered(row, row["answers"][0]),
        "reworded": lambda row: _reworded(_sentence(row, texts, rng), rng),
        "joined": lambda row: _joined(texts[row["paragraph"]], rng),
        "number changed": lambda row: _number_changed(_either(row, texts, rng), texts[row["paragraph"]], rng),
        "name swapped": lambda row: _name_swapped(_either(row, texts, rng), row, by_document, rng),
        "other answer": lambda row: _other_answer(row, asked, rng),
        "other document": lambda row: _elsewhere(row, by_document, rng, same=False),
        "other place": lambda row: _elsewhere(row, by_document, rng, same=True),
    }
    found: list[Made] = []
    for kind, make in makers.items():
        count = 0
        for row in asked:
            sentence = make(row)
            if sentence is None or count == each:
                continue
            near = [p for p in by_document[Path(row["path"]).stem] if p["paragraph"] != row["paragraph"]]
            passages = [texts[row["paragraph"]], *(p["text"] for p in rng.sample(near, min(2, len(near))))]
            if kind == "other place" and any(sentence[-30:] in text or sentence[:30] in text for text in passages):
                continue
            rng.shuffle(passages)
            count += 1
            found.append(Made(kind, sentence, tuple(passages), kind in ("answered", "reworded", "joined")))
    return found


def _answered(row: dict, answer: str) -> str | None:
    """The question as a statement: "Who proclaimed it?" and "Arab producers" make "Arab producers proclaimed it."."""
    question = " ".join(row["question"].split())
    found = _WH.match(question)
    if found and question.endswith("?"):
        return f"{answer[0].upper()}{answer[1:]} {question[found.end() : -1].strip()}."
    found = _WHEN.match(question)
    if found and found[1].lower() != "did" and re.search(r"\d{3}", answer):
        words = found[2].split()
        for place in range(1, len(words)):
            if words[place].endswith("ed"):
                return (
                    f"{' '.join(words[:place])} {found[1].lower()} {' '.join(words[place:])} in {answer}.".capitalize()
                )
    return None


def _sentence(row: dict, texts: dict[int, str], rng: random.Random) -> str | None:
    text = texts[row["paragraph"]]
    found = [text[a:b] for a, b in sentences(text) if 8 <= len(text[a:b].split()) <= 35]
    return " ".join(rng.choice(found).split()) if found else None


def _either(row: dict, texts: dict[int, str], rng: random.Random) -> str | None:
    return _answered(row, row["answers"][0]) if rng.random() < 0.5 else _reworded(_sentence(row, texts, rng), rng)


def _reworded(sentence: str | None, rng: random.Random) -> str | None:
    if sentence is None:
        return None
    text = re.sub(r"\s\([^)]*\)", "", sentence)
    words = []
    for word in text.split():
        bare = word.strip(".,;:")
        if bare in SYNONYMS and rng.random() < 0.8:
            word = word.replace(bare, SYNONYMS[bare].replace("_", " "))
        if bare in ("very", "also", "quite", "generally", "particularly") and rng.random() < 0.7:
            continue
        if re.fullmatch(r"\d{1,3}(,\d{3})+", bare) and rng.random() < 0.7:
            word = word.replace(bare, bare.replace(",", ""))
        if bare.isdigit() and int(bare) <= 12 and rng.random() < 0.4:
            word = word.replace(bare, _SPELLED[int(bare)])
        if bare in _SPELLED[2:] and rng.random() < 0.6:
            word = word.replace(bare, str(_SPELLED.index(bare)))
        words.append(word.replace("%", " percent") if rng.random() < 0.5 else word)
    text = " ".join(words)
    opening = re.match(r"^((?:In|On|At|By|After|During|From)\s[^,]{3,40}),\s(.+)\.$", text)
    if opening and rng.random() < 0.7:
        text = f"{opening[2][0].upper()}{opening[2][1:]} {opening[1][0].lower()}{opening[1][1:]}."
    if rng.random() < 0.2:
        text = rng.choice(["According to the passage, ", "The document states that ", "In short, "]) + text
    return text


def _joined(text: str, rng: random.Random) -> str | None:
    found = [" ".join(text[a:b].split()) for a, b in sentences(text)]
    pairs = [(a, b) for a, b in pairwise(found) if min(len(a.split()), len(b.split())) >= 5 and len(a + b) < 260]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    return f"{one.rstrip('.')}, and {other[0].lower() if not names('x ' + other[:12]) else other[0]}{other[1:]}"


def _number_changed(sentence: str | None, passage: str, rng: random.Random) -> str | None:
    found = re.findall(r"(?<![\w.,-])\d{1,3}(?:,\d{3})+|(?<![\w.,-])\d+(?:\.\d+)?(?![\w,-])", sentence or "")
    if not sentence or not found:
        return None
    old = rng.choice(found)
    value = float(old.replace(",", ""))
    for _ in range(20):
        new = (
            value + rng.choice([-10, -3, -2, -1, 1, 2, 3, 10, 20])
            if value < 2200
            else value * rng.choice([0.5, 0.9, 1.2, 2])
        )
        if new > 0 and not any(each.value == new for each in quantities(passage)):
            shown = f"{new:,.0f}" if "," in old else f"{new:.0f}" if "." not in old else f"{new:.1f}"
            if shown != old:
                return re.sub(rf"(?<![\w.,-]){re.escape(old)}(?![\w,-])", shown, sentence, count=1)
    return None


def _name_swapped(
    sentence: str | None, row: dict, by_document: dict[str, list[dict]], rng: random.Random
) -> str | None:
    own = [name for name in names(sentence or "") if len(name) > 2]
    if not sentence or not own:
        return None
    old = rng.choice(own)
    pool = by_document[Path(row["path"]).stem] if rng.random() < 0.5 else rng.choice(list(by_document.values()))
    others = [name for p in rng.sample(pool, min(6, len(pool))) for name in names(p["text"]) if len(name) > 3]
    others = [name for name in others if name.lower()[:4] != old.lower()[:4] and name.lower() not in sentence.lower()]
    return re.sub(rf"\b{re.escape(old)}\b", rng.choice(others), sentence, count=1) if others else None


def _other_answer(row: dict, asked: list[dict], rng: random.Random) -> str | None:
    right = {" ".join(each.lower().split()) for each in row["answers"]}
    number = any(char.isdigit() for char in row["answers"][0])
    name = row["answers"][0][:1].isupper()
    if not (number or name):
        return None
    others = [
        each["answers"][0]
        for each in asked
        if each["path"] == row["path"]
        and any(char.isdigit() for char in each["answers"][0]) == number
        and each["answers"][0][:1].isupper() == name
        and each["paragraph"] != row["paragraph"]
    ]
    others = [each for each in others if not any(each.lower() in one or one in each.lower() for one in right)]
    return _answered(row, rng.choice(others)) if others else None


def _elsewhere(row: dict, by_document: dict[str, list[dict]], rng: random.Random, same: bool) -> str | None:
    own = Path(row["path"]).stem
    document = own if same else rng.choice([each for each in by_document if each != own])
    place = rng.choice([p for p in by_document[document] if p["paragraph"] != row["paragraph"]])
    text = place["text"]
    found = [text[a:b] for a, b in sentences(text) if 8 <= len(text[a:b].split()) <= 35]
    return " ".join(rng.choice(found).split()) if found else None
