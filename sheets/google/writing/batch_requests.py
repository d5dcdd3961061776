"""The batchUpdate requests that write the bot's tables into a Google Sheet. Sends nothing.

All requests can be sent twice: they fill a tab from its first to its last cell and cut its grid to the table.
"""

from __future__ import annotations

import datetime as dt
import itertools
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from sheets.workbook.colours import (
    ABOVE_COLOUR,
    BELOW_COLOUR,
    GUIDE_COLOURS,
    HEADING_COLOUR,
    INSIDE_COLOUR,
    LINE_COLOURS,
    MUTED_COLOUR,
)
from sheets.workbook.tables import ColumnFormat, Link, Missing, OwnFormula, Table, Value

# The developer metadata that marks a bot's tab. Its value is the table's title, so a renamed tab is recognised too.
TAB_MARK = "nrrbot.table"

# Google advises 2 MB a request (https://developers.google.com/workspace/sheets/api/limits).
PAYLOAD_BYTES = 2_000_000
MAX_TEXT = 50_000
SERIAL_EPOCH = dt.date(1899, 12, 30)

Request = dict[str, Any]

# A Decimal is written digit for digit as a JSON number: no float on the way.
_encoder = msgspec.json.Encoder(decimal_format="number")


def add_tab(table: Table, sheet_id: int) -> list[Request]:
    """Return the requests that create a tab for `table` with the bot's mark."""
    return [
        {
            "addSheet": {
                "properties": {
                    "sheetId": sheet_id,
                    "title": table.title,
                    "gridProperties": _build_grid_properties(table),
                }
            }
        },
        {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataKey": TAB_MARK,
                    "metadataValue": table.title,
                    "location": {"sheetId": sheet_id},
                    "visibility": "DOCUMENT",
                }
            }
        },
    ]


def resize_tab(table: Table, sheet_id: int) -> Request:
    """Return the request that cuts a bot's tab to the size of `table`, so that no older rows remain."""
    fields = ",".join(f"gridProperties.{name}" for name in _build_grid_properties(table))
    return {
        "updateSheetProperties": {
            "properties": {"sheetId": sheet_id, "gridProperties": _build_grid_properties(table)},
            "fields": fields,
        }
    }


def format_table(table: Table, sheet_id: int) -> Iterator[Request]:
    """Yield the requests for the formats: reset the tab, then format the lines above, the headings and the columns."""
    yield _repeat_cell({"sheetId": sheet_id}, {}, "userEnteredFormat")
    muted = {"textFormat": {"italic": True, "foregroundColorStyle": encode_colour(MUTED_COLOUR)}}
    yield _repeat_cell(
        {"sheetId": sheet_id, "endRowIndex": table.header_row_count - 1}, muted, "userEnteredFormat.textFormat"
    )
    if table.date_lines:
        dates = _build_grid_range(sheet_id, 1 + len(table.note_lines), table.header_row_count - 1, 1, 2)
        day = {"numberFormat": encode_number_format("date", 0), "horizontalAlignment": "LEFT"}
        yield _repeat_cell(dates, day, "userEnteredFormat(numberFormat,horizontalAlignment)")
    for column, (heading, kind) in enumerate(zip(table.headings, table.formats, strict=True)):
        if heading:
            cell = _build_grid_range(sheet_id, table.header_row_count - 1, table.header_row_count, column, column + 1)
            yield _repeat_cell(
                cell, _build_heading_format(kind), f"userEnteredFormat({','.join(_build_heading_format(kind))})"
            )
        if table.rows and kind != "any":
            below = _build_grid_range(
                sheet_id, table.header_row_count, table.header_row_count + len(table.rows), column, column + 1
            )
            yield _repeat_cell(
                below, {"numberFormat": encode_number_format(kind, table.decimals)}, "userEnteredFormat.numberFormat"
            )
    yield from _format_groups(table, sheet_id)
    start = 0
    for width, run in itertools.groupby(table.widths):
        end = start + len(list(run))
        columns = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": start, "endIndex": end}
        size = {"range": columns, "properties": {"pixelSize": 7 * width + 5}, "fields": "pixelSize"}
        yield {"updateDimensionProperties": size}
        start = end


def filter_list(table: Table, sheet_id: int) -> Iterator[Request]:
    """Yield the requests that give a list its filter and wrap its texts."""
    if not table.is_list or not table.rows:
        return
    top, bottom, right = table.header_row_count, table.header_row_count + len(table.rows), len(table.headings)
    style = {"wrapStrategy": "WRAP", "verticalAlignment": "TOP"}
    below = _build_grid_range(sheet_id, top, bottom, 0, right)
    yield _repeat_cell(below, style, f"userEnteredFormat({','.join(style)})")
    yield {"setBasicFilter": {"filter": {"range": _build_grid_range(sheet_id, top - 1, bottom, 0, right)}}}


def clear_tab(sheet_id: int, rule_count: int, chart_ids: Iterable[int]) -> Iterator[Request]:
    """Yield the requests that remove the colour rules and charts of an earlier write, before the grid is cut.

    Args:
        sheet_id: the tab.
        rule_count: the number of its rules of conditional formatting.
        chart_ids: the ids of the charts to remove.

    """
    for _ in range(rule_count):
        yield {"deleteConditionalFormatRule": {"sheetId": sheet_id, "index": 0}}
    for chart_id in chart_ids:
        yield {"deleteEmbeddedObject": {"objectId": chart_id}}


def colour_bands(table: Table, sheet_id: int) -> Iterator[Request]:
    """Yield the rules that colour the bands of a table; the tab must have no other rule."""
    index = 0
    for band in table.bands:
        areas = [
            _build_grid_range(
                sheet_id, table.header_row_count + top, table.header_row_count + bottom, column, column + 1
            )
            for top, bottom, column in band.areas
        ]
        rules = (
            ("NUMBER_LESS", [band.low], BELOW_COLOUR),
            ("NUMBER_BETWEEN", [band.low, band.high], INSIDE_COLOUR),
            ("NUMBER_GREATER", [band.high], ABOVE_COLOUR),
        )
        for kind, limits, shade in rules:
            condition = {"type": kind, "values": [{"userEnteredValue": _encode_limit(limit)} for limit in limits]}
            rule = {"condition": condition, "format": {"backgroundColorStyle": encode_colour(shade)}}
            yield {"addConditionalFormatRule": {"rule": {"ranges": areas, "booleanRule": rule}, "index": index}}
            index += 1


def draw_chart(table: Table, sheet_id: int, chart_id: int) -> Iterator[Request]:
    """Yield the request that draws the chart of a table, if the table has one."""
    if table.chart is None:
        return
    chart, top = table.chart, table.header_row_count

    def column(number: int) -> Request:
        return {
            "sourceRange": {
                "sources": [_build_grid_range(sheet_id, top - 1, top + chart.row_count, number, number + 1)]
            }
        }

    axis: Request = {"position": "LEFT_AXIS"}
    if chart.axis_min is not None and chart.axis_max is not None:
        edges = {"viewWindowMin": chart.axis_min, "viewWindowMax": chart.axis_max}
        axis["viewWindowOptions"] = {"viewWindowMode": "EXPLICIT", **edges}
    basic = {
        "chartType": "LINE",
        "legendPosition": "BOTTOM_LEGEND",
        "headerCount": 1,
        "axis": [axis],
        "domains": [{"domain": column(chart.axis_column)}],
        "series": [
            {
                "series": column(number),
                "targetAxis": "LEFT_AXIS",
                "colorStyle": encode_colour(shade),
                "pointStyle": {"shape": "CIRCLE", "size": 5},
            }
            for number, shade in zip(chart.line_columns, LINE_COLOURS, strict=False)
        ]
        + [
            {
                "series": column(number),
                "targetAxis": "LEFT_AXIS",
                "colorStyle": encode_colour(shade),
                "lineStyle": {"type": "MEDIUM_DASHED", "width": 1},
            }
            for number, shade in zip(chart.guide_columns, GUIDE_COLOURS, strict=False)
        ],
    }
    corner = {"sheetId": sheet_id, "rowIndex": top + chart.anchor_row, "columnIndex": chart.anchor_column}
    overlay = {"anchorCell": corner, "widthPixels": chart.width, "heightPixels": chart.height}
    embedded_chart = {
        "chartId": chart_id,
        "spec": {"title": chart.title, "altText": chart.title, "basicChart": basic},
        "position": {"overlayPosition": overlay},
    }
    yield {"addChart": {"chart": embedded_chart}}


def fill_tab(table: Table, sheet_id: int) -> Iterator[Request]:
    """Yield the requests that fill a tab, each at most half of the payload that Google advises."""
    above: list[Sequence[Value]] = [[line] for line in (table.notice, *table.note_lines)]
    above += [(line.label, line.day) for line in table.date_lines]
    rows: list[Sequence[Value]] = [*above, [heading or None for heading in table.headings], *table.rows]
    rows += [[]] * (_build_grid_properties(table)["rowCount"] - len(rows))
    fields = "userEnteredValue" + (",userEnteredFormat.textFormat.link" if table.has_links else "")
    start, size = 0, 0
    block: list[msgspec.Raw] = []
    for number, row in enumerate(rows):
        line = _encoder.encode({"values": [encode_cell(value) for value in row]})
        if block and size + len(line) > PAYLOAD_BYTES // 2:
            yield _update_cells(sheet_id, start, block, fields)
            start, size, block = number, 0, []
        block.append(msgspec.Raw(line))
        size += len(line) + 1
    yield _update_cells(sheet_id, start, block, fields)


def split_payloads(requests: Iterable[Request]) -> Iterator[bytes]:
    """Yield the bodies of as few batchUpdate calls as the payload limit allows. Google applies a body wholly or not."""
    batch: list[msgspec.Raw] = []
    size = 0
    for request in requests:
        encoded = _encoder.encode(request)
        if batch and size + len(encoded) > PAYLOAD_BYTES:
            yield _encoder.encode({"requests": batch})
            batch, size = [], 0
        batch.append(msgspec.Raw(encoded))
        size += len(encoded) + 1
    if batch:
        yield _encoder.encode({"requests": batch})


def encode_batch(requests: Iterable[Request]) -> bytes:
    """Return the body of one batchUpdate call with all of these requests."""
    return _encoder.encode({"requests": list(requests)})


def encode_cell(value: Value) -> Request:
    """Return a value as CellData. Text is always written as text: "=A1" never becomes a formula.

    Formulas are constants of the bot: =NA(), as Google takes no error as a value, and those of NRR Board.
    """
    if value is None:
        return {}
    if isinstance(value, Link):
        text: Request = {"userEnteredValue": {"stringValue": value.text[:MAX_TEXT]}}
        # A place in a file means nothing here.
        is_address = not value.address.startswith("#")
        link = {"userEnteredFormat": {"textFormat": {"link": {"uri": value.address}}}}
        return {**text, **(link if is_address else {})}
    if isinstance(value, OwnFormula):
        return {"userEnteredValue": {"formulaValue": f"={value.text}"}}
    if isinstance(value, Missing):
        return {"userEnteredValue": {"formulaValue": "=NA()"}}
    if isinstance(value, str):
        return {"userEnteredValue": {"stringValue": value[:MAX_TEXT]}}
    if isinstance(value, dt.date):
        return {"userEnteredValue": {"numberValue": (value - SERIAL_EPOCH).days}}
    return {"userEnteredValue": {"numberValue": value}}


def encode_number_format(kind: ColumnFormat, decimals: int) -> Mapping[str, str]:
    """Return the NumberFormat of a column."""
    formats: Mapping[ColumnFormat, tuple[str, str]] = {
        "any": ("TEXT", "@"),
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


def encode_colour(code: str) -> Request:
    """Return a colour, given as six hexadecimal digits, as a ColorStyle."""
    parts = zip(("red", "green", "blue"), bytes.fromhex(code), strict=True)
    return {"rgbColor": {name: round(part / 255, 4) for name, part in parts}}


def choose_free_id(title: str, used_ids: Collection[int]) -> int:
    """Return an id for a new tab or chart: always the same for a title, unless it is in use."""
    number = zlib.crc32(title.encode()) & 0x7FFFFFFF
    while number in used_ids:
        number = (number + 1) & 0x7FFFFFFF
    return number


def _build_grid_properties(table: Table) -> dict[str, int]:
    # Google refuses a tab with all rows frozen, so an empty table keeps one row below its headings.
    height, width = table.header_row_count + max(1, len(table.rows)), max(1, len(table.headings))
    # All columns must not be frozen either: a person may have frozen some when the tab was wider.
    frozen = {"frozenRowCount": table.header_row_count, "frozenColumnCount": min(table.frozen_columns, width - 1)}
    return {"rowCount": height, "columnCount": width, **frozen}


def _build_grid_range(sheet_id: int, top: int, bottom: int, left: int, right: int) -> dict[str, int]:
    edges = {"startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": left, "endColumnIndex": right}
    return {"sheetId": sheet_id, **edges}


def _build_heading_format(below: ColumnFormat) -> Request:
    """Return the format of the heading over a column with the format `below`."""
    return {
        "textFormat": {"bold": True, "foregroundColorStyle": encode_colour("FFFFFF")},
        "backgroundColorStyle": encode_colour(HEADING_COLOUR),
        "horizontalAlignment": "LEFT" if below == "text" else "RIGHT",
        "verticalAlignment": "MIDDLE",
        "wrapStrategy": "WRAP",
    }


def _format_groups(table: Table, sheet_id: int) -> Iterator[Request]:
    """Yield the formats of the totals and of the first row of each group."""
    if table.group_starts:
        totals = _build_grid_range(
            sheet_id, table.header_row_count, table.header_row_count + table.group_starts[0], 0, table.main_column_count
        )
        yield _repeat_cell(totals, {"textFormat": {"bold": True}}, "userEnteredFormat.textFormat.bold")
    for row in table.bold_rows:
        area = _build_grid_range(
            sheet_id, table.header_row_count + row, table.header_row_count + row + 1, 0, table.main_column_count
        )
        yield _repeat_cell(area, {"textFormat": {"bold": True}}, "userEnteredFormat.textFormat.bold")
    for row in table.group_starts:
        first = _build_grid_range(
            sheet_id, table.header_row_count + row, table.header_row_count + row + 1, 0, table.main_column_count
        )
        line = {"borders": {"top": {"style": "SOLID", "colorStyle": encode_colour(MUTED_COLOUR)}}}
        yield _repeat_cell(first, line, "userEnteredFormat.borders.top")


def _encode_limit(value: Decimal) -> str:
    """Return a number as a fraction in a formula: Google would read "0.8" by the decimal separator of the locale."""
    numerator, denominator = value.as_integer_ratio()
    return f"={numerator}/{denominator}"


def _repeat_cell(area: Mapping[str, int], style: Mapping[str, Any], fields: str) -> Request:
    return {"repeatCell": {"range": area, "cell": {"userEnteredFormat": style}, "fields": fields}}


def _update_cells(sheet_id: int, start: int, block: Sequence[msgspec.Raw], fields: str) -> Request:
    # The range has no columns: Google clears the cells of its rows that get no value.
    area = {"sheetId": sheet_id, "startRowIndex": start, "endRowIndex": start + len(block)}
    return {"updateCells": {"range": area, "rows": block, "fields": fields}}
