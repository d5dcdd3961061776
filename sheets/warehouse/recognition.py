"""The tables of a company as its warehouse has them: columns, known months, dimensions, and the source made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from core.config import Config
from core.config import Warehouse as Settings
from core.errors import N_, Sentence, WarehouseError
from core.ledger.rates import PUBLISHED_CURRENCIES, Currencies
from core.ledger.segments import DERIVED, SizeRules, find_acv_limits, has_acv_limits, round_mrr_limits
from core.money import DEFAULT_CURRENCY, Currency, find_currency
from core.months import Month
from sheets.warehouse.configured_tables import COLUMNS, TableName, list_tables
from sheets.warehouse.connection import Warehouse
from sheets.warehouse.source import WarehouseSource
from sheets.warehouse.statement import Statement
from sheets.warehouse.tables import Tables, is_plain_name, spell_code

# The columns of `accounts` and `history` that are never a dimension; neither are those that are no texts.
FACTS = frozenset({"account_id", "from_m", "currency", "consumer", "name"})
# Rows of `accounts` from which the types of its columns are seen.
_SAMPLED = 200
# With fewer accounts than this nothing tells a half-loaded month from churn.
_FEW_ACCOUNTS = 3


@dataclass(frozen=True, slots=True)
class Recognition:
    """The tables of a company, as they were found.

    Attributes:
        source: the port on them; `source.statement` has their months and currency.
        tables: each table as it appears after FROM.
        columns: the columns of each table, in their order.
        dimensions: the dimensions, in order of precedence.
        passed_over: the columns of `accounts` that are no dimension, each with the reason.
        months: the months up to `through` in which an account has a row, in their order.
        incomplete: the later months that are over and half loaded, the latest first.
        currency: the reporting currency.

    """

    source: WarehouseSource
    tables: Mapping[TableName, str]
    columns: Mapping[TableName, tuple[str, ...]]
    dimensions: tuple[str, ...]
    passed_over: Mapping[str, Sentence]
    months: tuple[Month, ...]
    incomplete: tuple[Month, ...]
    currency: Currency

    @property
    def first(self) -> Month:
        """The first close."""
        return self.months[0]

    @property
    def through(self) -> Month:
        """The last close: data through."""
        return self.months[-1]


def recognise_company(config: Config, rules: SizeRules, last_closed: Month, warehouse: Warehouse) -> Recognition:
    """Return the tables that the config names, and the source of figures made of them.

    Args:
        config: the config.
        rules: the limits between the sizes.
        last_closed: the last month that is over; rows of later ones are not read.
        warehouse: the connection.

    Raises:
        ConfigError: a table or the currency is not configured as it must be.
        WarehouseError: a table, a column or every row is missing, or the engine refused a query.

    """
    tables, columns = read_tables(config.warehouse, warehouse)
    months, incomplete = _find_months(tables["mrr"], config.warehouse.cube, last_closed, warehouse)
    currency, rates = _find_currency(config, tables, columns, warehouse)
    names, passed_over = _find_dimensions(config.workbook.max_segment_values, tables, columns, warehouse)
    limits = _find_size_limits(rules, currency, months, tables.get("fx"), warehouse)
    first = [name for name in names if name == "segment"]
    dimensions = (*first, *(["size"] if limits else []), *(name for name in names if name not in first), "tenure")
    undated = frozenset(names) - {*columns["history"]} if "history" in tables else frozenset[str]()
    places = {name: place for name, place in tables.items() if name != "fx"}
    statement = Statement(
        Tables(
            **places,
            fx=rates,
            undated=undated,
            has_consumers="consumer" in columns["accounts"],
            has_names="name" in columns["accounts"],
        ),
        currency.code,
        months[0],
        months[-1],
        limits,
        warehouse.dialect,
    )
    source = WarehouseSource(statement, warehouse.run, warehouse.fetch, config.warehouse.cube or None)
    return Recognition(source, tables, columns, dimensions, passed_over, months, incomplete, currency)


def read_tables(
    settings: Settings, warehouse: Warehouse
) -> tuple[dict[TableName, str], dict[TableName, tuple[str, ...]]]:
    """Return the tables that the config names, as they appear after FROM, and their columns.

    Raises:
        ConfigError: a table is not configured as it must be.
        WarehouseError: a table or a column that the statement needs is missing, or the engine refused a query.

    """
    tables = list_tables(settings)
    columns = {name: warehouse.read_columns(table) for name, table in tables.items()}
    needed = {name: list(COLUMNS[name]) for name in tables}
    if "fx" in tables:
        needed["accounts"].append("currency")
    if "history" in tables and "consumer" in columns["accounts"]:
        needed["history"].append("consumer")
    for name, required in needed.items():
        if missing := [column for column in required if column not in columns[name]]:
            raise WarehouseError(
                N_("The table of warehouse.{table} has no column {columns}, so nothing can be read."),
                N_("Add it in a view, or rename it in a query of [warehouse.sql]. Its columns: {known}."),
                table=name,
                columns=", ".join(missing),
                known=", ".join(columns[name]),
            )
    return tables, columns


def _find_months(
    mrr: str, cube: str, last_closed: Month, warehouse: Warehouse
) -> tuple[tuple[Month, ...], tuple[Month, ...]]:
    """Return the months with rows up to the last one that is loaded, and those after it that are half loaded.

    From the table of sums where there is one. Else one query has the months and compares the last two, if these are
    the last closed ones; any other pair needs another query.
    """
    read = _read_months_of_sums(cube, last_closed, warehouse) if cube else _read_months(mrr, last_closed, warehouse)
    months, compared = read
    if not months:
        raise WarehouseError(
            N_("The table of warehouse.{table} has no row of a month up to {month}, so there are no figures."),
            N_("Load it, and write m as 12 x year + month - 1: {month} is {number}."),
            table="cube" if cube else "mrr",
            month=last_closed,
            number=last_closed.ordinal,
        )
    incomplete = []
    while len(months) > 1:
        pair = months[-2], months[-1]
        paying, entered = compared.get(pair) or _compare_months(mrr, *pair, warehouse)
        if _is_complete(paying, entered):
            break
        incomplete.append(months.pop())
    return tuple(months), tuple(incomplete)


# The accounts with MRR at a close, and those of them that have a row of the next one.
_Compared = tuple[int, int]
_Months = tuple[list[Month], dict[tuple[Month, Month], _Compared]]


def _read_months(mrr: str, last_closed: Month, warehouse: Warehouse) -> _Months:
    """Return the months with rows, and how the last two compare if they are the last closed ones."""
    before = last_closed - 1
    rows = warehouse.run(
        "SELECT r.m AS m, 0 AS paying, 0 AS entered\n"
        f"FROM {mrr} r WHERE r.m > 0 AND r.m <= {last_closed.ordinal} GROUP BY r.m\n"
        f"UNION ALL\n{_count_entered(mrr, before, last_closed)}"
    )
    months = sorted(Month(int(month)) for month, *_ in rows if month)
    [compared] = ((int(paying), int(entered)) for month, paying, entered in rows if month == 0)
    return months, {(before, last_closed): compared}


def _read_months_of_sums(cube: str, last_closed: Month, warehouse: Warehouse) -> _Months:
    """Return the months at which windows of a table of sums start and end.

    With those between which half of the accounts stayed, as these have rows: of others only `mrr` can tell.
    """
    rows = warehouse.run(
        f"SELECT c.months AS months, c.start_m AS start_m, SUM(c.base) AS base, SUM(c.retained) AS retained\n"
        f"FROM {cube} c WHERE c.start_m + c.months <= {last_closed.ordinal} GROUP BY c.months, c.start_m"
    )
    counts = {
        (Month(int(start)), Month(int(start)) + int(length)): (int(base), int(retained))
        for length, start, base, retained in rows
    }
    months = sorted({month for pair in counts for month in pair})
    return months, {pair: compared for pair, compared in counts.items() if _is_complete(*compared)}


def _compare_months(mrr: str, before: Month, last: Month, warehouse: Warehouse) -> _Compared:
    [(_, paying, entered)] = warehouse.run(_count_entered(mrr, before, last))
    return int(paying), int(entered)


def _count_entered(mrr: str, before: Month, last: Month) -> str:
    """Return the SELECT of the accounts with MRR at one close, and of those that have a row of the next one."""
    return f"""SELECT 0 AS m, COUNT(*) AS paying, COALESCE(SUM(t.entered), 0) AS entered
FROM (
    SELECT r.account_id AS account_id,
        MAX(CASE WHEN r.m = {before.ordinal} AND r.amount > 0 THEN 1 ELSE 0 END) AS paid,
        MAX(CASE WHEN r.m = {last.ordinal} THEN 1 ELSE 0 END) AS entered
    FROM {mrr} r WHERE r.m IN ({before.ordinal}, {last.ordinal}) GROUP BY r.account_id
) t WHERE t.paid = 1"""


def _is_complete(paying: int, entered: int) -> bool:
    """Tell whether a month has rows of half of the accounts with MRR at the close before, as in a sheet."""
    return paying < _FEW_ACCOUNTS or 2 * entered >= paying


def _find_currency(
    config: Config, tables: Mapping[TableName, str], columns: Mapping[TableName, Sequence[str]], warehouse: Warehouse
) -> tuple[Currency, str | None]:
    """Return the reporting currency, and the rates.

    The currency is that of the config, or else the one in which most accounts pay if there are no rates. Without
    rates, accounts in another currency are excluded: the rates are then an empty table.
    """
    configured = config.company.currency.strip().upper()
    if "fx" in tables or "currency" not in columns["accounts"]:
        return find_currency(configured or DEFAULT_CURRENCY), tables.get("fx")
    accounts = tables["accounts"]
    code = spell_code("a.currency")
    rows = warehouse.run(f"SELECT {code} AS currency, COUNT(*) AS n FROM {accounts} a GROUP BY {code}")
    counts = {row[0]: int(row[1]) for row in rows if row[0]}
    usual = max(sorted(counts), key=lambda code: (code == DEFAULT_CURRENCY, counts[code]), default=DEFAULT_CURRENCY)
    currency = find_currency(configured or usual)
    if counts.keys() <= {currency.code}:
        return currency, None
    return currency, f"(SELECT a.currency AS currency, 0 AS m, 0 AS rate FROM {accounts} a WHERE 1 = 0)"


def _find_dimensions(
    most_values: int,
    tables: Mapping[TableName, str],
    columns: Mapping[TableName, Sequence[str]],
    warehouse: Warehouse,
) -> tuple[list[str], dict[str, Sentence]]:
    """Return the columns of `accounts` that are dimensions: texts of few values; and the others, with the reason."""
    sampled = warehouse.run(f"SELECT * FROM {tables['accounts']} a LIMIT {_SAMPLED}")
    texts, passed_over = [], dict[str, Sentence]()
    for place, name in enumerate(columns["accounts"]):
        cells = {type(row[place]) for row in sampled if row[place] is not None}
        if name in FACTS:
            continue
        if name in DERIVED:
            passed_over[name] = Sentence(N_("your own column; the segment is derived from amounts"))
        elif not is_plain_name(name):
            passed_over[name] = Sentence(N_("its name needs quotes: rename it, in a view or a query"))
        elif cells != {str}:
            passed_over[name] = Sentence(N_("its values are no texts"))
        else:
            texts.append(name)
    names = []
    counts = _count_values(texts, tables["accounts"], warehouse)
    for name in texts:
        if counts[name] > most_values:
            reason = N_("it has {count} values, more than workbook.max_segment_values")
            passed_over[name] = Sentence(reason, {"count": counts[name]})
        else:
            names.append(name)
    return names, passed_over


def _count_values(columns: Sequence[str], accounts: str, warehouse: Warehouse) -> dict[str, int]:
    if not columns:
        return {}
    counted = ", ".join(f"COUNT(DISTINCT NULLIF(TRIM(a.{name}), '')) AS n_{name}" for name in columns)
    [row] = warehouse.run(f"SELECT {counted} FROM {accounts} a")
    return dict(zip(columns, map(int, row), strict=True))


def _find_size_limits(
    rules: SizeRules, currency: Currency, months: Sequence[Month], fx: str | None, warehouse: Warehouse
) -> dict[Month | None, tuple[int, int]]:
    """Return the limits of the sizes as MRR at each close that starts a window; empty where they are not known."""
    rates: dict[tuple[Month, str], Fraction] = {}
    if fx and rules == SizeRules() and currency.code not in PUBLISHED_CURRENCIES:
        code, codes = spell_code("f.currency"), ", ".join(map(warehouse.dialect.quote, PUBLISHED_CURRENCIES))
        rows = warehouse.run(
            f"SELECT {code} AS currency, f.m AS m, MIN(f.rate) AS rate FROM {fx} f "
            f"WHERE {code} IN ({codes}) AND f.rate > 0 GROUP BY {code}, f.m"
        )
        rates = {(Month(int(row[1])), row[0]): _read_rate(row[2], find_currency(row[0]), currency) for row in rows}
    currencies = Currencies((currency,), np.zeros(0, dtype=np.int16), rates)
    if not has_acv_limits(rules, currencies, months[-1]):
        return {}
    limits: dict[Month | None, tuple[int, int]] = {
        month: round_mrr_limits(find_acv_limits(rules, currencies, month)) for month in months
    }
    return {None: limits[months[0]]} if len(set(limits.values())) == 1 else limits


def _read_rate(rate: Any, currency: Currency, reporting: Currency) -> Fraction:
    """Return a rate of minor units as one of whole units."""
    return Fraction(str(rate)) * currency.unit / reporting.unit
