"""What a model of its size can use of what was found, and whether its own words count (handbook, "Measurements")."""

from phitui.models.engine import Engine

QUOTES_ALONE = 300
"""Tokens. A budget that small goes to the quotes and what they lean on, instead of to whole passages."""
SMALLEST_MODELS, LARGE_MODELS = 1_000_000_000, 3_000_000_000
"""Weights. The smallest models end in loops under long prompts; large ones with a long window can use more."""
BUDGET, LARGE_BUDGET = 700, 1500
"""Tokens of passages."""
LONG_WINDOW = 8192
"""Tokens."""


def smallest(engine: Engine) -> bool:
    """Whether it is one of the smallest models. One whose size is unknown counts as middling."""
    return 0 < engine.parameters < SMALLEST_MODELS


def evidence_budget(engine: Engine) -> int:
    """Tokens of passages for the loaded model."""
    if smallest(engine):
        return QUOTES_ALONE
    large = engine.parameters > LARGE_MODELS and engine.context_window > LONG_WINDOW
    return LARGE_BUDGET if large else BUDGET
