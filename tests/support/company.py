"""One small company in eight forms: four layouts, each as an .xlsx file and as a Google Sheet. Its figures are worked
out by hand in `ENTERPRISE_Q3` and `ENTERPRISE_TTM`; the tables here are all that a check of them needs.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import openpyxl

from bot.__main__ import now
from bot.cli.setup import Setup
from core.terms import RevenueLayout
from tests.support.google.server import GoogleServer
from tests.support.google.state import Given

Medium = Literal["xlsx", "google"]
Rows = list[list[Given]]

TODAY = dt.datetime(2025, 10, 6)  # noqa: DTZ001 - a day, as click parses --today
# Names that are no names to a browser and to a spreadsheet, and a cell that looks like a formula and is text.
MARKUP, COMMAND, FORMULA = "<b>&Co", "+cmd!A0", "=cmd!A0"

CUSTOMERS = f"""
Account ID | Name      | Segment    | Region
E-1        | {MARKUP}  | Enterprise | North
E-2        | {COMMAND} | Enterprise | South
E-3        | Nordwind  | Enterprise | North
E-4        | Acme      | Enterprise | South
E-5        | Newton    | Enterprise | North
E-6        | Boomerang | Enterprise | South
S-1        | Fern      | SMB        | North
S-2        | Grove     | SMB        | South
S-3        | Broken    | SMB        | South
"""

# 2024-06 to 2025-09. E-3 leaves in September 2025, E-6 in January 2025 and is back in July; E-5 is new in August;
# S-2 begins in July 2024. One cell of S-3 cannot be read.
WIDE = f"""
E-1 | 1000 1000 1000 1000 1000 1000 1000 1000   1000 1000 1000 1000 1000 1000 1200 1200
E-2 | 2000 2000 2000 2000 2000 2000 2500 2500   2500 2500 2500 2500 2500 2300 2300 2300
E-3 |  500  500  500  500  500  500  500  500    500  500  500  500  500  500  500    -
E-4 | 1500.50 1500.50 1500.50 1500.50 1500.50 1500.50 1500.50 1500.50 \
      1500.50 1500.50 1500.50 1500.50 1500.50 1500.50 1500.50 1500.50
E-5 |    -    -    -    -    -    -    -    -      -    -    -    -    -    -  700  700
E-6 |  400  400  400  400  400  400  400    0      0    0    0    0    0  450  450  450
S-1 |  100  100  100  100  100  100  100  100     80   80   80   80   80   80   80   80
S-2 |    -   60   60   60   60   60   60   60     60   60   60   60   60   90   90   90
S-3 |  300  300  300  300  300  300  300  300 {FORMULA} 300  300  300  300  300  300  300
"""

# The same as contracts: by the year and the quarter, in several seats, with a discount.
SUBSCRIPTIONS = f"""
Account ID | Start      | End        | Amount | Interval | Quantity | Discount
E-1        | 2024-06-01 | 2025-07-31 | 1000   | month    |          |
E-1        | 2025-08-01 |            | 1500   | month    |          | 20%
E-2        | 2024-06-01 | 2024-11-30 | 2000   |          |          |
E-2        | 2024-12-01 | 2025-06-30 | 2500   |          |          |
E-2        | 2025-07-01 |            | 575    |          | 4        |
E-3        | 2024-06-01 | 2025-08-31 | 6000   | year     |          |
E-4        | 2024-06-15 |            | 18006  | year     |          |
E-5        | 2025-08-01 |            | 700    |          |          |
E-6        | 2024-06-01 | 2024-12-31 | 1200   | quarter  |          |
E-6        | 2025-07-10 |            | 450    |          |          |
S-1        | 2024-06-01 | 2025-01-31 | 100    |          |          |
S-1        | 2025-02-01 |            | 80     |          |          |
S-2        | 2024-07-01 | 2025-06-30 | 60     |          |          |
S-2        | 2025-07-01 |            | 90     |          |          |
S-3        | 2024-06-01 |            | 300    |          |          |
S-3        | 2025-02-01 |            | {FORMULA} |          |          |
"""
UNREADABLE_CELL = {
    "wide": "MRR!J10",
    "long": "Revenue!C122",
    "subscriptions": "Subscriptions!D17",
    "movements": "Movements!C19",
}

# Close of June to close of September: E-1 1000 -> 1200, E-2 2500 -> 2300, E-3 500 -> 0, E-4 1500.50 -> 1500.50.
# NRR 5000.50 / 5500.50 = 0.90909, GRR 4800.50 / 5500.50 = 0.87274. New: E-5. Back: E-6.
ENTERPRISE_Q3: dict[str, Any] = {
    "start": "2025-06", "end": "2025-09", "complete": True,
    "starting_mrr": 550050, "expansion": 20000, "contraction": 20000, "churn": 50000, "ending_mrr": 500050,
    "new_mrr": 70000, "reactivated_mrr": 45000, "fx_effect": 0,
    "accounts": {"base": 4, "expanded": 1, "contracted": 1, "churned": 1, "retained": 3, "new": 1, "reactivated": 1},
    "nrr": "90.9", "grr": "87.3", "logo_retention": "75.0", "nrr_reason": None,
}  # fmt: skip
# Close of September 2024 to that of 2025: E-1 1000 -> 1200, E-2 2000 -> 2300, E-3 500 -> 0, E-4 as it was,
# E-6 400 -> 450, which left and came back. NRR 5450.50 / 5400.50 = 1.00926, GRR 4900.50 / 5400.50 = 0.90742.
ENTERPRISE_TTM: dict[str, Any] = {
    "start": "2024-09", "end": "2025-09", "complete": True,
    "starting_mrr": 540050, "expansion": 55000, "contraction": 0, "churn": 50000, "ending_mrr": 545050,
    "new_mrr": 70000, "reactivated_mrr": 0, "fx_effect": 0,
    "accounts": {"base": 5, "expanded": 3, "contracted": 0, "churned": 1, "retained": 4, "new": 1, "reactivated": 0},
    "nrr": "100.9", "grr": "90.7", "logo_retention": "80.0", "nrr_reason": None,
}  # fmt: skip


def given(written: str) -> Given:
    """Return the cell that a word of the tables above means."""
    written = written.strip()
    if written in ("", "-"):
        return None
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        pass
    try:
        return float(written) if "." in written else int(written)
    except ValueError:
        return written


def table(text: str) -> Rows:
    """Return a table of this module as the rows of a tab."""
    return [[given(cell) for cell in line.split("|")] for line in text.strip().splitlines()]


def months(first: str = "2024-06", count: int = 16) -> list[dt.date]:
    """Return the first days of `count` months."""
    year, month = map(int, first.split("-"))
    return [dt.date(year + (month - 1 + step) // 12, (month - 1 + step) % 12 + 1, 1) for step in range(count)]


def wide(text: str = WIDE, first: str = "2024-06") -> Rows:
    """Return an MRR tab from lines such as `E-1 | 1000 1200 -`."""
    rows: Rows = []
    for line in text.strip().splitlines():
        account, _, amounts = line.partition("|")
        rows.append([account.strip(), *map(given, amounts.split())])
    return [["Account ID", *months(first, len(rows[0]) - 1)], *rows]


def long() -> Rows:
    """Return the amounts of `wide` in a row each, blanks left out."""
    (_, *heads), *rows = wide()
    lines = [[row[0], month, amount] for row in rows for month, amount in zip(heads, row[1:], strict=True)]
    return [["Account ID", "Month", "MRR"], *(line for line in lines if line[2] is not None)]


def _whole(row: list[Given]) -> list[tuple[Given, dt.date, float | str]]:
    """Return (account, month, amount) of a row of `wide`, a blank as 0."""
    amounts = [amount if isinstance(amount, (int, float, str)) else 0 for amount in row[1:]]
    return [(row[0], month, amount) for month, amount in zip(months(), amounts, strict=True)]


def movements() -> Rows:
    """Return the amounts of `wide` as changes, on the last day of the month; what is unreadable stays so."""
    lines: Rows = []
    before: dict[Given, float] = {}
    for account, month, amount in [line for row in wide()[1:] for line in _whole(row)]:
        day = (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
        if isinstance(amount, str):
            lines.append([account, day, amount])
        elif amount != before.get(account, 0):
            lines.append([account, day, amount - before.get(account, 0)])
            before[account] = amount
    return [["Account ID", "Date", "Change"], *lines]


def tabs(layout: RevenueLayout) -> dict[str, Rows]:
    """Return the company's workbook: two tabs that are read, and one of the colleagues' own."""
    revenues: dict[RevenueLayout, tuple[str, Callable[[], Rows]]] = {
        "wide": ("MRR", wide),
        "long": ("Revenue", long),
        "subscriptions": ("Subscriptions", lambda: table(SUBSCRIPTIONS)),
        "movements": ("Movements", movements),
    }
    title, rows = revenues[layout]
    revenue = {title: rows()}
    return {"Customers": table(CUSTOMERS), **revenue, "Notes": [["Ask Ann before you change a price", 42]]}


def write_xlsx(path: Path, content: dict[str, Rows]) -> Path:
    """Write tabs as a colleague would leave them. A text stays a text, whatever it begins with."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in content.items():
        sheet = book.create_sheet(title)
        for row, cells in enumerate(rows, 1):
            for column, value in enumerate(cells, 1):
                cell = sheet.cell(row, column, value)
                if isinstance(value, str):
                    cell.data_type = "s"
    book.save(path)
    return path


def read_xlsx(path: Path) -> dict[str, list[list[Any]]]:
    """Return every tab of a file with its values; a formula is its text."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


@dataclass
class Form:
    """The company in one of its forms.

    Attributes:
        layout: which revenue tab.
        config: the config file that names it.
        path: the .xlsx file; None of a Google Sheet.
        google: where the sheet is.
        sheet: its id; empty of a file.

    """

    layout: RevenueLayout
    config: Path
    path: Path | None
    google: GoogleServer
    sheet: str

    def setup(self, today: dt.datetime | None = TODAY) -> Setup:
        """Return the real wiring of the command line."""
        return Setup(self.config, None, None, today, None, now)

    def tabs(self) -> dict[str, list[list[Any]]]:
        """Return the tabs as they are now."""
        if self.path:
            return read_xlsx(self.path)
        return {title: self.google.rows(self.sheet, title) for title in self.google.titles(self.sheet)}

    def put(self, title: str, row: int, column: int, value: Any) -> None:
        """Change a cell, counted from 1, as a colleague would."""
        if self.path:
            book = openpyxl.load_workbook(self.path)
            book[title].cell(row, column, value)
            book.save(self.path)
        else:
            self.google.edit(self.sheet, title, f"{chr(64 + column)}{row}", value)


def format_toml(value: object) -> str:
    """Return a value as TOML, whose strings, numbers and lists are JSON's."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key)} = {format_toml(part)}' for key, part in value.items())}}}"
    return json.dumps(value)


def write_config(path: Path, **sections: dict[str, object]) -> Path:
    """Write a config file."""
    lines = []
    for name, values in sections.items():
        lines += [f"[{name}]", *(f"{key} = {format_toml(value)}" for key, value in values.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


MakeCompany = Callable[..., Form]


def make(folder: Path, layout: RevenueLayout, medium: Medium, google: GoogleServer, slack_api: str = "",
         content: dict[str, Rows] | None = None, **schedule: object) -> Form:  # fmt: skip
    """Make the company, or a workbook of other `content`, in one of its forms, with its config and an empty store."""
    folder.mkdir(parents=True, exist_ok=True)
    content = content or tabs(layout)
    path, sheet = None, ""
    if medium == "xlsx":
        path = write_xlsx(folder / "Retention.xlsx", content)
        source: dict[str, object] = {"path": path.name}
    else:
        sheet = google.add_spreadsheet("Retention", content, locale="en_US", time_zone="Europe/Paris")
        source = {"google": f"https://docs.google.com/spreadsheets/d/{sheet}/edit"}
    config = write_config(
        folder / "config.toml",
        workbook=source,
        google={
            "credentials_file": str(google.service_account_file(folder)),
            "retry_seconds": 5,
            "sheets_url": google.url,
            "drive_url": google.url,
            "token_url": f"{google.url}/token",
        },
        slack={"api_url": slack_api or "http://127.0.0.1:9/api/", "port": 0},
        monitor={"port": 0},
        schedule={"time_zone": "Europe/Paris", "digest_channel": "C0GENERAL", **schedule},
    )
    return Form(layout, config, path, google, sheet)


def column(rows: Sequence[Sequence[Any]], heading: str, row: int = 1) -> list[Any]:
    """Return the values below a heading of row `row`, counted from 0."""
    at = list(rows[row]).index(heading)
    return [cells[at] if at < len(cells) else None for cells in rows[row + 1 :]]
