"""The bot's notes on cells, as comments of an .xlsx file with the author `nrrbot` and the note prefix.

The template's comments, which explain headings, have the same author and no prefix: they stay.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from sheets.excel.parts.book_part import BookPart, Sheet
from sheets.excel.parts.comments import SheetComments
from sheets.excel.parts.elements import remove_illegal_characters
from sheets.excel.parts.package_parts import Package
from sheets.workbook.notes import is_bot_note
from sheets.workbook.port import Note, NotesResult

AUTHOR = "nrrbot"


def write_notes(package: Package, book: BookPart, notes: Sequence[Note]) -> NotesResult:
    """Replace the bot's notes in people's tabs by `notes`, and return the effect.

    Only the parts of sheets in which a note is added or removed are changed.
    """
    present = removed = 0
    for sheet in book.sheets():
        if sheet.is_worksheet and not sheet.is_marked:
            texts = {
                (note.row, note.column): remove_illegal_characters(note.text)
                for note in notes
                if note.tab == sheet.title
            }
            sheet_present, sheet_removed = _write_sheet_notes(package, book, sheet, texts)
            present, removed = present + sheet_present, removed + sheet_removed
    return NotesResult(present, removed, len(notes) - present)


def _write_sheet_notes(
    package: Package, book: BookPart, sheet: Sheet, texts: dict[tuple[int, int], str]
) -> tuple[int, int]:
    """Replace the bot's notes in one sheet; return the number of cells with their note and of removed notes."""
    comments = SheetComments(package, book, sheet.part)
    remaining, removed = dict[tuple[int, int], str](), 0
    for comment in comments.notes():
        cell = (comment.row, comment.column)
        is_ours = comment.author == AUTHOR and is_bot_note(comment.text)
        if is_ours and texts.get(cell) != comment.text:
            comments.remove(comment)
        else:
            remaining[cell] = comment.text
        removed += is_ours and cell not in texts
    missing = {cell: text for cell, text in texts.items() if cell not in remaining}
    covered = _find_covered_cells(missing, comments.merged_areas() if missing else [])
    for (row, column), text in missing.items():
        if (row, column) not in covered:
            comments.add(row, column, text)
            remaining[row, column] = text
    comments.save(AUTHOR)
    return sum(remaining.get(cell) == text for cell, text in texts.items()), removed


def _find_covered_cells(
    cells: Iterable[tuple[int, int]], merges: Sequence[tuple[int, int, int, int]]
) -> set[tuple[int, int]]:
    """Return the cells that cannot have a note: of merged cells only the first can."""
    ordered = sorted(cells)
    return {
        cell
        for top, left, bottom, right in merges
        for cell in ordered[bisect_left(ordered, (top, left)) : bisect_right(ordered, (bottom, right))]
        if left <= cell[1] <= right and cell != (top, left)
    }
