"""The list of an owner as JSON."""

from __future__ import annotations

from typing import Any

from core.digests.own_accounts import ListedAccount, OwnAccounts
from core.outlook.account_signals import build_reason_json, build_renewal_json
from core.reports.answer_json import format_percent


def build_own_accounts_json(own: OwnAccounts) -> dict[str, Any]:
    """Return a list as data that JSON can hold; amounts are minor units, changes of ARR in per cent."""
    return {
        "day": own.day.isoformat(),
        "since": own.since.isoformat() if own.since else None,
        "is_unchanged": own.is_unchanged if own.since else None,
        "days": own.days,
        "count": own.count,
        "arr": own.arr,
        "called": own.called,
        "paying": own.paying,
        "excluded": own.excluded,
        "accounts": [_build_account_json(account) for account in own.accounts],
        "departed": [{"name": name, "reason": reason} for name, reason in own.departed],
    }


def _build_account_json(account: ListedAccount) -> dict[str, Any]:
    signal = account.signal
    return {
        "id": signal.id,
        "name": signal.name,
        "arr": signal.arr,
        **build_renewal_json(signal.renewal),
        "is_overdue": account.is_overdue,
        "reasons": [build_reason_json(reason) for reason in signal.reasons],
        "is_new": account.is_new,
        "arr_change": None if account.mrr_change is None else format_percent(account.mrr_change),
        "renewed_from": str(account.renewed_from) if account.renewed_from else None,
    }
