"""Signals on accounts as of today: at risk, ready to grow, about to renew. `core.advice.health` defines the signs.

An account at risk is never ready to grow: it is in the list of risks, with its signs of growth after those of leaving.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.advice.health import OPPORTUNITIES, RISKS, AccountSigns
from core.advice.renewals import Renewal
from core.advice.sign_tests import LossRates
from core.errors import N_, QuestionError
from core.ledger.arrays import Mask, Panel
from core.ledger.history import choose_default_period
from core.ledger.ledger import Ledger
from core.ledger.segments import UNASSIGNED, Segments
from core.money import compute_ratio
from core.months import Month, Period
from core.query.columns import read_columns
from core.query.limits import NO_LIMITS, Limits, build_limits_json, read_limits
from core.query.question import Question
from core.reports.answer_json import build_head_json, format_percent
from core.reports.scope import Origin, QuestionReader, Scope
from core.sources.exclusions import select_current_members
from core.sources.members import begin_window
from core.text import clean_text

# Code of a signal -> its sentence; the placeholders are filled with the account's facts.
REASONS: Mapping[str, str] = {
    "low_adoption": N_("uses {share} of the features"),
    "falling_mrr": N_("MRR fell at each of the last {count} closes"),
    "low_nps": N_("NPS {number}"),
    "red_health": N_("health {text}"),
    "open_complaints": N_("open complaints: {number}"),
    "renewal_at_risk": N_("renews on {day}"),
    "quota_nearly_used": N_("uses {share} of its quota"),
    "seats_nearly_used": N_("uses {number} of {count} seats"),
    "promoter": N_("uses {share} of the features, NPS {number}"),
    "healthy_renewal": N_("renews on {day} and is healthy"),
}
# The same where only the month of the renewal is known.
MONTH_REASONS: Mapping[str, str] = {
    "renewal_at_risk": N_("renews in {month}"),
    "healthy_renewal": N_("renews in {month} and is healthy"),
}
Fact = int | str | Fraction | dt.date | Month

# Days for which a renewal date that has passed is still reported as overdue.
OVERDUE_DAYS = 90
SOON = (30, 60, 90)
_FURTHEST = 366
# A text in quotes names no days; 2026 at the beginning is a year, unless a word for days follows.
_DAYS = re.compile(
    r"""
      "[^"]*"
    | ^(?:(?:in|within|sous|dans)\ )?(?!(?:19|20)\d\d(?!\S|\ ?(?:days?|jours?|j|d)(?!\S)))
      (?P<first>\d+)\ ?(?:days?|jours?|j|d)?(?!\S)
    | (?<!\S)(?:(?:in|within|sous|dans)\ )?(?P<days>\d+)\ ?(?:days?|jours?)(?!\S)
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SignalsRequest:
    """A cut whose accounts with signals are asked for, and the limits of their list.

    Attributes:
        question: the cut.
        limits: the limits of the list.
        columns: the dimensions whose values are asked for.
        unused_period: the period that the words name: signals are those of today.

    """

    question: Question
    limits: Limits = NO_LIMITS
    columns: tuple[str, ...] = ()
    unused_period: Period | None = None


@dataclass(frozen=True, slots=True)
class RenewalsRequest:
    """A cut, the days ahead in which to look for its renewals, and the limits of their list.

    Attributes:
        question: the cut; where the words name a period to come, its period.
        days: days from today to the last one.
        since: days from today to the first one.
        in_period: whether the words name the question's period, and not a number of days.
        limits: the limits of the list.
        columns: the dimensions whose values are asked for.

    """

    question: Question
    days: int
    since: int = 0
    in_period: bool = False
    limits: Limits = NO_LIMITS
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A signal on an account: its code, a key of REASONS, and the facts behind it."""

    code: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Signal:
    """An account with its signals.

    Attributes:
        id: the account's id.
        name: its name.
        segment: its value in the first dimension; empty where the cell is blank.
        owner: its owner; empty where the cell is blank, or the sheet has no such column.
        mrr: at the last close, in minor units of the reporting currency: the MRR at stake.
        reasons: its signals.
        renewal: its next renewal, None where it is not known.
        row: its first row in the revenue tab, 0 where it has no row.
        values: dimension -> its value at the last close, of the columns that are asked for.
        expected_loss: its MRR times the highest measured loss rate of its signs; None where none is measured.

    """

    id: str
    name: str
    segment: str
    owner: str
    mrr: int
    reasons: tuple[Reason, ...]
    renewal: Renewal | None
    row: int
    values: Mapping[str, str] = field(default_factory=dict)
    expected_loss: int | None = None

    @property
    def arr(self) -> int:
        """12 x MRR."""
        return 12 * self.mrr


@dataclass(frozen=True, eq=False)
class Signals:
    """Accounts of a cut that have signals: those with the largest expected loss first, else those with most ARR.

    Attributes:
        question: the cut; its period plays no part in signals, which are as of today.
        signs: the signs of all accounts.
        codes: the signs that are listed, in the order of an account's signals.
        index: (n,) the accounts that the limits list, in their order.
        met: the number of accounts with signals that meet the thresholds.
        of_accounts: the number of accounts with signals, whatever the limits.
        limits: the limits of the list.
        columns: the dimensions whose values are asked for.
        mrr: of all accounts of the cut at the last close.
        segments: the ledger.
        origin: the snapshot that it comes from.
        losses: (accounts,) the expected losses; None where they are not measured, or of no concern.
        rates: the measured loss rates of the signs; None like `losses`.
        renewals: the days in which renewals were searched; None for signals.
        overdue_index: (n,) accounts that still pay and whose renewal has passed; of renewals from today on only.

    """

    question: Question
    signs: AccountSigns
    codes: tuple[str, ...]
    index: NDArray[np.intp]
    met: int
    of_accounts: int
    limits: Limits
    columns: tuple[str, ...]
    mrr: int
    segments: Segments
    origin: Origin
    losses: Panel | None = None
    rates: LossRates | None = None
    renewals: RenewalsRequest | None = None
    overdue_index: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))

    @property
    def today(self) -> dt.date:
        """The day from which renewals are counted."""
        return self.signs.today

    @property
    def has_renewals(self) -> bool:
        """Whether the sheet says of any account when it renews."""
        return not bool(np.isnan(self.signs.renewals.days).all())

    @property
    def listed_mrr(self) -> Panel:
        """(n,) MRR of the listed accounts."""
        return self.signs.mrr[self.index]

    @property
    def renewal_days(self) -> NDArray[np.float64]:
        """(n,) the day of the next renewal of the listed accounts, a proleptic ordinal; NaN where it is not known."""
        return self.signs.renewals.days[self.index]

    @property
    def has_sign(self) -> Mask:
        """(n,) True where a listed account has one of the signs."""
        return np.asarray(np.logical_or.reduce([self.signs.masks[code][self.index] for code in self.codes]))

    @property
    def expected_loss(self) -> int:
        """The sum of the expected losses of the listed accounts."""
        return 0 if self.losses is None else int(self.losses[self.index].sum())

    @cached_property
    def accounts(self) -> tuple[Signal, ...]:
        """All listed accounts, each with its signals."""
        return self.build_signals(self.index)

    @property
    def overdue(self) -> tuple[Signal, ...]:
        """The accounts of `overdue_index`, each with its signals."""
        return self.build_signals(self.overdue_index)

    def build_signals(self, index: NDArray[np.intp]) -> tuple[Signal, ...]:
        """Return some accounts, each with its signals; the cost grows with their number."""
        dimension = next(iter(self.segments.dimensions))
        values = _list_values(self.columns, self.segments, index)
        return tuple(
            replace(
                build_signal(self.signs, account, self.codes, dimension),
                values={column: names[place] for column, names in values.items()},
                expected_loss=None if self.losses is None else int(self.losses[account]),
            )
            for place, account in enumerate(index.tolist())
        )


def build_signal(signs: AccountSigns, account: int, codes: Sequence[str], dimension: str) -> Signal:
    """Return an account with its value of a dimension, and with those of the signs `codes` that it has."""
    ledger = signs.ledger
    return Signal(
        ledger.accounts.ids[account],
        ledger.accounts.names[account],
        _read_value(ledger, dimension, account),
        _read_value(ledger, "owner", account),
        int(signs.mrr[account]),
        tuple(Reason(code, _list_facts(signs, code, account)) for code in codes if signs.masks[code][account]),
        signs.renewals.read(account),
        int(ledger.source_rows.first_rows[account]),
    )


def _list_facts(signs: AccountSigns, code: str, account: int) -> Mapping[str, Fact]:
    def read_number(name: str) -> float:
        return float(signs.read_fact(name)[account])

    def read_share(name: str) -> Fraction:
        # The number that the sheet shows, without its binary noise.
        return Fraction(repr(read_number(name)))

    match code:
        case "low_adoption":
            return {"share": read_share("feature_adoption")}
        case "falling_mrr":
            return {"count": signs.thresholds.falling_months}
        case "low_nps":
            return {"number": round_whole(read_number("nps"))}
        case "red_health":
            return {"text": _read_value(signs.ledger, "health", account)}
        case "open_complaints":
            return {"number": round_whole(read_number("complaints"))}
        case "quota_nearly_used":
            return {"share": read_share("quota_use")}
        case "seats_nearly_used":
            return {"number": round_whole(read_number("seats_used")), "count": round_whole(read_number("seats"))}
        case "promoter":
            return {"share": read_share("feature_adoption"), "number": round_whole(read_number("nps"))}
        case _:
            # Of a renewal: its day, or its month where only that is known.
            renewal = signs.renewals.read(account)
            if renewal is None:
                raise ValueError("an account with a sign of its renewal has a renewal")
            return {"month": renewal.month} if renewal.month else {"day": renewal.day}


def _read_value(ledger: Ledger, dimension: str, account: int) -> str:
    column = ledger.columns.get(dimension)
    return column.values[code] if column is not None and (code := int(column.codes[account])) >= 0 else ""


def round_whole(value: float) -> int:
    """Return a number of the sheet as a whole one."""
    return int(value) if value == int(value) else round(value)


def read_signals(text: str, reader: QuestionReader) -> SignalsRequest:
    """Return what "enterprise top 5" asks for: a cut and limits.

    Raises:
        QuestionError: the words are no question, or a limit is on the change of MRR, which has no period here.

    """
    limits, listed_text = _read_limits_of_today(text, reader)
    columns, question_text = read_columns(listed_text, reader.vocabulary, ())
    default = choose_default_period(reader.scope.ledger, reader.scope.calendar)
    question = reader.read(question_text, default)
    # The period of a question that names none is the default itself.
    return SignalsRequest(question, limits, columns, None if question.period is default else question.period)


def read_renewals(text: str, reader: QuestionReader) -> RenewalsRequest:
    """Return what "60 enterprise" and "Q4 top 5" ask for: a cut, limits, and a number of days or a period to come.

    Without days and without a period, the days are those of the thresholds.

    Raises:
        QuestionError: the number is not from 1 to 366, the period is over, or the other words are no question.

    """
    scope = reader.scope
    limits, listed_text = _read_limits_of_today(text, reader)
    columns, other_words = read_columns(listed_text, reader.vocabulary, ())
    days, question_text = read_days(other_words)
    default = choose_default_period(scope.ledger, scope.calendar)
    question = reader.read(question_text, default, ahead=True)
    # The period of a question that names none is the default itself.
    if question.period is default:
        return RenewalsRequest(question, days or scope.thresholds.renewal_days, limits=limits, columns=columns)
    if days is not None:
        raise QuestionError(
            N_("Renewals are either in {days} days or in {period}."),
            N_("Ask for one of them: renewals {days}."),
            days=days,
            period=question.period,
        )
    window = question.period.window
    last = (window.end.last_day - scope.today).days
    since = max(0, ((window.start + 1).first_day - scope.today).days)
    return RenewalsRequest(question, last, since, in_period=True, limits=limits, columns=columns)


def _read_limits_of_today(text: str, reader: QuestionReader) -> tuple[Limits, str]:
    limits, other_words = read_limits(text, reader.vocabulary)
    for threshold in limits.thresholds:
        if threshold.measure == "change":
            raise QuestionError(
                N_("This list is as of today, so it has no change of MRR to meet {limit}."),
                N_("Use mrr or arr, or ask for the accounts of a period: {example}."),
                limit=threshold,
                example=f"accounts Q3 {threshold}",
            )
    return limits, other_words


def read_days(text: str) -> tuple[int | None, str]:
    """Return the number of days in a text ("60 enterprise", "dans 60 jours", "enterprise 60 days"), and the rest.

    A number without a word for days counts at the beginning only, and is no year. None without a number.

    Raises:
        QuestionError: the number is not from 1 to 366.

    """
    plain = clean_text(text)
    match = next((match for match in _DAYS.finditer(plain) if match["first"] or match["days"]), None)
    if match is None:
        return None, text
    days = match["first"] or match["days"]
    if not (len(days) <= len(str(_FURTHEST)) and 1 <= int(days) <= _FURTHEST):
        raise QuestionError(
            N_("{days} days is too far to look ahead."), N_("Ask for 1 to 366: renewals 60."), days=days[:60]
        )
    return int(days), f"{plain[: match.start()]} {plain[match.end() :]}".strip()


def find_risks(request: SignalsRequest, scope: Scope) -> Signals:
    """Return the accounts of a cut with a sign of leaving; their signs of growth come after those of leaving.

    Those with the largest expected loss come first; where no sign is tested, those with most ARR.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    return _build_signals(scope.signs.at_risk, (*RISKS, *OPPORTUNITIES), request, scope, scope.sign_tests.loss_rates)


def find_opportunities(request: SignalsRequest, scope: Scope) -> Signals:
    """Return the accounts of a cut that are ready to grow, those with most ARR first; none of them is at risk.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    return _build_signals(scope.signs.ready_to_grow, OPPORTUNITIES, request, scope)


def find_renewals(request: RenewalsRequest, scope: Scope) -> Signals:
    """Return the accounts of a cut that renew within the requested days, those with most ARR first, with their risks.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    codes = tuple(code for code in RISKS if code != "renewal_at_risk")
    ahead = _build_signals(scope.signs.renews_within(request.days, request.since), codes, request, scope)
    if request.since:
        return replace(ahead, renewals=request)
    overdue_request = replace(request, limits=replace(request.limits, top=None))
    overdue = _build_signals(scope.signs.renews_within(-1, -OVERDUE_DAYS), codes, overdue_request, scope)
    return replace(ahead, overdue_index=overdue.index, renewals=request)


def _build_signals(
    mask: Mask,
    codes: tuple[str, ...],
    request: SignalsRequest | RenewalsRequest,
    scope: Scope,
    rates: LossRates | None = None,
) -> Signals:
    """Return the accounts of a mask and of the cut, as far as the limits list them."""
    segments, signs, question, limits = scope.segments, scope.signs, request.question, request.limits
    members = select_current_members(segments, question.filters)
    meets = limits.match_accounts(signs.mrr, np.zeros_like(signs.mrr), segments.ledger.currency)
    met = np.flatnonzero(mask & members & meets)
    # Values are read of the accounts that are shown; a column that has none is refused here.
    _list_values(request.columns, segments, met[:0])
    losses = rates.measure_expected_loss(signs) if rates else None
    ranked = met[np.lexsort([-signs.mrr[met], *([-losses[met]] if losses is not None else ())])]
    return Signals(
        question,
        signs,
        codes,
        ranked[: limits.top],
        len(met),
        int(np.count_nonzero(mask & members)),
        limits,
        request.columns,
        int(signs.mrr[members & segments.ledger.accounts.counted].sum()),
        segments,
        scope.origin,
        losses,
        rates,
    )


def _list_values(columns: Sequence[str], segments: Segments, index: NDArray[np.intp]) -> Mapping[str, Sequence[str]]:
    """Return dimension -> the value of some accounts at the last close."""
    window = begin_window(segments.ledger, segments.ledger.last)
    values = {}
    for column in columns:
        # The last name is for code -1, the blank cells.
        names = (*segments.values(column), UNASSIGNED)
        values[column] = [names[code] for code in segments.codes(column, window)[index].tolist()]
    return values


def build_signals_json(signals: Signals) -> dict[str, Any]:
    """Return signals as JSON: money in minor units, shares in per cent, days as ISO."""

    def build_account_json(account: Signal) -> dict[str, Any]:
        return {
            "account": account.id,
            "name": account.name,
            "segment": account.segment or None,
            "owner": account.owner or None,
            **({"values": dict(account.values)} if signals.columns else {}),
            "mrr": account.mrr,
            "arr": account.arr,
            **({"expected_loss": account.expected_loss} if signals.rates else {}),
            **build_renewal_json(account.renewal),
            "tab": signals.segments.ledger.source_rows.tab,
            "row": account.row or None,
            "reasons": [build_reason_json(reason) for reason in account.reasons],
        }

    def build_renewals_json(renewals: RenewalsRequest | None) -> dict[str, Any]:
        if renewals is None:
            return {}
        first, last = (signals.today + dt.timedelta(days=days) for days in (renewals.since, renewals.days))
        return {
            "days": renewals.days,
            "from": first.isoformat(),
            "to": last.isoformat(),
            "has_dates": signals.has_renewals,
            "overdue": [build_account_json(account) for account in signals.overdue],
        }

    return {
        **build_head_json(signals.question, signals.segments.ledger, signals.origin),
        "today": signals.today.isoformat(),
        "mrr": signals.mrr,
        "share": format_percent(compute_ratio(int(signals.listed_mrr.sum()), signals.mrr)),
        "limit": build_limits_json(signals.limits),
        "columns": list(signals.columns),
        "of_accounts": signals.of_accounts,
        **(
            {"expected_loss": signals.expected_loss, "expected_loss_months": signals.rates.months}
            if signals.rates
            else {}
        ),
        "accounts": [build_account_json(account) for account in signals.accounts],
        **build_renewals_json(signals.renewals),
    }


def build_renewal_json(renewal: Renewal | None) -> dict[str, str | None]:
    """Return a renewal as JSON: its day, null where only the month is known, and its month."""
    if renewal is None:
        return {"renewal_date": None, "renewal_month": None}
    month = renewal.month or Month.containing(renewal.day)
    return {"renewal_date": None if renewal.month else renewal.day.isoformat(), "renewal_month": str(month)}


def build_reason_json(reason: Reason) -> dict[str, Any]:
    """Return a signal as JSON: its code and its facts."""
    return {"code": reason.code, **{name: build_fact_json(value) for name, value in reason.facts.items()}}


def build_fact_json(value: Fact) -> int | str | None:
    """Return a fact about an account as JSON: a share in per cent, a day or a month as ISO."""
    if isinstance(value, Fraction):
        return format_percent(value)
    return str(value) if isinstance(value, dt.date | Month) else value
