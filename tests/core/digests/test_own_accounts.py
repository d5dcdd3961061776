"""The list of an owner as a value."""

from __future__ import annotations

import datetime as dt

from core.digests.own_accounts import RecordedAccount, RecordedList, list_own_accounts
from tests.support.generate import ledger_of
from tests.support.scopes import scope_of

DAY = dt.date(2025, 10, 6)


def test_an_account_that_was_forgotten_has_not_left_the_list() -> None:
    scope = scope_of(ledger_of(*["a 600, b 300"] * 13), today=DAY)
    accounts = (RecordedAccount("forgotten-0123456789ab", 100, "EUR", ""), RecordedAccount("c", 100, "EUR", ""))
    own = list_own_accounts(scope, DAY, [()], previous=RecordedList(DAY - dt.timedelta(weeks=1), accounts))
    assert own.departed == (("c", "missing"),)
