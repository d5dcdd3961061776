"""Words for statuses and open ends, in both languages."""

from __future__ import annotations

import pytest

from sheets.cells.statuses import INVOICE_STATUSES, SUBSCRIPTION_STATUSES, StatusMeaning, is_open_end
from sheets.cells.text import fold_cell


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("active", "paying"),
        ("En cours", "paying"),
        ("non_renewing", "paying"),
        ("trialing", "free"),
        ("Incomplete_expired", "free"),
        ("En essai", "free"),
        ("brouillon", "free"),
        ("Canceled", "left"),
        ("CHURNED", "left"),
        ("résilié", "left"),
        ("Terminée", "left"),
        ("past_due", "past_due"),
        ("en retard", "past_due"),
        ("unpaid", "unpaid"),
        ("Impayé", "unpaid"),
        ("", "paying"),
        ("mystery", "unknown"),
    ],
)
def test_a_status_has_a_meaning(status: str, meaning: StatusMeaning) -> None:
    assert SUBSCRIPTION_STATUSES.find_meaning(fold_cell(status), {}) == meaning


def test_the_config_comes_before_the_words() -> None:
    counts = {"past due": False, "unpaid": True, "mystery": True}
    meanings = [
        SUBSCRIPTION_STATUSES.find_meaning(fold_cell(word), counts) for word in ("past_due", "Unpaid", "Mystery")
    ]
    assert meanings == ["free", "paying", "paying"]


@pytest.mark.parametrize(("status", "meaning"), [("Paid", "paying"), ("Impayée", "paying"), ("void", "free")])
def test_an_invoice_counts_whether_it_is_paid_or_not(status: str, meaning: StatusMeaning) -> None:
    assert INVOICE_STATUSES.find_meaning(fold_cell(status), {}) == meaning


@pytest.mark.parametrize(
    "word", [None, "", " ", "N/A", "n/a", "-", "–", "Ongoing", "en cours", "open", "none", "Current"]
)
def test_a_word_for_no_end_is_an_open_end(word: str | None) -> None:
    assert is_open_end(word)


@pytest.mark.parametrize("cell", ["2025-01-31", "soon", 45000, "TBD"])
def test_anything_else_is_no_open_end(cell: str | int) -> None:
    assert not is_open_end(cell)
