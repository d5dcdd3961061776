"""The accounts whose MRR, or whose change of it, is exactly the difference of a figure of the whole company."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np

from core.ledger.arrays import Panel
from core.ledger.ledger import Ledger
from core.months import Month, Window
from sheets.checks.account_cells import AccountCells
from sheets.checks.company_figures import split_changes
from sheets.checks.sheet_totals import NEAR, Figure, Part, PartKind
from sheets.checks.total_causes import format_cell, read_month_amounts

# Of more amounts than this, two that add up to a difference do so by chance.
_MOST_PAIRED = 40
_GAINS = ("new", "reactivation", "expansion")
# A sheet may count a change as one of these: one customer who pays less as churn, one who is back as new.
_RELATED: Mapping[Figure, Sequence[PartKind]] = {
    "new": ("reactivation", "expansion"),
    "reactivation": ("new", "expansion"),
    "expansion": ("new", "reactivation"),
    "contraction": ("churn",),
    "churn": ("contraction",),
}


class _Candidate(NamedTuple):
    """An amount that the sheet may lack, or have beyond ours if it is below 0: of an account, or of a row.

    The month is that of a change of another close.
    """

    kind: PartKind
    amount: Decimal
    account: int = -1
    row: tuple[int, int] = (-1, -1)
    month: Month | None = None


class AccountCauses:
    """Finds the accounts that make a difference."""

    def __init__(self, ledger: Ledger, cells: AccountCells) -> None:
        self._ledger, self._cells = ledger, cells

    def explain(self, figure: Figure, window: Window, missing: Decimal, near: Decimal = NEAR) -> tuple[Part, ...]:
        """Return the one account or the two whose MRR or change is the difference; nothing if others are so, too.

        Args:
            figure: the figure of the company.
            window: its period.
            missing: our figure less that of the sheet, in the unit of the currency.
            near: the most that two equal amounts may differ by.

        """
        close = window.start if figure == "opening" else window.end
        is_level = figure in ("close", "opening")
        if not is_level and len(self._ledger.currencies.known) > 1:
            return ()
        listed = self._list_of_close(close) if is_level else self._list_changes(figure, window)
        candidates = [entry for entry in listed if entry.amount * missing > 0]
        matches: list[Sequence[_Candidate]] = [[entry] for entry in candidates if abs(entry.amount - missing) <= near]
        if not matches and len(candidates) <= _MOST_PAIRED:
            pairs = combinations(candidates, 2)
            matches = [pair for pair in pairs if abs(pair[0].amount + pair[1].amount - missing) <= near]
        return tuple(self._build_part(entry, close) for entry in matches[0]) if len(matches) == 1 else ()

    def _list_of_close(self, close: Month) -> Iterator[_Candidate]:
        """Yield the MRR of each account at a close; below 0 that of the accounts that just left, and of other rows."""
        ledger, reader = self._ledger, self._cells.reader
        yield from self._list_amounts("close", ledger.mrr(close, close))
        earlier = [month for month in ledger.closes if month < close]
        if earlier and len(ledger.currencies.known) == 1:
            yield from self._list_amounts("churn", -split_changes(ledger, Window(earlier[-1], close))["churn"])
        column, amounts = read_month_amounts(reader, reader.rows_without_account, close)
        if column is not None:
            yield from (_Candidate("no_account", -amount, row=(row, column)) for row, amount in amounts.items())

    def _list_changes(self, figure: Figure, window: Window) -> Iterator[_Candidate]:
        """Yield the changes that make up a figure; below 0 related ones, and those of the closes before and after."""
        closes = self._ledger.closes
        first, last = closes.index(window.start), closes.index(window.end)
        sums = self._add_changes(closes[first : last + 1])
        for kind, amounts in sums.items():
            if figure == "net":
                yield from self._list_amounts(kind, amounts if kind in _GAINS else -amounts)
            elif kind == figure:
                yield from self._list_amounts(kind, amounts)
                for start in (first - 1, last):
                    if 0 <= start < len(closes) - 1:
                        others = self._add_changes(closes[start : start + 2])
                        yield from self._list_amounts(kind, -others[kind], closes[start + 1])
            elif kind in _RELATED[figure]:
                yield from self._list_amounts(kind, -amounts)

    def _add_changes(self, closes: Sequence[Month]) -> Mapping[PartKind, Panel]:
        """Return kind -> (accounts,) the changes from close to close."""
        steps = [split_changes(self._ledger, Window(*step)) for step in pairwise(closes)]
        return {kind: np.sum([step[kind] for step in steps], axis=0) for kind in steps[0]}

    def _list_amounts(self, kind: PartKind, amounts: Panel, month: Month | None = None) -> Iterator[_Candidate]:
        exponent = self._ledger.currency.exponent
        for account in np.flatnonzero(amounts).tolist():
            yield _Candidate(kind, Decimal(int(amounts[account])).scaleb(-exponent), account, month=month)

    def _build_part(self, entry: _Candidate, close: Month) -> Part:
        reader, accounts = self._cells.reader, self._ledger.accounts
        if entry.account < 0:
            return Part(entry.kind, format_cell(reader, *entry.row))
        cell = self._cells.find_cell(entry.account, entry.month or close)
        place = format_cell(reader, *cell) if cell else ""
        return Part(entry.kind, place, accounts.ids[entry.account], accounts.names[entry.account], entry.month)
