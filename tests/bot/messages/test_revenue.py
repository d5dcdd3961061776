"""The tables of MRR and of churn where there are more rows than a message has room for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.ledger.columns import encode_values
from tests.support.generate import ledger_of
from tests.support.samples.nine_accounts import build_analyst

CITIES = ("Arles", "Bonn", "Cork", "Delft", "Evora", "Fano", "Gent", "Hull", "Izmir", "Jena", "Kiel", "Lille")
# Twelve accounts of 1 to 12 euros, which have all left at the end.
LEDGER = replace(
    ledger_of(*[", ".join(f"a{number} {number}" for number in range(1, 13))] * 2, ""),
    columns={"city": encode_values("City", CITIES)},
)


def read_table(folder: Path, question: str) -> list[list[str]]:
    text = build_analyst(folder, "en", LEDGER).reply("/nrr", question).message().text
    table = next(part for part in text.split("\n\n") if part.startswith("  "))
    return [line.split() for line in table.splitlines()]


def test_smaller_values_have_a_row_together(tmp_path: Path) -> None:
    heading, *cities, others, total = read_table(tmp_path, "mrr by city 2023-02")
    assert heading[0] == "City"
    assert [row[0] for row in cities] == [*reversed(CITIES[4:])]
    assert others == ["4", "other", "values", "€10", "12.8%", "4", "n/a"]
    assert total == ["total", "€78", "100.0%", "12", "n/a"]


def test_smaller_accounts_that_left_have_a_row_together(tmp_path: Path) -> None:
    _, *accounts, others = read_table(tmp_path, "churn 2023-03")
    assert [row[0] for row in accounts] == [f"a{number}" for number in range(12, 2, -1)]
    assert others == ["2", "other", "accounts", "€3", "3.8%"]
