"""The origin of figures, in sentences: the date of the data, the method, the accounts left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.parts import Headline, MessagePart, Paragraph
from bot.messages.kit.sentences import METRIC_LABELS, format_ratio, format_share, list_some, order_metrics
from core.errors import N_, Sentence
from core.ledger.history import is_old
from core.ledger.ledger import Ledger
from core.ledger.rates import EuroRate
from core.ledger.segments import Segments
from core.ledger.usage_pricing import USAGE_MEAN
from core.metrics.retention import measure
from core.money import Currency, find_currency, round_fraction
from core.query.question import Filter, Question
from core.reports.answer import Answer, Figures, WithoutAbsurd
from core.reports.scope import Origin
from core.sources.exclusions import Excluded, measure_excluded_accounts
from core.sources.members import select_members

NEWER_LOAD = N_(
    "The tables of the warehouse were loaded anew since the last sync: names and sums that the snapshot does not have "
    "are of the newer load, until the next sync."
)
METHOD_LABELS = {
    "cohort": N_("Cohort method"),
    "movements": N_("Movements method: all customers of the window, reactivation counted as a gain"),
    "compounded": N_("Compounded method: the product of the monthly ratios"),
}


def mark_old_data(
    parts: Sequence[MessagePart], ledger: Ledger, today: dt.date, translate: Translator
) -> list[MessagePart]:
    """Return the parts of a message; where the data is old, its first line says so."""
    if not is_old(ledger, today):
        return list(parts)
    is_marked = False
    marked: list[MessagePart] = []
    for part in parts:
        if isinstance(part, Headline) and not is_marked:
            text = translate(N_("{headline} (old data: to {month})"), headline=part.text, month=ledger.last)
            marked.append(Headline(text))
            is_marked = True
        else:
            marked.append(part)
    return marked


def mark_stale_data(parts: Sequence[MessagePart], origin: Origin, translate: Translator) -> list[MessagePart]:
    """Return the parts of a message; where the workbook was not confirmed for too long, the first one says so."""
    staleness = origin.staleness
    if staleness is None or not parts:
        return list(parts)
    moment = translate.format_moment(staleness.since)
    if origin.is_of_warehouse:
        # Why it cannot be read is in the words of a driver, for doctor and sync on the command line.
        text = translate(N_("The warehouse was last read on {moment}; what follows is as of then."), moment=moment)
    elif staleness.reason is None:
        text = translate(N_("The sheet was last checked on {moment}; what follows is as of then."), moment=moment)
    else:
        text = translate(
            N_("The sheet has not been readable since {moment}. {reason} What follows is as of then."),
            moment=moment,
            reason=translate.format_sentence(staleness.reason),
        )
        text = f"{text} {describe_notified(staleness.notified, translate)}"
    return [Paragraph(text), *parts]


def describe_notified(names: Sequence[str], translate: Translator) -> str:
    """Return who was notified that the workbook cannot be read."""
    if not names:
        return translate(N_("No one has been notified."))
    return translate.plural(
        N_("{names} has been notified."),
        N_("{names} have been notified."),
        len(names),
        names=translate.format_list(names),
    )


def describe_answer_exclusions(answer: Answer, translate: Translator) -> str:
    """Return how many accounts, rows and how much MRR are left out, and why; empty where none are, or no figure is."""
    if answer.excluded.counted and not answer.asked.bridge.starting:
        # The sheet lacks a close of the window.
        return ""
    return describe_exclusions(answer.excluded, answer.asked.bridge.starting, answer.currency, translate)


def describe_exclusions(excluded: Excluded, starting: int, currency: Currency, translate: Translator) -> str:
    """Return the accounts and rows that are left out, their MRR and its share, and why; empty where nothing is."""
    sentences = [
        _describe_errors(excluded, starting, currency, translate),
        _describe_unpriced(excluded, translate),
        _describe_rows(excluded.rows, excluded.rows_mrr, currency, translate),
    ]
    return " ".join(filter(None, sentences))


def _describe_errors(excluded: Excluded, starting: int, currency: Currency, translate: Translator) -> str:
    accounts = excluded.accounts - excluded.unpriced_accounts
    if not accounts:
        return ""
    total = translate.format_count(excluded.counted + excluded.accounts)
    if excluded.is_of_warehouse and not excluded.mrr:
        # Those whose MRR is not known would be said to have none.
        return translate.plural(
            N_("{count} of {total} accounts excluded for errors: see nrrbot problems."),
            N_("{count} of {total} accounts excluded for errors: see nrrbot problems."),
            accounts,
            total=total,
        )
    whole = starting + excluded.mrr
    mrr = translate.format_money(excluded.mrr, currency)
    share = format_share(Fraction(excluded.mrr, whole) if whole else Fraction(0), translate)
    if excluded.is_of_warehouse:
        return translate.plural(
            N_("{count} of {total} accounts excluded for errors (at least {mrr}, {share}): see nrrbot problems."),
            N_("{count} of {total} accounts excluded for errors (at least {mrr}, {share}): see nrrbot problems."),
            accounts,
            total=total,
            mrr=mrr,
            share=share,
        )
    return translate.plural(
        N_("{count} of {total} accounts excluded for errors (at least {mrr}, {share}): see the tab NRR Problems."),
        N_("{count} of {total} accounts excluded for errors (at least {mrr}, {share}): see the tab NRR Problems."),
        accounts,
        total=total,
        mrr=mrr,
        share=share,
    )


def _describe_unpriced(excluded: Excluded, translate: Translator) -> str:
    """Return the accounts in currencies without a rate, each currency with its own MRR; empty where there are none."""
    if not excluded.unpriced:
        return ""
    amounts = [
        translate(N_("{code} {mrr}"), code=code, mrr=translate.format_amount(unpriced.mrr, find_currency(code)))
        for code, unpriced in excluded.unpriced.items()
    ]
    count, listed = excluded.unpriced_accounts, translate.format_list(amounts)
    if excluded.is_of_warehouse:
        sentence = translate.plural(
            N_("{count} excluded without an exchange rate ({amounts} of MRR). Add the rate to warehouse.fx."),
            N_("{count} excluded without exchange rates ({amounts} of MRR). Add the rates to warehouse.fx."),
            count,
            amounts=listed,
        )
    else:
        sentence = translate.plural(
            N_("{count} excluded without an exchange rate ({amounts} of MRR). Add the rate to the tab FX."),
            N_("{count} excluded without exchange rates ({amounts} of MRR). Add the rates to the tab FX."),
            count,
            amounts=listed,
        )
    if excluded.counted or len(excluded.unpriced) > 1:
        return sentence
    # No account is in the reporting currency, so the config may name the wrong one.
    code = next(iter(excluded.unpriced))
    return f"{sentence} {translate(N_('If all amounts are in {code}, set company.currency to it instead.'), code=code)}"


def _describe_rows(rows: int, mrr: int, currency: Currency, translate: Translator) -> str:
    if not rows:
        return ""
    return translate.plural(
        N_("{count} row that belongs to no account excluded ({mrr} of MRR): see the tab NRR Problems."),
        N_("{count} rows that belong to no account excluded ({mrr} of MRR): see the tab NRR Problems."),
        rows,
        mrr=translate.format_money(mrr, currency),
    )


def describe_cautions_of_origin(origin: Origin, translate: Translator) -> str:
    """Return the reasons to check the sheet before its figures are used; empty where there are none."""
    return " ".join(map(translate.format_sentence, origin.cautions))


def build_origin_caution(origin: Origin, translate: Translator) -> Iterator[MessagePart]:
    """Yield the reasons to check the sheet as a paragraph; nothing where there are none."""
    if origin.cautions:
        yield Paragraph(describe_cautions_of_origin(origin, translate), translate(N_("To check:")))


def build_answer_caution(answer: Answer, cautions: Iterable[Sentence], translate: Translator) -> Iterator[MessagePart]:
    """Yield `cautions` and the figures without absurd amounts as a paragraph; nothing where there are none."""
    sentences = [*map(translate.format_sentence, cautions), _describe_absurd_amounts(answer, translate)]
    if any(sentences):
        yield Paragraph(" ".join(filter(None, sentences)), translate(N_("To check:")))


def _describe_absurd_amounts(answer: Answer, translate: Translator) -> str:
    """Return the ratios with and without the accounts of `amount_absurd` cells; empty where there are none."""
    figures = []
    if answer.asked.without_absurd:
        ratios = _format_ratios_without(answer.asked, answer.asked.without_absurd, answer.question, translate)
        figures.append(f"{translate.format_period(answer.question.period)}, {ratios}")
    ttm = answer.ttm
    if ttm and ttm.without_absurd and ttm.bridge.window != answer.asked.bridge.window:
        ratios = _format_ratios_without(ttm, ttm.without_absurd, answer.question, translate)
        months = translate(N_("twelve months to {end}"), end=ttm.bridge.window.end)
        figures.append(f"{months}, {ratios}")
    if not figures:
        return ""
    both = translate(N_("{one}; {more}"), one=figures[0], more=figures[1]) if len(figures) > 1 else figures[0]
    return translate(N_("An amount far above its account's median counts in these figures: {figures}."), figures=both)


def _format_ratios_without(figures: Figures, without: WithoutAbsurd, question: Question, translate: Translator) -> str:
    return ", ".join(
        translate(
            N_("{metric} {ratio} ({other} without {names})"),
            metric=translate(METRIC_LABELS[name]),
            ratio=format_ratio(getattr(figures, name), translate),
            other=format_ratio(getattr(without, name), translate),
            names=list_some(without.names, translate),
        )
        for name in order_metrics(question)
    )


def _describe_base_share(answer: Answer, translate: Translator) -> str:
    """Return how much of the base a floor leaves in; empty where the question has none."""
    share = answer.base_share
    if share is None or share.share is None:
        return ""
    return translate.plural(
        N_("Base at the start: {accounts} of {count} account, {share} of the MRR."),
        N_("Base at the start: {accounts} of {count} accounts, {share} of the MRR."),
        share.of_accounts,
        accounts=translate.format_count(share.accounts),
        share=format_ratio(share.share, translate),
    )


def describe_provenance(answer: Answer, translate: Translator) -> str:
    """Return the small print: the date of the data, when it was read, the method."""
    sentences = [
        _describe_base_share(answer, translate),
        describe_answer_exclusions(answer, translate),
        translate(
            N_("Data to {month}, synced {moment}. {method}."),
            month=answer.data_through,
            moment=translate.format_moment(answer.origin.synced_at),
            method=translate(METHOD_LABELS[answer.question.method]),
        ),
        describe_usage_months(answer.usage_months, translate),
        describe_current_values(answer.current_only, translate),
        describe_euro_rate(answer.euro_rate, answer.currency, translate) if answer.assessment.nrr else "",
        *map(translate.format_sentence, answer.not_given),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def describe_euro_rate(rate: EuroRate | None, currency: Currency, translate: Translator) -> str:
    """Return the rate at which published amounts are compared; empty where they are taken as they are."""
    if rate is None or rate.source == "same_size":
        return ""
    amount = translate.format_money(round_fraction(rate.value * currency.unit), currency, cents=True)
    if rate.month is None:
        return translate(N_("Benchmarks at {amount} for 1 {code} (the config)."), amount=amount, code=rate.code)
    return translate(
        N_("Benchmarks at {amount} for 1 {code} (tab FX, {month})."), amount=amount, code=rate.code, month=rate.month
    )


def format_published_amount(units: int, rate: EuroRate | None, currency: Currency, translate: Translator) -> str:
    """Return an amount of a publication: in its own currency, or in the reporting one where that is of its size."""
    shown = find_currency(rate.code) if rate else currency
    return translate.format_money(units * shown.unit, shown)


def describe_usage_months(months: int | None, translate: Translator) -> str:
    """Return that accounts priced by usage count with a mean; empty where they do not."""
    if months is None:
        return ""
    return translate(USAGE_MEAN, count=months)


def describe_cut_exclusions(segments: Segments, question: Question, translate: Translator) -> str:
    """Return how much a question's cut leaves out at its start, and why; empty where nothing is."""
    ledger, window = segments.ledger, question.period.window
    starting = 0
    if ledger.covers(window):
        starting = measure(ledger, window, select_members(segments, question.filters, window)).starting
    excluded = measure_excluded_accounts(segments, question.filters, window)
    return describe_exclusions(excluded, starting, ledger.currency, translate)


def describe_reservations(ledger: Ledger, origin: Origin, accounts: int, translate: Translator) -> str:
    """Return what is left out, and the reasons to check the sheet; empty where there is nothing to say.

    Args:
        ledger: the ledger of the figures.
        origin: the snapshot of the ledger.
        accounts: the number of excluded accounts that the figures would cover.
        translate: the reader's language.

    """
    sentences = describe_left_out(ledger, accounts, origin, translate), describe_cautions_of_origin(origin, translate)
    return " ".join(filter(None, sentences))


def describe_left_out(ledger: Ledger, accounts: int, origin: Origin, translate: Translator) -> str:
    """Return how many accounts and rows are left out for errors; empty where none are."""
    coverage = ledger.coverage
    mrr = coverage.left_out_mrr[-1] if coverage.left_out_mrr else 0
    rows = _describe_rows(coverage.left_out_rows, mrr, ledger.currency, translate)
    return " ".join(filter(None, (describe_excluded_accounts(accounts, origin, translate), rows)))


def describe_excluded_accounts(accounts: int, origin: Origin, translate: Translator) -> str:
    """Return how many accounts are left out for errors; empty where none are."""
    if not accounts:
        return ""
    if origin.is_of_warehouse:
        return translate.plural(
            N_("{count} account excluded for errors in the warehouse: see nrrbot problems."),
            N_("{count} accounts excluded for errors in the warehouse: see nrrbot problems."),
            accounts,
        )
    return translate.plural(
        N_("{count} account excluded for errors in the sheet: see the tab NRR Problems."),
        N_("{count} accounts excluded for errors in the sheet: see the tab NRR Problems."),
        accounts,
    )


def describe_current_only_columns(segments: Segments, filters: Iterable[Filter], translate: Translator) -> str:
    """Return the columns of a cut that have no dated rows, so that today's value serves for the past; empty if none."""
    headings = [
        segments.heading(dimension)
        for dimension in dict.fromkeys(condition.dimension for condition in filters)
        if segments.is_current_only(dimension)
    ]
    return describe_current_values(headings, translate)


def describe_hidden_columns(columns: Sequence[str], segments: Segments, translate: Translator) -> str:
    """Return the columns that a table has no room for; empty without any."""
    if not columns:
        return ""
    headings = translate.format_list([translate(segments.heading(column)) for column in columns])
    return translate(N_("{columns}: in the CSV."), columns=headings)


def describe_current_values(headings: Sequence[str], translate: Translator) -> str:
    """Return that today's values of the columns with these headings serve for the past; empty without headings."""
    if not headings:
        return ""
    columns = translate.format_list([translate(heading) for heading in headings])
    return translate(N_("{columns}: the value of today, as there are no dated rows."), columns=columns)
