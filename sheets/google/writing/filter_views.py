"""The batchUpdate requests for the filter views of a tab of the bot. Sends nothing."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence

from sheets.google.writing.batch_requests import Request
from sheets.workbook.port import RowView

# Views of people have other titles.
_PREFIX = "nrrbot: "
_TITLE_LENGTH = 100


def choose_view_id(sheet_id: int, title: str) -> int:
    """Return the id of a view: a link to it can be written before the view is."""
    return zlib.crc32(f"{sheet_id} {title}".encode()) & 0x7FFFFFFF or 1


def write_views(
    sheet_id: int, existing: Mapping[int, str], views: Sequence[RowView], kept: Collection[str]
) -> Iterator[Request]:
    """Yield the requests that write views, and delete those of the bot that are not kept.

    Args:
        sheet_id: the tab.
        existing: id of each view of the tab -> its title.
        views: the views to write.
        kept: the titles of the others that stay.

    """
    titles = {*map(_shorten, kept), *(_shorten(view.title) for view in views)}
    for view_id, title in existing.items():
        if title.startswith(_PREFIX) and title not in titles:
            yield {"deleteFilterView": {"filterId": view_id}}
    for view in views:
        view_id = choose_view_id(sheet_id, view.title)
        content = {
            "filterViewId": view_id,
            "title": _shorten(view.title),
            "range": {"sheetId": sheet_id, "startRowIndex": view.top},
            "filterSpecs": [{"columnIndex": view.column, "filterCriteria": {"hiddenValues": list(view.hidden)}}],
        }
        if view_id in existing:
            yield {"updateFilterView": {"filter": content, "fields": "title,range,filterSpecs"}}
        else:
            yield {"addFilterView": {"filter": content}}


def _shorten(title: str) -> str:
    """Return the title of a view as people see it in the menu."""
    return f"{_PREFIX}{title}"[:_TITLE_LENGTH]
