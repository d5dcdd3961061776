"""Writes single cells into a tab of people: values, number formats and links. All other cells keep their bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import get_args

from sheets.excel.part_writer import build_book, merge_generated_styles
from sheets.excel.parts.book_part import BookPart, Sheet
from sheets.excel.parts.elements import escape, parse_elements, remove_illegal_characters
from sheets.excel.parts.package_parts import Package
from sheets.excel.parts.sheet_cells import CellPosition, put_cells
from sheets.excel.tab_writer import TAB_MARK
from sheets.workbook.a1 import column_letters
from sheets.workbook.tables import CellRun, ColumnFormat, Link, Missing, OwnFormula, Table, Value

_DAY_ZERO = dt.date(1899, 12, 30)
_MAX_TEXT = 32_767
# A text that Excel would take for a formula once a person edits its cell.
_QUOTED = ("=", "+", "-", "@")
# The name of a style -> a value that has it.
_SAMPLES: Mapping[str, Value] = {
    **dict.fromkeys(get_args(ColumnFormat), Decimal(0)),
    "text": "x",
    "any": "x",
    "quoted": "=",
    "link": Link("x", "#'-'!A1"),
}


def write_cells(package: Package, book: BookPart, sheet: Sheet, runs: Sequence[CellRun], decimals: int) -> None:
    """Write runs of cells into a sheet; `decimals` are those of money."""
    styles = _add_styles(package, book, decimals)
    content = package.read(sheet.part)
    prefix = parse_elements(content).prefix
    cells: dict[CellPosition, str] = {}
    for run in runs:
        for column, (value, name) in enumerate(run.cells, run.column):
            style = styles[_choose_style(value, name)]
            address = f"{column_letters(column)}{run.row + 1}"
            cells[run.row, column] = _encode_cell(prefix, f'r="{address}" s="{style}"', value)
    package.put(sheet.part, put_cells(content, cells))
    book.forget_formulas(sheet)
    book.request_calculation()


def _add_styles(package: Package, book: BookPart, decimals: int) -> dict[str, int]:
    """Add the styles of the bot's cells to the workbook; return name -> index."""
    formats: list[ColumnFormat] = [name if name in get_args(ColumnFormat) else "text" for name in _SAMPLES]  # type: ignore[misc] # checked
    names, values = list(_SAMPLES), list(_SAMPLES.values())
    source = build_book([Table("Styles", "", names, formats, [values], decimals, is_list=True)])
    source_book = BookPart(source, TAB_MARK)
    [generated] = [sheet for sheet in source_book.sheets() if sheet.is_marked]
    merged, _ = merge_generated_styles(package, book, source, source_book, [source.read(generated.part)])
    data = parse_elements(source.read(generated.part)).find("sheetData")
    row = data.children[-1] if data else None
    return {name: merged[int(cell.get("s"))] for name, cell in zip(names, row.children if row else (), strict=True)}


def _choose_style(value: Value, name: ColumnFormat) -> str:
    if isinstance(value, Link):
        return "link"
    return "quoted" if isinstance(value, str) and value.startswith(_QUOTED) else name


def _encode_cell(prefix: str, attributes: str, value: Value) -> str:
    """Return a cell as XML. A text is text, whatever its first character."""
    tag = f"{prefix}c {attributes}"
    if isinstance(value, Link):
        return _encode_link(prefix, tag, value)
    if isinstance(value, OwnFormula):
        formula = value.text.replace(";", ",")
        return f"<{tag}><{prefix}f>{escape(formula)}</{prefix}f></{prefix}c>"
    if isinstance(value, str):
        text = escape(remove_illegal_characters(value)[:_MAX_TEXT])
        inner = f'<{prefix}is><{prefix}t xml:space="preserve">{text}</{prefix}t></{prefix}is>'
        return f'<{tag} t="inlineStr">{inner}</{prefix}c>'
    if isinstance(value, Missing):
        return f'<{tag} t="e"><{prefix}v>{value.value}</{prefix}v></{prefix}c>'
    if isinstance(value, dt.date):
        return f"<{tag}><{prefix}v>{(value - _DAY_ZERO).days}</{prefix}v></{prefix}c>"
    if value is None:
        return f"<{tag}/>"
    number = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return f"<{tag}><{prefix}v>{number}</{prefix}v></{prefix}c>"


def _encode_link(prefix: str, tag: str, link: Link) -> str:
    """Return a link to a place in the file as a formula with its value: one part of the sheet less to edit."""
    address, text = (part.replace('"', '""') for part in (link.address, link.text))
    formula, shown = escape(f'HYPERLINK("{address}","{text}")'), escape(link.text)
    return f'<{tag} t="str"><{prefix}f>{formula}</{prefix}f><{prefix}v>{shown}</{prefix}v></{prefix}c>'
