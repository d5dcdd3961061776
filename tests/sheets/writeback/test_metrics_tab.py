"""The way back: the figures and the problems as tables, exact, the newest first, in the reader's language."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.locale.translator import get_translator
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.money import find_currency
from core.terms import Language
from sheets.workbook.tables import Table
from sheets.writeback.metrics_tab import METRICS_TAB, build_metrics_table
from tests.support.generate import ledger_of
from tests.support.ledgers import use_one_currency
from tests.support.written_ledger import LEDGER, store_snapshot


def metrics(folder: Path, ledger: Ledger, language: Language = "en") -> Table:
    store, snapshot = store_snapshot(folder, ledger)
    say = get_translator(language)
    segments = Segments(ledger)
    return build_metrics_table(store.figures(snapshot.id), lambda key: say(segments.heading(key)), snapshot, say)


def rows(table: Table, **wanted: object) -> list[dict[str, Any]]:
    records = [dict(zip(table.headings, row, strict=True)) for row in table.rows]
    names = {"dimension": "Dimension", "value": "Value", "months": "Window, months", "to": "To the close of"}
    return [row for row in records if all(row[names[name]] == value for name, value in wanted.items())]


def test_a_window_as_a_row_of_exact_figures(tmp_path: Path) -> None:
    table = metrics(tmp_path, LEDGER)
    september = dt.date(2025, 9, 30)
    # a 311 -> 311, b 100 -> 0: 311 / 411 = 75.669%; c is new.
    [row] = rows(table, dimension="Whole company", months=1, to=september)
    assert row == {
        "Dimension": "Whole company", "Value": "", "Window, months": 1,
        "From the close of": dt.date(2025, 8, 31), "To the close of": september,
        "NRR": Decimal("0.757"), "GRR": Decimal("0.757"), "Logo retention": Decimal("0.500"),
        "Starting MRR": Decimal("411.00"), "Expansion": Decimal("0.00"), "Contraction": Decimal("0.00"),
        "Churn": Decimal("100.00"), "Ending MRR": Decimal("311.00"), "New MRR": Decimal("50.00"),
        "Reactivated MRR": Decimal("0.00"), "FX effect": Decimal("0.00"), "Accounts at the start": 2,
        "Accounts expanded": 0, "Accounts contracted": 0, "Accounts churned": 1, "Accounts kept": 1,
        "Accounts new": 1, "Accounts reactivated": 0,
    }  # fmt: skip
    formats = dict(zip(table.headings, table.formats, strict=True))
    assert {formats[name] for name in ("NRR", "GRR", "Logo retention")} == {"percent"}
    assert {formats[name] for name in row if name.endswith("MRR")} == {"money"}
    assert (formats["Value"], formats["To the close of"], formats["Accounts new"]) == ("text", "date", "integer")
    assert not any(isinstance(value, float) for row in table.rows for value in row)


def test_the_newest_month_stands_first_and_the_company_before_its_parts(tmp_path: Path) -> None:
    table = metrics(tmp_path, LEDGER)
    ends = [row["To the close of"] for row in rows(table)]
    assert ends == sorted(ends, reverse=True)
    assert next(row["Dimension"] for row in rows(table, to=ends[0], months=1)) == "Whole company"
    assert (table.title, table.decimals) == (METRICS_TAB, 2)
    assert "September 2025" in table.notice
    assert "EUR" in table.notice


def test_names_stand_as_the_sheet_has_them_and_who_has_no_segment_is_unassigned(tmp_path: Path) -> None:
    table = metrics(tmp_path, LEDGER)
    assert {row["Value"] for row in rows(table, dimension="Segment")} == {"<Large>", "=Small", "Unassigned"}


def test_without_a_base_the_ratio_is_blank_and_without_anybody_there_is_no_row(tmp_path: Path) -> None:
    table = metrics(tmp_path, LEDGER)
    [new] = rows(table, dimension="Segment", value="Unassigned")
    assert (new["NRR"], new["GRR"], new["Logo retention"], new["New MRR"]) == (None, None, None, Decimal("50.00"))
    assert not rows(table, dimension="Size", value="Enterprise")
    assert rows(metrics(tmp_path / "empty", ledger_of("", "")), months=1) == []


@pytest.mark.parametrize(
    ("code", "decimals", "starting"), [("JPY", 0, "30000"), ("EUR", 2, "300.00"), ("KWD", 3, "30.000")]
)
def test_money_has_the_decimals_of_its_currency(tmp_path: Path, code: str, decimals: int, starting: str) -> None:
    ledger = replace(ledger_of("a 300", "a 300"), currencies=use_one_currency(find_currency(code), 1))
    table = metrics(tmp_path, ledger)
    [row] = rows(table, dimension="Whole company")
    assert (table.decimals, str(row["Starting MRR"])) == (decimals, starting)


def test_ratios_are_rounded_half_up_to_a_tenth_of_a_percent(tmp_path: Path) -> None:
    [row] = rows(metrics(tmp_path, ledger_of("a 400", "a 433")), dimension="Whole company")
    assert row["NRR"] == Decimal("1.083")  # 108.25%


def test_in_french(tmp_path: Path) -> None:
    table = metrics(tmp_path, LEDGER, "fr")
    assert "septembre 2025" in table.notice
    assert "Dimension" in table.headings
    assert "Starting MRR" not in table.headings
    assert {row[0] for row in table.rows} >= {"Taille", "Segment"}
    assert table.title == METRICS_TAB
