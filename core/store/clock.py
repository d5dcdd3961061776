"""The clock of a sync against that of the syncs before: a clock that is wrong must not change history."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.errors import N_, ClockError

# A clock may be corrected by a little between two syncs.
EARLIER = timedelta(minutes=5)
# No sync for so long is possible, but a clock that is wrong is more likely.
LATER = timedelta(days=45)
# The server's time is that of its last answer, and a reading takes a while.
_LONGEST_READING = timedelta(hours=1)


def check_not_earlier(now: datetime, before: datetime) -> None:
    """Check that a sync is not before the last one.

    Raises:
        ClockError: it is, by more than five minutes.

    """
    if now < before - EARLIER:
        raise ClockError(
            N_(
                "This machine's clock says {now}, which is before the last sync at {before}, so nothing was stored. "
                "Answers continue to come from the last snapshot."
            ),
            N_("Set the clock. If it is right and the one of the last sync was wrong, run nrrbot sync --force."),
            now=now,
            before=before,
        )


def is_far_ahead(now: datetime, trusted_at: datetime | None, server_time: datetime | None) -> bool:
    """Tell whether a clock is in doubt: far ahead of the last trusted sync, and no server confirms it."""
    if trusted_at is None or now <= trusted_at + LATER:
        return False
    return server_time is None or not -EARLIER <= server_time - now <= _LONGEST_READING
