"""The total columns of a wide revenue tab are compared with the sums of their rows."""

from __future__ import annotations

import pytest

from sheets.ingest.parse import parse_tabs
from tests.support.notation import LATER, options, read, sheet


def list_column_problems(written: str) -> list[str]:
    _, problems = read(sheet("MRR", written), how=options(today=LATER))
    return [
        f"{problem.code.removeprefix('implausible_total_column')} {problem.cell}: {problem.values['ours']}, "
        f"{problem.values['count']} by {problem.values['cells']}"
        for problem in problems
        if problem.code.startswith("implausible_total_column")
    ]


MONTHS = "Account ID|2025-01|2025-02|2025-03"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(f"{MONTHS}|Total\na|1|2|3|6\nb|2|2|2|6", [], id="the sums are right"),
        pytest.param(f"{MONTHS}|Total\na|1|2|3|6\nb|2|2|2|7", [" E3: 6, 1 by E3"], id="one sum is wrong"),
        pytest.param(
            f"{MONTHS}|Total\na|1|'2|3|4\nb|2|2|'4|4", ["_texts E2: 6, 2 by C2, D3"], id="texts that are not added"
        ),
        pytest.param(
            f"{MONTHS}|Total\na|1|2|5|3\nb|2|2|9|4\nc|7|1|8|8",
            ["_month E2: 8, 3 by D"],
            id="a month outside of the sum",
        ),
        pytest.param(f"{MONTHS}|Total\na|1|2|3|99\nb|2|2|2|77\nc|7|1|2|10", [], id="a column of something else"),
        pytest.param(
            "Account ID|2024-11|2024-12|Total 2024|2025-01|2025-02|Total 2025\na|1|2|3|4|5|9\nb|1|2|3|4|5|8",
            [" G3: 9, 1 by G3"],
            id="a total of each year",
        ),
        pytest.param(
            "Account ID|2024-11|2024-12|Subtotal|2025-01|2025-02|Total\na|1|2|3|4|5|12\nb|1|2|3|4|5|19",
            [" G3: 12, 1 by G3"],
            id="a subtotal and a total of all",
        ),
        pytest.param("Account ID|Total|2025-01|2025-02|2025-03\na|6|1|2|3\nb|7|2|2|2", [" B3: 6, 1 by B3"], id="left"),
        pytest.param("Account ID|2025-01|2025-02|Total\na|1|2|2\nb|2|3|3", [], id="the last of two months"),
        pytest.param(f"{MONTHS}|Total Energies\na|1|2|3|7\nb|2|2|2|6", [], id="a heading with a name"),
    ],
)
def test_a_total_column(written: str, expected: list[str]) -> None:
    assert list_column_problems(written) == expected


def test_only_the_first_cells_are_listed() -> None:
    rows = "\n".join(f"a{number}|1|'2|3|4" for number in range(7))
    assert list_column_problems(f"{MONTHS}|Total\n{rows}") == ["_texts E2: 6, 7 by C2, C3, C4, C5, C6 +2"]


def test_a_total_row_is_no_row_of_an_account() -> None:
    written = f"{MONTHS}|Total\na|1|2|3|6\nb|2|2|2|6\nTotal|3|4|5|999"
    assert list_column_problems(written) == []


def list_compared_columns(written: str) -> list[str]:
    totals = parse_tabs([sheet("MRR", written)], options(today=LATER)).reconciliations
    return [
        f"{total.cell} {total.label}: {total.figure}, {total.cells} cells; "
        + ", ".join(f"{gap.account} {gap.cell} {gap.theirs} not {gap.ours}" for gap in total.differences)
        for total in totals
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(f"{MONTHS}|Total\na|1|2|3|6\nb|2|2|2|6", ["E1 Total: months, 2 cells; "], id="equal"),
        pytest.param(
            f"{MONTHS}|Total\na|1|2|3|6\nb|2|2|2|7", ["E1 Total: months, 2 cells; b E3 7 not 6"], id="one differs"
        ),
        pytest.param(
            "Account ID|2024-11|2024-12|2024|2025-01|2025-02|2025 YTD\na|1|2|3|4|5|9\nb|1|2|3|4|5|8",
            ["D1 2024: months, 2 cells; ", "G1 2025 YTD: months, 2 cells; b G3 8 not 9"],
            id="years among the months",
        ),
        pytest.param(
            f"{MONTHS}|Q1 2025\na|1|2|3|3\nb|2|2|2|2", ["E1 Q1 2025: last_month, 2 cells; "], id="closes of a quarter"
        ),
        pytest.param(f"{MONTHS}|Q1 2025\na|1|2|3|2\nb|2|2|3|2.3", [], id="means of a quarter"),
        pytest.param(f"{MONTHS}|Total\na|1|2|3|99\nb|2|2|2|77\nc|7|1|2|10", [], id="a column of something else"),
    ],
)
def test_the_rows_that_were_compared(written: str, expected: list[str]) -> None:
    assert list_compared_columns(written) == expected
