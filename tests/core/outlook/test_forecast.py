"""Outlook: what the sheet knows of months to come, kept through the store, and what follows from it exactly."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.advice.sign_tests import HORIZON
from core.errors import QuestionError
from core.ledger.ledger import Ledger, ScheduledChanges
from core.ledger.past_facts import PastFacts
from core.ledger.segments import Segments
from core.months import Calendar, Month, Period, Window
from core.outlook.account_signals import SignalsRequest, find_risks
from core.outlook.forecast import Forecast, ForecastPoint, RiskyRenewals, build_forecast_json, forecast
from core.playbook.playbook import load_playbook
from core.query.periods import find_last_quarter
from core.query.question import Filter, Question
from core.store.store import Store
from sheets.ingest.content_hash import hash_content
from tests.support.command_line import nrrbot, sample_options
from tests.support.generate import EDGY_RULES, company, ledger_of, ledgers
from tests.support.ledgers import keep_closes
from tests.support.notation import options, read, sheet
from tests.support.samples.snapshots import assert_same_ledger, save_snapshot
from tests.support.scopes import scope_of

PLAYBOOK = load_playbook()
TODAY = dt.date(2024, 2, 5)

LINES = """
Account ID | Start       | End         | Amount
a          | 2025-01-01d | 2025-05-31d | 100
b          | 2025-01-01d | 2025-06-15d | 100
b          | 2025-06-16d |             | 120
c          | 2025-02-01d | 2025-03-31d | 30
d          | 2025-01-01d |             | 5
e          | 2025-07-01d | 2025-08-31d | 7
f          | 2025-01-01d | 2025-06-30d | 10
f          | 2025-07-01d | 2026-06-30d | 10
g          | 2025-09-01d | 2025-09-10d | 99
"""


def ahead_of(ledger: Ledger) -> str:
    assert ledger.scheduled_changes is not None
    rows = zip(
        ledger.scheduled_changes.accounts.tolist(),
        ledger.scheduled_changes.months.tolist(),
        ledger.scheduled_changes.amounts.tolist(),
        strict=True,
    )
    return ", ".join(
        f"{ledger.accounts.ids[account]} {Month(month)} {amount / 100:+g}" for account, month, amount in rows
    )


def test_what_subscriptions_say_of_months_to_come() -> None:
    customers = sheet("Customers", "Account ID|Name\nf|F\na|A")
    ledger, _ = read(customers, sheet("Subscriptions", LINES))
    assert str(ledger.last) == "2025-03"
    # renewed at the same price (f) is no change; what begins and ends between two closes (g) is none either
    assert ahead_of(ledger) == (
        "f 2026-07 -10, a 2025-06 -100, b 2025-06 +20, c 2025-04 -30, e 2025-07 +7, e 2025-09 -7"
    )
    wide, _ = read(sheet("MRR", "Account ID|2025-01\na|1"))
    assert wide.scheduled_changes is None
    assert wide.project_mrr(Month.parse("2025-05")).tolist() == [100]


@pytest.mark.parametrize("months", range(1, 10))
def test_what_is_expected_is_what_will_be_read_then(months: int) -> None:
    then = Month.parse("2025-03") + months
    now, _ = read(sheet("Subscriptions", LINES))
    later, _ = read(sheet("Subscriptions", LINES), how=options(today=then.last_day))
    assert later.last == then
    assert now.project_mrr(then).tolist() == later.read_own_mrr(then).tolist()


def test_the_store_keeps_it_and_a_new_end_makes_a_new_snapshot(tmp_path: Path) -> None:
    ledger, _ = read(sheet("Subscriptions", LINES))
    store = Store(tmp_path / "x.db")
    assert_same_ledger(store.load(save_snapshot(store, ledger).id), ledger)
    moved, _ = read(sheet("Subscriptions", LINES.replace("2025-05-31d", "2025-07-31d")))
    prints = {
        hash_content(version, [], EDGY_RULES)
        for version in (ledger, moved, replace(ledger, scheduled_changes=None), replace(ledger, terms=None))
    }
    assert len(prints) == 4


def ask(ledger: Ledger, *past: PastFacts) -> Forecast:
    question = Question("nrr", (), find_last_quarter(Calendar(), ledger.last))
    return forecast(question, scope_of(ledger, today=TODAY, load_past_facts=lambda: past))


def five(*closes: str) -> Ledger:
    """Thirteen closes to January 2024: five accounts of 100, the last closes as given."""
    start = "a 100, b 100, c 100, d 100, e 100"
    return ledger_of(*[start] * (13 - len(closes)), *closes)


def add_renewals(ledger: Ledger, **days: str) -> Ledger:
    """Return the ledger with low adoption of every account and renewal dates of some."""
    dates = [days.get(account) for account in ledger.accounts.ids]
    terms = np.array([float(dt.date.fromisoformat(day).toordinal()) if day else np.nan for day in dates])
    return replace(ledger, facts={"feature_adoption": np.full(len(dates), 0.2), "renewal_date": terms})


def end_lines(ledger: Ledger, **months: str) -> Ledger:
    """Return the ledger with accounts that end: `end_lines(ledger, a="2024-03")` has no MRR of a from March on."""
    index = [ledger.accounts.ids.index(account) for account in months]
    ordinals = [Month.parse(month).ordinal for month in months.values()]
    changes = ScheduledChanges(np.array(index), np.array(ordinals), -ledger.panel[-1][index])
    return replace(ledger, scheduled_changes=changes)


def test_known_ends_come_first_and_the_rest_changes_by_the_middle_factor() -> None:
    # e loses 60 of the 500 in the last month: 1% of the MRR a month
    outlook = ask(end_lines(five("a 100, b 100, c 100, d 100, e 40"), a="2024-03", b="2024-09"))
    quarter, year = outlook.rows
    assert [(str(row.end), row.months) for row in outlook.rows] == [("2024-03", 2), ("2024-12", 11)]
    assert quarter.nrr is not None
    parts = quarter.nrr.parts
    # last year nothing changed in February and March; the base of January 2023 went from 500 to 440
    assert [float(factor or 0) for factor in (parts.recent, parts.last_year, parts.past_bases)] == pytest.approx(
        [0.99**2, 1, 0.88]
    )
    assert float(quarter.nrr.point) == pytest.approx(340 / 500 * 0.99**2)
    assert (parts.so_far, parts.known_ends) == (Fraction(440, 500), Fraction(-100, 500))
    assert parts.renewals_at_risk == 0
    assert parts.so_far + parts.known_ends + parts.rates == quarter.nrr.point
    assert quarter.grr is not None
    assert quarter.grr.point == quarter.nrr.point
    assert (quarter.ends.accounts, quarter.ends.mrr) == (1, 10_000)
    # the twelve months to December begin with December 2023
    assert year.nrr is not None
    assert float(year.nrr.point) == pytest.approx(240 / 500 * 0.99**11)
    assert (year.ends.accounts, year.starting) == (2, 50_000)


def test_a_range_is_shown_in_whole_per_cents_unless_it_is_narrow() -> None:
    estimate = ask(five("a 100, b 100, c 100, d 100, e 40")).rows[0].nrr
    assert estimate is not None
    shown = [
        replace(estimate, low=Fraction(low, 10_000), high=Fraction(high, 10_000)).shown_range
        for low, high in ((8462, 10_346), (8450, 9000), (9812, 10_046))
    ]
    assert shown == [
        (Fraction(85, 100), Fraction(103, 100)),
        (Fraction(85, 100), Fraction(90, 100)),
        (Fraction(981, 1000), Fraction(1005, 1000)),
    ]
    assert replace(estimate, low=None, high=None).shown_range is None


def test_the_range_of_a_short_history_is_rough() -> None:
    estimate = ask(five("a 100, b 100, c 100, d 100, e 40")).rows[0].nrr
    assert estimate is not None
    assert estimate.low is not None
    assert estimate.high is not None
    assert (estimate.method, estimate.past_forecasts, estimate.mean_error) == ("bootstrap", 0, None)
    assert estimate.low < estimate.point < estimate.high
    still = ask(five("a 100, b 100, c 100, d 100, e 100")).rows[0].nrr
    assert still is not None
    assert still.point == 1
    assert (still.low, still.high, still.method) == (None, None, None)


def renew_ten(*closes: str) -> tuple[Ledger, PastFacts]:
    """Return ten accounts of 100 that use little and renew in March 2024; in May 2023 only a and b used little."""
    names = "abcdefghij"
    ledger = ledger_of(*closes)
    months = ledger.last - HORIZON
    adoption = np.array([0.2 if name in "ab" else 0.9 for name in names])
    return add_renewals(ledger, **dict.fromkeys(names, "2024-03-15")), PastFacts(months, {"feature_adoption": adoption})


def test_renewals_with_a_sign_lose_the_measured_rate_of_their_signs() -> None:
    before = ", ".join(f"{name} 100" for name in "abcdefghij")
    after = before.replace("a 100", "a 0")
    ledger, past = renew_ten(*[before] * 7, *[after] * 6)
    scope = scope_of(ledger, today=TODAY, load_past_facts=lambda: (past,))
    row = ask(ledger, past).rows[0]
    # one of two with the sign left, and one of twenty in both windows: (1 + 10 x 1/20) / (2 + 10)
    rate = Fraction(1, 8)
    assert scope.sign_tests.loss_rates is not None
    assert scope.sign_tests.loss_rates.by_code["low_adoption"] == rate
    assert row.nrr is not None
    # 9 accounts of 100, at an eighth
    assert row.at_risk == RiskyRenewals(9, 90_000, 11_250)
    assert row.nrr.parts.renewals_at_risk == -Fraction(9, 10) * rate
    assert row.nrr.parts.rates == 0
    assert row.nrr.point == Fraction(9, 10) * (1 - rate)
    # the list of risks expects the same loss of the same accounts
    risks = find_risks(SignalsRequest(Question("nrr", (), find_last_quarter(Calendar(), ledger.last))), scope)
    assert risks.expected_loss == row.at_risk.expected_loss
    # no sign is tested: they are as the rest
    untested = ask(ledger).rows[0]
    assert untested.nrr is not None
    assert (untested.at_risk, untested.nrr.point) == (RiskyRenewals(9, 90_000, None), Fraction(9, 10))


def test_renewals_with_a_sign_are_as_the_rest_where_that_loses_more() -> None:
    # the sign loses an eighth in six months, and a year loses more
    before = ", ".join(f"{name} 100" for name in "abcdefghij")
    half = before.replace("a 100", "a 0").replace("0, c 100, d 100, e 100", "0, c 20, d 20, e 20")
    ledger, past = renew_ten(*[before] * 7, *[half] * 6)
    year = ask(ledger, past).rows[-1].nrr
    assert year is not None
    assert year.parts.renewals_at_risk == 0
    assert 1 - year.point / year.parts.so_far > Fraction(1, 8)


def test_where_most_accounts_have_an_end_it_is_that_of_a_term() -> None:
    ledger = five("a 100, b 100, c 100, d 100, e 40")
    two, three = (
        ask(end_lines(ledger, **dict.fromkeys(names, "2024-03"))).rows[0] for names in (("a", "b"), ("a", "b", "c"))
    )
    assert (two.ends.accounts, two.renewals.accounts) == (2, 0)
    assert (three.ends.accounts, three.renewals.accounts) == (0, 3)
    assert three.nrr is not None
    assert three.nrr.parts.known_ends == 0
    half = ledger_of(*["a 1, b 1, c 1, d 1, e 1, f 1"] * 13)
    assert ask(end_lines(half, **dict.fromkeys("abc", "2024-03"))).rows[0].ends.accounts == 3


def test_small_bases_and_short_histories_get_none() -> None:
    small = ask(ledger_of(*["a 100, b 100, c 100, d 100"] * 13)).rows[0]
    assert (small.nrr, small.grr, str(small.withheld)) == (
        None, None, "its base has too few accounts (4)",
    )  # fmt: skip
    everyone = "a 1, b 1, c 1, d 1, e 1"
    begun = forecast_year_from(ledger_of(*["a 0"] * 12, everyone))
    assert str(begun.withheld) == "no account in it paid in the twelve months before"
    short = ask(ledger_of(*["a 100"] * 12))
    assert (short.rows, str(short.reason)) == ((), "needs 13 month closes, there are 12")


def forecast_year_from(ledger: Ledger) -> ForecastPoint:
    """Return the point of the fiscal year that begins with the last close."""
    question = Question("nrr", (), Period("ttm", Window.ending(ledger.last, 12)))
    calendar = Calendar((ledger.last + 1).number)
    return forecast(question, scope_of(ledger, today=TODAY, calendar=calendar)).rows[-1]


def test_only_closes_ahead_of_today_are_forecast() -> None:
    ledger = five("a 100, b 100, c 100, d 100, e 40")
    ends = {}
    for day in ("2024-02-05", "2024-03-30", "2024-03-31", "2024-12-30", "2025-02-01"):
        question = Question("nrr", (), Period("ttm", Window.ending(ledger.last, 12)))
        outlook = forecast(question, scope_of(ledger, today=dt.date.fromisoformat(day)))
        ends[day] = [str(row.end) for row in outlook.rows] or str(outlook.reason)
    assert ends == {
        "2024-02-05": ["2024-03", "2024-12"],
        "2024-03-30": ["2024-03", "2024-12"],
        "2024-03-31": ["2024-06", "2024-12"],
        "2024-12-30": ["2024-12"],
        "2025-02-01": "needs the close of 2024-03, and the data has no 2024-03",
    }


def test_quarter_ends_are_enough() -> None:
    closes = ["a 100, b 100, c 100, d 100, e 100, f 100"] * 12 + ["a 110, b 100, c 100, d 100, e 100"] * 22
    ledger = ledger_of(*closes, first=Month.of(2022, 3))
    quarters = keep_closes(ledger, {ledger.first + row for row in range(0, len(closes), 3)})
    outlook = ask(quarters)
    row = outlook.rows[0]
    assert row.nrr is not None
    assert (str(outlook.ledger.last), str(row.end), row.nrr.method) == ("2024-12", "2025-03", "conformal")
    # forecasts from March 2023 to September 2024
    assert row.nrr.past_forecasts == 7
    assert row.nrr.point == 1


@given(ledgers(max_months=26, max_accounts=9), st.sampled_from([(), (Filter("size", "SMB"),)]))
@settings(max_examples=60, deadline=None)
def test_estimates_are_ratios_and_add_up(ledger: Ledger, filters: tuple[Filter, ...]) -> None:
    question = Question("nrr", filters, Period("ttm", Window.ending(ledger.last, 12)))
    outlook = forecast(question, scope_of(Segments(ledger, EDGY_RULES), today=ledger.last.last_day))
    for row in outlook.rows:
        if row.nrr is None or row.grr is None:
            assert row.withheld
            continue
        assert 0 <= row.grr.point <= min(Fraction(1), row.nrr.point)
        for estimate in (row.nrr, row.grr):
            parts = estimate.parts
            assert parts.so_far + parts.known_ends + parts.renewals_at_risk + parts.rates == estimate.point
            assert (estimate.method is None) == (estimate.low is None) == (estimate.high is None)
            if estimate.low is not None and estimate.high is not None:
                assert 0 <= estimate.low <= estimate.point <= estimate.high
        if row.grr.high is not None and row.nrr.high is not None:
            assert row.grr.high <= min(Fraction(1), row.nrr.high)


@pytest.mark.parametrize("seed", range(6))
def test_the_range_of_grr_is_nowhere_above_that_of_nrr(seed: int) -> None:
    rows = [row for row in ask(company(seed, 16, 30)).rows if row.withheld is None]
    assert rows
    for row in rows:
        for name in ("low", "point", "high"):
            assert 0 <= getattr(row.grr, name) <= min(1, getattr(row.nrr, name))


def test_the_json_has_the_parts_and_the_track_record() -> None:
    ledger = end_lines(five("a 100, b 100, c 100, d 100, e 40"), a="2024-03")
    answer = build_forecast_json(ask(add_renewals(ledger, c="2024-03-01")))
    row = answer["rows"][0]
    assert (answer["kind"], answer["ends_are_terms"]) == ("forecast", False)
    assert answer["loss_rates"] is None
    assert {name: row["nrr"][name] for name in ("point", "method", "past_forecasts", "mean_error")} == {
        "point": "66.6", "method": "bootstrap", "past_forecasts": 0, "mean_error": None,
    }  # fmt: skip
    assert row["nrr"]["parts"] == {"so_far": "88.0", "known_ends": "-20.0", "renewals_at_risk": "0.0", "rates": "-1.4"}
    assert row["nrr"]["factors"] == {"recent": "98.0", "last_year": "100.0", "past_bases": "88.0"}
    assert row["known_ends"] == {"accounts": 1, "mrr": 10_000}
    assert row["renewals_at_risk"] == {"accounts": 1, "mrr": 10_000, "expected_loss": None}


def test_a_period_or_a_method_is_refused() -> None:
    ledger = five("a 100")
    for question in (
        Question("nrr", (), Period("year", Window.ending(ledger.last, 12), year=2023)),
        Question("nrr", (), find_last_quarter(Calendar(), ledger.last), "movements"),
    ):
        with pytest.raises(QuestionError, match="Leave the period and the method out"):
            forecast(question, scope_of(ledger, today=TODAY))


def test_outlook_on_the_command_line(tmp_path: Path) -> None:
    files = sample_options(tmp_path)
    answer = msgspec.json.decode(nrrbot("ask", "outlook", "--json", *files).out)
    assert (answer["kind"], answer["question"]["period"]) == ("forecast", "TTM 2026-09")
    assert [row["end"] for row in answer["rows"]] == ["2026-12"]
    french = nrrbot("ask", "prévision grands comptes", "--lang", "fr", *files).out
    assert "attendu à fin décembre 2026" in french
    assert nrrbot("ask", "outlook Q1 2025", *files).code == 1
