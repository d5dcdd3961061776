"""Random workbooks with a row for each account and month, and edits as people make them: most are rows at the end."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from core.months import Month
from tests.support.edited_books import REVENUE, Rows
from tests.support.google.state import Given

LAST, OPEN = Month.of(2025, 9), Month.of(2025, 10)
_PLANS = ("Basic", "Pro", "Team")
# What a workbook may have -> how often.
_EXTRAS = {
    "attributes": 0.4,
    "customers": 0.4,
    "spoilt": 0.15,
    "doubled": 0.12,
    "blanks": 0.2,
    "open month": 0.7,
    "by account": 0.5,
    "half a month": 0.1,
    "thousands": 0.1,
    "currencies": 0.03,
    "products": 0.03,
    "total row": 0.04,
}


@dataclass
class EditedLongBook:
    """A workbook that is edited.

    Attributes:
        seed: the seed of its content and of all edits.
        tabs: its tabs.
        top: the row of the headings of the revenue tab, counted from 0.
        is_plain: whether its revenue tab is one of which edits are parsed alone.

    """

    seed: int
    tabs: dict[str, Rows] = field(default_factory=dict)
    top: int = 0
    is_plain: bool = True

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - a test
        self.extras = {name for name in _EXTRAS if self.random.random() < _EXTRAS[name]}
        self.style = self.random.choice(("text", "text", "serial", "day", "last day"))
        self.is_plain = self.extras.isdisjoint({"products", "total row"})
        self._draw()

    @property
    def rows(self) -> Rows:
        """The rows of the revenue tab."""
        return self.tabs[REVENUE]

    def write_month(self, month: Month) -> Given:
        """Return the cell of a month."""
        day = month.last_day if self.style == "last day" else month.last_day.replace(day=1)
        if self.style == "serial":
            return (day - dt.date(1899, 12, 30)).days
        return str(month) if self.style == "text" else f"{day:%d/%m/%Y}"

    def _draw(self) -> None:
        choose, extras = self.random, self.extras
        months = [LAST + (number - 9) for number in range(10)]
        accounts = [f"A-{number:03}" for number in range(choose.randint(12, 15))]
        is_dated = choose.random() < 0.25
        if is_dated:
            # A list of dates is one of months only if nothing says otherwise.
            extras -= {"spoilt", "doubled"}
            self.style = "last day" if self.style == "day" else self.style
        headings: list[Given] = ["Account ID", "Date" if is_dated else "Month", choose.choice(("MRR", "ARR"))]
        self.attributes: dict[str, list[Given]] = {}
        if "attributes" in extras:
            headings += ["Customer name", "Plan"]
            self.attributes = {account: [f"Firm {account}", choose.choice(_PLANS)] for account in accounts}
        if "currencies" in extras:
            headings.append("Currency")
        if "products" in extras:
            headings.append("Product")
        rows: Rows = []
        for account in accounts:
            begin = choose.choice((0, 0, 0, choose.randint(1, 6)))
            end = choose.choice((10, 10, 10, choose.randint(begin + 2, 10)))
            amount = float(choose.choice((80, 450, 900, 2600, 9000)))
            for month in months[begin:end]:
                amount = round(amount * choose.choice((1, 1, 1, 0.9, 1.2)), choose.choice((0, 2)))
                rows.append(self.build_row(account, month, amount))
        if "half a month" in extras:
            last = self.write_month(LAST)
            rows = [row for number, row in enumerate(rows) if row[1] != last or number % 3 == 0]
        if "open month" in extras:
            rows += [self.build_row(account, OPEN, 100) for account in accounts[:6]]
        if "by account" not in extras:
            places = {self.write_month(month): number for number, month in enumerate([*months, OPEN])}
            rows.sort(key=lambda row: places[row[1]])
        if "spoilt" in extras:
            for spoilt in ("n/a", -50, "12,5,1", "€ 300"):
                choose.choice(rows)[2] = spoilt
        if "blanks" in extras:
            choose.choice(rows)[2] = None
        if "doubled" in extras:
            rows.append(list(choose.choice(rows)))
        if "currencies" in extras:
            rows = [[*row, choose.choice(("EUR", "EUR", "USD"))] for row in rows]
        if "products" in extras:
            rows = [[*row, choose.choice(("Core", "Extra"))] for row in rows]
        title: Rows = [["in k€"]] if "thousands" in extras else []
        self.top = len(title)
        foot: Rows = [["Total", None, 5000]] if "total row" in extras else []
        self.tabs = {REVENUE: [*title, headings, *rows, *foot], "Notes": [["Ask Ann", 42]]}
        if "customers" in extras:
            listed = [*accounts[:-1], "A-900", "A-901"]
            regions: Rows = [[account, choose.choice(("North", "South"))] for account in listed]
            self.tabs["Customers"] = [["Account ID", "Region"], *regions]

    def build_row(self, account: str, month: Month, amount: Given) -> list[Given]:
        """Return a row of an account."""
        return [account, self.write_month(month), amount, *self.attributes.get(account, [])]

    def edit(self) -> str:
        """Edit the workbook once, and return the name of the edit."""
        names, weights = zip(*((name, weight) for name, (weight, _) in EDITS.items()), strict=True)
        (name,) = self.random.choices(names, weights)
        EDITS[name][1](self)
        return str(name)

    def choose_row(self) -> list[Given]:
        """Return a row, most often one below the first rows, from which the tab is understood."""
        first = self.top + 1 if self.random.random() < 0.2 else 24
        return self.random.choice(self.rows[first:])

    def choose_account(self) -> str:
        """Return an account."""
        return str(self.choose_row()[0])

    def append(self, account: str, *months: Month, amount: Given = None) -> None:
        """Add rows at the end."""
        for month in months:
            self.rows.append(self.build_row(account, month, amount or self.random.randint(20, 3000)))


def _scale(book: EditedLongBook, *factors: float) -> None:
    row = book.choose_row()
    if isinstance(row[2], int | float):
        row[2] = round(row[2] * book.random.choice(factors), 2)


def _write(*cells: Given) -> Callable[[EditedLongBook], None]:
    def write(book: EditedLongBook) -> None:
        book.choose_row()[2] = book.random.choice(cells)

    return write


def _fill(book: EditedLongBook) -> None:
    blank = [row for row in book.rows[book.top + 1 :] if row[2] in (0, None)]
    if blank:
        book.random.choice(blank)[2] = book.random.randint(20, 3000)


def _append_missing(book: EditedLongBook) -> None:
    """Add a row of an account that has none in a month; most often one next to those that it has."""
    months = [LAST + (number - 9) for number in range(10)]
    had = {(row[0], row[1]) for row in book.rows[book.top + 1 :]}
    missing = [
        (account, month)
        for account in sorted({str(account) for account, _ in had})
        for month in months
        if (account, book.write_month(month)) not in had
        and (book.random.random() < 0.1 or any((account, book.write_month(month + step)) in had for step in (-1, 1)))
    ]
    if missing:
        book.append(*book.random.choice(missing))


def _append_new(book: EditedLongBook, months: int = 1) -> None:
    account = f"A-{book.random.randrange(100, 900)}"
    if book.attributes:
        known: list[list[Given]] = [[f"Firm {account}", "Pro"], [None, None], [], ["Firm A-001", ""]]
        book.attributes[account] = book.random.choice(known)
    book.append(account, *(LAST - number for number in reversed(range(months))))


def _append_other_words(book: EditedLongBook) -> None:
    account = book.choose_account()
    known = book.attributes.get(account)
    if known:
        book.attributes[account] = [book.random.choice((known[0], "Another")), book.random.choice((*_PLANS, "Gold"))]
    book.append(account, OPEN)
    if known:
        book.attributes[account] = known


def _remove_last(book: EditedLongBook) -> None:
    del book.rows[-book.random.choice((1, 1, 2)) :]


def _move(book: EditedLongBook) -> None:
    first = book.top + 1
    book.rows.insert(book.random.randrange(first, len(book.rows)), book.rows.pop())


def _edit_customers(book: EditedLongBook) -> None:
    if "Customers" in book.tabs:
        book.tabs["Customers"][book.random.randrange(1, 9)][1] = book.random.choice(("North", "South", "West"))


def _append_words(book: EditedLongBook) -> None:
    account = book.random.choice(
        ("Total", "Budget", "Total A-001", "n/a", "Acme", "A-0001", "a-001", "EXAMPLE-1", "Note: 7")
    )
    book.append(account, book.random.choice((LAST, OPEN)))


# Edit -> how often, and what it does.
EDITS: dict[str, tuple[int, Callable[[EditedLongBook], None]]] = {
    "amount": (24, lambda book: _scale(book, 0.5, 0.8, 0.95, 1.05, 1.5)),
    "absurd amount": (3, lambda book: _scale(book, 1000, 150, 0.004)),
    "decimals": (2, _write(12.345, 99.999, 0.004, 1e-7, 1234567.891)),
    "zero": (3, _write(0)),
    "blank": (3, _write(None)),
    "filled": (3, _fill),
    "negative": (1, _write(-100, -0.01)),
    "text": (3, _write("n/a", "12,5", "churned", "-", "€ 300", "Loading...", "250")),
    "row of an open month": (8, lambda book: book.append(book.choose_account(), OPEN)),
    "row of a missing month": (16, _append_missing),
    "row again": (3, lambda book: book.append(book.choose_account(), LAST)),
    "row of a later month": (1, lambda book: book.append(book.choose_account(), OPEN + 1)),
    "row of another century": (1, lambda book: book.append(book.choose_account(), OPEN + 1200)),
    "row of a customer": (4, lambda book: book.append(book.random.choice(("A-900", "A-901")), LAST)),
    "new account": (6, _append_new),
    "new account with months": (4, lambda book: _append_new(book, 4)),
    "row with other words": (3, _append_other_words),
    "row headed otherwise": (3, _append_words),
    "row without an amount": (1, lambda book: book.rows.append(book.build_row(book.choose_account(), LAST, None))),
    "row with a text": (2, lambda book: book.append(book.choose_account(), LAST, amount="n/a")),
    "last rows removed": (8, _remove_last),
    "moved": (2, _move),
    "deleted": (2, lambda book: book.rows.remove(book.choose_row())),
    "month": (2, lambda book: book.choose_row().__setitem__(1, book.write_month(LAST))),
    "ID": (2, lambda book: book.choose_row().__setitem__(0, book.random.choice(("B-77", "A-003", "Total", "")))),
    "segment": (1, _edit_customers),
}
