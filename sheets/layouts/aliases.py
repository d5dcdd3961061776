"""The Aliases tab: customers that stand under two account ids, because they became one or were spelled in two ways."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.months import last_closed
from sheets.cells.dates import column_style, read_month
from sheets.cells.text import read_account_id
from sheets.tabs.tab_reader import TabReader


def read_aliases(reader: TabReader, known: Collection[str]) -> dict[str, str]:
    """Return account -> the account that it counts as, and note the tab's problems in the reader.

    What an account has always counts with the other, before they became one too: a merger is no churn. A line whose
    From is later than the last month that is over waits for that month.

    Args:
        reader: of the tab.
        known: the accounts that stand in the other tabs.

    """
    columns = reader.header.columns
    ids = reader.accounts((columns["same_as"],))
    reader.check_headings(ids, figures=False)
    style = column_style(reader.named("from"), reader.style)
    found: dict[str, str] = {}
    rows: dict[str, int] = {}
    for row, (account, cell, since) in enumerate(zip(ids, reader.named("same_as"), reader.named("from"), strict=True)):
        other = read_account_id(cell)
        if not account:
            continue
        if not other or other == account:
            reader.report("alias_other", row, columns["same_as"], account)
            continue
        begins = read_month(since, style) if since is not None else None
        if since is not None and begins is None:
            reader.report("alias_from", row, columns["from"], account)
            continue
        if found.setdefault(account, other) != other:
            reader.report("alias_twice", row, columns["same_as"], account, row=str(reader.top + rows[account] + 1))
            continue
        rows.setdefault(account, row)
        if other not in known:
            reader.report("alias_unknown", row, columns["same_as"], account)
            del found[account]
        elif begins and begins > last_closed(reader.options.today):
            del found[account]
    return _resolved(reader, found, rows)


def _resolved(reader: TabReader, found: Mapping[str, str], rows: Mapping[str, int]) -> dict[str, str]:
    """Follow the aliases to their ends; those that go round in a circle are reported and left out."""
    ends: dict[str, str] = {}
    for account in found:
        passed, other = {account}, found[account]
        while other in found and other not in passed:
            passed.add(other)
            other = found[other]
        if other in passed:
            reader.report("alias_circle", rows[account], reader.header.columns["same_as"], account)
        else:
            ends[account] = other
    return ends
