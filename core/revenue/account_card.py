"""One account on a card: its MRR by month and what changed it, its columns, signs and rows, and the cost of losing it.

All amounts are in the reporting currency at the rates of the last close, so that no exchange rate looks like a change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from core.advice.health import OPPORTUNITIES, RED, RISK_FACTS, RISKS, match_values
from core.advice.renewals import Renewal
from core.errors import N_, QuestionError, Sentence
from core.ledger.history import choose_default_period, explain_missing_ratio, explain_missing_year
from core.ledger.ledger import Ledger
from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.movements import MovementKind, classify_movement
from core.months import Month, Period, Window
from core.outlook.account_signals import (
    Reason,
    build_fact_json,
    build_reason_json,
    build_renewal_json,
    build_signal,
    round_whole,
)
from core.outlook.scenario import Effect, build_effect_json, measure_loss
from core.reports.accounts import Run, find_row_runs, format_runs
from core.reports.answer_json import build_origin_json
from core.reports.scope import YEAR, Origin, QuestionReader, Scope
from core.text import clean_text

# Movements in a message; the months of the JSON have all of them.
LARGEST = 3


@dataclass(frozen=True, slots=True)
class MonthOfAccount:
    """The MRR of an account at one close.

    Attributes:
        month: the close.
        mrr: its MRR there, minor units.
        movement: the kind of its change since the close before; None where it did not change, and at the first close.
        change: the change since the close before, signed.

    """

    month: Month
    mrr: int
    movement: MovementKind | None
    change: int


@dataclass(frozen=True, slots=True)
class PeriodChange:
    """The MRR of an account at both closes of a period."""

    period: Period
    start: int
    end: int

    @property
    def amount(self) -> int:
        """The change, signed."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class PastValue:
    """A value of the fact behind a sign, and the month in which past snapshots first have it."""

    month: Month
    value: int | str | Fraction


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of risk or growth.

    Attributes:
        reason: the sign.
        since: the first close of its present run, where the sheet has its history.
        history: the values of its fact, each other than the one before, the present one last; empty where no snapshot
            keeps them.

    """

    reason: Reason
    since: Month | None
    history: tuple[PastValue, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account. Everything below `excluded` is empty or None for an excluded account.

    Attributes:
        id: its ID.
        name: its name.
        rows: its rows in the revenue tab.
        excluded: whether an error in the sheet keeps it out of every figure.
        values: dimension -> its value at the last close, or when it last paid; "Unassigned" where
            it has none.
        months: its MRR at every close of the sheet.
        changes: over the last complete quarter, and over twelve months, where the sheet has both closes.
        renewal: its next renewal; None where it is not known.
        risks: its signs of leaving.
        opportunities: its signs of growth.
        loss: the whole company's twelve months with and without it.
        loss_reason: why `loss` is None.
        segments: the ledger.
        origin: the snapshot that it comes from.
        today: the day from which the renewal is counted.

    """

    id: str
    name: str
    rows: tuple[Run, ...]
    excluded: bool
    segments: Segments
    origin: Origin
    today: dt.date
    values: Mapping[str, str]
    months: tuple[MonthOfAccount, ...] = ()
    changes: tuple[PeriodChange, ...] = ()
    renewal: Renewal | None = None
    risks: tuple[Sign, ...] = ()
    opportunities: tuple[Sign, ...] = ()
    loss: Effect | None = None
    loss_reason: Sentence | None = None

    @property
    def mrr(self) -> int:
        """MRR at the last close."""
        return self.months[-1].mrr if self.months else 0

    @property
    def arr(self) -> int:
        """12 x MRR."""
        return 12 * self.mrr

    @property
    def first_paid(self) -> MonthOfAccount | None:
        """The first close with MRR; None without one."""
        return next((entry for entry in self.months if entry.mrr), None)

    @property
    def last_churn(self) -> MonthOfAccount | None:
        """The last close at which it had left; None if it never did."""
        return next((entry for entry in reversed(self.months) if entry.movement == "churn"), None)

    @property
    def largest_movements(self) -> tuple[MonthOfAccount, ...]:
        """Its largest changes of MRR after it came, the later of equal ones first."""
        changed = [entry for entry in self.months if entry.movement and entry.movement != "new"]
        largest = sorted(changed, key=lambda entry: (-abs(entry.change), -entry.month.ordinal))
        return tuple(largest[:LARGEST])

    @property
    def days_to_renewal(self) -> int | None:
        """Days from today to the renewal, negative once it has passed; None where its day is not known."""
        return (self.renewal.day - self.today).days if self.renewal and not self.renewal.month else None

    @property
    def is_in_base(self) -> bool:
        """Whether it paid at the start of the twelve months that `loss` is about."""
        start = self.loss.window.start if self.loss else None
        return any(entry.month == start and entry.mrr for entry in self.months)


def read_account(text: str, reader: QuestionReader) -> int:
    """Return the position of the account that a text names, by ID, name or a part of its name.

    Raises:
        QuestionError: the text names no account, or several.

    """
    accounts = reader.scope.ledger.accounts
    if not clean_text(text).strip('" '):
        shown = accounts.counted if accounts.hidden is None else accounts.counted & ~accounts.hidden
        mrr = reader.scope.ledger.mrr(reader.scope.ledger.last, reader.scope.ledger.last) * shown
        example = accounts.by_name.write_line(int(mrr.argmax()), "account") if shown.any() else "account"
        raise QuestionError(
            N_("Which account?"), N_("Name it, or write its ID: {example}"), example=example, nearest=(example,)
        )
    return accounts.by_name.require(text, "account")


def build_account_card(account: int, scope: Scope) -> AccountCard:
    """Return the card of the account at a position of the ledger."""
    ledger, segments = scope.ledger, scope.segments
    accounts = ledger.accounts
    card = AccountCard(
        accounts.ids[account],
        accounts.names[account],
        find_row_runs(ledger.source_rows.by_account.rows_of(account)),
        bool(accounts.excluded[account]),
        segments,
        scope.origin,
        scope.today,
        dict(_list_values(segments, account)),
    )
    return card if card.excluded else _add_figures(card, account, scope)


def _add_figures(card: AccountCard, account: int, scope: Scope) -> AccountCard:
    ledger = scope.ledger
    mrr = {close: int(ledger.mrr(close, ledger.last)[account]) for close in ledger.closes}
    year = Period("ttm", Window.ending(ledger.last, YEAR))
    at_risk = bool(scope.signs.at_risk[account])
    signal = build_signal(scope.signs, account, (*RISKS, *OPPORTUNITIES), "")
    signs = tuple(
        Sign(reason, _find_begin(reason.code, account, ledger), tuple(_list_history(reason.code, account, scope)))
        for reason in signal.reasons
    )
    loss_reason = explain_missing_ratio(ledger) or explain_missing_year(ledger, ledger.last)
    if ledger.accounts.hidden is not None:
        loss_reason = Sentence(N_("it is about the whole company, and you may not ask about that"))
    only_this = np.arange(ledger.accounts.count) == account
    return replace(
        card,
        months=tuple(_list_months(mrr)),
        changes=tuple(
            PeriodChange(period, mrr[period.window.start], mrr[period.window.end])
            for period in (choose_default_period(ledger, scope.calendar), year)
            if ledger.covers(period.window)
        ),
        renewal=signal.renewal,
        risks=signs if at_risk else (),
        opportunities=() if at_risk else signs,
        loss=None if loss_reason else measure_loss(ledger, "company", year.window, np.ones_like(only_this), only_this),
        loss_reason=loss_reason,
    )


def _list_values(segments: Segments, account: int) -> Iterator[tuple[str, str]]:
    ledger = segments.ledger
    paid = [close for close in ledger.closes if ledger.read_own_mrr(close)[account] > 0]
    # A window that begins with that close: every dimension has its value there.
    last = paid[-1] if paid else ledger.last
    for dimension, names in segments.dimensions.items():
        # The last name is for code -1, a blank cell.
        yield dimension, (*names, UNASSIGNED)[segments.codes(dimension, Window(last, last + 1))[account]]


def _list_months(mrr: Mapping[Month, int]) -> Iterator[MonthOfAccount]:
    first, *_ = mrr
    yield MonthOfAccount(first, mrr[first], None, 0)
    has_paid = False
    for before, month in pairwise(mrr):
        start, end = mrr[before], mrr[month]
        has_paid = has_paid or start > 0
        kind = None if start == end else classify_movement(start, end, returning=has_paid)
        yield MonthOfAccount(month, end, kind, end - start)


def _find_begin(code: str, account: int, ledger: Ledger) -> Month | None:
    """Return the first close of the uninterrupted run of a sign up to the last one; None without its history."""
    closes = list(reversed(ledger.closes))
    has_sign: Callable[[Month, Month], bool]
    column = ledger.columns.get("health")
    if code == "falling_mrr":

        def has_sign(before: Month, month: Month) -> bool:
            return bool(ledger.read_own_mrr(month)[account] < ledger.read_own_mrr(before)[account])

    elif code == "red_health" and column is not None and column.changes is not None:
        is_red = match_values(column, RED)

        def has_sign(_: Month, month: Month) -> bool:
            return bool(is_red[column.codes_at(month)[account]])

    else:
        return None
    begin = ledger.last
    for month, before in pairwise(closes):
        if not has_sign(before, month):
            break
        begin = month
    return begin


def _list_history(code: str, account: int, scope: Scope) -> Iterator[PastValue]:
    """Yield the values of the fact behind a sign, each other than the one before."""
    name = RISK_FACTS.get(code)
    # A renewal date ahead is no measure of an account: it has no history.
    if name is None or name == "renewal_date":
        return
    last = None
    for past in scope.load_past_facts():
        value = past.read(name, account)
        if value is None or value == last:
            continue
        last = value
        if isinstance(value, str):
            yield PastValue(past.month, value)
        else:
            # The number that the sheet shows, without its binary noise.
            yield PastValue(past.month, Fraction(repr(value)) if name == "feature_adoption" else round_whole(value))


def build_account_card_json(
    card: AccountCard, link: Callable[[Run], str], error_codes: Callable[[str], Sequence[str]]
) -> dict[str, Any]:
    """Return the card as JSON: money in minor units, days as ISO; no figure of an excluded account.

    Args:
        card: the card.
        link: returns the address that opens rows of the revenue tab; empty where a workbook has no addresses.
        error_codes: returns the codes of the errors that an account's ID has in the sheet.

    """
    ledger = card.segments.ledger
    shown = not card.excluded
    return {
        **build_origin_json(ledger, card.origin),
        "account": card.id,
        "name": card.name,
        "excluded": card.excluded,
        "problems": list(error_codes(card.id)) if card.excluded else [],
        "mrr": card.mrr if shown else None,
        "arr": card.arr if shown else None,
        "first_month": str(card.first_paid.month) if card.first_paid else None,
        "values": dict(card.values) if shown else {},
        **build_renewal_json(card.renewal),
        "days_to_renewal": card.days_to_renewal,
        "changes": [
            {
                "period": change.period.label,
                "start": str(change.period.window.start),
                "end": str(change.period.window.end),
                "start_mrr": change.start,
                "end_mrr": change.end,
                "change": change.amount,
            }
            for change in card.changes
        ],
        "risks": [_build_sign_json(sign) for sign in card.risks],
        "opportunities": [_build_sign_json(sign) for sign in card.opportunities],
        "if_it_left": build_effect_json(card.loss) if card.loss else None,
        "if_it_left_reason": str(card.loss_reason) if card.loss_reason else None,
        "tab": ledger.source_rows.tab,
        "tab_rows": format_runs(card.rows),
        "link": (link(card.rows[0]) if card.rows else "") or None,
        "months": [
            {"month": str(entry.month), "mrr": entry.mrr, "movement": entry.movement, "change": entry.change}
            for entry in card.months
        ],
    }


def _build_sign_json(sign: Sign) -> dict[str, Any]:
    return {
        **build_reason_json(sign.reason),
        "since": str(sign.since) if sign.since else None,
        "history": [{"month": str(past.month), "value": build_fact_json(past.value)} for past in sign.history],
    }
