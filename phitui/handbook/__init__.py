"""phitui's own manual: the PDF that `--demo` opens, and questions to begin with."""

from pathlib import Path

HANDBOOK = Path(__file__).with_name("handbook.pdf")
"""Built from the Markdown files beside it by `python -m phitui.workshop.handbook`."""

EXAMPLE_QUESTIONS: tuple[str, str, str] = (
    "How do I pin a passage?",
    "Where does phitui keep my files?",
    "What do I do with an encrypted PDF?",
)
"""Each has its answer in a sentence or two of the handbook."""
