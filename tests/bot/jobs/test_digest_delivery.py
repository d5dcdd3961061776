"""Digests through the real slack_sdk: once a day, week or month whatever happens, and people are told of failures."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.jobs.delivery.digests import build_sender, plan_digests, post_digest, send_digests
from bot.jobs.delivery.recipients import Recipients
from bot.jobs.delivery.sender import DELAYS
from bot.service.analyst import Analyst
from bot.service.digests.building import find_config_subscription
from bot.service.refresh.reading import sync_workbook
from bot.slack import client as slack_client
from bot.slack.client import build_bot_client, build_web_client
from core.errors import ConfigError, NoSnapshotError
from core.store.outgoing.deliveries import LEASE, SENDING_LIMIT, Delivery
from core.store.outgoing.subscriptions import Subscription
from tests.support.command_line import nrrbot
from tests.support.company import Form, MakeCompany, tabs, wide
from tests.support.golden import count_words, read_blocks
from tests.support.slack.block_kit import unescaped_in
from tests.support.slack.server import Fault, SlackServer, rate_limited

NRRBOT = Path(sys.executable).with_name("nrrbot")
MONDAY = dt.datetime(2025, 10, 6, 8, 0, tzinfo=dt.UTC)  # the digest is due at 06:00, 8 o'clock in Paris
WEEK, MINUTE = dt.timedelta(weeks=1), dt.timedelta(minutes=1)
FIRST = "2025-10-06"
POSTED, BEFORE = "Posted the digest of {}.", "The digest of {} was already posted."
DOUBT = (
    "It is not known whether the digest of {} was posted. Check the channel; if the digest is not there, run "
    "nrrbot digest --again."
)


@pytest.fixture
def form(company: MakeCompany, slack: SlackServer) -> Form:
    form = company(slack_api=slack.api_url)
    with form.config.open("a", encoding="utf-8") as file:
        file.write('\n[access]\nadministrators = ["U0ANN"]\nname_channels = ["C0GENERAL"]\n')
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, MONDAY - MINUTE)
    return form


def post(analyst: Analyst, now: dt.datetime = MONDAY) -> str:
    return str(post_digest(analyst, build_bot_client(analyst.config), now).text)


def send(analyst: Analyst, now: dt.datetime = MONDAY) -> None:
    """Run the job once."""
    send_digests(analyst, build_bot_client(analyst.config), now, pace=0)


def digests(slack: SlackServer) -> list[dict[str, Any]]:
    return [message for message in slack.posted.get("C0GENERAL", []) if "thread_ts" not in message]


def read_thread(slack: SlackServer) -> str:
    """Return the text of the replies to the last digest."""
    ts = digests(slack)[-1]["ts"]
    replies = [message for message in slack.posted["C0GENERAL"] if message.get("thread_ts") == ts]
    return "\n".join(read_blocks(message["blocks"]) for message in replies)


def told(slack: SlackServer, user: str = "U0ANN") -> list[str]:
    """Return the first lines of the direct messages to a person."""
    return [message["blocks"][0]["text"]["text"] for message in slack.posted.get(f"D{user[1:]}", [])]


def subscribe(analyst: Analyst) -> Subscription:
    subscription = find_config_subscription(analyst)
    assert subscription
    return subscription


def find(analyst: Analyst, key: str = FIRST) -> Delivery:
    delivery = analyst.store.deliveries.find(subscribe(analyst).kind, key)
    assert delivery
    return delivery


def test_a_week_is_posted_once_with_its_thread(form: Form, slack: SlackServer) -> None:
    setup = form.setup()
    analyst = setup.analyst
    # As of the moment of the answers, whose data would be called old otherwise.
    sync_workbook(analyst, setup.workbook, analyst.clock(), trust_clock=True)
    assert post(analyst) == POSTED.format(FIRST)
    assert post(analyst, MONDAY + dt.timedelta(days=6, hours=13)) == BEFORE.format(FIRST)
    send(analyst)
    [message] = digests(slack)
    assert message["blocks"][0]["text"]["text"] == "Retention: NRR 101.1%, GRR 90.6%"
    assert len(message["text"]) <= 200
    thread = [reply for reply in slack.posted["C0GENERAL"] if reply.get("thread_ts") == message["ts"]]
    assert len(thread) == 2
    assert not any(map(unescaped_in, (message, *thread)))
    children = [child for block in thread[1]["blocks"] for child in block.get("child_blocks", ())]
    assert [child["rows"][1][0] for child in children if child["type"] == "table"] == [
        {"type": "raw_text", "text": "SMB"}
    ]
    assert "You get this because the config of nrrbot names #general." in read_blocks(message["blocks"])
    printed = nrrbot("digest", "--preview", "--config", form.config, "--today", FIRST).out
    assert count_words("\n".join(read_blocks(reply["blocks"]) for reply in thread)) < count_words(printed)


def test_the_week_begins_on_monday_in_the_schedules_time_zone(analyst: Analyst, slack: SlackServer) -> None:
    # 22:30 on Sunday in London is 00:30 on Monday in Paris.
    assert post(analyst, dt.datetime(2025, 10, 5, 21, 0, tzinfo=dt.UTC)) == POSTED.format("2025-09-29")
    assert post(analyst, dt.datetime(2025, 10, 5, 22, 30, tzinfo=dt.UTC)) == POSTED.format(FIRST)
    assert len(digests(slack)) == 2


def test_the_next_week_says_what_changed_and_by_how_much(form: Form, slack: SlackServer) -> None:
    analyst = form.setup().analyst
    post(analyst)
    # E-4 from 1500.50 to 1778.53 in September: (5620.50 + 278.03) / 5560.50 = 106.079%, before it was 101.079%.
    form.put("MRR", 5, 17, 1778.53)
    nrrbot("sync", "--config", form.config)
    assert post(analyst, MONDAY + WEEK) == POSTED.format("2025-10-13")
    # One of nine accounts is left out, so the digest has figures and no verdict.
    assert "NRR 101.1%, GRR 90.6%" in digests(slack)[0]["text"]
    message_text = read_blocks(digests(slack)[1]["blocks"])
    assert message_text.startswith("Retention: NRR 106.1%, GRR 90.6%")
    assert "NRR +5.0, GRR +0.0: no month has closed (September 2025 is the last)." in message_text
    # Enterprise, over 5400.50: 278.03 is 5.1 points; SMB has not changed.
    cells = read_thread(slack).splitlines()
    assert cells[cells.index("Enterprise") + 1] == "106.1% (+5.1)"
    assert cells[cells.index("SMB") + 1] == "106.3%"


def test_a_digest_without_a_change_says_so(analyst: Analyst, slack: SlackServer) -> None:
    for number in range(3):
        post(analyst, MONDAY + number * WEEK)
    first, *later = [read_blocks(message["blocks"]) for message in digests(slack)]
    assert "Since the last digest" not in first
    assert all("no figure has changed (September 2025 is the last closed month)" in text for text in later)


@pytest.mark.parametrize("shared", [True, False])
def test_of_many_that_race_one_posts(form: Form, slack: SlackServer, *, shared: bool) -> None:
    analyst = form.setup().analyst
    together = threading.Barrier(6)

    def race() -> None:
        mine = analyst if shared else form.setup().analyst
        together.wait(10)
        send(mine)

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    send(analyst, MONDAY + LEASE)
    assert len(digests(slack)) == 1
    assert len(slack.posted["C0GENERAL"]) == 3


@pytest.mark.installed
def test_of_two_processes_one_posts(form: Form, slack: SlackServer) -> None:
    command = [str(NRRBOT), "digest", "--config", str(form.config)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate(timeout=30) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert len(digests(slack)) == 1
    assert sum(out.startswith("Posted") for out, _ in outputs) == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("archived", "That channel is archived."),
        ("member", "The bot is not in that channel."),
        ("revoked", "The Slack token was revoked."),
        ("scopes", "The Slack app lacks the scope chat:write."),
        ("limit", "Slack asks the bot to slow down."),
        ("external", "Another company reads #general"),
    ],
)
def test_what_slack_refuses_is_posted_once_it_is_fixed(form: Form, slack: SlackServer, wrong: str, says: str) -> None:
    channel = slack.channels["C0GENERAL"]
    channel.archived, channel.member, channel.external = wrong == "archived", wrong != "member", wrong == "external"
    slack.revoked = "token_revoked" if wrong == "revoked" else ""
    if wrong == "scopes":
        slack.scopes.remove("chat:write")
    if wrong == "limit":
        slack.fail("chat.postMessage", rate_limited(100))
    ran = nrrbot("digest", "--config", form.config, "--today", FIRST)
    assert (ran.code, ran.out) == (4, "")
    assert "The digest of 6 October 2025 was not posted: " in ran.err
    assert says in ran.err
    assert not digests(slack)
    channel.archived, channel.member, channel.external, slack.revoked = False, True, False, ""
    slack.scopes.append("chat:write")
    ran = nrrbot("digest", "--config", form.config, "--today", FIRST)
    assert (ran.code, ran.out) == (0, POSTED.format("6 October 2025") + "\n")
    assert len(digests(slack)) == 1


def test_a_refusal_is_tried_again_until_the_grace_ends(analyst: Analyst, slack: SlackServer) -> None:
    """After 1, 5, 15 and 60 minutes, then hourly, for 12 hours."""
    slack.channels["C0GENERAL"].archived = True
    now = dt.datetime(2025, 10, 6, 6, 0, tzinfo=dt.UTC)
    tried = []
    for minute in sorted((0, 1, 2, 5, 6, 7, 20, 21, 22, *range(80, 780, 20), *range(81, 780, 60))):
        before = len(slack.called("chat.postMessage"))
        moment = now + minute * MINUTE
        client = build_bot_client(analyst.config)
        plan_digests(Recipients.build(analyst, client, analyst.clock), moment)
        sender = build_sender(analyst, client, moment, pace=0)
        replace(sender, clock=partial(dt.datetime.fromisoformat, moment.isoformat())).send_due()
        calls = slack.called("chat.postMessage")[before:]
        tried += [minute for call in calls if call.args["channel"] == "C0GENERAL"]
    assert tried == [0, 1, 6, 21, *range(81, 12 * 60, 60)]
    slack.channels["C0GENERAL"].archived = False
    send(analyst, now + WEEK)
    text = read_blocks(digests(slack)[0]["blocks"])
    assert "The one before is missing: see the thread." in text
    assert "The digest of 6 October 2025 was not posted: That channel is archived." in read_thread(slack)


def test_slack_says_how_long_to_wait(analyst: Analyst, slack: SlackServer) -> None:
    slack.fail("chat.postMessage", rate_limited(600))
    send(analyst)
    for seconds in (DELAYS[0].seconds, 599):
        send(analyst, MONDAY + dt.timedelta(seconds=seconds))
        assert not digests(slack)
    send(analyst, MONDAY + dt.timedelta(seconds=610))
    assert len(digests(slack)) == 1
    assert told(slack) == []


def test_names_that_are_withheld_between_two_attempts_are_not_sent(
    form: Form, analyst: Analyst, slack: SlackServer
) -> None:
    slack.fail("chat.postMessage", rate_limited(100))
    send(analyst)
    assert "Nordwind" in find(analyst).body
    form.config.write_text(form.config.read_text("utf-8").replace('"C0GENERAL"]', "]"), "utf-8")
    send(form.setup().analyst, MONDAY + 2 * MINUTE)
    texts = [read_blocks(message["blocks"]) for message in slack.posted["C0GENERAL"]]
    assert len(texts) == 3
    assert "Account 3" in "".join(texts)
    assert "Nordwind" not in "".join(texts)


def test_a_digest_in_the_last_second_of_its_time_has_its_thread(analyst: Analyst, slack: SlackServer) -> None:
    last = dt.datetime(2025, 10, 6, 18, 0, tzinfo=dt.UTC) - dt.timedelta(milliseconds=500)
    plan_digests(Recipients.build(analyst, build_bot_client(analyst.config), analyst.clock), last)
    client = build_bot_client(analyst.config)
    assert build_sender(analyst, client, last, pace=0).send(subscribe(analyst).kind, FIRST) == "confirmed"
    send(analyst, last + MINUTE)
    assert len(slack.posted["C0GENERAL"]) == 3


def test_a_digest_that_is_paused_while_it_is_built_is_not_sent(analyst: Analyst) -> None:
    deliveries, kind = analyst.store.deliveries, subscribe(analyst).kind
    deliveries.plan(kind, FIRST, "C0GENERAL", MONDAY)
    claimed = deliveries.claim(kind, FIRST, MONDAY)
    assert claimed
    deliveries.cancel(kind)
    assert not deliveries.begin_sending(claimed, MONDAY)


def test_digests_of_one_channel_need_one_look_up_and_wait_as_long_as_slack_asks(
    analyst: Analyst, slack: SlackServer
) -> None:
    schedule = subscribe(analyst).schedule
    for cut in ("enterprise", "smb"):
        analyst.store.subscriptions.add(
            Subscription(0, "C0GENERAL", "U0ANN", cut, "", "digest", schedule, "", MONDAY - WEEK)
        )
    slack.fail("conversations.info", *[rate_limited(30)] * 9)
    for minutes in range(3):
        send(analyst, MONDAY + minutes * 2 * MINUTE)
        slack.faults["conversations.info"] = slack.faults["conversations.info"] if minutes < 1 else []
        if minutes == 1:
            before = len(slack.called("conversations.info"))
    assert len(digests(slack)) == 3
    assert len(slack.called("conversations.info")) - before == 1


def test_a_cut_that_the_sheet_has_no_more_is_not_in_the_log(analyst: Analyst, caplog: pytest.LogCaptureFixture) -> None:
    subscription = Subscription(
        0, "C0GENERAL", "U0ANN", 'region="Jane Smith"', "", "digest", subscribe(analyst).schedule, "", MONDAY - WEEK
    )
    analyst.store.subscriptions.add(subscription)
    send(analyst)
    assert "not delivered" in caplog.text
    assert "Jane" not in str([record.__dict__ for record in caplog.records])


def test_where_no_connection_is_made_nothing_arrived(analyst: Analyst, slack: SlackServer) -> None:
    with SlackServer() as gone:
        away = build_web_client(slack.bot_token, gone.api_url)
    posted = post_digest(analyst, away, MONDAY)
    assert (posted.outcome, "could not be reached" in str(posted.text)) == ("refused", True)
    assert post(analyst) == POSTED.format(FIRST)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(drop=True, taken=True),
        Fault(drop=True),
        Fault(delay=1.5, taken=True),
        Fault(503, "<html>"),
        Fault(body={"ok": False, "error": "internal_error"}, taken=True),
        Fault(body={"ok": False, "error": "fatal_error"}, taken=True),
    ],
)
def test_what_may_have_arrived_is_never_sent_again_and_its_owner_is_asked(
    form: Form, analyst: Analyst, slack: SlackServer, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    slack.fail("chat.postMessage", fault)
    with monkeypatch.context() as impatient:
        impatient.setattr(slack_client, "TIMEOUT", 1)
        ran = nrrbot("digest", "--config", form.config, "--today", FIRST)
    assert (ran.code, ran.out, DOUBT.format("6 October 2025") in ran.err) == (3, "", True)
    # The command has the time of this machine's clock.
    send(analyst, MONDAY + dt.timedelta(hours=15, minutes=59))
    assert post(analyst) == DOUBT.format(FIRST)
    slack.wait_until(lambda: len(digests(slack)) == int(fault.taken))
    assert told(slack) == ["Was the digest of 6 October 2025 posted?"]
    # The next week has nothing to compare with, as it is not known what people have read.
    assert post(analyst, MONDAY + WEEK) == POSTED.format("2025-10-13")
    text = read_blocks(digests(slack)[-1]["blocks"])
    assert "Since the last digest" not in text
    assert "It is not known whether the digest of 6 October 2025 was posted." in read_thread(slack)


@pytest.mark.parametrize("is_sending", [False, True])
def test_a_process_that_ended_leaves_a_claim_to_take_over_or_a_question(
    analyst: Analyst, slack: SlackServer, *, is_sending: bool
) -> None:
    deliveries, kind = analyst.store.deliveries, subscribe(analyst).kind
    deliveries.plan(kind, FIRST, "C0GENERAL", MONDAY)
    claimed = deliveries.claim(kind, FIRST, MONDAY)
    assert claimed
    if is_sending:
        assert deliveries.begin_sending(claimed, MONDAY)
    send(analyst, MONDAY + dt.timedelta(seconds=10))
    assert not digests(slack)
    send(analyst, MONDAY + (SENDING_LIMIT + dt.timedelta(seconds=1) if is_sending else LEASE))
    assert len(digests(slack)) == (not is_sending)
    assert len(told(slack)) == is_sending


def test_nothing_to_post(company: MakeCompany, slack: SlackServer) -> None:
    analyst = company(slack_api=slack.api_url).setup().analyst
    with pytest.raises(NoSnapshotError, match="nrrbot sync"):
        post(analyst)
    nowhere = company("subscriptions", slack_api=slack.api_url, digest_channel="").setup().analyst
    with pytest.raises(ConfigError, match=r"schedule\.digest_channel"):
        post(nowhere)
    assert not slack.calls


def test_a_company_without_history_still_has_a_digest(company: MakeCompany, slack: SlackServer) -> None:
    form = company(slack_api=slack.api_url, content={**tabs("wide"), "MRR": wide("E-1 | 100\nS-1 | 50", "2025-09")})
    nrrbot("sync", "--config", form.config)
    assert post(form.setup().analyst) == POSTED.format(FIRST)
    assert "needs 13 month closes, there are 1" in read_blocks(digests(slack)[0]["blocks"])


def test_a_week_without_nrrbot_is_mentioned(analyst: Analyst, slack: SlackServer) -> None:
    post(analyst)
    post(analyst, MONDAY + 2 * WEEK)
    assert "The digest of 13 October 2025 was not posted: nrrbot was not running." in read_thread(slack)
    post(analyst, MONDAY + 3 * WEEK)
    assert "was not posted" not in read_thread(slack)
