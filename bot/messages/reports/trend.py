"""A cut month by month, as a message."""

from __future__ import annotations

from collections.abc import Iterator

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, Note, Paragraph, Part
from bot.messages.kit.provenance import count_excluded_accounts, describe_current_only_columns
from bot.messages.kit.sentences import COMPONENTS, METRICS, format_both_ratios, format_points, format_ratio, name_cut
from bot.messages.kit.sentences import format_signed_points as points_of
from core.errors import N_
from core.reports.trend import Change, Point, Trend

SHOWN = 13


def trend_message(found: Trend, translate: Translator) -> Message:
    """Return where the twelve-month ratios went, and the latest months one by one."""
    return render(list(_parts(found, translate)))


def _parts(found: Trend, translate: Translator) -> Iterator[Part]:
    name, question = name_cut(found.question.filters, translate), found.question
    last = found.points[-1] if found.points else None
    if last is None or last.ttm is None:
        reason = translate.format_sentence(found.reason) if found.reason else ""
        yield Headline(translate(N_("{name}, trend: twelve months n/a, {reason}"), name=name, reason=reason))
    else:
        yield Headline(
            translate(
                N_("{name}, trend: {figures} over twelve months to {month}"),
                name=name,
                figures=format_both_ratios(last.ttm, translate, question),
                month=last.month,
            )
        )
    said = [*(_change(each, found, translate) for each in found.changes), _extremes(found, translate)]
    if any(said):
        yield Paragraph(" ".join(part for part in said if part))
    shown = found.points[-SHOWN:]
    if shown:
        yield _grid(shown, found, translate)
    yield Note(_small_print(found, shown, translate))


def _change(each: Change, found: Trend, translate: Translator) -> str:
    metric = found.question.metric
    change, main = each.by(metric), each.main(metric)
    if main is None:
        return translate(
            N_("Over {months} months {metric} stayed where it was."),
            months=each.months,
            metric=translate(METRICS[metric]),
        )
    template = (
        N_("Over {months} months {metric} rose by {points}, mostly by {component} ({part}).")
        if change > 0
        else N_("Over {months} months {metric} fell by {points}, mostly by {component} ({part}).")
    )
    return translate(
        template,
        months=each.months,
        metric=translate(METRICS[metric]),
        points=format_points(change, translate),
        component=translate(COMPONENTS[main]),
        part=points_of(each.parts[main], translate),
    )


def _extremes(found: Trend, translate: Translator) -> str:
    metric, best, worst = found.question.metric, found.best, found.worst
    if best is None or worst is None or best.ratio(metric) == worst.ratio(metric):
        return ""
    return translate(
        N_("Best: {best} ({best_ratio}); worst: {worst} ({worst_ratio})."),
        best=best.month,
        best_ratio=format_ratio(best.ratio(metric), translate),
        worst=worst.month,
        worst_ratio=format_ratio(worst.ratio(metric), translate),
    )


def _grid(shown: tuple[Point, ...], found: Trend, translate: Translator) -> Grid:
    currency = found.segments.ledger.currency
    columns = [
        (translate(N_("month")), [translate.format_short_month(each.month) for each in shown]),
        (translate(N_("NRR, 12 months")), [format_ratio(each.ratio("nrr"), translate) for each in shown]),
        (translate(N_("GRR, 12 months")), [format_ratio(each.ratio("grr"), translate) for each in shown]),
        (
            translate(N_("accounts")),
            [translate.format_count(each.ttm.base) if each.ttm else translate(N_("n/a")) for each in shown],
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
            columns.append((translate(heading), [translate.format_money(value, currency) for value in values]))
    rows = zip(*(cells for _, cells in columns), strict=True)
    return Grid([[heading for heading, _ in columns], *rows], "l" + "r" * (len(columns) - 1), heading=True)


def _small_print(found: Trend, shown: tuple[Point, ...], translate: Translator) -> str:
    ledger = found.segments.ledger
    said = [
        translate(
            N_("Ratios: the twelve months to each month, accounts of their start; amounts: the month alone."),
        )
    ]
    if any(each.ttm is None for each in shown):
        said.append(
            translate(
                N_("Twelve months need 13 closes: the first such month is {month}."),
                month=ledger.first + 12,
            )
        )
    earlier = len(found.points) - len(shown)
    if earlier:
        said.append(
            translate.plural(
                N_("{count} earlier month is in JSON."), N_("{count} earlier months are in JSON."), earlier
            )
        )
    said += [
        count_excluded_accounts(found.excluded, translate),
        describe_current_only_columns(found.segments, found.question.filters, translate),
    ]
    said.append(translate(N_("Data to {month}. Cohort method."), month=ledger.last))
    return " ".join(part for part in said if part)
