"""Cautions about a ratio: few accounts, or one large account."""

from __future__ import annotations

from bot.locale.translator import Translator
from bot.messages.kit.sentences import (
    count_accounts,
    format_points,
    format_ratio,
)
from core.errors import N_
from core.reports.answer import Figures


def describe_cautions(figures: Figures, translate: Translator) -> str:
    """Return the reasons to read a ratio with care: a small base, or one account with a large share of it."""
    sentences = []
    if figures.errors and not (figures.errors.nrr or figures.errors.grr):
        # Where nothing moved the estimate is 0: that is no sign of a precise ratio.
        sentences.append(
            translate(N_("Only {accounts} in the base."), accounts=count_accounts(figures.bridge.base, translate))
        )
    elif figures.errors:
        sentences.append(
            translate(
                N_("With {accounts} the standard error of NRR is {nrr}, of GRR {grr}."),
                accounts=count_accounts(figures.bridge.base, translate),
                nrr=format_points(figures.errors.nrr, translate),
                grr=format_points(figures.errors.grr, translate),
            )
        )
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
