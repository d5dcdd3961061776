"""The renewal rate, as a message."""

from __future__ import annotations

from collections.abc import Iterator

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.limits import shorten
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import (
    build_origin_caution,
    describe_current_only_columns,
    describe_exclusions,
)
from bot.messages.kit.sentences import NAME_LIMIT, count_accounts, format_ratio, name_cut, name_twelve_months
from core.analyses.renewal_rate import RenewalRate, Renewals
from core.errors import N_

# Accounts that renewed less, in the sentence; the JSON has all.
SHOWN = 3
_LINES = {
    "starting": N_("start"),
    "not_due": N_("not due"),
    "due": N_("due"),
    "renewed": N_("renewed"),
}


def build_renewal_rate_message(rate: RenewalRate, translate: Translator) -> Message:
    """Return the renewal rate of the window and of twelve months, and the accounts that renewed less."""
    return render(list(_build_parts(rate, translate)))


def _build_parts(rate: RenewalRate, translate: Translator) -> Iterator[MessagePart]:
    values = {
        "name": name_cut(rate.question.filters, translate),
        "period": rate.question.period,
        "rate": format_ratio(rate.asked.rate, translate),
    }
    if rate.asked.rate is None:
        yield Headline(translate(N_("{name}, {period}: renewal rate n/a, no term ended in it"), **values))
    else:
        yield Headline(translate(N_("{name}, {period}: renewal rate {rate} of the MRR that was due"), **values))
    sentences = list(_write_findings(rate, translate))
    if sentences:
        yield Paragraph(" ".join(sentences))
    yield _build_grid(rate, translate)
    yield from build_origin_caution(rate.origin, translate)
    yield Note(" ".join(filter(None, _write_notes(rate, translate))))


def _write_findings(rate: RenewalRate, translate: Translator) -> Iterator[str]:
    asked, ledger = rate.asked, rate.segments.ledger
    if asked.accounts:
        yield translate(
            N_("Due: {accounts}; {full} renewed in full, {lost} did not renew."),
            accounts=count_accounts(asked.accounts, translate),
            full=translate.format_count(asked.renewed_in_full),
            lost=translate.format_count(asked.lost),
        )
    losses = asked.list_losses(ledger, SHOWN)
    if losses:
        names = [
            f"{shorten(account.name, NAME_LIMIT)} {translate.format_short_money(account.amount, ledger.currency)}"
            for account in losses
        ]
        yield translate(N_("Most MRR lost: {accounts}."), accounts=translate.format_list(names))
    if _year_differs(rate) and rate.ttm:
        yield translate(
            N_("Twelve months to {month}: {ratio}."),
            month=rate.ttm.window.end,
            ratio=format_ratio(rate.ttm.rate, translate),
        )


def _year_differs(rate: RenewalRate) -> bool:
    return rate.ttm is not None and rate.ttm.window != rate.asked.window


def _build_grid(rate: RenewalRate, translate: Translator) -> Grid:
    """Return the MRR of both windows by whether it was due."""
    currency = rate.segments.ledger.currency
    windows: list[tuple[str, Renewals]] = [(translate.format_period(rate.question.period), rate.asked)]
    if rate.ttm and _year_differs(rate):
        windows.append((name_twelve_months(rate.question.period, translate), rate.ttm))
    rows = [
        [
            translate(label),
            *(translate.format_short_money(getattr(renewals, name), currency) for _, renewals in windows),
        ]
        for name, label in _LINES.items()
    ]
    return Grid([[translate(N_("MRR")), *(name for name, _ in windows)], *rows], "l" + "r" * len(windows), heading=True)


def _write_notes(rate: RenewalRate, translate: Translator) -> Iterator[str]:
    segments, ledger = rate.segments, rate.segments.ledger
    if rate.ttm_reason:
        yield translate(N_("Twelve months: n/a, {reason}."), reason=rate.ttm_reason)
    yield describe_exclusions(rate.excluded, rate.asked.starting, ledger.currency, translate)
    yield describe_current_only_columns(segments, rate.question.filters, translate)
    yield translate(N_("Lines without an end are not due. Data to {month}."), month=ledger.last)
