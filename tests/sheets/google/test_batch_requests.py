"""The requests that write a table: formats, colours, charts, payloads."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from sheets.google.writing import batch_requests
from sheets.workbook.tables import Band, Chart, Table
from tests.support.google.schema import Json
from tests.support.google.server import Fault, GoogleServer
from tests.support.google_tables import BATCH, GET, MRR, Connect, make_table


def test_a_table_is_written_as_it_is(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    written = connect(sheet).write([make_table(), make_table("NRR Problems", rows=[], decimals=0)])
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
    body = next(batch_requests.split_payloads(batch_requests.fill_tab(make_table(rows=[[Decimal(amount)] * 5]), 7)))
    assert f'{{"numberValue":{amount}}}' in body.decode()


def test_a_large_table_goes_out_in_payloads_of_two_megabytes(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    rows = [[f"Acme {number}", Decimal(number) / 100, Decimal("1.5"), None, number] for number in range(30_000)]
    connect(sheet, timeout=60.0, retry=60.0).write([make_table(rows=rows)])
    sizes = [call.size for call in server.calls if call.method == BATCH]
    assert 2 <= len(sizes) <= 4
    assert max(sizes) <= batch_requests.PAYLOAD_BYTES + 100
    assert server.rows(sheet, "NRR Metrics")[30_001] == ["Acme 29999", 299.99, 1.5, "", 29_999]


def test_text_too_long_for_a_cell_is_cut(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    connect(sheet).write([make_table(rows=[["x" * 60_000, None, None, None, None]])])
    assert len(server.rows(sheet, "NRR Metrics")[2][0]) == 50_000


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


def make_range(top: int, bottom: int, left: int, right: int, sheet_id: int) -> Json:
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
    rules = [
        (
            rule["ranges"],
            rule["booleanRule"]["condition"]["type"],
            [value["userEnteredValue"] for value in rule["booleanRule"]["condition"]["values"]],
        )
        for rule in tab.extra["conditionalFormats"]
    ]
    nrr, grr = [make_range(3, 5, 1, 2, tab.id)], [make_range(3, 4, 2, 3, tab.id), make_range(3, 4, 1, 2, tab.id)]
    assert rules == [
        (nrr, "NUMBER_LESS", ["=4/5"]), (nrr, "NUMBER_BETWEEN", ["=4/5", "=1/1"]), (nrr, "NUMBER_GREATER", ["=1/1"]),
        (grr, "NUMBER_LESS", ["=37/40"]), (grr, "NUMBER_BETWEEN", ["=37/40", "=19/20"]),
        (grr, "NUMBER_GREATER", ["=19/20"]),
    ]  # fmt: skip
    [chart] = tab.extra["charts"]
    basic = chart["spec"]["basicChart"]
    assert (chart["spec"]["title"], basic["chartType"], basic["headerCount"]) == ("Over twelve months", "LINE", 1)
    assert [series["series"]["sourceRange"]["sources"] for series in basic["series"]] == [
        [make_range(2, 5, 5, 6, tab.id)], [make_range(2, 5, 6, 7, tab.id)],
    ]  # fmt: skip
    assert basic["domains"][0]["domain"]["sourceRange"]["sources"] == [make_range(2, 5, 4, 5, tab.id)]
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
    area = make_range(0, 2, 0, 1, 0)
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
    assert connect(sheet).write([DRAWN, make_table()]).refused == ("NRR Summary",)
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
