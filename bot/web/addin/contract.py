"""The wire format of the add-in's backend: requests, responses, error codes, limits. Other programs rely on it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from core.terms import Language, Method

PREFIX = "/addin/v1/"
MOST_QUESTIONS = 500  # in one request
MOST_BYTES = 200_000  # of a request
MOST_SECONDS = 5.0  # for the answer to a request
MOST_REQUESTS = 600  # a minute, of one key or person: a page of single cells is worked out at once

Cell = Annotated[str, msgspec.Meta(max_length=200)]

# The code of each error -> its HTTP status and meaning. A code never changes its meaning.
ERRORS: Mapping[str, tuple[int, str]] = {
    "bad_request": (400, "The request is not in the form of this document."),
    "key_missing": (401, "The request has no bearer key and no identity token."),
    "key_invalid": (401, "No key of this workbook is like the one that was sent."),
    "key_expired": (401, "The key has expired."),
    "key_revoked": (401, "The key was revoked."),
    "token_invalid": (401, "The identity token is not a valid one of Google for this add-in."),
    "https_required": (403, "The request came over plain HTTP."),
    "person_unknown": (403, "The person of the identity token is not on the list, or may not ask this."),
    "scope_missing": (403, "The key may read figures, and not ask for a sync."),
    "method_not_allowed": (405, "The path has another method."),
    "sync_running": (409, "A sync is already under way or due."),
    "too_large": (413, "The request has more than 200,000 bytes or 500 questions."),
    "rate_limited": (429, "The key or person has sent more than 600 requests in a minute."),
    "fault": (500, "An unexpected error, logged under the id in the message."),
    "no_snapshot": (503, "Nothing was read yet."),
    "too_slow": (503, "The answer took longer than five seconds."),
    "unavailable": (503, "The store cannot be read now."),
}


class FigureQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The question of a cell.

    Attributes:
        metric: the figure, such as `nrr`, `grr`, `churn`, `ending_mrr`.
        segment: words for the cut, as typed after `/nrr`; empty for the whole company.
        period: words for the period; empty for the last complete quarter.
        method: the method of the ratios.

    """

    metric: Cell
    segment: Cell = ""
    period: Cell = ""
    method: Literal["", "cohort", "movements", "compounded"] = ""


class FigureRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The questions of up to 500 cells.

    Attributes:
        questions: the questions.
        language: the language of the reasons; if it is left out that of the header Accept-Language, else the company's.

    """

    questions: Annotated[tuple[FigureQuestion, ...], msgspec.Meta(min_length=1, max_length=MOST_QUESTIONS)]
    language: Language | None = None


class FigureAnswer(msgspec.Struct, frozen=True):
    """The answer to the question of a cell.

    Attributes:
        value: rounded as in every answer of nrrbot: a ratio as 1.036, money in units of the currency; null without one.
        unit: `ratio`, `accounts`, or the code of the currency; null if the question was not understood.
        code: `ok`, `no_figure`, `not_understood`, or `refused` where the person may not see it.
        reason: why there is no value, in words; null with one.
        read_as: the canonical question, which can be asked as it is; null if the question was not understood.
        start: the month whose close begins the period.
        end: the month whose close ends it.
        complete: false if the period continues after `end`.
        receipt: the snapshot and a hash of its content, the question and the value: equal receipts, equal figures.

    """

    value: Decimal | int | None
    unit: str | None
    code: Literal["ok", "no_figure", "not_understood", "refused"]
    reason: str | None
    read_as: str | None
    start: str | None
    end: str | None
    complete: bool
    receipt: str | None


class Origin(msgspec.Struct, frozen=True):
    """The snapshot that a response is computed from.

    Attributes:
        snapshot: its number.
        as_of: when the workbook was last read, ISO 8601, UTC.
        data_through: the last month of the data.
        currency: the currency of every amount, an ISO code.

    """

    snapshot: int
    as_of: str
    data_through: str
    currency: str


class FigureResponse(msgspec.Struct, frozen=True):
    """The answers, in the order of the questions."""

    origin: Origin
    answers: tuple[FigureAnswer, ...]


class Dimension(msgspec.Struct, frozen=True):
    """A column that cuts the company, and its values as the sheet writes them."""

    dimension: str
    heading: str
    values: tuple[str, ...]


class WithheldDimension(msgspec.Struct, frozen=True):
    """A column that is withheld from keys, and why, in words."""

    dimension: str
    heading: str
    reason: str


class SegmentsResponse(msgspec.Struct, frozen=True):
    """Everything that the segment of a question can be, and the columns that only a person of the list sees."""

    origin: Origin
    dimensions: tuple[Dimension, ...]
    withheld: tuple[WithheldDimension, ...]


class PeriodName(msgspec.Struct, frozen=True):
    """A period of which the sheet has both closes.

    Attributes:
        period: its name, which a question takes.
        label: its name in the reader's language, which a question takes too.
        name: its short name in that language, as a cell of NRR Metrics has it; a question takes it too.
        months: its length.
        start: the month whose close begins it.
        end: the month whose close ends it.

    """

    period: str
    label: str
    name: str
    months: int
    start: str
    end: str


class PeriodsResponse(msgspec.Struct, frozen=True):
    """The months, quarters, twelve months and years that have figures, the newest first of each length."""

    origin: Origin
    default: str
    periods: tuple[PeriodName, ...]


class ProblemPlace(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem in the sheet. What can name an account is only there for a person of the list.

    Attributes:
        code: its code.
        severity: `error` or `warning`.
        tab: the title of the tab.
        cell: the cell; empty for a problem of the whole tab.
        accepted: true if a person accepted it.
        account: the id of the account.
        found: the text of the cell.
        expected: the text that was expected.
        fix: how to fix it.

    """

    code: str
    severity: Literal["error", "warning"]
    tab: str
    cell: str
    accepted: bool
    account: str | None = None
    found: str | None = None
    expected: str | None = None
    fix: str | None = None


class ProblemsResponse(msgspec.Struct, frozen=True):
    """The first problems, those with most MRR at stake first, and the number of all."""

    origin: Origin
    count: int
    problems: tuple[ProblemPlace, ...]


class ChangeReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place that a person has just edited.

    Attributes:
        tab: the title of the tab.
        range: the range, such as `B2:C9`; empty for a change of the tab itself.

    """

    tab: Cell
    range: Annotated[str, msgspec.Meta(max_length=40)] = ""


class SyncResponse(msgspec.Struct, frozen=True):
    """The sync that was asked for.

    Attributes:
        state: `started`; `due` if it follows one that is under way.

    """

    state: Literal["started", "due"]


class ErrorBody(msgspec.Struct, frozen=True):
    """An error: its stable code, and the problem with its fix in words."""

    code: str
    message: str


class ErrorResponse(msgspec.Struct, frozen=True):
    """A request that was not answered."""

    error: ErrorBody


METHODS: Mapping[str, Method | None] = {
    "": None,
    "cohort": "cohort",
    "movements": "movements",
    "compounded": "compounded",
}
