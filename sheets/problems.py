"""What can be wrong in a sheet: one literal table of codes, and a Problem that names the cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from core.errors import N_

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of problem.

    Attributes:
        severity: an `error` that touches an account's MRR quarantines the account; a `warning` leaves it in.
        expected: a template of what should stand there.
        mend: a template of what to do.

    """

    severity: Severity
    expected: str
    mend: str


CODES: Mapping[str, Code] = {
    "amount_unreadable": Code(
        "error",
        N_("an amount"),
        N_("Write a plain number such as 1250.50. Until then the account is left out of every figure."),
    ),
    "amount_negative": Code(
        "error",
        N_("an amount of 0 or more"),
        N_("MRR is never negative: enter credits as a lower amount. Until then the account is left out."),
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a sheet that could not be read, or that reads oddly.

    Attributes:
        code: a key of CODES; stable, people script against it.
        tab: the tab's title.
        cell: the cell in A1 notation; empty when the whole tab is meant.
        found: what stood there.
        account: the account that it touches; empty when none is known.
        link: an address that opens the cell; empty for a file.
        values: what goes into the places of the code's templates.

    """

    code: str
    tab: str
    cell: str
    found: str
    account: str = ""
    link: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """`error` or `warning`, as the code says."""
        return CODES[self.code].severity

    @property
    def place(self) -> str:
        """The cell with its tab: `Subscriptions!D17`."""
        return f"{self.tab}!{self.cell}" if self.cell else self.tab

    def as_row(self) -> dict[str, object]:
        """Return the problem as a plain mapping, for the store and for JSON."""
        return asdict(self)


def count(problems: Iterable[Problem]) -> dict[str, int]:
    """Return how many problems there are of each code, most frequent first."""
    return dict(Counter(problem.code for problem in problems).most_common())
