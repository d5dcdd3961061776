"""The Slack app of a test's company, over signed HTTP, and its digests as a person asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.jobs.run import start
from bot.service.analyst import Analyst
from tests.support.company import Form
from tests.support.digests import Ask
from tests.support.slack.block_kit import check_message
from tests.support.slack.server import SlackServer


@pytest.fixture
def analyst(form: Form) -> Analyst:
    return form.setup().analyst


@pytest.fixture
def app(analyst: Analyst) -> Iterator[str]:
    serving = start(analyst, SlackServer().bot_token, http=True)
    yield serving.address
    serving.stop()


@pytest.fixture
def ask(slack: SlackServer, app: str) -> Ask:
    """Ask `/nrr digest ...` and return the answer."""

    def ask(text: str, user: str = "U0ANN", channel: str = "C0GENERAL") -> dict[str, Any]:
        sent = slack.command("/nrr", f"digest {text}", to=app, user=user, channel=channel)
        [answer] = slack.answers(sent.response_url)
        assert not check_message(answer.get("blocks", [{"type": "divider"}]))
        return answer

    return ask
