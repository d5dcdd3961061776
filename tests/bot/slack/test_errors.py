"""Every refusal of Slack and every error of slack_sdk comes out as a SlackError in words."""

from __future__ import annotations

import http.client
import inspect
import string
from typing import Any
from urllib.error import URLError

import pytest
import slack_sdk.errors
from slack_sdk.errors import SlackApiError, SlackTokenRotationError

from bot.slack import errors as slack_errors
from bot.slack.errors import FOREIGN_ERRORS, map_slack_error


def _foreign() -> list[type[Exception]]:
    """Return every exception of slack_sdk, and what its HTTP client lets through."""
    classes = [kind for _, kind in inspect.getmembers(slack_sdk.errors, inspect.isclass)]
    return [*classes, URLError, TimeoutError, ConnectionResetError, http.client.RemoteDisconnected]


@pytest.mark.parametrize("kind", _foreign())
def test_every_foreign_error_is_mapped_by_its_own_entry(kind: type[Exception]) -> None:
    assert issubclass(kind, FOREIGN_ERRORS)
    if kind.__module__ == "slack_sdk.errors" and kind not in {SlackApiError, SlackTokenRotationError}:
        assert kind in slack_errors._FAILURES
    answer = {"ok": False, "error": "token_revoked"}
    refused = SlackApiError("no", answer)  # type: ignore[no-untyped-call]  # slack_sdk leaves it without types
    arguments: dict[type[Exception], list[Any]] = {
        SlackApiError: ["no", answer],
        SlackTokenRotationError: [refused],
        URLError: ["refused"],
    }
    mapped = map_slack_error(kind(*arguments.get(kind, ["secret xoxb-1"])))
    assert "{" not in str(mapped)
    assert "xoxb-1" not in str(mapped)
    if kind in {SlackApiError, SlackTokenRotationError}:
        assert str(mapped).startswith("The Slack token was revoked.")


@pytest.mark.parametrize("template", [text for pair in slack_errors._REFUSALS.values() for text in pair])
def test_every_refusal_has_only_places_that_are_filled(template: str) -> None:
    assert {name for _, name, _, _ in string.Formatter().parse(template) if name} <= {
        "code",
        "status",
        "needed",
        "seconds",
    }
    assert template.endswith(".")
