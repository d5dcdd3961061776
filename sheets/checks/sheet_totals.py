"""The sheet's own totals and figures, each compared with what the accounts give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple

from core.months import Month, Period, PeriodKind, Window

# Half a minor unit is lost by the rounding of each amount; a total of the sheet is a float.
NEAR = Decimal("0.01")
# The most cells that an explanation lists.
LISTED = 5

# `accounts`: the sum of the accounts in a month. `months`, `last_month`: the sum of an account's months, or the last.
# The others are figures of the whole company: MRR at the close, at the close before, its change, the parts of it.
Figure = Literal[
    "accounts",
    "months",
    "last_month",
    "close",
    "opening",
    "net",
    "new",
    "reactivation",
    "expansion",
    "contraction",
    "churn",
]

# What a part of a difference is: a text that a spreadsheet does not add, the amount of a row, or of one without an
# account; the MRR of an account at a close, or its change.
PartKind = Literal["text", "row", "no_account", "close", "new", "reactivation", "expansion", "contraction", "churn"]

_KINDS: dict[int, PeriodKind] = {1: "month", 3: "quarter", 6: "half", 12: "year"}


class Cause(NamedTuple):
    """The reason of a difference: a problem code, and the values for its templates."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


UNEXPLAINED = Cause("implausible_total")


class Part(NamedTuple):
    """A cell or an account that makes a difference, alone or with others.

    Attributes:
        kind: what of it makes the difference.
        place: its cell with the tab: `MRR!C7`; empty if the revenue tab has none.
        account: the ID of the account; empty for none.
        name: the name of the account.
        month: the month of a change that is not of the figure's period.

    """

    kind: PartKind
    place: str
    account: str = ""
    name: str = ""
    month: Month | None = None

    def __str__(self) -> str:
        named = [self.account] if self.account != self.name else []
        places = ", ".join(filter(None, (*named, self.place)))
        return f"{self.name} ({places})" if self.name else self.place


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell in which the sheet's figure is not that of the accounts, in the unit of the sheet.

    Attributes:
        period: the period of the figure; None in the column of a total.
        account: the account of the row, in the column of a total; else empty.
        cell: the cell, in A1 notation.
        ours: the figure that the accounts give.
        theirs: the figure of the sheet.
        parts: the cells or accounts that make exactly this difference; empty if none are known to.
        factor: 12 if the figure is an ARR, and the parts are MRR; else 1.

    """

    period: Period | None
    account: str
    cell: str
    ours: Decimal
    theirs: Decimal
    parts: tuple[Part, ...] = ()
    factor: int = 1


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A row or column of totals of the sheet, cell by cell against the accounts.

    Attributes:
        tab: the title of its tab.
        cell: its label, in A1 notation.
        label: the text of the label.
        figure: the figure of the accounts that it was compared with.
        cells: the number of cells that were compared.
        differences: the cells that differ.
        cause: the reason of the differences, if all have one.
        sums: of a total row, column -> the sum of the accounts and the figure of the sheet.

    """

    tab: str
    cell: str
    label: str
    figure: Figure
    cells: int
    differences: tuple[Difference, ...]
    cause: Cause
    sums: Mapping[int, tuple[Decimal, Decimal]] = field(default_factory=dict)


def build_period(close: Month, months: int = 1) -> Period:
    """Return the month, quarter, half or year of the calendar that ends with a close."""
    number = (close.number - 1) // months + 1 if months < 12 else 0
    return Period(_KINDS[months], Window.ending(close, months), year=close.year, number=number)
