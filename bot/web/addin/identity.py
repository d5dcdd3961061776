"""Identity tokens of Google, which the sidebar sends: who the person is, verified by google-auth."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from core.errors import N_, NrrbotError

if TYPE_CHECKING:
    from google.auth.transport import Request, Response

CERTIFICATES_URL = "https://www.googleapis.com/oauth2/v1/certs"
_ISSUERS = frozenset(("accounts.google.com", "https://accounts.google.com"))
_KEEP_SECONDS = 3600.0  # Google announces a new key days before it signs with it
_CLOCK_SKEW = 10  # seconds
_TIMEOUT = 5.0  # seconds


class TokenError(NrrbotError):
    """An identity token is not valid, or cannot be verified now."""


@dataclass(slots=True)
class CertificateRequest:
    """Fetches Google's certificates for google-auth, and keeps them for an hour."""

    _responses: dict[str, tuple[float, Response]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _request: Request | None = None

    def __call__(self, url: str, method: str = "GET", **options: Any) -> Response:
        """Return the response of an address, at most an hour old."""
        from google.auth.transport.requests import Request

        with self._lock:
            fetched_at, response = self._responses.get(url, (0.0, None))
            if response is None or time.monotonic() - fetched_at > _KEEP_SECONDS:
                self._request = self._request or Request()
                response = self._request(url, method=method, timeout=_TIMEOUT, **options)
                if response.status == 200:
                    self._responses[url] = (time.monotonic(), response)
            return response


def read_email(token: str, audience: str, request: CertificateRequest, certificates_url: str = "") -> str:
    """Return the verified e-mail address of the person that an identity token is about, in lower case.

    Args:
        token: the token, as sent.
        audience: the OAuth client ID of the add-in's script.
        request: fetches the certificates.
        certificates_url: another address of Google's certificates; empty is Google's own.

    Raises:
        TokenError: the token is not a valid one for this audience.

    """
    from google.auth.exceptions import GoogleAuthError, TransportError
    from google.oauth2.id_token import verify_token

    try:
        claims: Mapping[str, Any] = verify_token(
            token,
            request,  # type: ignore[arg-type]  # called like google-auth's own
            audience,
            certificates_url or CERTIFICATES_URL,
            clock_skew_in_seconds=_CLOCK_SKEW,
        )
    except TransportError as error:
        raise TokenError(
            N_("The identity token cannot be verified: Google's certificates are not available."),
            N_("Try again in a minute."),
        ) from error
    except (GoogleAuthError, ValueError, TypeError, KeyError, AttributeError, UnicodeError) as error:
        raise _refuse() from error
    email = claims.get("email")
    if claims.get("iss") not in _ISSUERS or claims.get("email_verified") is not True or not isinstance(email, str):
        raise _refuse()
    return email.lower()


def _refuse() -> TokenError:
    # Nothing of the token is in the error: it would get into logs.
    return TokenError(
        N_("The identity token of the sidebar is not valid for this bot."),
        N_("Reload the sheet. If it is refused again, compare addin.client_id with the client ID of the script."),
    )
