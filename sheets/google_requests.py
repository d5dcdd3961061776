"""The batchUpdate requests that write our tables into a Google Sheet. Builds only; sends nothing.

Everything here can be sent twice: a tab is filled from its first to its last cell, and its grid is cut to the table.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from sheets.workbook import ColumnFormat, Table, Value

# The developer metadata that marks a tab as ours; its value is the table's title, so that a renamed tab is known too.
MARK = "nrrbot.table"

# Google advises 2 MB a request (https://developers.google.com/workspace/sheets/api/limits).
PAYLOAD_BYTES = 2_000_000
MAX_TEXT = 50_000
HEADER_ROWS = 2
SERIAL_EPOCH = dt.date(1899, 12, 30)

Request = dict[str, Any]

# A Decimal is written digit for digit as a JSON number: no float on the way.
_json = msgspec.json.Encoder(decimal_format="number")


def add(table: Table, sheet_id: int) -> list[Request]:
    """Return the requests that make a tab for `table`, marked as ours."""
    return [
        {"addSheet": {"properties": {"sheetId": sheet_id, "title": table.title, "gridProperties": _grid(table)}}},
        {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataKey": MARK,
                    "metadataValue": table.title,
                    "location": {"sheetId": sheet_id},
                    "visibility": "DOCUMENT",
                }
            }
        },
    ]


def resize(table: Table, sheet_id: int) -> Request:
    """Return the request that gives a tab of ours the size of `table`, so that nothing older is left over."""
    fields = ",".join(f"gridProperties.{name}" for name in _grid(table))
    return {
        "updateSheetProperties": {
            "properties": {"sheetId": sheet_id, "gridProperties": _grid(table)},
            "fields": fields,
        }
    }


def styles(table: Table, sheet_id: int) -> Iterator[Request]:
    """Yield the requests for the formats: plain everywhere, then the headings bold, then one format per column."""
    yield _style({"sheetId": sheet_id}, {}, "userEnteredFormat")
    headings = {"sheetId": sheet_id, "startRowIndex": HEADER_ROWS - 1, "endRowIndex": HEADER_ROWS}
    yield _style(headings, {"textFormat": {"bold": True}}, "userEnteredFormat.textFormat.bold")
    if not table.rows:
        return
    for column, kind in enumerate(table.formats):
        body = {
            "sheetId": sheet_id,
            "startRowIndex": HEADER_ROWS,
            "startColumnIndex": column,
            "endColumnIndex": column + 1,
        }
        yield _style(body, {"numberFormat": number_format(kind, table.decimals)}, "userEnteredFormat.numberFormat")


def values(table: Table, sheet_id: int) -> Iterator[Request]:
    """Yield the requests that fill a tab, each well under the payload that Google advises."""
    rows: list[Sequence[Value]] = [[table.notice], table.headings, *table.rows]
    rows += [[]] * (_grid(table)["rowCount"] - len(rows))
    start, size = 0, 0
    block: list[msgspec.Raw] = []
    for number, row in enumerate(rows):
        line = _json.encode({"values": [cell(value) for value in row]})
        if block and size + len(line) > PAYLOAD_BYTES // 2:
            yield _fill(sheet_id, start, block)
            start, size, block = number, 0, []
        block.append(msgspec.Raw(line))
        size += len(line) + 1
    yield _fill(sheet_id, start, block)


def payloads(requests: Iterable[Request]) -> Iterator[bytes]:
    """Yield the bodies of as few batchUpdate calls as the payload limit allows; each is applied wholly or not."""
    batch: list[msgspec.Raw] = []
    size = 0
    for request in requests:
        encoded = _json.encode(request)
        if batch and size + len(encoded) > PAYLOAD_BYTES:
            yield _json.encode({"requests": batch})
            batch, size = [], 0
        batch.append(msgspec.Raw(encoded))
        size += len(encoded) + 1
    if batch:
        yield _json.encode({"requests": batch})


def cell(value: Value) -> Request:
    """Return a value as CellData. Text stays text whatever it looks like: "=A1" is never a formula."""
    if value is None:
        return {}
    if isinstance(value, str):
        return {"userEnteredValue": {"stringValue": value[:MAX_TEXT]}}
    if isinstance(value, dt.date):
        return {"userEnteredValue": {"numberValue": (value - SERIAL_EPOCH).days}}
    return {"userEnteredValue": {"numberValue": value}}


def number_format(kind: ColumnFormat, decimals: int) -> Mapping[str, str]:
    """Return the NumberFormat of a column."""
    formats: Mapping[ColumnFormat, tuple[str, str]] = {
        "text": ("TEXT", "@"),
        "integer": ("NUMBER", "#,##0"),
        "money": ("NUMBER", "#,##0" + ("." + "0" * decimals if decimals else "")),
        "percent": ("PERCENT", "0.0%"),
        "date": ("DATE", "yyyy-mm-dd"),
    }
    name, pattern = formats[kind]
    return {"type": name, "pattern": pattern}


def free_id(title: str, taken: set[int]) -> int:
    """Return a sheetId for a new tab: the same for the same title, unless another tab has it."""
    sheet_id = zlib.crc32(title.encode()) & 0x7FFFFFFF
    while sheet_id in taken:
        sheet_id = (sheet_id + 1) & 0x7FFFFFFF
    return sheet_id


def _grid(table: Table) -> dict[str, int]:
    # Google refuses a tab whose rows are all frozen, so an empty table keeps one row below its headings.
    height = HEADER_ROWS + max(1, len(table.rows))
    # Nor may all columns be frozen, which they could be in a tab that was wider when someone froze some.
    frozen = {"frozenRowCount": HEADER_ROWS, "frozenColumnCount": 0}
    return {"rowCount": height, "columnCount": max(1, len(table.headings)), **frozen}


def _style(area: Mapping[str, int], style: Mapping[str, Any], fields: str) -> Request:
    return {"repeatCell": {"range": area, "cell": {"userEnteredFormat": style}, "fields": fields}}


def _fill(sheet_id: int, start: int, block: Sequence[msgspec.Raw]) -> Request:
    # Columns are left open: cells of the range for which no value is given are cleared.
    area = {"sheetId": sheet_id, "startRowIndex": start, "endRowIndex": start + len(block)}
    return {"updateCells": {"range": area, "rows": block, "fields": "userEnteredValue"}}
