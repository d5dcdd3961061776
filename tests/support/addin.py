"""The backend of the add-in on the loopback, with a loopback Google that signs identity tokens."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from bot.service.access.gate import Gate
from bot.service.analyst import Analyst
from bot.slack.background.lookups import Lookups
from bot.slack.client import build_web_client
from bot.web.addin.app import build_routes
from bot.web.addin.authentication import Authentication, RateLimit
from bot.web.addin.keys import create_key
from bot.web.server import serve_http
from core.config import Access, AccessPerson
from core.store.state.reader_keys import KeyScope
from tests.support.slack.server import SlackServer

CLIENT_ID = "1234-nrr.apps.googleusercontent.com"
PERSON = "ines@example.com"
# The person of the sidebar looks after nrrbot, and so may ask for a sync.
RULES = Access(administrators=["U0ANN"], people=[AccessPerson(slack="U0ANN", email=PERSON.title())])


@dataclass(frozen=True)
class Signer:
    """A key pair of a loopback Google, with its self-signed certificate."""

    id: str
    key: rsa.RSAPrivateKey
    certificate: str

    def sign(self, claims: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
        """Return a signed token; `header` replaces what is usual."""
        head = {"alg": "RS256", "kid": self.id, "typ": "JWT", **(header or {})}
        text = f"{_encode(head)}.{_encode(claims)}"
        signature = self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _encode(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@cache
def make_signer(name: str) -> Signer:
    """Return a key pair, made once."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1, start, start + dt.timedelta(days=9))
    certificate = builder.sign(key, hashes.SHA256())
    return Signer(name, key, certificate.public_bytes(serialization.Encoding.PEM).decode())


def make_claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a valid identity token, with changes; None takes a claim away."""
    now = int(time.time())
    claims = {
        "iss": "https://accounts.google.com",
        "aud": CLIENT_ID,
        "sub": "1",
        "email": PERSON,
        "email_verified": True,
        "iat": now - 5,
        "exp": now + 3600,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


@contextmanager
def serve_certificates(*signers: Signer) -> Iterator[str]:
    """Serve the certificates of a loopback Google; yield their address."""
    content = json.dumps({signer.id: signer.certificate for signer in signers}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/certs"
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Backend:
    """A running backend.

    Attributes:
        address: its address.
        analyst: its analyst.
        key: a key that may sync.
        authentication: tells who asks.
        syncs: what the next requests for a sync return, and the number of them so far.

    """

    address: str
    analyst: Analyst
    key: str
    authentication: Authentication
    answers: list[str | None] = field(default_factory=list)
    count: int = 0

    def request_sync(self) -> str | None:
        """Count a request for a sync."""
        self.count += 1
        return self.answers.pop(0) if self.answers else "started"

    def ask(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> requests.Response:
        """Send a request with a key: POST with a body, else GET; `headers` have underscores for dashes."""
        sent = {"Authorization": f"Bearer {key or self.key}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{self.address}/addin/v1/{path}"
        if body is None:
            return requests.get(url, headers=sent, timeout=30)
        data = body if isinstance(body, str) else json.dumps(body)
        return requests.post(url, data=data.encode(), headers=sent, timeout=30)

    def figures(self, *questions: tuple[str, ...], **more: Any) -> list[dict[str, Any]]:
        """Return the answers to (metric, segment, period, method)."""
        names = ("metric", "segment", "period", "method")
        body = {"questions": [dict(zip(names, question, strict=False)) for question in questions], **more}
        response = self.ask("metrics", body)
        assert response.status_code == 200, response.text
        answers: list[dict[str, Any]] = response.json()["answers"]
        return answers

    def make_key(self, scope: KeyScope = "read", days: int = 30, now: dt.datetime | None = None) -> str:
        """Return a new key."""
        moment = now or self.analyst.clock()
        return create_key(self.analyst.store, self.analyst.source or "", "Board", scope, days, moment)


@contextmanager
def serve_addin(
    analyst: Analyst, *, most_requests: int = 1_000_000, finish: Callable[[], None] = lambda: None, **settings: Any
) -> Iterator[Backend]:
    """Serve the backend for an analyst, with further settings of [addin], and the `rules` of [access]."""
    address = "http://127.0.0.1:1"  # the port is not known before it listens
    rules = settings.pop("rules", analyst.config.access)
    configured = msgspec.structs.replace(analyst.config.addin, **{"url": address, **settings})
    analyst = replace(analyst, config=msgspec.structs.replace(analyst.config, addin=configured, access=rules))
    key = create_key(analyst.store, analyst.source or "", "Test", "sync", 30, analyst.clock())
    with SlackServer() as slack:
        lookups = Lookups(build_web_client(slack.bot_token, slack.api_url), analyst.clock)
        authentication = Authentication(analyst, Gate(rules, lookups, analyst.audit), rate=RateLimit(most_requests))
        backend = Backend("", analyst, key, authentication)
        serving = serve_http(build_routes(analyst, backend.request_sync, authentication), port=0, finish=finish)
        backend.address = serving.address
        try:
            yield backend
        finally:
            serving.stop()
