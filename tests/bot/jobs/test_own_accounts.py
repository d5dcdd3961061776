"""The list of an owner in Slack: subscribed, sent, compared with the last one, accounts called. Over signed HTTP."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest

from bot.jobs.delivery.digests import send_digests
from bot.service.analyst import Analyst
from bot.service.refresh.reading import sync_workbook
from bot.slack.client import build_bot_client
from core.schedules import Schedule, find_next_slot
from core.store.outgoing.subscriptions import Subscription
from tests.support.command_line import nrrbot
from tests.support.company import CUSTOMERS, Form, MakeCompany, table, tabs
from tests.support.digests import Ask
from tests.support.golden import read_blocks
from tests.support.slack.server import SlackServer, User

ANN, LEA, BEA = "U0ANN", "U0LEA", "U0BEA"
# Of Ann: E-2 renews, E-1 wants seats and has NPS 4, E-5 NPS 3, S-2 renews, S-1 NPS 1. E-6 is quiet, E-4 is of Ben.
FACTS = """
Owner | NPS | Seats | Seats used | Renewal date
Ann   | 4   | 50    | 49         | 2025-11-20
Ann   |     |       |            | 2025-12-01
Ann   | 9   |       |            |
Ben   | 2   |       |            |
Ann   | 3   |       |            |
Ann   |     |       |            | 2026-08-01
Ann   | 1   |       |            |
Ann   |     |       |            | 2025-10-20
Ann   | 0   |       |            |
"""
NPS, RENEWAL = 6, 9  # columns of Customers
DAY = ("--today", "2025-10-11")


@pytest.fixture
def form(company: MakeCompany, slack: SlackServer) -> Form:
    slack.users[LEA].locale = "en-US"
    slack.users[BEA] = User(BEA, "bea", "en-US")
    rows = [[*customer, *facts] for customer, facts in zip(table(CUSTOMERS), table(FACTS), strict=True)]
    form = company(slack_api=slack.api_url, content={**tabs("wide"), "Customers": rows})
    write(form, f'\n[access]\nadministrators = ["{LEA}"]\n[[access.people]]\nslack = "{ANN}"\nowner = "ann"\n')
    write(form, f'[[access.people]]\nslack = "{BEA}"\nowner = "Bea"\n')
    sync(form)
    return form


def write(form: Form, lines: str) -> None:
    with form.config.open("a", encoding="utf-8") as file:
        file.write(lines)


def sync(form: Form, minutes: int = 0) -> None:
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, setup.analyst.clock() + dt.timedelta(minutes=minutes))


def list_buttons(message: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return label -> action and value of the buttons of a message."""
    rows = (block["elements"] for block in message["blocks"] if block["type"] == "actions")
    return {button["text"]["text"]: (button["action_id"], button["value"]) for row in rows for button in row}


def press(slack: SlackServer, app: str, message: dict[str, Any], label: str, user: str = ANN) -> dict[str, Any]:
    action, value = list_buttons(message)[label]
    [answer] = slack.answers(slack.click(action, value, to=app, user=user).response_url)
    return answer


def find_subscription(analyst: Analyst) -> Subscription:
    [made] = [entry for entry in analyst.store.subscriptions.list_all() if entry.owner]
    return made


def send(form: Form, slack: SlackServer, weeks: int = 0) -> tuple[dict[str, Any], str]:
    """Send the list of a Sunday, the first of which is 12 October, and return its message and its text."""
    analyst = form.setup().analyst
    due = find_next_slot(find_subscription(analyst).schedule, analyst.clock() + dt.timedelta(weeks=weeks)).at
    before = len(slack.posted.get("D0ANN", []))
    send_digests(analyst, build_bot_client(analyst.config), due, pace=0)
    message, *_ = slack.posted["D0ANN"][before:]
    return message, read_blocks(message["blocks"]).replace(" \n", " ")


def test_an_owner_subscribes_to_a_direct_message(ask: Ask, analyst: Analyst) -> None:
    for words in ("my accounts weekly monday 9:00", "me my accounts monday at 9:00", "mes comptes lundi 9h"):
        assert ask(f"subscribe {words}")["text"].startswith("Subscribed: Your accounts")
        made = find_subscription(analyst)
        assert (made.channel, made.owner, made.subject, made.cut) == (ANN, ANN, "accounts", "")
        assert made.schedule == Schedule("weekly", 0, 9, 0, "Europe/Paris")


REFUSED = (
    ("subscribe my accounts", LEA, "It is not known which accounts are yours"),
    ("preview my accounts", LEA, "Ask Léa Roy (admin of nrrbot) for a line in access.people"),
    ("subscribe my accounts", BEA, "its column Owner does not have your name as the config has it"),
    ("subscribe <#C0GENERAL|general> my accounts", ANN, "The list of your accounts comes to you alone."),
    ("subscribe my accounts by segment", ANN, "“segment” has no effect on this answer."),
    ("subscribe my accounts entreprize", ANN, "Nearest: Enterprise."),
    ("pause my accounts", ANN, "Which digest? 0 are subscribed here."),
)


def test_what_cannot_be_done_is_explained(ask: Ask, analyst: Analyst) -> None:
    for words, user, says in REFUSED:
        assert says in ask(words, user)["text"], words
    assert not [entry for entry in analyst.store.subscriptions.list_all() if entry.owner]


def test_a_list_names_whom_to_call_why_and_what_changed(form: Form, ask: Ask, slack: SlackServer) -> None:
    ask("subscribe my accounts sunday 9:00")
    first, text = send(form, slack)
    assert first["text"].startswith("5 of your accounts are at stake, €52.4k ARR.")
    lines = text.splitlines()
    assert lines[1:6] == [
        "1. +cmd!A0 €27.6k ARR, renews on 1 Dec: no sign of leaving.",
        "2. <b>&Co €14.4k ARR, renews on 20 Nov: uses 49 of 50 seats, but NPS 4.",
        "3. Newton €8,400 ARR: NPS 3.",
        "4. Grove €1,080 ARR, renews on 20 Oct: no sign of leaving.",
        "5. Fern €960 ARR: NPS 1.",
    ]
    assert "1 account excluded for errors in the sheet" in text
    assert "You get this because you subscribed to it." in text
    assert "Since" not in text
    # E-2 pays less, E-1 renewed late, E-5 is content, S-2 left; E-6 is new.
    form.put("MRR", 3, 17, 2070)
    form.put("Customers", 2, RENEWAL, dt.date(2026, 11, 20))
    form.put("Customers", 6, NPS, 8)
    form.put("Customers", 7, NPS, 2)
    form.put("MRR", 9, 17, 0)
    sync(form, 1)
    _, text = send(form, slack, 1)
    moved = "uses 49 of 50 seats, but NPS 4. Renewal was 20 Nov."
    assert text.splitlines()[1:6] == [
        "1. +cmd!A0 €24.8k ARR, renews on 1 Dec: no sign of leaving. ARR down 10.0%.",
        f"2. <b>&Co €14.4k ARR, renews on 20 November 2026: {moved}",
        "3. Boomerang €5,400 ARR, renews on 1 Aug: NPS 2. New.",
        "4. Fern €960 ARR: NPS 1.",
        "Off the list since 12 Oct: Grove (left), Newton (no call needed any more).",
    ]
    _, text = send(form, slack, 2)
    assert "Since 19 Oct: no change." in text


def test_an_account_that_was_called_is_out_for_thirty_days(
    form: Form, ask: Ask, app: str, slack: SlackServer, analyst: Analyst
) -> None:
    ask("subscribe my accounts weekly sunday 9:00")
    message, _ = send(form, slack)
    called = press(slack, app, message, "Called: Newton")
    assert called["text"].startswith("Called: Newton. It is on none of your lists for 30 days.")
    text = read_blocks(ask("preview my accounts")["blocks"])
    assert "Newton" not in text
    assert "1 account that you called is left out." in text
    assert "Newton" not in send(form, slack, 1)[1]
    [row] = analyst.store.find_called(ANN, ["E-5", "E-1"], analyst.clock())
    assert row == "E-5"
    assert "3. Newton €8,400 ARR: NPS 3. New." in send(form, slack, 6)[1]
    assert press(slack, app, called, "Undo")["text"] == "Newton can be on your lists again."
    assert "Newton" in read_blocks(ask("preview my accounts")["blocks"])


def test_no_one_calls_an_account_that_is_not_theirs(
    form: Form, ask: Ask, app: str, slack: SlackServer, analyst: Analyst
) -> None:
    ask("subscribe my accounts weekly sunday 9:00")
    message, _ = send(form, slack)
    assert "It is not known which accounts are yours" in press(slack, app, message, "Called: Newton", LEA)["text"]
    form.put("Customers", 6, 5, "Ben")
    sync(form, 1)
    assert "not among yours in the sheet any more" in press(slack, app, message, "Called: Newton")["text"]
    assert not analyst.store.find_called(ANN, ["E-5"], analyst.clock())
    assert "Newton (another owner)" in send(form, slack, 1)[1]


def test_an_owner_who_is_limited_gets_the_accounts_of_their_segments(
    form: Form, slack: SlackServer, request: pytest.FixtureRequest
) -> None:
    write(form, f'\n[[access.limits]]\nwho = ["{ANN}"]\nsegments = ["SMB"]\n')
    ask: Ask = request.getfixturevalue("ask")
    ask("subscribe my accounts weekly sunday 9:00")
    _, text = send(form, slack)
    assert text.startswith("2 of your accounts are at stake, €2,040 ARR")
    assert not re.search("cmd|Newton|Acme|Boomerang", text)


def test_the_list_is_the_same_at_the_command_line(form: Form, ask: Ask, slack: SlackServer) -> None:
    ask("subscribe my accounts weekly sunday 9:00")
    _, text = send(form, slack)
    options = ("digest", "--preview", "--owner", "ANN", "--config", form.config, *DAY)
    printed = nrrbot(*options).out
    assert all(line in printed.replace("\n", " ") for line in text.splitlines()[1:6])
    assert "**1. +cmd!A0** €27.6k ARR" in nrrbot(*options, "--markdown").out
    listed = json.loads(nrrbot(*options, "--json").out)
    assert (listed["count"], listed["accounts"][1]["id"], listed["accounts"][1]["arr"]) == (5, "E-1", 1_440_000)
    assert [reason["code"] for reason in listed["accounts"][2]["reasons"]] == ["low_nps"]
    unknown = nrrbot(*options[:2], "--owner", "Zoe", "--config", form.config, *DAY)
    assert (unknown.code, "The data has no owner “Zoe”." in unknown.err) == (1, True)
    assert nrrbot("digest", "--owner", "ann", "--config", form.config).code == 2


def test_a_cut_narrows_the_list_and_nothing_to_call_is_said(form: Form, ask: Ask, slack: SlackServer) -> None:
    ask("subscribe my accounts region=South smb weekly sunday 9:00")
    assert "2. Your accounts, south, smb" in read_blocks(ask("list")["blocks"])
    _, text = send(form, slack)
    assert text.startswith("1 of your accounts is at stake, €1,080 ARR\n1. Grove")
    form.put("Customers", 9, RENEWAL, dt.date(2026, 10, 20))
    sync(form, 1)
    _, text = send(form, slack, 1)
    assert text.startswith("Your 1 account needs no call: no sign of leaving, no renewal in 90 days")
    assert "Off the list since 12 Oct: Grove (renewed)." in text
    assert "A blank in the sheet is never a sign." in text


def test_a_subscription_is_paused_and_posted_at_once_like_any_other(
    ask: Ask, app: str, slack: SlackServer, form: Form
) -> None:
    ask("subscribe my accounts weekly sunday 9:00")
    message, _ = send(form, slack)
    settings = read_blocks(press(slack, app, message, "Settings")["blocks"])
    assert "/nrr digest subscribe my accounts daily 8:30" in settings
    assert press(slack, app, message, "Pause")["text"].startswith("Paused: Your accounts")
    assert ask("resume my accounts")["text"].startswith("Resumed: Your accounts")
    assert ask("now my accounts")["text"] == "The digest will be there within a minute."
    assert ask("stop my accounts")["text"].startswith("Ended: Your accounts")


def test_a_list_is_refused_once_its_person_is_no_owner(form: Form, ask: Ask, slack: SlackServer) -> None:
    ask("subscribe my accounts weekly sunday 9:00")
    form.config.write_text(form.config.read_text("utf-8").replace('owner = "ann"', 'owner = ""'), "utf-8")
    _, text = send(form, slack)
    assert "It is not known which accounts are yours" in text
