"""The bot's notes on cells of a Google Sheet: the areas to read, and the requests that change notes. Sends nothing.

The ids of the tabs with notes are stored in the spreadsheet's developer metadata, which is in no tab. So a sheet
without problems costs no request for its notes, and notes in a tab that is no longer read are found again. The cells
are not stored, as notes move with inserted and sorted rows: the notes of a tab are read, in one request of bounded
size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from sheets.google.writing.batch_requests import Request
from sheets.workbook.a1 import column_letters
from sheets.workbook.notes import is_bot_note
from sheets.workbook.port import Note, NotesResult, Tab

# The key of the spreadsheet's developer metadata with the ids of the tabs that have notes, separated by commas.
NOTED_TABS_KEY = "nrrbot.notes"

# Google answers at least 3 bytes for a cell without a note, so this is at most 6 MB. A tab too large for it has notes
# on its first rows only; the problems of the other rows are in NRR Problems.
MAX_CELLS = 2_000_000
ADDRESS_LENGTH = 6_000

CellPosition = tuple[int, int]
Area = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class NoteArea:
    """The part of a tab in which the bot manages notes, and its current content.

    Attributes:
        tab: the tab.
        rows: the number of rows, from the first on.
        notes: (row, column), counted from 0 -> the note on the cell, by the bot or by a person.
        protected: areas (top, left, bottom, right) that the bot may not edit, ends exclusive.
        editable_parts: areas inside the protected ones that the bot may edit.

    """

    tab: Tab
    rows: int
    notes: Mapping[CellPosition, str] = field(default_factory=dict)
    protected: Sequence[Area] = ()
    editable_parts: Sequence[Area] = ()

    @property
    def address(self) -> str:
        """The range in A1 notation."""
        title = self.tab.title.replace("'", "''")
        return f"'{title}'!A1:{column_letters(self.tab.columns - 1)}{self.rows}"

    def is_editable(self, position: CellPosition) -> bool:
        """Return True if the bot may write a note on the cell: it is in the area and not protected."""
        row, column = position
        if row >= self.rows or column >= self.tab.columns:
            return False
        return not _is_within(position, self.protected) or _is_within(position, self.editable_parts)


def choose_note_areas(tabs: Sequence[Tab], notes: Sequence[Note], noted_tab_ids: frozenset[int]) -> list[NoteArea]:
    """Return the areas with new or former notes, up to the size of one request."""
    titles = {note.tab for note in notes}
    noted_tabs = [
        tab for tab in tabs if not tab.is_bot_tab and tab.rows and (tab.title in titles or tab.id in noted_tab_ids)
    ]
    # Every tab gets the same number of rows, so that all of them together have at most MAX_CELLS cells.
    rows = max(1, MAX_CELLS // max(1, sum(tab.columns for tab in noted_tabs)))
    areas, length = [], 0
    for tab in noted_tabs:
        area = NoteArea(tab, min(rows, tab.rows))
        length += len(quote(area.address)) + len("&ranges=")
        if length > ADDRESS_LENGTH:
            break
        areas.append(area)
    return areas


def plan_note_requests(
    areas: Sequence[NoteArea], notes: Sequence[Note], noted_tab_ids: frozenset[int], tab_ids: frozenset[int]
) -> tuple[list[Request], NotesResult]:
    """Return the requests that replace the bot's notes in `areas` by `notes`, and their effect.

    Google has no conditional write: a note that a person adds to the same cell in the second between reading and
    writing is lost.

    Args:
        areas: the areas that were read.
        notes: the notes to write.
        noted_tab_ids: the ids of the tabs with notes before this write.
        tab_ids: the ids of all tabs of the spreadsheet.

    """
    requests: list[Request] = []
    present = removed = 0
    # A tab that was not read this time may still have notes.
    noted_now = set((noted_tab_ids & tab_ids) - {area.tab.id for area in areas})
    for area in areas:
        texts = {(note.row, note.column): note.text for note in notes if note.tab == area.tab.title}
        bot_notes = {position for position, text in area.notes.items() if is_bot_note(text)}
        outdated = {position for position in bot_notes - texts.keys() if area.is_editable(position)}
        free = {position for position in texts if position in bot_notes or position not in area.notes}
        writable = {position: texts[position] for position in free if area.is_editable(position)}
        requests += [_set_note(area.tab.id, position, "") for position in sorted(outdated)]
        requests += [
            _set_note(area.tab.id, position, text)
            for position, text in sorted(writable.items())
            if area.notes.get(position) != text
        ]
        present, removed = present + len(writable), removed + len(outdated)
        if writable or bot_notes - outdated:
            noted_now.add(area.tab.id)
    requests += _record_noted_tabs(noted_tab_ids, frozenset(noted_now))
    return requests, NotesResult(present, removed, len(notes) - present)


def _set_note(sheet_id: int, position: CellPosition, text: str) -> Request:
    start = {"sheetId": sheet_id, "rowIndex": position[0], "columnIndex": position[1]}
    cell = {"note": text} if text else {}
    return {"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": "note"}}


def _record_noted_tabs(before: frozenset[int], now: frozenset[int]) -> Iterator[Request]:
    lookup = {"developerMetadataLookup": {"metadataKey": NOTED_TABS_KEY, "locationType": "SPREADSHEET"}}
    value = ",".join(map(str, sorted(now)))
    if now == before:
        return
    if not now:
        yield {"deleteDeveloperMetadata": {"dataFilter": lookup}}
    elif before:
        entry = {"metadataValue": value}
        yield {
            "updateDeveloperMetadata": {"dataFilters": [lookup], "developerMetadata": entry, "fields": "metadataValue"}
        }
    else:
        entry = {"metadataKey": NOTED_TABS_KEY, "metadataValue": value, "visibility": "DOCUMENT"}
        yield {"createDeveloperMetadata": {"developerMetadata": {**entry, "location": {"spreadsheet": True}}}}


def _is_within(position: CellPosition, areas: Sequence[Area]) -> bool:
    row, column = position
    return any(top <= row < bottom and left <= column < right for top, left, bottom, right in areas)
