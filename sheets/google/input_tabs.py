"""The batchUpdate requests that make an input tab in a Google Sheet. Builds only; sends nothing.

The tab gets no mark of ours: it is people's from then on, and is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sheets.google.batch_requests import Request, cell, number_format
from sheets.workbook.input_tabs import CHECKED_ROWS, Heading, Sheet
from sheets.workbook.tables import ColumnFormat

_INK = {"red": 0x1F / 255, "green": 0x3B / 255, "blue": 0x4D / 255}
_WHITE = {"red": 1, "green": 1, "blue": 1}
_GREY = {"red": 0.5, "green": 0.5, "blue": 0.5}
_HEADING: Mapping[str, Any] = {
    "backgroundColorStyle": {"rgbColor": _INK},
    "textFormat": {"bold": True, "foregroundColorStyle": {"rgbColor": _WHITE}},
}
_EXAMPLE: Mapping[str, Any] = {"textFormat": {"italic": True, "foregroundColorStyle": {"rgbColor": _GREY}}}
_PIXELS = 8  # of a character


def make(tab: Sheet, sheet_id: int) -> Iterator[Request]:
    """Yield the requests that make a tab and fill it: headings with notes, formats, checks, rows, widths."""
    columns = len(tab.headings)
    grid = {
        "rowCount": CHECKED_ROWS,
        "columnCount": columns,
        "frozenRowCount": 1,
        "frozenColumnCount": tab.frozen,
    }
    yield {"addSheet": {"properties": {"sheetId": sheet_id, "title": tab.title, "gridProperties": grid}}}
    for column, heading in enumerate(tab.headings):
        area = {
            "sheetId": sheet_id,
            "startRowIndex": 1,
            "endRowIndex": CHECKED_ROWS,
            "startColumnIndex": column,
            "endColumnIndex": column + 1,
        }
        style = {"userEnteredFormat": {"numberFormat": _number_format(heading.format)}}
        yield {"repeatCell": {"range": area, "cell": style, "fields": "userEnteredFormat.numberFormat"}}
        if heading.refusal:
            yield {"setDataValidation": {"range": area, "rule": _check(heading)}}
        span = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}
        size = {"pixelSize": _PIXELS * max(heading.width, len(str(heading.text)) + 4)}
        yield {"updateDimensionProperties": {"range": span, "properties": size, "fields": "pixelSize"}}
    start = {"sheetId": sheet_id, "rowIndex": 0, "columnIndex": 0}
    row = {"values": [_heading(heading) for heading in tab.headings]}
    yield {"updateCells": {"start": start, "rows": [row], "fields": "userEnteredValue,userEnteredFormat,note"}}
    if tab.rows:
        rows = [{"values": [cell(value) for value in values]} for values in tab.rows]
        yield {"updateCells": {"start": {**start, "rowIndex": 1}, "rows": rows, "fields": "userEnteredValue"}}
    if tab.example:
        area = {"sheetId": sheet_id, "startRowIndex": 1, "endRowIndex": 2}
        yield {"repeatCell": {"range": area, "cell": {"userEnteredFormat": _EXAMPLE},
                              "fields": "userEnteredFormat.textFormat"}}  # fmt: skip


def _heading(heading: Heading) -> Mapping[str, Any]:
    month = {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm"}} if isinstance(heading.text, dt.date) else {}
    note = {"note": heading.note} if heading.note else {}
    return {**cell(heading.text), "userEnteredFormat": {**_HEADING, **month}, **note}


def _number_format(kind: ColumnFormat) -> Mapping[str, str]:
    return {"type": "PERCENT", "pattern": "0%"} if kind == "percent" else number_format(kind, 2)


def _check(heading: Heading) -> Mapping[str, Any]:
    """Return what Google should check of the cells under a heading as people type.

    Only conditions that read the same in every locale: a formula or a typed date would not.
    """
    if heading.choices:
        # A suggestion: who has other names for things may use them.
        choices = [{"userEnteredValue": choice} for choice in heading.choices]
        condition: Mapping[str, Any] = {"type": "ONE_OF_LIST", "values": choices}
    elif heading.format == "date":
        condition = {"type": "DATE_IS_VALID"}
    else:
        condition = {"type": "NUMBER_GREATER_THAN_EQ", "values": [{"userEnteredValue": "0"}]}
    strict = not heading.choices
    return {"condition": condition, "inputMessage": heading.refusal, "strict": strict, "showCustomUi": True}
