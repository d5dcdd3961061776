"""The JSON answers of Google's Sheets and Drive APIs, as typed values."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from sheets.google.writing.batch_requests import TAB_MARK
from sheets.google.writing.lookup_requests import NamedRange
from sheets.google.writing.notes import NOTED_TABS_KEY, NoteArea
from sheets.workbook.port import Area, NativeTable, Tab


class _SpreadsheetProperties(msgspec.Struct, rename="camel"):
    title: str = ""
    locale: str = ""
    time_zone: str = ""


class _GridProperties(msgspec.Struct, rename="camel"):
    row_count: int = 0
    column_count: int = 0


class SheetProperties(msgspec.Struct, rename="camel"):
    """The id, title and size of a tab. A tab that is a chart has no grid."""

    sheet_id: int = 0
    title: str = ""
    hidden: bool = False
    grid_properties: _GridProperties = msgspec.field(default_factory=_GridProperties)


class _Metadata(msgspec.Struct, rename="camel"):
    metadata_key: str = ""
    metadata_value: str = ""


class _Range(msgspec.Struct, rename="camel"):
    sheet_id: int = 0
    start_row_index: int = 0
    end_row_index: int | None = None
    start_column_index: int = 0
    end_column_index: int | None = None

    def to_area(self, tab: Tab) -> Area:
        """Return (top, left, bottom, right), ends exclusive; an open end is the end of the tab."""
        bottom = tab.rows if self.end_row_index is None else self.end_row_index
        right = tab.columns if self.end_column_index is None else self.end_column_index
        return Area(self.start_row_index, self.start_column_index, bottom, right)


class _TableColumn(msgspec.Struct, rename="camel"):
    column_index: int = 0
    column_name: str = ""


class _Table(msgspec.Struct, rename="camel"):
    table_id: str = ""
    name: str = ""
    range: _Range = msgspec.field(default_factory=_Range)
    column_properties: list[_TableColumn] = []

    def to_native_table(self, grid: _GridProperties) -> NativeTable:
        """Return the table; an open end of its range is the end of the grid."""
        area, names = self.range, {column.column_index: column.column_name for column in self.column_properties}
        bottom, right = area.end_row_index or grid.row_count, area.end_column_index or grid.column_count
        headings = tuple(names.get(column, "") for column in range(right - area.start_column_index))
        return NativeTable(self.name, area.start_row_index, area.start_column_index, bottom, right, headings)


class _Chart(msgspec.Struct, rename="camel"):
    chart_id: int = 0


class _FilterView(msgspec.Struct, rename="camel"):
    filter_view_id: int = 0
    title: str = ""


class Sheet(msgspec.Struct, rename="camel"):
    """A tab without its cells."""

    properties: SheetProperties
    developer_metadata: list[_Metadata] = []
    tables: list[_Table] = []
    merges: list[_Range] = []
    conditional_formats: list[msgspec.Raw] = []
    charts: list[_Chart] = []
    filter_views: list[_FilterView] = []

    @property
    def views_by_id(self) -> dict[int, str]:
        """The titles of its filter views, by their ids."""
        return {view.filter_view_id: view.title for view in self.filter_views}

    @property
    def marked_titles(self) -> list[str]:
        """The titles of the bot's tables that the tab is marked with; empty if the bot did not create the tab."""
        return [item.metadata_value for item in self.developer_metadata if item.metadata_key == TAB_MARK]

    def find_table_id(self, name: str) -> str | None:
        """Return the id of the native table with that name; None without one."""
        return next((table.table_id for table in self.tables if table.name == name), None)

    def to_tab(self) -> Tab:
        """Return the tab as the port describes it."""
        grid = self.properties.grid_properties
        return Tab(
            self.properties.sheet_id,
            self.properties.title,
            grid.row_count,
            grid.column_count,
            is_bot_tab=bool(self.marked_titles),
            tables=tuple(table.to_native_table(grid) for table in self.tables),
            is_hidden=self.properties.hidden,
            bot_title=next(iter(self.marked_titles), ""),
        )


class _NamedRange(msgspec.Struct, rename="camel"):
    named_range_id: str
    name: str = ""
    range: _Range | None = None


class Spreadsheet(msgspec.Struct, rename="camel"):
    """The properties of a spreadsheet and of its tabs, without any cell."""

    properties: _SpreadsheetProperties
    sheets: list[Sheet] = []
    developer_metadata: list[_Metadata] = []
    named_ranges: list[_NamedRange] = []

    @property
    def ranges_by_name(self) -> dict[str, NamedRange]:
        """The named ranges, by name."""
        return {
            named.name: NamedRange(named.named_range_id, named.range.sheet_id if named.range else None)
            for named in self.named_ranges
        }

    def find_bot_tab(self, title: str) -> Sheet | None:
        """Return the bot's tab for the table of that title; None without one.

        A copy that a person made of the tab carries the mark too: the tab with the title itself goes first.
        """
        marked = [sheet for sheet in self.sheets if title in sheet.marked_titles]
        return next((sheet for sheet in marked if sheet.properties.title == title), marked[0] if marked else None)

    def list_merges(self) -> dict[int, tuple[Area, ...]]:
        """Return tab id -> its merged cells, for the tabs that have some."""
        tabs = [(sheet, sheet.to_tab()) for sheet in self.sheets if sheet.merges]
        return {tab.id: tuple(sorted(area.to_area(tab) for area in sheet.merges)) for sheet, tab in tabs}

    @property
    def noted_tab_ids(self) -> frozenset[int]:
        """The ids of the tabs that have notes by the bot."""
        values = [item.metadata_value for item in self.developer_metadata if item.metadata_key == NOTED_TABS_KEY]
        return frozenset(int(part) for value in values for part in value.split(",") if part.isdecimal())


class _NoteCell(msgspec.Struct):
    note: str = ""


class _NoteRow(msgspec.Struct):
    values: list[_NoteCell] = []


class _NoteBlock(msgspec.Struct, rename="camel"):
    start_row: int = 0
    start_column: int = 0
    row_data: list[_NoteRow] = []


class _ProtectedRange(msgspec.Struct, rename="camel"):
    range: _Range = msgspec.field(default_factory=_Range)
    unprotected_ranges: list[_Range] = []
    warning_only: bool = False
    requesting_user_can_edit: bool = False


class _NoteSheet(msgspec.Struct, rename="camel"):
    properties: SheetProperties
    data: list[_NoteBlock] = []
    protected_ranges: list[_ProtectedRange] = []

    def fill_area(self, area: NoteArea) -> NoteArea:
        """Return `area` with the notes in it and with the ranges that the account may not edit."""
        notes = {
            (block.start_row + row, block.start_column + column): cell.note
            for block in self.data
            for row, line in enumerate(block.row_data)
            for column, cell in enumerate(line.values)
            if cell.note
        }
        protected = [
            part for part in self.protected_ranges if not part.warning_only and not part.requesting_user_can_edit
        ]
        exceptions = [hole.to_area(area.tab) for part in protected for hole in part.unprotected_ranges]
        return dataclasses.replace(
            area, notes=notes, protected=[part.range.to_area(area.tab) for part in protected], editable_parts=exceptions
        )


class NoteSheets(msgspec.Struct):
    """The notes of several tabs."""

    sheets: list[_NoteSheet] = []


class _ValueRange(msgspec.Struct):
    values: list[list[Any]] = []


class ValueRanges(msgspec.Struct, rename="camel"):
    """The values of several ranges, in the order of the request."""

    value_ranges: list[_ValueRange] = []


class _ShortcutDetails(msgspec.Struct, rename="camel"):
    target_id: str = ""
    target_mime_type: str = ""


class _RawValueRange(msgspec.Struct):
    values: list[msgspec.Raw] = []


class RawValueRanges(msgspec.Struct, rename="camel"):
    """The values of several ranges, in the order of the request, each row as it was sent."""

    value_ranges: list[_RawValueRange] = []


class _User(msgspec.Struct):
    me: bool = False


class DriveFile(msgspec.Struct, rename="camel"):
    """A file as Drive describes it."""

    version: str
    name: str = ""
    mime_type: str = ""
    shortcut_details: _ShortcutDetails = msgspec.field(default_factory=_ShortcutDetails)
    last_modifying_user: _User = msgspec.field(default_factory=_User)


def read_server_time(headers: Mapping[str, str]) -> dt.datetime | None:
    """Return the time in the header `Date` of an answer, UTC; None where it has no valid one."""
    try:
        moment = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
