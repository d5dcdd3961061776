"""The thresholds of the signals on accounts: one definition for the config and for what is computed from it."""

from __future__ import annotations

from typing import Annotated

import msgspec

_PerCent = Annotated[int, msgspec.Meta(ge=1, le=100)]
_Nps = Annotated[int, msgspec.Meta(ge=0, le=10)]
_Days = Annotated[int, msgspec.Meta(ge=1, le=366)]


class SignalThresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[signals]`: the values at which a fact about an account becomes a signal.

    Shares and use are per cent, days are counted from today.

    Attributes:
        adoption_low: an account below it is at risk.
        adoption_high: adoption is high from here on.
        nps_low: an account up to it is at risk.
        nps_high: an account is a promoter from here on.
        quota_high: use of the quota from which an account is ready to grow.
        seats_high: share of the seats in use from which an account is ready to grow.
        renewal_days: days ahead that `renewals` shows; a renewal within them, with another signal, is at risk.
        expansion_days: days before the renewal of a healthy account that are a moment to grow.
        falling_months: consecutive months with less MRR than the one before that put an account at risk.

    """

    adoption_low: _PerCent = 50
    adoption_high: _PerCent = 75
    nps_low: _Nps = 6
    nps_high: _Nps = 9
    quota_high: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 80
    seats_high: _PerCent = 90
    renewal_days: _Days = 90
    expansion_days: _Days = 120
    falling_months: Annotated[int, msgspec.Meta(ge=1, le=12)] = 2


class AlertThresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[alerts]`: what is reported at once, and when nothing is.

    Attributes:
        channel: the channel of the alerts; empty for that of the digest.
        points_down: a fall of a yearly ratio within a month, points.
        account_share: the share of the MRR from which an account that left or shrank is reported, per cent.
        renewal_days: days before a renewal in which a sign of risk is reported.
        restated_points: a restatement of a closed quarter or year, points.
        quiet_from: the hour from which nothing is reported.
        quiet_until: the hour until which nothing is reported.

    """

    channel: str = ""
    points_down: Annotated[int, msgspec.Meta(ge=1, le=100)] = 3
    account_share: _PerCent = 5
    renewal_days: _Days = 30
    restated_points: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    quiet_from: Annotated[int, msgspec.Meta(ge=0, le=23)] = 20
    quiet_until: Annotated[int, msgspec.Meta(ge=0, le=23)] = 8
