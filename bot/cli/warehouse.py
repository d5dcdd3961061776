"""The commands on a warehouse: what its tables hold, which rows break a rule, and whether a sheet says the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from core.config import Config
from core.errors import N_, Sentence, WarehouseError
from core.ledger.segments import Segments
from core.months import find_last_closed_month
from core.sources.comparison import compare_sources
from core.sources.panel import PanelSource
from sheets.problems import list_error_codes
from sheets.warehouse.connection import Warehouse, open_warehouse
from sheets.warehouse.inspection.look import WarehouseLook, look_at_warehouse
from sheets.warehouse.inspection.problems import WarehouseProblem, find_excluded_accounts, find_problems
from sheets.warehouse.inspection.types import check_types
from sheets.warehouse.proof import prove
from sheets.warehouse.recognition import Recognition, read_tables, recognise_company

if TYPE_CHECKING:
    from bot.cli.setup import Setup
    from bot.messages.warehouse.comparison import ComparedSources
    from bot.service.analyst import Analyst
    from core.money import Currency
    from sheets.ingest.parse import ParsedWorkbook


def prove_warehouse(config: Config) -> Sentence:
    """Run the SELECT on the engine of the config over a company made for it; no table is read or created.

    Raises:
        ConfigError: the address cannot be used, or a package is not installed.
        WarehouseError: the engine cannot be reached, refused the query, or computes other integers.

    """
    with open_warehouse(config.warehouse) as warehouse:
        proof = prove(warehouse.run, warehouse.dialect, warehouse.fetch)
    if proof.differing:
        raise WarehouseError(
            N_("{engine} computes other integers than nrrbot in {differing} of {count} cells: its figures are wrong."),
            N_("This is a bug in nrrbot: please report it with the version of the engine."),
            engine=warehouse.name,
            differing=proof.differing,
            count=proof.cells,
        )
    return Sentence(
        N_("{engine} computes the same integers as nrrbot in all {count} cells of a company made for this check."),
        {"engine": warehouse.name, "count": proof.cells},
    )


@contextmanager
def open_company(analyst: Analyst) -> Iterator[tuple[Recognition, Warehouse]]:
    """Open the warehouse of the config, check the columns of its tables, and recognise them.

    Raises:
        ConfigError: the address or a table cannot be used, or a package is not installed.
        WarehouseError: the engine cannot be reached, or a table or column is missing or of another type.

    """
    with open_warehouse(analyst.config.warehouse) as warehouse:
        # A column of another type would stop a later query with words that say less.
        check_types(*read_tables(analyst.config.warehouse, warehouse), warehouse)
        last_closed = find_last_closed_month(analyst.today)
        yield recognise_company(analyst.config, analyst.rules, last_closed, warehouse), warehouse


def look_at_tables(analyst: Analyst) -> WarehouseLook:
    """Return how the tables of the config are read.

    Raises:
        ConfigError, WarehouseError: as `open_company`.

    """
    with open_company(analyst) as (recognition, warehouse):
        return look_at_warehouse(recognition, warehouse)


def find_table_problems(analyst: Analyst) -> tuple[tuple[WarehouseProblem, ...], Currency]:
    """Return the rows that break a rule, and the reporting currency of their MRR.

    Raises:
        ConfigError, WarehouseError: as `open_company`.

    """
    rename = analyst.store.load_forgotten().rename
    with open_company(analyst) as (recognition, warehouse):
        problems = find_problems(recognition, warehouse)
    named = (replace(problem, examples=tuple(map(rename, problem.examples))) for problem in problems)
    return tuple(named), recognition.currency


def compare_with_sheet(setup: Setup) -> ComparedSources:
    """Compare the workbook, which is read, with the warehouse; nothing is stored.

    Raises:
        ConfigError, WarehouseError: as `open_company`, or the two have no window in common.
        WorkbookError: the workbook cannot be read.

    """
    from bot.messages.warehouse.comparison import ComparedSources

    # With --workbook the config of the analyst has no tables.
    analyst = replace(setup.analyst, config=msgspec.structs.replace(setup.config, warehouse=setup.warehouse))
    with open_company(analyst) as (recognition, warehouse):
        parsed = setup.parse_workbook()
        ledger = replace(parsed.ledger, usage=analyst.usage)
        segments = Segments(ledger, analyst.rules)
        months = set(recognition.months)
        closes = tuple(month for month in ledger.closes if month in months)
        if ledger.currency != recognition.currency or len(closes) < 2:
            raise WarehouseError(
                N_(
                    "The sheet has {sheet} from {first} to {last}, the warehouse {warehouse} from {from_month} to "
                    "{through}: there is no window to compare."
                ),
                N_("Set company.currency to the currency of both, and load the same months."),
                sheet=ledger.currency.code,
                first=ledger.first,
                last=ledger.last,
                warehouse=recognition.currency.code,
                from_month=recognition.first,
                through=recognition.through,
            )
        ours, theirs = tuple(segments.dimensions), recognition.dimensions
        shared = [name for name in ours if name in theirs]
        comparison = compare_sources(PanelSource(segments), recognition.source, shared, closes)
        return ComparedSources(
            comparison,
            recognition.currency,
            closes,
            tuple(month for month in ledger.closes if month not in months),
            tuple(month for month in recognition.months if month not in ledger.closes),
            tuple(name for name in ours if name not in theirs),
            tuple(name for name in theirs if name not in ours),
            _list_excluded(parsed),
            find_excluded_accounts(recognition, warehouse) if comparison.account_differences else {},
        )


def _list_excluded(parsed: ParsedWorkbook) -> Mapping[str, Sequence[str]]:
    """Return the accounts of a sheet that are in no figure, each with the codes of its errors."""
    accounts = parsed.ledger.accounts
    return {
        accounts.ids[place]: list_error_codes(
            parsed.problems, accounts.ids[place], is_unpriced=bool(accounts.unpriced[place])
        )
        for place in accounts.excluded.nonzero()[0].tolist()
    }
