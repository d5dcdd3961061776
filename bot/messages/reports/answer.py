"""An Answer as a message: the figure, then its meaning, then the suggestions."""

from __future__ import annotations

from collections.abc import Iterator

from bot.locale.translator import Translator
from bot.messages.kit.assessment import describe_main_cause, describe_verdicts
from bot.messages.kit.cautions import describe_cautions
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import build_answer_caution, describe_provenance
from bot.messages.kit.sentences import METRIC_LABELS, count_accounts, format_both_ratios, format_ratio, name_cut
from bot.messages.kit.suggestions import describe_suggestion
from core.errors import N_
from core.metrics.contributions import Contribution
from core.metrics.retention import Bridge
from core.playbook.playbook import Playbook
from core.reports.answer import Answer, Figures
from core.reports.scope import ADD_ENDS

NAMED = 2
ADVICE = 1


def build_answer_message(answer: Answer, playbook: Playbook, translate: Translator, *, asked: str) -> Message:
    """Return the message that answers a question.

    Args:
        answer: the figures, their verdicts and the suggestions.
        playbook: the words of the levers.
        translate: the reader's language.
        asked: the question as typed, `/nrr enterprise Q3`, which the buttons hand over.

    """
    return render([*_build_parts(answer, playbook, translate), *_build_buttons(asked, translate)])


def _build_parts(answer: Answer, playbook: Playbook, translate: Translator) -> Iterator[MessagePart]:
    yield from build_opening(answer, translate)
    if not answer.asked.bridge.can_leave:
        yield Grid(_build_mrr_rows(answer, translate), "lrl")
    elif answer.asked.bridge.base:
        yield Grid(_build_bridge_rows(answer, translate), "lrll")
    if caution := describe_cautions(answer.asked, translate):
        yield Paragraph(caution, translate(N_("With care:")))
    if heaviest := describe_main_cause(answer, translate):
        yield Paragraph(heaviest, translate(N_("What weighs most:")))
    for suggestion in answer.advice[:ADVICE]:
        title, reason = describe_suggestion(suggestion, answer.currency, playbook, translate)
        yield Paragraph(f"{title}. {reason}", translate(N_("Worth trying:")))
    yield Note(describe_provenance(answer, translate))


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
        yield Paragraph(_describe_twelve_months(answer, translate))
    else:
        yield Paragraph(translate(ADD_ENDS))
    yield from build_answer_caution(answer, answer.origin.cautions, translate)


def _describe_twelve_months(answer: Answer, translate: Translator) -> str:
    """Return the ratios and verdicts of the twelve months to the window's end: only they meet a yearly benchmark."""
    if answer.ttm is None:
        reason = translate.format_sentence(answer.ttm_reason) if answer.ttm_reason else ""
        return translate(N_("Over twelve months: n/a, it {reason}."), reason=reason)
    if answer.ttm.bridge.window == answer.asked.bridge.window:
        return describe_verdicts(answer, translate)
    figures = translate(
        N_("Over the twelve months to {month}: {figures}."),
        month=answer.ttm.bridge.window.end,
        figures=format_both_ratios(answer.ttm, translate, answer.question),
    )
    return f"{figures} {describe_verdicts(answer, translate)}"


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


def _build_bridge_rows(answer: Answer, translate: Translator) -> list[tuple[str, str, str, str]]:
    """Return the bridge from start to end: label, MRR, accounts, and the names of the largest."""
    bridge, currency = answer.asked.bridge, answer.currency
    # To the cent where cents matter, so that the column adds up as printed.
    outside_base = (bridge.new, bridge.reactivated, bridge.fx_effect)
    amounts = (bridge.starting, bridge.expansion, bridge.contraction, bridge.churn, *outside_base)
    cents = any(amount % currency.unit for amount in amounts)

    def row(label: str, amount: int, count: str, names: str = "") -> tuple[str, str, str, str]:
        return label, translate.format_money(amount, currency, cents=cents), count, names

    def moved(sign: str, label: str, name: str, count: int) -> tuple[str, str, str, str]:
        largest = _name_largest(answer.asked.contributions.get(name, ()), count, translate)  # type: ignore[call-overload]
        return row(f"{sign} {label}", getattr(bridge, name), count_accounts(count, translate), largest)

    rows = [
        row(
            translate(N_("MRR at the end of {month}"), month=bridge.window.start),
            bridge.starting,
            count_accounts(bridge.base, translate),
        ),
        moved("+", translate(N_("expansion")), "expansion", bridge.expanded),
        moved("−", translate(N_("contraction")), "contraction", bridge.contracted),
        moved("−", translate(N_("churn")), "churn", bridge.churned),
        row(
            translate(N_("MRR at the end of {month}"), month=bridge.window.end),
            bridge.ending,
            translate.plural(N_("{count} account kept"), N_("{count} accounts kept"), bridge.retained),
        ),
    ]
    outside = translate(N_("beside it, not in NRR"))
    if bridge.new_accounts:
        rows.append(row(translate(N_("new")), bridge.new, count_accounts(bridge.new_accounts, translate), outside))
    if bridge.reactivated_accounts:
        rows.append(
            row(
                translate(N_("reactivated")),
                bridge.reactivated,
                count_accounts(bridge.reactivated_accounts, translate),
                outside,
            )
        )
    if bridge.fx_effect:
        rows.append(row(translate(N_("change of exchange rates")), bridge.fx_effect, "", outside))
    return rows


def _name_largest(drivers: tuple[Contribution, ...], count: int, translate: Translator) -> str:
    named_drivers = drivers[: min(NAMED, count)]
    names = ", ".join(driver.name for driver in named_drivers)
    more = count - len(named_drivers)
    return (
        translate(N_("{names} and {count} more"), names=names, count=translate.format_count(more))
        if named_drivers and more
        else names
    )


def _build_buttons(asked: str, translate: Translator) -> tuple[Button, Button]:
    return (
        Button(translate(N_("How it is computed")), "definition", asked),
        Button(translate(N_("Share in the channel")), "share", asked),
    )


def build_definition_message(answer: Answer, translate: Translator) -> Message:
    """Return the definitions of NRR and GRR, with the numbers of an answer put in."""
    bridge, currency = answer.asked.bridge, answer.currency
    parts: list[MessagePart] = [
        Headline(translate(N_("How NRR and GRR are computed"))),
        Paragraph(
            translate(
                N_(
                    "The base is every account of {name} with MRR above zero at the end of {month}: {accounts}. Those "
                    "won later never enter. All lines of an account are added up before anything is compared."
                ),
                name=name_cut(answer.question.filters, translate),
                month=bridge.window.start,
                accounts=count_accounts(bridge.base, translate),
            )
        ),
    ]
    if answer.asked.reason is None:
        parts.append(Paragraph(_write_formulas(answer.asked, bridge, answer, translate)))
    parts += [
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
        Note(describe_provenance(answer, translate)),
    ]
    return render(parts)


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
