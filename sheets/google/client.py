"""The HTTP client for a Google Sheet: credentials, and one attempt of each call.

Only this module and `sheets.google.errors` import gspread and google-auth. `sheets.google.wire` types the answers.
"""

from __future__ import annotations

import datetime as dt
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
from sheets.google.number_formats import FORMAT_FIELDS, FormatBlock, FormatSheets
from sheets.google.wire import DriveFile, NoteSheets, Spreadsheet, ValueRanges, read_server_time
from sheets.google.writing.notes import NoteArea

SHEETS_URL = "https://sheets.googleapis.com"
DRIVE_URL = "https://www.googleapis.com"
SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive.metadata.readonly",
)
SPREADSHEET_FIELDS = (
    "properties(title,locale,timeZone),developerMetadata(metadataKey,metadataValue),"
    "sheets(properties(sheetId,title,hidden,gridProperties(rowCount,columnCount)),"
    "merges(startRowIndex,endRowIndex,startColumnIndex,endColumnIndex),developerMetadata(metadataKey,metadataValue),"
    "tables(name,range,columnProperties(columnIndex,columnName)),conditionalFormats(ranges),charts(chartId))"
)
NOTE_FIELDS = (
    "sheets(properties(sheetId),data(startRow,startColumn,rowData(values(note))),"
    "protectedRanges(range,unprotectedRanges,warningOnly,requestingUserCanEdit))"
)
DRIVE_FIELDS = "version,name,mimeType,shortcutDetails(targetId,targetMimeType)"
CONNECT_SECONDS = 10.0


def load_credentials(file: Path) -> Credentials:
    """Return the credentials in a service account's key file. Raises ConfigError if the file cannot be used."""
    mend = N_("In the Google Cloud console create a JSON key for the service account and name its path in the config.")
    try:
        load_key = Credentials.from_service_account_file
        return load_key(str(file), scopes=SCOPES)  # type: ignore[no-untyped-call, no-any-return]  # google-auth annotates little
    except OSError as error:
        raise ConfigError(
            N_("The Google key file {file} cannot be read: {reason}."), mend, file=file, reason=error.strerror or error
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError, auth_errors.GoogleAuthError) as error:
        raise ConfigError(N_("{file} is not the key file of a Google service account."), mend, file=file) from error


class SheetsClient(gspread.HTTPClient):
    """gspread's HTTP client with a timeout for each request, configurable hosts and typed answers.

    Each method is one attempt; the caller decides on repeating it.
    """

    def __init__(self, credentials: Credentials, timeout_seconds: float, hosts: Mapping[str, str]) -> None:
        session = requests.Session()
        # Google compresses its answers only for a user agent that says "gzip".
        session.headers["User-Agent"] = "nrrbot (gzip)"
        self._token_auth = session.auth = _TokenAuth(credentials, timeout_seconds)
        super().__init__(credentials, session=session)
        self.set_timeout((min(CONNECT_SECONDS, timeout_seconds), timeout_seconds))
        self.account = str(credentials.service_account_email)
        self._hosts = hosts
        self.server_time: dt.datetime | None = None

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
        send = functools.partial(
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
        response = send()
        self.server_time = read_server_time(response.headers)
        if response.status_code == 401:
            # Google can revoke a token before it expires. Only the refusal of a new token is an error.
            self._token_auth.renew()
            response = send()
        if not response.ok:
            raise _build_response_error(response)
        return response

    def fetch_spreadsheet(self, spreadsheet_id: str) -> Spreadsheet:
        """Return the properties of the spreadsheet and of its tabs, without any cell."""
        response = self.request("get", urls.SPREADSHEET_URL % spreadsheet_id, params={"fields": SPREADSHEET_FIELDS})
        return msgspec.json.decode(response.content, type=Spreadsheet)

    def fetch_values(self, spreadsheet_id: str, ranges: Sequence[str]) -> list[list[list[Any]]]:
        """Return the values of each range, in their order."""
        params = {
            "ranges": list(ranges),
            "majorDimension": "ROWS",
            "valueRenderOption": "UNFORMATTED_VALUE",
            "dateTimeRenderOption": "SERIAL_NUMBER",
            # By default each cell is on a separate, indented line: more than twice the bytes.
            "prettyPrint": "false",
        }
        response = self.request("get", urls.SPREADSHEET_VALUES_BATCH_URL % spreadsheet_id, params=params)
        answer = msgspec.json.decode(response.content, type=ValueRanges)
        return [block.values for block in answer.value_ranges]

    def fetch_notes(self, spreadsheet_id: str, areas: Sequence[NoteArea]) -> list[NoteArea]:
        """Return `areas` with the notes in them and with the ranges that the account may not edit."""
        params = {"ranges": [area.address for area in areas], "fields": NOTE_FIELDS}
        response = self.request("get", urls.SPREADSHEET_URL % spreadsheet_id, params=params)
        answer = msgspec.json.decode(response.content, type=NoteSheets)
        sheets = {sheet.properties.sheet_id: sheet for sheet in answer.sheets}
        return [sheets[area.tab.id].fill_area(area) for area in areas if area.tab.id in sheets]

    def fetch_formats(self, spreadsheet_id: str, ranges: Sequence[str]) -> dict[int, list[FormatBlock]]:
        """Return tab id -> the number formats of its range."""
        params = {"ranges": list(ranges), "fields": FORMAT_FIELDS, "prettyPrint": "false"}
        response = self.request("get", urls.SPREADSHEET_URL % spreadsheet_id, params=params)
        return msgspec.json.decode(response.content, type=FormatSheets).by_tab()

    def fetch_drive_file(self, file_id: str) -> DriveFile:
        """Return version, name and kind of the file."""
        params = {"fields": DRIVE_FIELDS, "supportsAllDrives": "true"}
        response = self.request("get", f"{urls.DRIVE_FILES_API_V3_URL}/{file_id}", params=params)
        return msgspec.json.decode(response.content, type=DriveFile)

    def send_batch_update(self, spreadsheet_id: str, body: bytes) -> None:
        """Send one batchUpdate whose body is encoded already, so that decimals stay exact."""
        headers = {"Content-Type": "application/json"}
        self.request("post", urls.SPREADSHEET_BATCH_UPDATE_URL % spreadsheet_id, data=body, headers=headers)


class _TokenAuth(requests.auth.AuthBase):
    """Adds the service account's token to each request; fetches a new one if it is missing or about to expire.

    AuthorizedSession of google-auth also asks iamcredentials.googleapis.com about the account's regions, on a separate
    thread and past any proxy. The bot does not need that.
    """

    def __init__(self, credentials: Credentials, timeout_seconds: float) -> None:
        self._credentials = credentials
        self._fetch_token = functools.partial(TokenRequest(), timeout=timeout_seconds)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if not self._credentials.valid:
            self.renew()
        self._credentials.apply(request.headers)  # type: ignore[no-untyped-call]  # google-auth annotates little
        return request

    def renew(self) -> None:
        self._credentials.refresh(self._fetch_token)  # type: ignore[no-untyped-call]  # google-auth annotates little


def _build_response_error(response: requests.Response) -> Exception:
    try:
        return gspread.exceptions.APIError(response)
    except (KeyError, TypeError):
        # gspread cannot parse an error body that is not Google's, such as that of a proxy.
        return requests.HTTPError(response=response)
