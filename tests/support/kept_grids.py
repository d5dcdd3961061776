"""Tabs with a column for each month in which something else is written among the MRR of the accounts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from openpyxl.workbook import Workbook

from tests.support.kept_workbooks import FIRST_DAYS, HISTORY, Row, Tabs


def build_line_totals(label: str | None, *, difference: int = 0) -> Tabs:
    """Return a tab of HISTORY with two products of each account and their total, which is off by `difference`."""
    rows: list[Row] = [["Customer", "Product", *FIRST_DAYS]]
    for account, amounts in HISTORY.items():
        rows.append([account, "Base", *(amount and amount - 200 for amount in amounts)])
        rows.append([account, "Support", *(amount and 200 for amount in amounts)])
        rows.append([account, label, *(amount and amount + difference for amount in amounts)])
    return {"MRR": rows}


def build_long_totals() -> Tabs:
    """Return HISTORY with a row for each account, product and month, and one for the sum of the products."""
    rows: list[Row] = [["Customer", "Product", "Month", "MRR"]]
    for account, amounts in HISTORY.items():
        for day, amount in zip(FIRST_DAYS, amounts, strict=True):
            lines = {"Base": amount - 200, "Support": 200, "Total": amount} if amount else {}
            rows += [[account, product, day, part] for product, part in lines.items()]
    return {"MRR": rows}


def build_waterfall(*labels: str, title: str = "Waterfall") -> Tabs:
    """Return HISTORY and a waterfall of 2025 that counts the churn of an account a month late.

    The labels are those of its opening, new, expansion, contraction, churn and closing MRR.
    """
    columns = [[amounts[month] or 0 for amounts in HISTORY.values()] for month in range(11, 21)]
    steps = [list(zip(*pair, strict=True)) for pair in pairwise(columns)]
    churn = [sum(start for start, end in step if not end) for step in steps]
    figures = [
        [sum(start for start, _ in step) for step in steps],
        [sum(end for start, end in step if not start) for step in steps],
        [sum(max(end - start, 0) for start, end in step if start) for step in steps],
        [sum(max(start - end, 0) for start, end in step if end) for step in steps],
        [0, *churn[:-1]],
        [sum(end for _, end in step) for step in steps],
    ]
    rows: list[Row] = [["MRR", *FIRST_DAYS[12:]]]
    rows += [[label, *amounts] for label, amounts in zip(labels, figures, strict=True)]
    months = {"MRR": [["Customer ID", "Customer", *FIRST_DAYS]]}
    for number, (account, amounts) in enumerate(HISTORY.items(), start=1):
        months["MRR"].append([f"A-{number}", account, *amounts])
    return {**months, title: rows}


def build_long_kpis(label: str, *names: str) -> Tabs:
    """Return HISTORY and a table of the KPIs `names`, of leads, and of its MRR, with a wrong last month.

    MRR is below the first twenty rows.
    """
    totals = [sum(amounts[month] or 0 for amounts in HISTORY.values()) for month in range(21)]
    totals[-1] -= 300
    others = [[name, *[7] * 21] for name in (*names, *(f"Leads {number}" for number in range(22)))]
    rows: list[Row] = [["", *FIRST_DAYS], *others, [], [label, *totals]]
    months: list[Row] = [["Customer", *FIRST_DAYS]]
    months += [[name, *amounts] for name, amounts in HISTORY.items()]
    return {"MRR": months, "KPI": rows}


def build_entities(heading: str, label: str, *titles: str, mistake: int = 0) -> Tabs:
    """Return HISTORY in two tabs of three accounts, each with a total; the last month of the first is off."""
    tabs: dict[str, list[Row]] = {}
    for number, title in enumerate(titles):
        accounts = list(HISTORY.items())[3 * number : 3 * number + 3]
        totals = [sum(amounts[month] or 0 for _, amounts in accounts) for month in range(21)]
        totals[-1] -= 0 if number else mistake
        tabs[title] = [[heading, *FIRST_DAYS], *([name, *amounts] for name, amounts in accounts), [label, *totals]]
    return tabs


def build_payments() -> Tabs:
    """Return a list of payments with their method, one a month for each account of HISTORY."""
    rows: list[Row] = [["Date", "Customer", "Amount", "Payment method"]]
    for account, amounts in HISTORY.items():
        rows += [[day, account, amount, "card"] for day, amount in zip(FIRST_DAYS, amounts, strict=True) if amount]
    return {"Data": rows}


def build_charges(*headings: str) -> Tabs:
    """Return a list of card payments by e-mail, one a month for each account of HISTORY.

    Args:
        headings: those of the day, the e-mail address, the amount, the fee and the status.

    """
    rows: list[Row] = [headings]
    for account, amounts in HISTORY.items():
        mail = f"pay@{account.lower()}.example"
        rows += [[day, mail, amount, 1.2, "Paid"] for day, amount in zip(FIRST_DAYS, amounts, strict=True) if amount]
    return {"payments": rows}


def build_blocks(first: str, second: str, factor: float, *, has_headings: bool = True) -> Tabs:
    """Return a tab of HISTORY with a title, and a second block of its customers with amounts times `factor`."""
    headings = ["Customer", *FIRST_DAYS]
    top: list[Row] = [[first], headings] if first else [headings]
    middle: list[Row] = [[], *([[second]] if second else []), *([headings] if has_headings else [])]
    return {"Revenue": [*top, *list_amounts(), *middle, *list_amounts(factor)]}


def build_leavers(word: str) -> Tabs:
    """Return a tab of HISTORY with a word in the month after the last amount of the account that leaves."""
    rows = [[*row] for row in list_amounts()]
    rows[1][16] = word
    return {"MRR": [["Customer", *FIRST_DAYS], *rows]}


def build_failed() -> Tabs:
    """Return a tab of HISTORY with formulas that failed, in the last month of the second account and the last."""
    rows = [[*row] for row in list_amounts()]
    rows[1][21] = rows[5][21] = "#REF!"
    return {"MRR": [["Customer", *FIRST_DAYS], *rows]}


def build_side_by_side(first: str, second: str, factor: float) -> Tabs:
    """Return a tab of HISTORY with its months twice: below a first title, and times `factor` below a second one."""
    rows = [[*row, *other[1:]] for row, other in zip(list_amounts(), list_amounts(factor), strict=True)]
    titles = [None, first, *[None] * 20, second]
    return {"Revenue": [titles, ["Customer", *FIRST_DAYS, *FIRST_DAYS], *rows]}


def build_subtotals() -> Tabs:
    """Return a tab of HISTORY with a column for each year so far after its months, and one for a variance."""
    rows: list[Row] = []
    for account, amounts in HISTORY.items():
        first, second = (sum(amount or 0 for amount in part) for part in (amounts[:12], amounts[12:]))
        rows.append([account, *amounts[:12], first, *amounts[12:], second, 5])
    return {"MRR": [["Customer", *FIRST_DAYS[:12], "2024", *FIRST_DAYS[12:], "2025 YTD", "2025 Var"], *rows]}


def build_wrong_total() -> Tabs:
    """Return a tab of HISTORY whose total leaves out texts of its third account and the account below the total."""
    rows = [[*row] for row in list_amounts()]
    added = [HISTORY[account] for account in ("Alder", "Briar", "Daisy", "Elder")]
    total = [sum(amount or 0 for amount in amounts) for amounts in zip(*added, strict=True)]
    rows[2] = [rows[2][0], *map(str, rows[2][1:])]
    return {"MRR": [["Customer", *FIRST_DAYS], *rows[:5], ["Total", *total], rows[5]]}


def merge_triples(book: Workbook) -> None:
    """Merge the customers of each three rows."""
    sheet = book.worksheets[0]
    for top in range(2, sheet.max_row, 3):
        sheet.merge_cells(start_row=top, end_row=top + 2, start_column=1, end_column=1)


def list_amounts(factor: float = 1) -> list[Sequence[object]]:
    """Return a row for each account of HISTORY, each amount times `factor`."""
    return [[account, *(amount and amount * factor for amount in amounts)] for account, amounts in HISTORY.items()]


_GROUPS = {"North": ("Alder", "Briar", "Clover"), "South": ("Daisy", "Elder", "Flax")}


def build_groups(total: str) -> Tabs:
    """Return a tab of HISTORY with the region on the first row of its group and a sub-total that names it."""
    rows: list[Row] = [["Region", "Customer", *FIRST_DAYS]]
    for region, accounts in _GROUPS.items():
        labels = [region, *[None] * (len(accounts) - 1)]
        rows += [[label, account, *HISTORY[account]] for label, account in zip(labels, accounts, strict=True)]
        rows.append([total.format(region), None, *_add_up(accounts)])
    return {"MRR": [*rows, ["Grand total", None, *_add_up(list(HISTORY))]]}


def build_pivot(heading: str, *, has_groups: bool = True) -> Tabs:
    """Return HISTORY as a pivot table, with a row for each region above its customers."""
    rows: list[Row] = [["Sum of MRR", "Column Labels"], [heading, *FIRST_DAYS]]
    for region, accounts in _GROUPS.items():
        rows += [[region, *_add_up(accounts)]] if has_groups else []
        rows += [[account, *HISTORY[account]] for account in accounts]
    return {"Pivot": [*rows, ["Grand Total", *_add_up(list(HISTORY))]]}


def build_unit_row(unit: str) -> Tabs:
    """Return a tab of HISTORY with the unit below each month."""
    rows: list[Row] = [[None, "Account", *FIRST_DAYS], [None, "name", *[unit] * len(FIRST_DAYS)]]
    return {"Base": [*rows, *([None, account, *amounts] for account, amounts in HISTORY.items())]}


def _add_up(accounts: Sequence[str]) -> list[int]:
    """Return the sum of some accounts of HISTORY by month."""
    return [sum(amount or 0 for amount in amounts) for amounts in zip(*map(HISTORY.__getitem__, accounts), strict=True)]
