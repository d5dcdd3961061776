"""An answer that was shared, compared with the newest snapshot: the ratios that changed, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.messages.corrections.changes import ChangedRatio
from bot.service.analyst import PRUNED, Analyst, LoadedSnapshot
from bot.service.buttons.state import State
from core.errors import QuestionError
from core.metrics.restatements import Cell, Restated, Restatement, add_causes, compare_settings
from core.metrics.retention import Bridge
from core.months import Month, Window


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
    try:
        reply = analyst.reply_to_state(state)
        if reply.command == PRUNED or "question" not in reply.json():
            return None  # not known any more, or about today and not about a period
        changes = analyst.find_changes(state)
    except QuestionError:
        return None  # a segment that the sheet does not have any more
    if changes is None or changes.month:
        return None  # another month is no correction
    before = analyst.load_state(state)
    windows = list(dict.fromkeys(ratio.period.window for ratio in changes.ratios)) or [_read_window(state, before)]
    restatement = _find_causes(before, after, _list_cells(reply.json(), windows))
    return RestatedAnswer(changes.ratios, restatement, state.move(after.snapshot.id, after.snapshot.content_hash))


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
