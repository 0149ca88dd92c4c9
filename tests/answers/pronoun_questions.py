"""Follow-ups made of a public question set: a name becomes a pronoun, the question before is about another page."""

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path

NAMED = {
    "Nikola_Tesla": ("Tesla", "he"),
    "Genghis_Khan": ("Genghis Khan", "he"),
    "Martin_Luther": ("Luther", "he"),
    "Normans": ("Normans", "they"),
    "Huguenot": ("Huguenots", "they"),
    "Warsaw": ("Warsaw", "it"),
    "Apollo_program": ("Apollo", "it"),
    "Victoria_(Australia)": ("Victoria", "it"),
    "Kenya": ("Kenya", "it"),
    "Black_Death": ("plague", "it"),
    "Jacksonville__Florida": ("Jacksonville", "it"),
    "Rhine": ("Rhine", "it"),
    "Doctor_Who": ("Doctor Who", "it"),
    "Harvard_University": ("Harvard", "it"),
    "Fresno__California": ("Fresno", "it"),
    "Newcastle_upon_Tyne": ("Newcastle", "it"),
    "Oxygen": ("oxygen", "it"),
    "Steam_engine": ("steam engine", "it"),
    "Islamism": ("Islamism", "it"),
}
"""Document → its name, and the pronoun for it."""
OWNED = {"he": "his", "it": "its", "they": "their"}
MEANT = {"he": "him", "it": "it", "they": "them"}


@dataclass(frozen=True, slots=True)
class PronounQuestion:
    """`follow_up` is `question` with a pronoun for the name; `first` names it."""

    first: str
    follow_up: str
    question: str
    path: str
    pages: tuple[int, ...]


def pronoun_questions(file: Path, count: int, seed: int = 3) -> list[PronounQuestion]:
    """So many, drawn by seed."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    rng = random.Random(seed)
    made = []
    for stem, (name, pronoun) in NAMED.items():
        pattern = re.compile(rf"\b(?:the )?{name}\b(?P<owned>['’]s)?", re.IGNORECASE)
        about = [row for row in rows if Path(row["path"]).stem == stem and pattern.search(row["question"])]
        for row in about:
            elsewhere = [other["question"] for other in about if other["pages"] != row["pages"]]
            if elsewhere:
                found = pattern.search(row["question"])
                before, after = row["question"][: found.start()], row["question"][found.end() :]
                object_of = re.search(r"\b(?:of|in|to|by|for|from|with|at|on|about) $", before)
                said = OWNED[pronoun] if found["owned"] else MEANT[pronoun] if object_of else pronoun
                first, follow_up = rng.choice(elsewhere), before + said + after
                made.append(PronounQuestion(first, follow_up, row["question"], row["path"], tuple(row["pages"])))
    return rng.sample(made, count)
