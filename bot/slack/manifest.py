"""The Slack app manifest, made from the same tables as the app itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from bot.slack.request import SLASH_COMMANDS
from bot.slack.wsgi import EVENTS_PATH
from core.config import Access

# The smallest set of scopes that works: none of them reads messages but those that mention the bot or are to it.
SCOPES = (
    "app_mentions:read",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:read",
    "im:history",
    "im:write",
    "users:read",
)
# Needed only where the config names user groups: it reads who is in them.
GROUP_SCOPE = "usergroups:read"
EVENTS = (
    "app_home_opened",
    "app_mention",
    "message.im",
)
DESCRIPTIONS = {"/nrr": "Net revenue retention, explained", "/grr": "Gross revenue retention, explained"}


def list_scopes(rules: Access) -> tuple[str, ...]:
    """Return the scopes that the bot needs with the rules of `[access]`."""
    return (*SCOPES, GROUP_SCOPE) if rules.groups else SCOPES


def build_manifest(url: str = "", scopes: Sequence[str] = SCOPES) -> dict[str, Any]:
    """Return the manifest as Slack takes it.

    Args:
        url: the bot's public address, `https://bot.example.com`; empty for Socket Mode, which needs none.
        scopes: the scopes that the bot needs.

    """
    address = url.rstrip("/") + EVENTS_PATH
    interactivity: dict[str, Any] = {"is_enabled": True}
    events: dict[str, Any] = {"bot_events": list(EVENTS)}
    if url:
        interactivity["request_url"] = interactivity["message_menu_options_url"] = events["request_url"] = address
    return {
        "display_information": {
            "name": "nrrbot",
            "description": "NRR and GRR from the sheet your team keeps: exact, explained, checkable.",
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "nrrbot", "always_online": True},
            "slash_commands": [
                {
                    "command": command,
                    "description": DESCRIPTIONS[command],
                    "usage_hint": "enterprise Q3 | help",
                    "should_escape": True,
                    **({"url": address} if url else {}),
                }
                for command in SLASH_COMMANDS
            ],
        },
        "oauth_config": {"scopes": {"bot": list(scopes)}},
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def build_setup_link(url: str = "", scopes: Sequence[str] = SCOPES) -> str:
    """Return the address at which Slack creates the app from the manifest."""
    text = json.dumps(build_manifest(url, scopes), separators=(",", ":"), ensure_ascii=False)
    return f"https://api.slack.com/apps?{urlencode({'new_app': 1, 'manifest_json': text})}"
