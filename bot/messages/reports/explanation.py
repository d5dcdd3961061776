"""The explanation of a cut on one page: verdict, benchmarks, causes, the accounts behind them, suggestions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.advice.cautions import describe_cautions, describe_price_changes
from bot.messages.advice.sign_tests import build_sign_grid, list_doubtful_signs
from bot.messages.advice.suggestions import describe_actions, describe_effect, describe_evidence, select_language
from bot.messages.kit.layout import add_spans, render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Details, Grid, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_provenance, format_published_amount
from bot.messages.kit.sentences import (
    COMPONENT_LABELS,
    METRIC_LABELS,
    LinkRows,
    count_months,
    format_point_change,
    format_points,
    format_range,
    format_ratio,
    format_short_ratio,
    format_signed_points,
    link_nothing,
    name_value,
    shorten_name,
)
from bot.messages.reports.answer import build_opening, list_account_places
from core.advice.assessment import (
    AimSource,
    Assessment,
    Band,
    FollowUpQuestion,
    Gap,
    SecondOpinion,
    State,
    Strength,
    Verdict,
)
from core.advice.size_mix import SizeMix
from core.advice.suggestions import Suggestion
from core.errors import N_
from core.playbook.playbook import Playbook
from core.playbook.schema import CompanyClass, Product, Published, Ranges
from core.reports.answer import Answer, Figures
from core.reports.explanation import Explanation
from core.terms import Size

_BANDS: Mapping[Band, str] = {
    "excellent": N_("That NRR is excellent: above {high}."),
    "healthy": N_("That NRR is healthy: {low} to {high}."),
    "shrinking": N_("That NRR means a base that shrinks: below {low}."),
    "degrading": N_("That NRR means a base that degrades: below {low}."),
}
_TARGET_SOURCES: Mapping[AimSource, str] = {
    "segment": N_("Target for {metric} {target} (the sheet, for {name})"),
    "company": N_("Target for {metric} {target} (the sheet, for the company)"),
    "config": N_("Target for {metric} {target} (the config)"),
    "range": N_("No target for {metric}; the range begins at {target}"),
}
_STATES: Mapping[State, str] = {
    "below": N_("{metric} below"),
    "inside": N_("{metric} inside"),
    "above": N_("{metric} above"),
}
_FLIPS: Mapping[State, str] = {
    "below": N_("Without {name} alone, {metric} would be {ratio}, below the range."),
    "inside": N_("Without {name} alone, {metric} would be {ratio}, inside the range."),
    "above": N_("Without {name} alone, {metric} would be {ratio}, above the range."),
}
_QUESTIONS: Mapping[FollowUpQuestion, str] = {
    "onboarding": N_("Do customers leave soon after onboarding?"),
    "help": N_("Is there too little help at the moments that count?"),
    "offer": N_("Does the offer still fit what they need?"),
}
_STRENGTHS: Mapping[Strength, str] = {
    "loyalty": N_("Loyalty: customers stay, GRR is {grr}."),
    "upsell": N_("Upsell: expansion of {expansion} of MRR is as much as the targets require."),
    "anticipation": N_(
        "Accounts that pay less lost as much MRR ({contraction}) as those that left ({churn}), or more."
    ),
}
PRODUCTS: Mapping[Product, str] = {
    "saas": N_("B2B SaaS"),
    "platform": N_("platforms and modular products"),
    "commodity": N_("products with little to expand"),
}
# The population of a size class: the measure, and which of its two bounds it has.
_SIZE_CLASSES = {
    ("arr", True, True): N_("companies with an ARR from {low} to below {high}"),
    ("arr", True, False): N_("companies with an ARR from {low}"),
    ("arr", False, True): N_("companies with an ARR below {high}"),
    ("acv", True, True): N_("companies with an ACV from {low} to below {high}"),
    ("acv", True, False): N_("companies with an ACV from {low}"),
    ("acv", False, True): N_("companies with an ACV below {high}"),
    ("arpa", True, True): N_("companies with a monthly revenue per account from {low} to below {high}"),
    ("arpa", True, False): N_("companies with a monthly revenue per account from {low}"),
    ("arpa", False, True): N_("companies with a monthly revenue per account below {high}"),
}
_OPINIONS = {
    "range": N_("{low} to {high}"),
    "open": N_("{low} or more"),
    "about": N_("about {low}"),
    "median": N_("median {middle}"),
    "quartiles": N_("quartiles {low}, {middle} and {high}"),
    "best_decile": N_("the best tenth reach {low}"),
}
_POSITIONS = {"below": N_("here {points} below"), "above": N_("here {points} above"), "inside": N_("here inside")}
_POSITIONS_BY_KIND = {
    ("about", "inside"): N_("here just that"),
    ("median", "inside"): N_("here just that"),
    ("best_decile", "inside"): N_("here among them"),
    ("quartiles", "below"): N_("here in the lowest quarter"),
    ("quartiles", "above"): N_("here in the best quarter"),
}

_BELOW_MEDIAN, _ABOVE_MEDIAN = (
    N_("here between the lowest quarter and the median"),
    N_("here between the median and the best quarter"),
)


def build_explanation_message(
    explanation: Explanation, playbook: Playbook, translate: Translator, link: LinkRows = link_nothing
) -> Message:
    """Return the page that explains a cut; `link` returns the address of rows of the revenue tab."""
    parts = list(_build_parts(explanation, playbook, translate))
    return render(add_spans(parts, list_account_places(explanation.answer, link)))


def _build_parts(explanation: Explanation, playbook: Playbook, translate: Translator) -> Iterator[MessagePart]:
    answer = explanation.answer
    assessment = answer.assessment
    yield from build_opening(answer, translate)
    if assessment.questions and assessment.rating != "good":
        yield Paragraph(
            " ".join(translate(_QUESTIONS[question]) for question in assessment.questions),
            translate(N_("NRR is low. To ask:")),
        )
    if answer.ttm and answer.ttm.bridge.base:
        yield _build_accounts(explanation, answer.ttm, translate)
    if assessment.withheld is None:
        if assessment.mix:
            yield _build_benchmarks(answer, translate)
        yield _build_targets(explanation, playbook, translate)
    if answer.advice:
        count = translate.plural(N_("{count} suggestion"), N_("{count} suggestions"), len(answer.advice))
        suggestions = [
            Paragraph(_describe_suggestion(suggestion, answer, playbook, translate), f"{number}.")
            for number, suggestion in enumerate(answer.advice, 1)
        ]
        yield Details(translate(N_("What to do")), suggestions, count)
    elif assessment.withheld is None and playbook.most and answer.is_advice_known:
        nothing = N_("Nothing to suggest: this ledger gives no evidence for any lever.")
        if answer.origin.is_of_warehouse:
            nothing = N_("Nothing to suggest: no group of accounts lost more than its share.")
        yield Paragraph(translate(nothing))
    if explanation.signs.tested:
        yield _build_signs(explanation, translate)
    notes = describe_price_changes(answer, translate), describe_provenance(answer, translate)
    yield Note(" ".join(filter(None, notes)))


def _build_benchmarks(answer: Answer, translate: Translator) -> Details:
    """Return the range of the verdict with its source, then what other publications say."""
    assessment = answer.assessment
    verdicts = [verdict for verdict in (assessment.nrr, assessment.grr) if verdict]
    lines = [_describe_benchmark(verdict, assessment, translate) for verdict in verdicts]
    lines += [
        translate(
            _FLIPS[flip.state],
            name=shorten_name(flip.account.name),
            metric=translate(METRIC_LABELS[metric]),
            ratio=format_ratio(flip.ratio, translate),
        )
        for metric, flip in answer.flips.items()
    ]
    parts = [Paragraph("\n".join(lines), translate(N_("The benchmark:")))]
    if assessment.opinions:
        note = (
            translate(N_("They speak of whole companies, with all their customers.")) if answer.question.filters else ""
        )
        opinions = [_describe_opinion(opinion, answer, translate) for opinion in assessment.opinions]
        text = "\n".join(filter(None, [describe_typical_range(assessment, translate), note, *opinions]))
        parts.append(Paragraph(text, translate(N_("Second opinions:"))))
    finding = ", ".join(
        translate(_STATES[verdict.state], metric=translate(METRIC_LABELS[verdict.metric])) for verdict in verdicts
    )
    return Details(translate(N_("Against benchmarks")), parts, finding)


def describe_typical_range(assessment: Assessment, translate: Translator) -> str:
    """Return the medians that surveys of all sizes find, where GRR misses a range that is above them; else nothing."""
    medians = assessment.ordinary_grr
    if not medians:
        return ""
    return translate(
        N_("That GRR range is ambitious: surveys of companies of every size find medians of {medians}."),
        medians=translate.format_list(dict.fromkeys(format_short_ratio(median, translate) for median in medians)),
    )


def _describe_benchmark(verdict: Verdict, assessment: Assessment, translate: Translator) -> str:
    text = translate(
        N_("{metric}, {size}: {edges}."),
        metric=translate(METRIC_LABELS[verdict.metric]),
        size=name_sizes(assessment.mix, translate) if assessment.mix else "",
        edges=format_range(verdict.low, verdict.high, translate),
    )
    best = verdict.benchmark.best_in_class if assessment.best_in_class and verdict.metric == "nrr" else None
    if best is not None:
        text += " " + translate(N_("Best in class, from {low}: this is."), low=translate.format_short_percent(best))
    return f"{text} {cite_source(verdict.benchmark, translate)}"


def name_sizes(mix: SizeMix, translate: Translator) -> str:
    """Return the size that a range is about; of a mix, each size with its share of the MRR."""
    if mix.size:
        return mix.size
    return translate.format_list(f"{size} {format_short_ratio(share, translate)}" for size, share in mix.shares.items())


def cite_source(source: Published | Suggestion, translate: Translator) -> str:
    """Return the source and its year; of a benchmark also its sample and its reliability."""
    name = select_language(source.source, translate)
    if str(source.year) not in name:
        name = translate(N_("{source}, {year}"), source=name, year=source.year)
    if isinstance(source, Suggestion):
        return translate(N_("Source: {source}."), source=name)
    return translate(
        N_("Source: {source}; sample: {sample}. {trust}"),
        source=name,
        sample=select_language(source.sample, translate),
        trust=select_language(source.trust, translate),
    )


def _describe_opinion(opinion: SecondOpinion, answer: Answer, translate: Translator) -> str:
    mix = answer.assessment.mix
    template = _POSITIONS_BY_KIND.get((opinion.row.statement, opinion.state), _POSITIONS[opinion.state])
    if opinion.row.statement == "quartiles" and opinion.state == "inside" and opinion.middle is not None:
        template = _ABOVE_MEDIAN if opinion.value >= opinion.middle else _BELOW_MEDIAN
    text = translate(
        N_("{metric}, {whom}: {says}; {position}."),
        metric=translate(METRIC_LABELS[opinion.metric]),
        whom=_describe_population(opinion, mix.size if mix else None, answer, translate),
        says=describe_statement(opinion.row, translate),
        position=translate(template, points=format_points(opinion.distance, translate)),
    )
    return f"{text} {cite_source(opinion.source, translate)}"


def describe_statement(row: CompanyClass, translate: Translator) -> str:
    """Return the statement of a publication on one class: `110% to 130%`, `median 103%`."""
    low, middle, high = row.edges
    statement = "open" if row.statement == "range" and high is None else row.statement
    edges = {
        name: translate.format_short_percent(edge)
        for name, edge in (("low", low), ("middle", middle), ("high", high))
        if edge is not None
    }
    return translate(_OPINIONS[statement], **edges)


def _describe_population(opinion: SecondOpinion, size: Size | None, answer: Answer, translate: Translator) -> str:
    """Return whom a published statement is about: the size of customers, the product, a class of companies."""
    source, row = opinion.source, opinion.row
    if isinstance(source, Ranges):
        return size or ""
    if row.product is not None:
        return translate(PRODUCTS[row.product])
    if source.by == "all":
        return translate(N_("companies of every size"))
    low, high = row.at_least, row.below
    edges = {
        name: format_published_amount(edge, answer.euro_rate, answer.currency, translate)
        for name, edge in (("low", low), ("high", high))
        if edge is not None
    }
    return translate(_SIZE_CLASSES[source.by, low is not None, high is not None], **edges)


def _build_targets(explanation: Explanation, playbook: Playbook, translate: Translator) -> Details:
    """Return the band of NRR, the aims with their sources and gaps, and what goes well."""
    answer, bands = explanation.answer, playbook.bands
    assessment = answer.assessment
    sentences = []
    if assessment.band:
        edges = {
            "excellent": (bands.excellent_above, bands.excellent_above),
            "healthy": (bands.healthy_from, bands.excellent_above),
            "shrinking": (bands.healthy_from, bands.healthy_from),
            "degrading": (bands.shrinking_from, bands.shrinking_from),
        }
        low, high = (translate.format_short_percent(edge) for edge in edges[assessment.band])
        sentences.append(translate(_BANDS[assessment.band], low=low, high=high))
    gaps = [gap for gap in (assessment.nrr_gap, assessment.grr_gap) if gap]
    sentences += [_describe_target(gap, answer, translate) for gap in gaps]
    sentences += [_describe_strength(strength, answer, translate) for strength in assessment.strengths]
    finding = ", ".join(
        translate(
            N_("{metric} {points}"),
            metric=translate(METRIC_LABELS[gap.metric]),
            points=format_point_change(-gap.points, translate),
        )
        for gap in gaps
    )
    return Details(translate(N_("Against targets")), [Paragraph(" ".join(filter(None, sentences)))], finding)


def _describe_target(gap: Gap, answer: Answer, translate: Translator) -> str:
    names = [
        name_value(condition.dimension, condition.value, translate)
        for condition in answer.question.filters
        if condition.dimension in {"segment", "size"} and not condition.excluded
    ]
    text = translate(
        _TARGET_SOURCES[answer.assessment.aims[gap.metric].source],
        metric=translate(METRIC_LABELS[gap.metric]),
        target=format_short_ratio(gap.target, translate),
        name=", ".join(names),
    )
    if gap.points <= 0:
        return translate(N_("{target}: reached."), target=text)
    return translate(
        N_("{target}: missed by {points}, {mrr} of MRR."),
        target=text,
        points=format_points(gap.points, translate),
        mrr=translate.format_money(gap.mrr, answer.currency),
    )


def _describe_strength(strength: Strength, answer: Answer, translate: Translator) -> str:
    bridge = answer.assessment.ttm
    if bridge is None:
        return ""
    if strength == "anticipation" and not bridge.churn:
        return translate(N_("Nobody left."))
    return translate(
        _STRENGTHS[strength],
        grr=format_ratio(bridge.grr, translate),
        expansion=translate.format_money(bridge.expansion, answer.currency),
        contraction=translate.format_money(bridge.contraction, answer.currency),
        churn=translate.format_money(bridge.churn, answer.currency),
    )


def _build_accounts(explanation: Explanation, ttm: Figures, translate: Translator) -> Details:
    """Return the components of the twelve months with the accounts behind them."""
    answer, bridge = explanation.answer, ttm.bridge
    parts = {part.component: part for part in answer.assessment.parts}
    counts = {"churn": bridge.churned, "contraction": bridge.contracted, "expansion": bridge.expanded}
    headings = [
        translate(N_("over twelve months")),
        translate(N_("MRR")),
        translate(N_("against target, points")),
        translate(N_("accounts")),
        translate(N_("largest")),
    ]
    rows = [
        [
            translate(COMPONENT_LABELS[name]),
            translate.format_money(getattr(bridge, name), answer.currency),
            format_signed_points(-parts[name].gap, translate) if name in parts else translate(N_("n/a")),
            translate.format_count(counts[name]),
            ", ".join(f"{shorten_name(driver.name)} {format_ratio(driver.share, translate)}" for driver in drivers),
        ]
        for name, drivers in explanation.behind.items()
    ]
    finding = ", ".join(
        translate(
            N_("{component} {points}"),
            component=translate(COMPONENT_LABELS[name]),
            points=format_points(Fraction(getattr(bridge, name), bridge.starting), translate),
        )
        for name in explanation.behind
    )
    grid = Grid([headings, *rows], "lrrrl", heading=True)
    caution = describe_cautions(ttm, translate)
    basis = translate(
        N_("Amounts compare the ends of {start} and {end}."), start=bridge.window.start, end=bridge.window.end
    )
    details: list[Paragraph | Grid] = [grid, Paragraph(basis)]
    if caution:
        details.append(Paragraph(caution, translate(N_("Caution:"))))
    return Details(translate(N_("Accounts behind the twelve months")), details, finding)


def _build_signs(explanation: Explanation, translate: Translator) -> Details:
    """Return the signs of leaving that were put to the test, with the loss rates of the whole company."""
    measured = explanation.signs
    parts: list[Paragraph | Grid] = [build_sign_grid(measured, explanation.thresholds, translate)]
    doubtful = list_doubtful_signs(measured, explanation.thresholds, translate)
    if doubtful:
        parts.append(Paragraph(doubtful, translate(N_("Not shown to predict here:"))))
    scope = translate.plural(
        N_("Lost within {months}, of the whole company, from {first} to {last}: {count} window. Ranges: 95%."),
        N_("Lost within {months}, of the whole company, from {first} to {last}: {count} windows. Ranges: 95%."),
        len(measured.windows),
        months=count_months(measured.months, translate),
        first=measured.windows[-1].start,
        last=measured.windows[0].end,
    )
    predicting = sum(test.predicts for test in measured.tested)
    finding = translate(
        N_("{predicting} of {count} shown to predict losses"), predicting=predicting, count=len(measured.tested)
    )
    return Details(translate(N_("Signs of leaving")), [*parts, Paragraph(scope)], finding)


def _describe_suggestion(suggestion: Suggestion, answer: Answer, playbook: Playbook, translate: Translator) -> str:
    title, actions = describe_actions(suggestion, playbook, translate)
    evidence = describe_evidence(suggestion, answer.currency, translate)
    lines = [f"{title}. {evidence} {describe_effect(suggestion, answer.currency, translate)}"]
    lines += [f"– {action}" for action in actions]
    return "\n".join([*lines, cite_source(suggestion, translate)])
