"""Alerts after a sync: one message for all new causes, none for a cause that was reported, none in quiet hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bot.jobs.delivery.recipients import Recipients
from bot.messages.digests.alerts import build_alert_message
from bot.messages.kit.payload import write_messages
from bot.service.analyst import Analyst
from core.digests.alerts import find_alerts
from core.store.outgoing.failures import PlannedAlert

# The first look keeps what was so before nrrbot came, and reports none of it.
_BEGUN = "begun"


@dataclass(slots=True)
class AlertWatch:
    """Looks for alerts once for each snapshot and day."""

    _looked: tuple[int, dt.date] | None = None

    def plan(self, recipients: Recipients, now: dt.datetime) -> None:
        """Plan the message about new causes of alerts, if there are any.

        Raises:
            NrrbotError: the store cannot be used.

        """
        analyst = recipients.analyst
        settings, local = analyst.config.alerts, now.astimezone(analyst.zone)
        channel = settings.channel or analyst.config.schedule.digest_channel
        newest = analyst.find_newest() if channel and not _is_quiet(local.hour, analyst) else None
        if newest is None or self._looked == (newest.snapshot.id, local.date()):
            return
        failures = analyst.store.failures
        since = self._looked[0] if self._looked else newest.snapshot.id - 1
        report = find_alerts(newest.scope, newest.restatements(since), settings)
        known = failures.list_causes()
        new = [alert for alert in report.alerts if alert.cause not in known]
        if _BEGUN not in known:
            failures.keep_causes([_BEGUN, *dict.fromkeys(alert.cause for alert in new)], None, now)
        elif new:
            message = build_alert_message(new, report.company, analyst.calendar, recipients.find_translator(channel))
            planned = PlannedAlert(channel, write_messages([message]))
            failures.keep_causes(list(dict.fromkeys(alert.cause for alert in new)), planned, now)
        self._looked = (newest.snapshot.id, local.date())


def _is_quiet(hour: int, analyst: Analyst) -> bool:
    start, end = analyst.config.alerts.quiet_from, analyst.config.alerts.quiet_until
    return start <= hour < end if start <= end else hour >= start or hour < end
