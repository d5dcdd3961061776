"""The log: lines of JSON with named values, without what people typed."""

from __future__ import annotations

import logging
import threading

import pytest

from bot.service.faults import report_fault
from bot.service.log import describe_error, get_log, name_command, open_request
from tests.support.logs import read_log

LOG = get_log("nrrbot.test")


@pytest.fixture(autouse=True)
def _all_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def test_a_line_has_its_values_in_order(caplog: pytest.LogCaptureFixture) -> None:
    with open_request():
        name_command("why")
        LOG.info("request", outcome="answered", milliseconds=12, call="answer")
    LOG.warning("later")
    first, second = read_log(caplog)
    assert list(first) == ["time", "level", "event", "request", "command", "milliseconds", "outcome", "logger", "call"]
    assert (first["level"], first["event"], first["command"], first["milliseconds"]) == ("info", "request", "why", 12)
    assert list(second) == ["time", "level", "event", "logger"]


def test_each_thread_has_its_request(caplog: pytest.LogCaptureFixture) -> None:
    def answer(command: str) -> None:
        with open_request():
            name_command(command)
            barrier.wait(10)
            LOG.info("request")

    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=answer, args=(command,)) for command in ("why", "trend")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = read_log(caplog)
    assert {line["command"] for line in lines} == {"why", "trend"}
    assert len({line["request"] for line in lines}) == 2


def raise_with_cause() -> None:
    try:
        dict[str, int]()["Castelmur Banque"]
    except KeyError as error:
        raise ValueError("enterprise Q3 came to 91148") from error


def test_an_unexpected_error_is_logged_without_its_message(caplog: pytest.LogCaptureFixture) -> None:
    with open_request(), pytest.raises(ValueError, match="came to") as caught:
        raise_with_cause()
    shown = report_fault(caught.value, "an answer")
    [line] = read_log(caplog)
    assert shown.values["id"] == line["fault"]
    kinds = [part for part in line["error"] if part.startswith("builtins.")]
    assert kinds == ["builtins.KeyError", "builtins.ValueError"]
    assert any(part.startswith("tests/bot/service/test_log.py:") for part in line["error"])
    assert not [word for word in ("Castelmur", "enterprise", "91148") if word in str(line)]


def test_the_record_of_a_library_is_a_line_too(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise_with_cause()
    except ValueError:
        logging.getLogger("apscheduler").exception("Job %s raised", "refresh")
    [line] = read_log(caplog)
    assert (line["event"], line["level"]) == ("Job refresh raised", "error")
    assert line["error"][-1] == "builtins.ValueError"
    assert "enterprise" not in str(line)


def test_a_suppressed_cause_is_left_out() -> None:
    error = ValueError("x")
    error.__context__ = KeyError("y")
    assert describe_error(error) == ["builtins.KeyError", "builtins.ValueError"]
    error.__suppress_context__ = True
    assert describe_error(error) == ["builtins.ValueError"]
