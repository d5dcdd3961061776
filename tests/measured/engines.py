"""The figures of every window and segment, computed by DuckDB and by polars: the peers of the cube in `make bench`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ledger.ledger import Ledger
from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.cube import WINDOW_MONTHS, Cube
from core.metrics.retention import MEASURES
from core.terms import SIZES

DIMENSIONS = ("size", "industry", "region", "plan")
COLUMNS = DIMENSIONS[1:]

# (dimension, value, start row, length) -> the integers of the bridge, in the order of MEASURES.
Sums = dict[tuple[str | None, str | None, int, int], tuple[int, ...]]

# Sizes and sums as SQL writes them; fx_effect is not theirs to compute.
_SIZE = """
    CASE WHEN consumer THEN 'Consumer'
         WHEN 12 * CASE WHEN s > 0 THEN s ELSE e END < {0} THEN 'SMB'
         WHEN 12 * CASE WHEN s > 0 THEN s ELSE e END <= {1} THEN 'Mid-Market' ELSE 'Enterprise' END
"""
_MEASURED = {
    "starting": "s",
    "expansion": "CASE WHEN s > 0 AND e > s THEN e - s ELSE 0 END",
    "contraction": "CASE WHEN e > 0 AND e < s THEN s - e ELSE 0 END",
    "churn": "CASE WHEN e = 0 THEN s ELSE 0 END",
    "ending": "CASE WHEN s > 0 THEN e ELSE 0 END",
    "new": "CASE WHEN s = 0 AND since > start THEN e ELSE 0 END",
    "reactivated": "CASE WHEN s = 0 AND since < start THEN e ELSE 0 END",
    "fx_effect": "0",
    "base": "(s > 0)::INT",
    "expanded": "(s > 0 AND e > s)::INT",
    "contracted": "(e > 0 AND e < s)::INT",
    "churned": "(s > 0 AND e = 0)::INT",
    "retained": "(s > 0 AND e > 0)::INT",
    "new_accounts": "(s = 0 AND since > start)::INT",
    "reactivated_accounts": "(s = 0 AND since < start)::INT",
}


def sums_of(result: Cube, ledger: Ledger) -> Sums:
    """Return the bridges of a cube that are not empty."""
    return {
        (name, value, ledger.first.until(bridge.window.start), bridge.window.months): sums
        for name, value, bridge in result
        if any(sums := tuple(getattr(bridge, measure_name) for measure_name in MEASURES))
    }


def count_differences(ours: Sums, theirs: Sums) -> int:
    """Return how many bridges are not the same integers on both sides."""
    return sum(ours.get(key) != theirs.get(key) for key in ours.keys() | theirs.keys())


def duckdb_cube(segments: Segments) -> Callable[[], Sums]:
    """Load DuckDB with the table of the months, sorted by account, and return what runs the query.

    Of the forms that were tried this is the fastest one: LEAD over the sorted table gives the ends of all lengths in
    one pass, and the combinations of values are added up before the single values.
    """
    import duckdb

    database = duckdb.connect()
    account, mrr = list_accounts(segments.ledger), list_months(segments.ledger)
    database.execute("CREATE TABLE account AS SELECT * FROM account")
    database.execute("CREATE TABLE mrr AS SELECT * FROM mrr ORDER BY account, month")
    assert account["id"].size * segments.ledger.panel.shape[0] == mrr["amount"].size
    ends = ", ".join(f"lead(amount, {length}) OVER sorted AS e{length}" for length in WINDOW_MONTHS)
    pairs = " UNION ALL ".join(
        f"""SELECT account, month AS start, {length} AS span, s, e{length} AS e FROM led
            WHERE e{length} IS NOT NULL AND (s > 0 OR e{length} > 0)"""
        for length in WINDOW_MONTHS
    )
    names = ", ".join(DIMENSIONS)
    size = _SIZE.format(*segments.acv_limits(segments.ledger.first))
    query = f"""
        WITH led AS (
            SELECT account, month, amount AS s, {ends} FROM mrr
            WINDOW sorted AS (PARTITION BY account ORDER BY month)
        ), pair AS (
            {pairs}
        ), fact AS (
            SELECT pair.*, since, {", ".join(COLUMNS)}, {size} AS size
            FROM pair JOIN account ON account.id = pair.account
        ), cell AS (
            SELECT start, span, {names}, {", ".join(f"sum({sql}) AS {name}" for name, sql in _MEASURED.items())}
            FROM fact GROUP BY start, span, {names}
        )
        SELECT start, span, {names}, {", ".join(f"sum({name})" for name in MEASURES)}
        FROM cell GROUP BY GROUPING SETS ((start, span), {", ".join(f"(start, span, {name})" for name in DIMENSIONS)})
    """

    def rows() -> Iterator[tuple[tuple[str | None, str | None, int, int], tuple[int, ...]]]:
        for start, span, *rest in database.execute(query).fetchall():
            values, sums = rest[: len(DIMENSIONS)], rest[len(DIMENSIONS) :]
            named_values = [(name, value) for name, value in zip(DIMENSIONS, values, strict=True) if value is not None]
            name, value = named_values[0] if named_values else (None, None)
            yield (name, value, start, span), tuple(map(int, sums))

    return lambda: dict(rows())


def polars_cube(segments: Segments) -> Callable[[], Sums]:
    """Prepare a wide frame, one column a month, and return what computes all windows in one parallel plan."""
    import polars as pl

    ledger = segments.ledger
    months = ledger.panel.shape[0]
    columns = {f"m{month}": np.ascontiguousarray(ledger.panel[month]) for month in range(months)}
    wide = pl.DataFrame({**list_accounts(ledger), **columns}).with_columns(pl.col(list(COLUMNS)).cast(pl.Categorical))
    low, high = segments.acv_limits(ledger.first)
    spans = [(start, span) for span in WINDOW_MONTHS for start in range(months - span)]

    def plan(start: int, span: int) -> pl.LazyFrame:
        s, e, since = pl.col(f"m{start}"), pl.col(f"m{start + span}"), pl.col("since")
        acv = 12 * pl.when(s > 0).then(s).otherwise(e)
        size = (
            pl.when(pl.col("consumer")).then(pl.lit(SIZES[0]))
            .when(acv < low).then(pl.lit(SIZES[1]))
            .when(acv <= high).then(pl.lit(SIZES[2])).otherwise(pl.lit(SIZES[3]))
        )  # fmt: skip
        base, won, back = s > 0, (s == 0) & (since > start), (s == 0) & (since < start)
        measured = {
            "starting": s,
            "expansion": pl.when(base & (e > s)).then(e - s).otherwise(0),
            "contraction": pl.when((e > 0) & (e < s)).then(s - e).otherwise(0),
            "churn": pl.when(e == 0).then(s).otherwise(0),
            "ending": pl.when(base).then(e).otherwise(0),
            "new": pl.when(won).then(e).otherwise(0),
            "reactivated": pl.when(back).then(e).otherwise(0),
            "fx_effect": pl.lit(0),
            "base": base,
            "expanded": base & (e > s),
            "contracted": (e > 0) & (e < s),
            "churned": base & (e == 0),
            "retained": base & (e > 0),
            "new_accounts": won & (e > 0),
            "reactivated_accounts": back & (e > 0),
        }
        return (
            wide.lazy().filter((s > 0) | (e > 0)).with_columns(size=size)
            .group_by(DIMENSIONS).agg(**{name: values.sum() for name, values in measured.items()})
        )  # fmt: skip

    def run() -> Sums:
        sums: Sums = {}
        for (start, span), cells in zip(spans, pl.collect_all([plan(*span) for span in spans]), strict=True):
            whole = cells.select(pl.col(MEASURES).sum()).row(0)
            sums[None, None, start, span] = tuple(map(int, whole))
            for name in DIMENSIONS:
                for value, *row in cells.group_by(name).agg(pl.col(MEASURES).sum()).iter_rows():
                    sums[name, value, start, span] = tuple(map(int, row))
        return sums

    return run


def list_accounts(ledger: Ledger) -> Mapping[str, NDArray[Any]]:
    """Return the columns of the accounts, one entry each."""
    columns = {name: ledger.columns[name] for name in COLUMNS}
    return {
        "id": np.arange(ledger.accounts.count, dtype=np.int32),
        "consumer": ledger.accounts.consumer,
        "since": ledger.first_paid,
        **{name: np.array([UNASSIGNED, *column.values])[column.codes + 1] for name, column in columns.items()},
    }


def list_months(ledger: Ledger) -> Mapping[str, NDArray[Any]]:
    """Return the columns of the amounts, one entry per account and month."""
    months, count = ledger.panel.shape
    return {
        "account": np.tile(np.arange(count, dtype=np.int32), months),
        "month": np.repeat(np.arange(months, dtype=np.int32), count),
        "amount": ledger.panel.ravel(),
    }
