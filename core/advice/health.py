"""The signs of risk and growth on accounts, as of one day: one definition for lists of accounts, levers and forecast.

An unknown fact (NaN, a blank) is never a sign. Shares are compared as the sheet shows them, not as floats hold them:
0.58 is 58%, not 57.999999999999986%.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.advice.renewals import RenewalDays, find_next_renewals
from core.ledger.arrays import Mask
from core.ledger.columns import Column
from core.ledger.ledger import Ledger
from core.text import fold_key
from core.thresholds import SignalThresholds

ShareArray = NDArray[np.float64]

# Code of a risk -> the fact or column that it is read from; falling MRR comes from the panel.
RISK_FACTS: Mapping[str, str] = {
    "low_adoption": "feature_adoption",
    "low_nps": "nps",
    "red_health": "health",
    "open_complaints": "complaints",
    "renewal_at_risk": "renewal_date",
}
RISKS = ("low_adoption", "falling_mrr", "low_nps", "red_health", "open_complaints", "renewal_at_risk")
OPPORTUNITIES = ("quota_nearly_used", "seats_nearly_used", "promoter", "healthy_renewal")

# The values of Health that are signs, in any spelling. Other words, and scores, are no sign.
RED = frozenset(
    map(fold_key, ("red", "rouge", "bad", "mauvais", "mauvaise", "at risk", "à risque", "critical", "critique"))
)
GREEN = frozenset(map(fold_key, ("green", "vert", "verte", "good", "bon", "bonne", "healthy", "sain", "saine")))


def is_below(share: ShareArray, per_cent: float) -> Mask:
    """Return (n,) True where a share (1 is 100%) is below `per_cent`."""
    return np.asarray(_round_per_cent(share) < per_cent)


def is_at_least(share: ShareArray, per_cent: float) -> Mask:
    """Return (n,) True where a share (1 is 100%) is `per_cent` or more."""
    return np.asarray(_round_per_cent(share) >= per_cent)


def uses_seats(seats: ShareArray, used: ShareArray, per_cent: float) -> Mask:
    """Return (n,) True where at least `per_cent` of the seats are used; False for accounts without seats."""
    return np.asarray((seats > 0) & (used * 100 >= per_cent * seats))


def renews_within(date: ShareArray, today: dt.date, days: int, since: int = 0) -> Mask:
    """Return (n,) True where a date (a proleptic ordinal) is `since` to `days` days from today."""
    ahead = date - today.toordinal()
    return np.asarray((ahead >= since) & (ahead <= days))


def match_values(column: Column | None, words: Iterable[str]) -> NDArray[np.bool_]:
    """Return (values + 1,) True where a value is one of `words`, given as keys; the last entry is for blanks."""
    keys = frozenset(words)
    return np.array([*(fold_key(value) in keys for value in column.values), False] if column else [False])


def _round_per_cent(share: ShareArray) -> ShareArray:
    rounded: ShareArray = np.round(share * 100, 6)
    return rounded


class AccountSigns:
    """The signs of every account of a ledger as of one day, by the thresholds of `[signals]`.

    An unknown fact is never a sign. Accounts without MRR at the last close and excluded accounts have no signs.

    Attributes:
        ledger: the ledger.
        thresholds: the values at which a fact becomes a sign.
        today: the day.
        mrr: (accounts,) MRR at the last close.
        risks: code of RISKS -> (accounts,) True where the account has the sign.

    """

    def __init__(self, ledger: Ledger, today: dt.date, thresholds: SignalThresholds) -> None:
        self.ledger, self.thresholds, self.today = ledger, thresholds, today
        self.mrr = ledger.mrr(ledger.last, ledger.last)
        self.paying: Mask = np.asarray((self.mrr > 0) & ledger.accounts.counted)
        adoption, nps = self.read_fact("feature_adoption"), self.read_fact("nps")
        masks = {
            "low_adoption": is_below(adoption, thresholds.adoption_low),
            "falling_mrr": self._find_falling_mrr(thresholds.falling_months),
            "low_nps": nps <= thresholds.nps_low,
            "red_health": self._match_health(RED),
            "open_complaints": self.read_fact("complaints") > 0,
        }
        self._risky = np.logical_or.reduce(list(masks.values()))
        masks["renewal_at_risk"] = self._risky & self.renews_within(thresholds.renewal_days)
        self.risks: Mapping[str, Mask] = {code: np.asarray(mask & self.paying) for code, mask in masks.items()}

    @cached_property
    def masks(self) -> Mapping[str, Mask]:
        """Code of any sign -> (accounts,) True where the account has it."""
        thresholds, nps = self.thresholds, self.read_fact("nps")
        used = is_at_least(self.read_fact("feature_adoption"), thresholds.adoption_high)
        promoting = nps >= thresholds.nps_high
        is_healthy = self._match_health(GREEN) | used | promoting
        masks = {
            "quota_nearly_used": is_at_least(self.read_fact("quota_use"), thresholds.quota_high),
            "seats_nearly_used": uses_seats(
                self.read_fact("seats"), self.read_fact("seats_used"), thresholds.seats_high
            ),
            "promoter": used & promoting,
            "healthy_renewal": ~self._risky & is_healthy & self.renews_within(thresholds.expansion_days),
        }
        return {**self.risks, **{code: np.asarray(mask & self.paying) for code, mask in masks.items()}}

    @property
    def at_risk(self) -> Mask:
        """(accounts,) True where an account has a sign of leaving."""
        return np.asarray(np.logical_or.reduce(list(self.risks.values())))

    @property
    def ready_to_grow(self) -> Mask:
        """(accounts,) True where an account has a sign of growth and none of leaving."""
        return np.asarray(np.logical_or.reduce([self.masks[code] for code in OPPORTUNITIES]) & ~self.at_risk)

    def knows(self, code: str) -> Mask:
        """Return (accounts,) True where the data that a sign of risk is read from is known of a paying account."""
        count = self.ledger.accounts.count
        if code == "falling_mrr":
            enough = len(self.ledger.closes) > self.thresholds.falling_months
            return self.paying if enough else np.zeros(count, dtype=np.bool_)
        if code == "red_health":
            column = self.ledger.columns.get("health")
            return np.asarray(self.paying & (column.codes >= 0)) if column else np.zeros(count, dtype=np.bool_)
        return np.asarray(self.paying & ~np.isnan(self.read_fact(RISK_FACTS[code])))

    def renews_within(self, days: int, since: int = 0) -> Mask:
        """Return (accounts,) True where a paying account's next renewal is in `since` to `days` days from today."""
        return np.asarray(renews_within(self.renewals.days, self.today, days, since) & self.paying)

    @cached_property
    def renewals(self) -> RenewalDays:
        """The next renewals of the accounts."""
        return find_next_renewals(self.ledger, self.today)

    def read_fact(self, name: str) -> NDArray[np.float64]:
        """Return (accounts,) a fact of the accounts, NaN where it is unknown."""
        fact = self.ledger.facts.get(name)
        return np.full(self.ledger.accounts.count, np.nan) if fact is None else fact

    def _match_health(self, words: frozenset[str]) -> Mask:
        column = self.ledger.columns.get("health")
        if column is None:
            return np.zeros(self.ledger.accounts.count, dtype=np.bool_)
        return np.asarray(match_values(column, words)[column.codes])

    def _find_falling_mrr(self, months: int) -> Mask:
        """Return (accounts,) True where MRR, in the account's currency, fell at each of the last `months` closes."""
        closes = self.ledger.closes[-(months + 1) :]
        rows = [self.ledger.read_own_mrr(close) for close in closes]
        if len(rows) <= months:
            return np.zeros(self.ledger.accounts.count, dtype=np.bool_)
        return np.asarray(np.logical_and.reduce([after < before for before, after in pairwise(rows)]))
