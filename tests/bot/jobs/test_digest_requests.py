"""Subscriptions as people make and change them in Slack: over signed HTTP, on the real app and the real store."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bot.jobs.delivery.digests import build_sender, send_digests
from bot.messages.kit.message import Message
from bot.messages.kit.payload import write_messages
from bot.service.analyst import Analyst
from bot.service.digests.building import find_config_subscription
from bot.service.refresh.reading import sync_workbook
from bot.slack.client import build_bot_client
from core.schedules import Schedule, find_next_slot
from core.store.outgoing.subscriptions import Subscription
from tests.support.company import Form, MakeCompany
from tests.support.digests import Ask
from tests.support.golden import read_blocks
from tests.support.slack.server import Channel, SlackServer, rate_limited

ADMIN, OTHER = "U0LEA", "U0ANN"


@pytest.fixture
def form(company: MakeCompany, slack: SlackServer) -> Form:
    slack.users[ADMIN].locale = "en-US"
    form = company(slack_api=slack.api_url)
    with form.config.open("a", encoding="utf-8") as file:
        file.write(f'\n[access]\nadministrators = ["{ADMIN}"]\n')
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, setup.analyst.clock())
    return form


def press(slack: SlackServer, app: str, message: dict[str, Any], name: str, user: str) -> dict[str, Any]:
    buttons = {
        button["action_id"]: button["value"]
        for block in message["blocks"]
        if block["type"] == "actions"
        for button in block["elements"]
    }
    action = next(action for action in buttons if action.partition(":")[0] == name)
    [answer] = slack.answers(slack.click(action, buttons[action], to=app, user=user).response_url)
    return answer


WEEKLY = Schedule("weekly", 0, 8, 0, "Europe/Paris")


@pytest.mark.parametrize(
    ("words", "cut", "column", "schedule", "language"),
    [
        ("me", "", "", WEEKLY, ""),
        ("enterprise by segment weekly monday 9:00 me", "enterprise", "segment",
         Schedule("weekly", 0, 9, 0, "Europe/Paris"), ""),
        ("me enterprise daily 7h30 Australia/Sydney", "enterprise", "", Schedule("daily", 0, 7, 30, "Australia/Sydney"),
         ""),
        ("me monthly 31 at 5pm", "", "", Schedule("monthly", 31, 17, 0, "Europe/Paris"), ""),
        ("moi smb le jeudi 9h français", "smb", "", Schedule("weekly", 3, 9, 0, "Europe/Paris"), "fr"),
        ("me every day at 12am UTC", "", "", Schedule("daily", 0, 0, 0, "UTC"), ""),
    ],
)  # fmt: skip
def test_anyone_subscribes_a_direct_message(
    ask: Ask, analyst: Analyst, words: str, cut: str, column: str, schedule: Schedule, language: str
) -> None:
    assert ask(f"subscribe {words}")["text"].startswith("Subscribed: ")
    [made] = [entry for entry in analyst.store.subscriptions.list_all() if entry.owner]
    assert (made.channel, made.owner, made.cut, made.column) == (OTHER, OTHER, cut, column)
    assert (made.schedule, made.language) == (schedule, language)


@pytest.mark.parametrize(
    ("words", "user", "says"),
    [
        ("subscribe enterprise", OTHER, "Only an administrator of nrrbot can subscribe a channel."),
        ("subscribe <#C0PARTNER|partner>", ADMIN, "Another company reads #partner"),
        ("subscribe <#C0OUTSIDE|outside>", ADMIN, "nrrbot is not in #outside"),
        ("subscribe me enterprise Q3", OTHER, "“enterprise Q3” names a period or a method, and a digest has its own."),
        ("subscribe me entreprize", OTHER, "Nearest: Enterprise."),
        ("subscribe me by shoe", OTHER, "I know no column"),
        ("subscribe me 25:00", OTHER, "There is no time 25:00."),
        ("fly", OTHER, "“fly” is nothing that a digest does."),
        ("pause", OTHER, "Only the person who subscribed this digest or an administrator"),
        ("now 77", OTHER, "This digest is not subscribed any more."),
        ("stop", ADMIN, "This digest is that of the config"),
    ],
)
def test_what_cannot_be_done_is_explained(ask: Ask, analyst: Analyst, words: str, user: str, says: str) -> None:
    assert says in ask(words, user)["text"]
    assert [(entry.owner, entry.state) for entry in analyst.store.subscriptions.list_all()] == [("", "active")]


def test_a_channel_is_subscribed_posted_paused_and_resumed(
    ask: Ask, analyst: Analyst, app: str, slack: SlackServer
) -> None:
    find_config_subscription(analyst)
    assert ask("subscribe enterprise daily 6:00", ADMIN)["text"].startswith("Subscribed: enterprise")
    listed = read_blocks(ask("list")["blocks"])
    assert "2 digests are subscribed here" in listed
    assert "Every day at 6:00 (Europe/Paris)" in listed
    assert ask("now 2", ADMIN)["text"] == "The digest will be there within a minute."
    client, now = build_bot_client(analyst.config), analyst.clock()
    send_digests(analyst, client, now, pace=0)
    digest = next(message for message in slack.messages("C0GENERAL") if "Enterprise" in message["text"])
    text = read_blocks(digest["blocks"])
    assert text.startswith("Enterprise: NRR ")
    assert "You get this because Léa Roy subscribed #general." in text
    assert "Only the person" in press(slack, app, digest, "pause", OTHER)["text"]
    paused = press(slack, app, digest, "pause", ADMIN)
    assert paused["text"].startswith("Paused: enterprise")
    count = len(slack.posted["C0GENERAL"])
    [made] = [entry for entry in analyst.store.subscriptions.list_all() if entry.owner]
    for days in range(3):
        due = find_next_slot(made.schedule, now + dt.timedelta(days=days)).at
        send_digests(analyst, client, due, pace=0)
    later = [message["text"] for message in slack.posted["C0GENERAL"][count:]]
    assert not [text for text in later if text.startswith("Enterprise: NRR")]
    settings = read_blocks(press(slack, app, digest, "settings", OTHER)["blocks"])
    assert "/nrr digest subscribe enterprise daily 8:30" in settings
    assert press(slack, app, paused, "resume", ADMIN)["text"].startswith("Resumed: enterprise")
    assert ask("stop 2", ADMIN)["text"].startswith("Ended: enterprise")
    assert "1 digest is subscribed here" in read_blocks(ask("list")["blocks"])


def test_what_another_channel_gets_is_for_administrators(ask: Ask) -> None:
    listed = "list <#C0GENERAL|general>"
    assert "1 digest is subscribed here" in ask(listed)["text"]
    assert "1 digest is subscribed here" in ask(listed, ADMIN, "G0BOARD")["text"]
    for text in (listed, "preview <#C0GENERAL|general>"):
        assert "Only an administrator of nrrbot can do that." in ask(text, OTHER, "G0BOARD")["text"]


def test_a_direct_digest_is_its_owners_alone(ask: Ask, analyst: Analyst, slack: SlackServer) -> None:
    ask("subscribe me daily 6:00")
    [made] = [entry for entry in analyst.store.subscriptions.list_all() if entry.owner]
    client, due = build_bot_client(analyst.config), find_next_slot(made.schedule, analyst.clock()).at
    send_digests(analyst, client, due, pace=0)
    [digest, *thread] = slack.messages("D0ANN", 3)
    assert "You get this because you subscribed to it." in read_blocks(digest["blocks"])
    assert {reply["thread_ts"] for reply in thread} == {digest["ts"]}
    assert "No digest" not in ask("list", ADMIN)["text"]
    assert "not subscribed any more" in ask("pause 2", ADMIN)["text"]
    preview = read_blocks(ask("preview 2")["blocks"])
    assert all(read_blocks(message["blocks"]).splitlines()[0] in preview for message in (digest, *thread))


@pytest.mark.parametrize("answer", ["there", "send"])
def test_the_owner_decides_about_an_uncertain_digest_once(
    analyst: Analyst, app: str, slack: SlackServer, answer: str
) -> None:
    subscription = find_config_subscription(analyst)
    assert subscription
    deliveries, now = analyst.store.deliveries, analyst.clock()
    deliveries.plan(subscription.kind, "2025-10-06", "C0GENERAL", now - dt.timedelta(minutes=5))
    claimed = deliveries.claim(subscription.kind, "2025-10-06", now - dt.timedelta(minutes=5))
    assert claimed
    messages = [Message(text) for text in ("The digest", "What changed", "What to do")]
    deliveries.keep(claimed, write_messages(messages), {"view": [False, None]}, None)
    deliveries.begin_sending(claimed, now - dt.timedelta(minutes=5))
    client = build_bot_client(analyst.config)
    send_digests(analyst, client, now, pace=0)
    [question] = slack.messages("D0LEA")
    before = len(slack.posted.get("C0GENERAL", []))
    assert "Only the person" in press(slack, app, question, answer, OTHER)["text"]
    first = press(slack, app, question, answer, ADMIN)["text"]
    assert first == (
        "Thank you. It is recorded as posted." if answer == "there" else "It will be sent within a minute."
    )
    second = press(slack, app, question, "send", ADMIN)["text"]
    assert second == "That was decided before."
    send_digests(analyst, client, now + dt.timedelta(minutes=1), pace=0)
    first, *others = slack.posted.get("C0GENERAL", [])[before:]
    # The rest has no message to reply to where that is not known.
    texts = ["The digest", "What changed", "What to do"][answer == "there" :]
    assert [message["text"] for message in (first, *others)] == texts
    assert {message["thread_ts"] for message in others} == {first["ts"]}
    assert deliveries.list_uncertain() == []


# Who may get which digest.


def limit(form: Form) -> None:
    with form.config.open("a", encoding="utf-8") as file:
        file.write(f'\n[[access.limits]]\nwho = ["{OTHER}"]\nsegments = ["Enterprise"]\n')


def test_a_person_who_is_limited_gets_a_digest_of_their_segments_only(
    form: Form, slack: SlackServer, request: pytest.FixtureRequest
) -> None:
    limit(form)
    ask, analyst = request.getfixturevalue("ask"), form.setup().analyst
    for text in ("subscribe me", "subscribe smb me", "preview", "", "preview 1"):
        assert ask(text)["text"].startswith("You may ask about Enterprise only"), text
    ask("subscribe enterprise me daily 6:00")
    [made] = [entry for entry in analyst.store.subscriptions.list_all() if entry.owner]
    send_digests(analyst, build_bot_client(analyst.config), find_next_slot(made.schedule, analyst.clock()).at, pace=0)
    [digest, *_] = slack.messages("D0ANN", 2)
    assert digest["text"].startswith("Enterprise: NRR 100.9%")


def test_a_digest_is_refused_once_its_person_may_not_see_its_cut(
    form: Form, ask: Ask, analyst: Analyst, slack: SlackServer
) -> None:
    ask("subscribe smb me daily 6:00")
    [made] = [entry for entry in analyst.store.subscriptions.list_all() if entry.owner]
    limit(form)
    later, due = form.setup().analyst, find_next_slot(made.schedule, analyst.clock()).at
    send_digests(later, build_bot_client(later.config), due, pace=0)
    [notice] = slack.posted["D0ANN"]
    assert "You may ask about Enterprise only" in read_blocks(notice["blocks"])


def test_what_is_sent_later_is_what_its_person_may_see_by_then(
    form: Form, ask: Ask, analyst: Analyst, slack: SlackServer
) -> None:
    ask("subscribe me daily 6:00")
    [made] = [entry for entry in analyst.store.subscriptions.list_all() if entry.owner]
    client, due = build_bot_client(analyst.config), find_next_slot(made.schedule, analyst.clock()).at
    slack.fail("chat.postMessage", rate_limited(100))
    send_digests(analyst, client, due, pace=0)
    later = due + dt.timedelta(minutes=2)
    assert build_sender(analyst, client, later, pace=0).send(made.kind, due.date().isoformat()) == "confirmed"
    slack.users[OTHER].guest = "restricted"
    send_digests(analyst, client, later, pace=0)
    [_] = slack.posted["D0ANN"]  # without its thread
    slack.users[OTHER].guest = ""
    slack.fail("chat.postMessage", rate_limited(100))
    send_digests(analyst, client, due + dt.timedelta(days=1), pace=0)
    limit(form)
    limited = form.setup().analyst
    send_digests(limited, client, due + dt.timedelta(days=1, minutes=2), pace=0)
    assert not [message for message in slack.posted["D0ANN"][1:] if "NRR" in str(message["text"])]


def test_a_channel_without_names_gets_numbers_and_who_presses_the_names(
    app: str, analyst: Analyst, slack: SlackServer
) -> None:
    send_digests(analyst, build_bot_client(analyst.config), analyst.clock(), pace=0)
    [digest, *thread] = slack.messages("C0GENERAL", 3)
    told = "\n".join(read_blocks(message["blocks"]) for message in (digest, *thread))
    assert "Account 3 left" in told
    [changes] = [message for message in thread if "press to see, only you" in str(message)]
    named = press(slack, app, changes, "names", OTHER)
    assert "left (−€500)" in read_blocks(named["blocks"])
    assert "Account 3" not in read_blocks(named["blocks"])


def test_a_column_of_people_is_not_for_a_channel_without_names(form: Form, ask: Ask, analyst: Analyst) -> None:
    form.put("Customers", 1, 3, "Owner")
    sync_workbook(analyst, form.setup().workbook, analyst.clock() + dt.timedelta(minutes=1))
    refused = ask("subscribe by owner", ADMIN)
    assert "these names are not shown here" in refused["text"]


def test_a_cut_has_one_subscription_in_a_channel_in_any_spelling(ask: Ask, analyst: Analyst) -> None:
    for cut in ("enterprise", "Enterprise", "segment=Enterprise"):
        ask(f"subscribe {cut} daily 6:00", ADMIN)
    assert [entry.cut for entry in analyst.store.subscriptions.list_all() if entry.owner] == ["enterprise"]
    second = ask("subscribe daily 6:00", ADMIN)["text"]
    assert second.startswith("This channel gets the digest of the config already.")


def test_a_request_names_the_subscription_by_its_cut(ask: Ask, analyst: Analyst) -> None:
    ask("subscribe enterprise daily 6:00", ADMIN)
    for verb in ("stop", "now", "pause"):
        assert ask(f"{verb} smb", ADMIN)["text"].startswith("No digest of “smb” is subscribed here.")
    assert ask("preview smb")["text"].startswith("SMB: NRR")
    assert ask("preview Enterprise")["text"].startswith("Enterprise: NRR")
    shown = read_blocks(ask("preview enterprise by region")["blocks"])
    assert "/nrr digest subscribe enterprise by region me" in shown
    assert ask("stop Enterprise", ADMIN)["text"].startswith("Ended: enterprise")
    assert [entry.cut for entry in analyst.store.subscriptions.list_all()] == [""]


def test_a_day_has_one_digest_so_the_next_one_is_tomorrow(ask: Ask, analyst: Analyst) -> None:
    ask("subscribe smb me daily 6:00")
    [made] = [entry for entry in analyst.store.subscriptions.list_all() if entry.owner]
    slot = find_next_slot(made.schedule, analyst.clock())
    analyst.store.deliveries.plan(made.kind, slot.day.isoformat(), made.channel, slot.at, slot.at)
    later = find_next_slot(made.schedule, slot.at).at
    assert analyst.translate.format_moment(later)[:6] in ask("subscribe smb me daily 6:00")["text"]


def test_a_digest_that_is_due_and_asked_for_is_posted_once(ask: Ask, analyst: Analyst, slack: SlackServer) -> None:
    now = analyst.clock().astimezone(dt.UTC)
    due = Schedule("daily", 0, now.hour, now.minute, "UTC")
    made = Subscription(0, OTHER, OTHER, "smb", "", "digest", due, "", now - dt.timedelta(days=3))
    made = analyst.store.subscriptions.add(made)
    client = build_bot_client(analyst.config)
    send_digests(analyst, client, now - dt.timedelta(days=1), pace=0)
    assert ask(f"now {made.id}")["text"] == "The digest will be there within a minute."
    for seconds in (1, 11):
        send_digests(analyst, client, now + dt.timedelta(seconds=seconds), pace=0)
    digests = [message for message in slack.posted["D0ANN"] if "thread_ts" not in message]
    assert len(digests) == 2  # of yesterday and of today
    ask(f"now {made.id}")  # that of today is there: another
    send_digests(analyst, client, now + dt.timedelta(seconds=21), pace=0)
    texts = [read_blocks(message["blocks"]) for message in slack.posted["D0ANN"]]
    assert sum(text.startswith("SMB: NRR") for text in texts) == 3
    assert "was not posted" not in "".join(texts)


def test_a_paused_digest_is_resumed_by_the_notice(app: str, analyst: Analyst, slack: SlackServer) -> None:
    slack.channels["C0GENERAL"].archived = True
    subscription, client = find_config_subscription(analyst), build_bot_client(analyst.config)
    assert subscription
    due = find_next_slot(subscription.schedule, analyst.clock()).at
    for week in range(4, 0, -1):
        send_digests(analyst, client, due - dt.timedelta(weeks=week), pace=0)
    [notice] = [message for message in slack.posted["D0LEA"] if "was paused" in str(message["blocks"])]
    assert "Only the person" in press(slack, app, notice, "resume", OTHER)["text"]
    assert press(slack, app, notice, "resume", ADMIN)["text"].startswith("Resumed: The whole company")
    slack.channels["C0GENERAL"].archived = False
    send_digests(analyst, client, due, pace=0)
    assert "Retention: NRR" in slack.posted["C0GENERAL"][0]["text"]


def test_the_digest_of_another_channel_is_shown_to_those_who_may_change_it(ask: Ask, slack: SlackServer) -> None:
    slack.channels["C0TEAM"] = Channel("C0TEAM", "team")
    ask("subscribe smb <#C0TEAM|team>", ADMIN)
    assert ask("preview 2", channel="C0GENERAL")["text"].startswith("This digest is not subscribed any more.")
    assert ask("preview 2", ADMIN, channel="C0GENERAL")["text"].startswith("SMB: NRR")
    assert ask("preview 2", channel="C0TEAM")["text"].startswith("SMB: NRR")
