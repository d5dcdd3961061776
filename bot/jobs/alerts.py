"""The alert to the administrators when the workbook cannot be read: one direct message to each, once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from bot.messages.freshness.unreadable import build_alert_message
from bot.service.analyst import Analyst, is_unreadable_for_long
from bot.service.log import get_log
from core.errors import NrrbotError, SlackError
from core.store.state.polls import Poll

if TYPE_CHECKING:
    from bot.slack.client import WebClient

LOG = get_log("nrrbot.jobs")


def alert_administrators(analyst: Analyst, client: WebClient, source: str, now: dt.datetime) -> None:
    """Notify the administrators of a workbook that was unreadable for too long, and record whom. Errors are logged."""
    poll = analyst.store.find_poll(source)
    if poll is None or not is_unreadable_for_long(poll, now):
        return
    names = list(poll.notified)
    for user in analyst.config.access.administrators:
        if (name := _alert(analyst, client, user, poll, now)) is not None:
            names.append(name)
            analyst.store.record_notified(source, names)


def _alert(analyst: Analyst, client: WebClient, user: str, poll: Poll, now: dt.datetime) -> str | None:
    """Notify a person; return their name, None where they were notified before or cannot be."""
    from bot.service.access.gate import Gate
    from bot.slack.background.lookups import Lookups
    from bot.slack.background.readers import Readers, list_reader_choices
    from bot.slack.client import post_message
    from bot.slack.errors import was_refused

    failing_since, reason = poll.failing_since, poll.failure
    if failing_since is None or reason is None:
        return None
    kind, key = f"unreadable:{user}", failing_since.isoformat()
    if not analyst.store.claim_delivery(kind, key, now):
        return None
    lookups = Lookups(client, analyst.clock)
    try:
        Gate(analyst.config.access, lookups, analyst.audit).admit_person(user, "alert")
        reader = Readers(lookups, list_reader_choices(analyst)).find_person(user)
        post_message(client, user, build_alert_message(reason, poll.fix, reader.translate))
    except NrrbotError as error:
        LOG.error("an administrator was not notified", kind=type(error).__name__, reason=str(error))  # noqa: TRY400 - in words
        if not isinstance(error, SlackError) or was_refused(error):
            analyst.store.release_delivery(kind, key, str(error))
        return None
    analyst.store.confirm_delivery(kind, key, now, {})
    return lookups.find_person(user).name
