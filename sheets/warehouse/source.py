"""The port on the tables of a warehouse: the statement, its run on the engine, its rows as figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.advice.loss_levers import LossBands
from core.metrics.cube import Cube
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.sources.members import meets_filters
from core.sources.port import (
    AMOUNTS,
    MOST_DIMENSIONS,
    NO_BANDS,
    ComparedPairs,
    Kind,
    KindSum,
    Levels,
    Pairs,
    Side,
)
from core.terms import Metric
from sheets.warehouse.columns import ROWS_AT_ONCE, Columns, pack_rows
from sheets.warehouse.rollup import join_cubes, roll_up
from sheets.warehouse.statement import REASONS, Statement

# Runs a statement on the engine and returns its rows.
Run = Callable[[str], Sequence[Sequence[Any]]]
# Runs a statement of the sums of windows by these dimensions, and returns its rows as columns.
Fetch = Callable[[str, Sequence[str]], Iterable[Columns]]


@dataclass(frozen=True, slots=True)
class WarehouseSource:
    """Answers with a query or more to the engine.

    Attributes:
        statement: the statement on the tables of the company.
        run: the engine.
        fetch: how the engine hands over many rows; None for the rows of `run`.
        table: the table that the dbt package builds, which is read in place of the query; None without one.

    """

    statement: Statement
    run: Run
    fetch: Fetch | None = None
    table: str | None = None

    def cube(self, dimensions: Sequence[str], first: Month, through: Month) -> Cube:
        """Return the bridges of the windows between two closes, as the port has it: one query for four dimensions."""
        statement = replace(self.statement, first=first, through=through)
        if self.table:
            text = statement.read_cube(self.table, dimensions)
            return roll_up(self._fetch(text, dimensions), dimensions)
        groups = [
            dimensions[begin : begin + MOST_DIMENSIONS] for begin in range(0, len(dimensions), MOST_DIMENSIONS)
        ] or [()]
        return join_cubes([roll_up(self._fetch(statement.sum_windows(group), group), group) for group in groups])

    def cube_of_cut(
        self, dimensions: Sequence[str], cut: Sequence[Filter], window: Window | None = None
    ) -> tuple[Cube, Cube | None]:
        """Return the bridges of a cut: of one window, or of the windows of 1, 3 and 12 months; and those of the whole.

        One query has both: the whole, by the dimensions of the cut too, can be compared with other sums. It is None
        where the cut has a filter by an amount.
        """
        amounts = [entry for entry in cut if entry.dimension in AMOUNTS]
        names = tuple(dict.fromkeys((*dimensions, *(entry.dimension for entry in cut if entry not in amounts))))
        text = self.statement.sum_windows(names, window=window, amounts=amounts)
        batches = list(self._fetch(text, names))
        of_cut = (batch.select(_list_members(batch, names, cut), len(dimensions)) for batch in batches)
        return roll_up(of_cut, dimensions), None if amounts else roll_up(batches, names)

    def levels(self, dimensions: Sequence[str], closes: Sequence[Month]) -> Mapping[Month, Levels]:
        """Return the MRR and the accounts at some closes, by combination of values of the dimensions there."""
        levels: dict[Month, dict[tuple[str, ...], tuple[int, int]]] = {close: {} for close in closes}
        for month, *values, mrr, accounts in self.run(self.statement.sum_closes(dimensions, closes)):
            levels[Month(int(month))][tuple(values)] = int(mrr), int(accounts)
        return levels

    def _fetch(self, text: str, dimensions: Sequence[str]) -> Iterable[Columns]:
        if self.fetch is not None:
            return self.fetch(text, dimensions)
        rows = self.run(text)
        return pack_rows(
            (rows[place : place + ROWS_AT_ONCE] for place in range(0, len(rows), ROWS_AT_ONCE)), dimensions
        )

    def pairs(
        self,
        window: Window,
        cut: Sequence[Filter],
        limit: int | None,
        dimensions: Sequence[str] = (),
        bands: LossBands = NO_BANDS,
    ) -> Pairs:
        """Return the accounts of a window that meet a cut, as the port has it.

        Which of several accounts with equal amounts are within the limit is decided by the order of texts of the
        engine.
        """
        rows = self.run(self.statement.list_pairs(window, cut, limit, dimensions, bands))
        parts: dict[tuple[Kind, int, int], KindSum] = {}
        accounts: list[tuple[Any, ...]] = []
        for count, name, start, end, since, paid, *values in rows:
            if int(count):
                # The last two columns of a sum are its bands.
                parts[name, int(since), int(paid)] = KindSum(int(count), int(start), int(end))
            else:
                accounts.append((name, int(start), int(end), int(since), int(paid), *values))
        accounts.sort(key=lambda row: (-abs(row[2] - row[1]), -row[1], row[0]))
        ids, *columns = zip(*accounts, strict=True) if accounts else ((),) * (5 + len(dimensions))
        by_dimension = dict(zip(dimensions, columns[4:], strict=True))
        return Pairs.build(window, ids, self._find_names(ids), columns[:4], by_dimension, parts)

    def compare_pairs(
        self, sides: tuple[Side, Side], starting: tuple[int, int], metric: Metric, limit: int
    ) -> ComparedPairs:
        """Return the accounts that explain most of the difference between a ratio of two sides, as the port has it."""
        rows = self.run(self.statement.compare_pairs(sides, starting, metric, limit))
        accounts = [row for row in rows if not int(row[1])]
        (whole,) = (list(map(int, row[2:])) for row in rows if int(row[1]))
        amounts = np.array([list(map(int, row[4:])) for row in accounts], dtype=np.int64).reshape(-1, 4).T
        ids = tuple(row[0] for row in accounts)
        return ComparedPairs(ids, self._find_names(ids), amounts, whole[0], tuple(whole[2:]), whole[1])

    def _find_names(self, accounts: Sequence[str]) -> tuple[str, ...]:
        """Return the names of accounts; the ID of one without a name."""
        if not (self.statement.tables.has_names and accounts):
            return tuple(accounts)
        names = {row[0]: row[1] for row in self.run(self.statement.list_names(accounts)) if row[1]}
        return tuple(names.get(account, account) for account in accounts)


def _list_members(batch: Columns, names: Sequence[str], cut: Sequence[Filter]) -> list[int]:
    """Return the rows whose values meet a cut."""
    rows = list(range(len(batch.texts[0])))
    for name, values in zip(names, batch.texts[len(REASONS) :], strict=True):
        is_met = {value: meets_filters(cut, name, value) for value in set(values)}
        rows = [row for row in rows if is_met[values[row]]]
    return rows
