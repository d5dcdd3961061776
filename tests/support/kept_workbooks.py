"""Small workbooks of the kinds that companies keep: exports, exports of exports, and sheets that grew by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook

from tests.support.google.schema import Json
from tests.support.google.server import GoogleServer
from tests.support.xlsx_files import change_parts

Row = Sequence[object]
Tabs = Mapping[str, Sequence[Row]]


def day(year: int, month: int, number: int, hour: int = 0) -> dt.datetime:
    """Return a day as a cell has it."""
    return dt.datetime(year, month, number, hour)  # noqa: DTZ001 - cells have no zone


HOUR = dt.timedelta(hours=1)
FIRST_DAYS = [day(2024 + number // 12, number % 12 + 1, 1) for number in range(21)]

# MRR from January 2024 to September 2025. In the twelve months to September 2025 Alder and Flax grow by 300, Daisy
# shrinks by 200, Briar leaves with 500; Elder is new in November 2024.
HISTORY: Mapping[str, Sequence[int | None]] = {
    "Alder": [1000 + month // 6 * 100 for month in range(21)],
    "Briar": [500] * 15 + [None] * 6,
    "Clover": [2000] * 21,
    "Daisy": [800 - month // 6 * 100 for month in range(21)],
    "Elder": [None] * 10 + [300] * 11,
    "Flax": [1500 + month // 6 * 50 for month in range(21)],
}
_STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/": b"http://purl.oclc.org/ooxml/spreadsheetml/",
    b"http://schemas.openxmlformats.org/drawingml/2006/": b"http://purl.oclc.org/ooxml/drawingml/",
    b"http://schemas.openxmlformats.org/officeDocument/2006/": b"http://purl.oclc.org/ooxml/officeDocument/",
    b"<workbook ": b'<workbook conformance="strict" ',
    b"/relationships/extended-properties": b"/relationships/extendedProperties",
}


def write_tabs(path: Path, tabs: Tabs, change: Callable[[Workbook], None] | None = None) -> Path:
    """Write the tabs as an .xlsx file, after `change` has changed its formats, merged cells and hidden tabs."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in tabs.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    if change:
        change(book)
    book.save(path)
    return path


def share_tabs(google: GoogleServer, path: Path) -> str:
    """Make a Google Sheet of an .xlsx file, with its number formats, merged cells and hidden tabs; return its id."""
    book = openpyxl.load_workbook(path)
    rows: dict[str, Any] = {
        sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets
    }
    spreadsheet = google.add_spreadsheet(path.stem, rows)
    for sheet in book.worksheets:
        tab = {"sheetId": google.sheet(spreadsheet, sheet.title).id}
        requests: list[Json] = [
            {"mergeCells": {"range": {**tab, **_to_range(area.bounds)}, "mergeType": "MERGE_ALL"}}
            for area in sheet.merged_cells.ranges
        ]
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, int | float) and cell.number_format != "General":
                    area = {**tab, **_to_range((cell.column, cell.row, cell.column, cell.row))}
                    number_format = {"numberFormat": {"type": "NUMBER", "pattern": cell.number_format}}
                    fields = {"cell": {"userEnteredFormat": number_format}, "fields": "userEnteredFormat.numberFormat"}
                    requests.append({"repeatCell": {"range": area, **fields}})
        if sheet.sheet_state != "visible":
            properties = {"properties": {**tab, "hidden": True}, "fields": "hidden"}
            requests.append({"updateSheetProperties": properties})
        if requests:
            google.batch(spreadsheet, *requests)
    return spreadsheet


def _to_range(bounds: tuple[int, int, int, int]) -> Json:
    """Return first column, first row, last column and last row as a range of the Sheets protocol."""
    left, top, right, bottom = bounds
    rows = {"startRowIndex": top - 1, "endRowIndex": bottom}
    return {**rows, "startColumnIndex": left - 1, "endColumnIndex": right}


def build_history(heading: str, title: str = "MRR", factor: int = 1) -> Tabs:
    """Return a tab of HISTORY, a column for each month, each amount times `factor`."""
    return {title: [[heading, *FIRST_DAYS], *_list_rows(range(21), factor)]}


def rename_headings(tabs: Tabs, headings: Mapping[str, str]) -> Tabs:
    """Return the tabs with other headings: the old heading -> the new one."""
    return {title: [[headings.get(str(cell), cell) for cell in head], *rows] for title, (head, *rows) in tabs.items()}


def build_quarters(headings: Sequence[object]) -> Tabs:
    """Return a tab of HISTORY with the closes of its seven quarters; 0 for no MRR."""
    return {"MRR": [["Customer ID", *headings], *([*map(_or_zero, row)] for row in _list_rows(range(2, 21, 3)))]}


def build_scenarios(heading: str, actual: str, plan: str) -> Tabs:
    """Return a tab of HISTORY with a row of a plan below each row, of 9 times its amounts."""
    rows: list[list[object]] = [["Customer", heading, *FIRST_DAYS]]
    for account, amounts in HISTORY.items():
        rows.append([account, actual, *amounts])
        rows.append([account, plan, *(9 * (amount or 0) for amount in amounts)])
    return {"MRR": rows}


def build_band(plan: str) -> Tabs:
    """Return a tab of HISTORY and three later months of a plan, with the word of the plan above them."""
    later = list_months(10, 2025, 3)
    rows = [["Customer", *FIRST_DAYS, *later], *([*row, 9, 9, 9] for row in _list_rows(range(21), 1))]
    return {"MRR": [[*[None] * 22, plan], *rows]}


def merge_band(book: Workbook) -> None:
    """Merge the cells above the last three months."""
    book.worksheets[0].merge_cells(start_row=1, end_row=1, start_column=23, end_column=25)


def build_turned() -> Tabs:
    """Return a tab of HISTORY, a row for each month, a column for each customer and the total."""
    rows: list[list[object]] = [["Month", *HISTORY, "Total"]]
    for number, day in enumerate(FIRST_DAYS):
        amounts = [row[number] for row in HISTORY.values()]
        rows.append([day, *amounts, sum(amount or 0 for amount in amounts)])
    return {"MRR": rows}


def build_years() -> Tabs:
    """Return a tab of HISTORY for each of its years."""
    return {
        f"MRR {year}": [["Customer ID", *FIRST_DAYS[months.start : months.stop]], *_list_rows(months)]
        for year, months in ((2024, range(12)), (2025, range(12, 21)))
    }


def build_opening() -> Tabs:
    """Return a tab of HISTORY for each of its years, the second one with the December before."""
    return {
        f"MRR {year}": [["Customer ID", *FIRST_DAYS[months.start : months.stop]], *_list_rows(months)]
        for year, months in ((2024, range(12)), (2025, range(11, 21)))
    }


def build_statuses() -> Tabs:
    """Return a tab of HISTORY for the customers that stay, and one for those that left."""
    [[headings, *rows]] = build_history("Customer").values()
    return {
        "Active": [headings, *(row for row in rows if row[0] != "Briar")],
        "Churned": [headings, *(row for row in rows if row[0] == "Briar")],
    }


def build_renamed() -> Tabs:
    """Return a tab of HISTORY for each of its years, the first account with its legal form in the second."""
    tabs = build_years()
    (_, before), (title, after) = tabs.items()
    return {"MRR 2024": before, title: [after[0], ["ALDER Ltd.", *after[1][1:]], *after[2:]]}


def build_bare_years(names: Sequence[str], titles: Sequence[str] = ("MRR 2024", "2025")) -> Tabs:
    """Return a tab of HISTORY for each of its years, with months without a year and a total of each row."""
    tabs: dict[str, Sequence[Row]] = {}
    for title, months in zip(titles, (range(12), range(12, 21)), strict=True):
        rows = _list_rows(months)
        totals = [sum(amount for amount in row[1:] if isinstance(amount, int)) for row in rows]
        headings = ["Customer", *names[: len(months)], "FY"]
        tabs[title] = [headings, *([*row, total] for row, total in zip(rows, totals, strict=True))]
    return tabs


def build_growing(headings: Sequence[object] = FIRST_DAYS) -> Tabs:
    """Return six accounts that begin with 100 to 600 and grow by 1 each month."""
    rows = [[f"A-{number}", *(100 * number + 100 + month for month in range(21))] for number in range(6)]
    return {"MRR": [["Account ID", *headings], *rows]}


def build_written_dates() -> Tabs:
    """Return lines for each amount of HISTORY, with dates as texts of which only the ends show the order."""
    rows = [
        [account, f"01/{first % 12 + 1:02d}/{2024 + first // 12}", _write_end(last), amount]
        for account, amounts in HISTORY.items()
        for amount in dict.fromkeys(filter(None, amounts))
        for first, last in [(amounts.index(amount), 20 - amounts[::-1].index(amount))]
    ]
    return {"Subscriptions": [["Customer", "Start", "End", "MRR"], *rows]}


def build_total_invoices() -> Tabs:
    """Return an invoice for each line of `build_written_dates`, with its period in one column and its total."""
    lines = next(iter(build_written_dates().values()))[1:]
    rows = [
        [number, account, f"{start} - {end or '30/09/2025'}", amount * _count_months(str(start), str(end))]
        for number, (account, start, end, amount) in enumerate(lines)
        if isinstance(amount, int)
    ]
    return {"Invoices": [["Invoice", "Customer", "Period", "Total"], *rows]}


def _write_end(month: int) -> str:
    """Return the last day of a month of HISTORY as a text, blank for the last month."""
    return "" if month == 20 else f"{FIRST_DAYS[month + 1] - dt.timedelta(days=1):%d/%m/%Y}"


def _count_months(start: str, end: str) -> int:
    """Return the months of a line of HISTORY."""
    first, last = ((int(text[6:]), int(text[3:5])) for text in (start, end or "30/09/2025"))
    return 12 * (last[0] - first[0]) + last[1] - first[1] + 1


def build_invoices() -> Tabs:
    """Return an invoice for each account and month of HISTORY, without the period that it covers."""
    lines = [
        (account, FIRST_DAYS[month], amount)
        for account, amounts in HISTORY.items()
        for month, amount in enumerate(amounts)
        if amount
    ]
    return {
        "Invoices": [
            ["Invoice no", "Customer", "Date", "Amount"],
            *([number, *line] for number, line in enumerate(lines)),
        ]
    }


def build_titled(title: str) -> Tabs:
    """Return the accounts of `build_growing` below a line with a title."""
    return {"MRR": [[title], *build_growing()["MRR"]]}


def build_two_names() -> Tabs:
    """Return two customers with one ID, of which the larger leaves, and a third."""
    rows = build_steady(("Account ID", "Name"), ("C1", "Acorn", 100), ("C1", "Gorse", 900), ("C2", "Ivy", 50))
    return {"MRR": [*rows[:2], [*rows[2][:-3], 0, 0, 0], rows[3]]}


def build_two_currencies() -> Tabs:
    """Return six accounts in euros and six in dollars, without a rate."""
    starts = [(f"C{number}", "EUR" if number < 7 else "USD", 100) for number in range(1, 13)]
    return {"MRR": build_steady(("Account ID", "Currency"), *starts)}


def list_months(first: int, year: int, count: int) -> list[str]:
    """Return `count` headings such as 2025-08, from month number `first` of `year`."""
    return [f"{year + (first - 1 + step) // 12}-{(first - 1 + step) % 12 + 1:02d}" for step in range(count)]


def format_amounts(code: str) -> Callable[[Workbook], None]:
    """Return a change that gives every amount of the first tab the number format."""

    def change(book: Workbook) -> None:
        for row in book.worksheets[0].iter_rows(min_row=2, min_col=2):
            for cell in row:
                cell.number_format = code

    return change


def merge_pairs(book: Workbook) -> None:
    """Merge the cells of column A two by two, from row 2."""
    sheet = book.worksheets[0]
    for row in range(2, sheet.max_row, 2):
        sheet.merge_cells(start_row=row, end_row=row + 1, start_column=1, end_column=1)


def hide_second(book: Workbook) -> None:
    """Hide the second tab so that Excel does not list it."""
    book.worksheets[1].sheet_state = "veryHidden"


def add_far_cell(book: Workbook) -> None:
    """Write a letter in the last cell that a tab of Excel has."""
    book.worksheets[0]["XFD1048576"] = "x"


def make_strict(path: Path) -> Path:
    """Rename the namespaces of a file, as Excel does for Strict Open XML."""

    def change(parts: dict[str, bytes]) -> None:
        for name, content in parts.items():
            if name != "[Content_Types].xml":
                parts[name] = reduce(lambda text, names: text.replace(*names), _STRICT.items(), content)

    return change_parts(path, change)


def build_attributes() -> Tabs:
    """Return a wide tab with the attributes of each customer in the columns before the months."""
    months = list_months(1, 2024, 21)
    rows: list[Row] = [["Customer", "Start Date", "End Date", "Industry", "Segment", *months]]
    for number in range(8):
        leaves = number in (3, 6)
        amounts = [0 if leaves and month > 14 else 100 * (number + 1) for month in range(21)]
        segment = "Enterprise" if number < 4 else "SMB"
        industry = "Retail" if number % 2 else "Fintech"
        rows.append([f"Firm {number}", "2024-01", "2025-03" if leaves else "N/A", industry, segment, *amounts])
    return {"MRR": rows}


def build_ends() -> Tabs:
    """Return eight subscriptions, of which every second ends on 31 March 2025; the others end N/A."""
    rows: list[Row] = [["Customer", "Start date", "End date", "Amount", "Industry", "Segment"]]
    for number in range(8):
        start = day(2023, number + 1, 1)
        end = "N/A" if number % 2 else day(2025, 3, 31)
        rows.append([f"Firm {number}", start, end, 100 * (number + 1), "Retail", "SMB" if number > 3 else "Enterprise"])
    return {"Subscriptions": rows}


def build_products() -> Tabs:
    """Return three customers of two products each; the name is on the first product only."""
    rows: list[Row] = [["Customer", "Product", *FIRST_DAYS]]
    for name in ("Alder", "Briar", "Clover"):
        rows += [[name, "A", *range(50, 71)], [None, "B", *range(50, 71)]]
    return {"MRR": rows}


def build_steady(headings: tuple[str, ...], *starts: tuple[object, ...]) -> list[Row]:
    """Return rows of one amount a month over fourteen months; the last entry of each start is the amount."""
    return [[*headings, *list_months(8, 2025, 14)], *([*start[:-1], *[start[-1]] * 14] for start in starts)]


def build_contacts() -> Tabs:
    numbers = range(1, 7)
    mrr = build_steady(
        ("N° client", "Client", "Offre"),
        *((f"C{number}", f"Société {number}", "Pro" if number % 2 else "Entreprise", 100) for number in numbers),
    )
    people = [[f"C{number}", f"Lise Morel {number}", "DSI", f"l{number}@example.org"] for number in numbers]
    return {"MRR": mrr, "Contacts": [["N° client", "Nom", "Fonction", "E-mail"], *people]}


def build_sizes() -> Tabs:
    """Return four small accounts with the offer Entreprise and four large ones with the offer Pro."""
    mrr = build_steady(("Account ID",), *((f"C{number}", 100 if number < 5 else 20_000) for number in range(1, 9)))
    offers = [[f"C{number}", f"N{number}", "Entreprise" if number < 5 else "Pro"] for number in range(1, 9)]
    return {"MRR": mrr, "Clients": [["N° client", "Nom", "Offre"], *offers]}


def build_mangled_segments() -> Tabs:
    """Return segments such as 11-50, some of which Excel has made dates."""
    date = day(2026, 11, 10)
    rows = [[f"A-{number}", f"N{number}", date if number < 3 else "51-200"] for number in range(6)]
    return {**build_growing(), "Customers": [["Account ID", "Name", "Segment"], *rows]}


WATERFALL: Tabs = {
    "MRR Waterfall": [
        [None, *FIRST_DAYS],
        ["Opening MRR", *range(1000, 1210, 10)],
        ["New MRR", *[50] * 21],
        ["Expansion MRR", *[20] * 21],
        ["Contraction MRR", *[-10] * 21],
        ["Churned MRR", *[-50] * 21],
        ["Closing MRR", *range(1010, 1220, 10)],
    ]
}


def _list_rows(months: range, factor: int = 1) -> list[list[object]]:
    rows: list[list[object]] = []
    for account, amounts in HISTORY.items():
        rows.append([account, *(amount and amount * factor for amount in (amounts[month] for month in months))])
    return rows


def _or_zero(cell: object) -> object:
    return 0 if cell is None else cell
