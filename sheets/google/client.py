"""The HTTP side of a Google Sheet: credentials, one attempt of each call, and the answers as typed values.

The other place beside `sheets.google_errors` that imports gspread and google-auth; `sheets.google` is the door to both.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import gspread
import gspread.exceptions
import msgspec
import requests
from google.auth import exceptions as auth_errors
from google.auth.transport.requests import Request as TokenRequest
from google.oauth2.service_account import Credentials
from gspread import urls

from core.errors import N_, ConfigError
from sheets.google.batch_requests import MARK
from sheets.google.notes import MEMORY, Looked
from sheets.workbook.port import NativeTable, Tab

SHEETS_URL = "https://sheets.googleapis.com"
DRIVE_URL = "https://www.googleapis.com"
SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive.metadata.readonly",
)
HEAD_FIELDS = (
    "properties(title,locale,timeZone),developerMetadata(metadataKey,metadataValue),"
    "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),developerMetadata(metadataKey,metadataValue),"
    "tables(name,range,columnProperties(columnIndex,columnName)),conditionalFormats(ranges),charts(chartId))"
)
NOTE_FIELDS = (
    "sheets(properties(sheetId),data(startRow,startColumn,rowData(values(note))),"
    "protectedRanges(range,unprotectedRanges,warningOnly,requestingUserCanEdit))"
)
CONNECT_SECONDS = 10.0


def load_credentials(file: Path) -> Credentials:
    """Return the credentials in a service account's key file. Raises ConfigError where it cannot be used."""
    mend = N_("In the Google Cloud console create a JSON key for the service account and name its path in the config.")
    try:
        read = Credentials.from_service_account_file
        return read(str(file), scopes=SCOPES)  # type: ignore[no-untyped-call, no-any-return]  # google-auth annotates little
    except OSError as error:
        raise ConfigError(
            N_("The Google key file {file} cannot be read: {reason}."), mend, file=file, reason=error.strerror or error
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError, auth_errors.GoogleAuthError) as error:
        raise ConfigError(N_("{file} is not the key file of a Google service account."), mend, file=file) from error


class SheetsClient(gspread.HTTPClient):
    """gspread's HTTP client with a timeout for every request, our hosts, and the answers as typed values.

    Each method is one attempt; who calls decides whether it may be repeated.
    """

    def __init__(self, credentials: Credentials, timeout_seconds: float, hosts: Mapping[str, str]) -> None:
        session = requests.Session()
        self._bearer = session.auth = _Bearer(credentials, timeout_seconds)
        super().__init__(credentials, session=session)
        self.set_timeout((min(CONNECT_SECONDS, timeout_seconds), timeout_seconds))
        self.account = str(credentials.service_account_email)
        self._hosts = hosts

    def request(  # noqa: D102 - as in gspread
        self,
        method: str,
        endpoint: str,
        params: Any = None,
        data: bytes | None = None,
        json: Mapping[str, Any] | None = None,
        files: Any = None,
        headers: MutableMapping[str, str] | None = None,
    ) -> requests.Response:
        host = next((host for host in self._hosts if endpoint.startswith(f"{host}/")), "")
        address = self._hosts.get(host, "") + endpoint.removeprefix(host)
        ask = functools.partial(
            self.session.request,
            method,
            address,
            params=params,
            data=data,
            json=json,
            files=files,
            headers=headers,
            timeout=self.timeout,
        )
        response = ask()
        if response.status_code == 401:
            # Google can end a token early. Only when a fresh one is refused too is there something to report.
            self._bearer.renew()
            response = ask()
        if not response.ok:
            raise _failure(response)
        return response

    def head(self, spreadsheet_id: str) -> Head:
        """Return the spreadsheet's properties and those of its tabs, without any cell."""
        response = self.request("get", urls.SPREADSHEET_URL % spreadsheet_id, params={"fields": HEAD_FIELDS})
        return msgspec.json.decode(response.content, type=Head)

    def values(self, spreadsheet_id: str, ranges: Sequence[str]) -> list[list[list[Any]]]:
        """Return the values of each range, in their order."""
        params = {
            "ranges": list(ranges),
            "majorDimension": "ROWS",
            "valueRenderOption": "UNFORMATTED_VALUE",
            "dateTimeRenderOption": "SERIAL_NUMBER",
            # Else every cell comes on a line of its own, indented: more than twice the bytes.
            "prettyPrint": "false",
        }
        response = self.request("get", urls.SPREADSHEET_VALUES_BATCH_URL % spreadsheet_id, params=params)
        answer = msgspec.json.decode(response.content, type=_Values)
        return [block.values for block in answer.value_ranges]

    def notes(self, spreadsheet_id: str, places: Sequence[Looked]) -> list[Looked]:
        """Return `places` with the notes in them, and with what the account may not edit there."""
        params = {"ranges": [place.address for place in places], "fields": NOTE_FIELDS}
        response = self.request("get", urls.SPREADSHEET_URL % spreadsheet_id, params=params)
        answer = msgspec.json.decode(response.content, type=_Notes)
        found = {sheet.properties.sheet_id: sheet for sheet in answer.sheets}
        return [found[place.tab.id].looked(place) for place in places if place.tab.id in found]

    def drive_version(self, spreadsheet_id: str) -> str:
        """Return Drive's version of the file."""
        params = {"fields": "version", "supportsAllDrives": "true"}
        response = self.request("get", f"{urls.DRIVE_FILES_API_V3_URL}/{spreadsheet_id}", params=params)
        return msgspec.json.decode(response.content, type=_File).version

    def batch_update_bytes(self, spreadsheet_id: str, body: bytes) -> None:
        """Send one batchUpdate that is JSON already, so that exact decimals stay exact."""
        headers = {"Content-Type": "application/json"}
        self.request("post", urls.SPREADSHEET_BATCH_UPDATE_URL % spreadsheet_id, data=body, headers=headers)


class _Bearer(requests.auth.AuthBase):
    """Puts the service account's token on each request, and fetches it when it is missing or about to expire.

    google-auth's own AuthorizedSession also asks iamcredentials.googleapis.com about the account's regions, on a thread
    of its own and past any proxy. Nothing here needs that.
    """

    def __init__(self, credentials: Credentials, timeout_seconds: float) -> None:
        self._credentials = credentials
        self._fetch = functools.partial(TokenRequest(), timeout=timeout_seconds)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if not self._credentials.valid:
            self.renew()
        self._credentials.apply(request.headers)  # type: ignore[no-untyped-call]  # google-auth annotates little
        return request

    def renew(self) -> None:
        self._credentials.refresh(self._fetch)  # type: ignore[no-untyped-call]  # google-auth annotates little


class _SpreadsheetProperties(msgspec.Struct, rename="camel"):
    title: str = ""
    locale: str = ""
    time_zone: str = ""


class _GridProperties(msgspec.Struct, rename="camel"):
    row_count: int = 0
    column_count: int = 0


class SheetProperties(msgspec.Struct, rename="camel"):
    """What a tab is: its id, title and size. A tab that is a chart has no grid."""

    sheet_id: int = 0
    title: str = ""
    grid_properties: _GridProperties = msgspec.field(default_factory=_GridProperties)


class _Metadata(msgspec.Struct, rename="camel"):
    metadata_key: str = ""
    metadata_value: str = ""


class _Range(msgspec.Struct, rename="camel"):
    start_row_index: int = 0
    end_row_index: int | None = None
    start_column_index: int = 0
    end_column_index: int | None = None

    def area(self, tab: Tab) -> tuple[int, int, int, int]:
        """Return (top, left, bottom, right), ends exclusive; what it leaves open ends with the tab."""
        bottom = tab.rows if self.end_row_index is None else self.end_row_index
        right = tab.columns if self.end_column_index is None else self.end_column_index
        return self.start_row_index, self.start_column_index, bottom, right


class _TableColumn(msgspec.Struct, rename="camel"):
    column_index: int = 0
    column_name: str = ""


class _Table(msgspec.Struct, rename="camel"):
    name: str = ""
    range: _Range = msgspec.field(default_factory=_Range)
    column_properties: list[_TableColumn] = []

    def native(self, grid: _GridProperties) -> NativeTable:
        """Return the table; what its range leaves open ends with the grid."""
        area, names = self.range, {column.column_index: column.column_name for column in self.column_properties}
        bottom, right = area.end_row_index or grid.row_count, area.end_column_index or grid.column_count
        headings = tuple(names.get(column, "") for column in range(right - area.start_column_index))
        return NativeTable(self.name, area.start_row_index, area.start_column_index, bottom, right, headings)


class _Chart(msgspec.Struct, rename="camel"):
    chart_id: int = 0


class _Sheet(msgspec.Struct, rename="camel"):
    properties: SheetProperties
    developer_metadata: list[_Metadata] = []
    tables: list[_Table] = []
    conditional_formats: list[msgspec.Raw] = []
    charts: list[_Chart] = []

    @property
    def marks(self) -> list[str]:
        return [item.metadata_value for item in self.developer_metadata if item.metadata_key == MARK]

    def tab(self) -> Tab:
        grid = self.properties.grid_properties
        return Tab(
            self.properties.sheet_id,
            self.properties.title,
            grid.row_count,
            grid.column_count,
            ours=bool(self.marks),
            tables=tuple(table.native(grid) for table in self.tables),
        )


class Head(msgspec.Struct, rename="camel"):
    """What a spreadsheet says about itself and its tabs, without any cell."""

    properties: _SpreadsheetProperties
    sheets: list[_Sheet] = []
    developer_metadata: list[_Metadata] = []

    def own(self, title: str) -> _Sheet | None:
        """Return our tab for the table of that title. A copy of it has the mark too; the one of that title is meant."""
        marked = [sheet for sheet in self.sheets if title in sheet.marks]
        return next((sheet for sheet in marked if sheet.properties.title == title), marked[0] if marked else None)

    @property
    def noted(self) -> frozenset[int]:
        """The ids of the tabs in which we have left notes."""
        values = [item.metadata_value for item in self.developer_metadata if item.metadata_key == MEMORY]
        return frozenset(int(part) for value in values for part in value.split(",") if part.isdecimal())


class _NoteCell(msgspec.Struct):
    note: str = ""


class _NoteRow(msgspec.Struct):
    values: list[_NoteCell] = []


class _NoteBlock(msgspec.Struct, rename="camel"):
    start_row: int = 0
    start_column: int = 0
    row_data: list[_NoteRow] = []


class _Protected(msgspec.Struct, rename="camel"):
    range: _Range = msgspec.field(default_factory=_Range)
    unprotected_ranges: list[_Range] = []
    warning_only: bool = False
    requesting_user_can_edit: bool = False


class _NoteSheet(msgspec.Struct, rename="camel"):
    properties: SheetProperties
    data: list[_NoteBlock] = []
    protected_ranges: list[_Protected] = []

    def looked(self, place: Looked) -> Looked:
        notes = {
            (block.start_row + row, block.start_column + column): cell.note
            for block in self.data
            for row, line in enumerate(block.row_data)
            for column, cell in enumerate(line.values)
            if cell.note
        }
        closed = [area for area in self.protected_ranges if not area.warning_only and not area.requesting_user_can_edit]
        inside = [area.area(place.tab) for part in closed for area in part.unprotected_ranges]
        return dataclasses.replace(
            place, notes=notes, closed=[part.range.area(place.tab) for part in closed], open=inside
        )


class _Notes(msgspec.Struct):
    sheets: list[_NoteSheet] = []


class _Block(msgspec.Struct):
    values: list[list[Any]] = []


class _Values(msgspec.Struct, rename="camel"):
    value_ranges: list[_Block] = []


class _File(msgspec.Struct):
    version: str


def _failure(response: requests.Response) -> Exception:
    try:
        return gspread.exceptions.APIError(response)
    except (KeyError, TypeError):
        # gspread trips over an error body in a shape of its own, as proxies send.
        return requests.HTTPError(response=response)
