"""How the tables of a warehouse are read: columns and their meanings, totals, three rows of each as read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.ledger.segments import DERIVED
from core.money import find_currency
from core.months import Month
from core.reports.totals import EXAMPLES, AccountExample, Totals
from sheets.warehouse.configured_tables import TableName
from sheets.warehouse.connection import Warehouse
from sheets.warehouse.recognition import Recognition

_YEAR = 12
# The meaning of a column.
Meaning = Literal[
    "account", "month", "amount", "currency", "consumer", "name", "from month", "rate", "same as", "segment", ""
]
_MEANINGS: dict[TableName, dict[str, Meaning]] = {
    "mrr": {"account_id": "account", "m": "month", "amount": "amount"},
    "accounts": {"account_id": "account", "currency": "currency", "consumer": "consumer", "name": "name"},
    "history": {"account_id": "account", "from_m": "from month", "consumer": "consumer"},
    "fx": {"currency": "currency", "m": "month", "rate": "rate"},
    "aliases": {"account_id": "account", "same_as": "same as"},
}


@dataclass(frozen=True, slots=True)
class TableLook:
    """A table.

    Attributes:
        table: its key in the config.
        place: its name; empty for a query.
        rows: the number of its rows.
        meanings: the meaning of each column, in their order; empty for one that is not read.
        examples: its first rows, as the engine returns them.

    """

    table: TableName
    place: str
    rows: int
    meanings: dict[str, Meaning]
    examples: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class WarehouseLook:
    """The tables of a company.

    Attributes:
        engine: the name of the engine.
        recognition: the tables as they were recognised.
        tables: each table.
        totals: the totals at the last close, with accounts as they are read.
        excluded: the number of accounts that are in no figure.

    """

    engine: str
    recognition: Recognition
    tables: tuple[TableLook, ...]
    totals: Totals
    excluded: int


def look_at_warehouse(recognition: Recognition, warehouse: Warehouse) -> WarehouseLook:
    """Return how the tables are read.

    Raises:
        WarehouseError: the engine refused a query.

    """
    tables = tuple(_look_at_table(table, recognition, warehouse) for table in recognition.tables)
    return WarehouseLook(warehouse.name, recognition, tables, *_measure_totals(recognition, warehouse))


def _look_at_table(table: TableName, recognition: Recognition, warehouse: Warehouse) -> TableLook:
    place = recognition.tables[table]
    [(rows,)] = warehouse.run(f"SELECT COUNT(*) AS n FROM {place} t")
    known = _MEANINGS[table]
    segments = _list_own_segments(recognition) if table in {"accounts", "history"} else []
    meanings: dict[str, Meaning] = {
        name: known.get(name, "segment" if name in segments else "") for name in recognition.columns[table]
    }
    examples = warehouse.run(f"SELECT * FROM {place} t LIMIT {EXAMPLES}")
    is_query = place.startswith("(")
    return TableLook(table, "" if is_query else place, int(rows), meanings, tuple(map(tuple, examples)))


def _list_own_segments(recognition: Recognition) -> list[str]:
    """Return the segments that are columns. A column with the name of a derived one is not read."""
    return [name for name in recognition.dimensions if name not in DERIVED]


def _measure_totals(recognition: Recognition, warehouse: Warehouse) -> tuple[Totals, int]:
    """Return the totals at the last close, and the number of excluded accounts.

    Without any window, which would take ten times as long.
    """
    statement, through = recognition.source.statement, recognition.through
    types, amount, price = statement.dialect, "n.amount", ""
    if statement.tables.fx:
        amount = f"ROUND(CAST(n.amount AS {types.amount}) * COALESCE(r.rate, CAST(0 AS {types.rate})), 0)"
        price = f"\n        LEFT JOIN price r ON r.currency = a.currency AND r.m = {through.ordinal}"
    counted = f"""counted AS (
    SELECT a.account_id AS account_id, CASE WHEN a.excluded = '' THEN 0 ELSE 1 END AS is_excluded,
        CASE WHEN a.excluded = '' AND COALESCE(n.amount, 0) > 0 THEN 1 ELSE 0 END AS pays,
        CASE WHEN a.excluded = '' AND COALESCE(b.amount, 0) > 0 THEN 1 ELSE 0 END AS paid,
        CAST(COALESCE({amount}, 0) AS {types.sum}) AS mrr
    FROM party a
        LEFT JOIN base n ON n.account_id = a.account_id AND n.m = {through.ordinal}
        LEFT JOIN base b ON b.account_id = a.account_id AND b.m = {(through - _YEAR).ordinal}{price}
)"""
    select = """SELECT SUM(pays) AS pays, SUM(CASE WHEN pays = 0 THEN 0 WHEN mrr < 1 THEN 1 ELSE mrr END) AS mrr,
    SUM(CASE WHEN pays = 1 AND paid = 0 THEN 1 ELSE 0 END) AS won,
    SUM(CASE WHEN pays = 0 AND paid = 1 THEN 1 ELSE 0 END) AS lost,
    SUM(is_excluded) AS excluded
FROM counted"""
    [row] = warehouse.run(statement.ask_about_accounts([counted], select))
    accounts, mrr, won, lost, excluded = (int(cell or 0) for cell in row)
    has_year = through - _YEAR in recognition.months
    examples = _read_examples(recognition, through, warehouse)
    return Totals(through, accounts, mrr, won if has_year else None, lost if has_year else None, examples), excluded


def _read_examples(recognition: Recognition, at: Month, warehouse: Warehouse) -> tuple[AccountExample, ...]:
    """Return a few accounts that count and have MRR at a close, by their id."""
    columns = recognition.columns["accounts"]
    names = [name for name in ("name", "currency") if name in columns]
    own = [name for name in _list_own_segments(recognition) if name in columns]
    values = "".join(f", MIN(t.{name}) AS {name}" for name in (*names, *own))
    select = f"""SELECT a.account_id AS account_id, MIN(n.amount) AS amount{values}
FROM party a JOIN base n ON n.account_id = a.account_id AND n.m = {at.ordinal}
    LEFT JOIN {recognition.tables["accounts"]} t ON t.account_id = a.account_id
WHERE a.excluded = '' GROUP BY a.account_id ORDER BY a.account_id LIMIT {EXAMPLES}"""
    rows = warehouse.run(recognition.source.statement.ask_about_accounts([], select))
    return tuple(_read_example(row, names, recognition) for row in rows)


def _read_example(row: Sequence[Any], names: Sequence[str], recognition: Recognition) -> AccountExample:
    account, amount, *values = row
    named = dict(zip(names, values, strict=False))
    code = named.get("currency")
    return AccountExample(
        named.get("name") or account,
        int(amount),
        find_currency(code) if code else recognition.currency,
        tuple(text for value in values[len(names) :] if (text := (value or "").strip())),
    )
