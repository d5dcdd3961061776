"""Errors of drivers, as sentences: which statement failed is seldom of use, why it did and what to do is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from core.errors import N_, WarehouseError
from core.redaction import redact

_Kind = Literal["table", "column", "right", "cancelled"]

# SQLSTATE of PostgreSQL and those that follow it, or the class of an error of DuckDB -> the kind of error.
_KINDS: Mapping[str, _Kind] = {
    "3D000": "table",
    "3F000": "table",
    "42P01": "table",
    "CatalogException": "table",
    "42703": "column",
    "BinderException": "column",
    "42501": "right",
    "PermissionException": "right",
    "57014": "cancelled",
    "57P01": "cancelled",
    "InterruptException": "cancelled",
}
# A query that ClickHouse or BigQuery stopped after its time; their drivers have one class for all errors.
_TIMED_OUT = re.compile(r"TIMEOUT_EXCEEDED|job timed out", re.IGNORECASE)
_SENTENCES: Mapping[_Kind, tuple[str, str]] = {
    "table": (
        N_("{engine} does not find a table, so nothing was read: {why}."),
        N_("Correct its name in [warehouse]; outside the schema of the user it is schema.table."),
    ),
    "column": (
        N_("{engine} does not find a column, so nothing was read: {why}."),
        N_("Compare the columns of your tables with docs/warehouse.md; nrrbot look shows them."),
    ),
    "right": (
        N_("{engine} does not let nrrbot read a table: {why}."),
        N_("Grant the user of nrrbot SELECT on the tables of [warehouse], and no other right."),
    ),
    "cancelled": (
        N_("The query was cancelled on {engine}, so nothing was read: {why}."),
        N_("Try again. If it is cancelled each time, ask who looks after the engine for its limits."),
    ),
}
_OTHER = (
    N_("{engine} did not run the query: {why}."),
    N_("Check the rights of its user and the limits of the engine, then try again."),
)


def map_query_error(error: Exception, engine: str, timeout: int | None) -> WarehouseError:
    """Return the error of a driver as one of nrrbot.

    Args:
        error: the error as SQLAlchemy has it.
        engine: the name of the engine.
        timeout: the limit in seconds, if the query took that long.

    """
    cause = getattr(error, "orig", None) or error
    kind = _KINDS.get(getattr(cause, "sqlstate", None) or type(cause).__name__)
    if timeout is not None and (kind == "cancelled" or _TIMED_OUT.search(str(cause))):
        return WarehouseError(
            N_("{engine} did not finish the query within {seconds} seconds, so it was stopped."),
            N_("Set warehouse.timeout_seconds higher, or let dbt rebuild the sums: docs/warehouse.md."),
            engine=engine,
            seconds=timeout,
        )
    problem, fix = _SENTENCES[kind] if kind else _OTHER
    return WarehouseError(problem, fix, engine=engine, why=find_reason(error))


def find_reason(error: Exception) -> str:
    """Return the first line of the driver's own words, without secrets and without the statement."""
    words = str(getattr(error, "orig", None) or error).strip().splitlines()
    return redact(words[0].rstrip(".!") if words else type(error).__name__)
