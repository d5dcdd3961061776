"""Titles above repeated months, such as MRR above the first of them and Seats above the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sheets.cells.amount_kinds import read_amount_kind
from sheets.cells.text import LocaleFormat, is_blank, read_text
from sheets.cells.units import MONTH, read_unit_words
from sheets.headers.header_row import HeaderRow
from sheets.workbook.port import Cell

# The titles are at most this many rows above the months.
_ROWS_ABOVE = 3


def leave_out_other_measures(rows: Sequence[Sequence[Cell]], header: HeaderRow) -> HeaderRow:
    """Return a header row without the months below the titles of other measures than MRR.

    It stays as it is if each month is there once, or if no title names MRR or its like.

    Args:
        rows: the first rows of the tab.
        header: the header row.

    """
    months = header.read_months(LocaleFormat())
    if len(set(months.values())) == len(months):
        return header
    for cells in reversed(rows[max(0, header.row - _ROWS_ABOVE) : header.row]):
        titles = _find_titles(cells, sorted(months))
        measures = [title for title in dict.fromkeys(titles.values()) if read_amount_kind(title) == "recurring"]
        if not measures or len(set(titles.values())) < 2:
            continue
        # MRR before ARR.
        chosen = min(measures, key=lambda title: MONTH not in read_unit_words(title, is_heading=True).periods)
        others = {column: title for column, title in titles.items() if title != chosen}
        kept = [month for column, month in months.items() if column not in others]
        if len(set(kept)) == len(kept):
            columns = tuple(column for column in header.others if column not in others)
            return replace(header, others=columns, other_measures=others)
    return header


def _find_titles(cells: Sequence[Cell], columns: Sequence[int]) -> Mapping[int, str]:
    """Return column -> the title above it or to the left; empty if the first column has none, or one is a number."""
    titles: dict[int, str] = {}
    title = ""
    for column in range(columns[0], columns[-1] + 1):
        cell = cells[column] if column < len(cells) else None
        if not is_blank(cell):
            if not isinstance(cell, str):
                return {}
            title = read_text(cell)
        if not title:
            return {}
        if column in columns:
            titles[column] = title
    return titles
