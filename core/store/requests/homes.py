"""The people who opened App Home lately: their pages are renewed after a sync."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.store.requests.handled import HandledRequests
from core.store.rows import format_moment

RENEWED = timedelta(days=7)
_MOST = 100


@dataclass(frozen=True, slots=True)
class HomeReaders:
    """The table of the people who opened App Home. Every method may raise a StoreError.

    Attributes:
        requests: the file that it is in.

    """

    requests: HandledRequests

    def record(self, person: str, shown: str, now: datetime) -> None:
        """Record that a person opened their page, and the data that it shows."""
        with self.requests.transaction() as connection:
            connection.execute("DELETE FROM homes WHERE at < ?", (format_moment(now - RENEWED),))
            connection.execute(
                "INSERT OR REPLACE INTO homes (person, shown, at) VALUES (?, ?, ?)", (person, shown, format_moment(now))
            )

    def list_outdated(self, shown: str, now: datetime) -> list[str]:
        """Return the people whose pages show other data, those who opened theirs last first."""
        with self.requests.transaction() as connection:
            rows = connection.execute(
                "SELECT person FROM homes WHERE at >= ? AND shown != ? ORDER BY at DESC LIMIT ?",
                (format_moment(now - RENEWED), shown, _MOST),
            ).fetchall()
        return [str(row[0]) for row in rows]

    def renew(self, person: str, shown: str) -> None:
        """Record the data that a page shows now."""
        with self.requests.transaction() as connection:
            connection.execute("UPDATE homes SET shown = ? WHERE person = ?", (shown, person))
