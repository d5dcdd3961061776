"""Figures that are doubted, and shared ones that change: the real product, Slack on the loopback."""

from __future__ import annotations

import datetime as dt
import json
import shlex
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import openpyxl
import pytest

from bot.jobs.restated_shares import reply_to_restated_shares
from bot.jobs.run import start
from bot.service.refresh.reading import sync_workbook
from bot.service.serving import Serving
from bot.slack.client import build_bot_client
from core.store.requests.handled import HandledRequests
from core.store.requests.shares import Share, SharedAnswers
from tests.support.command_line import nrrbot
from tests.support.company import Form, MakeCompany
from tests.support.golden import read_blocks
from tests.support.slack.block_kit import check_message, unescaped_in
from tests.support.slack.server import Channel, Fault, Sent, SlackServer

SEEN = "Enterprise, Q3 2025: NRR 90.9%, GRR 87.3%."
REASON = "Reason: 1 row of MRR was changed (row 5)."
CHANGED = "Q3 2025: NRR was 90.9%, is 100.0%. Twelve months to September 2025: NRR was 100.9%, is 110.2%."
MOVED = (
    "Restated. \nQ3 2025: NRR was 90.9%, is 87.5%; GRR was 87.3%, is 82.5%. Twelve months to September 2025: NRR was "
    "100.9%, is 101.3%; GRR was 90.7%, is 87.2%. Reason: the segment of 1 account was changed."
)


@pytest.fixture
def form(company: MakeCompany, slack: SlackServer) -> Form:
    form = company(slack_api=slack.api_url)
    with form.config.open("a", encoding="utf-8") as file:
        file.write('\n[access]\nadministrators = ["U0LEA"]\n')
    sync(form)
    return form


def sync(form: Form) -> None:
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, setup.analyst.clock())


def edit(form: Form, amount: float = 2000.5) -> None:
    """Let Enterprise end September with another amount, and read the sheet."""
    form.put("MRR", 5, 17, amount)
    sync(form)


def double(form: Form) -> None:
    """Double each amount, and read the sheet."""
    assert form.path
    book = openpyxl.load_workbook(form.path)
    for row in book["MRR"].iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, int | float):
                cell.value *= 2
    book.save(form.path)
    sync(form)


@contextmanager
def served(form: Form) -> Iterator[Serving]:
    serving = start(form.setup().analyst, SlackServer().bot_token, http=True)
    try:
        yield serving
    finally:
        serving.stop()


def press(slack: SlackServer, serving: Serving, action: str, text: str = "enterprise Q3", **options: Any) -> Sent:
    """Ask, and press a button of the answer."""
    [answer] = slack.answers(slack.command("/nrr", text, to=serving.address).response_url)
    value = next(
        button["value"]
        for block in answer["blocks"]
        if block["type"] == "actions"
        for button in block["elements"]
        if button["action_id"] == action
    )
    return slack.click(action, value, to=serving.address, **options)


def check_shares(form: Form, times: int = 1) -> None:
    """Compare the shares as each poll does, in a process that has just started."""
    for _ in range(times):
        setup = form.setup()
        reply_to_restated_shares(setup.analyst, build_bot_client(setup.config), setup.analyst.clock())


def list_replies(slack: SlackServer, channel: str = "C0GENERAL") -> list[dict[str, Any]]:
    return [message for message in slack.posted.get(channel, ()) if "thread_ts" in message]


def count_shares(form: Form) -> int:
    analyst = form.setup().analyst
    with closing(HandledRequests(analyst.store.path)) as requests:
        return len(SharedAnswers(requests).list_uncompared(0, analyst.clock()))


# Wrong figure?


def test_an_administrator_has_all_that_shows_the_same_answer_again(form: Form, slack: SlackServer) -> None:
    with served(form) as serving:
        sent = press(slack, serving, "wrong")
        slack.wait_until(lambda: slack.views)
        edit(form)
        slack.write_into(next(iter(slack.views.values())), "<!channel> Acme is 900", to=serving.address)
        [message] = slack.messages("D0LEA")
        [receipt] = slack.answers(sent.response_url)
        value = message["blocks"][-1]["elements"][0]["value"]
        [again] = slack.answers(slack.click("answer", value, to=serving.address).response_url)
    assert message["text"] == (
        "Ann Archer met un chiffre en doute. &lt;!channel&gt; Acme is 900 "
        "Réponse affichée\xa0: Enterprise, T3 2025\xa0: NRR 90,9\xa0%, GRR 87,3\xa0%."
    )
    assert (check_message(message["blocks"]), unescaped_in(message)) == ([], [])
    assert receipt["text"] == "Your words, the question and its snapshot were sent to Léa Roy."
    assert SEEN.rstrip(".") in str(again["blocks"])
    line = message["blocks"][3]["elements"][-1]["text"].strip("`")
    program, *words = shlex.split(line)
    ran = nrrbot(*words, "--config", str(form.config))
    assert (program, ran.code) == ("nrrbot", 0), ran.err
    assert SEEN.rstrip(".") in ran.out
    assert SEEN.rstrip(".") not in nrrbot("ask", "enterprise Q3", "--config", str(form.config)).out


def test_a_window_that_opens_too_late_says_to_press_again(form: Form, slack: SlackServer) -> None:
    slack.fail("views.open", Fault(200, {"ok": False, "error": "expired_trigger_id"}))
    with served(form) as serving:
        [answer] = slack.answers(press(slack, serving, "wrong").response_url)
    assert answer["text"] == "The bot was too slow to open a window. Press the button again."


# Restated shares.


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("enterprise Q3", f"Restated. \n{CHANGED} {REASON}"),
        ("why enterprise Q3", f"Restated. \n{CHANGED} {REASON}"),
        ("mrr enterprise", f"Restated. \nThe figures of this answer have changed. {REASON}"),
        ("enterprise vs SMB Q3", f"Restated. \nEnterprise, Q3 2025: NRR was 90.9%, is 100.0%. {REASON}"),
        ("SMB Q3", ""),
        ("data", ""),
    ],
)
def test_a_restated_share_has_one_reply_in_its_thread(
    form: Form, slack: SlackServer, question: str, reply: str
) -> None:
    with served(form) as serving:
        press(slack, serving, "share", question)
        [shared] = slack.messages("C0GENERAL")
    check_shares(form)
    assert list_replies(slack) == []
    edit(form)
    check_shares(form, times=3)
    replies = list_replies(slack)
    assert [(read_blocks(message["blocks"]), message["thread_ts"]) for message in replies] == (
        [(reply, shared["ts"])] if reply else []
    )
    assert not any(check_message(message["blocks"]) or unescaped_in(message) for message in replies)


def test_each_restatement_has_a_reply_and_a_change_of_nothing_that_is_shown_has_none(
    form: Form, slack: SlackServer
) -> None:
    with served(form) as serving:
        press(slack, serving, "share")
        slack.messages("C0GENERAL")
    for amount in (2000.5, 2000.51, 1500.5):
        edit(form, amount)
        check_shares(form, times=2)
    texts = [message["text"].partition(" Reason")[0] for message in list_replies(slack)]
    assert texts == [
        f"Restated. {CHANGED}",
        "Restated. Q3 2025: NRR was 100.0%, is 90.9%. Twelve months to September 2025: NRR was 110.2%, is 100.9%.",
    ]


def test_amounts_that_change_where_no_ratio_does_are_restated(form: Form, slack: SlackServer) -> None:
    questions = ("enterprise Q3", "churn Q3", "by region Q3", "why Q3")
    with served(form) as serving:
        for number, question in enumerate(questions, 1):
            press(slack, serving, "share", question)
            slack.messages("C0GENERAL", number)
    double(form)
    check_shares(form)
    texts = [message["text"] for message in list_replies(slack)]
    assert [text.partition(" Reason")[0] for text in texts] == [
        "Restated. The figures of this answer have changed."
    ] * len(questions)


def test_another_name_of_an_account_and_an_excluded_one_change_no_figure(form: Form, slack: SlackServer) -> None:
    with served(form) as serving:
        press(slack, serving, "share", "mrr")
        slack.messages("C0GENERAL")
    form.put("Customers", 5, 2, "Apogee")
    form.put("MRR", 10, 17, 310)  # of the account with a cell that cannot be read
    sync(form)
    check_shares(form)
    assert list_replies(slack) == []


def test_a_share_in_a_thread_is_answered_in_that_thread_and_names_no_account(form: Form, slack: SlackServer) -> None:
    root = slack.say("C0GENERAL", "how is retention?")
    with served(form) as serving:
        press(slack, serving, "share", thread=root)
        slack.messages("C0GENERAL", 2)
    form.put("Customers", 5, 3, "SMB")
    sync(form)
    check_shares(form)
    reply = list_replies(slack)[-1]
    assert (reply["thread_ts"], read_blocks(reply["blocks"])) == (
        root,
        MOVED,
    )
    value = reply["blocks"][-1]["elements"][0]["value"]
    assert (json.loads(value)["s"], json.loads(value)["q"]) == (2, "enterprise Q3 2025")


def test_a_channel_that_may_not_be_posted_in_costs_nothing(form: Form, slack: SlackServer) -> None:
    changes = ({"external": True}, {"pending": True}, {"member": False}, {"archived": True})
    channels = [Channel(f"C1{number}", f"c{number}") for number in range(len(changes))]
    slack.channels |= {channel.id: channel for channel in channels}
    with served(form) as serving:
        for channel in channels:
            press(slack, serving, "share", channel=channel.id)
            slack.messages(channel.id)
    edit(form)
    for channel, change in zip(channels, changes, strict=True):
        for name, value in change.items():
            setattr(channel, name, value)
    check_shares(form)
    calls = len(slack.calls)
    check_shares(form)
    assert [list_replies(slack, channel.id) for channel in channels] == [[]] * len(channels)
    assert (count_shares(form), len(slack.calls)) == (0, calls)


def test_a_share_whose_segment_is_gone_keeps_no_other_from_its_reply(form: Form, slack: SlackServer) -> None:
    with served(form) as serving:
        for number, question in enumerate(("enterprise Q3", "south Q3"), 1):
            press(slack, serving, "share", question)
            slack.messages("C0GENERAL", number)
    for number, row in enumerate(form.tabs()["Customers"], 1):
        if row[3] == "South":
            form.put("Customers", number, 4, "Antarctica")
    edit(form)
    check_shares(form)
    [reply] = list_replies(slack)
    assert CHANGED in read_blocks(reply["blocks"])


def test_what_slack_refused_is_said_later_and_what_may_have_arrived_is_not_repeated(
    form: Form, slack: SlackServer
) -> None:
    with served(form) as serving:
        press(slack, serving, "share")
        slack.messages("C0GENERAL")
    replies = 0
    for number, (method, fault, arrives) in enumerate(
        (
            ("conversations.info", Fault(500, "oops"), True),
            ("chat.postMessage", Fault(200, {"ok": False, "error": "service_unavailable"}), True),
            ("chat.postMessage", Fault(200, {"ok": False, "error": "internal_error"}), False),
            ("chat.postMessage", Fault(drop=True, taken=True), True),
            ("chat.postMessage", Fault(drop=True), False),
        )
    ):
        edit(form, 2000.5 + 100 * number)
        slack.fail(method, fault)
        check_shares(form, times=2)
        replies += arrives
        assert len(list_replies(slack)) == replies
    assert count_shares(form) == 1


def test_all_shares_are_compared_some_in_each_poll(form: Form, slack: SlackServer) -> None:
    with served(form) as serving:
        press(slack, serving, "share")
        slack.messages("C0GENERAL")
    setup = form.setup()
    now, client = setup.analyst.clock(), build_bot_client(setup.config)
    with closing(HandledRequests(setup.analyst.store.path)) as requests:
        shares = SharedAnswers(requests)
        for number in range(60):
            state = setup.analyst.build_writer(setup.analyst.store.find_snapshot(1))("smb Q3 2025")
            shares.record(Share("C0GENERAL", f"1.{number}", f"1.{number}", state), now + dt.timedelta(seconds=number))
        edit(form)
        for left in (61, 60, 59):
            assert len(shares.list_uncompared(2, now)) == left
            reply_to_restated_shares(setup.analyst, client, now, seconds=0)
        assert list_replies(slack) == []
        reply_to_restated_shares(setup.analyst, client, now)
        assert shares.list_uncompared(2, now) == []
    [reply] = list_replies(slack)
    assert CHANGED in read_blocks(reply["blocks"])


def test_old_shares_are_forgotten(form: Form, slack: SlackServer) -> None:
    with served(form) as serving:
        press(slack, serving, "share")
        slack.messages("C0GENERAL")
    edit(form)
    setup = form.setup()
    later = setup.analyst.clock() + dt.timedelta(days=91)
    reply_to_restated_shares(setup.analyst, build_bot_client(setup.config), later)
    assert list_replies(slack) == []
