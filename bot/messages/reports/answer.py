"""An Answer as a message: the figure, then its meaning, then what to do."""

from __future__ import annotations

from collections.abc import Iterator

from bot.locale.translator import Words
from bot.messages.kit.layout import Button, Grid, Headline, Note, Paragraph, Part, render
from bot.messages.kit.message import Message
from bot.messages.kit.sentences import (
    METRICS,
    accounts,
    both,
    cautions,
    heaviest_component,
    ratio,
    stands_on,
    subject,
    suggestion,
    verdicts,
)
from core.errors import N_
from core.metrics.contributions import Driver
from core.metrics.retention import Bridge
from core.playbook.playbook import Playbook
from core.reports.answer import Answer, Figures

NAMED = 2
ADVICE = 1


def answer_message(answer: Answer, playbook: Playbook, words: Words, *, asked: str) -> Message:
    """Return the message that answers a question.

    Args:
        answer: what to say.
        playbook: the words of the levers.
        words: the reader's language.
        asked: the question as typed, `/nrr enterprise Q3`, which the buttons hand over.

    """
    return render([*_parts(answer, playbook, words), *_buttons(asked, words)])


def _parts(answer: Answer, playbook: Playbook, words: Words) -> Iterator[Part]:
    yield from opening(answer, words)
    if answer.asked.bridge.base:
        yield Grid(_bridge(answer, words), "lrll")
    if caution := cautions(answer.asked, words):
        yield Paragraph(caution, words(N_("With care:")))
    if heaviest := heaviest_component(answer, words):
        yield Paragraph(heaviest, words(N_("What weighs most:")))
    for each in answer.advice[:ADVICE]:
        title, reason = suggestion(each, answer.currency, playbook, words)
        yield Paragraph(f"{title}. {reason}", words(N_("Worth trying:")))
    yield Note(stands_on(answer, words))


def opening(answer: Answer, words: Words) -> Iterator[Part]:
    """Yield the figures, or why there are none, and what the twelve months mean."""
    name, period = subject(answer.question.filters, words), words.period(answer.question.period)
    if answer.asked.reason:
        whole = not answer.question.filters
        template = N_("No {metric} for the company in {period}") if whole else N_("No {metric} for {name} in {period}")
        yield Headline(words(template, metric=words(METRICS[answer.question.metric]), name=name, period=period))
        yield Paragraph(words(N_("Because {reason}."), reason=words.sentence(answer.asked.reason)))
    else:
        figures = both(answer.asked, words, answer.question)
        yield Headline(words(N_("{name}, {period}: {figures}"), name=name, period=period, figures=figures))
    yield Paragraph(_twelve_months(answer, words))


def _twelve_months(answer: Answer, words: Words) -> str:
    """Return the twelve months that end with the window, and what they mean. Only they meet a yearly benchmark."""
    if answer.ttm is None:
        reason = words.sentence(answer.ttm_reason) if answer.ttm_reason else ""
        return words(N_("Over twelve months: n/a, it {reason}."), reason=reason)
    if answer.ttm.bridge.window == answer.asked.bridge.window:
        return verdicts(answer, words)
    said = words(
        N_("Over the twelve months to {month}: {figures}."),
        month=answer.ttm.bridge.window.end,
        figures=both(answer.ttm, words, answer.question),
    )
    return f"{said} {verdicts(answer, words)}"


def _bridge(answer: Answer, words: Words) -> list[tuple[str, str, str, str]]:
    """Return the bridge from start to end: label, MRR, accounts, and who weighs most in it."""
    bridge, currency = answer.asked.bridge, answer.currency
    # To the cent where cents matter, so that the column always adds up for whoever checks it.
    beside_it = (bridge.new, bridge.reactivated, bridge.fx_effect)
    amounts = (bridge.starting, bridge.expansion, bridge.contraction, bridge.churn, *beside_it)
    cents = any(amount % currency.unit for amount in amounts)

    def row(label: str, amount: int, count: str, names: str = "") -> tuple[str, str, str, str]:
        return label, words.money(amount, currency, cents=cents), count, names

    def moved(sign: str, label: str, name: str, count: int) -> tuple[str, str, str, str]:
        who = _named(answer.asked.drivers.get(name, ()), count, words)  # type: ignore[call-overload]
        return row(f"{sign} {label}", getattr(bridge, name), accounts(count, words), who)

    rows = [
        row(
            words(N_("MRR at the end of {month}"), month=bridge.window.start),
            bridge.starting,
            accounts(bridge.base, words),
        ),
        moved("+", words(N_("expansion")), "expansion", bridge.expanded),
        moved("−", words(N_("contraction")), "contraction", bridge.contracted),
        moved("−", words(N_("churn")), "churn", bridge.churned),
        row(
            words(N_("MRR at the end of {month}"), month=bridge.window.end),
            bridge.ending,
            words.plural(N_("{count} account kept"), N_("{count} accounts kept"), bridge.retained),
        ),
    ]
    beside = words(N_("beside it, not in NRR"))
    if bridge.new_accounts:
        rows.append(row(words(N_("new")), bridge.new, accounts(bridge.new_accounts, words), beside))
    if bridge.reactivated_accounts:
        rows.append(
            row(words(N_("reactivated")), bridge.reactivated, accounts(bridge.reactivated_accounts, words), beside)
        )
    if bridge.fx_effect:
        rows.append(row(words(N_("change of exchange rates")), bridge.fx_effect, "", beside))
    return rows


def _named(drivers: tuple[Driver, ...], count: int, words: Words) -> str:
    shown = drivers[: min(NAMED, count)]
    names = ", ".join(driver.name for driver in shown)
    more = count - len(shown)
    return words(N_("{names} and {count} more"), names=names, count=words.integer(more)) if shown and more else names


def _buttons(asked: str, words: Words) -> tuple[Button, Button]:
    return (
        Button(words(N_("How it is computed")), "definition", asked),
        Button(words(N_("Share in the channel")), "share", asked),
    )


def definition_message(answer: Answer, words: Words) -> Message:
    """Return what the figures of an answer mean, with its own numbers put in."""
    bridge, currency = answer.asked.bridge, answer.currency
    parts: list[Part] = [
        Headline(words(N_("How NRR and GRR are computed"))),
        Paragraph(
            words(
                N_(
                    "The base is every account of {name} with MRR above zero at the end of {month}: {accounts}. Those "
                    "won later never enter. All lines of an account are added up before anything is compared."
                ),
                name=subject(answer.question.filters, words),
                month=bridge.window.start,
                accounts=accounts(bridge.base, words),
            )
        ),
    ]
    if answer.asked.reason is None:
        parts.append(Paragraph(_formulas(answer.asked, bridge, answer, words)))
    parts += [
        Paragraph(
            words(
                N_(
                    "Contraction is MRR lost by accounts that stayed, churn that of accounts at zero at the end. "
                    "GRR takes the smaller of start and end of each account, so growth never hides a loss elsewhere."
                )
            )
        ),
        Paragraph(
            words(
                N_(
                    "Published benchmarks are yearly, so only the twelve months meet them: a quarter's GRR of 93% "
                    "compounds to 75% a year. Amounts are MRR in {currency}; percentages are rounded half-up to "
                    "one decimal."
                ),
                currency=currency.code,
            )
        ),
        Note(stands_on(answer, words)),
    ]
    return render(parts)


def _formulas(figures: Figures, bridge: Bridge, answer: Answer, words: Words) -> str:
    def money(amount: int) -> str:
        return words.money(amount, answer.currency, cents=True)

    nrr = words(
        N_("NRR = MRR of the base at the end / at the start = {end} / {start} = {ratio}."),
        end=money(bridge.ending),
        start=money(bridge.starting),
        ratio=ratio(bridge.nrr, words),
    )
    grr = words(
        N_("GRR = (start − contraction − churn) / start = ({start} − {contraction} − {churn}) / {start} = {ratio}."),
        start=money(bridge.starting),
        contraction=money(bridge.contraction),
        churn=money(bridge.churn),
        ratio=ratio(bridge.grr, words),
    )
    if answer.question.method == "cohort":
        return f"{nrr}\n{grr}"
    other = words(
        N_("By the method that was asked for: {figures}."),
        figures=both(figures, words, answer.question),
    )
    return f"{nrr}\n{grr}\n{other}"
