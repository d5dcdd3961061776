"""One cut by every value of a dimension: the asked window and the twelve months, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.errors import N_, QuestionError, Sentence
from core.ledger.history import explain_missing_year
from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.retention import Bridge
from core.query.question import Question
from core.query.tokens import fold_word
from core.query.vocabulary import FILLERS, Vocabulary
from core.reports.answer_json import build_head_json, build_window_json
from core.reports.scope import Origin, QuestionReader, Scope, require_history
from core.sources.exclusions import Excluded, build_excluded_json
from core.text import clean_text


@dataclass(frozen=True, slots=True)
class BreakdownRequest:
    """A cut and the dimension to break it down by."""

    question: Question
    dimension: str


@dataclass(frozen=True, slots=True)
class Row:
    """The accounts of one value.

    Attributes:
        value: as the ledger has it; "Unassigned" where the cell is blank.
        asked: the bridge of the asked window.
        ttm: the bridge of the twelve months that end with it, None without 13 closes.

    """

    value: str
    asked: Bridge
    ttm: Bridge | None

    @property
    def has_accounts(self) -> bool:
        """Whether it has a base, new or reactivated accounts."""
        bridges = [self.asked, *([self.ttm] if self.ttm else [])]
        return any(bridge.base or bridge.new_accounts or bridge.reactivated_accounts for bridge in bridges)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A cut by the values of a dimension. Their bridges add up to those of the whole.

    Attributes:
        question: the cut and the period.
        dimension: its key.
        heading: its heading in the sheet.
        rows: the values that have a base, new or reactivated accounts, in the dimension's order, "Unassigned" last.
        whole: the cut undivided; its value is empty.
        ttm_reason: why there are no twelve months.
        excluded: the accounts that are excluded from the asked window.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    dimension: str
    heading: str
    rows: tuple[Row, ...]
    whole: Row
    ttm_reason: Sentence | None
    excluded: Excluded
    segments: Segments
    origin: Origin


def read_breakdown(text: str, reader: QuestionReader) -> BreakdownRequest:
    """Return what "industry enterprise Q3" asks for: a dimension, and the cut and period after it.

    Raises:
        QuestionError: the text begins with no dimension, or its other words are no question.

    """
    dimension, question_text = read_dimension(text, reader.vocabulary)
    return BreakdownRequest(reader.read(question_text), dimension)


def read_dimension(text: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """Return the dimension that a text begins with, and the rest of the text: "pricing model Q3", "par secteur T3".

    Without words it is the first dimension.

    Raises:
        QuestionError: it begins with no dimension.

    """
    words = clean_text(text).replace(",", " ").split()
    while words and fold_word(words[0]) in FILLERS and vocabulary.find_dimension(words[0]) is None:
        del words[0]
    if not words:
        return next(iter(vocabulary.dimensions)), ""
    for length in range(len(words), 0, -1):
        dimension = vocabulary.find_dimension(" ".join(words[:length]))
        if dimension is not None:
            return dimension, " ".join(words[length:])
    raise QuestionError(
        N_('By what? I know no column "{name}".'),
        N_("Columns: {known}."),
        name=words[0],
        known=", ".join(vocabulary.heading(key) for key in vocabulary.dimensions),
    )


def break_down(request: BreakdownRequest, scope: Scope) -> Breakdown:
    """Return a cut by every value of a dimension; the cohort method throughout.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have, or the window begins
            before the history.

    """
    question, dimension, segments = request.question, request.dimension, scope.segments
    require_history(segments.ledger, question.period)
    window = question.period.window
    year = question.period.twelve_months

    spans = [span for span in dict.fromkeys((window, year)) if segments.ledger.covers(span)]
    split = {span: scope.cuts.split(question.filters, dimension, span) for span in spans}
    whole = {span: scope.cuts.measure(question.filters, span) for span in spans}
    values = (*segments.values(dimension), UNASSIGNED)
    rows = [Row(value, split[window][value], split[year][value] if year in split else None) for value in values]
    return Breakdown(
        question,
        dimension,
        segments.heading(dimension),
        tuple(row for row in rows if row.has_accounts),
        Row("", whole[window], whole.get(year)),
        explain_missing_year(segments.ledger, year.end),
        scope.cuts.exclude(question.filters, window),
        segments,
        scope.origin,
    )


def build_breakdown_json(breakdown: Breakdown) -> dict[str, Any]:
    """Return the breakdown as JSON: a WINDOW for each value, and for the whole."""
    complete = breakdown.question.period.complete

    def build_row_json(row: Row) -> dict[str, Any]:
        return {
            "value": row.value or None,
            "window": build_window_json(row.asked, nrr=row.asked.nrr, grr=row.asked.grr, complete=complete),
            "trailing_12_months": build_window_json(row.ttm, nrr=row.ttm.nrr, grr=row.ttm.grr) if row.ttm else None,
        }

    return {
        **build_head_json(breakdown.question, breakdown.segments.ledger, breakdown.origin),
        "by": breakdown.dimension,
        "rows": [build_row_json(row) for row in breakdown.rows],
        "whole": build_row_json(breakdown.whole),
        "trailing_12_months_reason": str(breakdown.ttm_reason) if breakdown.ttm_reason else None,
        "excluded": build_excluded_json(breakdown.excluded),
    }
