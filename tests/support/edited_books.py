"""Random workbooks with a column for each month, and edits as people make them: of an amount, or of the rest."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.months import Month
from tests.support.google.state import Given

Rows = list[list[Given]]

FIRST, LAST = Month.of(2023, 6), Month.of(2025, 9)
REVENUE = "MRR"
_SEGMENTS = ("Enterprise", "Mid-Market", "SMB", "")
_NAMES = ("Acme", "Borealis", "Castelmur", "Dovrefjell", "Estrela", "Fabrikam", "Grove", "Halden", "Inari", "Jura")


@dataclass
class EditedBook:
    """A workbook that is edited.

    Attributes:
        seed: the seed of its content and of all edits.
        tabs: its tabs.
        top: the row of the headings of the revenue tab, counted from 0.
        left: its first column of amounts.
        foot: the number of rows below those of the accounts.
        is_plain: whether its revenue tab is one of which edited amounts are parsed alone.

    """

    seed: int
    tabs: dict[str, Rows] = field(default_factory=dict)
    top: int = 0
    left: int = 1
    foot: int = 0
    is_plain: bool = True

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - a test
        self._draw()

    @property
    def rows(self) -> Rows:
        """The rows of the revenue tab."""
        return self.tabs[REVENUE]

    def _draw(self) -> None:
        choose = self.random
        months = [FIRST + number for number in range(FIRST.until(LAST) + 1)][-choose.randint(14, 18) :]
        accounts = [f"A-{number:03}" for number in range(choose.randint(26, 32))]
        extras = {name for name in _EXTRAS if choose.random() < _EXTRAS[name]}
        headings: list[Given] = ["Account ID", *map(str, months)]
        rows: Rows = [[account, *self._draw_amounts(len(months))] for account in accounts]
        if "attributes" in extras:
            headings[1:1] = ["Customer name", "Plan"]
            for row in rows:
                row[1:1] = [f"{choose.choice(_NAMES)} {row[0]}", choose.choice(("Basic", "Pro", "Team"))]
        self.left = len(headings) - len(months)
        if "spoilt" in extras:
            for spoilt in ("n/a", -50, "12,5,1"):
                row = choose.choice(rows)
                row[choose.randrange(self.left, len(row))] = spoilt
        title: Rows = [["Recurring revenue"], []] if "title" in extras else []
        self.top = len(title)
        if "thousands" in extras:
            title.append(["in k€"])
            self.top += 1
        if "total column" in extras:
            headings.append("Total")
            rows = [[*row, sum(cell for cell in row if isinstance(cell, int | float))] for row in rows]
        if "two rows" in extras:
            rows.append([rows[5][0], *rows[5][1 : self.left], *self._draw_amounts(len(months))])
        if "named total" in extras:
            rows[7][0] = "Total Energies"
        foot: Rows = []
        if "total row" in extras:
            foot.append(["Total"])
        self.foot = len(foot)
        self.tabs[REVENUE] = [*title, headings, *rows, *foot]
        self.is_plain = extras.isdisjoint({"total column", "two rows", "named total", "kpis"})
        self._add_up()
        if "customers" in extras:
            self.tabs["Customers"] = self._draw_customers(accounts, is_dated="dated" in extras)
        if "kpis" in extras:
            self.tabs["KPI"] = [["", *map(str, months)], ["MRR", *[1000] * len(months)]]
        if "targets" in extras:
            self.tabs["Targets"] = [["Segment", "Metric", "Target"], ["Enterprise", "NRR", 1.1], ["", "GRR", 0.9]]
        if "words" in extras:
            self.tabs["Words"] = [["Word", "Means"], ["big ones", "size=Enterprise"]]
        self.tabs["Notes"] = [["Ask Ann", 42]]

    def _draw_amounts(self, months: int) -> list[Given]:
        choose = self.random
        amount = float(choose.choice((80, 450, 900, 2600, 9000, 12000)))
        amounts: list[Given] = []
        for _ in range(months):
            amount = max(20.0, round(amount * choose.choice((1, 1, 1, 1, 0.9, 1.2)), choose.choice((0, 2))))
            amounts.append(amount)
        if choose.random() < 0.3:
            end = choose.randint(3, months - 1)
            amounts[end:] = [choose.choice((0, None))] * (months - end)
        if choose.random() < 0.3:
            begin = choose.randint(1, months // 2)
            amounts[:begin] = [None] * begin
        if choose.random() < 0.05:
            amounts[months // 2] = None
        return amounts

    def _draw_customers(self, accounts: Sequence[str], *, is_dated: bool) -> Rows:
        choose = self.random
        dated: list[Given] = ["Valid from"] if is_dated else []
        rows: Rows = [["Account ID", "Segment", "Region", *dated]]
        for account in accounts[: choose.randint(len(accounts) - 3, len(accounts))]:
            for day in ([None, 45500] if is_dated and choose.random() < 0.2 else [None])[: 2 if is_dated else 1]:
                more: list[Given] = [day] if is_dated else []
                rows.append([account, choose.choice(_SEGMENTS), choose.choice(("North", "South")), *more])
        return rows

    def edit(self) -> str:
        """Edit the workbook once, and return the name of the edit."""
        names, weights = zip(*((name, weight) for name, (weight, _) in EDITS.items()), strict=True)
        (name,) = self.random.choices(names, weights)
        EDITS[name][1](self)
        # Most totals are formulas.
        if self.foot and self.random.random() < 0.85:
            self._add_up()
        return str(name)

    def _add_up(self) -> None:
        """Write the totals of the accounts into the row of totals, if there is one."""
        if self.foot:
            accounts = self.rows[self.top + 1 : -self.foot]
            sums: list[Given] = []
            for column in range(self.left, len(self.rows[self.top])):
                cells = [row[column] for row in accounts if column < len(row)]
                amounts = [
                    float(cell) for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)
                ]
                sums.append(round(sum(amounts), 2))
            self.rows[-1][:] = ["Total", *[None] * (self.left - 1), *sums]

    def choose_row(self) -> int:
        """Return a row of an account, most often one below the first rows, from which the tab is understood."""
        first = self.top + 1 if self.random.random() < _IN_FIRST_ROWS else 24
        return self.random.randrange(first, len(self.rows) - self.foot)

    def choose_amount(self) -> tuple[int, int]:
        """Return the place of an amount above 0, if one is found."""
        for _ in range(50):
            row = self.choose_row()
            column = self.random.randrange(self.left, len(self.rows[row]))
            cell = self.rows[row][column]
            if isinstance(cell, int | float) and cell > 0:
                break
        return row, column

    def write(self, cell: Given) -> None:
        """Write a cell in place of an amount."""
        row, column = self.choose_amount()
        self.rows[row][column] = cell


_IN_FIRST_ROWS = 0.3
# What a workbook may have -> how often.
_EXTRAS = {
    "attributes": 0.4,
    "customers": 0.6,
    "dated": 0.3,
    "spoilt": 0.3,
    "title": 0.3,
    "thousands": 0.1,
    "targets": 0.3,
    "words": 0.3,
    "total column": 0.06,
    "two rows": 0.06,
    "named total": 0.06,
    "total row": 0.2,
    "kpis": 0.06,
}


def _scale(book: EditedBook, *factors: float) -> None:
    row, column = book.choose_amount()
    cell = book.rows[row][column]
    if isinstance(cell, int | float):
        book.rows[row][column] = round(cell * book.random.choice(factors), 2)


def _edit_last_month(book: EditedBook) -> None:
    if str(LAST) not in book.rows[book.top]:
        return
    row = book.choose_row()
    book.rows[row][book.rows[book.top].index(str(LAST))] = book.random.randint(20, 5000)


def _move(book: EditedBook, *, sort: bool = False) -> None:
    first, last = book.top + 1, len(book.rows) - book.foot
    rows = book.rows[first:last]
    if sort:
        rows.sort(key=lambda row: str(row[-1]))
    else:
        rows.insert(book.random.randrange(len(rows)), rows.pop(book.random.randrange(len(rows))))
    book.rows[first:last] = rows


def _insert(book: EditedBook) -> None:
    amounts = book._draw_amounts(len(book.rows[book.top]) - book.left)
    book.rows.insert(book.choose_row(), [f"N-{book.random.randrange(10_000)}", *[None] * (book.left - 1), *amounts])


def _append(book: EditedBook) -> None:
    """Add an account below the others."""
    amounts = book._draw_amounts(len(book.rows[book.top]) - book.left)
    account = f"A-{book.random.randrange(900, 1000)}"
    attributes: list[Given] = [f"Jura {account}", book.random.choice(("Pro", "Team", None, "Gold"))]
    book.rows.insert(len(book.rows) - book.foot, [account, *attributes[: book.left - 1], *amounts])


def _delete(book: EditedBook) -> None:
    del book.rows[book.choose_row()]


def _rename(book: EditedBook) -> None:
    book.rows[book.choose_row()][0] = book.random.choice(("B-77", "A-003", "Total", "Total Fina", "account id", ""))


def _edit_customers(book: EditedBook) -> None:
    customers = book.tabs.get("Customers", [])
    if customers:
        customers[book.random.randrange(1, len(customers))][1] = book.random.choice(_SEGMENTS)


def _edit_heading(book: EditedBook) -> None:
    headings = book.rows[book.top]
    headings[book.random.randrange(len(headings))] = book.random.choice(("2025-10", "Remark", "Total", "Jan 2024", ""))


def _edit_head(book: EditedBook) -> None:
    row = book.rows[book.random.randrange(book.top + 1, 19)]
    row[book.random.randrange(book.left, len(row))] = book.random.randint(20, 3000)


def _leave(book: EditedBook) -> None:
    row, column = book.choose_amount()
    cells = book.rows[row]
    cells[column:] = [book.random.choice((0, None))] * (len(cells) - column)


def _fill_blank(book: EditedBook) -> None:
    blanks = [
        (row, column)
        for row in range(book.top + 1, len(book.rows) - book.foot)
        for column in range(book.left, len(book.rows[row]))
        if book.rows[row][column] in (0, None)
    ]
    if blanks:
        row, column = book.random.choice(blanks)
        book.rows[row][column] = book.random.randint(20, 5000)


def _edit_several(book: EditedBook) -> None:
    for _ in range(book.random.randint(2, 6)):
        _scale(book, 0.7, 0.9, 1.1, 1.3)


def _repeat_row(book: EditedBook) -> None:
    book.rows.insert(book.choose_row(), list(book.rows[book.choose_row()]))


def _write_any(*cells: Given) -> Callable[[EditedBook], None]:
    return lambda book: book.write(book.random.choice(cells))


# Edit -> how often, and what it does.
EDITS: dict[str, tuple[int, Callable[[EditedBook], None]]] = {
    "amount": (30, lambda book: _scale(book, 0.5, 0.8, 0.95, 1.05, 1.5, 3)),
    "several amounts": (10, _edit_several),
    "absurd amount": (4, lambda book: _scale(book, 1000, 150, 0.004)),
    "last month": (4, _edit_last_month),
    "in the first rows": (2, _edit_head),
    "decimals": (2, _write_any(12.345, 99.999, 0.004, 0.006, 1e-7, 1234567.891)),
    "huge": (2, _write_any(1e16, 10**13, 9.1e12)),
    "zero": (3, _write_any(0)),
    "blank": (3, _write_any(None)),
    "leaves": (3, _leave),
    "filled": (4, _fill_blank),
    "negative": (2, _write_any(-100, -0.01)),
    "text": (4, _write_any("n/a", "12,5", "1 200", "churned", "-", "€ 300", "Loading...", "250")),
    "flag": (1, _write_any(*(number > 0 for number in (0, 1)))),
    "like a date": (2, _write_any(45292, 2024, 202401)),
    "ID": (3, _rename),
    "inserted": (2, _insert),
    "new account": (8, _append),
    "deleted": (2, _delete),
    "moved": (2, _move),
    "sorted": (1, lambda book: _move(book, sort=True)),
    "row again": (1, _repeat_row),
    "segment": (3, _edit_customers),
    "heading": (1, _edit_heading),
}
