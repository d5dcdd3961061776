"""Once: what Slack delivers twice is answered once, two clicks are one post, also across restarts and processes."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.service.buttons.once import Once
from bot.slack.socket import serve_socket
from core.errors import QuestionError
from core.store.requests.handled import HandledRequests
from tests.support.slack.server import Fault, SlackServer, rate_limited
from tests.support.slack.stage import Clock, Product, Stage, build_stage_app, serve_stage

DAY = dt.timedelta(hours=24)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def stage(slack: SlackServer, tmp_path: Path) -> Iterator[Stage]:
    stage = serve_stage(slack, Product(), tmp_path)
    yield stage
    stage.serving.stop()


def deliver_all(stage: Stage, message_ts: str) -> None:
    """Deliver a command, a press and a mention, each always the same."""
    stage.slack.triggers["7.T0NRR"] = 0.0
    assert stage.command(trigger="7.T0NRR").status == 200
    assert stage.click("definition", action_ts="7.1", message_ts="6.1").status == 200
    assert stage.click("answer", "state", action_ts="7.2", message_ts="6.1").status == 200
    assert stage.mention("<@U0BOT> Q3", event_id="Ev7", ts=message_ts).status == 200


def test_what_is_delivered_twice_is_answered_once_also_after_a_restart(slack: SlackServer, tmp_path: Path) -> None:
    products = []
    ts = slack.say("C0GENERAL", "<@U0BOT> Q3")
    for _ in range(2):
        stage = serve_stage(slack, Product(), tmp_path)
        for _ in range(2):
            deliver_all(stage, ts)
        stage.serving.stop()
        products.append(stage.product)
    assert [len(product.asked) for product in products] == [3, 0]
    assert len(slack.posted["C0GENERAL"]) == 2
    assert sum(len(place.posts) for place in slack.response_urls.values()) == 3


def test_a_socket_that_delivers_twice_is_answered_once(slack: SlackServer, tmp_path: Path) -> None:
    product = Product()
    serving = serve_socket(build_stage_app(slack, product, tmp_path, signed=False), slack.app_token)
    sent = slack.command("/nrr", "Q3")
    for _ in range(3):
        slack.command("/nrr", "Q3", trigger=sent.trigger_id)
        slack.click("share", "state", action_ts="7.1", message_ts="6.1")
    serving.stop()
    assert len(product.asked) == 2
    assert len(slack.posted["C0GENERAL"]) == 1
    assert sum(len(place.posts) for place in slack.response_urls.values()) == 1


def test_presses_of_two_people_and_of_two_moments_are_others(stage: Stage) -> None:
    sent = [
        stage.click("answer", action_ts="7.1", message_ts="6.1", user="U0ANN"),
        stage.click("answer", action_ts="7.1", message_ts="6.1", user="U0LEA"),
        stage.click("answer", action_ts="7.2", message_ts="6.1", user="U0ANN"),
        stage.click("answer", action_ts="7.1", message_ts="6.2", user="U0ANN"),
    ]
    for one in sent:
        stage.answer_to(one)


def test_a_request_is_remembered_for_24_hours(stage: Stage) -> None:
    counts = []
    for ahead in (dt.timedelta(), DAY - MINUTE, DAY + MINUTE):
        stage.clock.ahead = ahead
        stage.command(trigger="7.T0NRR")
        stage.answer_to(stage.command())
        counts.append(len(stage.product.asked))
    assert counts == [2, 3, 5]


@pytest.mark.parametrize(("age", "answers"), [(9 * 60, 1), (11 * 60, 0), (86_400, 0)])
def test_an_event_older_than_ten_minutes_is_not_answered(stage: Stage, age: int, answers: int) -> None:
    assert stage.mention("<@U0BOT> Q3", event_age=age).status == 200
    stage.serving.stop()
    assert len(stage.product.asked) == answers
    assert len(stage.slack.posted["C0GENERAL"]) == 1 + answers
    assert stage.slack.ephemeral == []


# Sharing.


def test_two_clicks_are_one_post_and_the_second_links_it(stage: Stage) -> None:
    stage.click("share", "state")
    [message] = stage.slack.messages("C0GENERAL")
    for user in ("U0ANN", "U0LEA"):
        again = stage.answer_to(stage.click("share", "state", user=user))
        link = f"{stage.slack.url}/archives/C0GENERAL/p{message['ts'].replace('.', '')}"
        assert (again["response_type"], again["text"]) == (
            "ephemeral",
            f"Ann Archer shared it at {link}, outcome: posted",
        )
    assert len(stage.slack.posted["C0GENERAL"]) == 1
    assert len(stage.product.asked) == 1


def test_clicks_at_the_same_moment_are_one_post(stage: Stage) -> None:
    stage.product.hold = threading.Event()
    sent = [stage.click("share", "state", user=user) for user in ("U0ANN", "U0LEA", "U0ANN")]
    stage.slack.wait_until(lambda: sum(len(stage.slack.response_urls[one.response_url].posts) for one in sent) == 2)
    stage.product.hold.set()
    stage.serving.stop()
    posts = [post["text"] for one in sent for post in stage.slack.response_urls[one.response_url].posts]
    assert all("outcome: waiting" in text for text in posts)
    assert len(stage.slack.posted["C0GENERAL"]) == 1


def test_another_channel_another_answer_and_another_day_are_other_shares(stage: Stage) -> None:
    stage.click("share", "state")
    stage.click("share", "state", channel="G0BOARD")
    stage.click("share", "other")
    stage.slack.messages("C0GENERAL", 2)
    stage.slack.messages("G0BOARD")
    stage.clock.ahead = DAY + MINUTE
    stage.click("share", "state")
    stage.slack.messages("C0GENERAL", 3)


def test_a_share_that_slack_refuses_can_be_repeated(stage: Stage) -> None:
    stage.slack.fail("chat.postMessage", Fault(200, {"ok": False, "error": "restricted_action"}))
    assert "does not let the bot post" in stage.answer_to(stage.click("share"))["text"]
    stage.click("share")
    stage.slack.messages("C0GENERAL")


def test_a_share_that_cannot_be_answered_can_be_repeated(stage: Stage) -> None:
    stage.product.error = QuestionError("No.")
    assert "No." in stage.answer_to(stage.click("share"))["text"]
    stage.product.error = None
    stage.click("share")
    stage.slack.messages("C0GENERAL")


def test_a_share_that_may_have_arrived_is_repeated_at_an_explicit_wish_and_once(stage: Stage) -> None:
    stage.slack.fail("chat.postMessage", Fault(drop=True, taken=True))
    error = stage.answer_to(stage.click("share"))["text"]
    assert "not known whether your answer has reached the channel" in error
    assert "broke off" in error
    assert "outcome: uncertain" in stage.answer_to(stage.click("share"))["text"]
    assert len(stage.slack.posted["C0GENERAL"]) == 1
    for user in ("U0ANN", "U0LEA"):
        stage.click("again", user=user)
    stage.slack.messages("C0GENERAL", 2)
    stage.serving.stop()
    assert len(stage.slack.posted["C0GENERAL"]) == 2


@pytest.mark.slow
def test_a_share_of_which_nothing_is_heard_is_uncertain_once_it_can_wait_no_more(
    slack: SlackServer, tmp_path: Path
) -> None:
    stage = serve_stage(slack, Product(), tmp_path)
    stage.product.hold = threading.Event()  # as in a process that is killed
    stage.click("share")
    slack.wait_until(lambda: stage.product.asked, what="the question")
    for ahead, outcome in ((0, "waiting"), (5, "waiting"), (7, "uncertain")):
        stage.clock.ahead = ahead * MINUTE
        assert f"outcome: {outcome}" in stage.answer_to(stage.click("share"))["text"]
    stage.clock.ahead = dt.timedelta()
    assert "outcome: waiting" in stage.answer_to(stage.click("again"))["text"]
    stage.product.hold.set()
    stage.serving.stop()
    assert len(slack.posted["C0GENERAL"]) == 1


@pytest.mark.parametrize("has_file", [True, False])
def test_a_share_that_another_press_has_overtaken_is_not_posted(
    slack: SlackServer, tmp_path: Path, *, has_file: bool
) -> None:
    if not has_file:
        (tmp_path / "nrrbot.db-requests").mkdir()
    held = serve_stage(slack, Product(), tmp_path)
    other = serve_stage(slack, Product(), tmp_path) if has_file else held
    held.product.hold = threading.Event()  # as in a process that is stopped, or whose machine sleeps
    first = held.click("share")
    slack.wait_until(lambda: held.product.asked, what="the question")
    hold, held.product.hold = held.product.hold, None
    other.clock.ahead = 7 * MINUTE
    other.click("again", user="U0LEA")
    [message] = slack.messages("C0GENERAL")
    hold.set()
    assert "another press has taken its place" in held.answer_to(first)["text"]
    # What was overtaken has released nothing: the post counts.
    third = other.answer_to(other.click("share"))["text"]
    assert message["ts"].replace(".", "") in third
    for stage in {id(stage): stage for stage in (held, other)}.values():
        stage.serving.stop()
    assert len(slack.posted["C0GENERAL"]) == 1


def test_a_share_that_slack_lets_wait_is_not_overtaken(slack: SlackServer, tmp_path: Path) -> None:
    held, other = (serve_stage(slack, Product(), tmp_path) for _ in range(2))
    held.clock.ahead = 5 * MINUTE
    other.click("share")
    slack.messages("C0GENERAL")
    slack.fail("chat.postMessage", rate_limited(2))
    held.click("share", "other")  # it is sent for the first time now, and once more in two seconds
    slack.wait_until(lambda: not slack.faults["chat.postMessage"], what="the refusal")
    other.clock.ahead = 10 * MINUTE
    assert "outcome: waiting" in other.answer_to(other.click("again", "other"))["text"]
    slack.messages("C0GENERAL", 2)
    for stage in (held, other):
        stage.serving.stop()
    assert len(slack.posted["C0GENERAL"]) == 2


def test_a_share_that_waits_when_nrrbot_stops_can_be_repeated_after_its_start(
    slack: SlackServer, tmp_path: Path
) -> None:
    stage = serve_stage(slack, Product(), tmp_path)
    slack.fail("chat.postMessage", rate_limited(60))
    stage.click("share", "first")
    slack.wait_until(lambda: not slack.faults["chat.postMessage"], what="the refusal")
    stage.click("share", "second")  # behind the first one
    slack.wait_until(lambda: stage.app.outbox.count_waiting() == 2, what="the second one")
    stage.serving.stop()
    stage = serve_stage(slack, Product(), tmp_path)
    stage.click("share", "first")
    stage.click("share", "second")
    slack.messages("C0GENERAL", 2)
    stage.serving.stop()


def test_a_share_that_waits_for_slack_is_not_repeated(stage: Stage) -> None:
    stage.slack.fail("chat.postMessage", rate_limited(1))
    sent = [stage.click("share") for _ in range(2)]  # whichever is first
    stage.slack.wait_until(lambda: any(stage.slack.response_urls[one.response_url].posts for one in sent))
    stage.serving.stop()
    assert len(stage.slack.posted["C0GENERAL"]) == 1


def test_a_share_pressed_in_a_thread_is_posted_in_it(stage: Stage) -> None:
    root = stage.slack.say("C0GENERAL", "how is retention?")
    stage.click("share", thread=root)
    assert stage.slack.messages("C0GENERAL", 2)[1]["thread_ts"] == root
    answer = stage.answer_to(stage.click("answer", thread=root))
    assert answer["thread_ts"] == root
    assert "thread_ts" not in stage.answer_to(stage.click("answer"))


def claim(path: Path, key: str) -> bool:
    return Once(HandledRequests(path), Clock()).claim(key) is None


def test_of_many_processes_one_handles_a_request(tmp_path: Path) -> None:
    path = tmp_path / "nrrbot.db"
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        claims = pool.starmap(claim, [(path, f"command {number // 4}") for number in range(40)])
    assert sum(claims) == 10


def test_a_store_that_cannot_be_written_is_no_reason_not_to_answer_nor_to_post_twice(
    slack: SlackServer, tmp_path: Path
) -> None:
    (tmp_path / "nrrbot.db-requests").mkdir()
    stage = serve_stage(slack, Product(), tmp_path)
    for _ in range(2):
        stage.command(trigger="7.T0NRR")
    first = stage.click("share", "state")
    [message] = slack.messages("C0GENERAL")
    slack.wait_until(lambda: slack.response_urls[first.response_url].deleted, what="the share to be recorded")
    assert message["ts"].replace(".", "") in stage.answer_to(stage.click("share", "state"))["text"]
    stage.product.error = QuestionError("No.")
    stage.answer_to(stage.click("share", "other"))
    stage.product.error = None
    stage.click("share", "other")
    slack.messages("C0GENERAL", 2)
    stage.serving.stop()
    assert len(stage.product.asked) == 4


def test_a_file_that_is_damaged_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "nrrbot.db-requests"
    file.write_bytes(b"damaged " * 1000)
    once = Once(HandledRequests(tmp_path / "nrrbot.db"), Clock())
    assert [once.claim(key) is None for key in ("a", "a", "b")] == [True, False, True]
    once.requests.close()
    assert file.stat().st_mode & 0o077 == 0
    assert [claim(tmp_path / "nrrbot.db", key) for key in ("a", "b")] == [True, False]
