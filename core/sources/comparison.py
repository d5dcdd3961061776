"""Two sources of figures compared: every sum of every window and value, and the MRR of every account at every close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.metrics.cube import Cube, Label
from core.metrics.retention import MEASURES
from core.months import Month, Window
from core.sources.port import FigureSource


@dataclass(frozen=True, slots=True)
class FigureDifference:
    """A sum that is not the same in both.

    Attributes:
        label: the value of a dimension; (None, None) is the whole company.
        window: the window.
        measure: one of MEASURES.
        first: the sum of the first source; amounts in minor units.
        second: that of the second one.

    """

    label: Label
    window: Window
    measure: str
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class AccountDifference:
    """An account whose MRR is not the same in both. One that is excluded counts as one without MRR.

    Attributes:
        account: its id.
        closes: each close at which it differs, with the MRR of the first source and of the second one, in minor units.

    """

    account: str
    closes: tuple[tuple[Month, int, int], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome.

    Attributes:
        figures: the number of sums that were compared.
        accounts: the number of accounts that were compared.
        figure_differences: the sums that differ, by window.
        account_differences: the accounts that differ, those with the largest difference first.

    """

    figures: int
    accounts: int
    figure_differences: tuple[FigureDifference, ...]
    account_differences: tuple[AccountDifference, ...]


def compare_sources(
    first: FigureSource, second: FigureSource, dimensions: Sequence[str], closes: Sequence[Month]
) -> Comparison:
    """Compare two sources.

    Args:
        first: the first source.
        second: the second one.
        dimensions: the dimensions that both have.
        closes: the closes that both have, in their order.

    """
    sums = [_list_sums(source.cube(dimensions, closes[0], closes[-1])) for source in (first, second)]
    keys = sorted(sums[0].keys() | sums[1].keys(), key=lambda key: (key[1], [part or "" for part in key[0]]))
    nothing = (0,) * len(MEASURES)
    figures = [
        FigureDifference(label, window, measure, ours, theirs)
        for label, window in keys
        for measure, ours, theirs in zip(
            MEASURES, *(totals.get((label, window), nothing) for totals in sums), strict=True
        )
        if ours != theirs
    ]
    ids, amounts = set[str](), dict[str, dict[Month, tuple[int, int]]]()
    for window in _pair_closes(closes):
        ours, theirs = (_list_amounts(source, window) for source in (first, second))
        for account in ours.keys() | theirs.keys():
            ids.add(account)
            both = ours.get(account, (0, 0)), theirs.get(account, (0, 0))
            for close, one, other in zip((window.start, window.end), *both, strict=True):
                if one != other:
                    amounts.setdefault(account, {})[close] = (one, other)
    accounts = [
        AccountDifference(account, tuple((close, *both) for close, both in sorted(closes_of.items())))
        for account, closes_of in amounts.items()
    ]
    accounts.sort(key=lambda entry: (-max(abs(one - other) for _, one, other in entry.closes), entry.account))
    return Comparison(len(keys) * len(MEASURES), len(ids), tuple(figures), tuple(accounts))


def _list_sums(cube: Cube) -> Mapping[tuple[Label, Window], tuple[int, ...]]:
    return {
        (label, window): tuple(row)
        for window, rows in zip(cube.windows, cube.sums.tolist(), strict=True)
        for label, row in zip(cube.labels, rows, strict=True)
        if any(row)
    }


def _pair_closes(closes: Sequence[Month]) -> Iterator[Window]:
    """Yield the windows with each close at either end; of an odd number the last but one is in two of them."""
    yield from (Window(start, end) for start, end in zip(closes[::2], closes[1::2], strict=False))
    if len(closes) % 2 and len(closes) > 1:
        yield Window(closes[-2], closes[-1])


def _list_amounts(source: FigureSource, window: Window) -> Mapping[str, tuple[int, int]]:
    pairs = source.pairs(window, (), None)
    return dict(zip(pairs.ids, zip(pairs.start.tolist(), pairs.end.tolist(), strict=True), strict=True))
