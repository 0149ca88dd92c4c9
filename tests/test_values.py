"""Dataclasses that share their comparison are what those of the standard library are."""

import pickle
from dataclasses import asdict, dataclass, field, replace

from phitui import values


@values.dataclass(frozen=True, slots=True)
class Made:
    name: str
    number: int = 1
    aside: list[int] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Plain:
    name: str
    number: int = 1
    aside: list[int] | None = field(default=None, compare=False)


@values.dataclass(frozen=True, slots=True)
class Nothing:
    pass


def test_they_compare_show_and_copy_as_others_do():
    made, plain = Made("a", aside=[1]), Plain("a", aside=[1])
    others: list[object] = [Made("a"), Made("b"), plain]
    assert [made == each for each in others] == [True, False, False]
    assert hash(made) == hash(plain)
    assert repr(made) == repr(plain).replace("Plain", "Made")
    assert asdict(made) == asdict(plain)
    assert asdict(replace(made, number=2)) == asdict(replace(plain, number=2))
    assert pickle.loads(pickle.dumps(made)) == made
    assert Nothing() == Nothing() and len({Nothing(), Nothing()}) == 1
    assert not hasattr(made, "__dict__")
