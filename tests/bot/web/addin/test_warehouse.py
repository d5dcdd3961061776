"""Figures of cells from a warehouse: those of a sheet with the same rows, and why there is none."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from core.lookup.figures import METRICS
from tests.support.addin import Backend, serve_addin
from tests.support.hostile_company import build_hostile_company
from tests.support.two_sources import TwoSources, open_both

PERIODS = ("Q2 2025", "TTM 2025-06", "2025-06", "2024-08..2024-09", "Q2 2024", "2023-02")
CUTS = (
    "", "South", "region=Unassigned", "size=SMB", "not South", "South Team", "South, North", "base from ARR 100000",
)  # fmt: skip


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> TwoSources:
    now = dt.datetime(2025, 7, 15, 9, tzinfo=dt.UTC)
    return open_both(tmp_path_factory.mktemp("hostile"), *build_hostile_company(), now)


@pytest.fixture(scope="module")
def backends(both: TwoSources) -> Iterator[tuple[Backend, Backend]]:
    with ExitStack() as stack:
        yield (
            stack.enter_context(serve_addin(both.sheet)),
            stack.enter_context(serve_addin(both.warehouse)),
        )


def ask(backend: Backend, questions: list[tuple[str, ...]]) -> list[dict[str, Any]]:
    """Return the answers without their receipts, which name the snapshot."""
    return [{**answer, "receipt": None} for answer in backend.figures(*questions)]


def test_the_figures_of_cells_are_those_of_a_sheet(backends: tuple[Backend, Backend]) -> None:
    questions: list[tuple[str, ...]] = [
        (metric, cut, period) for metric in METRICS for cut in CUTS for period in PERIODS
    ]
    for begin in range(0, len(questions), 500):
        ours, theirs = (ask(backend, questions[begin : begin + 500]) for backend in backends)
        for question, one, other in zip(questions[begin:], ours, theirs, strict=False):
            assert one == other, question
        assert sum(answer["code"] == "ok" for answer in theirs) > 0.6 * len(theirs)


def test_tables_and_lists_are_those_of_a_sheet(backends: tuple[Backend, Backend]) -> None:
    tables = []
    for backend in backends:
        lines = list(csv.reader(io.StringIO(backend.ask("metrics.csv").content.decode("utf-8-sig"))))
        tables.append([line[:-2] for line in lines])
    assert tables[0] == tables[1]
    assert len(tables[0]) > 700
    ours, theirs = (backend.ask("periods").json() for backend in backends)
    assert (ours["default"], ours["periods"]) == (theirs["default"], theirs["periods"])
    # Only the sheet has the values of accounts that are excluded.
    ours, theirs = (backend.ask("segments").json()["dimensions"] for backend in backends)
    assert [entry["dimension"] for entry in ours] == [entry["dimension"] for entry in theirs]
    for one, other in zip(ours, theirs, strict=True):
        assert {*other["values"]} == {*one["values"]} - ({"Unassigned"} if one["dimension"] == "plan" else set())
    assert backends[1].ask("problems").status_code == 200


def test_a_warehouse_gives_no_ratio_by_another_method(backends: tuple[Backend, Backend]) -> None:
    [answer] = backends[1].figures(("nrr", "South", "Q2 2025", "movements"))
    assert (answer["value"], answer["code"]) == (None, "no_figure")
    assert "gives NRR and GRR by the cohort method only" in answer["reason"]
    # Money does not depend on the method.
    [answer] = backends[1].figures(("churn", "South", "Q2 2025", "movements"))
    assert answer["code"] == "ok"


def test_without_the_warehouse_the_stored_figures_are_there(
    both: TwoSources, backends: tuple[Backend, Backend], tmp_path: Path
) -> None:
    moved = both.file.rename(tmp_path / "away.duckdb")
    both.file.mkdir()
    try:
        stored, queried = backends[1].figures(("nrr", "North", "Q2 2025"), ("nrr", "North", "2024-07..2024-10"))
    finally:
        both.file.rmdir()
        moved.rename(both.file)
    assert stored["code"] == "ok"
    assert (queried["value"], queried["code"]) == (None, "no_figure")
    assert "The warehouse cannot be reached" in queried["reason"]
