"""Writes of the bot into the workbook: while no one else changes it, they cause no reading."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.store.snapshots import Snapshot
from core.store.state.written import encode_written, follow_reading, read_written
from core.store.store import Store
from sheets.workbook.port import Workbook


def record_own_write(store: Store, workbook: Workbook, snapshot: Snapshot, stamp: str | None, written: str) -> None:
    """Record a write.

    Args:
        store: the store.
        workbook: the workbook, as it is after the write.
        snapshot: the newest snapshot, of the workbook or of a warehouse.
        stamp: its stamp after the write; None if someone else has changed it since it was read.
        written: hash of the tabs and notes that were written.

    """
    store.record_own_write(workbook.source, stamp, written)
    if stamp is not None and not snapshot.is_of_warehouse:
        is_google = workbook.source.startswith("google:")
        store.record_unchanged(snapshot.id, snapshot.checked_at, stamp if is_google else workbook.version())


@dataclass
class OwnWrites:
    """Follows a workbook from the last reading, or the last write of the bot, through several writes.

    Google tells who changed a sheet last and not who did before, so its stamp is looked at before each write too.
    """

    store: Store
    workbook: Workbook
    _stamp: str | None = field(init=False)

    def __post_init__(self) -> None:
        poll = self.store.find_poll(self.workbook.source)
        self._stamp = poll.stamp if poll else None

    def begin(self) -> None:
        """Look at the workbook right before a write."""
        if self._stamp is not None and self.workbook.stamp() != self._stamp:
            self._stamp = None

    def end(self) -> None:
        """Look at the workbook right after a write."""
        if self._stamp is not None:
            self._stamp = self.workbook.stamp_own_write()

    def record(self, snapshot: Snapshot) -> None:
        """Record the writes, unless someone else has changed the workbook: then it has to be read again."""
        poll = self.store.find_poll(self.workbook.source)
        if self._stamp is not None and poll:
            written = encode_written(follow_reading(read_written(poll), poll))
            record_own_write(self.store, self.workbook, snapshot, self._stamp, written)
