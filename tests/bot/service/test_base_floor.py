"""NRR and GRR over the accounts from an ARR on: the figures, the message and the JSON."""

from __future__ import annotations

from typing import Any

import pytest

from bot.service.analyst import Analyst
from core.errors import QuestionError
from core.ledger.ledger import Ledger
from tests.support.sample_company import SampleCompany

FLOOR = 100_000
TTM = "TTM base from ARR 100k"
PEERS = {
    "en": "Compare it only with companies that report from the same ARR: ranges count all customers.",
    "fr": "À ne comparer qu’aux entreprises qui publient à partir du même ARR\u00a0: "
    "les fourchettes comptent tous les clients.",
}
NAMES = {"en": "ARR from €100,000", "fr": "ARR à partir de 100\u202f000\u00a0€"}
CUTS = (
    "", "TTM", "why TTM", "by region TTM", "accounts TTM", "trend", "methods TTM", "churn TTM", "mrr", "arr", "risks",
    "opportunities", "renewals 60", "outlook", "cohorts", "benchmarks", "mix", "quickratio", "concentration",
    "survival", "reconcile 104.1", "whatif churn 5%->3%", 'lose "Castelmur"',
)  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> SampleCompany:
    return SampleCompany(tmp_path_factory.mktemp("floor"))


@pytest.fixture(scope="module", params=["en", "fr"])
def analyst(request: pytest.FixtureRequest, company: SampleCompany) -> Analyst:
    return company.load_analyst(request.param)


def ask(analyst: Analyst, line: str) -> Any:
    return analyst.reply("/nrr", line).json()


def sum_by_hand(ledger: Ledger, months: int, floor: int) -> dict[str, int]:
    """Return the sums of the window of some months to the last close, account by account, in plain Python."""
    panel, counted = ledger.panel.tolist(), (~ledger.accounts.excluded).tolist()
    start, end = panel[-1 - months], panel[-1]
    base = [place for place, mrr in enumerate(start) if counted[place] and mrr > 0 and 12 * mrr >= floor * 100]
    return {
        "accounts": len(base),
        "starting": sum(start[place] for place in base),
        "ending": sum(end[place] for place in base),
        "kept": sum(min(start[place], end[place]) for place in base),
    }


@pytest.mark.parametrize("floor", [1, 5_000, FLOOR, 250_000])
@pytest.mark.parametrize(("line", "months"), [("TTM", 12), ("Q3 2026", 3)])
def test_the_figures_are_those_of_plain_python(analyst: Analyst, floor: int, line: str, months: int) -> None:
    answer = ask(analyst, f"{line} base from ARR {floor}")
    ledger = analyst.load_newest().scope.ledger
    expected, whole = (sum_by_hand(ledger, months, amount) for amount in (floor, 0))
    window, base = answer["window"], answer["base_share"]
    assert (window["starting_mrr"], window["ending_mrr"]) == (expected["starting"], expected["ending"])
    assert window["starting_mrr"] - window["contraction"] - window["churn"] == expected["kept"]
    assert (window["new_mrr"], window["reactivated_mrr"]) == (0, 0)
    assert (base["accounts"], base["of_accounts"]) == (expected["accounts"], whole["accounts"])
    assert (base["mrr"], base["of_mrr"]) == (expected["starting"], whole["starting"])


def test_a_floor_at_the_edge_takes_the_account(analyst: Analyst) -> None:
    ledger = analyst.load_newest().scope.ledger
    ours = [12 * mrr for mrr in ledger.panel[-13].tolist() if mrr and not 12 * mrr % 100]
    edge = sorted(ours)[-3] // 100
    at, above = (ask(analyst, f"TTM base from ARR {amount}")["base_share"]["accounts"] for amount in (edge, edge + 1))
    assert at > above


def test_the_base_is_frozen_at_the_start(analyst: Analyst) -> None:
    rows = ask(analyst, "accounts base TTM base from ARR 100k")["rows"]
    assert all(12 * row["start_mrr"] >= FLOOR * 100 for row in rows)
    assert any(12 * row["end_mrr"] < FLOOR * 100 for row in rows)


def test_the_question_in_json(analyst: Analyst) -> None:
    answer = ask(analyst, f"enterprise {TTM}")
    assert answer["read"]["as"] == "enterprise TTM 2026-09 base from ARR 100000"
    assert answer["read"]["base"] == answer["question"]["base"] == {"arr_from": FLOOR}
    assert answer["read"]["filters"] == {"segment": ["Enterprise"]}
    assert answer["question"]["filters"] == [{"dimension": "segment", "value": "Enterprise"}]
    plain = ask(analyst, "TTM")
    assert plain["question"]["base"] is plain["base_share"] is None
    assert "base" not in plain["read"]


def test_a_floor_has_no_benchmark_and_no_target(analyst: Analyst) -> None:
    for line in (TTM, f"enterprise {TTM}"):
        answer = ask(analyst, line)
        assert answer["benchmark"] is None
        reading = answer["reading"]
        assert (reading["withheld"], reading["rating"], reading["nrr_target"]) == (None, None, None)


def test_the_message_says_what_the_base_is(analyst: Analyst) -> None:
    language = analyst.translate.language
    text = analyst.reply("/nrr", TTM).message().text
    assert text.startswith(NAMES[language])
    assert PEERS[language] in text
    share = {
        "en": "Base at the start: 15 of 113 accounts, 70.2% of the MRR.",
        "fr": "Base initiale\u00a0: 15 comptes sur 113, 70,2\u00a0% du MRR.",
    }
    assert share[language] in text
    assert PEERS[language] in analyst.reply("/nrr", "benchmarks base from ARR 100k").message().text
    assert PEERS[language] not in analyst.reply("/nrr", "TTM").message().text


@pytest.mark.parametrize("cut", CUTS)
def test_every_cut_may_begin_at_an_arr(analyst: Analyst, cut: str) -> None:
    reply = analyst.reply("/nrr", f"{cut} base from ARR 100k")
    answer = reply.json()
    assert answer["read"]["base"] == {"arr_from": FLOOR}
    assert NAMES[analyst.translate.language] in reply.message().text
    assert ask(analyst, answer["read"]["as"])["read"] == answer["read"]


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("NRR of customers above 100k ARR", "Q3 2026 base from ARR 100000"),
        ("what is the NRR of customers with more than 100k of ARR?", "Q3 2026 base from ARR 100000"),
        ("GRR of enterprise customers above $250k ARR over the last 12 months",
         "grr enterprise TTM 2026-09 base from ARR 250000"),
        ("why did NRR of customers above 100k ARR fall?", "why Q3 2026 base from ARR 100000"),
        ("NRR of customers above 100k ARR by region", "by region Q3 2026 base from ARR 100000"),
        ("NRR sur les clients à plus de 100 k€ d'ARR", "Q3 2026 base from ARR 100000"),
        ("quel est le NRR des clients dont l'ARR dépasse 100 k€ au T3 ?", "Q3 2026 base from ARR 100000"),
        ("GRR à partir de 100 k€ d'ARR T3", "grr Q3 2026 base from ARR 100000"),
    ],
)  # fmt: skip
def test_sentences(analyst: Analyst, sentence: str, line: str) -> None:
    assert ask(analyst, sentence)["read"]["as"] == line


def test_two_sides_with_different_floors(analyst: Analyst) -> None:
    read = ask(analyst, "TTM base from ARR 100k vs TTM base from ARR 10k")["read"]
    assert [side["base"] for side in read["sides"]] == [{"arr_from": FLOOR}, {"arr_from": 10_000}]


@pytest.mark.parametrize("line", ["targets", "signs", "define nrr", "data", "help"])
def test_an_answer_without_a_base_refuses_it(analyst: Analyst, line: str) -> None:
    with pytest.raises(QuestionError, match="has no effect on this answer"):
        analyst.reply("/nrr", f"{line} base from ARR 100k")


def test_a_limit_of_lists_is_pointed_to_the_floor(analyst: Analyst) -> None:
    with pytest.raises(QuestionError, match="base from ARR 100000"):
        analyst.reply("/nrr", "enterprise arr>100k")


def test_a_misspelt_value_keeps_the_floor_in_what_is_offered(analyst: Analyst) -> None:
    with pytest.raises(QuestionError) as refused:
        analyst.reply("/nrr", "enterprize base from ARR 100k")
    lines = refused.value.values["nearest_lines"]
    assert lines
    assert all("base from ARR 100000" in line for line in lines)  # type: ignore[attr-defined]


def test_no_account_has_that_arr(analyst: Analyst) -> None:
    answer = ask(analyst, "TTM base from ARR 999999999m")
    assert answer["window"]["nrr"] is None
    assert answer["base_share"]["accounts"] == 0
