"""Guards and fixtures of all tests: no proxy, no secrets of this machine, connections to this machine only."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from core.config import SECRETS
from core.terms import RevenueLayout
from tests.support.company import Form, Medium, make
from tests.support.google.server import GoogleServer
from tests.support.loopback import guard_connections, refused_hosts
from tests.support.sample_company import SampleCompany
from tests.support.slack.server import SlackServer

# A proxy would be asked even for loopback, and a secret of this machine would hide that one is missing.
_UNWANTED = {name for name in os.environ if name.lower().endswith("_proxy")} | {*SECRETS, "NRRBOT_TRACE"}
for _name in _UNWANTED:
    os.environ.pop(_name, None)

# The time of one example says nothing about the code on a machine that runs other things too.
settings.register_profile("no deadline", settings.default, deadline=None)
settings.load_profile("no deadline")

# How the reason of a skip ends where a program is missing.
_MISSING = "is not installed"

sys.addaudithook(guard_connections)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden messages instead of comparing")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("program"):
        (program,) = mark.args
        if shutil.which(program) is None:
            pytest.skip(f"{program} {_MISSING}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    yield
    reasons = [report.longrepr[2] for report in terminalreporter.getreports("skipped")]
    for reason, count in Counter(reason for reason in reasons if reason.endswith(_MISSING)).items():
        tests = "1 test" if count == 1 else f"{count} tests"
        remedy = "" if "extra" in reason else "; see `make programs`"
        terminalreporter.write_line(f"{tests} could not run: {reason.removeprefix('Skipped: ')}{remedy}.")


@pytest.fixture(autouse=True)
def _only_loopback() -> Iterator[None]:
    yield
    wanted, refused_hosts[:] = list(refused_hosts), []
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


@pytest.fixture
def company(tmp_path: Path, google: GoogleServer) -> Callable[..., Form]:
    """Make the company of tests.support.company in one of its forms, each in a separate folder."""

    def company(layout: RevenueLayout = "wide", medium: Medium = "xlsx", **more: Any) -> Form:
        return make(tmp_path / f"{layout}-{medium}", layout, medium, google, **more)

    return company


@pytest.fixture(scope="session")
def sample_company(tmp_path_factory: pytest.TempPathFactory) -> SampleCompany:
    """The company of the sample workbook."""
    return SampleCompany(tmp_path_factory.mktemp("sample"))
