"""Writes tabs with openpyxl: the bot's tables, and the input tabs of a new workbook."""

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
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table as NativeTable
from openpyxl.worksheet.table import TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from sheets.excel.global_names import list_global_names
from sheets.workbook.colours import (
    ABOVE_COLOUR,
    BELOW_COLOUR,
    GUIDE_COLOURS,
    HEADING_COLOUR,
    INSIDE_COLOUR,
    LINE_COLOURS,
    MUTED_COLOUR,
)
from sheets.workbook.input_tabs import CHECKED_ROWS, InputColumn, InputTab
from sheets.workbook.port import Cell
from sheets.workbook.tables import Chart, ColumnFormat, Link, Missing, OwnFormula, Table, Value

# The defined name of each of the bot's tabs. It is local to the tab, so it is moved and deleted with it, and it
# distinguishes the bot's tab from a tab with the same title.
TAB_MARK = "nrrbot"

_HEADING_FONT = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
_HEADING_FILL = PatternFill("solid", fgColor=HEADING_COLOUR)
_MUTED_FONT = Font(name="Calibri", size=11, italic=True, color=MUTED_COLOUR)
_LINK_FONT = Font(name="Calibri", size=11, underline="single", color="0563C1")
_TOTAL_FONT = Font(name="Calibri", size=11, bold=True)
# Indented: otherwise a text would touch the number to its left.
_TEXT_ALIGNMENT = Alignment(horizontal="left", vertical="center", indent=1)
_NUMBER_ALIGNMENT = Alignment(horizontal="right", vertical="center")
_WRAPPED_ALIGNMENT = Alignment(wrap_text=True)
_LIST_ALIGNMENT = Alignment(vertical="top", wrap_text=True)
_HEADING_BORDER = Border(bottom=Side("thin", color=HEADING_COLOUR))
_GROUP_BORDER = Border(top=Side("thin", color=MUTED_COLOUR))
_FORMATS: dict[ColumnFormat, str] = {
    "any": "General",
    "text": "General",
    "integer": "#,##0",
    "rate": "0.0000##",
    "percent": "0.0%",
    "date": "yyyy-mm-dd",
    "month": "mmm yyyy",
}
# The number of month labels that fit below a chart.
_MAX_AXIS_MONTHS = 12
# openpyxl measures charts in centimetres; an inch has 96 pixels.
_CENTIMETRES_PER_PIXEL = 2.54 / 96
_MAX_TEXT = 32_767


def write_table(book: openpyxl.Workbook, table: Table) -> None:
    """Write a table into `book`, in the position of the tab that it replaces."""
    old = next((sheet for sheet in book.worksheets if sheet.title.casefold() == table.title.casefold()), None)
    position = len(book.sheetnames) if old is None else book.index(old)
    if old is not None:
        book.remove(old)
    sheet = book.create_sheet(table.title, position)
    sheet.defined_names[TAB_MARK] = DefinedName(TAB_MARK, attr_text=f"{quote_sheetname(table.title)}!$A$1")
    for row, line in enumerate((table.notice, *table.note_lines), 1):
        _write_cell(sheet, row, 1, line).font = _MUTED_FONT
    for row, date_line in enumerate(table.date_lines, 2 + len(table.note_lines)):
        _write_cell(sheet, row, 1, date_line.label).font = _MUTED_FONT
        _write_cell(sheet, row, 2, date_line.day, _FORMATS["date"]).font = _MUTED_FONT
    formats = [_choose_number_format(name, table.decimals) for name in table.formats]
    for row, values in enumerate(table.rows, table.header_row_count + 1):
        for column, (value, number_format) in enumerate(zip(values, formats, strict=True), 1):
            _write_cell(sheet, row, column, value, number_format)
    _write_headings(sheet, table)
    _format_groups(sheet, table)
    _colour_bands(sheet, table)
    if table.chart:
        sheet.add_chart(_build_chart(sheet, table, table.chart))
    if table.widths:
        # In print: all columns on the width of a page, headings on each page.
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        if table.printed:
            rows, columns = table.printed
            sheet.page_setup.fitToHeight = 1
            sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
            sheet.page_margins = PageMargins(0.4, 0.4, 0.4, 0.4, 0.2, 0.2)
            sheet.print_options.horizontalCentered = True
            sheet.print_area = f"A1:{get_column_letter(columns)}{table.header_row_count + rows}"
        else:
            sheet.print_title_rows = f"1:{table.header_row_count}"
    sheet.freeze_panes = f"{get_column_letter(table.frozen_columns + 1)}{table.header_row_count + 1}"
    if table.is_list:
        _make_list(sheet, table)
    if table.lookup:
        bottom = table.header_row_count + max(1, len(table.rows))
        cells = f"A{table.header_row_count}:{get_column_letter(len(table.headings))}{bottom}"
        native = NativeTable(displayName=table.lookup.table_name, ref=cells)
        # Without a style: the headings keep the format of the other tabs.
        native.tableStyleInfo = TableStyleInfo(name=None, showRowStripes=False)
        sheet.add_table(native)
    for name, text in list_global_names(table.title, table):
        if text is not None:
            book.defined_names[name] = DefinedName(name, attr_text=text)


def _make_list(sheet: Worksheet, table: Table) -> None:
    """Wrap the texts of a list and give it a filter."""
    bottom = table.header_row_count + len(table.rows)
    for cells in sheet.iter_rows(min_row=table.header_row_count + 1, max_row=bottom):
        for cell in cells:
            cell.alignment += _LIST_ALIGNMENT
    if table.rows:
        sheet.auto_filter.ref = f"A{table.header_row_count}:{get_column_letter(len(table.headings))}{bottom}"


def _write_headings(sheet: Worksheet, table: Table) -> None:
    """Write the headings of a table and set the widths of its columns."""
    lines = 1
    for column, heading in enumerate(table.headings, 1):
        if table.widths:
            width = table.widths[column - 1]
        else:
            longest = max((len(_format_text(values[column - 1])) for values in table.rows), default=0)
            width = min(max(longest, len(heading), 8), 60) + 2
        sheet.column_dimensions[get_column_letter(column)].width = width
        if heading:
            cell = _write_heading(sheet, table.header_row_count, column, heading, table.formats[column - 1])
            if table.widths:
                cell.alignment += _WRAPPED_ALIGNMENT
                lines = max(lines, len(textwrap.wrap(heading, width - 2)))
    sheet.row_dimensions[table.header_row_count].height = 7 + 15 * lines


def _format_groups(sheet: Worksheet, table: Table) -> None:
    """Make the totals bold, and draw a line above each group."""
    columns = range(1, table.main_column_count + 1)
    for column in columns:
        for row in (*range(table.group_starts[0] if table.group_starts else 0), *table.bold_rows):
            sheet.cell(table.header_row_count + 1 + row, column).font = _TOTAL_FONT
        for row in table.group_starts:
            sheet.cell(table.header_row_count + 1 + row, column).border = _GROUP_BORDER


def _colour_bands(sheet: Worksheet, table: Table) -> None:
    """Add the rules by which Excel colours the bands of a table."""
    top = table.header_row_count
    for band in table.bands:
        cells = " ".join(
            f"{letter}{top + 1 + first}:{letter}{top + end}"
            for first, end, column in band.areas
            for letter in [get_column_letter(column + 1)]
        )
        rules: tuple[tuple[Literal["lessThan", "between", "greaterThan"], list[Decimal], str], ...] = (
            ("lessThan", [band.low], BELOW_COLOUR),
            ("between", [band.low, band.high], INSIDE_COLOUR),
            ("greaterThan", [band.high], ABOVE_COLOUR),
        )
        for operator, limits, shade in rules:
            # In a rule, Excel shows the second colour of a fill; other programs show the first.
            fill = PatternFill("solid", start_color=shade, end_color=shade)
            rule = Rule("cellIs", operator=operator, formula=[str(limit) for limit in limits])
            rule.dxf = DifferentialStyle(fill=fill)
            sheet.conditional_formatting.add(cells, rule)


def _build_chart(sheet: Worksheet, table: Table, spec: Chart) -> LineChart:
    """Return the chart of a table, anchored at its corner cell."""
    chart, top, bottom = LineChart(), table.header_row_count, table.header_row_count + spec.row_count
    for number, shade in zip(spec.line_columns, LINE_COLOURS, strict=False):
        column = Reference(sheet, min_col=number + 1, min_row=top, max_row=bottom)
        chart.add_data(column, titles_from_data=True)
        line = chart.series[-1]
        line.smooth = False
        line.graphicalProperties.line.solidFill = shade
        line.graphicalProperties.line.width = 28_575  # 2.25 points, in EMU
        line.marker.symbol, line.marker.size = "circle", 5
        line.marker.graphicalProperties = GraphicalProperties(solidFill=shade)
        line.marker.graphicalProperties.line.solidFill = shade
    for number, shade in zip(spec.guide_columns, GUIDE_COLOURS, strict=False):
        chart.add_data(Reference(sheet, min_col=number + 1, min_row=top, max_row=bottom), titles_from_data=True)
        guide = chart.series[-1]
        guide.smooth = False
        guide.graphicalProperties.line.solidFill = shade
        guide.graphicalProperties.line.dashStyle = "sysDash"
        guide.graphicalProperties.line.width = 15_875  # 1.25 points
        guide.marker.symbol = "none"
    chart.set_categories(Reference(sheet, min_col=spec.axis_column + 1, min_row=top + 1, max_row=bottom))
    chart.title = _build_chart_title(spec.title)
    chart.x_axis = DateAxis(crossAx=chart.y_axis.axId, baseTimeUnit="months")
    chart.x_axis.number_format = _FORMATS["month"]
    chart.x_axis.majorUnit, chart.x_axis.majorTimeUnit = -(-spec.row_count // _MAX_AXIS_MONTHS), "months"
    chart.y_axis.number_format = "0%"
    chart.y_axis.majorGridlines = ChartLines(GraphicalProperties(ln=LineProperties(solidFill="D9D9D9")))
    chart.y_axis.crossAx = chart.x_axis.axId
    low, high = (None if edge is None else float(edge) for edge in (spec.axis_min, spec.axis_max))
    chart.y_axis.scaling = Scaling(min=low, max=high)
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = "low"
    chart.legend = Legend(legendPos="b")
    chart.width = spec.width * _CENTIMETRES_PER_PIXEL  # type: ignore[assignment] # the stubs know its default alone
    chart.height = spec.height * _CENTIMETRES_PER_PIXEL
    chart.anchor = f"{get_column_letter(spec.anchor_column + 1)}{top + 1 + spec.anchor_row}"
    return chart


def _build_chart_title(text: str) -> Title:
    """Return a title of 12 points above the lines, not over them."""
    style = ParagraphProperties(defRPr=CharacterProperties(sz=1200, b=True))
    paragraph = Paragraph(pPr=style, r=[RegularTextRun(t=text)])
    return Title(Text(rich=RichText(p=[paragraph])), overlay=False)


def write_input_tab(sheet: Worksheet, tab: InputTab) -> None:
    """Fill an empty sheet with an input tab."""
    for number, column in enumerate(tab.columns, 1):
        letter = get_column_letter(number)
        cell = _write_heading(sheet, 1, number, column.heading, column.format)
        if column.note:
            cell.comment = Comment(column.note, "nrrbot")
        sheet.column_dimensions[letter].width = max(column.width, len(_format_text(column.heading)) + 4)
        if column.error_message:
            validation = _build_validation(column)
            validation.add(f"{letter}2:{letter}{CHECKED_ROWS}")
            sheet.add_data_validation(validation)
    formats = ["0%" if column.format == "percent" else _choose_number_format(column.format) for column in tab.columns]
    for row, values in enumerate(tab.rows, 2):
        for number, (value, number_format) in enumerate(zip(values, formats, strict=False), 1):
            cell = _write_cell(sheet, row, number, value, number_format)
            if tab.has_example and row == 2:
                cell.font = _MUTED_FONT
    fit_note_boxes(sheet)
    sheet.row_dimensions[1].height = 22
    sheet.freeze_panes = f"{get_column_letter(tab.frozen_columns + 1)}2"


def fit_note_boxes(sheet: Worksheet) -> None:
    """Fit the box of each note to its text. openpyxl reads the texts of notes and not their size."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment:
                lines = sum(len(line) // 34 + 1 for line in cell.comment.text.splitlines())
                cell.comment.width, cell.comment.height = 260, 30 + 18 * lines


def _build_validation(column: InputColumn) -> DataValidation:
    """Return the rule by which Excel checks the cells of a column as people type."""
    if column.choices:
        # A suggestion only: people may use other names.
        validation = DataValidation("list", formula1=f'"{",".join(column.choices)}"', errorStyle="warning")
    elif column.format == "date":
        validation = DataValidation("date", operator="greaterThan", formula1="32874")  # 1990-01-01
    else:
        validation = DataValidation("decimal", operator="greaterThanOrEqual", formula1="0")
        if column.format == "integer":
            validation.type = "whole"
    validation.allow_blank = True
    validation.showErrorMessage = True
    validation.errorTitle = "nrrbot"
    validation.error = column.error_message
    return validation


def _write_heading(sheet: Worksheet, row: int, column: int, text: str | dt.date, below: ColumnFormat) -> ExcelCell:
    cell = _write_cell(sheet, row, column, text, "yyyy-mm")
    cell.font, cell.fill, cell.border = _HEADING_FONT, _HEADING_FILL, _HEADING_BORDER
    cell.alignment = _TEXT_ALIGNMENT if below == "text" else _NUMBER_ALIGNMENT
    return cell


def _write_cell(
    sheet: Worksheet, row: int, column: int, value: Value | Cell, number_format: str = _FORMATS["text"]
) -> ExcelCell:
    """Write one value. A text is always stored as text, whatever its first character."""
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)[:_MAX_TEXT]
        # openpyxl turns "=..." into a formula and "#REF!" into an error. The quote prefix prevents that Excel does the
        # same later, when a person opens and leaves the cell.
        cell.data_type = "s"
        cell.alignment = _TEXT_ALIGNMENT
        if value.startswith(("=", "+", "-", "@")):
            cell.quotePrefix = True
    elif isinstance(value, Link):
        cell = _write_cell(sheet, row, column, value.text)
        # An address of the internet is that of a Google Sheet, whose tabs are not written into a file.
        if value.address.startswith("#"):
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=value.address[1:])
            cell.font = _LINK_FONT
    elif isinstance(value, OwnFormula):
        cell.number_format = number_format
        cell.value = "=" + value.text.replace(";", ",")
    elif isinstance(value, Missing):
        cell.number_format = number_format
        cell.value, cell.data_type = value.value, "e"
    elif value is not None:
        # The format goes first: otherwise openpyxl adds its default date format, and the next rewrite differs.
        cell.number_format = number_format
        cell.value = value
    return cell  # type: ignore[no-any-return] # never merged: the sheet is new


def _choose_number_format(name: ColumnFormat, decimals: int = 2) -> str:
    if name == "money":
        return "#,##0." + "0" * decimals if decimals else "#,##0"
    return _FORMATS[name]


def _format_text(value: Value) -> str:
    return "" if value is None else value.value if isinstance(value, Missing) else str(value)
