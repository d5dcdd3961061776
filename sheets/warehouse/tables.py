"""The tables or views that a warehouse has, and the few words that engines spell differently."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.ledger.segments import DERIVED

_NAME = re.compile(r"[a-z_][a-z0-9_]*")

DialectName = Literal["standard", "bigquery", "clickhouse", "databricks", "snowflake"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """The spelling of one family of engines.

    Attributes:
        amount: the type of an amount that is multiplied by a rate. With 19 digits the product fits into the 38 digits
            of Spark, which would round a wider one twice, and into the 128 bits of ClickHouse.
        rate: the type of a rate.
        sum: the type of amounts that are added up or squared.
        escapes: whether a backslash in a text escapes the character after it.
        inline: how a query has rows of literals: a SELECT for each, VALUES, or the table function of ClickHouse. An
            engine that plans every mention of a query anew cannot take hundreds of SELECTs.

    """

    amount: str = "DECIMAL(19, 0)"
    rate: str = "DECIMAL(18, 10)"
    sum: str = "DECIMAL(38, 0)"
    escapes: bool = False
    inline: Literal["select", "values", "function"] = "select"

    def quote(self, text: str) -> str:
        """Return a text as a literal."""
        if self.escapes:
            return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return "'" + text.replace("'", "''") + "'"


# DuckDB, PostgreSQL and Redshift follow the standard.
DIALECTS: Mapping[DialectName, Dialect] = {
    "standard": Dialect(),
    "bigquery": Dialect(amount="BIGNUMERIC", rate="BIGNUMERIC", sum="BIGNUMERIC", escapes=True),
    "clickhouse": Dialect(escapes=True, inline="function"),
    "databricks": Dialect(escapes=True, inline="values"),
    "snowflake": Dialect(escapes=True, inline="values"),
}


@dataclass(frozen=True, slots=True)
class Tables:
    """Where the rows are: each entry is the name of a table or view, or a query in parentheses.

    Attributes:
        mrr: `account_id` text, `m` month, `amount` whole minor units of the account's currency; any number of rows of
            an account and month.
        accounts: one row per account: `account_id`, the columns that are dimensions, as texts, and as configured
            `consumer` (0 or 1) and `currency`.
        fx: `currency`, `m`, `rate`: minor units of the reporting currency for one minor unit; None where all accounts
            pay in the reporting currency.
        history: `account_id`, `from_m`, columns of `accounts` that are dimensions, and `consumer`: the values that
            apply from that month's close on, the first ones also before; None where values have no dates.
        aliases: `account_id`, `same_as`: the account that it counts as; None without any.
        has_consumers: whether `accounts` and `history` have the column `consumer`.
        has_names: whether `accounts` has the column `name`.
        undated: the columns that `history` lacks: their values in `accounts` apply to all months.

    """

    mrr: str = "mrr"
    accounts: str = "accounts"
    fx: str | None = None
    history: str | None = None
    aliases: str | None = None
    has_consumers: bool = False
    has_names: bool = False
    undated: frozenset[str] = frozenset()


def spell_code(column: str) -> str:
    """Return the expression of a code of a currency as nrrbot writes it: "eur " is EUR."""
    return f"UPPER(TRIM({column}))"


def is_plain_name(name: str) -> bool:
    """Tell whether a column can be named in a statement without quotes."""
    return bool(_NAME.fullmatch(name))


def check_dimension(name: str) -> str:
    """Return the name of a dimension, which becomes part of a statement.

    Raises:
        ValueError: it is no plain name of a column.

    """
    if name not in DERIVED and not is_plain_name(name):
        raise ValueError(f"{name!r} is no plain name of a column")
    return name
