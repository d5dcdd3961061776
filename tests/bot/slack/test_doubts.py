"""Wrong figure? A modal that opens in time, and words that reach the administrators once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.slack.socket import serve_socket
from tests.support.slack.server import Fault, SlackServer, rate_limited
from tests.support.slack.stage import Product, Stage, build_stage_app, serve_stage


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def stage(slack: SlackServer, tmp_path: Path) -> Iterator[Stage]:
    stage = serve_stage(slack, Product(administrators=("U0LEA", "U0GUEST", "U0ANN")), tmp_path)
    yield stage
    stage.serving.stop()


def wait_for_modal(slack: SlackServer) -> dict[str, Any]:
    slack.wait_until(lambda: slack.views, what="a modal")
    return next(iter(slack.views.values()))


def doubt(stage: Stage, words: str = "no", **options: Any) -> list[dict[str, Any]]:
    """Press the button, send some words twice, and return what the reader was told."""
    sent = stage.click("wrong", "state of it", **options)
    modal = wait_for_modal(stage.slack)
    for _ in range(2):
        assert stage.slack.write_into(modal, words, to=stage.serving.address).status == 200
    return stage.slack.answers(sent.response_url)


def test_the_words_of_a_reader_reach_the_administrators_once(stage: Stage) -> None:
    [receipt] = doubt(stage, "Acme is 900 & not 90")
    assert receipt["text"] == "sent to ['Léa Roy', 'Ann Archer'], not to ['guest']"
    stage.serving.stop()
    for conversation in ("D0LEA", "D0ANN"):
        [message] = stage.slack.posted[conversation]
        assert message["text"] == "Ann Archer doubts state of it: Acme is 900 &amp; not 90"
    assert "D0GUEST" not in stage.slack.posted
    entries = [entry for entry in stage.app.gate.audit.file.read() if entry.action == "doubt"]
    assert [(entry.person, entry.outcome) for entry in entries] == [("U0GUEST", "refused"), ("U0ANN", "done")]


def test_a_doubt_without_a_word_is_not_sent(stage: Stage) -> None:
    [answer] = doubt(stage, "  \n")
    assert "You wrote nothing" in answer["text"]
    assert "D0LEA" not in stage.slack.posted


def test_the_same_over_socket_mode(slack: SlackServer, tmp_path: Path) -> None:
    serving = serve_socket(build_stage_app(slack, Product(), tmp_path, signed=False), slack.app_token)
    slack.click("wrong", "state")
    slack.write_into(wait_for_modal(slack), "no")
    slack.messages("D0LEA")
    serving.stop()


def test_in_a_thread_the_receipt_is_in_that_thread(stage: Stage) -> None:
    root = stage.slack.say("C0GENERAL", "how is retention?")
    assert doubt(stage, thread=root)[0]["thread_ts"] == root


def test_a_guest_reaches_no_one(stage: Stage) -> None:
    assert "You are a guest" in stage.answer_to(stage.click("wrong", user="U0GUEST"))["text"]
    assert stage.slack.views == {}


def test_without_administrators_the_reader_is_told_before_they_write(slack: SlackServer, tmp_path: Path) -> None:
    stage = serve_stage(slack, Product(administrators=()), tmp_path)
    assert "name them in access.administrators" in stage.answer_to(stage.click("wrong"))["text"]
    assert slack.views == {}
    stage.serving.stop()


def test_where_no_administrator_can_be_reached_the_reader_is_told(stage: Stage) -> None:
    stage.slack.fail("chat.postMessage", rate_limited(5), Fault(500, "oops"))
    assert "Slack has trouble just now" in doubt(stage)[0]["text"]
    assert stage.app.gate.audit.file.read()[-1].outcome == "not answered"


def test_a_modal_that_slack_does_not_open_is_reported(stage: Stage) -> None:
    stage.slack.fail("views.open", Fault(200, {"ok": False, "error": "expired_trigger_id"}))
    assert "too slow to open a window" in stage.answer_to(stage.click("wrong"))["text"]


def test_a_modal_opens_in_time_while_messages_wait_for_slack(stage: Stage) -> None:
    stage.slack.fail("chat.postMessage", *[rate_limited(5)] * 3)
    for state in ("a", "b", "c"):
        stage.click("share", state)
    stage.click("wrong")
    wait_for_modal(stage.slack)
