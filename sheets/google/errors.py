"""What the errors of Google and of its libraries mean: to be tried again, or an error of ours.

They are told apart by HTTP code, status and reason, never by the text of a message: texts change.
"""

from __future__ import annotations

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

# Everything that gspread, google-auth, requests and the JSON reader raise.
FOREIGN = (
    gspread.exceptions.GSpreadException,
    gspread.exceptions.UnSupportedExportFormat,
    auth_errors.GoogleAuthError,
    requests.RequestException,
    msgspec.MsgspecError,
)

QUOTA_REASONS = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED", "dailyLimitExceeded"}
)
OFF_REASONS = frozenset({"SERVICE_DISABLED", "accessNotConfigured"})
SCOPE_REASONS = frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions", "insufficientScopes"})
KEY_REFUSED = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "deleted_client", "disabled_client"})


def response_of(error: BaseException | None) -> requests.Response | None:
    """Return Google's answer that made an error, where there was one."""
    answered = isinstance(error, (gspread.exceptions.APIError, requests.HTTPError))
    return getattr(error, "response", None) if answered else None


def is_transient(error: BaseException) -> bool:
    """Tell whether the same request may succeed a little later."""
    response = response_of(error)
    if response is not None:
        code = response.status_code
        if code == 403:
            return not QUOTA_REASONS.isdisjoint(Refusal.of(response).reasons)
        return code in (408, 429) or (code >= 500 and code != 501)
    if isinstance(error, auth_errors.GoogleAuthError):
        return error.retryable or isinstance(error, (auth_errors.TransportError, auth_errors.TimeoutError))
    if isinstance(error, requests.exceptions.SSLError):
        return False
    broken = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
    return isinstance(error, broken)


class Refusal(msgspec.Struct, frozen=True):
    """What Google's error body says: a status such as PERMISSION_DENIED, the reasons, a message for developers."""

    status: str = ""
    message: str = ""
    reasons: frozenset[str] = frozenset()

    @classmethod
    def of(cls, response: requests.Response) -> Refusal:
        """Return what can be read of an error body; of a page of HTML that is nothing."""
        try:
            error = msgspec.json.decode(response.content, type=_Body).error
        except msgspec.DecodeError:
            return cls()
        reasons = frozenset(part.reason for part in [*error.details, *error.errors] if part.reason)
        return cls(error.status, error.message, reasons)


class _Part(msgspec.Struct):
    reason: str = ""


class _Error(msgspec.Struct):
    """An error; `details` is the newer place of its reasons, `errors` the older one."""

    status: str = ""
    message: str = ""
    details: list[_Part] = []
    errors: list[_Part] = []


class _Body(msgspec.Struct):
    error: _Error


def mapped(error: Exception, account: str) -> NrrbotError:
    """Return the error of ours that a foreign one means. `account` is the service account's e-mail address."""
    response = response_of(error)
    if response is not None:
        return _api_error(response, account)
    if isinstance(error, auth_errors.RefreshError) and not error.retryable:
        return _key_error(error, account)
    for kinds, make in OTHERS:
        if isinstance(error, kinds):
            return make()
    return WorkbookError(
        N_("Reading or writing the Google Sheet failed ({kind})."),
        N_("Try again; if it goes on, the log says more."),
        kind=type(error).__name__,
    )


def _api_error(response: requests.Response, account: str) -> NrrbotError:
    refusal = Refusal.of(response)
    code, reasons, status = response.status_code, refusal.reasons, refusal.status
    writing = response.request.method == "POST"
    service = "Google Drive API" if "/drive/" in (response.url or "") else "Google Sheets API"
    if code == 429 or not QUOTA_REASONS.isdisjoint(reasons):
        return WorkbookBusyError(
            N_("Google's quota for the {service} is used up."),
            N_("It refills within a minute: try again then. If it happens often, make fewer syncs."),
            service=service,
        )
    if not OFF_REASONS.isdisjoint(reasons):
        return WorkbookDeniedError(
            N_("The {service} is switched off in the Google Cloud project of {account}."),
            N_("Switch on the Google Sheets API and the Google Drive API there, then wait a few minutes."),
            service=service,
            account=account,
        )
    if not SCOPE_REASONS.isdisjoint(reasons):
        return WorkbookDeniedError(
            N_("The access of {account} does not reach as far as this call."),
            N_("Check that nobody restricts the scopes of service accounts in your Google Workspace."),
            account=account,
        )
    if code == 401:
        return _denied_key(account)
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
            reason=refusal.message,
        )
    if code == 400:
        return WorkbookBusyError(
            N_("A tab of the Google Sheet was renamed or made smaller while it was read."),
            N_("Try again."),
        )
    return WorkbookBusyError(
        N_("Google has trouble of its own (HTTP {code})."), N_("Try again in a few minutes."), code=code
    )


def _key_error(error: auth_errors.RefreshError, account: str) -> NrrbotError:
    """Return what a refused token means: a key that is no longer good, or a clock that is wrong."""
    answer = error.args[1] if len(error.args) > 1 else None
    if isinstance(answer, Mapping) and answer.get("error") not in KEY_REFUSED:
        return WorkbookDeniedError(
            N_("Google gives {account} no access token ({reason})."),
            N_("Check the service account in the Google Cloud console."),
            account=account,
            reason=answer.get("error", "no reason"),
        )
    return _denied_key(account)


def _denied_key(account: str) -> NrrbotError:
    return WorkbookDeniedError(
        N_("Google refuses the key of {account}: it was revoked, or this computer's clock is wrong."),
        N_("Check the clock first; then create a new JSON key for the service account."),
        account=account,
    )


def _no_answer() -> NrrbotError:
    return WorkbookBusyError(
        N_("Google did not answer in time."), N_("Check the network connection, then try again in a few minutes.")
    )


def _unreachable() -> NrrbotError:
    return WorkbookBusyError(
        N_("Google cannot be reached."), N_("Check the network connection, then try again in a few minutes.")
    )


def _no_credentials() -> NrrbotError:
    return ConfigError(N_("The Google key file cannot be used."), N_("Create a new JSON key for the service account."))


def _wrong_url() -> NrrbotError:
    return ConfigError(
        N_("The address configured for Google's API is not a web address."), N_("Leave it out, or correct it.")
    )


def _no_tab() -> NrrbotError:
    return WorkbookLayoutError(N_("A tab of the Google Sheet is gone."), N_("Put it back, or undo its deletion."))


def _no_sheet() -> NrrbotError:
    return WorkbookMissingError(N_("There is no such Google Sheet."), N_("Check its address."))


# Walked from top to bottom; the first that fits counts.
OTHERS: Sequence[tuple[tuple[type[Exception], ...], Callable[[], NrrbotError]]] = (
    ((requests.Timeout, auth_errors.TimeoutError), _no_answer),
    (
        (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema),
        _wrong_url,
    ),
    ((requests.RequestException, auth_errors.TransportError, auth_errors.ResponseError), _unreachable),
    (
        (auth_errors.DefaultCredentialsError, auth_errors.MutualTLSChannelError, auth_errors.ClientCertError),
        _no_credentials,
    ),
    ((auth_errors.GoogleAuthError, msgspec.MsgspecError), _unreachable),
    ((gspread.exceptions.WorksheetNotFound,), _no_tab),
    ((gspread.exceptions.SpreadsheetNotFound, gspread.exceptions.NoValidUrlKeyFound), _no_sheet),
)
