"""The page that explains a cut: its accounts add up to their component, its targets and sources are named."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings

from bot.locale.translator import get_translator
from bot.messages.kit.parts import Details, Grid, Paragraph, Place
from bot.messages.reports.answer import build_answer_message
from bot.messages.reports.explanation import build_explanation_message
from bot.service.analyst import Analyst
from core.config import Advice, Company, Config
from core.errors import QuestionError
from core.ledger.ledger import Ledger
from core.ledger.past_facts import PastFacts
from core.ledger.rows import SourceRows
from core.ledger.segments import Segments
from core.metrics.contributions import list_component_contributions
from core.metrics.retention import select_base
from core.months import Period, Window
from core.playbook.playbook import Targets, extend_playbook, load_playbook
from core.playbook.schema import Product
from core.query.question import Filter, Question
from core.reports import answer_json
from core.reports.explanation import NAMED, Explanation, build_explanation_json, explain
from core.reports.scope import choose_targets
from core.store.store import Store
from core.terms import Component, Language, Metric
from tests.support.command_line import nrrbot
from tests.support.generate import EDGY_RULES, EUR, FIRST, company, ledgers
from tests.support.ledgers import build_ledger
from tests.support.samples.nine_accounts import build_analyst, build_company
from tests.support.samples.playbooks import ONE_BENCHMARK
from tests.support.scopes import scope_of

TARGETS = Targets(Fraction(11, 10), Fraction(9, 10))
TODAY = dt.date(2025, 7, 10)


def explained(ledger: Ledger, *filters: Filter, product: Product | None = None) -> Explanation:
    window = Window(ledger.last - 1, ledger.last)
    question = Question("nrr", filters, Period("month", window))
    playbook = replace(load_playbook(), product=product)
    return explain(question, scope_of(Segments(ledger, EDGY_RULES), playbook=playbook, today=TODAY))


@given(ledgers())
@settings(max_examples=60, deadline=None)
def test_the_accounts_of_a_component_add_up_to_it(ledger: Ledger) -> None:
    explanation = explained(ledger)
    ttm = explanation.answer.ttm
    if ttm is None:
        assert explanation.behind == {}
        return
    for component in get_args(Component):
        whole = list_component_contributions(ledger, select_base(ledger, ttm.bridge.window), component)
        assert explanation.behind[component] == whole[:NAMED]
        assert sum(account.amount for account in whole) == getattr(ttm.bridge, component)
    json.dumps(build_explanation_json(explanation))


@given(ledgers())
@settings(max_examples=30, deadline=None)
def test_the_page_can_be_written_in_both_languages(ledger: Ledger) -> None:
    languages: tuple[Language, ...] = ("en", "fr")
    for language in languages:
        for product in (None, *get_args(Product)):
            explanation = explained(ledger, product=product)
            text = build_explanation_message(explanation, load_playbook(), get_translator(language)).text
            assert "{" not in text


def test_the_figures_are_those_of_the_plain_answer(tmp_path: Path) -> None:
    here = build_analyst(tmp_path, "en", build_company())
    plain, whole = here.reply("/nrr", "enterprise Q3").json(), here.reply("/nrr", "why enterprise Q3").json()
    assert {key: value for key, value in whole.items() if key not in {"why", "read"}} == {
        key: value for key, value in plain.items() if key != "read"
    }
    assert here.reply("/nrr", "explique enterprise Q3").json() == whole


def test_the_components_split_the_gap(tmp_path: Path) -> None:
    data = build_analyst(tmp_path, "en", build_company()).reply("/nrr", "why enterprise Q3").json()
    parts = {component["component"]: component for component in data["why"]["components"]}
    assert set(parts) == set(get_args(Component))
    missing = float(data["reading"]["nrr_target"]["points_missing"])
    assert sum(float(part["gap_points"]) for part in parts.values()) == pytest.approx(missing, abs=0.15)
    for name, gap_part in parts.items():
        assert gap_part["mrr"] == data["trailing_12_months"][name]
        assert sum(one["mrr"] for one in gap_part["largest"]) == gap_part["mrr"]
        assert all(one["row"] for one in gap_part["largest"])


SHEET = {("Enterprise", "nrr"): Fraction(12, 10), ("", "nrr"): Fraction(105, 100), ("", "grr"): Fraction(95, 100)}


@pytest.mark.parametrize(
    ("targets", "filters", "nrr", "grr"),
    [
        ({}, "", "110 config", "90 config"),
        (SHEET, "", "105 company", "95 company"),
        (SHEET, "segment=Enterprise", "120 segment", "-"),
        (SHEET, "size=Enterprise", "120 segment", "-"),
        (SHEET, "segment=Enterprise,industry=Energy", "120 segment", "-"),
        # a target of the company is not one of its parts
        (SHEET, "segment=Enterprise,segment=SMB", "-", "-"),
        (SHEET, "segment=SMB", "-", "-"),
        (SHEET, "industry=Energy", "-", "-"),
        ({("SMB", "grr"): Fraction(8, 10)}, "segment=SMB", "-", "80 segment"),
    ],
)
def test_who_set_the_target(targets: dict[tuple[str, str], Fraction], filters: str, nrr: str, grr: str) -> None:
    ledger = replace(build_company(), targets=targets)
    cut = [Filter(dimension, value) for dimension, value in (pair.split("=") for pair in filters.split(",") if pair)]
    chosen = choose_targets(ledger, cut, TARGETS)
    metrics: tuple[Metric, ...] = get_args(Metric)
    aims = [chosen.get(metric) for metric in metrics]
    assert [f"{int(aim.value * 100)} {aim.source}" if aim else "-" for aim in aims] == [nrr, grr]


def test_the_page_says_the_target_and_who_set_it(tmp_path: Path) -> None:
    text = (
        build_analyst(tmp_path, "en", replace(build_company(), targets=SHEET))
        .reply("/nrr", "why enterprise Q3")
        .message()
        .text
    )
    assert "Target for NRR 120% (the sheet, for Enterprise): missed by" in text
    assert "No target for GRR; the range begins at 95%: missed by" in text


def twelve_months(start: int, end: int, accounts: int = 10) -> Ledger:
    """Return a ledger of thirteen closes of accounts that pay `start`, then `end`, in whole units a month."""
    panel = [[start * 100] * accounts] * 12 + [[end * 100] * accounts]
    return build_ledger(panel, first=FIRST, currency=EUR)


def page(ledger: Ledger, product: Product | None = None) -> str:
    return build_explanation_message(explained(ledger, product=product), load_playbook(), get_translator("en")).text


@pytest.mark.parametrize(
    ("start", "end", "product", "message_text"),
    [
        (1000, 990, "saas", "NRR, B2B SaaS: 100% to 120%; here 1.0 points below."),
        (1000, 1250, "platform", "NRR, platforms and modular products: 110% to 130%; here inside."),
        (1000, 1100, "commodity", "NRR, products with little to expand: 95% to 105%; here 5.0 points above."),
        (1000, 1020, None, "ACV from €12,000 to below €25,000: median 102%; here just that."),
        (10_000, 9_000, None, "an ARR from €1,000,000 to below €3,000,000: 90% to 94%; here inside."),
        (1000, 750, None, "quartiles 76%, 84% and 91%; here in the lowest quarter. Source: Benchmarkit with Aleph"),
        (1000, 800, None, "quartiles 76%, 84% and 91%; here between the lowest quarter and the median."),
        (1000, 840, None, "quartiles 76%, 84% and 91%; here between the median and the best quarter."),
        (1000, 920, None, "quartiles 76%, 84% and 91%; here in the best quarter."),
        (1000, 1300, None, "the best tenth reach 126%; here among them. Source: ChartMogul, 2023; sample: over 2,100"),
        (20, 10, None, "a monthly revenue per account below €25: the best tenth reach 82%; here 32.0 points below."),
        (20_000, 27_000, None, "Best in class, from 130%: this is."),
        (1000, 1300, None, "That NRR is excellent: above 120%."),
        (1000, 1100, None, "That NRR is healthy: 100% to 120%."),
        (1000, 950, None, "That NRR means a base that shrinks: below 100%."),
        (1000, 890, None, "That NRR means a base that degrades: below 90%."),
        (1000, 950, None, "NRR is low. To ask: Do customers leave soon after onboarding?"),
        (1000, 1300, None, "Loyalty: customers stay, GRR is 100.0%. Upsell: expansion of €3,000 of MRR"),
        (1000, 1300, None, "Nobody left."),
    ],
)  # fmt: skip
def test_what_the_page_says(start: int, end: int, product: Product | None, message_text: str) -> None:
    assert message_text in page(twelve_months(start, end), product)


def explain_signs(past: Sequence[PastFacts], last_paid: Sequence[int]) -> Explanation:
    """Return the explanation of twenty accounts: of ten with a low score eight leave; the last one pays `last_paid`."""
    panel = np.array([[100_000] * 20] * 9 + [[0] * 8 + [100_000] * 12] * 6)
    panel[:9, 19] = last_paid
    ledger = build_ledger(panel, first=FIRST, currency=EUR, facts={"nps": np.array([3.0] * 10 + [9.0] * 10)})
    question = Question("nrr", (), Period("month", Window(ledger.last - 1, ledger.last)))
    return explain(question, scope_of(ledger, today=TODAY, load_past_facts=lambda: past))


def test_the_tests_of_the_signs_are_among_the_details() -> None:
    past = PastFacts(FIRST + 8, {"nps": np.array([3.0] * 10 + [9.0] * 10)})
    explanation = explain_signs([past], [300_000] * 7 + [200_000, 100_000])
    message = build_explanation_message(explanation, load_playbook(), get_translator("en"))
    details = next(part for part in message.parts if isinstance(part, Details) and part.title == "Signs of leaving")
    assert details.finding == "1 of 2 shown to predict losses"
    grid, doubtful, scope = details.parts
    assert isinstance(grid, Grid)
    assert list(grid.rows[1]) == [
        "NPS up to 6",
        "80.0% of 10 (49–94%)",
        "0.0% of 10 (0–28%)",
        "17.0 (1.1–259.9)",
    ]
    assert doubtful == Paragraph("MRR fell at 2 closes.", "Not shown to predict here:")
    assert scope == Paragraph(
        "Lost within 6 months, of the whole company, from March 2023 to March 2024: 2 windows. Ranges: 95%."
    )
    data = build_explanation_json(explanation)["why"]["signs"]
    assert (data["months"], data["base"]["lost"]) == (6, 8)
    nps = next(sign for sign in data["signs"] if sign["code"] == "low_nps")
    assert (nps["predicts"], nps["with"]["rate"], nps["without"]["rate"], nps["lift"]) == (True, "80.0", "0.0", "17.0")


def test_signs_that_cannot_be_tested_yet_are_not_among_the_details() -> None:
    explanation = explain_signs([], [100_000] * 9)
    message = build_explanation_message(explanation, load_playbook(), get_translator("en"))
    assert "Signs of leaving" not in message.text
    reasons = {sign["code"]: sign["reason"] for sign in build_explanation_json(explanation)["why"]["signs"]["signs"]}
    assert (reasons["low_nps"], reasons["low_adoption"]) == ("no_history", "no_data")


def test_ones_own_ranges_of_another_set_are_a_second_opinion() -> None:
    playbook = extend_playbook(load_playbook(), ONE_BENCHMARK.format(name="peers", metric="nrr"), "own.toml")
    ledger = twelve_months(1000, 1000)
    question = Question("nrr", (), Period("month", Window(ledger.last - 1, ledger.last)))
    explanation = explain(question, scope_of(ledger, playbook=playbook, today=TODAY))
    text = build_explanation_message(explanation, playbook, get_translator("en")).text
    assert (
        "NRR, Mid-Market: 70% to 80%; here 20.0 points above. Source: Our association, 2026; sample: 12 peers." in text
    )
    peers = build_explanation_json(explanation)["benchmark"]["second_opinions"][0]
    assert (peers["set"], peers["by"], peers["low"], peers["high"]) == ("peers", "size", "70.0", "80.0")


@pytest.mark.parametrize(
    ("ledger", "withheld"),
    [
        (twelve_months(1000, 900, accounts=4), "small_base"),
        (twelve_months(0, 900), "empty_base"),
        (build_ledger([[100] * 9, [90] * 9], first=FIRST, currency=EUR), "no_ttm"),
    ],
)
def test_nothing_is_held_to_a_benchmark_where_no_verdict_is_given(ledger: Ledger, withheld: str) -> None:
    explanation = explained(ledger)
    assert explanation.answer.assessment.withheld == withheld
    data = build_explanation_json(explanation)
    assert (data["benchmark"], data["reading"]["questions"], data["reading"]["strengths"]) == (None, [], [])
    text = page(ledger)
    assert "Source" not in text
    assert "No verdict" in text or "n/a" in text


def test_an_ambitious_range_is_said_to_be_one(tmp_path: Path) -> None:
    ledger = twelve_months(20_000, 19_000)
    ledger = replace(ledger, panel=ledger.panel.copy())
    ledger.panel[-1, 0] = 900_000
    analyst = build_analyst(tmp_path, "en", ledger)
    message_text = "That GRR range is ambitious: surveys of companies of every size find medians of 84% and 91%."
    assert analyst.reply("/nrr", "why TTM").message().text.count(message_text) == 1
    assert "Second opinions" not in analyst.reply("/nrr", "TTM").message().text


def test_an_odd_word_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(QuestionError) as caught:
        build_analyst(tmp_path, "en", build_company()).reply("/nrr", "why entreprize Q3")
    assert "/nrr why enterprise Q3 2025" in str(caught.value)


def test_the_config_tells_the_product_and_how_much_advice(tmp_path: Path) -> None:
    from core.config import load_company_playbook

    config = Config(company=Company(product="platform"), advice=Advice(most=1))
    unhappy = replace(build_company(), facts={"nps": np.full(9, 3.0)})
    here: Analyst = replace(
        build_analyst(tmp_path, "en", unhappy), config=config, playbook=load_company_playbook(config)
    )
    data = here.reply("/nrr", "enterprise").json()
    assert "platform" in {opinion["product"] for opinion in data["benchmark"]["second_opinions"]}
    assert len(data["advice"]) == 1
    silent = replace(here, playbook=replace(here.playbook, most=0))
    assert silent.reply("/nrr", "enterprise").json()["advice"] == []


@pytest.mark.slow
def test_the_command_line_explains_and_takes_a_file_of_ones_own(tmp_path: Path) -> None:
    Store(tmp_path / "nrrbot.db")
    (tmp_path / "own.toml").write_text('replace = ["survey", "product"]', encoding="utf-8")
    (tmp_path / "config.toml").write_text("[benchmarks]\nfile = 'own.toml'\n", encoding="utf-8")
    nrrbot("demo", str(tmp_path / "demo"))
    common = (
        *("--workbook", str(tmp_path / "demo" / "sample.xlsx"), "--db", str(tmp_path / "demo" / "nrrbot.db")),
        *("--today", "2026-10-05", "--config", str(tmp_path / "config.toml")),
    )
    data: dict[str, Any] = json.loads(nrrbot("ask", "why enterprise Q3", "--json", *common).out)
    assert {opinion["set"] for opinion in data["benchmark"]["second_opinions"]} == {"stage"}
    assert data["why"]["targets_from"] == {"nrr": "range", "grr": "range"}
    (tmp_path / "own.toml").write_text("[[opinions]]\nset = 'x'\n", encoding="utf-8")
    refused = nrrbot("ask", "why", *common)
    assert refused.code == 2
    assert "The playbook own.toml cannot be used, at opinions[0]" in refused.err


def test_a_large_ledger_is_explained_at_once() -> None:
    ledger = company(3, 2_000, 26)
    segments = Segments(replace(ledger, facts={"nps": np.full(ledger.accounts.count, 3.0)}))
    window = Window(segments.ledger.last - 3, segments.ledger.last)
    question = Question("nrr", (Filter("size", "SMB"),), Period("quarter", window))
    explanation = explain(question, scope_of(segments, today=TODAY))
    assert explanation.answer.assessment.opinions
    assert answer_json.build_answer_json(explanation.answer)["advice"]


@pytest.mark.parametrize("command", ["answer", "why"])
def test_the_accounts_that_sentences_name_are_links_to_their_rows(command: str) -> None:
    panel = [[900_000, *[100_000] * 9]] * 12 + [[0, *[100_000] * 9]]
    ledger = build_ledger(panel, first=FIRST, currency=EUR)
    names = ("Ostrevan Logistik", *ledger.accounts.names[1:])
    rows = SourceRows("MRR", np.arange(2, 12, dtype=np.int32))
    ledger = replace(ledger, accounts=replace(ledger.accounts, names=names), source_rows=rows)
    explanation, translate = explained(ledger), get_translator("en")

    def link(rows: tuple[int, int]) -> str:
        return f"https://sheet/{rows}"

    if command == "answer":
        message = build_answer_message(explanation.answer, translate, link)
    else:
        message = build_explanation_message(explanation, load_playbook(), translate, link)
    sentences = [part for part in message.parts if isinstance(part, Paragraph) and "Ostrevan Logistik" in part.text]
    assert sentences
    assert all(part.spans == (Place("Ostrevan Logistik", "https://sheet/(2, 2)"),) for part in sentences)
