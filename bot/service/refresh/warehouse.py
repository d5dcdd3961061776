"""A reading of the warehouse: its cube into the store, with the options of the config."""

from __future__ import annotations

import datetime as dt

from bot.service.analyst import Analyst
from bot.service.refresh.basis import hash_basis
from core.errors import N_, Sentence
from core.months import find_last_closed_month
from core.store.history.pruning import RetentionPolicy
from core.store.state.polls import Poll
from core.terms import WAREHOUSE
from sheets.ingest.from_warehouse.sync import SyncedWarehouse, sync_cube_into_store
from sheets.ingest.reading import Progress
from sheets.ingest.sync import SyncResult
from sheets.warehouse.connection import open_warehouse
from sheets.warehouse.inspection.problems import find_problems
from sheets.warehouse.inspection.types import check_types
from sheets.warehouse.recognition import read_tables, recognise_company


def sync_warehouse(
    analyst: Analyst,
    now: dt.datetime,
    today: dt.date | None = None,
    progress: Progress = lambda _: None,
    *,
    trust_clock: bool = False,
) -> SyncResult:
    """Read the cube of the warehouse of the config into the store.

    Raises:
        ClockError: the clock is before the last sync.
        ConfigError: the address or a table cannot be used.
        WarehouseError: it cannot be read, or a column is of another type; answers continue to come from the last
            snapshot.
        StoreError: the snapshot cannot be stored.

    """
    config, source_name = analyst.config, f"{WAREHOUSE}{analyst.config.warehouse.url}"
    last_closed = find_last_closed_month(today or now.astimezone(analyst.zone).date())
    name = config.warehouse.url.partition("://")[2].partition("?")[0].rpartition("/")[2] or config.warehouse.url
    with open_warehouse(config.warehouse) as warehouse:
        # Amounts in whole euros would be taken as cents.
        check_types(*read_tables(config.warehouse, warehouse), warehouse)
        recognition = recognise_company(config, analyst.rules, last_closed, warehouse)
        # With the table that dbt builds no row of an amount is read.
        problems = None
        if not config.warehouse.cube:
            progress(Sentence(N_("Looking for rows that break a rule")))
            problems = find_problems(recognition, warehouse)
        synced = sync_cube_into_store(
            SyncedWarehouse(source_name, name, recognition, problems),
            analyst.store,
            analyst.rules,
            now,
            progress,
            RetentionPolicy(config.store.keep_snapshots, config.store.keep_days),
            trust_clock=trust_clock,
        )
    # Only a query can tell whether its rows have changed.
    basis = hash_basis(config, "", now, today)
    analyst.store.record_reading(source_name, Poll("", basis, now, f"{synced.snapshot.id}:"))
    return synced
