"""An answer that was shared, compared with the newest snapshot: the ratios that changed, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, get_args

from bot.messages.corrections.restated_share import ChangedRatio
from bot.service.analyst import PRUNED, Analyst, LoadedSnapshot
from bot.service.buttons.state import State
from core.errors import QuestionError
from core.metrics.restatements import Cell, Restated, Restatement, add_causes, compare_settings, period_of
from core.metrics.retention import Bridge
from core.months import Month, Window
from core.terms import Metric

# The parts of an answer that say nothing of its figures: of the question, of the sheet, of the accounts by name.
_NOT_FIGURES = frozenset(("read", "question", "snapshot", "problems", "doubts", "excluded", "row", "account", "name"))
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


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


@dataclass(frozen=True, slots=True)
class RestatedAnswer:
    """An answer whose figures the newest snapshot changed.

    Attributes:
        ratios: the ratios that differ, in the order of the answer; empty where it has other figures.
        restatement: the accounts and the settings that caused it.
        state: the same question about the newest snapshot.

    """

    ratios: Sequence[ChangedRatio]
    restatement: Restatement
    state: State


def find_restated_answer(analyst: Analyst, state: State) -> RestatedAnswer | None:
    """Return how the newest snapshot changed an answer; None where it did not, or where that is not known any more."""
    after = analyst.load_newest()
    moved = state.move(after.snapshot.id, after.snapshot.content_hash)
    try:
        replies = analyst.reply_to_state(state), analyst.reply_to_state(moved)
        if PRUNED in {reply.command for reply in replies}:
            return None
        earlier, newer = (reply.json() for reply in replies)
    except QuestionError:
        return None  # a segment that the sheet does not have any more
    if "question" not in earlier:
        return None  # about today, not about a period
    changes = _compare_ratios(earlier, newer)
    if changes is None:
        return None
    before = analyst.load_state(state)
    windows = list(dict.fromkeys(place.window for place in changes)) or [_read_window(state, before)]
    ratios = [
        ChangedRatio(place.metric, period_of(place.window, analyst.calendar), place.row, *map(_read_percent, values))
        for place, values in changes.items()
    ]
    return RestatedAnswer(ratios, _find_causes(before, after, _list_cells(earlier, windows)), moved)


def _compare_ratios(
    earlier: Mapping[str, Any], newer: Mapping[str, Any]
) -> dict[_Place, tuple[str | None, str | None]] | None:
    """Return the ratios that differ, each before and after; empty where other figures do, None where nothing does."""
    before, after = dict(_list_ratios(earlier)), dict(_list_ratios(newer))
    if before:
        shared = [key for key in before if key in after]
        return {key: (before[key], after[key]) for key in shared if before[key] != after[key]} or None
    if earlier.get("data_through") != newer.get("data_through"):
        return None  # another month is no correction
    return {} if list(_list_figures(earlier)) != list(_list_figures(newer)) else None


def _list_figures(node: Any) -> Iterator[str]:
    """Yield the numbers in the JSON of an answer."""
    if isinstance(node, Mapping):
        for name, part in node.items():
            if name not in _NOT_FIGURES:
                yield from _list_figures(part)
    elif isinstance(node, list | tuple):
        for part in node:
            yield from _list_figures(part)
    elif _NUMBER.fullmatch(str(node)):
        yield str(node)


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


def _read_percent(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _read_window(state: State, before: LoadedSnapshot) -> Window:
    """Return the window of an answer without ratios; that of its last month where it has none."""
    last = before.scope.ledger.last
    if state.start and state.end:
        return Window(Month.parse(state.start), Month.parse(state.end))
    return Window(last - 1, last)


def _list_cells(answer: Mapping[str, Any], windows: Sequence[Window]) -> list[Cell]:
    """Return the recorded figures whose causes are those of an answer: of its filters, else of the whole company."""
    reads = answer["read"].get("sides") or [answer["read"]]
    filters = [
        (dimension, value)
        for read in reads
        for dimension, values in read.get("filters", {}).items()
        for value in values
    ]
    return [Cell(window, *cut) for window in windows for cut in dict.fromkeys(filters or [(None, None)])]


def _find_causes(before: LoadedSnapshot, after: LoadedSnapshot, cells: Sequence[Cell]) -> Restatement:
    figures = [Restated(cell, Bridge(cell.window), Bridge(cell.window), before.snapshot.id) for cell in cells]
    explained, causes, accounts = add_causes(figures, before.scope.segments, after.scope.segments)
    return Restatement(
        after.snapshot.synced_at,
        (before.snapshot.id, after.snapshot.id),
        (before.scope.ledger.currency, after.scope.ledger.currency),
        explained,
        compare_settings(before.snapshot.settings, after.snapshot.settings),
        causes,
        accounts,
    )
