"""Strangers get nothing: who may ask, which channels may be answered, and that both fail closed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.slack.socket import serve_socket
from tests.support.slack.server import OTHER_TEAM, TEAM, Channel, Fault, Sent, SlackServer, User, rate_limited
from tests.support.slack.stage import Product, Stage, build_stage_app, serve_stage

HOUR = dt.timedelta(hours=1)
STRANGERS = {
    "U0GUEST": "You are a guest of this workspace",
    "U0PARTNER": "You are not a member of this workspace",
    "U0GONE": "You are not a member of this workspace",
    "U0ROBOT": "no figures to other programs",
}


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        server.users["U0GONE"] = User("U0GONE", "gone", deleted=True)
        yield server


@pytest.fixture
def stage(slack: SlackServer, tmp_path: Path) -> Iterator[Stage]:
    stage = serve_stage(slack, Product(), tmp_path)
    yield stage
    stage.serving.stop()


def read_posts(slack: SlackServer) -> list[dict[str, Any]]:
    """Return the messages of the bot in channels."""
    return [message for posted in slack.posted.values() for message in posted if message["user"] == "U0BOT"]


@pytest.mark.parametrize("user", STRANGERS)
def test_a_stranger_learns_nothing_by_any_way(stage: Stage, user: str) -> None:
    answers = [stage.answer_to(sent) for sent in (stage.command(user=user), stage.click("definition", user=user))]
    answers.append(stage.answer_to(stage.click("share", user=user)))
    stage.mention("<@U0BOT> Q3", user=user)
    answers += stage.seen_by(user)
    assert all(STRANGERS[user] in answer["text"] for answer in answers), answers
    assert (stage.product.asked, read_posts(stage.slack)) == ([], [])


def test_the_same_over_socket_mode(slack: SlackServer, tmp_path: Path) -> None:
    product = Product()
    serving = serve_socket(build_stage_app(slack, product, tmp_path, signed=False), slack.app_token)
    [answer] = slack.answers(slack.command("/nrr", "Q3", user="U0PARTNER").response_url)
    event = {"type": "app_mention", "channel": "C0PARTNER", "text": "<@U0BOT> Q3", "ts": "1.1"}
    slack.event({**event, "user": "U0ANN"})
    slack.wait_until(lambda: slack.ephemeral)
    serving.stop()
    assert "not a member" in answer["text"]
    assert "Another company reads #partner" in slack.ephemeral[0]["text"]
    assert (product.asked, read_posts(slack)) == ([], [])


def test_a_person_of_another_workspace_of_the_organisation_is_asked_for_by_their_workspaces(stage: Stage) -> None:
    stage.slack.users["W1"] = User("W1", "one", team=OTHER_TEAM, enterprise_teams=(OTHER_TEAM, TEAM))
    stage.slack.users["W2"] = User("W2", "two", team=OTHER_TEAM, enterprise_teams=(OTHER_TEAM,))
    assert stage.answer_to(stage.command(user="W1"))["text"] == "answer to /nrr enterprise Q3"
    assert "not a member" in stage.answer_to(stage.command(user="W2"))["text"]


def test_in_an_external_channel_only_what_the_asker_sees_has_figures(stage: Stage) -> None:
    stage.mention("<@U0BOT> Q3", channel="C0PARTNER")
    assert "Another company reads #partner" in stage.seen_by("U0ANN")[0]["text"]
    shared = stage.answer_to(stage.click("share", channel="C0PARTNER"))
    assert "Another company reads #partner" in shared["text"]
    assert (stage.product.asked, read_posts(stage.slack)) == ([], [])
    assert stage.answer_to(stage.command(channel="C0PARTNER"))["text"].startswith("answer to")


@pytest.mark.parametrize("mark", ["external", "pending"])
def test_a_channel_that_becomes_external_is_refused_from_then_on(stage: Stage, mark: str) -> None:
    stage.click("share", "first")
    stage.slack.messages("C0GENERAL")
    setattr(stage.slack.channels["C0GENERAL"], mark, True)
    assert "Another company reads" in stage.answer_to(stage.click("share", "second"))["text"]
    assert len(read_posts(stage.slack)) == 1


@pytest.mark.parametrize(("ask", "change", "says"), [
    (lambda stage: stage.click("share", channel="G0BOARD"), {"external": True}, "Another company reads #board"),
    (lambda stage: stage.mention("<@U0BOT> Q3", channel="G0BOARD"), {"pending": True}, "Another company reads #board"),
    (lambda stage: stage.click("share", channel="G0BOARD"), {"private": False}, "names are not shown here"),
])  # fmt: skip
def test_a_channel_that_changes_while_a_message_waits_is_asked_about_again(
    stage: Stage, ask: Callable[[Stage], Sent], change: dict[str, Any], says: str
) -> None:
    board = stage.slack.channels["G0BOARD"]
    before = dataclasses.replace(board)
    stage.slack.fail("chat.postMessage", rate_limited(1))
    sent = ask(stage)
    stage.slack.wait_until(lambda: not stage.slack.faults["chat.postMessage"], what="the refusal")
    stage.slack.channels["G0BOARD"] = dataclasses.replace(board, **change)
    [answer] = stage.slack.answers(sent.response_url) if sent.response_url else stage.seen_by("U0ANN")
    assert says in answer["text"]
    assert read_posts(stage.slack) == []
    stage.slack.channels["G0BOARD"] = before
    ask(stage)  # what was not posted can be asked for again
    stage.slack.wait_until(lambda: read_posts(stage.slack), what="a message")


def test_what_slack_says_with_the_event_counts_although_a_look_up_says_otherwise(stage: Stage) -> None:
    stage.mention("<@U0BOT> Q3", external=True)
    assert "Another company reads #general" in stage.seen_by("U0ANN")[0]["text"]


def test_a_private_channel_that_slack_hides_gets_no_share_and_its_asker_an_answer(stage: Stage) -> None:
    assert "nrrbot cannot see this channel" in stage.answer_to(stage.click("share", channel="G0SECRET"))["text"]
    assert stage.answer_to(stage.command(channel="G0SECRET"))["text"].startswith("answer to")


def test_a_share_that_needs_a_scope_says_what_helps(stage: Stage) -> None:
    stage.slack.channels["G0THREE"] = Channel("G0THREE", "mpdm-ann--lea--ben-1", private=True)
    answer = stage.answer_to(stage.click("share", channel="G0THREE"))["text"]
    assert answer.endswith("nrrbot posts nothing in group messages. Ask or share in a channel that it is in.")
    stage.slack.scopes.remove("channels:read")
    answer = stage.answer_to(stage.click("share"))["text"]
    assert "The Slack app lacks the scope channels:read. Tell the admin of nrrbot." in answer
    assert read_posts(stage.slack) == []


def test_a_share_where_the_bot_is_not_asks_to_be_invited(stage: Stage) -> None:
    answer = stage.answer_to(stage.click("share", channel="C0OUTSIDE"))
    assert "not in #outside" in answer["text"]
    assert "/invite @nrrbot" in answer["text"]


FAULTS = (Fault(503, "<html>"), Fault(drop=True), rate_limited(30), Fault(200, {"ok": False, "error": "fatal_error"}))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("method", "ask", "says"), [
    ("users.info", lambda stage: stage.command(), "cannot say now whether you are a member"),
    ("auth.test", lambda stage: stage.command(), "cannot say now whether you are a member"),
    ("conversations.info", lambda stage: stage.click("share"), "cannot say now whether another company reads"),
])  # fmt: skip
def test_where_slack_cannot_be_asked_there_are_no_figures(
    stage: Stage, fault: Fault, method: str, ask: Callable[[Stage], Any], says: str
) -> None:
    stage.slack.fail(method, fault)
    assert says in stage.answer_to(ask(stage))["text"]
    assert (stage.product.asked, read_posts(stage.slack)) == ([], [])


def test_an_earlier_look_up_serves_for_an_hour_while_slack_cannot_be_asked(stage: Stage) -> None:
    stage.click("share", "first")
    stage.slack.messages("C0GENERAL", 1)
    for method in ("users.info", "conversations.info"):
        stage.slack.fail(method, *[Fault(503, "<html>")] * 2)
    stage.clock.ahead = HOUR - dt.timedelta(minutes=1)
    stage.click("share", "second")
    stage.slack.messages("C0GENERAL", 2)
    stage.clock.ahead = HOUR + dt.timedelta(minutes=1)
    assert "cannot say now" in stage.answer_to(stage.click("share", "third"))["text"]
    assert len(read_posts(stage.slack)) == 2


def test_an_earlier_look_up_serves_where_slack_does_not_answer_in_three_seconds(stage: Stage) -> None:
    for value in ("first", "second"):
        stage.click("share", value)
        stage.slack.messages("C0GENERAL", 1 + (value == "second"), 5)
        stage.slack.fail("conversations.info", Fault(503, "busy", delay=9))


@pytest.mark.parametrize("answer", ["user_not_found", "missing_scope", "account_inactive"])
def test_an_earlier_look_up_does_not_serve_where_slack_answers_no(stage: Stage, answer: str) -> None:
    stage.answer_to(stage.command())
    stage.clock.ahead = dt.timedelta(minutes=10)
    stage.slack.fail("users.info", Fault(200, {"ok": False, "error": answer}))
    assert "cannot say now" in stage.answer_to(stage.command())["text"]
    assert len(stage.product.asked) == 1


def test_a_person_who_becomes_a_guest_is_refused_within_minutes(stage: Stage) -> None:
    stage.answer_to(stage.command())
    stage.slack.users["U0ANN"].guest = "restricted"
    stage.clock.ahead = dt.timedelta(minutes=6)
    assert "You are a guest" in stage.answer_to(stage.command())["text"]
