"""The table of the routes of the add-in's backend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.web.addin import handlers
from bot.web.addin.contract import (
    ChangeReport,
    FigureRequest,
    FigureResponse,
    PeriodsResponse,
    ProblemsResponse,
    SegmentsResponse,
    SyncResponse,
)


@dataclass(frozen=True, slots=True)
class Route:
    """A path of the backend.

    Attributes:
        method: its only HTTP method.
        path: the path after `/addin/v1/`.
        handle: answers a request.
        request: the type of the body; None without one.
        response: the type of the body of the response; None for CSV.
        summary: its purpose.

    """

    method: str
    path: str
    handle: Callable[[handlers.Context, Any], Any]
    request: type[msgspec.Struct] | None
    response: type[msgspec.Struct] | None
    summary: str


ROUTES = (
    Route("POST", "metrics", handlers.answer_metrics, FigureRequest, FigureResponse, "The figures of up to 500 cells"),
    Route("GET", "metrics.csv", handlers.write_csv, None, None, "Every figure of NRR Metrics, as CSV"),
    Route("GET", "segments", handlers.list_segments, None, SegmentsResponse, "The columns and their values"),
    Route("GET", "periods", handlers.list_period_names, None, PeriodsResponse, "The periods that have figures"),
    Route("GET", "problems", handlers.list_problem_places, None, ProblemsResponse, "Where the problems are"),
    Route("POST", "sync", handlers.start_sync, None, SyncResponse, "Start a sync"),
    Route("POST", "changed", handlers.report_change, ChangeReport, SyncResponse, "Report an edit: a sync follows"),
)
