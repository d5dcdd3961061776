"""Tabs that are named and not read: waterfalls, KPI tables, cohort triangles, contacts, dated amounts."""

# ruff: noqa: E501 - one tab, one line

from __future__ import annotations

import pytest

from core.errors import WorkbookLayoutError
from sheets.evidence.refusals import find_tab_refusal
from sheets.ingest.parse import parse_tabs
from sheets.layouts.recognition import recognise_tabs
from tests.support.notation import options, panel, sheet

MONTHS = "2025-01 | 2025-02 | 2025-03"
REFUSED = [
    (
        "waterfall",
        f" | {MONTHS}\nOpening MRR | 1 | 2 | 3\nNew MRR | 1 | 1 | 1\nExpansion MRR | 1 | 1 | 1\nChurned MRR | -1 | -1 | -1",
    ),
    (
        "waterfall",
        f"Cascade | {MONTHS}\nMRR d'ouverture | 1 | 2 | 3\nNouveaux clients | 1 | 1 | 1\nHausse | 1 | 1 | 1\nRésiliations | -1 | -1 | -1\nMRR de clôture | 2 | 3 | 4",
    ),
    (
        "waterfall",
        "Month | New MRR | Expansion | Contraction | Churn | Ending MRR\n2025-01|1|1|1|1|5\n2025-02|1|1|1|1|5\n2025-03|1|1|1|1|5",
    ),
    ("KPI table", f"KPI | {MONTHS}\nMRR | 1 | 2 | 3\nChurn rate | 1 | 1 | 1\nNRR | 1 | 1 | 1\nARPA | 1 | 1 | 1"),
    (
        "KPI table",
        f"Indicateur | {MONTHS}\nMRR total | 1 | 2 | 3\nTaux de churn | 1 | 1 | 1\nClients actifs | 9 | 9 | 9",
    ),
    ("KPI table", "Mois | MRR | NRR | GRR | Churn\n2025-01|1|1|1|1\n2025-02|1|1|1|1\n2025-03|1|1|1|1"),
    ("cohort triangle", "Cohort | Size | Month 0 | Month 1 | Month 2\n2025-01|9|1|1|1\n2025-02|9|1|1|\n2025-03|9|1||"),
    ("cohort triangle", "Cohorte | M0 | M1 | M2\nT1 2025|1|1|1\nT2 2025|1|1|"),
    ("contacts", "Account ID | Name | Job title | E-mail\na | Ann | CTO | a@x\nb | Bob | CFO | b@x"),
    ("contacts", "N° client | Nom | Téléphone\na | Ann | 1\na | Bob | 2\nb | Cyd | 3"),
    ("dated amounts", "Customer | Date | Amount\na|2025-01-05d|1\na|2025-01-20d|2\nb|2025-02-05d|3"),
    ("dated amounts", "Client | Date | Montant\na|2025-01-05d|1\nb|2025-02-20d|2\nc|2025-03-05d|3\nd|2025-03-06d|3"),
]


@pytest.mark.parametrize(("name", "written"), REFUSED)
def test_a_tab_that_cannot_give_retention_is_named(name: str, written: str) -> None:
    grid = sheet("Tab", written)
    assert recognise_tabs([grid], {}) == []
    refusal = find_tab_refusal(grid, {})
    assert refusal is not None
    assert refusal.name == name
    if refusal.holds_revenue:
        with pytest.raises(WorkbookLayoutError) as caught:
            parse_tabs([grid], options())
        assert str(caught.value) == f"{refusal.problem.format(tab='Tab')} {refusal.fix}"


@pytest.mark.parametrize(("name", "written"), REFUSED)
def test_such_a_tab_next_to_the_revenue_is_named_and_not_read(name: str, written: str) -> None:
    parsed = parse_tabs([sheet("MRR", "Account ID|2025-01\na|1"), sheet("Other", written)], options())
    assert panel(parsed.ledger) == "2025-01: a 1"
    assert [decision.tab for decision in parsed.decisions if decision.topic == "tabs"] == ["Other"], name


@pytest.mark.parametrize(
    ("layout", "written"),
    [
        ("MRR wide", f"Customer | {MONTHS}\nNew | 1 | 2 | 3\nExpansion | 1 | 2 | 3\nChurn | 1 | 2 | 3"),
        ("Customers", "Account ID | Name | Segment | E-mail\na | Aster | SMB | a@x\nb | Birch | SMB | b@x"),
        ("MRR long", "Customer | Date | Amount\na|2025-01-31d|1\nb|2025-01-31d|2\na|2025-02-28d|1\nb|2025-02-28d|2"),
        ("Movements", "Customer | Date | Amount\na|2025-01-05d|1\na|2025-01-20d|2\nb|2025-02-05d|3\nb|2025-03-05d|-3"),
        ("Movements", "Client | Date | Type | Montant\na|2025-01-05d|Nouveau|1\nb|2025-02-05d|Hausse|3"),
    ],
)
def test_a_tab_of_accounts_is_not_taken_for_one(layout: str, written: str) -> None:
    (tab,) = recognise_tabs([sheet("x", written)], {})
    assert tab.layout.name == layout
    assert "{" not in str(tab.evidence)
