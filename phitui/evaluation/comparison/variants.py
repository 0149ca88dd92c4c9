"""What is compared: a model, with adapters or without, and settings of its own."""

import os
import re
from dataclasses import dataclass

from phitui.answers.request import Request
from phitui.errors import UsageError
from phitui.models.engine import Sampling
from phitui.settings import Settings, override, parsed
from phitui.text import one_line

CHANGED = (
    "passages evidence_tokens bound max_tokens thought_tokens temperature top_p top_k min_p repetition_penalty seed"
).split()
"""Settings that a variant may have of its own."""
_SETTING = re.compile(r",([a-z_]+)=([^,]*)$")


@dataclass(frozen=True, slots=True)
class Variant:
    """One of those that answer."""

    name: str
    """As it was typed."""
    model: str
    adapters: tuple[str, ...]
    settings: Settings

    @classmethod
    def of(cls, typed: str, settings: Settings) -> "Variant":
        """`MODEL[+ADAPTER…][,SETTING=VALUE…]`, such as smollm2+my-adapter,temperature=0.7. Raises UsageError."""
        rest, where = typed, f"--models {one_line(typed, 80)}"
        while found := _SETTING.search(rest):
            key, value = found[1], found[2]
            if key not in CHANGED:
                raise UsageError(
                    f"{where}: {one_line(key, 40)} is none of the settings that differ ({', '.join(CHANGED)})."
                )
            settings = override(settings, key, parsed(key, value), where)
            rest = rest[: found.start()]
        model, *adapters = [rest] if os.path.exists(os.path.expanduser(rest)) else rest.split("+")
        if not model or not all(adapters):
            raise UsageError(f"{where}: it names no model, or an adapter without a name.")
        return cls(typed, model, tuple(adapters), settings)

    def request(self, question: str) -> Request:
        """The question, to be answered in its way; nothing is kept."""
        chosen = self.settings
        return Request(
            question,
            passages=chosen.passages,
            evidence_tokens=chosen.evidence_tokens,
            sampling=Sampling.of(chosen),
            words_first=False,
            bound=chosen.bound,
            save=False,
        )
