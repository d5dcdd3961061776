"""Signals on accounts as of today: at risk, ready to grow, about to renew.

An unknown fact is never a signal: a blank matches nothing. Accounts without MRR at the last close and excluded
accounts have no signals. A signal is a mask over all accounts, so each rule is one line of numpy.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.advice.health import GREEN, RED, is_at_least, is_below, match_values, renews_within, uses_seats
from core.errors import N_, QuestionError
from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.query.question import Question
from core.reports.answer_json import build_head_json, format_percent
from core.reports.exclusions import select_current_members
from core.reports.scope import Origin, QuestionReader, Scope
from core.text import clean_text
from core.thresholds import SignalThresholds

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
RISKS = ("low_adoption", "falling_mrr", "low_nps", "red_health", "open_complaints", "renewal_at_risk")
OPPORTUNITIES = ("quota_nearly_used", "seats_nearly_used", "promoter", "healthy_renewal")

# Days for which a renewal date that has passed is still reported as overdue.
OVERDUE_DAYS = 90
SOON = (30, 60, 90)
_FURTHEST = 366


@dataclass(frozen=True, slots=True)
class RenewalsRequest:
    """A cut, and the number of days ahead to look for its renewals."""

    question: Question
    days: int


@dataclass(frozen=True, slots=True)
class Reason:
    """A signal on an account: its code, a key of REASONS, and the facts behind it."""

    code: str
    facts: Mapping[str, int | str | Fraction | dt.date]


@dataclass(frozen=True, slots=True)
class Signal:
    """An account with its signals.

    Attributes:
        id: the account's id.
        name: its name.
        segment: its value in the first dimension; empty where the cell is blank.
        mrr: at the last close, in minor units of the reporting currency: the MRR at stake.
        reasons: its signals.
        renewal: its renewal date, None where the sheet has none.
        row: its first row in the revenue tab, 0 where it has no row.

    """

    id: str
    name: str
    segment: str
    mrr: int
    reasons: tuple[Reason, ...]
    renewal: dt.date | None
    row: int

    @property
    def arr(self) -> int:
        """12 x MRR."""
        return 12 * self.mrr


@dataclass(frozen=True, slots=True)
class Signals:
    """Accounts of a cut that have signals, those with most MRR first.

    Attributes:
        question: the cut; its period plays no part, as signals are as of today.
        today: the day from which renewals are counted.
        accounts: the accounts, each with its signals.
        overdue: accounts that still pay and whose renewal date has passed; of renewals only.
        days: days ahead in which renewals were searched; 0 for signals.
        mrr: of all accounts of the cut at the last close.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    today: dt.date
    accounts: tuple[Signal, ...]
    overdue: tuple[Signal, ...]
    days: int
    mrr: int
    segments: Segments
    origin: Origin


class AccountSignals:
    """The signals of every account of a ledger, computed once.

    Attributes:
        masks: code -> (accounts,) True where the account has the signal.

    """

    def __init__(self, ledger: Ledger, today: dt.date, thresholds: SignalThresholds) -> None:
        self.ledger, self._today, self._limits = ledger, today, thresholds
        self.mrr = ledger.mrr(ledger.last, ledger.last)
        paying: Mask = np.asarray((self.mrr > 0) & ledger.accounts.counted)
        self._paying = paying
        limits = thresholds
        adoption, nps = self._read_fact("feature_adoption"), self._read_fact("nps")
        green = self._match_health(GREEN)
        masks = {
            "low_adoption": is_below(adoption, limits.adoption_low),
            "falling_mrr": self._find_falling_mrr(limits.falling_months),
            "low_nps": nps <= limits.nps_low,
            "red_health": self._match_health(RED),
            "open_complaints": self._read_fact("complaints") > 0,
        }
        risky = np.logical_or.reduce(list(masks.values()))
        masks["renewal_at_risk"] = risky & self.renews_within(limits.renewal_days)
        used, promoting = is_at_least(adoption, limits.adoption_high), nps >= limits.nps_high
        masks |= {
            "quota_nearly_used": is_at_least(self._read_fact("quota_use"), limits.quota_high),
            "seats_nearly_used": uses_seats(self._read_fact("seats"), self._read_fact("seats_used"), limits.seats_high),
            "promoter": used & promoting,
            "healthy_renewal": ~risky & (green | used | promoting) & self.renews_within(limits.expansion_days),
        }
        self.masks: Mapping[str, Mask] = {code: np.asarray(mask & paying) for code, mask in masks.items()}

    def any(self, codes: Sequence[str]) -> Mask:
        """Return (accounts,) True where an account has one of the signals."""
        return np.asarray(np.logical_or.reduce([self.masks[code] for code in codes]))

    def renews_within(self, days: int, since: int = 0) -> Mask:
        """Return (accounts,) True where a paying account's renewal date is in `since` to `days` days from today."""
        return np.asarray(renews_within(self._read_fact("renewal_date"), self._today, days, since) & self._paying)

    def signal(self, account: int, codes: Sequence[str], segment: str) -> Signal:
        """Return an account with those of the signals `codes` that it has."""
        ledger = self.ledger
        date = float(self._read_fact("renewal_date")[account])
        return Signal(
            ledger.accounts.ids[account],
            ledger.accounts.names[account],
            segment,
            int(self.mrr[account]),
            tuple(Reason(code, self._list_facts(code, account)) for code in codes if self.masks[code][account]),
            None if np.isnan(date) else dt.date.fromordinal(int(date)),
            int(ledger.source_rows.first_rows[account]),
        )

    def _list_facts(self, code: str, account: int) -> Mapping[str, int | str | Fraction | dt.date]:
        def read_number(name: str) -> float:
            return float(self._read_fact(name)[account])

        def read_share(name: str) -> Fraction:
            # The number that the sheet shows, without its binary noise.
            return Fraction(repr(read_number(name)))

        def read_day() -> dt.date:
            return dt.date.fromordinal(int(read_number("renewal_date")))

        facts: Mapping[str, Callable[[], Mapping[str, int | str | Fraction | dt.date]]] = {
            "low_adoption": lambda: {"share": read_share("feature_adoption")},
            "falling_mrr": lambda: {"count": self._limits.falling_months},
            "low_nps": lambda: {"number": _round_whole(read_number("nps"))},
            "red_health": lambda: {"text": self._read_health(account)},
            "open_complaints": lambda: {"number": _round_whole(read_number("complaints"))},
            "renewal_at_risk": lambda: {"day": read_day()},
            "quota_nearly_used": lambda: {"share": read_share("quota_use")},
            "seats_nearly_used": lambda: {
                "number": _round_whole(read_number("seats_used")),
                "count": _round_whole(read_number("seats")),
            },
            "promoter": lambda: {"share": read_share("feature_adoption"), "number": _round_whole(read_number("nps"))},
            "healthy_renewal": lambda: {"day": read_day()},
        }
        return facts[code]()

    def _read_fact(self, name: str) -> NDArray[np.float64]:
        fact = self.ledger.facts.get(name)
        return np.full(self.ledger.accounts.count, np.nan) if fact is None else fact

    def _match_health(self, words: frozenset[str]) -> Mask:
        column = self.ledger.columns.get("health")
        if column is None:
            return np.zeros(self.ledger.accounts.count, dtype=np.bool_)
        return np.asarray(match_values(column, words)[column.codes])

    def _read_health(self, account: int) -> str:
        column = self.ledger.columns["health"]
        return column.values[int(column.codes[account])]

    def _find_falling_mrr(self, months: int) -> Mask:
        """Return (accounts,) True where MRR, in the account's currency, fell at each of the last `months` closes."""
        closes = self.ledger.closes[-(months + 1) :]
        rows = [self.ledger.read_own_mrr(close) for close in closes]
        if len(rows) <= months:
            return np.zeros(self.ledger.accounts.count, dtype=np.bool_)
        return np.asarray((np.diff(rows, axis=0) < 0).all(axis=0))


def _round_whole(value: float) -> int:
    return int(value) if value == int(value) else round(value)


def read_renewals(text: str, reader: QuestionReader) -> RenewalsRequest:
    """Return what "60 enterprise" asks for: a number of days, else that of the thresholds, and a cut.

    Raises:
        QuestionError: the number is not from 1 to 366, or the other words are no question.

    """
    days, question_text = read_days(text, reader.scope.thresholds.renewal_days)
    return RenewalsRequest(reader.read(question_text), days)


def read_days(text: str, default: int) -> tuple[int, str]:
    """Return the number of days that a text begins with ("60 enterprise", "60 jours"), else `default`, and the rest.

    Raises:
        QuestionError: the number is not from 1 to 366.

    """
    match = re.match(r"(?:in |within |sous |dans )?(\d+) ?(?:days?|jours?|j|d)?(?: |$)", clean_text(text))
    if not match:
        return default, text
    if not 1 <= int(match[1]) <= _FURTHEST:
        raise QuestionError(
            N_("{days} days is too far to look ahead."), N_("Ask for 1 to 366: renewals 60."), days=match[1]
        )
    return int(match[1]), clean_text(text)[match.end() :]


def find_risks(question: Question, scope: Scope) -> Signals:
    """Return the accounts of a cut with a signal of leaving, those with most MRR first.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    return find_signals(RISKS, question, scope)


def find_opportunities(question: Question, scope: Scope) -> Signals:
    """Return the accounts of a cut that are ready to grow, those with most MRR first.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    return find_signals(OPPORTUNITIES, question, scope)


def find_signals(codes: Sequence[str], question: Question, scope: Scope) -> Signals:
    """Return the accounts of a cut that have one of the signals `codes`, those with most MRR first.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    signals = AccountSignals(scope.ledger, scope.today, scope.thresholds)
    members = select_current_members(scope.segments, question.filters)
    index = np.flatnonzero(signals.any(codes) & members)
    accounts = _list_signals(signals, index[np.argsort(-signals.mrr[index], kind="stable")], codes, scope.segments)
    mrr = _sum_mrr(signals, members)
    return Signals(question, scope.today, accounts, (), 0, mrr, scope.segments, scope.origin)


def find_renewals(request: RenewalsRequest, scope: Scope) -> Signals:
    """Return the accounts of a cut that renew within the requested days, the soonest first, each with its risks.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    question, today = request.question, scope.today
    signals = AccountSignals(scope.ledger, today, scope.thresholds)
    members = select_current_members(scope.segments, question.filters)
    codes = tuple(code for code in RISKS if code != "renewal_at_risk")

    def by_date(mask: Mask) -> tuple[Signal, ...]:
        accounts = _list_signals(signals, np.flatnonzero(mask & members), codes, scope.segments)
        return tuple(sorted(accounts, key=lambda account: (account.renewal or today, -account.mrr)))

    ahead = by_date(signals.renews_within(request.days))
    overdue = by_date(signals.renews_within(-1, -OVERDUE_DAYS))
    mrr = _sum_mrr(signals, members)
    return Signals(question, today, ahead, overdue, request.days, mrr, scope.segments, scope.origin)


def _sum_mrr(signals: AccountSignals, members: Mask) -> int:
    return int(signals.mrr[members & signals.ledger.accounts.counted].sum())


def _list_signals(
    signals: AccountSignals, index: NDArray[np.intp], codes: Sequence[str], segments: Segments
) -> tuple[Signal, ...]:
    ledger = segments.ledger
    column = ledger.columns.get(next(iter(segments.dimensions)))

    def find_segment(account: int) -> str:
        return column.values[code] if column is not None and (code := int(column.codes[account])) >= 0 else ""

    return tuple(signals.signal(account, codes, find_segment(account)) for account in index.tolist())


def build_signals_json(signals: Signals) -> dict[str, Any]:
    """Return signals as JSON: money in minor units, shares in per cent, days as ISO."""

    def build_account_json(account: Signal) -> dict[str, Any]:
        return {
            "account": account.id,
            "name": account.name,
            "segment": account.segment or None,
            "mrr": account.mrr,
            "arr": account.arr,
            "renewal_date": account.renewal.isoformat() if account.renewal else None,
            "tab": signals.segments.ledger.source_rows.tab,
            "row": account.row or None,
            "reasons": [build_reason_json(reason) for reason in account.reasons],
        }

    return {
        **build_head_json(signals.question, signals.segments.ledger, signals.origin),
        "today": signals.today.isoformat(),
        "mrr": signals.mrr,
        "accounts": [build_account_json(account) for account in signals.accounts],
        **(
            {"days": signals.days, "overdue": [build_account_json(account) for account in signals.overdue]}
            if signals.days
            else {}
        ),
    }


def build_reason_json(reason: Reason) -> dict[str, Any]:
    """Return a signal as JSON: its code and its facts."""

    def build_fact_json(value: int | str | Fraction | dt.date) -> int | str | None:
        if isinstance(value, Fraction):
            return format_percent(value)
        return value.isoformat() if isinstance(value, dt.date) else value

    return {"code": reason.code, **{name: build_fact_json(value) for name, value in reason.facts.items()}}
