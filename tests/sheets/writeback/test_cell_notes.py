"""Notes on the cells that have a problem, in a Google Sheet and in a file: ours come and go, nothing else moves."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

from bot.locale.translator import get_translator
from core.months import Month
from sheets.excel.workbook import ExcelWorkbook
from sheets.google.writing import notes
from sheets.problems import Problem
from sheets.templates.template import write_template
from sheets.workbook.a1 import format_a1
from sheets.workbook.notes import is_bot_note
from sheets.workbook.port import Note
from sheets.workbook.tables import Table
from sheets.writeback.cell_notes import MAX_NOTES, build_notes
from tests.support.command_line import Ran, nrrbot
from tests.support.company import FORMULA, Form, MakeCompany, Medium, Rows, months, tabs, wide
from tests.support.google.schema import Json
from tests.support.google.server import ROBOT, Fault
from tests.support.google.state import Sheet

GET, BATCH = "sheets.spreadsheets.get", "sheets.spreadsheets.batchUpdate"
VALUES = "sheets.spreadsheets.values.batchGet"
AMOUNT = (
    "nrrbot: Expected here: an amount. The account is excluded from all figures until this is fixed. Write a number "
    "such as 1250.50."
)
EACH = pytest.mark.parametrize("medium", ["xlsx", "google"])
TABLE = Table("NRR Problems", "Ours.", ["Cell"], ["text"], [["MRR!B2"]])


@pytest.fixture
def noted(company: MakeCompany) -> Any:
    """Make the company, or other content, with `workbook.notes` switched on."""

    def noted(medium: Medium = "google", content: dict[str, Rows] | None = None) -> Form:
        form = company("wide", medium, content=content)
        switch(form, on=True)
        return form

    return noted


def switch(form: Form, *, on: bool, **more: str) -> None:
    lines = [line for line in form.config.read_text("utf-8").splitlines() if not line.startswith("notes")]
    at = lines.index("[workbook]") + 1
    extra = [f'{key} = "{value}"' for key, value in more.items()]
    form.config.write_text("\n".join([*lines[:at], f"notes = {str(on).lower()}", *extra, *lines[at:]]), "utf-8")


def run(form: Form, *commands: str, lang: str = "en") -> Ran:
    for command in commands:
        ran = nrrbot(command, "--config", form.config, "--today", "2025-10-06", "--lang", lang)
        assert (ran.code, ran.err) == (0, "")
    return ran


def notes_in(form: Form, title: str = "MRR") -> dict[str, str]:
    """Return cell -> note of a tab."""
    if form.path:
        sheet = openpyxl.load_workbook(form.path)[title]
        return {cell.coordinate: cell.comment.text for row in sheet for cell in row if cell.comment}
    return {format_a1(*place): note for place, note in form.google.sheet(form.sheet, title).notes().items()}


def annotate(form: Form, cell: str, text: str, author: str = "Ann") -> None:
    """Put a note on a cell of MRR, as a colleague would."""
    if form.path:
        book = openpyxl.load_workbook(form.path)
        book["MRR"][cell].comment = Comment(text, author)
        book.save(form.path)
        return
    row, column = int(cell[1:]) - 1, ord(cell[0]) - 65
    start = {"sheetId": form.google.sheet(form.sheet, "MRR").id, "rowIndex": row, "columnIndex": column}
    note = {"updateCells": {"start": start, "rows": [{"values": [{"note": text}]}], "fields": "note"}}
    form.google.batch(form.sheet, note)


def insert_rows(form: Form, start: int, end: int) -> None:
    span = {
        "sheetId": form.google.sheet(form.sheet, "MRR").id,
        "dimension": "ROWS",
        "startIndex": start,
        "endIndex": end,
    }
    form.google.batch(form.sheet, {"insertDimension": {"range": span}})


def apart_from_notes(form: Form) -> Any:
    """Return the content of people's tabs without notes: the state of the server, or the cells that openpyxl reads."""
    if not form.path:
        return [_without_notes(sheet) for sheet in form.google.spreadsheets[form.sheet].sheets if not sheet.metadata]
    book = openpyxl.load_workbook(form.path)
    cells = [
        (sheet.title, cell.coordinate, cell.value, cell.data_type, cell.number_format, repr(cell.font), repr(cell.fill))
        for sheet in book.worksheets
        if not sheet.title.startswith("NRR")
        for row in sheet
        for cell in row
    ]
    checks = [repr(sheet.data_validations) for sheet in book.worksheets if not sheet.title.startswith("NRR")]
    return cells, checks


def _without_notes(sheet: Sheet) -> Sheet:
    twin = copy.deepcopy(sheet)
    twin.rules = [rule for rule in twin.rules if set(rule.mask) != {"note"}]
    return twin


def broken(count: int, first: str = "2024-06") -> dict[str, Rows]:
    """Return a workbook in which each of `count` accounts has one amount that cannot be read, and one warning."""
    ids = [f"A-{number}" for number in range(count)]
    rows: Rows = [[account_id, 100, "soon", 100] for account_id in ids]
    customers: Rows = [[account_id, account_id, "good"] for account_id in ids]
    return {
        "Customers": [["Account ID", "Name", "NPS"], *customers],
        "MRR": [["Account ID", *months(first, 3)], *rows],
    }


# What is noted, and on which cells.


@EACH
def test_a_problem_is_noted_on_its_cell_until_it_is_mended(noted: Any, medium: Medium) -> None:
    form = noted(medium)
    before = apart_from_notes(form)
    output = run(form, "sync", "write").out
    assert notes_in(form) == {"J10": AMOUNT}
    assert output.splitlines()[1:] == ["1 cell has an nrrbot note."]
    assert apart_from_notes(form) == before
    form.put("MRR", 10, 10, 300)
    assert run(form, "sync", "write").out.splitlines()[1:] == ["1 nrrbot note was removed."]
    assert notes_in(form) == {}
    form.put("MRR", 10, 10, FORMULA)
    assert _values(apart_from_notes(form), medium) == _values(before, medium)


def _values(state: Any, medium: Medium) -> Any:
    return [sheet.rows for sheet in state] if medium == "google" else [cell[:3] for cell in state[0]]


@EACH
def test_without_the_key_no_note_is_put_and_none_is_looked_for(company: MakeCompany, medium: Medium) -> None:
    form = company("wide", medium)
    assert "of nrrbot" not in run(form, "sync", "write").out
    assert notes_in(form) == {}
    assert form.google.counts().get(BATCH, 0) == (medium == "google")


@EACH
def test_switched_off_the_notes_go(noted: Any, medium: Medium) -> None:
    form = noted(medium)
    run(form, "sync", "write")
    annotate(form, "B2", "Ask Ann")
    switch(form, on=False)
    assert "1 nrrbot note was removed." in run(form, "sync", "write").out
    assert notes_in(form) == {"B2": "Ask Ann"}
    assert "of nrrbot" not in run(form, "sync", "write").out
    assert form.google.spreadsheets[form.sheet].metadata == [] if form.sheet else True


@EACH
@pytest.mark.parametrize(
    ("text", "author"), [("Ask Ann", "Ann"), (f"{AMOUNT}\nAnn: I asked them", "nrrbot"), ("Nrrbot says no", "nrrbot")]
)
def test_somebodys_own_note_stays_and_ours_gives_way(noted: Any, medium: Medium, text: str, author: str) -> None:
    form = noted(medium)
    annotate(form, "J10", text, author)
    output = run(form, "sync", "write").out
    assert "1 cell has no nrrbot note: it has another note already" in output
    form.put("MRR", 10, 10, 300)
    run(form, "sync", "write")
    assert notes_in(form) == {"J10": text}


def test_in_a_file_a_note_like_ours_of_another_author_is_theirs(noted: Any) -> None:
    form = noted("xlsx")
    annotate(form, "B2", AMOUNT, "Ann")
    run(form, "sync", "write")
    assert notes_in(form) == {"B2": AMOUNT, "J10": AMOUNT}


@EACH
def test_in_french(noted: Any, medium: Medium) -> None:
    form = noted(medium)
    output = run(form, "sync", "write", lang="fr").out
    assert "1 cellule porte une note de nrrbot." in output
    [note] = notes_in(form).values()
    assert note.startswith("nrrbot: Attendu ici\u00a0: un montant. Le compte est exclu")
    # The next person's language takes its place: one note a cell, and none counted as gone.
    assert "removed" not in run(form, "write").out
    assert notes_in(form) == {"J10": AMOUNT}


def test_a_sheet_that_has_changed_since_keeps_its_notes_as_they_are(noted: Any) -> None:
    form = noted()
    run(form, "sync", "write")
    # Its cells may have moved, as these have. A file that has changed is read again first.
    insert_rows(form, 3, 4)
    output = run(form, "write").out
    assert "left as they are: the workbook has changed since it was read" in output
    assert notes_in(form) == {"J11": AMOUNT}


def test_notes_that_moved_with_their_rows_are_found(noted: Any) -> None:
    form = noted()
    run(form, "sync", "write")
    insert_rows(form, 3, 5)
    assert notes_in(form) == {"J12": AMOUNT}
    form.put("MRR", 12, 10, 300)
    form.put("MRR", 2, 2, "soon")
    run(form, "sync", "write")
    assert notes_in(form) == {"B2": AMOUNT}


def test_notes_of_a_tab_that_is_not_read_any_more_go(noted: Any) -> None:
    content = tabs("wide")
    form = noted("google", {**content, "MRR 2026": wide("E-1 | 100 100")})
    switch(form, on=True, revenue_tab="MRR")
    run(form, "sync", "write")
    assert notes_in(form) == {"J10": AMOUNT}
    form.config.write_text(form.config.read_text("utf-8").replace('"MRR"', '"MRR 2026"'), "utf-8")
    run(form, "sync", "write")
    assert notes_in(form) == {}


def test_a_blank_cell_far_right_gets_a_note(noted: Any) -> None:
    form = noted("google", {"MRR": wide("A-1 | 100 100 - 100\nA-2 | 100 - - -")})
    run(form, "sync", "write")
    assert {cell: note[:41] for cell, note in notes_in(form).items()} == {
        "D2": "nrrbot: Expected here: an amount, or 0. B"
    }


@EACH
def test_of_many_problems_some_cells_get_a_note_errors_first(noted: Any, medium: Medium) -> None:
    form = noted(medium, broken(MAX_NOTES + 20))
    output = run(form, "sync", "write").out
    assert f"{MAX_NOTES} cells have an nrrbot note." in output
    # 520 amounts and 520 answers: 500 amounts are noted.
    assert "540 more cells have no nrrbot note, as there are too many: see the tab NRR Problems." in output
    assert len(notes_in(form)) == MAX_NOTES
    assert notes_in(form, "Customers") == {}


# What it costs, and what goes wrong.


def test_five_calls_to_sheets_and_three_for_a_sheet_without_problems(noted: Any) -> None:
    form = noted()
    form.put("MRR", 10, 10, 300)
    run(form, "sync")
    form.google.calls.clear()
    run(form, "write")
    assert _calls(form) == {GET: 2, BATCH: 1}
    form.put("MRR", 10, 10, "soon")
    # One more for the notes; and for the marks under OK, of a sheet with problems.
    marked, unmarked = {GET: 3, VALUES: 1, BATCH: 1}, {GET: 3, BATCH: 1}
    for cell, expected in (("soon", marked), ("soon", marked), (300, unmarked)):
        form.put("MRR", 10, 10, cell)
        run(form, "sync")
        form.google.calls.clear()
        run(form, "write")
        assert _calls(form) == expected
    look = next(call for call in form.google.calls if "ranges" in call.query)
    assert look.query["ranges"] == ["'MRR'!A1:Z1000"]
    assert look.query["fields"][0].startswith(
        "sheets(properties(sheetId),data(startRow,startColumn,rowData(values(note)))"
    )


def _calls(form: Form) -> dict[str, int]:
    return {method: count for method, count in form.google.counts().items() if method.startswith("sheets")}


def test_of_a_tab_too_large_to_look_through_the_first_rows_get_notes(
    noted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "MAX_CELLS", 26 * 10)
    form = noted("google", broken(20))
    output = run(form, "sync", "write").out
    # Two tabs are concerned: five rows of each.
    assert sorted(notes_in(form)) == ["C2", "C3", "C4", "C5"]
    assert "32 cells have no nrrbot note" in output


def test_tabs_whose_titles_do_not_fit_into_one_address_get_none(noted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "ADDRESS_LENGTH", 60)
    form = noted("google", broken(2))
    assert "2 cells have no nrrbot note" in run(form, "sync", "write").out
    assert (len(notes_in(form)), len(notes_in(form, "Customers"))) == (0, 2)


def protect(form: Form, **more: Any) -> None:
    given: Json = {"range": {"sheetId": form.google.sheet(form.sheet, "MRR").id}, **more}
    form.google.batch(form.sheet, {"addProtectedRange": {"protectedRange": given}})


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ({}, 0),
        ({"editors": {"users": [ROBOT]}}, 1),
        ({"warningOnly": True}, 1),
        ({"unprotectedRanges": [{"startRowIndex": 9, "endRowIndex": 10}]}, 1),
        ({"unprotectedRanges": [{"startRowIndex": 1, "endRowIndex": 9}]}, 0),
    ],
)
def test_what_is_protected_gets_no_note_and_costs_no_write(noted: Any, more: Json, count: int) -> None:
    form = noted()
    mrr = form.google.sheet(form.sheet, "MRR").id
    for area in more.get("unprotectedRanges", []):
        area["sheetId"] = mrr
    protect(form, **more)
    output = run(form, "sync", "write").out
    assert len(notes_in(form)) == count
    assert ("or it is protected" in output) == (not count)
    assert "Wrote NRR Summary, NRR Metrics, NRR Problems, and NRR Accounts" in output


def test_a_note_in_an_area_that_was_protected_since_is_remembered(noted: Any) -> None:
    form = noted()
    run(form, "sync", "write")
    protect(form)
    form.put("MRR", 10, 10, 300)
    run(form, "sync", "write")
    assert notes_in(form) == {"J10": AMOUNT}
    form.google.sheet(form.sheet, "MRR").extra.clear()
    run(form, "sync", "write")
    assert notes_in(form) == {}


@pytest.mark.parametrize("fault", [Fault(method=BATCH, status=503), Fault(method=BATCH, drop=True, served=True)])
def test_a_write_that_is_sent_twice_leaves_the_same(noted: Any, fault: Fault) -> None:
    form = noted()
    run(form, "sync")
    form.google.fail(fault)
    assert "1 cell has an nrrbot note." in run(form, "write").out
    assert notes_in(form) == {"J10": AMOUNT}
    assert [item["metadataValue"] for item in form.google.spreadsheets[form.sheet].metadata] == [
        str(form.google.sheet(form.sheet, "MRR").id)
    ]


def test_what_is_remembered_follows_the_tabs(noted: Any) -> None:
    form = noted("google", broken(2))
    run(form, "sync", "write")
    book = form.google.spreadsheets[form.sheet]
    both = sorted(form.google.sheet(form.sheet, title).id for title in ("Customers", "MRR"))
    assert [item["metadataValue"] for item in book.metadata] == [",".join(map(str, both))]
    form.google.batch(form.sheet, {"deleteSheet": {"sheetId": form.google.sheet(form.sheet, "Customers").id}})
    run(form, "sync", "write")
    assert [item["metadataValue"] for item in book.metadata] == [str(form.google.sheet(form.sheet, "MRR").id)]


# Files alone.


def test_a_file_that_is_locked_has_no_notes(noted: Any) -> None:
    form = noted("xlsx")
    book = openpyxl.load_workbook(form.path)
    book.security.lockStructure = True
    book.save(form.path)
    lines = run(form, "sync", "write", lang="fr").out.splitlines()
    assert lines[0].endswith(
        "Retention.nrr.xlsx\N{NO-BREAK SPACE}: NRR Synthèse, NRR Indicateurs, NRR Problèmes et NRR Comptes."
    )
    assert lines[1].startswith("Le classeur lui-même n’a pas été modifié\N{NO-BREAK SPACE}: sa structure est protégée")
    assert lines[2] == "Ses cellules ne portent donc pas de notes non plus."


def test_the_notes_of_the_template_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_template(path, through=Month.of(2026, 10))

    def comments() -> list[tuple[str, str, str]]:
        return [
            (cell.coordinate, cell.comment.text, cell.comment.author)
            for sheet in openpyxl.load_workbook(path)
            for row in sheet
            for cell in row
            if cell.comment
        ]

    before = comments()
    ours = [Note("MRR", 0, 0, AMOUNT), Note("MRR", 4, 30, AMOUNT), Note("Gone", 0, 0, AMOUNT)]
    noted = ExcelWorkbook(path).write([], ours).notes
    assert (noted.present, noted.removed, noted.blocked) == (1, 0, 2)
    assert [comment for comment in comments() if comment not in before] == [("AE5", AMOUNT, "nrrbot")]
    assert len(comments()) == len(before) + 1
    assert ExcelWorkbook(path).write([TABLE], []).notes.removed == 1
    assert comments() == before


def test_a_cell_inside_merged_cells_goes_without(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].title = "MRR"
    book.worksheets[0].merge_cells("A1:B2")
    book.save(path)
    noted = ExcelWorkbook(path).write([TABLE], [Note("MRR", 1, 1, AMOUNT), Note("MRR", 0, 0, AMOUNT)]).notes
    assert (noted.present, noted.blocked) == (1, 1)


def test_the_same_notes_write_the_same_file(noted: Any) -> None:
    form = noted("xlsx")
    run(form, "sync", "write")
    assert form.path
    before = form.path.stat().st_mtime_ns
    run(form, "write")
    assert form.path.stat().st_mtime_ns == before


# The texts.


def texts(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    return [
        (f"{note.tab}!{format_a1(note.row, note.column)}", note.text)
        for note in build_notes(problems, get_translator("en"))[0]
    ]


def test_one_note_a_cell_with_a_line_for_each_problem_errors_first() -> None:
    gap = Problem("gap", "MRR", "C2", "", values={"months": "May\nJune {x}"})
    error = Problem("amount_unreadable", "MRR", "C2", "soon")
    whole = Problem("tab_vanished", "Old", "", "", values={"tab": "Old"})
    other = Problem("amount_unreadable", "Customers", "AA10", "soon")
    blank = (
        "nrrbot: Expected here: an amount, or 0. Blank in May June {x}, between two amounts. It is read as 0. Write "
        "the amount, or 0. If a blank means no change of the amount, write workbook.blank_month = "
        '"carry" in the config.'
    )
    note_texts = texts([gap, whole, error, other])
    assert note_texts == [
        ("MRR!C2", f"{AMOUNT}\n{blank}"),
        ("Customers!AA10", AMOUNT),
    ]
    assert all(is_bot_note(text) for _, text in note_texts)


def test_a_note_is_cut_to_a_size_that_can_be_read_and_stays_ours() -> None:
    problems = [Problem("value_missing", "MRR", "A1", "", values={"heading": "long " * 900})] * 9
    [(_, text)] = texts(problems)
    assert len(text) <= 3 * 400 + 2
    assert is_bot_note(text)


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("nrrbot: x", True),
        ("nrrbot: x\nnrrbot: y\n", True),
        ("nrrbot: x\nAnn: y", False),
        ("nrrbot x", False),
        (" nrrbot: x", False),
        ("", False),
    ],
)
def test_whose_a_note_is(text: str, *, ours: bool) -> None:
    assert is_bot_note(text) == ours
