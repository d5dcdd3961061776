"""Answers that were shared in channels: each is compared with later snapshots, for 90 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.store.requests.handled import HandledRequests
from core.store.rows import format_moment

COMPARED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Share:
    """An answer that was shared.

    Attributes:
        channel: the channel.
        message: the `ts` of the message.
        thread: the `ts` of the thread that it is in, or begins.
        state: the value of its button, about the snapshot that its figures were last compared with.

    """

    channel: str
    message: str
    thread: str
    state: str


@dataclass(frozen=True, slots=True)
class SharedAnswers:
    """The table of shares. Every method may raise a StoreError.

    Attributes:
        requests: the file that it is in.

    """

    requests: HandledRequests

    def record(self, share: Share, now: datetime) -> None:
        """Record a share, and forget old ones."""
        with self.requests.transaction() as connection:
            connection.execute("DELETE FROM shares WHERE at < ?", (format_moment(now - COMPARED),))
            connection.execute(
                "INSERT OR REPLACE INTO shares (channel, message, thread, state, at) VALUES (?, ?, ?, ?, ?)",
                (share.channel, share.message, share.thread, share.state, format_moment(now)),
            )

    def list_uncompared(self, snapshot_id: int, now: datetime) -> list[Share]:
        """Return the shares that were not compared with a snapshot, the newest first.

        One whose state is stored under a key is always among them: its value does not name the snapshot.
        """
        with self.requests.transaction() as connection:
            rows = connection.execute(
                "SELECT channel, message, thread, state FROM shares WHERE at >= ? AND instr(state, ?) = 0"
                " ORDER BY at DESC, message DESC",
                (format_moment(now - COMPARED), f'"s":{snapshot_id},'),
            ).fetchall()
        return [Share(*row) for row in rows]

    def replace_state(self, share: Share, state: str) -> bool:
        """Record that a share was compared with another snapshot; return False where another process did."""
        with self.requests.transaction() as connection:
            cursor = connection.execute(
                "UPDATE shares SET state = ? WHERE channel = ? AND message = ? AND state = ?",
                (state, share.channel, share.message, share.state),
            )
        return cursor.rowcount == 1

    def forget(self, share: Share) -> None:
        """Forget a share whose channel cannot be posted in any more."""
        with self.requests.transaction() as connection:
            connection.execute("DELETE FROM shares WHERE channel = ? AND message = ?", (share.channel, share.message))
