"""The screen in ASCII, for terminals and fonts that have no more: each sign of phitui's own as one that all have."""

_SIGNS = {
    "─": "-", "│": "|", "┬": "+", "▸": ">", "▌": ">", "›": ">", "→": ">", "←": "<", "↑": "^", "↓": "v", "·": "-",
    "…": "~", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "‑": "-", "×": "x", "✗": "x",
    "✓": "v", "★": "*", "●": "*", "◐": "o", "○": "o", "◉": "@", "█": "#", "▇": "#", "▓": "+", "▒": "=", "░": ".",
    "▁": "_", "▀": "^", "≠": "!", "\xa0": " ",
}  # fmt: skip
"""Each takes as many cells as what it stands for. Letters of documents stay as they are."""
TABLE = str.maketrans(_SIGNS)


def plain(written: str) -> str:
    """What goes to the terminal, in these signs."""
    return written.translate(TABLE)
