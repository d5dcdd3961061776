"""Formulas of a Google Sheet that are still loading when it is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from core.ledger.segments import SizeRules
from core.money import find_currency
from sheets.ingest.loading import WAITS
from sheets.ingest.sync import SyncResult, sync_into_store
from sheets.tabs.read_options import ReadOptions
from tests.support.company import Form, MakeCompany, Medium, Rows
from tests.support.notation import panel, places

NOW = dt.datetime(2025, 10, 6, 7, tzinfo=dt.UTC)
OPTIONS = ReadOptions(find_currency("EUR"), "", NOW.date())
CONTENT: dict[str, Rows] = {"MRR": [["Account ID", "2025-08", "2025-09"], ["a", "Loading...", 100], ["b", 50, 50]]}


def sync(form: Form, sleep: Callable[[float], None]) -> tuple[str, SyncResult, list[str]]:
    """Return the ledger, the result and the progress of a sync."""
    setup, steps = form.setup(), list[str]()
    store = setup.analyst.store
    result = sync_into_store(
        setup.workbook, store, OPTIONS, SizeRules(), NOW, progress=lambda step: steps.append(str(step)), sleep=sleep
    )
    return panel(store.load(result.snapshot.id)), result, steps


@pytest.mark.parametrize("number", range(1, len(WAITS) + 1))
def test_a_cell_that_loads_is_waited_for(company: MakeCompany, number: int) -> None:
    form, waits = company("wide", "google", content=CONTENT), list[float]()

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == number:
            form.put("MRR", 2, 2, 120)

    ledger, result, steps = sync(form, sleep)
    assert (ledger, result.problems, tuple(waits)) == ("2025-08: a 120 100, b 50 50", (), WAITS[:number])
    assert f"MRR!B2 is still loading in Google Sheets. Reading again in {WAITS[0]} s" in steps


def test_a_tab_of_one_formula_is_waited_for(company: MakeCompany) -> None:
    form = company("wide", "google", content={"MRR": [["Chargement..."]]})

    def sleep(_: float) -> None:
        for row, cells in enumerate(CONTENT["MRR"], 1):
            for column, cell in enumerate(cells, 1):
                form.put("MRR", row, column, 7 if cell == "Loading..." else cell)

    assert sync(form, sleep)[0] == "2025-08: a 7 100, b 50 50"


def test_a_cell_that_never_loads_excludes_its_account(company: MakeCompany) -> None:
    form, waits = company("wide", "google", content=CONTENT), list[float]()
    ledger, result, _ = sync(form, waits.append)
    assert (ledger, places(result.problems), tuple(waits)) == (
        "2025-08: a* 0 100, b 50 50",
        "amount_unreadable B2",
        WAITS,
    )


@pytest.mark.parametrize("medium", ["xlsx", "google"])
def test_a_file_is_never_waited_for_nor_a_sheet_that_is_loaded(company: MakeCompany, medium: Medium) -> None:
    content = CONTENT if medium == "xlsx" else {"MRR": [*CONTENT["MRR"][:1], ["b", 50, 50]]}

    def sleep(_: float) -> None:
        raise AssertionError("nothing is loading")

    sync(company("wide", medium, content=content), sleep)
