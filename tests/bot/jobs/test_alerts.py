"""Alerts after a sync: one message for all new causes, each once, and none in quiet hours."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bot.jobs.run import start
from bot.jobs.schedule import JobContext, run_alerts, run_digests
from bot.service.analyst import Analyst
from bot.service.refresh.reading import sync_workbook
from bot.slack.client import build_bot_client
from tests.support.company import Form, MakeCompany
from tests.support.golden import read_blocks
from tests.support.slack.server import Fault, SlackServer, rate_limited

NOON = dt.datetime(2025, 10, 7, 10, 0, tzinfo=dt.UTC)  # 12 o'clock in Paris
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def form(company: MakeCompany, slack: SlackServer) -> Form:
    form = company(slack_api=slack.api_url, grace_minutes=1)  # the weekly digest is too late
    sync(form, NOON - HOUR)
    return form


def sync(form: Form, now: dt.datetime) -> Analyst:
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, now)
    return setup.analyst


def run(form: Form, now: dt.datetime) -> None:
    """Run the jobs as after a start of the program."""
    setup = form.setup(now)
    work = JobContext(setup.analyst, setup.workbook, build_bot_client(setup.config))
    run_alerts(work, now)
    run_digests(work, now)


def alerts(slack: SlackServer) -> list[str]:
    return [read_message(message) for message in slack.posted.get("C0GENERAL", [])]


def read_message(message: dict[str, Any]) -> str:
    return read_blocks(message["blocks"])


def test_a_new_cause_is_reported_once(form: Form, slack: SlackServer) -> None:
    run(form, NOON)
    assert alerts(slack) == []  # what was so before is no news
    # E-4 leaves in September with more than 5% of the MRR, and E-2 paid less at the end of the second quarter.
    form.put("MRR", 5, 17, 0)
    form.put("MRR", 3, 14, 2000)
    sync(form, NOON + HOUR)
    for minutes in range(3):
        run(form, NOON + HOUR + dt.timedelta(minutes=minutes))
    [alert] = alerts(slack)
    assert "4 alerts about retention" in alert
    assert "Q2 2025 was restated from NRR 100.0%, GRR 100.0% to NRR 91.1%, GRR 91.1%: 1 row of MRR was changed" in alert
    assert "Most was lost with Account 4 and Account 3." in alert
    [buttons] = [block for block in slack.posted["C0GENERAL"][0]["blocks"] if block["type"] == "actions"]
    assert [button["text"]["text"] for button in buttons["elements"]][1:] == ["Why"]
    assert "left in September 2025 with €" in alert
    assert "GRR of twelve months fell below its target of 90% in September 2025" in alert
    assert "Each cause is reported once." in alert


@pytest.mark.parametrize("taken", [True, False])
def test_alerts_that_may_have_arrived_are_a_question_to_the_administrators(
    form: Form, slack: SlackServer, *, taken: bool
) -> None:
    with form.config.open("a", encoding="utf-8") as file:
        file.write('\n[access]\nadministrators = ["U0ANN"]\n\n[alerts]\nquiet_from = 0\nquiet_until = 0\n')
    slack.users["U0LEA"].locale = "en-US"
    run(form, NOON)
    form.put("MRR", 5, 17, 0)
    sync(form, NOON + HOUR)
    # The question may be lost as well, and is asked once more.
    slack.fail("chat.postMessage", Fault(drop=True, taken=taken), Fault(drop=True))
    for minutes in (0, 2):
        run(form, NOON + HOUR + dt.timedelta(minutes=minutes))
    [question] = slack.messages("D0ANN")
    assert question["blocks"][0]["text"]["text"] == "Was the alert of 7 October 2025 posted?"
    [doubted] = form.setup().analyst.store.deliveries.list_uncertain()
    assert (doubted.kind, doubted.key[:10]) == ("alert:C0GENERAL", "2025-10-07")
    serving = start(form.setup().analyst, slack.bot_token, http=True)
    pressed = press_button(slack, serving.address, question, "there" if taken else "send", "U0LEA")
    assert pressed.startswith("Only an administrator of nrrbot can do that.")
    pressed = press_button(slack, serving.address, question, "there" if taken else "send", "U0ANN")
    serving.stop()
    assert pressed.startswith("Thank you. It is recorded" if taken else "It will be sent within a minute.")
    run(form, form.setup().analyst.clock() + dt.timedelta(seconds=30))
    assert len(alerts(slack)) == 1
    assert form.setup().analyst.store.deliveries.list_uncertain() == []


def press_button(slack: SlackServer, app: str, message: dict[str, Any], name: str, user: str) -> str:
    """Press a button of a message over the wire; return the text of the answer."""
    buttons = (button for block in message["blocks"] for button in block.get("elements", ()) if "value" in button)
    button = next(button for button in buttons if button["action_id"].partition(":")[0] == name)
    sent = slack.click(button["action_id"], button["value"], to=app, user=user)
    return str(slack.answers(sent.response_url)[0]["text"])


def test_an_alert_that_passing_trouble_holds_up_for_a_week_is_reported_once(form: Form, slack: SlackServer) -> None:
    with form.config.open("a", encoding="utf-8") as file:
        file.write('\n[access]\nadministrators = ["U0LEA"]\n')
    slack.users["U0LEA"].locale = "en-US"
    run(form, NOON)
    form.put("MRR", 5, 17, 0)
    sync(form, NOON + HOUR)
    for days in range(7):
        slack.fail("chat.postMessage", rate_limited(23 * 3600))
        run(form, NOON + HOUR + dt.timedelta(days=days))
        slack.faults.clear()
    run(form, NOON + HOUR + dt.timedelta(days=7, minutes=1))
    run(form, NOON + HOUR + dt.timedelta(days=7, minutes=2))
    [notice] = [text for text in map(read_message, slack.posted["D0LEA"]) if "alert" in text]
    assert notice.startswith("The alert of 7 October 2025 was not posted\nAlerts, in #general.")
    assert "It is not tried any more" in notice or "it is not tried any more" in notice
    assert "Slack asks the bot to slow down." in notice
    assert alerts(slack) == []


def test_at_night_nothing_is_reported_until_the_morning(form: Form, slack: SlackServer) -> None:
    run(form, NOON)
    form.put("MRR", 5, 17, 0)
    sync(form, NOON + HOUR)
    for hours in (8, 12, 17):  # 20:00, 0:00, 5:00 in Paris
        run(form, NOON + hours * HOUR)
    assert alerts(slack) == []
    run(form, NOON + 20 * HOUR)
    assert len(alerts(slack)) == 1


def test_an_alert_that_is_sent_again_waits_for_the_morning(form: Form, slack: SlackServer) -> None:
    run(form, NOON)
    form.put("MRR", 5, 17, 0)
    evening = NOON + 7 * HOUR + dt.timedelta(minutes=30)  # 19:30 in Paris
    sync(form, evening)
    slack.fail("chat.postMessage", rate_limited(3600))
    for hours in (0, 2, 8, 12):
        run(form, evening + hours * HOUR)
    assert alerts(slack) == []
    run(form, evening + 13 * HOUR)
    assert len(alerts(slack)) == 1


def test_an_alert_that_is_sent_again_names_no_account_that_is_withheld_by_then(form: Form, slack: SlackServer) -> None:
    text = form.config.read_text("utf-8")
    form.config.write_text(f'{text}\n[access]\nname_channels = ["C0GENERAL"]\n', "utf-8")
    run(form, NOON)
    form.put("MRR", 5, 17, 0)
    sync(form, NOON + HOUR)
    slack.fail("chat.postMessage", rate_limited(100))
    run(form, NOON + HOUR)
    form.config.write_text(text, "utf-8")
    run(form, NOON + HOUR + dt.timedelta(minutes=2))
    [alert] = alerts(slack)
    assert "Account 4 left" in alert


@pytest.mark.parametrize("is_uncertain", [False, True])
def test_an_alert_that_does_not_arrive_is_reported(form: Form, slack: SlackServer, *, is_uncertain: bool) -> None:
    with form.config.open("a", encoding="utf-8") as file:
        file.write('\n[access]\nadministrators = ["U0LEA"]\n')
    slack.users["U0LEA"].locale = "en-US"
    run(form, NOON)
    form.put("MRR", 5, 17, 0)
    sync(form, NOON + HOUR)
    slack.channels["C0GENERAL"].archived = not is_uncertain
    if is_uncertain:
        slack.fail("chat.postMessage", Fault(503, "x"))
    run(form, NOON + HOUR)
    run(form, NOON + HOUR + dt.timedelta(minutes=2))
    [notice] = [read_blocks(message["blocks"]) for message in slack.posted["D0LEA"]]
    assert notice.startswith("Was the alert of 7 October 2025" if is_uncertain else "An alert could not be posted")
    assert "Alerts, in #general." in notice
    assert alerts(slack) == []
    if not is_uncertain:
        slack.channels["C0GENERAL"].archived = False
        run(form, NOON + 2 * HOUR)
        run(form, NOON + 2 * HOUR)
        assert len(alerts(slack)) == 1
        assert "The alert is posted" in str(slack.posted["D0LEA"][-1])
