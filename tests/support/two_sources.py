"""The same rows as a sheet and as a warehouse, each synced into a store of its own, and asked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from bot.locale.translator import get_translator
from bot.service.analyst import Analyst
from bot.service.refresh.warehouse import sync_warehouse
from core.config import Company as CompanySettings
from core.config import Config, Warehouse, load_company_playbook
from core.config import Segments as SegmentSettings
from core.config import Store as StoreSettings
from core.ledger.ledger import Ledger
from core.ledger.rows import SourceRows
from core.ledger.segments import Segments
from core.metrics.cube import build_cube
from core.playbook.levers import EarlyChurn, LargeLosses, RecurringContraction
from core.store.snapshots import SyncedWorkbook
from core.store.store import Store
from sheets.connect import find_source
from tests.support.duckdb_dialect import register_duckdb
from tests.support.hostile_company import build_hostile_company
from tests.support.losing_company import build_losing_company
from tests.support.sample_company import SampleCompany
from tests.support.warehouse import Company, Table, create_tables, describe_company, export_ledger, insert_rows

LEVERS_ON_LOSSES = (EarlyChurn, LargeLosses, RecurringContraction)


def save_duckdb(path: Path, tables: Mapping[str, Table]) -> None:
    """Write tables to a file of DuckDB, in place of those that it has."""
    import duckdb

    with duckdb.connect(path) as database:
        for name, statement, rows in create_tables(tables):
            database.execute(f"DROP TABLE IF EXISTS {name}")
            database.execute(statement)
            insert_rows(database.execute, name, rows)


def save_postgres(socket: str, tables: Mapping[str, Table]) -> str:
    """Create tables in a PostgreSQL of `start_postgres`, and return its address."""
    import psycopg

    with psycopg.connect(host=socket, user="nrrbot", dbname="postgres") as connection:
        for name, statement, rows in create_tables(tables):
            connection.execute(statement.encode())
            insert_rows(lambda text: connection.execute(text.encode()), name, rows)
    return f"postgresql+psycopg://nrrbot@/postgres?host={socket}"


@contextmanager
def record_scans() -> Iterator[list[str]]:
    """Collect the statements sent to a warehouse that read the table `mrr`, beyond its columns and first rows."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    scans = list[str]()

    def record(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if re.search(r"FROM mrr\b(?! t LIMIT)", statement) and "WHERE 1 = 0" not in statement:
            scans.append(statement)

    event.listen(Engine, "before_cursor_execute", record)
    try:
        yield scans
    finally:
        event.remove(Engine, "before_cursor_execute", record)


@dataclass(frozen=True)
class TwoSources:
    """A company whose figures come from a sheet and from DuckDB.

    Attributes:
        sheet: answers from the ledger of the sheet.
        warehouse: answers from the warehouse.
        file: the file of DuckDB.
        now: the moment of both.

    """

    sheet: Analyst
    warehouse: Analyst
    file: Path
    now: dt.datetime


def open_companies(folder: Path, sample_company: SampleCompany) -> Mapping[str, TwoSources]:
    """Return the company with every trap, that of the sample, and one that loses MRR, each from both sources."""
    for name in ("hostile", "sample", "losing"):
        (folder / name).mkdir()
    segments = Segments(build_losing_company())
    tables = describe_company(export_ledger(segments.ledger), segments)
    losing = open_both(folder / "losing", segments, tables, dt.datetime(2025, 10, 5, tzinfo=dt.UTC))
    hostile = open_both(folder / "hostile", *build_hostile_company(), dt.datetime(2025, 7, 15, 9, tzinfo=dt.UTC))
    segments = Segments(drop_facts(sample_company.load_analyst().load_newest().scope.ledger))
    tables = describe_company(_export_with_names(segments.ledger), segments)
    sample = open_both(folder / "sample", segments, tables, dt.datetime(2026, 10, 5, tzinfo=dt.UTC))
    return {"hostile": hostile, "sample": sample, "losing": losing}


def _export_with_names(ledger: Ledger) -> dict[str, Table]:
    tables, names = export_ledger(ledger), ledger.accounts.names
    accounts = tables["accounts"]
    rows = [(*row, name) for row, name in zip(accounts.rows, names, strict=True)]
    return {**tables, "accounts": Table((*accounts.columns, "name"), rows)}


def drop_facts(ledger: Ledger) -> Ledger:
    """Return a ledger with what the tables of a warehouse have: no facts and no lines."""
    return replace(ledger, facts={}, targets={}, scheduled_changes=None, terms=None, lines=None, usage=None)


def open_both(folder: Path, segments: Segments, company: Company, now: dt.datetime, url: str = "") -> TwoSources:
    """Return both sources of a company, synced; `url` is of another engine that has the tables."""
    register_duckdb()
    file = folder / "company.duckdb"
    if not url:
        save_duckdb(file, company.tables)
    sheet = open_sheet(folder, segments, now)
    named = {name: name for name in company.tables}
    warehouse = _open(
        msgspec.structs.replace(
            sheet.config,
            store=StoreSettings(path=str(folder / "warehouse.db")),
            warehouse=msgspec.convert({"url": url or f"duckdb:///{file}", **named}, Warehouse),
        ),
        now,
    )
    sync_warehouse(warehouse, now)
    return TwoSources(sheet, warehouse, file, now)


def open_sheet(folder: Path, segments: Segments, now: dt.datetime) -> Analyst:
    """Return the answers from a ledger, which is stored as the snapshot of a workbook."""
    ledger, rules = segments.ledger, segments.rules
    config = Config(
        company=CompanySettings(currency=ledger.currency.code),
        segments=SegmentSettings(mid_market_from=rules.mid_market_from, enterprise_above=rules.enterprise_above),
        store=StoreSettings(path=str(folder / "sheet.db")),
    )
    sheet = _open(config, now)
    # Of all levers those that a warehouse has the sums for.
    levers = [lever for lever in sheet.playbook.levers if isinstance(lever.trigger, LEVERS_ON_LOSSES)]
    sheet = replace(sheet, playbook=replace(sheet.playbook, levers=tuple(levers)))
    store_ledger(sheet, ledger, now)
    return sheet


def store_ledger(analyst: Analyst, ledger: Ledger, now: dt.datetime) -> None:
    """Store a ledger as the snapshot of a workbook, without the places of its rows."""
    accounts = len(ledger.accounts.ids)
    ledger = replace(ledger, source_rows=SourceRows("", np.zeros(accounts, dtype=np.int32)))
    synced = SyncedWorkbook("file:/company.xlsx", "company", "", "hash")
    analyst.store.save_snapshot(ledger, [], build_cube(Segments(ledger, analyst.rules)), synced, now)


def _open(config: Config, now: dt.datetime) -> Analyst:
    store = Store(Path(config.store.path))
    return Analyst(config, store, find_source(config), load_company_playbook(config), get_translator("en"), lambda: now)
