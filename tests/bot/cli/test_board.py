"""The board: a tab of formulas that is made once, and the same page as a PDF."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.__main__ import now
from bot.cli.setup import Setup
from bot.service.refresh.board import build_board_page
from core.terms import Language
from sheets.excel.workbook import ExcelWorkbook
from sheets.writeback.board_tab import BOARD_TAB, QUARTERS
from sheets.writeback.tab_titles import FRENCH_TITLES
from tests.support.command_line import nrrbot
from tests.support.company import TODAY, MakeCompany, table, wide, write_xlsx
from tests.support.doc_parts import ROOT
from tests.support.google.server import GoogleServer
from tests.support.libreoffice import save_with_libreoffice


def prepare(folder: Path, *more: str) -> tuple[Path, tuple[object, ...]]:
    folder.mkdir(exist_ok=True)
    path = Path(shutil.copy(ROOT / "sheets" / "templates" / "sample.xlsx", folder / "book.xlsx"))
    return path, ("--workbook", path, "--db", folder / "x.db", "--today", "2026-10-05", *more)


def read_board(path: Path) -> list[list[Any]]:
    workbook = ExcelWorkbook(path)
    [grid] = workbook.read([tab for tab in workbook.tabs() if tab.title in {BOARD_TAB, FRENCH_TITLES[BOARD_TAB]}])
    return [list(row) for row in grid.rows]


@pytest.mark.slow
@pytest.mark.program("soffice")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_its_formulas_give_the_figures_of_nrr(tmp_path: Path, language: Language) -> None:
    path, options = prepare(tmp_path / "a", "--lang", language)
    command = ("board",) if language == "en" else ("template", "--board")
    assert nrrbot(*command, *options).code == 0
    save_with_libreoffice([path], tmp_path / "computed")
    rows = read_board(tmp_path / "computed" / "book.xlsx")
    headings, board = rows[2], rows[3 : 3 + QUARTERS + 1]
    named = "Q" if language == "en" else "T"
    assert [row[1] for row in board][:2] == [f"{named}4 2024", f"{named}1 2025"]
    assert board[-1][1] == ("TTM 2026-09" if language == "en" else "12 mois 2026-09")
    enterprise = headings.index("NRR Enterprise")
    for row in (board[0], board[-2], board[-1]):
        for cut, column in (("", 2), ("segment=Enterprise", enterprise)):
            period = str(row[1]).replace("12 mois", "TTM")
            answer = nrrbot("ask", f"{cut} {period}", "--json", *options).out
            nrr = re.search(r'"nrr": "([\d.]+)"', answer)
            assert nrr
            assert f"{row[column] * 100:.1f}" == nrr[1]
    money = headings.index("Starting MRR" if language == "en" else "MRR initial")
    start, expansion, contraction, churn, end, _ = board[-1][money : money + 6]
    assert round(start + expansion - contraction - churn - end, 2) == 0


# Values of a segment that are part of a pattern, of a formula or of no formula that Excel opens.
NAMES = ("A;B", 'x"&HYPERLINK("http://x")&"', "=cmd!A0", "~*?", "Z" * 300)


def name_segments(path: Path, names: Sequence[str]) -> None:
    """Give the values of the column Segment other names."""
    book = openpyxl.load_workbook(path)
    sheet = book["Customers"]
    [column] = [cell.column for row in sheet.iter_rows(max_row=10) for cell in row if cell.value == "Segment"]
    known = dict[object, str]()
    for (cell,) in sheet.iter_rows(min_row=2, min_col=column, max_col=column):
        if cell.value and cell.value != "Segment":
            cell.value = known.setdefault(cell.value, names[len(known) % len(names)])
            cell.data_type = "s"
    book.save(path)


def list_formulas(path: Path) -> list[str]:
    sheet = openpyxl.load_workbook(path)[BOARD_TAB]
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def make_company_of_ten(path: Path, language: str) -> tuple[object, ...]:
    """Write a company of ten segments; S3 and S8 have least MRR. Return the options of the command line."""
    customers = "\n".join(f"A-{number} | S{number}" for number in range(10))
    paid = {number: 1 if number in {3, 8} else 100 + number for number in range(10)}
    revenue = "\n".join(f"A-{number} | {' '.join([str(mrr)] * 16)}" for number, mrr in paid.items())
    write_xlsx(path, {"Customers": table(f"Account ID | Segment\n{customers}"), "MRR": wide(revenue)})
    return ("--workbook", path, "--db", path.with_suffix(".db"), "--today", "2025-10-06", "--lang", language)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Not shown: 2 more, with less MRR each."), ("fr", "Segments non affichés, au MRR plus faible\xa0: 2.")],
)
def test_of_many_segments_it_has_the_largest_and_counts_the_others(tmp_path: Path, language: str, words: str) -> None:
    path = tmp_path / "ten.xlsx"
    options = make_company_of_ten(path, language)
    assert nrrbot("board", *options).code == 0
    rows = read_board(path)
    assert str(rows[1][0]).endswith(words)
    shown = [str(name).removeprefix("NRR ") for name in rows[2] if str(name).startswith("NRR S")]
    assert shown == ["S0", "S1", "S2", "S4", "S5", "S6", "S7", "S9"]


def test_the_page_counts_them_too(tmp_path: Path) -> None:
    options = make_company_of_ten(tmp_path / "ten.xlsx", "en")
    assert nrrbot("sync", *options).code == 0
    analyst = Setup(None, tmp_path / "ten.xlsx", tmp_path / "ten.db", TODAY, "en", now).prepare_analyst()
    page = build_board_page(analyst)
    assert (page.hidden, len(page.cuts)) == (2, 9)
    assert page.bridges[-1][-1] is not None


@pytest.mark.slow
@pytest.mark.program("soffice")
@pytest.mark.timeout(300)
def test_no_text_of_the_sheet_is_part_of_a_formula(tmp_path: Path) -> None:
    path, options = prepare(tmp_path / "a")
    assert nrrbot("board", *options).code == 0
    usual = list_formulas(path)
    path, options = prepare(tmp_path / "b")
    name_segments(path, NAMES)
    assert nrrbot("board", *options).code == 0
    assert list_formulas(path) == usual
    save_with_libreoffice([path], tmp_path / "computed")
    rows = read_board(tmp_path / "computed" / "book.xlsx")
    ratios = [row[at] for row in rows[3 : 3 + QUARTERS + 1] for at, name in enumerate(rows[2]) if "RR" in str(name)]
    assert len(ratios) >= 8 * (QUARTERS + 1)
    assert [ratio for ratio in ratios if not isinstance(ratio, float | int)] == []


@pytest.mark.slow
def test_it_is_of_formulas_alone_and_never_overwritten(tmp_path: Path) -> None:
    path, options = prepare(tmp_path)
    assert "Created the tab NRR Board" in nrrbot("board", *options).out
    book = openpyxl.load_workbook(path)
    sheet = book[BOARD_TAB]
    cells = [cell for row in sheet.iter_rows(min_row=4, max_row=12) for cell in row]
    assert all(cell.data_type == "f" for cell in cells)
    assert len(sheet._charts) == 1  # type: ignore[attr-defined] # openpyxl has no other way to see them
    sheet["C4"] = "mine"
    book.save(path)
    assert "exists already and was not changed" in nrrbot("board", *options).out
    nrrbot("write", *options)
    assert openpyxl.load_workbook(path)[BOARD_TAB]["C4"].value == "mine"
    # It is the bot's tab, so it is not read as revenue.
    assert nrrbot("sync", *options).code == 0
    assert BOARD_TAB not in nrrbot("look", *options).out


def test_in_a_google_sheet_it_is_made_once_too(company: MakeCompany, google: GoogleServer) -> None:
    form = company("wide", "google")
    nrrbot("sync", "--config", form.config)
    assert nrrbot("template", "--board", "--config", form.config).code == 0
    assert form.sheet
    assert BOARD_TAB in google.titles(form.sheet)
    assert nrrbot("sync", "--config", form.config).code == 0
    assert "exists already" in nrrbot("board", "--config", form.config).out


def test_without_its_library_the_pdf_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reportlab.lib.pagesizes", None)
    _, options = prepare(tmp_path)
    ran = nrrbot("board", "--pdf", tmp_path / "board.pdf", *options)
    assert ran.code == 2
    assert "pip install nrrbot[pdf]" in ran.err


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pdf_is_one_page_with_embedded_fonts(tmp_path: Path, language: Language) -> None:
    pytest.importorskip("reportlab")
    _, options = prepare(tmp_path, "--lang", language)
    path = tmp_path / "board.pdf"
    assert nrrbot("board", "--pdf", path, *options).code == 0
    content = path.read_bytes()
    assert len(re.findall(rb"/Type /Page\b", content)) == 1
    # One file of each of the two fonts; Helvetica, which is not embedded, is not used.
    assert content.count(b"/FontFile2") == 2
    again = nrrbot("board", "--pdf", path, *options)
    assert again.code == 1
    assert path.read_bytes() == content
