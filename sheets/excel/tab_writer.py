"""Tabs as openpyxl's cells: the bot's own tables, and the input tabs of a new workbook."""

from __future__ import annotations

import datetime as dt
import textwrap
from decimal import Decimal
from typing import Any, Literal

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.cell import Cell as ExcelCell
from openpyxl.chart import LineChart, Reference
from openpyxl.chart.axis import ChartLines, DateAxis, Scaling
from openpyxl.chart.legend import Legend
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.comments import Comment
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from sheets.workbook.input_tabs import CHECKED_ROWS, Heading, Sheet
from sheets.workbook.port import Cell
from sheets.workbook.tables import ABOVE, ASIDE, BELOW, INK, INSIDE, LINES, Chart, ColumnFormat, Table, Value

# A name that belongs to one tab, moves with it, and goes with it: what tells a tab of ours from one with our title.
MARK = "nrrbot"

_HEADING = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
_HEADING_FILL = PatternFill("solid", fgColor=INK)
_ASIDE_FONT = Font(name="Calibri", size=11, italic=True, color=ASIDE)
_TOTAL = Font(name="Calibri", size=11, bold=True)
# Indented, or a text would touch the number to its left.
_TEXT = Alignment(horizontal="left", vertical="center", indent=1)
_NUMBER = Alignment(horizontal="right", vertical="center")
_WRAPPED = Alignment(wrap_text=True)
_UNDER_HEADING = Border(bottom=Side("thin", color=INK))
_OVER_GROUP = Border(top=Side("thin", color=ASIDE))
_FORMATS: dict[ColumnFormat, str] = {
    "text": "General",
    "integer": "#,##0",
    "rate": "0.0000##",
    "percent": "0.0%",
    "date": "yyyy-mm-dd",
    "month": "mmm yyyy",
}
# More months than this do not fit side by side below a chart.
_MOST_MONTHS = 12
# Charts are measured in centimetres, at 96 pixels an inch.
_CENTIMETRES = 2.54 / 96
_LONGEST_TEXT = 32_767


def put_table(book: openpyxl.Workbook, table: Table) -> None:
    """Write a table of ours into `book`, in the place of the tab that it replaces."""
    old = next((sheet for sheet in book.worksheets if sheet.title.casefold() == table.title.casefold()), None)
    place = len(book.sheetnames) if old is None else book.index(old)
    if old is not None:
        book.remove(old)
    sheet = book.create_sheet(table.title, place)
    sheet.defined_names[MARK] = DefinedName(MARK, attr_text=f"{quote_sheetname(table.title)}!$A$1")
    for row, line in enumerate((table.notice, *table.notes), 1):
        _put(sheet, row, 1, line).font = _ASIDE_FONT
    formats = [_number_format(name, table.decimals) for name in table.formats]
    for row, values in enumerate(table.rows, table.top + 1):
        for column, (value, shown) in enumerate(zip(values, formats, strict=True), 1):
            _put(sheet, row, column, value, shown)
    _put_headings(sheet, table)
    _put_groups(sheet, table)
    _put_bands(sheet, table)
    if table.chart:
        sheet.add_chart(_chart(sheet, table, table.chart))
    if table.widths:
        # On paper: all columns on the width of a page, headings on each.
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.print_title_rows = f"1:{table.top}"
    sheet.freeze_panes = f"{get_column_letter(table.frozen + 1)}{table.top + 1}"


def _put_headings(sheet: Worksheet, table: Table) -> None:
    """Write the headings of a table and give its columns their widths."""
    lines = 1
    for column, heading in enumerate(table.headings, 1):
        if table.widths:
            width = table.widths[column - 1]
        else:
            longest = max((len(_shown(values[column - 1])) for values in table.rows), default=0)
            width = min(max(longest, len(heading), 8), 60) + 2
        sheet.column_dimensions[get_column_letter(column)].width = width
        if heading:
            cell = _put_heading(sheet, table.top, column, heading, table.formats[column - 1])
            if table.widths:
                cell.alignment += _WRAPPED
                lines = max(lines, len(textwrap.wrap(heading, width - 2)))
    sheet.row_dimensions[table.top].height = 7 + 15 * lines


def _put_groups(sheet: Worksheet, table: Table) -> None:
    """Make the totals bold, and draw a line above each group."""
    columns = range(1, table.lead + 1)
    for column in columns:
        for row in range(table.groups[0] if table.groups else 0):
            sheet.cell(table.top + 1 + row, column).font = _TOTAL
        for row in table.groups:
            sheet.cell(table.top + 1 + row, column).border = _OVER_GROUP


def _put_bands(sheet: Worksheet, table: Table) -> None:
    """Let Excel colour the bands of a table."""
    for band in table.bands:
        cells = " ".join(
            f"{get_column_letter(column + 1)}{table.top + 1 + first}:{get_column_letter(column + 1)}{table.top + end}"
            for first, end, column in band.areas
        )
        rules: tuple[tuple[Literal["lessThan", "between", "greaterThan"], list[Decimal], str], ...] = (
            ("lessThan", [band.low], BELOW),
            ("between", [band.low, band.high], INSIDE),
            ("greaterThan", [band.high], ABOVE),
        )
        for operator, limits, shade in rules:
            # Excel shows the second colour of a fill that is part of a rule, others the first.
            fill = PatternFill("solid", start_color=shade, end_color=shade)
            rule = Rule("cellIs", operator=operator, formula=[str(limit) for limit in limits])
            rule.dxf = DifferentialStyle(fill=fill)
            sheet.conditional_formatting.add(cells, rule)


def _chart(sheet: Worksheet, table: Table, drawn: Chart) -> LineChart:
    """Return the chart of a table, its corner in its place."""
    chart, top, bottom = LineChart(), table.top, table.top + drawn.rows
    for number, shade in zip(drawn.lines, LINES, strict=False):
        column = Reference(sheet, min_col=number + 1, min_row=top, max_row=bottom)
        chart.add_data(column, titles_from_data=True)
        line = chart.series[-1]
        line.smooth = False
        line.graphicalProperties.line.solidFill = shade
        line.graphicalProperties.line.width = 28_575  # 2.25 points, in EMU
        line.marker.symbol, line.marker.size = "circle", 5
        line.marker.graphicalProperties = GraphicalProperties(solidFill=shade)
        line.marker.graphicalProperties.line.solidFill = shade
    chart.set_categories(Reference(sheet, min_col=drawn.axis + 1, min_row=top + 1, max_row=bottom))
    chart.title = _chart_title(drawn.title)
    chart.x_axis = DateAxis(crossAx=chart.y_axis.axId, baseTimeUnit="months")
    chart.x_axis.number_format = _FORMATS["month"]
    chart.x_axis.majorUnit, chart.x_axis.majorTimeUnit = -(-drawn.rows // _MOST_MONTHS), "months"
    chart.y_axis.number_format = "0%"
    chart.y_axis.majorGridlines = ChartLines(GraphicalProperties(ln=LineProperties(solidFill="D9D9D9")))
    chart.y_axis.crossAx = chart.x_axis.axId
    chart.y_axis.scaling = Scaling(min=float(drawn.low), max=float(drawn.high))
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = "low"
    chart.legend = Legend(legendPos="b")
    chart.width = drawn.width * _CENTIMETRES  # type: ignore[assignment] # the stubs know its default alone
    chart.height = drawn.height * _CENTIMETRES
    chart.anchor = f"{get_column_letter(drawn.place + 1)}{top + 1}"
    return chart


def _chart_title(text: str) -> Title:
    """Return a title that stands above the lines and not over them, in 12 points."""
    style = ParagraphProperties(defRPr=CharacterProperties(sz=1200, b=True))
    paragraph = Paragraph(pPr=style, r=[RegularTextRun(t=text)])
    return Title(Text(rich=RichText(p=[paragraph])), overlay=False)


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
        # The format first, or a date would bring one of its own, which the next rewrite would number otherwise.
        cell.number_format = number_format
        cell.value = value
    return cell  # type: ignore[no-any-return] # never merged: the sheet is new


def _number_format(name: ColumnFormat, decimals: int = 2) -> str:
    if name == "money":
        return "#,##0." + "0" * decimals if decimals else "#,##0"
    return _FORMATS[name]


def _shown(value: Value) -> str:
    return "" if value is None else str(value)
