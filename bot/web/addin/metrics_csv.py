"""`metrics.csv`: every figure as a line, in one form for all readers, for Power Query and BI tools."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator

from core.metrics.cube import Cube
from core.metrics.retention import MEASURES, Bridge
from core.money import to_percent, to_units
from core.months import Calendar
from core.store.snapshots import Snapshot
from core.text import neutralise_formulas
from sheets.writeback.lookup_keys import build_key, list_periods

HEADINGS = (
    *("key", "dimension", "value", "period", "window_months", "start", "end", "nrr", "grr", "logo_retention"),
    *(f"{name}_mrr" if name in {"starting", "ending", "new", "reactivated"} else name for name in MEASURES),
    *("reason", "currency", "data_through", "as_of", "snapshot"),
)
_AMOUNTS = 8  # the first measures are money, the others counts
_NO_BASE = "no account paid at the start"
_NO_ENDS = "the sheet does not show which MRR was lost"


def write_metrics_csv(
    cube: Cube, snapshot: Snapshot, calendar: Calendar, withheld: Collection[str] = frozenset()
) -> bytes:
    """Return the CSV: UTF-8, commas, decimal points, ISO dates, a line for each name of a window.

    A ratio is 1.036, and blank without a base, with the reason; money is in units of the currency. Columns that are
    `withheld` have no lines.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    moment = snapshot.checked_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    tail = (snapshot.currency.code, str(snapshot.data_through), moment, snapshot.id)
    for dimension, value, bridge in cube:
        if dimension in withheld:
            continue
        if bridge.starting or bridge.new or bridge.reactivated or dimension is None:
            figures = tuple(_list_figures(bridge, snapshot.currency.exponent))
            reason = "" if bridge.nrr is not None else _NO_BASE if bridge.can_leave else _NO_ENDS
            for period in list_periods(bridge.window, calendar):
                key = build_key(dimension, value, period.label)
                head = tuple(map(neutralise_formulas, (key, dimension or "", value or "")))
                window = (period.label, bridge.window.months, bridge.window.start, bridge.window.end)
                writer.writerow((*head, *window, *figures, reason, *tail))
    return file.getvalue().encode("utf-8-sig")


def _list_figures(bridge: Bridge, exponent: int) -> Iterator[object]:
    for ratio in (bridge.nrr, bridge.grr, bridge.logo_retention):
        yield "" if ratio is None else to_percent(ratio).scaleb(-2)
    for place, name in enumerate(MEASURES):
        integer = getattr(bridge, name)
        yield f"{to_units(integer, exponent):f}" if place < _AMOUNTS else integer
