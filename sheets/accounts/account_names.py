"""The names of accounts in the revenue tab: one ID with two names is two customers, unless the name changed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.months import Month
from sheets.cells.text import is_failed_formula, read_text
from sheets.checks.same_customer import normalise_names
from sheets.tabs.tab_reader import TabReader


def report_two_names(reader: TabReader, ids: Sequence[str], codes: NDArray[np.intp]) -> None:
    """Report the accounts with two different names: added up, two customers hide each other's churn.

    Names that differ in case, punctuation or legal form only are one. Where the rows have months and the name changes
    once from one month on, the account was renamed.

    Args:
        reader: the revenue tab.
        ids: the accounts.
        codes: (rows,) the account of each row, -1 for a row of no account.

    """
    column = reader.header.columns.get("name")
    if column is None:
        return
    names = [read_text(cell) for cell in reader.cells_in(column)]
    rows_of_account: dict[int, dict[str, list[int]]] = {}
    plain_names = dict(zip(names, normalise_names(names), strict=True)) if names else {}
    for row, account in enumerate(codes.tolist()):
        if account >= 0 and names[row] and not is_failed_formula(names[row]):
            plain = plain_names[names[row]] or names[row].casefold()
            rows_of_account.setdefault(account, {}).setdefault(plain, []).append(row)
    months: Mapping[int, Month] | None = None
    for account, rows_of_name in rows_of_account.items():
        if len(rows_of_name) < 2:
            continue
        months = reader.read_row_months() if months is None else months
        renamed = _find_rename(rows_of_name, months) if len(rows_of_name) == len(("before", "after")) else None
        if renamed is not None:
            reader.report("renamed", renamed, column, ids[account], other=_other_name(names, rows_of_name, renamed))
            continue
        for rows in rows_of_name.values():
            reader.report(
                "id_two_names", rows[0], column, ids[account], other=_other_name(names, rows_of_name, rows[0])
            )


def _other_name(names: Sequence[str], rows_of_name: Mapping[str, Sequence[int]], row: int) -> str:
    """Return the name of the same account that is not the one in `row`."""
    return next(names[rows[0]] for rows in rows_of_name.values() if row not in rows)


def _find_rename(rows_of_name: Mapping[str, Sequence[int]], months: Mapping[int, Month]) -> int | None:
    """Return the first row of the later name, if every row of one name is before every row of the other."""
    one, other = rows_of_name.values()
    if not all(row in months for row in (*one, *other)):
        return None
    for earlier, later in ((one, other), (other, one)):
        if max(months[row] for row in earlier) < min(months[row] for row in later):
            return min(later, key=lambda row: months[row])
    return None
