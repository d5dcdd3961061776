"""The manifest: what Slack needs to know of the app, made from the tables of the app, within Slack's limits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.slack.manifest import EVENTS, SCOPES, build_manifest
from bot.slack.request import SLASH_COMMANDS
from bot.slack.wsgi import EVENTS_PATH
from tests.support.command_line import nrrbot
from tests.support.slack.server import SCOPES as GRANTED

URL = "https://bot.example.com"


def printed(*options: str) -> Any:
    ran = nrrbot("manifest", *options)
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def addresses(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [node[key] for key in ("url", "request_url", "message_menu_options_url") if key in node] + addresses(
            list(node.values())
        )
    return [address for part in node for address in addresses(part)] if isinstance(node, list) else []


def test_socket_mode_needs_no_address() -> None:
    manifest = printed()
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert addresses(manifest) == []


@pytest.mark.parametrize("url", [URL, URL + "/"])
def test_over_http_every_request_comes_to_where_the_app_listens(url: str) -> None:
    manifest = printed("--url", url)
    assert manifest["settings"]["socket_mode_enabled"] is False
    # One for each command, one for events, one for buttons, one for the options of menus.
    assert addresses(manifest) == [URL + EVENTS_PATH] * (len(SLASH_COMMANDS) + 3)


@pytest.mark.parametrize("url", ["", URL])
def test_it_is_made_of_the_parts_that_slack_knows(url: str) -> None:
    # Source: docs.slack.dev/reference/app-manifest.
    manifest = build_manifest(url)
    assert set(manifest) == {"display_information", "features", "oauth_config", "settings"}
    about = manifest["display_information"]
    assert set(about) == {"name", "description", "background_color"}
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert set(manifest["features"]) == {"app_home", "bot_user", "slash_commands"}
    # Without these two no one can write to the bot in its Messages tab.
    home = manifest["features"]["app_home"]
    assert (home["messages_tab_enabled"], home["messages_tab_read_only_enabled"]) == (True, False)
    assert len(manifest["features"]["bot_user"]["display_name"]) <= 80
    commands = manifest["features"]["slash_commands"]
    assert [command["command"] for command in commands] == list(SLASH_COMMANDS)
    for command in commands:
        assert set(command) - {"url"} == {"command", "description", "usage_hint", "should_escape"}
        assert len(command["command"]) <= 32
        assert 0 < len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
        assert command["should_escape"] is True
    settings = manifest["settings"]
    assert settings["event_subscriptions"]["bot_events"] == list(EVENTS)
    assert settings["interactivity"]["is_enabled"] is True
    assert settings["token_rotation_enabled"] is False


def test_it_asks_for_the_least_scopes() -> None:
    assert printed()["oauth_config"] == {"scopes": {"bot": list(SCOPES)}}
    assert set(SCOPES) == set(GRANTED)
    # That of the conversations with the bot, and of no channel.
    assert [scope for scope in SCOPES if "history" in scope] == ["im:history"]
