"""With `company.usage_months` every command averages the same accounts, and says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.service.analyst import Analyst
from bot.service.digests.building import preview_digest
from core.ledger.ledger import Ledger
from core.terms import Language
from tests.support.command_line import nrrbot, sample_options
from tests.support.sample_company import SampleCompany
from tests.support.usage import average_usage

SENTENCES = {
    "en": "Accounts priced by usage: mean of their last 3 months.",
    "fr": "Clients facturés à l’usage\u00a0: moyenne de leurs 3 derniers mois.",
}
OF_WINDOWS = (
    "", "TTM", "why", "by region TTM", "accounts TTM", "churn TTM", "TTM vs 2025", "trend", "trend quarters", "methods",
    "targets", "outlook", "benchmarks", "concentration", "mix", "whatif churn 5%->3%", "reconcile 104.1", "define nrr",
)  # fmt: skip
AS_BILLED = ("mrr", "arr TTM", "quick ratio TTM", "survival", "cohorts", "risks")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> SampleCompany:
    return SampleCompany(tmp_path_factory.mktemp("usage"))


@pytest.fixture(scope="module", params=["en", "fr"])
def analyst(request: pytest.FixtureRequest, company: SampleCompany) -> Analyst:
    return average_usage(company.load_analyst(request.param), 3)


def ask(analyst: Analyst, line: str) -> Any:
    return analyst.reply("/nrr", line).json()


def sum_by_hand(ledger: Ledger, start: int, end: int) -> tuple[int, int, int]:
    """Return starting, ending and kept MRR of the company, account by account in plain Python."""
    sums = [0, 0, 0]
    pricing = ledger.columns["pricing_model"]
    for account in range(ledger.accounts.count):
        if ledger.accounts.excluded[account]:
            continue
        amounts = ledger.panel[:, account].tolist()
        by_usage = pricing.codes[account] >= 0 and pricing.values[pricing.codes[account]] == "usage"

        def enter(row: int, amounts: list[int] = amounts, *, by_usage: bool = by_usage) -> int:
            paid = [amount for amount in amounts[row - 2 : row + 1] if amount] if by_usage else amounts[row : row + 1]
            return (sum(paid) + len(paid) // 2) // len(paid) if amounts[row] else 0

        before, after = enter(start), enter(end)
        if before:
            sums[0] += before
            sums[1] += after
            sums[2] += min(before, after)
    return sums[0], sums[1], sums[2]


def test_the_plain_answer_is_that_of_plain_python(analyst: Analyst) -> None:
    ledger = analyst.load_newest().scope.ledger
    last = len(ledger.panel) - 1
    starting, ending, kept = sum_by_hand(ledger, last - 12, last)
    window = ask(analyst, "TTM")["window"]
    assert (window["starting_mrr"], window["ending_mrr"]) == (starting, ending)
    assert window["starting_mrr"] - window["contraction"] - window["churn"] == kept
    assert ask(average_usage(analyst, 0), "TTM")["window"]["ending_mrr"] != ending


def test_every_command_has_the_same_twelve_months(analyst: Analyst) -> None:
    year = ask(analyst, "TTM")["window"]
    nrr, starting = year["nrr"], year["starting_mrr"]
    assert ask(analyst, "why TTM")["window"]["nrr"] == nrr
    assert ask(analyst, "Q3")["trailing_12_months"]["nrr"] == nrr
    assert sum(row["window"]["starting_mrr"] for row in ask(analyst, "by region TTM")["rows"]) == starting
    accounts = ask(analyst, "accounts TTM")
    assert (accounts["window"]["nrr"], accounts["window"]["starting_mrr"]) == (nrr, starting)
    assert ask(analyst, "churn TTM")["window"]["nrr"] == nrr
    assert f'"nrr": "{nrr}"' in json.dumps(ask(analyst, "TTM vs 2025")["versus"])
    assert ask(analyst, "methods TTM")["trailing_12_months"]["cohort"]["nrr"] == nrr
    assert ask(analyst, "trend")["months"][-1]["trailing_12_months"]["nrr"] == nrr
    assert ask(analyst, "trend quarters")["months"][-1]["nrr"] == ask(analyst, "Q3 2026")["window"]["nrr"]
    assert ask(analyst, "concentration TTM")["trailing_12_months"]["nrr"] == nrr
    assert ask(analyst, f"reconcile {nrr} TTM")["matches"][0]["definition"] == "cohort"


def test_movements_and_levels_are_as_billed(analyst: Analyst) -> None:
    plain = average_usage(analyst, 0)
    for line in AS_BILLED:
        averaged, billed = ask(analyst, line), ask(plain, line)
        assert averaged.pop("usage_months") == 3
        assert billed.pop("usage_months") is None
        assert averaged == billed, line
    months = ("start_mrr", "new", "reactivation", "expansion", "contraction", "churn", "end_mrr")
    rows = [[[month[key] for key in months] for month in ask(side, "trend")["months"]] for side in (analyst, plain)]
    assert rows[0] == rows[1]
    methods = [ask(side, "methods TTM")["window"]["movements"] for side in (analyst, plain)]
    assert methods[0] == methods[1]


@pytest.mark.parametrize("line", OF_WINDOWS)
def test_the_answer_says_so(analyst: Analyst, line: str) -> None:
    language: Language = analyst.translate.language
    reply = analyst.reply("/nrr", line)
    assert reply.message().text.count(SENTENCES[language]) == 1
    assert reply.json()["usage_months"] == 3


def test_the_digest_says_so(analyst: Analyst) -> None:
    assert SENTENCES[analyst.translate.language] in preview_digest(analyst, analyst.clock()).text


def test_the_setting_counts_in_the_recorded_figures(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[company]\nusage_months = 3\n", encoding="utf-8")
    options = "--config", config, *sample_options(tmp_path)
    answer = json.loads(nrrbot("ask", "TTM", "--json", *options).out)
    figures = json.loads(nrrbot("metrics", "--json", *options).out)
    key = (None, 12, answer["window"]["end"])
    (whole,) = (row for row in figures if (row["dimension"], row["window_months"], row["end"]) == key)
    names = ("starting_mrr", "expansion", "contraction", "churn", "ending_mrr", "nrr", "grr")
    assert [whole[name] for name in names] == [answer["window"][name] for name in names]
    assert answer["usage_months"] == 3
    movements = nrrbot("movements", "--json", *options).out
    config.write_text("", encoding="utf-8")
    ran = nrrbot("sync", *options)
    assert "usage_months" in nrrbot("restatements", *options).out, ran.out
    assert nrrbot("movements", "--json", *options).out == movements
