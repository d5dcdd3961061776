"""Sentences about figures that answers and digests share: verdicts, components, advice, what is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from bot.locale.translator import Translator
from core.advice.assessment import Assessment, Verdict
from core.advice.suggestions import Effect, Suggestion
from core.errors import N_
from core.ledger.segments import DERIVED, UNASSIGNED, Segments
from core.metrics.contributions import Contribution
from core.metrics.retention import Bridge, measure
from core.money import Currency, percent, round_fraction
from core.playbook.playbook import Playbook
from core.playbook.schema import BilingualText
from core.query.question import Filter, Question
from core.query.vocabulary import named
from core.reports.answer import Answer, Figures
from core.reports.scope import Excluded, excluded_accounts, select_members
from core.terms import Component

NAMED = 3

COMPONENTS: Mapping[Component, str] = {
    "churn": N_("churn"),
    "contraction": N_("contraction"),
    "expansion": N_("expansion"),
}
METRICS = {"nrr": N_("NRR"), "grr": N_("GRR")}
METHODS = {
    "cohort": N_("Cohort method"),
    "movements": N_("Movements method: all customers of the window, reactivation counted as a gain"),
    "compounded": N_("Compounded method: the product of the monthly ratios"),
}
# What stands behind figures that are not the cohort's, so that nobody takes them for those.
OTHER_METHODS = {"movements": N_("{figures} (movements method)"), "compounded": N_("{figures} (compounded method)")}
_VERDICTS = {
    "below": N_("{metric} is {points} below the {size} range of {low} to {high}."),
    "inside": N_("{metric} is inside the {size} range of {low} to {high}."),
    "above": N_("{metric} is {points} above the {size} range of {low} to {high}."),
}
_DIAGNOSES = {
    "healthy": N_("The base stays and grows."),
    "leaking": N_("Expansion is covering a leak."),
    "loyal": N_("Customers stay, and do not grow."),
    "losing": N_("The base shrinks: stop the losses first."),
}
_WITHHELD = {
    "no_ttm": N_("No verdict: a yearly benchmark needs twelve months of history."),
    "empty_base": N_("No verdict: nobody in it paid twelve months ago."),
    "small_base": N_("No verdict: with {count} in the base, one account more or less would turn it."),
    "much_left_out": N_("No verdict: more than 10% of the base is left out for problems in the sheet."),
}
MARKS = {"above": N_("good"), "inside": N_("good"), "below": N_("watch")}


def ratio_text(value: Fraction | None, translate: Translator) -> str:
    """Return a ratio as a percentage, n/a where there is none."""
    return translate(N_("n/a")) if value is None else translate.percent(percent(value))


def limit_text(value: Fraction, translate: Translator) -> str:
    """Return a target or the edge of a range as a percentage: 110%."""
    return translate.limit(percent(value))


def points_text(value: Fraction, translate: Translator) -> str:
    """Return a change of a ratio in percentage points, with its sign: `+0.4`."""
    return translate.points(percent(value))


def distance_text(value: Fraction, translate: Translator) -> str:
    """Return how far two ratios are apart, without the sign: `2.9 points`."""
    return translate.distance(percent(value))


def accounts_text(count: int, translate: Translator) -> str:
    """Return how many accounts, with the word."""
    return translate.plural(N_("{count} account"), N_("{count} accounts"), count)


def both_ratios_text(figures: Figures | Bridge, translate: Translator, question: Question) -> str:
    """Return both ratios, the one asked for first: `NRR 103.6%, GRR 96.1%`. A bridge gives those of the cohort."""
    order = ("nrr", "grr") if question.metric == "nrr" else ("grr", "nrr")
    said = ", ".join(f"{translate(METRICS[name])} {ratio_text(getattr(figures, name), translate)}" for name in order)
    if isinstance(figures, Bridge) or question.method == "cohort":
        return said
    return translate(OTHER_METHODS[question.method], figures=said)


def subject_text(filters: Iterable[Filter], translate: Translator) -> str:
    """Return whom an answer is about: `Enterprise`, or the whole company."""
    names = named(filters, lambda each: value_name(each.dimension, each.value, translate))
    return names or translate(N_("Whole company"))


def value_name(dimension: str, value: str, translate: Translator) -> str:
    """Return what to call a value: those that we derive are in the reader's language, the sheet's stay as they are."""
    if value == UNASSIGNED:
        return translate(N_("Unassigned"))
    return translate(value) if dimension in DERIVED else value


def verdicts_text(answer: Answer, translate: Translator) -> str:
    """Return what the twelve months mean against the benchmark, or why that is not said."""
    reading = answer.reading
    if reading.withheld:
        base = reading.ttm.base if reading.ttm else 0
        return translate(_WITHHELD[reading.withheld], count=accounts_text(base, translate))
    both_of = (reading.nrr, reading.grr) if answer.question.metric == "nrr" else (reading.grr, reading.nrr)
    said = [_verdict(each, reading, translate) for each in both_of if each]
    if answer.question.method != "cohort" and reading.ttm:
        cohort = both_ratios_text(reading.ttm, translate, answer.question)
        said.insert(0, translate(N_("Benchmarks are for the cohort method: {figures}."), figures=cohort))
    if reading.choice and reading.choice.by == "acv" and reading.ttm and reading.ttm.average_acv is not None:
        said.append(
            translate(
                N_("({size} by the average ACV of {acv}.)"),
                size=reading.choice.size,
                acv=translate.money(round_fraction(reading.ttm.average_acv), answer.currency),
            )
        )
    said.append(typical_range_text(reading, translate))
    said.append(diagnosis_text(reading, translate))
    return " ".join(part for part in said if part)


def typical_range_text(reading: Assessment, translate: Translator) -> str:
    """Return, where GRR is below a range that stands above what surveys of everybody find, what they find."""
    medians = reading.ordinary_grr
    if not medians:
        return ""
    return translate(
        N_("That GRR range is ambitious: surveys of companies of every size find medians of {medians}."),
        medians=translate.names(dict.fromkeys(limit_text(each, translate) for each in medians)),
    )


def _verdict(verdict: Verdict, reading: Assessment, translate: Translator) -> str:
    return translate(
        _VERDICTS[verdict.state],
        metric=translate(METRICS[verdict.metric]),
        points=distance_text(verdict.distance, translate),
        size=reading.choice.size if reading.choice else "",
        low=limit_text(verdict.low, translate),
        high=limit_text(verdict.high, translate),
    )


def diagnosis_text(reading: Assessment, translate: Translator) -> str:
    """Return what NRR and GRR mean together."""
    if reading.diagnosis is None:
        return ""
    if reading.diagnosis == "healthy" and any(each and each.state == "below" for each in (reading.nrr, reading.grr)):
        # The range asks for more than the bands that hold for everybody.
        return translate(N_("For its size that is low; by itself the base stays and grows."))
    if reading.diagnosis != "between":
        return translate(_DIAGNOSES[reading.diagnosis])
    gap = reading.grr_gap if reading.larger_gap == "grr" else reading.nrr_gap
    if reading.larger_gap is None or gap is None:
        return translate(N_("Both reach their targets."))
    return translate(
        N_("The larger gap to target is that of {metric}: {points} to {target}."),
        metric=translate(METRICS[gap.metric]),
        points=distance_text(gap.points, translate),
        target=limit_text(gap.target, translate),
    )


def main_cause_text(answer: Answer, translate: Translator) -> str:
    """Return what cost most over twelve months, with the accounts behind it, and the growth that is missing."""
    return " ".join(part for part in (_heaviest_loss(answer, translate), _missing_growth(answer, translate)) if part)


def _heaviest_loss(answer: Answer, translate: Translator) -> str:
    part, ttm = answer.reading.heaviest_loss, answer.ttm
    if part is None or ttm is None:
        return ""
    said = translate(
        N_("over twelve months {component} of {mrr} a month ({points})."),
        component=translate(COMPONENTS[part.component]),
        mrr=translate.money(part.amount, answer.currency),
        points=distance_text(part.points, translate),
    )
    return f"{said} {accounts_behind_text(ttm.drivers.get(part.component, ()), answer.currency, translate)}".strip()


def _missing_growth(answer: Answer, translate: Translator) -> str:
    part, gap = answer.reading.missing_growth, answer.reading.nrr_gap
    if part is None or gap is None:
        return ""
    template = (
        N_("Expansion of {mrr} ({points}): {missing} a month more would have met the target.")
        if part.amount
        else N_("No expansion at all: {missing} a month would have met the target.")
    )
    return translate(
        template,
        mrr=translate.money(part.amount, answer.currency),
        points=distance_text(part.points, translate),
        missing=translate.money(gap.mrr, answer.currency),
    )


def accounts_behind_text(drivers: Iterable[Contribution], currency: Currency, translate: Translator) -> str:
    """Return the largest accounts of a figure, with their MRR and their share of it."""
    named = [
        translate(
            N_("{name} {mrr} ({share})"),
            name=each.name,
            mrr=translate.money(each.amount, currency),
            share=ratio_text(each.share, translate),
        )
        for each in drivers
    ]
    return translate(N_("Largest: {accounts}."), accounts=", ".join(named)) if named else ""


# What each trigger saw, in a sentence. The names in braces are those of core.triggers.
_EVIDENCE = {
    "early_churn": N_("Over twelve months {share} of the churn came from {accounts} in their first {months} months."),
    "large_losses": N_("Over twelve months {accounts} above {acv} ACV lost {mrr} a month, {share} of all losses."),
    "renewals": N_("{accounts} above {acv} ACV, {mrr} a month, renew within {days} days."),
    "risk_signals": N_(
        "{accounts}, {mrr} a month, show a sign of leaving: "
        "{adoption} with low adoption, {nps} with a low NPS, {health} in red health."
    ),
    "recurring_contraction": N_(
        "Over twelve months {share} of the contraction, {mrr} a month, came from {accounts} in {value}."
    ),
    "seat_use": N_("{accounts}, {mrr} a month, use {use} or more of their seats."),
    "quota_use": N_("{accounts}, {mrr} a month, use {use} or more of their quota."),
    "single_product": N_("{accounts}, {mrr} a month ({share}), have one product; {several} others have several."),
    "small_entries": N_(
        "Accounts up to {acv} ACV grew by {growth} over twelve months, larger ones by {others}: {grew} of them grew, "
        "{accounts}, {mrr} a month, did not."
    ),
    "self_service": N_("{accounts} in self-service, {mrr} a month ({share}), have not grown over twelve months."),
    "unexplained_losses": N_(
        "Over twelve months {accounts} left, {mrr} a month ({share} of the churn), and the sheet gives no reason."
    ),
    "spread_losses": N_(
        "Over twelve months {accounts} up to {acv} ACV left, {mrr} a month ({share} of the churn): none is large, and "
        "no plan, industry, region, owner or tenure stands out."
    ),
    "both_short": N_(
        "Losses are {loss_points} above what the targets allow and expansion is {growth_points} below: "
        "neither team closes the gap alone. {accounts} lost {mrr} a month."
    ),
}
_EFFECTS = {
    "losses_to_goal": N_("Losing so much less that GRR reaches {goal} is worth {points}, {arr} ARR."),
    "expansion_to_goal": N_("Growth there that brings NRR to {goal} is worth {points}, {arr} ARR."),
    "both_to_target": N_("Losses and growth both at their targets bring NRR to {goal}: {points}, {arr} ARR."),
    "at_stake": N_("At stake: {points}, {arr} ARR."),
    "expected_loss": N_("At the loss rate of the last twelve months {points}, {arr} ARR would go."),
}
# Where the accounts behind a lever are too few to reach the goal by themselves.
_SHORT = {
    "losses_to_goal": N_("Without these losses GRR is {points} higher, {arr} ARR; {goal} asks for more still."),
    "expansion_to_goal": N_("Twice as large, they bring {points}, {arr} ARR; {goal} asks for more still."),
}
_GOALS = {
    "range_low": N_("the lower edge of the range ({value})"),
    "target": N_("the target ({value})"),
}


def suggestion_texts(
    each: Suggestion, currency: Currency, playbook: Playbook, translate: Translator
) -> tuple[str, str]:
    """Return (title, reason): what to try, then the figures that call for it and what it would bring."""
    title, actions = action_texts(each, playbook, translate)
    return title, " ".join(
        [evidence_text(each, currency, translate), actions[0], effect_text(each.effect, currency, translate)]
    )


def action_texts(each: Suggestion, playbook: Playbook, translate: Translator) -> tuple[str, tuple[str, ...]]:
    """Return (title, actions): what to try, and how."""
    lever = playbook.find_lever(each.lever)
    return playbook_text(lever.title, translate), lever.actions.en if translate.language == "en" else lever.actions.fr


def playbook_text(text: BilingualText, translate: Translator) -> str:
    """Return a text of the playbook in the reader's language."""
    return text.en if translate.language == "en" else text.fr


def evidence_text(each: Suggestion, currency: Currency, translate: Translator) -> str:
    """Return the figures that call for a lever, and the largest accounts behind it."""
    shown: dict[str, object] = {}
    for name, value in each.figures.items():
        if isinstance(value, Fraction):
            shown[name] = distance_text(value, translate) if name.endswith("_points") else ratio_text(value, translate)
        else:
            shown[name] = value
    shown["accounts"] = accounts_text(int(each.figures["accounts"]), translate)
    if isinstance(use := each.figures.get("use"), Fraction):
        shown["use"] = limit_text(use, translate)
    shown["mrr"] = translate.money(int(each.figures["mrr"]), currency)
    if "acv" in shown:
        shown["acv"] = translate.money(int(each.figures["acv"]) * currency.unit, currency)
    largest = translate(N_("Largest: {accounts}."), accounts=", ".join(driver.name for driver in each.behind[:NAMED]))
    return f"{translate(_EVIDENCE[each.trigger], **shown)} {largest}"


def effect_text(effect: Effect, currency: Currency, translate: Translator) -> str:
    """Return what a lever would bring, in points and ARR."""
    goal = translate(_GOALS[effect.goal.name], value=limit_text(effect.goal.value, translate)) if effect.goal else ""
    template = _EFFECTS[effect.kind] if effect.reached or effect.goal is None else _SHORT[effect.kind]
    return translate(
        template,
        goal=goal,
        points=distance_text(effect.nrr, translate),
        arr=translate.money(effect.arr, currency),
    )


def cautions_text(figures: Figures, translate: Translator) -> str:
    """Return what keeps a ratio from being taken too seriously: few accounts, or one that weighs a lot."""
    said = []
    if figures.errors and not (figures.errors.nrr or figures.errors.grr):
        # Where nothing moved the estimate is 0, which says nothing of how sure the ratio is.
        said.append(
            translate(N_("Only {accounts} in the base."), accounts=accounts_text(figures.bridge.base, translate))
        )
    elif figures.errors:
        said.append(
            translate(
                N_("With {accounts} the standard error of NRR is {nrr}, of GRR {grr}."),
                accounts=accounts_text(figures.bridge.base, translate),
                nrr=distance_text(figures.errors.nrr, translate),
                grr=distance_text(figures.errors.grr, translate),
            )
        )
    weights = figures.concentration
    for heaviest, template in (
        (weights.base if weights else None, N_("{name} is {share} of the base; without it NRR is {nrr}.")),
        (weights.change if weights else None, N_("{name} is {share} of the change; without it NRR is {nrr}.")),
    ):
        if heaviest and heaviest.nrr_without is not None:
            said.append(
                translate(
                    template,
                    name=heaviest.account.name,
                    share=ratio_text(heaviest.account.share, translate),
                    nrr=ratio_text(heaviest.nrr_without, translate),
                )
            )
    return " ".join(said)


def excluded_accounts_text(answer: Answer, translate: Translator) -> str:
    """Return how many accounts and how much MRR are left out, and why; empty where none are."""
    return unpriced_text(answer.excluded, answer.asked.bridge.starting, answer.currency, translate)


def unpriced_text(found: Excluded, starting: int, currency: Currency, translate: Translator) -> str:
    """Return how much is left out beside a base of `starting` MRR, and why; empty where nothing is."""
    if not found.accounts:
        return ""
    whole = starting + found.mrr
    said = translate.plural(
        N_("{count} account left out (at least {mrr} MRR, {share}) for errors in the sheet: see the tab NRR Problems."),
        N_(
            "{count} accounts left out (at least {mrr} MRR, {share}) for errors in the sheet: see the tab NRR Problems."
        ),
        found.accounts,
        mrr=translate.money(found.mrr, currency),
        share=ratio_text(Fraction(found.mrr, whole) if whole else Fraction(0), translate),
    )
    if found.unpriced:
        said += " " + translate.plural(
            N_("That does not count {count} account in a currency without a rate."),
            N_("That does not count {count} accounts in currencies without a rate."),
            found.unpriced,
        )
    return said


def provenance_text(answer: Answer, translate: Translator) -> str:
    """Return the small print: the date of the data, when it was read, the method."""
    said = [
        excluded_accounts_text(answer, translate),
        translate(
            N_("Data to {month}, synced {moment}. {method}."),
            month=answer.data_through,
            moment=translate.moment(answer.origin.synced_at),
            method=translate(METHODS[answer.question.method]),
        ),
    ]
    if answer.current_only:
        said.append(
            translate(
                N_("{columns}: the value of today, as the sheet has no dated rows."),
                columns=translate.names(answer.current_only),
            )
        )
    return " ".join(part for part in said if part)


def excluded_text(segments: Segments, question: Question, translate: Translator) -> str:
    """Return how much a question's cut leaves out at its start, and why; empty where nothing is."""
    ledger, window = segments.ledger, question.period.window
    if not ledger.covers(window):
        return unread_months_text(int(ledger.quarantined.sum()), translate)
    starting = measure(ledger, window, select_members(segments, question.filters, window)).starting
    return unpriced_text(excluded_accounts(segments, question.filters, window), starting, ledger.currency, translate)


def unread_months_text(count: int, translate: Translator) -> str:
    """Return how many accounts are left out for errors; empty where none are."""
    if not count:
        return ""
    return translate.plural(
        N_("{count} account left out for errors in the sheet: see the tab NRR Problems."),
        N_("{count} accounts left out for errors in the sheet: see the tab NRR Problems."),
        count,
    )


def segments_as_of_text(segments: Segments, filters: Iterable[Filter], translate: Translator) -> str:
    """Return for which columns of a cut today's value has to serve for the past; empty where for none."""
    columns = [
        translate(segments.heading(dimension))
        for dimension in dict.fromkeys(wanted.dimension for wanted in filters)
        if segments.is_current_only(dimension)
    ]
    if not columns:
        return ""
    return translate(
        N_("{columns}: the value of today, as the sheet has no dated rows."), columns=translate.names(columns)
    )
