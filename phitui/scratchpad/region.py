"""A part of a text that a model writes: from the cursor on, or in the place of what is chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from phitui.models.engine import Engine
from phitui.scratchpad.fences import extract_code
from phitui.scratchpad.languages import Language, only

FENCE = "```"
CLOSED = f"\n{FENCE}"
BLANKS = " \t"
LIKE = 2
"""Lines of what follows the region that a model repeats where it has come to the region's end; or the first alone,
"""
TELLING = 10
"""where it has so many letters: a bracket or a `return` stands in many places."""
LARGEST_SHARE = 8
"""Where the text does not fit, an eighth of it goes at a time."""


@dataclass(frozen=True, slots=True)
class Region:
    """Offsets into a text; where they are equal, the cursor's place."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Around:
    """What stands before a region, in it, and behind it."""

    before: str
    inside: str
    behind: str

    @classmethod
    def of(cls, text: str, region: Region) -> "Around":
        return cls(text[: region.start], text[region.start : region.end], text[region.end :])

    def with_written(self, written: str, language: Language) -> str:
        """The text with what the model wrote so far in the region's place."""
        piece = self._piece(written, language)
        if not piece.strip():
            return self.before + self.inside + self.behind
        whole_lines = (self.before or "\n").endswith("\n") and (self.inside or "\n").endswith("\n")
        if whole_lines and self.behind:
            piece = piece.rstrip(" \t").removesuffix("\n") + "\n"
        # A model was shown the text without the spaces before the region: what it wrote may begin with its own.
        before = self.before.rstrip(BLANKS) if piece[0] in f"{BLANKS}\n" else self.before
        return before + piece + self.behind

    def _piece(self, written: str, language: Language) -> str:
        if written.lstrip().startswith(FENCE):  # it began anew
            written = extract_code(written, language.prose).rstrip("\n")
            if self.before.strip() and written.startswith(self.before.rstrip()):
                written = written[len(self.before.rstrip()) :]
                written = written.removeprefix("\n") if self.before.endswith("\n") else written
        elif not language.prose:
            written = written.split(CLOSED)[0]
        return _until(written, self.behind)


def _until(written: str, behind: str) -> str:
    """What was written up to where it goes on with what stands behind the region anyway."""
    following = list(islice((line.rstrip() for line in behind.splitlines() if line.strip()), LIKE))
    if not following or len("".join(following).strip()) < LIKE:
        return written
    lines = written.splitlines(keepends=True)
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for place, number in enumerate(filled):
        next_ones = [lines[each].rstrip() for each in filled[place : place + len(following)]]
        if next_ones == following or (next_ones[0] == following[0] and len(following[0].strip()) >= TELLING):
            return "".join(lines[:number]).rstrip("\n") + ("" if behind.startswith("\n") else "\n")
    return written


def region_prompt(
    engine: Engine, instruction: str, language: Language, around: Around, fits: Callable[[str], bool], context: str = ""
) -> str:
    """A prompt whose answer has begun with what stands before the region, so that the model goes on there.

    Where it does not fit, what is farthest from the region is left out.
    """
    before, behind = around.before.splitlines(keepends=True), around.behind.splitlines(keepends=True)
    while True:
        prompt = _prompt(engine, instruction, language, before, around.inside, behind, context)
        if fits(prompt) or not (before or behind):
            return prompt
        if len(behind) > len(before) // 2:
            behind = behind[: len(behind) - max(1, len(behind) // LARGEST_SHARE)]
        else:
            before = before[max(1, len(before) // LARGEST_SHARE) :]


def _prompt(
    engine: Engine,
    instruction: str,
    language: Language,
    before: Sequence[str],
    inside: str,
    behind: Sequence[str],
    context: str,
) -> str:
    what = "text" if language.prose else "code"
    content = only(language, instruction)
    if inside.strip():
        content += f"\n\nWrite anew this part of the {what} only:\n{inside.rstrip()}"
    if "".join(behind).strip():
        content += f"\n\nIt is followed by:\n{''.join(behind).rstrip()}"
    so_far = "".join(before).rstrip(BLANKS)
    # What a model takes for its control tokens is defused inside of content alone: then it cannot stand in the answer.
    begun = so_far.strip() in engine.wrap(so_far, "code")
    if so_far.strip() and not begun:
        content += f"\n\nThe {what} before it:\n{so_far}"
    if context:
        content = f"{context}\n\n{content}"
    prompt = engine.wrap(content, "code")
    if not begun:
        return prompt
    gap = "" if prompt.endswith(("\n", " ")) else "\n"
    return prompt + (gap + so_far if language.prose else f"{gap}{FENCE}{language.name}\n{so_far}")
