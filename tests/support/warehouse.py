"""Ledgers as tables of a warehouse, engines that hold them, and two cubes compared cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.ledger.ledger import Ledger
from core.ledger.segments import Segments, round_mrr_limits
from core.months import Month
from sheets.warehouse.columns import Columns, list_queries, read_arrays
from sheets.warehouse.statement import Statement
from sheets.warehouse.tables import Dialect, Tables

Row = tuple[Any, ...]
TYPES = {"m": "BIGINT", "from_m": "BIGINT", "amount": "BIGINT", "consumer": "BIGINT", "rate": "DECIMAL(18, 10)"}


@dataclass(frozen=True)
class Table:
    """A table: its columns and its rows."""

    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Company:
    """The tables of a company, the columns that are dimensions, and the statement on its tables."""

    tables: Mapping[str, Table]
    dimensions: tuple[str, ...]
    statement: Statement

    def spell(self, dialect: Dialect) -> Statement:
        return replace(self.statement, dialect=dialect)


def describe_company(tables: Mapping[str, Table], segments: Segments) -> Company:
    """Return the company of some tables, with the months, currency and sizes of a ledger."""
    ledger = segments.ledger
    names = Tables(
        fx="fx" if "fx" in tables else None,
        history="history" if "history" in tables else None,
        aliases="aliases" if "aliases" in tables else None,
        has_consumers="consumer" in tables["accounts"].columns,
        has_names="name" in tables["accounts"].columns,
    )
    starts = [ledger.first + row for row in range(len(ledger.panel))]
    limits: dict[Month | None, tuple[int, int]] = {}
    if segments.has_sizes:
        limits = {month: round_mrr_limits(segments.acv_limits(month)) for month in starts}
        if len(set(limits.values())) == 1:
            limits = {None: limits[starts[0]]}
    return Company(
        tables,
        tuple(segments.dimensions),
        Statement(names, ledger.currency.code, ledger.first, ledger.last, limits),
    )


def export_ledger(ledger: Ledger) -> dict[str, Table]:
    """Return the tables of a ledger; an excluded account has an amount below zero, which another row makes up for."""
    ids = ledger.accounts.ids
    keys = tuple(ledger.columns)
    mrr: list[Row] = []
    for close in ledger.closes:
        amounts = ledger.read_own_mrr(close).tolist()
        # A month in which no account pays is known all the same.
        mrr += [
            (ids[place], close.ordinal, amount) for place, amount in enumerate(amounts) if amount or not any(amounts)
        ]
    excluded = [place for place in range(len(ids)) if ledger.accounts.excluded[place]]
    mrr += [(ids[place], ledger.last.ordinal, amount) for place in excluded for amount in (-1, 1)]
    currencies = [ledger.currencies.of(place).code for place in range(len(ids))]
    accounts = [
        (ids[place], currencies[place], int(ledger.accounts.consumer[place]), *_values_at(ledger, place, None))
        for place in range(len(ids))
    ]
    tables = {
        "mrr": Table(("account_id", "m", "amount"), mrr),
        "accounts": Table(("account_id", "currency", "consumer", *keys), accounts),
    }
    if ledger.currencies.foreign:
        tables["fx"] = Table(("currency", "m", "rate"), list(_list_rates(ledger)))
    dated = [column.changes for column in ledger.columns.values()] + [ledger.accounts.consumer_changes]
    begins: dict[int, set[int]] = {}
    for changes in filter(None, dated):
        for place, month in zip(changes.accounts.tolist(), changes.months.tolist(), strict=True):
            begins.setdefault(place, set()).add(month)
    if begins:
        history = [
            (
                ids[place],
                month,
                int(ledger.accounts.consumer_at(Month(month))[place]),
                *_values_at(ledger, place, Month(month)),
            )
            for place, months in begins.items()
            for month in sorted(months)
        ]
        tables["history"] = Table(("account_id", "from_m", "consumer", *keys), history)
    return tables


def _values_at(ledger: Ledger, place: int, month: Month | None) -> Iterator[str | None]:
    for column in ledger.columns.values():
        code = int((column.codes if month is None else column.codes_at(month))[place])
        yield None if code < 0 else column.values[code]


def _list_rates(ledger: Ledger) -> Iterator[Row]:
    for row in range(len(ledger.panel)):
        month = ledger.first + row
        for currency in ledger.currencies.known[1:]:
            factor = ledger.currencies.factor(currency, month)
            if factor:
                yield currency.code, month.ordinal, f"{float(factor):.10f}"


def create_tables(tables: Mapping[str, Table], text: str = "VARCHAR") -> Iterator[tuple[str, str, Sequence[Row]]]:
    """Yield the name of each table, the statement that creates it, and its rows."""
    for name, table in tables.items():
        columns = ", ".join(f"{column} {TYPES.get(column, text)}" for column in table.columns)
        yield name, f"CREATE TABLE {name} ({columns})", table.rows


class DuckDB:
    """A DuckDB that holds tables: called with a statement it returns the rows."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        import duckdb

        self._database = duckdb.connect(config={"threads": 1})
        for name, statement, rows in create_tables(tables):
            self._database.execute(statement)
            insert_rows(self._database.execute, name, rows)

    def __call__(self, text: str) -> Sequence[Row]:
        rows: list[Row] = self._database.execute(text).fetchall()
        return rows

    def fetch(self, text: str, dimensions: Sequence[str]) -> Iterator[Columns]:
        """Yield the rows as columns, as an open `Warehouse` has them."""
        query = list_queries(text, dimensions)["duckdb"]
        yield read_arrays(self._database.execute(query).fetchnumpy(), dimensions)


def insert_rows(execute: Callable[[str], Any], name: str, rows: Sequence[Row], dialect: Dialect | None = None) -> None:
    """Insert rows in statements of a thousand rows: drivers send them one by one."""
    quote = (dialect or Dialect()).quote
    for begin in range(0, len(rows), 1000):
        values = ", ".join(f"({', '.join(_spell(cell, quote) for cell in row)})" for row in rows[begin : begin + 1000])
        execute(f"INSERT INTO {name} VALUES {values}")


def _spell(cell: object, quote: Callable[[str], str]) -> str:
    if cell is None:
        return "NULL"
    return str(cell) if isinstance(cell, int) else quote(str(cell))
