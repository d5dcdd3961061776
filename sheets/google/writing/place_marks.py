"""Marks on a row and on columns of a tab of people, by which a write is refused once one of them has moved.

The API has no write that depends on the state of a sheet, but a batch is applied wholly or not at all, and the id of
developer metadata is unique in a spreadsheet. So a write first deletes each mark, though only where it is expected, and
then creates it there again under the same id. Where a mark has moved with its column, nothing is deleted, the id is
in use, and Google refuses the batch with all its cells.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sheets.google.writing.batch_requests import Request

_KEY = "nrrbot.place"


@dataclass(frozen=True, slots=True)
class PlaceMark:
    """A mark on a row or a column; people do not see it, and it moves along.

    Attributes:
        sheet_id: the tab.
        dimension: whether it is on a row or a column.
        index: where it is expected, counted from 0.
        id: its id in the spreadsheet.

    """

    sheet_id: int
    dimension: Literal["ROWS", "COLUMNS"]
    index: int
    id: int = field(default_factory=lambda: secrets.randbelow(2**31 - 1) + 1)

    @property
    def location(self) -> Request:
        """The row or column as a DeveloperMetadataLocation."""
        start = {"sheetId": self.sheet_id, "dimension": self.dimension, "startIndex": self.index}
        return {"dimensionRange": {**start, "endIndex": self.index + 1}}


def set_marks(marks: Sequence[PlaceMark]) -> Iterator[Request]:
    """Yield the requests that set these marks in place of all others."""
    yield _delete({"metadataKey": _KEY})
    yield from map(_create, marks)


def require_marks(marks: Sequence[PlaceMark]) -> Iterator[Request]:
    """Yield the requests that are refused if one of the marks is not where it is expected."""
    for mark in marks:
        exact = {"metadataLocation": mark.location, "locationMatchingStrategy": "EXACT_LOCATION"}
        yield _delete({"metadataId": mark.id, **exact})
        yield _create(mark)


def _delete(lookup: Request) -> Request:
    return {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": lookup}}}


def _create(mark: PlaceMark) -> Request:
    entry = {"metadataId": mark.id, "metadataKey": _KEY, "visibility": "DOCUMENT", "location": mark.location}
    return {"createDeveloperMetadata": {"developerMetadata": entry}}
