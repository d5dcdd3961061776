"""Tabs as openpyxl's cells: the bot's own tables, and the input tabs of a new workbook."""

from __future__ import annotations

import datetime as dt
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.cell import Cell as ExcelCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sheets.inputs import CHECKED_ROWS, Heading, Sheet
from sheets.workbook import Cell, ColumnFormat, Table, Value

# A name that belongs to one tab, moves with it, and goes with it: what tells a tab of ours from one with our title.
MARK = "nrrbot"

_INK = "1F3B4D"
_HEADING = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
_HEADING_FILL = PatternFill("solid", fgColor=_INK)
_ASIDE_FONT = Font(name="Calibri", size=11, italic=True, color="7F7F7F")
# Indented, or a text would touch the number to its left.
_TEXT = Alignment(horizontal="left", vertical="center", indent=1)
_NUMBER = Alignment(horizontal="right", vertical="center")
_UNDER_HEADING = Border(bottom=Side("thin", color=_INK))
_FORMATS: dict[ColumnFormat, str] = {"text": "General", "integer": "#,##0", "percent": "0.0%", "date": "yyyy-mm-dd"}
_LONGEST_TEXT = 32_767


def put_table(book: openpyxl.Workbook, table: Table) -> None:
    """Write a table of ours into `book`, in the place of the tab that it replaces."""
    old = next((sheet for sheet in book.worksheets if sheet.title.casefold() == table.title.casefold()), None)
    place = len(book.sheetnames) if old is None else book.index(old)
    if old is not None:
        book.remove(old)
    sheet = book.create_sheet(table.title, place)
    sheet.defined_names[MARK] = DefinedName(MARK, attr_text=f"{quote_sheetname(table.title)}!$A$1")
    _put(sheet, 1, 1, table.notice).font = _ASIDE_FONT
    for column, heading in enumerate(table.headings, 1):
        _put_heading(sheet, 2, column, heading, table.formats[column - 1])
    formats = [_number_format(name, table.decimals) for name in table.formats]
    for row, values in enumerate(table.rows, 3):
        for column, (value, shown) in enumerate(zip(values, formats, strict=True), 1):
            _put(sheet, row, column, value, shown)
    for column, heading in enumerate(table.headings, 1):
        longest = max((len(_shown(values[column - 1])) for values in table.rows), default=0)
        sheet.column_dimensions[get_column_letter(column)].width = min(max(longest, len(heading), 8), 60) + 2
    sheet.row_dimensions[2].height = 22
    sheet.freeze_panes = "A3"


def put_sheet(sheet: Worksheet, content: Sheet) -> None:
    """Fill an empty sheet with an input tab."""
    for column, heading in enumerate(content.headings, 1):
        letter = get_column_letter(column)
        cell = _put_heading(sheet, 1, column, heading.text, heading.format)
        if heading.note:
            cell.comment = Comment(heading.note, "nrrbot")
        sheet.column_dimensions[letter].width = max(heading.width, len(_shown(heading.text)) + 4)
        if heading.refusal:
            check = _check(heading)
            check.add(f"{letter}2:{letter}{CHECKED_ROWS}")
            sheet.add_data_validation(check)
    formats = ["0%" if heading.format == "percent" else _number_format(heading.format) for heading in content.headings]
    for row, values in enumerate(content.rows, 2):
        for column, (value, shown) in enumerate(zip(values, formats, strict=False), 1):
            cell = _put(sheet, row, column, value, shown)
            if content.example and row == 2:
                cell.font = _ASIDE_FONT
    fit_notes(sheet)
    sheet.row_dimensions[1].height = 22
    sheet.freeze_panes = f"{get_column_letter(content.frozen + 1)}2"


def fit_notes(sheet: Worksheet) -> None:
    """Give each note of a sheet a box that its text fits into. openpyxl reads the texts of notes, not their size."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment:
                lines = sum(len(line) // 34 + 1 for line in cell.comment.text.splitlines())
                cell.comment.width, cell.comment.height = 260, 30 + 18 * lines


def _check(heading: Heading) -> DataValidation:
    """Return what Excel should check of the cells under a heading as people type."""
    if heading.choices:
        # A suggestion: who has other names for things may use them.
        check = DataValidation("list", formula1=f'"{",".join(heading.choices)}"', errorStyle="warning")
    elif heading.format == "date":
        check = DataValidation("date", operator="greaterThan", formula1="32874")  # 1990-01-01
    else:
        check = DataValidation("decimal", operator="greaterThanOrEqual", formula1="0")
        if heading.format == "integer":
            check.type = "whole"
    check.allow_blank = True
    check.showErrorMessage = True
    check.errorTitle = "nrrbot"
    check.error = heading.refusal
    return check


def _put_heading(sheet: Worksheet, row: int, column: int, text: str | dt.date, below: ColumnFormat) -> ExcelCell:
    cell = _put(sheet, row, column, text, "yyyy-mm")
    cell.font, cell.fill, cell.border = _HEADING, _HEADING_FILL, _UNDER_HEADING
    cell.alignment = _TEXT if below == "text" else _NUMBER
    return cell


def _put(
    sheet: Worksheet, row: int, column: int, value: Value | Cell, number_format: str = _FORMATS["text"]
) -> ExcelCell:
    """Write one value. A text stays a text, whatever it begins with."""
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)[:_LONGEST_TEXT]
        # openpyxl makes a formula of "=..." and an error of "#REF!". The prefix keeps Excel from doing so later,
        # when someone opens the cell and leaves it.
        cell.data_type = "s"
        cell.alignment = _TEXT
        if value.startswith(("=", "+", "-", "@")):
            cell.quotePrefix = True
    elif value is not None:
        cell.value = value
        cell.number_format = number_format
    return cell  # type: ignore[no-any-return] # never merged: the sheet is new


def _number_format(name: ColumnFormat, decimals: int = 2) -> str:
    if name == "money":
        return "#,##0." + "0" * decimals if decimals else "#,##0"
    return _FORMATS[name]


def _shown(value: Value) -> str:
    return "" if value is None else str(value)
