"""The way back: the figures and the problems as tables for the bot's own tabs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.errors import N_
from core.ledger.segments import DERIVED, UNASSIGNED
from core.metrics.retention import Bridge, Cube
from core.money import Currency, percent, to_units
from core.outlook.account_signals import Reason, Signals
from core.store.store import Snapshot
from sheets.problems import SEVERITIES, Problem
from sheets.workbook.tables import ColumnFormat, Table, Value

METRICS, PROBLEMS, ACCOUNTS = "NRR Metrics", "NRR Problems", "NRR Accounts"
# More accounts than this nobody goes through; those with most MRR come first.
MOST_ACCOUNTS = 500

Translate = Callable[..., str]


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of NRR Metrics: its heading, how its numbers look, and where they come from."""

    heading: str
    format: ColumnFormat
    value: Callable[[Bridge, Currency], Value]


def _money(name: str) -> Callable[[Bridge, Currency], Value]:
    return lambda bridge, currency: to_units(getattr(bridge, name), currency.exponent)


def _count(name: str) -> Callable[[Bridge, Currency], Value]:
    return lambda bridge, _: int(getattr(bridge, name))


def _share(name: str) -> Callable[[Bridge, Currency], Value]:
    return lambda bridge, _: shown_value(getattr(bridge, name))


def shown_value(ratio: Fraction | None) -> Decimal | None:
    """Return the ratio as it is shown, 103.6% as 1.036; a blank cell where there is none."""
    return None if ratio is None else percent(ratio).scaleb(-2)


_COLUMNS: Sequence[_Column] = (
    _Column(N_("Window, months"), "integer", lambda bridge, _: bridge.window.months),
    _Column(N_("From the close of"), "date", lambda bridge, _: bridge.window.start.last_day),
    _Column(N_("To the close of"), "date", lambda bridge, _: bridge.window.end.last_day),
    _Column(N_("NRR"), "percent", _share("nrr")),
    _Column(N_("GRR"), "percent", _share("grr")),
    _Column(N_("Logo retention"), "percent", _share("logo_retention")),
    _Column(N_("Starting MRR"), "money", _money("starting")),
    _Column(N_("Expansion"), "money", _money("expansion")),
    _Column(N_("Contraction"), "money", _money("contraction")),
    _Column(N_("Churn"), "money", _money("churn")),
    _Column(N_("Ending MRR"), "money", _money("ending")),
    _Column(N_("New MRR"), "money", _money("new")),
    _Column(N_("Reactivated MRR"), "money", _money("reactivated")),
    _Column(N_("FX effect"), "money", _money("fx_effect")),
    _Column(N_("Accounts at the start"), "integer", _count("base")),
    _Column(N_("Accounts expanded"), "integer", _count("expanded")),
    _Column(N_("Accounts contracted"), "integer", _count("contracted")),
    _Column(N_("Accounts churned"), "integer", _count("churned")),
    _Column(N_("Accounts kept"), "integer", _count("retained")),
    _Column(N_("Accounts new"), "integer", _count("new_accounts")),
    _Column(N_("Accounts reactivated"), "integer", _count("reactivated_accounts")),
)

_PROBLEM_HEADINGS = (
    N_("Severity"),
    N_("Code"),
    N_("Cell"),
    N_("Account"),
    N_("Found"),
    N_("Expected"),
    N_("How to mend it"),
    N_("Link"),
)


def dimension_label(
    dimension: str | None, value: str | None, headings: Callable[[str], str], say: Translate
) -> tuple[str, str]:
    """Return what a row calls its dimension and its value; of the whole company there is no value."""
    if dimension is None or value is None:
        return say(N_("Whole company")), ""
    if value == UNASSIGNED:
        return headings(dimension), say(N_("Unassigned"))
    return headings(dimension), say(value) if dimension in DERIVED else value


def metrics_table(cube: Cube, headings: Callable[[str], str], snapshot: Snapshot, say: Translate) -> Table:
    """Return NRR Metrics: one row per value of each dimension, window length and end month, newest month first."""
    rows = [
        (
            *dimension_label(dimension, value, headings, say),
            *(column.value(bridge, snapshot.currency) for column in _COLUMNS),
        )
        for dimension, value, bridge in sorted(cube, key=lambda row: -row[2].window.end.ordinal)
        if bridge.starting or bridge.new or bridge.reactivated
    ]
    return Table(
        METRICS,
        say(
            N_(
                "Written by nrrbot from the data through {month}, in {currency}. Cohort method: NRR is ending / "
                "starting MRR of the accounts that paid at the start. What is typed in this tab is overwritten."
            ),
            month=snapshot.data_through,
            currency=snapshot.currency.code,
        ),
        (say(N_("Dimension")), say(N_("Value")), *(say(column.heading) for column in _COLUMNS)),
        ("text", "text", *(column.format for column in _COLUMNS)),
        rows,
        snapshot.currency.exponent,
    )


KINDS: Mapping[str, str] = {"risks": N_("at risk"), "opportunities": N_("ready to grow")}
_ACCOUNT_HEADINGS: Sequence[tuple[str, ColumnFormat]] = (
    (N_("Kind"), "text"),
    (N_("Account"), "text"),
    (N_("Name"), "text"),
    (N_("Segment"), "text"),
    (N_("MRR"), "money"),
    (N_("ARR"), "money"),
    (N_("Renewal date"), "date"),
    (N_("Why"), "text"),
    (N_("Row"), "integer"),
)


def accounts_table(
    found: Mapping[str, Signals], reason: Callable[[Reason], str], snapshot: Snapshot, say: Translate
) -> Table:
    """Return NRR Accounts: one row per account with a sign of leaving, then those that are ready to grow.

    Args:
        found: a key of KINDS -> the accounts with their signs, those with most MRR first.
        reason: a sign in words.
        snapshot: that they come from.
        say: translates.

    """
    exponent = snapshot.currency.exponent
    every = [(kind, each) for kind, signals in found.items() for each in signals.found]
    rows = [
        (
            say(KINDS[kind]),
            each.id,
            each.name,
            each.segment,
            to_units(each.mrr, exponent),
            to_units(each.arr, exponent),
            each.renewal,
            ", ".join(map(reason, each.reasons)),
            each.row or None,
        )
        for kind, each in every[:MOST_ACCOUNTS]
    ]
    today = max(signals.today for signals in found.values())
    notice = say(
        N_(
            "Written by nrrbot as of {day}, MRR at the end of {month}, in {currency}. The accounts with most MRR come "
            "first; Row is the account's first row in the revenue tab. What is typed in this tab is overwritten."
        ),
        day=today.isoformat(),
        month=snapshot.data_through,
        currency=snapshot.currency.code,
    )
    if len(every) > MOST_ACCOUNTS:
        more = say(N_("{count} more are not shown."), count=len(every) - MOST_ACCOUNTS)
        notice = f"{notice} {more}"
    headings, formats = zip(*_ACCOUNT_HEADINGS, strict=True)
    return Table(ACCOUNTS, notice, [say(each) for each in headings], formats, rows, exponent)


def problems_table(problems: Iterable[Problem], snapshot: Snapshot, say: Translate) -> Table:
    """Return NRR Problems: one row per cell that could not be read or reads oddly, errors first."""
    rows = [
        (
            say(SEVERITIES[problem.severity]),
            problem.code,
            problem.place,
            problem.account,
            problem.found,
            say(problem.kind.expected, **problem.values),
            say(problem.kind.fix, **problem.values),
            problem.link,
        )
        for problem in sorted(problems, key=lambda problem: problem.severity)
    ]
    return Table(
        PROBLEMS,
        say(
            N_(
                "Written by nrrbot from the data through {month}. An error leaves its account out of every figure, a "
                "warning does not. What is typed in this tab is overwritten."
            ),
            month=snapshot.data_through,
        ),
        [say(heading) for heading in _PROBLEM_HEADINGS],
        ["text" for _ in _PROBLEM_HEADINGS],
        rows,
    )
