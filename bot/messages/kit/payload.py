"""A message as the body of a request to Slack, and its simpler forms for when Slack refuses the blocks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from bot.messages.kit.markup import escape
from bot.messages.kit.message import Message
from bot.messages.kit.simpler import simplify_blocks, write_text


def build_payload(message: Message) -> dict[str, Any]:
    """Return the `text` and any `blocks`, as the Web API and response_urls take them."""
    if not message.blocks:
        return {"text": escape(message.text)}
    return {"text": escape(message.summary or message.text), "blocks": list(message.blocks)}


def build_payloads(message: Message) -> Iterator[dict[str, Any]]:
    """Yield the bodies to try one after the other while Slack refuses their blocks; the last one has none."""
    body = build_payload(message)
    yield body
    if not message.blocks:
        return
    blocks = simplify_blocks(message.blocks)
    if blocks != body["blocks"]:
        yield {**body, "blocks": blocks}
    # A message of no parts has its whole text already.
    yield {"text": write_text(message.blocks) if message.summary else escape(message.text)}


def write_messages(messages: Sequence[Message]) -> str:
    """Return messages as JSON, for a store."""
    return json.dumps(
        [{"text": message.text, "blocks": list(message.blocks), "summary": message.summary} for message in messages],
        ensure_ascii=False,
    )


def read_messages(text: str) -> list[Message]:
    """Return the messages that `write_messages` has written."""
    return [Message(entry["text"], entry["blocks"], summary=entry["summary"]) for entry in json.loads(text)]
