"""Digests as people read them: the message, and its thread below it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bot.locale.translator import Translator
from bot.messages.digests.thread import build_thread_messages
from bot.messages.digests.weekly import build_digest_message
from bot.messages.kit.message import Message
from bot.service.analyst import Analyst
from bot.service.digests.building import BuiltDigest, build_subscribed_digest, find_config_subscription
from core.digests.weekly import Digest


def list_messages(digest: Digest, translate: Translator) -> list[Message]:
    """Return the messages of a digest."""
    return [build_digest_message(digest, translate), *build_thread_messages(digest, translate)]


def join_messages(messages: Sequence[Message]) -> Message:
    """Return messages as one."""
    return Message(
        "\n\n".join(message.text for message in messages),
        [block for message in messages for block in message.blocks],
        [part for message in messages for part in message.parts],
        messages[0].summary,
    )


def read_digest(digest: Digest, translate: Translator) -> str:
    """Return the text of a digest and its thread."""
    return join_messages(list_messages(digest, translate)).text


def build_config_digest(analyst: Analyst, now: dt.datetime) -> BuiltDigest:
    """Return the digest of the config's channel."""
    subscription = find_config_subscription(analyst)
    assert subscription
    return build_subscribed_digest(analyst.speak(analyst.default_reader.translate), subscription, now)
