"""Whether the tables of a warehouse still hold the load of a snapshot: sums of a query against those stored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.metrics.cube import WINDOW_MONTHS, Cube, Label
from core.metrics.retention import MEASURES
from core.months import Month, Window

_Sums = NDArray[np.int64]
# Where a window starts decides these, wherever it ends.
_AT_START = [MEASURES.index(name) for name in ("starting", "base")]
# Their sum is the MRR at the end of a window, at the rates of the end.
_AT_END = [MEASURES.index(name) for name in ("ending", "new", "reactivated", "fx_effect")]
_STARTING = MEASURES.index("starting")


def is_of_same_load(stored: Cube, queried: Cube, window: Window | None) -> bool:
    """Tell whether the sums of a query are those that are stored, as far as these reach.

    Of a window that is not stored that is the MRR of each value at its start, and that of the company at its end.

    Args:
        stored: the figures of a snapshot.
        queried: the sums of all accounts by some of the dimensions.
        window: the one window that was asked for; None for those of 1, 3 and 12 months.

    """
    dimensions = {dimension for dimension, _ in queried.labels}
    labels = list(dict.fromkeys((*queried.labels, *(label for label in stored.labels if label[0] in dimensions))))
    if window and window.end > max((one.end for one in stored.windows), default=window.end):
        # It is that of its start alone, as of the last close.
        total = _measure_at_end(stored, window.start)
        return total is None or total == int(_read(queried, window, labels)[0, _STARTING])
    if window is None or window.months in WINDOW_MONTHS:
        windows = [window] if window else sorted({*stored.windows, *queried.windows})
        return all(np.array_equal(_read(stored, one, labels), _read(queried, one, labels)) for one in windows)
    sums = _read(queried, window, labels)
    begun = next((one for one in stored.windows if one.start == window.start), None)
    if begun and not np.array_equal(_read(stored, begun, labels)[:, _AT_START], sums[:, _AT_START]):
        return False
    total = _measure_at_end(stored, window.end)
    return total is None or total == int(sums[0, _AT_END].sum())


def _read(cube: Cube, window: Window, labels: Sequence[Label]) -> _Sums:
    """Return (labels, measures) the sums of a window; zeros where a cube has none."""
    sums = np.zeros((len(labels), len(MEASURES)), dtype=np.int64)
    if window in cube.windows:
        row, columns = cube.windows.index(window), {label: column for column, label in enumerate(cube.labels)}
        places = [place for place, label in enumerate(labels) if label in columns]
        sums[places] = cube.sums[row, [columns[labels[place]] for place in places]]
    return sums


def _measure_at_end(stored: Cube, close: Month) -> int | None:
    """Return the MRR of the company at a close, at the rates of that close; None where no stored window has it."""
    for row, window in enumerate(stored.windows):
        if window.start == close:
            return int(stored.sums[row, 0, _STARTING])
        if window.end == close:
            return int(stored.sums[row, 0, _AT_END].sum())
    return None
