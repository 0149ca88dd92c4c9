"""What a benchmark yields."""

from typing import Any

Row = dict[str, Any]
"""{"bench", "case", "value", "unit", "ratio"}: `ratio` is to the row it is compared with, null for that one."""
