"""One cut by every value of a dimension: the asked window and the twelve months, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import N_, QuestionError
from core.ledger.arrays import Mask
from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.retention import Bridge, measure
from core.months import Window
from core.query.question import Question
from core.query.tokens import clean, fold_word
from core.query.vocabulary import FILLERS, Vocabulary
from core.reports.answer import YEAR, Origin, head_json, require_history, select_members, window_json


@dataclass(frozen=True, slots=True)
class Row:
    """What became of the accounts of one value.

    Attributes:
        value: as the ledger has it; "Unassigned" where the cell is blank.
        asked: the bridge of the asked window.
        ttm: the bridge of the twelve months that end with it, None without 13 closes.

    """

    value: str
    asked: Bridge
    ttm: Bridge | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A cut by the values of a dimension. Their bridges add up to those of the whole.

    Attributes:
        question: the cut and the period.
        dimension: its key.
        heading: what people call it.
        rows: the values that have a base, or accounts beside it, in the dimension's order, "Unassigned" last.
        whole: the cut undivided; its value is empty.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    dimension: str
    heading: str
    rows: tuple[Row, ...]
    whole: Row
    segments: Segments
    origin: Origin


def read_dimension(text: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """Return the dimension that a text begins with, and the rest of the text: "pricing model Q3", "par secteur T3".

    No words at all mean the first dimension.

    Raises:
        QuestionError: it begins with no dimension.

    """
    words = clean(text).replace(",", " ").split()
    while words and fold_word(words[0]) in FILLERS and vocabulary.dimension(words[0]) is None:
        del words[0]
    if not words:
        return next(iter(vocabulary.dimensions)), ""
    for length in range(len(words), 0, -1):
        dimension = vocabulary.dimension(" ".join(words[:length]))
        if dimension is not None:
            return dimension, " ".join(words[length:])
    raise QuestionError(
        N_('By what? I know no column "{name}".'),
        N_("Columns: {known}."),
        name=words[0],
        known=", ".join(vocabulary.heading(key) for key in vocabulary.dimensions),
    )


def break_down(question: Question, dimension: str, segments: Segments, origin: Origin) -> Breakdown:
    """Return the cut of `question` by every value of `dimension`; the cohort method throughout.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have, or the window lies
            before its history.

    """
    require_history(segments.ledger, question.period)
    window = question.period.window
    year = Window.ending(window.end, YEAR)

    def row(value: str) -> Row | None:
        bridges = [_bridge(segments, question, dimension, value, each) for each in (window, year)]
        some = any(bridge and (bridge.base or bridge.new_accounts or bridge.reactivated_accounts) for bridge in bridges)
        return Row(value, bridges[0] or Bridge(window), bridges[1]) if some or not value else None

    values = (*segments.dimensions.get(dimension, ()), UNASSIGNED)
    whole = row("") or Row("", Bridge(window), None)
    rows = tuple(found for value in values if (found := row(value)))
    return Breakdown(question, dimension, segments.heading(dimension), rows, whole, segments, origin)


def _bridge(segments: Segments, question: Question, dimension: str, value: str, window: Window) -> Bridge | None:
    if not segments.ledger.covers(window):
        return None
    members: Mask = select_members(segments, question.filters, window)
    if value:
        members = np.asarray(members & segments.members(dimension, value, window))
    return measure(segments.ledger, window, members)


def as_json(found: Breakdown) -> dict[str, Any]:
    """Return the breakdown as JSON: a WINDOW for each value, and for the whole."""
    ledger = found.segments.ledger

    def row(each: Row) -> dict[str, Any]:
        return {
            "value": each.value or None,
            "window": window_json(
                each.asked, nrr=each.asked.nrr, grr=each.asked.grr, complete=found.question.period.complete
            ),
            "trailing_12_months": window_json(each.ttm, nrr=each.ttm.nrr, grr=each.ttm.grr) if each.ttm else None,
        }

    return {
        **head_json(found.question, ledger, found.origin),
        "by": found.dimension,
        "rows": [row(each) for each in found.rows],
        "whole": row(found.whole),
    }
