"""A Google Sheet as a workbook: the real gspread and google-auth against the loopback server."""

from __future__ import annotations

import copy

import pytest

from core.errors import WorkbookBusyError, WorkbookDeniedError
from sheets.google import read_ranges
from sheets.google.writing import batch_requests
from sheets.workbook.port import Workbook
from sheets.workbook.tables import CellRun
from tests.support.google.schema import Json
from tests.support.google.server import GoogleServer
from tests.support.google.state import Given
from tests.support.google_tables import BATCH, GET, MRR, ROW, Connect, make_table

READ, VERSION = "sheets.spreadsheets.values.batchGet", "drive.files.get"


PROTECT: Json = {"addProtectedRange": {"protectedRange": {"range": {}}}}


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
    (call,) = (call for call in server.calls if call.method == READ)
    assert call.query["ranges"] == ["'It''s'!A1:Z1000", "'MRR'!A1:Z1000", "'Empty'!A1:Z1000"]
    assert call.query["prettyPrint"] == ["false"]


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
    monkeypatch.setattr(read_ranges, "CELLS_PER_READ", cells)
    monkeypatch.setattr(read_ranges, "ADDRESS_LENGTH", address)
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


def test_writing_twice_leaves_the_same_and_takes_away_what_is_no_more(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    workbook = connect(sheet)

    def state() -> object:
        return copy.deepcopy(server.spreadsheets[sheet].sheets)

    workbook.write([make_table(rows=[ROW] * 9)])
    workbook.write([make_table()])
    once = state()
    server.edit(sheet, "NRR Metrics", "C4", "typed over")
    workbook.write([make_table()])
    assert state() == once
    assert (server.sheet(sheet, "NRR Metrics").height, len(server.rows(sheet, "MRR"))) == (4, 4)


def test_a_tab_of_ours_is_known_by_its_mark_and_not_by_its_title(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR, "nrr problems": [["by hand"]]})
    workbook = connect(sheet)
    assert workbook.write([make_table(), make_table("NRR Problems")]).refused == ("NRR Problems",)
    own = server.sheet(sheet, "NRR Metrics").id
    server.batch(
        sheet,
        {"updateSheetProperties": {"properties": {"sheetId": own, "title": "Our figures"}, "fields": "title"}},
        {"duplicateSheet": {"sourceSheetId": 0, "newSheetName": "NRR Metrics"}},
    )
    again = workbook.write([make_table(rows=[ROW] * 3), make_table("NRR Problems")])
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
    workbook.write([make_table()])
    server.batch(sheet, {"duplicateSheet": {"sourceSheetId": server.sheet(sheet, "NRR Metrics").id}})
    move = {"sheetId": server.sheet(sheet, "Copy of NRR Metrics").id, "index": 0}
    server.batch(sheet, {"updateSheetProperties": {"properties": move, "fields": "index"}})
    workbook.write([make_table(rows=[ROW] * 5)])
    assert [(tab.title, tab.rows, tab.is_bot_tab) for tab in workbook.tabs()] == [
        ("Copy of NRR Metrics", 4, True),
        ("MRR", 1000, False),
        ("NRR Metrics", 7, True),
    ]


def test_nothing_is_sent_when_nothing_may_be_written(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"NRR Metrics": MRR})
    assert connect(sheet).write([make_table()]).tabs == ()
    assert BATCH not in server.counts()


def test_a_sheet_id_that_is_taken_is_not_taken_again(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    wanted = batch_requests.choose_free_id("NRR Metrics", set())
    server.batch(sheet, {"addSheet": {"properties": {"sheetId": wanted}}})
    connect(sheet).write([make_table()])
    assert server.sheet(sheet, "NRR Metrics").id == wanted + 1


def test_a_write_is_refused_whole_once_a_marked_row_or_column_has_moved(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"Ask": [["note"], ["Question", "Answer"], ["Q3", ""]]})
    workbook = connect(sheet)
    [tab] = workbook.tabs()

    def insert(dimension: str) -> None:
        place = {"sheetId": tab.id, "dimension": dimension, "startIndex": 1, "endIndex": 2}
        server.batch(sheet, {"insertDimension": {"range": place}})

    workbook.mark_places(tab, 1, [0, 1])
    for text in ("first", "second"):
        # A request that is sent twice finds its own marks.
        workbook.write_cells(tab, [CellRun(2, 1, [(text, "text")])], 2)
        assert server.rows(sheet, "Ask")[2] == ["Q3", text]
    for dimension in ("COLUMNS", "ROWS"):
        insert(dimension)
        before = server.rows(sheet, "Ask")
        with pytest.raises(WorkbookDeniedError, match="already exists"):
            workbook.write_cells(tab, [CellRun(2, 0, [("lost", "text")])], 2)
        assert server.rows(sheet, "Ask") == before
        workbook.mark_places(tab, 1 + (dimension == "ROWS"), [0, 2])
        workbook.write_cells(tab, [CellRun(3, 2, [(dimension, "text")])], 2)
        assert server.rows(sheet, "Ask")[3][2] == dimension
    # The marks of before are gone.
    assert len(server.sheet(sheet, "Ask").marks) == 3
