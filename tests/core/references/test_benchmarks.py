"""Benchmarks of a cut: the ranges of the sizes it names, other sources, and where a percentage is in each."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.advice.assessment import CutFacts, assess
from core.errors import QuestionError
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger
from core.metrics.retention import measure
from core.months import Window
from core.playbook.playbook import load_playbook
from core.references.benchmarks import build_benchmarks_json, find_benchmarks, read_benchmarks
from core.terms import SIZES, Metric
from tests.support.generate import EUR, FIRST, ledger_of
from tests.support.ledgers import build_ledger
from tests.support.samples.nine_accounts import build_analyst
from tests.support.scopes import reader_of, scope_of


def build_company() -> Ledger:
    start = ", ".join(f"a{number} 1000" for number in range(8))
    end = ", ".join(f"a{number} {1040 if number else 900}" for number in range(8))
    ledger = ledger_of(*[start] * 12, end)
    segments = ["Enterprise", "Enterprise", "SMB", "SMB", "Enterprise", "Enterprise", "Enterprise", "Enterprise"]
    industries = ["Fintech", "Net"] * 4
    columns = {"segment": encode_values("Segment", segments), "industry": encode_values("Industry", industries)}
    return replace(ledger, columns=columns)


COMPANY = build_company()


def show(text: str, metric: Metric = "nrr", ledger: Ledger = COMPANY) -> dict[str, Any]:
    return build_benchmarks_json(find_benchmarks(read_benchmarks(text, reader_of(ledger, metric)), scope_of(ledger)))


@pytest.mark.parametrize(
    ("text", "metric", "metrics", "percent", "filters"),
    [
        ("", "nrr", ["nrr", "grr"], None, 0),
        ("", "grr", ["grr", "nrr"], None, 0),
        ("nrr", "grr", ["nrr"], None, 0),
        ("104%", "nrr", ["nrr"], "104.0", 0),
        ("104%", "grr", ["nrr"], "104.0", 0),
        ("96%", "nrr", ["nrr", "grr"], "96.0", 0),
        ("100%", "nrr", ["nrr", "grr"], "100.0", 0),
        ("96 %", "grr", ["grr", "nrr"], "96.0", 0),
        ("96,5% grr enterprise", "nrr", ["grr"], "96.5", 1),
        ("enterprise nrr 104.25%", "nrr", ["nrr"], "104.3", 1),
        ("enterprise, smb", "nrr", ["nrr", "grr"], None, 2),
        # a value that is called like a metric, in quotes, names no metric
        ('industry="Net" 90%', "nrr", ["nrr", "grr"], "90.0", 1),
    ],
)
def test_what_is_read(text: str, metric: Metric, metrics: list[str], percent: str | None, filters: int) -> None:
    shown = show(text, metric)
    assert (shown["metrics"], shown["percent"], len(shown["question"]["filters"])) == (metrics, percent, filters)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("grr 104%", "GRR is never above 100%"),
        ("95% 104%", "two percentages: 95% and 104%"),
        ("104% entreprize", 'no segment or period "entreprize". Nearest: Enterprise'),
        ("movements", "cohort method only"),
    ],
)
def test_what_is_refused(text: str, reason: str) -> None:
    with pytest.raises(QuestionError, match=reason):
        show(text)


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("", SIZES),
        ("enterprise", ("Enterprise",)),
        ("enterprise, smb", ("Enterprise", "SMB")),
        ("size=mid-market", ("Mid-Market",)),
        ("fintech", SIZES),
    ],
)
def test_the_ranges_are_those_of_the_sizes_that_are_named(text: str, sizes: Sequence[str]) -> None:
    ranges = [entry for entry in show(text)["benchmarks"] if entry["metric"] == "nrr" and entry["size"]]
    assert tuple(entry["size"] for entry in ranges) == sizes
    published = load_playbook().find_benchmark("nrr")
    assert [(Fraction(entry["low"]), Fraction(entry["high"])) for entry in ranges] == [
        (Fraction(low), Fraction(high)) for low, high in (published.ranges[entry["size"]] for entry in ranges)
    ]


@pytest.mark.parametrize(
    ("percent", "places"),
    [
        ("104%", [("above", "24.0"), ("above", "4.0"), ("inside", "0.0"), ("below", "6.0")]),
        ("110%", [("above", "30.0"), ("above", "10.0"), ("inside", "0.0"), ("inside", "0.0")]),
        ("59.9%", [("below", "0.1"), ("below", "20.1"), ("below", "40.1"), ("below", "50.1")]),
    ],
)
def test_where_a_percentage_is(percent: str, places: list[tuple[str, str]]) -> None:
    ranges = [entry for entry in show(f"nrr {percent}")["benchmarks"] if entry["size"]]
    assert [(entry["verdict"], entry["points"]) for entry in ranges] == places


@pytest.mark.parametrize("metric", ["nrr", "grr"])
def test_the_own_places_are_those_of_the_assessment(metric: Metric) -> None:
    year = Window.ending(COMPANY.last, 12)
    bridge = measure(COMPANY, year)
    company = int(COMPANY.mrr(year.start, year.start).sum())
    assessment = assess(bridge, load_playbook(), CutFacts(company=company))
    shown = show(metric)
    others = [entry for entry in shown["benchmarks"] if not entry["size"]]
    expected = [opinion for opinion in assessment.opinions if opinion.metric == metric]
    assert [(entry["own_verdict"], entry["source"]) for entry in others] == [
        (opinion.state, opinion.source.source.en) for opinion in expected
    ]
    assert shown["trailing_12_months"]["nrr"] == "102.3"
    own = next(entry for entry in shown["benchmarks"] if entry["size"] == "Mid-Market")
    assert own["own_verdict"] == {"nrr": "inside", "grr": "above"}[metric]


@pytest.mark.parametrize("text", ["1" * 10_000, "1 " * 5_000, "1" + " " * 9_999, "nrr " * 2_500])
def test_a_long_text_is_refused_at_once(text: str) -> None:
    reader = reader_of(COMPANY)
    begun = time.process_time()
    with contextlib.suppress(QuestionError):
        read_benchmarks(text, reader)
    assert time.process_time() - begun < 0.05


def test_without_twelve_months_the_published_values_are_given() -> None:
    shown = show("104%", ledger=ledger_of("a 1", "a 1"))
    assert shown["trailing_12_months"] is None
    assert shown["trailing_12_months_reason"] == "needs 13 month closes, there are 2"
    assert {entry["own_verdict"] for entry in shown["benchmarks"]} == {None}
    assert [entry["size"] for entry in shown["benchmarks"] if entry["size"]] == list(SIZES)
    assert show("smb", ledger=ledger_of(*["a 90000"] * 13))["trailing_12_months_reason"].startswith(
        "no account of it paid"
    )


def test_the_own_twelve_months_have_the_range_of_the_verdict(tmp_path: Path) -> None:
    # Four Mid-Market accounts and six SMB ones: neither size has 80% of the MRR.
    panel = np.array([[200_000] * 4 + [70_000] * 6] * 15, dtype=np.int64)
    analyst = build_analyst(tmp_path, "en", build_ledger(panel, first=FIRST, currency=EUR))
    benchmark, reply = analyst.reply("/nrr", "TTM").json()["benchmark"], analyst.reply("/nrr", "benchmarks")
    assert len(benchmark["sizes"]) == 2
    assert reply.json()["range"] == {
        metric: {edge: benchmark[metric][edge] for edge in ("low", "high")} for metric in ("nrr", "grr")
    }
    low, high = (float(benchmark["nrr"][edge]) for edge in ("low", "high"))
    assert f"Range for its sizes of customers: NRR {low}–{high}%" in reply.message().text
    assert analyst.reply("/nrr", "benchmarks base from ARR 10k").json()["range"] == {"nrr": None, "grr": None}
