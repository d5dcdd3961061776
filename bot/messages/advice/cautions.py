"""Cautions about a ratio: few accounts, one large account, or a change of prices."""

from __future__ import annotations

from bot.locale.translator import Translator
from bot.messages.kit.sentences import (
    count_accounts,
    format_interval,
    format_ratio,
    shorten_name,
)
from core.errors import N_
from core.metrics.price_effects import PriceEffects
from core.metrics.uncertainty import Uncertainty
from core.money import Currency
from core.reports.answer import Answer, Figures


def describe_cautions(figures: Figures, translate: Translator) -> str:
    """Return the reasons to read a ratio with care: a small base, or one account with a large share of it."""
    sentences = []
    if figures.uncertainty and figures.uncertainty.is_shown:
        sentences.append(_describe_intervals(figures.uncertainty, translate))
    weights = figures.concentration
    for heaviest, template in (
        (weights.base if weights else None, N_("{name} is {share} of the base; without it NRR is {nrr}.")),
        (weights.change if weights else None, N_("{name} is {share} of the change; without it NRR is {nrr}.")),
    ):
        if heaviest and heaviest.nrr_without is not None:
            sentences.append(
                translate(
                    template,
                    name=shorten_name(heaviest.account.name),
                    share=format_ratio(heaviest.account.share, translate),
                    nrr=format_ratio(heaviest.nrr_without, translate),
                )
            )
    return " ".join(sentences)


def _describe_intervals(uncertainty: Uncertainty, translate: Translator) -> str:
    """Return between which ratios NRR and GRR could be by chance, with a base of this size."""
    accounts = count_accounts(uncertainty.accounts, translate)
    if uncertainty.nrr is None:
        return translate(
            N_("With {accounts}, GRR could be {grr} by chance."),
            accounts=accounts,
            grr=format_interval(uncertainty.grr, translate),
        )
    return translate(
        N_("With {accounts}, NRR could be {nrr} by chance, GRR {grr}."),
        accounts=accounts,
        nrr=format_interval(uncertainty.nrr, translate),
        grr=format_interval(uncertainty.grr, translate),
    )


def describe_price_changes(answer: Answer, translate: Translator) -> str:
    """Return the price changes of the asked window, else of the twelve months, and NRR without; empty without any."""
    asked = answer.asked.price_effects
    ttm = answer.ttm.price_effects if answer.ttm else None
    if asked is None:
        return describe_yearly_price_changes(answer, translate)
    text = describe_price_effects(asked, answer.currency, translate)
    if ttm is None or answer.ttm is None or answer.ttm.bridge.window == answer.asked.bridge.window:
        return translate(
            N_("{changes} NRR without it: {nrr}."), changes=text, nrr=format_ratio(asked.nrr_without, translate)
        )
    return translate(
        N_("{changes} NRR without it: {nrr}, over twelve months {year}."),
        changes=text,
        nrr=format_ratio(asked.nrr_without, translate),
        year=format_ratio(ttm.nrr_without, translate),
    )


def describe_yearly_price_changes(answer: Answer, translate: Translator) -> str:
    """Return the price changes of the twelve months, and NRR without them; empty without any."""
    ttm = answer.ttm.price_effects if answer.ttm else None
    if ttm is None:
        return ""
    return translate(
        N_("{changes} NRR without it over twelve months: {year}."),
        changes=describe_price_effects(ttm, answer.currency, translate),
        year=format_ratio(ttm.nrr_without, translate),
    )


def describe_price_effects(effects: PriceEffects, currency: Currency, translate: Translator) -> str:
    """Return the price change of a window that added most, and the MRR that all of them added to its end."""
    largest = max(effects.changes, key=lambda change: abs(change.mrr))
    named = translate(
        N_("+{percent} in {month} ({accounts})") if largest.rate > 0 else N_("−{percent} in {month} ({accounts})"),
        percent=format_ratio(abs(largest.rate), translate),
        month=largest.month,
        accounts=count_accounts(largest.accounts, translate),
    )
    return translate(
        N_("Price change {changes}: {mrr} of MRR."),
        changes=named if len(effects.changes) == 1 else f"{named}, …",
        mrr=translate.format_short_money(effects.mrr, currency, signed=True),
    )
