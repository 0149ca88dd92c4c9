"""Frozen dataclasses that are made in a third of the time: the first frame waits for a hundred of them.

A dataclass writes and compiles its comparison, its hash and two guards against assignment for each class. Here classes
share the first two and have no guard: whoever assigns to a field is told by mypy, for which this is a dataclass as any.
"""

from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    from dataclasses import dataclass as _dataclass
    from dataclasses import fields

    def dataclass(made: type | None = None, /, *, frozen: bool = False, slots: bool = False) -> Any:
        """As `dataclasses.dataclass`, with fields that are all shown."""
        if made is None:
            return lambda made: dataclass(made, frozen=frozen, slots=slots)
        made = _dataclass(slots=slots, repr=False, eq=False)(made)
        names = [field.name for field in fields(made) if field.compare]
        made._values = property(attrgetter(*names) if names else lambda self: ())
        made.__eq__, made.__repr__ = _equal, _shown
        made.__hash__ = _hash if frozen else None
        return made

    def _equal(self: Any, other: object) -> Any:
        return self._values == other._values if other.__class__ is self.__class__ else NotImplemented

    def _hash(self: Any) -> int:
        return hash(self._values)

    def _shown(self: Any) -> str:
        told = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in fields(self))
        return f"{self.__class__.__qualname__}({told})"
