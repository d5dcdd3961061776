"""Digests as people read them: the message, and its thread below it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bot.locale.translator import Translator
from bot.messages.digests.thread import build_thread_messages
from bot.messages.digests.weekly import build_digest_message
from bot.messages.kit.message import Message
from bot.service.analyst import Analyst
from bot.service.digests.building import BuiltDigest, build_subscribed_digest, find_config_subscription
from core.digests.weekly import Digest
from core.ledger.segments import Segments
from core.reports.scope import Scope


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


def add_signs(scope: Scope) -> Scope:
    """Return the company of nine accounts with facts about them.

    R&D <Lab> wants seats and has NPS 4, Bluepeak renews soon, Cascadia was to renew, Mill & Co and Halcyon show signs.
    """
    day = scope.today.toordinal()
    rows: dict[str, dict[int, float]] = {
        "nps": {2: 4, 3: 6, 4: 0, 5: 5, 7: 2},
        "feature_adoption": {5: 0.3},
        "seats": {2: 50},
        "seats_used": {2: 49},
        "renewal_date": {1: day + 30, 3: day - 9},
    }
    facts = {name: np.full(scope.ledger.accounts.count, np.nan) for name in rows}
    for name, values in rows.items():
        facts[name][list(values)] = list(values.values())
    return replace(scope, segments=Segments(replace(scope.ledger, facts=facts), scope.segments.rules))
