"""On random workbooks the ledger equals the truth, or the reading refuses; it never differs in silence."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from core.errors import WorkbookLayoutError
from core.money import find_currency
from sheets.excel.workbook import ExcelWorkbook
from sheets.ingest.parse import ParsedWorkbook, parse_tabs
from sheets.tabs.read_options import ReadOptions
from sheets.text_files.workbook import FileWorkbook
from sheets.workbook.port import Workbook
from tests.support.random_books import FIRST, TODAY, Book, write_csv_files, write_excel_file
from tests.support.random_layouts import draw_book

OPTIONS = ReadOptions(find_currency("EUR"), "en_US", TODAY, currency_is_configured=False)


def read_book(book: Book) -> ParsedWorkbook | None:
    """Return the parsed book, None if it was refused."""
    try:
        return parse_tabs(book.grids, OPTIONS)
    except WorkbookLayoutError:
        return None


def list_differences(book: Book, parsed: ParsedWorkbook) -> list[str]:
    """Return the account-months and segments of counted accounts that are not the truth."""
    ledger = parsed.ledger
    differences = []
    if ledger.currency.code != book.currency:
        differences.append(f"currency {ledger.currency.code}")
    column_of = {account: column for column, account in enumerate(ledger.accounts.ids)}
    for account, amounts in book.truth.items():
        column = column_of.get(account)
        if column is None:
            paid = any(amounts[FIRST.until(month)] for month in book.known)
            differences += [f"{account} is missing"] if paid else []
            continue
        if ledger.accounts.excluded[column]:
            continue
        for month in book.known:
            expected = amounts[FIRST.until(month)]
            inside = ledger.first <= month <= ledger.last
            read = int(ledger.panel[ledger.first.until(month), column]) if inside else 0
            if read != expected and (inside or expected):
                differences.append(f"{account} {month}: {read} not {expected}")
        if book.segments:
            segment = ledger.columns.get("segment")
            code = -1 if segment is None else int(segment.codes[column])
            value = segment.values[code] if segment and code >= 0 else ""
            differences += [f"{account} in “{value}”"] if value != book.segments[account] else []
    return differences


def check_books(seeds: range) -> None:
    refused: Counter[str] = Counter()
    doubted: Counter[str] = Counter()
    drawn: Counter[str] = Counter()
    for seed in seeds:
        book = draw_book(seed)
        drawn[book.layout] += 1
        parsed = read_book(book)
        if parsed is None:
            refused[book.layout] += 1
            continue
        differences = list_differences(book, parsed)
        if differences and any(decision.is_doubted for decision in parsed.decisions):
            doubted[book.layout] += 1
            continue
        assert differences[:3] == [], book.description
        excluded = int(parsed.ledger.accounts.excluded.sum())
        assert excluded <= len(book.truth) // 2, f"{book.description}: {excluded} accounts are excluded"
    # A reading that refuses or doubts everything is right about nothing.
    for layout, count in drawn.items():
        assert refused[layout] <= 0.05 * count, f"{layout}: {refused[layout]} of {count} are refused"
        assert doubted[layout] <= 0.05 * count, f"{layout}: {doubted[layout]} of {count} are wrong and doubted"


def test_a_hundred_random_books() -> None:
    check_books(range(100))


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_random_books_as_files(tmp_path: Path, kind: str) -> None:
    count = 0
    for seed in range(200, 260):
        book = draw_book(seed)
        if kind == "csv" and any(grid.formats or grid.merges for grid in book.grids):
            continue
        path = tmp_path / f"{seed}.{kind}"
        if kind == "xlsx":
            workbook: Workbook = ExcelWorkbook(write_excel_file(path, book))
        else:
            workbook = FileWorkbook(write_csv_files(path, book, ",;"[seed % 2]), "", ExcelWorkbook(path).write_copy)
        book.grids = list(workbook.read(workbook.tabs()))
        parsed = read_book(book)
        assert parsed is not None, book.description
        if not any(decision.is_doubted for decision in parsed.decisions):
            assert list_differences(book, parsed)[:3] == [], book.description
            count += 1
    assert count >= 30


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1_000, 3_200, 200))
def test_two_thousand_more_random_books(first: int) -> None:
    check_books(range(first, first + 200))
