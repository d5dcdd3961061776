"""Suggestions in sentences: whom to call or what to change, the figures that call for it, and the effect."""

from __future__ import annotations

from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.sentences import (
    count_accounts,
    count_months,
    format_points,
    format_ratio,
    format_short_ratio,
    format_short_renewal,
    shorten_name,
)
from core.advice.lift import LEAST_CHANCE, Lift
from core.advice.suggestions import Effect, LossEffect, NeededGrowth, SignEffect, Suggestion
from core.errors import N_
from core.money import Currency, to_percent, to_tenths
from core.playbook.playbook import Playbook
from core.playbook.schema import BilingualText

NAMED = 3

# What to do, by trigger. The names in braces are keys of Suggestion.figures, `first` is the largest account.
_ADVICE = {
    "early_churn": N_(
        "bring new customers to value sooner: {accounts} in their first {months} months left with {mrr} of MRR, "
        "{effect} more than at the rate of the others."
    ),
    "large_losses": N_(
        "review accounts above {acv} ACV every quarter: {accounts} lost {mrr} of MRR, {effect} more than at the rate "
        "of the others."
    ),
    "recurring_contraction": N_(
        "look again at the offer in {value}: {accounts} contracted by {mrr} of MRR, {effect} more than at the rate of "
        "the others."
    ),
    "seat_use": N_(
        "make it easy for {accounts} using {use} or more of their seats to add some, {first} first: {effect} of MRR at "
        "the growth of accounts like them."
    ),
    "quota_use": N_(
        "offer more quota to {accounts} using {use} or more of theirs, {first} first: {effect} of MRR at the growth of "
        "accounts like them."
    ),
    "single_product": N_(
        "offer another product to {accounts} with one, {first} first: {effect} of MRR at the growth of "
        "accounts like them."
    ),
    "small_entries": N_(
        "develop {accounts} up to {acv} ACV, {first} first: {effect} of MRR at the growth of accounts like them."
    ),
    "self_service": N_(
        "show the next plan inside the product to {accounts} in self-service: {effect} of MRR at the growth of "
        "accounts like them."
    ),
}

# The same of renewals and signs of today, where a sign predicts losses; the flag says whether there is an `acv`.
_ADVICE_BY_SIGNS = {
    ("risk_signals", False): N_(
        "call {accounts} with a sign that predicts losses here, {first} first: {effect} more MRR to lose within "
        "{months} than at the rate of others."
    ),
    ("renewals", False): N_(
        "call {accounts} at risk renewing in {days} days, {first} ({day}) first: {effect} more MRR to lose within "
        "{months} than at the rate of others."
    ),
    ("renewals", True): N_(
        "call {accounts} at risk above {acv} ACV renewing in {days} days, {first} ({day}) first: {effect} more MRR to "
        "lose within {months} than at the rate of others."
    ),
}

# The evidence of each trigger.
_EVIDENCE = {
    "early_churn": N_("Over twelve months {accounts} in their first {months} months left with {mrr} of MRR."),
    "large_losses": N_("Over twelve months {accounts} above {acv} ACV lost {mrr} of MRR."),
    "recurring_contraction": N_("Over twelve months {accounts} in {value} contracted by {mrr} of MRR."),
    "seat_use": N_("{use} or more of the seats in use and no sign of risk: {accounts}, {mrr} of MRR."),
    "quota_use": N_("{use} or more of the quota in use and no sign of risk: {accounts}, {mrr} of MRR."),
    "single_product": N_(
        "One product and no sign of risk: {accounts}, {mrr} of MRR. With several products: {several}."
    ),
    "small_entries": N_("Up to {acv} ACV and without a sign of risk: {accounts}, {mrr} of MRR."),
    "self_service": N_("In self-service and without a sign of risk: {accounts}, {mrr} of MRR."),
    "renewals": N_("Renewals within {days} days: {accounts}, {mrr} of MRR."),
    "risk_signals": N_("With a sign of risk: {accounts}, {mrr} of MRR."),
}
_EVIDENCE_BY_SIGNS = {
    ("risk_signals", False): N_("With a sign that predicts losses here: {accounts}, {mrr} of MRR."),
    ("renewals", False): N_("Renewals within {days} days with a sign of risk: {accounts}, {mrr} of MRR."),
    ("renewals", True): N_(
        "Renewals above {acv} ACV within {days} days with a sign of risk: {accounts}, {mrr} of MRR."
    ),
}
_LARGE_RENEWAL_EVIDENCE = N_("Renewals above {acv} ACV within {days} days: {accounts}, {mrr} of MRR.")
_LIFT_OF_LOSSES = N_(
    "Such accounts have {base_share} of the base and {share} of the losses, {lift} times their share "
    "(by chance: {chance})."
)
_LIFT_OF_GROWTH = N_(
    "Such accounts have {base_share} of the base and {share} of the expansion, {lift} times their share "
    "(by chance: {chance})."
)
_LOSS_EFFECT = N_(
    "At the loss rate of the others, {other_rate} instead of {rate}, {mrr} of MRR would have stayed: {points}."
)
_SIGN_EFFECT = N_(
    "Within {months}, accounts with such signs were lost at a rate of {rate}, others at {other_rate}: on this MRR, a "
    "difference of {mrr}, {points} over {months}."
)
_GROWTH_EFFECT = N_(
    "{grown} of such accounts grew, by {growth} in the median: the same again brings at most {mrr} of MRR, {points} of "
    "NRR."
)


def describe_suggestion(suggestion: Suggestion, currency: Currency, translate: Translator) -> str:
    """Return what to do, with whom, and its effect, as a sentence that begins with a small letter."""
    values = _format_figures(suggestion, currency, translate)
    if suggestion.trigger in _ADVICE:
        return translate(_ADVICE[suggestion.trigger], **values)
    if suggestion.effect:
        return translate(_ADVICE_BY_SIGNS[suggestion.trigger, "acv" in suggestion.figures], **values)
    count = int(suggestion.figures["accounts"])
    if suggestion.renewal is None:
        return translate.plural(
            N_("call {count} account with a sign of risk: {first}, {mrr} of MRR."),
            N_("call the {count} accounts with a sign of risk, {first} first: {mrr} of MRR."),
            count,
            **values,
        )
    if "acv" in suggestion.figures:
        return translate.plural(
            N_(
                "call {count} account above {acv} ACV that renews in {days} days before its term: {first} ({day}), "
                "{mrr} of MRR."
            ),
            N_(
                "call the {count} accounts above {acv} ACV that renew in {days} days before their term, {first} "
                "({day}) first: {mrr} of MRR."
            ),
            count,
            **values,
        )
    return translate.plural(
        N_("call {count} account that renews in {days} days before its term: {first} ({day}), {mrr} of MRR."),
        N_(
            "call the {count} accounts that renew in {days} days before their term, {first} ({day}) first: {mrr} of "
            "MRR."
        ),
        count,
        **values,
    )


def _format_figures(suggestion: Suggestion, currency: Currency, translate: Translator) -> dict[str, object]:
    """Return the figures of a suggestion as texts, under the names that the templates use."""
    figures = suggestion.figures
    texts: dict[str, object] = dict(figures)
    texts["accounts"] = count_accounts(int(figures["accounts"]), translate)
    texts["mrr"] = translate.format_short_money(int(figures["mrr"]), currency)
    if suggestion.behind:
        texts["first"] = shorten_name(suggestion.behind[0].name)
    if isinstance(use := figures.get("use"), Fraction):
        texts["use"] = format_short_ratio(use, translate)
    if "acv" in figures:
        texts["acv"] = translate.format_money(int(figures["acv"]) * currency.unit, currency)
    if suggestion.effect:
        texts["effect"] = translate.format_short_money(suggestion.effect.mrr, currency)
    if isinstance(suggestion.effect, SignEffect):
        texts["months"] = count_months(suggestion.effect.months, translate)
    if suggestion.renewal:
        texts["day"] = format_short_renewal(suggestion.renewal, translate)
    return texts


def describe_actions(suggestion: Suggestion, playbook: Playbook, translate: Translator) -> tuple[str, tuple[str, ...]]:
    """Return the title of a lever and its actions, in the reader's language."""
    lever = playbook.find_lever(suggestion.lever)
    return select_language(lever.title, translate), lever.actions.en if translate.language == "en" else lever.actions.fr


def select_language(text: BilingualText, translate: Translator) -> str:
    """Return a text of the playbook in the reader's language."""
    return text.en if translate.language == "en" else text.fr


def describe_evidence(suggestion: Suggestion, currency: Currency, translate: Translator) -> str:
    """Return the figures that call for a lever, the largest accounts behind it, and how it was tested."""
    template = _EVIDENCE[suggestion.trigger]
    if isinstance(suggestion.effect, SignEffect):
        template = _EVIDENCE_BY_SIGNS[suggestion.trigger, "acv" in suggestion.figures]
    elif suggestion.trigger == "renewals" and "acv" in suggestion.figures:
        template = _LARGE_RENEWAL_EVIDENCE
    sentences = [translate(template, **_format_figures(suggestion, currency, translate))]
    if suggestion.behind:
        largest = ", ".join(shorten_name(driver.name) for driver in suggestion.behind[:NAMED])
        sentences.append(translate(N_("Largest: {accounts}."), accounts=largest))
    if suggestion.lift:
        sentences.append(_describe_lift(suggestion.lift, suggestion.effect, translate))
    return " ".join(sentences)


def _describe_lift(lift: Lift, effect: Effect | None, translate: Translator) -> str:
    """Return how the accounts of a trigger compare with their base, and the probability of that by chance."""
    chance = Fraction(lift.chance)
    least = translate(N_("less than {share}"), share=format_ratio(LEAST_CHANCE, translate))
    return translate(
        _LIFT_OF_LOSSES if isinstance(effect, LossEffect) else _LIFT_OF_GROWTH,
        base_share=format_ratio(lift.base_share, translate),
        share=format_ratio(lift.share, translate),
        lift=translate.format_decimal(to_tenths(lift.value)),
        chance=least if chance < LEAST_CHANCE else translate.format_percent(to_percent(chance)),
    )


def describe_effect(suggestion: Suggestion, currency: Currency, translate: Translator) -> str:
    """Return the effect of a lever, in MRR and points, or why none is estimated."""
    effect, lift = suggestion.effect, suggestion.lift
    if isinstance(effect, SignEffect):
        return translate(
            _SIGN_EFFECT,
            months=count_months(effect.months, translate),
            rate=format_ratio(effect.rate, translate),
            other_rate=format_ratio(effect.other_rate, translate),
            mrr=translate.format_short_money(effect.mrr, currency),
            points=format_points(effect.nrr, translate),
        )
    if effect is None or lift is None:
        return translate(
            N_("No effect is estimated: that takes a sign that is shown to predict losses here, and enough accounts.")
        )
    mrr, points = translate.format_short_money(effect.mrr, currency), format_points(effect.nrr, translate)
    if isinstance(effect, LossEffect):
        return translate(
            _LOSS_EFFECT,
            rate=format_ratio(lift.rate, translate),
            other_rate=format_ratio(lift.other_rate, translate),
            mrr=mrr,
            points=points,
        )
    sentences = [
        translate(
            _GROWTH_EFFECT,
            grown=format_ratio(effect.grown, translate),
            growth=format_ratio(effect.growth, translate),
            mrr=mrr,
            points=points,
        )
    ]
    if effect.needed:
        sentences.append(_describe_needed_growth(effect.needed, translate))
    return " ".join(sentences)


def _describe_needed_growth(needed: NeededGrowth, translate: Translator) -> str:
    """Return what the accounts of a lever would have to gain to close the gap alone, and how many grew by that much."""
    accounts = count_accounts(needed.accounts, translate)
    if needed.growth > 1:
        return translate(N_("The whole gap is more than the MRR of {accounts}."), accounts=accounts)
    growth = format_ratio(needed.growth, translate)
    if not needed.reached:
        return translate(
            N_("The whole gap needs {growth} more from {accounts}: none grew by that much."),
            growth=growth,
            accounts=accounts,
        )
    return translate.plural(
        N_("The whole gap needs {growth} more from {accounts}: {count} account grew by that much."),
        N_("The whole gap needs {growth} more from {accounts}: {count} accounts grew by that much."),
        needed.reached,
        growth=growth,
        accounts=accounts,
    )
