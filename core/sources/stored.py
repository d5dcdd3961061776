"""The cuts of a warehouse: from the cube of a snapshot, else by a query to its engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from core.advice.loss_levers import LossBands, LossGroups, place_ages
from core.advice.size_mix import name_size
from core.errors import N_, QuestionError, Sentence, WarehouseError
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.rates import Currencies
from core.ledger.rows import SourceRows
from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.cube import WINDOW_MONTHS, Cube, Exclusion
from core.metrics.retention import MEASURES, Base, Bridge
from core.money import Currency, to_minor
from core.months import Month, Window
from core.query.base_floor import ARR_FLOOR, drop_floor, find_floor, parse_floor
from core.query.limits import Limits, Threshold
from core.query.vocabulary import Filter
from core.sources.closes import BaseSum, Level
from core.sources.cuts import ComparedAccounts, Selection
from core.sources.exclusions import Excluded, Unpriced
from core.sources.listing import Listing, build_bridge
from core.sources.members import begin_window, meets_filters
from core.sources.port import (
    CHANGE_OF_MRR,
    END_MRR,
    MOST_DIMENSIONS,
    NO_BANDS,
    START_MRR,
    ComparedPairs,
    Kind,
    KindSum,
    Levels,
    Pairs,
    Side,
)
from core.terms import Metric, Size

# The accounts of each group that an answer may name.
NAMED = 100
_YEAR = 12


@dataclass(frozen=True, slots=True)
class QueriedCut:
    """The sums of a cut by a query.

    Attributes:
        cube: the sums.
        is_newer: whether the tables held a newer load than the snapshot that is asked about.

    """

    cube: Cube
    is_newer: bool


class QuerySource(Protocol):
    """The queries about what the cube of a snapshot does not have."""

    def cube_of_cut(self, dimensions: Sequence[str], cut: Sequence[Filter], window: Window | None = None) -> QueriedCut:
        """Return the bridges of the accounts of a cut: of one window, or of the windows of 1, 3 and 12 months."""
        ...

    def pairs(
        self,
        window: Window,
        cut: Sequence[Filter],
        limit: int | None,
        dimensions: Sequence[str] = (),
        bands: LossBands = NO_BANDS,
    ) -> Pairs:
        """Return the accounts of a window that meet a cut, at most `limit` of each group."""
        ...

    def levels(self, dimensions: Sequence[str], closes: Sequence[Month]) -> Mapping[Month, Levels]:
        """Return the MRR and the accounts at some closes, by combination of values of the dimensions there."""
        ...

    def compare_pairs(
        self, sides: tuple[Side, Side], starting: tuple[int, int], metric: Metric, limit: int
    ) -> ComparedPairs:
        """Return the accounts that explain most of the difference between a ratio of two sides.

        Args:
            sides: the two sides.
            starting: the MRR at the start of each.
            metric: the ratio.
            limit: the most accounts to return.

        """
        ...


@dataclass(frozen=True, eq=False)
class StoredCuts:
    """The cuts of a snapshot of a warehouse.

    Attributes:
        segments: the months and dimensions of the snapshot; its ledger has no accounts.
        cube: its figures: every value of every dimension in the windows of 1, 3 and 12 months.
        queries: the way to all other figures, and to the accounts.
        find_bands: returns the limits between the accounts that the levers compare, of windows that start at a close.
        shows_names: whether the reader may see which accounts there are.
        asks_for_accounts: whether the figures need accounts.
        newer: has an entry for each figure so far that came from a newer load of the tables.

    """

    segments: Segments
    cube: Cube
    queries: QuerySource
    find_bands: Callable[[Month], LossBands] = lambda _: NO_BANDS
    shows_names: bool = True
    asks_for_accounts: bool = True
    newer: list[Window | None] = field(default_factory=list)

    def measure(self, filters: Sequence[Filter], window: Window) -> Bridge:
        """Return the bridge of a cut."""
        return replace(self._sum(filters, self._end(window))[0], window=window)

    def measure_all(
        self,
        filters: Sequence[Filter],
        windows: Sequence[Window],
        *,
        as_billed: bool = False,  # noqa: ARG002 - amounts of a warehouse are as billed
    ) -> Mapping[Window, Bridge]:
        """Return the bridges of a cut in many windows: all of 1, 3 and 12 months by one query."""
        queried = [window for window in windows if not self._is_stored(filters, window)]
        standard = [window for window in queried if self._is_standard(window)]
        bridges = {window: self.measure(filters, window) for window in windows if window not in standard}
        if standard:
            self._check(filters)
            cube = self._ask((), filters, None)
            bridges |= {window: _add_up(cube, [0], window)[0] for window in standard}
        return {window: bridges[window] for window in windows}

    def split(self, filters: Sequence[Filter], dimension: str, window: Window) -> Mapping[str, Bridge]:
        """Return the bridge of each value of a dimension within a cut."""
        known = self._end(window)
        is_stored = self._is_stored((*filters, Filter(dimension, UNASSIGNED)), known)
        cube = self.cube if is_stored else self._query(filters, known, dimension)
        values = (*self.segments.values(dimension), UNASSIGNED)
        bridges = _read_values(cube, filters, dimension, values, known)
        return {value: replace(bridge, window=window) for value, bridge in bridges.items()}

    def split_base(self, filters: Sequence[Filter], window: Window) -> Mapping[str, Mapping[str, BaseSum]]:
        """Return the base of a cut by the values of every dimension, "Unassigned" first: one query for several."""
        dimensions = self.segments.dimensions
        queried = [name for name in dimensions if not self._is_stored((*filters, Filter(name, UNASSIGNED)), window)]
        room = max(1, MOST_DIMENSIONS - len({entry.dimension for entry in drop_floor(filters)}))
        cubes = dict.fromkeys(dimensions, self.cube)
        for begin in range(0, len(queried), room):
            group = queried[begin : begin + room]
            cubes |= dict.fromkeys(group, self._query(filters, window, *group))
        return {
            name: {
                value: BaseSum.of(bridge)
                for value, bridge in _read_values(cubes[name], filters, name, (UNASSIGNED, *values), window).items()
            }
            for name, values in dimensions.items()
        }

    def measure_close(self, filters: Sequence[Filter], close: Month) -> Level:
        """Return the MRR and the accounts of a cut at a close."""
        if not filters and (whole := self._find_total(close)):
            return whole
        window = self._begin(close)
        if self._is_stored(filters, window) or find_floor(filters):
            bridge = self.measure(filters, window)
            return bridge.starting, bridge.base
        _, levels = self._find_levels(filters, close, is_shown=True)
        return _add_up_levels(levels.values())

    def split_close(self, filters: Sequence[Filter], dimension: str, close: Month) -> Mapping[str, Level]:
        """Return the MRR and the accounts of each value of a dimension within a cut at a close."""
        window = self._begin(close)
        if self._is_stored((*filters, Filter(dimension, UNASSIGNED)), window) or find_floor(filters):
            bridges = self.split(filters, dimension, window)
            return {value: (bridge.starting, bridge.base) for value, bridge in bridges.items()}
        dimensions, levels = self._find_levels(filters, close, dimension, is_shown=True)
        place = dimensions.index(dimension)
        return {
            value: _add_up_levels(level for values, level in levels.items() if values[place] == value)
            for value in (*self.segments.values(dimension), UNASSIGNED)
        }

    def prepare_closes(self, closes: Sequence[Month]) -> None:
        """Ask for the sums of all values at some closes at once: a query for each two or three columns."""
        for dimensions in self._level_dimensions:
            self.queries.levels(dimensions, closes)

    def select(self, filters: Sequence[Filter], windows: Sequence[Window]) -> Selection:
        """Return the accounts of a cut in some windows: the largest of each group, and the sums of all."""
        sums = {window: self._sum(filters, window) for window in windows}
        pairs_of: dict[Window, Pairs] = {}
        reason = None
        try:
            if self.asks_for_accounts:
                pairs_of = {window: self._find_pairs(filters, window) for window in windows}
        except WarehouseError as error:
            reason = Sentence(error.problem, error.values)
        fitting = {window for window, pairs in pairs_of.items() if _fits(pairs, sums[window][0])}
        self.newer.extend(window for window in pairs_of if window not in fitting)
        shown = {window: pairs if self.shows_names else pairs.hide_accounts() for window, pairs in pairs_of.items()}
        named = {
            account: name for pairs in shown.values() for account, name in zip(pairs.ids, pairs.names, strict=True)
        }
        ids = sorted(named)
        place_of = {account: place for place, account in enumerate(ids)}
        bases, groups = {}, {}
        for window in windows:
            pairs = shown.get(window) or Pairs.build(window, (), (), [()] * 4, {}, {})
            index = np.array([place_of[account] for account in pairs.ids], dtype=np.intp)
            bases[window] = Base(window, index, pairs.start, pairs.end, pairs.returning, *sums[window])
            if window in fitting:
                groups[window] = self._group_losses(filters, pairs, sums[window][0])
        ledger = _build_named_ledger(self.segments.ledger, ids, [named[account] for account in ids])
        return Selection(ledger, bases, reason, groups)

    def _group_losses(self, filters: Sequence[Filter], pairs: Pairs, whole: Bridge) -> LossGroups:
        """Return the accounts of a window in the groups that the levers compare, all of which have the sums `whole`."""
        window, bands = pairs.window, self.find_bands(pairs.window.start)
        by_band: dict[tuple[int, int], dict[Kind, KindSum]] = {}
        for (kind, age, amount), part in pairs.parts.items():
            by_band.setdefault((age, amount), {})[kind] = part
        return LossGroups(
            bands,
            {band: build_bridge(window, sums) for band, sums in by_band.items()},
            place_ages(bands, pairs.since, pairs.start, window.start, self.segments.ledger.first),
            pairs.values,
            lambda dimension: self._split_further(filters, dimension, whole),
            NAMED,
        )

    def _split_further(self, filters: Sequence[Filter], dimension: str, whole: Bridge) -> Mapping[str, Bridge]:
        """Return the bridges of `split`; nothing where the warehouse does not give them, or those of another load."""
        try:
            bridges = self.split(filters, dimension, whole.window)
        except (QuestionError, WarehouseError):
            return {}
        sums = [sum(getattr(bridge, measure) for bridge in bridges.values()) for measure in MEASURES]
        return bridges if sums == [getattr(whole, measure) for measure in MEASURES] else {}

    def measure_closes(self, filters: Sequence[Filter], closes: Sequence[Month]) -> Mapping[Month, Level]:
        """Return the MRR and the accounts of a cut at some closes: in one query, but for the last close."""
        windows = {close: self._begin(close) for close in closes}
        bridges = self.measure_all(filters, list(windows.values()))
        return {close: (bridges[window].starting, bridges[window].base) for close, window in windows.items()}

    def select_close(self, filters: Sequence[Filter], close: Month) -> Selection:
        """Return the accounts of a cut that pay at a close: the largest of them."""
        return self.select(filters, [self._begin(close)])

    def list_accounts(self, filters: Sequence[Filter], window: Window, limits: Limits) -> Listing:
        """Return the accounts of a cut in a window that meet the thresholds of a list: the largest of each kind."""
        bridge, products = self._sum(filters, window)
        thresholds = [_write_threshold(entry, self.segments.ledger.currency) for entry in limits.thresholds]
        pairs = self._find_pairs((*filters, *thresholds), window)
        base = Base(window, np.arange(len(pairs.ids)), pairs.start, pairs.end, pairs.returning, bridge, products)

        def read_values(places: NDArray[np.intp]) -> Mapping[str, Sequence[str]]:
            return {name: [values[place] for place in places.tolist()] for name, values in pairs.values.items()}

        def find_last_paid(places: NDArray[np.intp]) -> Sequence[Month]:
            return list(map(Month, pairs.paid[places].tolist()))

        if not thresholds and not _fits(pairs, bridge):
            self.newer.append(window)
        return Listing(
            _build_named_ledger(self.segments.ledger, pairs.ids, pairs.names),
            base,
            pairs.sums,
            _count_kinds(bridge),
            read_values,
            find_last_paid,
            NAMED,
            self.shows_names,
        )

    def compare(self, first: Side, second: Side, metric: Metric) -> ComparedAccounts:
        """Return the accounts that explain most of the difference between a ratio of two sides."""
        sides = first, second
        bridges = [self.measure(filters, window) for window, filters in sides]
        starting = bridges[0].starting, bridges[1].starting
        pairs, reason = ComparedPairs((), (), np.zeros((4, 0), dtype=np.int64), 0, (), 0), None
        totals = tuple(total for bridge in bridges for total in (bridge.starting, bridge.ending))
        if all(starting):
            currency = self.segments.ledger.currency
            spelled = [(window, _spell(filters, currency)) for window, filters in sides]
            try:
                pairs = self.queries.compare_pairs((spelled[0], spelled[1]), starting, metric, NAMED)
            except WarehouseError as error:
                reason = Sentence(error.problem, error.values)
            if pairs.totals not in {(), totals}:
                self.newer.append(first[0])
        # Without the query those of both sides are known one by one.
        excluded = pairs.excluded if pairs.totals else max(self.count_excluded(cut, window) for window, cut in sides)
        shown = len(pairs.ids) if self.shows_names else 0
        ids, names, amounts = pairs.ids[:shown], pairs.names[:shown], pairs.amounts[:, :shown]
        index, returning = np.arange(len(ids)), np.ones(len(ids), dtype=np.bool_)
        bases = [
            Base(window, index, amounts[2 * place], amounts[2 * place + 1], returning)
            for place, (window, _) in enumerate(sides)
        ]
        ledger = _build_named_ledger(self.segments.ledger, ids, names)
        return ComparedAccounts(ledger, (bases[0], bases[1]), excluded, pairs.explaining, reason)

    def _find_pairs(self, filters: Sequence[Filter], window: Window) -> Pairs:
        spelled = _spell(filters, self.segments.ledger.currency)
        bands = self.find_bands(window.start)
        return self.queries.pairs(window, spelled, NAMED, tuple(self.segments.dimensions), bands)

    def exclude(self, filters: Sequence[Filter], window: Window) -> Excluded:
        """Return the accounts of a cut that are in no figure: of a window that the history lacks, at the last close."""
        ledger = self.segments.ledger
        if ledger.covers(window):
            return self._exclude(filters, window)
        try:
            return self._exclude(filters, begin_window(ledger, ledger.last))
        except WarehouseError:
            if len(ledger.closes) == 1:
                raise
            # The stored sums have those of the close before.
            return self._exclude(filters, Window(*ledger.closes[-2:]))

    def _exclude(self, filters: Sequence[Filter], window: Window) -> Excluded:
        entries = self._list_exclusions(filters, window)
        return Excluded(
            accounts=sum(entry.accounts for entry in entries),
            counted=self._sum(filters, window)[0].base,
            mrr=sum(entry.starting for entry in entries if not entry.unpriced),
            unpriced=_add_up_unpriced(entries),
            is_of_warehouse=True,
        )

    def count_excluded(self, filters: Sequence[Filter], window: Window) -> int:
        """Return the number of excluded accounts that are in a cut in a window."""
        return sum(entry.accounts for entry in self._list_exclusions(filters, self._end(window)))

    def bound_exclusions(self, filters: Sequence[Filter], window: Window) -> int:
        """Return the most MRR that can be excluded from a window."""
        entries = self._list_exclusions(filters, window)
        return sum(entry.highest for entry in entries if not entry.unpriced)

    def sum_by_size(self, filters: Sequence[Filter], base: Base) -> Mapping[Size, int]:
        """Return the MRR of a cut at the start of a window by size of customer: the sheet's own names first.

        Empty also where the warehouse cannot be asked for it, or not by so many columns: the figures have no benchmark
        then.
        """
        if not self.segments.has_sizes:
            return {}
        try:
            return self._sum_by_size(filters, base.window)
        except (QuestionError, WarehouseError):
            return {}

    def _sum_by_size(self, filters: Sequence[Filter], window: Window) -> Mapping[Size, int]:
        sums, named = dict.fromkeys(get_args(Size), 0), self._named_sizes
        if self._is_stored(filters, window):
            # One query has the sizes of every value of a column. Those of another cut come with its own sums.
            dimensions, levels = self._find_levels(filters, window.start)
            for values, (mrr, _) in levels.items():
                value_of = dict(zip(dimensions, values, strict=True))
                size = named.get(value_of.get("segment", "")) or value_of.get("size")
                if size in sums:
                    sums[size] += mrr
            return {size: amount for size, amount in sums.items() if amount}
        unnamed = 1
        if named:
            unnamed = 0
            for value, bridge in self.split(filters, "segment", window).items():
                if value in named:
                    sums[named[value]] += bridge.starting
                else:
                    unnamed += bridge.starting
        if unnamed:
            others = [Filter("segment", value, excluded=True) for value in named]
            for value, bridge in self.split((*filters, *others), "size", window).items():
                if value in sums:
                    sums[value] += bridge.starting
        return {size: amount for size, amount in sums.items() if amount}

    def sum_company(self, window: Window) -> int:
        """Return the MRR of the whole company at the start of a window."""
        return self._sum((), window)[0].starting

    def hide_names(self) -> StoredCuts:
        """Return the cuts for a reader who may not see which accounts there are."""
        return replace(self, shows_names=False)

    def skip_accounts(self) -> StoredCuts:
        """Return the cuts for figures that need no account."""
        return replace(self, asks_for_accounts=False)

    def watch(self) -> StoredCuts:
        """Return the same cuts, which notice for one answer where figures are of a newer load than the snapshot."""
        return replace(self, newer=[])

    def _end(self, window: Window) -> Window:
        """Return a window up to the last close at most; one that begins there is as it is."""
        last = self.segments.ledger.last
        return Window(window.start, last) if window.start < last < window.end else window

    def _is_stored(self, filters: Sequence[Filter], window: Window) -> bool:
        is_by_one = len({entry.dimension for entry in filters}) <= 1 and not find_floor(filters)
        return is_by_one and self._is_standard(window)

    def _is_standard(self, window: Window) -> bool:
        return window.months in WINDOW_MONTHS and window.end <= self.segments.ledger.last

    def _begin(self, close: Month) -> Window:
        """Return a window that begins at a close: one whose sums are stored, if there is one."""
        ledger = self.segments.ledger
        ends = (close + months for months in WINDOW_MONTHS)
        return next((Window(close, end) for end in ends if ledger.has_close(end)), begin_window(ledger, close))

    def _sum(self, filters: Sequence[Filter], window: Window) -> tuple[Bridge, tuple[int, int, int]]:
        """Return the bridge of a cut, and the sums of s^2, s e and e^2 of its base."""
        if not self._is_stored(filters, window):
            return _add_up(self._query(filters, window), [0], window)
        return _add_up(self.cube, self._find_labels(filters), window)

    def _find_labels(self, filters: Sequence[Filter]) -> list[int]:
        """Return the columns of the cube that make up a cut by one dimension at most."""
        if not filters:
            return [0]
        dimension = filters[0].dimension
        self._check(filters)
        return [
            place
            for place, (name, value) in enumerate(self.cube.labels)
            if name == dimension and meets_filters(filters, dimension, value)
        ]

    def _query(self, filters: Sequence[Filter], window: Window, *others: str) -> Cube:
        """Return the sums of a cut in one window, by the dimension that says its sizes, and by others."""
        self._check(filters)
        cut = {entry.dimension for entry in drop_floor(filters)}
        sizing = "segment" if "segment" in self.segments.ledger.columns else "size"
        dimensions = list(others)
        if sizing in self.segments.dimensions and len({*cut, *dimensions, sizing}) <= MOST_DIMENSIONS:
            dimensions.append(sizing)
        _check_number({*cut, *dimensions})
        return self._ask(tuple(dict.fromkeys(dimensions)), filters, window)

    def _ask(self, dimensions: Sequence[str], filters: Sequence[Filter], window: Window | None) -> Cube:
        spelled = _spell(filters, self.segments.ledger.currency)
        queried = self.queries.cube_of_cut(dimensions, spelled, window)
        if queried.is_newer:
            self.newer.append(window)
        return queried.cube

    def _check(self, filters: Sequence[Filter]) -> None:
        """Check that the warehouse has the values of a cut.

        Raises:
            QuestionError: it does not.

        """
        ledger = self.segments.ledger
        window = begin_window(ledger, ledger.last)
        for entry in drop_floor(filters):
            self.segments.members(entry.dimension, entry.value, window)

    @cached_property
    def _named_sizes(self) -> Mapping[str, Size]:
        """The values of the company's own segment that name a size."""
        column = self.segments.ledger.columns.get("segment")
        return {value: size for value in column.values if (size := name_size(value))} if column else {}

    @cached_property
    def _level_dimensions(self) -> Sequence[Sequence[str]]:
        """The dimensions that are asked for together at a close, each with those that say the sizes."""
        segments, named = self.segments, self._named_sizes
        column = segments.ledger.columns.get("segment")
        sizing = ["segment"] if named else []
        if segments.has_sizes and not (column and len(named) == len(column.values) and not column.has_blanks):
            sizing.append("size")
        others = [name for name in segments.dimensions if name not in sizing]
        most = MOST_DIMENSIONS - len(sizing)
        return [(*others[begin : begin + most], *sizing) for begin in range(0, len(others), most)]

    def _find_total(self, close: Month) -> Level | None:
        """Return the MRR and the accounts of the whole company at a close; None where no window ends there."""
        window = next((window for window in self.cube.windows if window.end == close), None)
        if window is None:
            return None
        whole = self.measure((), window)
        return whole.total, whole.retained + whole.new_accounts + whole.reactivated_accounts

    def _find_levels(
        self, filters: Sequence[Filter], close: Month, dimension: str | None = None, *, is_shown: bool = False
    ) -> tuple[Sequence[str], Levels]:
        """Return some dimensions, those of a cut among them, and the accounts of the cut by their values at a close.

        Args:
            filters: the cut.
            close: the close.
            dimension: a further dimension that must be among them.
            is_shown: whether the amounts are shown next to those of the cube, and must be of the same load.

        Raises:
            WarehouseError: the warehouse cannot be asked, or its tables hold another load.

        """
        self._check(filters)
        needed = {entry.dimension for entry in filters} | ({dimension} if dimension else set())
        groups = (group for group in self._level_dimensions if needed <= {*group})
        dimensions = next(groups, sorted(needed))
        _check_number(dimensions)
        levels = self.queries.levels(dimensions, (close,))[close]
        is_newer = self._find_total(close) not in {None, _add_up_levels(levels.values())}
        if is_newer:
            self.newer.append(None)
        if is_newer and is_shown:
            raise WarehouseError(
                N_("The tables were loaded anew since the last sync, so that the MRR of {month} is another one."),
                N_("Run nrrbot sync."),
                month=close,
            )
        return dimensions, {
            values: level
            for values, level in levels.items()
            if all(meets_filters(filters, name, value) for name, value in zip(dimensions, values, strict=True))
        }

    def _list_exclusions(self, filters: Sequence[Filter], window: Window) -> list[Exclusion]:
        """Return the excluded accounts of a cut in a window, for each reason and value."""
        stored = self._is_stored(filters, window)
        cube = self.cube if stored else self._query(filters, window)
        labels = {cube.labels[0]}
        if stored and filters:
            dimension = filters[0].dimension
            values = {entry.label[1] for entry in cube.exclusions if entry.label[0] == dimension}
            labels = {(dimension, value) for value in values if meets_filters(filters, dimension, value)}
        return [entry for entry in cube.exclusions if entry.window == window and entry.label in labels]


def _spell(filters: Sequence[Filter], currency: Currency) -> tuple[Filter, ...]:
    """Return the filters of a query: a floor as the least MRR at the start."""
    return tuple(
        Filter(START_MRR, str(-(-to_minor(parse_floor(entry.value)[0], currency.exponent) // _YEAR)))
        if entry.dimension == ARR_FLOOR
        else entry
        for entry in filters
    )


def _write_threshold(threshold: Threshold, currency: Currency) -> Filter:
    """Return the filter for the accounts that meet a threshold: at least one minor unit more, or less."""
    amount = to_minor(threshold.amount, currency.exponent)
    dimension = CHANGE_OF_MRR if threshold.measure == "change" else END_MRR
    months = _YEAR if threshold.measure == "arr" else 1
    if threshold.sign == ">":
        return Filter(dimension, str(amount // months + 1))
    return Filter(dimension, str(-(-amount // months)), excluded=True)


def _count_kinds(bridge: Bridge) -> Mapping[Kind, int]:
    return {
        "new": bridge.new_accounts,
        "reactivation": bridge.reactivated_accounts,
        "expansion": bridge.expanded,
        "contraction": bridge.contracted,
        "churn": bridge.churned,
        "unchanged": bridge.base - bridge.expanded - bridge.contracted - bridge.churned,
    }


def _fits(pairs: Pairs, bridge: Bridge) -> bool:
    """Tell whether the accounts of a query have the sums of a bridge."""
    sums = pairs.sums
    starting = sum(entry.start for entry in sums.values())
    amounts = (starting, sums["new"].end, sums["reactivation"].end, sums["churn"].start)
    if amounts != (bridge.starting, bridge.new, bridge.reactivated, bridge.churn):
        return False
    grown, shrunk = sums["expansion"], sums["contraction"]
    if (grown.end - grown.start, shrunk.start - shrunk.end) != (bridge.expansion, bridge.contraction):
        return False
    return {kind: entry.accounts for kind, entry in sums.items()} == _count_kinds(bridge)


def _check_number(dimensions: Collection[str]) -> None:
    """Check that a query can have so many dimensions.

    Raises:
        QuestionError: it cannot.

    """
    if len(dimensions) > MOST_DIMENSIONS:
        raise QuestionError(
            N_("A question to the warehouse can combine {count} columns, and this one has {number}."),
            N_("Leave out one of them."),
            count=MOST_DIMENSIONS,
            number=len(dimensions),
        )


def _read_values(
    cube: Cube, filters: Sequence[Filter], dimension: str, values: Sequence[str], window: Window
) -> Mapping[str, Bridge]:
    """Return the bridge of each value of a dimension within a cut."""
    met = {label[1] for label in cube.labels if label[0] == dimension and meets_filters(filters, dimension, label[1])}
    places = {value: [cube.labels.index((dimension, value))] for value in values if value in met}
    return {value: _add_up(cube, places.get(value, []), window)[0] for value in values}


def _add_up(cube: Cube, labels: Sequence[int], window: Window) -> tuple[Bridge, tuple[int, int, int]]:
    """Return the sums of some columns of a cube in a window; zeros where no account has MRR in it."""
    if window not in cube.windows or not labels:
        return Bridge(window), (0, 0, 0)
    row = cube.windows.index(window)
    integers = cube.sums[row, labels].sum(axis=0).tolist()
    fields = (*integers, cube.can_leave)
    products = (0, 0, 0)
    if cube.products is not None:
        squares, crossed, end_squares = cube.products[row, labels].sum(axis=0).tolist()
        products = int(squares), int(crossed), int(end_squares)
    return Bridge(window, *fields), products


def _add_up_unpriced(entries: Iterable[Exclusion]) -> Mapping[str, Unpriced]:
    """Return the excluded accounts of each currency without a rate."""
    sums: dict[str, Unpriced] = {}
    for entry in sorted(entries, key=lambda entry: entry.unpriced):
        if entry.unpriced:
            before = sums.get(entry.unpriced, Unpriced(0, 0))
            sums[entry.unpriced] = Unpriced(before.accounts + entry.accounts, before.mrr + entry.starting)
    return sums


def _add_up_levels(levels: Iterable[Level]) -> Level:
    pairs = [*levels]
    return sum(mrr for mrr, _ in pairs), sum(accounts for _, accounts in pairs)


def _build_named_ledger(ledger: Ledger, ids: Sequence[str], names: Sequence[str]) -> Ledger:
    """Return the ledger of the accounts that are named: they have no amounts and no values."""
    return replace(
        ledger,
        panel=np.zeros((len(ledger.panel), len(ids)), dtype=np.int64),
        accounts=build_accounts(ids, names),
        currencies=Currencies((ledger.currency,), np.zeros(len(ids), dtype=np.int16)),
        source_rows=SourceRows("", np.zeros(len(ids), dtype=np.int32)),
        columns={},
    )
