"""The stored history: its verification, its daily copy, and the removal of a customer from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.service.analyst import Analyst
from core.errors import QuestionError, WarehouseError
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.cube import Cube, build_cube
from core.metrics.restatements import read_size_rules
from core.store.clock import is_far_ahead
from core.store.copies import REPLACED_ENDING
from core.store.database import REQUESTS_ENDING, ROWS_ENDING
from core.store.history.forgetting import Forgetting
from core.store.history.pruning import RetentionPolicy
from core.store.requests.side_file import remove_side_file
from core.store.snapshots import Snapshot
from core.store.state.job_runs import remove_runs
from core.store.verification import Verified
from sheets.ingest.edits import kept_reading


def verify_store(analyst: Analyst) -> Verified:
    """Check all that is stored, and compute the newest figures anew from the stored amounts.

    Raises:
        StoreError: a check failed.

    """

    def measure(ledger: Ledger, snapshot: Snapshot) -> Cube | None:
        # The sums of a warehouse are those of its engine.
        if snapshot.is_of_warehouse:
            return None
        ledger = replace(ledger, usage=analyst.usage)
        # Figures by another rule for accounts that pay by usage cannot be compared.
        if (ledger.usage_months or 0) != snapshot.settings.get("company.usage_months", 0):
            return None
        return build_cube(Segments(ledger, read_size_rules(snapshot.settings, analyst.rules)))

    return analyst.store.verify(measure)


@dataclass(frozen=True, slots=True)
class ForgottenCustomer:
    """The effect of forgetting a customer.

    Attributes:
        forgetting: the effect on the store.
        copies: the files that may still have the ID and the name: backups, and the store that one of them replaced.
        is_of_warehouse: whether its rows are those of a warehouse.

    """

    forgetting: Forgetting
    copies: Sequence[Path]
    is_of_warehouse: bool


def forget_customer(analyst: Analyst, account: str, now: dt.datetime) -> ForgottenCustomer:
    """Remove a customer's ID and names from the store and the files next to it.

    Raises:
        QuestionError: no account, or more than one, has that ID or name.
        StoreError: the store is damaged, or in use by another program.
        WarehouseError: the store does not have the account, and the warehouse cannot be asked for it.

    """
    store, settings = analyst.store, analyst.config.store
    listed, failure = _find_in_warehouse(analyst, account)
    try:
        forgetting = store.forget_account(account, now, listed)
    except QuestionError as error:
        raise (failure or error) from error
    # They are made anew: the rows as Google sent them, the requests that were handled, the runs of jobs.
    kept_reading.remove_reading(store.path.with_name(store.path.name + ROWS_ENDING))
    remove_side_file(store.path.with_name(store.path.name + REQUESTS_ENDING))
    remove_runs(store.path)
    backups = store.list_backups(Path(settings.backup_folder)) if settings.backup_folder else []
    copies = [path for backup in backups for path in (backup, backup.with_name(backup.name + REQUESTS_ENDING))]
    copies.append(store.path.with_name(store.path.name + REPLACED_ENDING))
    return ForgottenCustomer(
        forgetting, [path for path in copies if path.exists()], analyst.config.warehouse.has_tables
    )


def _find_in_warehouse(analyst: Analyst, account: str) -> tuple[Sequence[tuple[str, str]], WarehouseError | None]:
    """Return the accounts of the warehouse with an ID or name, each with both; or why it cannot be asked."""
    if not analyst.config.warehouse.has_tables:
        return (), None
    from sheets.warehouse.inspection.accounts import find_accounts

    try:
        return find_accounts(analyst.config.warehouse, account), None
    except WarehouseError as error:
        return (), error


def prune_history(analyst: Analyst, now: dt.datetime) -> int:
    """Prune the snapshots that are past the limits of the config; return how many were.

    Where the clock is in doubt nothing is pruned: no sync has trusted it.
    """
    settings, store = analyst.config.store, analyst.store
    snapshot = analyst.find_snapshot()
    if snapshot is None or is_far_ahead(now, store.find_trusted_moment(snapshot.source), None):
        return 0
    return store.prune(RetentionPolicy(settings.keep_snapshots, settings.keep_days), now)


def back_up_daily(analyst: Analyst, now: dt.datetime) -> Path | None:
    """Copy the store into the folder of the config, unless a copy of this day is there; return the new copy.

    Raises:
        StoreError: nothing was synced yet, or the folder cannot be written.

    """
    settings = analyst.config.store
    folder = Path(settings.backup_folder)
    day = f"{now.astimezone(dt.UTC):%Y-%m-%d}"
    if any(day in copy.stem.rpartition("T")[0] for copy in analyst.store.list_backups(folder)):
        return None
    return analyst.store.backup_into(folder, settings.keep_backups, now)
