"""The tab NRR Accounts: the accounts at risk, then the accounts ready to grow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from core.advice.renewals import Renewal
from core.errors import N_
from core.money import to_units
from core.outlook.account_signals import Reason, Signal, Signals
from core.store.snapshots import Snapshot
from sheets.workbook.tables import ColumnFormat, Link, Table, Value
from sheets.writeback.translate import Translate

ACCOUNTS_TAB = "NRR Accounts"
# A longer list is not worked through.
MAX_ACCOUNTS = 500

KINDS: Mapping[str, str] = {"risks": N_("at risk"), "opportunities": N_("ready to grow")}
_COLUMNS: Sequence[tuple[str, ColumnFormat]] = (
    (N_("Kind"), "text"),
    (N_("Account"), "text"),
    (N_("Name"), "text"),
    (N_("Segment"), "text"),
    (N_("Owner"), "text"),
    (N_("MRR"), "money"),
    (N_("ARR"), "money"),
    (N_("Renewal date"), "date"),
    (N_("Why"), "text"),
    (N_("Row"), "integer"),
)
# Where the tab has its headings and the IDs of its accounts, counted from 0.
HEADER_ROW, ACCOUNT_COLUMN = 1, 1
# Widths in characters, so that each column shows its content.
_WIDTHS = (16, 14, 26, 16, 16, 14, 14, 14, 60, 8)


def build_accounts_table(
    signals_by_kind: Mapping[str, Signals],
    format_reasons: Callable[[Sequence[Reason]], str],
    snapshot: Snapshot,
    tab: str,
    link_row: Callable[[tuple[int, int]], str],
    translate: Translate,
) -> Table:
    """Return NRR Accounts: one row per account at risk, then one per account ready to grow.

    Args:
        signals_by_kind: a key of KINDS -> the accounts with their signals, ranked.
        format_reasons: returns the phrase for the signals of an account.
        snapshot: the source of the accounts.
        tab: the title of the revenue tab; empty without one.
        link_row: returns the address of rows (first, last) of that tab; empty for a file.
        translate: the reader's language.

    """
    exponent = snapshot.currency.exponent
    accounts: list[tuple[str, Signal]] = []
    for kind, signals in signals_by_kind.items():
        listed = signals.build_signals(signals.index[: MAX_ACCOUNTS - len(accounts)])
        accounts += [(kind, account) for account in listed]
    rows = [
        (
            translate(KINDS[kind]),
            _link_account(account, tab, link_row),
            account.name,
            account.segment,
            account.owner,
            to_units(account.mrr, exponent),
            to_units(account.arr, exponent),
            _format_renewal(account.renewal),
            format_reasons(account.reasons),
            account.row or None,
        )
        for kind, account in accounts
    ]
    # Today's date is not in it: the tab changes only with its accounts.
    notice = translate(
        N_(
            "Written by nrrbot from the data through {month}, in {currency}. The accounts with most MRR come first; "
            "Row is the account's first row in the revenue tab. What is typed in this tab is overwritten."
        )
        if not any(signals.rates for signals in signals_by_kind.values())
        else N_(
            "Written by nrrbot from the data through {month}, in {currency}. Accounts at risk are in the order of "
            "their expected loss, the others in that of their MRR; Row is the account's first row in the revenue tab. "
            "What is typed in this tab is overwritten."
        ),
        month=snapshot.data_through,
        currency=snapshot.currency.code,
    )
    unlisted = sum(signals.index.size for signals in signals_by_kind.values()) - len(accounts)
    if unlisted:
        more = translate(N_("{count} more are not shown."), count=unlisted)
        notice = f"{notice} {more}"
    return _build_table(notice, rows, exponent, translate)


def build_empty_accounts_table(snapshot: Snapshot, translate: Translate) -> Table:
    """Return NRR Accounts of a warehouse, which gives no signs of accounts: the tab says so."""
    notice = translate(
        N_(
            "Written by nrrbot from the data through {month}. The warehouse has no facts about accounts, such as "
            "renewals, usage or NPS, so no account is listed here. Ask “why” for those that lost most MRR. What is "
            "typed in this tab is overwritten."
        ),
        month=snapshot.data_through,
    )
    return _build_table(notice, (), snapshot.currency.exponent, translate)


def _build_table(notice: str, rows: Sequence[Sequence[Value]], decimals: int, translate: Translate) -> Table:
    headings, formats = zip(*_COLUMNS, strict=True)
    return Table(
        ACCOUNTS_TAB,
        notice,
        [translate(heading) for heading in headings],
        formats,
        rows,
        decimals,
        widths=_WIDTHS,
        is_list=True,
    )


def _link_account(account: Signal, tab: str, link_row: Callable[[tuple[int, int]], str]) -> Value:
    """Return the ID of an account, which opens its first row in the revenue tab."""
    if not account.row or not tab:
        return account.id
    title = tab.replace("'", "''")
    return Link(account.id, link_row((account.row, account.row)) or f"#'{title}'!A{account.row}")


def _format_renewal(renewal: Renewal | None) -> dt.date | str | None:
    """Return the day of a renewal, or its month where only that is known."""
    if renewal is None:
        return None
    return str(renewal) if renewal.month else renewal.day
