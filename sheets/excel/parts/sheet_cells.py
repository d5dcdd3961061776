"""Cells of a small sheet: some are put in place, and all other bytes of its part stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sheets.excel.parts.elements import Edit, Element, append_content, apply_edits, parse_elements, set_attribute
from sheets.excel.parts.sheet_part import parse_area, parse_cell
from sheets.workbook.a1 import column_letters

# Row and column, counted from 0.
CellPosition = tuple[int, int]


def put_cells(content: bytes, cells: Mapping[CellPosition, str]) -> bytes:
    """Return the part of a sheet with these cells, each a whole element `c`, in the place of those that are there.

    Raises:
        ValueError: it has no cells.
        ExpatError: it is not well-formed.

    """
    root = parse_elements(content)
    data = root.find("sheetData")
    if data is None:
        raise ValueError(root.name)
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), text in sorted(cells.items()):
        by_row.setdefault(row, {})[column] = text
    edits = list(_place_rows(content, data, by_row))
    dimension = root.find("dimension")
    if dimension and dimension.get("ref"):
        edits.append(set_attribute(content, dimension, "ref", _extend_area(dimension.get("ref"), cells)))
    return apply_edits(content, edits)


def _place_rows(content: bytes, data: Element, by_row: Mapping[int, Mapping[int, str]]) -> Iterator[Edit]:
    """Yield the edits of the rows that exist, and then those that add the others."""
    waiting = dict(by_row)
    number = -1
    for row in data.find_all("row"):
        number = int(row.get("r") or number + 2) - 1
        for earlier in [other for other in waiting if other < number]:
            yield Edit(row.start, row.start, _build_row(data.prefix, earlier, waiting.pop(earlier)))
        if number in waiting:
            yield from _place_cells(content, row, dict(waiting.pop(number)))
    if waiting:
        yield append_content(data, b"".join(_build_row(data.prefix, *entry) for entry in waiting.items()))


def _place_cells(content: bytes, row: Element, waiting: dict[int, str]) -> Iterator[Edit]:
    placed, column = list(waiting), -1
    for cell in row.find_all("c"):
        column = parse_cell(cell.get("r"))[1] if cell.get("r") else column + 1
        for earlier in [other for other in waiting if other < column]:
            yield Edit(cell.start, cell.start, waiting.pop(earlier).encode())
        if column in waiting:
            yield Edit(cell.start, cell.end, waiting.pop(column).encode())
    if waiting:
        yield append_content(row, "".join(waiting.values()).encode())
    if row.get("spans"):
        # The first and the last column of a row: a hint that may not be too small.
        first, _, last = row.get("spans").partition(":")
        columns = [int(first), int(last or first), *(other + 1 for other in placed)]
        yield set_attribute(content, row, "spans", f"{min(columns)}:{max(columns)}")


def _build_row(prefix: str, number: int, cells: Mapping[int, str]) -> bytes:
    return f'<{prefix}row r="{number + 1}">{"".join(cells.values())}</{prefix}row>'.encode()


def _extend_area(reference: str, cells: Mapping[CellPosition, str]) -> str:
    top, left, bottom, right = parse_area(reference)
    rows, columns = zip((top, left), (bottom, right), *cells, strict=True)
    first = f"{column_letters(min(columns))}{min(rows) + 1}"
    return f"{first}:{column_letters(max(columns))}{max(rows) + 1}"
