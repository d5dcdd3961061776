"""Where the headings of a tab stand and what they mean: by name, however they are typed and wherever they are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from core.config import load_config
from core.errors import ConfigError
from core.money import find_currency
from core.months import Month
from sheets.cells.text import LocaleFormat, load_locale_format
from sheets.excel.workbook import ExcelWorkbook
from sheets.headers.header_row import HeaderRow, read_header_row
from sheets.headers.header_search import find_header_rows
from sheets.headers.headings import HEADINGS, read_configured_headings
from sheets.ingest.parse import parse_tabs
from sheets.layouts.recognition import recognise_layout
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.port import Cell, Grid, NativeTable, Tab
from tests.support.command_line import nrrbot
from tests.support.company import Rows, make, table, tabs
from tests.support.google.server import GoogleServer

EUR = find_currency("EUR")


def options(**more: Any) -> ReadOptions:
    return ReadOptions(EUR, "", dt.date(2025, 4, 10), **more)


def cells(line: str) -> list[Cell]:
    """Return a row: cells between bars, ints as numbers, `\\n` a line break, `~` a no-break space."""
    cell_texts = [part.strip().replace("\\n", "\n").replace("~", "\N{NO-BREAK SPACE}") for part in line.split("|")]
    return [int(part) if part.isdecimal() and not part.startswith("0") else part or None for part in cell_texts]


def grid(text: str, title: str = "Tab", tables: tuple[NativeTable, ...] = ()) -> Grid:
    rows = [cells(line) for line in text.strip("\n").splitlines()]
    return Grid(Tab(1, title, len(rows), max(map(len, rows), default=0), tables=tables), rows)


def first(tab: Grid, meanings: dict[str, str] | None = None) -> HeaderRow:
    return next(header for _, header in find_header_rows(tab, meanings or {}))


def shown(header: HeaderRow) -> str:
    """Return the columns by their letters: `A account_id, B 2025-01`."""
    names = {column: key for key, column in header.columns.items()}
    names |= {column: str(month) for column, month in header.read_months(LocaleFormat()).items()}
    return ", ".join(f"{chr(65 + column)} {name}" for column, name in sorted(names.items()))


@pytest.mark.parametrize(
    "typed",
    [
        *("Account ID", "ACCOUNT ID", "account id", "Account_ID", "Account-ID", "Account ID *", "Account ID (CRM)"),
        *("  Account ID  ", "Account\N{NO-BREAK SPACE}ID", "Account\N{NARROW NO-BREAK SPACE}ID", "Account\nID"),
        *("Account\r\nID", "Account ID:", "\N{ZERO WIDTH SPACE}Account ID", "ID client", "Id. client", "N° client"),
        *("Identifiant du client", "IDENTIFIANT  DU  CLIENT", "Numero client", "numéro client", "Nume\u0301ro client"),
    ],
)
def test_a_heading_however_it_is_typed(typed: str) -> None:
    assert read_header_row(0, [None, typed]).columns == {"account_id": 1}


@pytest.mark.parametrize(
    ("tab", "row", "means"),
    [
        pytest.param("Account ID|2025-01|2025-02\na|1|2", 1, "A account_id, B 2025-01, C 2025-02", id="row 1"),
        pytest.param(
            "Revenue 2025\nAll figures in EUR | | see Ann\n\nAccount ID|2025-01|2025-02\na|1|2",
            4,
            "A account_id, B 2025-01, C 2025-02",
            id="title, note, blank row",
        ),
        pytest.param(
            "|2025|||2026\nAccount ID|Oct|Nov|Dec|Jan\na|1|2|3|4",
            2,
            "A account_id, B 2025-10, C 2025-11, D 2025-12, E 2026-01",
            id="years merged over months",
        ),
        pytest.param(
            "Account ID|MRR 2025|\n|Jan.|févr.\na|1|2",
            2,
            "A account_id, B 2025-01, C 2025-02",
            id="merged downwards too",
        ),
        pytest.param("Année 2025||\nCode client|01|2\na|1|2", 2, "A account_id, B 2025-01, C 2025-02", id="numbers"),
        pytest.param(
            "Account ID|Jan 2025||Feb 2025|\n|MRR|Seats|MRR|Seats\na|1|2|3|4",
            2,
            "A account_id, B 2025-01, C seats, D 2025-02",
            id="months merged over what is measured",
        ),
        pytest.param(
            "Customer|||MRR|\nAccount ID|Name|Region|2025-01|2025-02\na|x|y|1|2",
            2,
            "A account_id, B name, C region, D 2025-01, E 2025-02",
            id="groups over headings",
        ),
        pytest.param(
            "Customer||Terms\nID|Name|Plan\na|x|y", 2, "A account_id, B name, C plan", id="group makes it known"
        ),
        pytest.param(
            "Compte||2025|\nID|Nom|janv.|févr.\na|x|1|2",
            2,
            "A account_id, B name, C 2025-01, D 2025-02",
            id="group makes it known, in French",
        ),
        pytest.param(
            "Account ID|2025-01|2025-02\n|45000|46000\na|45000|46000",
            1,
            "A account_id, B 2025-01, C 2025-02",
            id="amounts that could be days",
        ),
        pytest.param(
            "Customer 2025\nCustomer|Oct 2025|Nov 2025\na|1|2", 2, "A account_id, B 2025-10, C 2025-11", id="both"
        ),
        pytest.param(
            "Report 2025||\nAccount ID|Jan|Feb\na|1|2",
            2,
            "A account_id, B 2025-01, C 2025-02",
            id="the year of a title",
        ),
        pytest.param("Account ID||Region|Region|\na|1|x|y|z", 1, "A account_id, C region", id="blank and duplicate"),
    ],
)
def test_where_the_headings_stand(tab: str, row: int, means: str) -> None:
    header = first(grid(tab))
    assert (header.row + 1, shown(header)) == (row, means)


@pytest.mark.parametrize(
    ("headings", "locale", "means"),
    [
        ("01/01/2025 01/02/2025 01/03/2025", "", "2025-01 2025-02 2025-03"),
        ("01/01/2025 02/01/2025 03/01/2025", "", "2025-01 2025-02 2025-03"),
        ("31/01/2025 03/02/2025", "en_US", "2025-01 2025-02"),
        ("01/02/2025 05/02/2025", "fr_FR", "2025-02 2025-02"),
        ("01/02/2025", "", ""),
        ("03/04/2025 05/06/2025", "", ""),
    ],
)
def test_days_and_months_of_headings_are_told_apart_where_one_order_alone_fits(
    headings: str, locale: str, means: str
) -> None:
    header = read_header_row(0, ["Account ID", *headings.split()])
    assert " ".join(map(str, header.read_months(load_locale_format(locale)).values())) == means


def test_columns_that_change_places_read_the_same() -> None:
    rows = "Account ID|Start|Amount|Interval|Discount\na|2025-01-01|1200|year|10%\nb|2025-02-01|90||".splitlines()
    ledgers = []
    for order in ((0, 1, 2, 3, 4), (4, 2, 0, 3, 1), (3, 0, 4, 1, 2)):
        lines = [row.split("|") for row in rows]
        moved = grid("\n".join("|".join(["x", *(line[column] for column in order)]) for line in lines))
        parsed = parse_tabs([moved], options())
        ledger, problems = parsed.ledger, parsed.problems
        assert not problems
        ledgers.append((ledger.accounts.ids, ledger.first, ledger.panel.tolist()))
    assert ledgers[0] == ledgers[1] == ledgers[2]
    assert ledgers[0][2][-1] == [9000, 9000]


# A native table of a tab that holds more than it: C3:E5, its last row 5.
AROUND = """
Ask Ann | | | | |
| | Account ID | 2024-11 | |
| | Kunde | P1 | P2 | 2025-03
7 | | a | 10 | 20 | 5000
| | b | 30 | 40 |
| | Total | 40 | 60 |
| | c | 50 | 60 |
"""
NATIVE = NativeTable("Revenue", 2, 2, 5, 5, ("Account ID", "2025-01", "2025-02"))


def test_a_native_table_is_read_and_nothing_beside_it() -> None:
    parsed = parse_tabs([grid(AROUND, tables=(NATIVE,))], options())
    ledger, problems = parsed.ledger, parsed.problems
    assert not problems
    assert (ledger.accounts.ids, str(ledger.first), ledger.panel.tolist()) == (
        ("a", "b"),
        "2025-01",
        [[1000, 3000], [2000, 4000]],
    )
    assert ledger.source_rows.first_rows.tolist() == [4, 5]


def test_a_native_table_beyond_the_first_rows_is_known_by_its_columns() -> None:
    far = NativeTable("Revenue", 400, 0, 900, 2, ("Account ID", "2025-01"))
    recognised = recognise_layout(Grid(Tab(1, "x", 1000, 5, tables=(far,)), [["only the first rows"]]))
    assert recognised
    assert recognised.name == "MRR wide"
    # The cells head the columns where the table tells no names, and a table of something else is passed over.
    unnamed = NativeTable("Revenue", 1, 2, 7, 4, ("", ""))
    assert shown(first(grid(AROUND, tables=(unnamed,)))) == "C account_id, D 2024-11"
    other = NativeTable("Rooms", 0, 0, 2, 2, ("Room", "Floor"))
    assert recognise_layout(Grid(Tab(1, "x", 9, 9, tables=(other,)), [["Account ID", "2025-01"], ["a", 1]]))


def test_a_native_table_of_a_google_sheet(tmp_path: Path, google: GoogleServer) -> None:
    rows: Rows = [["Ask Ann"], [None, "Account ID", "2025-01"], [None, "a", 10], [None, "b", 20], [None, "c", 30]]
    form = make(tmp_path, "wide", "google", google, content={"MRR": rows})
    area = {"sheetId": google.sheet(form.sheet, "MRR").id, "startRowIndex": 1, "endRowIndex": 4}
    area |= {"startColumnIndex": 1, "endColumnIndex": 3}
    columns = [{"columnName": "Account ID"}, {"columnIndex": 1, "columnName": "2025-01"}]
    made = {"name": "Revenue", "range": area, "columnProperties": columns}
    google.batch(form.sheet, {"addTable": {"table": made}})
    workbook = form.setup().workbook
    [tab] = workbook.tabs()
    assert tab.tables == (NativeTable("Revenue", 1, 1, 4, 3, ("Account ID", "2025-01")),)
    parsed = parse_tabs(workbook.read([tab]), options())
    ledger, problems = parsed.ledger, parsed.problems
    assert (ledger.accounts.ids, ledger.panel.tolist(), problems) == (("a", "b"), [[1000, 2000]], [])


# What the config says of headings.


def test_the_config_gives_headings_their_meaning(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '[workbook.headings]\n"Kd-Nr." = "account_id"\n"P 1" = "janv. 2025"\n"Netto" = "Montant"\nGebiet = "Region"\n',
        "utf-8",
    )
    meanings = read_configured_headings(load_config(path).workbook.headings)
    assert meanings == {"kd nr": "account_id", "p 1": "2025-01", "netto": "amount", "gebiet": "region"}
    header = read_header_row(0, ["KD-NR", "Gebiet", "Amount", "Netto", "P 1"], meanings)
    assert shown(header) == "A account_id, B region, D amount, E 2025-01"
    # What the config calls the amount leaves no other amount, and keeps the name that the sheet has for it.
    assert (header.others, header.repeated, header.heading(3)) == ((2, 4), {}, "Netto")


def test_a_configured_heading_is_read() -> None:
    tab = grid("Kd-Nr|P1|P2\na|10|20", title="Umsatz")
    assert recognise_layout(tab) is None
    parsed = parse_tabs(
        [tab], options(headings=read_configured_headings({"kd-nr": "Account ID", "P1": "2025-01", "P2": "Feb 2025"}))
    )
    ledger, problems = parsed.ledger, parsed.problems
    assert (ledger.accounts.ids, str(ledger.first), ledger.panel.tolist()) == (("a",), "2025-01", [[1000], [2000]])
    assert not problems


@pytest.mark.parametrize("meant", ["acount_id", "Account IDs", "Q3 2025", "", "Kunde"])
def test_a_meaning_that_there_is_none_of_is_refused_by_name(meant: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_configured_headings({"Kd-Nr": meant})
    assert f"workbook.headings: “Kd-Nr” cannot mean “{meant}”" in str(caught.value)
    if meant.startswith("a"):
        assert "Did you mean account_id" in str(caught.value)


def test_the_command_line_reads_with_the_config_s_headings_or_refuses_them(
    tmp_path: Path, google: GoogleServer
) -> None:
    form = make(tmp_path, "wide", "xlsx", google, content={"Umsatz": [["Kd-Nr", "2025-01"], ["a", 10], ["b", 20]]})
    kept = form.config.read_text("utf-8")
    form.config.write_text(kept + '[workbook.headings]\n"kd nr" = "Account ID"\n', "utf-8")
    ran = nrrbot("sync", "--config", form.config)
    assert ran.code == 0, ran.err
    assert "2 accounts, data through January 2025" in ran.out
    form.config.write_text(kept + '[workbook.headings]\n"Kd-Nr" = "Kundennummer"\n', "utf-8")
    for command, code in (("sync", 2), ("doctor", 1)):
        ran = nrrbot(command, "--config", form.config)
        assert ran.code == code
        assert "workbook.headings: “Kd-Nr” cannot mean “Kundennummer”" in ran.out + ran.err


def test_every_key_and_every_name_can_be_given() -> None:
    for key, names in HEADINGS.items():
        assert {
            *read_configured_headings(
                {str(n): name for n, name in enumerate([key, *names.english, *names.french])}
            ).values()
        } == {key}


# Hidden and filtered rows.


def test_hidden_and_filtered_rows_of_a_file_are_read(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in table("Account ID | 2025-01 | 2025-02\na | 1 | 1\nb | 2 | 2\nc | 4 | 4"):
        sheet.append(row)
    sheet.row_dimensions[2].hidden = True
    sheet.auto_filter.ref = "A1:C4"
    sheet.auto_filter.add_filter_column(1, ["2"])
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.save(tmp_path / "hidden.xlsx")
    workbook = ExcelWorkbook(tmp_path / "hidden.xlsx")
    ledger = parse_tabs(workbook.read(workbook.tabs()), options()).ledger
    assert (ledger.accounts.ids, ledger.panel.tolist()) == (("a", "b", "c"), [[100, 200, 400], [100, 200, 400]])


def test_hidden_and_filtered_rows_of_a_google_sheet_are_read(tmp_path: Path, google: GoogleServer) -> None:
    form = make(tmp_path, "wide", "google", google, content=tabs("wide"))
    workbook = form.setup().workbook
    before = workbook.read(workbook.tabs())
    sheet = google.sheet(form.sheet, "MRR").id
    rows = {"sheetId": sheet, "dimension": "ROWS", "startIndex": 1, "endIndex": 3}
    criteria = {"hiddenValues": ["1000"]}
    google.batch(
        form.sheet,
        {"updateDimensionProperties": {"range": rows, "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}},
        {"setBasicFilter": {"filter": {"range": {"sheetId": sheet}, "criteria": {"1": criteria}}}},
    )
    assert [grid.rows for grid in workbook.read(workbook.tabs())] == [grid.rows for grid in before]


# Anything at all.

ANY_CELL = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates()
HEADING = st.sampled_from([name for names in HEADINGS.values() for name in names.english] + ["Jan", "2025", "2025-01"])


@given_any(st.lists(st.lists(ANY_CELL | HEADING, max_size=6), max_size=6))
def test_no_grid_raises_and_every_heading_stands_in_its_tab(rows: list[list[Cell]]) -> None:
    table = NativeTable("t", 1, 1, 4, 3, ("Account ID", ""))
    tab = Grid(Tab(1, "x", 6, 6, tables=(table,)), rows)
    for view, header in find_header_rows(tab, {"jan": "account_id"}):
        assert all(0 <= column < len(header.cells) for column in header.columns.values())
        assert all(column in header.others for column in header.read_months(load_locale_format("fr_FR")))
        assert len(view.rows) <= len(rows)
        assert Month.of(2025, 1) not in header.read_months(LocaleFormat()).values() or header.others
