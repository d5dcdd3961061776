"""The HTTP client for a Google Sheet: credentials, and one attempt of each call.

Only this module and `sheets.google.errors` import gspread and google-auth. `sheets.google.wire` types the answers.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
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
from core.redaction import hide
from sheets.google.number_formats import FORMAT_FIELDS
from sheets.google.wire import DriveFile, NoteSheets, Spreadsheet, read_server_time
from sheets.google.writing.notes import NoteArea

SHEETS_URL = "https://sheets.googleapis.com"
DRIVE_URL = "https://www.googleapis.com"
SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive.metadata.readonly",
)
SPREADSHEET_FIELDS = (
    "properties(title,locale,timeZone),developerMetadata(metadataKey,metadataValue),namedRanges,"
    "sheets(properties(sheetId,title,hidden,gridProperties(rowCount,columnCount)),"
    "merges(startRowIndex,endRowIndex,startColumnIndex,endColumnIndex),developerMetadata(metadataKey,metadataValue),"
    "tables(tableId,name,range,columnProperties(columnIndex,columnName)),conditionalFormats(ranges),charts(chartId),"
    "filterViews(filterViewId,title))"
)
NOTE_FIELDS = (
    "sheets(properties(sheetId),data(startRow,startColumn,rowData(values(note))),"
    "protectedRanges(range,unprotectedRanges,warningOnly,requestingUserCanEdit))"
)
KIND_FIELDS = "version,name,mimeType,shortcutDetails(targetId,targetMimeType)"
OWN_WRITE_FIELDS = "version,lastModifyingUser(me)"
VERSION_FIELDS = "version"
CONNECT_SECONDS = 10.0
# The addresses that key files have had.
TOKEN_URLS = (
    "https://oauth2.googleapis.com/token",
    "https://www.googleapis.com/oauth2/v4/token",
    "https://accounts.google.com/o/oauth2/token",
)


def load_credentials(file: Path, token_url: str = "") -> Credentials:
    """Return the credentials in a service account's key file.

    Args:
        file: the key file.
        token_url: the address that gives access tokens, for a proxy; without it that of the file, which must be
            Google's: the bot would prove its identity to any other.

    Raises:
        ConfigError: the file cannot be used.

    """
    fix = N_("In the Google Cloud console create a JSON key for the service account and name its path in the config.")
    try:
        content = file.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise ConfigError(
            N_("The Google key file {file} cannot be read: {reason}."),
            fix,
            file=file,
            reason=getattr(error, "strerror", None) or error,
        ) from error
    try:
        key = msgspec.json.decode(content, type=dict[str, Any])
        key["token_uri"] = token_url or key["token_uri"]
        load_key = Credentials.from_service_account_info
        credentials: Credentials = load_key(key, scopes=SCOPES)  # type: ignore[no-untyped-call]  # google-auth annotates little
    except (ValueError, TypeError, KeyError, AttributeError, msgspec.MsgspecError, auth_errors.GoogleAuthError):
        # Without its cause, whose message can have a part of the file.
        raise ConfigError(N_("{file} is not the key file of a Google service account."), fix, file=file) from None
    hide(key["private_key"])
    if key["token_uri"] not in {token_url, *TOKEN_URLS}:
        raise ConfigError(
            N_("{file} names an address for access tokens that is not Google's, so the key was not used."),
            N_("Create a new JSON key in the Google Cloud console, or name your proxy in google.token_url."),
            file=file,
        )
    return credentials


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
            allow_redirects=False,  # Google's API has none, and another host would get the token
        )
        response = send()
        self.server_time = read_server_time(response.headers)
        if response.status_code == 401:
            # Google can revoke a token before it expires. Only the refusal of a new token is an error.
            self._token_auth.renew()
            response = send()
        if not 200 <= response.status_code < 300:
            raise _build_response_error(response)
        return response

    def fetch_spreadsheet(self, spreadsheet_id: str) -> Spreadsheet:
        """Return the properties of the spreadsheet and of its tabs, without any cell."""
        response = self.request("get", urls.SPREADSHEET_URL % spreadsheet_id, params={"fields": SPREADSHEET_FIELDS})
        return msgspec.json.decode(response.content, type=Spreadsheet)

    def fetch_values(self, spreadsheet_id: str, ranges: Sequence[str]) -> bytes:
        """Return the answer with the values of each range, in their order."""
        params = {
            "ranges": list(ranges),
            "majorDimension": "ROWS",
            "valueRenderOption": "UNFORMATTED_VALUE",
            "dateTimeRenderOption": "SERIAL_NUMBER",
            # By default each cell is on a separate, indented line: more than twice the bytes.
            "prettyPrint": "false",
        }
        response = self.request("get", urls.SPREADSHEET_VALUES_BATCH_URL % spreadsheet_id, params=params)
        content: bytes = response.content
        return content

    def fetch_notes(self, spreadsheet_id: str, areas: Sequence[NoteArea]) -> list[NoteArea]:
        """Return `areas` with the notes in them and with the ranges that the account may not edit."""
        params = {"ranges": [area.address for area in areas], "fields": NOTE_FIELDS}
        response = self.request("get", urls.SPREADSHEET_URL % spreadsheet_id, params=params)
        answer = msgspec.json.decode(response.content, type=NoteSheets)
        sheets = {sheet.properties.sheet_id: sheet for sheet in answer.sheets}
        return [sheets[area.tab.id].fill_area(area) for area in areas if area.tab.id in sheets]

    def fetch_formats(self, spreadsheet_id: str, ranges: Sequence[str]) -> bytes:
        """Return the answer with the number formats of each range."""
        params = {"ranges": list(ranges), "fields": FORMAT_FIELDS, "prettyPrint": "false"}
        response = self.request("get", urls.SPREADSHEET_URL % spreadsheet_id, params=params)
        content: bytes = response.content
        return content

    def fetch_drive_file(self, file_id: str, fields: str) -> DriveFile:
        """Return these fields of the file."""
        params = {"fields": fields, "supportsAllDrives": "true", "prettyPrint": "false"}
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
        self._fetch_token = functools.partial(TokenRequest(), timeout=timeout_seconds, allow_redirects=False)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if not self._credentials.valid:
            self.renew()
        self._credentials.apply(request.headers)  # type: ignore[no-untyped-call]  # google-auth annotates little
        return request

    def renew(self) -> None:
        try:
            self._credentials.refresh(self._fetch_token)  # type: ignore[no-untyped-call]  # google-auth annotates little
        except (TypeError, AttributeError, ValueError, KeyError, OverflowError) as error:
            # google-auth expects an object with certain fields, whatever answered.
            raise auth_errors.RefreshError("no answer of Google's", retryable=False) from error  # type: ignore[no-untyped-call]
        token = self._credentials.token
        if not isinstance(token, str) or not re.fullmatch(r"[!-~]+", token):
            raise auth_errors.RefreshError("no token", retryable=False)  # type: ignore[no-untyped-call]


def _build_response_error(response: requests.Response) -> Exception:
    try:
        return gspread.exceptions.APIError(response)
    except (KeyError, TypeError):
        # gspread cannot parse an error body that is not Google's, such as that of a proxy.
        return requests.HTTPError(response=response)
