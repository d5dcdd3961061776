"""One cell to a value: what people type, and what it means in their locale."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.months import Month
from sheets.cells.billing_intervals import read_interval
from sheets.cells.dates import infer_date_order, read_date, read_month
from sheets.cells.numbers import read_amount, read_currency_code, read_number, read_share
from sheets.cells.text import (
    LocaleFormat,
    UnreadableCell,
    fold_cell,
    is_failed_formula,
    load_locale_format,
    read_account_id,
    read_flag,
    read_text,
    shorten_cell,
)
from sheets.workbook.port import Cell, Formula

# What a text means where the locale is unknown, English (US), French, German and Swiss.
#   a number: that amount         sep: contradicts the locale's separators       two: reads in two ways
#   bad: not an amount            cur: in another currency                       blank: nothing
LOCALES = ("", "en_US", "fr_FR", "de_DE", "de_CH")
AMOUNTS = """
    1200              1200        1200        1200        1200       1200
    00012             12          12          12          12         12
    12.5              12.5        12.5        12.5        sep        12.5
    12,50             12.50       sep         12.50       12.50      12.50
    1,234             two         1234        1.234       1.234      two
    1.234             two         1.234       two         1234       1.234
    0,500             0.500       sep         0.500       0.500      0.500
    1,234.56          1234.56     1234.56     sep         sep        1234.56
    1.234,56          1234.56     sep         1234.56     1234.56    sep
    1,234,567         1234567     1234567     sep         sep        1234567
    1.234.567         1234567     sep         1234567     1234567    sep
    1,00,000          100000      100000      sep         sep        100000
    1~234,56          1234.56     sep         1234.56     1234.56    1234.56
    1~234             1234        1234        1234        1234       1234
    1~234~567         1234567     1234567     1234567     1234567    1234567
    1'234.50          1234.50     1234.50     1234.50     sep        1234.50
    1’234             1234        1234        1234        1234       1234
    12~50             bad         bad         bad         bad        bad
    1,23,45           bad         bad         bad         bad        bad
    ,5                0.5         sep         0.5         0.5        0.5
    .5                0.5         0.5         0.5         sep        0.5
    €1200             1200        1200        1200        1200       1200
    1200~€            1200        1200        1200        1200       1200
    EUR~1200          1200        1200        1200        1200       1200
    1200eur           1200        1200        1200        1200       1200
    1200~euros        1200        1200        1200        1200       1200
    $1200             cur         cur         cur         cur        cur
    1200~USD          cur         cur         cur         cur        cur
    12~pcs            bad         bad         bad         bad        bad
    €12~EUR           bad         bad         bad         bad        bad
    (500)             -500        -500        -500        -500       -500
    500-              -500        -500        -500        -500       -500
    -500              -500        -500        -500        -500       -500
    −500              -500        -500        -500        -500       -500
    -€500             -500        -500        -500        -500       -500
    €-500             -500        -500        -500        -500       -500
    (€500)            -500        -500        -500        -500       -500
    +500              500         500         500         500        500
    (-500)            bad         bad         bad         bad        bad
    (500              bad         bad         bad         bad        bad
    1.2k              1200        1200        1200        sep        1200
    1,2~k€            1200        sep         1200        1200       1200
    3K                3000        3000        3000        3000       3000
    2M                2000000     2000000     2000000     2000000    2000000
    2m                bad         bad         bad         bad        bad
    １２００            1200        1200        1200        1200       1200
    （５００）            -500        -500        -500        -500       -500
    ＄１２             cur         cur         cur         cur        cur
    10²               bad         bad         bad         bad        bad
    1e3               bad         bad         bad         bad        bad
    10%               bad         bad         bad         bad        bad
    -                 bad         bad         bad         bad        bad
    n/a               bad         bad         bad         bad        bad
    TBD               bad         bad         bad         bad        bad
    #REF!             bad         bad         bad         bad        bad
    #N/A              bad         bad         bad         bad        bad
    Loading...        bad         bad         bad         bad        bad
    nan               bad         bad         bad         bad        bad
    ~                 blank       blank       blank       blank      blank
"""  # noqa: RUF001 - the point is that such characters are read
CODES = {
    "sep": "amount_separator",
    "two": "amount_ambiguous",
    "bad": "amount_unreadable",
    "cur": "currency_mismatch",
}


def cases() -> list[tuple[str, str, str]]:
    rows = [line.split() for line in AMOUNTS.strip().splitlines()]
    return [(cell, *pair) for cell, *means in rows for pair in zip(LOCALES, means, strict=True)]


@pytest.mark.parametrize(("typed", "locale", "means"), cases())
@pytest.mark.parametrize("space", [" ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"])
def test_text_as_amount(typed: str, locale: str, means: str, space: str) -> None:
    amount = read_amount(typed.replace("~", space), load_locale_format(locale), "EUR")
    if means == "blank":
        assert amount is None
    elif means in CODES:
        assert isinstance(amount, UnreadableCell)
        assert amount.code == CODES[means]
    else:
        assert amount == Decimal(means)


@pytest.mark.parametrize(
    ("cell", "means"),
    [
        (None, None),
        (1200, "1200"),
        (0.1, "0.1"),
        (1.005, "1.005"),
        (12345678.9, "12345678.9"),
        (100 / 3, "33.333333333333336"),
        (1e300, "1e300"),
        (-5, "-5"),
        (True, "amount_unreadable"),
        (float("inf"), "amount_unreadable"),
        (dt.datetime(2025, 1, 31), "amount_unreadable"),  # noqa: DTZ001 - a cell has no time zone
    ],
)
def test_cell_as_amount(cell: Cell, means: str | None) -> None:
    amount = read_amount(cell, LocaleFormat(), "EUR")
    assert (amount.code if isinstance(amount, UnreadableCell) else amount) == (
        means if means is None or means in CODES.values() else Decimal(means)
    )


def test_a_contradicting_amount_says_how_to_write_it() -> None:
    amount = read_amount("12,50", load_locale_format("en_US"), "EUR")
    assert amount == UnreadableCell("amount_separator", {"locale": "en_US", "decimal": ".", "write": "12.50"})
    german = read_amount("1,234.5", load_locale_format("de_DE"), "EUR")
    assert isinstance(german, UnreadableCell)
    assert german.values["write"] == "1234,5"


@given(st.text(max_size=12) | st.from_regex(r"[(€$ -]{0,2}[0-9.,' ]{1,9}[)k€% -]{0,2}", fullmatch=True))
def test_no_text_raises(typed: str) -> None:
    for locale in ("", "en_US", "fr_FR"):
        amount = read_amount(typed, load_locale_format(locale), "EUR")
        assert amount is None or isinstance(amount, UnreadableCell) or amount.is_finite()
        read_date(typed, load_locale_format(locale))
        read_month(typed, load_locale_format(locale))
        read_share(typed, load_locale_format(locale))
        read_interval(typed)


@given(st.decimals(min_value=0, max_value=10**9, places=2), st.sampled_from(["en_US", "fr_FR", "de_DE", "de_CH"]))
def test_every_amount_reads_back_as_its_locale_writes_it(value: Decimal, locale: str) -> None:
    how = load_locale_format(locale)
    written = f"{value:,}".replace(",", "_").replace(".", how.decimal).replace("_", how.group)
    assert read_amount(written, how, "EUR") == value


@pytest.mark.parametrize(
    ("cell", "most", "means"),
    [
        ("10%", 1, "0.1"),
        ("10 %", 1, "0.1"),
        ("12,5%", 1, "0.125"),
        (0.1, 1, "0.1"),
        ("0.1", 1, "0.1"),
        (1, 1, "1"),
        (0, 1, "0"),
        (10, 1, None),
        (1.2, 1, None),
        (1.2, 10, "1.2"),
        ("120%", 10, "1.2"),
        ("120%", 1, None),
        ("-10%", 1, None),
        ("%", 1, None),
        ("ten", 1, None),
        (True, 1, None),
    ],
)
def test_share(cell: Cell, most: int, means: str | None) -> None:
    share = read_share(cell, LocaleFormat(), most)
    assert share == (UnreadableCell("share_unreadable") if means is None else Decimal(means))


def test_a_blank_share_and_a_number_with_a_currency() -> None:
    assert read_share("  ", LocaleFormat()) is None
    assert read_number("1200 €", LocaleFormat()) == UnreadableCell("amount_unreadable")


# What a text means where day and month have no known order, month first (US), day first (FR), year first (Sweden).
DATES = """
    2025-01-31             2025-01-31  2025-01-31  2025-01-31  2025-01-31
    2025/1/31              2025-01-31  2025-01-31  2025-01-31  2025-01-31
    2025-01-31T10:00:00Z   2025-01-31  2025-01-31  2025-01-31  2025-01-31
    20250131               2025-01-31  2025-01-31  2025-01-31  2025-01-31
    31/01/2025             2025-01-31  2025-01-31  2025-01-31  2025-01-31
    01/31/2025             2025-01-31  2025-01-31  2025-01-31  2025-01-31
    03/04/2025             two         2025-03-04  2025-04-03  two
    3.4.2025               two         2025-03-04  2025-04-03  two
    04/04/2025             2025-04-04  2025-04-04  2025-04-04  2025-04-04
    03/04/25               two         2025-03-04  2025-04-03  bad
    31~Jan~2025            2025-01-31  2025-01-31  2025-01-31  2025-01-31
    31-Jan-25              2025-01-31  2025-01-31  2025-01-31  2025-01-31
    Jan~31,~2025           2025-01-31  2025-01-31  2025-01-31  2025-01-31
    January~31st~2025      2025-01-31  2025-01-31  2025-01-31  2025-01-31
    1er~février~2025       2025-02-01  2025-02-01  2025-02-01  2025-02-01
    15~DÉC.~2025           2025-12-15  2025-12-15  2025-12-15  2025-12-15
    31/02/2025             bad         bad         bad         bad
    2025-02-29             bad         bad         bad         bad
    2025-01                M           M           M           M
    Jan~2025               M           M           M           M
    janv.~2025             M           M           M           M
    Q1~2025                Q           Q           Q           Q
    T1~2025                Q           Q           Q           Q
    2025-Q1                Q           Q           Q           Q
    t1'25                  Q           Q           Q           Q
    H1~2025                H           H           H           H
    S1~2025                H           H           H           H
    2025                   Y           Y           Y           Y
    Q5~2025                bad         bad         bad         bad
    H3~2025                bad         bad         bad         bad
    Q1~1925                bad         bad         bad         bad
    -                      bad         bad         bad         bad
    n/a                    bad         bad         bad         bad
    TBD                    bad         bad         bad         bad
    #N/A                   bad         bad         bad         bad
    Loading...             bad         bad         bad         bad
    soon                   bad         bad         bad         bad
"""
PERIODS = {"M": "2025-01-31", "Q": "2025-03-31", "H": "2025-06-30", "Y": "2025-12-31"}


@pytest.mark.parametrize(
    ("typed", "locale", "means"),
    [
        (cell, *pair)
        for cell, *means in (line.split() for line in DATES.strip().splitlines())
        for pair in zip(("", "en_US", "fr_FR", "sv_SE"), means, strict=True)
    ],
)
def test_text_as_date(typed: str, locale: str, means: str) -> None:
    date = read_date(typed.replace("~", " "), load_locale_format(locale))
    codes = {"two": "date_ambiguous", "bad": "date_unreadable"}
    if means in PERIODS:
        assert date == UnreadableCell("date_period", {"first": "2025-01-01", "last": PERIODS[means]})
    else:
        assert date == (UnreadableCell(codes[means]) if means in codes else dt.date.fromisoformat(means))


@pytest.mark.parametrize(
    ("column", "locale", "means"),
    [
        ("31/01/2025 03/04/2025", "", "2025-01-31 2025-04-03"),
        ("31/01/2025 03/04/2025 03/04/25", "en_US", "2025-01-31 2025-04-03 2025-04-03"),
        ("01/31/2025 03/04/2025", "fr_FR", "2025-01-31 2025-03-04"),
        ("01/31/2025 31/01/2025 03/04/2025", "fr_FR", "2025-01-31 2025-01-31 date_ambiguous"),
        ("2025-01-31 03/04/2025", "", "2025-01-31 date_ambiguous"),
        ("2025-01-31 03/04/2025", "fr_FR", "2025-01-31 2025-04-03"),
        (
            "04/04/2025 32/01/2025 31/13/2025 03/04/2025",
            "",
            "2025-04-04 date_unreadable date_unreadable date_ambiguous",
        ),
        ("31/01/25 03/04/2025", "", "date_ambiguous date_ambiguous"),
    ],
)
def test_a_column_of_dates_shows_its_order(column: str, locale: str, means: str) -> None:
    cells: list[Cell] = [*column.split(), None, 45688]
    how = infer_date_order(cells, load_locale_format(locale))
    dates = [read_date(cell, how) for cell in cells[:-2]]
    assert [value.code if isinstance(value, UnreadableCell) else str(value) for value in dates] == means.split()


@pytest.mark.parametrize(
    ("cell", "means"),
    [
        (None, None),
        ("", None),
        (45688, dt.date(2025, 1, 31)),
        (45688.75, dt.date(2025, 1, 31)),
        (20250131, dt.date(2025, 1, 31)),
        (2958465, dt.date(9999, 12, 31)),
        (dt.date(2025, 1, 31), dt.date(2025, 1, 31)),
        (dt.datetime(2025, 1, 31, 9, 30), dt.date(2025, 1, 31)),  # noqa: DTZ001 - a cell has no time zone
        (2025, UnreadableCell("date_period", {"first": "2025-01-01", "last": "2025-12-31"})),
        (2025.0, UnreadableCell("date_period", {"first": "2025-01-01", "last": "2025-12-31"})),
        (1925, UnreadableCell("date_unreadable")),
        (-1, UnreadableCell("date_unreadable")),
        (1e12, UnreadableCell("date_unreadable")),
        (float("nan"), UnreadableCell("date_unreadable")),
        (True, UnreadableCell("date_unreadable")),
    ],
)
def test_cell_as_date(cell: Cell, means: dt.date | UnreadableCell | None) -> None:
    assert read_date(cell, LocaleFormat()) == means


@pytest.mark.parametrize(
    "heading",
    [
        *("2025-01", "2025/01", "2025.1", "202501", "2025M01", "01/2025", "1/2025", "01-2025", "01.2025", "2025-01-31"),
        *("Jan 2025", "JAN 2025", "January 2025", "Jan. 2025", "Jan-25", "Jan 25", "Jan '25", "2025 Jan", "Jan2025"),
        *("janv. 2025", "Janvier 2025", "janv.-25", "janv\N{NO-BREAK SPACE}2025", "MRR Jan 2025", "2025-01 MRR"),
        *(202501, 202501.0, 45658, 45688.0, dt.date(2025, 1, 1), "31/01/2025", "1 janvier 2025"),
    ],
)
def test_month_heading(heading: Cell) -> None:
    assert read_month(heading, load_locale_format("fr_FR")) == Month.of(2025, 1)


@pytest.mark.parametrize(
    ("heading", "number"),
    [("févr. 2025", 2), ("août 2025", 8), ("aout 2025", 8), ("DÉCEMBRE 2025", 12), ("May 2025", 5), ("mai 2025", 5)],
)
def test_month_names(heading: str, number: int) -> None:
    assert read_month(heading, LocaleFormat()) == Month.of(2025, number)


@pytest.mark.parametrize(
    "heading",
    [
        *(None, "", "Name", "2025", 2025, 12, "Total", "Q3 2025", "2025-13", "13/2025", "Foo 2025", True, 1.5, "20251"),
        *(1e9, "03/04/2025", "2199-01"),
    ],
)
def test_heading_that_is_no_month(heading: Cell) -> None:
    assert read_month(heading, LocaleFormat()) is None


@pytest.mark.parametrize(
    ("cell", "means"),
    [
        ("A-0042", "A-0042"),
        ("00042", "00042"),
        (12345, "12345"),
        (12345.0, "12345"),
        (1.5, "1.5"),
        ("  Acme\N{NO-BREAK SPACE} SA \N{ZERO WIDTH SPACE}", "Acme SA"),
        ("Cafe\u0301", "Café"),
        (None, ""),
        ("   ", ""),
        ("12345.0", "12345"),
        ("00012.0", "00012"),
        ("1.0.0", "1.0.0"),
        ("nan", "nan"),
        ("TRUE", "TRUE"),
        ("=Acme", "=Acme"),
        ("Ac\ud83dme\x00", "Acme"),
        *((error, "") for error in ("#REF!", "#N/A", "Loading...", "#NOM?")),
        (Formula("=B2"), ""),
        *((none, "") for none in ("-", " — ", "n/a", "N/A", "TBD", "?")),
        ("NA", "NA"),
        ("-7", "-7"),
    ],
)
def test_account_id(cell: Cell, means: str) -> None:
    assert read_account_id(cell) == means


@pytest.mark.parametrize(
    ("cell", "means"),
    [
        *((cell, True) for cell in (True, 1, 1.0, "yes", "Oui", "TRUE", "vrai", "x", "✓")),
        *((cell, False) for cell in (None, "", " ", False, 0, "no", "Non", "FAUX", "n")),
        *((cell, UnreadableCell("flag_unreadable")) for cell in ("maybe", 2, "2025-01-31")),
    ],
)
def test_flag(cell: Cell, means: bool | UnreadableCell) -> None:
    assert read_flag(cell) == means


@pytest.mark.parametrize(
    ("cell", "months"),
    [
        *((word, Fraction(1)) for word in (None, "", "month", "Monthly", "mois", "mensuel", "per month", "1 month")),
        *((word, Fraction(3)) for word in ("quarter", "Quarterly", "trimestre", "trimestriel", "3 months", "3 mois")),
        *((word, Fraction(6)) for word in ("half-year", "semi-annual", "semestre", "Semestriel", "6 months")),
        *((word, Fraction(12)) for word in ("year", "annual", "annuel", "Année", "an", "12 mois", "1 year", "par an")),
        *((word, Fraction(24)) for word in ("2 years", "2 ans", "24 months", "every 2 years", "tous les 2 ans")),
        *((word, Fraction(12, 52)) for word in ("week", "weekly", "semaine", "hebdomadaire")),
        ("every 2 weeks", Fraction(24, 52)),
        ("18months", Fraction(18)),
    ],
)
def test_interval(cell: Cell, months: Fraction) -> None:
    assert read_interval(cell) == months


@pytest.mark.parametrize("cell", [12, "12", "fortnight", "0 months", "bimonthly", "#N/A", True])
def test_unknown_interval(cell: Cell) -> None:
    assert read_interval(cell) == UnreadableCell("interval_unknown")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (None, "EUR"),
        ("eur", "EUR"),
        ("€", "EUR"),
        ("usd", "USD"),
        ("£", "GBP"),
        ("$", None),
        ("euro", "EUR"),
        ("XYZ", None),
        (7, None),
    ],
)
def test_currency_code(cell: Cell, code: str | None) -> None:
    assert read_currency_code(cell, "EUR") == (code or UnreadableCell("currency_unknown"))


def test_a_mark_of_several_currencies_may_mean_the_reporting_one() -> None:
    assert read_currency_code("$", "CAD") == "CAD"
    assert read_amount("$5", LocaleFormat(), "CAD") == 5


@pytest.mark.parametrize(
    ("cell", "means"),
    [
        ("  Account_ID * ", "account id"),
        ("Début", "debut"),
        ("Quota use (%)", "quota use"),
        ("ONE-OFF", "one off"),
        ("N°\N{NO-BREAK SPACE}client", "n client"),
        ("a (b [c] d) e)", "a e"),
    ],
)
def test_fold(cell: Cell, means: str) -> None:
    assert fold_cell(cell) == means


@pytest.mark.parametrize(
    "typed", ["nan", "NaN", "=Acme", "+Plus", "-Minus", "@At", "TRUE", "inf", "null", "None", "1e3"]
)
def test_names_stay_text(typed: str) -> None:
    assert read_text(typed) == shorten_cell(typed) == read_account_id(typed) == typed
    assert not is_failed_formula(read_text(typed))


def test_halves_of_characters_and_controls_are_dropped() -> None:
    broken = "A\ud83d\u202ec\x00me\x9f\r\n SA"
    assert read_text(broken) == "Acme SA"
    assert shorten_cell(broken).encode("utf-8") == b"Acme\r\n SA"
    assert read_text("\U0001f600 Acme") == "\U0001f600 Acme"


def test_a_formula_without_a_value_is_none_and_is_shown() -> None:
    assert is_failed_formula(read_text(Formula(" =A1 + B1 ")))
    assert shorten_cell(Formula("=A1+B1")) == "=A1+B1"
    assert read_amount(Formula("=12"), LocaleFormat(), "EUR") == UnreadableCell("amount_unreadable")


def test_texts_for_people() -> None:
    assert read_text(dt.datetime(2025, 1, 31)) == "2025-01-31"  # noqa: DTZ001 - a cell has no time zone
    assert read_text(dt.datetime(2025, 1, 31, 9, 30)) == "2025-01-31 09:30:00"  # noqa: DTZ001 - likewise
    assert [read_text(cell) for cell in (False, True)] == ["FALSE", "TRUE"]
    assert shorten_cell(-5.0) == "-5"
    assert shorten_cell(" 12,50 ") == " 12,50 "
    assert len(shorten_cell("x" * 50_000)) < 200


def test_an_unknown_locale_decides_nothing() -> None:
    assert load_locale_format("xx_YY") == load_locale_format("no such locale") == LocaleFormat()
