"""A workbook in the notation of a sheet: columns between bars, a blank is a blank; and a ledger as a line of text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal

from core.ledger.ledger import Ledger
from core.money import find_currency
from sheets.ingest.parse import parse_tabs
from sheets.problems import CODES, Problem
from sheets.tabs.read_options import BlankMonth, EndDate, ReadOptions
from sheets.workbook.port import Cell, Grid, Tab

EUR = find_currency("EUR")
TODAY = dt.date(2025, 4, 15)
LATER = dt.date(2025, 12, 31)
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def cell_of(written: str) -> Cell:
    """100 is a number, '100 and 1 200 are texts, 2025-01-31d is a date, TRUE a tick."""
    if written.startswith("'"):
        return written[1:]
    if written in ("TRUE", "FALSE"):
        return written == "TRUE"
    if re.fullmatch(r"\d{4}-\d\d-\d\dd", written):
        return dt.datetime.fromisoformat(written[:-1])
    if NUMBER.fullmatch(written):
        return float(written) if "." in written else int(written)
    return written or None


def sheet(title: str, written: str, *, ours: bool = False) -> Grid:
    rows = [[cell_of(part.strip()) for part in line.split("|")] for line in written.strip("\n").splitlines()]
    return Grid(Tab(7, title, len(rows), max(map(len, rows), default=0), ours), rows)


def options(
    locale: str = "en_US",
    *,
    today: dt.date = TODAY,
    end_date: EndDate = "last_day",
    blank_month: BlankMonth = "zero",
    most: int = 100,
) -> ReadOptions:
    return ReadOptions(EUR, locale, today, end_date, blank_month, most)


def read(*grids: Grid, how: ReadOptions | None = None) -> tuple[Ledger, list[Problem]]:
    parsed = parse_tabs(grids, how or options())
    ledger, problems = parsed.ledger, parsed.problems
    for problem in problems:
        # Every template finds its values, and every cell is there.
        code = CODES[problem.code]
        assert "{" not in code.expected.format(**problem.values) + code.fix.format(**problem.values)
        assert re.fullmatch(r"[A-Z]+[1-9][0-9]*", problem.cell)
    return ledger, problems


def panel(ledger: Ledger) -> str:
    """Return a ledger as "2025-01: a 100 120, b 0 50"; an excluded account bears a star, an unpriced one two."""
    marks = [
        "*" * (int(left) + int(more))
        for left, more in zip(ledger.accounts.excluded, ledger.accounts.unpriced, strict=True)
    ]
    accounts = [
        " ".join([account + mark, *(f"{Decimal(int(x)).scaleb(-2).normalize():f}" for x in column)])
        for account, mark, column in zip(ledger.accounts.ids, marks, ledger.panel.T, strict=True)
    ]
    return f"{ledger.first}: " + ", ".join(accounts)


def places(problems: Sequence[Problem]) -> str:
    return ", ".join(f"{problem.code} {problem.cell}" for problem in problems)
