"""The origin of figures, in sentences: the date of the data, the method, the accounts left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.sentences import format_ratio
from core.errors import N_
from core.ledger.segments import Segments
from core.metrics.retention import measure
from core.money import Currency
from core.query.question import Filter, Question
from core.reports.answer import Answer
from core.reports.scope import Excluded, measure_excluded_accounts, select_members

METHOD_LABELS = {
    "cohort": N_("Cohort method"),
    "movements": N_("Movements method: all customers of the window, reactivation counted as a gain"),
    "compounded": N_("Compounded method: the product of the monthly ratios"),
}


def describe_answer_exclusions(answer: Answer, translate: Translator) -> str:
    """Return how many accounts and how much MRR are left out, and why; empty where none are."""
    return describe_exclusions(answer.excluded, answer.asked.bridge.starting, answer.currency, translate)


def describe_exclusions(excluded: Excluded, starting: int, currency: Currency, translate: Translator) -> str:
    """Return how much MRR is left out, its share of it and a base of `starting`, and why; empty where nothing is."""
    if not excluded.accounts:
        return ""
    whole = starting + excluded.mrr
    text = translate.plural(
        N_("{count} account left out (at least {mrr} MRR, {share}) for errors in the sheet: see the tab NRR Problems."),
        N_(
            "{count} accounts left out (at least {mrr} MRR, {share}) for errors in the sheet: see the tab NRR Problems."
        ),
        excluded.accounts,
        mrr=translate.format_money(excluded.mrr, currency),
        share=format_ratio(Fraction(excluded.mrr, whole) if whole else Fraction(0), translate),
    )
    if excluded.unpriced:
        text += " " + translate.plural(
            N_("That does not count {count} account in a currency without a rate."),
            N_("That does not count {count} accounts in currencies without a rate."),
            excluded.unpriced,
        )
    return text


def describe_provenance(answer: Answer, translate: Translator) -> str:
    """Return the small print: the date of the data, when it was read, the method."""
    sentences = [
        describe_answer_exclusions(answer, translate),
        translate(
            N_("Data to {month}, synced {moment}. {method}."),
            month=answer.data_through,
            moment=translate.format_moment(answer.origin.synced_at),
            method=translate(METHOD_LABELS[answer.question.method]),
        ),
        describe_current_values(answer.current_only, translate),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def describe_cut_exclusions(segments: Segments, question: Question, translate: Translator) -> str:
    """Return how much a question's cut leaves out at its start, and why; empty where nothing is."""
    ledger, window = segments.ledger, question.period.window
    if not ledger.covers(window):
        return count_excluded_accounts(int(ledger.accounts.excluded.sum()), translate)
    starting = measure(ledger, window, select_members(segments, question.filters, window)).starting
    return describe_exclusions(
        measure_excluded_accounts(segments, question.filters, window), starting, ledger.currency, translate
    )


def count_excluded_accounts(count: int, translate: Translator) -> str:
    """Return how many accounts are left out for errors; empty where none are."""
    if not count:
        return ""
    return translate.plural(
        N_("{count} account left out for errors in the sheet: see the tab NRR Problems."),
        N_("{count} accounts left out for errors in the sheet: see the tab NRR Problems."),
        count,
    )


def describe_current_only_columns(segments: Segments, filters: Iterable[Filter], translate: Translator) -> str:
    """Return the columns of a cut that have no dated rows, so that today's value serves for the past; empty if none."""
    headings = [
        segments.heading(dimension)
        for dimension in dict.fromkeys(condition.dimension for condition in filters)
        if segments.is_current_only(dimension)
    ]
    return describe_current_values(headings, translate)


def describe_current_values(headings: Sequence[str], translate: Translator) -> str:
    """Return that today's values of the columns with these headings serve for the past; empty without headings."""
    if not headings:
        return ""
    columns = translate.format_list([translate(heading) for heading in headings])
    return translate(N_("{columns}: the value of today, as the sheet has no dated rows."), columns=columns)
