"""Tables and method names for tests that write into the loopback Google Sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal

from sheets.google.workbook import GoogleWorkbook
from sheets.workbook.tables import ColumnFormat, Table, Value
from tests.support.google.state import Given, SheetError

ID = "1" + "a" * 43


GET, BATCH = "sheets.spreadsheets.get", "sheets.spreadsheets.batchUpdate"


MRR: list[list[Given]] = [["Account ID", dt.date(2025, 1, 1)], ["A-1", 1234.56], [], ["=x", SheetError(), "", True]]


Connect = Callable[..., GoogleWorkbook]


ROW: Sequence[Value] = ["=Acme", Decimal("1234.56"), Decimal("1.036"), dt.date(2025, 9, 30), 38]


def make_table(
    title: str = "NRR Metrics", rows: Sequence[Sequence[Value]] = (ROW, [None] * 5), decimals: int = 2
) -> Table:
    headings = ["Segment", "MRR", "NRR", "Month", "Accounts"]
    formats: list[ColumnFormat] = ["text", "money", "percent", "date", "integer"]
    return Table(title, "Written by nrrbot.", headings, formats, rows, decimals)
