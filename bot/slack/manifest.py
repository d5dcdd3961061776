"""The Slack app manifest, made from the same tables as the app itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.slack.request import SLASH_COMMANDS
from bot.slack.wsgi import EVENTS_PATH
from core.config import Access

# The smallest set of scopes that works; none of them reads messages that do not mention the bot.
SCOPES = (
    "app_mentions:read",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:read",
    "im:write",
    "users:read",
)
# Needed only where the config names user groups: it reads who is in them.
GROUP_SCOPE = "usergroups:read"
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
    events: dict[str, Any] = {"bot_events": ["app_mention"]}
    if url:
        interactivity["request_url"] = events["request_url"] = address
    return {
        "display_information": {
            "name": "nrrbot",
            "description": "NRR and GRR from the sheet your team keeps: exact, explained, checkable.",
            "background_color": "#1f3a5f",
        },
        "features": {
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
