"""Restatements: figures of closed periods that a later sync changed, and the accounts whose rows caused it.

A figure is recorded once its window ends before the last month of the data, as that month is still being filled in.
From then on every change of one of its integers is a restatement, whether an edit of the sheet or a change of the
config caused it. New months, new dimensions and dimensions that vanish restate nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments, SizeRules
from core.metrics.cube import Figure, build_cube
from core.metrics.retention import Bridge, select_base
from core.money import Currency, to_percent
from core.months import Calendar, Month, Period, Window

# An edit of one cell touches a handful of accounts. If it touches more, those with the largest changes are kept.
ACCOUNTS = 500
PER_FIGURE = 10

Settings = Mapping[str, str | int]

# The effect of these settings can be separated from an edit's, as the previous ledger can be measured by either. The
# last one is no key of the config: the version of the code that computed the figures.
MID_MARKET_FROM, ENTERPRISE_ABOVE, PROGRAM = "segments.mid_market_from", "segments.enterprise_above", "nrrbot"


class Cell(NamedTuple):
    """The key of a figure: a value of a dimension in a window; both None for the whole company."""

    window: Window
    dimension: str | None
    value: str | None


Figures = Mapping[Cell, Bridge]


@dataclass(frozen=True, slots=True)
class Edit:
    """An account's MRR at the close of `month`, before and after, in minor units of the account's currency."""

    month: Month
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Move:
    """An account's value in a column of Customers, before and after; empty if the cell was blank."""

    dimension: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Cause:
    """An account whose rows changed figures.

    Attributes:
        id: its id in the sheet.
        name: its display name.
        tab: the revenue tab's title.
        row: its first row in that tab, 1-based; the previous row if the account was deleted; 0 if none.
        currency: the currency of the edits.
        edits: its MRR at the closes of the restated windows, where it differs.
        moves: its values that differ.
        left_out: whether it was excluded before, and whether it is now.

    """

    id: str
    name: str
    tab: str
    row: int
    currency: Currency
    edits: tuple[Edit, ...] = ()
    moves: tuple[Move, ...] = ()
    left_out: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, slots=True)
class Restated:
    """A figure that changed.

    Attributes:
        cell: its key.
        before: the recorded bridge.
        after: the bridge now.
        recorded: the snapshot that `before` came from.
        accounts: the number of accounts that caused it.
        largest: the ids of the accounts with the largest changes in it, the largest first.

    """

    cell: Cell
    before: Bridge
    after: Bridge
    recorded: int
    accounts: int = 0
    largest: tuple[str, ...] = ()

    @property
    def is_visible(self) -> bool:
        """Whether one of the two ratios differs after rounding."""
        return _round_ratios(self.before) != _round_ratios(self.after)


def _round_ratios(bridge: Bridge) -> tuple[Decimal | None, ...]:
    return tuple(None if ratio is None else to_percent(ratio) for ratio in (bridge.nrr, bridge.grr))


@dataclass(frozen=True, slots=True)
class Restatement:
    """The changes of recorded figures by one sync, for one cause.

    Attributes:
        found_at: the time of the sync.
        snapshots: the snapshot before it, and the one it made.
        currencies: the currencies of the amounts before and after.
        settings: keys of the config that changed, and PROGRAM after an update of nrrbot, with their values before and
            after, when these are the cause.
        figures: every figure that changed.
        causes: the accounts that caused it, the largest change first; empty if `settings` caused it.
        accounts: the number of these accounts; `causes` keeps at most `ACCOUNTS` of them.

    """

    found_at: dt.datetime
    snapshots: tuple[int, int]
    currencies: tuple[Currency, Currency]
    figures: tuple[Restated, ...]
    settings: Mapping[str, tuple[str | int, str | int]] = field(default_factory=dict)
    causes: tuple[Cause, ...] = ()
    accounts: int = 0


def index_figures(figures: Iterable[Figure]) -> dict[Cell, Bridge]:
    """Return bridges, as a cube yields them, by their keys."""
    return {Cell(bridge.window, dimension, value): bridge for dimension, value, bridge in figures}


def compare_figures(recorded: Figures, now: Figures) -> dict[Cell, tuple[Bridge, Bridge]]:
    """Return the recorded figures that have changed: cell -> (before, after).

    Only windows and dimensions that both sides have are compared. A value that one side does not have, such as a
    renamed segment, has a bridge of zeros there.
    """
    # cell[:2] is the window and the dimension.
    shared = {cell[:2] for cell in recorded} & {cell[:2] for cell in now}
    changes = {}
    for cell in [*recorded, *(cell for cell in now if cell not in recorded)]:
        if cell[:2] in shared:
            nothing = Bridge(cell.window)
            pair = recorded.get(cell, nothing), now.get(cell, nothing)
            if pair[0] != pair[1]:
                changes[cell] = pair
    return changes


def select_closed_periods(figures: Figures, last: Month) -> dict[Cell, Bridge]:
    """Return the figures whose windows end before `last`, the last month of the data."""
    return {cell: bridge for cell, bridge in figures.items() if cell.window.end < last}


def compare_settings(before: Settings, after: Settings) -> dict[str, tuple[str | int, str | int]]:
    """Return the settings that differ; one that only one side has came with a new version of nrrbot and is skipped."""
    before = {PROGRAM: "", **before}
    return {key: (value, after[key]) for key, value in before.items() if key in after and after[key] != value}


def read_size_rules(settings: Settings, otherwise: SizeRules) -> SizeRules:
    """Return the size limits in `settings`, or `otherwise` if they have none."""
    if MID_MARKET_FROM not in settings or ENTERPRISE_ABOVE not in settings:
        return otherwise
    return SizeRules(int(settings[MID_MARKET_FROM]), int(settings[ENTERPRISE_ABOVE]))


def find_restatements(
    recorded: Mapping[Cell, tuple[int, Bridge]],
    now: Figures,
    before: Ledger,
    after: Segments,
    settings: tuple[Settings, Settings],
    snapshots: tuple[int, int],
    found_at: dt.datetime,
    changes: Mapping[Cell, tuple[Bridge, Bridge]] | None = None,
) -> list[Restatement]:
    """Return the restatements by a sync: those caused by the config first, then those by edits of the sheet.

    If a setting changed that decides how the sheet is read, the two causes cannot be separated: the restatement names
    the setting.

    Args:
        recorded: the figures of closed periods with the snapshot that each came from.
        now: the figures of the ledger now.
        before: the ledger of the snapshot before.
        after: the ledger now; its rule for accounts that pay by usage applies to both.
        settings: the settings of the snapshot before, and the current ones.
        snapshots: the ids of the snapshot before and of the new one.
        found_at: the time of the sync.
        changes: the recorded figures that have changed, `compare_figures`, where they are known.

    """
    recorded_bridges = {cell: bridge for cell, (_, bridge) in recorded.items()}
    before = replace(before, usage=after.ledger.usage)

    def build_restatement(changes: Mapping[Cell, tuple[Bridge, Bridge]], **more: Any) -> Restatement:
        figures = tuple(
            Restated(cell, *changes[cell], recorded[cell][0] if cell in recorded else snapshots[0])
            for cell in sorted(changes, key=_sort_key)
        )
        return Restatement(found_at, snapshots, (before.currency, after.ledger.currency), figures, **more)

    changed = compare_settings(*settings)
    restatements = []
    if changed:
        # New size limits or new code alone: the old ledger by the new ones is between the two. The changes up to there
        # come from these, the rest from edits. Any other setting: all changes come from the config. The ledger of a
        # warehouse has no accounts that could be measured.
        is_separable = changed.keys() <= {MID_MARKET_FROM, ENTERPRISE_ABOVE, PROGRAM} and before.accounts.count > 0
        between = index_figures(build_cube(Segments(before, after.rules))) if is_separable else now
        by_settings = compare_figures(recorded_bridges, between)
        restatements.append(build_restatement(by_settings, settings=changed))
        recorded_bridges.update({cell: bridge for cell, (_, bridge) in by_settings.items()})
        changes = None
    edited = build_restatement(compare_figures(recorded_bridges, now) if changes is None else changes)
    figures, causes, accounts = add_causes(edited.figures, Segments(before, after.rules), after)
    restatements.append(replace(edited, figures=figures, causes=causes, accounts=accounts))
    return [restatement for restatement in restatements if restatement.figures]


def _sort_key(cell: Cell) -> tuple[int, Month, bool, str, str]:
    """Sort by window, so that the parts that its figures share are computed once; the whole company first."""
    window, dimension, value = cell
    return window.months, window.end, dimension is not None, dimension or "", value or ""


def add_causes(figures: Sequence[Restated], before: Segments, after: Segments) -> tuple[
    tuple[Restated, ...], tuple[Cause, ...], int
]:  # fmt: skip
    """Return the figures with the causes of each, the accounts that caused any of them, and the number of these.

    An account is a cause of a figure if its part of it differs: its MRR at the start or the end close, that MRR at the
    end's rates, whether it is counted, whether it belongs to the value, or whether it came back or is new.

    Args:
        figures: the figures that changed.
        before: the ledger that the figures came from.
        after: the ledger now.

    """
    pair = _LedgerPair(before, after)
    weights = np.zeros(len(pair.ids), dtype=np.int64)
    explained = []
    for figure in figures:
        # An account's weight is its largest change of any figure.
        index, weight = pair.find_causes(figure.cell)
        weights[index] = np.maximum(weights[index], weight)
        heaviest = index[np.argsort(-weight, kind="stable")[:PER_FIGURE]]
        explained.append(replace(figure, accounts=len(index), largest=tuple(pair.ids[at] for at in heaviest.tolist())))
    order = np.argsort(-weights, kind="stable")[: min(ACCOUNTS, int(np.count_nonzero(weights)))]
    windows = list(dict.fromkeys(figure.cell.window for figure in figures))
    return tuple(explained), tuple(pair.describe_causes(order, windows)), int(np.count_nonzero(weights))


class _AlignedLedger:
    """One of two ledgers, with its accounts in the order of a common list."""

    def __init__(self, segments: Segments, ids: Sequence[str]) -> None:
        self.segments, self.ledger = segments, segments.ledger
        place = {account: number for number, account in enumerate(self.ledger.accounts.ids)}
        self.place = np.array([place.get(account, -1) for account in ids], dtype=np.int64)
        self.there = self.place >= 0
        self.values = segments.dimensions

    def read_closes(self, window: Window) -> NDArray[np.int64]:
        """Return (4, n) of each account, zeros where it is not counted.

        The rows are its MRR at the start, at the end, at the end at the rates of the end (for the FX effect), and 1
        where it paid before.
        """
        closes = np.zeros((4, len(self.place)), dtype=np.int64)
        if self.ledger.covers(window):
            base = select_base(self.ledger, window)
            now = self.ledger.window_mrr(window.end, window.start, window.end)[base.index]
            # In the ledger's order first, then in the order of the common list.
            full = np.zeros((4, self.ledger.accounts.count), dtype=np.int64)
            full[:, base.index] = base.start, base.end, now, base.returning
            closes[:, self.there] = full[:, self.place[self.there]]
        return closes

    def read_codes(self, dimension: str, window: Window, numbers: Mapping[str, int]) -> NDArray[np.int64]:
        """Return (n,) the number of each account's value, -1 unassigned, -2 if the account is not in this ledger."""
        codes = np.full(len(self.place), -2, dtype=np.int64)
        if dimension in self.values and self.ledger.covers(window):
            # This ledger's code -> the common number; the last place is for code -1, unassigned.
            lookup = np.array([*(numbers[value] for value in self.values[dimension]), -1], dtype=np.int64)
            codes[self.there] = lookup[self.segments.codes(dimension, window)[self.place[self.there]]]
        return codes


class _LedgerPair:
    """The ledgers before and after a sync, over the accounts of both."""

    def __init__(self, before: Segments, after: Segments) -> None:
        self.ids = tuple(dict.fromkeys((*after.ledger.accounts.ids, *before.ledger.accounts.ids)))
        self._sides = _AlignedLedger(before, self.ids), _AlignedLedger(after, self.ids)
        self._window: Window | None = None
        self._dimension: str | None = None
        self._closes = self._codes = (np.empty(0, np.int64), np.empty(0, np.int64))
        self._moved: Mask = np.empty(0, np.bool_)
        self._paid: Mask = self._moved

    def find_causes(self, cell: Cell) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Return the places of the accounts whose part of a figure has changed, and the changes, at least 1."""
        self._select_window(cell.window, cell.dimension)
        candidates: Mask = self._moved
        inside = [np.ones(len(self.ids), dtype=np.bool_)] * 2
        if cell.dimension is not None:
            number = self._number_values(cell.dimension).get(cell.value or "", -1)
            inside = [codes == number for codes in self._codes]
            # Within the value, an account with changed amounts; else one that entered or left the value and paid.
            candidates = np.asarray((candidates & inside[0]) | ((inside[0] ^ inside[1]) & self._paid))
        # Few of many accounts: only those are compared.
        index = np.flatnonzero(candidates)
        before, after = (side[:, index] * mask[index] for side, mask in zip(self._closes, inside, strict=True))
        differs = (before != after).any(axis=0)
        # By the MRR at both closes; an account that only came back, or moved by its rates, still weighs 1.
        weight = np.abs(before[:2, differs] - after[:2, differs]).sum(axis=0)
        return index[differs], np.maximum(weight, 1)

    def describe_causes(self, index: NDArray[np.intp], windows: Sequence[Window]) -> Iterator[Cause]:
        """Yield the accounts at `index` with their edits at the closes, and their moves at the starts, of `windows`."""
        edits = self._find_edits(index, sorted({month for window in windows for month in (window.start, window.end)}))
        moves = self._find_moves(index, windows)
        sides = [(side.ledger, side.place) for side in reversed(self._sides)]
        for number, at in enumerate(index.tolist()):
            # The new ledger first: the name comes from there, and the row from the first side that has one.
            places = [(ledger, int(place[at])) for ledger, place in sides if place[at] >= 0]
            ledger, place = next((side for side in places if side[0].source_rows.first_rows[side[1]]), places[0])
            yield Cause(
                id=self.ids[at],
                name=places[0][0].accounts.names[places[0][1]],
                tab=ledger.source_rows.tab,
                row=int(ledger.source_rows.first_rows[place]),
                currency=ledger.currencies.known[ledger.currencies.codes[place]],
                edits=tuple(edits[number]),
                moves=tuple(moves[number]),
                left_out=(self._is_excluded(0, at), self._is_excluded(1, at)),
            )

    def _select_window(self, window: Window, dimension: str | None) -> None:
        """Keep the arrays that the figures of one window and dimension share, as these follow each other."""
        if window != self._window:
            self._closes = before, after = self._sides[0].read_closes(window), self._sides[1].read_closes(window)
            self._moved = np.asarray((before != after).any(axis=0))
            self._paid = np.asarray((before[:2] | after[:2]).any(axis=0))
        if dimension is not None and (window, dimension) != (self._window, self._dimension):
            numbers = self._number_values(dimension)
            self._codes = (
                self._sides[0].read_codes(dimension, window, numbers),
                self._sides[1].read_codes(dimension, window, numbers),
            )
        self._window, self._dimension = window, dimension

    def _number_values(self, dimension: str) -> dict[str, int]:
        values = dict.fromkeys(value for side in self._sides for value in side.values.get(dimension, ()))
        return {value: number for number, value in enumerate(values)}

    def _is_excluded(self, side: int, at: int) -> bool:
        place = int(self._sides[side].place[at])
        return place >= 0 and bool(self._sides[side].ledger.accounts.excluded[place])

    def _find_edits(self, index: NDArray[np.intp], months: Iterable[Month]) -> list[list[Edit]]:
        edits: list[list[Edit]] = [[] for _ in index]
        for month in months:
            before, after = (_read_amounts(side, index, month) for side in self._sides)
            for number in np.flatnonzero(before != after).tolist():
                edits[number].append(Edit(month, int(before[number]), int(after[number])))
        return edits

    def _find_moves(self, index: NDArray[np.intp], windows: Sequence[Window]) -> list[list[Move]]:
        """Return the moves of each account by column of Customers, from the last window where its two values differ."""
        moves: list[dict[str, Move]] = [{} for _ in index]
        columns = [key for key in self._sides[1].ledger.columns if key in self._sides[0].ledger.columns]
        for dimension in columns:
            numbers = self._number_values(dimension)
            # The two last places are for code -2, no account, and code -1, unassigned.
            names = [*numbers, "", ""]
            for window in sorted(windows, key=lambda window: window.end):
                before, after = (side.read_codes(dimension, window, numbers)[index] for side in self._sides)
                for number in np.flatnonzero((before != after) & (before > -2) & (after > -2)).tolist():
                    move = Move(dimension, names[before[number]], names[after[number]])
                    moves[number][dimension] = move
        return [list(by_dimension.values()) for by_dimension in moves]


def _read_amounts(side: _AlignedLedger, index: NDArray[np.intp], month: Month) -> NDArray[np.int64]:
    """Return the MRR of the accounts at `index`, 0 if this ledger does not have the account or the month."""
    amounts = np.zeros(len(index), dtype=np.int64)
    place = side.place[index]
    if side.ledger.has_close(month):
        amounts[place >= 0] = side.ledger.read_own_mrr(month)[place[place >= 0]]
    return amounts


def period_of(window: Window, calendar: Calendar) -> Period:
    """Return the name of a window of 1, 3 or 12 months: a month, a calendar quarter, twelve months."""
    if window.months == 1:
        return Period("month", window, year=window.end.year, number=window.end.number)
    if window.months == 12:
        return Period("ttm", window)
    year, number = calendar.part_of(window.end, 3)
    if calendar.span(year, 3, number) == window:
        return Period("quarter", window, year=year, number=number)
    return Period("range", window)


def select_headlines(figures: Iterable[Restated], calendar: Calendar, dimension: str, values: Collection[str]) -> list[
    Restated
]:  # fmt: skip
    """Return the figures that readers know by heart, the most important first.

    They are the quarters and the twelve months of the whole company and of `values` of `dimension`: the company
    first, a quarter before twelve months, the latest first.
    """
    value_order: dict[str | None, int] = {None: -1, **{value: number for number, value in enumerate(values)}}

    def is_headline(figure: Restated) -> bool:
        cell = figure.cell
        named = cell.dimension is None or (cell.dimension == dimension and cell.value in value_order)
        return named and figure.is_visible and period_of(cell.window, calendar).kind in {"quarter", "ttm"}

    def rank_figure(figure: Restated) -> tuple[int, int, int]:
        cell = figure.cell
        return value_order[cell.value], cell.window.months, -cell.window.end.ordinal

    return sorted(filter(is_headline, figures), key=rank_figure)


def net_restatements(restatements: Iterable[Restatement]) -> tuple[Restated, ...]:
    """Return the net change of several restatements, oldest first: each figure once, unchanged ones left out.

    Figures before and after a change of the currency are never compared: those before it are dropped.
    """
    changes: dict[Cell, Restated] = {}
    for restatement in restatements:
        if restatement.currencies[0] != restatement.currencies[1]:
            changes.clear()
            continue
        for figure in restatement.figures:
            earlier = changes.get(figure.cell)
            changes[figure.cell] = replace(
                figure,
                before=earlier.before if earlier else figure.before,
                recorded=earlier.recorded if earlier else figure.recorded,
            )
    return tuple(figure for figure in changes.values() if figure.before != figure.after)
