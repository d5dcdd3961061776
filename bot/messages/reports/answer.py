"""An Answer as a message: the figure, then its meaning, then the suggestions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bot.locale.translator import Translator
from bot.messages.advice.assessment import build_verdict
from bot.messages.advice.cautions import describe_price_changes
from bot.messages.advice.suggestions import describe_suggestion
from bot.messages.kit.layout import add_spans, render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Details, Grid, Headline, MessagePart, Note, Paragraph, Place
from bot.messages.kit.provenance import build_answer_caution, describe_provenance
from bot.messages.kit.sentences import (
    METRIC_LABELS,
    LinkRows,
    count_accounts,
    format_both_ratios,
    format_ratio,
    link_nothing,
    name_cut,
    shorten_name,
)
from core.errors import N_
from core.metrics.contributions import Contribution
from core.metrics.retention import Bridge
from core.reports.answer import Answer, Figures
from core.reports.scope import ADD_ENDS
from core.terms import Component

NAMED = 2
_CLEAR_NAME = re.compile(r"[^\W\d].*[^\W\d].*[^\W\d]")
ADVICE = 1


def build_answer_message(answer: Answer, translate: Translator, link: LinkRows = link_nothing) -> Message:
    """Return the message that answers a question: the figures, their verdicts and the suggestions.

    Args:
        answer: the answer.
        translate: the reader's language.
        link: returns the address of rows of the revenue tab.

    """
    return render(add_spans(list(_build_parts(answer, translate)), list_account_places(answer, link)))


def list_account_places(answer: Answer, link: LinkRows) -> list[Place]:
    """Return the names of the accounts that sentences of an answer may name, as links to their rows."""
    accounts: dict[str, Contribution] = {}
    if answer.cause:
        accounts |= {account.id: account for account in answer.cause.largest}
    accounts |= {flip.account.id: flip.account for flip in answer.flips.values()}
    accounts |= {account.id: account for suggestion in answer.advice for account in suggestion.behind}
    weights = answer.ttm.concentration if answer.ttm else None
    heaviest = (weights.base, weights.change) if weights else ()
    accounts |= {entry.account.id: entry.account for entry in heaviest if entry}
    names = {account.id: shorten_name(account.name) for account in accounts.values()}
    # Figures have no letters, and a short name may be a part of a word.
    clear = [name for name, count in Counter(names.values()).items() if count == 1 and _CLEAR_NAME.search(name)]
    rows = {names[account.id]: account.row for account in accounts.values() if account.row}
    return [Place(name, url) for name in clear if name in rows and (url := link((rows[name], rows[name])))]


def _build_parts(answer: Answer, translate: Translator) -> Iterator[MessagePart]:
    yield from build_opening(answer, translate)
    if not answer.asked.bridge.can_leave:
        yield Grid(_build_mrr_rows(answer, translate), "lrl")
    elif answer.asked.bridge.base:
        yield Grid(_build_bridge_rows(answer, translate), "lrl", heading=True)
    for suggestion in answer.advice[:ADVICE]:
        yield Paragraph(describe_suggestion(suggestion, answer.currency, translate), translate(N_("Try:")))
    notes = (
        _describe_outside(answer, translate),
        describe_price_changes(answer, translate),
        describe_provenance(answer, translate),
    )
    yield Note(" ".join(filter(None, notes)))


def build_opening(answer: Answer, translate: Translator) -> Iterator[MessagePart]:
    """Yield the figures, or why there are none, and the verdicts on the twelve months."""
    name, period = name_cut(answer.question.filters, translate), translate.format_period(answer.question.period)
    if answer.asked.reason:
        whole = not answer.question.filters
        template = N_("No {metric} for the company in {period}") if whole else N_("No {metric} for {name} in {period}")
        yield Headline(
            translate(template, metric=translate(METRIC_LABELS[answer.question.metric]), name=name, period=period)
        )
        yield Paragraph(translate(N_("Because {reason}."), reason=translate.format_sentence(answer.asked.reason)))
    else:
        figures = format_both_ratios(answer.asked, translate, answer.question)
        yield Headline(translate(N_("{name}, {period}: {figures}"), name=name, period=period, figures=figures))
    if answer.asked.bridge.can_leave:
        yield build_verdict(answer, translate)
    else:
        yield Paragraph(translate(ADD_ENDS))
    yield from build_answer_caution(answer, answer.origin.cautions, translate)


def _build_mrr_rows(answer: Answer, translate: Translator) -> list[tuple[str, str, str]]:
    """Return MRR and ARR at the end of the window, with the number of accounts: all that is known without ends."""
    bridge = answer.asked.bridge
    accounts = bridge.retained + bridge.new_accounts + bridge.reactivated_accounts
    return [
        (
            translate(N_("MRR at the end of {month}"), month=bridge.window.end),
            translate.format_money(bridge.total, answer.currency),
            count_accounts(accounts, translate),
        ),
        (translate(N_("ARR")), translate.format_money(12 * bridge.total, answer.currency), ""),
    ]


def _build_bridge_rows(answer: Answer, translate: Translator) -> list[tuple[str, str, str]]:
    """Return the bridge from start to end: label, MRR, the number of accounts and the largest of them."""
    bridge = answer.asked.bridge
    window = translate(
        N_("{start} → {end}"),
        start=translate.format_short_month(bridge.window.start),
        end=translate.format_short_month(bridge.window.end),
    )

    def name_accounts(component: Component, count: int) -> str:
        names = [
            shorten_name(account.name) for account in answer.asked.contributions.get(component, ())[: min(NAMED, count)]
        ]
        if not names:
            return translate.format_count(count)
        listed = ", ".join([*names, "…"] if count > len(names) else names)
        return translate(N_("{count}: {names}"), count=translate.format_count(count), names=listed)

    def format_part(amount: int) -> str:
        return translate.format_short_money(amount, answer.currency, signed=True)

    return [
        (translate(N_("MRR")), window, translate(N_("accounts"))),
        (
            translate(N_("start")),
            translate.format_short_money(bridge.starting, answer.currency),
            translate.format_count(bridge.base),
        ),
        (
            translate(N_("+ expansion")),
            format_part(bridge.expansion),
            name_accounts("expansion", bridge.expanded),
        ),
        (
            translate(N_("− contraction")),
            format_part(-bridge.contraction),
            name_accounts("contraction", bridge.contracted),
        ),
        (translate(N_("− churn")), format_part(-bridge.churn), name_accounts("churn", bridge.churned)),
        (
            translate(N_("end")),
            translate.format_short_money(bridge.ending, answer.currency),
            translate.plural(N_("{count} kept"), N_("{count} kept"), bridge.retained),
        ),
    ]


def _describe_outside(answer: Answer, translate: Translator) -> str:
    """Return what changed the total MRR and is in no ratio: new and reactivated accounts, exchange rates."""
    bridge, currency = answer.asked.bridge, answer.currency
    if not bridge.can_leave:
        return ""
    texts = []
    if bridge.new_accounts:
        texts.append(
            translate.plural(
                N_("{count} new account ({mrr})"),
                N_("{count} new accounts ({mrr})"),
                bridge.new_accounts,
                mrr=translate.format_short_money(bridge.new, currency),
            )
        )
    if bridge.reactivated_accounts:
        texts.append(
            translate.plural(
                N_("{count} reactivated account ({mrr})"),
                N_("{count} reactivated accounts ({mrr})"),
                bridge.reactivated_accounts,
                mrr=translate.format_short_money(bridge.reactivated, currency),
            )
        )
    if bridge.fx_effect:
        rates = translate.format_short_money(bridge.fx_effect, currency, signed=True)
        texts.append(translate(N_("exchange rates ({mrr})"), mrr=rates))
    return translate(N_("Not in NRR: {parts}."), parts=translate.format_list(texts)) if texts else ""


def build_definition_message(answer: Answer, translate: Translator) -> Message:
    """Return the definitions of NRR and GRR, with the numbers of an answer put in."""
    bridge, currency = answer.asked.bridge, answer.currency
    parts: list[MessagePart] = [
        Headline(translate(N_("How NRR and GRR are computed"))),
        Paragraph(
            translate(
                N_(
                    "Scope: {name}. The base is every account with MRR above zero at the end of {month}: {accounts}. "
                    "Those won later never enter. All lines of an account are added up before anything is compared."
                ),
                name=name_cut(answer.question.filters, translate),
                month=bridge.window.start,
                accounts=count_accounts(bridge.base, translate),
            )
        ),
    ]
    if answer.asked.reason is None:
        parts.append(Paragraph(_write_formulas(answer.asked, bridge, answer, translate)))
    rules = [
        Paragraph(
            translate(
                N_(
                    "Contraction is MRR lost by accounts that stayed, churn that of accounts at zero at the end. "
                    "GRR takes the smaller of start and end of each account, so growth never hides a loss elsewhere."
                )
            )
        ),
        Paragraph(
            translate(
                N_(
                    "Published benchmarks are yearly, so only the twelve months meet them: a quarter's GRR of 93% "
                    "compounds to 75% a year. Amounts are MRR in {currency}; percentages are rounded half-up to "
                    "one decimal."
                ),
                currency=currency.code,
            )
        ),
    ]
    return render([*parts, Details(translate(N_("What counts")), rules), Note(describe_provenance(answer, translate))])


def _write_formulas(figures: Figures, bridge: Bridge, answer: Answer, translate: Translator) -> str:
    def money(amount: int) -> str:
        return translate.format_money(amount, answer.currency, cents=True)

    nrr = translate(
        N_("NRR = MRR of the base at the end / at the start = {end} / {start} = {ratio}."),
        end=money(bridge.ending),
        start=money(bridge.starting),
        ratio=format_ratio(bridge.nrr, translate),
    )
    grr = translate(
        N_("GRR = (start − contraction − churn) / start = ({start} − {contraction} − {churn}) / {start} = {ratio}."),
        start=money(bridge.starting),
        contraction=money(bridge.contraction),
        churn=money(bridge.churn),
        ratio=format_ratio(bridge.grr, translate),
    )
    if answer.question.method == "cohort":
        return f"{nrr}\n{grr}"
    other = translate(
        N_("By the method that was asked for: {figures}."),
        figures=format_both_ratios(figures, translate, answer.question),
    )
    return f"{nrr}\n{grr}\n{other}"
