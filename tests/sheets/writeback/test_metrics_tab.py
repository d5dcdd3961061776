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
from core.months import Calendar
from core.terms import Language
from sheets.workbook.tables import NOT_AVAILABLE, Table
from sheets.writeback.metrics_tab import METRICS_TAB, MetricsTab, choose_key_value
from tests.support.generate import ledger_of
from tests.support.ledgers import use_one_currency
from tests.support.written_ledger import LEDGER, store_snapshot


def metrics(folder: Path, ledger: Ledger, language: Language = "en", calendar: Calendar | None = None) -> Table:
    store, snapshot = store_snapshot(folder, ledger)
    say = get_translator(language)
    segments = Segments(ledger)
    return MetricsTab(
        store.figures(snapshot.id), lambda key: say(segments.heading(key)), snapshot, calendar or Calendar(), say
    ).build_table()


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
        "Dimension": "Whole company", "Value": "", "Period": "2025-09", "Key": "all||2025-09", "Window, months": 1,
        "From the close of": dt.date(2025, 8, 31), "To the close of": september,
        "NRR": Decimal("0.757"), "GRR": Decimal("0.757"), "Logo retention": Decimal("0.500"),
        "Starting MRR": Decimal("411.00"), "Expansion": Decimal("0.00"), "Contraction": Decimal("0.00"),
        "Churn": Decimal("100.00"), "Ending MRR": Decimal("311.00"), "New MRR": Decimal("50.00"),
        "Reactivated MRR": Decimal("0.00"), "FX effect": Decimal("0.00"), "Accounts at the start": 2,
        "Accounts expanded": 0, "Accounts contracted": 0, "Accounts churned": 1, "Accounts kept": 1,
        "Accounts new": 1, "Accounts reactivated": 0, "Why there is no figure": None,
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


def test_without_a_base_the_ratio_is_an_error_and_without_accounts_there_is_no_row(tmp_path: Path) -> None:
    table = metrics(tmp_path, LEDGER)
    [new] = rows(table, dimension="Segment", value="Unassigned")
    assert {new["NRR"], new["GRR"], new["Logo retention"]} == {NOT_AVAILABLE}
    assert new["New MRR"] == Decimal("50.00")
    assert new["Why there is no figure"] == "No account of Unassigned paid at the end of August 2025."
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


TWO_YEARS = ledger_of(*(["a 100, b 50"] * 25))


def test_each_period_has_its_name_and_a_key_of_its_own(tmp_path: Path) -> None:
    table = metrics(tmp_path, TWO_YEARS)
    company = rows(table, dimension="Whole company")
    names = {(row["Window, months"], str(row["To the close of"])[:7]): row["Period"] for row in company}
    last = max(end for months, end in names if months == 12)
    assert names[12, last] == f"TTM {last}"
    assert {name for (months, end), name in names.items() if months == 3 and end[5:] in {"03", "06", "09", "12"}} == {
        f"Q{int(end[5:]) // 3} {end[:4]}"
        for months, end in names
        if months == 3 and end[5:] in {"03", "06", "09", "12"}
    }
    keys = [row["Key"] for row in rows(table)]
    assert len({*keys}) == len(keys)
    assert all(key == key.lower() for key in keys)


@pytest.mark.parametrize(("first_month", "quarter", "year_end"), [(1, 3, "12"), (2, 3, "01"), (7, 1, "06")])
def test_quarters_and_years_are_those_of_the_fiscal_calendar(
    tmp_path: Path, first_month: int, quarter: int, year_end: str
) -> None:
    table = metrics(tmp_path, TWO_YEARS, calendar=Calendar(first_month))
    company = rows(table, dimension="Whole company")
    end_month = {1: "09", 2: "10", 7: "09"}[first_month]
    quarters = [row for row in company if row["Window, months"] == 3]
    named = {row["Period"] for row in quarters if f"-{end_month}-" in str(row["To the close of"])}
    assert all(name.startswith(f"Q{quarter} ") for name in named)
    assert named
    years = [row for row in company if row["Period"].startswith("FY")]
    assert {str(row["To the close of"])[5:7] for row in years} == {year_end}
    # A sum over the rows with a window of 12 months counts the months once.
    assert {row["Window, months"] for row in years} == {None}


def test_a_french_workbook_has_both_keys_and_both_names(tmp_path: Path) -> None:
    english, table = metrics(tmp_path, LEDGER), metrics(tmp_path / "fr", LEDGER, "fr")
    assert table.headings[:5] == ["Dimension", "Valeur", "Période", "Key", "Clé"]
    key_column = list(english.headings).index("Key")
    assert [row[3] for row in table.rows] == [row[key_column] for row in english.rows]
    long = metrics(tmp_path / "long", TWO_YEARS, "fr")
    french = {str(row[3]): (row[2], row[4]) for row in long.rows}
    key = next(key for key in french if key.startswith("all||q3 "))
    assert french[key] == (f"T3 {key[-4:]}", f"all||t3 {key[-4:]}")
    key = next(key for key in french if key.startswith("all||ttm "))
    assert french[key] == (f"12 mois {key[-7:]}", f"all||12 mois {key[-7:]}")
    assert dict(table.list_names())["NRR_Cle"] == (3, 4, 3 + len(table.rows), 5)
    assert dict(english.list_names())["NRR_Cle"] is None


def test_a_french_key_has_the_words_that_its_row_shows(tmp_path: Path) -> None:
    table = metrics(tmp_path, LEDGER, "fr")
    for row in table.rows:
        dimension = str(row[3]).split("|")[0]
        assert row[4] == f"{dimension}|{row[1]}|{row[2]}".lower()
    keys = {str(row[4]).rpartition("|")[0] for row in table.rows}
    assert {"segment|non attribué", "tenure|moins d’un an"} <= keys


@pytest.mark.parametrize(("values", "chosen"), [(("Unassigned",), "Non attribué"), (("non Attribué",), "Unassigned")])
def test_a_value_of_the_sheet_keeps_its_french_key(values: tuple[str, ...], chosen: str) -> None:
    assert choose_key_value("Unassigned", "Non attribué", values) == chosen
