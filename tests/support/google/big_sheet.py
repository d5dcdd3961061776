"""The loopback Google server with a spreadsheet of about ten million cells, for the benchmark and in its own process.

    python -m tests.support.google.big_sheet FOLDER ACCOUNTS MONTHS [long]

Writes the service account's key file into FOLDER, prints one line of JSON (where it listens, the spreadsheet, the key
file, the cells of its grids), serves until stdin ends, and then prints how often each method was called. A number on
stdin edits an amount in that row of the tab MRR; with months down, "row" adds the next row of the last month at its
end, and "account" one of a new account. Each is answered by a line. It is the server of the tests; only values.batchGet
and number formats are answered from JSON that is made already, so that the server is not measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from core.months import Month
from tests.support.generate import VALUES
from tests.support.google.methods import Request
from tests.support.google.schema import SchemaError
from tests.support.google.server import GoogleServer, Reply
from tests.support.google.state import RefusedError, Spreadsheet, range_name

FIRST = Month.of(2021, 10)
# Blank rows below those of each tab.
SPARE_ROWS = 50
CUSTOMERS, MRR = "Customers", "MRR"


class BigServer(GoogleServer):
    """A GoogleServer whose spreadsheets hold rows as JSON; ranges are of whole rows."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: dict[str, list[bytes]] = {}

    def add_encoded(self, title: str, tabs: dict[str, tuple[list[bytes], int]]) -> str:
        """Make a spreadsheet of tabs, each with its rows as JSON and the width of its grid; return its id."""
        sizes = {name: (len(lines) + SPARE_ROWS, width) for name, (lines, width) in tabs.items()}
        self._lines |= {name: lines for name, (lines, _) in tabs.items()}
        return self.add_spreadsheet(title, {name: [] for name in tabs}, sizes=sizes)

    def edit_amount(self, title: str, row: int) -> tuple[str, Month, float]:
        """Raise the middle one of the amounts of a row, and return its account, its month and what it is now."""
        cells = msgspec.json.decode(self._lines[title][row])
        paid = [column for column, cell in enumerate(cells[1:], 1) if cell not in ("", 0)]
        column = paid[len(paid) // 2]
        cells[column] = round(cells[column] * 1.1 + 1, 2)
        self._lines[title][row] = msgspec.json.encode(cells)
        self._touch()
        return str(cells[0]), FIRST + (column - 1), cells[column]

    def add_row(self, title: str, line: bytes) -> None:
        """Add a row at the end of a tab."""
        self._lines[title].append(line)
        self._touch()

    def _touch(self) -> None:
        for book in self.spreadsheets.values():
            book.touch()

    def _api(self, request: Request) -> Reply:
        if request.method.id == "sheets.spreadsheets.get" and "effectiveFormat" in request.one("fields"):
            return self._format_reply(request)
        if request.method.id != "sheets.spreadsheets.values.batchGet":
            return super()._api(request)
        try:
            email = self._authorized(request.authorization, request.method)
            request.document.check_query(request.method, request.query)
            book = self._book(request, email)
            ranges = request.query.get("ranges", [])
            if not all(book.locate(text)[0].title in self._lines for text in ranges):
                return super()._api(request)  # tabs of the bot
            blocks = [self._block(book, text) for text in ranges]
        except (SchemaError, RefusedError):
            return super()._api(request)  # refused there too, in Google's words
        if (request.one("valueRenderOption"), request.one("prettyPrint")) != ("UNFORMATTED_VALUE", "false"):
            self.failures.append(NotImplementedError(str(request.query)))
        values = b',"valueRanges":[%b]' % b",".join(blocks) if blocks else b""
        return Reply(200, b'{"spreadsheetId":%b%b}' % (msgspec.json.encode(book.id), values))

    def _format_reply(self, request: Request) -> Reply:
        """Return the number formats of ranges: all cells of all tabs are euros."""
        book = self._book(request, self._authorized(request.authorization, request.method))
        cell = b'{"effectiveFormat":{"numberFormat":{"type":"CURRENCY","pattern":"#,##0.00 [$\xe2\x82\xac]"}}}'
        sheets = []
        for sheet, area in map(book.locate, request.query["ranges"]):
            row = b'{"values":[%b]}' % b",".join([cell] * (area.right - area.left))
            rows = b",".join([row] * (area.bottom - area.top))
            sheets.append(b'{"properties":{"sheetId":%d},"data":[{"rowData":[%b]}]}' % (sheet.id, rows))
        return Reply(200, b'{"sheets":[%b]}' % b",".join(sheets))

    def _block(self, book: Spreadsheet, text: str) -> bytes:
        """Return the ValueRange of a range, as JSON; without `values` where it is empty."""
        sheet, area = book.locate(text)
        if (area.left, area.right) != (0, sheet.width):
            self.failures.append(NotImplementedError(text))
        lines = self._lines[sheet.title][area.top : area.bottom]
        while lines and lines[-1] == b"[]":
            lines.pop()
        values = b',"values":[%b]' % b",".join(lines) if lines else b""
        return b'{"range":%b,"majorDimension":"ROWS"%b}' % (msgspec.json.encode(range_name(sheet, area)), values)


def tabs(accounts: int, months: int) -> dict[str, tuple[list[bytes], int]]:
    """Return a believable workbook: most accounts pay most of the time, blank before they come, 0 after they left."""
    random = np.random.default_rng(1)
    ids = [f"ACC-{number:06}" for number in range(accounts)]
    columns = [random.choice(names, accounts).tolist() for names in VALUES.values()]
    customers = [["Account ID", *(key.title() for key in VALUES)], *map(list, zip(ids, *columns, strict=True))]
    heads = ["Account ID", *(str(FIRST + month) for month in range(months))]
    return {
        CUSTOMERS: (list(map(msgspec.json.encode, customers)), len(VALUES) + 1),
        MRR: ([msgspec.json.encode(heads), *_mrr(random, ids, months)], months + 1),
    }


def long_tabs(accounts: int, months: int) -> dict[str, tuple[list[bytes], int]]:
    """Return the tab MRR alone, with a row for each account and month, by month; the last rows are yet to be added."""
    (_, *lines), _ = tabs(accounts, months)[MRR]
    rows: list[list[bytes]] = [[] for _ in range(months)]
    for line in lines:
        account, *amounts = msgspec.json.decode(line)
        for month, amount in enumerate(amounts):
            if amount != "":
                rows[month].append(msgspec.json.encode([account, str(FIRST + month), amount]))
    heads = msgspec.json.encode(["Account ID", "Month", "MRR"])
    return {MRR: ([heads, *(row for of_month in rows for row in of_month)], 3)}


def _mrr(random: np.random.Generator, ids: Sequence[str], months: int) -> Iterator[bytes]:
    """Yield one row of MRR per account: prices with cents that rise and fall."""
    for account in ids:
        changes = random.choice((0.8, 1.0, 1.15), months, p=(0.015, 0.945, 0.04))
        amounts: list[float | str] = np.round(random.lognormal(5, 1.6) * changes.cumprod() + 9, 2).tolist()
        comes, goes = (int(month) for month in random.integers((-3 * months, 1), (months, 6 * months)))
        if comes > 0:
            amounts[:comes] = [""] * comes
        if max(comes, 0) < goes < months:
            amounts[goes:] = [0] * (months - goes)
        yield msgspec.json.encode([account, *amounts])


def main() -> None:
    """Serve until stdin ends."""
    folder, accounts, months = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    is_long = sys.argv[4:] == ["long"]
    content = (long_tabs if is_long else tabs)(accounts, months)
    lines = content[MRR][0]
    later = [lines.pop() for _ in range(SPARE_ROWS if is_long else 0)]
    with BigServer() as google:
        started = {
            "url": google.url,
            "spreadsheet": google.add_encoded("Retention", content),
            "key_file": str(google.service_account_file(folder)),
            "cells": sum(len(lines) * width for lines, width in content.values()),
        }
        sys.stdout.write(json.dumps(started) + "\n")
        sys.stdout.flush()
        for row in sys.stdin:
            if row.strip().isdecimal():
                google.edit_amount(MRR, int(row))
            else:
                account, *cells = msgspec.json.decode(later.pop())
                account = account if row.strip() == "row" else f"{account[:4]}9{account[5:]}"
                google.add_row(MRR, msgspec.json.encode([account, *cells]))
            sys.stdout.write("edited\n")
            sys.stdout.flush()
        sys.stdout.write(json.dumps(google.counts()) + "\n")


if __name__ == "__main__":
    main()
