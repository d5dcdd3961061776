"""The sheet and the warehouse compared, as people read it: accounts first, then the figures by value."""

from __future__ import annotations

import pytest

from bot.locale.translator import get_translator
from bot.messages.warehouse.comparison import MEASURE_NAMES, ComparedSources, build_comparison_json, describe_comparison
from core.metrics.retention import MEASURES
from core.money import find_currency
from core.months import Month, Window
from core.sources.comparison import AccountDifference, Comparison, FigureDifference

JUNE, JULY = Month.of(2025, 6), Month.of(2025, 7)
WINDOW = Window(JUNE, JULY)


def compare(figures: list[FigureDifference], accounts: list[AccountDifference]) -> ComparedSources:
    comparison = Comparison(9000, 500, tuple(figures), tuple(accounts))
    excluded = {"S1": ["amount_negative"]}
    return ComparedSources(
        comparison, find_currency("EUR"), (JUNE, JULY), (), (), (), (), excluded, {"W1": "account_twice"}
    )


def test_many_differences_are_summed_up() -> None:
    """Of 30 accounts two are excluded by one side; each of 30 values has all measures of one window."""
    accounts = [AccountDifference(f"A{number}", ((JULY, 200, 100),)) for number in range(28)]
    accounts += [
        AccountDifference("S1", ((JUNE, 0, 4000), (JULY, 0, 4000))),
        AccountDifference("W1", ((JUNE, 50, 0),)),
    ]
    labels = [(None, None), *(("region", f"R{number}") for number in range(29))]
    figures = [
        FigureDifference(label, WINDOW, measure, 1000, 1000 + place)
        for label in labels
        for place, measure in enumerate(MEASURES, 1)
    ]
    compared = compare(figures, accounts)
    lines = describe_comparison(compared, get_translator("en")).splitlines()
    assert lines[0].startswith(
        "S1: excluded in the sheet (amount_negative), €40.00 of MRR in the warehouse in June 2025."
    )
    assert lines[0].endswith(" It differs in 1 more month.")
    assert lines[1] == "W1: €0.50 of MRR in the sheet in June 2025, excluded in the warehouse (account_twice)."
    assert lines[2] == "A0: €2.00 of MRR in the sheet and €1.00 in the warehouse in July 2025."
    assert lines[20] == "And 10 more accounts: --json lists them."
    assert lines[21].startswith(
        "all accounts: 15 figures differ, most of all effect of exchange rates, 2025-06 to 2025-07"
    )
    assert lines[21].endswith(": €10.00 in the sheet, €10.08 in the warehouse.")
    assert lines[-2] == "And the figures of 10 more values: --json lists them."
    assert lines[-1].startswith("450 of 9,000 figures and 30 of 500 accounts differ.")
    assert len(lines) == 43
    data = build_comparison_json(compared)
    assert (len(data["figures"]), len(data["accounts"])) == (450, 30)
    assert data["accounts"][28]["excluded_in_sheet"] == ["amount_negative"]
    assert [data["accounts"][place]["excluded_in_warehouse"] for place in (28, 29)] == [None, "account_twice"]


@pytest.mark.parametrize(("measure", "word"), [(measure, MEASURE_NAMES[measure]) for measure in MEASURES])
def test_each_measure_has_words(measure: str, word: str) -> None:
    compared = compare([FigureDifference(("size", "SMB"), WINDOW, measure, 1200, 1000)], [])
    english, french = (describe_comparison(compared, get_translator(name)).splitlines()[0] for name in ("en", "fr"))
    one, other = ("€12.00", "€10.00") if MEASURES.index(measure) < MEASURES.index("base") else ("1,200", "1,000")
    assert english == (
        f"size=SMB: 1 figure differs: {word}, 2025-06 to 2025-07: {one} in the sheet, {other} in the warehouse."
    )
    assert f"{get_translator('fr')(word)}, de 2025-06 à 2025-07" in french
    assert measure in {"expansion", "contraction", "churn"} or word not in french


def test_the_measures_are_those_of_a_bridge() -> None:
    assert tuple(MEASURE_NAMES) == MEASURES
