"""The Aliases tab: customers with two account IDs, because they merged or were spelled in two ways."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.months import find_last_closed_month
from sheets.cells.dates import infer_date_order, read_month
from sheets.cells.text import read_account_id
from sheets.tabs.tab_reader import TabReader


def read_aliases(reader: TabReader, known_ids: Collection[str]) -> dict[str, str]:
    """Return account -> the account that it counts as, and report the tab's problems in the reader.

    An alias applies to the whole past of the account, before a merger too: a merger is no churn. A line with a From
    after the last closed month applies once that month has closed.

    Args:
        reader: the tab.
        known_ids: the accounts of the other tabs.

    """
    columns = reader.header.columns
    ids = reader.read_account_ids((columns["same_as"],))
    reader.check_headings(ids, figures=False)
    locale_format = infer_date_order(reader.cells_under("from"), reader.locale_format)
    aliases: dict[str, str] = {}
    rows: dict[str, int] = {}
    lines = zip(ids, reader.cells_under("same_as"), reader.cells_under("from"), strict=True)
    for row, (account, other_cell, from_cell) in enumerate(lines):
        other = read_account_id(other_cell)
        if not account:
            continue
        if not other or other == account:
            reader.report("alias_other", row, columns["same_as"], account)
            continue
        begins = read_month(from_cell, locale_format) if from_cell is not None else None
        if from_cell is not None and begins is None:
            reader.report("alias_from", row, columns["from"], account)
            continue
        # A second line of an account that says the same is harmless; one that says something else is not read.
        if aliases.setdefault(account, other) != other:
            first = str(reader.first_row + rows[account] + 1)
            reader.report("alias_twice", row, columns["same_as"], account, row=first)
            continue
        rows.setdefault(account, row)
        if other not in known_ids:
            reader.report("alias_unknown", row, columns["same_as"], account)
            del aliases[account]
        elif begins and begins > find_last_closed_month(reader.options.today):
            del aliases[account]
    return _follow_aliases(reader, aliases, rows)


def _follow_aliases(reader: TabReader, aliases: Mapping[str, str], rows: Mapping[str, int]) -> dict[str, str]:
    """Return the last account of each chain of aliases; accounts whose chain is a circle are reported and left out."""
    ends: dict[str, str] = {}
    for account in aliases:
        passed, other = {account}, aliases[account]
        while other in aliases and other not in passed:
            passed.add(other)
            other = aliases[other]
        if other in passed:
            reader.report("alias_circle", rows[account], reader.header.columns["same_as"], account)
        else:
            ends[account] = other
    return ends
