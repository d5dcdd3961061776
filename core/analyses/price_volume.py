"""Expansion taken apart: price, volume, new products and ended discounts, per account and product.

With p the MRR of one piece of a product, an exact fraction, and q the number of pieces, at the start (0) and at the
end (1) of a window:

    price = (p1 - p0) x min(q0, q1)        volume = (q1 - q0) x (p1 if q1 > q0, else p0)

A product that the account did not have at the start is new, one that it has no more at the end is removed. A price
whose list price did not change is a discount that ended, or began. Without quantities, price and volume are one. The
parts of an account add up exactly to e - s, whether it expanded or contracted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.analyses.both_windows import BothWindows
from core.errors import N_, Sentence
from core.ledger.arrays import Mask, Panel
from core.ledger.ledger import Ledger
from core.ledger.lines import Lines
from core.ledger.rates import Currencies
from core.ledger.segments import Segments
from core.metrics.contributions import Contribution, list_contributions
from core.metrics.price_effects import PriceEffects, measure_price_effects
from core.metrics.retention import select_base
from core.money import compute_ratio, divide_half_up
from core.months import Month, Window
from core.query.question import Filter, Question
from core.reports.answer_json import (
    build_contribution_json,
    build_head_json,
    build_price_effects_json,
    format_percent,
)
from core.reports.scope import Scope
from core.sources.exclusions import build_excluded_json
from core.sources.members import select_members

Part = Literal["price", "volume", "new_products", "discounts", "removed_products", "price_or_volume"]
PARTS: tuple[Part, ...] = get_args(Part)

NO_LINES = N_(
    "no account has lines with quantities or with several products, or their amounts change too often to be lines"
)
ADD_LINES = N_("Add the columns Quantity or Product to the tab Subscriptions, or Product to an MRR tab.")

# Products below this are exact in int64.
_EXACT_PRODUCT = 2.0**60


@dataclass(frozen=True, slots=True, eq=False)
class SplitChange:
    """The changes of accounts that expanded, or of those that contracted, taken apart.

    Attributes:
        index: (n,) the places of the accounts in the ledger, ascending.
        parts: part -> (n,) minor units of the reporting currency, signed; those of an account add up to its change.

    """

    index: NDArray[np.intp]
    parts: Mapping[Part, Panel]

    @property
    def amounts(self) -> dict[Part, int]:
        """Part -> its MRR over all accounts, signed; minor units."""
        return {part: int(amounts.sum()) for part, amounts in self.parts.items()}

    @property
    def accounts(self) -> dict[Part, int]:
        """Part -> the number of accounts with it."""
        return {part: int(np.count_nonzero(amounts)) for part, amounts in self.parts.items()}

    @property
    def largest(self) -> Part:
        """The part with most of the change: the highest of an expansion, the lowest of a contraction."""
        amounts = self.amounts
        return (
            max(amounts, key=amounts.__getitem__)
            if sum(amounts.values()) > 0
            else min(amounts, key=amounts.__getitem__)
        )


@dataclass(frozen=True, slots=True, eq=False)
class WindowParts:
    """The expansion and the contraction of one window, and their parts.

    Attributes:
        window: the window.
        starting: MRR at the start, minor units.
        expansion: MRR gained by accounts that pay more, as in the bridge.
        contraction: MRR lost by accounts that pay less, above 0.
        expanded: the parts of the expansion; None in a sheet without lines.
        contracted: the parts of the contraction, which add up to less than 0; None where `expanded` is.
        price_effects: the price changes of the window, and NRR without them; None if it has none.

    """

    window: Window
    starting: int
    expansion: int
    contraction: int
    expanded: SplitChange | None
    contracted: SplitChange | None
    price_effects: PriceEffects | None

    def share(self, part: Part) -> Fraction | None:
        """Return a part / the expansion; None without any expansion, or where it is not taken apart."""
        return compute_ratio(self.expanded.amounts[part], self.expansion) if self.expanded else None


class PriceVolume(BothWindows[WindowParts]):
    """The expansion of a cut, taken apart."""

    @property
    def reason(self) -> Sentence | None:
        """Why the expansion cannot be taken apart; None where it can."""
        return None if self.segments.ledger.lines else Sentence(NO_LINES)

    @property
    def has_quantities(self) -> bool:
        """False where price and volume are one."""
        lines = self.segments.ledger.lines
        return lines is not None and lines.quantities is not None

    def list_accounts(self, part: Part, limit: int | None = None) -> tuple[Contribution, ...]:
        """Return the accounts whose expansion has a part above 0, by its amount and then id, at most `limit`."""
        expanded = self.asked.expanded
        if expanded is None:
            return ()
        return list_contributions(self.segments.ledger, expanded.index, np.maximum(expanded.parts[part], 0), limit)


def measure_price_volume(question: Question, scope: Scope) -> PriceVolume:
    """Return the parts of the expansion of a cut in the asked window and in the twelve months that end with it.

    Raises:
        QuestionError: the sheet lacks a close of the window or has no ends, the question names a dimension or value
            that the ledger does not have, or another method.

    """
    segments = scope.segments
    return PriceVolume.measure(question, scope, lambda window: _measure_window(segments, question.filters, window))


def _measure_window(segments: Segments, filters: Sequence[Filter], window: Window) -> WindowParts:
    ledger = segments.ledger
    base = select_base(ledger, window, select_members(segments, filters, window))
    change = base.end - base.start
    changed = np.flatnonzero((base.start > 0) & (base.end > 0) & (change != 0))
    index, change = base.index[changed], change[changed]
    expanded = contracted = None
    if ledger.lines:
        parts = split_changes(ledger, ledger.lines, window, index)
        expanded, contracted = (_select_accounts(index, parts, chosen) for chosen in (change > 0, change < 0))
    return WindowParts(
        window,
        int(base.start.sum()),
        int(change[change > 0].sum()),
        -int(change[change < 0].sum()),
        expanded,
        contracted,
        measure_price_effects(ledger, base),
    )


def _select_accounts(index: NDArray[np.intp], parts: NDArray[np.int64], chosen: Mask) -> SplitChange:
    return SplitChange(index[chosen], dict(zip(PARTS, np.compress(chosen, parts, axis=1), strict=True)))


def split_changes(ledger: Ledger, lines: Lines, window: Window, index: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return (PARTS, n) the parts of the change of each account of `index`, at the rates of the window's start.

    Args:
        ledger: the ledger.
        lines: its lines.
        window: both closes must be in the panel, and known.
        index: (n,) the places of accounts.

    """
    own = _sum_parts(lines, window, index, ledger.accounts.count)
    start, end = (ledger.read_own_mrr(close)[index] for close in (window.start, window.end))
    parts = np.stack([own[part] for part in PARTS])
    # Lines whose amounts are not those of the panel leave a rest that nothing says the kind of.
    parts[PARTS.index("price_or_volume")] += end - start - parts.sum(axis=0)
    return _convert_parts(ledger.currencies, window.start, index, start, parts)


def _convert_parts(
    currencies: Currencies, at: Month, index: NDArray[np.intp], start: Panel, parts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return (parts, n) amounts in the reporting currency, which add up to the change of the converted MRR.

    Each is the step from the MRR with the parts before it to the MRR with it too, so that no cent is lost in rounding.
    """
    if not currencies.foreign:
        return parts
    levels = np.vstack([start, start + np.cumsum(parts, axis=0)])
    converted = [np.sign(level) * currencies.convert(np.abs(level), at, index) for level in levels]
    return np.diff(np.stack(converted), axis=0)


@dataclass(frozen=True, slots=True, eq=False)
class _Close:
    """The lines of each account and product at a close: sums of MRR, MRR without discount, pieces, and their number."""

    amounts: Panel
    list_amounts: Panel
    quantities: NDArray[np.int64]
    counts: NDArray[np.int64]


def _sum_parts(lines: Lines, window: Window, index: NDArray[np.intp], accounts: int) -> dict[Part, Panel]:
    """Return part -> (n,) its amount in the change of each account of `index`, in its own currency."""
    # Most accounts do not change in a window, and their lines are most of the work.
    place_of = np.full(accounts, -1, dtype=np.intp)
    place_of[index] = np.arange(len(index))
    start, end = window.start.ordinal, window.end.ordinal
    at_start = (lines.firsts <= start) & (lines.lasts >= start)
    at_end = (lines.firsts <= end) & (lines.lasts >= end)
    used = np.flatnonzero(at_start | at_end)
    used = used[place_of[lines.accounts[used]] >= 0]
    if not used.size:
        return {part: np.zeros(len(index), dtype=np.int64) for part in PARTS}
    owners, products = place_of[lines.accounts[used]], lines.products[used]
    # The lines are sorted by account and product, so each group of both is a run.
    runs = np.flatnonzero((np.diff(owners, prepend=-1) != 0) | (np.diff(products, prepend=-1) != 0))
    before, after = (_sum_close(lines, used, in_force[used], runs) for in_force in (at_start, at_end))
    groups = _split_groups(before, after, has_quantities=lines.quantities is not None)
    owner = owners[runs]
    # Exact below 2**53, as every sum of the ledger is.
    return {part: np.bincount(owner, amounts, len(index)).astype(np.int64) for part, amounts in groups.items()}


def _sum_close(lines: Lines, used: NDArray[np.intp], in_force: Mask, runs: NDArray[np.intp]) -> _Close:
    def add_up(values: NDArray[np.int64]) -> NDArray[np.int64]:
        sums: NDArray[np.int64] = np.add.reduceat(np.where(in_force, values, 0), runs)
        return sums

    counts = add_up(np.ones(len(used), dtype=np.int64))
    return _Close(
        add_up(lines.amounts[used]),
        add_up(lines.list_amounts[used]),
        # Without quantities a product is one piece, however many lines it has.
        np.minimum(counts, 1) if lines.quantities is None else add_up(lines.quantities[used]),
        counts,
    )


def _split_groups(before: _Close, after: _Close, *, has_quantities: bool) -> dict[Part, Panel]:
    """Return part -> (groups,) its amount in the change of an account's product."""
    groups = {part: np.zeros(len(before.amounts), dtype=np.int64) for part in PARTS}
    is_new, is_removed = before.counts == 0, after.counts == 0
    groups["new_products"][is_new] = after.amounts[is_new]
    groups["removed_products"][is_removed] = -before.amounts[is_removed]
    same = np.flatnonzero(~(is_new | is_removed))
    old, new = before.amounts[same], after.amounts[same]
    old_pieces, new_pieces = before.quantities[same], after.quantities[same]
    grows = new_pieces > old_pieces
    # One of the two prices times the other quantity is all that is no sum of lines: p1 x q0, or p0 x q1 with fewer.
    crossed = _scale_amounts(
        np.where(grows, new, old), np.where(grows, old_pieces, new_pieces), np.where(grows, new_pieces, old_pieces)
    )
    price = np.where(grows, crossed - old, new - crossed)
    is_discount = _keeps_list_price(before, after, same) & (
        (before.list_amounts[same] != old) | (after.list_amounts[same] != new)
    )
    groups["discounts"][same] = np.where(is_discount, price, 0)
    groups["price" if has_quantities else "price_or_volume"][same] = np.where(is_discount, 0, price)
    groups["volume"][same] = new - old - price
    return groups


def _keeps_list_price(before: _Close, after: _Close, same: NDArray[np.intp]) -> Mask:
    """Return (n,) True where the list price of one piece is the same at both closes, but for rounding."""
    prices = [close.list_amounts[same] / close.quantities[same] for close in (before, after)]
    # Each line was rounded to a minor unit, so it is off by half of one at most.
    rounding = sum(close.counts[same] / 2 / close.quantities[same] for close in (before, after))
    return np.asarray(np.abs(prices[0] - prices[1]) <= rounding * (1 + 1e-9))


def _scale_amounts(amounts: Panel, pieces: NDArray[np.int64], of: NDArray[np.int64]) -> Panel:
    """Return (n,) amounts x pieces / of, each rounded half-up once; exact at any size."""
    divisor = np.gcd(pieces, of)
    pieces, of = pieces // divisor, of // divisor
    scaled: Panel = amounts.copy()
    changed = np.flatnonzero(pieces != of)
    amounts, pieces, of = amounts[changed], pieces[changed], of[changed]
    is_exact = amounts.astype(np.float64) * pieces + of < _EXACT_PRODUCT
    with np.errstate(over="ignore"):
        results = (2 * amounts * pieces + of) // (2 * of)
    for place in np.flatnonzero(~is_exact).tolist():
        results[place] = divide_half_up(int(amounts[place]) * int(pieces[place]), int(of[place]))
    scaled[changed] = results
    return scaled


def build_price_volume_json(parts: PriceVolume) -> dict[str, Any]:
    """Return the parts of expansion and contraction as JSON: money in minor units, and every account that expanded."""

    def build_parts_json(split: SplitChange | None) -> dict[str, Any] | None:
        if split is None:
            return None
        accounts = split.accounts
        return {part: {"mrr": mrr, "accounts": accounts[part]} for part, mrr in split.amounts.items()}

    def build_window_json(window: WindowParts) -> dict[str, Any]:
        return {
            "start": str(window.window.start),
            "end": str(window.window.end),
            "starting_mrr": window.starting,
            "expansion": window.expansion,
            "expansion_parts": build_parts_json(window.expanded),
            "expansion_shares": {part: format_percent(window.share(part)) for part in PARTS}
            if window.expanded
            else None,
            "contraction": window.contraction,
            "contraction_parts": build_parts_json(window.contracted),
            "price_changes": build_price_effects_json(window.price_effects),
        }

    return {
        **build_head_json(parts.question, parts.segments.ledger, parts.origin),
        "reason": str(parts.reason) if parts.reason else None,
        "has_quantities": parts.has_quantities,
        "window": build_window_json(parts.asked),
        "trailing_12_months": build_window_json(parts.ttm) if parts.ttm else None,
        "trailing_12_months_reason": str(parts.ttm_reason) if parts.ttm_reason else None,
        "accounts": _build_accounts_json(parts),
        "excluded": build_excluded_json(parts.excluded),
    }


def _build_accounts_json(parts: PriceVolume) -> list[dict[str, Any]]:
    """Return every account that expanded with its parts, by its expansion and then id."""
    expanded = parts.asked.expanded
    if expanded is None:
        return []
    change = np.sum(list(expanded.parts.values()), axis=0)
    place_of = {account: place for place, account in enumerate(expanded.index.tolist())}
    return [
        {
            **build_contribution_json(account),
            **{part: int(amounts[place_of[account.index]]) for part, amounts in expanded.parts.items()},
        }
        for account in list_contributions(parts.segments.ledger, expanded.index, change)
    ]
