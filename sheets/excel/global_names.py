"""The names of a table in the whole workbook: the ranges that formulas of people look up, and the functions NRR, GRR.

A function is a LAMBDA in a name, stored as Excel does it: `_xlfn.` before a function that is newer than the file
format, `_xlpm.` before a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from openpyxl.utils import get_column_letter, quote_sheetname

from sheets.excel.parts.book_part import BookPart
from sheets.workbook.tables import CellRange, Table

# The tab that a reference begins with.
_TAB = re.compile(r"'((?:[^']|'')+)'!|([^\s'!(),;&]+)!")
_LAMBDA = "_xlfn.LAMBDA("


def write_global_names(book: BookPart, tables: Mapping[str, Table]) -> None:
    """Write the names of `tables`, each under the title of its tab. A name that people gave to other cells stays."""
    # Case does not count in a name.
    present = {name.casefold(): (name, text) for name, text in book.global_names().items()}
    bot_tabs = {sheet.title.casefold() for sheet in book.sheets() if sheet.is_marked}
    changes = dict[str, str | None]()
    for title, table in tables.items():
        for name, text in list_global_names(title, table):
            old_name, old = present.get(name.casefold(), (name, None))
            if old != text and (old is None or _is_own(old, bot_tabs)):
                changes[old_name] = text
    book.change_global_names(changes)


def list_global_names(title: str, table: Table) -> Iterator[tuple[str, str | None]]:
    """Yield each name of a table in the tab `title`, and its text; None for a name that the tab no longer has."""
    for name, cells in table.list_names():
        yield name, None if cells is None else f"{quote_sheetname(title)}!{_format_range(cells)}"
    if table.lookup:
        keys = [name for name, column in table.lookup.key_columns.items() if column is not None]
        for function, column in table.lookup.functions.items():
            yield function, build_lambda(keys, column)


def build_lambda(keys: list[str], column: str) -> str:
    """Return the function (segment, period) -> the figure in the named column `column`, or #N/A.

    The segment is a value of any dimension, a key such as `region|dach`, or "" for the whole company. As in a question,
    the column Segment goes first, and a size gives way to any column with the same value. A value in several other
    columns is #N/A: which one is meant is unknown. A period may be a date, as Excel makes one of 2026-09.

    Args:
        keys: the named columns that may have the key.
        column: the named column of the figures.

    """
    is_hit = "+".join(f"(RIGHT({key},LEN(_xlpm.tail))=_xlpm.tail)" for key in keys)
    is_segment = "+".join(f'({key}="segment"&_xlpm.tail)' for key in keys)
    steps = {
        "when": 'IF(ISNUMBER(_xlpm.period),YEAR(_xlpm.period)&"-"&RIGHT("0"&MONTH(_xlpm.period),2),_xlpm.period)',
        "tail": 'IF(ISNUMBER(FIND("|",_xlpm.segment)),"","|")&_xlpm.segment&"|"&_xlpm.when',
        "hit": f"SIGN({is_hit})",
        "first": f"SIGN({is_segment})",
        "own": f'_xlpm.hit*(LEFT({keys[0]},5)<>"size|")',
        "place": "IF(SUM(_xlpm.first)=1,_xlpm.first,IF(SUM(_xlpm.own)=1,_xlpm.own,_xlpm.hit))",
    }
    named = "".join(f"_xlpm.{name},{formula}," for name, formula in steps.items())
    figure = f"IF(SUM(_xlpm.place)=1,INDEX({column},MATCH(1,_xlpm.place,0)),NA())"
    return f"{_LAMBDA}_xlpm.segment,_xlpm.period,_xlfn.LET({named}{figure}))"


def _format_range(cells: CellRange) -> str:
    top, left, bottom, right = cells
    first, last = f"${get_column_letter(left + 1)}${top + 1}", f"${get_column_letter(right)}${bottom}"
    return first if first == last else f"{first}:{last}"


def _is_own(text: str, bot_tabs: set[str]) -> bool:
    """Tell whether the text of a name is the bot's: a function of the bot, cells of its tabs, or of a deleted tab."""
    # LibreOffice, which has no LAMBDA, keeps it in small letters.
    if text.casefold().startswith(_LAMBDA.casefold()):
        return "NRR_Key" in text
    match = _TAB.match(text)
    title = (match[1] or match[2]).replace("''", "'").casefold() if match else ""
    return title in bot_tabs or "#REF!" in text
