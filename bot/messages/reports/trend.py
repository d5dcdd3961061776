"""A cut month by month, as a message."""

from __future__ import annotations

from collections.abc import Iterator

from bot.locale.translator import Words
from bot.messages.kit.layout import Grid, Headline, Note, Paragraph, Part, render
from bot.messages.kit.message import Message
from bot.messages.kit.sentences import (
    COMPONENTS,
    METRICS,
    both,
    distance,
    ratio,
    segments_as_of,
    skipped,
    subject,
)
from bot.messages.kit.sentences import points as points_of
from core.errors import N_
from core.reports.trend import Change, Point, Trend

SHOWN = 13


def trend_message(found: Trend, words: Words) -> Message:
    """Return where the twelve-month ratios went, and the latest months one by one."""
    return render(list(_parts(found, words)))


def _parts(found: Trend, words: Words) -> Iterator[Part]:
    name, question = subject(found.question.filters, words), found.question
    last = found.points[-1] if found.points else None
    if last is None or last.ttm is None:
        reason = words.sentence(found.reason) if found.reason else ""
        yield Headline(words(N_("{name}, trend: twelve months n/a, {reason}"), name=name, reason=reason))
    else:
        yield Headline(
            words(
                N_("{name}, trend: {figures} over twelve months to {month}"),
                name=name,
                figures=both(last.ttm, words, question),
                month=last.month,
            )
        )
    said = [*(_change(each, found, words) for each in found.changes), _extremes(found, words)]
    if any(said):
        yield Paragraph(" ".join(part for part in said if part))
    shown = found.points[-SHOWN:]
    if shown:
        yield _grid(shown, found, words)
    yield Note(_small_print(found, shown, words))


def _change(each: Change, found: Trend, words: Words) -> str:
    metric = found.question.metric
    change, main = each.by(metric), each.main(metric)
    if main is None:
        return words(
            N_("Over {months} months {metric} stayed where it was."), months=each.months, metric=words(METRICS[metric])
        )
    template = (
        N_("Over {months} months {metric} rose by {points}, mostly by {component} ({part}).")
        if change > 0
        else N_("Over {months} months {metric} fell by {points}, mostly by {component} ({part}).")
    )
    return words(
        template,
        months=each.months,
        metric=words(METRICS[metric]),
        points=distance(change, words),
        component=words(COMPONENTS[main]),
        part=points_of(each.parts[main], words),
    )


def _extremes(found: Trend, words: Words) -> str:
    metric, best, worst = found.question.metric, found.best, found.worst
    if best is None or worst is None or best.ratio(metric) == worst.ratio(metric):
        return ""
    return words(
        N_("Best: {best} ({best_ratio}); worst: {worst} ({worst_ratio})."),
        best=best.month,
        best_ratio=ratio(best.ratio(metric), words),
        worst=worst.month,
        worst_ratio=ratio(worst.ratio(metric), words),
    )


def _grid(shown: tuple[Point, ...], found: Trend, words: Words) -> Grid:
    currency = found.segments.ledger.currency
    columns = [
        (words(N_("month")), [words.short_month(each.month) for each in shown]),
        (words(N_("NRR, 12 months")), [ratio(each.ratio("nrr"), words) for each in shown]),
        (words(N_("GRR, 12 months")), [ratio(each.ratio("grr"), words) for each in shown]),
        (
            words(N_("accounts")),
            [words.integer(each.ttm.base) if each.ttm else words(N_("n/a")) for each in shown],
        ),
    ]
    amounts = (
        (N_("+ new"), [each.moved.new for each in shown], True),
        (N_("+ back"), [each.moved.reactivated for each in shown], True),
        (N_("+ expansion"), [each.moved.expansion for each in shown], True),
        (N_("− contraction"), [each.moved.contraction for each in shown], True),
        (N_("− churn"), [each.moved.churn for each in shown], True),
        (N_("FX effect"), [each.moved.fx_effect for each in shown], any(each.moved.fx_effect for each in shown)),
        (
            N_("changed segment"),
            [each.reclassified for each in shown],
            any(each.reclassified for each in shown),
        ),
        (N_("MRR at the end"), [each.moved.total for each in shown], True),
    )
    for heading, values, wanted in amounts:
        if wanted:
            columns.append((words(heading), [words.money(value, currency) for value in values]))
    rows = zip(*(cells for _, cells in columns), strict=True)
    return Grid([[heading for heading, _ in columns], *rows], "l" + "r" * (len(columns) - 1), heading=True)


def _small_print(found: Trend, shown: tuple[Point, ...], words: Words) -> str:
    ledger = found.segments.ledger
    said = [
        words(
            N_("Ratios: the twelve months to each month, accounts of their start; amounts: the month alone."),
        )
    ]
    if any(each.ttm is None for each in shown):
        said.append(
            words(
                N_("Twelve months need 13 closes: the first such month is {month}."),
                month=ledger.first + 12,
            )
        )
    earlier = len(found.points) - len(shown)
    if earlier:
        said.append(
            words.plural(N_("{count} earlier month is in JSON."), N_("{count} earlier months are in JSON."), earlier)
        )
    said += [skipped(found.excluded, words), segments_as_of(found.segments, found.question.filters, words)]
    said.append(words(N_("Data to {month}. Cohort method."), month=ledger.last))
    return " ".join(part for part in said if part)
