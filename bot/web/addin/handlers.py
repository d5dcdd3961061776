"""The answers of the add-in's backend: figures, segments, periods, problems, a request for a sync."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import msgspec

from bot.locale.translator import Translator, get_translator
from bot.service.analyst import Analyst, LoadedSnapshot
from bot.service.problem_list import rank_problems
from bot.web.addin.authentication import RefusedError
from bot.web.addin.contract import (
    METHODS,
    MOST_SECONDS,
    ChangeReport,
    Dimension,
    FigureAnswer,
    FigureQuestion,
    FigureRequest,
    FigureResponse,
    Origin,
    PeriodName,
    PeriodsResponse,
    ProblemPlace,
    ProblemsResponse,
    SegmentsResponse,
    SyncResponse,
    WithheldDimension,
)
from bot.web.addin.metrics_csv import write_metrics_csv
from core.errors import N_, AccessError, QuestionError, WarehouseError
from core.ledger.history import choose_default_period
from core.ledger.segments import DERIVED
from core.lookup.figures import METRICS, FigureTable, find_metric
from core.months import Window
from core.terms import Language
from sheets.writeback.lookup_keys import format_period, list_periods

if TYPE_CHECKING:
    from bot.messages.status.problems import RankedProblem

MOST_PROBLEMS = 500
# The months and the kinds of the periods that can be picked, in their order.
PERIODS = ((3, "quarter"), (12, "fiscal_year"), (12, "ttm"), (1, "month"))
# Asks for a sync that starts at once: "started", "due" after the one under way, or None where that is due already.
RequestSync = Callable[[], str | None]


@dataclass(frozen=True, slots=True)
class Context:
    """The objects that the handlers work with.

    Attributes:
        analyst: the one door to figures.
        request_sync: asks for a sync.
        most_seconds: for the answer to a request.
        language: the language that a request asks for; None for the company's.

    """

    analyst: Analyst
    request_sync: RequestSync
    most_seconds: float = MOST_SECONDS
    language: Language | None = None

    @property
    def translate(self) -> Translator:
        """The translator of the texts of a response."""
        return get_translator(self.language) if self.language else self.analyst.translate


def answer_metrics(context: Context, request: FigureRequest) -> FigureResponse:
    """Answer the questions of up to 500 cells from one snapshot.

    Raises:
        RefusedError: it takes too long.

    """
    limit = time.monotonic() + context.most_seconds
    newest, figures = context.analyst.open_figures()
    translate = replace(context, language=request.language or context.language).translate
    answers = []
    for question in request.questions:
        if time.monotonic() > limit:
            raise RefusedError(
                "too_slow",
                N_("The figures took longer than {seconds} seconds."),
                N_("Ask again: those worked out so far are remembered. Ask for fewer combinations of columns."),
                seconds=f"{context.most_seconds:g}",
            )
        answers.append(_answer_question(question, newest, figures, translate))
    return FigureResponse(_describe_origin(newest), tuple(answers))


def _answer_question(
    question: FigureQuestion, newest: LoadedSnapshot, figures: FigureTable, translate: Translator
) -> FigureAnswer:
    try:
        metric = find_metric(question.metric)
        if metric is None:
            raise QuestionError(  # noqa: TRY301 - reported like any other word that is not understood
                N_("There is no figure “{name}”."),
                N_("Figures: {known}."),
                name=question.metric,
                known=", ".join(METRICS),
            )
        read = figures.read(question.segment, question.period, METHODS[question.method], metric)
        figure = figures.look_up(metric, read)
    except AccessError as error:
        return _refuse_figure("refused", translate.format_error(error))
    except WarehouseError as error:
        return _refuse_figure("no_figure", translate.format_error(error))
    except QuestionError as error:
        reason = translate.format_error(error) + _describe_withheld(figures, translate)
        return _refuse_figure("not_understood", reason)
    unit = newest.snapshot.currency.code if figure.unit == "money" else figure.unit
    line, window = figures.spell(read), read.period.window
    reason_text = translate(N_("No figure: {reason}."), reason=figure.reason) if figure.reason else None
    return FigureAnswer(
        figure.value,
        unit,
        "no_figure" if figure.value is None else "ok",
        reason_text,
        line,
        str(window.start),
        str(window.end),
        complete=read.period.complete,
        receipt=_write_receipt(newest, metric, line, figure.value),
    )


def _refuse_figure(code: Literal["no_figure", "not_understood", "refused"], reason: str) -> FigureAnswer:
    return FigureAnswer(None, None, code, reason, None, None, None, complete=True, receipt=None)


def _describe_withheld(figures: FigureTable, translate: Translator) -> str:
    """Return a sentence on the columns that a key cannot ask for: the same whether a word is one of their values."""
    if not figures.withheld:
        return ""
    headings = [figures.memory.segments.heading(key) for key in sorted(figures.withheld)]
    sentence = N_("Withheld from keys, as values name accounts or people: {columns}.")
    return " " + translate(sentence, columns=", ".join(headings))


def _write_receipt(newest: LoadedSnapshot, metric: str, line: str, value: object) -> str:
    snapshot = newest.snapshot
    text = "\n".join((snapshot.content_hash, metric, line, str(value)))
    return f"{snapshot.id}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def list_segments(context: Context, request: None) -> SegmentsResponse:  # noqa: ARG001 - a handler's signature
    """List every column that cuts the company, with its values; with a key none that names accounts or people."""
    newest, figures = context.analyst.open_figures()
    vocabulary, translate = figures.reader.vocabulary, context.translate
    segments = figures.memory.segments
    dimensions = (
        Dimension(key, translate(segments.heading(key)) if key in DERIVED else vocabulary.heading(key), values)
        for key, values in vocabulary.dimensions.items()
    )
    reasons = {
        key: N_("Its values name people.")
        if key == "owner"
        else N_("One of its values is the name or ID of an account.")
        for key in sorted(figures.withheld)
    }
    withheld = (WithheldDimension(key, segments.heading(key), translate(reason)) for key, reason in reasons.items())
    return SegmentsResponse(_describe_origin(newest), tuple(dimensions), tuple(withheld))


def list_period_names(context: Context, request: None) -> PeriodsResponse:  # noqa: ARG001 - a handler's signature
    """List every month, quarter, year and twelve months that have figures."""
    newest, _ = context.analyst.open_figures()
    ledger, calendar, translate = newest.scope.ledger, newest.scope.calendar, context.translate
    periods = tuple(
        PeriodName(
            period.label,
            translate.format_period(period),
            format_period(period, translate),
            period.window.months,
            str(period.window.start),
            str(period.window.end),
        )
        for months, kind in PERIODS
        for end in sorted(ledger.closes, reverse=True)
        if ledger.covers(Window.ending(end, months))
        for period in list_periods(Window.ending(end, months), calendar)
        if period.kind == kind
    )
    return PeriodsResponse(_describe_origin(newest), choose_default_period(ledger, calendar).label, periods)


def list_problem_places(context: Context, request: None) -> ProblemsResponse:  # noqa: ARG001 - a handler's signature
    """List where the problems in the sheet are; a person of the list also sees what is there."""
    newest = context.analyst.load_newest()
    ranked = rank_problems(newest)
    describe = _describe_problem if context.analyst.viewer.sees_names else _describe_place
    places = tuple(describe(entry, context.translate) for entry in ranked[:MOST_PROBLEMS])
    return ProblemsResponse(_describe_origin(newest), len(ranked), places)


def _describe_place(entry: RankedProblem, translate: Translator) -> ProblemPlace:  # noqa: ARG001 - as _describe_problem
    problem = entry.problem
    return ProblemPlace(problem.code, problem.severity, problem.tab, problem.cell, entry.is_accepted)


def _describe_problem(entry: RankedProblem, translate: Translator) -> ProblemPlace:
    problem, values = entry.problem, entry.problem.sentence_values
    return msgspec.structs.replace(
        _describe_place(entry, translate),
        account=problem.account or None,
        found=problem.found,
        expected=translate(problem.kind.expected, **values),
        fix=translate(problem.kind.fix, **values),
    )


def start_sync(context: Context, request: None) -> SyncResponse:  # noqa: ARG001 - a handler's signature
    """Start a sync at once.

    Raises:
        RefusedError: one is under way or due, or the key is for reading only.

    """
    state = _request_sync(context)
    if state != "started":
        raise RefusedError(
            "sync_running", N_("A sync is already under way."), N_("Its figures are there in a minute or two.")
        )
    return SyncResponse("started")


def report_change(context: Context, request: ChangeReport) -> SyncResponse:  # noqa: ARG001 - a handler's signature
    """Start the sync that follows an edit at once, or after the one under way, which may have read the tab before it.

    Raises:
        RefusedError: the key is for reading only.

    """
    return SyncResponse("started" if _request_sync(context) == "started" else "due")


def _request_sync(context: Context) -> str | None:
    viewer = context.analyst.viewer
    if not viewer.may_sync:
        if viewer.action == "sidebar":
            viewer.require_administrator()
        raise RefusedError(
            "scope_missing",
            N_("This key may read figures, and not ask for a sync."),
            N_("Make one that may: nrrbot addin key add NAME --scope sync."),
        )
    return context.request_sync()


def write_csv(context: Context, request: None) -> bytes:  # noqa: ARG001 - a handler's signature
    """Write every figure of NRR Metrics as CSV; with a key none of a column that names accounts or people."""
    context.analyst.viewer.require_all()
    newest, figures = context.analyst.open_figures()
    return write_metrics_csv(figures.memory.cube, newest.snapshot, context.analyst.calendar, figures.withheld)


def _describe_origin(newest: LoadedSnapshot) -> Origin:
    snapshot = newest.snapshot
    moment = snapshot.checked_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return Origin(snapshot.id, moment, str(snapshot.data_through), snapshot.currency.code)
