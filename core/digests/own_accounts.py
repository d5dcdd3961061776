"""The list of an owner: whom of their accounts to call first, and what changed since the last list. No text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from core.advice.health import OPPORTUNITIES, RISKS
from core.advice.renewals import Renewal
from core.forgotten import PSEUDONYM
from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.months import Month
from core.outlook.account_signals import Signal, build_signal
from core.query.question import Filter
from core.reports.scope import Origin, Scope
from core.sources.exclusions import select_current_members

# Accounts of the list itself, and of the table below it.
LISTED, SHOWN = 5, 15
# An account that was called is on no list for so long.
CALLED_FOR = dt.timedelta(days=30)
# The renewal has a sentence for itself.
_SIGNS = tuple(code for code in (*RISKS, *OPPORTUNITIES) if code not in {"renewal_at_risk", "healthy_renewal"})

# left: pays nothing; missing: the sheet does not have it; excluded: it has an error in the sheet; other: of another
# owner; renewed: its renewal is later now; below: others come first; calm: no sign, no renewal soon.
Departure = Literal["left", "missing", "excluded", "other", "renewed", "below", "calm"]


@dataclass(frozen=True, slots=True)
class RecordedAccount:
    """An account of a list, as the next one compares it.

    Attributes:
        id: its ID.
        mrr: its MRR in its own currency, minor units.
        currency: the code of that currency.
        renewal: its renewal, 2027-01-01 or 2027-01; empty where it was not known.

    """

    id: str
    mrr: int
    currency: str
    renewal: str


@dataclass(frozen=True, slots=True)
class RecordedList:
    """A list as the next one compares it.

    Attributes:
        day: its day.
        accounts: its accounts.

    """

    day: dt.date
    accounts: tuple[RecordedAccount, ...]

    def payload(self) -> dict[str, object]:
        """Return the list as JSON can hold it. IDs are values, so that they can be forgotten."""
        rows = [[account.id, account.mrr, account.currency, account.renewal] for account in self.accounts]
        return {"day": self.day.isoformat(), "accounts": rows}

    @classmethod
    def restore(cls, payload: Mapping[str, object]) -> Self:
        """Return the list that `payload` has written."""
        rows = payload["accounts"]
        if not isinstance(rows, list):
            raise TypeError("the payload of a list keeps its accounts in a list")
        return cls(dt.date.fromisoformat(str(payload["day"])), tuple(RecordedAccount(*row) for row in rows))


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account to call.

    Attributes:
        signal: the account with its signs, without those of its renewal.
        is_overdue: whether the day of its renewal has passed, and it still pays.
        is_new: whether it was not on the last list; False in the first one.
        mrr_change: the change of its MRR since the last list, a share of it; None without one.
        renewed_from: its renewal by the last list, where it is later now.

    """

    signal: Signal
    is_overdue: bool = False
    is_new: bool = False
    mrr_change: Fraction | None = None
    renewed_from: Renewal | None = None

    @property
    def has_changed(self) -> bool:
        """Whether it is not as it was in the last list."""
        return self.is_new or self.mrr_change is not None or self.renewed_from is not None


@dataclass(frozen=True, slots=True)
class OwnAccounts:
    """The list of a day.

    Attributes:
        day: the day.
        accounts: the accounts at stake, those with most ARR first, at most SHOWN. The first LISTED are the list.
        count: the number of accounts at stake: those with a sign of leaving, or that renew soon.
        arr: their ARR, minor units.
        called: the number of accounts at stake that were called, and are not counted.
        paying: the number of all accounts of the owner that pay.
        excluded: the number of accounts of the owner that are excluded for errors in the sheet.
        days: the days ahead in which a renewal is soon.
        has_renewals: whether the sheet has renewals.
        since: the day of the last list; None for the first.
        departed: the names of the accounts that were on it and are not on this one, each with the reason.
        ledger: the ledger of the figures.
        origin: the snapshot.

    """

    day: dt.date
    accounts: tuple[ListedAccount, ...]
    count: int
    arr: int
    called: int
    paying: int
    excluded: int
    days: int
    has_renewals: bool
    since: dt.date | None
    departed: tuple[tuple[str, Departure], ...]
    ledger: Ledger
    origin: Origin

    @property
    def is_unchanged(self) -> bool:
        """Whether the list is as the last one was."""
        return not self.departed and not any(account.has_changed for account in self.accounts[:LISTED])

    def record(self) -> RecordedList:
        """Return the list as the next one compares it."""
        rows = _find_rows(self.ledger)
        accounts = (
            _record_account(self.ledger, rows[account.signal.id], account.signal.renewal)
            for account in self.accounts[:LISTED]
        )
        return RecordedList(self.day, tuple(accounts))


def select_own_accounts(scope: Scope, cuts: Sequence[Sequence[Filter]]) -> Mask:
    """Return (accounts,) True where an account is in one of the cuts at the last close."""
    members = np.zeros(scope.ledger.accounts.count, dtype=np.bool_)
    for filters in cuts:
        members |= select_current_members(scope.segments, filters)
    return members


def find_stakes(scope: Scope) -> Mask:
    """Return (accounts,) True where an account has a sign of leaving, or renews soon."""
    return np.asarray(scope.signs.at_risk | scope.signs.renews_within(scope.thresholds.renewal_days))


def list_ids_at_stake(scope: Scope, cuts: Sequence[Sequence[Filter]]) -> list[str]:
    """Return the ids of the accounts of some cuts that have a sign of leaving, or renew soon."""
    at_stake = np.flatnonzero(select_own_accounts(scope, cuts) & find_stakes(scope))
    return [scope.ledger.accounts.ids[account] for account in at_stake.tolist()]


def list_own_accounts(
    scope: Scope,
    day: dt.date,
    cuts: Sequence[Sequence[Filter]],
    called: Collection[str] = (),
    previous: RecordedList | None = None,
) -> OwnAccounts:
    """Return the list of a day.

    Args:
        scope: the snapshot.
        day: the day.
        cuts: the cuts that have the accounts of the owner.
        called: the ids of the accounts that were called.
        previous: the last list.

    """
    ledger, signs = scope.ledger, scope.signs
    own = select_own_accounts(scope, cuts)
    stakes = np.flatnonzero(own & find_stakes(scope))
    is_called = np.array([ledger.accounts.ids[account] in called for account in stakes.tolist()], dtype=np.bool_)
    at_stake = stakes[~is_called]
    days = signs.renewals.days[at_stake]
    ranked = at_stake[np.lexsort([days, -signs.mrr[at_stake]])]
    before = {account.id: account for account in previous.accounts} if previous else {}
    return OwnAccounts(
        day=day,
        accounts=tuple(_list_account(scope, account, before, previous) for account in ranked[:SHOWN].tolist()),
        count=ranked.size,
        arr=12 * int(signs.mrr[ranked].sum()),
        called=int(np.count_nonzero(is_called)),
        paying=int(np.count_nonzero(own & signs.paying)),
        excluded=int(np.count_nonzero(own & ledger.accounts.excluded)),
        days=scope.thresholds.renewal_days,
        has_renewals=not bool(np.isnan(signs.renewals.days).all()),
        since=previous.day if previous else None,
        departed=_list_departed(scope, own, ranked, before, called),
        ledger=ledger,
        origin=scope.origin,
    )


def _list_account(
    scope: Scope, account: int, before: Mapping[str, RecordedAccount], previous: RecordedList | None
) -> ListedAccount:
    ledger = scope.ledger
    signal = build_signal(scope.signs, account, _SIGNS, next(iter(scope.segments.dimensions)))
    now, recorded = _record_account(ledger, account, signal.renewal), before.get(signal.id)
    is_overdue = signal.renewal is not None and signal.renewal.month is None and signal.renewal.day < scope.today
    if recorded is None:
        return ListedAccount(signal, is_overdue, is_new=previous is not None)
    is_comparable = recorded.mrr > 0 and recorded.currency == now.currency and recorded.mrr != now.mrr
    return ListedAccount(
        signal,
        is_overdue,
        mrr_change=Fraction(now.mrr - recorded.mrr, recorded.mrr) if is_comparable else None,
        renewed_from=_read_renewal(recorded.renewal) if _is_later(now.renewal, recorded.renewal) else None,
    )


def _list_departed(
    scope: Scope,
    own: Mask,
    ranked: NDArray[np.intp],
    before: Mapping[str, RecordedAccount],
    called: Collection[str],
) -> tuple[tuple[str, Departure], ...]:
    """Return the accounts of the last list that are not on this one.

    Those that were called left it by that, and those that were forgotten are not mentioned.
    """
    if not before:
        return ()
    ledger, rows = scope.ledger, _find_rows(scope.ledger)
    listed = {ledger.accounts.ids[account] for account in ranked[:LISTED].tolist()}
    below = {ledger.accounts.ids[account] for account in ranked[LISTED:].tolist()}
    departed = list[tuple[str, Departure]]()
    for account in before.values():
        if account.id in listed or account.id in called or PSEUDONYM.fullmatch(account.id):
            continue
        row = rows.get(account.id)
        if row is None:
            departed.append((account.id, "missing"))
            continue
        why: Departure = "calm"
        if ledger.accounts.excluded[row]:
            why = "excluded"
        elif not scope.signs.paying[row]:
            why = "left"
        elif not own[row]:
            why = "other"
        elif account.id in below:
            why = "below"
        elif _is_later(str(scope.signs.renewals.read(row) or ""), account.renewal):
            why = "renewed"
        departed.append((ledger.accounts.names[row], why))
    return tuple(departed)


def _find_rows(ledger: Ledger) -> dict[str, int]:
    """Return the id of each account -> its place in the ledger."""
    return {account_id: place for place, account_id in enumerate(ledger.accounts.ids)}


def _record_account(ledger: Ledger, account: int, renewal: Renewal | None) -> RecordedAccount:
    mrr, currency = int(ledger.read_own_mrr(ledger.last)[account]), ledger.currencies.of(account)
    return RecordedAccount(ledger.accounts.ids[account], mrr, currency.code, str(renewal or ""))


def _is_later(now: str, before: str) -> bool:
    """Tell whether a renewal is later than it was: 2028-01-01 than 2027-01, but not 2027-01-15."""
    known = min(len(now), len(before))
    return now[:known] > before[:known]


def _read_renewal(text: str) -> Renewal:
    if len(text) == len("2027-01"):
        month = Month.parse(text)
        return Renewal(month.first_day, month)
    return Renewal(dt.date.fromisoformat(text))
