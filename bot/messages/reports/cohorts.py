"""The cohorts of a cut, as a message."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Chart, Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_current_only_columns, describe_reservations
from bot.messages.kit.sentences import count_accounts, count_months, format_ratio, name_cut
from core.errors import N_
from core.money import round_fraction, to_percent
from core.reports.cohorts import Cohort, Cohorts
from core.reports.scope import YEAR

SHOWN = 12
# Columns of ages.
AGES = 2
_TITLES = {
    ("nrr", "quarter"): N_("{name}, by quarter of first MRR"),
    ("nrr", "year"): N_("{name}, by year of first MRR"),
    ("grr", "quarter"): N_("{name}, GRR by quarter of first MRR"),
    ("grr", "year"): N_("{name}, GRR by year of first MRR"),
}
# The mark of a cell that a cohort is too young for.
_TOO_YOUNG = "…"


def build_cohorts_message(cohorts: Cohorts, translate: Translator) -> Message:
    """Return the revenue and the accounts that each cohort keeps, and the cohorts that keep most and least."""
    return render(list(_build_parts(cohorts, translate)))


def _build_parts(cohorts: Cohorts, translate: Translator) -> Iterator[MessagePart]:
    title = _TITLES[cohorts.question.metric, cohorts.grain]
    yield Headline(translate(title, name=name_cut(cohorts.question.filters, translate)))
    if not cohorts.cohorts:
        yield Paragraph(translate(N_("No cohort has a first close in the history yet.")))
    else:
        sentences = _describe_best_and_worst(cohorts, translate), _describe_averages(cohorts, translate)
        yield Paragraph(" ".join(filter(None, sentences)))
        yield from _build_chart(cohorts, translate)
        yield _build_grid(cohorts, translate)
    yield Note(_write_small_print(cohorts, translate))


def _name_cohort(cohort: Cohort, translate: Translator) -> str:
    if cohort.period:
        return translate.format_period(cohort.period)
    return translate(N_("before {month}"), month=cohort.before)


def _describe_best_and_worst(cohorts: Cohorts, translate: Translator) -> str:
    best, worst = cohorts.best, cohorts.worst
    if best is None or worst is None:
        return translate(N_("No cohort whose start is known is 12 months past its first close yet."))
    if best is worst:
        return translate(
            N_("After 12 months: {cohort} has {kept}."),
            cohort=_name_cohort(best, translate),
            kept=_describe_kept(best, cohorts, translate),
        )
    return translate(
        N_("After 12 months {best} keeps most of its revenue: {best_kept}. {worst} keeps least: {worst_kept}."),
        best=_name_cohort(best, translate),
        best_kept=_describe_kept(best, cohorts, translate),
        worst=_name_cohort(worst, translate),
        worst_kept=_describe_kept(worst, cohorts, translate),
    )


def _describe_kept(cohort: Cohort, cohorts: Cohorts, translate: Translator) -> str:
    cell = cohort.after(YEAR)
    return translate(
        N_("{revenue}, with {kept} of {accounts}"),
        revenue=format_ratio(cohort.ratio(cell, cohorts.question.metric) if cell else None, translate),
        kept=translate.format_count(cell.kept_accounts if cell else 0),
        accounts=count_accounts(cohort.base, translate),
    )


def _build_chart(cohorts: Cohorts, translate: Translator) -> Iterator[MessagePart]:
    """Yield the averages as lines; nothing where there are not two of them."""
    metric = cohorts.question.metric
    known = [average for average in cohorts.averages if average.ratio(metric) is not None and average.logos is not None]
    if len(known) < 2:
        return
    yield Chart(
        translate(N_("Kept on average, % by months of age")),
        [translate.format_count(average.months) for average in known],
        (
            (translate(N_("revenue kept")), [to_percent(average.ratio(metric) or Fraction(0)) for average in known]),
            (translate(N_("accounts kept")), [to_percent(average.logos or Fraction(0)) for average in known]),
        ),
    )


def _choose_ages(cohorts: Cohorts) -> list[int]:
    """Return the ages of the columns: one and two years, or the oldest where cohorts are younger."""
    listed = cohorts.cohorts[-SHOWN:]
    ages = sorted({cell.months for cohort in listed for cell in cohort.cells if cell.months})
    years = [age for age in ages if age % YEAR == 0]
    return years[:AGES] if len(years) >= AGES else sorted({*years, *ages[-1:]})


def _build_grid(cohorts: Cohorts, translate: Translator) -> Grid:
    ages = _choose_ages(cohorts)
    heading = [
        translate(N_("cohort")),
        translate(N_("accounts")),
        translate(N_("MRR at first close")),
        *(translate(N_("+{count} months"), count=translate.format_count(age)) for age in ages),
    ]
    rows = [_build_row(cohort, ages, cohorts, translate) for cohort in cohorts.cohorts[-SHOWN:]]
    caption = translate(
        _TITLES[cohorts.question.metric, cohorts.grain], name=name_cut(cohorts.question.filters, translate)
    )
    return Grid([heading, *rows], "lrr" + "r" * len(ages), heading=True, caption=caption)


def _build_row(cohort: Cohort, ages: list[int], cohorts: Cohorts, translate: Translator) -> list[str]:
    def cell(age: int) -> str:
        state = cohort.after(age)
        if state is None:
            return _TOO_YOUNG if cohort.first + age > cohorts.segments.ledger.last else ""
        return _format_kept(cohort.ratio(state, cohorts.question.metric), cohort.logos(state), translate)

    return [
        _name_cohort(cohort, translate),
        translate.format_count(cohort.base),
        translate.format_money(cohort.starting, cohorts.segments.ledger.currency),
        *(cell(age) for age in ages),
    ]


def _describe_averages(cohorts: Cohorts, translate: Translator) -> str:
    """Return the averages at the ages of the columns; empty where there are none."""
    averages = {average.months: average for average in cohorts.averages if average.cohorts > 1}
    texts = [
        translate(
            N_("{kept} after {months}"),
            kept=_format_kept(average.ratio(cohorts.question.metric), average.logos, translate),
            months=count_months(age, translate),
        )
        for age in _choose_ages(cohorts)
        if (average := averages.get(age))
    ]
    return translate(N_("Average: {figures}."), figures=translate.format_list(texts)) if texts else ""


def _format_kept(revenue: Fraction | None, logos: Fraction | None, translate: Translator) -> str:
    if revenue is None or logos is None:
        return translate(N_("n/a"))
    return translate(
        N_("{revenue} / {logos}"),
        revenue=_format_whole_percent(revenue, translate),
        logos=_format_whole_percent(logos, translate),
    )


def _format_whole_percent(value: Fraction, translate: Translator) -> str:
    """Return a ratio as a percentage without decimals, as the triangle has no room for them."""
    return translate.format_short_percent(Decimal(round_fraction(value * 100)))


def _write_small_print(cohorts: Cohorts, translate: Translator) -> str:
    ledger = cohorts.segments.ledger
    kept = (
        N_(
            "Revenue / accounts kept, of those that paid at the cohort's first close; those won back after it are "
            "not among them."
        )
        if cohorts.question.metric == "nrr"
        else N_("GRR / accounts kept, of those that paid at the cohort's first close.")
    )
    notes = [translate(kept)]
    oldest = max(_choose_ages(cohorts), default=0)
    if any(cohort.first + oldest > ledger.last for cohort in cohorts.cohorts[-SHOWN:]):
        notes.append(translate(N_("{mark}: the cohort is not that old yet."), mark=_TOO_YOUNG))
    if any(average.cohorts > 1 for average in cohorts.averages):
        notes.append(
            translate(
                N_(
                    "The average weighs cohorts of known start by MRR, those that are old enough. "
                    "The CSV has every age."
                )
            )
        )
    unpaid_accounts = sum(cohort.accounts - cohort.base for cohort in cohorts.cohorts)
    if unpaid_accounts:
        notes.append(
            translate.plural(
                N_("{count} account did not pay at its first close."),
                N_("{count} accounts did not pay at their first close."),
                unpaid_accounts,
            )
        )
    if cohorts.pending:
        notes.append(
            translate.plural(
                N_("{count} account came since and has its first close to come."),
                N_("{count} accounts came since and have their first close to come."),
                cohorts.pending,
            )
        )
    earlier = len(cohorts.cohorts) - SHOWN
    if earlier > 0:
        notes.append(
            translate.plural(
                N_("{count} earlier cohort: in the CSV."), N_("{count} earlier cohorts: in the CSV."), earlier
            )
        )
    if any(cohort.period is None for cohort in cohorts.cohorts[-SHOWN:]):
        notes.append(
            translate(
                N_("Accounts that paid at the close of {month}, where the history begins, have an unknown start."),
                month=ledger.first,
            )
        )
    if ledger.coverage.unknown:
        notes.append(translate(N_("A close that the sheet does not have is blank.")))
    if ledger.currencies.foreign:
        notes.append(translate(N_("Each cohort is at the rates of its first close.")))
    notes += [
        describe_reservations(ledger, cohorts.origin, cohorts.excluded, translate),
        describe_current_only_columns(cohorts.segments, cohorts.question.filters, translate),
    ]
    notes.append(translate(N_("Data to {month}."), month=ledger.last))
    return " ".join(part for part in notes if part)
