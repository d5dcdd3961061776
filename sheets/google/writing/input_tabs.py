"""The batchUpdate requests that create an input tab in a Google Sheet. Sends nothing.

The tab gets no mark of the bot: people edit it and the bot reads it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sheets.google.writing.batch_requests import Request, encode_cell, encode_number_format
from sheets.workbook.input_tabs import CHECKED_ROWS, InputColumn, InputTab
from sheets.workbook.tables import ColumnFormat

_INK = {"red": 0x1F / 255, "green": 0x3B / 255, "blue": 0x4D / 255}
_WHITE = {"red": 1, "green": 1, "blue": 1}
_GREY = {"red": 0.5, "green": 0.5, "blue": 0.5}
_HEADING: Mapping[str, Any] = {
    "backgroundColorStyle": {"rgbColor": _INK},
    "textFormat": {"bold": True, "foregroundColorStyle": {"rgbColor": _WHITE}},
}
_EXAMPLE: Mapping[str, Any] = {"textFormat": {"italic": True, "foregroundColorStyle": {"rgbColor": _GREY}}}
_PIXELS_PER_CHARACTER = 8


def build_input_tab(tab: InputTab, sheet_id: int) -> Iterator[Request]:
    """Yield the requests that create and fill a tab: headings with notes, formats, checks, rows, widths."""
    columns = len(tab.columns)
    grid = {
        "rowCount": CHECKED_ROWS,
        "columnCount": columns,
        "frozenRowCount": 1,
        "frozenColumnCount": tab.frozen_columns,
    }
    yield {"addSheet": {"properties": {"sheetId": sheet_id, "title": tab.title, "gridProperties": grid}}}
    for column, input_column in enumerate(tab.columns):
        area = {
            "sheetId": sheet_id,
            "startRowIndex": 1,
            "endRowIndex": CHECKED_ROWS,
            "startColumnIndex": column,
            "endColumnIndex": column + 1,
        }
        style = {"userEnteredFormat": {"numberFormat": _choose_number_format(input_column.format)}}
        yield {"repeatCell": {"range": area, "cell": style, "fields": "userEnteredFormat.numberFormat"}}
        if input_column.error_message:
            yield {"setDataValidation": {"range": area, "rule": _build_validation(input_column)}}
        span = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}
        size = {"pixelSize": _PIXELS_PER_CHARACTER * max(input_column.width, len(str(input_column.heading)) + 4)}
        yield {"updateDimensionProperties": {"range": span, "properties": size, "fields": "pixelSize"}}
    start = {"sheetId": sheet_id, "rowIndex": 0, "columnIndex": 0}
    row = {"values": [_encode_heading(input_column) for input_column in tab.columns]}
    yield {"updateCells": {"start": start, "rows": [row], "fields": "userEnteredValue,userEnteredFormat,note"}}
    if tab.rows:
        rows = [{"values": [encode_cell(value) for value in values]} for values in tab.rows]
        yield {"updateCells": {"start": {**start, "rowIndex": 1}, "rows": rows, "fields": "userEnteredValue"}}
    if tab.has_example:
        area = {"sheetId": sheet_id, "startRowIndex": 1, "endRowIndex": 2}
        yield {"repeatCell": {"range": area, "cell": {"userEnteredFormat": _EXAMPLE},
                              "fields": "userEnteredFormat.textFormat"}}  # fmt: skip


def _encode_heading(column: InputColumn) -> Mapping[str, Any]:
    month = {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm"}} if isinstance(column.heading, dt.date) else {}
    note = {"note": column.note} if column.note else {}
    return {**encode_cell(column.heading), "userEnteredFormat": {**_HEADING, **month}, **note}


def _choose_number_format(kind: ColumnFormat) -> Mapping[str, str]:
    return {"type": "PERCENT", "pattern": "0%"} if kind == "percent" else encode_number_format(kind, 2)


def _build_validation(column: InputColumn) -> Mapping[str, Any]:
    """Return the rule by which Google checks the cells of a column as people type.

    Its conditions are the same in every locale; a formula or a typed date would not be.
    """
    if column.choices:
        # A suggestion only: people may use other names.
        choices = [{"userEnteredValue": choice} for choice in column.choices]
        condition: Mapping[str, Any] = {"type": "ONE_OF_LIST", "values": choices}
    elif column.format == "date":
        condition = {"type": "DATE_IS_VALID"}
    else:
        condition = {"type": "NUMBER_GREATER_THAN_EQ", "values": [{"userEnteredValue": "0"}]}
    strict = not column.choices
    return {"condition": condition, "inputMessage": column.error_message, "strict": strict, "showCustomUi": True}
