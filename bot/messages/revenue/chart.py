"""Charts drawn with characters."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_NOTHING = "·"


def draw_bars(values: Sequence[int]) -> str:
    """Return one character per value, a bar as high as its share of the largest one; a dot for 0 and below."""
    largest = max(values, default=0)
    return "".join(_NOTHING if value <= 0 else _BARS[(value * len(_BARS) - 1) // largest] for value in values)
