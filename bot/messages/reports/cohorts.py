"""The cohorts of a cut, as a message."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from bot.locale.translator import Words
from bot.messages.kit.layout import Grid, Headline, Note, Paragraph, Part, render
from bot.messages.kit.message import Message
from bot.messages.kit.sentences import accounts, ratio, segments_as_of, skipped, subject
from core.errors import N_
from core.money import round_fraction
from core.reports.answer import YEAR
from core.reports.cohorts import Cohort, Cohorts

SHOWN = 12
_TITLES = {
    "quarter": N_("{name}, by quarter of first MRR"),
    "year": N_("{name}, by year of first MRR"),
}


def cohorts_message(found: Cohorts, words: Words) -> Message:
    """Return what each cohort keeps of its revenue and its accounts, and which keeps most and least."""
    return render(list(_parts(found, words)))


def _parts(found: Cohorts, words: Words) -> Iterator[Part]:
    yield Headline(words(_TITLES[found.grain], name=subject(found.question.filters, words)))
    if not found.cohorts:
        yield Paragraph(words(N_("No cohort has a first close in the history yet.")))
    else:
        yield Paragraph(_extremes(found, words))
        yield _grid(found, words)
    yield Note(_small_print(found, words))


def _name(cohort: Cohort, words: Words) -> str:
    if cohort.period:
        return words.period(cohort.period)
    return words(N_("before {month}"), month=cohort.before)


def _extremes(found: Cohorts, words: Words) -> str:
    best, worst = found.best, found.worst
    if best is None or worst is None:
        return words(N_("No cohort whose start is known is 12 months past its first close yet."))
    if best is worst:
        return words(N_("After 12 months: {cohort} has {kept}."), cohort=_name(best, words), kept=_kept(best, words))
    return words(
        N_("After 12 months {best} keeps most of its revenue: {best_kept}. {worst} keeps least: {worst_kept}."),
        best=_name(best, words),
        best_kept=_kept(best, words),
        worst=_name(worst, words),
        worst_kept=_kept(worst, words),
    )


def _kept(cohort: Cohort, words: Words) -> str:
    cell = cohort.after(YEAR)
    return words(
        N_("{revenue}, with {kept} of {accounts}"),
        revenue=ratio(cohort.revenue(cell) if cell else None, words),
        kept=words.integer(cell.kept_accounts if cell else 0),
        accounts=accounts(cohort.base, words),
    )


def _grid(found: Cohorts, words: Words) -> Grid:
    shown = found.cohorts[-SHOWN:]
    ages = sorted({cell.months for cohort in shown for cell in cohort.cells if cell.months})
    heading = [
        words(N_("cohort")),
        words(N_("accounts")),
        words(N_("MRR at first close")),
        *(words(N_("+{count} months"), count=words.integer(age)) for age in ages),
    ]
    return Grid(
        [heading, *(_row(cohort, ages, found, words) for cohort in shown)], "lrr" + "r" * len(ages), heading=True
    )


def _row(cohort: Cohort, ages: list[int], found: Cohorts, words: Words) -> list[str]:
    def cell(age: int) -> str:
        found = cohort.after(age)
        if found is None:
            return ""
        revenue, logos = cohort.revenue(found), cohort.logos(found)
        if revenue is None or logos is None:
            return words(N_("n/a"))
        return words(N_("{revenue} / {logos}"), revenue=_whole(revenue, words), logos=_whole(logos, words))

    return [
        _name(cohort, words),
        words.integer(cohort.base),
        words.money(cohort.starting, found.segments.ledger.currency),
        *(cell(age) for age in ages),
    ]


def _whole(value: Fraction, words: Words) -> str:
    """Return a ratio as a percentage without decimals, for which a triangle has no room."""
    return words.limit(Decimal(round_fraction(value * 100)))


def _small_print(found: Cohorts, words: Words) -> str:
    ledger = found.segments.ledger
    said = [
        words(
            N_(
                "Revenue / accounts kept, of those that paid at the cohort's first close; those won back after it are "
                "not among them."
            )
        )
    ]
    gone = sum(cohort.accounts - cohort.base for cohort in found.cohorts)
    if gone:
        said.append(
            words.plural(
                N_("{count} account did not pay at its first close."),
                N_("{count} accounts did not pay at their first close."),
                gone,
            )
        )
    if found.pending:
        said.append(
            words.plural(
                N_("{count} account came since and has its first close to come."),
                N_("{count} accounts came since and have their first close to come."),
                found.pending,
            )
        )
    earlier = len(found.cohorts) - SHOWN
    if earlier > 0:
        said.append(
            words.plural(N_("{count} earlier cohort is in JSON."), N_("{count} earlier cohorts are in JSON."), earlier)
        )
    if any(cohort.period is None for cohort in found.cohorts[-SHOWN:]):
        said.append(
            words(
                N_("Accounts that paid at the close of {month}, where the history begins, have an unknown start."),
                month=ledger.first,
            )
        )
    if ledger.foreign:
        said.append(words(N_("Each cohort is at the rates of its first close.")))
    said += [skipped(found.excluded, words), segments_as_of(found.segments, found.question.filters, words)]
    said.append(words(N_("Data to {month}."), month=ledger.last))
    return " ".join(part for part in said if part)
