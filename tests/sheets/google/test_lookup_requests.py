"""The native table and the named ranges of NRR Metrics in a Google Sheet."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from sheets.google.writing.batch_requests import encode_cell
from sheets.workbook.tables import NOT_AVAILABLE, DateLine, Link, Lookup, OwnFormula, Table
from tests.support.google.server import GoogleServer
from tests.support.google_tables import MRR, ROW, Connect, make_table


def make_lookup_table(rows: int, *, is_french: bool = False) -> Table:
    lookup = Lookup("NRR_Metrics", {"NRR_Key": 0, "NRR_Cle": 0 if is_french else None}, {"NRR_NRR": 2}, {})
    dates = [DateLine("Figures as of", dt.date(2025, 9, 30), "NRR_AsOf")]
    return dataclasses.replace(make_table(rows=[ROW] * rows), date_lines=dates, lookup=lookup)


def names(server: GoogleServer, sheet: str) -> dict[str, tuple[int, int, int, int] | None]:
    ends = ("startRowIndex", "startColumnIndex", "endRowIndex", "endColumnIndex")
    return {
        named["name"]: tuple(named["range"].get(end, 0) for end in ends) if "range" in named else None
        for named in server.spreadsheets[sheet].named_ranges
    }


def tables(server: GoogleServer, sheet: str) -> list[tuple[str, int, int]]:
    return [
        (table["name"], table["range"]["startRowIndex"], table["range"]["endRowIndex"])
        for table in server.sheet(sheet, "NRR Metrics").extra["tables"]
    ]


@pytest.mark.parametrize("later", [9, 1])
def test_the_table_and_the_names_grow_and_shrink_with_the_tab(
    server: GoogleServer, connect: Connect, later: int
) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    connect(sheet).write([make_lookup_table(3)])
    assert tables(server, sheet) == [("NRR_Metrics", 2, 6)]
    assert names(server, sheet) == {"NRR_AsOf": (1, 1, 2, 2), "NRR_Key": (3, 0, 6, 1), "NRR_NRR": (3, 2, 6, 3)}
    assert server.rows(sheet, "NRR Metrics")[1] == ["Figures as of", 45930]
    ids = [named["namedRangeId"] for named in server.spreadsheets[sheet].named_ranges]
    connect(sheet).write([make_lookup_table(later)])
    # Moved, not made anew: formulas refer to them.
    assert [named["namedRangeId"] for named in server.spreadsheets[sheet].named_ranges] == ids
    assert tables(server, sheet) == [("NRR_Metrics", 2, 3 + later)]
    assert names(server, sheet)["NRR_Key"] == (3, 0, 3 + later, 1)


def test_the_french_name_goes_with_the_language(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    connect(sheet).write([make_lookup_table(3, is_french=True)])
    assert "NRR_Cle" in names(server, sheet)
    connect(sheet).write([make_lookup_table(3)])
    assert "NRR_Cle" not in names(server, sheet)


def test_a_name_of_a_person_stays_theirs_and_a_deleted_tab_gives_its_names_back(
    server: GoogleServer, connect: Connect
) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    own = {"name": "NRR_NRR", "range": {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1}}
    server.batch(sheet, {"addNamedRange": {"namedRange": own}})
    connect(sheet).write([make_lookup_table(3)])
    assert names(server, sheet)["NRR_NRR"] == (0, 0, 1, 0)
    server.batch(sheet, {"deleteSheet": {"sheetId": server.sheet(sheet, "NRR Metrics").id}})
    assert names(server, sheet)["NRR_Key"] is None
    connect(sheet).write([make_lookup_table(2)])
    assert names(server, sheet)["NRR_Key"] == (3, 0, 5, 1)


def test_no_figure_is_the_error_na_and_any_other_formula_is_text(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    connect(sheet).write([make_table(rows=[["=NA()", None, NOT_AVAILABLE, None, 1]])])
    assert server.rows(sheet, "NRR Metrics")[2][:3] == ["=NA()", "", "#N/A"]


LIST = Table(
    "NRR Problems",
    "Written by nrrbot.",
    ["Cell", "Found"],
    ["text", "text"],
    [[Link("MRR!D5", "https://docs.google.com/x#gid=0&range=D5"), "=x"], [Link("MRR!D6", "#'MRR'!D6"), "y"]],
    widths=[20, 30],
    is_list=True,
)


def test_a_list_has_links_and_a_filter(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    for _ in range(2):
        connect(sheet).write([LIST])
    tab = server.sheet(sheet, "NRR Problems")
    assert server.rows(sheet, "NRR Problems")[2:] == [["MRR!D5", "=x"], ["MRR!D6", "y"]]
    link = tab.facets(2, 0)["userEnteredFormat"]["textFormat"]["link"]
    assert link == {"uri": "https://docs.google.com/x#gid=0&range=D5"}
    assert "link" not in tab.facets(3, 0)["userEnteredFormat"].get("textFormat", {})
    assert tab.facets(2, 1)["userEnteredFormat"]["wrapStrategy"] == "WRAP"
    area = tab.filter_range
    assert (area["startRowIndex"], area["endRowIndex"], area["endColumnIndex"]) == (1, 4, 2)


def test_a_formula_of_the_bot_is_a_formula_and_a_text_of_people_is_not() -> None:
    assert encode_cell(OwnFormula("INDEX(NRR_NRR;1)")) == {"userEnteredValue": {"formulaValue": "=INDEX(NRR_NRR;1)"}}
    assert encode_cell("=INDEX(NRR_NRR;1)") == {"userEnteredValue": {"stringValue": "=INDEX(NRR_NRR;1)"}}
