"""The bot in Slack on figures from a warehouse: nothing is offered that the warehouse does not answer."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from bot.jobs.run import start
from bot.locale.translator import get_translator
from bot.service.commands import SUB_COMMANDS
from core.config import Slack
from tests.support.hostile_company import build_hostile_company
from tests.support.slack.server import SlackServer
from tests.support.two_sources import open_both

NOW = dt.datetime(2025, 7, 15, 9, tzinfo=dt.UTC)
REFUSED = [row for row in SUB_COMMANDS if not row.from_warehouse]
# What the words of the table need to be a question.
REST = {"lose": "A05", "reconcile": "104.1", "whatif": "churn 5%->3%", "define": "nrr", "digest": "list"}


@pytest.fixture
def address(tmp_path: Path, slack: SlackServer) -> Iterator[str]:
    analyst = open_both(tmp_path, *build_hostile_company(), NOW).warehouse
    config = msgspec.structs.replace(analyst.config, slack=Slack(api_url=slack.api_url))
    serving = start(replace(analyst, config=config), slack.bot_token, http=True)
    yield serving.address
    serving.stop()


def test_nothing_is_offered_that_a_warehouse_refuses(slack: SlackServer, address: str) -> None:
    def read_answer(url: str) -> tuple[str, dict[str, str]]:
        [answer] = slack.answers(url)
        parts = [part for block in answer["blocks"] if block["type"] == "actions" for part in block["elements"]]
        return json.dumps(answer["blocks"], ensure_ascii=False), {
            part["action_id"]: part.get("value", "") for part in parts
        }

    for user, left_out in (("U0ANN", "Not from a warehouse: "), ("U0LEA", "Pas depuis un entrepôt de données : ")):
        text, _ = read_answer(slack.command("/nrr", "help", to=address, user=user).response_url)
        names = {row.name: row.say_name(get_translator("en" if user == "U0ANN" else "fr")) for row in SUB_COMMANDS}
        assert f"{left_out}{', '.join(names[row.name] for row in REFUSED)}." in text
        for row in SUB_COMMANDS:
            assert (f'/nrr {names[row.name]}"' in text) == row.from_warehouse, row.name
    pressed = dict[str, str]()
    for row in SUB_COMMANDS:
        url = slack.command("/nrr", f"{row.name} {REST.get(row.name, '')}", to=address).response_url
        text, buttons = read_answer(url)
        assert ("which the warehouse does not give" in text) == (row in REFUSED), row.name
        pressed |= {action: value for action, value in buttons.items() if action.startswith("answer:")}
    assert {"answer:why", "answer:accounts", "answer:trend"} <= pressed.keys()
    assert not pressed.keys() & {"answer:risks", "answer:cohorts", "answer:outlook"}
    for action, value in pressed.items():
        text, _ = read_answer(slack.click(action, value, to=address).response_url)
        assert "which the warehouse does not give" not in text, action
