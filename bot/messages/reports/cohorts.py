"""The cohorts of a cut, as a message."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, Note, Paragraph, Part
from bot.messages.kit.provenance import count_excluded_accounts, describe_current_only_columns
from bot.messages.kit.sentences import count_accounts, format_ratio, name_cut
from core.errors import N_
from core.money import round_fraction
from core.reports.answer import YEAR
from core.reports.cohorts import Cohort, Cohorts

SHOWN = 12
_TITLES = {
    "quarter": N_("{name}, by quarter of first MRR"),
    "year": N_("{name}, by year of first MRR"),
}


def cohorts_message(found: Cohorts, translate: Translator) -> Message:
    """Return what each cohort keeps of its revenue and its accounts, and which keeps most and least."""
    return render(list(_parts(found, translate)))


def _parts(found: Cohorts, translate: Translator) -> Iterator[Part]:
    yield Headline(translate(_TITLES[found.grain], name=name_cut(found.question.filters, translate)))
    if not found.cohorts:
        yield Paragraph(translate(N_("No cohort has a first close in the history yet.")))
    else:
        yield Paragraph(_extremes(found, translate))
        yield _grid(found, translate)
    yield Note(_small_print(found, translate))


def _name(cohort: Cohort, translate: Translator) -> str:
    if cohort.period:
        return translate.format_period(cohort.period)
    return translate(N_("before {month}"), month=cohort.before)


def _extremes(found: Cohorts, translate: Translator) -> str:
    best, worst = found.best, found.worst
    if best is None or worst is None:
        return translate(N_("No cohort whose start is known is 12 months past its first close yet."))
    if best is worst:
        return translate(
            N_("After 12 months: {cohort} has {kept}."), cohort=_name(best, translate), kept=_kept(best, translate)
        )
    return translate(
        N_("After 12 months {best} keeps most of its revenue: {best_kept}. {worst} keeps least: {worst_kept}."),
        best=_name(best, translate),
        best_kept=_kept(best, translate),
        worst=_name(worst, translate),
        worst_kept=_kept(worst, translate),
    )


def _kept(cohort: Cohort, translate: Translator) -> str:
    cell = cohort.after(YEAR)
    return translate(
        N_("{revenue}, with {kept} of {accounts}"),
        revenue=format_ratio(cohort.revenue(cell) if cell else None, translate),
        kept=translate.format_count(cell.kept_accounts if cell else 0),
        accounts=count_accounts(cohort.base, translate),
    )


def _grid(found: Cohorts, translate: Translator) -> Grid:
    shown = found.cohorts[-SHOWN:]
    ages = sorted({cell.months for cohort in shown for cell in cohort.cells if cell.months})
    heading = [
        translate(N_("cohort")),
        translate(N_("accounts")),
        translate(N_("MRR at first close")),
        *(translate(N_("+{count} months"), count=translate.format_count(age)) for age in ages),
    ]
    return Grid(
        [heading, *(_row(cohort, ages, found, translate) for cohort in shown)], "lrr" + "r" * len(ages), heading=True
    )


def _row(cohort: Cohort, ages: list[int], found: Cohorts, translate: Translator) -> list[str]:
    def cell(age: int) -> str:
        found = cohort.after(age)
        if found is None:
            return ""
        revenue, logos = cohort.revenue(found), cohort.logos(found)
        if revenue is None or logos is None:
            return translate(N_("n/a"))
        return translate(N_("{revenue} / {logos}"), revenue=_whole(revenue, translate), logos=_whole(logos, translate))

    return [
        _name(cohort, translate),
        translate.format_count(cohort.base),
        translate.format_money(cohort.starting, found.segments.ledger.currency),
        *(cell(age) for age in ages),
    ]


def _whole(value: Fraction, translate: Translator) -> str:
    """Return a ratio as a percentage without decimals, for which a triangle has no room."""
    return translate.format_short_percent(Decimal(round_fraction(value * 100)))


def _small_print(found: Cohorts, translate: Translator) -> str:
    ledger = found.segments.ledger
    said = [
        translate(
            N_(
                "Revenue / accounts kept, of those that paid at the cohort's first close; those won back after it are "
                "not among them."
            )
        )
    ]
    gone = sum(cohort.accounts - cohort.base for cohort in found.cohorts)
    if gone:
        said.append(
            translate.plural(
                N_("{count} account did not pay at its first close."),
                N_("{count} accounts did not pay at their first close."),
                gone,
            )
        )
    if found.pending:
        said.append(
            translate.plural(
                N_("{count} account came since and has its first close to come."),
                N_("{count} accounts came since and have their first close to come."),
                found.pending,
            )
        )
    earlier = len(found.cohorts) - SHOWN
    if earlier > 0:
        said.append(
            translate.plural(
                N_("{count} earlier cohort is in JSON."), N_("{count} earlier cohorts are in JSON."), earlier
            )
        )
    if any(cohort.period is None for cohort in found.cohorts[-SHOWN:]):
        said.append(
            translate(
                N_("Accounts that paid at the close of {month}, where the history begins, have an unknown start."),
                month=ledger.first,
            )
        )
    if ledger.foreign:
        said.append(translate(N_("Each cohort is at the rates of its first close.")))
    said += [
        count_excluded_accounts(found.excluded, translate),
        describe_current_only_columns(found.segments, found.question.filters, translate),
    ]
    said.append(translate(N_("Data to {month}."), month=ledger.last))
    return " ".join(part for part in said if part)
