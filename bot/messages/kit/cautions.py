"""Cautions about a ratio: few accounts, or one large account."""

from __future__ import annotations

from bot.locale.translator import Translator
from bot.messages.kit.sentences import (
    count_accounts,
    format_interval,
    format_ratio,
)
from core.errors import N_
from core.metrics.uncertainty import Uncertainty
from core.reports.answer import Figures


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
                    name=heaviest.account.name,
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
