"""The tab NRR Problems."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest

from bot.locale.translator import get_translator
from core.ledger.columns import encode_values
from core.terms import Language
from sheets.problems import CODES, Problem
from sheets.workbook.port import Grid, Tab
from sheets.workbook.tables import Link
from sheets.writeback.problems_tab import PROBLEMS_TAB, build_problems_table, list_people, read_marks
from tests.support.written_ledger import LEDGER, store_snapshot

PLACED = [
    Problem("duplicate_account", "MRR", "A4", "b", "b", values={"row": "3"}),
    Problem("amount_unreadable", "MRR", "D5", "=1+cmd", "a", "https://sheet/D5"),
    Problem("total_row", "MRR", "A9", "Total"),
    Problem("missing_id", "MRR", "A7", ""),
]


def test_every_problem_has_its_fix(tmp_path: Path) -> None:
    _, snapshot = store_snapshot(tmp_path, LEDGER)
    table = build_problems_table(PLACED, snapshot, get_translator("en"))
    assert table.title == PROBLEMS_TAB
    assert list(table.headings) == [
        "Severity", "Code", "Cell", "Account", "Name", "Owner", "Found", "Expected", "How to fix it", "Link", "OK",
    ]  # fmt: skip
    assert [(*row[:2], str(row[2]), row[3], row[6]) for row in table.rows] == [
        (problem.severity, problem.code, problem.place, problem.account, problem.found) for problem in PLACED
    ]
    assert [row[2] for row in table.rows[:2]] == [Link("MRR!A4", "#'MRR'!A4"), Link("MRR!D5", "https://sheet/D5")]
    assert table.rows[1][7:10] == (
        "an amount",
        "The account is excluded from all figures until this is fixed. Write a number such as 1250.50.",
        "https://sheet/D5",
    )
    assert table.rows[0][8] == "Row 3 is used, this one is not. Keep one of the two."
    assert set(table.formats) == {"text"}


def test_a_sheet_without_problems_is_a_table_without_rows(tmp_path: Path) -> None:
    _, snapshot = store_snapshot(tmp_path, LEDGER)
    assert list(build_problems_table([], snapshot, get_translator("en")).rows) == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_code_can_be_written(tmp_path: Path, language: Language) -> None:
    templates = [template for code in CODES.values() for template in (code.expected, code.fix)]
    places = {place for template in templates for _, place, _, _ in Formatter().parse(template) if place}
    filled = {place: place.upper() for place in places}
    _, snapshot = store_snapshot(tmp_path, LEDGER)
    table = build_problems_table(
        [Problem(code, "MRR", "A1", "x", values=filled) for code in CODES], snapshot, get_translator(language)
    )
    assert len(table.rows) == len(CODES)
    assert all(cell for row in table.rows for cell in row[6:9])


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "the MRR of 2025-03 is -1,200.00."),
        ("fr", "-1\u202f200,00."),
    ],
)
def test_amounts_in_a_sentence_are_written_as_its_language_does(
    tmp_path: Path, language: Language, sentence: str
) -> None:
    problem = Problem("mrr_below_zero", "Movements", "C4", "-30", values={"month": "2025-03", "mrr": "-1200.00"})
    _, snapshot = store_snapshot(tmp_path, LEDGER)
    [row] = build_problems_table([problem], snapshot, get_translator(language)).rows
    assert sentence in f"{row[7]} {row[8]}"


def test_an_amount_of_another_version_is_written_as_it_is(tmp_path: Path) -> None:
    problem = Problem("mrr_below_zero", "Movements", "C4", "-30", values={"month": "2025-03", "mrr": "little"})
    _, snapshot = store_snapshot(tmp_path, LEDGER)
    [row] = build_problems_table([problem], snapshot, get_translator("fr")).rows
    assert "little" in f"{row[7]} {row[8]}"


def test_a_problem_has_the_name_and_the_owner_of_its_account(tmp_path: Path) -> None:
    ledger = replace(LEDGER, columns={"owner": encode_values("Owner", ["Jonas", "", "Inès"])})
    _, snapshot = store_snapshot(tmp_path, ledger)
    people = list_people(ledger)
    table = build_problems_table(PLACED, snapshot, get_translator("en"), people=people)
    assert [row[4:6] for row in table.rows] == [("b", ""), ("a", "Jonas"), ("", ""), ("", "")]
    assert (table.is_list, len(table.widths)) == (True, len(table.headings))


def test_marks_are_found_by_their_heading_in_the_tab_of_an_earlier_version_too() -> None:
    headings = ["Severity", "Code", "Cell", "Account", "Found", "Expected", "How to fix it", "Link", "OK"]
    rows = [["Written by nrrbot."], headings, ["warning", "gap", "MRR!A4", "b", "", "", "", "", "x"]]
    for extra in ([], ["Name", "Owner"]):
        grown = [row[:4] + extra + row[4:] for row in rows]
        assert read_marks(Grid(Tab(0, PROBLEMS_TAB, 3, 11), grown)) == {("gap", "MRR!A4"): True}
