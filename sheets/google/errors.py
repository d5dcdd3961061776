"""Maps the errors of Google and its libraries: repeat the call, or raise a WorkbookError or ConfigError.

HTTP code, status and reason decide, never the text of a message: texts change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import gspread.exceptions
import msgspec
import requests
from google.auth import exceptions as auth_errors

from core.errors import (
    N_,
    ConfigError,
    NrrbotError,
    WorkbookBusyError,
    WorkbookDeniedError,
    WorkbookError,
    WorkbookLayoutError,
    WorkbookMissingError,
)

# All errors that gspread, google-auth, requests and msgspec raise.
FOREIGN_ERRORS = (
    gspread.exceptions.GSpreadException,
    gspread.exceptions.UnSupportedExportFormat,
    auth_errors.GoogleAuthError,
    requests.RequestException,
    msgspec.MsgspecError,
)

# A proxy in front of Google answers with these too.
_BUSY_CODES = frozenset({408, 429})
QUOTA_REASONS = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED", "dailyLimitExceeded"}
)
API_OFF_REASONS = frozenset({"SERVICE_DISABLED", "accessNotConfigured"})
SCOPE_REASONS = frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions", "insufficientScopes"})
REFUSED_KEY_REASONS = frozenset(
    {"invalid_grant", "invalid_client", "unauthorized_client", "deleted_client", "disabled_client"}
)


def get_response(error: BaseException | None) -> requests.Response | None:
    """Return the HTTP response behind an error; None if Google did not answer."""
    has_response = isinstance(error, (gspread.exceptions.APIError, requests.HTTPError))
    return getattr(error, "response", None) if has_response else None


def is_transient(error: BaseException) -> bool:
    """Return True if the same request may succeed a little later."""
    response = get_response(error)
    if response is not None:
        code = response.status_code
        if code == 403:
            return not QUOTA_REASONS.isdisjoint(ErrorDetails.parse(response).reasons)
        return code in (408, 429) or (code >= 500 and code != 501)
    if isinstance(error, auth_errors.GoogleAuthError):
        return error.retryable or isinstance(error, (auth_errors.TransportError, auth_errors.TimeoutError))
    if isinstance(error, requests.exceptions.SSLError):
        return False
    connection_errors = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
    return isinstance(error, connection_errors)


def is_no_spreadsheet(error: BaseException) -> bool:
    """Return True if the file of a call is no Google Sheet, or cannot be found."""
    response = get_response(error)
    if response is None:
        return False
    status = ErrorDetails.parse(response).status
    return response.status_code == 404 or (response.status_code == 400 and status == "FAILED_PRECONDITION")


class ErrorDetails(msgspec.Struct, frozen=True):
    """Google's description of an error: a status such as PERMISSION_DENIED, the reasons, a message for developers.

    `is_google` is False where the answer is not Google's, such as the page of a proxy.
    """

    is_google: bool = False
    status: str = ""
    message: str = ""
    reasons: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, response: requests.Response) -> ErrorDetails:
        """Return the details in an error body; a page of HTML has none."""
        try:
            error = msgspec.json.decode(response.content, type=_ErrorAnswer).error
        except msgspec.DecodeError:
            return cls()
        reasons = frozenset(part.reason for part in [*error.details, *error.errors] if part.reason)
        return cls(is_google=True, status=error.status, message=error.message, reasons=reasons)


class _Reason(msgspec.Struct):
    reason: str = ""


class _ErrorBody(msgspec.Struct):
    """An error; newer APIs list the reasons in `details`, older ones in `errors`."""

    status: str = ""
    message: str = ""
    details: list[_Reason] = []
    errors: list[_Reason] = []


class _ErrorAnswer(msgspec.Struct):
    error: _ErrorBody


def map_error(error: Exception, account: str) -> NrrbotError:
    """Return the NrrbotError for an error of a library. `account` is the service account's e-mail address."""
    response = get_response(error)
    if response is not None:
        return _map_response(response, account)
    if isinstance(error, auth_errors.RefreshError) and not error.retryable:
        return _map_refused_token(error, account)
    for error_types, build_error in ERROR_BUILDERS:
        if isinstance(error, error_types):
            return build_error()
    return WorkbookError(
        N_("Reading or writing the Google Sheet failed ({kind})."),
        N_("Try again. If it fails again, see the log for details."),
        kind=type(error).__name__,
    )


def _map_response(response: requests.Response, account: str) -> NrrbotError:
    details = ErrorDetails.parse(response)
    code, reasons, status = response.status_code, details.reasons, details.status
    if code < 500 and code not in _BUSY_CODES and not details.is_google:
        return _build_not_google(code)
    writing = response.request.method == "POST"
    service = "Google Drive API" if "/drive/" in (response.url or "") else "Google Sheets API"
    if code == 429 or not QUOTA_REASONS.isdisjoint(reasons):
        return WorkbookBusyError(
            N_("Google's quota for the {service} is used up."),
            N_("It refills within a minute: try again then. If it happens often, make fewer syncs."),
            service=service,
        )
    if not API_OFF_REASONS.isdisjoint(reasons):
        return WorkbookDeniedError(
            N_("The {service} is switched off in the Google Cloud project of {account}."),
            N_("Switch on the Google Sheets API and the Google Drive API there, then wait a few minutes."),
            service=service,
            account=account,
        )
    if not SCOPE_REASONS.isdisjoint(reasons):
        return WorkbookDeniedError(
            N_("{account} does not have the permission that this call needs."),
            N_("Check that your Google Workspace does not restrict the scopes of service accounts."),
            account=account,
        )
    if code == 401:
        return _build_refused_key(account)
    if code == 403 and writing:
        return WorkbookDeniedError(
            N_("{account} may read the Google Sheet, but not write in it."),
            N_("Open Share in the sheet and make {account} an editor."),
            account=account,
        )
    if code in (403, 404):
        return WorkbookMissingError(
            N_("The Google Sheet was not found, or it is not shared with the bot."),
            N_("Check its address, then open Share in the sheet and add {account} as an editor."),
            account=account,
        )
    if code == 400 and status == "FAILED_PRECONDITION":
        return WorkbookMissingError(
            N_("That address is not a Google Sheet; it may be an Office file in Google Drive."),
            N_("Open it, choose File, Save as Google Sheets, and use the address of the new sheet."),
        )
    if code == 400 and writing:
        return WorkbookDeniedError(
            N_("Google refused to write the bot's tabs: {reason}"),
            N_("Check that they are not protected, and that the sheet stays under 10 million cells."),
            reason=details.message,
        )
    if code == 400:
        return WorkbookBusyError(
            N_("A tab of the Google Sheet was renamed or made smaller while it was read."),
            N_("Try again."),
        )
    return WorkbookBusyError(
        N_("Google's servers report an error (HTTP {code})."), N_("Try again in a few minutes."), code=code
    )


def _map_refused_token(error: auth_errors.RefreshError, account: str) -> NrrbotError:
    """Return the error for a refused token: a revoked key or a wrong clock, or another reason that Google names."""
    answer = error.args[1] if len(error.args) > 1 else None
    reason = answer.get("error") if isinstance(answer, Mapping) else None
    if not isinstance(reason, str) or not re.fullmatch(r"[a-z_]{1,60}", reason):
        return _build_not_google(200)
    if reason not in REFUSED_KEY_REASONS:
        return WorkbookDeniedError(
            N_("Google gives {account} no access token ({reason})."),
            N_("Check the service account in the Google Cloud console."),
            account=account,
            reason=reason,
        )
    return _build_refused_key(account)


def _build_not_google(code: int = 200) -> NrrbotError:
    return WorkbookBusyError(
        N_("The answer did not come from Google (HTTP {code})."),
        N_("Check this machine's proxy and its connection to the internet."),
        code=code,
    )


def _build_refused_key(account: str) -> NrrbotError:
    return WorkbookDeniedError(
        N_("Google refuses the key of {account}: it was revoked, or this computer's clock is wrong."),
        N_("Check the clock first; then create a new JSON key for the service account."),
        account=account,
    )


def _build_time_out() -> NrrbotError:
    return WorkbookBusyError(
        N_("Google did not answer in time."), N_("Check the network connection, then try again in a few minutes.")
    )


def _build_unreachable() -> NrrbotError:
    return WorkbookBusyError(
        N_("Google cannot be reached."), N_("Check the network connection, then try again in a few minutes.")
    )


def _build_bad_key_file() -> NrrbotError:
    return ConfigError(N_("The Google key file cannot be used."), N_("Create a new JSON key for the service account."))


def _build_wrong_url() -> NrrbotError:
    return ConfigError(
        N_("The address configured for Google's API is not a web address."), N_("Leave it out, or correct it.")
    )


def _build_missing_tab() -> NrrbotError:
    return WorkbookLayoutError(N_("A tab of the Google Sheet is gone."), N_("Put it back, or undo its deletion."))


def _build_missing_sheet() -> NrrbotError:
    return WorkbookMissingError(N_("There is no such Google Sheet."), N_("Check its address."))


# From top to bottom; the first match counts.
ERROR_BUILDERS: Sequence[tuple[tuple[type[Exception], ...], Callable[[], NrrbotError]]] = (
    ((requests.Timeout, auth_errors.TimeoutError), _build_time_out),
    (
        (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema),
        _build_wrong_url,
    ),
    ((requests.exceptions.InvalidHeader, msgspec.MsgspecError), _build_not_google),
    ((requests.RequestException, auth_errors.TransportError, auth_errors.ResponseError), _build_unreachable),
    (
        (auth_errors.DefaultCredentialsError, auth_errors.MutualTLSChannelError, auth_errors.ClientCertError),
        _build_bad_key_file,
    ),
    ((auth_errors.GoogleAuthError,), _build_unreachable),
    ((gspread.exceptions.WorksheetNotFound,), _build_missing_tab),
    ((gspread.exceptions.SpreadsheetNotFound, gspread.exceptions.NoValidUrlKeyFound), _build_missing_sheet),
)
