"""One company in four layouts, two languages and three locales, as values and as texts, from both kinds of workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from sheets.excel.workbook import ExcelWorkbook
from sheets.google.workbook import GoogleWorkbook
from sheets.headers.headings import HEADINGS
from sheets.ingest.parse import parse_tabs
from sheets.layouts.recognition import recognise_tabs
from tests.support.company import Rows, write_xlsx
from tests.support.google.server import GoogleServer
from tests.support.google.state import Given
from tests.support.notation import options, panel


class Local(NamedTuple):
    """How people of a locale write: thousands, decimals, what stands around an amount, days."""

    group: str
    decimal: str
    amount: str
    day: str


LOCALES = {
    "en_US": Local(",", ".", "€{}", "%m/%d/%Y"),
    "fr_FR": Local("\N{NARROW NO-BREAK SPACE}", ",", "{}\N{NO-BREAK SPACE}€", "%d/%m/%Y"),
    "de_CH": Local("\N{RIGHT SINGLE QUOTATION MARK}", ".", "EUR {}", "%d.%m.%Y"),
}

# account, start, end, amount, interval, quantity, discount -> MRR in 2025-01 .. 2025-03
LINES = [
    ("A-1", "2025-01-10", "", "1200.60", "year", "2", "", ("200.10", "200.10", "200.10")),
    ("A-1", "2025-02-01", "2025-02-28", "50", "month", "", "10%", ("", "45.00", "")),
    ("B-2", "2025-02-03", "2025-03-30", "300.10", "quarter", "", "", ("", "100.03", "")),
    ("007", "2025-01-31", "2025-12-31", "1234.56", "month", "", "", ("1234.56", "1234.56", "1234.56")),
]
CLOSES = [dt.date(2025, 1, 31), dt.date(2025, 2, 28), dt.date(2025, 3, 31)]
LEDGER = "2025-01: A-1 200.1 245.1 200.1, B-2 0 100.03 0, 007 1234.56 1234.56 1234.56"
FRENCH = {"year": "annuel", "quarter": "trimestre", "month": "mois"}
MONTHS = (["Jan 2025", "2025-02", "03/2025"], ["janv. 2025", "févr. 2025", "mars 2025"])


class Writer:
    """Writes the company in a language, and in the manner of a locale where cells are texts."""

    def __init__(self, local: Local, *, french: bool, typed: bool) -> None:
        self.local, self.french, self.typed = local, french, typed

    def head(self, *keys: str) -> list[Given]:
        return [HEADINGS[key][self.french][0] for key in keys]

    def amount(self, written: str) -> Given:
        if not written or not self.typed:
            return float(written) if written else None
        sign, plain = ("-", written[1:]) if written.startswith("-") else ("", written)
        grouped = f"{Decimal(plain):,}".translate({44: self.local.group, 46: self.local.decimal})
        return sign + self.local.amount.format(grouped)

    def day(self, date: dt.date | None) -> Given:
        return date.strftime(self.local.day) if date and self.typed else date

    def wide(self) -> Rows:
        rows: Rows = [[*self.head("account_id"), *MONTHS[self.french]]]
        return rows + [[account, *map(self.amount, mrr)] for account, *_, mrr in LINES]

    def long(self) -> Rows:
        rows: Rows = [self.head("account_id", "month", "mrr", "product")]
        for number, (account, *_, mrr) in enumerate(LINES):
            known = [(close, amount) for close, amount in zip(CLOSES, mrr, strict=True) if amount]
            rows += [[account, self.day(close), self.amount(amount), f"P{number}"] for close, amount in known]
        return rows

    def subscriptions(self) -> Rows:
        rows: Rows = [self.head("account_id", "start", "end", "amount", "interval", "quantity", "discount")]
        for account, start, end, price, interval, quantity, discount, _ in LINES:
            days = [self.day(dt.date.fromisoformat(day) if day else None) for day in (start, end)]
            word = FRENCH[interval] if self.french else interval
            rows.append(
                [account, *days, self.amount(price), word, int(quantity) if quantity else None, discount or None]
            )
        return rows

    def movements(self) -> Rows:
        rows: Rows = [self.head("account_id", "date", "amount")]
        for account, *_, mrr in LINES:
            before = Decimal(0)
            for close, amount in zip(CLOSES, mrr, strict=True):
                now = Decimal(amount or 0)
                if now != before:
                    rows.append([account, self.day(close), self.amount(str(now - before))])
                before = now
        return rows


LAYOUTS: dict[str, Callable[[Writer], Rows]] = {
    "MRR wide": Writer.wide,
    "MRR long": Writer.long,
    "Subscriptions": Writer.subscriptions,
    "Movements": Writer.movements,
}
FORMS = list(product(LAYOUTS, LOCALES, ("en", "fr"), ("values", "texts")))


@pytest.mark.parametrize(("layout", "locale", "language", "cells"), FORMS)
def test_the_same_ledger_comes_out(
    layout: str, locale: str, language: str, cells: str, google: GoogleServer, tmp_path: Path
) -> None:
    writer = Writer(LOCALES[locale], french=language == "fr", typed=cells == "texts")
    # The tab is known by its headings, whatever it is called.
    content = {"Feuille 1": LAYOUTS[layout](writer)}
    sheet = google.add_spreadsheet("Revenue", content, locale=locale)
    key = google.service_account_file(tmp_path)
    for workbook in (
        ExcelWorkbook(write_xlsx(tmp_path / "Revenue.xlsx", content)),
        GoogleWorkbook(
            sheet,
            key,
            timeout_seconds=5,
            retry_seconds=5,
            sheets_url=google.url,
            drive_url=google.url,
            token_url=f"{google.url}/token",
        ),
    ):
        grids = workbook.read(workbook.tabs())
        how = options(workbook.locale or locale)
        assert [tab.layout.name for tab in recognise_tabs(grids, how.headings)] == [layout]
        parsed = parse_tabs(grids, how)
        ledger, problems = parsed.ledger, parsed.problems
        assert (panel(ledger), problems) == (LEDGER, [])
