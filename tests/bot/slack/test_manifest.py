"""The manifest: what Slack needs to know of the app, made from the tables of the app, within Slack's limits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import bot.slack
from bot.slack.manifest import EVENTS, GROUP_SCOPE, SCOPES, build_manifest
from bot.slack.request import SLASH_COMMANDS
from bot.slack.wsgi import EVENTS_PATH
from tests.support.command_line import nrrbot
from tests.support.slack.app_manifest import EVENT_SCOPES, check_manifest
from tests.support.slack.server import API_METHODS
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
def test_slack_takes_it(url: str) -> None:
    manifest = build_manifest(url)
    assert not check_manifest(manifest)
    assert [command["command"] for command in manifest["features"]["slash_commands"]] == list(SLASH_COMMANDS)
    assert all(command["should_escape"] for command in manifest["features"]["slash_commands"])
    # Without these two no one can write to the bot in its Messages tab.
    home = manifest["features"]["app_home"]
    assert (home["messages_tab_enabled"], home["messages_tab_read_only_enabled"]) == (True, False)


def test_the_loopback_refuses_other_manifests() -> None:
    changes: list[Callable[[Any], object]] = [
        lambda manifest: manifest.update(colour="x"),
        lambda manifest: manifest["display_information"].pop("name"),
        lambda manifest: manifest["display_information"].update(description="x" * 141),
        lambda manifest: manifest["features"]["app_home"].update(messages_tab_enabled=False),
        lambda manifest: manifest["features"]["app_home"].update(home_tab_enabled=False),
        lambda manifest: manifest["oauth_config"]["scopes"]["bot"].append("im:everything"),
        *(
            lambda manifest, scope=scope: manifest["oauth_config"]["scopes"]["bot"].remove(scope)
            for scope in ("commands", "im:history", "app_mentions:read")
        ),
        lambda manifest: manifest["settings"].update(socket_mode_enabled=False),
        lambda manifest: manifest["settings"]["interactivity"].update(request_url=URL),
        lambda manifest: manifest["settings"]["event_subscriptions"]["bot_events"].append("message.channels"),
    ]
    for change in changes:
        manifest = build_manifest()
        change(manifest)
        assert check_manifest(manifest)


@pytest.mark.parametrize("url", ["", URL])
def test_the_setup_link_has_the_manifest(url: str) -> None:
    ran = nrrbot("manifest", "--link", *(["--url", url] if url else []))
    parts = urlsplit(ran.out.strip())
    query = parse_qs(parts.query)
    assert (parts.scheme, parts.netloc, parts.path, query["new_app"]) == ("https", "api.slack.com", "/apps", ["1"])
    assert json.loads(query["manifest_json"][0]) == build_manifest(url)
    assert len(ran.out) < 4000


def test_it_asks_for_the_least_scopes() -> None:
    assert printed()["oauth_config"] == {"scopes": {"bot": list(SCOPES)}}
    assert set(SCOPES) == set(GRANTED)
    # Each is needed: by a command, by an event, or by a method of the Web API that the bot calls.
    source = "".join(path.read_text("utf-8") for path in Path(bot.slack.__file__).parent.rglob("*.py"))
    called = [API_METHODS[name][0] for name in API_METHODS if re.search(name.replace(".", "_") + r"\b", source)]
    # Slack's client calls it within files_upload_v2.
    called.append(API_METHODS["files.completeUploadExternal"][0])
    needed = {"commands", *" ".join(called).split(), *filter(None, map(EVENT_SCOPES.__getitem__, EVENTS))}
    assert {*SCOPES, GROUP_SCOPE} == needed
