"""Alerts as values, from small ledgers in the reader's notation."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.locale.translator import get_translator
from bot.messages.digests.alerts import WORDS, build_alert_message
from bot.messages.kit.limits import count_words
from core.digests.alerts import Alerts, find_alerts
from core.ledger.ledger import Ledger
from core.months import Calendar, Month
from core.reports.scope import Origin
from core.thresholds import AlertThresholds
from tests.support.generate import ledger_of
from tests.support.message_faults import find_faults
from tests.support.scopes import scope_of

FIRST = Month.of(2024, 8)
THRESHOLDS = AlertThresholds()


def alerts_of(*last: str, base: str = "a 600, b 300, c 100", codes: tuple[str, ...] = ()) -> Alerts:
    """Return the alerts of 14 closes: twelve alike, then the given ones."""
    ledger: Ledger = ledger_of(*[base] * (14 - len(last)), *last, first=FIRST)
    origin = Origin(1, dt.datetime(2025, 10, 1, tzinfo=dt.UTC), "1", dict.fromkeys(codes, 1))
    scope = scope_of(ledger, origin=origin, today=dt.date(2025, 10, 1))
    return find_alerts(scope, (), THRESHOLDS, b"key")


@pytest.mark.parametrize(
    ("last", "causes"),
    [
        (("a 600, b 300, c 100",), []),
        # c is 10% of the MRR: it left, and both ratios fell by 10 points; GRR stays at its target of 90%.
        (("a 600, b 300",), ["fall nrr 2025-09", "fall grr 2025-09", "account"]),
        (("a 600, b 250, c 100",), ["fall nrr 2025-09", "fall grr 2025-09", "account"]),
        # 20 less is 2 points, of an account with 10%.
        (("a 600, b 300, c 80",), []),
        # It is named although it was typed two months later.
        (("a 600, b 300", "a 600, b 300", "a 600, b 300"), ["account"]),
        # It shrank, and then it left.
        (("a 600, b 300, c 50", "a 600, b 300"), ["fall nrr 2025-09", "fall grr 2025-09", "account", "account"]),
        # From 92% to 85%: below the target of GRR.
        (
            ("a 600, b 220, c 100", "a 600, b 150, c 100"),
            ["fall nrr 2025-09", "target grr 9/10 2025-09", "account", "account"],
        ),
        (("a 700, b 300, c 100",), []),
    ],
)
def test_each_alert_has_its_cause(last: tuple[str, ...], causes: list[str]) -> None:
    found = [alert.cause for alert in alerts_of(*last).alerts]
    assert [cause if not cause.startswith("account") else "account" for cause in found] == causes
    assert not any(name in cause.split() for cause in found for name in "abc")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_several_alerts_are_one_message(language: str) -> None:
    found = alerts_of("a 600, b 150", codes=("implausible_total",))
    assert len(found.alerts) == 5
    message = build_alert_message(found, Calendar(1), get_translator(language))
    assert not list(find_faults(message))
    assert "implausible_total" in message.text


def test_a_month_that_is_being_typed_says_nothing_yet() -> None:
    base = "a 600, b 300, c 100, d 90, e 80, f 70"
    ledger: Ledger = ledger_of(*[base] * 13, "a 600, b 300", first=FIRST)
    origin = Origin(1, dt.datetime(2025, 10, 1, tzinfo=dt.UTC), "1", {})
    scope = scope_of(ledger, origin=origin, today=dt.date(2025, 10, 1))
    assert find_alerts(scope, (), THRESHOLDS, b"key", is_settled=False).alerts == ()
    assert len(find_alerts(scope, (), THRESHOLDS, b"key").alerts) > 2


def test_alerts_without_a_sentence_are_named() -> None:
    names = [f"account-{number:02}" for number in range(18)]
    found = alerts_of("rest 1", base=", ".join(["rest 1", *(f"{name} 100" for name in names)]))
    text = build_alert_message(found, Calendar(), get_translator("en")).text
    assert "\n\n14 more alerts: account-04, account-05, " in text
    assert ", account-15, and 2 more.\n" in text
    assert count_words(text) <= WORDS
