"""A shared answer whose figures a later snapshot changed: the reply in its thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from bot.locale.translator import Translator
from bot.messages.digests.restatements import describe_cause
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Paragraph
from bot.messages.kit.sentences import METRIC_LABELS
from core.errors import N_
from core.metrics.restatements import Restatement
from core.months import Period
from core.terms import Metric

# Changes in the text; the answer of today has all.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class ChangedRatio:
    """A ratio that changed.

    Attributes:
        metric: the ratio.
        period: its period.
        row: the value of the row that it is in, or the cut of the side of a comparison; empty where it has neither.
        before: the percentage as it was shown; None where it was not known.
        after: the percentage now; None where it is not known.

    """

    metric: Metric
    period: Period
    row: str
    before: Decimal | None
    after: Decimal | None


def build_restated_message(
    ratios: Sequence[ChangedRatio], restatement: Restatement, state: str, translate: Translator
) -> Message:
    """Return the reply in the thread of a shared answer. It names no account, as the whole channel reads it.

    Args:
        ratios: the ratios that changed, the most important first; empty where the answer has other figures.
        restatement: the accounts and the settings that caused it.
        state: the value of the button for the answer of today.
        translate: the readers' language.

    """
    reason = translate(N_("Reason: {cause}."), cause=describe_cause([restatement], translate, sees_names=False))
    sentences = list(_describe_ratios(ratios, translate)) or [translate(N_("The figures of this answer have changed."))]
    text = " ".join([*sentences, reason])
    button = Button(translate(N_("Refresh")), "refresh", state)
    return render([Paragraph(text, translate(N_("Restated."))), button])


def _describe_ratios(ratios: Sequence[ChangedRatio], translate: Translator) -> Iterator[str]:
    """Yield a sentence for each period, and each row or side: its ratios before and now."""
    groups = [list(group) for _, group in groupby(ratios, key=lambda ratio: (ratio.row, ratio.period))]
    for group in groups[:_NAMED]:
        period = translate.format_period(group[0].period)
        changes = "; ".join(
            translate(
                N_("{metric} was {before}, is {after}"),
                metric=translate(METRIC_LABELS[ratio.metric]),
                before=_format_percent(ratio.before, translate),
                after=_format_percent(ratio.after, translate),
            )
            for ratio in group
        )
        subject = f"{group[0].row}, {period}" if group[0].row else period
        yield translate(N_("{subject}: {changes}."), subject=subject[:1].upper() + subject[1:], changes=changes)
    more = len(groups) - _NAMED
    if more > 0:
        yield translate.plural(N_("And {count} more change."), N_("And {count} more changes."), more)


def _format_percent(value: Decimal | None, translate: Translator) -> str:
    return translate(N_("n/a")) if value is None else translate.format_percent(value)
