"""What if: read from words, exact, and the same as a recomputation on a ledger that is really changed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.errors import QuestionError
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import Bridge, measure
from core.money import compute_root
from core.months import Month, Period, Window
from core.outlook.scenario import (
    ScenarioRequest,
    ScenarioResult,
    State,
    apply_shift,
    build_scenario_json,
    compute_yearly_loss,
    find_shifts,
    measure_loss,
    measure_scenario,
    read_loss,
)
from core.query.question import Filter, Question
from core.query.scenarios import Lose, Monthly, Reach, Scaled, Scenario
from core.sources.members import select_members
from tests.support.command_line import nrrbot, sample_options
from tests.support.generate import EDGY_RULES, ledger_of, ledgers, year_of
from tests.support.scopes import reader_of, scope_of


def asked(ledger: Ledger, supposed: Scenario, *filters: Filter, months: int = 12) -> ScenarioResult:
    kind, window = (
        ("ttm", Window.ending(ledger.last, months)) if months == 12 else ("range", Window.ending(ledger.last, months))
    )
    question = Question("nrr", filters, Period(kind, window))  # type: ignore[arg-type]
    return measure_scenario(ScenarioRequest(question, supposed), scope_of(ledger))


def test_rates_compound_and_are_not_added_up() -> None:
    ledger = year_of("a 1000, b 1000", "a 1000, b 1000", "a 1000, b 1000")
    result = asked(ledger, Monthly("churn", Fraction(5, 100), Fraction(3, 100)))
    assert result.main.nrr_points == Fraction(97, 100) ** 12 - Fraction(95, 100) ** 12
    effect = build_scenario_json(result)["effects"][0]
    assert (effect["nrr_points"], effect["grr_points"], effect["before"]["nrr"], effect["after"]["nrr"]) == (
        "15.3", "15.3", "54.0", "69.4",
    )  # fmt: skip
    # 2,000.00 x 0.1534818... = 306.96, once rounded; twelve times that
    assert (result.main.mrr, result.main.arr) == (30_696, 12 * 30_696)
    assert result.measured is not None
    assert (result.measured.share, result.measured.monthly, result.measured.far) == (Fraction(0), Fraction(0), True)


@pytest.mark.parametrize(
    ("supposed", "nrr", "grr", "mrr"),
    [
        # a year of 1,000: a leaves (200), b down by 100, c up by 150: NRR 85, GRR 70
        (Scaled("expansion", Fraction(1, 10)), "86.5", "70.0", 1_500),
        (Scaled("churn", Fraction(-1, 2)), "95.0", "80.0", 10_000),
        (Scaled("contraction", Fraction(-1)), "95.0", "80.0", 10_000),
        (Scaled("churn", Fraction(-1, 3)), "91.7", "76.7", 6_667),
        (Reach("grr", Fraction(85, 100)), "100.0", "85.0", 15_000),
        (Reach("grr", Fraction(60, 100)), "75.0", "60.0", -10_000),
        (Reach("nrr", Fraction(115, 100)), "115.0", "70.0", 30_000),
        (Monthly("churn", None, Fraction(0)), "105.0", "90.0", 20_000),
        (Monthly("contraction", None, Fraction(0)), "95.0", "80.0", 10_000),
        (Lose(("c",)), "30.0", "30.0", -55_000),
        (Lose(("a",)), "85.0", "70.0", 0),
        (Lose(("b", "c")), "0.0", "0.0", -85_000),
    ],
)
def test_a_year_before_and_after(supposed: Scenario, nrr: str, grr: str, mrr: int) -> None:
    start = "a 200, b 400, c 400"
    ledger = ledger_of(*[start] * 12, "b 300, c 550, d 50")
    effect = build_scenario_json(asked(ledger, supposed))["effects"][0]
    assert (effect["before"]["nrr"], effect["before"]["grr"]) == ("85.0", "70.0")
    assert (effect["after"]["nrr"], effect["after"]["grr"], effect["mrr"]) == (nrr, grr, mrr)


@pytest.mark.parametrize(
    ("supposed", "message_text"),
    [
        (Monthly("churn", None, Fraction(50, 100)), "more than the whole MRR"),
        (Monthly("churn", Fraction(1), Fraction(0)), "more than the whole MRR"),
        (Scaled("churn", Fraction(10)), "more than the whole MRR"),
        (Reach("nrr", Fraction(50, 100)), "a matter of losses"),
        (Lose(("Bob",)), 'I know no account "Bob"'),
    ],
)
def test_what_cannot_be_on_this_ledger_is_told(supposed: Scenario, message_text: str) -> None:
    ledger = ledger_of(*["a 200, b 400, c 400"] * 12, "b 300, c 550")
    with pytest.raises(QuestionError, match=message_text):
        asked(ledger, supposed)


def test_the_company_moves_by_what_the_cut_moves() -> None:
    ledger = ledger_of(*["a 200, b 400, c 4000"] * 12, "b 300, c 4000")
    cut, company = asked(ledger, Reach("grr", Fraction(1)), Filter("size", "SMB")).effects
    assert (cut.extent, cut.base, company.extent, company.base) == ("cut", 2, "company", 3)
    assert cut.mrr == company.mrr == 30_000
    assert (company.before.grr, company.after.grr) == (Fraction(4300, 4600), Fraction(1))


def test_accounts_to_lose_are_found_by_a_part_of_their_name() -> None:
    ledger = ledger_of(*["a 100, b 100, c 100"] * 13)
    names = ("Marisolva Foods", "Nordhavn Maritim", "Nordhavn Energi")
    ledger = replace(ledger, accounts=replace(ledger.accounts, names=names))

    def lose(text: str) -> list[str]:
        request = read_loss(text, reader_of(ledger))
        return [account.id for account in measure_scenario(request, scope_of(ledger)).lost]

    assert lose("Marisolva") == lose("marisolva foods TTM") == lose('"Marisolva"') == ["a"]
    assert sorted(lose("maritim, Marisolva Q4")) == ["a", "b"]
    with pytest.raises(QuestionError, match='"Nordhavn" can be 2 accounts') as several:
        lose("Nordhavn")
    assert several.value.values["nearest"] == ('lose "Nordhavn Maritim"', 'lose "Nordhavn Energi"')


def test_an_account_that_is_left_out_changes_nothing() -> None:
    ledger = ledger_of("a 1, b 1", "a 1, b 1", excluded=("b",))
    with pytest.raises(QuestionError, match="excluded from every figure"):
        asked(ledger, Lose(("b",)), months=1)


def test_a_short_history_takes_accounts_and_no_rates() -> None:
    ledger = ledger_of("a 100, b 100", "a 100, b 120, c 70")
    result = asked(ledger, Lose(("b", "c")), months=1)
    assert [effect.after.nrr for effect in result.effects] == [Fraction(1, 2)]
    assert [(account.id, account.mrr, account.counted) for account in result.lost] == [
        ("b", 12_000, True),
        ("c", 7_000, False),
    ]
    assert (result.stake, str(result.ttm_reason)) == (19_000, "needs 13 month closes, there are 2")
    with pytest.raises(QuestionError, match="needs 13 month closes, there are 2"):
        asked(ledger, Scaled("churn", Fraction(1, 10)), months=1)
    with pytest.raises(QuestionError, match="the history begins with"):
        asked(ledger, Lose(("b",)), months=5)


@given(ledgers(), st.data())
@settings(max_examples=150, deadline=None)
def test_losing_accounts_is_the_ledger_without_them_at_the_end(ledger: Ledger, data: st.DataObject) -> None:
    gone = np.array(data.draw(st.lists(st.booleans(), min_size=ledger.accounts.count, max_size=ledger.accounts.count)))
    months = data.draw(st.integers(1, len(ledger.panel) - 1))
    end = data.draw(st.integers(ledger.first.ordinal + months, ledger.last.ordinal))
    window = Window.ending(Month(end), months)
    panel = ledger.panel.copy()
    panel[ledger.first.until(window.end), gone] = 0
    changed = replace(ledger, panel=panel)
    for filters in ((), (Filter("size", "SMB"),), (Filter("industry", "Unassigned"),)):
        members, after = (select_members(Segments(side, EDGY_RULES), filters, window) for side in (ledger, changed))
        effect, wanted = measure_loss(ledger, "cut", window, members, gone), measure(changed, window, after)
        assert (effect.after.nrr, effect.after.grr, effect.base) == (wanted.nrr, wanted.grr, wanted.base)
        assert [getattr(effect.after, name) for name in ("expansion", "contraction", "churn", "ending")] == [
            wanted.expansion, wanted.contraction, wanted.churn, wanted.ending,
        ]  # fmt: skip
        before = measure(ledger, window, members)
        assert effect.mrr == wanted.ending - before.ending
        assert effect.before == State(
            before.starting, Fraction(before.expansion), Fraction(before.contraction), Fraction(before.churn)
        )


BRIDGES = st.builds(
    lambda stays, grows, shrinks, leaves: Bridge(
        Window(Month(0), Month(12)),
        starting=stays + shrinks + leaves,
        expansion=grows,
        contraction=shrinks,
        churn=leaves,
        ending=stays + grows,
    ),
    *[st.integers(0, 10**9)] * 4,
).filter(lambda bridge: bridge.starting > 0)
RATES = st.integers(0, 1000).map(lambda number: Fraction(number, 1000))


@given(BRIDGES, RATES, RATES)
@settings(max_examples=200)
def test_rates_and_ratios_are_identities_on_the_bridge(bridge: Bridge, one: Fraction, other: Fraction) -> None:
    assert bridge.nrr is not None
    assert bridge.grr is not None
    measured = find_shifts(Scaled("churn", Fraction(0)), bridge)[1]
    assert apply_shift(bridge, measured).nrr == bridge.nrr
    before, after = (apply_shift(bridge, shift) for shift in find_shifts(Reach("grr", one), bridge))
    assert (before.nrr, before.grr, after.grr, after.expansion) == (
        bridge.nrr,
        bridge.grr,
        one,
        Fraction(bridge.expansion),
    )
    assert after.nrr == bridge.nrr + one - bridge.grr
    if bridge.contraction + bridge.churn:
        assert after.churn * bridge.contraction == after.contraction * bridge.churn
    wanted = bridge.grr + one
    reached = apply_shift(bridge, find_shifts(Reach("nrr", wanted), bridge)[1])
    assert (reached.nrr, reached.grr) == (wanted, bridge.grr)
    assume(
        max(compute_yearly_loss(one), compute_yearly_loss(other)) <= 1 - Fraction(bridge.contraction, bridge.starting)
    )
    before, after = (apply_shift(bridge, shift) for shift in find_shifts(Monthly("churn", one, other), bridge))
    assert before.nrr is not None
    assert after.nrr is not None
    assert after.nrr - before.nrr == (1 - other) ** 12 - (1 - one) ** 12
    assert apply_shift(bridge, find_shifts(Monthly("churn", None, other), bridge)[1]) == after


@given(st.fractions(0, 1, max_denominator=10**12))
def test_the_measured_rate_comes_to_the_measured_year(kept: Fraction) -> None:
    monthly = compute_root(kept, 12)
    assert monthly**12 <= kept < (monthly + Fraction(1, 10**50)) ** 12


def test_what_if_on_the_command_line(tmp_path: Path) -> None:
    files = sample_options(tmp_path)
    answer = msgspec.json.decode(nrrbot("ask", "whatif enterprise churn 5%->3%", "--json", *files).out)
    assert answer["supposed"] == {"kind": "monthly", "what": "churn", "from": "5.0", "to": "3.0"}
    assert [effect["of"] for effect in answer["effects"]] == ["cut", "company"]
    assert answer["effects"][0]["nrr_points"] == "15.3"
    for text in (
        "et si churn 5%->3%",
        "si grands comptes grr 95",
        'et si perdre "Büro Kranich"',
        "perdre buro kranich",
    ):
        assert nrrbot("ask", text, "--lang", "fr", *files).code == 0, text
    assert nrrbot("ask", "lose Kranich", *files).code == 0
    ran = nrrbot("ask", "lose Kranick", *files)
    assert (ran.code, "Nearest: Büro Kranich" in ran.err) == (1, True)
