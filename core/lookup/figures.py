"""Figures for the cells of a sheet: hundreds of metrics, cuts and periods at once, the same as in an answer.

Most cells ask for one value of one column and a month, a quarter or twelve months. These are in the cube, which is
counted once for each snapshot; any other cut or window is measured, once. A warehouse has its cube in the snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from threading import RLock
from typing import Literal

from core.errors import N_, QuestionError, Sentence
from core.ledger.history import choose_default_period, explain_missing_close, explain_missing_ratio
from core.ledger.segments import Segments
from core.metrics.cube import Cube
from core.metrics.retention import Bridge
from core.money import to_percent, to_units
from core.months import Month, Period, Window
from core.query.intents.lines import Line, Side
from core.query.question import Filter, Question
from core.query.vocabulary import METRIC_WORDS, Vocabulary
from core.reports.answer import IT_NEEDS, explain_empty_base, measure_ratios
from core.reports.scope import QuestionReader
from core.sources.cuts import Cuts
from core.sources.members import begin_window, select_members
from core.terms import Method
from core.text import fold, fold_key

Unit = Literal["ratio", "money", "accounts"]

# Texts that mean the whole company. Where a value of the sheet is called so, they could be either.
_WHOLE_COMPANY = frozenset(("all", "tout", "tous", "toute", "toutes"))

_ONE_METHOD = N_("a warehouse gives NRR and GRR by the cohort method only")
_NAMED_METRICS: tuple[Literal["nrr", "grr"], ...] = ("nrr", "grr")

# Not a period of any question: a cell that names none is recognised by it.
_NO_PERIOD = Period("month", Window(Month(0), Month(1)))

# Many times the cells of a board page; texts and figures are small.
_MOST_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure that a cell can ask for.

    Attributes:
        unit: the unit of its value.
        read: returns it from a bridge, money in minor units; None for the ratios of the method, and for MRR at a close.
        names: its other names, in both languages.

    """

    unit: Unit
    read: Callable[[Bridge], int | Fraction | None] | None
    names: tuple[str, ...] = ()


METRICS: Mapping[str, Metric] = {
    "nrr": Metric("ratio", None, ("ndr", "net revenue retention", "rétention nette")),
    "grr": Metric("ratio", None, ("gdr", "gross revenue retention", "rétention brute")),
    "logo_retention": Metric("ratio", lambda bridge: bridge.logo_retention, ("logos", "rétention des clients")),
    "starting_mrr": Metric("money", lambda bridge: bridge.starting, ("start", "MRR initial")),
    "expansion": Metric("money", lambda bridge: bridge.expansion),
    "contraction": Metric("money", lambda bridge: bridge.contraction, ("downsell",)),
    "churn": Metric("money", lambda bridge: bridge.churn, ("lost", "attrition", "MRR perdu")),
    "ending_mrr": Metric("money", lambda bridge: bridge.ending, ("end", "MRR final")),
    "new_mrr": Metric("money", lambda bridge: bridge.new, ("new", "nouveau MRR")),
    "reactivated_mrr": Metric("money", lambda bridge: bridge.reactivated, ("reactivated", "MRR réactivé")),
    "fx_effect": Metric("money", lambda bridge: bridge.fx_effect, ("effet de change",)),
    "accounts": Metric("accounts", lambda bridge: bridge.base, ("base", "comptes")),
    "churned_accounts": Metric("accounts", lambda bridge: bridge.churned, ("comptes perdus",)),
    "mrr": Metric("money", None),
    "arr": Metric("money", None),
}
_NAMES = {fold_key(name): key for key, metric in METRICS.items() for name in (key, *metric.names)}


def find_metric(name: str) -> str | None:
    """Return the key of a metric by any of its names; None for an unknown name."""
    return _NAMES.get(fold_key(name))


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, as a cell shows it.

    Attributes:
        value: rounded as in an answer, a ratio as 1.036, money in units of the currency; None with a `reason`.
        unit: the unit of the value.
        reason: why it has no value, a clause; None with a value.
        question: the cut, the period and the method.

    """

    value: Decimal | int | None
    unit: Unit
    reason: Sentence | None
    question: Question


@dataclass(frozen=True, eq=False)
class FigureMemory:
    """The cube of a snapshot, and all that cells have asked for so far.

    Attributes:
        source: the figures of the snapshot.
        lock: held while anything is added.
        cuts: text of a cell -> the cut that it names, by the words that can be named.
        periods: text of a cell -> the period that it names; None where it has other words too.
        bridges: the bridge of a cut in a window.
        ratios: NRR and GRR of a cut in a window, by another method than the cohort's.
        lines: a question -> its line.

    """

    source: Cuts
    lock: RLock = field(default_factory=RLock)
    cuts: dict[tuple[Vocabulary, str], Question] = field(default_factory=dict)
    periods: dict[tuple[Vocabulary, str], Period | None] = field(default_factory=dict)
    bridges: dict[tuple[tuple[Filter, ...], Window], Bridge] = field(default_factory=dict)
    ratios: dict[Question, tuple[Fraction | None, Fraction | None]] = field(default_factory=dict)
    lines: dict[tuple[Vocabulary, Question], str] = field(default_factory=dict)

    @property
    def segments(self) -> Segments:
        """The months, the dimensions and their values."""
        return self.source.segments

    @cached_property
    def cube(self) -> Cube:
        """The bridges of every value of every dimension."""
        return self.source.cube

    @cached_property
    def labels(self) -> Mapping[Filter | None, int]:
        """The column of the cube of each value; None is the whole company."""
        return {
            Filter(dimension, value) if dimension is not None and value is not None else None: column
            for column, (dimension, value) in enumerate(self.cube.labels)
        }

    @cached_property
    def windows(self) -> Mapping[Window, int]:
        """The row of the cube of each window."""
        return {window: row for row, window in enumerate(self.cube.windows)}

    def warm(self) -> None:
        """Count the cube, before the first cell needs it."""
        with self.lock:
            _ = self.labels, self.windows

    def forget_if_full(self) -> None:
        """Forget the texts and figures once they are more than any sheet asks for."""
        for memory in (self.cuts, self.periods, self.bridges, self.ratios, self.lines):
            if len(memory) > _MOST_REMEMBERED:
                memory.clear()


@dataclass(frozen=True, slots=True, eq=False)
class FigureTable:
    """Looks up figures of one snapshot. Threads can share it.

    Attributes:
        reader: reads the words of cells, and has the scope.
        memory: the figures of the scope, read in the reader's language.
        check: refuses a question that the reader may not ask.
        withheld: the columns that are not in the reader's vocabulary, as they name accounts or people.

    """

    reader: QuestionReader
    memory: FigureMemory
    check: Callable[[Question], None]
    withheld: frozenset[str] = frozenset()

    def read(self, segment: str, period: str, method: Method | None = None, metric: str = "") -> Question:
        """Return the question of the words for a cut, a period and a method; each may be empty.

        Raises:
            QuestionError: a word was not understood, the words contradict each other, or they name another figure
                than the metric.
            AccessError: the reader may not ask it.

        """
        question = self._read(segment, period, method, metric)
        self.check(question)
        return question

    def _read(self, segment: str, period: str, method: Method | None, metric: str) -> Question:
        self._refuse_other_figure(segment, period, metric)
        with self.memory.lock:
            self.memory.forget_if_full()
            cut, named = self._read_cut(segment), self._read_period(period)
            chosen = method or cut.method
            if named is None or (cut.period is not _NO_PERIOD and period.strip()):
                whole = self.reader.read(f"{segment} {period}")
                return Question(whole.metric, whole.filters, whole.period, method or whole.method)
            if cut.period is not _NO_PERIOD:
                return Question("nrr", cut.filters, cut.period, chosen)
            return Question("nrr", cut.filters, named, chosen)

    def _refuse_other_figure(self, segment: str, period: str, metric: str) -> None:
        is_value = self.reader.vocabulary.find_filter(segment.strip()) is not None
        text = period if is_value else f"{segment} {period}"
        if not metric or METRIC_WORDS.keys().isdisjoint(fold(text).split()):
            return
        # The figure that is named is the same whichever is the default.
        nrr, grr = (replace(self.reader, metric=default).read(text).metric for default in _NAMED_METRICS)
        if nrr == grr and nrr != metric:
            raise QuestionError(
                N_("The segment names another figure, {named}, so the cell has none."),
                N_("Use ={named}, or leave the word out of the segment."),
                named=nrr.upper(),
            )

    def _read_cut(self, text: str) -> Question:
        vocabulary = self.reader.vocabulary
        key = (vocabulary, text)
        if key not in self.memory.cuts:
            # A cell that has a value of the sheet means it, whatever its words mean elsewhere.
            value = vocabulary.find_filter(text.strip()) if text.strip() else None
            if value and fold_key(text) in _WHOLE_COMPANY:
                raise QuestionError(
                    N_("“{text}” is the whole company and a value of {column} too, so the cell has no figure."),
                    N_('Write "" for the whole company, and {line} for the value.'),
                    text=text.strip(),
                    column=vocabulary.heading(value.dimension),
                    line=f"{value.dimension}={value.value}",
                )
            exact = Question("nrr", (value,), _NO_PERIOD) if value else None
            self.memory.cuts[key] = exact or self.reader.read(text, _NO_PERIOD)
        return self.memory.cuts[key]

    def _read_period(self, text: str) -> Period | None:
        """Return the period of a text; None where it has other words too."""
        key = (self.reader.vocabulary, text)
        if key not in self.memory.periods:
            scope = self.reader.scope
            question = self.reader.read(text, choose_default_period(scope.ledger, scope.calendar))
            is_period = not question.filters and question.method == "cohort"
            self.memory.periods[key] = question.period if is_period else None
        return self.memory.periods[key]

    def look_up(self, metric: str, question: Question) -> Figure:
        """Return a figure.

        Args:
            metric: a key of METRICS.
            question: the cut, the period and the method.

        Raises:
            QuestionError: the question names a dimension whose limits are not known, or a warehouse has no such figure.
            WarehouseError: the figure needs a query, and the warehouse cannot be asked.

        """
        ledger, window = self.reader.scope.ledger, question.period.window
        unit = METRICS[metric].unit
        if metric in {"mrr", "arr"}:
            return self._look_up_close(metric, question)
        missing = explain_missing_close(ledger, window)
        if missing:
            return Figure(None, unit, Sentence(IT_NEEDS, {"reason": missing}), question)
        if METRICS[metric].read is None and question.method != "cohort" and self.reader.scope.warehouse:
            return Figure(None, unit, Sentence(_ONE_METHOD), question)
        with self.memory.lock:
            bridge = self._find_bridge(question.filters, window)
            value = self._read_value(metric, question, bridge)
        if value is None:
            reason = explain_missing_ratio(ledger) or explain_empty_base(question, window)
            return Figure(None, unit, reason, question)
        if isinstance(value, Fraction):
            return Figure(to_percent(value).scaleb(-2), unit, None, question)
        if unit == "money":
            return Figure(to_units(value, ledger.currency.exponent), unit, None, question)
        return Figure(value, unit, None, question)

    def _read_value(self, metric: str, question: Question, bridge: Bridge) -> int | Fraction | None:
        read = METRICS[metric].read
        if read:
            return read(bridge)
        return self._find_ratios(question, bridge)[metric == "grr"]

    def _look_up_close(self, metric: str, question: Question) -> Figure:
        """Return MRR or ARR at the last close of a period."""
        ledger, close = self.reader.scope.ledger, question.period.window.end
        if not ledger.has_close(close):
            missing = explain_missing_close(ledger, begin_window(ledger, close))
            return Figure(None, "money", Sentence(IT_NEEDS, {"reason": missing}), question)
        mrr, _ = self.memory.source.measure_close(question.filters, close)
        factor = 12 if metric == "arr" else 1
        return Figure(to_units(factor * mrr, ledger.currency.exponent), "money", None, question)

    def _find_bridge(self, filters: tuple[Filter, ...], window: Window) -> Bridge:
        """Return the bridge of a cut: from the cube if that has it."""
        key = (filters, window)
        if key not in self.memory.bridges:
            place = self.memory.labels.get(filters[0] if filters else None) if len(filters) < 2 else None
            row = self.memory.windows.get(window)
            if place is not None and row is not None:
                bridge = Bridge(window, *(*self.memory.cube.sums[row, place].tolist(), self.memory.cube.can_leave))
            else:
                # Of a warehouse one query has all windows of 1, 3 and 12 months.
                bridge = self.memory.source.measure_all(filters, [window])[window]
            self.memory.bridges[key] = bridge
        return self.memory.bridges[key]

    def _find_ratios(self, question: Question, bridge: Bridge) -> tuple[Fraction | None, Fraction | None]:
        if question.method == "cohort":
            return bridge.nrr, bridge.grr
        segments = self.reader.scope.segments
        if question not in self.memory.ratios:
            members = select_members(segments, question.filters, bridge.window)
            self.memory.ratios[question] = measure_ratios(question.method, segments.ledger, bridge, members)
        return self.memory.ratios[question]

    def spell(self, question: Question) -> str:
        """Return the line of the grammar that asks for the cut, the period and the method."""
        with self.memory.lock:
            key = (self.reader.vocabulary, question)
            if key not in self.memory.lines:
                parts = () if question.method == "cohort" else (question.method,)
                line = Line(sides=(Side(question.filters, question.period),), parts=parts)
                self.memory.lines[key] = line.spell(self.reader.vocabulary)
            return self.memory.lines[key]
