"""A Google Sheet that anyone with its link may view, read without credentials from its .xlsx export. Read only."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
import weakref
import zipfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urljoin, urlsplit

import requests

from core.config import Google
from core.errors import (
    N_,
    Sentence,
    WorkbookBusyError,
    WorkbookDeniedError,
    WorkbookError,
    WorkbookMissingError,
)
from sheets.google.address import build_link_source, parse_spreadsheet_id
from sheets.google.wire import read_server_time
from sheets.workbook.files import hash_content
from sheets.workbook.port import Grid, Note, RowView, Tab, Workbook, WriteResult
from sheets.workbook.tables import CellRun, Table

DOCS_URL = "https://docs.google.com"
CONNECT_SECONDS = 10.0
# Google exports at most some 100 MB; a page that never ends is no sheet.
MOST_BYTES = 200 * 2**20
_MOST_REDIRECTS = 5
_CHUNK_BYTES = 2**18
# The hosts that Google Docs sends a download to.
_EXPORT_HOSTS = (".google.com", ".googleusercontent.com")
# Google sends a request without permission to one of these pages.
_LOGIN = re.compile(r"/(ServiceLogin|AccountChooser|v3/signin|signin|InteractiveLogin)", re.IGNORECASE)
_FILE_NAME = re.compile(r"filename\*=UTF-8''([^;]+)", re.IGNORECASE)


class LinkSharedWorkbook:
    """A Google Sheet by its link. `version` downloads it; the cells are read from the last download."""

    def __init__(
        self, spreadsheet: str, docs_url: str, timeout_seconds: float, open_file: Callable[[Path], Workbook]
    ) -> None:
        """Download nothing yet.

        Args:
            spreadsheet: the id, or the address in the browser.
            docs_url: the root of Google Docs, for a proxy.
            timeout_seconds: the time limit for each answer.
            open_file: opens an .xlsx file as a workbook.

        Raises:
            ConfigError: the address is not that of a spreadsheet.

        """
        self._id = parse_spreadsheet_id(spreadsheet)
        self._docs_url = docs_url.rstrip("/")
        self._timeout = (min(CONNECT_SECONDS, timeout_seconds), timeout_seconds)
        self._open_file = open_file
        self._folder = Path(tempfile.mkdtemp(prefix="nrrbot-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._title = self._id
        self._server_time: dt.datetime | None = None
        self._downloaded: Workbook | None = None

    @classmethod
    def open(cls, spreadsheet: str, settings: Google, open_file: Callable[[Path], Workbook]) -> Self:
        """Return the workbook at an address or id, with the `[google]` settings of the config. Raises ConfigError."""
        return cls(spreadsheet, settings.docs_url or DOCS_URL, settings.timeout_seconds, open_file)

    @property
    def name(self) -> str:
        """The spreadsheet's title; its id before the first download."""
        return self._title

    @property
    def source(self) -> str:
        """`google-link:<spreadsheet id>`. The tabs have no ids here, so they cannot be followed when renamed."""
        return build_link_source(self._id)

    @property
    def locale(self) -> str:
        """Empty: the export does not have it."""
        return ""

    @property
    def time_zone(self) -> str:
        """Empty: the export does not have it."""
        return ""

    @property
    def server_time(self) -> dt.datetime | None:
        """The time that Google gave with the last download."""
        return self._server_time

    def version(self) -> str:
        """Download the sheet, and return the hash of its parts; the times of the package do not count."""
        path = self._download()
        self._downloaded = self._open_file(path)
        try:
            with zipfile.ZipFile(path) as archive:
                parts = sorted((part.filename, part.CRC, part.file_size) for part in archive.infolist())
        except zipfile.BadZipFile as error:
            raise _build_download_error() from error
        return hash_content(repr(parts).encode())

    def stamp(self) -> str:
        """Return an empty text: only a download tells whether the sheet has changed."""
        return ""

    def stamp_own_write(self) -> str | None:
        """Return nothing: the bot does not write by a link."""
        return None

    def tabs(self) -> tuple[Tab, ...]:
        """Return the tabs of the last download, in their order."""
        return self._load().tabs()

    def read(self, tabs: Sequence[Tab], rows: int | None = None) -> tuple[Grid, ...]:
        """Return one grid per tab, from the last download."""
        return self._load().read(tabs, rows)

    def write(self, tables: Sequence[Table], notes: Sequence[Note] | None = None) -> WriteResult:  # noqa: ARG002 - the port's signature
        """Write nothing, and say why: a link lets no one write without an account."""
        return WriteResult(self._title, (), reason=self._explain_read_only())

    def link_view(self, tab: Tab, title: str) -> str:  # noqa: ARG002 - the port's signature
        """Return an empty text: nothing is written, so it has no views of the bot."""
        return ""

    def write_views(self, tab: Tab, views: Sequence[RowView], kept: Collection[str]) -> None:
        """Do nothing: nothing is written."""

    def mark_places(self, tab: Tab, row: int, columns: Sequence[int]) -> None:
        """Do nothing: nothing is written."""

    def write_cells(self, tab: Tab, runs: Sequence[CellRun], decimals: int) -> Sentence:  # noqa: ARG002 - the port's signature
        """Write nothing, and say why."""
        return self._explain_read_only()

    def _explain_read_only(self) -> Sentence:
        return Sentence(
            N_(
                "Nothing was written: {name} is read by its link, which is read only. To get the bot's tabs in it, "
                "share it with a service account and set google.credentials_file."
            ),
            {"name": self._title},
        )

    def link(self, tab: Tab, cell: str) -> str:  # noqa: ARG002 - the port's signature
        """Return an empty text: the export does not have the ids of the tabs."""
        return ""

    def _load(self) -> Workbook:
        if self._downloaded is None:
            self._downloaded = self._open_file(self._download())
        return self._downloaded

    def _download(self) -> Path:
        try:
            with self._request_export() as response:
                self._server_time = read_server_time(response.headers)
                name = _FILE_NAME.search(response.headers.get("Content-Disposition", ""))
                if name:
                    self._title = unquote(name[1]).removesuffix(".xlsx")
                path = self._folder / "sheet.xlsx"
                size = 0
                with path.open("wb") as file:
                    for chunk in response.iter_content(_CHUNK_BYTES):
                        size += len(chunk)
                        if size > MOST_BYTES:
                            raise _build_size_error()
                        file.write(chunk)
                return path
        except requests.Timeout as error:
            raise WorkbookBusyError(
                N_("Google did not answer in time."),
                N_("Check the network connection, then try again in a few minutes."),
            ) from error
        except requests.RequestException as error:
            raise WorkbookBusyError(
                N_("Google cannot be reached."), N_("Check the network connection, then try again in a few minutes.")
            ) from error

    def _request_export(self) -> requests.Response:
        """Return the answer with the export, following redirects to Google's hosts; a login page is an error."""
        address = f"{self._docs_url}/spreadsheets/d/{self._id}/export?format=xlsx"
        for _ in range(_MOST_REDIRECTS):
            response = requests.get(address, timeout=self._timeout, stream=True, allow_redirects=False)
            if not response.is_redirect:
                _check_answer(response)
                return response
            target = urljoin(address, response.headers["Location"])
            response.close()
            parts = urlsplit(target)
            if (parts.hostname or "").startswith("accounts.") or _LOGIN.search(parts.path):
                raise _build_sharing_error()
            is_google = parts.scheme == "https" and (parts.hostname or "").endswith(_EXPORT_HOSTS)
            if not is_google and parts[:2] != urlsplit(self._docs_url)[:2]:
                break
            address = target
        raise _build_download_error()


def _check_answer(response: requests.Response) -> None:
    """Raise a WorkbookError if the answer is not the export."""
    code, kind = response.status_code, response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if code == 200 and kind != "text/html":
        return
    response.close()
    if code in {404, 410}:
        raise WorkbookMissingError(N_("There is no such Google Sheet."), N_("Check its address."))
    if code == 429 or code >= 500:
        raise WorkbookBusyError(
            N_("Google's servers report an error (HTTP {code})."), N_("Try again in a few minutes."), code=code
        )
    if code == 413:
        raise _build_size_error()
    if code in {200, 401, 403}:
        raise _build_sharing_error()
    raise _build_download_error()


def _build_sharing_error() -> WorkbookDeniedError:
    return WorkbookDeniedError(
        N_("The Google Sheet is not shared by link, so it cannot be read without a service account."),
        N_(
            "In the sheet open Share, General access, and choose “Anyone with the link”. To keep it private, share it "
            "with a service account and set google.credentials_file."
        ),
    )


def _build_download_error() -> WorkbookError:
    return WorkbookError(
        N_("Google did not send the sheet as an .xlsx file."),
        N_("Open its address in a browser and check that it is a Google Sheet that viewers may download."),
    )


def _build_size_error() -> WorkbookError:
    return WorkbookError(
        N_("The Google Sheet is too large to be read by its link."),
        N_("Share it with a service account and set google.credentials_file."),
    )
