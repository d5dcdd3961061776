from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.advice.assessment import (
    Aim,
    Assessment,
    CutFacts,
    Verdict,
    assess,
    choose_band,
    compare_with_range,
    diagnose,
    measure_gap,
    split_gap,
)
from core.advice.size_mix import SizeMix
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.rows import SourceRows
from core.metrics.contributions import (
    Concentration,
    list_component_contributions,
    measure_concentration,
)
from core.metrics.retention import Bridge, measure, select_base
from core.metrics.uncertainty import Interval
from core.money import to_percent
from core.months import Window
from core.playbook.playbook import load_playbook
from core.playbook.schema import Product
from core.terms import Component, Metric, Size
from tests.support.generate import EUR, FIRST, ledger_of, ledgers
from tests.support.ledgers import build_ledger

YEAR = Window(FIRST, FIRST + 12)
COMPONENT_NAMES: tuple[Component, ...] = ("churn", "contraction", "expansion")


def bridge(text: str, *, base: int = 10, window: Window = YEAR) -> Bridge:
    """Return the bridge of `start +expansion -contraction xchurn`, in minor units: `1000 +200 -20 x50`."""
    start, *moves = text.split()
    by_sign = {move[0]: int(move[1:]) for move in moves}
    up, down, gone = by_sign.get("+", 0), by_sign.get("-", 0), by_sign.get("x", 0)
    return Bridge(
        window,
        starting=int(start),
        expansion=up,
        contraction=down,
        churn=gone,
        ending=int(start) + up - down - gone,
        base=base,
    )


def mix_of(*sizes: Size) -> SizeMix:
    return SizeMix({size: Fraction(1, len(sizes)) for size in sizes}, "name" if len(sizes) == 1 else "mrr")


def aims(nrr: Fraction, grr: Fraction) -> dict[Metric, Aim]:
    return {"nrr": Aim(nrr, "config"), "grr": Aim(grr, "config")}


DEFAULTS = aims(Fraction(110, 100), Fraction(90, 100))


def reading(text: str, value: Size = "Enterprise", targets: Mapping[Metric, Aim] = DEFAULTS) -> Assessment:
    return assess(bridge(text), load_playbook(), CutFacts(mix_of(value)), targets)


def points(distance: Fraction) -> str:
    return str(to_percent(distance))


@pytest.mark.parametrize(
    ("nrr", "meaning"),
    [
        ("130", "excellent"),
        ("120.0001", "excellent"),
        ("120", "healthy"),
        ("110", "healthy"),
        ("100", "healthy"),
        ("99.9999", "shrinking"),
        ("90", "shrinking"),
        ("89.9999", "degrading"),
        ("0", "degrading"),
    ],
)
def test_bands(nrr: str, meaning: str) -> None:
    assert choose_band(Fraction(nrr) / 100, load_playbook()) == meaning


@pytest.mark.parametrize(
    ("nrr", "grr", "finding"),
    [
        ("100", "90", "healthy"),
        ("113", "93", "healthy"),
        ("100", "89.9999", "between"),
        ("100", "85", "between"),
        ("100", "84.9999", "leaking"),
        ("130", "60", "leaking"),
        ("99.9999", "90", "loyal"),
        ("95", "95", "loyal"),
        ("99.9999", "89.9999", "between"),
        ("86", "85", "between"),
        ("99.9999", "84.9999", "losing"),
        ("0", "0", "losing"),
    ],
)
def test_diagnosis(nrr: str, grr: str, finding: str) -> None:
    assert diagnose(Fraction(nrr) / 100, Fraction(grr) / 100, load_playbook()) == finding


@pytest.mark.parametrize(
    ("value", "text", "nrr", "grr"),
    [
        ("Enterprise", "1000 +180 x50", "inside 0.0", "inside 0.0"),
        ("Enterprise", "1000 +150 -40 x50", "below 4.0", "below 4.0"),
        ("Enterprise", "1000 +310", "above 1.0", "above 2.0"),
        # both edges belong to the range, and one cent decides
        ("Enterprise", "100000 +15000 x5000", "inside 0.0", "inside 0.0"),
        ("Enterprise", "100000 +15000 x5001", "below 0.0", "below 0.0"),
        ("Enterprise", "100000 +32000 x2000", "inside 0.0", "inside 0.0"),
        ("Enterprise", "100000 +32000 x1999", "above 0.0", "above 0.0"),
        ("Mid-Market", "1000 +50 x50", "inside 0.0", "inside 0.0"),
        ("SMB", "1000 x200", "inside 0.0", "below 5.0"),
        ("SMB", "1000 x201", "below 0.1", "below 5.1"),
        ("SMB", "1000 x100", "inside 0.0", "inside 0.0"),
        ("Consumer", "1000 x400", "inside 0.0", "below 10.0"),
        ("Consumer", "1000 x200", "inside 0.0", "inside 0.0"),
        ("Consumer", "1000 x150", "above 5.0", "inside 0.0"),
        # halves of the shown decimal go up: 0.25 points
        ("Mid-Market", "10000 x25", "below 0.3", "above 4.8"),
    ],
)
def test_verdicts(value: Size, text: str, nrr: str, grr: str) -> None:
    assessment = reading(text, value)
    assert assessment.nrr is not None
    assert assessment.grr is not None
    assert f"{assessment.nrr.state} {points(assessment.nrr.distance)}" == nrr
    assert f"{assessment.grr.state} {points(assessment.grr.distance)}" == grr
    assert (assessment.nrr.state == "inside") == (assessment.nrr.distance == 0)


@pytest.mark.parametrize(("text", "best"), [("1000 +300", True), ("10000 +2999", False), ("1000 +600", True)])
def test_best_in_class_is_a_note(text: str, best: bool) -> None:
    assert reading(text).best_in_class is best
    assert reading(text).mix == reading("1000").mix


@pytest.mark.parametrize(
    ("ttm", "left_out", "reason"),
    [
        (None, 0, "no_ttm"),
        (bridge("0", base=0), 0, "empty_base"),
        (bridge("0", base=0), 900, "empty_base"),
        (bridge("1000", base=4), 0, "small_base"),
        (bridge("1000", base=5), 0, None),
        # 111 of 1,111 are under a tenth, 112 of 1,112 are not.
        (bridge("1000"), 111, None),
        (bridge("1000"), 112, "much_left_out"),
    ],
)
def test_no_verdict_where_it_would_mean_nothing(ttm: Bridge | None, left_out: int, reason: str | None) -> None:
    found = assess(ttm, load_playbook(), CutFacts(left_out=left_out))
    assert found.withheld == reason
    silent = Assessment(found.withheld, ttm)
    assert (found == silent) is (reason is not None)


@pytest.mark.parametrize(("accounts", "reason"), [(4, None), (5, "much_left_out"), (40, "much_left_out")])
def test_no_verdict_where_a_tenth_of_the_accounts_is_left_out(accounts: int, reason: str | None) -> None:
    # Without a rate their MRR is not known, so their number decides: 5 of 45 are more than a tenth, 4 of 44 are not.
    assessment = assess(bridge("1000", base=40), load_playbook(), CutFacts(left_out_accounts=accounts))
    assert assessment.withheld == reason


def test_no_verdict_where_no_account_can_leave() -> None:
    ttm = replace(bridge("1000 +50", base=40), can_leave=False)
    assert assess(ttm, load_playbook(), CutFacts()) == Assessment("cannot_leave", ttm)


@pytest.mark.parametrize("months", [1, 3, 11, 13, 24])
def test_only_twelve_months_meet_a_benchmark(months: int) -> None:
    ttm = bridge("1000 +50", window=Window(FIRST, FIRST + months))
    with pytest.raises(ValueError, match=f"12 months, not {months}"):
        assess(ttm, load_playbook(), CutFacts())


def test_a_mix_is_read_against_the_weighted_range() -> None:
    # Mid-Market 100 to 110 and Enterprise 110 to 130, half each
    found = assess(bridge("1000 +120 x50"), load_playbook(), CutFacts(mix_of("Mid-Market", "Enterprise")))
    assert found.nrr is not None
    assert (found.nrr.low, found.nrr.high, found.nrr.state) == (Fraction(105, 100), Fraction(120, 100), "inside")
    assert found.aims == {"nrr": Aim(Fraction(105, 100), "range"), "grr": Aim(Fraction(925, 1000), "range")}


def test_without_a_size_there_is_no_range_and_no_aim() -> None:
    found = assess(bridge("1000 x50"), load_playbook(), CutFacts())
    assert (found.nrr, found.grr, found.aims, found.parts, found.main, found.rating) == (None, None, {}, (), None, None)


@pytest.mark.parametrize(
    ("text", "larger", "main", "gaps"),
    [
        # targets 110 and 90, so 20 points of expansion and 10 of losses would just meet them
        ("1000 +200 x100", None, None, "0.0 0.0 0.0"),
        ("1000 +300 x50", None, None, "-5.0 0.0 -10.0"),
        ("1000 +250 x200", "grr", "churn", "10.0 0.0 -5.0"),
        ("1000 +250 -200", "grr", "contraction", "0.0 10.0 -5.0"),
        ("1000 +250 -50 x150", "grr", "churn", "7.5 2.5 -5.0"),
        ("1000 x50", "nrr", "expansion", "-5.0 0.0 20.0"),
        ("1000 +150 -20 x100", "nrr", "expansion", "1.7 0.3 5.0"),
        # both gaps are 10 points: what was lost comes first
        ("1000 +200 x200", "grr", "churn", "10.0 0.0 0.0"),
        # nothing was lost, nothing was gained
        ("1000", "nrr", "expansion", "-10.0 0.0 20.0"),
        # NRR reaches its target: no growth is missing, whatever GRR would allow
        ("1000 +110", None, None, "-10.0 0.0 9.0"),
        # only GRR misses its target, and the loss is the cause though more growth would be usual
        ("1000 +500 x110", "grr", "churn", "1.0 0.0 -30.0"),
    ],
)
def test_the_component_behind_the_gap(text: str, larger: str | None, main: str | None, gaps: str) -> None:
    assessment = reading(text)
    assert assessment.larger_gap == larger
    assert (assessment.main and assessment.main.component) == main
    assert " ".join(points(part.gap) for part in assessment.parts) == gaps


def test_a_part_has_money_and_points() -> None:
    main = reading("41230000 +3100000 -420000 x9500000").main
    assert main is not None
    assert (main.component, main.amount) == ("churn", 9_500_000)
    assert points(main.points) == "23.0"
    assert main.gap_mrr == main.gap * 41_230_000


def test_targets_can_be_ones_own() -> None:
    assessment = reading("1000 +100 x50", targets=aims(Fraction(106, 100), Fraction(97, 100)))
    assert assessment.nrr_gap is not None
    assert assessment.grr_gap is not None
    assert (points(assessment.nrr_gap.points), assessment.nrr_gap.mrr) == ("1.0", 10)
    assert (points(assessment.grr_gap.points), assessment.grr_gap.mrr) == ("2.0", 20)
    assert assessment.larger_gap == "grr"


def second_opinions(assessment: Assessment) -> list[str]:
    return [
        f"{one.metric} {one.source.set} {one.row.statement} "
        f"{'-'.join(str(to_percent(edge)) for edge in (one.low, one.middle, one.high) if edge is not None)} "
        f"{one.state} {points(one.distance)}"
        for one in assessment.opinions
    ]


SURVEYS = (
    "nrr survey median 101.0-101.0-101.0 above 9.0",
    "grr survey quartiles 76.0-84.0-91.0 inside 0.0",
    "grr survey quartiles 82.0-91.0-95.0 inside 0.0",
)


# Ten accounts with an NRR of 110% and a GRR of 90%, so that each pays a tenth of `start`; whole units.
@pytest.mark.parametrize(
    ("start", "company", "product", "expected"),
    [
        # by average ACV: from an edge on, below the next one
        (9_999, None, None, ["nrr survey median 100.0-100.0-100.0 above 10.0",
                           "grr survey median 90.0-90.0-90.0 inside 0.0"]),
        (10_000, None, None, ["nrr survey median 102.0-102.0-102.0 above 8.0",
                            "grr survey median 90.0-90.0-90.0 inside 0.0",
                            "nrr survey best_decile 126.0 below 16.0"]),
        (30_000, None, None, ["nrr survey median 103.0-103.0-103.0 above 7.0",
                            "grr survey median 92.0-92.0-92.0 below 2.0",
                            "nrr survey best_decile 126.0 below 16.0"]),
        (300_000, None, None, ["nrr survey median 110.0-110.0-110.0 inside 0.0",
                             "grr survey median 93.0-93.0-93.0 below 3.0",
                             "nrr survey best_decile 126.0 below 16.0"]),
        # by ARPA
        (240, None, None, ["nrr survey median 100.0-100.0-100.0 above 10.0",
                         "grr survey median 90.0-90.0-90.0 inside 0.0",
                         "nrr survey best_decile 82.0 inside 0.0"]),
        (250, None, None, ["nrr survey median 100.0-100.0-100.0 above 10.0",
                         "grr survey median 90.0-90.0-90.0 inside 0.0"]),
        # by the company's ARR: a stage, a gap between two, the edges
        (250, 83_333, None, ["nrr survey median 100.0-100.0-100.0 above 10.0",
                           "grr survey median 90.0-90.0-90.0 inside 0.0"]),
        (250, 83_334, None, ["nrr stage range 90.0-94.0 above 16.0",
                           "nrr survey median 100.0-100.0-100.0 above 10.0",
                           "grr survey median 90.0-90.0-90.0 inside 0.0"]),
        (250, 250_000, None, ["nrr survey median 100.0-100.0-100.0 above 10.0",
                            "grr survey median 90.0-90.0-90.0 inside 0.0"]),
        (250, 700_000, None, ["nrr stage about 99.0-99.0-99.0 above 11.0",
                            "nrr survey median 100.0-100.0-100.0 above 10.0",
                            "grr survey median 90.0-90.0-90.0 inside 0.0"]),
        (250, 1_250_000, None, ["nrr stage range 105.0 inside 0.0",
                              "nrr survey median 100.0-100.0-100.0 above 10.0",
                              "grr survey median 90.0-90.0-90.0 inside 0.0"]),
        (250, 2_500_000, None, ["nrr survey median 100.0-100.0-100.0 above 10.0",
                              "grr survey median 90.0-90.0-90.0 inside 0.0"]),
        # by the kind of product
        (250, None, "saas", ["nrr product range 100.0-120.0 inside 0.0",
                             "nrr survey median 100.0-100.0-100.0 above 10.0",
                             "grr survey median 90.0-90.0-90.0 inside 0.0"]),
        (250, None, "platform", ["nrr product range 110.0-130.0 inside 0.0",
                                 "nrr survey median 100.0-100.0-100.0 above 10.0",
                                 "grr survey median 90.0-90.0-90.0 inside 0.0"]),
        (250, None, "commodity", ["nrr product range 95.0-105.0 above 5.0",
                                  "nrr survey median 100.0-100.0-100.0 above 10.0",
                                  "grr survey median 90.0-90.0-90.0 inside 0.0"]),
    ],
)  # fmt: skip
def test_second_opinions(start: int, company: int | None, product: Product | None, expected: list[str]) -> None:
    start *= 100
    playbook = replace(load_playbook(), product=product)
    assessment = assess(
        bridge(f"{start} +{start // 5} x{start // 10}"),
        playbook,
        CutFacts(company=None if company is None else company * 100),
    )
    assert sorted(second_opinions(assessment)) == sorted([*expected, *SURVEYS])
    assert [one.metric for one in assessment.opinions] == sorted(
        (one.metric for one in assessment.opinions), reverse=True
    )


def test_without_a_rate_no_opinion_goes_by_an_amount() -> None:
    assessment = assess(bridge("1000000 +200000 x100000"), load_playbook(), CutFacts(company=10**9, unit=None))
    assert sorted(second_opinions(assessment)) == sorted(SURVEYS)


def test_second_opinions_go_by_units_whatever_the_currency_has_below() -> None:
    yen = assess(bridge("10000 +2000 x1000"), load_playbook(), CutFacts(unit=Fraction(1)))
    cents = assess(bridge("1000000 +200000 x100000"), load_playbook(), CutFacts())
    assert second_opinions(yen) == second_opinions(cents)


@pytest.mark.parametrize(
    ("value", "text", "medians"),
    [
        # an ordinary GRR below an ambitious range: said; from the lowest median on
        ("Enterprise", "1000 x80", "84.0 91.0"),
        ("Enterprise", "1000 x160", "84.0 91.0"),
        ("Enterprise", "1000 x161", ""),
        # inside or above the range it does not matter
        ("Enterprise", "1000 x50", ""),
        ("SMB", "1000 x150", ""),
        ("SMB", "1000 x151", "84.0 91.0"),
        ("Consumer", "1000 x300", ""),
    ],
)
def test_where_the_grr_range_is_too_ambitious_to_go_by(value: Size, text: str, medians: str) -> None:
    assert " ".join(points(published) for published in reading(text, value).ordinary_grr) == medians


@pytest.mark.parametrize(
    ("value", "text", "questions", "strengths"),
    [
        # low: below 100%, or below the range
        ("Enterprise", "10000 x1", True, ""),
        ("SMB", "1000 x50", True, ""),
        ("Enterprise", "10000 +999", True, ""),
        # high: what is measured of the three
        ("SMB", "1000", False, "loyalty anticipation"),
        ("Enterprise", "1000 +200 x100", False, "loyalty upsell"),
        ("Enterprise", "1000 +200 -50 x50", False, "loyalty upsell anticipation"),
        ("Enterprise", "1000 +199 -49 x50", False, "loyalty"),
        ("Enterprise", "1000 +400 x101", False, "upsell"),
        ("Enterprise", "1000 +400 -101", False, "upsell anticipation"),
        ("Mid-Market", "1000 +150 -40 x100", False, ""),
    ],
)
def test_questions_where_it_is_low_and_strengths_where_it_is_high(
    value: Size, text: str, questions: bool, strengths: str
) -> None:
    assessment = reading(text, value)
    assert assessment.questions == (("onboarding", "help", "offer") if questions else ())
    assert " ".join(assessment.strengths) == strengths


def test_upsell_is_measured_by_ones_own_targets() -> None:
    modest = aims(Fraction(105, 100), Fraction(95, 100))
    assert "upsell" in reading("1000 +190 x50", targets=modest).strengths
    assert "upsell" not in reading("1000 +190 x50").strengths


amounts = st.integers(0, 10**9)
ratios = st.fractions(0, 2, max_denominator=1000)


@given(st.integers(1, 10**9), amounts, amounts, amounts, ratios, ratios)
def test_the_parts_add_up_to_the_gap(
    starting: int, up: int, down: int, gone: int, nrr_aim: Fraction, grr_aim: Fraction
) -> None:
    gone = min(gone, starting)
    down = min(down, starting - gone)
    ttm = bridge(f"{starting} +{up} -{down} x{gone}")
    nrr, grr = measure_gap("nrr", ttm, nrr_aim), measure_gap("grr", ttm, grr_aim)
    parts = {part.component: part for part in split_gap(ttm, nrr_aim, grr_aim)}
    assert sum(part.gap for part in parts.values()) == nrr.points
    assert parts["churn"].gap + parts["contraction"].gap == grr.points
    assert sum(part.gap_mrr for part in parts.values()) == nrr.points * starting
    # what is missing is just enough, to the minor unit
    for gap in (nrr, grr):
        assert gap.value + Fraction(gap.mrr, starting) >= gap.target
        assert gap.mrr == 0 or gap.value + Fraction(gap.mrr - 1, starting) < gap.target


def ends(ledger: Ledger) -> Window:
    return Window(ledger.first, ledger.last)


LEDGER = ledger_of(
    "b 100, a 100, c 300, d 50, e 400, f 70, g 10, q 900",
    "b 0, a 0, c 0, d 20, e 500, f 90, g 110, q 0, new 800",
    excluded=["q"],
)


@pytest.mark.parametrize(
    ("component", "limit", "expected"),
    [
        ("churn", None, "c 300.00 60.0, a 100.00 20.0, b 100.00 20.0"),
        ("churn", 2, "c 300.00 60.0, a 100.00 20.0"),
        ("churn", 1, "c 300.00 60.0"),
        ("churn", 0, ""),
        ("churn", 9, "c 300.00 60.0, a 100.00 20.0, b 100.00 20.0"),
        ("contraction", None, "d 30.00 100.0"),
        ("expansion", None, "e 100.00 45.5, g 100.00 45.5, f 20.00 9.1"),
        ("expansion", 1, "e 100.00 45.5"),
    ],
)
def test_drivers(component: Component, limit: int | None, expected: str) -> None:
    contributions = list_component_contributions(LEDGER, select_base(LEDGER, ends(LEDGER)), component, limit)
    assert ", ".join(f"{one.id} {one.amount / 100:.2f} {to_percent(one.share)}" for one in contributions) == expected


def test_a_driver_leads_back_to_its_row() -> None:
    ledger = build_ledger(
        [[500, 300], [0, 0]],
        first=FIRST,
        currency=EUR,
        accounts=build_accounts(("A-1", "A-2"), ("Acme", "Nordwind")),
        source_rows=SourceRows("MRR", np.array([7, 9], dtype=np.int32)),
    )
    (contribution,) = list_component_contributions(
        ledger, select_base(ledger, ends(ledger), np.array([False, True])), "churn"
    )
    assert (contribution.index, contribution.id, contribution.name, contribution.row, contribution.share) == (
        1,
        "A-2",
        "Nordwind",
        9,
        Fraction(1),
    )


@given(ledgers(), st.data())
def test_drivers_add_up_to_the_component(ledger: Ledger, data: st.DataObject) -> None:
    members = np.array(
        data.draw(st.lists(st.booleans(), min_size=ledger.accounts.count, max_size=ledger.accounts.count))
    )
    window = ends(ledger)
    whole, base = measure(ledger, window, members), select_base(ledger, window, members)
    for component in COMPONENT_NAMES:
        contributions = list_component_contributions(ledger, base, component)
        assert sum(one.amount for one in contributions) == getattr(whole, component)
        assert sum(one.share for one in contributions) == (1 if contributions else 0)
        for limit in range(len(contributions)):
            assert list_component_contributions(ledger, base, component, limit) == contributions[:limit]


def heaviest(concentration: Concentration) -> str:
    return "; ".join(
        "-"
        if one is None
        else f"{one.account.id} {to_percent(one.account.share)} "
        f"{'-' if one.nrr_without is None else to_percent(one.nrr_without)}"
        for one in (concentration.base, concentration.change)
    )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # exactly 20% is not over it
        ("a 20, b 20, c 20, d 20, e 20", "a 20, b 20, c 20, d 20, e 20", "a 20.0 -; -"),
        ("a 201, b 200, c 200, d 200, e 199", "a 201, b 200, c 200, d 200, e 199", "a 20.1 100.0; -"),
        ("a 21, b 20, c 20, d 20, e 19", "a 42, b 20, c 20, d 20, e 19", "a 21.0 100.0; a 100.0 100.0"),
        ("a 60, b 20, c 20", "a 60, b 10, c 15", "a 60.0 62.5; b 66.7 93.8"),
        # one account alone leaves nobody to compare with
        ("a 100", "a 50", "a 100.0 -; a 100.0 -"),
        ("a 0", "a 100", "-; -"),
        # new accounts are neither base nor change
        ("a 30, b 30, c 40", "a 30, b 30, c 40, d 900", "c 40.0 100.0; -"),
    ],
)
def test_concentration(start: str, end: str, expected: str) -> None:
    ledger = ledger_of(start, end)
    assert heaviest(measure_concentration(ledger, select_base(ledger, ends(ledger)))) == expected


@pytest.mark.parametrize(
    ("value", "text", "rating"),
    [
        ("Enterprise", "1000 +180 x50", "good"),
        ("Enterprise", "1000 +200 x60", "watch"),
        ("Enterprise", "1000 +100 x60", "bad"),
        # below one range, and a leak behind it
        ("Enterprise", "1000 +400 x160", "bad"),
        ("SMB", "1000 x120", "good"),
    ],
)
def test_the_rating(value: Size, text: str, rating: str) -> None:
    assert reading(text, value, targets={}).rating == rating


@pytest.mark.parametrize(
    ("interval", "state", "sure"),
    [
        ((50, 94), "below", True),
        ((50, 95), "below", False),
        ((50, 99), "below", False),
        (None, "below", False),
    ],
)
def test_a_verdict_is_sure_where_the_interval_is_beyond_the_edge(
    interval: tuple[int, int] | None, state: str, *, sure: bool
) -> None:
    edges = Interval(Fraction(interval[0], 100), Fraction(interval[1], 100)) if interval else None
    low, high, value = Fraction(95, 100), Fraction(98, 100), Fraction(90, 100)
    benchmark = load_playbook().find_benchmark("grr")
    verdict = Verdict("grr", value, low, high, *compare_with_range(value, low, high), benchmark, edges)
    assert (verdict.state, verdict.is_sure) == (state, sure)
