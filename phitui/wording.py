"""What both faces say in the same words."""

from phitui.records import CheckedSentence


def remark(sentence: CheckedSentence) -> str:
    """What is wrong with a sentence of an answer, in a few words; empty where it is supported."""
    if sentence.supported:
        return ""
    if not sentence.claims:
        return f"no claim: {sentence.reason}" if sentence.reason else "no claim"
    if sentence.verdict == "contradicted" and not sentence.conflicts:
        return "the passage says otherwise"
    if sentence.verdict == "related":
        lacking = f": not said of it: {', '.join(sentence.unsupported_words)}" if sentence.unsupported_words else ""
        return f"the passage is only about the same{lacking}"
    if sentence.conflicts:
        said, source = sentence.conflicts[0]
        return f"says {said}, the passage {source}"
    lacking = f"not in the passages: {', '.join(sentence.unsupported_words)}" if sentence.unsupported_words else ""
    return f"partly: {lacking}" if lacking and sentence.citations else lacking or sentence.verdict


def with_advice(reason: str | None, advice: str | None) -> str:
    """Why a document is not as it should be, and what to do about it, which depends on who says it."""
    return ". ".join(each.rstrip(".") for each in (reason, advice) if each) + "." if advice else reason or ""
