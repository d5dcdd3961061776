"""The way back into the workbook: nothing is written while nothing has changed, and then only what did."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from typing import Any

import pytest

from bot.__main__ import now
from bot.cli.setup import Setup
from bot.service.refresh.reading import sync_workbook
from bot.service.refresh.writeback import write_back
from core.errors import WorkbookError
from core.terms import Language
from sheets.workbook.port import WriteResult
from tests.support.company import TODAY, Form, MakeCompany
from tests.support.google.server import Fault, error_body
from tests.support.google.state import Sheet

DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
MORNING = dt.datetime(2025, 10, 6, 8, 0, tzinfo=dt.UTC)
METRICS = "NRR Metrics"


def test_the_next_day_changes_nothing_by_itself(company: MakeCompany) -> None:
    form = company("wide", "xlsx")
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, MORNING)
    assert write_back(setup.analyst, setup.workbook).tabs
    assert form.path
    before = form.path.read_bytes()
    setup = form.setup(TODAY + DAY)
    sync_workbook(setup.analyst, setup.workbook, MORNING + DAY)
    assert setup.analyst.load_newest().scope.today == (TODAY + DAY).date()
    assert write_back(setup.analyst, setup.workbook, only_changes=True).is_unchanged
    assert form.path.read_bytes() == before


class EditedSheet:
    """A Google Sheet that is edited, synced and written back, each minute once."""

    def __init__(self, form: Form, language: Language = "en") -> None:
        self.form, self.language, self.now = form, language, MORNING
        self.refresh(only_changes=False)

    def open(self, today: dt.datetime = TODAY) -> Setup:
        return Setup(self.form.config, None, None, today, self.language, now)

    def refresh(self, today: dt.datetime = TODAY, *, only_changes: bool = True) -> tuple[WriteResult, int]:
        """Return what was written, and the bytes that were sent for it."""
        self.now += MINUTE
        setup, google = self.open(today), self.form.google
        sync_workbook(setup.analyst, setup.workbook, self.now, only_changes=True)
        before = len(google.calls)
        written = write_back(setup.analyst, setup.workbook, only_changes=only_changes)
        sent = [call.size for call in google.calls[before:] if call.method == "sheets.spreadsheets.batchUpdate"]
        return written, sum(sent)

    def read_own_tabs(self) -> dict[str, Any]:
        return {title: rows for title, rows in self.form.tabs().items() if title.startswith("NRR ")}

    def assert_as_written_anew(self) -> None:
        own_tabs = self.read_own_tabs()
        setup = self.open()
        write_back(setup.analyst, setup.workbook)
        assert self.read_own_tabs() == own_tabs


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_edit_writes_the_rows_that_it_changed(company: MakeCompany, language: Language) -> None:
    form = company("wide", "google")
    sheet, choose = EditedSheet(form, language), random.Random(7)  # noqa: S311 - a test
    whole = sheet.refresh(only_changes=False)[1]
    for _ in range(4):
        form.put("MRR", choose.randint(2, 8), choose.randint(4, 17), choose.randint(50, 900))
        written, sent = sheet.refresh()
        assert {METRICS, "NRR Indicateurs"}.intersection(written.tabs)
        assert sent < whole / 2
    sheet.assert_as_written_anew()
    # An account that leaves takes rows with it, or gives rows to others.
    for column in range(12, 18):
        form.put("MRR", 8, column, 0)
    sheet.refresh()
    sheet.assert_as_written_anew()


def find_metrics(sheet: EditedSheet) -> Sheet:
    (tab,) = [tab for tab in sheet.form.google.spreadsheets[sheet.form.sheet].sheets if tab.title == METRICS]
    return tab


def sort_rows(sheet: EditedSheet) -> None:
    tab = find_metrics(sheet)
    tab.rows[4:] = tab.rows[:3:-1]
    sheet.form.google.spreadsheets[sheet.form.sheet].touch()


def test_rows_that_people_moved_are_written_anew(company: MakeCompany) -> None:
    sheet = EditedSheet(company("wide", "google"))
    before = sheet.read_own_tabs()
    sort_rows(sheet)
    assert sheet.read_own_tabs() != before
    sheet.form.put("MRR", 2, 10, 123)
    sheet.refresh()
    sheet.assert_as_written_anew()


def test_no_figure_is_written_below_another_heading(company: MakeCompany) -> None:
    sheet = EditedSheet(company("wide", "google"))
    # As after a column was inserted left of NRR.
    for row in find_metrics(sheet).rows[2:]:
        row.insert(7, copy.copy(row[0]))
    sheet.form.put("MRR", 2, 10, 123)
    sheet.refresh()
    sheet.assert_as_written_anew()


def test_a_copy_of_a_tab_is_not_written(company: MakeCompany) -> None:
    sheet = EditedSheet(company("wide", "google"))
    twin = {"sourceSheetId": find_metrics(sheet).id, "newSheetName": "Copy"}
    sheet.form.google.batch(sheet.form.sheet, {"duplicateSheet": twin})
    book = sheet.form.google.spreadsheets[sheet.form.sheet]
    book.sheets.insert(0, book.sheets.pop())
    sheet.form.put("MRR", 2, 10, 123)
    sheet.refresh()
    sheet.assert_as_written_anew()


def test_after_a_write_that_ended_half_way_all_tabs_are_written(company: MakeCompany) -> None:
    sheet = EditedSheet(company("wide", "google"))
    sheet.form.put("MRR", 2, 17, 123)
    sheet.refresh()
    sheet.form.put("MRR", 2, 17, 124)
    # Tabs are written, the rows of NRR Metrics are not.
    refused = json.dumps(error_body(403, "PERMISSION_DENIED", "The caller does not have permission")).encode()
    write = "sheets.spreadsheets.batchUpdate"
    sheet.form.google.fail(Fault(method=write, drop=True, served=True), Fault(method=write, status=403, body=refused))
    with pytest.raises(WorkbookError):
        sheet.refresh()
    sheet.form.put("MRR", 2, 17, 123)
    assert len(sheet.refresh()[0].tabs) == 4
    sheet.assert_as_written_anew()


def test_the_first_write_of_a_day_overwrites_what_people_typed(company: MakeCompany) -> None:
    sheet = EditedSheet(company("wide", "google"))
    for today, amount in ((TODAY, 123), (TODAY + DAY, 124)):
        sheet.form.put(METRICS, 20, 26, "mine")
        sheet.form.put("MRR", 2, 10, amount)
        sheet.refresh(today)
        is_there = any("mine" in row for row in sheet.read_own_tabs()[METRICS])
        assert is_there == (today == TODAY)
