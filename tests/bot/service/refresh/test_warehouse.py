"""`nrrbot sync` from the tables of a warehouse: the snapshot, unchanged rows, an edit of a closed period."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import duckdb
import msgspec
import pytest

from bot.messages.status.sync import describe_sync
from bot.service.history import verify_store
from bot.service.refresh.warehouse import sync_warehouse
from core.errors import WarehouseError
from core.metrics.restatements import index_figures
from core.months import Month, Window
from sheets.warehouse.connection import open_warehouse
from sheets.warehouse.recognition import recognise_company
from tests.support.hostile_company import build_hostile_company
from tests.support.two_sources import TwoSources, open_both, record_scans, save_duckdb
from tests.support.warehouse import Table

NOW = dt.datetime(2025, 7, 15, 9, tzinfo=dt.UTC)


@pytest.fixture
def company(tmp_path: Path) -> TwoSources:
    return open_both(tmp_path, *build_hostile_company(), NOW)


def test_the_snapshot_has_the_figures_of_the_sheet(company: TwoSources) -> None:
    snapshot = company.warehouse.store.load_latest_snapshot()
    sheet = company.sheet.store.load_latest_snapshot()
    figures = company.warehouse.store.figures(snapshot.id)
    assert index_figures(figures) == index_figures(company.sheet.store.figures(sheet.id))
    assert (snapshot.first, snapshot.data_through, snapshot.currency) == (
        sheet.first, sheet.data_through, sheet.currency,
    )  # fmt: skip
    # No row of the warehouse is kept, and no account.
    ledger = company.warehouse.store.load(snapshot.id)
    assert (ledger.accounts.count, ledger.closes) == (0, company.sheet.store.load(sheet.id).closes)
    assert verify_store(company.warehouse).computed == 0


def test_unchanged_rows_make_no_snapshot(company: TwoSources) -> None:
    with record_scans() as scans:
        synced = sync_warehouse(company.warehouse, NOW + dt.timedelta(hours=1))
    assert (synced.changed, synced.snapshot.id) == (False, 1)
    # The months, the problems and their accounts, four dimensions.
    assert len(scans) == 4
    said = describe_sync(synced, company.warehouse.translate)
    assert said == (
        "company.duckdb: 18 accounts, data through June 2025, in EUR.\n"
        "Nothing changed since snapshot 1.\n"
        "35 problems in the warehouse (0 new):\n"
        "  14  gap              warning\n"
        "  10  fx_missing       error\n"
        "   7  history_late     warning\n"
        "   2  amount_negative  error\n"
        "   1  account_missing  error\n"
        "   1  month_missing    warning\n"
        "13 accounts are excluded from all figures until their rows are fixed; see nrrbot problems."
    )


def test_problems_are_kept_with_the_snapshot(company: TwoSources) -> None:
    newest = company.warehouse.find_newest()
    assert newest is not None
    problems = newest.problems()
    assert [(problem.code, problem.severity, problem.place) for problem in problems] == [
        ("fx_missing", "error", "warehouse.fx"), ("amount_negative", "error", "warehouse.mrr"),
        ("account_missing", "error", "warehouse.accounts"), ("gap", "warning", "warehouse.mrr"),
        ("history_late", "warning", "warehouse.history"), ("month_missing", "warning", "warehouse.mrr"),
    ]  # fmt: skip
    by_code = {problem.code: problem for problem in problems}
    assert by_code["account_missing"].found == "unlisted"
    assert by_code["gap"].found.endswith(", ...")
    assert by_code["month_missing"].found == "2024-05"
    assert by_code["fx_missing"].values["accounts"] == "10"
    assert company.warehouse.reply("/nrr", "").json()["problems"]["fx_missing"] == 10


def test_an_edit_of_a_closed_period_is_a_restatement(company: TwoSources) -> None:
    _, tables = build_hostile_company()
    mrr = tables.tables["mrr"]
    month = Month.of(2024, 8)
    # The accounts whose number is a multiple of four pay in euros.
    place = next(at for at, row in enumerate(mrr.rows) if row[1] == month.ordinal and row[0] in {"A04", "A08", "A16"})
    rows = [*mrr.rows]
    rows[place] = (*rows[place][:2], rows[place][2] + 12_300)
    save_duckdb(company.file, {"mrr": Table(mrr.columns, rows)})
    synced = sync_warehouse(company.warehouse, NOW + dt.timedelta(days=1))
    [restatement] = synced.restatements
    assert (synced.changed, synced.snapshot.id, restatement.accounts, restatement.causes) == (True, 2, 0, ())
    assert {figure.cell.dimension for figure in restatement.figures} == {None, "region", "plan", "size", "tenure"}
    assert all(month in (figure.cell.window.start, figure.cell.window.end) for figure in restatement.figures)
    [year] = [
        figure
        for figure in restatement.figures
        if figure.cell.dimension is None and figure.cell.window == Window(month - 12, month)
    ]
    assert year.after.ending - year.before.ending > 0
    assert "figures of closed periods were restated" in describe_sync(synced, company.warehouse.translate)
    verify_store(company.warehouse)
    # The first snapshot has its stored sums; the tables hold a newer load.
    earlier = company.warehouse.reply_to_snapshot(1, "nrr", "TTM 2024-08").json()
    assert earlier["window"]["ending_mrr"] == year.before.ending
    assert "a newer load than snapshot 1" in earlier["not_given"][1]
    with pytest.raises(WarehouseError, match="a newer load than snapshot 1"):
        company.warehouse.reply_to_snapshot(1, "nrr", "South Team TTM 2024-08")


def test_the_table_of_sums_is_read_in_place_of_the_query(company: TwoSources) -> None:
    config, rules = company.warehouse.config, company.warehouse.rules
    with open_warehouse(config.warehouse) as warehouse:
        recognition = recognise_company(config, rules, Month.of(2025, 6), warehouse)
    build = f"CREATE OR REPLACE TABLE nrr_cube AS {recognition.source.statement.sum_windows(recognition.dimensions)}"
    with duckdb.connect(company.file) as database:
        database.execute(build)
        # What the amounts are now is not in the table before it is built again.
        database.execute("UPDATE mrr SET amount = amount + 100 WHERE amount > 0")
    settings = msgspec.structs.replace(config.warehouse, cube="nrr_cube")
    reading_table = replace(company.warehouse, config=msgspec.structs.replace(config, warehouse=settings))
    with record_scans() as scans:
        synced = sync_warehouse(reading_table, NOW + dt.timedelta(hours=1))
    assert (scans, synced.restatements) == ([], ())
    store = company.warehouse.store
    assert index_figures(store.figures(synced.snapshot.id)) == index_figures(store.figures(1))
    # The table has the accounts that are excluded, by reason, and no other problem of the rows.
    codes = {"account_missing": 1, "amount_negative": 2, "fx_missing": 10, "month_missing": 1}
    assert synced.snapshot.problems == codes
    assert not sync_warehouse(reading_table, NOW + dt.timedelta(hours=1)).changed
    synced = sync_warehouse(company.warehouse, NOW + dt.timedelta(hours=2))
    assert synced.restatements
    assert "Since the one before: sums of closed periods changed." in describe_sync(synced, company.warehouse.translate)
    # Where most accounts have left, only the rows tell churn from a month that is half loaded.
    with duckdb.connect(company.file) as database:
        database.execute(f"DELETE FROM mrr WHERE m = {Month.of(2025, 6).ordinal} AND account_id > 'A05'")
        database.execute(build)
    with record_scans() as scans:
        synced = sync_warehouse(reading_table, NOW + dt.timedelta(hours=3))
    assert (len(scans), synced.snapshot.data_through) == (1, Month.of(2025, 5))
    assert synced.snapshot.problems["month_incomplete"] == 1
