"""What every test stands on: no proxy, no secrets of this machine, no connection to anywhere but this machine."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import ipaddress
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from bot.__main__ import main, now
from core.config import SECRETS
from tests.support.company import Form, Layout, Medium, make
from tests.support.google_server import GoogleServer
from tests.support.slack_server import SlackServer

# A proxy would be asked even for loopback, and a secret of this machine would hide that one is missing.
_UNWANTED = {name for name in os.environ if name.lower().endswith("_proxy")} | {*SECRETS, "NRRBOT_TRACE"}
for _name in _UNWANTED:
    os.environ.pop(_name, None)

# How long one example takes says nothing of the code on a machine that does other things too.
settings.register_profile("no deadline", settings.default, deadline=None)
settings.load_profile("no deadline")

connected: list[str] = []  # every address that this process has connected to
_refused: list[str] = []


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
        connected.append(host)
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            _refused.append(host)
            raise ConnectionRefusedError(f"a test wants to connect to {host}")


sys.addaudithook(_guard)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden messages instead of comparing")


@pytest.fixture(autouse=True)
def _only_loopback() -> Iterator[None]:
    yield
    wanted, _refused[:] = list(_refused), []
    assert not wanted, f"connections that leave this machine: {wanted}"


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackServer]:
    """A loopback Slack, and its secrets in the environment."""
    with SlackServer() as server:
        for name, value in zip(SECRETS, (server.bot_token, server.app_token, server.signing_secret), strict=True):
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        yield server


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


def nrrbot(*arguments: object, clock: Callable[[], dt.datetime] = now) -> Ran:
    """Run the command line in this process, as the console script would."""
    out, err, before, code = io.StringIO(), io.StringIO(), sys.argv, 0
    sys.argv = ["nrrbot", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main(clock)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.argv = before
    assert "Traceback" not in out.getvalue() + err.getvalue()
    return Ran(code, out.getvalue(), err.getvalue())


@pytest.fixture
def company(tmp_path: Path, google: GoogleServer) -> Callable[..., Form]:
    """Make the company of tests.company in one of its forms, each in a folder of its own."""

    def company(layout: Layout = "wide", medium: Medium = "xlsx", **more: Any) -> Form:
        return make(tmp_path / f"{layout}-{medium}", layout, medium, google, **more)

    return company


MakeCompany = Callable[..., Form]
