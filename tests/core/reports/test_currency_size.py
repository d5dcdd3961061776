"""Sizes and benchmarks of a company whose currency is not of the euro's size."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from core.config import Benchmarks, Config, Segments, load_company_playbook
from core.money import find_currency
from core.terms import Size
from tests.support.generate import FIRST
from tests.support.ledgers import build_ledger
from tests.support.samples.nine_accounts import build_analyst

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
    missing = "No range: benchmarks are in euros. Set benchmarks.currency_rate to the JPY for one euro."
    assert (missing in reply.message().text) is (size is None)


@pytest.mark.parametrize(("code", "rate"), [("EUR", 1), ("USD", 1), ("GBP", 1), ("JPY", None), ("HUF", None)])
def test_currencies_of_the_euros_size_need_no_rate(code: str, rate: int | None) -> None:
    assert load_company_playbook(Config()).find_euro_rate(code) == rate
    configured = load_company_playbook(Config(benchmarks=Benchmarks(currency_rate=1.17)))
    assert configured.find_euro_rate(code) == Fraction(117, 100)
