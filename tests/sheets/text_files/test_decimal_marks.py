"""The mark before decimals, from the cells; where they show none, the config decides and nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import WorkbookError
from sheets.cells.numbers import read_amount
from sheets.cells.text import load_locale_format
from tests.support.plain_files import open_file


def write_amounts(path: Path, *amounts: str) -> Path:
    lines = "\n".join(f"A-{number};{amount}" for number, amount in enumerate(amounts, 1))
    path.write_text(f"Account ID;2026-01\n{lines}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("amounts", "locale"),
    [
        (["1,250", "12.5"], "decimal point"),
        (["1.250", "12,50"], "decimal comma"),
        (["1,250", "1,234.50"], "decimal point"),
        (["1.250", "1.234,50"], "decimal comma"),
        (["1,250", "1,234,567"], "decimal point"),
        (["1.250", "€ 1.234.567"], "decimal comma"),
        (["1.250", "1 234,5 €"], "decimal comma"),
        (["1.250", "1\u202f234,567"], "decimal comma"),
        (["1,250", "0.125"], "decimal point"),
        (["1,250", "1250.125"], "decimal point"),
        (["1,250", "(12.50)"], "decimal point"),
        (["1,250", "12.50-"], "decimal point"),
        (["1,250", "US$12.5k"], "decimal point"),
        (["¥360,000", "¥90,000"], "decimal point"),
        (["JPY 360.000", "90"], "decimal comma"),
        (["1200", "90"], ""),
        (["12.5", "12,5"], ""),
        (["31.12.2025", "Acme, Inc.", "v1.2", "10.0.0.1"], ""),
    ],
)
def test_the_cells_show_the_mark(tmp_path: Path, amounts: list[str], locale: str) -> None:
    workbook = open_file(write_amounts(tmp_path / "a.csv", *amounts))
    workbook.tabs()
    assert workbook.locale == locale


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        (["1,250"], r"1,250 in a!B2 of .*a\.csv has two readings"),
        (["1.250"], r"1.250 in a!B2 of .*a\.csv has two readings"),
        (["12.5", "12,5", "1,250"], r"12\.5 in a!B2, 12,5 in a!B3. So 1,250 in a!B4 has two readings"),
    ],
)
def test_two_readings_are_refused_with_the_line_of_the_config(tmp_path: Path, amounts: list[str], words: str) -> None:
    path = write_amounts(tmp_path / "a.csv", *amounts)
    with pytest.raises(WorkbookError, match=words) as caught:
        open_file(path).tabs()
    assert "workbook.locale" in str(caught.value)
    for locale in ("decimal comma", "decimal point", "fr_FR"):
        workbook = open_file(path, locale)
        assert workbook.tabs()
        assert workbook.locale == ""  # the configured one counts


@pytest.mark.parametrize(
    ("locale", "cell", "amount"),
    [
        ("decimal point", "1,250", "1250"),
        ("decimal comma", "1,250", "1.250"),
        ("decimal comma", "1.250", "1250"),
        ("decimal point", "1.25", "1.25"),
        ("decimal comma", "1 234,56 €", "1234.56"),
    ],
)
def test_a_mark_alone_is_a_locale(locale: str, cell: str, amount: str) -> None:
    assert str(read_amount(cell, load_locale_format(locale), "EUR")) == amount


def test_a_mark_far_below_decides_too(tmp_path: Path) -> None:
    workbook = open_file(write_amounts(tmp_path / "a.csv", *["1,250"] * 5_000, "12.5"))
    workbook.tabs()
    assert workbook.locale == "decimal point"
