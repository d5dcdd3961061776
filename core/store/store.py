"""The store: snapshots of the workbook, recorded figures and deliveries in one SQLite file.

A Store is only a path and can be shared by threads: every method opens its own connection (1 ms), as an SQLite
connection must stay on the thread that made it, and closes it, so that no transaction outlives a call. Each method
that writes is one immediate transaction, durable when it returns (WAL, synchronous = full); readers never wait for
it. Reading a file that does not exist creates no file and finds nothing.

sqlite-utils applies the migrations. All other statements go to sqlite3 directly: 5,000 figures take 18 ms that way
and 130 ms through `insert_all`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import N_, NoSnapshotError, Sentence
from core.forgotten import ForgottenAccounts
from core.ledger.ledger import Ledger
from core.ledger.past_facts import PastFacts
from core.ledger.rows import RowIndex
from core.ledger.segments import Segments, SizeRules
from core.metrics.cube import Cube
from core.metrics.restatements import Restatement, Settings, read_size_rules
from core.store.clock import is_far_ahead
from core.store.content.content import (
    Document,
    adds_up,
    describe_content,
    describe_header,
    list_changed_arrays,
    read_document,
    read_figures,
    read_row_index,
    write_content,
)
from core.store.content.content import read_ledger as read_stored_ledger
from core.store.content.identities import read_token_key
from core.store.content.problems import read_problems, write_problems
from core.store.copies import copy_store, list_dated_copies, refuse_use, restore_copy, write_dated_copy
from core.store.database import DatabaseFile
from core.store.history.forgetting import Forgetting, forget_account
from core.store.history.past_facts import read_past_facts
from core.store.history.pruning import RetentionPolicy, prune_snapshots
from core.store.history.recorded import NO_DIFFERENCE, hash_recorded, read_restatements, record_closed_periods
from core.store.history.seals import append_seal, read_seal
from core.store.outgoing.deliveries import Deliveries
from core.store.outgoing.failures import Failures
from core.store.outgoing.subscriptions import Subscriptions
from core.store.rows import format_moment
from core.store.snapshots import (
    Recording,
    Snapshot,
    SyncedWorkbook,
    complete_snapshot,
    find_latest_snapshot,
    find_stored_snapshot,
    find_whole_snapshot,
    insert_snapshot,
    touch_snapshot,
)
from core.store.state.accepted import delete_accepted, mark_accepted_as_shown, read_accepted, write_accepted
from core.store.state.calls import delete_calls, find_called, write_call
from core.store.state.forgotten import read_forgotten
from core.store.state.polls import (
    Poll,
    clear_failure,
    find_poll,
    write_failure,
    write_notified,
    write_own_write,
    write_poll,
)
from core.store.state.preferences import Preferences, read_preferences, write_preferences
from core.store.state.query_results import find_query_result, write_query_result
from core.store.state.questions import read_question, write_question
from core.store.state.reader_keys import (
    ReaderKey,
    insert_reader_key,
    read_reader_keys,
    revoke_reader_key,
    touch_reader_key,
)
from core.store.verification import Measure, Verified, check_file
from core.store.workbooks import WorkbookState, read_state, read_states, update_state


class SameContentError(Exception):
    """Another sync stored the same content, in `snapshot`, while this one was reading the workbook."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot.id)
        self.snapshot = snapshot


@dataclass(frozen=True, slots=True)
class Store:
    """The SQLite file at `path`, created at the first write, readable by its owner only.

    Attributes:
        path: the file. Its folder must exist and be writable, as SQLite keeps its log next to the file.
        patience: the seconds to wait for another writer.

    Every method may raise a StoreError, and no other error of the file or of SQLite.

    """

    path: Path
    patience: float = 10.0

    @property
    def _file(self) -> DatabaseFile:
        return DatabaseFile(self.path, self.patience)

    def stamp(self) -> tuple[tuple[int, int, int], ...]:
        """Return inode, size and time (nanoseconds) of the file and of its log: a write changes them.

        Two writes within the resolution of the clock of the file system, some milliseconds, may have one stamp.
        """
        states = []
        for path in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            with suppress(OSError):
                state = path.stat()
                # SQLite makes and removes an empty log whenever the file is read.
                if state.st_size:
                    states.append((state.st_ino, state.st_size, state.st_mtime_ns))
        return tuple(states)

    def find_latest_snapshot(self, source: str | None = None) -> Snapshot | None:
        """Return the newest snapshot, of `source` when given; None where no snapshot is stored."""
        with self._file.reading() as connection:
            return find_latest_snapshot(connection, source)

    def find_latest_state(self, source: str | None = None) -> tuple[Snapshot | None, dict[str, bool]]:
        """Return the newest snapshot with the accepted problems of its workbook, as of one moment."""
        with self._file.reading() as connection:
            snapshot = find_latest_snapshot(connection, source)
            return snapshot, read_accepted(connection, snapshot.source) if snapshot else {}

    def find_trusted_moment(self, source: str) -> datetime | None:
        """Return the time of the last sync of a workbook whose clock is not in doubt, UTC; None before the first."""
        with self._file.reading() as connection:
            return read_state(connection, source).trusted_at

    def load_latest_snapshot(self, source: str | None = None) -> Snapshot:
        """Return the newest snapshot.

        Raises:
            NoSnapshotError: no snapshot is stored.

        """
        snapshot = self.find_latest_snapshot(source)
        if snapshot is None:
            raise NoSnapshotError(N_("Nothing was read yet."), N_("Run nrrbot sync."))
        return snapshot

    def save_snapshot(
        self,
        ledger: Ledger,
        problems: Sequence[Mapping[str, object]],
        figures: Cube,
        workbook: SyncedWorkbook,
        synced_at: datetime,
        settings: Settings | None = None,
        keep: RetentionPolicy | None = None,
        *,
        recording: Recording = "all",
        compared_with: int | None = None,
        edited: tuple[Ledger, Ledger] | None = None,
    ) -> Snapshot:
        """Store a new snapshot in one transaction, everything or nothing, and return it.

        The same transaction records the figures of the periods that have closed, records the restatements of figures
        that were recorded before, and prunes the snapshots that are past the retention policy.

        Args:
            ledger: the ledger that was read.
            problems: each a mapping that JSON can hold, with a `code`, and the `number` of those that it sums up.
            figures: the cube of the ledger.
            workbook: the workbook that it was read from.
            synced_at: the current time, with a time zone.
            settings: the settings that the figures depend on.
            keep: the retention policy; all history is kept when None.
            recording: the closed periods to record; with `none`, nothing is pruned either.
            compared_with: the id of the newest snapshot with which the caller compared the content, 0 if there was
                none; None to store the snapshot in any case.
            edited: the accounts that differ from that snapshot, as they were and as they are, if no other does and the
                settings are the same; None if that is not known.

        Raises:
            SameContentError: another sync has stored the same content since.

        """
        if not adds_up(figures):
            raise self._file.error("", "the figures do not add up")
        settings = settings or {}
        counts: dict[str, int] = {}
        for problem in problems:
            code = str(problem["code"])
            counts[code] = counts.get(code, 0) + int(problem.get("number", 1))  # type: ignore[call-overload]
        values = {
            "synced_at": format_moment(synced_at),
            "source": workbook.source,
            "source_name": workbook.source_name,
            "source_version": workbook.source_version,
            "content_hash": workbook.content_hash,
            "locale": workbook.locale,
            "time_zone": workbook.time_zone,
            "currency": ledger.currency.code,
            "exponent": ledger.currency.exponent,
            "first": ledger.first.ordinal,
            "data_through": ledger.last.ordinal,
            "accounts": ledger.accounts.count if workbook.accounts is None else workbook.accounts,
            "problems": json.dumps(counts),
            "settings": json.dumps(settings),
            "tabs": json.dumps(workbook.tabs),
            "decisions": json.dumps(workbook.decisions),
            "recording": recording,
        }
        problem_texts = [json.dumps(problem) for problem in problems]
        with self._file.writing() as connection, self._file.refuse_damage():
            state = read_state(connection, workbook.source)
            before = find_latest_snapshot(connection, workbook.source)
            is_newer = before is not None and compared_with not in {None, before.id}
            if before and is_newer and before.content_hash == workbook.content_hash:
                raise SameContentError(before)
            snapshot_id = insert_snapshot(connection, values)
            if not before or before.id != compared_with or before.recording == "none":
                edited = None
            changed = list_changed_arrays(*edited) if edited else None
            shared = read_document(connection, before.content or b"") if before and changed is not None else None
            content = write_content(
                connection,
                snapshot_id,
                describe_header(values),
                describe_content(ledger, figures),
                shared,
                changed or (),
            )
            snapshot = complete_snapshot(
                connection, snapshot_id, content, write_problems(connection, snapshot_id, problem_texts)
            )
            update_state(
                connection,
                workbook.source,
                whole=(*state.whole, snapshot_id),
                trusted_at=state.trusted_at if recording == "none" else snapshot.synced_at,
            )
            difference = NO_DIFFERENCE
            if recording != "none":
                difference = self._record_closed_periods(connection, state, snapshot, ledger, figures, edited)
            append_seal(connection, snapshot_id, content, difference, hash_recorded(connection, workbook.source))
            if keep and recording != "none":
                prune_snapshots(connection, snapshot, keep, snapshot.synced_at)
        return snapshot

    def _record_closed_periods(
        self,
        connection: sqlite3.Connection,
        state: WorkbookState,
        snapshot: Snapshot,
        ledger: Ledger,
        figures: Cube,
        edited: tuple[Ledger, Ledger] | None,
    ) -> bytes:
        """Record closed periods of a new snapshot; return the hash of the restated figures.

        The snapshot before is the last one with a trusted clock, as no other has recorded anything. Its accounts that
        are `edited` are the only causes of a restatement; all may be where that is None.
        """
        whole = [find_stored_snapshot(connection, snapshot_id) for snapshot_id in state.whole]
        sealed = read_seal(connection, whole[-1].id).recorded if whole else None
        before = next((earlier for earlier in reversed(whole) if earlier.recording != "none"), None)

        def load(earlier: Snapshot) -> Ledger:
            if edited:
                return edited[0]
            document = read_document(connection, earlier.content or b"")
            return read_stored_ledger(connection, document, lambda: read_row_index(connection, document))

        segments = Segments(edited[1] if edited else ledger, read_size_rules(snapshot.settings, SizeRules()))
        return record_closed_periods(connection, before, snapshot, segments, figures, load, sealed)

    def record_unchanged(
        self,
        snapshot_id: int,
        checked_at: datetime,
        source_version: str,
        settings: Settings | None = None,
        keep: RetentionPolicy | None = None,
        tabs: Sequence[Mapping[str, Any]] | None = None,
        decisions: Sequence[Mapping[str, Any]] | None = None,
        *,
        is_doubtful: bool = False,
    ) -> Snapshot:
        """Record that the workbook still has the content of a snapshot, and return the snapshot.

        Args:
            snapshot_id: the snapshot.
            checked_at: the current time, with a time zone.
            source_version: the workbook's current version.
            settings: the current settings, which give the same figures; the stored ones stay when None.
            keep: the retention policy; all history is kept when None.
            tabs: the current tabs; the stored ones stay when None.
            decisions: the current decisions; the stored ones stay when None.
            is_doubtful: whether the clock is in doubt: then nothing is pruned.

        Raises:
            NoSnapshotError: the snapshot does not exist.

        """
        settings_text = None if settings is None else json.dumps(settings)
        tabs_text = None if tabs is None else json.dumps(tabs)
        decisions_text = None if decisions is None else json.dumps(decisions)
        with self._file.writing() as connection, self._file.refuse_damage():
            snapshot = touch_snapshot(
                connection, snapshot_id, checked_at, source_version, settings_text, tabs_text, decisions_text
            )
            if not is_doubtful:
                update_state(connection, snapshot.source, trusted_at=snapshot.checked_at)
                if keep:
                    prune_snapshots(connection, snapshot, keep, snapshot.checked_at)
            return snapshot

    def find_poll(self, source: str) -> Poll | None:
        """Return the state of a workbook when it was last read; None if that was never tried."""
        with self._file.reading() as connection:
            return find_poll(connection, source)

    def record_reading(self, source: str, poll: Poll) -> None:
        """Record the state of a workbook that was read: stamp, basis, time and content of the poll."""
        with self._file.writing() as connection:
            write_poll(connection, source, poll)

    def record_checked(self, snapshot: Snapshot, checked_at: datetime) -> Snapshot:
        """Record that nothing has changed since the workbook was read, and return its snapshot."""
        with self._file.writing() as connection, self._file.refuse_damage():
            clear_failure(connection, snapshot.source)
            if not is_far_ahead(checked_at, read_state(connection, snapshot.source).trusted_at, None):
                update_state(connection, snapshot.source, trusted_at=checked_at)
            return touch_snapshot(connection, snapshot.id, checked_at, snapshot.source_version, None, None, None)

    def record_own_write(self, source: str, stamp: str | None, written: str) -> None:
        """Record a write of the bot into a workbook.

        Args:
            source: the workbook.
            stamp: its stamp after the write; None if people changed it too, so that it has to be read.
            written: hash of the tabs and notes that were written.

        """
        with self._file.writing() as connection:
            write_own_write(connection, source, stamp, written)

    def record_failure(
        self, source: str, failure: Sentence, failed_on: str, failed_at: datetime, fix: str = ""
    ) -> None:
        """Record that a workbook cannot be read, until it can; the arguments are those of Poll."""
        with self._file.writing() as connection:
            write_failure(connection, source, failure, fix, failed_on, failed_at)

    def record_notified(self, source: str, names: Sequence[str]) -> None:
        """Record who was notified that a workbook cannot be read, until it can."""
        with self._file.writing() as connection:
            write_notified(connection, source, names)

    def save_question(self, key: str, question: str) -> None:
        """Store a question that is too long for a button."""
        with self._file.writing() as connection:
            write_question(connection, key, question)

    def find_question(self, key: str) -> str | None:
        """Return a question that was stored; None where it is not."""
        with self._file.reading() as connection:
            return read_question(connection, key)

    def find_query_result(self, snapshot_id: int, key: bytes) -> bytes | None:
        """Return the result of a query to a warehouse that is kept with a snapshot; None where none is."""
        with self._file.reading() as connection:
            return find_query_result(connection, snapshot_id, key)

    def keep_query_result(self, snapshot_id: int, key: bytes, result: bytes) -> None:
        """Keep the result of a query to a warehouse with a snapshot."""
        with self._file.writing() as connection:
            write_query_result(connection, snapshot_id, key, result)

    def save_preferences(self, team: str, person: str, preferences: Preferences) -> None:
        """Store the choices of a person of a workspace, in place of the earlier ones."""
        with self._file.writing() as connection:
            write_preferences(connection, team, person, preferences)

    def find_preferences(self, team: str, person: str) -> Preferences:
        """Return the choices of a person of a workspace; without any where they made none."""
        with self._file.reading() as connection:
            return read_preferences(connection, team, person)

    def keep_call(self, person: str, account_id: str, now: datetime, until: datetime) -> None:
        """Record that a person has called an account."""
        with self._file.writing() as connection:
            write_call(connection, person, account_id, now, until)

    def withdraw_call(self, person: str, account_id: str) -> None:
        """Record that a person has not called an account."""
        with self._file.writing() as connection:
            delete_calls(connection, account_id, person)

    def find_called(self, person: str, account_ids: Iterable[str], now: datetime) -> frozenset[str]:
        """Return those of some accounts that a person has called, and whose time is not over."""
        with self._file.reading() as connection:
            return find_called(connection, person, account_ids, now)

    def find_snapshot(self, snapshot_id: int) -> Snapshot:
        """Return a snapshot whose content is still stored.

        Raises:
            NoSnapshotError: the snapshot does not exist, or was pruned.

        """
        with self._file.reading() as connection:
            return find_whole_snapshot(connection, snapshot_id)

    def load(self, snapshot_id: int, earlier: tuple[Snapshot, Ledger] | None = None) -> Ledger:
        """Return the ledger of a snapshot, every part checked against its hash.

        Args:
            snapshot_id: the snapshot.
            earlier: another snapshot and its ledger as it was loaded: the months that both have are not read again.

        Raises:
            NoSnapshotError: the snapshot does not exist, or was pruned.

        """
        with self._file.reading() as connection:
            document, known = _find_document(connection, snapshot_id), None
            if earlier:
                # By its content, as a store that was made anew has other snapshots with the same numbers.
                with suppress(ValueError):
                    known = read_document(connection, earlier[0].content or b""), earlier[1]
            return read_stored_ledger(connection, document, lambda: self._load_row_index(snapshot_id), known)

    def _load_row_index(self, snapshot_id: int) -> RowIndex:
        with self._file.reading() as connection:
            return read_row_index(connection, _find_document(connection, snapshot_id))

    def load_past_facts(self, source: str, ids: Sequence[str]) -> tuple[PastFacts, ...]:
        """Return the facts about accounts at the end of each month in which a snapshot of a workbook was in force.

        Args:
            source: the workbook.
            ids: the ids of the accounts, in the order in which the facts are returned.

        """
        with self._file.reading() as connection:
            return read_past_facts(connection, source, ids)

    def problems(self, snapshot_id: int) -> list[dict[str, Any]]:
        """Return the problems of a snapshot as they were saved.

        Raises:
            NoSnapshotError: the snapshot does not exist, or was pruned.

        """
        with self._file.reading() as connection:
            snapshot = find_whole_snapshot(connection, snapshot_id)
            return read_problems(connection, snapshot.stored_problems or b"")

    def figures(self, snapshot_id: int) -> Cube:
        """Return the figures that were stored with a snapshot.

        Raises:
            NoSnapshotError: the snapshot does not exist, or was pruned.

        """
        with self._file.reading() as connection:
            return read_figures(connection, _find_document(connection, snapshot_id))

    def restatements(self, source: str, since: int = 0) -> list[Restatement]:
        """Return the restatements of recorded figures of a workbook, the oldest first.

        Args:
            source: the workbook.
            since: the id of a snapshot; only restatements by later snapshots are returned.

        """
        with self._file.reading() as connection:
            return read_restatements(connection, source, since)

    def load_accepted(self, source: str) -> dict[str, bool]:
        """Return fingerprint -> whether the workbook shows its acceptance, for the accepted problems of a workbook."""
        with self._file.reading() as connection:
            return read_accepted(connection, source)

    def accept_problems(self, source: str, codes: Mapping[str, str], now: datetime) -> None:
        """Accept problems of a workbook.

        Args:
            source: the workbook.
            codes: fingerprint -> code.
            now: the current time, with a time zone.

        """
        with self._file.writing() as connection, self._file.refuse_damage():
            write_accepted(connection, source, codes, now)

    def withdraw_acceptances(self, source: str, fingerprints: Sequence[str]) -> None:
        """Withdraw the acceptance of problems of a workbook."""
        with self._file.writing() as connection, self._file.refuse_damage():
            delete_accepted(connection, source, fingerprints)

    def record_shown_acceptances(self, source: str, fingerprints: Sequence[str]) -> None:
        """Record that the workbook shows the acceptance of these problems, so that a cleared mark withdraws it."""
        with self._file.writing() as connection, self._file.refuse_damage():
            mark_accepted_as_shown(connection, source, fingerprints)

    def add_reader_key(self, key: ReaderKey) -> None:
        """Store a key that may read figures over HTTP, as its hash."""
        with self._file.writing() as connection:
            insert_reader_key(connection, key)

    def list_reader_keys(self) -> list[ReaderKey]:
        """Return all keys that may or might read figures over HTTP, the oldest first."""
        with self._file.reading() as connection:
            return read_reader_keys(connection)

    def touch_reader_key(self, key_id: str, now: datetime) -> None:
        """Record that a key was used."""
        with self._file.writing() as connection:
            touch_reader_key(connection, key_id, now)

    def revoke_reader_key(self, key_id: str, now: datetime) -> bool:
        """Revoke a key from now on; return False where no valid key has that id."""
        with self._file.writing() as connection:
            return revoke_reader_key(connection, key_id, now)

    @property
    def deliveries(self) -> Deliveries:
        """The messages that are sent once."""
        return Deliveries(self._file)

    @property
    def subscriptions(self) -> Subscriptions:
        """The subscriptions to digests."""
        return Subscriptions(self._file)

    @property
    def failures(self) -> Failures:
        """The failures that people are notified of."""
        return Failures(self._file)

    def backup(self, target: Path) -> None:
        """Copy the store as it is at one moment to a new file, readable by its owner only. Writers need not wait.

        Raises:
            StoreError: the store does not exist yet, the new file exists already, or it cannot be written.

        """
        copy_store(self._file, target)

    def backup_into(self, folder: Path, keep: int, now: datetime) -> Path:
        """Copy the store to a new file of `folder`, keep the newest `keep` copies in it, and return the file.

        Raises:
            StoreError: the store does not exist yet, or the folder cannot be written.

        """
        return write_dated_copy(self._file, folder, keep, now)

    def list_backups(self, folder: Path) -> list[Path]:
        """Return the copies that `backup_into` wrote to `folder`, the oldest first."""
        return list_dated_copies(self._file, folder)

    def restore(self, source: Path) -> Path | None:
        """Put a backup in the place of the store; return where the replaced file was moved, if there was one.

        Raises:
            StoreError: the backup is missing, damaged or of a newer nrrbot, or the store is in use.

        """
        return restore_copy(self._file, source)

    def prune(self, keep: RetentionPolicy, now: datetime) -> int:
        """Prune the snapshots of all workbooks that are past the retention policy; return how many were."""
        count = 0
        with self._file.writing() as connection, self._file.refuse_damage():
            for state in read_states(connection):
                if state.whole:
                    newest = find_stored_snapshot(connection, state.whole[-1])
                    prune_snapshots(connection, newest, keep, now)
                    count += len(state.whole) - len(read_state(connection, state.source).whole)
        return count

    def measure_bytes(self) -> int:
        """Return the size of the file and its log."""
        return sum(size for _, size, _ in self.stamp())

    def load_token_key(self) -> bytes:
        """Return the key of the keyed hashes of accounts, once a snapshot is stored."""
        with self._file.reading() as connection:
            return read_token_key(connection)

    def load_forgotten(self) -> ForgottenAccounts:
        """Return the accounts that no sync may store again."""
        with self._file.reading() as connection:
            return read_forgotten(connection)

    def forget_account(self, account: str, now: datetime, listed: Sequence[tuple[str, str]] = ()) -> Forgetting:
        """Remove the ID and the names of an account, and refuse them from now on; its amounts stay, under a pseudonym.

        Args:
            account: its ID, or its name if no other account has it.
            now: the present moment.
            listed: the IDs and names that a warehouse has for it.

        Raises:
            QuestionError: no account, or more than one, has that ID or name.
            StoreError: the store is damaged, or in use by another program, which would remember the names.

        """
        problem, fix = N_("{path} is in use, so nothing was changed."), N_("Stop nrrbot, then run this again.")
        refuse_use(self._file, problem, fix)
        # Damage must not be sealed.
        self.check()
        with self._file.writing() as connection, self._file.refuse_damage():
            forgetting = forget_account(connection, account, now, listed)
        self._file.compact()
        self.check()
        return forgetting

    def hold(self) -> AbstractContextManager[None]:
        """Keep the store open, so that no backup is restored beneath this program."""
        return self._file.hold()

    def check(self) -> Snapshot | None:
        """Check the file's pages, its references and everything that is sealed; return the newest snapshot, if any.

        Raises:
            StoreError: a check failed.

        """
        self.verify(lambda *_: None)
        return self.find_latest_snapshot()

    def verify(self, measure: Measure) -> Verified:
        """Check the file's pages and references, the seals and all that they cover, and compute figures anew.

        Args:
            measure: computes the figures of the newest snapshot of each workbook.

        Raises:
            StoreError: a check failed.

        """
        with self._file.reading() as connection:
            return check_file(self._file, connection, measure)


def _find_document(connection: sqlite3.Connection, snapshot_id: int) -> Document:
    """Return the document of a whole snapshot."""
    return read_document(connection, find_whole_snapshot(connection, snapshot_id).content or b"")
