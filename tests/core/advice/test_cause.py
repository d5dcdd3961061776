"""The one cause: the component behind the gap, the account that explains it alone, and the figure without it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from core.advice.assessment import Aim, CutFacts, assess
from core.advice.cause import Cause, find_cause, find_flip
from core.advice.size_mix import SizeMix
from core.ledger.ledger import Ledger
from core.metrics.retention import measure, select_base
from core.money import to_percent
from core.months import Window
from core.playbook.playbook import load_playbook
from core.terms import Metric
from tests.support.generate import EUR, FIRST
from tests.support.ledgers import build_ledger

YEAR, QUARTER = Window(FIRST, FIRST + 12), Window(FIRST + 9, FIRST + 12)
AIMS: dict[Metric, Aim] = {"nrr": Aim(Fraction(110, 100), "config"), "grr": Aim(Fraction(90, 100), "config")}


def ledger_of(*accounts: tuple[int, int, int]) -> Ledger:
    """Return a ledger of accounts with MRR at the start of the year, at the start of the quarter, and at the end."""
    panel = [[account[0 if row < 9 else 1 if row < 12 else 2] * 100 for account in accounts] for row in range(13)]
    return build_ledger(panel, first=FIRST, currency=EUR)


def cause_of(*accounts: tuple[int, int, int], metric: Metric = "nrr") -> Cause | None:
    ledger = ledger_of(*accounts)
    assessment = assess(
        measure(ledger, YEAR), load_playbook(), CutFacts(SizeMix({"Mid-Market": Fraction(1)}, "name")), AIMS
    )
    return find_cause(ledger, assessment, select_base(ledger, YEAR), select_base(ledger, QUARTER), metric)


# They grow by 30% before the quarter, so that no growth is missing.
GROWING = [(100, 130, 130)] * 8
STEADY = [(100, 100, 100)] * 8


def test_one_account_that_left_in_the_window() -> None:
    cause = cause_of(*GROWING, (200, 250, 0))
    assert cause is not None
    assert (cause.component, cause.accounts, cause.amount) == ("churn", 1, 200_00)
    assert cause.alone is not None
    # what it paid at the start of the quarter, and the quarter without it
    assert (cause.alone_in_window, cause.ratio_without) == (250_00, Fraction(1))


def test_one_account_that_left_before_the_window() -> None:
    cause = cause_of(*GROWING, (200, 0, 0))
    assert cause is not None
    assert cause.alone is not None
    assert (cause.alone_in_window, cause.ratio_without) == (0, Fraction(1))


def test_several_accounts_explain_a_loss_together() -> None:
    cause = cause_of(*GROWING, (90, 90, 0), (80, 80, 0), (70, 70, 0))
    assert cause is not None
    assert (cause.component, cause.accounts, cause.alone) == ("churn", 3, None)
    assert [account.amount for account in cause.largest] == [90_00, 80_00, 70_00]


def test_missing_growth_has_no_account() -> None:
    cause = cause_of(*STEADY, (100, 100, 103))
    assert cause is not None
    assert (cause.component, cause.alone, cause.accounts) == ("expansion", None, 1)
    # 20 points of expansion are expected of 900, 3 came
    assert cause.missing == 177_00


def test_without_the_account_grr_is_that_of_the_others() -> None:
    cause = cause_of(*STEADY[:-1], (100, 100, 80), (400, 400, 0), metric="grr")
    assert cause is not None
    assert cause.ratio_without == Fraction(78, 80)


@pytest.mark.parametrize("accounts", [[(100, 100, 125)] * 6, [(100, 100, 111)] * 6])
def test_no_cause_where_nothing_misses_its_aim(accounts: list[tuple[int, int, int]]) -> None:
    assert cause_of(*accounts) is None


def flip_of(metric: Metric, *accounts: tuple[int, int, int]) -> str | None:
    """Return the account that decides the verdict of a ratio, with the ratio and the verdict without it."""
    ledger = ledger_of(*accounts)
    mix = SizeMix({"Mid-Market": Fraction(1)}, "name")
    assessment = assess(measure(ledger, YEAR), load_playbook(), CutFacts(mix), AIMS)
    verdict = assessment.nrr if metric == "nrr" else assessment.grr
    assert verdict is not None
    flip = find_flip(ledger, verdict, select_base(ledger, YEAR))
    return f"{flip.account.id} {to_percent(flip.ratio)} {flip.state}" if flip else None


def test_the_account_that_decides_a_verdict() -> None:
    # Mid-Market: GRR 90 to 95. 800 of 900 are kept, all of the others.
    assert flip_of("grr", *STEADY, (100, 100, 0)) == "8 100.0 above"
    # two of ten accounts leave: without one of them it is still below
    assert flip_of("grr", *STEADY, (100, 100, 0), (100, 100, 0)) is None
    # NRR 100 to 110: one account's growth lifts it above
    assert flip_of("nrr", *STEADY, (100, 100, 300)) == "8 100.0 inside"
    assert flip_of("nrr", *GROWING) is None
    # below: the account that grew most moves NRR more than the one that left, and in the wrong direction
    assert flip_of("nrr", *STEADY, (100, 100, 280), (600, 600, 360), (10, 10, 10)) == "9 119.8 above"
