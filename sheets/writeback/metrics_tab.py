"""The tab NRR Metrics: the stored figures of every segment, window length and end month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.errors import N_
from core.ledger.segments import DERIVED, UNASSIGNED
from core.metrics.cube import Cube
from core.metrics.retention import Bridge
from core.money import Currency, to_percent, to_units
from core.store.snapshots import Snapshot
from sheets.workbook.tables import ColumnFormat, Table, Value
from sheets.writeback.translate import Translate

METRICS_TAB = "NRR Metrics"


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of NRR Metrics: its heading, its number format, and how its value is read from a bridge."""

    heading: str
    format: ColumnFormat
    read_value: Callable[[Bridge, Currency], Value]


def _read_money(name: str) -> Callable[[Bridge, Currency], Value]:
    return lambda bridge, currency: to_units(getattr(bridge, name), currency.exponent)


def _read_count(name: str) -> Callable[[Bridge, Currency], Value]:
    return lambda bridge, _: int(getattr(bridge, name))


def _read_ratio(name: str) -> Callable[[Bridge, Currency], Value]:
    return lambda bridge, _: round_ratio(getattr(bridge, name))


def round_ratio(ratio: Fraction | None) -> Decimal | None:
    """Return the ratio rounded as it is shown: 103.6% is 1.036. None, a blank cell, when it is undefined."""
    return None if ratio is None else to_percent(ratio).scaleb(-2)


_COLUMNS: Sequence[_Column] = (
    _Column(N_("Window, months"), "integer", lambda bridge, _: bridge.window.months),
    _Column(N_("From the close of"), "date", lambda bridge, _: bridge.window.start.last_day),
    _Column(N_("To the close of"), "date", lambda bridge, _: bridge.window.end.last_day),
    _Column(N_("NRR"), "percent", _read_ratio("nrr")),
    _Column(N_("GRR"), "percent", _read_ratio("grr")),
    _Column(N_("Logo retention"), "percent", _read_ratio("logo_retention")),
    _Column(N_("Starting MRR"), "money", _read_money("starting")),
    _Column(N_("Expansion"), "money", _read_money("expansion")),
    _Column(N_("Contraction"), "money", _read_money("contraction")),
    _Column(N_("Churn"), "money", _read_money("churn")),
    _Column(N_("Ending MRR"), "money", _read_money("ending")),
    _Column(N_("New MRR"), "money", _read_money("new")),
    _Column(N_("Reactivated MRR"), "money", _read_money("reactivated")),
    _Column(N_("FX effect"), "money", _read_money("fx_effect")),
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


def build_metrics_table(
    cube: Cube, format_heading: Callable[[str], str], snapshot: Snapshot, translate: Translate
) -> Table:
    """Return NRR Metrics: one row per value of each dimension, window length and end month, newest month first."""
    rows = [
        (
            *format_dimension(dimension, value, format_heading, translate),
            *(column.read_value(bridge, snapshot.currency) for column in _COLUMNS),
        )
        for dimension, value, bridge in sorted(cube, key=lambda row: -row[2].window.end.ordinal)
        if bridge.starting or bridge.new or bridge.reactivated
    ]
    return Table(
        METRICS_TAB,
        translate(
            N_(
                "Written by nrrbot from the data through {month}, in {currency}. Cohort method: NRR is ending / "
                "starting MRR of the accounts that paid at the start. What is typed in this tab is overwritten."
            ),
            month=snapshot.data_through,
            currency=snapshot.currency.code,
        ),
        (translate(N_("Dimension")), translate(N_("Value")), *(translate(column.heading) for column in _COLUMNS)),
        ("text", "text", *(column.format for column in _COLUMNS)),
        rows,
        snapshot.currency.exponent,
    )
