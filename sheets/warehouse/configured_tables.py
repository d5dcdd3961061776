"""The tables that the config names: each a table, a view or a query, checked before it becomes part of a statement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, get_args

from core.config import Warehouse as Settings
from core.errors import N_, ConfigError
from core.text import find_nearest

TableName = Literal["mrr", "accounts", "history", "fx", "aliases"]

# The columns that a table must have.
COLUMNS: Mapping[TableName, tuple[str, ...]] = {
    "mrr": ("account_id", "m", "amount"),
    "accounts": ("account_id",),
    "history": ("account_id", "from_m"),
    "fx": ("currency", "m", "rate"),
    "aliases": ("account_id", "same_as"),
}
REQUIRED: tuple[TableName, ...] = ("mrr", "accounts")

# A project of BigQuery has hyphens in its name; two of them in a row would begin a comment.
_PLACE = re.compile(r"[A-Za-z_]\w*(-\w+)*(\.[A-Za-z_][\w$]*){0,3}", re.ASCII)
_QUERY = re.compile(r"(\s|--[^\n]*\n|/\*.*?\*/)*(select|with)\b", re.IGNORECASE | re.DOTALL)


def list_tables(settings: Settings) -> dict[TableName, str]:
    """Return the tables of the config as they appear after FROM: a name, or a query in parentheses.

    Raises:
        ConfigError: a necessary table is missing, has both a name and a query, or one that cannot be used.

    """
    if unknown := sorted(settings.sql.keys() - set(get_args(TableName))):
        nearest = find_nearest(unknown[0], get_args(TableName), most=1, least_alike=0.6) or get_args(TableName)
        raise ConfigError(
            N_("[warehouse.sql] has a query for {name}, which is no table that nrrbot reads."),
            N_("Did you mean {near}?"),
            name=unknown[0],
            near=", ".join(nearest),
        )
    if settings.cube:
        check_place(settings.cube, "cube")
    tables: dict[TableName, str] = {}
    for table in get_args(TableName):
        name, query = getattr(settings, table), settings.sql.get(table, "")
        if name and query:
            raise ConfigError(
                N_("warehouse.{table} names a table, and [warehouse.sql] has a query for it: one of them is too many."),
                N_("Remove one of the two."),
                table=table,
            )
        if name:
            tables[table] = check_place(name, table)
        elif query:
            tables[table] = _check_query(query, table)
        elif table in REQUIRED:
            raise ConfigError(
                N_("The config has no warehouse.{table}, so the warehouse cannot be read."),
                N_("Name the table or view with the columns {columns}, or write a query in [warehouse.sql]."),
                table=table,
                columns=", ".join(COLUMNS[table]),
            )
    return tables


def check_place(name: str, key: str) -> str:
    """Return the name of a table or view, which becomes part of a statement.

    Raises:
        ConfigError: it is no plain name.

    """
    if not _PLACE.fullmatch(name):
        raise ConfigError(
            N_("warehouse.{key}: “{name}” is no plain name of a table, so it is not put into a query."),
            N_(
                "Write it as schema.table, of letters, digits and underscores without quotes. A table with another "
                "name can be read by a view, or by a query in [warehouse.sql]."
            ),
            key=key,
            name=name,
        )
    return name


def _check_query(query: str, table: str) -> str:
    if ";" in query or not _QUERY.match(query):
        raise ConfigError(
            N_("[warehouse.sql]: {table} is not one SELECT, so it is not run."),
            N_("Write one query that begins with SELECT or WITH and has no semicolon."),
            table=table,
        )
    # A comment at the end of the query must not hide the parenthesis.
    return f"({query.strip()}\n)"
