"""Alerts after a sync: one message for all new causes, none for a cause that was reported, none in quiet hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass, replace

from bot.jobs.delivery.failures import ALERTS, close_failure
from bot.jobs.delivery.recipients import Recipients
from bot.messages.digests.alerts import build_alert_message
from bot.messages.kit.payload import write_messages
from bot.service.analyst import Analyst
from core.digests.alerts import Alerts, find_alerts
from core.errors import AccessError, Sentence
from core.store.outgoing.failures import PlannedAlert

# A month that no one has typed into for so long has all its amounts.
SETTLED_AFTER = dt.timedelta(hours=12)
# The first look keeps what was so before nrrbot came, and reports none of it.
_BEGUN = "begun"


@dataclass(slots=True)
class AlertWatch:
    """Looks for alerts once for each snapshot and day."""

    _looked: tuple[int, dt.date] | None = None

    def plan(self, recipients: Recipients, now: dt.datetime) -> None:
        """Plan the message about new causes of alerts, if there are any.

        Raises:
            StoreError: the store cannot be used.

        """
        analyst = recipients.analyst
        settings, local = analyst.config.alerts, now.astimezone(analyst.zone)
        channel = settings.channel or analyst.config.schedule.digest_channel
        snapshot = analyst.find_snapshot() if channel and not _is_quiet(local.hour, analyst) else None
        if snapshot is None or self._looked == (snapshot.id, local.date()):
            return
        served = _serve(recipients, channel, now)
        if served is None:
            return
        failures = analyst.store.failures
        since = failures.find_looked() or snapshot.id - 1
        report = _find_alerts(served, since, now)
        known = failures.list_causes()
        new = list(dict.fromkeys(alert.cause for alert in report.alerts if alert.cause not in known))
        if _BEGUN not in known:
            failures.keep_causes([_BEGUN, *new], None, now)
        elif new:
            unnamed = served.serve(replace(served.viewer, sees_names=False))
            with_names, without_names = (_write_alerts(reader, new, since, now) for reader in (served, unnamed))
            planned = PlannedAlert(channel, with_names, without_names)
            failures.keep_causes(new, planned, now)
        failures.keep_looked(snapshot.id, now)
        self._looked = (snapshot.id, local.date())


def _find_alerts(reader: Analyst, since: int, now: dt.datetime) -> Alerts:
    newest = reader.load_newest()
    key, is_settled = reader.store.load_token_key(), now - newest.snapshot.synced_at >= SETTLED_AFTER
    return find_alerts(newest.scope, newest.restatements(since), reader.config.alerts, key, is_settled=is_settled)


def _write_alerts(reader: Analyst, causes: Container[str], since: int, now: dt.datetime) -> str:
    """Return the message about the alerts of some causes, as a reader may see it."""
    report = _find_alerts(reader, since, now)
    report = replace(report, alerts=tuple(alert for alert in report.alerts if alert.cause in causes))
    write = reader.build_writer(reader.load_newest().snapshot)
    message = build_alert_message(report, reader.calendar, reader.translate, write)
    return write_messages([reader.offer_names(message, "answer", write("why"))])


def _serve(recipients: Recipients, channel: str, now: dt.datetime) -> Analyst | None:
    """Return the analyst of the channel of alerts; None where it may see no figures, which people are notified of."""
    from bot.slack.errors import may_pass

    analyst, key = recipients.analyst, f"{ALERTS}:{channel}"
    try:
        served = recipients.serve(channel, "alert")
    except AccessError as error:
        if not may_pass(error):
            reason = Sentence(error.problem, error.values)
            analyst.store.failures.open(key, reason, error.fix, analyst.config.access.administrators, now)
        return None
    close_failure(recipients, key, now)
    return served


def find_quiet_end(analyst: Analyst, now: dt.datetime) -> dt.datetime | None:
    """Return the end of the quiet hours; None outside of them."""
    local, end = now.astimezone(analyst.zone), analyst.config.alerts.quiet_until
    if not _is_quiet(local.hour, analyst):
        return None
    day = local.date() if local.hour < end else local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(end % 24), analyst.zone).astimezone(dt.UTC)


def _is_quiet(hour: int, analyst: Analyst) -> bool:
    start, end = analyst.config.alerts.quiet_from, analyst.config.alerts.quiet_until
    return start <= hour < end if start <= end else hour >= start or hour < end
