"""A loopback server of Google Sheets v4, Drive v3 and the OAuth token endpoint, for tests.

    with GoogleServer() as google:
        key_file = google.service_account_file(tmp_path)
        sheet = google.add_spreadsheet("Retention", {"MRR": [["Account ID", "2025-01"], ["A-1", 1200.5]]})
        workbook = GoogleWorkbook.open(sheet, key_file, sheets_url=google.url, drive_url=google.url, ...)

Every request and every response is held to Google's own discovery documents. What the server itself does wrong
(an answer that does not fit, a request that it does not know yet) fails the test when the `with` block ends.
"""

from __future__ import annotations

import base64
import json
import secrets
import socket
import threading
import time
import zlib
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.message import Message
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.support.google.batch import apply
from tests.support.google.methods import READS, SERVED, Request, Service
from tests.support.google.schema import Json, Method, SchemaError, api, masked
from tests.support.google.state import (
    SHORTCUT,
    SPREADSHEET,
    Area,
    Given,
    RefusedError,
    Sheet,
    Spreadsheet,
    Stored,
    invalid,
    make_sheet,
    matrix,
)

TOKEN_AUDIENCE = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ROBOT = "nrrbot@retention-test.iam.gserviceaccount.com"
CLOCK_SKEW = 300
SHORT_LIVED = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)
# What Drive answers with when it is not asked for particular fields.
DRIVE_DEFAULT = "kind,id,name,mimeType"


@dataclass(frozen=True)
class Call:
    """One request that arrived: `method` is the discovery id, such as `sheets.spreadsheets.get`."""

    service: Service
    method: str
    path: str
    query: Mapping[str, list[str]]
    size: int


@dataclass(frozen=True)
class Fault:
    """What to do to one call instead of, or after, serving it.

    Attributes:
        service: which service it waits for; None is Sheets or Drive.
        method: the discovery id that it waits for; empty is any.
        status: answer with this HTTP status and `body`.
        headers: of that answer.
        drop: close the connection without an answer.
        hang: wait so many seconds, then close the connection.
        served: do the work before dropping or hanging: the answer is lost, the change is not.

    """

    service: Service | None = None
    method: str = ""
    status: int = 0
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    hang: float = 0.0
    served: bool = False


def error_body(code: int, status: str, message: str, reason: str = "") -> Json:
    """Return Google's error body; a reason comes as ErrorInfo, as the newer services give it."""
    error: Json = {"code": code, "message": message, "status": status}
    if reason:
        info = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": info, "reason": reason, "domain": "googleapis.com"}]
    return {"error": error}


def drive_error(code: int, reason: str, message: str) -> Json:
    """Return an error body in the older form that Drive uses: no status, a list of errors with reasons."""
    return {"error": {"code": code, "message": message, "errors": [{"domain": "global", "reason": reason}]}}


@cache
def private_key(number: int = 0) -> rsa.RSAPrivateKey:
    """Return the `number`-th RSA key of the tests, made once a process."""
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class GoogleServer:
    """The server and its state. Use as a context manager; all methods may be called while it runs."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.failures: list[Exception] = []
        self.faults: deque[Fault] = deque()
        # Returns the fault of a call for which none is queued.
        self.draw_fault: Callable[[Call], Fault | None] = lambda _: None
        self.spreadsheets: dict[str, Spreadsheet] = {}
        self.clock_offset = 0.0
        # The header Date of each answer; None for the real time.
        self.date: str | None = None
        # Bytes of the bodies of all answers: as they are, and as they went over the wire.
        self.answered_bytes = self.sent_bytes = 0
        self._accounts: dict[str, tuple[str, rsa.RSAPublicKey]] = {}
        self._tokens: dict[str, tuple[str, frozenset[str], float]] = {}
        # Called with the method before each call of an API is served, as if a colleague were at work meanwhile.
        self.before_call: Callable[[str], object] = lambda _: None
        self._hooks: dict[int, Callable[[], object]] = {}
        self._reads = 0
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        if self.failures and error is None:
            raise ExceptionGroup("the loopback Google server failed", self.failures)

    @property
    def url(self) -> str:
        """The root of both APIs: `http://127.0.0.1:<port>`."""
        return f"http://127.0.0.1:{self._http.server_port}"

    # What a test prepares.

    def add_spreadsheet(
        self,
        title: str,
        tabs: Mapping[str, Sequence[Sequence[Given]]],
        *,
        locale: str = "en_US",
        time_zone: str = "Etc/GMT",
        editors: Sequence[str] = (ROBOT,),
        viewers: Sequence[str] = (),
        sizes: Mapping[str, tuple[int, int]] | None = None,
        shared_drive: bool = False,
    ) -> str:
        """Make a spreadsheet from plain rows and return its id. `sizes` gives (rows, columns) of a tab's grid."""
        sheets = [
            make_sheet(0 if number == 0 else secrets.randbelow(2**31), name, rows, (sizes or {}).get(name))
            for number, (name, rows) in enumerate((tabs or {"Sheet1": []}).items())
        ]
        spreadsheet_id = "1" + secrets.token_urlsafe(32)
        self.spreadsheets[spreadsheet_id] = Spreadsheet(
            spreadsheet_id, title, locale, time_zone, sheets, set(editors), set(viewers), shared_drive
        )
        return spreadsheet_id

    def add_file(self, name: str, kind: str, *, target: str = "", editors: Sequence[str] = (ROBOT,)) -> str:
        """Make a file of Drive that is no spreadsheet, such as a shortcut to the file `target`; return its id."""
        file_id = self.add_spreadsheet(name, {}, editors=editors)
        book = self.spreadsheets[file_id]
        book.kind = kind
        if target:
            book.target = {"targetId": target, "targetMimeType": self.spreadsheets[target].kind}
        return file_id

    def service_account_file(self, folder: Path, email: str = ROBOT, *, key: int = 0, trusted: bool = True) -> Path:
        """Write a service account's key file and register its public key (unless not `trusted`)."""
        secret = private_key(key)
        key_id = f"key-{key}"
        if trusted:
            self._accounts[email] = (key_id, secret.public_key())
        pem = secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        content = {
            "type": "service_account",
            "project_id": "retention-test",
            "private_key_id": key_id,
            "private_key": pem.decode(),
            "client_email": email,
            "client_id": "100000000000000000001",
            "token_uri": f"{self.url}/token",
        }
        path = folder / f"{email.partition('@')[0]}-{key_id}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def revoke(self, email: str = ROBOT) -> None:
        """Delete the account's key, and with it every token."""
        self._accounts.pop(email, None)
        self.expire_tokens()

    def expire_tokens(self) -> None:
        """Make every access token that was given out invalid."""
        self._tokens.clear()

    def fail(self, *faults: Fault) -> None:
        """Queue faults; each is used up by the first call that it waits for."""
        self.faults.extend(faults)

    def before_read(self, number: int, edit: Callable[[], object]) -> None:
        """Call `edit` just before the `number`-th read of values (counted from 1) is served."""
        self._hooks[number] = edit

    def edit(self, spreadsheet_id: str, title: str, cell: str, value: Stored) -> None:
        """Change a cell, as a colleague would in the browser."""
        # A request that is being served works on a draft, and adopting that would lose the edit.
        with self._lock:
            book = self.spreadsheets[spreadsheet_id]
            sheet, area = book.locate(f"'{title.replace(chr(39), chr(39) * 2)}'!{cell}")
            sheet.set_rows(area.top, area.left, [[value]])
            book.touch()

    def batch(self, spreadsheet_id: str, *requests: Json) -> list[Json]:
        """Apply batchUpdate requests as a colleague would in the browser; no HTTP, no permission."""
        with self._lock:
            return apply(self.spreadsheets[spreadsheet_id], list(requests))

    # What a test looks at.

    def sheet(self, spreadsheet_id: str, title: str) -> Sheet:
        """Return a tab with all that is in it."""
        tab = self.spreadsheets[spreadsheet_id].titled(title)
        assert tab is not None, f"no tab {title!r}"
        return tab

    def titles(self, spreadsheet_id: str) -> list[str]:
        """Return the titles of the tabs in their order."""
        return [sheet.title for sheet in self.spreadsheets[spreadsheet_id].sheets]

    def rows(self, spreadsheet_id: str, title: str) -> list[list[Any]]:
        """Return the values of a tab as values.get gives them, unformatted."""
        sheet = self.sheet(spreadsheet_id, title)
        return matrix(sheet, Area(0, 0, sheet.height, sheet.width), "UNFORMATTED_VALUE")

    def counts(self) -> dict[str, int]:
        """Return how many calls of each method arrived."""
        return dict(Counter(call.method for call in self.calls))

    # How a request is served.

    def serve(self, verb: str, target: str, headers: Message, body: bytes) -> Reply | None:
        """Return the answer to a request, or None for "close the connection"."""
        parts = urlsplit(target)
        query = parse_qs(parts.query, keep_blank_values=True)
        service: Service = "token" if parts.path == "/token" else "drive" if parts.path[:7] == "/drive/" else "sheets"
        document = api("drive.v3" if service == "drive" else "sheets.v4")
        api_method = document.find(verb, parts.path[1:]) if service != "token" else None
        method = api_method[0].id if api_method else service
        fault = self._log(Call(service, method, parts.path, query, len(body)))
        if fault and not fault.served:
            return self._act(fault)
        if service == "token":
            reply = self._token(body)
        elif api_method is None:
            reply = Reply(404, b"<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>", "text/html; charset=UTF-8")
        else:
            reply = self._api(Request(service, document, *api_method, query, headers.get("Authorization", ""), body))
        return self._act(fault) if fault else reply

    def _log(self, call: Call) -> Fault | None:
        with self._lock:
            self.calls.append(call)
            for fault in self.faults:
                wanted = (fault.service,) if fault.service else ("sheets", "drive")
                if call.service in wanted and fault.method in ("", call.method):
                    self.faults.remove(fault)
                    return fault
        return self.draw_fault(call)

    def _act(self, fault: Fault) -> Reply | None:
        if fault.hang:
            self._stopping.wait(fault.hang)
        if fault.hang or fault.drop:
            return None
        kind = "application/json; charset=UTF-8" if fault.body[:1] == b"{" else "text/html; charset=UTF-8"
        return Reply(fault.status, fault.body, kind, fault.headers)

    def _api(self, request: Request) -> Reply:
        try:
            email = self._authorized(request.authorization, request.method)
            request.document.check_query(request.method, request.query)
            default = DRIVE_DEFAULT if request.service == "drive" else "*"
            mask = request.document.mask(request.method.response, request.one("fields") or default)
            body = _decoded(request.body) if request.method.request else {}
            if request.method.request:
                request.document.check(request.method.request, body)
            answer = self._dispatch(request, email, body)
        except SchemaError as error:
            return Reply.of(400, error_body(400, "INVALID_ARGUMENT", str(error)))
        except RefusedError as error:
            return Reply.of(error.code, _refusal(request.service, error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault of this server and fails the test
            self.failures.append(error)
            return Reply.of(501, error_body(501, "UNIMPLEMENTED", repr(error)))
        try:
            request.document.check(request.method.response, answer)
        except SchemaError as error:
            self.failures.append(error)
        reply = Reply.of(200, masked(answer, mask))
        # Google indents unless it is asked not to.
        compact = request.one("prettyPrint") == "false"
        return reply if compact else replace(reply, body=msgspec.json.format(reply.body))

    def _authorized(self, header: str, method: Method) -> str:
        """Return whose token it is. Raises RefusedError as Google does."""
        kind, _, token = header.partition(" ")
        email, scopes, expires = self._tokens.get(token, ("", frozenset(), 0.0))
        if kind != "Bearer" or expires <= time.time():
            raise RefusedError(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if not scopes & method.scopes:
            message = "Request had insufficient authentication scopes."
            raise RefusedError(403, "PERMISSION_DENIED", message, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
        return email

    def _dispatch(self, request: Request, email: str, body: Json) -> Json:
        name = request.method.id
        if name == "sheets.spreadsheets.create":
            raise RefusedError(403, "PERMISSION_DENIED", "The caller does not have permission")
        served = SERVED.get(name)
        if served is None:
            raise NotImplementedError(name)
        with self._lock:
            book = self._book(request, email)
            self.before_call(name)
            if name in READS:
                self._reads += 1
                edit = self._hooks.pop(self._reads, None)
                if edit:
                    edit()
            book.asker = email
            try:
                return served(book, request, body)
            finally:
                book.asker = ""

    def _book(self, request: Request, email: str) -> Spreadsheet:
        """Return the spreadsheet of a call, if this account may do that with it."""
        key = unquote(request.path.get("spreadsheetId") or request.path["fileId"])
        book = self.spreadsheets.get(key)
        if request.service == "drive":
            everywhere = request.one("supportsAllDrives") == "true"
            hidden = book is None or email not in book.editors | book.viewers or (book.shared_drive and not everywhere)
            if book is None or hidden:
                raise RefusedError(404, "", f"File not found: {key}.", "notFound")
            return book
        if book is None or book.kind == SHORTCUT:
            raise RefusedError(404, "NOT_FOUND", "Requested entity was not found.")
        if book.kind != SPREADSHEET:
            raise RefusedError(400, "FAILED_PRECONDITION", "This operation is not supported for this document")
        writes = request.method.verb != "GET"
        if email not in (book.editors if writes else book.editors | book.viewers):
            raise RefusedError(403, "PERMISSION_DENIED", "The caller does not have permission")
        return book

    def _token(self, body: bytes) -> Reply:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if form.get("grant_type") != GRANT:
            return Reply.of(400, {"error": "unsupported_grant_type", "error_description": "Invalid grant_type"})
        refusal, email, scope = self._judge(form.get("assertion", ""))
        if refusal:
            return Reply.of(400, {"error": "invalid_grant", "error_description": refusal})
        token = f"ya29.{secrets.token_urlsafe(40)}"
        self._tokens[token] = (email, frozenset(scope.split()), time.time() + 3600)
        return Reply.of(200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def _judge(self, assertion: str) -> tuple[str, str, str]:
        """Return (why it is refused, whose it is, the scopes asked for) of a signed JWT."""
        try:
            head, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in assertion.split("."))
            header, claim = json.loads(head), json.loads(claims)
        except ValueError:
            return "Invalid JWT: it does not parse", "", ""
        key_id, public_key = self._accounts.get(claim.get("iss", ""), ("", None))
        if public_key is None:
            return "Invalid grant: account not found", "", ""
        try:
            signed = assertion.rpartition(".")[0].encode()
            public_key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return "Invalid JWT Signature.", "", ""
        if header.get("alg") != "RS256" or header.get("kid") != key_id:
            return "Invalid JWT Signature.", "", ""
        if claim.get("aud") not in (TOKEN_AUDIENCE, f"{self.url}/token"):
            return "Invalid JWT: Failed audience check.", "", ""
        now, issued, expires = time.time() + self.clock_offset, claim.get("iat", 0), claim.get("exp", 0)
        if issued > now + CLOCK_SKEW or expires < now - CLOCK_SKEW or expires - issued > 3600:
            return SHORT_LIVED, "", ""
        return "", claim["iss"], claim.get("scope", "")


@dataclass(frozen=True)
class Reply:
    """An answer of the server, as it goes over the wire."""

    status: int
    body: bytes
    kind: str = "application/json; charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, status: int, content: Json) -> Reply:
        return cls(status, msgspec.json.encode(content))


def _decoded(body: bytes) -> Json:
    try:
        content = msgspec.json.decode(body or b"{}")
    except msgspec.DecodeError:
        raise invalid("Invalid JSON payload received.") from None
    if not isinstance(content, dict):
        raise invalid("Invalid JSON payload received. Unexpected token.")
    return content


def _refusal(service: Service, error: RefusedError) -> Json:
    if service == "drive" and error.code == 404:
        return drive_error(404, error.reason, error.message)
    return error_body(error.code, error.status, error.message, error.reason)


# Bytes of the shortest answer that is compressed.
_LEAST_COMPRESSED = 1000


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, owner: GoogleServer) -> None:
        self.owner = owner
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                self.open.discard(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that gave up waiting is part of many tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.server.open.add(self.connection)

    def finish(self) -> None:
        self.server.open.discard(self.connection)
        super().finish()

    def date_time_string(self, timestamp: float | None = None) -> str:
        date = self.server.owner.date
        return super().date_time_string(timestamp) if date is None else date

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.server.owner.serve(self.command, self.path, self.headers, body)
        if reply is None:
            self.close_connection = True
            return
        content = reply.body
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        if self._accepts_gzip() and len(content) >= _LEAST_COMPRESSED:
            content = zlib.compress(content, 1, wbits=31)
            self.send_header("Content-Encoding", "gzip")
        self.server.owner.answered_bytes += len(reply.body)
        self.server.owner.sent_bytes += len(content)
        self.send_header("Content-Length", str(len(content)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _accepts_gzip(self) -> bool:
        """Tell whether Google would compress an answer: the user agent has to say so, too."""
        return all("gzip" in self.headers.get(name, "") for name in ("Accept-Encoding", "User-Agent"))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep the tests quiet; `calls` holds what arrived."""
