"""The formulas of docs/formulas.md, computed by LibreOffice on the sample, give the figures of `/nrr`."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from bot.service.analyst import Analyst
from core.terms import Language
from sheets.excel.global_names import build_lambda
from sheets.writeback.metrics_tab import METRICS_TAB
from sheets.writeback.tab_titles import FRENCH_TITLES
from tests.support.formula_books import compute, fill, prepare, read_formula, show


def ask(analyst: Analyst, key: str) -> tuple[str | None, str | None]:
    """Return what `/nrr` answers to the question that a key stands for."""
    dimension, value, period = key.split("|")
    cut = "" if dimension == "all" else f'{dimension}="{value}" '
    window: dict[str, Any] = analyst.reply("/nrr", f"{cut}{period}").json()["window"]
    return window["nrr"], window["grr"]


def find_metrics(book: openpyxl.Workbook) -> Any:
    """Return NRR Metrics, which has a French title in a French workbook."""
    return next(book[title] for title in (METRICS_TAB, FRENCH_TITLES[METRICS_TAB]) if title in book.sheetnames)


def read_keys(path: Path) -> list[tuple[str, str, str]]:
    """Return (key, value and period as they are shown) of each row of NRR Metrics."""
    sheet = find_metrics(openpyxl.load_workbook(path))
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    return [(str(row[3]), str(row[1] or ""), str(row[2])) for row in rows[1:]]


def place(formula: str, row: int) -> str:
    """Return the formula of row 2 copied to a row, its period taken from column B of that row."""
    return formula.replace("$A2", f"$A{row}").replace("B$1", f"$B{row}")


def shuffle_metrics(path: Path) -> None:
    """Sort NRR Metrics another way and rename a heading, as people do."""
    book = openpyxl.load_workbook(path)
    sheet = find_metrics(book)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    for row, values in enumerate(reversed(rows), 4):
        for column, value in enumerate(values, 1):
            sheet.cell(row, column).value = value
    sheet["C3"] = "When"
    book.save(path)


def expand(function: str, segment: str, period: str) -> str:
    """Return a LAMBDA applied to two cells, as one formula without LAMBDA and LET: LibreOffice 7 has neither."""
    start = "_xlfn.LAMBDA(_xlpm.segment,_xlpm.period,_xlfn.LET("
    assert function.startswith(start)
    assert function.endswith("))")
    parts, depth, piece = list[str](), 0, ""
    for letter in function.removeprefix(start)[:-2]:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append(piece)
            piece = ""
        else:
            piece += letter
    values = {"_xlpm.segment": segment, "_xlpm.period": period}

    def substitute(formula: str) -> str:
        return re.sub(r"_xlpm\.\w+", lambda match: f"({values[match[0]]})", formula)

    for name, formula in zip(parts[::2], parts[1::2], strict=True):
        values[name] = substitute(formula)
    return "=" + substitute(piece)


@pytest.mark.slow
@pytest.mark.program("soffice")
@pytest.mark.timeout(900)
def test_each_formula_gives_the_figure_of_nrr_for_every_segment_period_and_window(tmp_path: Path) -> None:
    files, keys_by_file = [], []
    analysts = {}
    languages: list[Language] = ["en", "fr"]
    for language in languages:
        path, analysts[language] = prepare(tmp_path / language, language)
        keys = read_keys(path)
        # Three English formulas and French ones: each language of the page on the workbook of that language.
        formula = read_formula(0 if language == "en" else 2)
        assert read_formula(1) == read_formula(2)
        rows = []
        for number, (key, value, shown) in enumerate(keys, 1):
            dimension = key.split("|")[0]
            own = formula.replace('"segment|"', f'"{dimension}|"')
            rows.append([value, shown, place(own, number), place(own.replace("NRR_NRR", "NRR_GRR"), number)])
        files.append(fill(path, rows))
        keys_by_file.append(keys)
    assert [entry[0] for entry in keys_by_file[0]] == [entry[0] for entry in keys_by_file[1]]
    expected = [ask(analysts["en"], key) for key, _, _ in keys_by_file[0]]
    assert len(expected) > 3000
    assert (None, None) in expected
    for language, cells in zip(languages, compute(files, tmp_path / "computed"), strict=True):
        got = [(show(row[2]), show(row[3])) for row in cells]
        wrong = [entry for entry in zip(keys_by_file[0], got, expected, strict=True) if entry[1] != entry[2]]
        assert not wrong, (language, wrong[:5])


# What a person types as segment and period, and the key whose figure the functions give; None where it is #N/A.
CALLS = (
    ("Enterprise", "Q3 2026", "segment|enterprise|q3 2026"),
    ("smb", "ttm 2026-09", "segment|smb|ttm 2026-09"),
    ("size|Enterprise", "Q3 2026", "size|enterprise|q3 2026"),
    ("", "2026-09", "all||2026-09"),
    ("", dt.date(2026, 9, 15), "all||2026-09"),
    ("", "FY25", "all||fy25"),
    ("Enterprise", "Q3 2036", None),
    ("E*", "Q3 2026", None),
    ("dach", "Q3 2026", "region|dach|q3 2026"),
    ("Business", "Q3 2026", "plan|business|q3 2026"),
    ("Nowhere", "Q3 2026", None),
)
FRENCH = {"Q3 2026": "T3 2026", "ttm 2026-09": "12 mois 2026-09"}


@pytest.mark.slow
@pytest.mark.program("soffice")
@pytest.mark.timeout(300)
def test_the_functions_give_the_same_and_errors_do_not_spread(tmp_path: Path) -> None:
    files = []
    languages: list[tuple[Language, list[str]]] = [("en", ["NRR_Key"]), ("fr", ["NRR_Key", "NRR_Cle"])]
    for language, keys in languages:
        path, analyst = prepare(tmp_path / language, language)
        if language == "en":
            expected = [ask(analyst, key)[0] if key else None for _, _, key in CALLS]
        function = openpyxl.load_workbook(path).defined_names["NRR"].attr_text
        assert function == build_lambda(keys, "NRR_NRR")
        shuffle_metrics(path)
        rows: list[list[Any]] = []
        for number, (segment, period, _) in enumerate(CALLS, 1):
            cell = f"C{number}"
            typed = FRENCH.get(str(period), period) if language == "fr" else period
            rows.append([segment, typed, ArrayFormula(cell, expand(function, f"A{number}", f"B{number}"))])
        last = len(rows)
        rows.append(["=NRR_AsOf", f"=_xlfn.AGGREGATE(1,6,C1:C{last})", f"=SUM(C1:C{last})", f'=IFERROR(C{last},"n/a")'])
        files.append(fill(path, rows))
    for cells in compute(files, tmp_path / "computed"):
        *called, summary = cells
        figures = [show(row[2]) for row in called]
        assert figures == expected
        numbers = [Decimal(figure) for figure in figures if figure]
        assert summary[0] == dt.datetime(2026, 9, 30)  # noqa: DTZ001 - a cell has no time zone
        assert round(summary[1] * 100, 6) == pytest.approx(float(sum(numbers) / len(numbers)))
        assert (summary[2], summary[3]) == ("#N/A", "n/a")
