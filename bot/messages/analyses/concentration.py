"""The concentration of MRR, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import (
    build_origin_caution,
    describe_current_only_columns,
    describe_exclusions,
    describe_usage_months,
)
from bot.messages.kit.sentences import LinkRows, count_accounts, format_ratio, link_account, name_cut
from core.analyses.concentration import LISTED, Concentration
from core.errors import N_


def build_concentration_message(concentration: Concentration, translate: Translator, link: LinkRows) -> Message:
    """Return the share of the largest accounts, the number of equal ones, and NRR without each of the largest."""
    return render(list(_build_parts(concentration, translate, link)))


def _build_parts(concentration: Concentration, translate: Translator, link: LinkRows) -> Iterator[MessagePart]:
    name, currency = name_cut(concentration.question.filters, translate), concentration.segments.ledger.currency
    if not concentration.largest:
        yield Headline(translate(N_("{name}: no MRR at the end of {month}"), name=name, month=concentration.close))
    else:
        yield Headline(
            translate(
                N_("{name}, end of {month}: the largest account has {share} of the MRR"),
                name=name,
                month=concentration.close,
                share=format_ratio(concentration.shares[1], translate),
            )
        )
        yield Paragraph(" ".join(_write_findings(concentration, translate)))
        rows: list[Sequence[str]] = [
            (translate(N_("account")), translate(N_("MRR")), translate(N_("share")), translate(N_("NRR without it")))
        ]
        for place, account in enumerate(concentration.largest):
            without = concentration.nrr_without[place] if place < len(concentration.nrr_without) else None
            rows.append(
                (
                    link_account(account.name, account.row, link),
                    translate.format_short_money(account.amount, currency),
                    format_ratio(account.share, translate),
                    format_ratio(without, translate) if place < len(concentration.nrr_without) else "",
                )
            )
        yield Grid(rows, "lrrr", heading=True)
    yield from build_origin_caution(concentration.origin, translate)
    yield Note(" ".join(filter(None, _write_notes(concentration, translate))))


def _write_findings(concentration: Concentration, translate: Translator) -> Iterator[str]:
    shares = concentration.shares
    if concentration.accounts > LISTED:
        yield translate(
            N_("The 5 largest have {five}, the 10 largest {ten}."),
            five=format_ratio(shares[5], translate),
            ten=format_ratio(shares[10], translate),
        )
    yield translate.plural(
        N_("{count} account is worth {effective} equal ones (n_eff)."),
        N_("{count} accounts are worth {effective} equal ones (n_eff)."),
        concentration.accounts,
        effective=translate.format_decimal(Decimal(f"{concentration.effective:.1f}")),
    )
    ttm = concentration.ttm
    if ttm and ttm.nrr is not None:
        yield translate(
            N_("Twelve months to {month}: NRR {nrr}, {accounts} at the start."),
            month=ttm.window.end,
            nrr=format_ratio(ttm.nrr, translate),
            accounts=count_accounts(ttm.base, translate),
        )


def _write_notes(concentration: Concentration, translate: Translator) -> Iterator[str]:
    segments, ledger = concentration.segments, concentration.segments.ledger
    if concentration.ttm_reason:
        yield translate(N_("Twelve months: n/a, {reason}."), reason=concentration.ttm_reason)
    yield describe_exclusions(concentration.excluded, concentration.mrr, ledger.currency, translate)
    yield describe_usage_months(ledger.usage_months, translate)
    yield describe_current_only_columns(segments, concentration.question.filters, translate)
    yield from map(translate.format_sentence, concentration.not_given)
    yield translate(N_("Data to {month}."), month=ledger.last)
