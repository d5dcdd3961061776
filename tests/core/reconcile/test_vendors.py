"""300 figures of vendors, made by an oracle in plain Python: the definition is named, and never one that is wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ledger.segments import Segments
from core.months import Month, Period, Window
from core.query.question import Filter, Question
from core.reconcile.definitions import DEFINITIONS, Definition
from core.reconcile.reconciliation import Candidate, Reconciliation, ReconciliationRequest, reconcile
from core.reports.scope import Scope
from core.terms import Metric
from tests.support.scopes import scope_of
from tests.support.vendors import FIRST, MONTHS, VENDORS, Figure, VendorCompany, draw_company

COMPANIES = 30
FIGURES = 300
LAST = FIRST + (MONTHS - 1)
# The windows of the usual periods, in months after FIRST: quarter, twelve months, year, year to date, month.
USUAL = ((29, 32), (20, 32), (11, 23), (23, 32), (31, 32))


@cache
def company_of(seed: int) -> tuple[VendorCompany, Scope]:
    company = draw_company(seed)
    return company, scope_of(Segments(company.build_ledger()))


def round_half_up(ratio: Fraction, decimals: int) -> Decimal:
    exact = Decimal(ratio.numerator * 100) / Decimal(ratio.denominator)
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def period_of(start: int, end: int) -> Period:
    return Period("range", Window(FIRST + start, FIRST + end))


def ask(figure: Figure, scope: Scope, percent: Decimal, *, in_period: bool) -> Reconciliation:
    filters = (Filter("region", figure.region),) if figure.region else ()
    start, end = (figure.start, figure.end) if in_period else USUAL[0]
    question = Question(figure.metric, filters, period_of(start, end))
    return reconcile(ReconciliationRequest(question, percent, in_period), scope)


def named_in(candidate: Candidate) -> tuple[Definition, ...]:
    return candidate.definition, *candidate.equals


def draw_figures() -> Iterator[tuple[str, Figure, Scope, Decimal, bool]]:
    chance = random.Random(11)  # noqa: S311 - figures, not secrets
    count = 0
    while count < FIGURES:
        definition = DEFINITIONS[count % len(DEFINITIONS)]
        company, scope = company_of(chance.randrange(COMPANIES))
        metric: Metric = chance.choice(definition.metrics)
        start, end = chance.choice(USUAL)
        region = "North" if definition.key.startswith("segment") else chance.choice(["", "North"])
        figure = Figure(company, region, metric, start, end)
        ratio = VENDORS[definition.key](figure)
        if ratio is None:
            continue
        count += 1
        yield definition.key, figure, scope, round_half_up(ratio, 1), chance.random() < 0.5


def test_every_definition_has_its_oracle() -> None:
    assert list(VENDORS) == [definition.key for definition in DEFINITIONS]
    assert len(VENDORS) >= 20


@pytest.mark.slow
def test_300_vendor_figures() -> None:
    named = first = 0
    for key, figure, scope, percent, in_period in draw_figures():
        report = ask(figure, scope, percent, in_period=in_period)
        assert report.matches, (key, figure.metric, percent)
        window = Window(FIRST + figure.start, FIRST + figure.end)
        named += any(
            entry.period.window == window and key in {definition.key for definition in named_in(entry)}
            for entry in report.matches
        )
        first += key in {definition.key for definition in named_in(report.matches[0])}
        for entry in report.matches:
            shown = Figure(
                figure.company,
                figure.region,
                entry.metric,
                FIRST.until(entry.period.window.start),
                FIRST.until(entry.period.window.end),
            )
            for definition in named_in(entry):
                ratio = VENDORS[definition.key](shown)
                assert ratio == entry.ratio, (definition.key, shown.metric)
                assert round_half_up(ratio, 1) == percent
    assert named >= FIGURES * 95 // 100, f"{named} of {FIGURES} named"
    assert first >= FIGURES * 60 // 100, f"{first} of {FIGURES} named first"


@pytest.mark.parametrize("seed", range(3))
def test_every_ratio_is_that_of_the_oracle(seed: int) -> None:
    company, scope = company_of(seed)
    for region in ("", "North"):
        for start, end in USUAL:
            figure = Figure(company, region, "nrr", start, end)

            for key, oracle in VENDORS.items():
                ratio = oracle(figure)
                definition = next(entry for entry in DEFINITIONS if entry.key == key)
                if ratio is None or "nrr" not in definition.metrics:
                    continue
                report = ask(figure, scope, round_half_up(ratio, 3), in_period=True)
                keys = {entry.key for match in report.matches for entry in named_in(match)}
                assert key in keys, (key, start, end, region)


@given(st.integers(0, 9), st.decimals(60, 140, places=1), st.sampled_from(["", "North"]), st.sampled_from(USUAL))
@settings(max_examples=60, deadline=None)
def test_a_figure_that_is_drawn_is_given_exactly_or_not_at_all(
    seed: int, percent: Decimal, region: str, window: tuple[int, int]
) -> None:
    company, scope = company_of(seed)
    report = ask(Figure(company, region, "nrr", *window), scope, percent, in_period=True)
    assert bool(report.matches) != bool(report.nearest)
    assert all(round_half_up(entry.ratio, 1) == percent for entry in report.matches)
    assert all(round_half_up(entry.ratio, 1) != percent for entry in report.nearest)
    distances = [abs(entry.ratio * 100 - Fraction(percent)) for entry in report.nearest]
    assert distances == sorted(distances)


@given(st.integers(0, 9), st.sampled_from(sorted(VENDORS)), st.sampled_from(["", "North"]), st.sampled_from(USUAL))
@settings(max_examples=150, deadline=None)
def test_the_amounts_of_accounts_add_up_to_the_difference(
    seed: int, key: str, region: str, window: tuple[int, int]
) -> None:
    company, scope = company_of(seed)
    definition = next(entry for entry in DEFINITIONS if entry.key == key)
    figure = Figure(company, region, definition.metrics[-1], *window)
    ratio = VENDORS[key](figure)
    if ratio is None:
        return
    report = ask(figure, scope, round_half_up(ratio, 3), in_period=True)
    match, difference = report.matches[0], report.difference
    if difference is None:
        return
    accounts = difference.accounts
    assert sum(account.starting for account in accounts) == difference.starting_change
    assert sum(account.kept for account in accounts) == difference.kept_change
    assert Fraction(difference.kept, difference.starting) == match.ours
    theirs = Fraction(difference.kept + difference.kept_change, difference.starting + difference.starting_change)
    assert theirs == match.ratio
    assert all(account.starting or account.kept for account in accounts)


def test_the_usual_periods_are_those_of_the_oracle() -> None:
    _, scope = company_of(0)
    request = ReconciliationRequest(Question("nrr", (), period_of(*USUAL[0])), Decimal("104.1"), in_period=False)
    report = reconcile(request, scope)
    expected = [(str(FIRST + start), str(FIRST + end)) for start, end in USUAL]
    assert [(str(period.window.start), str(period.window.end)) for period in report.periods] == expected
    assert Month.of(2025, 9) == LAST
