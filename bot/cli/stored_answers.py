"""Answers of `nrrbot ask` that are in the store: the same question about the same data is not computed again.

Nothing is imported here that computes, as to start it takes longer than to answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import msgspec

from bot.service.refresh.basis import hash_basis
from core.config import Config
from core.errors import NrrbotError
from core.months import find_local_day
from core.store.answers import AnswerFile, StoredState
from sheets.connect import find_source
from sheets.workbook.files import stamp_files


class StoredAnswer:
    """The answer to one question, if it is in the store."""

    def __init__(self, config: Config, question: tuple[str, ...], now: dt.datetime, today: dt.date | None) -> None:
        """Look nothing up yet.

        Args:
            config: the config.
            question: the words, and all that decides on the form of the answer.
            now: the present moment.
            today: the day that counts as today; None for the real one.

        """
        self._config, self._question, self._now, self._today = config, question, now, today
        self._answers = AnswerFile(Path(config.store.path))

    def find(self) -> str | None:
        """Return the answer; None if it has to be computed."""
        try:
            state = self._find_state()
            return self._answers.find(self._hash_key(state)) if state else None
        except NrrbotError:
            return None  # the same error is reported where the answer is computed

    def hash_state(self) -> str:
        """Return the key of the answer as of now; empty if it cannot be stored."""
        try:
            state = self._find_state()
        except NrrbotError:
            return ""
        return self._hash_key(state) if state else ""

    def record(self, key: str, answer: str) -> None:
        """Store an answer that was computed when `hash_state` was `key`; where that is not possible, it is not.

        After a change meanwhile no one looks for that key.
        """
        try:
            state = self._find_state()
            if state and key:
                self._answers.record(key, state, answer)
        except NrrbotError:
            return

    def _find_state(self) -> StoredState | None:
        """Return what the store has; None without a snapshot, and if it was not confirmed for too long."""
        state = self._answers.find_state(find_source(self._config))
        age = self._now - state.checked_at if state else dt.timedelta.max
        return state if age <= dt.timedelta(hours=self._config.schedule.stale_hours) else None

    def _hash_key(self, state: StoredState) -> str:
        config = self._config
        day = self._today or find_local_day(self._now, config.schedule.time_zone) or self._now.date()
        path = config.workbook.path
        parts = (
            config,
            *(self._question, str(day), state.content, stamp_files(Path(path)) if path else ""),
            hash_basis(config, state.time_zone, self._now, self._today),
        )
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
