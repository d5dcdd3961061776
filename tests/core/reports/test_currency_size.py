"""Sizes and benchmarks of a company whose currency is not of the euro's size."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from core.config import Benchmarks, Config, Segments, load_company_playbook
from core.errors import QuestionError
from core.ledger.ledger import Ledger
from core.ledger.rates import EuroRate
from core.money import find_currency
from core.terms import Size
from sheets.ingest.parse import parse_tabs
from tests.support.generate import FIRST
from tests.support.ledgers import build_ledger, use_one_currency
from tests.support.notation import LATER, options, sheet
from tests.support.samples.nine_accounts import build_analyst
from tests.support.scopes import NOW

# Ten accounts that pay 200,000 a month in yen: an ACV of 2.4 million, 15,000 euros at 160.
YEN = build_ledger([[200_000] * 10] * 12 + [[200_000] * 9 + [0]], first=FIRST, currency=find_currency("JPY"))


@pytest.mark.parametrize(
    ("config", "size", "range_low"),
    [
        (Config(), None, None),
        (Config(benchmarks=Benchmarks(currency_rate=160)), "Mid-Market", "100.0"),
        (Config(benchmarks=Benchmarks(currency_rate=300)), "SMB", "80.0"),
        # limits in yen are known without a rate
        (Config(segments=Segments(mid_market_from=1_000_000, enterprise_above=2_000_000)), "Enterprise", "110.0"),
    ],
)
def test_the_size_of_a_yen_account_needs_a_rate(
    tmp_path: Path, config: Config, size: Size | None, range_low: str | None
) -> None:
    analyst = replace(build_analyst(tmp_path, "en", YEN, config), playbook=load_company_playbook(config))
    reply = analyst.reply("/nrr", "TTM")
    benchmark = reply.json()["benchmark"]
    assert (benchmark and (benchmark["segment"], benchmark["nrr"]["low"])) == (size and (size, range_low))
    missing = (
        "No range: benchmarks are in euros. Add the rate of EUR to the tab FX, or set benchmarks.currency_rate to the "
        "JPY for one euro."
    )
    assert (missing in reply.message().text) is (size is None)
    if config.benchmarks.currency_rate:
        rate = f"¥{config.benchmarks.currency_rate}"
        assert f"Benchmarks at {rate} for 1 EUR (the config)." in reply.message().text


@pytest.mark.parametrize(("code", "rate"), [("EUR", 1), ("USD", 1), ("GBP", 1), ("JPY", None), ("HUF", None)])
def test_currencies_of_the_euros_size_need_no_rate(code: str, rate: int | None) -> None:
    currencies = use_one_currency(find_currency(code), 1)
    found = load_company_playbook(Config()).find_euro_rate(currencies, FIRST)
    assert found == (EuroRate(Fraction(rate), "same_size", code) if rate else None)
    configured = load_company_playbook(Config(benchmarks=Benchmarks(currency_rate=1.17)))
    assert configured.find_euro_rate(currencies, FIRST) == EuroRate(Fraction(117, 100), "config", "EUR")


@pytest.mark.parametrize(
    ("code", "rates", "expected"),
    [
        ("JPY", {(0, "EUR"): 160, (0, "USD"): 150}, (160, "EUR", 0)),
        ("JPY", {(0, "USD"): 150}, (150, "USD", 0)),
        ("JPY", {(0, "GBP"): 190}, None),
        # the month itself, else the nearest one
        ("JPY", {(0, "EUR"): 160, (2, "EUR"): 170}, (160, "EUR", 0)),
        ("JPY", {(-5, "EUR"): 150, (2, "EUR"): 170}, (170, "EUR", 2)),
        ("GBP", {(0, "EUR"): Fraction(17, 20)}, (Fraction(17, 20), "EUR", 0)),
        # published amounts do not tell euros from dollars
        ("USD", {(0, "EUR"): Fraction(11, 10)}, (1, "USD", None)),
    ],
)
def test_the_tab_fx_has_the_rate_of_published_amounts(
    code: str, rates: dict[tuple[int, str], Fraction], expected: tuple[Fraction, str, int | None] | None
) -> None:
    by_month = {(FIRST + month, name): Fraction(rate) for (month, name), rate in rates.items()}
    currencies = replace(use_one_currency(find_currency(code), 1), rates=by_month)
    found = currencies.find_euro_rate(FIRST)
    assert (found and (found.value, found.code, found.month)) == (
        expected and (*expected[:2], None if expected[2] is None else FIRST + expected[2])
    )


# The rate of one euro, and how tab FX states it.
RATES = {
    "JPY": (160, "Month|Currency|Rate\n2023-01|EUR|150\n2024-01|EUR|160\n2025-01|EUR|170"),
    "INR": (90, "Currency|Rate\nEUR|90"),
    "KRW": (1_450, "Year|Currency|Rate\n2023|EUR|1400\n2024|EUR|1450\n2025|EUR|1500"),
    "HUF": (400, "Pair|Rate\nHUF/EUR|0.0025"),
}


def read_book(code: str, euros: Sequence[int], rates: str | None = None) -> Ledger:
    """Return the ledger of a book from January 2024 to January 2025: accounts of so many euros a month, one lost."""
    factor, stated = RATES[code]
    months = [f"{2024 + month // 12}-{month % 12 + 1:02d}" for month in range(13)]
    rows = ["|".join(["Customer", *months])]
    for number, amount in enumerate(euros):
        paid = [amount * factor] * 12 + [0 if number == 0 else amount * factor]
        rows.append("|".join([f"C{number:02d}", *map(str, paid)]))
    reading = replace(options(today=LATER), currency=find_currency(code))
    return parse_tabs((sheet("MRR", "\n".join(rows)), sheet("FX", rates or stated)), reading).ledger


@pytest.mark.parametrize("code", RATES)
def test_a_book_with_a_rate_of_the_euro_has_the_verdict_of_its_euros(tmp_path: Path, code: str) -> None:
    # 12,000 euros a year, so Mid-Market; 1,800 and 240,000 are the others.
    ledger = read_book(code, [1_000] * 8 + [150, 20_000])
    analyst = build_analyst(tmp_path, "en", ledger)
    reply = analyst.reply("/nrr", "TTM")
    data = reply.json()
    shares = {entry["size"]: entry["share"] for entry in data["benchmark"]["sizes"]}
    assert shares == {"SMB": "0.5", "Mid-Market": "28.4", "Enterprise": "71.0"}
    assert (data["benchmark"]["currency_rate"]["from"], data["benchmark"]["currency_rate"]["for_one"]) == ("fx", "EUR")
    assert float(data["benchmark"]["currency_rate"]["value"]) == RATES[code][0]
    assert "for 1 EUR (tab FX, January 2024)." in reply.message().text
    rows = analyst.reply("/nrr", "by size TTM").json()["rows"]
    sizes = {row["value"]: row["trailing_12_months"]["accounts"]["base"] for row in rows if row["trailing_12_months"]}
    assert sizes == {"SMB": 1, "Mid-Market": 8, "Enterprise": 1}


@pytest.mark.parametrize("code", RATES)
def test_the_thresholds_of_the_levers_are_in_euros(tmp_path: Path, code: str) -> None:
    ledger = read_book(code, [1_000] * 9 + [150])
    soon = np.full(10, (NOW.date() + dt.timedelta(days=30)).toordinal(), dtype=np.float64)
    analyst = build_analyst(tmp_path, "en", replace(ledger, facts={"renewal_date": soon}))
    (calls,) = (one for one in analyst.reply("/nrr", "TTM").json()["advice"] if one["lever"] == "renewal_calls")
    # 10,000 euros a year: the one that left is not called, nor the small one.
    assert (calls["evidence"]["accounts"], calls["evidence"]["acv"]) == (8, 10_000 * RATES[code][0])


def test_without_a_rate_no_lever_depends_on_an_amount(tmp_path: Path) -> None:
    ledger = read_book("JPY", [1_000] * 9 + [150], "Currency|Rate\nGBP|190")
    soon = np.full(10, (NOW.date() + dt.timedelta(days=30)).toordinal(), dtype=np.float64)
    analyst = build_analyst(tmp_path, "en", replace(ledger, facts={"renewal_date": soon}))
    data = analyst.reply("/nrr", "TTM").json()
    assert data["benchmark"] is None
    assert [(one["lever"], one["evidence"]["accounts"], one["evidence"].get("acv")) for one in data["advice"]] == [
        ("renewal_calls", 9, None)
    ]


def test_published_classes_are_named_in_the_currency_of_their_source(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", read_book("JPY", [1_500] * 10))
    # An ACV of 18,000 euros is 2,880,000 yen.
    text = analyst.reply("/nrr", "why TTM").message().text
    assert "NRR, companies with an ACV from €12,000 to below €25,000: median 102%" in text
    assert "Benchmarks at ¥160 for 1 EUR (tab FX, January 2024)." in text
    table = analyst.reply("/nrr", "benchmarks").message().text
    assert "€12.0k" in table
    assert "Benchmarks at ¥160 for 1 EUR (tab FX, January 2024)." in table


def test_a_limit_that_a_question_names_is_in_the_companys_currency(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", read_book("JPY", [1_000] * 8 + [150, 20_000]))
    over = analyst.reply("/nrr", "accounts base TTM mrr>50000").json()
    # 150 euros are 24,000 yen; C00 pays nothing at the end.
    assert {row["account"] for row in over["rows"]} == {f"C{number:02d}" for number in (*range(1, 8), 9)}


def test_the_config_comes_before_the_tab_fx(tmp_path: Path) -> None:
    config = Config(benchmarks=Benchmarks(currency_rate=3_200))
    analyst = build_analyst(tmp_path, "en", read_book("JPY", [1_000] * 10), config)
    data = replace(analyst, playbook=load_company_playbook(config)).reply("/nrr", "TTM").json()
    assert data["benchmark"]["segment"] == "SMB"
    assert data["benchmark"]["currency_rate"] == {"value": "3200", "for_one": "EUR", "from": "config", "month": None}


@pytest.mark.parametrize(
    "question", ["by size TTM", "size=SMB TTM", "enterprise TTM", "mrr by size", "risks with size"]
)
def test_without_a_rate_no_account_has_a_size(tmp_path: Path, question: str) -> None:
    analyst = build_analyst(tmp_path, "en", YEN)
    with pytest.raises(QuestionError, match=r"No sizes: .* in euros\. Add the rate of EUR to the tab FX"):
        analyst.reply("/nrr", question)
    limits = Config(segments=Segments(mid_market_from=1_000_000, enterprise_above=9_000_000))
    assert replace(analyst, config=limits).reply("/nrr", "by size TTM").json()["rows"]


def test_without_a_rate_nothing_rests_on_a_size(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", YEN)
    card = analyst.reply("/nrr", f"account {YEN.accounts.ids[0]}")
    assert "size" not in card.json()["values"]
    assert "Size n/a, without a rate of EUR in the tab FX" in card.message().text
    (whole,) = analyst.reply("/nrr", "targets").json()["rows"]
    assert whole["value"] is None
    dimensions = analyst.reply("/nrr", "mix 2024-01").json()["dimensions"]
    assert "size" not in {entry["dimension"] for entry in dimensions}
