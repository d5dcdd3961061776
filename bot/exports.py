"""Figures as rows for scripts: every metric, every movement. The keys are the contract's, amounts are minor units."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from core.answer import window_json
from core.ledger import Ledger
from core.months import Month, Window
from core.movements import Movement, by_account, monthly
from core.retention import Bridge, Cube

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    """Rows that all have the same keys.

    Attributes:
        keys: the keys of a row, those of a mapping inside it as `accounts_base`. They stand even where there is no row.
        rows: the rows.

    """

    keys: tuple[str, ...]
    rows: Iterable[Row]

    def write_csv(self, file: TextIO) -> None:
        """Write a line of headings, then a line per row."""
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(self.keys)
        writer.writerows(list(dict(_flat(row)).values()) for row in self.rows)


def metrics(figures: Cube) -> Export:
    """Return the recorded figures: one row per value of each dimension, window length and end month."""
    nothing = Bridge(Window(Month(0), Month(1)))
    return _export(_metric(None, None, nothing), (_metric(*figure) for figure in figures))


def movements(ledger: Ledger) -> Export:
    """Return one row per month from the second on, with what the MRR of all accounts did in it."""
    nothing = Bridge(Window(Month(0), Month(1)))
    return _export(_month(nothing), map(_month, monthly(ledger)))


def account_movements(ledger: Ledger) -> Export:
    """Return one row per movement of an account."""
    keys = ("month", "account", "name", "movement", "amount")

    def row(move: Movement) -> Row:
        values = (str(move.month), ledger.ids[move.account], ledger.names[move.account], move.kind, move.amount)
        return dict(zip(keys, values, strict=True))

    return Export(keys, map(row, by_account(ledger)))


def _export(example: Row, rows: Iterable[Row]) -> Export:
    return Export(tuple(key for key, _ in _flat(example)), rows)


def _metric(dimension: str | None, value: str | None, bridge: Bridge) -> Row:
    figures = window_json(bridge, nrr=bridge.nrr, grr=bridge.grr)
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


def _flat(row: Row, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in row.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}_")
        else:
            yield prefix + key, value
