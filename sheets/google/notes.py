"""The bot's notes on cells of a Google Sheet: where to look for them, and the requests that change them. Sends nothing.

Which tabs have some is remembered in the spreadsheet's own developer metadata, which stands in no tab. So a sheet
without problems costs no request for its notes, and the notes of a tab that is not read any more are found again.
Within a tab the cells are not remembered, as notes move with rows that are inserted and sorted: what stands there is
read, in one request whose size is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from sheets.google.batch_requests import Request
from sheets.workbook.a1 import column_letters
from sheets.workbook.notes import is_ours
from sheets.workbook.port import Note, Noted, Tab

# The developer metadata of the spreadsheet that says which tabs have notes of ours: their ids, separated by commas.
MEMORY = "nrrbot.notes"

# Google answers at least 3 bytes for a cell without a note, so this is 6 MB at the most. A tab too large for it has
# notes on its first rows alone; the others' problems stand in NRR Problems.
CELLS = 2_000_000
ADDRESS_LENGTH = 6_000

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Looked:
    """The part of a tab that notes are kept in, and what was found there.

    Attributes:
        tab: the tab.
        rows: how many of its rows, from the first.
        notes: (row, column), counted from 0 -> the note that stands there, anybody's.
        closed: areas (top, left, bottom, right) that the bot may not edit, ends exclusive.
        open: areas inside those that it may edit all the same.

    """

    tab: Tab
    rows: int
    notes: Mapping[Place, str] = field(default_factory=dict)
    closed: Sequence[tuple[int, int, int, int]] = ()
    open: Sequence[tuple[int, int, int, int]] = ()

    @property
    def address(self) -> str:
        """The range in A1 notation."""
        title = self.tab.title.replace("'", "''")
        return f"'{title}'!A1:{column_letters(self.tab.columns - 1)}{self.rows}"

    def editable(self, place: Place) -> bool:
        """Tell whether the bot may put a note on a cell: it lies in the part looked at, and nobody protected it."""
        row, column = place
        if row >= self.rows or column >= self.tab.columns:
            return False
        return not _within(place, self.closed) or _within(place, self.open)


def to_look(tabs: Sequence[Tab], notes: Sequence[Note], remembered: frozenset[int]) -> list[Looked]:
    """Return the tabs in which notes are wanted or were put, as far as one request may ask for them."""
    titles = {note.tab for note in notes}
    concerned = [tab for tab in tabs if not tab.ours and tab.rows and (tab.title in titles or tab.id in remembered)]
    rows = max(1, CELLS // max(1, sum(tab.columns for tab in concerned)))
    chosen, length = [], 0
    for tab in concerned:
        looked = Looked(tab, min(rows, tab.rows))
        length += len(quote(looked.address)) + len("&ranges=")
        if length > ADDRESS_LENGTH:
            break
        chosen.append(looked)
    return chosen


def plan(
    found: Sequence[Looked], notes: Sequence[Note], remembered: frozenset[int], tabs: frozenset[int]
) -> tuple[list[Request], Noted]:
    """Return the requests that make `notes` the notes of ours in the tabs `found`, and what that comes to.

    Google has no "only if it is still so": a note that somebody puts on the same cell within the second between
    reading and writing is lost.

    Args:
        found: where notes were looked for.
        notes: those that should stand.
        remembered: the ids of the tabs in which notes were left before.
        tabs: the ids of all tabs that there are.

    """
    requests: list[Request] = []
    standing = removed = 0
    now = set((remembered & tabs) - {looked.tab.id for looked in found})
    for looked in found:
        wanted = {(note.row, note.column): note.text for note in notes if note.tab == looked.tab.title}
        ours = {place for place, text in looked.notes.items() if is_ours(text)}
        gone = {place for place in ours - wanted.keys() if looked.editable(place)}
        free = {place for place in wanted if place in ours or place not in looked.notes}
        put = {place: wanted[place] for place in free if looked.editable(place)}
        requests += [_set(looked.tab.id, place, "") for place in sorted(gone)]
        requests += [
            _set(looked.tab.id, place, text) for place, text in sorted(put.items()) if looked.notes.get(place) != text
        ]
        standing, removed = standing + len(put), removed + len(gone)
        if put or ours - gone:
            now.add(looked.tab.id)
    requests += _remember(remembered, frozenset(now))
    return requests, Noted(standing, removed, len(notes) - standing)


def _set(sheet_id: int, place: Place, text: str) -> Request:
    start = {"sheetId": sheet_id, "rowIndex": place[0], "columnIndex": place[1]}
    cell = {"note": text} if text else {}
    return {"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": "note"}}


def _remember(before: frozenset[int], now: frozenset[int]) -> Iterator[Request]:
    lookup = {"developerMetadataLookup": {"metadataKey": MEMORY, "locationType": "SPREADSHEET"}}
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
        entry = {"metadataKey": MEMORY, "metadataValue": value, "visibility": "DOCUMENT"}
        yield {"createDeveloperMetadata": {"developerMetadata": {**entry, "location": {"spreadsheet": True}}}}


def _within(place: Place, areas: Sequence[tuple[int, int, int, int]]) -> bool:
    row, column = place
    return any(top <= row < bottom and left <= column < right for top, left, bottom, right in areas)
