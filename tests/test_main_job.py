"""The main job, end to end: a workbook in each layout and of each kind, questions over the wire, figures by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import openpyxl
import pytest

from bot.jobs.run import start
from bot.service.serving import Serving
from core.terms import RevenueLayout
from tests.support.command_line import nrrbot
from tests.support.company import (
    COMMAND,
    ENTERPRISE_Q3,
    ENTERPRISE_TTM,
    FORMULA,
    MARKUP,
    UNREADABLE_CELL,
    Form,
    MakeCompany,
    Medium,
    column,
    tabs,
    wide,
)
from tests.support.golden import read_blocks
from tests.support.google.server import GoogleServer
from tests.support.slack.block_kit import check_message, unescaped_in
from tests.support.slack.server import SlackServer

LAYOUTS: tuple[RevenueLayout, ...] = ("wide", "long", "subscriptions", "movements")
MEDIA: tuple[Medium, ...] = ("xlsx", "google")
FORMS = tuple(product(LAYOUTS, MEDIA))
each_form = pytest.mark.parametrize(("layout", "medium"), FORMS)

# What `/nrr enterprise Q3` shows of ENTERPRISE_Q3.
BRIDGE = [
    ["MRR", "Jun 2025 → Sep 2025", "accounts"],
    ["start", "€5,501", "4"],
    ["+ expansion", "+€200", f"1: {MARKUP}"],
    ["− contraction", "−€200", f"1: {COMMAND}"],
    ["− churn", "−€500", "1: Nordwind"],
    ["end", "€5,001", "3 kept"],
]


def ask(form: Form, question: str, *options: str) -> Any:
    ran = nrrbot("ask", question, "--json", "--config", form.config, "--today", "2025-10-06", *options)
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def sync(form: Form) -> None:
    assert nrrbot("sync", "--config", form.config, "--today", "2025-10-06").code == 0


def without_places(answer: Any) -> Any:
    """Return an answer without what tells one workbook from another: the snapshot, and the rows of accounts."""
    if isinstance(answer, dict):
        return {key: without_places(part) for key, part in answer.items() if key not in {"snapshot", "row"}}
    return [without_places(part) for part in answer] if isinstance(answer, list) else answer


def figures(window: dict[str, Any]) -> dict[str, Any]:
    return {key: window[key] for key in ENTERPRISE_Q3}


@contextmanager
def served(form: Form, *, http: bool = True) -> Iterator[Serving]:
    setup = form.setup()
    serving = start(setup.analyst, SlackServer().bot_token, http=http)
    try:
        yield serving
    finally:
        serving.stop()


def rows_of(message: dict[str, Any]) -> list[list[str]]:
    [table] = [block for block in message["blocks"] if block["type"] == "table"]
    return [[read_blocks([cell]) for cell in row] for row in table["rows"]]


def values_of(message: dict[str, Any]) -> dict[str, str]:
    """Return action -> value of the message's buttons."""
    return {
        button["action_id"]: button["value"]
        for block in message["blocks"]
        if block["type"] == "actions"
        for button in block["elements"]
    }


def test_the_figures_are_those_worked_out_by_hand_in_every_form(company: MakeCompany) -> None:
    answers = []
    for layout, medium in FORMS:
        form = company(layout, medium)
        sync(form)
        answer = ask(form, "enterprise Q3")
        assert figures(answer["window"]) == ENTERPRISE_Q3
        assert figures(answer["trailing_12_months"]) == ENTERPRISE_TTM
        answers.append(answer)
    assert all(without_places(answer) == without_places(answers[0]) for answer in answers)
    # The first row of Nordwind in each of the tabs.
    rows = {"wide": 4, "long": 34, "subscriptions": 7, "movements": 7}
    assert [answer["window"]["drivers"]["churn"][0]["row"] for answer in answers] == [rows[form[0]] for form in FORMS]
    assert [answer["snapshot"]["id"] for answer in answers] == [1] * len(FORMS)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        # Close, bridge and ratios of other questions, from the tables of tests.support.company.
        ("", "5640.50 +230.00 -200.00 -500.00 = 5170.50; 91.7 87.6"),
        ("TTM", "5560.50 +580.00 -20.00 -500.00 = 5620.50; 101.1 90.6"),
        ("smb Q3", "140.00 +30.00 -0.00 -0.00 = 170.00; 121.4 100.0"),
        ("region=north Q3", "1580.00 +200.00 -0.00 -500.00 = 1280.00; 81.0 68.4"),
        ("sept. 2025", "6820.50 +0.00 -0.00 -500.00 = 6320.50; 92.7 92.7"),
        ("smb juillet 2024", "100.00 +0.00 -0.00 -0.00 = 100.00; 100.0 100.0"),
    ],
)
def test_other_questions_of_the_same_company(company: MakeCompany, question: str, expected: str) -> None:
    window = ask(company("subscriptions"), question)["window"]
    money = {key: f"{window[key] / 100:.2f}" for key in window if isinstance(window[key], int)}
    assert expected == (
        f"{money['starting_mrr']} +{money['expansion']} -{money['contraction']} -{money['churn']} = "
        f"{money['ending_mrr']}; {window['nrr']} {window['grr']}"
    )


def test_what_is_left_out_is_said(company: MakeCompany) -> None:
    answer = ask(company(), "smb Q3")
    assert answer["excluded"] == {"accounts": 1, "counted": 2, "mrr": 30000, "unpriced": {}, "rows": 0, "rows_mrr": 0}
    assert answer["problems"] == {"amount_unreadable": 1}


@each_form
def test_a_signed_command_is_answered_with_the_same_figures(
    company: MakeCompany, slack: SlackServer, layout: RevenueLayout, medium: Medium
) -> None:
    form = company(layout, medium, slack_api=slack.api_url)
    sync(form)
    with served(form) as serving:
        sent = slack.command("/nrr", "enterprise Q3", to=serving.address)
        assert (sent.status, sent.body) == (200, "")
        [answer] = slack.answers(sent.response_url)
    assert answer["response_type"] == "ephemeral"
    assert answer["blocks"][0]["text"]["text"] == "Enterprise, Q3 2025: NRR 90.9%, GRR 87.3%"
    verdict = "".join(piece.get("text", "") for piece in answer["blocks"][1]["elements"][0]["elements"])
    assert "Twelve months to September: NRR 100.9%" in verdict
    assert "GRR 90.7%" in verdict
    assert rows_of(answer) == BRIDGE
    assert not unescaped_in(answer)
    assert "<b>&Co" in read_blocks(answer["blocks"])
    assert len(answer["text"]) <= 200
    printed = nrrbot("ask", "enterprise Q3", "--slack", "--config", form.config, "--today", "2025-10-06")
    # A moment that Slack cannot show is in the zone of its reader.
    shown, expected = (
        re.sub(r"\|[^|>]*>", ">", json.dumps(blocks))
        for blocks in (answer["blocks"], json.loads(printed.out)["blocks"])
    )
    assert shown == expected


def test_the_amounts_of_the_bridge_are_those_of_the_json(company: MakeCompany) -> None:
    form = company()
    window = ask(form, "enterprise Q3")["window"]
    names = ("starting_mrr", "expansion", "contraction", "churn", "ending_mrr")
    shown = [row[1].lstrip("+−") for row in BRIDGE[1:]]
    assert shown == [f"€{(window[name] + 50) // 100:,}" for name in names]


def show_names(form: Form) -> None:
    """Let a channel read the names of accounts."""
    with form.config.open("a", encoding="utf-8") as file:
        file.write('\n[access]\nname_channels = ["C0GENERAL"]\n')


def test_the_same_over_socket_mode(company: MakeCompany, slack: SlackServer) -> None:
    form = company(slack_api=slack.api_url)
    show_names(form)
    sync(form)
    with served(form, http=False):
        [answer] = slack.answers(slack.command("/nrr", "enterprise Q3").response_url)
        ts = slack.say("C0GENERAL", "<@U0BOT> grr enterprise Q3")
        event = {"type": "app_mention", "user": "U0ANN", "channel": "C0GENERAL", "ts": ts,
                 "text": "<@U0BOT> grr enterprise Q3"}  # fmt: skip
        slack.event(event)
        reply = slack.messages("C0GENERAL", 2)[-1]
    assert rows_of(answer) == rows_of(reply) == BRIDGE
    assert reply["thread_ts"] == ts
    assert reply["blocks"][0]["text"]["text"] == "Enterprise, Q3 2025: GRR 87.3%, NRR 90.9%"
    assert "definition" in values_of(reply)
    assert "share" not in values_of(reply)


def test_the_buttons_explain_and_share_what_was_asked(company: MakeCompany, slack: SlackServer) -> None:
    form = company(slack_api=slack.api_url)
    show_names(form)
    sync(form)
    with served(form) as serving:
        [answer] = slack.answers(slack.command("/nrr", "enterprise Q3", to=serving.address).response_url)
        values = values_of(answer)
        define = slack.click("definition", values["definition"], to=serving.address)
        share = slack.click("share", values["share"], to=serving.address)
        [definition] = slack.answers(define.response_url)
        [shared] = slack.messages("C0GENERAL")
        slack.wait_until(lambda: slack.response_urls[share.response_url].deleted, what="the private copy to go")
    assert definition["response_type"] == "ephemeral"
    explained = read_blocks(definition["blocks"])
    assert "= €5,000.50 / €5,500.50 = 90.9%." in explained
    assert "= (€5,500.50 − €200.00 − €500.00) / €5,500.50 = 87.3%." in explained
    assert not unescaped_in(definition)
    assert rows_of(shared) == BRIDGE
    assert "share" not in values_of(shared)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("entreprize Q3", "Enterprise"),
        ("enterprise Q3 2031", "September 2025"),
        ("<b> & Q3", "&lt; b"),
    ],
)
def test_what_cannot_be_answered_is_said_where_it_was_asked(
    company: MakeCompany, slack: SlackServer, text: str, says: str
) -> None:
    form = company(slack_api=slack.api_url)
    sync(form)
    with served(form) as serving:
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        [answer] = slack.answers(slack.command("/nrr", escaped, to=serving.address).response_url)
        refused = slack.command("/nrr", "Q3", to=serving.address, secret="wrong")
    assert says in answer["text"]
    assert not unescaped_in(answer)
    assert refused.status == 401


def test_help_names_the_segments_of_this_workbook(company: MakeCompany, slack: SlackServer) -> None:
    content = tabs("wide")
    content["Customers"] = [
        [*row, "{tier}" if number == 0 else "A&B"] for number, row in enumerate(content["Customers"])
    ]
    form = company(slack_api=slack.api_url, content=content)
    sync(form)
    with served(form) as serving:
        [answer] = slack.answers(slack.command("/nrr", "help", to=serving.address).response_url)
        [about] = slack.answers(slack.command("/nrr", '"A&amp;B" Q3', to=serving.address).response_url)
        define = slack.click("definition", values_of(about)["definition"], to=serving.address)
        [definition] = slack.answers(define.response_url)
    assert "Scope: A&B." in json.dumps(definition["blocks"])
    assert not unescaped_in(definition)
    assert "{tier}: A&B" in json.dumps(answer["blocks"])
    assert not unescaped_in(answer)
    assert not check_message(answer["blocks"])


def test_the_buttons_can_hold_the_longest_question(company: MakeCompany) -> None:
    form = company()
    ran = nrrbot("ask", "enterprise Q3 " + "please " * 69, "--slack", "--config", form.config)
    message = json.loads(ran.out)
    assert rows_of(message) == BRIDGE
    assert not check_message(message["blocks"])
    assert json.loads(values_of(message)["share"])["q"] == "enterprise Q3 2025"


# The way back.


@each_form
def test_figures_and_problems_are_written_into_the_bots_own_tabs(
    company: MakeCompany, layout: RevenueLayout, medium: Medium
) -> None:
    form = company(layout, medium)
    sync(form)
    before = form.tabs()
    assert nrrbot("write", "--config", form.config).code == 0
    after = form.tabs()
    assert {title: after[title] for title in before} == before
    assert set(after) - set(before) == {"NRR Summary", "NRR Metrics", "NRR Problems", "NRR Accounts"}
    metrics = {
        (dimension, value, months, str(end)[:10]): row
        for row, dimension, value, months, end in zip(
            after["NRR Metrics"][3:],
            *(
                column(after["NRR Metrics"], name, row=2)
                for name in ("Dimension", "Value", "Window, months", "To the close of")
            ),
            strict=True,
        )
    }
    headings = after["NRR Metrics"][2]
    end = "45930" if medium == "google" else "2025-09-30"
    written = dict(zip(headings, metrics["Segment", "Enterprise", 3, end], strict=False))
    expected = {
        "NRR": 0.909, "GRR": 0.873, "Logo retention": 0.75,
        "Starting MRR": 5500.5, "Expansion": 200, "Contraction": 200, "Churn": 500, "Ending MRR": 5000.5,
        "New MRR": 700, "Reactivated MRR": 450, "FX effect": 0, "Accounts at the start": 4, "Accounts expanded": 1,
        "Accounts contracted": 1, "Accounts churned": 1, "Accounts kept": 3, "Accounts new": 1,
        "Accounts reactivated": 1,
    }  # fmt: skip
    assert {name: written[name] for name in expected} == expected
    assert (written["Period"], written["Key"]) == ("Q3 2025", "segment|enterprise|q3 2025")
    assert column(after["NRR Problems"], "Cell") == [UNREADABLE_CELL[layout]]
    assert column(after["NRR Problems"], "Account") == ["S-3"]
    assert column(after["NRR Problems"], "Found") == [FORMULA]


@pytest.mark.parametrize("medium", ["xlsx", "google"])
def test_written_twice_changes_nothing_and_is_never_read_as_input(
    company: MakeCompany, google: GoogleServer, medium: Medium
) -> None:
    form = company("wide", medium)
    sync(form)
    nrrbot("write", "--config", form.config)
    once, held = form.tabs(), form.path.read_bytes() if form.path else b""
    nrrbot("write", "--config", form.config)
    assert form.tabs() == once
    assert form.path is None or form.path.read_bytes() == held
    again = nrrbot("sync", "--config", form.config)
    assert "Nothing changed since snapshot 1." in again.out
    if form.sheet:
        assert google.titles(form.sheet) == [
            "Customers", "MRR", "Notes", "NRR Summary", "NRR Metrics", "NRR Problems", "NRR Accounts",
        ]  # fmt: skip


def test_a_text_that_looks_like_a_formula_is_written_as_text(company: MakeCompany) -> None:
    form = company()
    sync(form)
    nrrbot("write", "--config", form.config)
    assert form.path
    sheet = openpyxl.load_workbook(form.path)["NRR Problems"]
    [cell] = [cell for row in sheet.iter_rows() for cell in row if cell.value == FORMULA]
    assert cell.data_type == "s"


@pytest.mark.parametrize("medium", ["xlsx", "google"])
def test_a_tab_that_only_bears_our_name_is_left_alone(company: MakeCompany, medium: Medium) -> None:
    form = company("wide", medium, content={**tabs("wide"), "NRR Problems": [["mine"]]})
    sync(form)
    ran = nrrbot("write", "--config", form.config)
    assert "Wrote NRR Summary, NRR Metrics, and NRR Accounts" in ran.out
    assert "The tab NRR Problems was not changed" in ran.out
    assert form.tabs()["NRR Problems"] == [["mine"]]


def test_a_heading_with_braces_is_written_as_it_stands(company: MakeCompany) -> None:
    content = tabs("wide")
    content["Customers"] = [
        [*row, "{tier} 0" if number == 0 else "A"] for number, row in enumerate(content["Customers"])
    ]
    form = company(content=content)
    sync(form)
    assert nrrbot("write", "--config", form.config).code == 0
    assert "{tier} 0" in column(form.tabs()["NRR Metrics"], "Dimension", row=2)


def test_french_tabs_and_answers(company: MakeCompany) -> None:
    form = company("wide", content={"Clients": tabs("wide")["Customers"], "MRR": wide()})
    ran = nrrbot("ask", "grands comptes T3", "--config", form.config, "--lang", "fr")
    assert ran.code == 0
    assert "90,9" in ran.out
    assert "T3 2025" in ran.out


def test_a_workbook_that_says_nothing_of_segments(company: MakeCompany) -> None:
    form = company(content={"MRR": wide()})
    answer = ask(form, "smb Q3")
    assert answer["question"]["dimension"] == "size"
    # Below 10,000 ACV, which is 833.33 a month, at the end of June: E-3 500, S-1 80, S-2 60; E-6 is back, E-5 new.
    assert (answer["window"]["starting_mrr"], answer["window"]["ending_mrr"]) == (64000, 17000)
