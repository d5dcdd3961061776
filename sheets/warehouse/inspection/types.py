"""The types of the columns, seen in the rows that the driver returns, and whether nrrbot may write to the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.errors import N_, Sentence, WarehouseError
from core.months import Month
from sheets.warehouse.configured_tables import COLUMNS, TableName
from sheets.warehouse.connection import Warehouse
from sheets.warehouse.recognition import Recognition

_SAMPLED = 200
_EARLIEST, _LATEST = Month.of(1950, 1), Month.of(2200, 1)

TEXT = N_("a text")
WHOLE = N_("a whole number, in minor units of the currency")
MONTH = N_("a month as 12 x year + month - 1, such as 24308 for September 2025")
RATE = N_("a decimal number, not a floating one")
FLAG = N_("0 or 1, as a whole number")

_EXPECTED: Mapping[str, str] = {
    "account_id": TEXT,
    "same_as": TEXT,
    "currency": TEXT,
    "m": MONTH,
    "from_m": MONTH,
    "amount": WHOLE,
    "rate": RATE,
    "consumer": FLAG,
}
# The columns that are read where a table has them, after those that it must have.
_OPTIONAL: Mapping[TableName, tuple[str, ...]] = {"accounts": ("currency", "consumer"), "history": ("consumer",)}


def check_types(
    tables: Mapping[TableName, str], columns: Mapping[TableName, Sequence[str]], warehouse: Warehouse
) -> None:
    """Refuse tables whose first rows have values of another type than the query needs.

    Raises:
        WarehouseError: a column has such a value, or the engine refused a query.

    """
    for table, place in tables.items():
        rows = warehouse.run(f"SELECT * FROM {place} t LIMIT {_SAMPLED}")
        read = {*COLUMNS[table], *_OPTIONAL.get(table, ())}
        for number, column in enumerate(columns[table]):
            if column not in read:
                continue
            expected = _EXPECTED[column]
            wrong = next((row[number] for row in rows if not _is_of_type(row[number], expected)), None)
            if wrong is not None:
                raise WarehouseError(
                    N_("warehouse.{table}, column {column}: “{found}” is not {expected}, so figures would be wrong."),
                    N_("Cast it in a view, or in a query of [warehouse.sql]."),
                    table=table,
                    column=column,
                    found=wrong,
                    expected=Sentence(expected),
                )


def _is_of_type(cell: Any, expected: str) -> bool:
    """Tell whether a value may be in a column; NULL may be in each."""
    if cell is None:
        return True
    if expected == TEXT:
        return isinstance(cell, str)
    if isinstance(cell, bool) or not isinstance(cell, int | Decimal):
        return False
    if expected == RATE:
        return True
    if cell != int(cell):
        return False
    if expected == MONTH:
        return _EARLIEST.ordinal <= cell <= _LATEST.ordinal
    return expected == WHOLE or cell in {0, 1}


def find_writable_tables(recognition: Recognition, warehouse: Warehouse) -> tuple[str, ...] | None:
    """Return the tables to which the user of nrrbot may write; None where that cannot be asked of the engine.

    Raises:
        WarehouseError: the engine refused a query.

    """
    if warehouse.name == "duckdb":
        # Its file is opened read only.
        return ()
    if warehouse.name not in {"postgresql", "redshift"}:
        return None
    names = [place for place in recognition.tables.values() if not place.startswith("(")]
    rights = " OR ".join(f"has_table_privilege('{{name}}', '{right}')" for right in ("INSERT", "UPDATE", "DELETE"))
    return tuple(name for name in names if warehouse.run(f"SELECT {rights.format(name=name)} AS may_write")[0][0])
