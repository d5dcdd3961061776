"""Targets: the twelve months against them, and the MRR that must be gained, or may be lost, by a future close."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.advice.assessment import Aim, choose_aims
from core.advice.size_mix import choose_size_mix, find_size
from core.errors import N_, QuestionError, Sentence
from core.ledger.history import explain_missing_ratio, explain_missing_year
from core.ledger.ledger import Ledger
from core.metrics.retention import Bridge
from core.months import Month, Period, Window
from core.outlook.open_year import list_year_ends
from core.query.question import Filter, Question
from core.reports.answer_json import build_head_json, format_percent
from core.reports.scope import YEAR, Origin, QuestionReader, Scope, choose_targets


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """A ratio and its aim.

    Attributes:
        aim: the target, or the lower edge of the range; None where the segment has neither.
        now: the ratio of the twelve months to the last close; None without a base or without 13 closes.

    """

    aim: Aim | None
    now: Fraction | None

    @property
    def points(self) -> Fraction | None:
        """The twelve months less the aim: negative below it."""
        return None if self.now is None or self.aim is None else self.now - self.aim.value


@dataclass(frozen=True, slots=True)
class MissingMrr:
    """The MRR between now and the aims at a future close E, for the accounts that pay at E less 12 months.

    Attributes:
        end: the close.
        base: number of accounts.
        starting: their MRR at the start, minor units.
        ending: their MRR at the last close, at the rates of the start.
        kept: the sum over them of the lower of both.
        needed: MRR that `ending` must still gain for the NRR target; 0 when it is met.
        room: MRR of `kept` that may still be lost before the GRR target is missed; negative: so much is missing.

    """

    end: Month
    base: int
    starting: int
    ending: int
    kept: int
    needed: int
    room: int


@dataclass(frozen=True, slots=True)
class Row:
    """The targets of one segment.

    Attributes:
        value: as the ledger has it; empty for the whole company.
        ttm: the bridge of the twelve months to the last close; None without 13 closes.
        nrr: its NRR and the target.
        grr: its GRR and the target.
        to_go: for each close of `TargetBoard.ends`; None without a base or an aim.

    """

    value: str
    ttm: Bridge | None
    nrr: TargetStatus
    grr: TargetStatus
    to_go: tuple[MissingMrr | None, ...]


@dataclass(frozen=True, slots=True)
class TargetBoard:
    """The targets of the company and of every segment.

    Attributes:
        question: the twelve months to the last close, whole company.
        dimension: the dimension of the segments: the sheet's column, else size.
        rows: the whole company, then the values that have a base or their own target.
        ends: the ends of the current fiscal quarter and fiscal year; one where they are the same.
        ttm_reason: why there are no twelve months.
        ledger: the ledger of the figures.
        origin: the snapshot.

    """

    question: Question
    dimension: str
    rows: tuple[Row, ...]
    ends: tuple[Month, ...]
    ttm_reason: Sentence | None
    ledger: Ledger
    origin: Origin


def read_targets(text: str, reader: QuestionReader) -> Question:
    """Return the question of `targets`, which takes no words: the whole company over twelve months.

    Raises:
        QuestionError: there are words.

    """
    if text.strip():
        raise QuestionError(
            N_('I do not know what "{words}" would change: targets shows every segment as of the last close.'),
            N_("Ask for {example} alone."),
            words=text.strip()[:60],
            example="/nrr targets",
        )
    return Question("nrr", (), Period("ttm", Window.ending(reader.scope.ledger.last, YEAR)))


def build_target_board(question: Question, scope: Scope) -> TargetBoard:
    """Return the company and each segment against their targets.

    Args:
        question: the whole company over the twelve months to the last close.
        scope: the snapshot.

    """
    segments, ledger = scope.segments, scope.ledger
    # No account is named.
    cuts = scope.cuts.skip_accounts()
    dimension = "segment" if "segment" in segments.dimensions else "size"
    ends = list_year_ends(scope.calendar, ledger.last)
    year = Window.ending(ledger.last, YEAR)
    open_years = [Window.ending(end, YEAR) for end in ends]
    known = [window for window in open_years if ledger.has_close(window.start) and ledger.coverage.can_leave]
    has_values = dimension in segments.dimensions
    bridges = {
        window: {"": cuts.measure((), window), **(cuts.split((), dimension, window) if has_values else {})}
        for window in known
    }

    def build_row(value: str) -> Row:
        filters = (Filter(dimension, value),) if value else ()
        ttm, base = None, None
        if ledger.covers(year):
            base = cuts.select(filters, [year]).bases[year]
            ttm = base.whole or cuts.measure(filters, year)
        condition = filters[0] if filters else None
        # A value that is named by its size needs no other.
        sizes = cuts.sum_by_size(filters, base) if base and not (condition and find_size(condition)) else {}
        mix = choose_size_mix(condition, sizes)
        aims = choose_aims(choose_targets(ledger, filters, scope.targets), mix, scope.playbook)
        nrr = TargetStatus(aims.get("nrr"), ttm.nrr if ttm else None)
        grr = TargetStatus(aims.get("grr"), ttm.grr if ttm else None)
        to_go = tuple(
            _measure_missing_mrr(bridges[window][value] if window in bridges else None, nrr.aim, grr.aim)
            for window in open_years
        )
        return Row(value, ttm, nrr, grr, to_go)

    rows = [build_row(value) for value in ("", *segments.dimensions.get(dimension, ()))]
    return TargetBoard(
        question,
        dimension,
        tuple(row for row in rows if not row.value or _is_listed(row, ledger)),
        ends,
        explain_missing_ratio(ledger) or explain_missing_year(ledger, ledger.last),
        ledger,
        scope.origin,
    )


def _is_listed(row: Row, ledger: Ledger) -> bool:
    has_target = any((row.value, metric) in ledger.targets for metric in ("nrr", "grr"))
    return has_target or bool(row.ttm and row.ttm.base) or any(missing and missing.base for missing in row.to_go)


def _measure_missing_mrr(open_year: Bridge | None, nrr: Aim | None, grr: Aim | None) -> MissingMrr | None:
    return measure_missing_mrr(open_year, nrr.value, grr.value) if open_year and nrr and grr else None


def measure_missing_mrr(open_year: Bridge, nrr: Fraction, grr: Fraction) -> MissingMrr | None:
    """Return the MRR to gain, and the MRR that may be lost, until the end of a window; None when its base is empty.

    The bridge is that of twelve months that end after the last close, as of that close.

    With S the MRR of the base at the start: needed = target NRR x S - ending, rounded up, and 0 when met; room = kept
    - target GRR x S, rounded down.
    """
    if not open_year.base:
        return None
    starting, ending = open_year.starting, open_year.ending
    retained = starting - open_year.contraction - open_year.churn
    return MissingMrr(
        open_year.window.end,
        open_year.base,
        starting,
        ending,
        retained,
        needed=max(0, math.ceil(nrr * starting) - ending),
        room=retained - math.ceil(grr * starting),
    )


def build_targets_json(board: TargetBoard) -> dict[str, Any]:
    """Return the targets as JSON: ratios as strings with one decimal, money in minor units."""

    def build_status_json(status: TargetStatus) -> dict[str, Any]:
        return {
            "target": format_percent(status.aim.value) if status.aim else None,
            "from": status.aim.source if status.aim else None,
            "now": format_percent(status.now),
            "points": format_percent(status.points),
        }

    def build_missing_json(missing: MissingMrr | None, end: Month) -> dict[str, Any]:
        if missing is None:
            return {"end": str(end), "accounts": 0}
        return {
            "end": str(end),
            "accounts": missing.base,
            "starting_mrr": missing.starting,
            "mrr_so_far": missing.ending,
            "kept_so_far": missing.kept,
            "nrr_mrr_needed": missing.needed,
            "grr_mrr_room": missing.room,
        }

    return {
        **build_head_json(board.question, board.ledger, board.origin),
        "by": board.dimension,
        "rows": [
            {
                "value": row.value or None,
                "accounts": row.ttm.base if row.ttm else None,
                "nrr": build_status_json(row.nrr),
                "grr": build_status_json(row.grr),
                "by_the_end_of": [
                    build_missing_json(missing, end) for missing, end in zip(row.to_go, board.ends, strict=True)
                ],
            }
            for row in board.rows
        ],
        "trailing_12_months_reason": str(board.ttm_reason) if board.ttm_reason else None,
    }
