"""A Google Sheet as a workbook.

A call of the port takes one request to Google; a write takes two, or three with notes on cells. Every request may be
sent twice: a read changes nothing, and each attempt of a write is planned from the current state of the sheet. So one
retry policy, `sheets.google.retries`, serves all calls.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Self, TypeVar

from core.config import Google
from core.errors import Sentence
from sheets.google.address import build_link, build_view_link, parse_spreadsheet_id
from sheets.google.client import (
    DRIVE_URL,
    KIND_FIELDS,
    OWN_WRITE_FIELDS,
    SHEETS_URL,
    VERSION_FIELDS,
    SheetsClient,
    load_credentials,
)
from sheets.google.drive_files import find_shortcut_target
from sheets.google.errors import FOREIGN_ERRORS, is_no_spreadsheet, map_error
from sheets.google.fetched_tabs import GoogleTabs
from sheets.google.read_ranges import split_read
from sheets.google.retries import build_retrying
from sheets.google.wire import Spreadsheet
from sheets.google.writing import batch_requests, cell_requests, input_tabs, lookup_requests
from sheets.google.writing.filter_views import choose_view_id, write_views
from sheets.google.writing.notes import choose_note_areas, plan_note_requests
from sheets.google.writing.place_marks import PlaceMark, require_marks, set_marks
from sheets.workbook.input_tabs import InputTab
from sheets.workbook.port import Grid, Note, NotesResult, RowView, Tab, WriteResult
from sheets.workbook.tables import CellRun, Table

T = TypeVar("T")


class GoogleWorkbook:
    """A Google Sheet that is shared with the bot's service account. Implements `sheets.workbook.port.Workbook`."""

    def __init__(
        self,
        spreadsheet: str,
        credentials_file: Path,
        *,
        timeout_seconds: float,
        retry_seconds: float,
        sheets_url: str = SHEETS_URL,
        drive_url: str = DRIVE_URL,
        token_url: str = "",
        report_wait: Callable[[Sentence], None] | None = None,
    ) -> None:
        """Read the key file. Calls nothing yet.

        Args:
            spreadsheet: the id, or the address in the browser.
            credentials_file: the JSON key of a service account.
            timeout_seconds: the time limit of one request.
            retry_seconds: the time limit of repeated attempts while Google is busy.
            sheets_url: the root of the Sheets API, for a proxy.
            drive_url: the root of the Drive API, for a proxy.
            token_url: the address that gives access tokens, for a proxy.
            report_wait: receives a sentence with reason and duration before each wait; None sends it to the log.

        Raises:
            ConfigError: the address is not that of a spreadsheet, or the key file is missing or invalid.

        """
        self._id = parse_spreadsheet_id(spreadsheet)
        # The file to read: another one if the configured file is a shortcut to it.
        self._file_id = self._id
        # Known from the first version on: a Google Sheet remains one.
        self._is_sheet = False
        hosts = {SHEETS_URL: sheets_url.rstrip("/"), DRIVE_URL: drive_url.rstrip("/")}
        self._client = SheetsClient(load_credentials(credentials_file, token_url), timeout_seconds, hosts)
        self._spreadsheet: Spreadsheet | None = None
        self._marks: tuple[PlaceMark, ...] = ()
        self._retrying = build_retrying(retry_seconds, self.account, report_wait)

    @classmethod
    def open(cls, spreadsheet: str, settings: Google, report_wait: Callable[[Sentence], None] | None = None) -> Self:
        """Return the workbook at an address or id, with the `[google]` settings of the config. Raises ConfigError."""
        return cls(
            spreadsheet,
            Path(settings.credentials_file),
            timeout_seconds=settings.timeout_seconds,
            retry_seconds=settings.retry_seconds,
            sheets_url=settings.sheets_url or SHEETS_URL,
            drive_url=settings.drive_url or DRIVE_URL,
            token_url=settings.token_url,
            report_wait=report_wait,
        )

    def close(self) -> None:
        """Close the connections. The workbook can be used again afterwards."""
        self._client.session.close()

    @property
    def account(self) -> str:
        """The e-mail address of the service account: the sheet must be shared with it."""
        return self._client.account

    @property
    def name(self) -> str:
        """The spreadsheet's title."""
        return self._load_spreadsheet().properties.title

    @property
    def source(self) -> str:
        """`google:<spreadsheet id>`."""
        return f"google:{self._id}"

    @property
    def locale(self) -> str:
        """The spreadsheet's locale, such as `en_US`."""
        return self._load_spreadsheet().properties.locale

    @property
    def time_zone(self) -> str:
        """The spreadsheet's IANA time zone."""
        return self._load_spreadsheet().properties.time_zone

    @property
    def server_time(self) -> dt.datetime | None:
        """The time that Google gave with its last answer."""
        return self._client.server_time

    def version(self) -> str:
        """Return Drive's version of the file, which increases with each change."""
        return self._call_google(self._fetch_version)

    def stamp(self) -> str:
        """Return the version: it costs one small call."""
        return self.version()

    def stamp_own_write(self) -> str | None:
        """Return the version after a write by the bot; None if someone else has changed the sheet since."""
        file = self._call_google(lambda: self._client.fetch_drive_file(self._file_id, OWN_WRITE_FIELDS))
        return file.version if file.last_modifying_user.me else None

    def tabs(self) -> tuple[Tab, ...]:
        """Return the current tabs, in their order, without the tabs that are a chart."""
        spreadsheet = self._call_google(self._fetch_spreadsheet)
        return tuple(sheet.to_tab() for sheet in spreadsheet.sheets if sheet.properties.grid_properties.row_count)

    def read(self, tabs: Sequence[Tab], rows: int | None = None) -> tuple[Grid, ...]:
        """Return one grid per tab: text, numbers, booleans; dates as serial numbers; errors as their text.

        Merged cells are those of the last `tabs`.
        """
        return self.fetch(tabs, rows).decode()

    def fetch(self, tabs: Sequence[Tab], rows: int | None = None) -> GoogleTabs:
        """Return the tabs as Google sends them; number formats are read with whole tabs only."""
        requests = list(split_read(tabs, rows))
        answers = [self._fetch_values([part.address for part in ranges]) for ranges in requests]
        merges = self._load_spreadsheet().list_merges()
        return GoogleTabs(tabs, requests, answers, merges, rows is None, self._fetch_formats, self._call_google)

    def _fetch_values(self, addresses: Sequence[str]) -> bytes:
        return self._call_google(functools.partial(self._client.fetch_values, self._file_id, addresses))

    def _fetch_formats(self, addresses: Sequence[str]) -> bytes:
        return self._call_google(functools.partial(self._client.fetch_formats, self._file_id, addresses))

    def write(self, tables: Sequence[Table], notes: Sequence[Note] | None = None) -> WriteResult:
        """Replace the bot's tabs by `tables`, and the bot's notes in other tabs by `notes` unless that is None.

        A tab that has the title of a table and not the bot's mark is left unchanged and reported as refused.
        """
        return self._call_google(functools.partial(self._write_tables, tables, notes))

    def mark_places(self, tab: Tab, row: int, columns: Sequence[int]) -> None:
        """Mark a row and columns: `write_cells` is refused once one of them has moved."""
        places = (PlaceMark(tab.id, "COLUMNS", column) for column in columns)
        self._marks = (PlaceMark(tab.id, "ROWS", row), *places)
        self._send(set_marks(self._marks))

    def write_cells(self, tab: Tab, runs: Sequence[CellRun], decimals: int) -> None:
        """Write the cells in one request, which Google applies wholly or not."""
        self._send((*require_marks(self._marks), *cell_requests.write_runs(runs, tab.id, decimals)))

    def _send(self, requests: Iterable[batch_requests.Request]) -> None:
        body = batch_requests.encode_batch(requests)
        self._call_google(lambda: self._client.send_batch_update(self._file_id, body))

    def create_tabs(self, tabs: Sequence[InputTab]) -> WriteResult:
        """Create these input tabs. A tab whose title is in use is left unchanged and reported as refused."""
        return self._call_google(functools.partial(self._create_tabs, tabs, set()))

    def link(self, tab: Tab, cell: str) -> str:
        """Return the link to a cell."""
        return build_link(self._file_id, tab.id, cell)

    def link_view(self, tab: Tab, title: str) -> str:
        """Return the link to the tab with a filter view."""
        return build_view_link(self._file_id, tab.id, choose_view_id(tab.id, title))

    def write_views(self, tab: Tab, views: Sequence[RowView], kept: Collection[str]) -> None:
        """Write the filter views, and delete all others of the bot whose title is not among `kept`."""
        if views:
            self._call_google(functools.partial(self._write_views, tab, views, kept))

    def _write_views(self, tab: Tab, views: Sequence[RowView], kept: Collection[str]) -> None:
        for sheet in self._fetch_spreadsheet().sheets:
            if sheet.properties.sheet_id == tab.id:
                requests = write_views(tab.id, sheet.views_by_id, views, kept)
                self._client.send_batch_update(self._file_id, batch_requests.encode_batch(requests))

    def _write_tables(self, tables: Sequence[Table], notes: Sequence[Note] | None) -> WriteResult:
        spreadsheet = self._fetch_spreadsheet()
        titles = {sheet.properties.title.casefold() for sheet in spreadsheet.sheets}
        used_ids = {sheet.properties.sheet_id for sheet in spreadsheet.sheets}
        chart_ids = {chart.chart_id for sheet in spreadsheet.sheets for chart in sheet.charts}
        requests: list[batch_requests.Request] = []
        written, refused = dict[str, int](), []
        for table in tables:
            bot_tab = spreadsheet.find_bot_tab(table.title)
            if bot_tab is None and table.title.casefold() in titles:
                refused.append(table.title)
                continue
            # The bot's chart has an id derived from the title, so a chart that a person added to the tab stays.
            tab_charts = {chart.chart_id for chart in bot_tab.charts} if bot_tab else set()
            chart_id = batch_requests.choose_free_id(table.title, chart_ids - tab_charts)
            if bot_tab is None:
                sheet_id = batch_requests.choose_free_id(table.title, used_ids)
                used_ids.add(sheet_id)
                requests += batch_requests.add_tab(table, sheet_id)
            else:
                sheet_id = bot_tab.properties.sheet_id
                requests += batch_requests.clear_tab(
                    sheet_id, len(bot_tab.conditional_formats), tab_charts & {chart_id}
                )
                requests.append(batch_requests.resize_tab(table, sheet_id))
            requests += batch_requests.format_table(table, sheet_id)
            if table.lookup:
                table_id = bot_tab.find_table_id(table.lookup.table_name) if bot_tab else None
                requests += lookup_requests.place_table(table, sheet_id, table_id)
            requests += batch_requests.fill_tab(table, sheet_id)
            requests += batch_requests.filter_list(table, sheet_id)
            requests += batch_requests.colour_bands(table, sheet_id)
            requests += batch_requests.draw_chart(table, sheet_id, chart_id)
            requests += lookup_requests.place_names(table, sheet_id, spreadsheet.ranges_by_name)
            written[bot_tab.properties.title if bot_tab else table.title] = sheet_id
        note_requests, notes_result = self._plan_notes(spreadsheet, notes)
        for payload in batch_requests.split_payloads(note_requests + requests):
            self._client.send_batch_update(self._file_id, payload)
        return WriteResult(
            spreadsheet.properties.title, tuple(written), tuple(refused), notes=notes_result, ids=written
        )

    def _plan_notes(
        self, spreadsheet: Spreadsheet, notes: Sequence[Note] | None
    ) -> tuple[list[batch_requests.Request], NotesResult]:
        """Return the requests for the notes on cells. Reads the current notes first, if there may be any."""
        if notes is None:
            return [], NotesResult()
        tabs = [sheet.to_tab() for sheet in spreadsheet.sheets]
        areas = choose_note_areas(tabs, notes, spreadsheet.noted_tab_ids)
        if areas:
            areas = self._client.fetch_notes(self._file_id, areas)
        tab_ids = frozenset(tab.id for tab in tabs)
        return plan_note_requests(areas, notes, spreadsheet.noted_tab_ids, tab_ids)

    def _create_tabs(self, tabs: Sequence[InputTab], sent_ids: set[int]) -> WriteResult:
        """Create the tabs. `sent_ids` outlives an attempt: a tab with one of these ids is from a lost answer."""
        spreadsheet = self._fetch_spreadsheet()
        ids = {sheet.properties.title.casefold(): sheet.properties.sheet_id for sheet in spreadsheet.sheets}
        created, refused, requests = [], [], list[batch_requests.Request]()
        for tab in tabs:
            existing_id = ids.get(tab.title.casefold())
            if existing_id is not None and existing_id not in sent_ids:
                refused.append(tab.title)
                continue
            created.append(tab.title)
            if existing_id is None:
                sheet_id = batch_requests.choose_free_id(tab.title, set(ids.values()))
                sent_ids.add(sheet_id)
                requests += input_tabs.build_input_tab(tab, sheet_id)
        for payload in batch_requests.split_payloads(requests):
            self._client.send_batch_update(self._file_id, payload)
        return WriteResult(spreadsheet.properties.title, tuple(created), tuple(refused))

    def _fetch_spreadsheet(self) -> Spreadsheet:
        try:
            self._spreadsheet = self._client.fetch_spreadsheet(self._file_id)
        except FOREIGN_ERRORS as error:
            # Only Drive knows a shortcut, and what else the file is.
            if not is_no_spreadsheet(error) or not self._follow_shortcut():
                raise
            self._spreadsheet = self._client.fetch_spreadsheet(self._file_id)
        return self._spreadsheet

    def _fetch_version(self) -> str:
        if not self._is_sheet:
            file = self._client.fetch_drive_file(self._file_id, KIND_FIELDS)
            target = find_shortcut_target(file)
            self._is_sheet = True
            if target is None:
                return file.version
            self._file_id = target
        return self._client.fetch_drive_file(self._file_id, VERSION_FIELDS).version

    def _follow_shortcut(self) -> bool:
        """Return True if the file is a shortcut to a Google Sheet, which is read from now on."""
        try:
            target = find_shortcut_target(self._client.fetch_drive_file(self._file_id, KIND_FIELDS))
        except FOREIGN_ERRORS:
            return False
        self._file_id = target or self._file_id
        return target is not None

    def _load_spreadsheet(self) -> Spreadsheet:
        return self._spreadsheet or self._call_google(self._fetch_spreadsheet)

    def _call_google(self, work: Callable[[], T]) -> T:
        """Run `work`, repeat it while Google is busy, and map the errors of libraries."""
        try:
            return self._retrying(work)
        except FOREIGN_ERRORS as error:
            raise map_error(error, self.account) from error
