"""A Google Sheet as a workbook: the real gspread and google-auth against the loopback server."""

from __future__ import annotations

import copy
import datetime as dt
import inspect
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import gspread.exceptions
import msgspec
import pytest
import requests
from google.auth import exceptions as auth_errors

from core.config import Google
from core.errors import (
    ConfigError,
    NrrbotError,
    Sentence,
    WorkbookBusyError,
    WorkbookDeniedError,
    WorkbookError,
    WorkbookLayoutError,
    WorkbookMissingError,
)
from sheets.google import batch_requests
from sheets.google import workbook as google_workbook
from sheets.google.address import parse_spreadsheet_id
from sheets.google.client import DRIVE_URL, SHEETS_URL
from sheets.google.errors import FOREIGN_ERRORS, map_error
from sheets.google.wire import Spreadsheet
from sheets.google.workbook import GoogleWorkbook
from sheets.workbook.port import Tab, Workbook
from sheets.workbook.tables import Band, Chart, ColumnFormat, Table, Value
from tests.support.google_schema import Json
from tests.support.google_server import ROBOT, Fault, GoogleServer, drive_error, error_body
from tests.support.google_state import Given, SheetError

ID = "1" + "a" * 43
GET, BATCH = "sheets.spreadsheets.get", "sheets.spreadsheets.batchUpdate"
READ, VERSION = "sheets.spreadsheets.values.batchGet", "drive.files.get"
MRR: list[list[Given]] = [["Account ID", dt.date(2025, 1, 1)], ["A-1", 1234.56], [], ["=x", SheetError(), "", True]]
PROTECT: Json = {"addProtectedRange": {"protectedRange": {"range": {}}}}


@pytest.fixture
def server() -> Iterator[GoogleServer]:
    with GoogleServer() as running:
        yield running


@pytest.fixture
def connect(server: GoogleServer, tmp_path: Path) -> Iterator[Callable[..., GoogleWorkbook]]:
    key_file = server.service_account_file(tmp_path)
    opened: list[GoogleWorkbook] = []

    def connect(
        sheet: str, *, retry: float = 3.0, timeout: float = 2.0, report_wait: Callable[[Sentence], None] | None = None
    ) -> GoogleWorkbook:
        workbook = GoogleWorkbook(
            sheet,
            key_file,
            timeout_seconds=timeout,
            retry_seconds=retry,
            sheets_url=server.url,
            drive_url=f"{server.url}/",
            report_wait=report_wait,
        )
        opened.append(workbook)
        return workbook

    yield connect
    for workbook in opened:
        workbook.close()


Connect = Callable[..., GoogleWorkbook]


ROW: Sequence[Value] = ["=Acme", Decimal("1234.56"), Decimal("1.036"), dt.date(2025, 9, 30), 38]


def table(title: str = "NRR Metrics", rows: Sequence[Sequence[Value]] = (ROW, [None] * 5), decimals: int = 2) -> Table:
    headings = ["Segment", "MRR", "NRR", "Month", "Accounts"]
    formats: list[ColumnFormat] = ["text", "money", "percent", "date", "integer"]
    return Table(title, "Written by nrrbot.", headings, formats, rows, decimals)


# Reading.


def test_what_the_workbook_says_about_itself(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR, "Notes": []}, locale="fr_FR", time_zone="Europe/Paris")
    server.batch(sheet, PROTECT)
    workbook: Workbook = connect(f"https://docs.google.com/spreadsheets/d/{sheet}/edit?gid=0#gid=0")
    assert (workbook.name, workbook.locale, workbook.time_zone) == ("Retention", "fr_FR", "Europe/Paris")
    assert workbook.source == f"google:{sheet}"
    assert [(tab.title, tab.rows, tab.columns, tab.is_bot_tab) for tab in workbook.tabs()] == [
        ("MRR", 1000, 26, False),
        ("Notes", 1000, 26, False),
    ]
    assert server.counts() == {"token": 1, GET: 2}
    first = workbook.tabs()[0]
    link = f"https://docs.google.com/spreadsheets/d/{sheet}/edit#gid=0&range=D17"
    assert (first.id, workbook.link(first, "D17")) == (0, link)


def test_cells_arrive_exactly_and_in_one_call(server: GoogleServer, connect: Connect) -> None:
    numbers: list[list[Given]] = [[0.1, 1234.56, 1e15, 99999999.99, -0.07, 12.0, "00123", "1,5", " x "]]
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR, "It's": numbers, "Empty": []})
    workbook = connect(sheet)
    tabs = workbook.tabs()
    grids = workbook.read([tabs[1], tabs[0], tabs[2]])
    assert [grid.tab.title for grid in grids] == ["It's", "MRR", "Empty"]
    assert [list(grid.rows) for grid in grids] == [
        [[0.1, 1234.56, 1e15, 99999999.99, -0.07, 12, "00123", "1,5", " x "]],
        [["Account ID", 45658], ["A-1", 1234.56], [], ["=x", "#REF!", None, True]],
        [],
    ]
    assert server.counts()[READ] == 1
    assert server.calls[-1].query["ranges"] == ["'It''s'!A1:Z1000", "'MRR'!A1:Z1000", "'Empty'!A1:Z1000"]
    assert server.calls[-1].query["prettyPrint"] == ["false"]


def test_only_the_first_rows_when_asked(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR}, sizes={"MRR": (4, 4)})
    workbook = connect(sheet)
    (tab,) = workbook.tabs()
    for rows, height in [(2, 2), (9, 4), (None, 4), (0, 0)]:
        assert len(workbook.read([tab], rows)[0].rows) == height
    assert workbook.read([]) == ()
    assert server.counts()[READ] == 3


@pytest.mark.parametrize(
    ("cells", "address", "calls"), [(10**6, 6000, 1), (49, 6000, 2), (40, 6000, 3), (1, 6000, 14), (10**6, 40, 2)]
)
def test_a_read_too_large_for_one_call_is_taken_in_pieces(
    server: GoogleServer, connect: Connect, monkeypatch: pytest.MonkeyPatch, cells: int, address: int, calls: int
) -> None:
    monkeypatch.setattr(google_workbook, "CELLS_PER_READ", cells)
    monkeypatch.setattr(google_workbook, "ADDRESS_LENGTH", address)
    rows: list[list[Given]] = [[1, 2], [], [], [None, 4], [], [6], []]
    sizes = {"A": (7, 7), "B": (7, 7)}
    sheet = server.add_spreadsheet("Retention", {"A": rows, "B": rows}, sizes=sizes)
    workbook = connect(sheet)
    for grid in workbook.read(workbook.tabs()):
        assert list(grid.rows) == [[1, 2], [], [], [None, 4], [], [6]]
    assert server.counts()[READ] == calls


def test_a_change_while_reading_shows_in_the_version(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR}, shared_drive=True)
    workbook = connect(sheet)
    tabs = workbook.tabs()
    before = workbook.version()
    assert workbook.version() == before
    server.before_read(1, lambda: server.edit(sheet, "MRR", "B2", 7))
    workbook.read(tabs)
    assert workbook.version() != before


def test_a_tab_renamed_while_reading_asks_for_another_try(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    workbook = connect(sheet)
    tabs = workbook.tabs()
    rename = {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "Revenue"}, "fields": "title"}}
    server.before_read(1, lambda: server.batch(sheet, rename))
    with pytest.raises(WorkbookBusyError, match="renamed"):
        workbook.read(tabs)


# Writing.


def test_a_table_is_written_as_it_is(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    written = connect(sheet).write([table(), table("NRR Problems", rows=[], decimals=0)])
    assert (written.location, written.tabs, written.refused) == ("Retention", ("NRR Metrics", "NRR Problems"), ())
    assert server.counts() == {"token": 1, GET: 1, BATCH: 1}
    headings = ["Segment", "MRR", "NRR", "Month", "Accounts"]
    assert server.rows(sheet, "NRR Metrics") == [
        ["Written by nrrbot."],
        headings,
        ["=Acme", 1234.56, 1.036, 45930, 38],
    ]
    assert server.rows(sheet, "NRR Problems") == [["Written by nrrbot."], headings]
    tab = server.sheet(sheet, "NRR Metrics")
    assert (tab.height, tab.width, tab.grid["frozenRowCount"]) == (4, 5, 2)
    assert [tab.number_format(2, column).get("pattern") for column in range(5)] == [
        "@",
        "#,##0.00",
        "0.0%",
        "yyyy-mm-dd",
        "#,##0",
    ]
    heading, notice = (tab.facets(row, 3)["userEnteredFormat"] for row in (1, 0))
    assert (heading["textFormat"]["bold"], heading["wrapStrategy"]) == (True, "WRAP")
    assert "backgroundColorStyle" in heading
    assert set(notice) == {"textFormat"}
    assert notice["textFormat"]["italic"]


@pytest.mark.parametrize("amount", ["1234.56", "0.10", "-0.07", "99999999999.99", "1E+3", "0.1234567890123456789", "0"])
def test_an_amount_goes_out_digit_for_digit(amount: str) -> None:
    body = next(batch_requests.split_payloads(batch_requests.fill_tab(table(rows=[[Decimal(amount)] * 5]), 7)))
    assert f'{{"numberValue":{amount}}}' in body.decode()


def test_writing_twice_leaves_the_same_and_takes_away_what_is_no_more(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    workbook = connect(sheet)

    def state() -> object:
        return copy.deepcopy(server.spreadsheets[sheet].sheets)

    workbook.write([table(rows=[ROW] * 9)])
    workbook.write([table()])
    once = state()
    server.edit(sheet, "NRR Metrics", "C4", "typed over")
    workbook.write([table()])
    assert state() == once
    assert (server.sheet(sheet, "NRR Metrics").height, len(server.rows(sheet, "MRR"))) == (4, 4)


def test_a_tab_of_ours_is_known_by_its_mark_and_not_by_its_title(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR, "nrr problems": [["by hand"]]})
    workbook = connect(sheet)
    assert workbook.write([table(), table("NRR Problems")]).refused == ("NRR Problems",)
    own = server.sheet(sheet, "NRR Metrics").id
    server.batch(
        sheet,
        {"updateSheetProperties": {"properties": {"sheetId": own, "title": "Our figures"}, "fields": "title"}},
        {"duplicateSheet": {"sourceSheetId": 0, "newSheetName": "NRR Metrics"}},
    )
    again = workbook.write([table(rows=[ROW] * 3), table("NRR Problems")])
    assert (again.tabs, again.refused) == (("Our figures",), ("NRR Problems",))
    assert {tab.title: tab.is_bot_tab for tab in workbook.tabs()} == {
        "MRR": False,
        "nrr problems": False,
        "NRR Metrics": False,
        "Our figures": True,
    }
    assert server.rows(sheet, "nrr problems") == [["by hand"]]
    assert server.rows(sheet, "NRR Metrics") == server.rows(sheet, "MRR")


def test_a_copy_of_our_tab_is_never_read_and_never_written(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    workbook = connect(sheet)
    workbook.write([table()])
    server.batch(sheet, {"duplicateSheet": {"sourceSheetId": server.sheet(sheet, "NRR Metrics").id}})
    move = {"sheetId": server.sheet(sheet, "Copy of NRR Metrics").id, "index": 0}
    server.batch(sheet, {"updateSheetProperties": {"properties": move, "fields": "index"}})
    workbook.write([table(rows=[ROW] * 5)])
    assert [(tab.title, tab.rows, tab.is_bot_tab) for tab in workbook.tabs()] == [
        ("Copy of NRR Metrics", 4, True),
        ("MRR", 1000, False),
        ("NRR Metrics", 7, True),
    ]


def test_nothing_is_sent_when_nothing_may_be_written(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"NRR Metrics": MRR})
    assert connect(sheet).write([table()]).tabs == ()
    assert BATCH not in server.counts()


def test_a_large_table_goes_out_in_payloads_of_two_megabytes(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    rows = [[f"Acme {number}", Decimal(number) / 100, Decimal("1.5"), None, number] for number in range(30_000)]
    connect(sheet).write([table(rows=rows)])
    sizes = [call.size for call in server.calls if call.method == BATCH]
    assert 2 <= len(sizes) <= 4
    assert max(sizes) <= batch_requests.PAYLOAD_BYTES + 100
    assert server.rows(sheet, "NRR Metrics")[30_001] == ["Acme 29999", 299.99, 1.5, "", 29_999]


def test_a_sheet_id_that_is_taken_is_not_taken_again(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    wanted = batch_requests.choose_free_id("NRR Metrics", set())
    server.batch(sheet, {"addSheet": {"properties": {"sheetId": wanted}}})
    connect(sheet).write([table()])
    assert server.sheet(sheet, "NRR Metrics").id == wanted + 1


def test_text_too_long_for_a_cell_is_cut(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    connect(sheet).write([table(rows=[["x" * 60_000, None, None, None, None]])])
    assert len(server.rows(sheet, "NRR Metrics")[2][0]) == 50_000


# What lies over the cells: colours, a chart, widths.

DRAWN = Table(
    "NRR Summary",
    "Written by nrrbot.",
    ["Segment", "NRR", "GRR", "", "To", "NRR", "GRR"],
    ["text", "percent", "percent", "text", "month", "percent", "percent"],
    [
        ["=Whole", Decimal("1.036"), Decimal("0.9"), None, dt.date(2025, 8, 31), Decimal("1.01"), Decimal("0.91")],
        ["SMB", Decimal("0.8"), None, None, dt.date(2025, 9, 30), Decimal("1.036"), Decimal("0.9")],
    ],
    note_lines=["Orange below."],
    widths=[20, 10, 10, 2, 12, 10, 10],
    frozen_columns=1,
    group_starts=[1],
    bands=[
        Band([(0, 2, 1)], Decimal("0.8"), Decimal(1)),
        Band([(0, 1, 2), (0, 1, 1)], Decimal("0.925"), Decimal("0.95")),
    ],
    chart=Chart("Over twelve months", 2, 4, (5, 6), Decimal("0.9"), Decimal("1.1"), 3, 600, 360),
)


def of(top: int, bottom: int, left: int, right: int, sheet_id: int) -> Json:
    rows = {"startRowIndex": top, "endRowIndex": bottom}
    return {"sheetId": sheet_id, **rows, "startColumnIndex": left, "endColumnIndex": right}


@pytest.mark.parametrize("locale", ["en_US", "fr_FR"])
def test_colours_and_a_chart_are_the_spreadsheets_own(server: GoogleServer, connect: Connect, locale: str) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR}, locale=locale)
    connect(sheet).write([DRAWN])
    assert server.counts() == {"token": 1, GET: 1, BATCH: 1}
    tab = server.sheet(sheet, "NRR Summary")
    assert (tab.height, tab.width, tab.grid["frozenRowCount"], tab.grid["frozenColumnCount"]) == (5, 7, 3, 1)
    assert server.rows(sheet, "NRR Summary")[:3] == [
        ["Written by nrrbot."], ["Orange below."], ["Segment", "NRR", "GRR", "", "To", "NRR", "GRR"],
    ]  # fmt: skip
    said = [
        (
            rule["ranges"],
            rule["booleanRule"]["condition"]["type"],
            [value["userEnteredValue"] for value in rule["booleanRule"]["condition"]["values"]],
        )
        for rule in tab.extra["conditionalFormats"]
    ]
    nrr, grr = [of(3, 5, 1, 2, tab.id)], [of(3, 4, 2, 3, tab.id), of(3, 4, 1, 2, tab.id)]
    assert said == [
        (nrr, "NUMBER_LESS", ["=4/5"]), (nrr, "NUMBER_BETWEEN", ["=4/5", "=1/1"]), (nrr, "NUMBER_GREATER", ["=1/1"]),
        (grr, "NUMBER_LESS", ["=37/40"]), (grr, "NUMBER_BETWEEN", ["=37/40", "=19/20"]),
        (grr, "NUMBER_GREATER", ["=19/20"]),
    ]  # fmt: skip
    [chart] = tab.extra["charts"]
    basic = chart["spec"]["basicChart"]
    assert (chart["spec"]["title"], basic["chartType"], basic["headerCount"]) == ("Over twelve months", "LINE", 1)
    assert [each["series"]["sourceRange"]["sources"] for each in basic["series"]] == [
        [of(2, 5, 5, 6, tab.id)], [of(2, 5, 6, 7, tab.id)],
    ]  # fmt: skip
    assert basic["domains"][0]["domain"]["sourceRange"]["sources"] == [of(2, 5, 4, 5, tab.id)]
    assert chart["position"]["overlayPosition"]["anchorCell"] == {"sheetId": tab.id, "rowIndex": 3, "columnIndex": 3}
    assert tab.number_format(3, 4) == {"type": "DATE", "pattern": "mmm yyyy"}
    assert tab.facets(3, 0)["userEnteredFormat"]["textFormat"] == {"bold": True}
    assert "textFormat" not in tab.facets(4, 0)["userEnteredFormat"]
    assert tab.facets(4, 2)["userEnteredFormat"]["borders"].keys() == {"top"}
    assert "borders" not in tab.facets(4, 4)["userEnteredFormat"]
    assert (tab.sizes["COLUMNS", 0], tab.sizes["COLUMNS", 3]) == (145, 19)


def test_colours_and_charts_are_replaced_and_never_stacked(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    workbook = connect(sheet)
    workbook.write([DRAWN])
    once = copy.deepcopy(server.spreadsheets[sheet].sheets)
    workbook.write([DRAWN])
    assert server.spreadsheets[sheet].sheets == once
    assert server.counts() == {"token": 1, GET: 2, BATCH: 2}
    # A rule that someone added goes, as all that is done to this tab; so do ours where nothing is to be coloured.
    tab = server.sheet(sheet, "NRR Summary")
    mine = copy.deepcopy(tab.extra["conditionalFormats"][0])
    server.batch(sheet, {"addConditionalFormatRule": {"rule": mine, "index": 2}})
    workbook.write([DRAWN])
    assert server.spreadsheets[sheet].sheets == once
    workbook.write([replace(DRAWN, bands=[], chart=None, rows=DRAWN.rows[:1], group_starts=[])])
    left = server.sheet(sheet, "NRR Summary").extra
    assert not left.get("conditionalFormats")
    assert not left.get("charts")
    workbook.write([DRAWN])
    assert server.spreadsheets[sheet].sheets == once


def test_charts_of_people_stay_wherever_they_are(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    wanted = batch_requests.choose_free_id("NRR Summary", set())
    area = of(0, 2, 0, 1, 0)
    series = [{"series": {"sourceRange": {"sources": [area]}}}]
    theirs = {
        "chartId": wanted,
        "spec": {"basicChart": {"chartType": "BAR", "series": series}},
        "position": {"overlayPosition": {"anchorCell": {"sheetId": 0}}},
    }
    server.batch(sheet, {"addChart": {"chart": theirs}})
    workbook = connect(sheet)
    workbook.write([DRAWN])
    own = server.sheet(sheet, "NRR Summary").id
    place = {"overlayPosition": {"anchorCell": {"sheetId": own}}}
    server.batch(sheet, {"addChart": {"chart": {**theirs, "chartId": 5, "position": place}}})
    server.batch(sheet, {"duplicateSheet": {"sourceSheetId": own, "newSheetName": "Kept from May"}})
    kept = copy.deepcopy(server.sheet(sheet, "Kept from May"))
    for _ in range(2):
        workbook.write([DRAWN])
        charts = {chart["chartId"] for chart in server.sheet(sheet, "NRR Summary").extra["charts"]}
        assert charts == {5, wanted + 1}
    assert [chart["chartId"] for chart in server.sheet(sheet, "MRR").extra["charts"]] == [wanted]
    assert server.sheet(sheet, "Kept from May") == kept


def test_a_summary_that_someone_else_made_is_left_alone(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR, "nrr summary": [["mine"]]})
    assert connect(sheet).write([DRAWN, table()]).refused == ("NRR Summary",)
    assert server.rows(sheet, "nrr summary") == [["mine"]]
    assert not server.sheet(sheet, "nrr summary").extra


def test_a_tab_in_the_middle_keeps_its_place(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR, "Notes": []})
    workbook = connect(sheet)
    workbook.write([DRAWN])
    move = {"sheetId": server.sheet(sheet, "NRR Summary").id, "index": 1}
    server.batch(sheet, {"updateSheetProperties": {"properties": move, "fields": "index"}})
    workbook.write([DRAWN])
    assert server.titles(sheet) == ["MRR", "NRR Summary", "Notes"]


@pytest.mark.parametrize("lost", [Fault(drop=True, served=True), Fault(status=503)])
def test_a_chart_whose_answer_was_lost_is_drawn_once(server: GoogleServer, connect: Connect, lost: Fault) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    workbook = connect(sheet, retry=10)
    workbook.write([DRAWN])
    once = copy.deepcopy(server.spreadsheets[sheet].sheets)
    server.fail(replace(lost, method=BATCH))
    workbook.write([DRAWN])
    assert server.spreadsheets[sheet].sheets == once


def test_a_table_of_labels_alone_does_not_freeze_every_column(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    connect(sheet).write(
        [Table("NRR Summary", "n", ["Segment", "Value"], ["text", "text"], [["a", "b"]], frozen_columns=2)]
    )
    assert server.sheet(sheet, "NRR Summary").grid["frozenColumnCount"] == 1


# Trouble on the way.

QUOTA = Fault(
    status=429, headers={"Retry-After": "0"}, body=json.dumps(error_body(429, "RESOURCE_EXHAUSTED", "")).encode()
)
DRIVE_QUOTA = Fault("drive", status=403, body=json.dumps(drive_error(403, "userRateLimitExceeded", "")).encode())


@pytest.mark.parametrize(
    "fault",
    [
        QUOTA,
        Fault(status=500, body=b"{}"),
        Fault(status=408),
        Fault(status=503, body=b"<html><title>Service unavailable</title></html>"),
        Fault(drop=True),
        Fault(hang=1.0),
        Fault(drop=True, served=True),
        Fault(hang=1.0, served=True),
        Fault("token", drop=True),
    ],
)
def test_a_passing_trouble_is_waited_out(server: GoogleServer, connect: Connect, fault: Fault) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    workbook = connect(sheet, retry=10, timeout=0.3)
    server.fail(fault)
    assert workbook.name == "Retention"
    method = "token" if fault.service == "token" else BATCH
    server.expire_tokens()
    server.fail(replace(fault, method=method))
    assert workbook.write([table()]).tabs == ("NRR Metrics",)
    assert not server.faults
    assert server.titles(sheet) == ["MRR", "NRR Metrics"]
    assert server.rows(sheet, "NRR Metrics")[2][1] == 1234.56


def test_drives_own_form_of_a_quota_is_waited_out(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(DRIVE_QUOTA)
    assert connect(sheet).version() == "100"


def test_google_is_not_asked_again_sooner_than_it_wants(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(Fault(status=429, headers={"Retry-After": "1"}))
    start = time.monotonic()
    said: list[Sentence] = []
    connect(sheet, report_wait=said.append).tabs()
    assert time.monotonic() - start >= 1
    assert server.counts()[GET] == 2
    assert [str(each) for each in said] == [
        "Google's quota for the Google Sheets API is used up. Trying again in 2 s.",
    ]


def test_a_wait_that_nobody_notices_is_not_told(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(QUOTA)
    connect(sheet, report_wait=lambda said: pytest.fail(str(said))).tabs()
    assert server.counts()[GET] == 2


def test_without_a_listener_the_log_says_what_is_waited_for(
    server: GoogleServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "sheets.google.workbook")
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(Fault("drive", status=503, headers={"Retry-After": "1"}))
    connect(sheet).version()
    assert caplog.messages == ["Google's servers report an error (HTTP 503). Trying again in 2 s."]


@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        (Fault(status=429, headers={"Retry-After": "3600"}), (1, 1)),
        (Fault(status=429, headers={"Retry-After": "soon"}), (2, google_workbook.ATTEMPTS)),
        (Fault(status=500), (2, google_workbook.ATTEMPTS)),
        (Fault(status=501), (1, 1)),
        (Fault(status=400, body=b'{"error": "in a shape of its own"}'), (1, 1)),
        (Fault(status=200, body=b"<html>Please sign in to the guest network</html>"), (1, 1)),
    ],
)
def test_trying_again_has_an_end(server: GoogleServer, connect: Connect, fault: Fault, calls: tuple[int, int]) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(*[fault] * 20)
    start = time.monotonic()
    with pytest.raises(WorkbookBusyError):
        connect(sheet, retry=1.2).tabs()
    assert time.monotonic() - start < 10
    assert calls[0] <= server.counts()[GET] <= calls[1]


def test_a_hanging_server_is_left_after_the_time_out(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(Fault(service="sheets", hang=20))
    start = time.monotonic()
    with pytest.raises(WorkbookBusyError, match="did not answer in time"):
        connect(sheet, timeout=0.3, retry=0.1).tabs()
    assert time.monotonic() - start < 10


def test_an_access_token_that_ended_early_is_renewed(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    workbook = connect(sheet)
    workbook.tabs()
    server.expire_tokens()
    assert workbook.write([table()]).tabs
    assert server.counts() == {"token": 2, GET: 3, BATCH: 1}


def test_the_access_asked_for_is_the_least(server: GoogleServer, connect: Connect) -> None:
    connect(server.add_spreadsheet("Retention", {})).version()
    ((email, scopes, _),) = server._tokens.values()
    assert email == ROBOT
    assert {scope.rpartition("/")[2] for scope in scopes} == {"spreadsheets", "drive.metadata.readonly"}


# What cannot be mended by waiting.

OFF = json.dumps(error_body(403, "PERMISSION_DENIED", "has not been used", "SERVICE_DISABLED")).encode()
OFF_BEFORE = json.dumps(drive_error(403, "accessNotConfigured", "Access Not Configured")).encode()
SCOPE = json.dumps(error_body(403, "PERMISSION_DENIED", "scopes", "ACCESS_TOKEN_SCOPE_INSUFFICIENT")).encode()
OFFICE = json.dumps(error_body(400, "FAILED_PRECONDITION", "This operation is not supported")).encode()


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (Fault(status=403, body=OFF), WorkbookDeniedError, "Google Sheets API is switched off"),
        (Fault(status=403, body=OFF_BEFORE), WorkbookDeniedError, "Google Sheets API is switched off"),
        (Fault(status=403, body=SCOPE), WorkbookDeniedError, "does not have the permission"),
        (Fault(status=400, body=OFFICE), WorkbookMissingError, "Office file"),
        (Fault(status=403, body=b"<html>"), WorkbookMissingError, ROBOT),
    ],
)
def test_refusals_by_status_and_reason(
    server: GoogleServer, connect: Connect, fault: Fault, kind: type[WorkbookError], says: str
) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(fault)
    with pytest.raises(kind, match=re.escape(says)):
        connect(sheet).tabs()
    assert server.counts()[GET] == 1


def test_the_drive_api_switched_off_is_named(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(Fault("drive", status=403, body=OFF))
    with pytest.raises(WorkbookDeniedError, match="The Google Drive API is switched off"):
        connect(sheet).version()


@pytest.mark.parametrize("call", ["tabs", "version"])
@pytest.mark.parametrize("shared", [False, True])
def test_not_found_and_not_shared_say_whom_to_share_with(
    server: GoogleServer, connect: Connect, call: str, *, shared: bool
) -> None:
    sheet = ID if shared else server.add_spreadsheet("Retention", {}, editors=[])
    with pytest.raises(WorkbookMissingError, match=rf"add {ROBOT} as an editor"):
        getattr(connect(sheet), call)()


def test_a_sheet_shared_for_reading_only(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR}, editors=[], viewers=[ROBOT])
    workbook = connect(sheet)
    assert len(workbook.read(workbook.tabs())[0].rows) == 4
    with pytest.raises(WorkbookDeniedError, match=f"make {ROBOT} an editor"):
        workbook.write([table()])


def test_a_write_that_google_refuses_says_why(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR}, sizes={"MRR": (1000, 9999)})
    with pytest.raises(WorkbookDeniedError, match="the limit of 10000000 cells"):
        connect(sheet).write([table(rows=[[None] * 5] * 1_000)])
    assert server.titles(sheet) == ["MRR"]


@pytest.mark.parametrize("trouble", ["revoked", "clock"])
def test_a_key_that_is_no_good_or_a_clock_that_is_wrong(server: GoogleServer, connect: Connect, trouble: str) -> None:
    workbook = connect(server.add_spreadsheet("Retention", {}))
    if trouble == "clock":
        server.clock_offset = 7200
    else:
        server.revoke()
    with pytest.raises(WorkbookDeniedError, match="revoked, or this computer's clock is wrong"):
        workbook.tabs()
    assert GET not in server.counts()


def test_a_key_revoked_while_in_use(server: GoogleServer, connect: Connect) -> None:
    workbook = connect(server.add_spreadsheet("Retention", {}))
    workbook.tabs()
    server.revoke()
    with pytest.raises(WorkbookDeniedError, match="revoked"):
        workbook.tabs()


def test_google_cannot_be_reached(server: GoogleServer, tmp_path: Path) -> None:
    key_file = server.service_account_file(tmp_path)
    key_file.write_text(key_file.read_text("utf-8").replace(server.url, "http://127.0.0.1:9"), encoding="utf-8")
    workbook = GoogleWorkbook(ID, key_file, timeout_seconds=1, retry_seconds=0.1)
    with pytest.raises(WorkbookBusyError, match="cannot be reached"):
        workbook.tabs()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file"),
        ("", "is not the key file"),
        ("{", "is not the key file"),
        ("[]", "is not the key file"),
        ('{"type": "authorized_user", "client_id": "x"}', "is not the key file"),
        ('{"client_email": "a@b", "token_uri": "x", "private_key": "none"}', "is not the key file"),
    ],
)
def test_a_key_file_that_is_none(tmp_path: Path, content: str | None, says: str) -> None:
    file = tmp_path / "key.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=says) as caught:
        GoogleWorkbook.open(ID, Google(credentials_file=str(file)))
    assert str(file) in str(caught.value)


def test_the_config_opens_the_workbook(server: GoogleServer, tmp_path: Path) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    key_file = str(server.service_account_file(tmp_path))
    workbook = GoogleWorkbook.open(sheet, Google(credentials_file=key_file, sheets_url=server.url))
    assert (workbook.name, workbook.account) == ("Retention", ROBOT)
    workbook.close()


def test_googles_own_addresses_are_the_default(server: GoogleServer, tmp_path: Path) -> None:
    workbook = GoogleWorkbook.open(ID, Google(credentials_file=str(server.service_account_file(tmp_path))))
    assert workbook._client._hosts == {host: host for host in (DRIVE_URL, SHEETS_URL)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ID, ID),
        (f"  {ID}\n", ID),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0", ID),
        (f"https://docs.google.com/spreadsheets/u/1/d/{ID}/edit?usp=sharing", ID),
        (f"https://docs.google.com/a/acme.com/spreadsheets/d/{ID}", ID),
        ("https://docs.google.com/spreadsheets/d/e/2PACX-1vSy/pubhtml", None),
        ("Retention.xlsx", None),
        ("", None),
    ],
)
def test_the_address_of_a_sheet(text: str, found: str | None) -> None:
    if found:
        assert parse_spreadsheet_id(text) == found
    else:
        with pytest.raises(ConfigError, match="is not the address of a Google Sheet"):
            parse_spreadsheet_id(text)


# Every error that gspread and google-auth can raise, and what it becomes.


def answered(status: int) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps(error_body(status, "NOT_FOUND", "x")).encode()
    response.request = requests.Request("GET", "http://127.0.0.1/").prepare()
    return response


NOT_SHARED = (
    "The Google Sheet was not found, or it is not shared with the bot. Check its address, then open Share in the sheet "
    f"and add {ROBOT} as an editor."
)
FAILED = "Reading or writing the Google Sheet failed"
NO_SHEET, NO_TAB = "There is no such Google Sheet.", "A tab of the Google Sheet is gone."
KEY = f"Google refuses the key of {ROBOT}: it was revoked, or this computer's clock is wrong."
KEY_FILE = "The Google key file cannot be used."
UNREACHABLE, NO_ANSWER = "Google cannot be reached.", "Google did not answer in time."
ADDRESS = "The address configured for Google's API is not a web address."

# The error of ours, and how its sentence begins.
MAPPED: dict[type[Exception], tuple[type[NrrbotError], str]] = {
    gspread.exceptions.APIError: (WorkbookMissingError, NOT_SHARED),
    gspread.exceptions.GSpreadException: (WorkbookError, FAILED),
    gspread.exceptions.IncorrectCellLabel: (WorkbookError, FAILED),
    gspread.exceptions.InvalidInputValue: (WorkbookError, FAILED),
    gspread.exceptions.NoValidUrlKeyFound: (WorkbookMissingError, NO_SHEET),
    gspread.exceptions.SpreadsheetNotFound: (WorkbookMissingError, NO_SHEET),
    gspread.exceptions.UnSupportedExportFormat: (WorkbookError, FAILED),
    gspread.exceptions.WorksheetNotFound: (WorkbookLayoutError, NO_TAB),
    auth_errors.ClientCertError: (ConfigError, KEY_FILE),
    auth_errors.DefaultCredentialsError: (ConfigError, KEY_FILE),
    auth_errors.GoogleAuthError: (WorkbookBusyError, UNREACHABLE),
    auth_errors.InvalidOperation: (ConfigError, KEY_FILE),
    auth_errors.InvalidResource: (ConfigError, KEY_FILE),
    auth_errors.InvalidType: (ConfigError, KEY_FILE),
    auth_errors.InvalidValue: (ConfigError, KEY_FILE),
    auth_errors.MalformedError: (ConfigError, KEY_FILE),
    auth_errors.MutualTLSChannelError: (ConfigError, KEY_FILE),
    auth_errors.OAuthError: (WorkbookBusyError, UNREACHABLE),
    auth_errors.OSError: (ConfigError, KEY_FILE),
    auth_errors.ReauthFailError: (WorkbookDeniedError, KEY),
    auth_errors.ReauthSamlChallengeFailError: (WorkbookDeniedError, KEY),
    auth_errors.RefreshError: (WorkbookDeniedError, KEY),
    auth_errors.ResponseError: (WorkbookBusyError, UNREACHABLE),
    auth_errors.TimeoutError: (WorkbookBusyError, NO_ANSWER),
    auth_errors.TransportError: (WorkbookBusyError, UNREACHABLE),
    auth_errors.UserAccessTokenError: (WorkbookBusyError, UNREACHABLE),
    requests.ConnectionError: (WorkbookBusyError, UNREACHABLE),
    requests.Timeout: (WorkbookBusyError, NO_ANSWER),
    requests.exceptions.InvalidURL: (ConfigError, ADDRESS),
    msgspec.DecodeError: (WorkbookBusyError, UNREACHABLE),
}


def foreign_classes() -> set[type[Exception]]:
    modules = (gspread.exceptions, auth_errors)
    return {
        kind
        for module in modules
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception) and kind.__module__ == module.__name__
    }


def test_no_error_of_the_libraries_is_forgotten() -> None:
    assert foreign_classes() <= MAPPED.keys()
    assert all(issubclass(kind, FOREIGN_ERRORS) for kind in MAPPED)


@pytest.mark.parametrize("kind", MAPPED, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_each_error_of_the_libraries_becomes_one_of_ours(kind: type[Exception]) -> None:
    error = kind(answered(404)) if kind is gspread.exceptions.APIError else kind("said in confidence")
    ours = map_error(error, ROBOT)
    wanted, sentence = MAPPED[kind]
    assert type(ours) is wanted
    assert str(ours).startswith(sentence)
    assert "said in confidence" not in str(ours)
    assert ours.mend


@pytest.mark.parametrize(
    ("answer", "retryable", "says"),
    [
        ({"error": "invalid_grant"}, False, "clock is wrong"),
        ({"error": "deleted_client"}, False, "was revoked"),
        ({"error": "admin_policy_enforced"}, False, "no access token (admin_policy_enforced)"),
        ("<html>", True, "cannot be reached"),
    ],
)
def test_why_there_is_no_token(answer: object, retryable: bool, says: str) -> None:
    error = auth_errors.RefreshError("refused", answer, retryable=retryable)  # type: ignore[no-untyped-call]  # untyped there
    assert says in str(map_error(error, ROBOT))


def test_a_chart_in_a_tab_of_its_own_is_no_tab_for_us() -> None:
    body = b'{"properties":{"title":"R"},"sheets":[{"properties":{"sheetId":3,"title":"Chart1"}}]}'
    head = msgspec.json.decode(body, type=Spreadsheet)
    assert head.sheets[0].to_tab() == Tab(3, "Chart1", 0, 0)
