"""Plain text escaped for Slack, and a Message as the body of a request. Imports nothing of slack_sdk."""

from __future__ import annotations

from typing import Any

from bot.messages.kit.message import Message


def escape(text: str) -> str:
    """Return plain text escaped for Slack: `&`, `<` and `>` as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Return the text as the person typed it, the inverse of `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def build_payload(message: Message) -> dict[str, Any]:
    """Return the `text` and any `blocks`, as the Web API and response_urls take them."""
    body: dict[str, Any] = {"text": escape(message.text)}
    if message.blocks:
        body["blocks"] = list(message.blocks)
    return body
