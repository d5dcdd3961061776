"""Workbooks in which a person looks figures up by the formulas of docs/formulas.md, computed by LibreOffice."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from bot.locale.translator import get_translator
from bot.service.analyst import Analyst
from bot.service.refresh.reading import sync_workbook
from bot.service.refresh.writeback import write_back
from core.config import Config
from core.playbook.playbook import load_playbook
from core.store.store import Store
from core.terms import Language
from sheets.excel.workbook import ExcelWorkbook
from tests.support.doc_parts import ROOT
from tests.support.libreoffice import save_with_libreoffice

NOW = dt.datetime(2026, 10, 5, 7, tzinfo=dt.UTC)
OWN_TAB = "Mine"
# The names of functions in a French Excel, and the separator, as a file stores them.
CANONICAL = {"EQUIV(": "MATCH(", "AGREGAT(": "AGGREGATE(", "SIERREUR(": "IFERROR(", ";": ","}
PAGE = (ROOT / "docs" / "formulas.md").read_text()
FORMULAS = re.findall(r"^\|[^|]*\| `(=INDEX.*?)` \|$", PAGE, re.MULTILINE)


def read_formula(number: int) -> str:
    """Return a formula of the page as a file stores it."""
    formula: str = FORMULAS[number].replace("\\|", "|")
    for word, canonical in CANONICAL.items():
        formula = formula.replace(word, canonical)
    return formula


def open_sample(folder: Path, language: Language) -> tuple[Path, Analyst]:
    """Return a copy of the sample, and an analyst in a language who has not read it yet."""
    folder.mkdir()
    path = folder / "book.xlsx"
    path.write_bytes((ROOT / "sheets" / "templates" / "sample.xlsx").read_bytes())
    store = Store(folder / "nrrbot.db")
    translate = get_translator(language)
    analyst = Analyst(Config(), store, ExcelWorkbook(path).source, load_playbook(), translate, lambda: NOW)
    return path, analyst


def prepare(folder: Path, language: Language) -> tuple[Path, Analyst]:
    """Sync the sample, write it back in a language, and return the file."""
    path, analyst = open_sample(folder, language)
    sync_workbook(analyst, ExcelWorkbook(path), NOW, NOW.date())
    write_back(analyst, ExcelWorkbook(path))
    return path, analyst


def fill(path: Path, cells: Sequence[Sequence[Any]]) -> Path:
    """Add a tab with these cells to a copy of the workbook."""
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet(OWN_TAB)
    for row in cells:
        sheet.append(list(row))
    copy = path.with_name(f"{path.parent.name}-filled.xlsx")
    book.save(copy)
    return copy


def compute(paths: Sequence[Path], folder: Path) -> list[Sequence[Sequence[Any]]]:
    """Return the cells of the tab Mine of each file, as LibreOffice computes them."""
    save_with_libreoffice(paths, folder)
    grids = []
    for path in paths:
        workbook = ExcelWorkbook(folder / path.name)
        grids += [grid.rows for grid in workbook.read([tab for tab in workbook.tabs() if tab.title == OWN_TAB])]
    return grids


def show(value: Any) -> str | None:
    """Return a ratio as `/nrr --json` writes it; None for #N/A."""
    return None if value == "#N/A" else f"{Decimal(str(value)).scaleb(2):.1f}"
