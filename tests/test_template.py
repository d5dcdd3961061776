"""The template, read back by the reader that it is made for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from core.errors import WorkbookDeniedError
from core.ledger import Ledger
from core.money import currency
from core.months import Month
from sheets.excel import ExcelWorkbook
from sheets.headings import HEADINGS
from sheets.layouts import parse
from sheets.options import Options
from sheets.problems import Problem
from sheets.template import CUSTOMERS, EXAMPLE_ID, SUBSCRIPTIONS, Language, Layout, write_template

LAST = Month.of(2026, 10)
EVERY = [(layout, language) for layout in ("wide", "subscriptions") for language in ("en", "fr")]


def read(path: Path) -> tuple[Ledger, list[Problem]]:
    workbook = ExcelWorkbook(path)
    return parse(workbook.read(workbook.tabs()), Options(currency("EUR"), "", dt.date(2026, 11, 23)))


@pytest.mark.parametrize(("layout", "language"), EVERY)
def test_the_reader_reads_the_example_without_a_problem(tmp_path: Path, layout: Layout, language: Language) -> None:
    path = tmp_path / "a.xlsx"
    write_template(path, layout, language, through=LAST)
    ledger, problems = read(path)
    assert problems == []
    assert ledger.ids == (EXAMPLE_ID,)
    assert ("Example" in ledger.names[0]) == (language == "en")
    assert ledger.last == LAST
    assert ledger.closes_until(LAST) >= 13
    # 12,000 a year less a tenth; or a price that rose.
    expected = [900_00] if layout == "subscriptions" else [1_200_00]
    assert ledger.own(LAST).tolist() == expected
    assert ledger.columns["segment"].values == ("Mid-Market",)
    assert {key: float(values[0]) for key, values in ledger.facts.items()} == {
        "since": dt.date(2024, 3, 1).toordinal(),
        "renewal_date": dt.date(2027, 3, 1).toordinal(),
        "feature_adoption": 0.62,
        "quota_use": 0.81,
        "seats": 40,
        "seats_used": 37,
        "nps": 8,
    }


@pytest.mark.parametrize(("layout", "language"), EVERY)
def test_every_column_says_what_goes_there(tmp_path: Path, layout: Layout, language: Language) -> None:
    path = tmp_path / "a.xlsx"
    write_template(path, layout, language, through=LAST)
    titles = {
        ("wide", "en"): ["Customers", "MRR"],
        ("wide", "fr"): ["Clients", "MRR"],
        ("subscriptions", "en"): ["Customers", "Subscriptions"],
        ("subscriptions", "fr"): ["Clients", "Abonnements"],
    }
    made = openpyxl.load_workbook(path)
    assert made.sheetnames == titles[layout, language]
    for sheet in made.worksheets:
        for number, heading in enumerate(sheet[1], 1):
            first_month = sheet.title == "MRR" and number == 2
            if isinstance(heading.value, str) or first_month:
                assert heading.comment is not None, heading.coordinate
                assert heading.comment.text.endswith(".")
            name_fits = len(str(heading.value)) < sheet.column_dimensions[get_column_letter(number)].width
            assert name_fits or not isinstance(heading.value, str)
        assert all(cell.font.italic for cell in sheet[2] if cell.value is not None)


@pytest.mark.parametrize("column", [*CUSTOMERS, *SUBSCRIPTIONS], ids=lambda column: column.key)
def test_what_is_offered_is_known_and_in_both_languages(column: object) -> None:
    assert isinstance(column, type(CUSTOMERS[0]))
    assert column.key in HEADINGS
    assert column.note.en != column.note.fr
    choices = [text.split(",") for text in (column.choices.en, column.choices.fr)]
    assert len(choices[0]) == len(choices[1])
    # Excel keeps a list of choices in 255 characters.
    assert max(len(column.choices.en), len(column.choices.fr)) <= 253


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_interval_that_is_offered_is_read(tmp_path: Path, language: Language) -> None:
    path = tmp_path / "a.xlsx"
    write_template(path, "subscriptions", language, through=LAST)
    made = openpyxl.load_workbook(path)
    sheet = made.worksheets[1]
    offered = next(column for column in SUBSCRIPTIONS if column.key == "interval").choices.say(language).split(",")
    example = [cell.value for cell in sheet[2]]
    for number, interval in enumerate(offered):
        sheet.append([f"B{number}", *example[1:5], interval, *example[6:]])
    made.save(path)
    ledger, problems = read(path)
    assert {problem.code for problem in problems} == {"unknown_account"}
    assert dict(zip(ledger.ids, ledger.own(LAST).tolist(), strict=True)) == {
        EXAMPLE_ID: 900_00,
        "B0": 10_800_00,
        "B1": 3_600_00,
        "B2": 1_800_00,
        "B3": 900_00,
    }


def test_a_file_that_stands_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("mine")
    with pytest.raises(WorkbookDeniedError, match="exists already"):
        write_template(path, through=LAST)
    assert path.read_text() == "mine"
