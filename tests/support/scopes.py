"""A Scope and a QuestionReader over a ledger, with defaults for everything that a test does not name."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.months import Calendar, Month, Window
from core.playbook.playbook import Targets, load_playbook
from core.query.vocabulary import Vocabulary
from core.reports.scope import Origin, QuestionReader, Scope
from core.terms import Metric
from core.thresholds import SignalThresholds

NOW = dt.datetime(2025, 10, 6, 7, tzinfo=dt.UTC)
ORIGIN = Origin(1, NOW, "1", {})


def scope_of(data: Ledger | Segments, **values: Any) -> Scope:
    """Return the scope of a ledger; `values` are fields of Scope."""
    segments = Segments(data) if isinstance(data, Ledger) else data
    defaults: dict[str, Any] = {
        "origin": ORIGIN,
        "calendar": Calendar(),
        "playbook": load_playbook(),
        "targets": Targets(Fraction(110, 100), Fraction(90, 100)),
        "thresholds": SignalThresholds(),
        "today": NOW.date(),
    }
    return Scope(segments, **{**defaults, **values})


def reader_of(data: Ledger | Segments, metric: Metric = "nrr", **values: Any) -> QuestionReader:
    """Return what reads questions about a ledger."""
    scope = scope_of(data, **values)
    return QuestionReader(scope, Vocabulary(scope.segments.askable, scope.segments.headings), metric)


def windows(ledger: Ledger) -> list[Window]:
    """Return every window between two closes of a ledger."""
    return [
        Window(Month(start), Month(end))
        for start in range(ledger.first.ordinal, ledger.last.ordinal)
        for end in range(start + 1, ledger.last.ordinal + 1)
    ]
