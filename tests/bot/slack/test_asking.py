"""Being asked by a direct message, a menu or a modal: the real Bolt app before a loopback Slack."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.locale.readers import Reader
from bot.slack.request import Choice
from bot.slack.socket import serve_socket
from core.errors import QuestionError
from core.store.state.preferences import Preferences
from core.store.store import Store
from tests.support.slack.server import BOT_USER, Fault, SlackServer
from tests.support.slack.stage import Product, Stage, build_stage_app, serve_stage


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def stage(slack: SlackServer, tmp_path: Path) -> Iterator[Stage]:
    stage = serve_stage(slack, Product(), tmp_path)
    yield stage
    stage.serving.stop()


# Direct messages.


def test_a_direct_message_is_a_question_answered_where_it_was_written(stage: Stage) -> None:
    assert stage.write("grr enterprise Q3 &amp; more").status == 200
    _, answer = stage.slack.messages("D0ANN", 2)
    assert (answer["text"], answer["user"], "thread_ts" in answer) == (
        "answer to /grr enterprise Q3 &amp; more", BOT_USER, False,
    )  # fmt: skip
    assert "share" not in [button["action_id"] for button in answer["blocks"][1]["elements"]]
    [asked] = stage.product.asked
    assert (asked.command, asked.text, asked.public) == ("/grr", "enterprise Q3 & more", False)


def test_a_direct_message_in_a_thread_is_answered_in_that_thread(stage: Stage) -> None:
    root = stage.slack.say(stage.slack.open_direct("U0ANN"), "hello")
    stage.write("Q3", thread_ts=root)
    assert stage.slack.messages("D0ANN", 3)[-1]["thread_ts"] == root


def test_an_error_in_a_direct_message_is_in_the_conversation(stage: Stage) -> None:
    stage.product.error = QuestionError("No.")
    stage.write("x")
    assert stage.slack.messages("D0ANN", 2)[-1]["text"] == "problem for U0ANN: No."
    assert stage.slack.ephemeral == []


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B0OTHER"},
        {"bot_id": "B0BOT", "subtype": None},
        {"subtype": "message_changed", "message": {"text": "Q3", "user": "U0ANN"}},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"channel_type": "channel"},
        {"event_age": 601},
    ],
    ids=lambda more: " ".join(f"{key}" for key in more),
)
def test_what_no_person_has_just_written_is_not_answered(stage: Stage, more: dict[str, Any]) -> None:
    assert stage.write("Q3", **more).status == 200
    stage.serving.stop()
    assert (stage.product.asked, stage.slack.calls) == ([], [])


@pytest.mark.parametrize("more", [{"subtype": "file_share"}, {"subtype": "thread_broadcast"}, {"event_age": 590}])
def test_what_a_person_has_written_otherwise_is_answered(stage: Stage, more: dict[str, Any]) -> None:
    stage.write("Q3", **more)
    assert stage.slack.messages("D0ANN", 2)[-1]["text"] == "answer to /nrr Q3"


def test_a_direct_message_that_slack_repeats_is_answered_once(stage: Stage) -> None:
    for _ in range(3):
        stage.write("Q3", event_id="Ev-same")
    stage.write("Q2", event_id="Ev-other")
    stage.serving.stop()
    assert sorted(one.text for one in stage.product.asked) == ["Q2", "Q3"]


@pytest.mark.parametrize("user", ["U0GUEST", "U0PARTNER", "U0ROBOT"])
def test_a_stranger_reads_no_figure_in_a_direct_message(stage: Stage, user: str) -> None:
    stage.write("Q3", user=user)
    assert "problem for" in stage.slack.messages(f"D{user[1:]}", 2)[-1]["text"]
    assert stage.product.asked == []


def test_a_button_of_a_direct_message_answers_in_the_conversation(stage: Stage) -> None:
    stage.write("Q3")
    message = stage.slack.messages("D0ANN", 2)[-1]
    sent = stage.click("answer", "state", channel="D0ANN", message_ts=message["ts"])
    assert stage.slack.messages("D0ANN", 3)[-1]["text"] == "answer to state"
    assert stage.slack.response_urls[sent.response_url].posts == []


# Menus.


def test_a_menu_is_filled_with_what_matches_the_typed_words(stage: Stage) -> None:
    options = stage.slack.suggest("segment:nrr Q3 2026", "ent", to=stage.serving.address)
    assert [option["text"]["text"] for option in options] == ["ent"]
    sent = stage.slack.choose("segment:nrr Q3 2026", "segment=x", to=stage.serving.address)
    stage.answer_to(sent)
    assert stage.product.asked[-1].choice == Choice("segment=x", None, "/nrr", "Q3 2026")


def test_no_answer_keeps_a_menu_or_a_modal_waiting(stage: Stage) -> None:
    stage.answer_to(stage.command())  # the person is known
    stage.product.hold = hold = threading.Event()
    for number in range(12):
        stage.command(text=str(number))
    stage.product.hold = None
    assert stage.slack.suggest("segment:nrr", to=stage.serving.address)
    stage.click("another", "state")
    assert stage.slack.opened()["callback_id"] == "question"
    hold.set()


@pytest.mark.parametrize("user", ["U0GUEST", "U0PARTNER"])
def test_a_stranger_sees_no_option(stage: Stage, user: str) -> None:
    assert stage.slack.suggest("segment:nrr", to=stage.serving.address, user=user) == []
    assert stage.product.asked == []


def test_options_that_come_too_late_are_none(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.modals.OPTIONS_SECONDS", 0.2)
    stage.product.hold = threading.Event()
    assert stage.slack.suggest("segment:nrr", to=stage.serving.address) == []
    stage.product.hold.set()


# The modal.


def submit(stage: Stage, view: dict[str, Any], **chosen: str) -> None:
    assert stage.slack.submit(view, to=stage.serving.address, **chosen).body == ""


def test_a_modal_is_answered_where_it_was_opened(stage: Stage) -> None:
    root = stage.slack.say("C0GENERAL", "how is retention?")
    stage.write("Q3")
    direct = stage.slack.messages("D0ANN", 2)[-1]["ts"]
    places: list[tuple[dict[str, str], Callable[[str], dict[str, Any]]]] = [
        ({}, lambda url: stage.slack.answers(url)[0]),
        ({"thread": root}, lambda url: stage.slack.answers(url)[0]),
        ({"channel": "D0ANN", "message_ts": direct}, lambda _: stage.slack.messages("D0ANN", 3)[-1]),
    ]
    for number, (place, find_answer) in enumerate(places, start=1):
        sent = stage.click("another", "state", **place)
        view = stage.slack.opened(number)
        submit(stage, view, period="Q3 2026")
        answer = find_answer(sent.response_url)
        assert answer["text"] == "answer to state"
        assert answer.get("thread_ts", "") == place.get("thread", "")
        assert stage.product.asked[-1].choice == Choice("", "Q3 2026")


def test_a_modal_that_was_open_for_long_is_answered_to_the_person_alone(stage: Stage) -> None:
    sent = stage.click("another", "state")
    view = stage.slack.opened()
    stage.slack.response_urls[sent.response_url].opened -= 31 * 60
    submit(stage, view)
    assert stage.seen_by("U0ANN")[0]["text"] == "answer to state"


def test_a_submission_that_slack_repeats_is_answered_once(stage: Stage) -> None:
    stage.click("another", "state")
    view = stage.slack.opened()
    submit(stage, view)
    submit(stage, view)
    stage.serving.stop()
    assert len([request for request in stage.product.asked if request.choice]) == 1


def test_a_press_that_is_too_old_for_a_modal_says_so(stage: Stage) -> None:
    stage.slack.fail("views.open", Fault(200, {"ok": False, "error": "expired_trigger_id"}))
    sent = stage.click("another", "state")
    [answer] = stage.slack.answers(sent.response_url)
    assert "too slow to open a window" in answer["text"]


def test_the_modal_and_the_menu_work_over_the_web_socket(slack: SlackServer, tmp_path: Path) -> None:
    product = Product()
    serving = serve_socket(build_stage_app(slack, product, tmp_path, signed=False), slack.app_token)
    assert [option["value"] for option in slack.suggest("segment:nrr", "x")] == ["segment=x"]
    sent = slack.click("another", "state")
    slack.submit(slack.opened(), period="Q3 2026")
    slack.answers(sent.response_url)
    slack.open_direct("U0ANN")
    event = {"type": "message", "channel": "D0ANN", "channel_type": "im", "user": "U0ANN", "text": "Q3", "ts": "1.1"}
    slack.event(event)
    assert slack.messages("D0ANN")[-1]["text"] == "answer to /nrr Q3"
    serving.stop()


# Readers.


@pytest.mark.parametrize(
    ("locale", "own", "language", "zone"),
    [
        ("fr-FR", Preferences(), "fr", "America/New_York"),
        ("fr-CA", Preferences("en"), "en", "America/New_York"),
        ("en-GB", Preferences("fr", "Asia/Tokyo"), "fr", "Asia/Tokyo"),
        ("de-DE", Preferences(zone="Nowhere/Else"), "en", "America/New_York"),
        ("", Preferences(), "en", "America/New_York"),
    ],
)
def test_a_person_reads_in_their_own_language_and_zone(
    stage: Stage, tmp_path: Path, locale: str, own: Preferences, language: str, zone: str
) -> None:
    stage.slack.users["U0ANN"].locale, stage.slack.users["U0ANN"].tz = locale, "America/New_York"
    Store(tmp_path / "nrrbot.db").save_preferences("T0NRR", "U0ANN", own)
    stage.answer_to(stage.command())
    assert stage.product.asked[-1].readers == Reader(language, zone)  # type: ignore[arg-type]


def test_a_choice_counts_from_the_next_question_on(stage: Stage, tmp_path: Path) -> None:
    store = Store(tmp_path / "nrrbot.db")
    for language in ("fr", "en", "fr"):
        store.save_preferences("T0NRR", "U0ANN", Preferences(language))
        stage.answer_to(stage.command())
        assert stage.product.asked[-1].asker.language == language


def test_a_channel_reads_in_its_own_language(stage: Stage) -> None:
    stage.slack.channels["C0GENERAL"].locale = "fr-FR"
    stage.mention("<@U0BOT> Q3")
    stage.slack.messages("C0GENERAL", 2)
    [asked] = stage.product.asked
    assert (asked.readers, asked.asker) == (Reader("fr"), Reader("en", "Europe/Paris"))
    assert len(stage.slack.called("conversations.info")) == 1


def test_metadata_of_a_modal_has_no_more_than_its_place_and_question(stage: Stage) -> None:
    stage.click("another", "state")
    metadata = json.loads(stage.slack.opened()["private_metadata"])
    assert set(metadata) == {"state", "channel", "thread", "url"}
