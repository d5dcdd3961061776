"""Signs on accounts, as they stand today: at risk, ready to grow, about to renew.

What is not known is never a sign: a blank fact matches nothing. Accounts without MRR at the last close, and those that
are left out of the figures, have none. Rules: a sign is a mask over all accounts, so each is one line of numpy.
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
from core.ledger.ledger import Ledger, Mask
from core.ledger.segments import Segments
from core.months import Window
from core.query.question import Question
from core.reports.answer import Origin, head_json, percent_json, select_members
from core.text import clean

# What a sign says; each place is filled by the account's own fact.
REASONS: Mapping[str, str] = {
    "low_adoption": N_("uses {share} of the features"),
    "falling_mrr": N_("MRR fell {count} months running"),
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

# How far back a renewal date that nobody moved on is still worth a word, in days.
OVERDUE_DAYS = 90
SOON = (30, 60, 90)
_FURTHEST = 366


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a fact is a sign. Shares and use are per cent, days are counted from today.

    Attributes:
        adoption_low: below it an account is at risk.
        adoption_high: from it on adoption is high.
        nps_low: up to it an account is at risk.
        nps_high: from it on it is a promoter.
        quota_high: from this use of the quota on.
        seats_high: from this share of the seats on.
        renewal_days: a renewal within so many days, with another sign, is at risk.
        expansion_days: a renewal within so many days of a healthy account is a moment to grow.
        falling_months: so many months running with less MRR than the one before.

    """

    adoption_low: int = 50
    adoption_high: int = 75
    nps_low: int = 6
    nps_high: int = 9
    quota_high: int = 80
    seats_high: int = 90
    renewal_days: int = 90
    expansion_days: int = 120
    falling_months: int = 2


DEFAULTS = Thresholds()


@dataclass(frozen=True, slots=True)
class Reason:
    """A sign on an account: its code, a key of REASONS, and the facts behind it."""

    code: str
    facts: Mapping[str, int | str | Fraction | dt.date]


@dataclass(frozen=True, slots=True)
class Signal:
    """An account with its signs.

    Attributes:
        id: the account.
        name: what to call it.
        segment: its value in the first dimension; empty where it has none.
        mrr: at the last close, in minor units of the reporting currency: what is at stake.
        reasons: why it is named.
        renewal: its renewal date, None where the sheet gives none.
        row: its first row in the revenue tab, 0 for none.

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
    """Accounts of a cut that have signs, those with most MRR first.

    Attributes:
        question: the cut; its period plays no part, as signs are those of today.
        today: the day from which renewals are counted.
        found: the accounts.
        overdue: accounts whose renewal date has passed, and that still pay; of renewals only.
        days: how many days ahead renewals were looked for; 0 for signs.
        mrr: of all accounts of the cut at the last close.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    today: dt.date
    found: tuple[Signal, ...]
    overdue: tuple[Signal, ...]
    days: int
    mrr: int
    segments: Segments
    origin: Origin


class RenewalSigns:
    """The signs of every account of a ledger, computed once.

    Attributes:
        masks: code -> (accounts,) True where the account has the sign.

    """

    def __init__(self, ledger: Ledger, today: dt.date, thresholds: Thresholds) -> None:
        self.ledger, self._today, self._limits = ledger, today, thresholds
        self.mrr = ledger.mrr(ledger.last, ledger.last)
        paying: Mask = np.asarray((self.mrr > 0) & ledger.counted)
        self._paying = paying
        limits = thresholds
        adoption, nps = self._fact("feature_adoption"), self._fact("nps")
        green = self._health(GREEN)
        masks = {
            "low_adoption": is_below(adoption, limits.adoption_low),
            "falling_mrr": self._falling(limits.falling_months),
            "low_nps": nps <= limits.nps_low,
            "red_health": self._health(RED),
            "open_complaints": self._fact("complaints") > 0,
        }
        risky = np.logical_or.reduce(list(masks.values()))
        masks["renewal_at_risk"] = risky & self.renews_within(limits.renewal_days)
        used, promoting = is_at_least(adoption, limits.adoption_high), nps >= limits.nps_high
        masks |= {
            "quota_nearly_used": is_at_least(self._fact("quota_use"), limits.quota_high),
            "seats_nearly_used": uses_seats(self._fact("seats"), self._fact("seats_used"), limits.seats_high),
            "promoter": used & promoting,
            "healthy_renewal": ~risky & (green | used | promoting) & self.renews_within(limits.expansion_days),
        }
        self.masks: Mapping[str, Mask] = {code: np.asarray(mask & paying) for code, mask in masks.items()}

    def any(self, codes: Sequence[str]) -> Mask:
        """Return (accounts,) True where an account has one of the signs."""
        return np.asarray(np.logical_or.reduce([self.masks[code] for code in codes]))

    def renews_within(self, days: int, since: int = 0) -> Mask:
        """Return (accounts,) True where a paying account's renewal date is in `since` to `days` days from today."""
        return np.asarray(renews_within(self._fact("renewal_date"), self._today, days, since) & self._paying)

    def signal(self, account: int, codes: Sequence[str], segment: str) -> Signal:
        """Return an account with those of the signs that it has."""
        ledger = self.ledger
        date = float(self._fact("renewal_date")[account])
        return Signal(
            ledger.ids[account],
            ledger.names[account],
            segment,
            int(self.mrr[account]),
            tuple(Reason(code, self._facts(code, account)) for code in codes if self.masks[code][account]),
            None if np.isnan(date) else dt.date.fromordinal(int(date)),
            int(ledger.rows[account]),
        )

    def _facts(self, code: str, account: int) -> Mapping[str, int | str | Fraction | dt.date]:
        def number(name: str) -> float:
            return float(self._fact(name)[account])

        def share(name: str) -> Fraction:
            # What the sheet shows, not the binary noise of it.
            return Fraction(repr(number(name)))

        def day() -> dt.date:
            return dt.date.fromordinal(int(number("renewal_date")))

        facts: Mapping[str, Callable[[], Mapping[str, int | str | Fraction | dt.date]]] = {
            "low_adoption": lambda: {"share": share("feature_adoption")},
            "falling_mrr": lambda: {"count": self._limits.falling_months},
            "low_nps": lambda: {"number": _whole(number("nps"))},
            "red_health": lambda: {"text": self._word(account)},
            "open_complaints": lambda: {"number": _whole(number("complaints"))},
            "renewal_at_risk": lambda: {"day": day()},
            "quota_nearly_used": lambda: {"share": share("quota_use")},
            "seats_nearly_used": lambda: {"number": _whole(number("seats_used")), "count": _whole(number("seats"))},
            "promoter": lambda: {"share": share("feature_adoption"), "number": _whole(number("nps"))},
            "healthy_renewal": lambda: {"day": day()},
        }
        return facts[code]()

    def _fact(self, name: str) -> NDArray[np.float64]:
        fact = self.ledger.facts.get(name)
        return np.full(self.ledger.accounts, np.nan) if fact is None else fact

    def _health(self, words: frozenset[str]) -> Mask:
        column = self.ledger.columns.get("health")
        if column is None:
            return np.zeros(self.ledger.accounts, dtype=np.bool_)
        return np.asarray(match_values(column, words)[column.codes])

    def _word(self, account: int) -> str:
        column = self.ledger.columns["health"]
        return column.values[int(column.codes[account])]

    def _falling(self, months: int) -> Mask:
        """Return (accounts,) True where MRR, in the account's own currency, fell `months` months running."""
        rows = self.ledger.panel[-(months + 1) :]
        if len(rows) <= months:
            return np.zeros(self.ledger.accounts, dtype=np.bool_)
        return np.asarray((np.diff(rows, axis=0) < 0).all(axis=0))


def _whole(value: float) -> int:
    return int(value) if value == int(value) else round(value)


def read_days(text: str) -> tuple[int, str]:
    """Return how many days ahead a question about renewals looks ("60 enterprise", "60 jours"), and its other words.

    Raises:
        QuestionError: that is no number of days from 1 to 366.

    """
    match = re.match(r"(?:in |within |sous |dans )?(\d+) ?(?:days?|jours?|j|d)?(?: |$)", clean(text))
    if not match:
        return SOON[-1], text
    if not 1 <= int(match[1]) <= _FURTHEST:
        raise QuestionError(
            N_("{days} days is too far to look ahead."), N_("Ask for 1 to 366: renewals 60."), days=match[1]
        )
    return int(match[1]), clean(text)[match.end() :]


def find_signals(
    codes: Sequence[str],
    question: Question,
    segments: Segments,
    origin: Origin,
    today: dt.date,
    thresholds: Thresholds,
) -> Signals:
    """Return the accounts of a cut that have one of the signs `codes`, those with most MRR first.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    signs = RenewalSigns(segments.ledger, today, thresholds)
    members = _members(question, segments)
    index = np.flatnonzero(signs.any(codes) & members)
    found = _ranked(signs, index[np.argsort(-signs.mrr[index], kind="stable")], codes, segments)
    return Signals(question, today, found, (), 0, _mrr(signs, members), segments, origin)


def find_renewals(
    question: Question,
    segments: Segments,
    origin: Origin,
    today: dt.date,
    thresholds: Thresholds,
    days: int = SOON[-1],
) -> Signals:
    """Return the accounts of a cut that renew within `days`, the soonest first, each with its signs of risk.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    signs = RenewalSigns(segments.ledger, today, thresholds)
    members = _members(question, segments)
    codes = tuple(code for code in RISKS if code != "renewal_at_risk")

    def those(mask: Mask) -> tuple[Signal, ...]:
        found = _ranked(signs, np.flatnonzero(mask & members), codes, segments)
        return tuple(sorted(found, key=lambda each: (each.renewal or today, -each.mrr)))

    found, overdue = those(signs.renews_within(days)), those(signs.renews_within(-1, -OVERDUE_DAYS))
    return Signals(question, today, found, overdue, days, _mrr(signs, members), segments, origin)


def _members(question: Question, segments: Segments) -> Mask:
    ledger = segments.ledger
    first = max(ledger.first, ledger.last - 1)
    if first == ledger.last:
        return np.ones(ledger.accounts, dtype=np.bool_)
    return select_members(segments, question.filters, Window(first, ledger.last))


def _mrr(signs: RenewalSigns, members: Mask) -> int:
    return int(signs.mrr[members & signs.ledger.counted].sum())


def _ranked(
    signs: RenewalSigns, index: NDArray[np.intp], codes: Sequence[str], segments: Segments
) -> tuple[Signal, ...]:
    ledger = segments.ledger
    column = ledger.columns.get(next(iter(segments.dimensions)))

    def segment(account: int) -> str:
        return column.values[code] if column is not None and (code := int(column.codes[account])) >= 0 else ""

    return tuple(signs.signal(account, codes, segment(account)) for account in index.tolist())


def as_json(found: Signals) -> dict[str, Any]:
    """Return signs as JSON: money in minor units, shares in per cent, days as ISO."""

    def plain(value: int | str | Fraction | dt.date) -> int | str | None:
        if isinstance(value, Fraction):
            return percent_json(value)
        return value.isoformat() if isinstance(value, dt.date) else value

    def row(each: Signal) -> dict[str, Any]:
        return {
            "account": each.id,
            "name": each.name,
            "segment": each.segment or None,
            "mrr": each.mrr,
            "arr": each.arr,
            "renewal_date": each.renewal.isoformat() if each.renewal else None,
            "tab": found.segments.ledger.tab,
            "row": each.row or None,
            "reasons": [
                {"code": reason.code, **{name: plain(value) for name, value in reason.facts.items()}}
                for reason in each.reasons
            ],
        }

    return {
        **head_json(found.question, found.segments.ledger, found.origin),
        "today": found.today.isoformat(),
        "mrr": found.mrr,
        "accounts": [row(each) for each in found.found],
        **({"days": found.days, "overdue": [row(each) for each in found.overdue]} if found.days else {}),
    }
