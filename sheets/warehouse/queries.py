"""Queries about one cut of a warehouse; each opens a connection and closes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock

from core.advice.loss_levers import LossBands
from core.config import Config
from core.errors import N_, WarehouseError
from core.ledger.segments import SizeRules
from core.metrics.cube import Cube
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.sources.loads import is_of_same_load
from core.sources.port import NO_BANDS, ComparedPairs, Levels, Pairs, Side
from core.sources.stored import QueriedCut
from core.terms import Metric
from sheets.warehouse.connection import UNREACHABLE, open_warehouse
from sheets.warehouse.recognition import recognise_company
from sheets.warehouse.source import WarehouseSource
from sheets.warehouse.statement import Statement

_UNREACHABLE = N_("The warehouse cannot be reached, so what needs a query to it is not given.")
_REFUSED = N_("The warehouse did not run a query, so what needs it is not given.")


@dataclass(frozen=True, slots=True)
class EarlierQueries:
    """Refuses all queries about an earlier snapshot: the tables hold a newer load.

    Attributes:
        snapshot: the number of the snapshot.

    """

    snapshot: int

    def cube_of_cut(self, dimensions: Sequence[str], cut: Sequence[Filter], window: Window | None = None) -> QueriedCut:  # noqa: ARG002 - as in a warehouse
        """Refuse.

        Raises:
            WarehouseError: always.

        """
        raise self._refuse()

    def pairs(
        self,
        window: Window,  # noqa: ARG002 - as in a warehouse
        cut: Sequence[Filter],  # noqa: ARG002
        limit: int | None,  # noqa: ARG002
        dimensions: Sequence[str] = (),  # noqa: ARG002
        bands: LossBands = NO_BANDS,  # noqa: ARG002
    ) -> Pairs:
        """Refuse.

        Raises:
            WarehouseError: always.

        """
        raise self._refuse()

    def compare_pairs(
        self,
        sides: tuple[Side, Side],  # noqa: ARG002 - as in a warehouse
        starting: tuple[int, int],  # noqa: ARG002
        metric: Metric,  # noqa: ARG002
        limit: int,  # noqa: ARG002
    ) -> ComparedPairs:
        """Refuse.

        Raises:
            WarehouseError: always.

        """
        raise self._refuse()

    def levels(self, dimensions: Sequence[str], closes: Sequence[Month]) -> Mapping[Month, Levels]:  # noqa: ARG002 - as in a warehouse
        """Refuse.

        Raises:
            WarehouseError: always.

        """
        raise self._refuse()

    def _refuse(self) -> WarehouseError:
        return WarehouseError(
            N_("The tables hold a newer load than snapshot {snapshot}, which has only what was asked before."),
            N_("Ask about the newest data."),
            snapshot=self.snapshot,
        )


@dataclass(slots=True, eq=False)
class WarehouseQueries:
    """Asks the warehouse of a config about the months of a snapshot. Threads share it.

    Attributes:
        config: the config.
        rules: the limits between the sizes.
        first: the first close of the snapshot.
        through: the last one.
        figures: its figures, by which a newer load is noticed.

    """

    config: Config
    rules: SizeRules
    first: Month
    through: Month
    figures: Cube
    _statement: Statement | None = field(default=None, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def cube_of_cut(self, dimensions: Sequence[str], cut: Sequence[Filter], window: Window | None = None) -> QueriedCut:
        """Return the bridges of the accounts of a cut: of one window, or of the windows of 1, 3 and 12 months.

        Raises:
            WarehouseError: the warehouse cannot be reached, or refused the query.

        """
        with self._open() as source:
            cube, whole = source.cube_of_cut(dimensions, cut, window)
        # A history of one close has no window with which a load could be compared.
        if whole is None or self.first == self.through:
            return QueriedCut(cube, is_newer=False)
        return QueriedCut(cube, not is_of_same_load(self.figures, whole, window))

    def pairs(
        self,
        window: Window,
        cut: Sequence[Filter],
        limit: int | None,
        dimensions: Sequence[str] = (),
        bands: LossBands = NO_BANDS,
    ) -> Pairs:
        """Return the accounts of a window that meet a cut, at most `limit` of each group.

        Raises:
            WarehouseError: the warehouse cannot be reached, or refused the query.

        """
        with self._open() as source:
            return source.pairs(window, cut, limit, dimensions, bands)

    def compare_pairs(
        self, sides: tuple[Side, Side], starting: tuple[int, int], metric: Metric, limit: int
    ) -> ComparedPairs:
        """Return the accounts that explain most of the difference between a ratio of two sides.

        Raises:
            WarehouseError: the warehouse cannot be reached, or refused the query.

        """
        with self._open() as source:
            return source.compare_pairs(sides, starting, metric, limit)

    def levels(self, dimensions: Sequence[str], closes: Sequence[Month]) -> Mapping[Month, Levels]:
        """Return the MRR and the accounts at some closes, by combination of values of the dimensions there.

        Raises:
            WarehouseError: the warehouse cannot be reached, or refused the query.

        """
        with self._open() as source:
            return source.levels(dimensions, closes)

    @contextmanager
    def _open(self) -> Iterator[WarehouseSource]:
        """Open the warehouse; its errors are for readers of answers, without the words of the driver."""
        try:
            with open_warehouse(self.config.warehouse) as warehouse:
                with self._lock:
                    if self._statement is None:
                        statement = recognise_company(self.config, self.rules, self.through, warehouse).source.statement
                        self._statement = replace(statement, first=self.first, through=self.through)
                yield WarehouseSource(self._statement, warehouse.run, warehouse.fetch)
        except WarehouseError as error:
            if "why" not in error.values:
                raise
            problem = _UNREACHABLE if error.problem == UNREACHABLE else _REFUSED
            raise WarehouseError(problem, N_("nrrbot doctor says why.")) from error
