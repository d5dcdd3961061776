"""Who may ask the add-in's backend, and what they never see: keys, tokens, HTTPS, limits."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.service.access.gate import Gate
from bot.web.addin import handlers
from bot.web.addin.app import build_routes
from bot.web.addin.authentication import Authentication
from bot.web.addin.contract import ERRORS, MOST_BYTES
from core.errors import ConfigError
from tests.support.addin import CLIENT_ID, PERSON, RULES, Backend, make_claims, make_signer, serve_addin
from tests.support.logs import read_log
from tests.support.sample_company import SampleCompany

BODY = {"questions": [{"metric": "nrr", "segment": "enterprise", "period": "Q3"}]}


def read_code(response: requests.Response) -> str:
    """Return the code of an error, whose status is that of the table; "ok" for an answer."""
    if response.status_code == 200:
        return "ok"
    code: str = response.json()["error"]["code"]
    assert response.status_code == ERRORS[code][0]
    return code


# Keys.


def test_a_key_is_answered_until_it_expires_or_is_revoked(backend: Backend) -> None:
    analyst = backend.analyst
    year_ago = analyst.clock() - dt.timedelta(days=365)
    key = backend.make_key()
    keys = {
        "ok": key,
        "key_expired": backend.make_key(days=364, now=year_ago),
        "key_invalid": key[:-1] + ("A" if key[-1] != "A" else "B"),
    }
    for code, sent in keys.items():
        assert read_code(backend.ask("metrics", BODY, key=sent)) == code
    assert analyst.store.revoke_reader_key(key.split("-")[1], analyst.clock())
    assert read_code(backend.ask("metrics", BODY, key=key)) == "key_revoked"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "key_missing"),
        ("Bearer", "key_missing"),
        ("Basic dXNlcjpwYXNz", "key_missing"),
        ("Bearer " + "x" * 5000, "key_missing"),
        ("Bearer x", "key_invalid"),
        ("Bearer nrrbot-00000000-" + "A" * 43, "key_invalid"),
        ("Bearer \u00e9", "key_invalid"),
    ],
)
def test_without_a_key_nothing_is_answered(backend: Backend, header: str, code: str) -> None:
    for path in ("segments", "metrics.csv", "problems", "periods"):
        response = requests.get(
            f"{backend.address}/addin/v1/{path}", headers={"Authorization": header.encode("latin-1")}, timeout=30
        )
        assert read_code(response) == code
        assert "Enterprise" not in response.text
        assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_key_of_another_workbook_is_refused(backend: Backend) -> None:
    from bot.web.addin.keys import create_key

    key = create_key(backend.analyst.store, "google:other", "Other", "sync", 30, backend.analyst.clock())
    assert read_code(backend.ask("segments", key=key)) == "key_invalid"


def test_the_store_has_no_key_in_any_form_and_the_last_use(backend: Backend) -> None:
    key = backend.make_key()
    (stored,) = (entry for entry in backend.analyst.store.list_reader_keys() if entry.id in key)
    assert stored.hash == hashlib.sha256(key.encode()).hexdigest()
    assert stored.last_used_at is None
    backend.ask("periods", key=key)
    (stored,) = (entry for entry in backend.analyst.store.list_reader_keys() if entry.id in key)
    assert stored.last_used_at is not None
    folder = Path(backend.analyst.store.path).parent
    for file in folder.glob(f"{Path(backend.analyst.store.path).name}*"):
        assert key.rpartition("-")[2].encode() not in file.read_bytes()


def test_a_key_for_reading_does_not_sync(backend: Backend) -> None:
    key, count = backend.make_key("read"), backend.count
    assert read_code(backend.ask("sync", {}, key=key)) == "scope_missing"
    assert read_code(backend.ask("changed", {"tab": "MRR"}, key=key)) == "scope_missing"
    assert backend.count == count


def test_one_sync_at_a_time(backend: Backend) -> None:
    backend.answers[:] = ["started", "due", None, "started", "due", None]
    assert [read_code(backend.ask("sync", {})) for _ in range(3)] == ["ok", "sync_running", "sync_running"]
    edits = [backend.ask("changed", {"tab": "MRR", "range": "B2"}).json()["state"] for _ in range(3)]
    assert edits == ["started", "due", "due"]


# HTTPS.


@pytest.mark.parametrize(
    ("forwarded", "code"),
    [
        ("https", "ok"),
        ("HTTPS", "ok"),
        ("https, https", "ok"),
        ("http", "https_required"),
        ("https,http", "https_required"),
        ("http,https", "https_required"),
        ("wss", "https_required"),
    ],
)
def test_a_request_over_plain_http_is_refused_by_the_word_of_the_proxy(
    backend: Backend, forwarded: str, code: str
) -> None:
    assert read_code(backend.ask("metrics", BODY, X_Forwarded_Proto=forwarded)) == code


@pytest.mark.parametrize(
    ("address", "forwarded", "code"),
    [
        ("127.0.0.1", "", ""),
        ("::1", "", ""),
        ("::ffff:127.0.0.1", "https", ""),
        ("127.0.0.1", "http", "https_required"),
        ("10.0.0.7", "", "https_required"),
        ("10.0.0.7", "http", "https_required"),
        ("10.0.0.7", "https", ""),
        ("::ffff:10.0.0.7", "https", ""),
        ("10.1.2.3", "https", ""),
        ("10.0.0.8", "https", "https_required"),
        ("2001:db8::1", "https", "https_required"),
        ("", "https", "https_required"),
    ],
)
def test_only_this_machine_and_trusted_proxies_say_that_it_was_https(
    sample_company: SampleCompany, address: str, forwarded: str, code: str
) -> None:
    with serve_addin(sample_company.load_analyst(), trusted_proxies=["10.0.0.7", "10.1.0.0/16"]) as backend:
        application = build_routes(backend.analyst, lambda: None, backend.authentication)["/addin/v1/periods"]
        statuses: list[str] = []
        environ = {"REQUEST_METHOD": "GET", "REMOTE_ADDR": address, "HTTP_AUTHORIZATION": f"Bearer {backend.key}"}
        if forwarded:
            environ["HTTP_X_FORWARDED_PROTO"] = forwarded

        def start(status: str, headers: list[tuple[str, str]]) -> None:
            assert headers
            statuses.append(status)

        content = b"".join(application(environ | {"wsgi.input": _Empty()}, start))  # type: ignore[arg-type]
        assert (code in content.decode()) if code else statuses == ["200 OK"]


def test_a_trusted_proxy_has_an_address(sample_company: SampleCompany) -> None:
    with (
        pytest.raises(ConfigError, match=r"addin.trusted_proxies has an entry that is no address"),
        serve_addin(sample_company.load_analyst(), trusted_proxies=["proxy.example.com"]),
    ):
        pass


class _Empty:
    def read(self, _: int) -> bytes:
        return b""


def test_an_address_without_https_is_refused(sample_company: SampleCompany) -> None:
    with (
        pytest.raises(ConfigError, match=r"addin.url is no HTTPS address"),
        serve_addin(sample_company.load_analyst(), url="http://nrr.example.com"),
    ):
        pass


def test_without_an_address_there_are_no_routes(sample_company: SampleCompany) -> None:
    analyst = sample_company.load_analyst()
    authentication = Authentication(analyst, Gate(analyst.config.access, None, analyst.audit))
    assert build_routes(analyst, lambda: None, authentication) == {}


# Limits.


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"questions": [{"metric": "nrr"}] * 500}, "ok"),
        ({"questions": [{"metric": "nrr"}] * 501}, "too_large"),
        (json.dumps(BODY) + " " * MOST_BYTES, "too_large"),
        ({"questions": []}, "bad_request"),
        ({"questions": [{"metric": "x" * 201}]}, "bad_request"),
        ({"questions": [{"metric": "nrr", "method": "best"}]}, "bad_request"),
        ({"questions": [{"metric": "nrr", "accounts": True}]}, "bad_request"),
        ({"questions": [{"metric": None}]}, "bad_request"),
        ("[" * 100_000, "bad_request"),
        ("", "bad_request"),
        ('{"questions": [{"metric": "\\ud800"}]}', "bad_request"),
    ],
)
def test_requests_have_a_form_and_a_size(backend: Backend, body: Any, code: str) -> None:
    assert read_code(backend.ask("metrics", body)) == code


def test_another_method_is_refused_and_another_path_is_not_found(backend: Backend) -> None:
    response = backend.ask("metrics")
    assert (read_code(response), response.headers["Allow"]) == ("method_not_allowed", "POST")
    assert backend.ask("accounts").status_code == 404


def test_a_key_has_so_many_requests_a_minute_and_each_its_own(sample_company: SampleCompany) -> None:
    with serve_addin(sample_company.load_analyst(), most_requests=3) as backend:
        responses = [backend.ask("periods") for _ in range(4)]
        assert [read_code(response) for response in responses] == ["ok", "ok", "ok", "rate_limited"]
        assert 1 <= int(responses[-1].headers["Retry-After"]) <= 21
        assert read_code(backend.ask("periods", key=backend.make_key())) == "ok"


def test_an_answer_that_takes_too_long_is_given_up(backend: Backend) -> None:
    context = handlers.Context(backend.analyst, lambda: None, most_seconds=0)
    from bot.web.addin.authentication import RefusedError
    from bot.web.addin.contract import FigureQuestion, FigureRequest

    with pytest.raises(RefusedError, match="took longer than 0 seconds") as caught:
        handlers.answer_metrics(context, FigureRequest((FigureQuestion("nrr"),)))
    assert caught.value.code == "too_slow"


# Identity tokens.


def make_token(**changes: Any) -> str:
    return make_signer("google-1").sign(make_claims(**changes))


def sign_with_none() -> str:
    head, claims, _ = make_token().split(".")
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "google-1"}).encode()).decode().rstrip("=")
    return f"{head}.{claims}."


def sign_with_the_certificate_as_secret() -> str:
    """Return a token by HS256, whose secret is the public certificate: a verifier that follows `alg` takes it."""
    signer = make_signer("google-1")
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "google-1"}).encode()).decode().rstrip("=")
    text = f"{head}.{make_token().split('.')[1]}"
    digest = hmac.new(signer.certificate.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def change_signature() -> str:
    head, claims, signature = make_token().split(".")
    return f"{head}.{claims}.{signature[:40]}{'A' if signature[40] != 'A' else 'B'}{signature[41:]}"


def change_claims() -> str:
    head, _, signature = make_token().split(".")
    other = make_token(email="boss@example.com").split(".")[1]
    return f"{head}.{other}.{signature}"


TOKENS: dict[str, tuple[Callable[[], str], str]] = {
    "valid": (make_token, "ok"),
    "valid, the other key": (lambda: make_signer("google-2").sign(make_claims()), "ok"),
    "the issuer without https": (lambda: make_token(iss="accounts.google.com"), "ok"),
    "in another case": (lambda: make_token(email=PERSON.upper()), "ok"),
    "another audience": (lambda: make_token(aud="other.apps.googleusercontent.com"), "token_invalid"),
    "no audience": (lambda: make_token(aud=None), "token_invalid"),
    "two audiences": (lambda: make_token(aud=[CLIENT_ID, "other"]), "token_invalid"),
    "another issuer": (lambda: make_token(iss="https://accounts.example.com"), "token_invalid"),
    "no issuer": (lambda: make_token(iss=None), "token_invalid"),
    "expired": (lambda: make_token(iat=1_700_000_000, exp=1_700_003_600), "token_invalid"),
    "no expiry": (lambda: make_token(exp=None), "token_invalid"),
    "an expiry that is no number": (lambda: make_token(exp="soon"), "token_invalid"),
    "of tomorrow": (lambda: make_token(iat=4_000_000_000, exp=4_000_003_600), "token_invalid"),
    "another signature": (change_signature, "token_invalid"),
    "other claims": (change_claims, "token_invalid"),
    "signed by another": (
        lambda: make_signer("thief").sign(make_claims(), {"kid": "google-1"}),
        "token_invalid",
    ),
    "an unknown key id": (lambda: make_signer("thief").sign(make_claims()), "token_invalid"),
    "a key id that is no text": (lambda: make_signer("google-1").sign(make_claims(), {"kid": [1]}), "token_invalid"),
    "no algorithm": (sign_with_none, "token_invalid"),
    "the algorithm HS256": (sign_with_the_certificate_as_secret, "token_invalid"),
    "the algorithm ES256": (lambda: make_signer("google-1").sign(make_claims(), {"alg": "ES256"}), "token_invalid"),
    "an e-mail that is not verified": (lambda: make_token(email_verified=False), "token_invalid"),
    "no e-mail": (lambda: make_token(email=None), "token_invalid"),
    "a person who is not on the list": (lambda: make_token(email="eve@example.com"), "person_unknown"),
    "no token": (lambda: "a.b.c", "token_invalid"),
    "empty parts": (lambda: "..", "token_invalid"),
}


@pytest.mark.parametrize("name", TOKENS)
def test_identity_tokens(backend: Backend, name: str) -> None:
    make, code = TOKENS[name]
    assert read_code(backend.ask("problems", key=make())) == code


def test_without_people_or_certificates_tokens_are_refused(sample_company: SampleCompany) -> None:
    analyst = sample_company.load_analyst()
    with serve_addin(analyst, client_id=CLIENT_ID) as backend:
        assert read_code(backend.ask("segments", key=make_token())) == "token_invalid"
    with serve_addin(analyst, client_id=CLIENT_ID, rules=RULES, certificates_url="http://127.0.0.1:9/certs") as backend:
        response = backend.ask("segments", key=make_token())
        assert read_code(response) == "token_invalid"
        assert "certificates are not available" in response.json()["error"]["message"]


# What is never there.


def test_a_key_never_sees_what_names_an_account_and_a_person_of_the_list_does(backend: Backend) -> None:
    accounts = backend.analyst.load_newest().scope.ledger.accounts
    names = {*accounts.ids, *accounts.names}
    # A near name of an account must not be completed.
    near = [{"metric": "nrr", "segment": name[:-1]} for name in accounts.names[:200] if len(name) > 4]
    texts = [backend.ask("metrics", {"questions": near}).text]
    texts += [backend.ask(path).text for path in ("segments", "periods", "problems", "metrics.csv")]
    for text in texts:
        assert not [name for name in names if json.dumps(name)[1:-1] in text]
    problems = backend.ask("problems", key=make_token()).json()["problems"]
    assert any(problem.get("account") in names for problem in problems)
    assert any(problem["fix"] for problem in problems)


def test_the_log_has_neither_keys_nor_tokens_nor_questions(
    backend: Backend, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    secret_words = {"questions": [{"metric": "nrr", "segment": "hush Ostrevan", "period": "Q3"}]}
    token = make_token()
    for key in (backend.key, token, "wrong-key"):
        backend.ask("metrics", secret_words, key=key)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    # Of a fault the person gets an id, and the log the place.
    monkeypatch.setattr(type(backend.analyst), "open_figures", fail)
    response = backend.ask("metrics", secret_words)
    assert read_code(response) == "fault"
    assert "RuntimeError" not in response.text
    lines = [json.dumps(line, ensure_ascii=False) for line in read_log(caplog)]
    (fault,) = (line for line in lines if "unexpected error" in line)
    assert "RuntimeError" in fault
    (identifier,) = (word.strip(".") for word in response.json()["error"]["message"].split() if len(word) == 9)
    assert identifier in fault
    # The client of this test logs the addresses that it asks, and nothing else.
    for text in (backend.key, token, "wrong-key", "hush", "Ostrevan"):
        assert not [line for line in lines if text in line]
