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

from core.errors import QuestionError
from core.ledger.ledger import Ledger, ScheduledChanges
from core.ledger.segments import Segments
from core.metrics.retention import measure
from core.months import Calendar, Month, Period, Window
from core.outlook.forecast import Forecast, Range, Rates, build_forecast_json, extrapolate, forecast, recent_rates
from core.outlook.open_year import measure_open_year
from core.playbook.playbook import load_playbook
from core.query.periods import find_last_quarter
from core.query.question import Filter, Question
from core.reports.scope import select_members
from core.store.store import Store
from sheets.ingest.content_hash import hash_content
from tests.support.command_line import nrrbot, sample_options
from tests.support.generate import EDGY_RULES, ledger_of, ledgers
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


def ask(ledger: Ledger) -> Forecast:
    question = Question("nrr", (), find_last_quarter(Calendar(), ledger.last))
    return forecast(question, scope_of(ledger, today=TODAY))


def five(*closes: str) -> Ledger:
    """Thirteen closes to January 2024: five accounts of 100, the last closes as given."""
    start = "a 100, b 100, c 100, d 100, e 100"
    return ledger_of(*[start] * (13 - len(closes)), *closes)


def test_the_rates_of_three_months_are_those_of_their_cohorts_together() -> None:
    # 500 -> 520, then 20 are lost of 520, then a leaves: 520 + 20 new; f is in the third base only
    ledger = five(
        "a 120, b 100, c 100, d 100, e 100", "a 120, b 80, c 100, d 100, e 100, f 20", "b 80, c 100, d 100, e 100, f 20"
    )
    rates = recent_rates(Question("nrr", (), Period("ttm", Window.ending(ledger.last, 12))), Segments(ledger))
    assert rates == Rates(Month.parse("2023-11"), Month.parse("2024-01"), Fraction(20, 1540), Fraction(140, 1540))


def test_low_and_high_by_hand() -> None:
    # losses of 60 in three months that began with 500, 500 and 500: 4% a month; nothing grows
    ledger = five("a 100, b 100, c 100, d 100, e 40")
    ends = ScheduledChanges(
        np.array([0, 1]),
        np.array([Month.parse("2024-03").ordinal, Month.parse("2024-09").ordinal]),
        np.array([-10_000, -10_000]),
    )
    signs = np.array([np.nan, np.nan, 0.2, 0.2, 0.9])
    day = float(dt.date(2024, 3, 1).toordinal())
    term = np.array([np.nan, np.nan, day, float(dt.date(2024, 1, 31).toordinal()), day])
    outlook = ask(replace(ledger, scheduled_changes=ends, facts={"feature_adoption": signs, "renewal_date": term}))
    quarter, year = outlook.rows
    assert [str(row.end) for row in outlook.rows] == ["2024-03", "2024-12"]
    stays = Fraction(96, 100)
    # by March a ends and c, which renews with a sign, is lost; d renewed before the last close, e has no sign
    assert quarter.nrr == Range(stays**2 * Fraction(240, 500), stays**2 * Fraction(440, 500))
    assert quarter.grr == quarter.nrr
    assert [(known.accounts, known.mrr) for known in (quarter.ends, quarter.at_risk, quarter.renewals)] == [
        (1, 10_000), (1, 10_000), (2, 14_000),
    ]  # fmt: skip
    # the twelve months to December begin with December 2023
    assert year.nrr == Range(stays**11 * Fraction(140, 500), stays**11 * Fraction(440, 500))
    assert (year.ends.accounts, year.months, year.starting) == (2, 11, 50_000)
    row = build_forecast_json(outlook)["rows"][0]
    assert (row["nrr"], row["known_ends"]) == ({"low": "44.2", "high": "81.1"}, {"accounts": 1, "mrr": 10_000})
    assert build_forecast_json(outlook)["kind"] == "extrapolation"


def test_small_bases_and_short_histories_get_none() -> None:
    small = ask(ledger_of(*["a 100, b 100, c 100, d 100"] * 13)).rows[0]
    assert (small.nrr, small.grr, str(small.withheld)) == (
        None, None, "with 4 accounts in the base, one more or less would turn it",
    )  # fmt: skip
    gone = ask(ledger_of(*["a 1, b 1, c 1, d 1, e 1"] * 6, *["a 0"] * 7)).rows[0]
    assert str(gone.withheld) == "nobody in it paid in the last three months"
    short = ask(ledger_of(*["a 100"] * 12))
    assert (short.rows, str(short.reason)) == ((), "needs 13 month closes, there are 12")


def test_a_period_or_a_method_is_refused() -> None:
    ledger = five("a 100")
    for question in (
        Question("nrr", (), Period("year", Window.ending(ledger.last, 12), year=2023)),
        Question("nrr", (), find_last_quarter(Calendar(), ledger.last), "movements"),
    ):
        with pytest.raises(QuestionError, match="Leave the period and the method out"):
            forecast(question, scope_of(ledger, today=TODAY))


@given(ledgers(foreign=False), st.integers(1, 12), st.data())
@settings(max_examples=60, deadline=None)
def test_with_nothing_moving_the_low_end_is_the_ledger_with_the_known_ends(
    ledger: Ledger, months: int, data: st.DataObject
) -> None:
    """The rates at 0: the low end is a measured window of a ledger that goes on with what is known to end."""
    end = ledger.last + months
    if not ledger.has_close(end - 12):
        return
    ending = np.array(
        data.draw(st.lists(st.booleans(), min_size=ledger.accounts.count, max_size=ledger.accounts.count))
    )
    accounts = np.flatnonzero(ending & (ledger.panel[-1] > 0))
    ahead = ScheduledChanges(accounts, np.full(len(accounts), end.ordinal), -ledger.panel[-1][accounts])
    known = replace(ledger, scheduled_changes=ahead)
    future = np.vstack([ledger.panel, *[ledger.panel[-1:]] * (months - 1), known.project_mrr(end)[np.newaxis]])
    later = replace(ledger, panel=np.ascontiguousarray(future))
    window = Window.ending(end, 12)
    for filters in ((), (Filter("size", "SMB"),)):
        stand = measure_open_year(Segments(known, EDGY_RULES), filters, end)
        assert stand is not None
        if not stand.starting:
            continue
        wanted = measure(later, window, select_members(Segments(later, EDGY_RULES), filters, window))
        low = np.minimum(stand.now, known.project_mrr(end)[stand.index])
        still = Rates(ledger.last, ledger.last, Fraction(0), Fraction(0))
        nrr, grr = extrapolate(stand, low, still, months)
        assert (nrr.low, grr.low) == (wanted.nrr, wanted.grr)
        moving = Rates(ledger.last, ledger.last, Fraction(1, 50), Fraction(1, 30))
        for ratio_range in extrapolate(stand, low, moving, months):
            assert 0 <= ratio_range.low <= ratio_range.high


def test_outlook_on_the_command_line(tmp_path: Path) -> None:
    files = sample_options(tmp_path)
    answer = msgspec.json.decode(nrrbot("ask", "outlook", "--json", *files).out)
    assert (answer["kind"], answer["question"]["period"]) == ("extrapolation", "TTM 2026-09")
    assert [row["end"] for row in answer["rows"]] == ["2026-12"]
    french = nrrbot("ask", "prévision grands comptes", "--lang", "fr", *files).out
    assert "par extrapolation" in french
    assert nrrbot("ask", "outlook Q1 2025", *files).code == 1
