"""Where two texts differ, word by word."""

from difflib import SequenceMatcher


def word_diff(one: str, other: str) -> str:
    """The other text; [-what it lacks-] and {+what it has more+} are marked, as git does."""
    before, after = one.split(), other.split()
    parts = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(" ".join(after[c:d]))
            continue
        if b > a:
            parts.append(f"[-{' '.join(before[a:b])}-]")
        if d > c:
            parts.append(f"{{+{' '.join(after[c:d])}+}}")
    return " ".join(parts)
