"""Suggestions in sentences: the lever, the figures that call for it, and its effect."""

from __future__ import annotations

from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.sentences import count_accounts, format_points, format_ratio, format_short_ratio
from core.advice.suggestions import Effect, Suggestion
from core.errors import N_
from core.money import Currency
from core.playbook.playbook import Playbook
from core.playbook.schema import BilingualText

NAMED = 3

# The evidence of each trigger, in a sentence. The names in braces are the keys of Suggestion.figures.
_EVIDENCE = {
    "early_churn": N_("Over twelve months {share} of the churn came from {accounts} in their first {months} months."),
    "large_losses": N_("Over twelve months {accounts} above {acv} ACV lost {mrr} of MRR, {share} of all losses."),
    "renewals": N_("{accounts} above {acv} ACV, {mrr} of MRR, renew within {days} days."),
    "risk_signals": N_(
        "{accounts}, {mrr} of MRR, show a sign of leaving: "
        "{adoption} with low adoption, {nps} with a low NPS, {health} in red health."
    ),
    "recurring_contraction": N_(
        "Over twelve months {share} of the contraction, {mrr} of MRR, came from {accounts} in {value}."
    ),
    "seat_use": N_("{accounts}, {mrr} of MRR, use {use} or more of their seats."),
    "quota_use": N_("{accounts}, {mrr} of MRR, use {use} or more of their quota."),
    "single_product": N_("{accounts}, {mrr} of MRR ({share}), have one product; {several} others have several."),
    "small_entries": N_(
        "Accounts up to {acv} ACV grew by {growth} over twelve months, larger ones by {others}: {grew} of them grew, "
        "{accounts}, {mrr} of MRR, did not."
    ),
    "self_service": N_("{accounts} in self-service, {mrr} of MRR ({share}), have not grown over twelve months."),
    "unexplained_losses": N_(
        "Over twelve months {accounts} left, {mrr} of MRR ({share} of the churn), and the sheet gives no reason."
    ),
    "spread_losses": N_(
        "Over twelve months {accounts} up to {acv} ACV left, {mrr} of MRR ({share} of the churn): none is large, and "
        "no plan, industry, region, owner or tenure stands out."
    ),
    "both_short": N_(
        "Losses are {loss_points} above what the targets allow and expansion is {growth_points} below: "
        "neither team closes the gap alone. {accounts} lost {mrr} of MRR."
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


def describe_suggestion(suggestion: Suggestion, currency: Currency, playbook: Playbook, translate: Translator) -> str:
    """Return a lever in a few words: its title, the accounts behind it, and its effect."""
    title, _ = describe_actions(suggestion, playbook, translate)
    accounts = count_accounts(int(suggestion.figures["accounts"]), translate)
    names = ", ".join(driver.name for driver in suggestion.behind[:NAMED])
    effect = describe_effect(suggestion.effect, currency, translate)
    return translate(
        N_("{title}: {accounts}, first {names}. {effect}"), title=title, accounts=accounts, names=names, effect=effect
    )


def describe_actions(suggestion: Suggestion, playbook: Playbook, translate: Translator) -> tuple[str, tuple[str, ...]]:
    """Return the title of a lever and its actions, in the reader's language."""
    lever = playbook.find_lever(suggestion.lever)
    return select_language(lever.title, translate), lever.actions.en if translate.language == "en" else lever.actions.fr


def select_language(text: BilingualText, translate: Translator) -> str:
    """Return a text of the playbook in the reader's language."""
    return text.en if translate.language == "en" else text.fr


def describe_evidence(suggestion: Suggestion, currency: Currency, translate: Translator) -> str:
    """Return the figures that call for a lever, and the largest accounts behind it."""
    evidence_texts: dict[str, object] = {}
    for name, value in suggestion.figures.items():
        if isinstance(value, Fraction):
            evidence_texts[name] = (
                format_points(value, translate) if name.endswith("_points") else format_ratio(value, translate)
            )
        else:
            evidence_texts[name] = value
    evidence_texts["accounts"] = count_accounts(int(suggestion.figures["accounts"]), translate)
    if isinstance(use := suggestion.figures.get("use"), Fraction):
        evidence_texts["use"] = format_short_ratio(use, translate)
    evidence_texts["mrr"] = translate.format_money(int(suggestion.figures["mrr"]), currency)
    if "acv" in evidence_texts:
        evidence_texts["acv"] = translate.format_money(int(suggestion.figures["acv"]) * currency.unit, currency)
    largest = translate(
        N_("Largest: {accounts}."), accounts=", ".join(driver.name for driver in suggestion.behind[:NAMED])
    )
    return f"{translate(_EVIDENCE[suggestion.trigger], **evidence_texts)} {largest}"


def describe_effect(effect: Effect, currency: Currency, translate: Translator) -> str:
    """Return the effect of a lever, in points and ARR."""
    goal = (
        translate(_GOALS[effect.goal.name], value=format_short_ratio(effect.goal.value, translate))
        if effect.goal
        else ""
    )
    template = _EFFECTS[effect.kind] if effect.reached or effect.goal is None else _SHORT[effect.kind]
    return translate(
        template,
        goal=goal,
        points=format_points(effect.nrr, translate),
        arr=translate.format_money(effect.arr, currency),
    )
