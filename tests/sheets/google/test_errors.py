"""Refusals by Google, and the error that each error of its libraries becomes."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import gspread.exceptions
import msgspec
import pytest
import requests
from google.auth import exceptions as auth_errors

from core.errors import (
    ConfigError,
    NrrbotError,
    WorkbookBusyError,
    WorkbookDeniedError,
    WorkbookError,
    WorkbookLayoutError,
    WorkbookMissingError,
)
from sheets.google.client import TOKEN_URLS
from sheets.google.errors import FOREIGN_ERRORS, map_error
from sheets.google.workbook import GoogleWorkbook
from tests.support.google.methods import Service
from tests.support.google.server import ROBOT, Fault, GoogleServer, drive_error, error_body
from tests.support.google_tables import GET, ID, MRR, Connect, make_table

OFF = json.dumps(error_body(403, "PERMISSION_DENIED", "has not been used", "SERVICE_DISABLED")).encode()


OFF_BEFORE = json.dumps(drive_error(403, "accessNotConfigured", "Access Not Configured")).encode()


SCOPE = json.dumps(error_body(403, "PERMISSION_DENIED", "scopes", "ACCESS_TOKEN_SCOPE_INSUFFICIENT")).encode()


OFFICE = json.dumps(error_body(400, "FAILED_PRECONDITION", "This operation is not supported")).encode()


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (Fault(status=403, body=OFF), WorkbookDeniedError, "Google Sheets API is switched off"),
        (Fault(status=403, body=OFF_BEFORE), WorkbookDeniedError, "Google Sheets API is switched off"),
        (Fault(status=403, body=SCOPE), WorkbookDeniedError, "does not have the permission"),
        (Fault(status=400, body=OFFICE), WorkbookMissingError, "Office file"),
        (Fault(status=403, body=b"<html>"), WorkbookBusyError, "did not come from Google (HTTP 403)"),
        (Fault(status=407, body=b""), WorkbookBusyError, "did not come from Google (HTTP 407)"),
        (Fault(status=200, body=b"[1]"), WorkbookBusyError, "did not come from Google (HTTP 200)"),
        (Fault(status=302, headers={"Location": "/"}), WorkbookBusyError, "did not come from Google (HTTP 302)"),
    ],
)
def test_refusals_by_status_and_reason(
    server: GoogleServer, connect: Connect, fault: Fault, kind: type[WorkbookError], says: str
) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(fault)
    with pytest.raises(kind, match=re.escape(says)):
        connect(sheet).tabs()
    assert server.counts()[GET] == 1


def test_the_drive_api_switched_off_is_named(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(Fault("drive", status=403, body=OFF))
    with pytest.raises(WorkbookDeniedError, match="The Google Drive API is switched off"):
        connect(sheet).version()


@pytest.mark.parametrize("call", ["tabs", "version"])
@pytest.mark.parametrize("shared", [False, True])
def test_not_found_and_not_shared_say_whom_to_share_with(
    server: GoogleServer, connect: Connect, call: str, *, shared: bool
) -> None:
    sheet = ID if shared else server.add_spreadsheet("Retention", {}, editors=[])
    with pytest.raises(WorkbookMissingError, match=rf"add {ROBOT} as an editor"):
        getattr(connect(sheet), call)()


def test_a_sheet_shared_for_reading_only(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR}, editors=[], viewers=[ROBOT])
    workbook = connect(sheet)
    assert len(workbook.read(workbook.tabs())[0].rows) == 4
    with pytest.raises(WorkbookDeniedError, match=f"make {ROBOT} an editor"):
        workbook.write([make_table()])


def test_a_write_that_google_refuses_says_why(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR}, sizes={"MRR": (1000, 9999)})
    with pytest.raises(WorkbookDeniedError, match="the limit of 10000000 cells"):
        connect(sheet).write([make_table(rows=[[None] * 5] * 1_000)])
    assert server.titles(sheet) == ["MRR"]


@pytest.mark.parametrize("trouble", ["revoked", "clock"])
def test_a_key_that_is_no_good_or_a_clock_that_is_wrong(server: GoogleServer, connect: Connect, trouble: str) -> None:
    workbook = connect(server.add_spreadsheet("Retention", {}))
    if trouble == "clock":
        server.clock_offset = 7200
    else:
        server.revoke()
    with pytest.raises(WorkbookDeniedError, match="revoked, or this computer's clock is wrong"):
        workbook.tabs()
    assert GET not in server.counts()


def test_a_key_revoked_while_in_use(server: GoogleServer, connect: Connect) -> None:
    workbook = connect(server.add_spreadsheet("Retention", {}))
    workbook.tabs()
    server.revoke()
    with pytest.raises(WorkbookDeniedError, match="revoked"):
        workbook.tabs()


def test_google_cannot_be_reached(server: GoogleServer, tmp_path: Path) -> None:
    key_file = server.service_account_file(tmp_path)
    token_url = "http://127.0.0.1:9/token"
    workbook = GoogleWorkbook(ID, key_file, timeout_seconds=1, retry_seconds=0.1, token_url=token_url)
    with pytest.raises(WorkbookBusyError, match="cannot be reached"):
        workbook.tabs()


def make_response(status: int) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps(error_body(status, "NOT_FOUND", "x")).encode()
    response.request = requests.Request("GET", "http://127.0.0.1/").prepare()
    return response


NOT_SHARED = (
    "The Google Sheet was not found, or it is not shared with the bot. Check its address, then open Share in the sheet "
    f"and add {ROBOT} as an editor."
)


FAILED = "Reading or writing the Google Sheet failed"


NO_SHEET, NO_TAB = "There is no such Google Sheet.", "A tab of the Google Sheet is gone."


KEY = f"Google refuses the key of {ROBOT}: it was revoked, or this computer's clock is wrong."
NOT_GOOGLE = "The answer did not come from Google"


KEY_FILE = "The Google key file cannot be used."


UNREACHABLE, NO_ANSWER = "Google cannot be reached.", "Google did not answer in time."


ADDRESS = "The address configured for Google's API is not a web address."


# The error of nrrbot, and the beginning of its sentence.
MAPPED: dict[type[Exception], tuple[type[NrrbotError], str]] = {
    gspread.exceptions.APIError: (WorkbookMissingError, NOT_SHARED),
    gspread.exceptions.GSpreadException: (WorkbookError, FAILED),
    gspread.exceptions.IncorrectCellLabel: (WorkbookError, FAILED),
    gspread.exceptions.InvalidInputValue: (WorkbookError, FAILED),
    gspread.exceptions.NoValidUrlKeyFound: (WorkbookMissingError, NO_SHEET),
    gspread.exceptions.SpreadsheetNotFound: (WorkbookMissingError, NO_SHEET),
    gspread.exceptions.UnSupportedExportFormat: (WorkbookError, FAILED),
    gspread.exceptions.WorksheetNotFound: (WorkbookLayoutError, NO_TAB),
    auth_errors.ClientCertError: (ConfigError, KEY_FILE),
    auth_errors.DefaultCredentialsError: (ConfigError, KEY_FILE),
    auth_errors.GoogleAuthError: (WorkbookBusyError, UNREACHABLE),
    auth_errors.InvalidOperation: (ConfigError, KEY_FILE),
    auth_errors.InvalidResource: (ConfigError, KEY_FILE),
    auth_errors.InvalidType: (ConfigError, KEY_FILE),
    auth_errors.InvalidValue: (ConfigError, KEY_FILE),
    auth_errors.MalformedError: (ConfigError, KEY_FILE),
    auth_errors.MutualTLSChannelError: (ConfigError, KEY_FILE),
    auth_errors.OAuthError: (WorkbookBusyError, UNREACHABLE),
    auth_errors.OSError: (ConfigError, KEY_FILE),
    auth_errors.ReauthFailError: (WorkbookBusyError, NOT_GOOGLE),
    auth_errors.ReauthSamlChallengeFailError: (WorkbookBusyError, NOT_GOOGLE),
    auth_errors.RefreshError: (WorkbookBusyError, NOT_GOOGLE),
    auth_errors.ResponseError: (WorkbookBusyError, UNREACHABLE),
    auth_errors.TimeoutError: (WorkbookBusyError, NO_ANSWER),
    auth_errors.TransportError: (WorkbookBusyError, UNREACHABLE),
    auth_errors.UserAccessTokenError: (WorkbookBusyError, UNREACHABLE),
    requests.ConnectionError: (WorkbookBusyError, UNREACHABLE),
    requests.Timeout: (WorkbookBusyError, NO_ANSWER),
    requests.exceptions.InvalidURL: (ConfigError, ADDRESS),
    msgspec.DecodeError: (WorkbookBusyError, NOT_GOOGLE),
    requests.exceptions.InvalidHeader: (WorkbookBusyError, NOT_GOOGLE),
}


def list_library_errors() -> set[type[Exception]]:
    modules = (gspread.exceptions, auth_errors)
    return {
        kind
        for module in modules
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception) and kind.__module__ == module.__name__
    }


def test_no_error_of_the_libraries_is_forgotten() -> None:
    assert list_library_errors() <= MAPPED.keys()
    assert all(issubclass(kind, FOREIGN_ERRORS) for kind in MAPPED)


@pytest.mark.parametrize("kind", MAPPED, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_each_error_of_the_libraries_becomes_one_of_ours(kind: type[Exception]) -> None:
    error = kind(make_response(404)) if kind is gspread.exceptions.APIError else kind("said in confidence")
    ours = map_error(error, ROBOT)
    wanted, sentence = MAPPED[kind]
    assert type(ours) is wanted
    assert str(ours).startswith(sentence)
    assert "said in confidence" not in str(ours)
    assert ours.fix


@pytest.mark.parametrize(
    ("answer", "retryable", "says"),
    [
        ({"error": "invalid_grant"}, False, "clock is wrong"),
        ({"error": "deleted_client"}, False, "was revoked"),
        ({"error": "admin_policy_enforced"}, False, "no access token (admin_policy_enforced)"),
        ("<html>", True, "cannot be reached"),
        ("<html>", False, "did not come from Google"),
        ({}, False, "did not come from Google"),
        ({"error": ["invalid_grant"]}, False, "did not come from Google"),
        ({"error": "Sign in, please"}, False, "did not come from Google"),
    ],
)
def test_why_there_is_no_token(answer: object, retryable: bool, says: str) -> None:
    error = auth_errors.RefreshError("refused", answer, retryable=retryable)  # type: ignore[no-untyped-call]  # untyped there
    assert says in str(map_error(error, ROBOT))


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>Sign in to the guest network</html>",
        b"[]",
        b"{}",
        b"null",
        b"\xff",
        b'{"access_token": 3, "expires_in": 3599}',
        b'{"access_token": "a\\nb", "expires_in": 3599}',
        b'{"access_token": "x", "expires_in": "soon"}',
        b'{"access_token": "x", "expires_in": 1e300}',
        b'{"access_token": "x", "expires_in": []}',
    ],
)
@pytest.mark.parametrize("status", [200, 302, 400, 404])
def test_junk_from_the_address_of_tokens(server: GoogleServer, connect: Connect, answer: bytes, status: int) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(*[Fault(service="token", status=status, body=answer, headers={"Location": "/elsewhere"})] * 9)
    with pytest.raises(WorkbookBusyError, match="did not come from Google"):
        connect(sheet).tabs()


@pytest.mark.parametrize("service", ["sheets", "token"])
def test_a_redirect_is_not_followed(server: GoogleServer, connect: Connect, service: Service) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    with GoogleServer() as other:
        server.fail(Fault(service=service, status=307, headers={"Location": f"{other.url}/token"}))
        with pytest.raises(WorkbookBusyError, match="did not come from Google"):
            connect(sheet).tabs()
        assert not other.calls


def test_a_key_file_with_another_address_of_tokens_is_not_used(server: GoogleServer, tmp_path: Path) -> None:
    key_file = server.service_account_file(tmp_path)
    with pytest.raises(ConfigError, match="an address for access tokens that is not Google's"):
        GoogleWorkbook(ID, key_file, timeout_seconds=1, retry_seconds=1)
    key = json.loads(key_file.read_text())
    for address in TOKEN_URLS:
        key_file.write_text(json.dumps({**key, "token_uri": address}))
        GoogleWorkbook(ID, key_file, timeout_seconds=1, retry_seconds=1).close()
