"""The whole reading of a cut on one page: is it good, against whom, why, which accounts, what would move it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.locale.translator import Words
from bot.messages.kit.layout import Grid, Note, Paragraph, Part, render
from bot.messages.kit.message import Message
from bot.messages.kit.sentences import (
    COMPONENTS,
    METRICS,
    behind,
    cautions,
    distance,
    effect,
    evidence,
    heaviest_component,
    limit,
    points,
    ratio,
    stands_on,
    steps,
    translated,
    value_name,
)
from bot.messages.reports.answer import opening
from core.advice.assessment import Band, Gap, Question, Reading, SecondOpinion, Strength, Verdict
from core.advice.suggestions import Suggestion
from core.errors import N_
from core.money import round_fraction
from core.playbook.playbook import Opinion, Playbook, Product, Published, Ranges
from core.reports.answer import AimedBy, Answer, Figures
from core.reports.explanation import Explanation

_BANDS: Mapping[Band, str] = {
    "excellent": N_("That NRR is excellent: above {high}."),
    "healthy": N_("That NRR is healthy: {low} to {high}."),
    "shrinking": N_("That NRR means a base that shrinks: below {low}."),
    "degrading": N_("That NRR means a base that degrades: below {low}."),
}
_AIMED_BY: Mapping[AimedBy, str] = {
    "segment": N_("{metric} {target} (the sheet, for {name})"),
    "company": N_("{metric} {target} (the sheet, for the company)"),
    "config": N_("{metric} {target} (the config)"),
}
_QUESTIONS: Mapping[Question, str] = {
    "onboarding": N_("Do customers leave soon after onboarding?"),
    "help": N_("Is there too little help at the moments that count?"),
    "offer": N_("Does the offer still fit what they need?"),
}
_STRENGTHS: Mapping[Strength, str] = {
    "loyalty": N_("Loyalty: customers stay, GRR is {grr}."),
    "upsell": N_("Upsell: expansion of {expansion} a month is as much as the targets ask for."),
    "anticipation": N_("Churn is anticipated: those in trouble pay less ({contraction}) rather than leave ({churn})."),
}
_PRODUCTS: Mapping[Product, str] = {
    "saas": N_("B2B SaaS"),
    "platform": N_("platforms and modular products"),
    "commodity": N_("products with little to expand"),
}
# Of whom a class speaks: by what, and which of its two edges it has.
_WHOM = {
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
_SAYS = {
    "range": N_("{low} to {high}"),
    "open": N_("{low} or more"),
    "about": N_("about {low}"),
    "median": N_("median {middle}"),
    "quartiles": N_("quartiles {low}, {middle} and {high}"),
    "best_decile": N_("the best tenth reach {low}"),
}
_STANDS = {"below": N_("here {points} below"), "above": N_("here {points} above"), "inside": N_("here inside")}
_STANDS_OF = {
    ("about", "inside"): N_("here just that"),
    ("median", "inside"): N_("here just that"),
    ("best_decile", "inside"): N_("here among them"),
    ("quartiles", "below"): N_("here in the lowest quarter"),
    ("quartiles", "above"): N_("here in the best quarter"),
}

_LOWER, _UPPER = (
    N_("here between the lowest quarter and the median"),
    N_("here between the median and the best quarter"),
)


def explain_message(found: Explanation, playbook: Playbook, words: Words) -> Message:
    """Return the page that explains a cut."""
    return render(list(_parts(found, playbook, words)))


def _parts(found: Explanation, playbook: Playbook, words: Words) -> Iterator[Part]:
    answer = found.answer
    reading = answer.reading
    yield from opening(answer, words)
    if reading.withheld is None:
        yield from _good(found, playbook, words)
    if answer.ttm and answer.ttm.bridge.base:
        yield from _why(found, answer.ttm, words)
    for number, each in enumerate(answer.advice, 1):
        yield Paragraph(_advice(each, answer, playbook, words), words(N_("Worth trying {number}:"), number=number))
    if reading.withheld is None and playbook.most and not answer.advice:
        yield Paragraph(
            words(N_("Nothing to suggest: no lever finds evidence in this ledger and something left to win."))
        )
    yield Note(stands_on(answer, words))


def _good(found: Explanation, playbook: Playbook, words: Words) -> Iterator[Part]:
    """Yield against what it is good or not: the sources, second opinions, band, targets; strengths or questions."""
    answer = found.answer
    reading = answer.reading
    first = [each for each in (reading.nrr, reading.grr) if each]
    if first:
        sources = "\n".join(_first(each, reading, words) for each in first)
        yield Paragraph(sources, words(N_("The benchmark:")))
    if reading.opinions:
        note = words(N_("They speak of whole companies, with all their customers.")) if answer.question.filters else ""
        lines = [_opinion(each, answer, words) for each in reading.opinions]
        yield Paragraph("\n".join([note, *lines] if note else lines), words(N_("Second opinions:")))
    yield Paragraph(_targets(found, playbook, words), words(N_("By itself and against the target:")))
    if reading.questions:
        yield Paragraph(
            " ".join(words(_QUESTIONS[each]) for each in reading.questions), words(N_("NRR is low. To ask:"))
        )
    if reading.strengths:
        said = " ".join(_strength(each, answer, words) for each in reading.strengths)
        yield Paragraph(said, words(N_("What goes well:")))


def _first(verdict: Verdict, reading: Reading, words: Words) -> str:
    size = reading.choice.size if reading.choice else ""
    said = words(
        N_("{metric}, {size}: {low} to {high}."),
        metric=words(METRICS[verdict.metric]),
        size=size,
        low=limit(verdict.low, words),
        high=limit(verdict.high, words),
    )
    best = verdict.benchmark.best_in_class if reading.best_in_class and verdict.metric == "nrr" else None
    if best is not None:
        said += " " + words(N_("Best in class, from {low}: this is."), low=words.limit(best))
    return f"{said} {_published(verdict.benchmark, words)}"


def _published(source: Published | Suggestion, words: Words) -> str:
    """Return who says so and when; of a benchmark also of whom, and how far to trust it."""
    name = translated(source.source, words)
    if str(source.year) not in name:
        name = words(N_("{source}, {year}"), source=name, year=source.year)
    if isinstance(source, Suggestion):
        return words(N_("Source: {source}."), source=name)
    return words(
        N_("Source: {source}; sample: {sample}. {trust}"),
        source=name,
        sample=translated(source.sample, words),
        trust=translated(source.trust, words),
    )


def _opinion(each: SecondOpinion, answer: Answer, words: Words) -> str:
    says = "open" if each.row.says == "range" and each.high is None else each.row.says
    edges = {
        name: limit(edge, words)
        for name, edge in (("low", each.low), ("middle", each.middle), ("high", each.high))
        if edge is not None
    }
    template = _STANDS_OF.get((each.row.says, each.state), _STANDS[each.state])
    if each.row.says == "quartiles" and each.state == "inside" and each.middle is not None:
        template = _UPPER if each.value >= each.middle else _LOWER
    stands = words(template, points=distance(each.distance, words))
    said = words(
        N_("{metric}, {whom}: {says}; {stands}."),
        metric=words(METRICS[each.metric]),
        whom=_whom(each, answer, words),
        says=words(_SAYS[says], **edges),
        stands=stands,
    )
    return f"{said} {_published(each.source, words)}"


def _whom(each: SecondOpinion, answer: Answer, words: Words) -> str:
    if isinstance(each.source, Ranges):
        return answer.reading.choice.size if answer.reading.choice else ""
    if each.row.product is not None:
        return words(_PRODUCTS[each.row.product])
    return _by_amount(each.source, each, answer, words)


def _by_amount(source: Opinion, each: SecondOpinion, answer: Answer, words: Words) -> str:
    if source.by == "all":
        return words(N_("companies of every size"))
    low, high = each.row.at_least, each.row.below
    template = _WHOM[source.by, low is not None, high is not None]
    edges = {
        name: words.money(edge * answer.currency.unit, answer.currency)
        for name, edge in (("low", low), ("high", high))
        if edge is not None
    }
    return words(template, **edges)


def _targets(found: Explanation, playbook: Playbook, words: Words) -> str:
    reading, bands = found.answer.reading, playbook.bands
    said = []
    if reading.band:
        edges = {
            "excellent": (bands.excellent_above, bands.excellent_above),
            "healthy": (bands.healthy_from, bands.excellent_above),
            "shrinking": (bands.healthy_from, bands.healthy_from),
            "degrading": (bands.shrinking_from, bands.shrinking_from),
        }
        low, high = (words.limit(edge) for edge in edges[reading.band])
        said.append(words(_BANDS[reading.band], low=low, high=high))
    gaps = [gap for gap in (reading.nrr_gap, reading.grr_gap) if gap]
    aims = ", ".join(_aim(gap, found, words) for gap in gaps)
    said.append(words(N_("Targets: {targets}."), targets=aims))
    said += [_gap(gap, found.answer, words) for gap in gaps]
    return " ".join(said)


def _aim(gap: Gap, found: Explanation, words: Words) -> str:
    filters = found.answer.question.filters
    names = [value_name(each.dimension, each.value, words) for each in filters if each.dimension in {"segment", "size"}]
    return words(
        _AIMED_BY[found.aimed_by[gap.metric]],
        metric=words(METRICS[gap.metric]),
        target=limit(gap.target, words),
        name=", ".join(names),
    )


def _gap(gap: Gap, answer: Answer, words: Words) -> str:
    metric = words(METRICS[gap.metric])
    if gap.points <= 0:
        return words(N_("{metric} reaches its target."), metric=metric)
    return words(
        N_("{metric} misses it by {points}, {mrr} a month."),
        metric=metric,
        points=distance(gap.points, words),
        mrr=words.money(gap.mrr, answer.currency),
    )


def _strength(each: Strength, answer: Answer, words: Words) -> str:
    bridge = answer.reading.ttm
    if bridge is None:
        return ""
    if each == "anticipation" and not bridge.churn:
        return words(N_("Churn is anticipated: nobody left."))
    return words(
        _STRENGTHS[each],
        grr=ratio(bridge.grr, words),
        expansion=words.money(bridge.expansion, answer.currency),
        contraction=words.money(bridge.contraction, answer.currency),
        churn=words.money(bridge.churn, answer.currency),
    )


def _why(found: Explanation, ttm: Figures, words: Words) -> Iterator[Part]:
    """Yield the components of the twelve months with the accounts behind them, and which of them explains most."""
    answer, bridge = found.answer, ttm.bridge
    parts = {part.component: part for part in answer.reading.parts}
    counts = {"churn": bridge.churned, "contraction": bridge.contracted, "expansion": bridge.expanded}
    headings = [
        words(N_("over twelve months")),
        words(N_("MRR")),
        words(N_("points of the gap")),
        words(N_("accounts")),
        words(N_("largest")),
    ]
    rows = [
        [
            words(COMPONENTS[name]),
            words.money(getattr(bridge, name), answer.currency),
            points(parts[name].gap, words) if name in parts else words(N_("n/a")),
            words.integer(counts[name]),
            ", ".join(f"{one.name} {ratio(one.share, words)}" for one in drivers),
        ]
        for name, drivers in found.behind.items()
    ]
    yield Grid([headings, *rows], "lrrrl", heading=True)
    main = answer.reading.main
    if main and answer.reading.larger_gap:
        template = (
            N_("{component} explains most of it, {points} or {mrr} a month below what the targets ask for.")
            if main.component == "expansion"
            else N_("{component} explains most of it, {points} or {mrr} a month above what the targets allow.")
        )
        said = words(
            template,
            component=words(COMPONENTS[main.component]),
            points=distance(main.gap, words),
            mrr=words.money(round_fraction(main.gap_mrr), answer.currency),
        )
        names = behind(found.behind[main.component], answer.currency, words)
        yield Paragraph(f"{said} {names}".strip(), words(N_("Why the target is missed:")))
    elif heaviest := heaviest_component(answer, words):
        yield Paragraph(heaviest, words(N_("What weighs most:")))
    if caution := cautions(ttm, words):
        yield Paragraph(caution, words(N_("With care, over twelve months:")))


def _advice(each: Suggestion, answer: Answer, playbook: Playbook, words: Words) -> str:
    title, actions = steps(each, playbook, words)
    lines = [f"{title}. {evidence(each, answer.currency, words)} {effect(each.effect, answer.currency, words)}"]
    lines += [f"– {action}" for action in actions]
    return "\n".join([*lines, _published(each, words)])
