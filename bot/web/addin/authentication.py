"""Who asks: a bearer key or an identity token, over HTTPS only, not too often. The gate says what they may see."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Lock
from typing import TYPE_CHECKING

from bot.service.access.gate import Gate
from bot.service.access.viewer import Viewer
from bot.service.analyst import Analyst
from bot.web.addin.contract import MOST_REQUESTS
from bot.web.addin.identity import CertificateRequest, TokenError, read_email
from bot.web.addin.keys import find_key, record_use
from core.errors import N_, ConfigError, NrrbotError

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

Network = IPv4Network | IPv6Network

_MOST_CREDENTIAL = 4096  # characters; identity tokens have about 1,200


class RefusedError(NrrbotError):
    """A request that is not answered.

    Attributes:
        code: a key of ERRORS.
        headers: further headers of the response.

    """

    def __init__(
        self, code: str, problem: str, fix: str = "", headers: Mapping[str, str] | None = None, **values: object
    ) -> None:
        super().__init__(problem, fix, **values)
        self.code = code
        self.headers = headers or {}


@dataclass(slots=True)
class RateLimit:
    """A bucket of requests for each reader that fills up within a minute."""

    most: int = MOST_REQUESTS
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, reader_id: str) -> float:
        """Take a request out of a bucket; return the seconds to wait, 0 where there was one."""
        now, per_second = time.monotonic(), self.most / 60
        with self._lock:
            left, since = self._buckets.get(reader_id, (float(self.most), now))
            left = min(self.most, left + (now - since) * per_second)
            if left < 1:
                return (1 - left) / per_second
            self._buckets[reader_id] = (left - 1, now)
            return 0


@dataclass(frozen=True, slots=True)
class Authentication:
    """Tells who asks.

    Attributes:
        analyst: the analyst, with the config and the store of the keys.
        gate: decides what they may see.
        certificates: fetches Google's certificates.
        rate: the limit of requests.

    """

    analyst: Analyst
    gate: Gate
    certificates: CertificateRequest = field(default_factory=CertificateRequest)
    rate: RateLimit = field(default_factory=RateLimit)

    def identify(self, environ: WSGIEnvironment) -> Viewer:
        """Return who sent a request.

        Raises:
            RefusedError: it may not be answered.
            AccessError: the gate does not let the person in.

        """
        self._require_https(environ)
        scheme, _, credential = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        credential = credential.strip()
        if scheme.lower() != "bearer" or not credential or len(credential) > _MOST_CREDENTIAL:
            raise RefusedError(
                "key_missing",
                N_("The request has no key."),
                N_("Send the header Authorization: Bearer, followed by the key. nrrbot addin key add makes one."),
                {"WWW-Authenticate": "Bearer"},
            )
        viewer = self._read_token(credential) if credential.count(".") == 2 else self._read_key(credential)
        wait = self.rate.take(viewer.id)
        if wait:
            raise RefusedError(
                "rate_limited",
                N_("More than {most} requests came in a minute."),
                N_("Wait {seconds} seconds. Ask for many figures in one request: a formula over a range does."),
                {"Retry-After": str(int(wait) + 1)},
                most=self.rate.most,
                seconds=int(wait) + 1,
            )
        return viewer

    def _require_https(self, environ: WSGIEnvironment) -> None:
        """Check that a request came over HTTPS, as a trusted proxy says, or without a proxy from this machine."""
        address = _read_address(environ)
        forwarded = str(environ.get("HTTP_X_FORWARDED_PROTO", ""))
        # An entry for each hop. A client can add some, and so refuse itself only.
        is_https = all(hop.strip().lower() == "https" for hop in forwarded.split(","))
        is_local = address is not None and address.is_loopback
        if is_local and (is_https or not forwarded):
            return
        trusted = read_networks(self.analyst.config.addin.trusted_proxies)
        is_trusted = is_local or (address is not None and any(address in network for network in trusted))
        if is_trusted and is_https:
            return
        if forwarded and not is_trusted:
            raise RefusedError(
                "https_required",
                N_("This request came from an address that is not trusted to say that it was HTTPS."),
                N_("Use the https:// address. If it is that of the proxy, add the proxy to addin.trusted_proxies."),
            )
        raise RefusedError(
            "https_required",
            N_("This request came over plain HTTP, so its key may have been read on the way."),
            N_("Use the https:// address. Revoke the key: nrrbot addin key revoke."),
        )

    def _read_key(self, secret: str) -> Viewer:
        store, now = self.analyst.store, self.analyst.clock()
        key = find_key(store, self.analyst.source or "", secret)
        if key is None:
            raise _refuse_key("key_invalid", N_("The key is not one of this workbook."))
        state = key.state(now)
        if state == "revoked":
            raise _refuse_key("key_revoked", N_("The key was revoked."))
        if state == "expired":
            raise _refuse_key("key_expired", N_("The key has expired."))
        record_use(store, key, now)
        return self.gate.admit_key(key)

    def _read_token(self, token: str) -> Viewer:
        settings = self.analyst.config.addin
        if not settings.client_id:
            raise RefusedError(
                "token_invalid",
                N_("The sidebar is not set up, so identity tokens are refused."),
                N_("Set addin.client_id in the config, and name people in access.people."),
            )
        try:
            email = read_email(token, settings.client_id, self.certificates, settings.certificates_url)
        except TokenError as error:
            raise RefusedError("token_invalid", error.problem, error.fix) from error
        return self.gate.admit_address(email)


def _refuse_key(code: str, problem: str) -> RefusedError:
    fix = N_("Ask the admin of nrrbot for a new one: nrrbot addin key add.")
    return RefusedError(code, problem, fix, {"WWW-Authenticate": "Bearer"})


def read_networks(proxies: Iterable[str]) -> Sequence[Network]:
    """Return the networks of the proxies that may say that a request came over HTTPS.

    Raises:
        ConfigError: one is neither an address nor a network.

    """
    try:
        return [ip_network(proxy) for proxy in proxies]
    except ValueError as error:
        raise ConfigError(
            N_("addin.trusted_proxies has an entry that is no address, so no proxy is trusted: {reason}."),
            N_('Write addresses or networks: ["10.0.0.7", "10.1.0.0/16"].'),
            reason=error,
        ) from error


def _read_address(environ: WSGIEnvironment) -> IPv4Address | IPv6Address | None:
    """Return the address that a request came from; None for one that is no IP address."""
    try:
        address = ip_address(str(environ.get("REMOTE_ADDR", "")))
    except ValueError:
        return None
    # A server that listens on IPv6 has IPv4 addresses in this form.
    return getattr(address, "ipv4_mapped", None) or address
