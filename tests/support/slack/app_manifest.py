"""App manifests as Slack takes them: known keys, limits, and settings that need each other.

Source: docs.slack.dev/reference/app-manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# Event -> the scope without which Slack does not send it; empty where none is needed.
EVENT_SCOPES: Mapping[str, str] = {
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
}
SCOPES = frozenset(
    """
    app_mentions:read channels:history channels:read chat:write commands files:write groups:history groups:read
    im:history im:read im:write mpim:history users:read users:read.email usergroups:read
    """.split()  # noqa: SIM905 - as a page lists them
)
# Path -> the keys that it may have; those with a star are required.
_KEYS: Mapping[str, str] = {
    "": "_metadata display_information* features oauth_config settings",
    "display_information": "name* description background_color long_description",
    "features": "app_home bot_user slash_commands shortcuts unfurl_domains",
    "features.app_home": "home_tab_enabled messages_tab_enabled messages_tab_read_only_enabled",
    "features.bot_user": "display_name* always_online",
    "features.slash_commands": "command* description* should_escape url usage_hint",
    "oauth_config": "scopes redirect_urls",
    "oauth_config.scopes": "bot user",
    "settings": "event_subscriptions interactivity org_deploy_enabled socket_mode_enabled token_rotation_enabled "
    "allowed_ip_address_ranges",
    "settings.event_subscriptions": "bot_events request_url user_events",
    "settings.interactivity": "is_enabled* request_url message_menu_options_url",
}
_LENGTHS: Mapping[str, int] = {
    "display_information.name": 35,
    "display_information.description": 140,
    "features.bot_user.display_name": 80,
    "features.slash_commands.command": 32,
    "features.slash_commands.description": 2000,
    "features.slash_commands.usage_hint": 1000,
}


def check_manifest(manifest: Mapping[str, Any]) -> list[str]:
    """Return the reasons for which Slack refuses a manifest; none where it takes it."""
    return [*_check_keys(manifest, ""), *_check_needs(manifest)]


def _check_keys(node: Mapping[str, Any], path: str) -> Iterator[str]:
    if path not in _KEYS:
        return
    known = [key.rstrip("*") for key in _KEYS[path].split()]
    yield from (f"unknown key {path}.{key}" for key in node if key not in known)
    yield from (f"missing {path}.{key[:-1]}" for key in _KEYS[path].split() if key[-1] == "*" and key[:-1] not in node)
    for key, value in node.items():
        place = f"{path}.{key}".strip(".")
        if isinstance(value, str) and not 0 < len(value) <= _LENGTHS.get(place, 10_000):
            yield f"{place} has {len(value)} characters"
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, Mapping):
                yield from _check_keys(part, place)


def _check_needs(manifest: Mapping[str, Any]) -> Iterator[str]:
    scopes = manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])
    settings, features = manifest.get("settings", {}), manifest.get("features", {})
    yield from (f"unknown scope {scope}" for scope in scopes if scope not in SCOPES)
    events = settings.get("event_subscriptions", {})
    for event in events.get("bot_events", []):
        if event not in EVENT_SCOPES:
            yield f"unknown event {event}"
        elif EVENT_SCOPES[event] and EVENT_SCOPES[event] not in scopes:
            yield f"{event} needs {EVENT_SCOPES[event]}"
    commands, home = features.get("slash_commands", []), features.get("app_home", {})
    if commands and "commands" not in scopes:
        yield "slash commands need commands"
    if "message.im" in events.get("bot_events", []) and not home.get("messages_tab_enabled"):
        yield "message.im needs the Messages tab"
    if "app_home_opened" in events.get("bot_events", []) and not home.get("home_tab_enabled"):
        yield "app_home_opened needs the Home tab"
    places = [(settings.get("interactivity", {}), "request_url"), (events, "request_url")]
    places += [(command, "url") for command in commands]
    for place, key in places:
        if settings.get("socket_mode_enabled") == (key in place):
            yield f"{key} is for HTTP only, and needed there"
        elif key in place and not place[key].startswith("https://"):
            yield f"{place[key]} is no https address"
