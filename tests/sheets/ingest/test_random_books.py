"""On random workbooks the ledger equals the truth, or the reading refuses; it never differs in silence."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from core.errors import WorkbookError, WorkbookLayoutError
from core.money import find_currency
from sheets.excel.workbook import ExcelWorkbook
from sheets.ingest.parse import ParsedWorkbook, parse_tabs
from sheets.tabs.read_options import ReadOptions
from sheets.text_files.workbook import FileWorkbook
from sheets.workbook.port import Workbook
from tests.support.random_books import FIRST, TODAY, Book, write_csv_files, write_excel_file
from tests.support.random_kinds import KINDS, find_rate
from tests.support.random_layouts import LAYOUTS, draw_book
from tests.support.random_lines import LINE_KINDS

Result = Literal["equal", "doubted", "excluded", "refused"]
# Problems that every answer mentions, of customers in two spellings.
CAUTIONS = {"implausible_rename", "implausible_spelling"}
# The share of the books of a kind that are read as they are, where it is not 0.95. Nothing says in which month a fiscal
# year ends, or how many months a bill covers; spellings are doubted unless they differ in spaces only, and a converted
# column where no row says its currency; a line may end on the day on which the next one starts; and of two columns of
# MRR in thousands nothing but a currency says which one counts.
LEAST_EQUAL = {"fiscal years": 0.0, "billed": 0.0, "spellings": 0.25, "renewals": 0.8, "converted column": 0.6}

OPTIONS = ReadOptions(find_currency("EUR"), "en_US", TODAY, currency_is_configured=False)


def read_book(book: Book) -> ParsedWorkbook | None:
    """Return the parsed book, None if it was refused."""
    try:
        return parse_tabs(book.grids, replace(OPTIONS, locale=book.locale))
    except WorkbookLayoutError:
        return None


def list_differences(book: Book, parsed: ParsedWorkbook) -> list[str]:
    """Return the account-months and segments of counted accounts that are not the truth."""
    ledger = parsed.ledger
    differences = []
    if ledger.currency.code != book.currency:
        differences.append(f"currency {ledger.currency.code}")
    differences += [f"{code} {rate}" for (_, code), rate in ledger.currencies.rates.items() if rate != find_rate(code)]
    column_of = {account: column for column, account in enumerate(ledger.accounts.ids)}
    for account, amounts in book.truth.items():
        column = column_of.get(account)
        if column is None:
            paid = any(amounts[FIRST.until(month)] for month in book.known)
            differences += [f"{account} is missing"] if paid else []
            continue
        if ledger.accounts.excluded[column]:
            continue
        currency = ledger.currencies.of(column).code
        is_paying = any(amounts[FIRST.until(month)] for month in book.known)
        if is_paying and currency != book.currency_of.get(account, book.currency):
            differences.append(f"{account} in {currency}")
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


def is_doubted(parsed: ParsedWorkbook) -> bool:
    """Tell whether every answer says that the figures may be wrong."""
    return any(decision.is_doubted for decision in parsed.decisions) or any(
        problem.code in CAUTIONS for problem in parsed.problems
    )


def judge_book(book: Book, parsed: ParsedWorkbook | None) -> Result:
    """Return the result of a reading, which must not differ from the truth in silence."""
    if parsed is None:
        return "refused"
    differences = list_differences(book, parsed)
    if differences:
        assert is_doubted(parsed), f"{book.description}: {differences[:3]}"
        return "doubted"
    return "excluded" if 2 * parsed.ledger.accounts.excluded.sum() > len(book.truth) else "equal"


def check_books(seeds: range) -> None:
    """Check that no book is read wrong in silence, and that enough books of each kind are read as they are."""
    results: dict[str, Counter[Result]] = defaultdict(Counter)
    for seed in seeds:
        book = draw_book(seed)
        result = judge_book(book, read_book(book))
        # A book of a kind that is often doubted says nothing about its other kinds.
        for kind in book.kinds & LEAST_EQUAL.keys() or {book.layout, *book.kinds}:
            results[kind][result] += 1
    # A reading that refuses or doubts everything is right about nothing.
    for kind, counts in results.items():
        least = LEAST_EQUAL.get(kind, 0.95) * counts.total() - 2
        assert counts["equal"] >= least, f"{kind}: {dict(counts)}"


@pytest.mark.slow
def test_a_hundred_random_books() -> None:
    check_books(range(100))


def test_the_kinds_of_random_books_are_drawn() -> None:
    books = [draw_book(seed) for seed in range(300)]
    drawn = {name for book in books for name in (book.layout, *book.kinds)}
    assert drawn == {*LAYOUTS, *KINDS, *LINE_KINDS}


@pytest.mark.slow
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
        try:
            book.grids = list(workbook.read(workbook.tabs()))
        except WorkbookError:
            # No cell of this text file says whether 46.080 has a decimal point, so it is refused.
            continue
        parsed = read_book(book)
        count += judge_book(book, parsed) == "equal"
    assert count >= 30


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1_000, 3_200, 200))
def test_two_thousand_more_random_books(first: int) -> None:
    check_books(range(first, first + 200))
