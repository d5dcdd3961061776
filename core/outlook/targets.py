"""Targets: where the twelve months stand against them, and what is still to be gained, or may be lost, by a close."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from core.errors import N_, QuestionError, Sentence
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import Bridge, measure
from core.months import Calendar, Month, Period, Window
from core.outlook.open_year import OpenYear, measure_open_year, year_ends
from core.playbook.playbook import Targets
from core.query.question import Filter, Question
from core.reports.answer import YEAR, Origin, head_json, percent_json, select_members
from core.terms import Metric

# Whose row of the sheet a target is: the segment's own, that of the whole company, none (the config).
Source = Literal["sheet", "sheet_company", "config"]


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """A target.

    Attributes:
        value: as a ratio.
        source: where it comes from.
        now: the ratio of the twelve months to the last close; None without a base or without 13 closes.

    """

    value: Fraction
    source: Source
    now: Fraction | None

    @property
    def points(self) -> Fraction | None:
        """How far above the target the twelve months are, negative below it."""
        return None if self.now is None else self.now - self.value


@dataclass(frozen=True, slots=True)
class MissingMrr:
    """What stands between now and the targets at a future close E, for the accounts that pay at E less 12 months.

    Attributes:
        end: the close.
        base: how many accounts.
        starting: what they paid at the start, minor units.
        ending: what they pay at the last close, at the rates of the start.
        kept: the sum over them of the lower of both.
        needed: by how much `ending` must still grow for the NRR target; 0 when it is met.
        room: how much of `kept` may still be lost before the GRR target is missed; negative: so much is missing.

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
        grr: likewise.
        to_go: for each close that `Board.ends` has, None where there is no base.

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
        dimension: what the segments are: the sheet's own column, else size.
        rows: the whole company, then the values that have a base or a target of their own.
        ends: the ends of the fiscal quarter and of the fiscal year under way; one where they are the same.
        ttm_reason: why there are no twelve months.
        ledger: where the figures are from.
        origin: the snapshot.

    """

    question: Question
    dimension: str
    rows: tuple[Row, ...]
    ends: tuple[Month, ...]
    ttm_reason: Sentence | None
    ledger: Ledger
    origin: Origin


def require_no_words(text: str) -> None:
    """Refuse words behind `targets`, which looks at everything there is, as of the last close.

    Raises:
        QuestionError: there are some.

    """
    if text.strip():
        raise QuestionError(
            N_('I do not know what "{words}" would change: targets shows every segment as of the last close.'),
            N_("Ask for {example} alone."),
            words=text.strip()[:60],
            example="/nrr targets",
        )


def build_target_board(segments: Segments, origin: Origin, calendar: Calendar, defaults: Targets) -> TargetBoard:
    """Return where the company and each segment stand against their targets.

    Args:
        segments: the ledger and its dimensions.
        origin: the snapshot.
        calendar: which months end a quarter and a year.
        defaults: the targets of the config, for what the sheet says nothing about.

    """
    ledger = segments.ledger
    dimension = "segment" if "segment" in segments.dimensions else "size"
    ends = year_ends(calendar, ledger.last)

    def row(value: str) -> Row:
        filters = (Filter(dimension, value),) if value else ()
        year = Window.ending(ledger.last, YEAR)
        ttm = measure(ledger, year, select_members(segments, filters, year)) if ledger.covers(year) else None
        nrr, grr = _aim(ledger, value, "nrr", defaults.nrr, ttm), _aim(ledger, value, "grr", defaults.grr, ttm)
        stands = (measure_open_year(segments, filters, end) for end in ends)
        return Row(
            value, ttm, nrr, grr, tuple(missing_mrr(each, nrr.value, grr.value) if each else None for each in stands)
        )

    rows = [row(value) for value in ("", *segments.dimensions[dimension])]
    have = len(ledger.panel)
    return TargetBoard(
        Question("nrr", (), Period("ttm", Window.ending(ledger.last, YEAR))),
        dimension,
        tuple(each for each in rows if not each.value or _matters(each, ledger)),
        ends,
        None if have > YEAR else Sentence(N_("needs 13 month closes, there are {count}"), {"count": have}),
        ledger,
        origin,
    )


def _aim(ledger: Ledger, value: str, metric: Metric, default: Fraction, ttm: Bridge | None) -> TargetStatus:
    now = None if ttm is None else ttm.nrr if metric == "nrr" else ttm.grr
    if (value, metric) in ledger.targets:
        return TargetStatus(ledger.targets[value, metric], "sheet", now)
    if ("", metric) in ledger.targets:
        return TargetStatus(ledger.targets["", metric], "sheet_company", now)
    return TargetStatus(default, "config", now)


def _matters(row: Row, ledger: Ledger) -> bool:
    own = any((row.value, metric) in ledger.targets for metric in ("nrr", "grr"))
    return own or bool(row.ttm and row.ttm.base) or any(each and each.base for each in row.to_go)


def missing_mrr(stand: OpenYear, nrr: Fraction, grr: Fraction) -> MissingMrr | None:
    """Return what is to be gained, and what may be lost, until the end of `stand`; None when its base is empty.

    With S what the base paid at the start: needed = target NRR x S - ending, rounded up, and 0 when met; room = kept
    - target GRR x S, rounded down.
    """
    if not stand.base:
        return None
    starting, ending, kept = stand.starting, stand.ending, stand.kept
    return MissingMrr(
        stand.window.end,
        stand.base,
        starting,
        ending,
        kept,
        needed=max(0, math.ceil(nrr * starting) - ending),
        room=kept - math.ceil(grr * starting),
    )


def as_json(found: TargetBoard) -> dict[str, Any]:
    """Return the targets as JSON: ratios as strings with one decimal, money in minor units."""

    def aim(each: TargetStatus) -> dict[str, Any]:
        return {
            "target": percent_json(each.value),
            "from": each.source,
            "now": percent_json(each.now),
            "points": percent_json(each.points),
        }

    def close(each: MissingMrr | None, end: Month) -> dict[str, Any]:
        if each is None:
            return {"end": str(end), "accounts": 0}
        return {
            "end": str(end),
            "accounts": each.base,
            "starting_mrr": each.starting,
            "mrr_so_far": each.ending,
            "kept_so_far": each.kept,
            "nrr_mrr_needed": each.needed,
            "grr_mrr_room": each.room,
        }

    return {
        **head_json(found.question, found.ledger, found.origin),
        "by": found.dimension,
        "rows": [
            {
                "value": row.value or None,
                "accounts": row.ttm.base if row.ttm else None,
                "nrr": aim(row.nrr),
                "grr": aim(row.grr),
                "by_the_end_of": [close(each, end) for each, end in zip(row.to_go, found.ends, strict=True)],
            }
            for row in found.rows
        ],
        "trailing_12_months_reason": str(found.ttm_reason) if found.ttm_reason else None,
    }
