"""Problems are grouped, filtered, ranked by the MRR at stake, and accepted until their cell changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support.command_line import nrrbot
from tests.support.company import write_xlsx

Files = tuple[str, ...]
# Gaps of two accounts, three unreadable amounts, and a row of no account.
ROWS: list[list[Any]] = [
    ["Account ID", "2025-01", "2025-02", "2025-03", "2025-04"],
    ["small", 10, None, 10, 10],
    ["large", 900, None, 900, 800],
    *([f"bad{number}", 5, 5, "soon", 5 + number] for number in range(5)),
    ["leaver", 7, 7, 0, 0],
]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.chdir(tmp_path)
    write_xlsx(tmp_path / "book.xlsx", {"MRR": ROWS})
    run("sync", "--workbook", "book.xlsx", "--db", "nrrbot.db", "--today", "2025-05-06")
    return ("--workbook", "book.xlsx", "--db", "nrrbot.db", "--today", "2025-05-06")


def run(*arguments: object) -> str:
    ran = nrrbot(*arguments)
    assert (ran.code, ran.err) == (0, ""), ran
    return ran.out


def read_entries(files: Sequence[str], *options: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(run("problems", "--json", *options, *files))
    return entries


def list_cells(files: Sequence[str], *options: str, accepted: bool = False) -> list[str]:
    return [entry["cell"] for entry in read_entries(files, *options) if entry["accepted"] == accepted]


def read_tab(path: Path) -> dict[str, Any]:
    """Return cell -> the mark under OK, of NRR Problems."""
    rows = list(openpyxl.load_workbook(path)["NRR Problems"].values)
    headings = next(row for row in rows if row[-1] == "OK")
    return {str(row[2]): row[-1] for row in rows[rows.index(headings) + 1 :]}


def mark_in_tab(path: Path, cell: str, mark: str | None) -> None:
    book = openpyxl.load_workbook(path)
    row = next(row for row in book["NRR Problems"].iter_rows() if row[2].value == cell)
    row[-1].value = mark
    book.save(path)


def test_errors_come_first_and_then_the_most_mrr(files: Files) -> None:
    assert list_cells(files) == ["D8", "D7", "D6", "D5", "D4", "C3", "C2"]
    assert [entry["mrr"] for entry in read_entries(files)] == [900, 800, 700, 600, 500, 80_000, 1_000]


def test_many_of_one_kind_are_one_entry(files: Files) -> None:
    first, gap, other_gap = run("problems", *files).strip().split("\n\n")
    assert first.splitlines() == [
        (
            "MRR!D8: “soon” is not an amount. The account is excluded from all figures until this is fixed. Write a "
            "number such as 1250.50."
        ),
        "  4 other cells like this: D7, D6, D5, D4",
        "  amount_unreadable  error  €35 of MRR",
    ]
    assert gap.splitlines()[-1] == "  gap  warning  €800 of MRR"
    assert other_gap.startswith("MRR!C2")


@pytest.mark.parametrize(
    ("options", "cells"),
    [
        (("--code", "gap"), ["C3", "C2"]),
        (("--severity", "error"), ["D8", "D7", "D6", "D5", "D4"]),
        (("--tab", "mrr", "--severity", "warning"), ["C3", "C2"]),
        (("--tab", "Customers"), []),
    ],
)
def test_filters(files: Files, options: tuple[str, ...], cells: list[str]) -> None:
    assert list_cells(files, *options) == cells


def test_a_mark_in_the_tab_counts_at_the_next_sync(files: Files) -> None:
    book = Path("book.xlsx")
    run("write", *files)
    mark_in_tab(book, "MRR!C3", "x")
    assert "7 problems in the sheet (0 new, 1 accepted):" in run("sync", *files)
    assert list_cells(files, accepted=True) == ["C3"]
    mark_in_tab(book, "MRR!C3", None)
    assert "7 problems in the sheet (0 new):" in run("sync", *files)


def test_a_filter_that_no_problem_meets_does_not_call_the_sheet_free_of_problems(files: Files) -> None:
    assert run("problems", "--tab", "Customers", *files) == "The sheet has no such problem.\n"
    assert (
        run("problems", "--tab", "Customers", "--lang", "fr", *files) == "La feuille n’a aucun problème de ce genre.\n"
    )


def test_an_accepted_warning_is_silent_until_its_cell_changes(files: Files) -> None:
    assert run("problems", "--accept", "gap:MRR!C3", "--accept", "gap:C2", *files) == "Accepted: MRR!C3, MRR!C2.\n"
    assert (list_cells(files, "--code", "gap"), list_cells(files, accepted=True)) == ([], ["C3", "C2"])
    assert run("problems", *files).endswith("2 accepted problems are not listed.\n")
    assert "7 problems in the sheet (0 new, 2 accepted):" in run("sync", *files)
    assert json.loads(run("ask", "--json", "April 2025", *files))["problems"] == {"amount_unreadable": 5}
    # One more blank month makes another gap of it; the account in row 3 keeps its own.
    write_xlsx(Path("book.xlsx"), {"MRR": [ROWS[0], ["small", 10, None, None, 10], *ROWS[2:]]})
    assert "7 problems in the sheet (1 new, 1 accepted):" in run("sync", *files)
    assert list_cells(files, "--code", "gap") == ["C2"]
    # A row above moves the accepted cell, and changes nothing in it.
    write_xlsx(Path("book.xlsx"), {"MRR": [ROWS[0], ["new", None, None, None, 3], *ROWS[1:]]})
    run("sync", *files)
    assert list_cells(files, accepted=True) == ["C4", "C3"]


def test_an_acceptance_is_withdrawn(files: Files) -> None:
    run("problems", "--accept", "gap:MRR!C3", *files)
    assert run("problems", "--withdraw", "gap:MRR!C3", *files) == "Withdrawn: MRR!C3.\n"
    assert list_cells(files, accepted=True) == []


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("amount_unreadable:MRR!D4", "MRR!D4 cannot be accepted: it is an error"),
        ("gap:MRR!Z9", "There is no problem gap:MRR!Z9"),
        ("gaps:MRR!C3", "There is no problem code “gaps”. Did you mean gap"),
    ],
)
def test_what_cannot_be_accepted_is_refused(files: Files, mark: str, said: str) -> None:
    ran = nrrbot("problems", "--accept", mark, *files)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert list_cells(files, accepted=True) == []


def test_a_mark_under_ok_survives_rewrites_and_a_cleared_one_withdraws(files: Files) -> None:
    book = Path("book.xlsx")
    run("write", *files)
    assert set(read_tab(book).values()) == {None}
    mark_in_tab(book, "MRR!C3", "yes")
    mark_in_tab(book, "MRR!D4", "yes")  # an error cannot be accepted
    for _ in range(2):
        run("write", *files)
        assert {cell for cell, mark in read_tab(book).items() if mark} == {"MRR!C3"}
    assert list_cells(files, accepted=True) == ["C3"]
    # One that the command line accepted is not withdrawn by a tab that does not show it yet.
    run("problems", "--accept", "gap:MRR!C2", *files)
    mark_in_tab(book, "MRR!C3", None)
    run("write", *files)
    assert {cell for cell, mark in read_tab(book).items() if mark} == {"MRR!C2"}
