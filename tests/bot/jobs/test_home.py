"""App Home: figures, settings, the way to the first answer; the real product, Slack on the loopback."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.jobs.home import renew_homes
from bot.jobs.run import start
from bot.jobs.schedule import JobContext, run_refresh
from bot.service.refresh.reading import sync_workbook
from bot.service.refresh.writeback import write_back
from bot.service.serving import Serving
from bot.slack.client import build_bot_client
from core.store.state.preferences import Preferences
from tests.support.company import Form, MakeCompany, tabs
from tests.support.golden import read_blocks
from tests.support.slack.block_kit import check_view
from tests.support.slack.server import TEAM, Fault, SlackServer

FIGURES = "Q3 2025: NRR"


@pytest.fixture
def form(company: MakeCompany, slack: SlackServer) -> Form:
    form = company(slack_api=slack.api_url)
    with form.config.open("a", encoding="utf-8") as file:
        file.write('\n[access]\nadministrators = ["U0ANN"]\n')
    return form


def sync(form: Form) -> None:
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, setup.analyst.clock())


def renew(form: Form) -> None:
    """Renew the pages as each poll does, in a process that has just started."""
    setup = form.setup()
    renew_homes(setup.analyst, build_bot_client(setup.config), setup.analyst.clock())


@contextmanager
def served(form: Form) -> Iterator[Serving]:
    serving = start(form.setup().analyst, SlackServer().bot_token, http=True)
    try:
        yield serving
    finally:
        serving.stop()


def open_home(slack: SlackServer, serving: Serving, user: str = "U0ANN", tab: str = "home") -> dict[str, Any]:
    """Open the page, and return it."""
    count = len(slack.called("views.publish"))
    event = {"type": "app_home_opened", "user": user, "channel": "D0X", "tab": tab, "event_ts": "1.1"}
    slack.event(event, to=serving.address)
    return wait_for_home(slack, user, count)


def wait_for_home(slack: SlackServer, user: str, count: int) -> dict[str, Any]:
    slack.wait_until(lambda: len(slack.called("views.publish")) > count and user in slack.homes, what="a page")
    return slack.homes[user]


def choose(slack: SlackServer, serving: Serving, name: str, value: str, user: str = "U0ANN") -> dict[str, Any]:
    """Choose a value of a setting, and return the page after that."""
    count = len(slack.called("views.publish"))
    option = {"text": {"type": "plain_text", "text": value}, "value": value}
    slack.press_home(f"setting:{name}", to=serving.address, user=user, selected_option=option)
    return wait_for_home(slack, user, count)


def list_menus(view: dict[str, Any]) -> dict[str, str]:
    """Return the settings with their present values."""
    elements = [block["accessory"] for block in view["blocks"] if "accessory" in block]
    return {element["action_id"]: element["initial_option"]["text"]["text"] for element in elements}


def read(view: dict[str, Any]) -> str:
    return read_blocks([block for block in view["blocks"] if block["type"] != "divider"])


def test_the_page_has_figures_with_target_and_trend_accounts_and_the_age_of_the_data(
    form: Form, slack: SlackServer
) -> None:
    sync(form)
    with served(form) as serving:
        view = open_home(slack, serving)
    assert not check_view(view_as_sent(slack))
    text = read(view)
    assert view["blocks"][0]["text"]["text"].startswith(f"Whole company, {FIGURES}")
    for part in ("Targets: NRR", "leaving", "renewals", "Data to Sept", "In the sheet:"):
        assert part in text, part
    assert "data_visualization" in [block["type"] for block in view["blocks"]]
    assert list_menus(view) == {
        "setting:language": "As in Slack",
        "setting:zone": "As in Slack",
        "setting:segment": "Whole company",
    }


def view_as_sent(slack: SlackServer) -> dict[str, Any]:
    sent = slack.called("views.publish")[-1].args["view"]
    view: dict[str, Any] = json.loads(sent) if isinstance(sent, str) else sent
    return view


def test_the_accounts_and_the_problems_are_links(company: MakeCompany, slack: SlackServer) -> None:
    content = tabs("wide")
    headings, *customers = content["Customers"]
    headings += ["Renewal date"]
    for row in customers:
        row += [dt.date(2025, 11, 1)]
    customers[0][1] = customers[1][1] = customers[3][1] = "Acme"
    customers[5][1] = "Acme Corp"
    form = company("wide", "google", content=content, slack_api=slack.api_url)
    setup = form.setup()
    sync_workbook(setup.analyst, setup.workbook, setup.analyst.clock())
    write_back(setup.analyst, setup.workbook)
    with served(form) as serving:
        view = open_home(slack, serving)
        lists = [
            slack.answers(slack.command("/nrr", text, to=serving.address).response_url)[0]
            for text in ("concentration", "churn Q3")
        ]
    ids = {tab.title: tab.id for tab in setup.workbook.tabs()}
    # Those with most MRR: E-2, E-4 and E-1.
    largest = [("Acme", f"gid={ids['MRR']}&range={row}:{row}") for row in (3, 5, 2)]
    assert list_links(view) == [*largest, ("NRR Problems", f"gid={ids['NRR Problems']}&range=A1")]
    assert list_links(lists[0])[:3] == largest
    assert list_links(lists[1])[:1] == [("Nordwind", f"gid={ids['MRR']}&range=4:4")]


def list_links(node: Any) -> list[tuple[str, str]]:
    """Return the words and the places of the links in blocks."""
    if isinstance(node, list):
        return [link for part in node for link in list_links(part)]
    if not isinstance(node, dict):
        return []
    own = [(node["text"], node["url"].partition("/edit#")[2])] if node.get("type") == "link" else []
    return own + list_links(list(node.values()))


def test_a_button_of_the_page_is_answered_in_a_direct_message(form: Form, slack: SlackServer) -> None:
    sync(form)
    with served(form) as serving:
        view = open_home(slack, serving)
        [row] = [block["elements"] for block in view["blocks"] if block["type"] == "actions"]
        for number, button in enumerate(row, 1):
            slack.press_home(button["action_id"], button["value"], to=serving.address)
            slack.messages("D0ANN", number)
    assert not slack.posted.get("C0GENERAL")
    assert all("NRR" in str(message["blocks"]) for message in slack.posted["D0ANN"])


def test_settings_change_the_page_and_the_answers(form: Form, slack: SlackServer) -> None:
    sync(form)
    with served(form) as serving:
        page = open_home(slack, serving)
        failed = choose(slack, serving, "segment", "segment=Nowhere")
        assert "Nowhere" in read({"blocks": failed["blocks"][:1]})
        assert failed["blocks"][1:] == page["blocks"]
        french = choose(slack, serving, "language", "fr")
        assert "Vos réglages" in read(french)
        found = slack.suggest("setting:zone", "new york", to=serving.address)
        assert [option["value"] for option in found] == ["-", "America/New_York"]
        assert len(slack.suggest("setting:zone", "", to=serving.address)) == 100
        choose(slack, serving, "zone", "Asia/Tokyo")
        options = slack.suggest("setting:segment", "enter", to=serving.address)
        view = choose(slack, serving, "segment", options[-1]["value"])
        assert list_menus(view) == {
            "setting:language": "Français",
            "setting:zone": "Asia/Tokyo",
            "setting:segment": options[-1]["text"]["text"],
        }
        assert "Enterprise, T3 2025" in read(view)
        [answer] = slack.answers(slack.command("/nrr", "", to=serving.address).response_url)
        assert answer["text"].startswith("Enterprise, T3 2025")
        [answer] = slack.answers(slack.command("/nrr", "T3", to=serving.address).response_url)
        assert answer["text"].startswith("Toute l’entreprise, T3 2025")
        for name in ("language", "zone", "segment"):
            view = choose(slack, serving, name, "-")
        assert list_menus(view)["setting:segment"] == "Whole company"
    assert form.setup().analyst.store.find_preferences(TEAM, "U0ANN") == Preferences()


def test_an_own_segment_that_is_gone_counts_no_more(form: Form, slack: SlackServer) -> None:
    sync(form)
    with served(form) as serving:
        open_home(slack, serving)
        option = slack.suggest("setting:segment", "south", to=serving.address)[-1]
        choose(slack, serving, "segment", option["value"])
        for number, row in enumerate(form.tabs()["Customers"], 1):
            if row[3] == "South":
                form.put("Customers", number, 4, "Antarctica")
        sync(form)
        [answer] = slack.answers(slack.command("/nrr", "", to=serving.address).response_url)
        view = open_home(slack, serving)
    assert answer["text"].startswith("Whole company, Q3 2025: NRR")
    assert list_menus(view)["setting:segment"] == "Whole company"


def test_a_stranger_has_a_page_without_figures(form: Form, slack: SlackServer) -> None:
    sync(form)
    with served(form) as serving:
        for user in ("U0GUEST", "U0PARTNER"):
            text = read(open_home(slack, serving, user))
            assert "shows you no figures" in text
            assert "NRR 9" not in text
            assert len(slack.homes[user]["blocks"]) == 1


def test_the_page_is_renewed_after_a_sync_for_those_who_opened_it(form: Form, slack: SlackServer) -> None:
    sync(form)
    with served(form) as serving:
        before = read(open_home(slack, serving))
        open_home(slack, serving, "U0LEA")
    form.put("MRR", 5, 17, 2000.5)
    sync(form)
    slack.users["U0LEA"].guest = "restricted"
    for _ in range(2):
        renew(form)
    assert len(slack.called("views.publish")) == 4
    assert read(slack.homes["U0ANN"]) != before
    assert "montre" in read(slack.homes["U0LEA"])
    assert "NRR" not in read(slack.homes["U0LEA"])


def test_a_page_stays_while_slack_cannot_be_asked_and_is_renewed_later(form: Form, slack: SlackServer) -> None:
    sync(form)
    with served(form) as serving:
        before = read(open_home(slack, serving))
        open_home(slack, serving, "U0LEA")
    form.put("MRR", 5, 17, 2000.5)
    sync(form)
    for method in ("users.info", "views.publish"):
        count = len(slack.called(method))
        slack.fail(method, Fault(500, "oops"), Fault(500, "oops"))
        renew(form)
        assert (read(slack.homes["U0ANN"]), len(slack.called(method)) - count) == (before, 1), method
        slack.faults.clear()
    renew(form)
    assert read(slack.homes["U0ANN"]) != before


def test_without_charts_where_slack_refuses_them(form: Form, slack: SlackServer) -> None:
    sync(form)
    slack.fail("views.publish", Fault(200, {"ok": False, "error": "invalid_arguments"}))
    with served(form) as serving:
        view = open_home(slack, serving)
    assert "data_visualization" not in [block["type"] for block in view["blocks"]]


def test_the_other_tabs_publish_nothing(form: Form, slack: SlackServer) -> None:
    with served(form) as serving:
        event = {"type": "app_home_opened", "user": "U0ANN", "channel": "D0X", "tab": "messages"}
        slack.event(event, to=serving.address)
    assert not slack.called("views.publish")


# The way to the first answer.


def test_an_empty_installation_is_led_to_its_first_answer(form: Form, slack: SlackServer) -> None:
    text = form.config.read_text()
    form.config.write_text(text.replace('path = "Retention.xlsx"\n', ""))
    with served(form) as serving:
        first = read(open_home(slack, serving))
    assert "1.\nWho runs nrrbot names the sheet" in first.replace("1. \n", "1.\n")
    form.config.write_text(text)
    with served(form) as serving:
        second = open_home(slack, serving)
        assert "2. ✓" in read(second)
        assert [block["elements"][0]["action_id"] for block in second["blocks"] if block["type"] == "actions"] == [
            "read"
        ]
        other = open_home(slack, serving, "U0LEA")
        assert not [block for block in other["blocks"] if block["type"] == "actions"]
        sync(form)
        renew(form)
        view = slack.homes["U0ANN"]
        assert FIGURES in read(view)
        assert "actions" in [block["type"] for block in view["blocks"]]


def test_a_sheet_that_cannot_be_read_says_why(form: Form, slack: SlackServer) -> None:
    assert form.path
    Path(form.path).write_bytes(b"not a workbook")
    setup = form.setup()
    run_refresh(JobContext(setup.analyst, setup.workbook, build_bot_client(setup.config)), setup.analyst.clock())
    with served(form) as serving:
        text = read(open_home(slack, serving))
    assert "1. ✓" in text
    assert "2. ✓" not in text
    assert "Retention.xlsx" in text


def test_a_stale_page_says_so_first_and_how_to_fix_it(form: Form, slack: SlackServer) -> None:
    setup = form.setup()
    now = setup.analyst.clock()
    sync_workbook(setup.analyst, setup.workbook, now - dt.timedelta(hours=1))
    assert form.path
    Path(form.path).write_bytes(b"not a workbook")
    context = JobContext(setup.analyst, setup.workbook, build_bot_client(setup.config))
    for minutes in (30, 0):
        run_refresh(context, now - dt.timedelta(minutes=minutes))
    with served(form) as serving:
        views = [open_home(slack, serving, user) for user in ("U0ANN", "U0LEA")]
        slack.press_home("fix", "sheet", to=serving.address)
        [fix] = slack.messages("D0ANN")
    for view, buttons in zip(views, (["fix", "read"], ["fix"]), strict=True):
        assert read(view).startswith(("The sheet has not been readable since ", "La feuille est illisible depuis "))
        assert [button["action_id"] for button in view["blocks"][1]["elements"]] == buttons
    assert "Retention.xlsx" in str(fix)
