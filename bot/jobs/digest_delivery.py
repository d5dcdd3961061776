"""The delivery of a digest: claimed, sent, confirmed; never posted twice."""

from __future__ import annotations

import datetime as dt
import socket
from typing import TYPE_CHECKING

from bot.messages.digests.weekly import digest_message
from bot.service.analyst import Analyst
from bot.service.digests import build_weekly_digest, delivery_key, delivery_kind, week_start
from core.errors import N_, ConfigError, Sentence, SlackError

if TYPE_CHECKING:
    from slack_sdk import WebClient


def post_digest(analyst: Analyst, client: WebClient, now: dt.datetime, *, again: bool = False) -> Sentence:
    """Post this week's digest to its channel unless that was done before; return what happened.

    It is claimed in the store before it is sent, so that no restart and no second process posts a week twice. When
    Slack says no, the claim is given back; when nobody knows whether it arrived, it is kept, until a person has looked
    and says `again`.

    Args:
        analyst: where questions are answered.
        client: speaks to Slack.
        now: the present moment.
        again: post also what was begun before and not confirmed.

    Raises:
        ConfigError: no channel is configured.
        NoSnapshotError: nothing was synced yet.
        SlackError: Slack refused it, or could not be reached.

    """
    from bot.slack.client import post_message

    channel = analyst.config.schedule.digest_channel
    if not channel:
        raise ConfigError(
            N_("No channel is configured for the digest."), N_("Put a channel's id in schedule.digest_channel.")
        )
    monday = week_start(now, analyst.zone)
    kind, key = delivery_kind(analyst.config), delivery_key(monday)
    digest = build_weekly_digest(analyst, now)
    message = digest_message(digest, analyst.playbook, analyst.translate)
    if again and _is_unconfirmed(analyst, kind, key):
        analyst.store.release(kind, key, "released by hand")
    if not analyst.store.claim(kind, key, now):
        if _is_unconfirmed(analyst, kind, key):
            return Sentence(
                N_(
                    "The digest of week {week} was begun before and not confirmed: look whether it is in the channel. "
                    "If it is not, run nrrbot digest --again."
                ),
                {"week": key},
            )
        return Sentence(N_("The digest of week {week} was posted before."), {"week": key})
    try:
        post_message(client, channel, message)
    except SlackError as error:
        if _was_refused(error):
            analyst.store.release(kind, key, str(error))
        raise
    analyst.store.confirm(kind, key, now, digest.record().payload(), digest.company.origin.id)
    return Sentence(N_("Posted the digest of week {week}."), {"week": key})


def _is_unconfirmed(analyst: Analyst, kind: str, key: str) -> bool:
    return any(delivery.key == key for delivery in analyst.store.unconfirmed(kind))


def _was_refused(error: SlackError) -> bool:
    """Tell whether the message cannot have arrived: Slack itself said no, or no connection was ever made."""
    reason = getattr(error.__cause__, "reason", None)
    if isinstance(reason, ConnectionRefusedError | socket.gaierror):
        return True
    status = error.values.get("status", 500)
    return "code" in error.values and isinstance(status, int) and status < 500
