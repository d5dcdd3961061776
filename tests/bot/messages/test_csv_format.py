"""CSV opens as people expect it: units, the reader's decimal mark and separator, words for yes and no."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from bot.cli.exports import table_export
from bot.locale.translator import get_translator
from bot.messages.status.csv_format import CsvFormat
from bot.web.addin.metrics_csv import write_metrics_csv
from core.money import find_currency
from core.terms import Language
from tests.support.company import MakeCompany

ROW = {
    "name": "Aster; Birch, Cie",
    "mrr": 123456,
    "nrr": "96.8",
    "complete": True,
    "accounts": {"base": 12, "new": 3},
    "reasons": ["low_nps", "falling"],
    "closes": [{"mrr": 5}, {"mrr": 10}],
    "change": -50,
    "link": None,
}


def write(row: dict[str, Any], language: Language, currency: str = "EUR") -> list[str]:
    file = io.StringIO()
    export = table_export([row])
    CsvFormat(find_currency(currency), get_translator(language)).write(export.keys, export.rows, file)
    text = file.getvalue()
    assert text.startswith("\N{BYTE ORDER MARK}")
    return text[1:].splitlines()


def test_in_english() -> None:
    assert write(ROW, "en") == [
        '"name","mrr","nrr","complete","accounts_base","accounts_new","reasons","closes_1_mrr","closes_2_mrr","change","link"',
        '"Aster; Birch, Cie",1234.56,96.8,"yes",12,3,"low_nps; falling",0.05,0.10,-0.50,',
    ]


def test_in_french() -> None:
    assert write(ROW, "fr")[1] == ('"Aster; Birch, Cie";1234,56;96,8;"oui";12;3;"low_nps; falling";0,05;0,10;-0,50;')


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "1250"), ("EUR", "12.50"), ("KWD", "1.250")])
def test_an_amount_has_the_decimals_of_its_currency(currency: str, amount: str) -> None:
    assert write({"mrr": 1250}, "en", currency) == ['"mrr"', amount]


def test_averages_and_changes_of_mrr_are_amounts() -> None:
    row = {"average_mrr": 150, "average_arr": 1800, "change_12_months": -50, "months": 12}
    assert write(row, "en")[1] == "1.50,18.00,-0.50,12"


def test_amounts_gained_lost_due_and_recovered_are_amounts_and_counts_of_accounts_are_not() -> None:
    quick_ratio = {"gained": 12000, "lost": 480000}
    assert write(quick_ratio, "en")[1] == "120.00,4800.00"
    renewals = {"due_mrr": 150, "not_due_mrr": 50, "renewed_mrr": 100, "accounts": {"due": 2, "lost": 1}}
    assert write(renewals, "en")[1] == "1.50,0.50,1.00,2,1"
    assert write({"movements_against_cohort": {"outside_net_mrr": 150}, "gross_mrr": 150}, "en")[1] == "1.50,1.50"
    assert write({"with": {"accounts": 8, "lost": 1}, "without": {"accounts": 5, "lost": 2}}, "en")[1] == "8,1,5,2"


def test_an_id_of_digits_keeps_its_zeros() -> None:
    assert write({"id": "00123", "nrr": "0.5"}, "fr")[1] == '"00123";0,5'


ATTACKS = [
    *(f"{start}1+1" for start in "=+-@\t\n\r\uff1d\uff0b\uff0d\uff20"),
    *(f"Foo{mark}=HYPERLINK(1)" for mark in (";", ",", "\t", "|", "\n", "\r", "\r\n", ';"', ',""', '"\n"')),
    '";=1',
    "a;;=1",
    "a\n\n@b",
    "a;\t=1",
]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_becomes_a_formula_whatever_the_spreadsheet_takes_for_the_separator(
    text: str, language: Language
) -> None:
    file = io.StringIO()
    row = {"id": text, "mrr": -50, text: text}
    CsvFormat(find_currency("EUR"), get_translator(language)).write([*row], [row, row], file)
    written = file.getvalue().removeprefix("\N{BYTE ORDER MARK}")
    for delimiter in ",;\t|":
        rows = list(csv.reader(io.StringIO(written), delimiter=delimiter))
        rows += [line.split(delimiter) for line in written.splitlines()]  # a reader that knows no quotation marks
        for cell in (cell.strip('"') for cells in rows for cell in cells):
            assert not re.match(r"[=+@\t\uff1d\uff0b\uff0d\uff20]|-(?!0[.,]50)", cell), (delimiter, cell)


def test_no_value_of_a_segment_becomes_a_formula_in_the_csv_of_the_add_in(company: MakeCompany) -> None:
    form = company("wide", "xlsx")
    assert form.path
    for row, text in enumerate(("A;=1", "=1", "B\t@1"), 2):
        form.put("Customers", row, 3, text)
    newest = form.setup().prepare_analyst().load_newest()
    written = write_metrics_csv(newest.figures(), newest.snapshot, newest.scope.calendar).decode("utf-8-sig")
    assert "A;'=1" in written
    for delimiter in ",;\t":
        cells = [cell.strip('"') for line in written.splitlines() for cell in line.split(delimiter)]
        assert not [cell for cell in cells if re.match("[=+@]", cell)]


def test_a_text_is_changed_only_where_a_cell_or_row_could_begin() -> None:
    for text in ("Müller + Söhne", "a = b", "R&D - EMEA; north", "a@b.fr", "x, -y"):
        assert write({"name": text}, "en")[1] == f'"{text}"'
