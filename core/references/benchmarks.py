"""The published benchmarks for a cut: ranges by size of customer, other sources, and the place of a ratio in each.

All of them are annual, so the company's own ratios next to them are those of twelve months.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from core.advice.assessment import State, compare_with_range, list_class_amounts
from core.advice.size_mix import SizeMix, choose_size_mix, find_size
from core.errors import N_, QuestionError, Sentence
from core.ledger.history import explain_missing_ratio, explain_missing_year
from core.ledger.rates import EuroRate
from core.ledger.segments import Segments
from core.metrics.retention import Bridge
from core.money import parse_share
from core.months import Period, Window
from core.playbook.playbook import Playbook
from core.playbook.schema import MAIN_SET, ClassifiedBy, CompanyClass, Opinion, Ranges
from core.query.base_floor import find_floor
from core.query.question import Question
from core.query.tokens import fold_word, tokenize
from core.query.vocabulary import METRIC_WORDS
from core.reports.answer_json import build_head_json, build_rate_json, build_window_json, format_percent
from core.reports.scope import YEAR, Origin, QuestionReader, Scope, require_cohort_method
from core.terms import SIZES, Metric, Size
from core.text import clean_text

_PERCENT = re.compile(r"""(?P<quoted>"[^"]*")|(?<![\w.,%=-])(?P<digits>\d{1,4}(?:[.,]\d{1,2})?)\s*%""")


@dataclass(frozen=True, slots=True)
class BenchmarksRequest:
    """A cut, the ratios whose benchmarks are asked for, and a ratio to compare with them.

    Attributes:
        question: the cut; its period names the end of the twelve months.
        metrics: the ratios, that of the percentage first.
        asked: the ratio to compare; None without one.

    """

    question: Question
    metrics: tuple[Metric, ...]
    asked: Fraction | None


@dataclass(frozen=True, slots=True)
class Position:
    """The place of a ratio: below, inside or above a published range, and its distance to the nearer edge."""

    state: State
    distance: Fraction


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A published statement on one ratio.

    Attributes:
        metric: the ratio.
        source: the publication.
        size: the size of customer that it is about; None where the class of `row` says whom.
        row: the statement.
        asked: the place of the ratio that was asked about; None without one, and for the other metric.
        own: the place of the cut's own twelve months; None without them.

    """

    metric: Metric
    source: Ranges | Opinion
    size: Size | None
    row: CompanyClass
    asked: Position | None
    own: Position | None


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """The benchmarks of a cut.

    Attributes:
        request: the question.
        benchmarks: by metric, the ranges by size first.
        own: the cut's own twelve months; None with a `reason`.
        reason: why there are none.
        euro_rate: the rate at which published amounts are compared with them; None where it is not known.
        mix: the sizes that the cut's own twelve months are read against; None where they are not known.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    request: BenchmarksRequest
    benchmarks: tuple[Benchmark, ...]
    own: Bridge | None
    reason: Sentence | None
    euro_rate: EuroRate | None
    mix: SizeMix | None
    segments: Segments
    origin: Origin

    def weigh_range(self, metric: Metric) -> tuple[Fraction, Fraction] | None:
        """Return the range of a ratio that the cut's own twelve months are read against; None without a mix."""
        ranges = (entry.source for entry in self.benchmarks if entry.metric == metric)
        main = next((entry for entry in ranges if isinstance(entry, Ranges) and entry.set == MAIN_SET), None)
        return self.mix.weigh_range(main) if self.mix and main else None

    def list_ranges(self, metric: Metric) -> tuple[Benchmark, ...]:
        """Return the ranges of a ratio by size of customer."""
        return tuple(entry for entry in self.benchmarks if entry.metric == metric and entry.size)


def read_benchmarks(text: str, reader: QuestionReader) -> BenchmarksRequest:
    """Return what "enterprise nrr 104%" asks for.

    Without a metric, a percentage is one of NRR, and up to 100% of either ratio: the reader's first.

    Raises:
        QuestionError: the text names two percentages or an impossible one, or its other words are no question.

    """
    plain = clean_text(text)
    percents = [match["digits"] for match in _PERCENT.finditer(plain) if match["digits"]]
    if len(percents) > 1:
        raise QuestionError(
            N_("The question names two percentages: {first}% and {second}%."),
            N_("Ask about one at a time: benchmarks {first}%"),
            first=percents[0],
            second=percents[1],
        )
    question_text = _PERCENT.sub(lambda match: match["quoted"] or " ", plain)
    year = Period("ttm", Window.ending(reader.scope.ledger.last, YEAR))
    question = reader.read(question_text, year)
    require_cohort_method(question)
    asked = parse_share(Decimal(percents[0].replace(",", "."))) if percents else None
    is_named = any(token.kind == "word" and fold_word(token.text) in METRIC_WORDS for token in tokenize(question_text))
    if is_named and question.metric == "grr" and asked is not None and asked > 1:
        raise QuestionError(
            N_("GRR is never above 100%: it counts no growth."),
            N_("Ask about NRR: benchmarks nrr {percent}%"),
            percent=percents[0],
            nearest=(f"benchmarks nrr {percents[0]}%",),
        )
    if is_named:
        return BenchmarksRequest(question, (question.metric,), asked)
    if asked is not None and asked > 1:
        return BenchmarksRequest(question, ("nrr",), asked)
    return BenchmarksRequest(question, (question.metric, "grr" if question.metric == "nrr" else "nrr"), asked)


def find_benchmarks(request: BenchmarksRequest, scope: Scope) -> Benchmarks:
    """Return the benchmarks of a cut: of the sizes that it names, else of all sizes, and the other sources.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    question, ledger = request.question, scope.ledger
    # No account is named.
    cuts = scope.cuts.skip_accounts()
    year = question.period.twelve_months
    reason = explain_missing_ratio(ledger) or explain_missing_year(ledger, year.end)
    own = None if reason else cuts.measure(question.filters, year)
    if own and not own.base:
        own, reason = None, Sentence(N_("no account of it paid at the end of {month}"), {"month": year.start})
    amounts: dict[ClassifiedBy, Fraction] = {}
    mix = None
    if own and find_floor(question.filters) is None:
        base = cuts.select(question.filters, [year]).bases[year]
        condition = question.filters[0] if len(question.filters) == 1 else None
        mix = choose_size_mix(condition, cuts.sum_by_size(question.filters, base))
    rate = scope.playbook.find_euro_rate(ledger.currencies, year.start) if own else None
    if own:
        amounts = list_class_amounts(own, cuts.sum_company(year), rate.value * ledger.currency.unit if rate else None)
    sizes = _list_sizes(question)
    benchmarks = (
        _place(metric, *statement, request=request, own=own)
        for metric in request.metrics
        for statement in _list_statements(metric, scope.playbook, sizes, amounts)
    )
    return Benchmarks(request, tuple(benchmarks), own, reason, rate, mix, scope.segments, scope.origin)


def _list_sizes(question: Question) -> Sequence[Size]:
    """Return the sizes of customer that the cut names; all of them where it names none."""
    sizes = (size for entry in question.filters if (size := find_size(entry)))
    return tuple(dict.fromkeys(sizes)) or SIZES


def _list_statements(
    metric: Metric, playbook: Playbook, sizes: Sequence[Size], amounts: dict[ClassifiedBy, Fraction]
) -> Iterator[tuple[Ranges | Opinion, Size | None, CompanyClass]]:
    for ranges in (entry for entry in playbook.benchmarks if entry.metric == metric):
        for size in sizes:
            low, high = ranges.ranges[size]
            yield ranges, size, CompanyClass(low=low, high=high)
    for opinion in (entry for entry in playbook.opinions if entry.metric == metric):
        row = opinion.select_class(playbook.product, amounts)
        if row is not None:
            yield opinion, None, row


def _place(
    metric: Metric,
    source: Ranges | Opinion,
    size: Size | None,
    row: CompanyClass,
    *,
    request: BenchmarksRequest,
    own: Bridge | None,
) -> Benchmark:
    low, _, high = row.edges
    own_ratio = None if own is None else own.nrr if metric == "nrr" else own.grr

    def place(ratio: Fraction | None) -> Position | None:
        if ratio is None:
            return None
        return Position(*compare_with_range(ratio, parse_share(low), None if high is None else parse_share(high)))

    return Benchmark(metric, source, size, row, place(request.asked), place(own_ratio))


def build_benchmarks_json(report: Benchmarks) -> dict[str, Any]:
    """Return the benchmarks as JSON: ratios and points as texts with one decimal."""
    own, request = report.own, report.request
    return {
        **build_head_json(request.question, report.segments.ledger, report.origin),
        "metrics": list(request.metrics),
        "percent": format_percent(request.asked),
        "trailing_12_months": build_window_json(own, nrr=own.nrr, grr=own.grr) if own else None,
        "trailing_12_months_reason": str(report.reason) if report.reason else None,
        "currency_rate": build_rate_json(report.euro_rate),
        "range": {metric: _build_range_json(report.weigh_range(metric)) for metric in request.metrics},
        "benchmarks": [_build_benchmark_json(entry) for entry in report.benchmarks],
    }


def _build_range_json(edges: tuple[Fraction, Fraction] | None) -> dict[str, Any] | None:
    return {"low": format_percent(edges[0]), "high": format_percent(edges[1])} if edges else None


def _build_benchmark_json(entry: Benchmark) -> dict[str, Any]:
    low, middle, high = (None if edge is None else format_percent(parse_share(edge)) for edge in entry.row.edges)
    return {
        "set": entry.source.set,
        "metric": entry.metric,
        "by": entry.source.by if isinstance(entry.source, Opinion) else "size",
        "size": entry.size,
        "product": entry.row.product,
        "from": entry.row.at_least,
        "below": entry.row.below,
        "says": entry.row.statement,
        "low": low,
        "middle": middle,
        "high": high,
        "verdict": entry.asked.state if entry.asked else None,
        "points": format_percent(entry.asked.distance) if entry.asked else None,
        "own_verdict": entry.own.state if entry.own else None,
        "own_points": format_percent(entry.own.distance) if entry.own else None,
        "source": entry.source.source.en,
        "year": entry.source.year,
        "sample": entry.source.sample.en,
        "trust": entry.source.trust.en,
    }
