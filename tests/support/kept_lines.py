"""Lists of lines as companies keep them: Alder has 10 seats, from 2025 on 12; Briar has 5 until February 2025."""

from __future__ import annotations

from tests.support.kept_workbooks import FIRST_DAYS, Row, Tabs, day

# The twelve months to September 2025, at 100 a seat and month.
FIGURES = {
    "nrr": "80.0",
    "grr": "66.7",
    "starting_mrr": 150_000,
    "expansion": 20_000,
    "contraction": 0,
    "churn": 50_000,
    "ending_mrr": 120_000,
    "base": 2,
}
_LINES = (
    ("Alder", day(2024, 1, 1), day(2024, 12, 31), 10),
    ("Alder", day(2025, 1, 1), None, 12),
    ("Briar", day(2024, 2, 1), day(2025, 2, 28), 5),
)


def build_lines(*headings: str) -> Tabs:
    """Return a row for each line, with the number of seats and the price of one under the two headings."""
    rows: list[Row] = [["Customer", "Start date", "End date", *headings]]
    rows += [[customer, start, end, seats, 100] for customer, start, end, seats in _LINES]
    return {"Subscriptions": rows}


def build_intervals(heading: str, *, yearly: str = "Annual", amount: str = "Amount") -> Tabs:
    """Return a row for each line with its interval: Alder pays by the year, Briar by the month."""
    rows: list[Row] = [["Customer", "Start date", "End date", heading, amount]]
    for customer, start, end, seats in _LINES:
        interval, months = (yearly, 12) if customer == "Alder" else ("Monthly", 1)
        rows.append([customer, start, end, interval, seats * 100 * months])
    return {"Subscriptions": rows}


def build_renewed_terms(status: str) -> Tabs:
    """Return six accounts whose terms ended in March 2025, and Briar, who left in February."""
    rows: list[Row] = [["Customer", "Start date", "End date", "Status", "MRR"]]
    rows += [[name, day(2024, 1, 1), day(2025, 3, 31), status, 100] for name in ("Alder", "Cedar", "Daisy", "Elder")]
    rows += [[name, day(2024, 2, 1), day(2025, 3, 31), status, 100] for name in ("Flax", "Gorse")]
    return {"Subscriptions": [*rows, ["Briar", day(2024, 1, 1), day(2025, 2, 28), "Churned", 100]]}


def build_churn_dates(heading: str) -> Tabs:
    """Return five accounts with the end of their term, of which Briar has a churn date."""
    rows: list[Row] = [["Customer", "Contract start", heading, "Churn date", "MRR"]]
    rows += [[name, day(2024, 1, 1), day(2025, 3, 31), None, 100] for name in ("Alder", "Cedar", "Daisy", "Elder")]
    return {"Contracts": [*rows, ["Briar", day(2024, 1, 1), day(2026, 12, 31), day(2025, 2, 28), 100]]}


def build_lists(stayed: str, left: str) -> Tabs:
    """Return a list of the customers that stay and one of those that left, each with its MRR and plan."""
    staying: list[Row] = [["Customer", "Plan", "Start date", "MRR"]]
    staying += [[name, "Pro", day(2024, 1, 1), 100] for name in ("Alder", "Cedar", "Daisy", "Elder")]
    leaving: list[Row] = [["Customer", "Plan", "Start date", "End date", "MRR"]]
    return {stayed: staying, left: [*leaving, ["Briar", "Pro", day(2024, 1, 1), day(2025, 2, 28), 100]]}


def build_discounts() -> Tabs:
    """Return the lines with the price before a discount of 20, which is 20%."""
    rows: list[Row] = [["Customer", "Start date", "End date", "MRR", "Discount %"]]
    rows += [[customer, start, end, seats * 125, 20] for customer, start, end, seats in _LINES]
    return {"Subscriptions": rows}


def build_amounts(heading: str, factor: int = 1) -> Tabs:
    """Return a row for each line with its amount, `factor` times the MRR, in a tab Clients."""
    rows: list[Row] = [["Customer", "Start date", "End date", heading]]
    return {"Clients": [*rows, *([*line, seats * 100 * factor] for *line, seats in _LINES)]}


def build_movements() -> Tabs:
    """Return the changes of MRR, all above 0."""
    rows: list[Row] = [["Date", "Customer", "Type", "Amount"]]
    rows += [[day(2024, 1, 1), "Alder", "New", 1000], [day(2025, 1, 1), "Alder", "Expansion", 200]]
    rows += [[day(2024, 2, 1), "Briar", "New", 500], [day(2025, 3, 1), "Briar", "Churn", 500]]
    return {"MRR movements": rows}


def build_changes(heading: str, kind: str) -> Tabs:
    """Return the changes of MRR with their signs, negative ones in brackets as a text."""
    rows: list[Row] = [["Effective date", "Customer", kind, heading]]
    rows += [[day(2024, 1, 1), "Alder", "New", "1,000.00"], [day(2025, 1, 1), "Alder", "Upsell", "200.00"]]
    rows += [[day(2024, 2, 1), "Briar", "New", "500.00"], [day(2025, 3, 1), "Briar", "Churn", "(500.00)"]]
    return {"Bridge": rows}


def build_leavers() -> Tabs:
    """Return eight customers, of which two have a status of leaving and no one has an end."""
    rows: list[Row] = [["Customer", "Customer since", "MRR", "Status"]]
    names = ("Alder", "Briar", "Cedar", "Daisy", "Elder", "Flax", "Gorse", "Hazel")
    return {
        "Clients": [
            *rows,
            *([name, day(2024, 1, 1), 100, "Active"] for name in names[2:]),
            *([name, day(2024, 1, 1), 100, "Cancelled"] for name in names[:2]),
        ]
    }


def build_months(*headings: str, title: str = "Months", month: str = "Month") -> Tabs:
    """Return a row for each customer and month: Quantity, Unit price, and both under any other heading."""
    rows: list[Row] = [["Customer", month, *headings]]
    for customer, start, end, seats in _LINES:
        amounts = [{"Quantity": seats, "Unit price": 100}.get(heading, seats * 100) for heading in headings]
        rows += [[customer, first, *amounts] for first in FIRST_DAYS if start <= first <= (end or first)]
    return {title: rows}
