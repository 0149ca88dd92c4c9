"""Pairs made up from names and small tables: who did what to whom, comparisons, amounts, what belongs to what."""

import random
from collections.abc import Iterator, Sequence

from phitui.workshop.claims.pair import NAME, SENTENCE, Pair
from phitui.workshop.claims.wordnet import inflected

# ── who did what to whom, made up ────────────────────────────────────────────────────────────────────────────

_VERBS = (
    "replace:replaced succeed:succeeded defeat:defeated appoint:appointed attack:attacked support:supported "
    "influence:influenced criticise:criticised accuse:accused buy:bought found:founded join:joined lead:led "
    "teach:taught help:helped invite:invited pay:paid follow:followed visit:visited sue:sued fund:funded "
    "acquire:acquired advise:advised reject:rejected recognise:recognised contact:contacted inspire:inspired "
    "hire:hired dismiss:dismissed rescue:rescued arrest:arrested supply:supplied overtake:overtaken "
    "control:controlled precede:preceded approve:approved oppose:opposed contain:contained cause:caused "
    "produce:produced absorb:absorbed attract:attracted protect:protected notify:notified inspect:inspected"
).split()
_PAST = {"overtake": "overtook"}
VOICES = 3200
COMPARISONS = 3600
QUANTITIES = 2400
BINDINGS = 6000


def _named(pairs: Sequence[Pair], chance: random.Random) -> list[str]:
    found: set[str] = set()
    for pair in chance.sample(pairs, min(len(pairs), 12000)):
        found.update(name for name in NAME.findall(pair.premise) if len(name) > 3 and len(name.split()) <= 3)
    return sorted(found)


_ROLES = (
    "the committee, the ministry, the company, the council, the king, the editor, the court, the teachers, the union, "
    "the emperor, the agency, the registrant, the supplier, the landlord, the tenant, the library, the reader process, "
    "the server, the client, the index, the new bridge, the old railway, the northern lake, the valley, the river, "
    "the eastern district, the engine, the pump, the older model, the second edition, oxygen, nitrogen, copper, iron, "
    "the larvae, the adults, the bacteria, the plants, the students, the nurses, the farmers, the merchants, "
    "the provider, the copyright owner, the manufacturer, the importer, the pharmacist, the patients"
).split(", ")


def _two(names: Sequence[str], chance: random.Random) -> tuple[str, str]:
    one, other = chance.sample(names if chance.random() < 0.6 else _ROLES, 2)
    return one, other


def _told(text: str, filler: str, chance: random.Random) -> str:
    """A premise: the sentence, sometimes beside another one."""
    text = text[0].upper() + text[1:]
    return chance.choice((text, text, f"{text} {filler}", f"{filler} {text}"))


def _said(text: str) -> str:
    return text[0].upper() + text[1:]


def _fillers(pairs: Sequence[Pair], chance: random.Random) -> list[str]:
    some = [each for each in chance.sample(pairs, min(len(pairs), 9000)) if not each.source.startswith("curriculum")]
    return [text for pair in some for text in SENTENCE.split(pair.premise)[:1] if 5 <= len(text.split()) <= 22]


def voices(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    names, fillers = _named(pairs, chance), _fillers(pairs, chance)
    tails = ("", " in the end", " a year later", " during the war", f" in {chance.randint(1200, 2020)}", " that spring")
    for _ in range(VOICES // 4):
        verb, done = chance.choice(_VERBS).split(":")
        past = _PAST.get(verb, done)
        one, other = _two(names, chance)
        tail = chance.choice(tails)
        active = [
            f"{{0}} {past} {{1}}{tail}.",
            f"it was {{0}} that {past} {{1}}{tail}.",
            f"{{0}} had {done} {{1}}{tail}.",
        ]
        passive = [f"{{1}} was {done} by {{0}}{tail}.", f"{{1}} had been {done} by {{0}}{tail}."]
        premise = _told(chance.choice(active + passive).format(one, other), chance.choice(fillers), chance)
        for form in chance.sample(active + passive, 2):
            yield Pair(premise, _said(form.format(one, other)), "entailment", "made_voice")
            yield Pair(premise, _said(chance.choice(active + passive).format(other, one)), "not", "made_voice")


_GRADES = (
    "larger/smaller taller/shorter older/younger faster/slower cheaper/costlier heavier/lighter warmer/colder "
    "earlier/later stronger/weaker richer/poorer wider/narrower deeper/shallower longer/shorter closer/farther"
).split()
_MEASURES = (
    "members, inhabitants, employees, visitors, votes, students, ships, pages, territory, rain, money, energy, "
    "medals, languages, support, trade, workers, cases"
).split(", ")


def comparisons(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    names, fillers = _named(pairs, chance), _fillers(pairs, chance)
    for _ in range(COMPARISONS // 4):
        one, other = _two(names, chance)
        if chance.random() < 0.55:
            up, down = chance.choice(_GRADES).split("/")
            much = chance.choice(("", "", "much ", "slightly ", "considerably "))
            same = [f"{{0}} is {much}{up} than {{1}}.", f"{{1}} is {much}{down} than {{0}}.",
                    f"compared with {{1}}, {{0}} is {up}.", f"{{0}} is the {up} one, {{1}} the {down}."]  # fmt: skip
        else:
            noun, verb = chance.choice(_MEASURES), chance.choice(("has", "had", "gained", "received"))
            less = "less" if noun in ("territory", "rain", "money", "energy", "support", "trade") else "fewer"
            share = chance.choice(("", "", f"{chance.randint(5, 90)} percent ", "far "))
            same = [f"{{0}} {verb} {share}more {noun} than {{1}}.", f"{{1}} {verb} {less} {noun} than {{0}}.",
                    f"{{0}} {verb} more {noun} than {{1}} {'does' if verb == 'has' else 'did'}.",
                    f"unlike {{1}}, {{0}} {verb} many {noun}."][:3]  # fmt: skip
        told = chance.choice(same)
        premise = _told(told.format(one, other), chance.choice(fillers), chance)
        for form in chance.sample([each for each in same if "percent" not in each or each == told], 2):
            yield Pair(premise, _said(form.format(one, other)), "entailment", "made_comparison")
        for form in chance.sample(same, 2):
            yield Pair(premise, _said(form.format(other, one)), "contradiction", "made_comparison")


_SHARES_OF = (
    ("a quarter of", "25 percent of", "one in four of", "one fourth of", "25% of"),
    ("half of", "50 percent of", "one in two of", "50% of", "every second one of"),
    ("three quarters of", "75 percent of", "three out of four of", "75% of"),
    ("a third of", "one in three of", "about 33 percent of", "one third of"),
    ("two thirds of", "about 67 percent of", "two out of three of"),
    ("a fifth of", "20 percent of", "one in five of", "20% of"),
    ("a tenth of", "10 percent of", "one in ten of"),
    ("all of", "every one of", "100 percent of", "the whole of"),
    ("none of", "not one of", "not any of"),
)
_CHANGES = (
    ("doubled", "rose twofold", "became twice as large", "increased by 100 percent"),
    ("tripled", "rose threefold", "became three times as large"),
    ("quadrupled", "rose fourfold", "became four times as large"),
    ("halved", "fell by half", "fell by 50 percent", "shrank to half its size"),
    ("rose by a quarter", "increased by 25 percent", "went up by 25%"),
    ("stayed the same", "did not change", "remained unchanged"),
)
_HELD = "the members, the voters, the samples, the land, the exports, the income, the ships, the houses".split(", ")
_DOING = (
    "came from the north, were lost, supported it, were sold abroad, belonged to the state, failed, were tested".split(
        ", "
    )
)
_GROWN = "the price, the population, the number of members, the debt, revenue, the area, production, the rent".split(
    ", "
)


def quantities(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    fillers = _fillers(pairs, chance)
    for _ in range(QUANTITIES // 4):
        groups: Sequence[Sequence[str]]
        if chance.random() < 0.6:
            groups, frame = _SHARES_OF, f"{{}} {chance.choice(_HELD)} {chance.choice(_DOING)}."
        else:
            when = chance.choice(("", " in ten years", f" by {chance.randint(1800, 2020)}"))
            groups, frame = _CHANGES, f"{chance.choice(_GROWN)} {{}}{when}."
        right, wrong = chance.sample(groups, 2)
        premise = _told(frame.format(chance.choice(right)), chance.choice(fillers), chance)
        for each in chance.sample(right, 2):
            yield Pair(premise, _said(frame.format(each)), "entailment", "made_quantity")
        yield Pair(premise, _said(frame.format(chance.choice(wrong))), "contradiction", "made_quantity")
        yield Pair(premise, _said(frame.format(chance.choice(wrong))), "contradiction", "made_quantity")


_KEYS = (
    "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 a b c d e g i j k m n o p r s t u v w x y z enter esc tab space / ? ctrl+s ctrl+p "
    "ctrl+r alt+j"
).split()
_ACTS = (
    "copy copies, open opens, close closes, pin pins, exclude excludes, delete deletes, rename renames, save saves, "
    "move moves, hide hides, show shows, search searches, export exports, import imports, print prints, undo undoes, "
    "start starts, stop stops, mark marks, fold folds, reload reloads, select selects, add adds, remove removes"
).split(", ")
_THINGS = (
    "the code, the answer, the passage, the document, the library, the page, the conversation, the model, the buffer, "
    "the list, the pane, the question, the log, the quote, the citation, the folder, the window, the file, the note, "
    "the settings, the table, the picture, the search"
).split(", ")
_VALUES = (
    "0 1 2 3 4 5 8 10 12 16 20 24 30 32 50 64 100 128 256 512 1024 2048 on off auto none English dark fp16"
).split()
_OPTIONS = (
    "the temperature, the seed, the timeout, the window, the width, the number of hits, the font size, the limit, "
    "the language, the theme, the batch size, the port, the cache, the delay, the margin, the number of columns, "
    "the maximum speed, the minimum age, the fee, the deadline, the reward"
).split(", ")


def bindings(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    """Keys and values beside those of other things: which belongs to which."""
    fillers = _fillers(pairs, chance)
    for _ in range(BINDINGS // 4):
        if chance.random() < 0.5:
            facts = []
            for key in chance.sample(_KEYS, 3):
                act, acts = chance.choice(_ACTS).split()
                facts.append((key, act, acts, chance.choice(_THINGS)))
            forms = ["{k} {acts} {o}.", "press {k} to {act} {o}.", "to {act} {o}, press {k}.",
                     "{o} can be {d} with {k}.",
                     "the key that {acts} {o} is {k}.", "with {k} you {act} {o}.", "{k} is for {ing} {o}."]  # fmt: skip
            made = [
                {"k": k, "act": act, "acts": acts, "o": o, "d": inflected(act, "ed"), "ing": inflected(act, "ing")}
                for k, act, acts, o in facts
            ]
            mixed_up = [{**made[0], "k": made[1]["k"]}, {**made[0], "o": made[1]["o"]},
                        {**made[0], **{part: made[2][part] for part in ("act", "acts", "d", "ing")}}]  # fmt: skip
            table = "key action " + " ".join(f"{k} {acts} {o}" for k, _, acts, o in facts)
        else:
            options, values = chance.sample(_OPTIONS, 3), chance.sample(_VALUES, 3)
            made = [{"o": option, "v": value} for option, value in zip(options, values, strict=True)]
            forms = ["{o} is {v}.", "{o} is {v} by default.", "the default of {o} is {v}.", "{o} is set to {v}.",
                     "{v} is the value of {o}.", "for {o}, the value {v} is used."]  # fmt: skip
            mixed_up = [
                {**made[0], "v": made[1]["v"]},
                {**made[0], "o": made[1]["o"]},
                {**made[0], "v": chance.choice(_VALUES)},
            ]
            table = "setting default " + " ".join(f"{each['o'].removeprefix('the ')} {each['v']}" for each in made)
        mixed_up = [each for each in mixed_up if each not in made]
        shape = chance.random()
        if shape < 0.35:
            premise = table
        elif shape < 0.8:
            premise = " ".join(_said(chance.choice(forms).format(**each)) for each in chance.sample(made, len(made)))
        else:
            premise = _told(chance.choice(forms).format(**made[0]), chance.choice(fillers), chance)
        for form in chance.sample(forms, 2):
            yield Pair(premise, _said(form.format(**made[0])), "entailment", "made_binding")
        for wrong in chance.sample(mixed_up, min(2, len(mixed_up))):
            yield Pair(premise, _said(chance.choice(forms).format(**wrong)), "not", "made_binding")
