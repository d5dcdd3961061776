"""Small workbooks of which the meaning is in their columns: two currencies, numbers of rows, lists of customers."""

from __future__ import annotations

from tests.support import kept_workbooks as kept

# The customers that pay in dollars, and the euros in a dollar.
_DOLLARS, _RATE = ("Briar", "Daisy"), 0.5
_MONTHS = [f"{first:%Y-%m}" for first in kept.FIRST_DAYS]
# Euros in one of a currency, of which 100 minor units are a euro: cents, yen and fils.
_EUROS_IN_ONE = {"EUR": 1, "JPY": 0.01, "KWD": 10}
# Three customers that stay, and one that leaves.
_STAYS = [
    ("Alder", kept.day(2024, 1, 1), None),
    ("Briar", kept.day(2024, 1, 1), kept.day(2025, 3, 31)),
    ("Clover", kept.day(2024, 2, 1), None),
    ("Daisy", kept.day(2024, 3, 1), None),
]


def build_converted(local: str, converted: str, *, drift: float = 0, has_rates: bool = False) -> kept.Tabs:
    """Return the history with its amounts in the currency of each row, and converted.

    Args:
        local: the heading of the amounts in the currency of each row.
        converted: the heading of the amounts in euros.
        drift: the change of the rate of the converted amounts from month to month.
        has_rates: True for a tab FX with the rate.

    """
    rows: list[kept.Row] = [("Customer", "Month", "Currency", local, converted)]
    for number, month in enumerate(_MONTHS):
        for name, amounts in kept.HISTORY.items():
            amount = amounts[number]
            is_foreign = name in _DOLLARS
            if amount:
                in_euros = amount * (1 + drift * number) if is_foreign else amount
                rows.append(
                    (name, month, "USD" if is_foreign else "EUR", amount / _RATE if is_foreign else amount, in_euros)
                )
    rates: list[kept.Row] = [("Currency", "Rate"), ("USD", _RATE)]
    return {"Data": rows, **({"FX": rates} if has_rates else {})}


def build_openings(opening: str, closing: str) -> kept.Tabs:
    """Return a row for each account and month of the history, with the MRR at its beginning and at its end."""
    rows: list[kept.Row] = [("Customer", "Month", opening, closing)]
    for name, amounts in kept.HISTORY.items():
        before = 0
        for first, amount in zip(kept.FIRST_DAYS, amounts, strict=True):
            rows.append((name, first, before, amount or 0))
            before = amount or 0
    return {"Data": rows}


def build_fiscal_quarters(form: str, *titles: str, first_month: int = 4) -> kept.Tabs:
    """Return the closes of the quarters of the history, whose headings are those of fiscal years.

    Args:
        form: the form of a heading, with {quarter} and {year}, the year in which the fiscal year ends.
        titles: the lines above the headings.
        first_month: the first month of the fiscal year; a quarter of the history ends three months later.

    """
    closes = [first for first in kept.FIRST_DAYS if (first.month - first_month) % 3 == 2]
    headings = []
    for close in closes:
        months = (close.month - first_month) % 12
        year = close.year + (close.month >= first_month > 1)
        headings.append(form.format(quarter=months // 3 + 1, year=year, short=year % 100))
    rows: list[kept.Row] = [[title] for title in titles]
    rows.append(["Customer", *headings])
    for name, amounts in kept.HISTORY.items():
        rows.append([name, *(amounts[kept.FIRST_DAYS.index(close)] or 0 for close in closes)])
    return {"MRR": rows}


def turn_to_rows(tabs: kept.Tabs, *titles: str) -> kept.Tabs:
    """Return a row for each account and period of a tab with a column for each period, below lines with `titles`."""
    [[(_, *periods), *rows]] = tabs.values()
    below = [(row[0], period, amount) for row in rows for period, amount in zip(periods, row[1:], strict=True)]
    return {"Data": [*([title] for title in titles), ("Customer", "Quarter", "MRR"), *below]}


def add_fiscal_years(tabs: kept.Tabs) -> kept.Tabs:
    """Return the tabs with two more columns, for two fiscal years."""
    (title, (above, head, *rows)) = next(iter(tabs.items()))
    return {title: [above, [*head, "FY25", "FY26"], *([*row, 9, 9] for row in rows)]}


def split_rows(tabs: kept.Tabs, column: int, *titles: str) -> kept.Tabs:
    """Return the rows of the tab in two tabs: those below the median of a column, and the others."""
    [[headings, *rows]] = tabs.values()
    values = sorted({row[column] for row in rows}, key=str)
    first = set(values[: len(values) // 2])
    return {
        titles[0]: [headings, *(row for row in rows if row[column] in first)],
        titles[1]: [headings, *(row for row in rows if row[column] not in first)],
    }


def build_addresses() -> kept.Tabs:
    """Return the history by month and e-mail address, two for Alder, and the customers with their websites."""
    rows: list[kept.Row] = [("Billing email", "Month", "MRR")]
    for number, first in enumerate(kept.FIRST_DAYS):
        for name, amounts in kept.HISTORY.items():
            person = "ann" if name == "Alder" and number < 12 else "billing"
            if amounts[number]:
                rows.append((f"{person}@{name.lower()}.example", first, amounts[number]))
    customers: list[kept.Row] = [("Company", "Website", "Segment")]
    for name in kept.HISTORY:
        size = "Small" if name == "Briar" else "Big"
        customers.append((f"{name} Ltd", f"https://www.{name.lower()}.example/", size))
    return {"Billing": rows, "CRM": customers}


def build_long_history(heading: str, month: str = "Month") -> kept.Tabs:
    """Return a row for each account and month of the history, with its amounts under `heading`."""
    rows: list[kept.Row] = [("Customer", month, heading)]
    for number, first in enumerate(kept.FIRST_DAYS):
        rows += [(name, first, amounts[number]) for name, amounts in kept.HISTORY.items() if amounts[number]]
    return {"Data": rows}


def build_minor_units(heading: str, *codes: str) -> kept.Tabs:
    """Return the history in minor units of `codes`, one for each customer in turn, and rates that make them euros."""
    rows: list[kept.Row] = [("Customer", "Currency", "Start", "End", heading)]
    for number, (name, start, end) in enumerate(_STAYS):
        rows.append((name, codes[number % len(codes)], start, end, 120_000))
    rates = [("Currency", "Rate"), *((code, _EUROS_IN_ONE[code]) for code in codes)]
    return {"Lines": rows, "FX": rates}


def build_customer_list(*headings: str, mrr_of_leavers: int = 1200) -> kept.Tabs:
    """Return a list of customers, of which two left in April 2025 and one in the month of its start.

    Args:
        headings: those of the customer, the start, the MRR, the status, the month of leaving; empty to leave one out.
        mrr_of_leavers: the MRR of those that left.

    """
    start, columns = kept.day(2023, 6, 12), [column for column, heading in enumerate(headings) if heading]
    rows: list[kept.Row] = [headings]
    rows += [(f"Client {number}", start, 1200, "Active", None) for number in range(6)]
    rows.append(("Linden", start, mrr_of_leavers, "Churned", "2025-04"))
    rows.append(("Maple", start, mrr_of_leavers, "Churned", kept.day(2025, 4, 30)))
    rows.append(("Nutmeg", kept.day(2025, 4, 10), mrr_of_leavers, "Churned", "April 2025"))
    return {"List": [[row[column] for column in columns] for row in rows]}


def build_flags(*headings: str, yes: object = "Yes", no: object = "No", amount: int = 1200) -> kept.Tabs:
    """Return a list of customers with a column of yes and no, of which two left on 30 April 2025.

    Args:
        headings: those of the customer, the start, the MRR, the flag, the day of leaving; empty to leave one out.
        yes: the flag of those that left.
        no: the flag of the others.
        amount: the MRR of each.

    """
    columns = [column for column, heading in enumerate(headings) if heading]
    rows: list[kept.Row] = [headings]
    for number in range(8):
        has_left = number in (2, 5)
        end = kept.day(2025, 4, 30) if has_left else None
        rows.append((f"Client {number}", kept.day(2023, 6, 12), amount, yes if has_left else no, end))
    return {"List": [[row[column] for column in columns] for row in rows]}


def build_long_quarters(
    *headings: str, form: str = "Q{}", in_order: bool = False, title: str = "Data", months: int = 1
) -> kept.Tabs:
    """Return the closes of the history's seven quarters, a row for each customer and quarter.

    Args:
        headings: those of the customer, the year, the quarter and the amount; without a year empty.
        form: the form of the quarter, in which {} is its number, and {year} its year.
        in_order: True for all customers of a quarter before those of the next one.
        title: the title of the tab.
        months: the months of MRR in an amount.

    """
    rows: list[kept.Row] = [
        (name, day.year, form.format(day.month // 3, year=day.year), (amounts[month] or 0) * months)
        for name, amounts in kept.HISTORY.items()
        for month, day in list(enumerate(kept.FIRST_DAYS))[2::3]
        if amounts[month]
    ]
    if in_order:
        rows.sort(key=lambda row: str(row[1:3]))
    columns = [column for column, heading in enumerate(headings) if heading]
    return {title: [[row[column] for column in columns] for row in [headings, *rows]]}


def build_bare_months(shape: str, title: str, *, first: int = 0, has_years: bool = True) -> kept.Tabs:
    """Return the history from month `first` on with months without a year.

    Args:
        shape: "turned", "names" for a row for each customer and month, "numbers" for one with numbers of months.
        title: the title of the tab.
        first: the number of the first month.
        has_years: True for a column Year.

    """
    days = list(enumerate(kept.FIRST_DAYS))[first:]
    rows: list[list[object]]
    if shape == "turned":
        rows = [["Year", "Month", *kept.HISTORY]]
        for number, day in days:
            year = day.year if day.month == 1 else None
            rows.append([year, f"{day:%b}", *(amounts[number] for amounts in kept.HISTORY.values())])
    else:
        rows = [["Customer", "Year", "Month", "MRR"]]
        for name, amounts in kept.HISTORY.items():
            for number, day in days:
                month = f"{day:%B}" if shape == "names" else day.month
                rows.append([name, day.year, month, amounts[number]])
    year_column = rows[0].index("Year")
    return {title: rows if has_years else [[*row[:year_column], *row[year_column + 1 :]] for row in rows]}


def build_changes_only(*, is_long: bool = False) -> kept.Tabs:
    """Return the history with its amounts where they change, and once more in the last month of Clover.

    Args:
        is_long: True for a row for each change; else a row for each customer.

    """
    rows: list[kept.Row] = []
    for name, amounts in kept.HISTORY.items():
        cells = [
            amount or 0 if amount != before else None
            for before, amount in zip((None, *amounts[:-1]), amounts, strict=True)
        ]
        rows.append((name, *cells[:-1], amounts[-1] if name == "Clover" else cells[-1]))
    if not is_long:
        return {"MRR": [("Customer", *kept.FIRST_DAYS), *rows]}
    changes = [
        (name, month, amount)
        for name, *cells in rows
        for month, amount in zip(_MONTHS, cells, strict=True)
        if amount is not None
    ]
    return {"MRR": [("Customer", "Month", "MRR"), *changes]}


def build_ids(kind: str) -> kept.Tabs:
    """Return the history in rows of a customer and month, with a column ID; Daisy has another name from 2025 on.

    Args:
        kind: "customer" for one ID for each customer, "row" for one for each row and no other name of Daisy.

    """
    rows: list[kept.Row] = [("ID", "Customer", "Month", "MRR")]
    for number, (name, amounts) in enumerate(kept.HISTORY.items()):
        for month, amount in zip(_MONTHS, amounts, strict=True):
            is_renamed = kind == "customer" and name == "Daisy" and month >= "2025"
            account = 100 + number if kind == "customer" else len(rows)
            if amount:
                rows.append((account, "Dahlia" if is_renamed else name, month, amount))
    return {"Data": rows}


def build_known_ids() -> kept.Tabs:
    """Return the history by customer's ID, and the customers under the headings ID and Company."""
    names = dict(enumerate(kept.HISTORY, start=100))
    history = [(account, *kept.HISTORY[name]) for account, name in names.items()]
    customers = [(account, name, "North" if name in _DOLLARS else "South") for account, name in names.items()]
    return {
        "MRR": [("Customer ID", *kept.FIRST_DAYS), *history],
        "Customers": [("ID", "Company", "Region"), *customers],
    }
