"""The delivery of a digest: claimed, sent, confirmed; never posted twice."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from bot.service.analyst import Analyst
from bot.service.digests import build_weekly_message, find_week_start, format_delivery_key, format_delivery_kind
from core.errors import N_, ConfigError, Sentence, SlackError

if TYPE_CHECKING:
    from bot.slack.client import WebClient


def post_digest(analyst: Analyst, client: WebClient, now: dt.datetime, *, again: bool = False) -> Sentence:
    """Post this week's digest to its channel unless it was posted already; return the outcome as a sentence.

    The week is claimed in the store before it is sent, so that no restart and no second process posts it twice. Where
    Slack refuses, the claim is released. Where it is unknown whether the message arrived, the claim stays until a
    person has checked the channel and passes `again`.

    Args:
        analyst: the analyst, with the config and the store.
        client: the client of the Web API.
        now: the present moment.
        again: post also a digest that was begun and not confirmed.

    Raises:
        ConfigError: no channel is configured.
        AccessError: another company reads the channel, or Slack cannot say.
        NoSnapshotError: nothing was synced yet.
        SlackError: Slack refused it, or could not be reached.

    """
    from bot.service.access.gate import Gate
    from bot.slack.background.lookups import Lookups
    from bot.slack.background.readers import Readers, list_reader_choices
    from bot.slack.client import post_message
    from bot.slack.errors import was_refused

    channel = analyst.config.schedule.digest_channel
    if not channel:
        raise ConfigError(
            N_("No channel is configured for the digest."), N_("Set the id of a channel in schedule.digest_channel.")
        )
    monday = find_week_start(now, analyst.zone)
    kind, key = format_delivery_kind(analyst.config), format_delivery_key(monday)
    analyst.load_newest()  # without one there is nothing to ask Slack about
    lookups = Lookups(client, analyst.clock)
    viewer = Gate(analyst.config.access, lookups, analyst.audit).admit_channel(channel)
    translate = Readers(lookups, list_reader_choices(analyst)).find_channel(channel).translate
    message, digest = build_weekly_message(analyst.serve(viewer).speak(translate), now)
    if again and _is_unconfirmed(analyst, kind, key):
        analyst.store.release_delivery(kind, key, "released by hand")
    if not analyst.store.claim_delivery(kind, key, now):
        if _is_unconfirmed(analyst, kind, key):
            return Sentence(
                N_(
                    "Posting the digest of week {week} was started earlier, and Slack did not confirm it. Check the "
                    "channel; if the digest is not there, run nrrbot digest --again."
                ),
                {"week": key},
            )
        return Sentence(N_("The digest of week {week} was already posted."), {"week": key})
    try:
        post_message(client, channel, message)
    except SlackError as error:
        if was_refused(error):
            analyst.store.release_delivery(kind, key, str(error))
        raise
    analyst.audit.record(viewer, "done")
    analyst.store.confirm_delivery(kind, key, now, digest.record().payload(), digest.company.origin.id)
    return Sentence(N_("Posted the digest of week {week}."), {"week": key})


def _is_unconfirmed(analyst: Analyst, kind: str, key: str) -> bool:
    return any(delivery.key == key for delivery in analyst.store.unconfirmed(kind))
