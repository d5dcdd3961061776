"""A Google Sheet as a workbook.

One call of the port costs one request to Google, a write two, or three where notes on cells are concerned. All that is
sent may be sent twice: reads change nothing, and a write plans itself anew from what stands there before each attempt.
So one retry policy serves all: bounded by attempts and by a deadline, with jitter, and never sooner than Google asks.
"""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import quote

import msgspec
import tenacity
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from core.config import Google
from core.errors import N_, Sentence
from sheets.google import batch_requests, input_tabs
from sheets.google import notes as cell_notes
from sheets.google.address import address, spreadsheet_id
from sheets.google.client import DRIVE_URL, SHEETS_URL, Head, SheetsClient, load_credentials
from sheets.google.errors import FOREIGN, is_transient, mapped, response_of
from sheets.workbook.a1 import column_letters
from sheets.workbook.input_tabs import Sheet
from sheets.workbook.port import Cell, Grid, Note, Noted, Tab, Written
from sheets.workbook.tables import Table

__all__ = ["GoogleWorkbook", "spreadsheet_id"]

# One read asks for at most so many cells of the grid, blank ones counted, and an address of at most so many characters.
CELLS_PER_READ = 4_000_000
ADDRESS_LENGTH = 6_000
ATTEMPTS = 8
# A shorter wait is not worth a word, seconds.
SPOKEN_WAIT = 1.0

T = TypeVar("T")
_log = logging.getLogger(__name__)
_backoff = tenacity.wait_random_exponential(multiplier=0.5, max=30)
_jitter = tenacity.wait_random(0, 0.5)


class GoogleWorkbook:
    """A Google Sheet that is shared with the bot's service account. Implements `sheets.workbook.Workbook`."""

    def __init__(
        self,
        spreadsheet: str,
        credentials_file: Path,
        *,
        timeout_seconds: float,
        retry_seconds: float,
        sheets_url: str = SHEETS_URL,
        drive_url: str = DRIVE_URL,
        waiting: Callable[[Sentence], None] | None = None,
    ) -> None:
        """Read the key file; ask Google nothing yet.

        Args:
            spreadsheet: the id, or the address as the browser shows it.
            credentials_file: the JSON key of a service account.
            timeout_seconds: how long one request may stay without an answer.
            retry_seconds: how long to go on trying while Google is busy.
            sheets_url: the root of the Sheets API, for a proxy.
            drive_url: the root of the Drive API, for a proxy.
            waiting: is told why and how long it is waited before a call is tried again; the log when None.

        Raises:
            ConfigError: the address is not that of a spreadsheet, or the key file is missing or no key file.

        """
        self._id = spreadsheet_id(spreadsheet)
        hosts = {SHEETS_URL: sheets_url.rstrip("/"), DRIVE_URL: drive_url.rstrip("/")}
        self._client = SheetsClient(load_credentials(credentials_file), timeout_seconds, hosts)
        self._head: Head | None = None
        self._waiting = waiting or _log_wait
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(is_transient),
            wait=_wait,
            stop=tenacity.stop_after_attempt(ATTEMPTS) | tenacity.stop_before_delay(retry_seconds),
            before_sleep=self._tell_wait,
            reraise=True,
        )

    @classmethod
    def open(cls, spreadsheet: str, settings: Google, waiting: Callable[[Sentence], None] | None = None) -> Self:
        """Return the workbook at an address or id, with what `[google]` of the config says. Raises ConfigError."""
        return cls(
            spreadsheet,
            Path(settings.credentials_file),
            timeout_seconds=settings.timeout_seconds,
            retry_seconds=settings.retry_seconds,
            sheets_url=settings.sheets_url or SHEETS_URL,
            drive_url=settings.drive_url or DRIVE_URL,
            waiting=waiting,
        )

    def close(self) -> None:
        """Close the connections. The workbook can be used again afterwards."""
        self._client.session.close()

    @property
    def account(self) -> str:
        """The e-mail address of the service account, which the sheet has to be shared with."""
        return self._client.account

    @property
    def name(self) -> str:
        """The spreadsheet's title."""
        return self._known_head().properties.title

    @property
    def source(self) -> str:
        """`google:<spreadsheet id>`."""
        return f"google:{self._id}"

    @property
    def locale(self) -> str:
        """The spreadsheet's locale, such as `en_US`."""
        return self._known_head().properties.locale

    @property
    def time_zone(self) -> str:
        """The spreadsheet's IANA time zone."""
        return self._known_head().properties.time_zone

    def version(self) -> str:
        """Return Drive's version of the file: it goes up with every change, seen or unseen."""
        return self._call(lambda: self._client.drive_version(self._id))

    def tabs(self) -> tuple[Tab, ...]:
        """Return the tabs as they are now, in their order. Charts that have a tab of their own are not among them."""
        head = self._call(self._fetch_head)
        return tuple(sheet.tab() for sheet in head.sheets if sheet.properties.grid_properties.row_count)

    def read(self, tabs: Sequence[Tab], rows: int | None = None) -> tuple[Grid, ...]:
        """Return one grid per tab: text, numbers, flags; dates as serial numbers; errors as their text."""
        grids: list[list[Sequence[Cell]]] = [[] for _ in tabs]
        for batch in _batches(tabs, rows):
            blocks = self._call(functools.partial(self._client.values, self._id, [piece.address for piece in batch]))
            for piece, block in zip(batch, blocks, strict=True):
                grid = grids[piece.place]
                # Google cuts trailing blank rows of each range, so a later piece of a tab starts at its own row.
                grid.extend([] for _ in range(piece.top - len(grid)))
                # Most rows have no blanks, and a copy of each would be most of the work.
                grid.extend([None if cell == "" else cell for cell in row] if "" in row else row for row in block)
        return tuple(Grid(tab, grid) for tab, grid in zip(tabs, grids, strict=True))

    def write(self, tables: Sequence[Table], notes: Sequence[Note] | None = None) -> Written:
        """Replace the bot's own tabs by `tables`; a tab of that title without our mark is left alone and refused.

        The bot's notes in other tabs become `notes`; None leaves every note as it is.
        """
        return self._call(functools.partial(self._write, tables, notes))

    def make(self, tabs: Sequence[Sheet]) -> Written:
        """Make these input tabs; one whose title is taken is left as it is, and refused."""
        return self._call(functools.partial(self._make, tabs, {}))

    def link(self, tab: Tab, cell: str) -> str:
        """Return the address that opens a cell in the browser."""
        return address(self._id, tab.id, cell)

    def _write(self, tables: Sequence[Table], notes: Sequence[Note] | None) -> Written:
        head = self._fetch_head()
        titles = {sheet.properties.title.casefold() for sheet in head.sheets}
        taken = {sheet.properties.sheet_id for sheet in head.sheets}
        charts = {chart.chart_id for sheet in head.sheets for chart in sheet.charts}
        plan: list[batch_requests.Request] = []
        written, refused = [], []
        for table in tables:
            own = head.own(table.title)
            if own is None and table.title.casefold() in titles:
                refused.append(table.title)
                continue
            # Known by its id, so that a chart that someone else put into our tab stays.
            placed = {chart.chart_id for chart in own.charts} if own else set()
            chart_id = batch_requests.free_id(table.title, charts - placed)
            if own is None:
                sheet_id = batch_requests.free_id(table.title, taken)
                taken.add(sheet_id)
                plan += batch_requests.add(table, sheet_id)
            else:
                sheet_id = own.properties.sheet_id
                plan += batch_requests.clear(sheet_id, len(own.conditional_formats), placed & {chart_id})
                plan.append(batch_requests.resize(table, sheet_id))
            plan += batch_requests.styles(table, sheet_id)
            plan += batch_requests.values(table, sheet_id)
            plan += batch_requests.bands(table, sheet_id)
            plan += batch_requests.chart(table, sheet_id, chart_id)
            written.append(own.properties.title if own else table.title)
        requests, noted = self._notes(head, notes)
        for payload in batch_requests.payloads(requests + plan):
            self._client.batch_update_bytes(self._id, payload)
        return Written(head.properties.title, tuple(written), tuple(refused), noted=noted)

    def _notes(self, head: Head, notes: Sequence[Note] | None) -> tuple[list[batch_requests.Request], Noted]:
        """Return the requests for the notes on cells, after one look at those that stand where some may be."""
        if notes is None:
            return [], Noted()
        tabs = [sheet.tab() for sheet in head.sheets]
        places = cell_notes.to_look(tabs, notes, head.noted)
        found = self._client.notes(self._id, places) if places else []
        return cell_notes.plan(found, notes, head.noted, frozenset(tab.id for tab in tabs))

    def _make(self, tabs: Sequence[Sheet], sent: dict[int, str]) -> Written:
        """Make the tabs. `sent` outlives an attempt: what stands there by it is ours, though the answer was lost."""
        head = self._fetch_head()
        there = {sheet.properties.title.casefold(): sheet.properties.sheet_id for sheet in head.sheets}
        made, refused, plan = [], [], list[batch_requests.Request]()
        for tab in tabs:
            standing = there.get(tab.title.casefold())
            if standing is not None and standing not in sent:
                refused.append(tab.title)
                continue
            made.append(tab.title)
            if standing is None:
                sheet_id = batch_requests.free_id(tab.title, set(there.values()))
                sent[sheet_id] = tab.title
                plan += input_tabs.make(tab, sheet_id)
        for payload in batch_requests.payloads(plan):
            self._client.batch_update_bytes(self._id, payload)
        return Written(head.properties.title, tuple(made), tuple(refused))

    def _fetch_head(self) -> Head:
        self._head = self._client.head(self._id)
        return self._head

    def _known_head(self) -> Head:
        return self._head or self._call(self._fetch_head)

    def _tell_wait(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        seconds = state.next_action.sleep if state.next_action else 0.0
        if isinstance(error, FOREIGN) and seconds >= SPOKEN_WAIT:
            ours = mapped(error, self.account)
            why = Sentence(ours.problem, ours.values)
            self._waiting(
                Sentence(N_("{why} Trying again in {seconds} s."), {"why": why, "seconds": math.ceil(seconds)})
            )

    def _call(self, work: Callable[[], T]) -> T:
        """Run `work`, again while Google is busy, and raise our own errors only."""
        try:
            return self._retrying(work)
        except FOREIGN as error:
            raise mapped(error, self.account) from error


def _log_wait(sentence: Sentence) -> None:
    _log.info("%s", sentence)


class _Piece(msgspec.Struct, frozen=True):
    """Some rows of a tab: which of the tabs asked for, the first row (from 0), the range."""

    place: int
    top: int
    address: str


def _batches(tabs: Sequence[Tab], rows: int | None) -> Iterator[list[_Piece]]:
    """Yield what one request may ask for, as much as it may; nearly always that is everything."""
    batch: list[_Piece] = []
    room, length = CELLS_PER_READ, 0
    for place, tab in enumerate(tabs):
        height = tab.rows if rows is None else min(rows, tab.rows)
        title = tab.title.replace("'", "''")
        top = 0
        while top < height:
            bottom = min(height, top + max(room // tab.columns, 0 if batch else 1))
            address = f"'{title}'!A{top + 1}:{column_letters(tab.columns - 1)}{bottom}"
            longer = len(quote(address)) + len("&ranges=")
            if batch and (bottom == top or length + longer > ADDRESS_LENGTH):
                yield batch
                batch, room, length = [], CELLS_PER_READ, 0
                continue
            batch.append(_Piece(place, top, address))
            room, length = room - (bottom - top) * tab.columns, length + longer
            top = bottom
    if batch:
        yield batch


def _wait(state: tenacity.RetryCallState) -> float:
    """Return how many seconds to wait: what Google asks for, else ever longer; never the same for two clients."""
    response = response_of(state.outcome.exception()) if state.outcome else None
    try:
        asked = Retry().get_retry_after(response.raw) if response is not None else None
    except InvalidHeader:
        asked = None
    return _backoff(state) if asked is None else asked + _jitter(state)
