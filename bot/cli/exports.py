"""Figures as rows for scripts: every metric, every movement. The keys are the contract's, amounts are minor units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from typing import Any

from bot.messages.status.csv_format import list_row_keys
from core.ledger.ledger import Ledger
from core.metrics.cube import Cube
from core.metrics.movements import Movement, find_account_movements, measure_monthly_movements
from core.metrics.retention import Bridge
from core.months import Month, Window
from core.reports.answer_json import build_window_json
from core.reports.scope import Scope

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    """Rows that all have the same keys.

    Attributes:
        keys: the keys of a row, those of a mapping inside it as `accounts_base`. An export without rows has them too.
        rows: the rows.

    """

    keys: tuple[str, ...]
    rows: Iterable[Row]


def table_export(rows: Sequence[Row]) -> Export:
    """Return the rows of an answer, under the keys of all of them: a key may be missing from some rows."""
    return Export(list_row_keys(rows), rows)


def metrics_export(figures: Cube) -> Export:
    """Return the recorded figures: one row per value of each dimension, window length and end month."""
    nothing = Bridge(Window(Month(0), Month(1)))
    return _export(_metric(None, None, nothing), (_metric(*figure) for figure in figures))


def movements_export(scope: Scope) -> Export:
    """Return one row per month from the second on, with the movements of the MRR of all accounts."""
    nothing = Bridge(Window(Month(0), Month(1)))
    months = measure_monthly_movements(scope.ledger)
    if scope.warehouse:
        months = tuple(scope.warehouse.measure_all((), list(starmap(Window, pairwise(scope.ledger.closes)))).values())
    return _export(_month(nothing), map(_month, months))


def account_movements_export(ledger: Ledger) -> Export:
    """Return one row per movement of an account."""
    keys = ("month", "account", "name", "movement", "amount")

    def row(move: Movement) -> Row:
        values = (
            str(move.month),
            ledger.accounts.ids[move.account],
            ledger.accounts.names[move.account],
            move.kind,
            move.amount,
        )
        return dict(zip(keys, values, strict=True))

    return Export(keys, map(row, find_account_movements(ledger)))


def _export(example: Row, rows: Iterable[Row]) -> Export:
    return Export(list_row_keys([example]), rows)


def _metric(dimension: str | None, value: str | None, bridge: Bridge) -> Row:
    figures = build_window_json(bridge, nrr=bridge.nrr, grr=bridge.grr)
    return {"dimension": dimension, "value": value, "window_months": bridge.window.months, **figures}


def _month(bridge: Bridge) -> Row:
    return {
        "month": str(bridge.window.end),
        "start_mrr": bridge.starting,
        "new": bridge.new,
        "reactivation": bridge.reactivated,
        "expansion": bridge.expansion,
        "contraction": bridge.contraction,
        "churn": bridge.churn,
        "end_mrr": bridge.total,
        "fx_effect": bridge.fx_effect,
    }
