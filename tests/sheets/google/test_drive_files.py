"""Addresses of Drive that are not those of a Google Sheet: shortcuts and files of other formats."""

from __future__ import annotations

import re

import pytest

from core.errors import WorkbookMissingError
from tests.support.command_line import nrrbot
from tests.support.company import MakeCompany
from tests.support.google.server import Fault, GoogleServer, drive_error
from tests.support.google.state import SHORTCUT
from tests.support.google_tables import MRR, Connect, make_table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCUMENT = "application/vnd.google-apps.document"


def test_a_shortcut_is_followed_and_keeps_the_source(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    shortcut = server.add_file("Shortcut", SHORTCUT, target=sheet)
    workbook = connect(shortcut)
    assert workbook.version() == connect(sheet).version()
    (tab,) = workbook.tabs()
    assert workbook.read([tab])[0].rows[1] == ["A-1", 1234.56]
    assert (workbook.name, workbook.source) == ("Retention", f"google:{shortcut}")
    assert workbook.link(tab, "B2") == connect(sheet).link(tab, "B2")
    server.edit(sheet, "MRR", "B2", 7)
    assert workbook.version() == connect(sheet).version()


def test_a_shortcut_is_followed_without_its_version(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    assert connect(server.add_file("Shortcut", SHORTCUT, target=sheet)).write([make_table()]).tabs == ("NRR Metrics",)
    assert server.titles(sheet) == ["MRR", "NRR Metrics"]


@pytest.mark.parametrize("through_sheets", [False, True])
@pytest.mark.parametrize(
    ("kind", "is_target", "says"),
    [
        (XLSX, False, "“MRR” is a file in Google Drive, not a Google Sheet: its format is Excel (.xlsx)."),
        (DOCUMENT, False, f"“MRR” in Google Drive is not a Google Sheet ({DOCUMENT})."),
        (XLSX, True, "“Link” is a shortcut in Google Drive to a file that is not a Google Sheet (Excel (.xlsx))."),
        (DOCUMENT, True, f"“Link” is a shortcut in Google Drive to a file that is not a Google Sheet ({DOCUMENT})."),
    ],
)
def test_any_other_file_is_named(
    server: GoogleServer, connect: Connect, kind: str, says: str, *, is_target: bool, through_sheets: bool
) -> None:
    file = server.add_file("MRR", kind)
    workbook = connect(server.add_file("Link", SHORTCUT, target=file) if is_target else file)
    with pytest.raises(WorkbookMissingError, match=re.escape(says)):
        workbook.tabs() if through_sheets else workbook.version()


def test_a_target_that_is_not_shared_is_reported(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR}, editors=())
    with pytest.raises(WorkbookMissingError, match="not shared with the bot"):
        connect(server.add_file("Shortcut", SHORTCUT, target=sheet)).version()


def test_an_unknown_file_is_reported_as_sheets_reports_it_when_drive_is_off(
    server: GoogleServer, connect: Connect
) -> None:
    file = server.add_file("MRR", XLSX)
    server.fail(Fault("drive", status=403, body=repr(drive_error(403, "accessNotConfigured", "x")).encode()))
    with pytest.raises(WorkbookMissingError, match="it may be an Office file"):
        connect(file).tabs()


def test_a_sync_through_a_shortcut(company: MakeCompany) -> None:
    form = company("wide", "google")
    shortcut = form.google.add_file("Shortcut", SHORTCUT, target=form.sheet)
    form.config.write_text(form.config.read_text("utf-8").replace(form.sheet, shortcut), "utf-8")
    for command in ("sync", "write", "sync"):
        ran = nrrbot(command, "--config", form.config, "--today", "2025-10-06")
        assert (ran.code, ran.err) == (0, "")
    assert "NRR Metrics" in form.google.titles(form.sheet)
