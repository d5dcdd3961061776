"""A column headed ID: the account's ID, or the number of a row such as that of a subscription or an invoice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from sheets.cells.text import fold_cell, is_blank, read_account_id
from sheets.evidence.layout_evidence import TabView
from sheets.headers.header_row import HeaderRow
from sheets.headers.headings import BARE_NAMES, CUSTOMER_NAMES

_ID_HEADINGS = frozenset({"id", "identifiant"})
# An ID may have two names, as a customer can be renamed; of more IDs than one in so many it is something else.
_RENAMED = 4
# An ID that comes again in so many rows, on the average, is no number of a row.
_ROWS_OF_ID = 2


def find_customer_ids(view: TabView, list_other_accounts: Callable[[], Collection[str]]) -> HeaderRow:
    """Return the header row with the column ID as that of the accounts, if it has one ID for each customer's name.

    A number of each row is no account's. Where each name is there once, nothing tells the two apart, and the name is
    the account, unless the other tabs have the IDs.

    Args:
        view: the tab.
        list_other_accounts: returns the accounts of the other tabs.

    """
    header = view.header
    column = header.columns.get("account_id")
    id_columns = [other for other in header.others if fold_cell(header.cells[other]) in _ID_HEADINGS]
    if column is None or len(id_columns) != 1 or fold_cell(header.cells[column]) not in BARE_NAMES | CUSTOMER_NAMES:
        return header
    pairs = _list_pairs(view, id_columns[0], column)
    names, ids = {name for name, _ in pairs}, {account for _, account in pairs}
    other_accounts = list_other_accounts()
    are_known = not ids.isdisjoint(other_accounts)
    if (
        not names.isdisjoint(other_accounts)
        or not _are_ids(pairs)
        or not (are_known or len(pairs) >= _ROWS_OF_ID * len(ids))
    ):
        return header
    others = {key: other for key, other in header.columns.items() if key != "name"}
    return replace(header, columns=others).with_column("account_id", id_columns[0]).with_column("name", column)


def _list_pairs(view: TabView, ids: int, names: int) -> list[tuple[str, str]]:
    """Return the name and the ID of each row with a name; an ID may be empty."""
    rows = view.grid.rows[view.header.row + 1 :]
    cells = ((row[column] if column < len(row) else None for column in (names, ids)) for row in rows)
    return [(read_account_id(name), read_account_id(account)) for name, account in cells if not is_blank(name)]


def _are_ids(pairs: Sequence[tuple[str, str]]) -> bool:
    """Tell whether every name has one ID, and nearly every ID one name."""
    ids_of_name: dict[str, set[str]] = {}
    names_of_id: dict[str, set[str]] = {}
    for name, account in pairs:
        ids_of_name.setdefault(name.casefold(), set()).add(account)
        names_of_id.setdefault(account, set()).add(name.casefold())
    renamed = sum(len(known) > 1 for known in names_of_id.values())
    has_one_each = all(len(known) == 1 for known in ids_of_name.values())
    return "" not in names_of_id and has_one_each and _RENAMED * renamed <= len(names_of_id) > 1
