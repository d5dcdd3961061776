"""The methods of the loopback Google server, in one literal table: what each one answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

from tests.support.google.batch import apply
from tests.support.google.schema import Api, Json, Method
from tests.support.google.state import Area, Spreadsheet, cell_text_limit, invalid, matrix, range_name, sheets_of

Service = Literal["sheets", "drive", "token"]


@dataclass(frozen=True)
class Request:
    """A call that a method was found for: its parameters, still to be checked, and its body as it came."""

    service: Service
    document: Api
    method: Method
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    authorization: str
    body: bytes

    def one(self, name: str) -> str:
        return self.query.get(name, [""])[0]


def _get(book: Spreadsheet, request: Request, _body: Json) -> Json:
    # A mask that names cells asks for them, with or without includeGridData.
    mask = request.document.mask("Spreadsheet", request.one("fields") or "*")
    cells = mask.get("sheets", {}).get("data", {})
    with_cells = request.one("includeGridData") == "true" or "data" in mask.get("sheets", {})
    answer: Json = {
        "spreadsheetId": book.id,
        "properties": {
            "title": book.title,
            "locale": book.locale,
            "autoRecalc": "ON_CHANGE",
            "timeZone": book.time_zone,
        },
        "sheets": list(sheets_of(book, request.query.get("ranges", []), cells, with_cells=with_cells)),
        "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{book.id}/edit",
    }
    lists = {"developerMetadata": book.metadata, "namedRanges": book.named_ranges}
    return {**answer, **{name: items for name, items in lists.items() if items}}


def _value_range(book: Spreadsheet, text: str, request: Request) -> Json:
    sheet, area = book.locate(text)
    values: list[list[Any]] = matrix(sheet, area, request.one("valueRenderOption") or "FORMATTED_VALUE")
    if request.one("majorDimension") == "COLUMNS":
        width = max(map(len, values), default=0)
        values = [[row[column] if column < len(row) else "" for row in values] for column in range(width)]
        for column in values:
            while column and column[-1] == "":
                column.pop()
    answer: Json = {"range": range_name(sheet, area), "majorDimension": request.one("majorDimension") or "ROWS"}
    return {**answer, "values": values} if values else answer


def _values_get(book: Spreadsheet, request: Request, _body: Json) -> Json:
    return _value_range(book, unquote(request.path["range"]), request)


def _values_batch_get(book: Spreadsheet, request: Request, _body: Json) -> Json:
    ranges = request.query.get("ranges", [])
    answer: Json = {"spreadsheetId": book.id}
    return {**answer, "valueRanges": [_value_range(book, text, request) for text in ranges]} if ranges else answer


def _put(book: Spreadsheet, text: str, values: list[list[Any]], option: str) -> Json:
    """Write a block of values. Only RAW is served: USER_ENTERED would run what someone typed as a name."""
    if option != "RAW":
        raise NotImplementedError(f"valueInputOption={option}")
    sheet, area = book.locate(text)
    if len(values) > area.bottom - area.top or any(len(row) > area.right - area.left for row in values):
        if ":" in text.rpartition("!")[2]:
            raise invalid(f"Requested writing within range [{text}], but tried writing beyond it")
        width = max(map(len, values))
        if area.top + len(values) > sheet.height or area.left + width > sheet.width:
            limits = f"Max rows: {sheet.height}, max columns: {sheet.width}"
            raise invalid(f"Range ({range_name(sheet, area)}) exceeds grid limits. {limits}")
    cell_text_limit(values)
    for offset, row in enumerate(values):
        # null leaves a cell as it is; an empty text clears it.
        old = [sheet.value(area.top + offset, area.left + column) for column in range(len(row))]
        new = [was if value is None else None if value == "" else value for was, value in zip(old, row, strict=True)]
        sheet.set_rows(area.top + offset, area.left, [new])
    book.touch()
    width = max(map(len, values), default=0)
    written = Area(area.top, area.left, area.top + max(len(values), 1), area.left + max(width, 1))
    return {
        "spreadsheetId": book.id,
        "updatedRange": range_name(sheet, written),
        "updatedRows": len(values),
        "updatedColumns": width,
        "updatedCells": sum(map(len, values)),
    }


def _values_update(book: Spreadsheet, request: Request, body: Json) -> Json:
    return _put(book, unquote(request.path["range"]), body.get("values", []), request.one("valueInputOption"))


def _values_batch_update(book: Spreadsheet, _request: Request, body: Json) -> Json:
    option = body.get("valueInputOption", "")
    done = [_put(book, part["range"], part.get("values", []), option) for part in body.get("data", [])]
    return {
        "spreadsheetId": book.id,
        "totalUpdatedCells": sum(part["updatedCells"] for part in done),
        "responses": done,
    }


def _values_append(book: Spreadsheet, request: Request, body: Json) -> Json:
    sheet, area = book.locate(unquote(request.path["range"]))
    values = body.get("values", [])
    filled = len(matrix(sheet, Area(0, 0, sheet.height, sheet.width), "UNFORMATTED_VALUE"))
    sheet.grid["rowCount"] = max(sheet.height, filled + len(values))
    target = range_name(sheet, Area(filled, area.left, filled + 1, area.left + 1))
    return {"spreadsheetId": book.id, "updates": _put(book, target, values, request.one("valueInputOption"))}


def _batch_update(book: Spreadsheet, _request: Request, body: Json) -> Json:
    return {"spreadsheetId": book.id, "replies": apply(book, body.get("requests", []))}


def _drive_get(book: Spreadsheet, _request: Request, _body: Json) -> Json:
    answer: Json = {"kind": "drive#file", "id": book.id, "name": book.title, "mimeType": book.kind}
    answer |= {"version": str(book.version), "lastModifyingUser": {"me": book.last_user == book.asker}}
    return {**answer, "shortcutDetails": book.target} if book.target else answer


SERVED: Mapping[str, Callable[[Spreadsheet, Request, Json], Json]] = {
    "drive.files.get": _drive_get,
    "sheets.spreadsheets.batchUpdate": _batch_update,
    "sheets.spreadsheets.get": _get,
    "sheets.spreadsheets.values.append": _values_append,
    "sheets.spreadsheets.values.batchGet": _values_batch_get,
    "sheets.spreadsheets.values.batchUpdate": _values_batch_update,
    "sheets.spreadsheets.values.get": _values_get,
    "sheets.spreadsheets.values.update": _values_update,
}
READS = frozenset({"sheets.spreadsheets.values.get", "sheets.spreadsheets.values.batchGet"})
