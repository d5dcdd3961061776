"""Calls that are repeated while Google is busy: how often, how long, and what is reported."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from core.errors import Sentence, WorkbookBusyError
from sheets.google.retries import ATTEMPTS
from tests.support.google.server import Fault, GoogleServer, drive_error, error_body
from tests.support.google_tables import BATCH, GET, MRR, Connect, make_table

QUOTA = Fault(
    status=429, headers={"Retry-After": "0"}, body=json.dumps(error_body(429, "RESOURCE_EXHAUSTED", "")).encode()
)
DRIVE_QUOTA = Fault("drive", status=403, body=json.dumps(drive_error(403, "userRateLimitExceeded", "")).encode())


@pytest.mark.parametrize(
    "fault",
    [
        QUOTA,
        Fault(status=500, body=b"{}"),
        Fault(status=408),
        Fault(status=503, body=b"<html><title>Service unavailable</title></html>"),
        Fault(drop=True),
        Fault(hang=1.0),
        Fault(drop=True, served=True),
        Fault(hang=1.0, served=True),
        Fault("token", drop=True),
    ],
)
def test_a_passing_trouble_is_waited_out(server: GoogleServer, connect: Connect, fault: Fault) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    workbook = connect(sheet, retry=10, timeout=0.3)
    server.fail(fault)
    assert workbook.name == "Retention"
    method = "token" if fault.service == "token" else BATCH
    server.expire_tokens()
    server.fail(replace(fault, method=method))
    assert workbook.write([make_table()]).tabs == ("NRR Metrics",)
    assert not server.faults
    assert server.titles(sheet) == ["MRR", "NRR Metrics"]
    assert server.rows(sheet, "NRR Metrics")[2][1] == 1234.56


def test_drives_own_form_of_a_quota_is_waited_out(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(DRIVE_QUOTA)
    assert connect(sheet).version() == "100"


def test_google_is_not_asked_again_sooner_than_it_wants(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(Fault(status=429, headers={"Retry-After": "1"}))
    start = time.monotonic()
    said: list[Sentence] = []
    connect(sheet, report_wait=said.append).tabs()
    assert time.monotonic() - start >= 1
    assert server.counts()[GET] == 2
    assert [str(each) for each in said] == [
        "Google's quota for the Google Sheets API is used up. Trying again in 2 s.",
    ]


def test_a_wait_that_nobody_notices_is_not_told(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(QUOTA)
    connect(sheet, report_wait=lambda said: pytest.fail(str(said))).tabs()
    assert server.counts()[GET] == 2


def test_without_a_listener_the_log_says_what_is_waited_for(
    server: GoogleServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "sheets.google.retries")
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(Fault("drive", status=503, headers={"Retry-After": "1"}))
    connect(sheet).version()
    assert caplog.messages == ["Google's servers report an error (HTTP 503). Trying again in 2 s."]


@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        (Fault(status=429, headers={"Retry-After": "3600"}), (1, 1)),
        (Fault(status=429, headers={"Retry-After": "soon"}), (2, ATTEMPTS)),
        (Fault(status=500), (2, ATTEMPTS)),
        (Fault(status=501), (1, 1)),
        (Fault(status=400, body=b'{"error": "in a shape of its own"}'), (1, 1)),
        (Fault(status=200, body=b"<html>Please sign in to the guest network</html>"), (1, 1)),
    ],
)
def test_trying_again_has_an_end(server: GoogleServer, connect: Connect, fault: Fault, calls: tuple[int, int]) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(*[fault] * 20)
    start = time.monotonic()
    with pytest.raises(WorkbookBusyError):
        connect(sheet, retry=1.2).tabs()
    assert time.monotonic() - start < 10
    assert calls[0] <= server.counts()[GET] <= calls[1]


def test_a_hanging_server_is_left_after_the_time_out(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    server.fail(Fault(service="sheets", hang=20))
    start = time.monotonic()
    with pytest.raises(WorkbookBusyError, match="did not answer in time"):
        connect(sheet, timeout=0.3, retry=0.1).tabs()
    assert time.monotonic() - start < 10
