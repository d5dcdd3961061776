"""The batchUpdate requests that write our tables into a Google Sheet. Builds only; sends nothing.

Everything here can be sent twice: a tab is filled from its first to its last cell, and its grid is cut to the table.
"""

from __future__ import annotations

import datetime as dt
import itertools
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from sheets.workbook.tables import ABOVE, ASIDE, BELOW, INK, INSIDE, LINES, ColumnFormat, Table, Value

# The developer metadata that marks a tab as ours; its value is the table's title, so that a renamed tab is known too.
MARK = "nrrbot.table"

# Google advises 2 MB a request (https://developers.google.com/workspace/sheets/api/limits).
PAYLOAD_BYTES = 2_000_000
MAX_TEXT = 50_000
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
    """Yield the requests for the formats: plain everywhere, then the lines above, the headings, one per column."""
    yield _style({"sheetId": sheet_id}, {}, "userEnteredFormat")
    aside = {"textFormat": {"italic": True, "foregroundColorStyle": colour(ASIDE)}}
    yield _style({"sheetId": sheet_id, "endRowIndex": table.top - 1}, aside, "userEnteredFormat.textFormat")
    for column, (heading, kind) in enumerate(zip(table.headings, table.formats, strict=True)):
        if heading:
            cell = _area(sheet_id, table.top - 1, table.top, column, column + 1)
            yield _style(cell, _heading(kind), f"userEnteredFormat({','.join(_heading(kind))})")
        if table.rows:
            below = _area(sheet_id, table.top, table.top + len(table.rows), column, column + 1)
            yield _style(below, {"numberFormat": number_format(kind, table.decimals)}, "userEnteredFormat.numberFormat")
    yield from _groups(table, sheet_id)
    start = 0
    for width, run in itertools.groupby(table.widths):
        end = start + len(list(run))
        columns = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": start, "endIndex": end}
        size = {"range": columns, "properties": {"pixelSize": 7 * width + 5}, "fields": "pixelSize"}
        yield {"updateDimensionProperties": size}
        start = end


def clear(sheet_id: int, rules: int, charts: Iterable[int]) -> Iterator[Request]:
    """Yield the requests that take away what an earlier write laid over a tab of ours, before its grid is cut.

    Args:
        sheet_id: the tab.
        rules: how many rules of conditional formatting it has.
        charts: the ids of the charts to take away.

    """
    for _ in range(rules):
        yield {"deleteConditionalFormatRule": {"sheetId": sheet_id, "index": 0}}
    for chart_id in charts:
        yield {"deleteEmbeddedObject": {"objectId": chart_id}}


def bands(table: Table, sheet_id: int) -> Iterator[Request]:
    """Yield the rules that colour the bands of a table, for a tab that has no rule."""
    index = 0
    for band in table.bands:
        areas = [_area(sheet_id, table.top + top, table.top + end, at, at + 1) for top, end, at in band.areas]
        rules = (
            ("NUMBER_LESS", [band.low], BELOW),
            ("NUMBER_BETWEEN", [band.low, band.high], INSIDE),
            ("NUMBER_GREATER", [band.high], ABOVE),
        )
        for kind, limits, shade in rules:
            condition = {"type": kind, "values": [{"userEnteredValue": _number(limit)} for limit in limits]}
            rule = {"condition": condition, "format": {"backgroundColorStyle": colour(shade)}}
            yield {"addConditionalFormatRule": {"rule": {"ranges": areas, "booleanRule": rule}, "index": index}}
            index += 1


def chart(table: Table, sheet_id: int, chart_id: int) -> Iterator[Request]:
    """Yield the request that draws the chart of a table, if it has one."""
    if table.chart is None:
        return
    drawn, top = table.chart, table.top

    def column(number: int) -> Request:
        return {"sourceRange": {"sources": [_area(sheet_id, top - 1, top + drawn.rows, number, number + 1)]}}

    window = {"viewWindowMode": "EXPLICIT", "viewWindowMin": drawn.low, "viewWindowMax": drawn.high}
    basic = {
        "chartType": "LINE",
        "legendPosition": "BOTTOM_LEGEND",
        "headerCount": 1,
        "axis": [{"position": "LEFT_AXIS", "viewWindowOptions": window}],
        "domains": [{"domain": column(drawn.axis)}],
        "series": [
            {
                "series": column(number),
                "targetAxis": "LEFT_AXIS",
                "colorStyle": colour(shade),
                "pointStyle": {"shape": "CIRCLE", "size": 5},
            }
            for number, shade in zip(drawn.lines, LINES, strict=False)
        ],
    }
    corner = {"sheetId": sheet_id, "rowIndex": top, "columnIndex": drawn.place}
    overlay = {"anchorCell": corner, "widthPixels": drawn.width, "heightPixels": drawn.height}
    made = {
        "chartId": chart_id,
        "spec": {"title": drawn.title, "altText": drawn.title, "basicChart": basic},
        "position": {"overlayPosition": overlay},
    }
    yield {"addChart": {"chart": made}}


def values(table: Table, sheet_id: int) -> Iterator[Request]:
    """Yield the requests that fill a tab, each well under the payload that Google advises."""
    above = [[line] for line in (table.notice, *table.notes)]
    rows: list[Sequence[Value]] = [*above, [heading or None for heading in table.headings], *table.rows]
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
        "rate": ("NUMBER", "0.0000##"),
        "money": ("NUMBER", "#,##0" + ("." + "0" * decimals if decimals else "")),
        "percent": ("PERCENT", "0.0%"),
        "date": ("DATE", "yyyy-mm-dd"),
        "month": ("DATE", "mmm yyyy"),
    }
    name, pattern = formats[kind]
    return {"type": name, "pattern": pattern}


def colour(code: str) -> Request:
    """Return red-green-blue as six hexadecimal digits as a ColorStyle."""
    parts = zip(("red", "green", "blue"), bytes.fromhex(code), strict=True)
    return {"rgbColor": {name: round(part / 255, 4) for name, part in parts}}


def free_id(title: str, taken: Collection[int]) -> int:
    """Return an id for a new tab or a chart: the same for the same title, unless another has it."""
    number = zlib.crc32(title.encode()) & 0x7FFFFFFF
    while number in taken:
        number = (number + 1) & 0x7FFFFFFF
    return number


def _grid(table: Table) -> dict[str, int]:
    # Google refuses a tab whose rows are all frozen, so an empty table keeps one row below its headings.
    height, width = table.top + max(1, len(table.rows)), max(1, len(table.headings))
    # Nor may all columns be frozen, which they could be in a tab that was wider when someone froze some.
    frozen = {"frozenRowCount": table.top, "frozenColumnCount": min(table.frozen, width - 1)}
    return {"rowCount": height, "columnCount": width, **frozen}


def _area(sheet_id: int, top: int, bottom: int, left: int, right: int) -> dict[str, int]:
    edges = {"startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": left, "endColumnIndex": right}
    return {"sheetId": sheet_id, **edges}


def _heading(below: ColumnFormat) -> Request:
    """Return the format of a heading over a column of that format."""
    return {
        "textFormat": {"bold": True, "foregroundColorStyle": colour("FFFFFF")},
        "backgroundColorStyle": colour(INK),
        "horizontalAlignment": "LEFT" if below == "text" else "RIGHT",
        "verticalAlignment": "MIDDLE",
        "wrapStrategy": "WRAP",
    }


def _groups(table: Table, sheet_id: int) -> Iterator[Request]:
    """Yield the formats of the totals and of the first row of each group."""
    if table.groups:
        totals = _area(sheet_id, table.top, table.top + table.groups[0], 0, table.lead)
        yield _style(totals, {"textFormat": {"bold": True}}, "userEnteredFormat.textFormat.bold")
    for row in table.groups:
        first = _area(sheet_id, table.top + row, table.top + row + 1, 0, table.lead)
        line = {"borders": {"top": {"style": "SOLID", "colorStyle": colour(ASIDE)}}}
        yield _style(first, line, "userEnteredFormat.borders.top")


def _number(value: Decimal) -> str:
    """Return a number as a formula of whole numbers: as text it would be read with the sheet's own decimal comma."""
    over, under = value.as_integer_ratio()
    return f"={over}/{under}"


def _style(area: Mapping[str, int], style: Mapping[str, Any], fields: str) -> Request:
    return {"repeatCell": {"range": area, "cell": {"userEnteredFormat": style}, "fields": fields}}


def _fill(sheet_id: int, start: int, block: Sequence[msgspec.Raw]) -> Request:
    # Columns are left open: cells of the range for which no value is given are cleared.
    area = {"sheetId": sheet_id, "startRowIndex": start, "endRowIndex": start + len(block)}
    return {"updateCells": {"range": area, "rows": block, "fields": "userEnteredValue"}}
