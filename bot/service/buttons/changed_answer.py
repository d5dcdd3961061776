"""An answer compared with that of newer data to the same question: the figures that changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, get_args

from bot.locale.translator import Translator
from bot.messages.corrections.changes import ChangedRatio, Changes, compare_messages
from bot.messages.kit.message import Message
from bot.service.commands import Reply
from core.metrics.restatements import period_of
from core.months import Calendar, Month, Window
from core.terms import Metric


class _Place(NamedTuple):
    """The place of a ratio in an answer.

    Attributes:
        window: its window.
        row: the value of the row of a table, or the cut of the side of a comparison; empty where it has neither.
        metric: the ratio.

    """

    window: Window
    row: str
    metric: Metric


def find_changes(
    earlier: Reply, newer: Reply, months: tuple[Month, Month], calendar: Calendar, translate: Translator
) -> Changes | None:
    """Return the figures that an answer shows and that differ in a newer one; None where none do.

    Args:
        earlier: the answer that was seen.
        newer: the answer to the same question, on the same day, about newer data.
        months: the last month of the data of each.
        calendar: names the periods.
        translate: the language of both.

    """
    messages = earlier.message(), newer.message()
    ratios = list(_compare_ratios(earlier.json(), newer.json(), messages, calendar, translate))
    if ratios:
        return Changes(ratios)
    is_same_month = months[0] == months[1]
    changes = compare_messages(*messages, translate, is_same_month=is_same_month)
    if changes and not is_same_month and not _has_same_windows(earlier.read, newer.read):
        return Changes(month=months[1])
    return changes


def _has_same_windows(earlier: Mapping[str, Any], newer: Mapping[str, Any]) -> bool:
    """Tell whether two questions are about the same windows, and not about the latest ones."""
    windows = [
        [(side.get("start"), side.get("end")) for side in read.get("sides", [read])] for read in (earlier, newer)
    ]
    return windows[0] == windows[1] and all(start for start, _ in windows[0])


def _compare_ratios(
    earlier: Any, newer: Any, messages: tuple[Message, Message], calendar: Calendar, translate: Translator
) -> Iterator[ChangedRatio]:
    """Yield the ratios in the JSON of two answers that differ, of those that the messages show."""
    before, after = dict(_list_ratios(earlier)), dict(_list_ratios(newer))
    for place, value in before.items():
        values = value, after.get(place, value)
        percents = [None if text is None else Decimal(text) for text in values]
        is_shown = all(
            percent is None or translate.format_percent(percent) in message.text
            for percent, message in zip(percents, messages, strict=True)
        )
        if values[0] != values[1] and is_shown:
            yield ChangedRatio(place.metric, period_of(place.window, calendar), place.row, *percents)


def _list_ratios(node: Any, row: str = "") -> Iterator[tuple[_Place, str | None]]:
    """Yield the ratios of each WINDOW in the JSON of an answer."""
    if isinstance(node, Mapping):
        if {"start", "end", "nrr", "grr"} <= node.keys():
            window = Window(Month.parse(node["start"]), Month.parse(node["end"]))
            yield from ((_Place(window, row, metric), node[metric]) for metric in get_args(Metric))
            return
        for name, part in node.items():
            if name == "versus":
                for side in part:
                    yield from _list_ratios(side, _name_side(side))
            else:
                yield from _list_ratios(part, str(node.get("value") or row))
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for part in node:
            yield from _list_ratios(part, row)


def _name_side(side: Mapping[str, Any]) -> str:
    """Return the cut of the side of a comparison; empty for the whole company."""
    excluded = (f"≠ {entry['value']}" for entry in side["exclude"])
    return ", ".join([*(entry["value"] for entry in side["filters"]), *excluded])
