"""The delivery of a digest: claimed, sent, confirmed; never posted twice."""

from __future__ import annotations

import datetime as dt
import socket
from typing import TYPE_CHECKING

from bot.messages.digests.weekly import digest_message
from bot.service.analyst import Desk
from bot.service.digests import _key, _kind, _monday, this_week
from core.errors import N_, ConfigError, Sentence, SlackError

if TYPE_CHECKING:
    from slack_sdk import WebClient


def post_digest(desk: Desk, client: WebClient, now: dt.datetime, *, again: bool = False) -> Sentence:
    """Post this week's digest to its channel unless that was done before; return what happened.

    It is claimed in the store before it is sent, so that no restart and no second process posts a week twice. When
    Slack says no, the claim is given back; when nobody knows whether it arrived, it is kept, until a person has looked
    and says `again`.

    Args:
        desk: where questions are answered.
        client: speaks to Slack.
        now: the present moment.
        again: post also what was begun before and not confirmed.

    Raises:
        ConfigError: no channel is configured.
        NoSnapshotError: nothing was synced yet.
        SlackError: Slack refused it, or could not be reached.

    """
    from bot.slack.client import post

    channel = desk.config.schedule.digest_channel
    if not channel:
        raise ConfigError(
            N_("No channel is configured for the digest."), N_("Put a channel's id in schedule.digest_channel.")
        )
    monday = _monday(now, desk.zone)
    kind, key = _kind(desk.config), _key(monday)
    digest = this_week(desk, now)
    message = digest_message(digest, desk.playbook, desk.words)
    if again and _is_unconfirmed(desk, kind, key):
        desk.store.release(kind, key, "released by hand")
    if not desk.store.claim(kind, key, now):
        if _is_unconfirmed(desk, kind, key):
            return Sentence(
                N_(
                    "The digest of week {week} was begun before and not confirmed: look whether it is in the channel. "
                    "If it is not, run nrrbot digest --again."
                ),
                {"week": key},
            )
        return Sentence(N_("The digest of week {week} was posted before."), {"week": key})
    try:
        post(client, channel, message)
    except SlackError as error:
        if _surely_refused(error):
            desk.store.release(kind, key, str(error))
        raise
    desk.store.confirm(kind, key, now, digest.record().payload(), digest.company.origin.id)
    return Sentence(N_("Posted the digest of week {week}."), {"week": key})


def _is_unconfirmed(desk: Desk, kind: str, key: str) -> bool:
    return any(delivery.key == key for delivery in desk.store.unconfirmed(kind))


def _surely_refused(error: SlackError) -> bool:
    """Tell whether the message cannot have arrived: Slack itself said no, or no connection was ever made."""
    reason = getattr(error.__cause__, "reason", None)
    if isinstance(reason, ConnectionRefusedError | socket.gaierror):
        return True
    status = error.values.get("status", 500)
    return "code" in error.values and isinstance(status, int) and status < 500
