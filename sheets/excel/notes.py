"""The bot's notes on cells as comments of an .xlsx file: by the author `nrrbot`, and with our prefix.

The template's comments are by that author too and have no prefix: they explain headings, and stay.
"""

from __future__ import annotations

from collections.abc import Sequence

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment

from sheets.excel.tab_writer import MARK
from sheets.workbook.notes import is_ours
from sheets.workbook.port import Note, Noted

AUTHOR = "nrrbot"


def put_notes(book: openpyxl.Workbook, notes: Sequence[Note]) -> Noted:
    """Make `notes` the notes of ours in the tabs of others, and return what that came to."""
    standing = removed = 0
    for sheet in book.worksheets:
        if MARK in sheet.defined_names:
            continue
        wanted = {(note.row + 1, note.column + 1): note.text for note in notes if note.tab == sheet.title}
        # Not iter_rows, which makes the cells that are not there.
        for place, cell in list(sheet._cells.items()):  # noqa: SLF001
            if cell.comment and cell.comment.author == AUTHOR and is_ours(cell.comment.text):
                if wanted.get(place) != cell.comment.text:
                    cell.comment = None
                removed += place not in wanted
        for (row, column), text in wanted.items():
            cell = sheet.cell(row, column)
            # Of merged cells only the first can have a note.
            if isinstance(cell, Cell) and cell.comment is None:
                cell.comment = Comment(text, AUTHOR)
            standing += bool(cell.comment and cell.comment.text == text)
    return Noted(standing, removed, len(notes) - standing)
