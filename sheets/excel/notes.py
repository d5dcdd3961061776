"""The bot's notes on cells, as comments of an .xlsx file with the author `nrrbot` and the note prefix.

The template's comments, which explain headings, have the same author and no prefix: they stay.
"""

from __future__ import annotations

from collections.abc import Sequence

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment

from sheets.excel.tab_writer import TAB_MARK
from sheets.workbook.notes import is_bot_note
from sheets.workbook.port import Note, NotesResult

AUTHOR = "nrrbot"


def write_notes(book: openpyxl.Workbook, notes: Sequence[Note]) -> NotesResult:
    """Replace the bot's notes in people's tabs by `notes`, and return the effect."""
    present = removed = 0
    for sheet in book.worksheets:
        if TAB_MARK in sheet.defined_names:
            continue
        texts = {(note.row + 1, note.column + 1): note.text for note in notes if note.tab == sheet.title}
        # Not iter_rows: it would create the missing cells.
        for position, cell in list(sheet._cells.items()):  # noqa: SLF001 - the only way to the existing cells
            if cell.comment and cell.comment.author == AUTHOR and is_bot_note(cell.comment.text):
                if texts.get(position) != cell.comment.text:
                    cell.comment = None
                removed += position not in texts
        for (row, column), text in texts.items():
            cell = sheet.cell(row, column)
            # Of merged cells only the first can have a note.
            if isinstance(cell, Cell) and cell.comment is None:
                cell.comment = Comment(text, AUTHOR)
            present += bool(cell.comment and cell.comment.text == text)
    return NotesResult(present, removed, len(notes) - present)
