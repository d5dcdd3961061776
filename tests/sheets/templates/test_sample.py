"""The sample workbook: it is what the script makes, it is believable, and its mistakes are the ones that are listed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from core.money import find_currency, to_percent
from core.months import Month
from sheets.excel.workbook import ExcelWorkbook, create_workbook
from sheets.ingest.parse import parse_tabs
from sheets.tabs.read_options import ReadOptions
from sheets.templates.sample import (
    FIRST,
    LAST,
    MISTAKES,
    MONTHS,
    SAMPLE,
    SAMPLE_SIZES,
    Customer,
    build_tabs,
    generate_customers,
)
from sheets.workbook.a1 import format_a1

MADE = generate_customers()


def members(segment: str) -> list[Customer]:
    return [customer for customer in MADE if customer.size.segment == segment]


def moves(segment: str, months: int) -> list[tuple[str, int, int]]:
    """Name, MRR at the start and at the end of the window that closes with the sample, for those in the base."""
    pairs = [(member.name, member.mrr[-1 - months] or 0, member.mrr[-1] or 0) for member in members(segment)]
    return [pair for pair in pairs if pair[1]]


def ratios(base: Sequence[tuple[str, int, int]]) -> tuple[float, float]:
    """NRR and GRR in per cent, from their definitions."""
    start = sum(before for _, before, _ in base)
    net = Fraction(sum(after for _, _, after in base), start)
    gross = Fraction(sum(min(before, after) for _, before, after in base), start)
    return float(to_percent(net)), float(to_percent(gross))


def test_the_file_is_what_the_script_makes(tmp_path: Path) -> None:
    create_workbook(tmp_path / "again.xlsx", build_tabs())
    shipped, again = (openpyxl.load_workbook(path) for path in (SAMPLE, tmp_path / "again.xlsx"))
    assert shipped.sheetnames == again.sheetnames == ["Customers", "MRR"]
    for one, other in zip(shipped.worksheets, again.worksheets, strict=True):
        assert one.dimensions == other.dimensions
        for left, right in zip(one.iter_rows(), other.iter_rows(), strict=True):
            assert [(cell.value, cell.number_format) for cell in left] == [
                (cell.value, cell.number_format) for cell in right
            ]
    assert SAMPLE.stat().st_size < 120_000


def test_another_seed_makes_another_company() -> None:
    assert [customer.mrr for customer in generate_customers(1)] != [customer.mrr for customer in MADE]


def test_the_company_has_the_size_that_it_should() -> None:
    assert Month.of(2023, 10) == FIRST
    assert Month.of(2026, 9) == LAST
    assert len(MADE) == 152
    assert len({customer.name for customer in MADE}) == 152
    assert {len(customer.mrr) for customer in MADE} == {MONTHS}
    assert 8_000_000_00 < 12 * sum(customer.mrr[-1] or 0 for customer in MADE) < 12_000_000_00
    assert all(members(size.segment) for size in SAMPLE_SIZES)


@pytest.mark.parametrize(
    ("segment", "net", "gross"),
    [
        ("Enterprise", (108, 115), (90, 95)),
        ("Mid-Market", (100, 105.5), (90, 97)),
        ("SMB", (85, 95), (80, 90)),
        ("Consumer", (60, 80), (60, 80)),
    ],
)
def test_retention_over_twelve_months_is_of_its_kind(
    segment: str, net: tuple[float, float], gross: tuple[float, float]
) -> None:
    nrr, grr = ratios(moves(segment, 12))
    assert net[0] <= nrr <= net[1]
    assert gross[0] <= grr <= gross[1]


@pytest.mark.parametrize(
    ("segment", "least", "most"),
    [("Enterprise", 100_000, 10**9), ("Mid-Market", 10_000, 130_000), ("SMB", 600, 13_000), ("Consumer", 100, 700)],
)
def test_what_a_customer_pays_fits_its_size(segment: str, least: int, most: int) -> None:
    paid = [12 * mrr / 100 for customer in members(segment) for mrr in customer.mrr if mrr]
    assert min(paid) >= least
    assert max(paid) <= most


def test_the_last_quarter_of_the_largest_has_a_story() -> None:
    base = moves("Enterprise", 3)
    gained = [after - before for _, before, after in base if after > before]
    lowered = [before - after for _, before, after in base if 0 < after < before]
    lost = {name: before for name, before, after in base if not after}
    assert len(gained) >= 3
    assert len(lowered) >= 2
    assert list(lost) == ["Ostrevan Logistik"]
    assert sum(lost.values()) > max(sum(gained), sum(lowered))


def test_customers_leave_and_some_come_back() -> None:
    def back(mrr: Sequence[int | None]) -> bool:
        paid = [offset for offset, cents in enumerate(mrr) if cents]
        return 0 in mrr[paid[0] : paid[-1]]

    assert sum(back(customer.mrr) for customer in MADE) >= 8
    assert {customer.mrr[-1] for customer in MADE} >= {0, None}
    # Blanks are only before the first month and after the last: a gap is a mistake, and is listed.
    for customer in MADE:
        paid = [offset for offset, cents in enumerate(customer.mrr) if cents]
        assert None not in customer.mrr[paid[0] : paid[-1]]


def test_there_is_something_to_advise_on() -> None:
    facts = [customer.facts for customer in MADE if "Renewal date" in customer.facts]
    soon = [
        fact
        for fact in facts
        if dt.date(2026, 10, 1) <= dt.date.fromisoformat(str(fact["Renewal date"])) < dt.date(2027, 2, 1)
    ]
    assert sum(float(str(fact["Feature adoption"])) < 0.5 for fact in soon) >= 5
    assert sum(float(str(fact["Quota use"])) >= 0.8 for fact in facts) >= 10
    assert sum(int(str(fact["Seats used"])) >= 0.9 * int(str(fact["Seats"])) for fact in facts) >= 10
    assert sum(int(str(fact["NPS"])) <= 6 for fact in facts) >= 10
    assert Counter(str(fact["Health"]) for fact in facts).keys() == {"green", "amber", "red"}


def test_the_reader_finds_the_listed_mistakes_and_no_other() -> None:
    workbook = ExcelWorkbook(SAMPLE)
    grids = workbook.read(workbook.tabs())
    parsed = parse_tabs(grids, ReadOptions(find_currency("EUR"), "", dt.date(2026, 11, 23)))
    ledger, problems = parsed.ledger, parsed.problems
    assert sorted((problem.code, problem.account or "TOTAL") for problem in problems) == sorted(
        (mistake.code, mistake.account) for mistake in MISTAKES
    )
    rows = {row[0]: number for number, row in enumerate(grids[1].rows) if row}
    cells = {problem.code: problem.cell for problem in problems}
    for mistake in MISTAKES:
        if mistake.month is not None:
            assert cells[mistake.code] == format_a1(rows[mistake.account], 1 + FIRST.until(mistake.month))
    # The figures stay meaningful: next to nothing is left out.
    assert (ledger.first, ledger.last) == (FIRST, LAST)
    left_out = int(ledger.read_own_mrr(LAST)[ledger.accounts.excluded].sum())
    assert 0 < left_out < int(ledger.read_own_mrr(LAST).sum()) // 100
