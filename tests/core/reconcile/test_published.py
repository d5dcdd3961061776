"""Worked cases that are published, each built as a ledger of one window, with the definition that gives its figure.

The pages were read in the stored copies of a search; each row names its page. Where a page gives totals only, they are
split into accounts: one for each kind of change, and several where a loss is more than one account pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from core.ledger.ledger import Ledger
from core.months import Period, Window
from core.query.question import Question
from core.reconcile.reconciliation import Reconciliation, ReconciliationRequest, reconcile
from core.terms import Metric
from tests.support.generate import ledger_of
from tests.support.scopes import scope_of


def split(base: int, *, up: int = 0, down: int = 0, lost: int = 0, new: int = 0) -> Ledger:
    """Return a month in which a base expands, contracts and churns by these amounts, and new customers come."""
    grown, shrunk = (base - lost) // 2, base - lost - (base - lost) // 2
    start = f"grown {grown}, shrunk {shrunk}" + (f", lost {lost}" if lost else "")
    return ledger_of(start, f"grown {grown + up}, shrunk {shrunk - down}" + (f", new {new}" if new else ""))


def count(base: int, lost: int, new: int = 0) -> Ledger:
    """Return a month in which some of a number of customers leave, the one that stays longest paying most."""
    stays = ", ".join(f"c{number} {1 + number}" for number in range(base - lost))
    leaves = ", ".join(f"d{number} 7" for number in range(lost))
    comes = ", ".join(f"n{number} 3" for number in range(new))
    return ledger_of(f"{stays}, {leaves}", f"{stays}, {comes}" if new else stays)


@dataclass(frozen=True)
class Case:
    page: str
    ledger: Ledger
    figure: str
    definition: str = "cohort"
    metric: Metric = "nrr"


CASES = (
    Case("dnoise.online/en/metrics/nrr-ndr", split(200_000, up=20_000, down=4_000, lost=6_000), "105"),
    Case(
        "theprimecalculator.com/business/net-revenue-retention-calculator/formula",
        split(100_000, up=15_000, down=5_000, lost=8_000),
        "102",
    ),
    Case("metrickittools.com/glossary/nrr", split(100_000, up=15_000, down=5_000, lost=10_000), "100"),
    Case("churnzero.net/churnopedia/net-revenue-retention", split(27_000, up=8_000, lost=5_000), "111"),
    Case("coachpms.com/metrics-1/net-dollar-retention", split(1_000_000, up=200_000, down=50_000, lost=100_000), "105"),
    Case("agilityads.com/glossary/ndr", split(100_000, up=20_000, down=5_000, lost=10_000), "105"),
    Case("meteroid.com/glossary/net-dollar-retention-ndr", split(100_000, up=18_000, down=5_000, lost=8_000), "105"),
    Case("adlunam-agency.com/nrr-definition", split(100_000, up=30_000, down=5_000, lost=20_000), "105"),
    Case("haark.fr/blog/nrr-definition-calcul-leviers", split(1_000_000, up=150_000, down=50_000, lost=80_000), "102"),
    Case("impulselab.ai/lexique/net-revenue-retention-nrr", split(100_000, up=20_000, down=5_000, lost=10_000), "105"),
    Case(
        "alpinesg.com/blog/why-logo-retention-should-or-shouldnt-matter-to-your-business",
        split(1_000_000, up=100_000, down=50_000, lost=150_000),
        "90",
    ),
    # The page loses 10,000 with one of ten customers of 8,333 each: it takes more than one.
    Case(
        "help.fincome.co/ressources-avancees/calcul-de-la-grr-et-de-la-nrr",
        split(83_333, up=1_250, down=833, lost=10_000),
        "88.5",
    ),
    Case(
        "superleap.com/blog/sales/gross-revenue-retention",
        split(100_000, up=8_000, down=6_000, lost=8_000),
        "86",
        metric="grr",
    ),
    Case(
        "maximcalculator.com/calculators/gross-revenue-retention-grr.html",
        split(50_000, down=2_000, lost=3_000),
        "90",
        metric="grr",
    ),
    Case(
        "cast.app/continuously-innovate-and-up-cx-nrr-vs-ndr",
        split(4_000_000, down=200_000, lost=300_000),
        "87.5",
        metric="grr",
    ),
    # Churn rates: a net churn of 10% is an NRR of 90%, a gross one of 20% a GRR of 80%, of minus 10% an NRR of 110%.
    Case("help.chartmogul.com/hc/en-us/articles/4414075567250", split(100, up=10, down=10, lost=10), "90", "movements"),
    Case(
        "help.chartmogul.com/hc/en-us/articles/203359341", split(100, up=10, down=10, lost=10), "80", "movements", "grr"
    ),
    Case(
        "help.chartmogul.com/hc/en-us/articles/4414075567250, by the day", split(100, up=10, new=10), "110", "added_up"
    ),
    # Logo retention, taken for that of revenue.
    Case("creativeg.gr/tips/customer-retention-defined", count(100, 2), "98.0", "logos"),
    Case("thestartupstarterkit.com/startup-glossary/logo-retention", count(100, 10), "90.0", "logos", "grr"),
    Case("marketersunited.com/?p=316", count(1_000, 200, 300), "80.0", "logos"),
)


def ask(case: Case) -> Reconciliation:
    window = Window(case.ledger.first, case.ledger.last)
    question = Question(case.metric, (), Period("range", window))
    return reconcile(ReconciliationRequest(question, Decimal(case.figure), in_period=True), scope_of(case.ledger))


@pytest.mark.parametrize("case", CASES, ids=[case.page for case in CASES])
def test_a_published_case_has_its_definition(case: Case) -> None:
    report = ask(case)
    keys = [{entry.key for entry in (match.definition, *match.equals)} for match in report.matches]
    metrics = [match.metric for match in report.matches]
    assert any(case.definition in names and case.metric == metric for names, metric in zip(keys, metrics, strict=True))
    if case.definition == "cohort":
        assert report.matches[0].is_ours
        assert report.matches[0].metric == case.metric


def test_logo_retention_is_not_that_of_revenue() -> None:
    for case in CASES:
        if case.definition == "logos":
            assert not any(match.is_ours for match in ask(case).matches)


def test_there_are_twenty_cases() -> None:
    assert len(CASES) >= 20
