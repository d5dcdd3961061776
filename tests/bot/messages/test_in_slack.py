"""Answers over the wire: buttons that lead on, the CSV as a file, and what is sent where Slack refuses a message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.jobs.run import start
from tests.support.command_line import nrrbot
from tests.support.company import Form, MakeCompany
from tests.support.golden import read_blocks
from tests.support.slack.block_kit import check_message
from tests.support.slack.server import Fault, Sent, SlackServer

_REFUSED = Fault(200, {"ok": False, "error": "invalid_blocks"})


@pytest.fixture
def form(company: MakeCompany, slack: SlackServer) -> Form:
    form = company(slack_api=slack.api_url)
    assert nrrbot("sync", "--config", form.config, "--today", "2025-10-06").code == 0
    return form


@contextmanager
def served(form: Form, slack: SlackServer) -> Iterator[str]:
    serving = start(form.setup().analyst, slack.bot_token, http=True)
    try:
        yield serving.address
    finally:
        serving.stop()


def list_buttons(message: dict[str, Any]) -> dict[str, str]:
    """Return action -> value of the buttons of a message."""
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    return {button["action_id"]: button["value"] for row in rows for button in row}


def read_answer(slack: SlackServer, sent: Sent) -> dict[str, Any]:
    [answer] = slack.answers(sent.response_url)
    return answer


def test_every_button_of_an_answer_works(form: Form, slack: SlackServer) -> None:
    with served(form, slack) as address:
        answer = read_answer(slack, slack.command("/nrr", "enterprise Q3", to=address))
        buttons = list_buttons(answer)
        assert list(buttons) == [
            "answer:why", "answer:accounts", "answer:trend", "answer:by", "answer:before", "another", "definition",
            "csv", "share", "wrong",
        ]  # fmt: skip
        headers = {}
        for action, value in buttons.items():
            if action not in {"another", "csv", "share", "wrong"}:
                reply = read_answer(slack, slack.click(action, value, to=address))
                assert not check_message(reply["blocks"])
                headers[action] = reply["blocks"][0]["text"]["text"]
    assert headers["answer:why"] == answer["blocks"][0]["text"]["text"]
    assert headers["answer:accounts"].startswith("Enterprise, Q3 2025: change of the base −€500")
    assert headers["answer:trend"].startswith("Enterprise, trend: NRR 100.9%")
    assert headers["answer:before"].startswith("Enterprise, Q2 2025: NRR")


def test_the_rows_of_an_answer_come_as_a_file_to_the_person_alone(form: Form, slack: SlackServer) -> None:
    with served(form, slack) as address:
        answer = read_answer(slack, slack.command("/nrr", "accounts Q3", to=address))
        sent = slack.click("csv", list_buttons(answer)["csv"], to=address)
        reply = read_answer(slack, sent)
    assert reply["text"].endswith("the CSV is in your messages with nrrbot.")
    [file] = slack.files.values()
    [message] = slack.messages("D0ANN")
    assert message["files"] == [file["id"]]
    assert file["filename"] == "nrr-accounts-q3-2025.csv"
    assert "rows of" in file["alt_txt"]
    lines = file["content"].decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"part","account","name"')
    assert any("Nordwind" in line for line in lines)


@pytest.mark.parametrize("refusals", [1, 2])
def test_a_message_that_slack_refuses_is_sent_in_a_simpler_form(form: Form, slack: SlackServer, refusals: int) -> None:
    with served(form, slack) as address:
        whole = read_answer(slack, slack.command("/nrr", "trend enterprise", to=address))
        slack.fail("response_url", *[_REFUSED] * refusals)
        simpler = read_answer(slack, slack.command("/nrr", "trend enterprise", to=address))
    kinds = [block["type"] for block in whole["blocks"]]
    assert {"data_visualization", "data_table", "container"} <= set(kinds)
    if refusals == 1:
        assert not {"data_visualization", "data_table", "container"} & {block["type"] for block in simpler["blocks"]}
        assert not check_message(simpler["blocks"])
        assert read_blocks(simpler["blocks"][:1]) == read_blocks(whole["blocks"][:1])
    else:
        assert "blocks" not in simpler
        assert "```\n  month" in simpler["text"]
        assert "Movements of MRR" in simpler["text"]


def test_how_the_sheet_is_read_names_whom_to_tell_and_no_line_of_the_config(form: Form, slack: SlackServer) -> None:
    assert "To settle it, paste into the config:" in nrrbot("look", "--config", form.config).out
    with served(form, slack) as address:
        texts = read_blocks(read_answer(slack, slack.command("/nrr", "data", to=address))["blocks"])
    assert "tell the admin of nrrbot, who can settle it" in texts
    assert not re.search(r"paste|config|company\.|workbook\.", texts)


def test_a_question_without_an_answer_has_the_next_ones_that_have_one(form: Form, slack: SlackServer) -> None:
    with served(form, slack) as address:
        answer = read_answer(slack, slack.command("/nrr", "renewalrate enterprise Q3", to=address))
        buttons = list_buttons(answer)
        assert list(buttons) == ["answer:figures", "answer:why", "answer:trend", "another"]
        following = read_answer(slack, slack.click("answer:figures", buttons["answer:figures"], to=address))
        slack.click("another", buttons["another"], to=address)
        modal = slack.opened()
    assert answer["text"].startswith("The renewal rate is n/a: the sheet has no terms of lines.")
    assert following["text"].startswith("Enterprise, Q3 2025: NRR")
    assert "Enterprise" in str(modal["blocks"][0])


def test_what_only_an_admin_can_repair_names_no_command(company: MakeCompany, slack: SlackServer) -> None:
    form = company(slack_api=slack.api_url)
    with served(form, slack) as address:
        answer = read_answer(slack, slack.command("/nrr", "Q3", to=address))
    assert answer["text"] == ("Nothing was read yet. Tell the admin of nrrbot, who can repair it.")
