"""The share of the recognition in the CPU time from cells to a ledger: tabs of a plan left out, shapes and layouts."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from core.money import find_currency
from core.months import Month
from sheets.ingest.parse import parse_tabs
from sheets.ingest.reshaping import reshape_tabs
from sheets.layouts.recognition import settle_layouts
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.port import Cell, Grid, Tab

_FIRST, _MONTHS = Month.of(2023, 10), 36
_WIDE_ACCOUNTS, _LONG_ACCOUNTS = 100_000, 28_000
_TURNS = 3

Rows = list[list[Cell]]


def measure_recognition() -> Mapping[str, float]:
    """Return name -> the percents of the CPU time of `parse_tabs` that the recognition takes, for each book."""
    shares = {}
    for name, build in _BOOKS.items():
        grids = [Grid(Tab(0, "MRR", len(rows), len(rows[0])), rows) for rows in (build(),)]
        options = ReadOptions(find_currency("EUR"), "", dt.date(2026, 10, 1))

        def recognise(grids: Sequence[Grid] = grids, options: ReadOptions = options) -> object:
            return settle_layouts(reshape_tabs(grids, options.headings).recognised)

        def parse(grids: Sequence[Grid] = grids, options: ReadOptions = options) -> object:
            return parse_tabs(grids, options)

        shares[name] = 100 * _measure_cpu(recognise) / _measure_cpu(parse)
    return shares


def _measure_cpu(run: Callable[[], object]) -> float:
    """Return the least CPU seconds of a few turns: other programs can only add to it."""
    turns = []
    for _ in range(_TURNS):
        start = time.process_time()
        run()
        turns.append(time.process_time() - start)
    return min(turns)


def _draw_amounts(accounts: int) -> list[list[float]]:
    amounts: list[list[float]] = np.round(np.random.default_rng(1).lognormal(5, 1.6, (accounts, _MONTHS)), 2).tolist()
    return amounts


def _build_wide() -> Rows:
    rows: Rows = [["Account ID", *(str(_FIRST + month) for month in range(_MONTHS))]]
    rows += [[f"ACC-{number:06}", *amounts] for number, amounts in enumerate(_draw_amounts(_WIDE_ACCOUNTS))]
    return rows


def _build_long() -> Rows:
    months = [str(_FIRST + month) for month in range(_MONTHS)]
    rows: Rows = [["Account ID", "Month", "MRR", "Product"]]
    for number, amounts in enumerate(_draw_amounts(_LONG_ACCOUNTS)):
        rows += [[f"ACC-{number:06}", month, amount, "Core"] for month, amount in zip(months, amounts, strict=True)]
    return rows


def _build_scenarios() -> Rows:
    """Return long rows of which every third is a plan."""
    rows = _build_long()
    marks = ("Actual", "Actual", "Budget")
    return [[*rows[0], "Scenario"], *([*row, marks[number % 3]] for number, row in enumerate(rows[1:]))]


_BOOKS: Mapping[str, Callable[[], Rows]] = {
    "wide, 3.7 M cells": _build_wide,
    "long, 1 M rows": _build_long,
    "long with rows of a plan": _build_scenarios,
}
