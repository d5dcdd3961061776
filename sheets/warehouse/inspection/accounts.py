"""The accounts of a warehouse that have an ID or a name."""

from __future__ import annotations

from core.config import Warehouse as Settings
from sheets.warehouse.connection import open_warehouse
from sheets.warehouse.recognition import read_tables


def find_accounts(settings: Settings, text: str) -> list[tuple[str, str]]:
    """Return the ID and the name of each account whose ID or name is a text; the ID twice where it has no name.

    Raises:
        ConfigError: the address or a table cannot be used.
        WarehouseError: the warehouse cannot be reached, or refused a query.

    """
    with open_warehouse(settings) as warehouse:
        tables, columns = read_tables(settings, warehouse)
        quoted = warehouse.dialect.quote(text)
        name, test = "a.account_id", f"a.account_id = {quoted}"
        if "name" in columns["accounts"]:
            name, test = "a.name", f"{test} OR a.name = {quoted}"
        rows = warehouse.run(
            f"SELECT a.account_id AS account_id, {name} AS name FROM {tables['accounts']} a WHERE {test}\n"
            f"UNION ALL SELECT r.account_id, r.account_id FROM {tables['mrr']} r WHERE r.account_id = {quoted} "
            "GROUP BY r.account_id"
        )
    return [(row[0], row[1] or row[0]) for row in rows if row[0]]
