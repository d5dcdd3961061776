"""The audit: who asked for what and changed what, without amounts, names of accounts, or questions as typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bot.service.access.viewer import OPERATOR, SHEET, Viewer
from core.errors import AccessError, StoreError
from core.store.requests.audit import AuditEntry, AuditFile

_LOGGER = "nrrbot.audit"


@dataclass(frozen=True, slots=True)
class Audit:
    """Records who asked and changed what, in a file next to the store.

    Attributes:
        file: the file.
        clock: returns the present moment.

    """

    file: AuditFile
    clock: Callable[[], dt.datetime]

    def record(self, viewer: Viewer, outcome: str, read: Mapping[str, Any] | None = None) -> None:
        """Record what a viewer did, but not the questions of the command line and of the tab NRR Ask: no one is known.

        Args:
            viewer: who did it.
            outcome: `answered`, `refused`, `not answered` or `done`.
            read: how the question was read, as the JSON of an answer has it; None where there was none.

        """
        if viewer in {OPERATOR, SHEET}:
            return
        sides = list(_list_sides(read or {}))
        columns = {column for side in sides for key in ("filters", "exclude") for column in side.get(key, ())}
        periods = [f"{side['start']}..{side['end']}" for side in sides if "start" in side]
        entry = AuditEntry(
            self.clock(),
            viewer.id,
            viewer.door,
            viewer.action,
            viewer.channel,
            str((read or {}).get("command", "")),
            ", ".join(sorted(columns)),
            ", ".join(periods),
            outcome,
        )
        try:
            self.file.append(entry)
        except StoreError as error:
            from bot.service.log import get_log, limit_rate  # here, as a question on the command line is not recorded

            limit_rate(_LOGGER)  # a disk that is full would have a line for each question
            get_log(_LOGGER).warning("an entry of the audit was not written", reason=str(error))

    @contextmanager
    def record_refusal(self, viewer: Viewer) -> Iterator[None]:
        """Record that a viewer is refused, where that is so within the block."""
        try:
            yield
        except AccessError:
            self.record(viewer, "refused")
            raise


def _list_sides(read: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return read.get("sides") or (read,)
