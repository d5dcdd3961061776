"""How plain text is written for Slack, and a Message as Slack takes it. Light: nothing of slack_sdk is needed."""

from __future__ import annotations

from typing import Any

from bot.messages.kit.message import Message


def escape(text: str) -> str:
    """Return plain text as Slack wants it: `&`, `<` and `>` as entities, and nothing else."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Return what the person typed: the inverse of `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def payload(message: Message) -> dict[str, Any]:
    """Return `text`, and `blocks` where there are any, as the Web API and response_urls take them."""
    body: dict[str, Any] = {"text": escape(message.text)}
    if message.blocks:
        body["blocks"] = list(message.blocks)
    return body
