"""The tab NRR Metrics: the stored figures of every segment, window length and end month."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import numpy as np

from core.errors import N_
from core.ledger.arrays import Mask
from core.ledger.history import CANNOT_LEAVE
from core.ledger.segments import DERIVED, UNASSIGNED
from core.metrics.cube import Cube
from core.metrics.retention import MEASURES, Bridge
from core.money import Currency, to_percent, to_units
from core.months import Calendar, Period
from core.store.snapshots import Snapshot
from sheets.workbook.tables import NOT_AVAILABLE, ColumnFormat, DateLine, Lookup, Table, Value
from sheets.writeback.lookup_keys import build_key, format_period, list_periods
from sheets.writeback.translate import Translate

METRICS_TAB = "NRR Metrics"
# The names for formulas: of the native table, of the key columns, of the cell with the date.
TABLE_NAME = "NRR_Metrics"
KEY_NAME, FRENCH_KEY_NAME, AS_OF_NAME = "NRR_Key", "NRR_Cle", "NRR_AsOf"

# The amounts of a bridge in their order: heading, attribute of Bridge, name for formulas; those with a name are on the
# board.
BRIDGE: Sequence[tuple[str, str, str]] = (
    (N_("Starting MRR"), "starting", "NRR_Start"),
    (N_("Expansion"), "expansion", "NRR_Expansion"),
    (N_("Contraction"), "contraction", "NRR_Contraction"),
    (N_("Churn"), "churn", "NRR_Churn"),
    (N_("Ending MRR"), "ending", "NRR_End"),
    (N_("New MRR"), "new", "NRR_New"),
    (N_("Reactivated MRR"), "reactivated", ""),
    (N_("FX effect"), "fx_effect", ""),
)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of NRR Metrics: heading, number format, how its value is read from a bridge, its name for formulas."""

    heading: str
    format: ColumnFormat
    read_value: Callable[[Bridge, Currency], Value]
    name: str = ""


def _read_money(name: str) -> Callable[[Bridge, Currency], Value]:
    return lambda bridge, currency: to_units(getattr(bridge, name), currency.exponent)


def _read_count(name: str) -> Callable[[Bridge, Currency], Value]:
    return lambda bridge, _: int(getattr(bridge, name))


def _read_ratio(name: str) -> Callable[[Bridge, Currency], Value]:
    def read_ratio(bridge: Bridge, _: Currency) -> Value:
        ratio = round_ratio(getattr(bridge, name))
        return NOT_AVAILABLE if ratio is None else ratio

    return read_ratio


def round_ratio(ratio: Fraction | None) -> Decimal | None:
    """Return the ratio rounded as it is shown: 103.6% is 1.036. None, a blank cell, when it is undefined."""
    return None if ratio is None else to_percent(ratio).scaleb(-2)


_COLUMNS: Sequence[_Column] = (
    _Column(N_("Window, months"), "integer", lambda bridge, _: bridge.window.months),
    _Column(N_("From the close of"), "date", lambda bridge, _: bridge.window.start.last_day),
    _Column(N_("To the close of"), "date", lambda bridge, _: bridge.window.end.last_day),
    _Column(N_("NRR"), "percent", _read_ratio("nrr"), "NRR_NRR"),
    _Column(N_("GRR"), "percent", _read_ratio("grr"), "NRR_GRR"),
    _Column(N_("Logo retention"), "percent", _read_ratio("logo_retention")),
    *(_Column(heading, "money", _read_money(field), name) for heading, field, name in BRIDGE),
    _Column(N_("Accounts at the start"), "integer", _read_count("base")),
    _Column(N_("Accounts expanded"), "integer", _read_count("expanded")),
    _Column(N_("Accounts contracted"), "integer", _read_count("contracted")),
    _Column(N_("Accounts churned"), "integer", _read_count("churned")),
    _Column(N_("Accounts kept"), "integer", _read_count("retained")),
    _Column(N_("Accounts new"), "integer", _read_count("new_accounts")),
    _Column(N_("Accounts reactivated"), "integer", _read_count("reactivated_accounts")),
)


def format_dimension(
    dimension: str | None, value: str | None, format_heading: Callable[[str], str], translate: Translate
) -> tuple[str, str]:
    """Return the labels of a row's dimension and value; the whole company has no value."""
    if dimension is None or value is None:
        return translate(N_("Whole company")), ""
    if value == UNASSIGNED:
        return format_heading(dimension), translate(N_("Unassigned"))
    return format_heading(dimension), translate(value) if dimension in DERIVED else value


def choose_key_value(value: str, shown: str, values: Collection[str]) -> str:
    """Return the value in a French key: as its row shows it, unless another of the column's values is written so."""
    return value if shown.lower() in {other.lower() for other in values} else shown


class MetricsTab:
    """NRR Metrics: one row per value of each dimension, period and end month, newest month first.

    Formulas of people find a row by its key. A ratio that does not exist is #N/A, and the last column says why. A
    fiscal year has a row below the same twelve months. The window of that row is blank: a formula of people that adds
    up the rows with a window of 12 months counts them once.

    Attributes:
        frame: the table without its rows.
        key_columns: the number of columns that tell one row from all others, the first ones.

    """

    def __init__(
        self,
        cube: Cube,
        format_heading: Callable[[str], str],
        snapshot: Snapshot,
        calendar: Calendar,
        translate: Translate,
        title: str = METRICS_TAB,
    ) -> None:
        """Build the frame.

        Args:
            cube: the figures of the snapshot.
            format_heading: returns the name of a dimension.
            snapshot: the source of the figures.
            calendar: defines the quarters.
            translate: the reader's language.
            title: the title of the tab.

        """
        self._cube, self._format_heading, self._translate = cube, format_heading, translate
        self._currency, self._calendar = snapshot.currency, calendar
        self._values: dict[str | None, list[str]] = {}
        for dimension, value in cube.labels:
            self._values.setdefault(dimension, []).append(value or "")
        is_french = translate.language == "fr"
        leading = [translate(heading) for heading in (N_("Dimension"), N_("Value"), N_("Period"))]
        # The heading "Key" is the same in both languages.
        leading += ["Key", "Clé"] if is_french else ["Key"]
        texts: list[ColumnFormat] = ["text" for _ in leading]
        self.key_columns = len(leading)
        self.frame = Table(
            title,
            translate(
                N_(
                    "Written by nrrbot from the data through {month}, in {currency}. Cohort method: NRR is ending / "
                    "starting MRR of the accounts that paid at the start. #N/A: no figure. What is typed in this tab "
                    "is overwritten."
                ),
                month=snapshot.data_through,
                currency=snapshot.currency.code,
            ),
            [*leading, *(translate(column.heading) for column in _COLUMNS), translate(N_("Why there is no figure"))],
            [*texts, *(column.format for column in _COLUMNS), "text"],
            (),
            snapshot.currency.exponent,
            date_lines=[DateLine(translate(N_("Figures as of")), snapshot.data_through.last_day, AS_OF_NAME)],
            lookup=_build_lookup(len(leading), is_french=is_french),
        )

    def build_table(self) -> Table:
        """Return the table with all rows."""
        return replace(self.frame, rows=[row for _, rows in self._list_rows(self._has_row) for row in rows])

    def list_changed_rows(self, earlier: Cube) -> dict[int, Sequence[Value]] | None:
        """Return place -> row, for the rows with other figures than those of an earlier cube in the same frame.

        None if the rows are not those of the same values and periods.
        """
        cube = self._cube
        if (cube.labels, cube.windows, cube.can_leave) != (earlier.labels, earlier.windows, earlier.can_leave):
            return None
        if not np.array_equal(self._has_row, _find_shown(earlier)):
            return None
        has_changed: Mask = np.asarray((cube.sums != earlier.sums).any(axis=2))
        return {top + place: row for top, rows in self._list_rows(has_changed) for place, row in enumerate(rows)}

    @cached_property
    def _has_row(self) -> Mask:
        return _find_shown(self._cube)

    def _list_rows(self, chosen: Mask) -> Iterator[tuple[int, list[Sequence[Value]]]]:
        """Yield the place of the first row of each chosen bridge, and its rows; `chosen` is (windows, labels)."""
        top = 0
        for number in sorted(range(len(self._cube.windows)), key=lambda row: -self._cube.windows[row].end.ordinal):
            window, shown = self._cube.windows[number], np.flatnonzero(self._has_row[number])
            periods = list_periods(window, self._calendar)
            for place in np.flatnonzero(chosen[number, shown]).tolist():
                yield top + place * len(periods), list(self._build_rows(number, int(shown[place]), periods))
            top += len(shown) * len(periods)

    def _build_rows(self, number: int, column: int, periods: Sequence[Period]) -> Iterator[Sequence[Value]]:
        """Yield the rows of a bridge, one for each of its periods."""
        translate, (dimension, value) = self._translate, self._cube.labels[column]
        bridge = self._cube.read_bridge(number, column)
        label = format_dimension(dimension, value, self._format_heading, translate)
        window_cell, *cells = (entry.read_value(bridge, self._currency) for entry in _COLUMNS)
        for place, period in enumerate(periods):
            name = format_period(period, translate)
            keys = [build_key(dimension, value, period.label)]
            if translate.language == "fr":
                keys.append(
                    build_key(dimension, choose_key_value(value or "", label[1], self._values[dimension]), name)
                )
            yield (*label, name, *keys, None if place else window_cell, *cells, _explain(bridge, label[1], translate))


def _find_shown(cube: Cube) -> Mask:
    """Return (windows, labels) True for the bridges that have a row: those with any MRR."""
    measures = [MEASURES.index(name) for name in ("starting", "new", "reactivated")]
    return np.asarray(cube.sums[:, :, measures].any(axis=2))


def _explain(bridge: Bridge, value: str, translate: Translate) -> str | None:
    """Return why a bridge has no ratios; None if it has some."""
    if bridge.nrr is not None:
        return None
    if not bridge.can_leave:
        return translate(CANNOT_LEAVE)
    if not value:
        return translate(N_("No account paid at the end of {month}."), month=bridge.window.start)
    return translate(N_("No account of {value} paid at the end of {month}."), value=value, month=bridge.window.start)


def _build_lookup(leading: int, *, is_french: bool) -> Lookup:
    """Return the names of the key columns and of the ratios, `leading` columns being left of those of a bridge."""
    # In an English workbook that was French before, the French name goes.
    keys = {KEY_NAME: 3, FRENCH_KEY_NAME: 4 if is_french else None}
    columns = {column.name: leading + place for place, column in enumerate(_COLUMNS) if column.name}
    return Lookup(TABLE_NAME, keys, columns, {"NRR": "NRR_NRR", "GRR": "NRR_GRR"})
