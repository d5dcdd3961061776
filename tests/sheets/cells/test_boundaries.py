"""The edges of what a cell may mean: every word and mark of the tables, and the first and last value of each range."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal
from fractions import Fraction

import pytest

from core.months import Month
from core.text import plain_characters
from sheets.cells.billing_intervals import read_interval
from sheets.cells.dates import infer_date_order, read_date, read_month
from sheets.cells.numbers import read_amount, read_currency_code, read_share
from sheets.cells.text import (
    LocaleFormat,
    UnreadableCell,
    fold_cell,
    is_failed_formula,
    load_locale_format,
    read_account_id,
    read_flag,
    read_text,
    remember_readings,
    shorten_cell,
)
from sheets.workbook.port import Cell

# A currency mark, and the currencies that it may mean.
MARKS = """
    $     USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP
    US$   USD
    C$    CAD
    CA$   CAD
    A$    AUD
    R$    BRL
    ¥     JPY CNY
    ₹     INR
    ₩     KRW
    ₪     ILS
    zł    PLN
    Kč    CZK
    ₺     TRY
    ₽     RUB
    HK$   HKD
    kr    SEK NOK DKK ISK
    kr.   SEK NOK DKK ISK
    Fr.   CHF
    €     EUR
    £     GBP
    euro  EUR
    euros EUR
"""


@pytest.mark.parametrize(
    ("mark", "code"),
    [(mark, code) for mark, *codes in map(str.split, MARKS.strip().splitlines()) for code in codes],
)
def test_a_mark_may_mean_each_of_its_currencies(mark: str, code: str) -> None:
    assert read_amount(f"5 {mark}", LocaleFormat(), code) == 5
    assert read_amount(f"5 {mark}", LocaleFormat(), "THB") == UnreadableCell("currency_mismatch", {"currency": "THB"})
    assert read_currency_code(mark, code) == code


@pytest.mark.parametrize(
    ("mark", "code"),
    [(mark, codes[0] if len(codes) == 1 else None) for mark, *codes in map(str.split, MARKS.strip().splitlines())],
)
def test_a_mark_of_one_currency_is_its_code(mark: str, code: str | None) -> None:
    assert read_currency_code(mark, "THB") == (code or UnreadableCell("currency_unknown"))


@pytest.mark.parametrize(("word", "reporting", "code"), [("Euros", "USD", "EUR"), ("KR", "SEK", "SEK")])
def test_the_case_of_a_mark_does_not_matter(word: str, reporting: str, code: str) -> None:
    assert read_currency_code(word, reporting) == code


def test_an_ambiguous_amount_names_both_readings() -> None:
    assert read_amount("1,234", LocaleFormat(), "EUR") == UnreadableCell(
        "amount_ambiguous", {"one": "1.234", "other": "1234"}
    )


def test_one_mark_cannot_be_both_separators() -> None:
    assert read_amount("1,234,5", LocaleFormat(), "EUR") == UnreadableCell("amount_unreadable")


def test_a_share_is_at_most_the_whole_by_default() -> None:
    assert read_share(1, LocaleFormat()) == Decimal(1)
    assert read_share(1.01, LocaleFormat()) == UnreadableCell("share_unreadable")


def test_a_long_text_is_cut_after_120_characters() -> None:
    assert shorten_cell("x" * 120) == "x" * 120
    assert shorten_cell("x" * 121) == "x" * 120 + "…"


MONTHS = """
    jan january janv janvier
    feb february fev févr février
    mar march mars
    apr april avr avril
    may mai
    jun june juin
    jul july juil juill juillet
    aug august août
    sep sept september septembre
    oct october octobre
    nov november novembre
    dec december décembre
"""


@pytest.mark.parametrize(
    ("name", "number"),
    [(name, number) for number, names in enumerate(MONTHS.strip().splitlines(), 1) for name in names.split()],
)
def test_every_name_of_a_month(name: str, number: int) -> None:
    assert read_month(f"{name} 2025", LocaleFormat()) == Month.of(2025, number)
    assert read_date(f"15 {name} 2025", LocaleFormat()) == dt.date(2025, number, 15)


@pytest.mark.parametrize(
    ("heading", "month"),
    [
        ("1970-01", Month.of(1970, 1)),
        ("1969-12", None),
        ("2100-12", Month.of(2100, 12)),
        ("2101-01", None),
    ],
)
def test_headings_of_months_are_from_1970_to_2100(heading: str, month: Month | None) -> None:
    assert read_month(heading, LocaleFormat()) == month


@pytest.mark.parametrize(
    ("cell", "means"),
    [
        (25569, dt.date(1970, 1, 1)),
        (25568, UnreadableCell("date_unreadable")),
        ("1970", UnreadableCell("date_period", {"first": "1970-01-01", "last": "1970-12-31"})),
        ("1969", UnreadableCell("date_unreadable")),
        ("2100", UnreadableCell("date_period", {"first": "2100-01-01", "last": "2100-12-31"})),
        ("2101", UnreadableCell("date_unreadable")),
        ("Q4 2025", UnreadableCell("date_period", {"first": "2025-10-01", "last": "2025-12-31"})),
        ("T4 2025", UnreadableCell("date_period", {"first": "2025-10-01", "last": "2025-12-31"})),
        ("H2 2025", UnreadableCell("date_period", {"first": "2025-07-01", "last": "2025-12-31"})),
        ("S2 2025", UnreadableCell("date_period", {"first": "2025-07-01", "last": "2025-12-31"})),
    ],
)
def test_dates_and_periods_begin_in_1970(cell: Cell, means: dt.date | UnreadableCell) -> None:
    assert read_date(cell, LocaleFormat()) == means


# A date in a column, and what 03/04/2025 means in the same column.
@pytest.mark.parametrize(
    ("shows", "order"),
    [
        ("13/01/2025", "dmy"),
        ("31/12/2025", "dmy"),
        ("31/01/2025", "dmy"),
        ("12/03/2025", ""),
        ("31/00/2025", ""),
        ("01/13/2025", "mdy"),
        ("12/31/2025", "mdy"),
        ("03/12/2025", ""),
        ("00/31/2025", ""),
        ("01/32/2025", ""),
        ("13/13/2025", ""),
    ],
)
def test_only_a_day_beyond_12_shows_the_order(shows: str, order: str) -> None:
    means = {"dmy": dt.date(2025, 4, 3), "mdy": dt.date(2025, 3, 4), "": UnreadableCell("date_ambiguous")}
    assert read_date("03/04/2025", infer_date_order([shows], LocaleFormat())) == means[order]


INTERVALS = """
    1   month months mo monthly mois mensuel mensuelle mensuellement
    3   quarter quarters quarterly trimestre trimestres trimestriel trimestrielle
    6   half halves semester semesters semestre semestres semestriel semestrielle semiannual semiannually
    6   half-year half-years half-yearly semi-annual semi-annually demi-année
    12  year years yr yearly annual annually annum an ans année années annuel annuelle annuellement
"""


@pytest.mark.parametrize(
    ("word", "months"),
    [(word, int(months)) for months, *words in map(str.split, INTERVALS.strip().splitlines()) for word in words],
)
def test_every_word_for_an_interval(word: str, months: int) -> None:
    assert read_interval(word) == months


@pytest.mark.parametrize("word", ["week", "weeks", "weekly", "semaine", "semaines", "hebdo", "hebdomadaire"])
def test_every_word_for_a_week(word: str) -> None:
    assert read_interval(word) == Fraction(12, 52)


@pytest.mark.parametrize(
    "typed", ["-", "--", "---", "–", "—", "?", "??", "???", "n/a", "N.A.", "n/d", "s/o", "TBD", "tbc"]
)
def test_every_way_to_write_no_id(typed: str) -> None:
    assert read_account_id(typed) == ""


@pytest.mark.parametrize(
    ("words", "means"),
    [("yes y true 1 x ✓ ✔ ☑ oui o vrai", True), ("no n false 0 ☐ non faux", False)],
)
def test_every_word_for_yes_and_no(words: str, means: bool) -> None:
    assert [read_flag(word) for word in words.split()] == [means] * len(words.split())


SHEET_ERRORS = """
    #REF! #N/A #VALUE! #DIV/0! #NAME? #NUM! #NULL! #ERROR! #SPILL! #CALC! #BUSY! #VALEUR! #NOM? #NOMBRE! #NUL!
    #ERREUR! #GETTING_DATA Loading... Loading… Chargement... Chargement…
"""


@pytest.mark.parametrize("shows", SHEET_ERRORS.split())
def test_every_error_of_a_spreadsheet(shows: str) -> None:
    assert is_failed_formula(read_text(shows))


def code_points(ranges: str) -> set[int]:
    """Return the code points in ranges such as "200B-200F 2060"."""
    pairs = [(part.split("-")[0], part.split("-")[-1]) for part in ranges.split()]
    return {code for first, last in pairs for code in range(int(first, 16), int(last, 16) + 1)}


INVISIBLE = code_points("0-8 E-1B 7F-84 86-9F AD 200B-200F 202A-202E 2060 2066-2069 D800-DFFF FEFF")
SPACES = code_points("A0 2007 2009 202F 3000")
APOSTROPHES = code_points("2018 2019 2BC")
DASHES = code_points("2010-2013 2212")
FULL_WIDTH = code_points("FF01-FF5E")


def test_which_characters_of_a_text_are_dropped() -> None:
    for code in range(0x10000):
        letter = chr(code)
        kept = "" if code in INVISIBLE else " " if letter.isspace() else letter
        assert read_text(f"é{letter}c") == unicodedata.normalize("NFC", f"é{kept}c"), hex(code)


def test_which_characters_of_a_number_are_made_plain() -> None:
    for code in range(0x10000):
        plain = (
            "" if code in INVISIBLE
            else " " if code in SPACES
            else "'" if code in APOSTROPHES
            else "-" if code in DASHES
            else chr(code - 0xFF01 + 0x21) if code in FULL_WIDTH
            else chr(code)
        )  # fmt: skip
        assert plain_characters(f"1{chr(code)}2") == f"1{plain}2", hex(code)


def test_a_style_of_no_locale_decides_nothing() -> None:
    assert LocaleFormat() == LocaleFormat(locale="", decimal="", group="", order="")


def test_a_remembered_reading_is_asked_for_once_a_value_and_type() -> None:
    asked: list[Cell] = []

    def read(cell: Cell) -> str:
        asked.append(cell)
        return repr(cell)

    recall = remember_readings(read)
    assert [recall(cell) for cell in (1, True, 1.0, 1, "1", True)] == ["1", "True", "1.0", "1", "'1'", "True"]
    assert asked == [1, True, 1.0, "1"]


def test_control_characters_of_a_plain_text_are_dropped_too() -> None:
    for code in range(0x80):
        kept = "" if code in INVISIBLE else " " if chr(code).isspace() else chr(code)
        assert read_text(f"a{chr(code)}c") == f"a{kept}c", hex(code)


def test_a_bracket_that_closes_nothing_hides_nothing() -> None:
    assert fold_cell("a) b (c) d") == "a b d"


@pytest.mark.parametrize(
    ("locale", "order"),
    [("en_US", "mdy"), ("en-US", "mdy"), ("fr_FR", "dmy"), ("fr-FR", "dmy"), ("sv_SE", "ymd")],
)
def test_the_order_of_dates_in_a_locale(locale: str, order: str) -> None:
    assert load_locale_format(locale).order == order


@pytest.mark.parametrize(("typed", "year"), [("31-Jan-69", 2069), ("31-Jan-70", 1970), ("31-Jan-99", 1999)])
def test_two_digits_are_a_year_from_1970_to_2069(typed: str, year: int) -> None:
    assert read_date(typed, LocaleFormat()) == dt.date(year, 1, 31)


def test_dates_that_contradict_each_other_leave_a_short_year_ambiguous() -> None:
    how = infer_date_order(["01/31/2025", "31/01/2025"], LocaleFormat())
    assert read_date("03/04/25", how) == UnreadableCell("date_ambiguous")


def test_an_id_of_one_digit_loses_the_decimal_of_a_float_too() -> None:
    assert read_account_id("7.0") == "7"
