"""Which tabs are read: hidden ones, several with revenue, and customers with an MRR."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import WorkbookLayoutError
from sheets.ingest.parse import parse_tabs
from sheets.workbook.port import Grid
from tests.support.notation import options, panel, sheet

MRR = "Account ID|2025-01|2025-02\na|1|2"
OLD = "Account ID|2024-11|2024-12\na|7|7"


def hide(grid: Grid) -> Grid:
    return replace(grid, tab=replace(grid.tab, is_hidden=True))


def test_a_hidden_tab_is_named_and_not_read() -> None:
    customers = hide(sheet("Customers", "Account ID|Name|Segment\na|Aster|SMB"))
    parsed = parse_tabs([sheet("MRR", MRR), hide(sheet("MRR 2024", OLD)), customers], options())
    assert panel(parsed.ledger) == "2025-01: a 1 2"
    assert parsed.ledger.accounts.names == ("a",)
    assert [
        (str(decision.statement), decision.config_line) for decision in parsed.decisions if decision.topic == "tabs"
    ] == [
        ("The tab “MRR 2024” (hidden) is not read.", 'workbook.revenue_tab = "MRR 2024"'),
        ("The tab “Customers” (hidden) is not read.", ""),
    ]


def test_a_hidden_tab_is_read_if_the_config_names_it() -> None:
    grids = [sheet("MRR", MRR), hide(sheet("MRR 2024", OLD))]
    parsed = parse_tabs(grids, replace(options(), revenue_tab="MRR 2024"))
    assert panel(parsed.ledger) == "2024-11: a 7 7"


def test_a_workbook_whose_revenue_is_hidden_is_refused_with_the_line_that_reads_it() -> None:
    with pytest.raises(
        WorkbookLayoutError, match=r"Every tab that holds revenue is hidden: MRR 2024 \(hidden\)"
    ) as caught:
        parse_tabs([hide(sheet("MRR 2024", OLD)), sheet("Notes", "Hello")], options())
    assert 'workbook.revenue_tab = "MRR 2024"' in str(caught.value)


def test_every_tab_that_is_read_says_why() -> None:
    grids = [sheet("MRR", MRR), sheet("Customers", "Account ID|Segment\na|SMB")]
    decisions = parse_tabs(grids, options()).decisions
    assert [(decision.tab, str(decision.statement)) for decision in decisions if decision.topic == "layout"] == [
        ("MRR", "It is read as a column for each month, by its 2 headings that are months."),
        ("Customers", "It is read as a row for each customer, by: Segment."),
    ]


def test_customers_with_a_start_and_an_mrr_are_customers_next_to_the_revenue() -> None:
    written = "Customer ID|Name|Start date|MRR|Status|Region\na|Aster|2025-01-01d|5|active|North"
    parsed = parse_tabs([sheet("MRR", MRR), sheet("Accounts", written)], options())
    assert panel(parsed.ledger) == "2025-01: a 1 2"
    assert parsed.ledger.accounts.names == ("Aster",)
    assert "region" in parsed.ledger.columns
