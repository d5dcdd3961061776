"""The next renewal of an account: by its date or by the end of its lines, and the same in every report."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from core.advice.renewals import find_next_renewals
from core.digests.weekly import build_digest
from core.ledger.ledger import Ledger, ScheduledChanges
from core.months import Month
from core.outlook.account_signals import (
    RenewalsRequest,
    Signal,
    SignalsRequest,
    build_signals_json,
    find_renewals,
    find_risks,
)
from core.outlook.forecast import forecast
from core.reports.scope import build_quarter_question
from core.revenue.account_card import build_account_card
from tests.support.generate import ledger_of
from tests.support.notation import options, read, sheet
from tests.support.scopes import scope_of

TODAY = dt.date(2024, 2, 5)
NAMES = "abcdef"


def schedule(*changes: str, dates: str = "") -> Ledger:
    """Return six accounts of 100 in January 2024, with changes such as "a 2024-03 -100" and dates "a 2024-05-01"."""
    ledger = ledger_of(*[", ".join(f"{name} 100" for name in NAMES)] * 13)
    entries = sorted(
        (NAMES.index(name), Month.parse(month).ordinal, int(amount) * 100)
        for name, month, amount in map(str.split, changes)
    )
    accounts, months, amounts = (np.array(column, dtype=np.int64) for column in zip(*entries, strict=True))
    days = dict(entry.split() for entry in dates.split(", ") if entry)
    facts = np.array(
        [float(dt.date.fromisoformat(days[name]).toordinal()) if name in days else np.nan for name in NAMES]
    )
    return replace(ledger, scheduled_changes=ScheduledChanges(accounts, months, amounts), facts={"renewal_date": facts})


def list_renewals(ledger: Ledger, today: dt.date = TODAY) -> str:
    renewals = find_next_renewals(ledger, today)
    read_all = {name: renewals.read(account) for account, name in enumerate(NAMES)}
    return ", ".join(f"{name} {renewal}" for name, renewal in read_all.items() if renewal)


FOUR = ("a 2024-03 -100", "b 2024-04 -100", "c 2024-05 -100", "d 2024-06 -100")


@pytest.mark.parametrize(
    ("changes", "dates", "renewals"),
    [
        (FOUR, "", "a 2024-03, b 2024-04, c 2024-05, d 2024-06"),
        # A date comes first, unless it is before the last close.
        (
            FOUR,
            "a 2024-09-01, b 2024-01-31, e 2024-01-31",
            "a 2024-09-01, b 2024-04, c 2024-05, d 2024-06, e 2024-01-31",
        ),
        # A line that follows at no less is no end; one that follows at less is.
        ((*FOUR, "a 2024-03 100", "a 2024-09 -50", "b 2024-04 70"), "", "a 2024-09, b 2024-04, c 2024-05, d 2024-06"),
        # Growth comes first: the account still pays no less than now.
        ((*FOUR, "a 2024-02 100", "f 2024-07 -100"), "", "b 2024-04, c 2024-05, d 2024-06, f 2024-07"),
        # Half of the accounts: ends are those of customers who leave.
        (FOUR[:3], "e 2024-04-01", "e 2024-04-01"),
    ],
)  # fmt: skip
def test_the_next_renewal(changes: tuple[str, ...], dates: str, renewals: str) -> None:
    assert list_renewals(schedule(*changes, dates=dates)) == renewals


@pytest.mark.parametrize(
    ("today", "day"),
    [
        ("2024-02-05", "2024-03-01"),
        ("2024-03-01", "2024-03-01"),
        ("2024-03-20", "2024-03-20"),
        ("2024-04-09", "2024-03-31"),
    ],
)
def test_a_month_is_ahead_until_it_is_over(today: str, day: str) -> None:
    renewal = find_next_renewals(schedule(*FOUR), dt.date.fromisoformat(today)).read(0)
    assert renewal
    assert (str(renewal), renewal.day.isoformat()) == ("2024-03", day)


LINES = """
Account ID | Start       | End         | Amount
a          | 2023-01-01d | 2024-03-14d | 400
b          | 2023-01-01d | 2024-09-30d | 300
c          | 2023-01-01d | 2024-03-31d | 200
d          | 2023-01-01d |             | 100
e          | 2023-01-01d | 2024-12-31d | 100
f          | 2023-01-01d | 2024-12-31d | 100
"""
CUSTOMERS = """
Account ID | Renewal date | NPS
a          |              | 3
b          |              | 3
c          | 2024-04-20d  | 9
d          |              | 3
e          |              | 9
f          |              | 9
"""


def test_every_report_has_the_same_renewal_of_an_account() -> None:
    ledger, _ = read(sheet("Customers", CUSTOMERS), sheet("Subscriptions", LINES), how=options(today=TODAY))
    assert str(ledger.last) == "2024-01"
    scope = scope_of(ledger, today=TODAY)
    question = build_quarter_question(scope)

    def index(accounts: tuple[Signal, ...]) -> dict[str, str]:
        return {account.id: str(account.renewal) for account in accounts}

    assert index(find_renewals(RenewalsRequest(question, 90), scope).accounts) == {"a": "2024-03", "c": "2024-04-20"}
    risks = find_risks(SignalsRequest(question), scope)
    assert index(risks.accounts) == {"a": "2024-03", "b": "2024-10", "d": "None"}
    (with_renewal,) = (account for account in risks.accounts if len(account.reasons) > 1)
    assert [(reason.code, str(reason.facts.get("month"))) for reason in with_renewal.reasons] == [
        ("low_nps", "None"), ("renewal_at_risk", "2024-03"),
    ]  # fmt: skip
    cards = [build_account_card(account, scope) for account in range(3)]
    assert [(str(card.renewal), card.days_to_renewal) for card in cards] == [
        ("2024-03", None), ("2024-10", None), ("2024-04-20", 75),
    ]  # fmt: skip
    digest = build_digest(scope, TODAY).renewals_at_risk
    assert digest
    assert (index(digest.first), digest.count, digest.arr) == ({"a": "2024-03"}, 1, 12 * 40_000)
    # By March a renews, by December all that have an end; c by its date.
    assert [(str(row.end), row.renewals.accounts, row.at_risk.accounts) for row in forecast(question, scope).rows] == [
        ("2024-03", 1, 1), ("2024-12", 3, 2),
    ]  # fmt: skip
    listed = build_signals_json(risks)["accounts"][0]
    assert (listed["renewal_date"], listed["renewal_month"]) == (None, "2024-03")
