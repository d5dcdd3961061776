"""Slack's path over HTTP: what is not signed is refused before it is read, and nothing leads to a traceback."""

from __future__ import annotations

import http.client
import json
import logging
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import pytest

from bot.service.log import limit_rate
from bot.service.serving import Serving
from bot.slack.wsgi import EVENTS_PATH, build_wsgi_app
from bot.web.server import MAX_BODY, serve_http
from tests.support.logs import read_log
from tests.support.slack.server import SIGNING_SECRET, SlackServer, sign
from tests.support.slack.stage import Product, build_stage_app

FORM = "application/x-www-form-urlencoded"
COMMAND = {
    "command": "/nrr",
    "text": "enterprise Q3",
    "user_id": "U0ANN",
    "channel_id": "C0GENERAL",
    "team_id": "T0NRR",
    "response_url": "",
    "trigger_id": "1.2",
}
EVENT = {
    "type": "event_callback",
    "team_id": "T0NRR",
    "event": {"type": "app_mention", "user": "U0ANN", "channel": "C0GENERAL", "text": "<@U0BOT> Q3", "ts": "1.1"},
    "event_id": "Ev1",
}
CLICK: dict[str, object] = {
    "type": "block_actions",
    "user": {"id": "U0ANN"},
    "channel": {"id": "C0GENERAL"},
    "team": {"id": "T0NRR"},
    "response_url": "",
    "container": {"message_ts": "1.1"},
    "actions": [{"type": "button", "action_id": "share", "value": "state", "block_id": "b", "action_ts": "1.2"}],
}
ALLOWED = {200, 400, 401, 404, 413}


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with SlackServer() as slack:
        COMMAND["response_url"] = CLICK["response_url"] = slack.new_response_url()
        app = build_stage_app(slack, Product(), tmp_path_factory.mktemp("store"))
        serving = serve_http({EVENTS_PATH: build_wsgi_app(app)}, port=0, finish=app.finish, request_seconds=0.2)
        yield serving
        serving.stop()


class Client:
    """One kept connection, on which any bytes can be sent as a request."""

    def __init__(self, address: str) -> None:
        self._host = address.removeprefix("http://")
        self._connection = http.client.HTTPConnection(self._host, timeout=20)

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        self._connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self._connection.putheader(name, value.encode("latin-1", "replace"))
        self._connection.endheaders(body)
        response = self._connection.getresponse()
        response.read()
        if response.will_close:
            self._connection.close()
        return response.status

    def post(self, body: bytes, headers: Mapping[str, str], content_type: str = FORM) -> int:
        return self.send("POST", EVENTS_PATH, body, {"Content-Type": content_type, **headers})

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def client(serving: Serving) -> Iterator[Client]:
    client = Client(serving.address)
    yield client
    client.close()


def sign_now(body: bytes) -> dict[str, str]:
    return sign(body.decode(), SIGNING_SECRET, time.time())


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b""),
        ({}, b"ssl_check=1"),
        ({}, b'{"type": "url_verification", "challenge": "x"}'),
        ({}, b"\xff\xfe"),
        ({}, b'{"a": '),
        ({"X-Slack-Request-Timestamp": "9" * 5000}, b"a=1"),
        ({"X-Slack-Request-Timestamp": "\xb2"}, b"a=1"),
        ({"X-Slack-Request-Timestamp": "-1"}, b"a=1"),
        ({"X-Slack-Request-Timestamp": "1e9"}, b"a=1"),
        ({"X-Slack-Signature": "v0=" + "0" * 64}, b"a=1"),
        ({"X-Slack-Signature": "v0=\xe9"}, b"a=1"),
        ({"X-Slack-Signature": ""}, b"a=1"),
    ],
)
def test_what_is_not_signed_is_401(client: Client, headers: dict[str, str], body: bytes) -> None:
    signature = sign_now(b"another body")
    for content_type in (FORM, "application/json", "text/plain", ""):
        assert client.post(body, headers, content_type) == 401
        assert client.post(body, {**signature, **headers}, content_type) == 401
    assert client.send("GET", EVENTS_PATH, b"", headers) == 401


def test_a_signature_is_of_the_raw_bytes_and_at_most_five_minutes_old(client: Client) -> None:
    body = urlencode(COMMAND).encode()
    assert client.post(body, sign_now(body)) == 200
    assert client.post(body + b"&", sign_now(body)) == 401
    for age in (-302, 302):
        assert client.post(body, sign(body.decode(), SIGNING_SECRET, time.time() - age)) == 401


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"1", "application/json"),
        (b"null", "application/json"),
        (b"payload=%7B", FORM),
        (b"payload=[]", FORM),
        (b"payload=%FF", FORM),
        (b"command=%2Fnrr", FORM),
        (b'{"type": "event_callback", "event": {"type": "app_mention"}}', "application/json"),
        (b'{"type": "event_callback", "event": []}', "application/json"),
        (b"a=1", "text/plain"),
        (b"a=1", "multipart/form-data; boundary=x"),
        (b"a=1", ""),
    ],
)
def test_a_signed_body_that_slack_does_not_send_is_no_fault(
    client: Client, caplog: pytest.LogCaptureFixture, body: bytes, content_type: str
) -> None:
    assert client.post(body, sign_now(body), content_type) in ALLOWED - {401}
    assert "Traceback" not in caplog.text


def test_an_answer_is_sent_to_slack_alone(client: Client) -> None:
    body = urlencode({**COMMAND, "response_url": "https://example.com/steal"}).encode()
    assert client.post(body, sign_now(body)) == 400


def test_unsigned_requests_are_one_line_of_the_log_a_minute(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("nrrbot.slack.unsigned")
    logger.filters.clear()  # other tests had the line of this minute
    limit_rate(logger.name)
    for number in range(50):
        client.post(f"a={number}".encode(), {})
    assert [line["event"] for line in read_log(caplog)] == ["refused requests that Slack did not sign"]


class Mutator:
    """Makes requests to Slack's path, each valid but for some mutations; some are signed after them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the mutations are no secret

    def make(self) -> tuple[str, str, bytes, dict[str, str]]:
        body, content_type = self.random.choice(
            [
                (urlencode(COMMAND), FORM),
                (json.dumps(EVENT), "application/json"),
                (urlencode({"payload": json.dumps(CLICK)}), FORM),
            ]
        )
        raw = body.encode()
        if self.random.random() < 0.7:
            raw = self.mutate(raw)
        headers = {"Content-Type": content_type}
        signable = raw.decode("utf-8", "replace")
        headers |= sign(signable, SIGNING_SECRET, time.time() - self.random.choice([0, 0, 0, 400, -400, 1e15]))
        method, path = "POST", EVENTS_PATH
        for _ in range(self.random.choice([0, 0, 1, 2])):
            name = self.random.choice([*headers, "Content-Length", "Transfer-Encoding", "Expect", "X-Slack-Retry-Num"])
            value = headers.get(name, self.random.choice(["chunked", "0", "-1", "1e9", "99999999999", "gzip", ""]))
            headers[name] = self.mutate(value.encode()).decode("latin-1")
        if self.random.random() < 0.1:
            method = self.random.choice(["GET", "PUT", "HEAD", "OPTIONS", "BREW"])
        if self.random.random() < 0.05:
            path += self.random.choice(["/", "?a=1", "%00", "/../events", "#x"])
        if self.random.random() < 0.001:
            raw = raw * (MAX_BODY // max(1, len(raw)) + 1)
        return method, path, raw, headers

    def mutate(self, data: bytes) -> bytes:
        parts = bytearray(data)
        for _ in range(self.random.randint(1, 4)):
            at = self.random.randrange(len(parts) + 1)
            change = self.random.randrange(5)
            if change == 0:
                parts[at:at] = bytes([self.random.choice([0, 34, 37, 38, 58, 61, 91, 92, 123, 255])])
            elif change == 1:
                del parts[at : at + self.random.randint(1, 30)]
            elif change == 2:
                parts[at : at + 1] = bytes([self.random.randrange(256)])
            elif change == 3:
                parts[at:at] = parts[at : at + 20]
            else:
                del parts[at:]
        return bytes(parts)


def count_statuses(serving: Serving, requests: int, seed: int) -> Counter[int]:
    """Send mutated requests, and return how many were answered with which status; 0 is a closed connection."""
    mutator, client, statuses = Mutator(seed), Client(serving.address), Counter[int]()
    for _ in range(requests):
        method, path, body, headers = mutator.make()
        clean = {name: value.translate({10: " ", 13: " "}) for name, value in headers.items()}
        if "Content-Length" in clean or "Expect" in clean or "Transfer-Encoding" in clean:
            clean["Connection"] = "close"  # its end is not where the client believes
            client.close()
        try:
            statuses[client.send(method, path, body, clean)] += 1
        except (OSError, http.client.HTTPException):
            statuses[0] += 1
            client.close()
    client.close()
    return statuses


def test_mutated_requests_have_one_of_five_answers(serving: Serving, caplog: pytest.LogCaptureFixture) -> None:
    statuses = count_statuses(serving, 1000, 1)
    assert set(statuses) - {0} <= ALLOWED, statuses
    assert {200, 400, 401, 404} <= set(statuses)
    assert "Traceback" not in caplog.text


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_hundred_thousand_mutated_requests_have_one_of_five_answers(
    serving: Serving, caplog: pytest.LogCaptureFixture
) -> None:
    statuses = count_statuses(serving, 100_000, 2)
    assert set(statuses) - {0} <= ALLOWED, statuses
    assert "Traceback" not in caplog.text
