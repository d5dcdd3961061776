"""Restatements: figures of closed periods that a later sync changed, and the accounts whose rows caused it.

A figure is recorded once its window ends before the last month of the data, as that month is still being filled in.
From then on every change of one of its integers is a restatement, whoever made it: an edit of the sheet, or a change
of the config. New months, new dimensions and dimensions that vanish restate nothing.
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
from core.metrics.cube import Cube, build_cube
from core.metrics.retention import Bridge, select_base
from core.money import Currency, percent
from core.months import Calendar, Month, Period, Window

# An edit of one cell touches a handful of accounts. Of one that touches more, the accounts that weigh most are kept.
ACCOUNTS = 500
PER_FIGURE = 10

Settings = Mapping[str, str | int]

# The settings whose effect can be separated from an edit's, as the ledger before can be measured by either.
MID_MARKET_FROM, ENTERPRISE_ABOVE = "segments.mid_market_from", "segments.enterprise_above"


class Cell(NamedTuple):
    """Which figure: a value of a dimension in a window; both None for the whole company."""

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
    """An account's value in a column of Customers, before and after; empty where it had none."""

    dimension: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Cause:
    """An account whose rows changed figures.

    Attributes:
        id: as the sheet has it.
        name: what to call it.
        tab: the revenue tab's title.
        row: the first row of that tab which its MRR comes from, 1-based; of an account that is there no more, the row
            where it was; 0 if none.
        currency: of the edits.
        edits: its MRR at the closes of the windows that were restated, where it differs.
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
        cell: which one.
        before: what was recorded.
        after: what it is now.
        recorded: the snapshot that `before` came from.
        accounts: how many accounts caused it.
        largest: the ids of those that weigh most in it, the heaviest first.

    """

    cell: Cell
    before: Bridge
    after: Bridge
    recorded: int
    accounts: int = 0
    largest: tuple[str, ...] = ()

    @property
    def is_visible(self) -> bool:
        """Whether one of the two ratios changed by enough to be seen."""
        return _shown(self.before) != _shown(self.after)


def _shown(bridge: Bridge) -> tuple[Decimal | None, ...]:
    return tuple(None if ratio is None else percent(ratio) for ratio in (bridge.nrr, bridge.grr))


@dataclass(frozen=True, slots=True)
class Restatement:
    """What one sync changed in recorded figures, for one cause.

    Attributes:
        found_at: the time of the sync.
        snapshots: the snapshot before it, and the one it made.
        currencies: of the amounts before and after.
        settings: keys of the config that changed, with their values before and after, when these are the cause.
        figures: every figure that changed.
        culprits: the accounts that caused it, the heaviest first; none where the config did.
        accounts: how many there are; more than `culprits` where these would be too many to keep.

    """

    found_at: dt.datetime
    snapshots: tuple[int, int]
    currencies: tuple[Currency, Currency]
    figures: tuple[Restated, ...]
    settings: Mapping[str, tuple[str | int, str | int]] = field(default_factory=dict)
    culprits: tuple[Cause, ...] = ()
    accounts: int = 0


def closed_figures(figures: Cube) -> dict[Cell, Bridge]:
    """Return the bridges of a cube under their names."""
    return {Cell(bridge.window, dimension, value): bridge for dimension, value, bridge in figures}


def compare_figures(recorded: Figures, now: Figures) -> dict[Cell, tuple[Bridge, Bridge]]:
    """Return the recorded figures that are others now: cell -> (before, after).

    Only windows and dimensions that both have are compared. A value that one of the two does not have, such as a
    segment that was renamed, has a bridge of zeros there.
    """
    had = {cell[:2] for cell in recorded}
    have = {cell[:2] for cell in now}
    found = {}
    for cell in [*recorded, *(cell for cell in now if cell not in recorded)]:
        if cell[:2] in had and cell[:2] in have:
            nothing = Bridge(cell.window)
            pair = recorded.get(cell, nothing), now.get(cell, nothing)
            if pair[0] != pair[1]:
                found[cell] = pair
    return found


def closed_periods(figures: Figures, last: Month) -> dict[Cell, Bridge]:
    """Return the figures whose windows end before `last`, the last month of the data."""
    return {cell: bridge for cell, bridge in figures.items() if cell.window.end < last}


def changed_settings(before: Settings, after: Settings) -> dict[str, tuple[str | int, str | int]]:
    """Return the settings that differ; one that only one of the two knows came with a version of nrrbot."""
    return {key: (value, after[key]) for key, value in before.items() if key in after and after[key] != value}


def rules_fingerprint(settings: Settings, otherwise: SizeRules) -> SizeRules:
    """Return the size limits in `settings`, or `otherwise` where they have none."""
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
) -> list[Restatement]:
    """Return the restatements by a sync: those caused by the config first, then those by edits of the sheet.

    Where a setting changed that decides how the sheet is read, the two cannot be separated, and the setting is named.

    Args:
        recorded: the figures of closed periods with the snapshot that each came from.
        now: the figures of the ledger now.
        before: the ledger of the snapshot before.
        after: the ledger now.
        settings: the settings of the snapshot before, and the current ones.
        snapshots: the ids of the two.
        found_at: the time of the sync.

    """
    known = {cell: bridge for cell, (_, bridge) in recorded.items()}

    def restatement(found: Mapping[Cell, tuple[Bridge, Bridge]], **more: Any) -> Restatement:
        figures = tuple(
            Restated(cell, *found[cell], recorded[cell][0] if cell in recorded else snapshots[0])
            for cell in sorted(found, key=_in_order)
        )
        return Restatement(found_at, snapshots, (before.currency, after.ledger.currency), figures, **more)

    changed = changed_settings(*settings)
    restatements = []
    if changed:
        is_only_sizes = changed.keys() <= {MID_MARKET_FROM, ENTERPRISE_ABOVE}
        between = closed_figures(build_cube(Segments(before, after.rules))) if is_only_sizes else now
        found = compare_figures(known, between)
        restatements.append(restatement(found, settings=changed))
        known.update({cell: bridge for cell, (_, bridge) in found.items()})
    edited = restatement(compare_figures(known, now))
    figures, culprits, accounts = add_causes(edited.figures, Segments(before, after.rules), after)
    restatements.append(replace(edited, figures=figures, culprits=culprits, accounts=accounts))
    return [each for each in restatements if each.figures]


def _in_order(cell: Cell) -> tuple[int, Month, bool, str, str]:
    """Sort by window, so that what one window's figures share is computed once, the whole company first."""
    window, dimension, value = cell
    return window.months, window.end, dimension is not None, dimension or "", value or ""


def add_causes(figures: Sequence[Restated], before: Segments, after: Segments) -> tuple[
    tuple[Restated, ...], tuple[Cause, ...], int
]:  # fmt: skip
    """Return the figures with what caused each, the accounts that caused any, and how many of these there are.

    An account caused a figure when what it adds to it differs: its MRR at the start or the end close, what that is
    worth at the end's rates, whether it is counted, whether it belongs to the value, or whether it came back or is new.

    Args:
        figures: what changed.
        before: the ledger that the figures came from.
        after: the ledger now.

    """
    pair = _LedgerPair(before, after)
    weights = np.zeros(len(pair.ids), dtype=np.int64)
    explained = []
    for figure in figures:
        index, weight = pair.causes(figure.cell)
        weights[index] = np.maximum(weights[index], weight)
        heaviest = index[np.argsort(-weight, kind="stable")[:PER_FIGURE]]
        explained.append(replace(figure, accounts=len(index), largest=tuple(pair.ids[at] for at in heaviest.tolist())))
    order = np.argsort(-weights, kind="stable")[: min(ACCOUNTS, int(np.count_nonzero(weights)))]
    windows = list(dict.fromkeys(figure.cell.window for figure in figures))
    return tuple(explained), tuple(pair.culprits(order, windows)), int(np.count_nonzero(weights))


class _AlignedLedger:
    """One of two ledgers, with its accounts in the order of a common list."""

    def __init__(self, segments: Segments, ids: Sequence[str]) -> None:
        self.segments, self.ledger = segments, segments.ledger
        place = {account: number for number, account in enumerate(self.ledger.accounts.ids)}
        self.place = np.array([place.get(account, -1) for account in ids], dtype=np.int64)
        self.there = self.place >= 0
        self.values = segments.dimensions

    def closes(self, window: Window) -> NDArray[np.int64]:
        """Return (4, n) of each account, zeros where it is not counted.

        They are its MRR at the start, at the end, at the end by the end's own rates (which makes the FX effect), and
        1 where it paid before.
        """
        found = np.zeros((4, len(self.place)), dtype=np.int64)
        if self.ledger.covers(window):
            taken = select_base(self.ledger, window)
            now = self.ledger.mrr(window.end, window.end)[taken.index]
            full = np.zeros((4, self.ledger.accounts.count), dtype=np.int64)
            full[:, taken.index] = taken.start, taken.end, now, taken.returning
            found[:, self.there] = full[:, self.place[self.there]]
        return found

    def codes(self, dimension: str, window: Window, numbers: Mapping[str, int]) -> NDArray[np.int64]:
        """Return (n,) the number of each account's value, -1 unassigned, -2 where the account is not there."""
        found = np.full(len(self.place), -2, dtype=np.int64)
        if dimension in self.values and self.ledger.covers(window):
            lookup = np.array([*(numbers[value] for value in self.values[dimension]), -1], dtype=np.int64)
            found[self.there] = lookup[self.segments.codes(dimension, window)[self.place[self.there]]]
        return found


class _LedgerPair:
    """Two ledgers side by side."""

    def __init__(self, before: Segments, after: Segments) -> None:
        self.ids = tuple(dict.fromkeys((*after.ledger.accounts.ids, *before.ledger.accounts.ids)))
        self._sides = _AlignedLedger(before, self.ids), _AlignedLedger(after, self.ids)
        self._window: Window | None = None
        self._dimension: str | None = None
        self._closes = self._codes = (np.empty(0, np.int64), np.empty(0, np.int64))
        self._moved: Mask = np.empty(0, np.bool_)
        self._paid: Mask = self._moved

    def causes(self, cell: Cell) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Return the accounts that add something else to a figure than before, and by how much, at least 1."""
        self._look_at(cell.window, cell.dimension)
        near: Mask = self._moved
        inside = [np.ones(len(self.ids), dtype=np.bool_)] * 2
        if cell.dimension is not None:
            number = self._numbers(cell.dimension).get(cell.value or "", -1)
            inside = [codes == number for codes in self._codes]
            near = np.asarray((near & inside[0]) | ((inside[0] ^ inside[1]) & self._paid))
        # Few of many accounts: what follows looks at those alone.
        index = np.flatnonzero(near)
        before, after = (side[:, index] * mask[index] for side, mask in zip(self._closes, inside, strict=True))
        differs = (before != after).any(axis=0)
        weight = np.abs(before[:2, differs] - after[:2, differs]).sum(axis=0)
        return index[differs], np.maximum(weight, 1)

    def culprits(self, index: NDArray[np.intp], windows: Sequence[Window]) -> Iterator[Cause]:
        """Yield how the accounts at `index` differ in the closes and the starts of `windows`."""
        edits = self._edits(index, sorted({month for window in windows for month in (window.start, window.end)}))
        moves = self._moves(index, windows)
        sides = [(side.ledger, side.place) for side in reversed(self._sides)]
        for number, at in enumerate(index.tolist()):
            known = [(ledger, int(place[at])) for ledger, place in sides if place[at] >= 0]
            ledger, place = next(((each, row) for each, row in known if each.source_rows.first_rows[row]), known[0])
            yield Cause(
                id=self.ids[at],
                name=known[0][0].accounts.names[known[0][1]],
                tab=ledger.source_rows.tab,
                row=int(ledger.source_rows.first_rows[place]),
                currency=ledger.currencies.known[ledger.currencies.codes[place]],
                edits=tuple(edits[number]),
                moves=tuple(moves[number]),
                left_out=(self._left_out(0, at), self._left_out(1, at)),
            )

    def _look_at(self, window: Window, dimension: str | None) -> None:
        """Keep what the figures of one window and dimension share, as they follow each other."""
        if window != self._window:
            self._closes = before, after = self._sides[0].closes(window), self._sides[1].closes(window)
            self._moved = np.asarray((before != after).any(axis=0))
            self._paid = np.asarray((before[:2] | after[:2]).any(axis=0))
        if dimension is not None and (window, dimension) != (self._window, self._dimension):
            numbers = self._numbers(dimension)
            self._codes = (
                self._sides[0].codes(dimension, window, numbers),
                self._sides[1].codes(dimension, window, numbers),
            )
        self._window, self._dimension = window, dimension

    def _numbers(self, dimension: str) -> dict[str, int]:
        values = dict.fromkeys(value for side in self._sides for value in side.values.get(dimension, ()))
        return {value: number for number, value in enumerate(values)}

    def _left_out(self, side: int, at: int) -> bool:
        place = int(self._sides[side].place[at])
        return place >= 0 and bool(self._sides[side].ledger.accounts.excluded[place])

    def _edits(self, index: NDArray[np.intp], months: Iterable[Month]) -> list[list[Edit]]:
        found: list[list[Edit]] = [[] for _ in index]
        for month in months:
            before, after = (_amounts(side, index, month) for side in self._sides)
            for number in np.flatnonzero(before != after).tolist():
                found[number].append(Edit(month, int(before[number]), int(after[number])))
        return found

    def _moves(self, index: NDArray[np.intp], windows: Sequence[Window]) -> list[list[Move]]:
        """Return by which columns of Customers an account moved, in the last window where its two values differ."""
        found: list[dict[str, Move]] = [{} for _ in index]
        columns = [key for key in self._sides[1].ledger.columns if key in self._sides[0].ledger.columns]
        for dimension in columns:
            numbers = self._numbers(dimension)
            names = [*numbers, "", ""]
            for window in sorted(windows, key=lambda window: window.end):
                before, after = (side.codes(dimension, window, numbers)[index] for side in self._sides)
                for number in np.flatnonzero((before != after) & (before > -2) & (after > -2)).tolist():
                    move = Move(dimension, names[before[number]], names[after[number]])
                    found[number][dimension] = move
        return [list(moves.values()) for moves in found]


def _amounts(side: _AlignedLedger, index: NDArray[np.intp], month: Month) -> NDArray[np.int64]:
    """Return the MRR of the accounts at `index`, 0 where the account or the month is not there."""
    found = np.zeros(len(index), dtype=np.int64)
    place = side.place[index]
    if side.ledger.has(month):
        found[place >= 0] = side.ledger.own(month)[place[place >= 0]]
    return found


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


def headlines(figures: Iterable[Restated], calendar: Calendar, dimension: str, values: Collection[str]) -> list[
    Restated
]:  # fmt: skip
    """Return the figures that people know by heart, most telling first.

    They are the quarters and the twelve months of the whole company and of `values` of `dimension`: the company
    first, a quarter before twelve months, the latest first.
    """
    known: dict[str | None, int] = {None: -1, **{value: number for number, value in enumerate(values)}}

    def is_known(figure: Restated) -> bool:
        cell = figure.cell
        named = cell.dimension is None or (cell.dimension == dimension and cell.value in known)
        return named and figure.is_visible and period_of(cell.window, calendar).kind in {"quarter", "ttm"}

    def rank(figure: Restated) -> tuple[int, int, int]:
        cell = figure.cell
        return known[cell.value], cell.window.months, -cell.window.end.ordinal

    return sorted(filter(is_known, figures), key=rank)


def net(restatements: Iterable[Restatement]) -> tuple[Restated, ...]:
    """Return the net change of several restatements, oldest first: each figure once, unchanged ones left out.

    Figures before and after a change of the currency are never set against each other: those before it are dropped.
    """
    found: dict[Cell, Restated] = {}
    for each in restatements:
        if each.currencies[0] != each.currencies[1]:
            found.clear()
            continue
        for figure in each.figures:
            earlier = found.get(figure.cell)
            found[figure.cell] = replace(
                figure,
                before=earlier.before if earlier else figure.before,
                recorded=earlier.recorded if earlier else figure.recorded,
            )
    return tuple(figure for figure in found.values() if figure.before != figure.after)
